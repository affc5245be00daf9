"""Difference formulas: found, used on numbers, and refuted where a little wrong."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import pytest
from sympy import (
    Derivative,
    Eq,
    Expr,
    Function,
    ImmutableMatrix,
    Rational,
    S,
    Symbol,
    Tuple,
    finite_diff_weights,
    sqrt,
)

from derive import best_difference_step, finite_difference
from derive.numerical_computing.finite_differences import (
    BestDifferenceStep,
    DifferenceError,
    DifferenceFormula,
    DifferenceWeights,
)
from lambdify_bridge import check

x, h = Symbol("x"), Symbol("h", positive=True)
f = Function("f")(x)
M, delta = Symbol("M", positive=True), Symbol("delta", positive=True)
THREE, FORWARD = Tuple(S(-1), S(0), S(1)), Tuple(S(0), S(1))
Y = Tuple(*(Symbol(f"y_{k}") for k in range(3)))


def slope(order: int) -> Expr:
    return Derivative(f, (x, order))


# fmt: off
WRONG: list[tuple[Any, Any]] = [
    (DifferenceWeights(S(2), THREE),                ImmutableMatrix([1, -2, Rational(101, 100)])),
    (DifferenceWeights(S(1), THREE),                ImmutableMatrix([-1, 0, 1])),
    (DifferenceFormula(S(2), THREE, Y, h),          (Y[0] - 2 * Y[1] + Y[2]) / h),
    (DifferenceError(f, x, h, S(2), THREE),         -(h**2) * slope(4) / 6),
    (DifferenceError(f, x, h, S(2), THREE),         h**2 * slope(4) / 12),
    (DifferenceError(f, x, h, S(2), THREE),         -(h**3) * slope(4) / 12),
    (DifferenceError(f, x, h, S(2), THREE),         -(h**2) * slope(3) / 12),
    (DifferenceError(f, x, h, S(1), FORWARD),       -h * slope(2)),
    (BestDifferenceStep(S(1), FORWARD, M, delta),   sqrt(delta / M)),
    (BestDifferenceStep(S(2), THREE, M, delta),     (48 * delta / M) ** Rational(1, 3)),
]
FOUND = [
    # order, stencil, power of h, factor and order of the derivative in the error
    (1, [0, 1],                  1, Rational(-1, 2),  2),
    (1, [-1, 1],                 2, Rational(-1, 6),  3),
    (1, [-2, -1, 0, 1, 2],       4, Rational(1, 30),  5),
    (2, [-1, 0, 1],              2, Rational(-1, 12), 4),
    (2, [0, 1, 2, 3],            2, Rational(11, 12), 4),
    (3, [-2, -1, 0, 1, 2],       2, Rational(-1, 4),  5),
    (2, [-3, -2, -1, 0, 1, 2, 3], 6, Rational(-1, 560), 8),
    (1, ["0", "1/3", 1],         2, Rational(1, 18),  3),
]
# fmt: on


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Any, claim: Any) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


@pytest.mark.one_in(2)
@pytest.mark.parametrize(("order", "stencil", "power", "factor", "missed"), FOUND)
def test_found(order: int, stencil: list[Any], power: int, factor: Expr, missed: int) -> None:
    d = finite_difference(order, stencil)
    assert d.error.result == factor * h**power * slope(missed)
    places = [Rational(s) for s in stencil]
    book = finite_diff_weights(order, places, 0)[order][-1]
    values = d.formula.arguments[:-1]
    assert [d.formula.result.expand().coeff(y) * h**order for y in values] == book
    for each in d:
        assert each.check().verdict == "confirmed", each.report


def test_a_formula_of_high_order() -> None:
    d = finite_difference(6, range(-3, 4))
    weights = [(-1) ** k * comb(6, k) for k in range(7)]
    assert d.formula.to_numpy()(*[float(k == 3) for k in range(7)], 1.0) == weights[3]
    assert d.formula.check().verdict == "confirmed"


def test_numbers_converge_at_the_order_that_the_error_says() -> None:
    second = finite_difference(2, [-2, -1, 0, 1, 2]).formula.to_numpy()
    errors = []
    for step in (0.2, 0.1, 0.05):
        values = [np.sin(1 + s * step) for s in (-2, -1, 0, 1, 2)]
        errors.append(abs(second(*values, step) + np.sin(1)))
    assert np.log2(errors[0] / errors[1]) == pytest.approx(4, abs=0.05)
    assert np.log2(errors[1] / errors[2]) == pytest.approx(4, abs=0.05)


def test_the_error_of_a_function_that_is_known() -> None:
    d = finite_difference(1, [-1, 1], f="t^3", x="t")
    assert d.error.result == -(h**2)
    assert finite_difference(1, [-1, 1], f="t^2", x="t").error.result == 0


def test_the_best_step_is_where_real_errors_are_least() -> None:
    d = best_difference_step(1, [-1, 1])
    assert d.result == 3 ** Rational(1, 3) * delta ** Rational(1, 3) / M ** Rational(1, 3)
    assert d.check().verdict == "confirmed", d.report
    best = float(best_difference_step(1, [-1, 1], 1, 2.0**-53).result)

    def worst(step: float) -> float:
        places = np.linspace(0.5, 2.5, 400)
        slopes = (np.sin(places + step) - np.sin(places - step)) / (2 * step)
        return float(np.abs(slopes - np.cos(places)).max())

    assert worst(best) < min(worst(best * 30), worst(best / 30)) / 5


def test_mistakes_of_the_caller_are_named() -> None:
    with pytest.raises(ValueError, match="takes 3 places"):
        finite_difference(2, [0, 1])
    with pytest.raises(ValueError, match="different from each other"):
        finite_difference(1, [0, 1, 1])
    with pytest.raises(ValueError, match="whole number"):
        finite_difference(1.5, [0, 1, 2])
    with pytest.raises(ValueError, match="real numbers"):
        finite_difference(1, ["a", 1, 2])


def test_latex() -> None:
    rows = finite_difference(2, [-1, 0, 1]).error.latex()
    assert r"\frac{h^{2}" in rows
