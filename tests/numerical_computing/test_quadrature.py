"""Quadrature rules: found, used on numbers, and refuted where a little wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import newton_cotes as of_scipy
from sympy import (
    CRootOf,
    Derivative,
    Eq,
    Expr,
    Function,
    ImmutableMatrix,
    Rational,
    S,
    Symbol,
    Tuple,
    factorial,
    sqrt,
)

from derive import composite_rule, gauss_legendre, newton_cotes, quadrature_rule
from derive.numerical_computing.composite import CompositeError, CompositeRule
from derive.numerical_computing.gauss import AtEach, GaussNodes, LegendrePolynomial
from derive.numerical_computing.quadrature import (
    QuadratureError,
    QuadratureFormula,
    QuadratureWeights,
)
from lambdify_bridge import check

x, t, h = Symbol("x"), Symbol("t"), Symbol("h", positive=True)
f = Function("f")(x)
TWO, THREE = Tuple(S(0), S(1)), Tuple(S(0), S(1), S(2))
s = Symbol("s")
CUBIC = Tuple(*(CRootOf(s**3 - s - S(1) / 7, j, radicals=False) for j in range(3)))
GAUSS = Tuple(-sqrt(3) / 3, sqrt(3) / 3)
Y = Tuple(Symbol("y_0"), Symbol("y_1"))


def slope(order: int) -> Expr:
    return Derivative(f, (x, order))


# fmt: off
WRONG: list[tuple[Any, Any]] = [
    (QuadratureWeights(THREE, S(0), S(2)),              ImmutableMatrix([1, 4, 1]) / 6),
    (QuadratureWeights(TWO, S(0), S(1)),                ImmutableMatrix([1, 1])),
    (QuadratureFormula(TWO, S(0), S(1), Y, h),          h * (Y[0] + Y[1])),
    (QuadratureError(f, x, h, TWO, S(0), S(1)),         -(h**3) * slope(2) / 24),
    (QuadratureError(f, x, h, TWO, S(0), S(1)),         h**3 * slope(2) / 12),
    (QuadratureError(f, x, h, TWO, S(0), S(1)),         -(h**2) * slope(2) / 12),
    (QuadratureError(f, x, h, THREE, S(0), S(2)),       -(h**5) * slope(4) / 2880),
    (QuadratureError(f, x, h, THREE, S(0), S(2)),       -(h**4) * slope(3) / 90),
    (QuadratureError(f, x, h, GAUSS, S(-1), S(1)),      h**5 * slope(4) / 90),
    (AtEach(s**3, s, CUBIC),                            ImmutableMatrix([r + 1 for r in CUBIC])),
    (QuadratureWeights(CUBIC, S(-1), S(1)),             ImmutableMatrix([S(2) / 3] * 3)),
    (QuadratureError(f, x, h, CUBIC, S(-1), S(1)),      h**4 * slope(3) / 10),
    (GaussNodes(S(2)),                                  Tuple(-sqrt(2) / 2, sqrt(2) / 2)),
    (LegendrePolynomial(S(2), t),                       (3 * t**2 + 1) / 2),
    (CompositeRule(x**4, x, S(0), S(1), S(2), *(TWO, S(0), S(1))), Rational(9, 16)),
    (CompositeError(x**4, x, S(0), S(1), h, TWO, S(0), S(1)),      -(h**2) / 4),
]
FOUND = [
    # nodes, closed, power of h, factor and order of the derivative in the error
    (2, True,  3, Rational(-1, 12),    2),
    (3, True,  5, Rational(-1, 90),    4),
    (4, True,  5, Rational(-3, 80),    4),
    (5, True,  7, Rational(-8, 945),   6),
    (7, True,  9, Rational(-9, 1400),  8),
    (1, False, 3, Rational(1, 3),      2),
    (2, False, 3, Rational(3, 4),      2),
    (3, False, 5, Rational(14, 45),    4),
]
# fmt: on


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Any, claim: Any) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


@pytest.mark.one_in(2)
@pytest.mark.parametrize(("n", "closed", "power", "factor", "missed"), FOUND)
def test_newton_cotes(n: int, closed: bool, power: int, factor: Expr, missed: int) -> None:
    rule = newton_cotes(n, closed)
    assert rule.error.result == factor * h**power * slope(missed)
    for each in rule:
        assert each.check().verdict == "confirmed", each.report
    if closed:
        weights = [rule.formula.to_numpy()(*row, 1.0) for row in np.eye(n)]
        np.testing.assert_allclose(weights, of_scipy(n - 1)[0], rtol=1e-13)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("n", [1, 4, 3, 2, 6, 5, 9, 12])
def test_gauss_legendre(n: int) -> None:
    rule = gauss_legendre(n)
    nodes, weights = np.polynomial.legendre.leggauss(n)
    np.testing.assert_allclose(np.array(rule.nodes.result, float), nodes, atol=1e-15)
    found = [float(weight.evalf(20)) for weight in rule.weights.result]
    np.testing.assert_allclose(found, weights, rtol=1e-13)
    np.testing.assert_allclose(rule.weights.to_numpy()().ravel(), weights, rtol=1e-13)
    for each in rule if n in (1, 2, 3, 5, 6) else ():
        assert each.check().verdict == "confirmed", each.report


def test_the_error_of_gauss_is_that_of_the_books() -> None:
    for n in (1, 2, 3, 6, 7):  # n!^4 (b - a)^(2n+1)/((2n + 1) (2n)!^3), with b - a = 2h
        power = 2 * n + 1
        book = 2**power * factorial(n) ** 4 / (power * factorial(2 * n) ** 3)
        assert gauss_legendre(n).error.result == book * h**power * slope(2 * n)


def test_a_rule_on_any_nodes() -> None:
    rule = quadrature_rule([0, "1/3", 1], (0, 1), f="exp(x)")
    assert [rule.formula.result.expand().coeff(y) / h for y in rule.formula.arguments[:3]] == [
        0,
        Rational(3, 4),
        Rational(1, 4),
    ]
    for each in rule:
        assert each.check().verdict == "confirmed", each.report


@pytest.mark.parametrize("name", ["trapezoid", "simpson", "midpoint"])
def test_composite_rules(name: str) -> None:
    found = composite_rule("x^6", "x", (0, 1), 6, name)
    for each in found:
        assert each.check().verdict == "confirmed", each.report
    step = 1 / 12 if name == "simpson" else 1 / 6
    left = 1 / 7 - float(found.value.result)
    assert float(found.error.result.subs(h, step)) == pytest.approx(left, rel=0.05)


def test_mistakes_of_the_caller_are_named() -> None:
    with pytest.raises(ValueError, match="2 or more"):
        newton_cotes(1)
    with pytest.raises(ValueError, match="at most 12 nodes"):
        gauss_legendre(13)
    with pytest.raises(ValueError, match="no two ends"):
        quadrature_rule([0, 1], (1, 0))
    with pytest.raises(ValueError, match="is no rule"):
        composite_rule("x^2", "x", (0, 1), 4, "boole")
