"""Newton's method, the secant method, fixed points, bisection: against steps really made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sympy import Derivative, Eq, Function, Ne, Rational, S, Symbol, sqrt

from derive import (
    bisection_error,
    fixed_point,
    fixed_point_bound,
    newtons_method,
    secant_method,
)
from derive.numerical_computing.iterations import (
    BisectionError,
    ContractionRate,
    FixedPointBound,
    FixedPointError,
    NewtonError,
    NewtonStep,
    SecantError,
)
from lambdify_bridge import check

x, r, e, e_0 = Symbol("x"), Symbol("r"), Symbol("e"), Symbol("e_0")
f = Function("f")
first, second = Derivative(f(r), r), Derivative(f(r), (r, 2))

# fmt: off
WRONG: list[tuple[Any, Any]] = [
    (NewtonStep(f(x), x),                          x + f(x) / Derivative(f(x), x)),
    (NewtonError(f(x), x, r, e),                   e**2 * second / first),
    (NewtonError(f(x), x, r, e),                   -(e**2) * second / (2 * first)),
    (NewtonError(f(x), x, r, e),                   e**3 * second / (2 * first)),
    (NewtonError(x**3 - x**2, x, S(0), e),         e**2 / 2),
    (SecantError(f(x), x, r, e, e_0),              e**2 * second / (2 * first)),
    (FixedPointError(f(x), x, r, e),               e**2 * second / 2),
    (ContractionRate(x**2 / 3 + 1, x, S(1)),       Rational(1, 3)),
    (FixedPointBound(S.Half, S(1), S(4)),          S.Half**4),
    (BisectionError(S(0), S(1), S(4)),             S.Half**4),
]
ORDERS = [
    # function, root, power of e, factor
    ("x^2 - 2",         "sqrt(2)", 2, sqrt(2) / 4),
    ("sin(x)",          "pi",      3, -Rational(1, 3)),
    ("exp(x) - 2",      "log(2)",  2, S.Half),
    ("x^2",             0,         1, S.Half),
    ("(x - 1)^3*(x+1)", 1,         1, Rational(2, 3)),
    ("x + x^4",         0,         4, S(3)),
]
# fmt: on


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Any, claim: Any) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


def test_newtons_method_of_any_function() -> None:
    d = newtons_method()
    assert d.step.result == x - f(x) / Derivative(f(x), x)
    assert d.error.result == e**2 * second / (2 * first)
    for each in d:
        assert each.check().verdict == "confirmed", each.report
    assert d.error.root.rule == "Taylor series at the zero"


@pytest.mark.parametrize(("function", "root", "power", "factor"), ORDERS)
def test_the_order_of_newtons_method(function: str, root: Any, power: int, factor: Any) -> None:
    d = newtons_method(function, "x", root)
    assert d.error.result == factor * e**power
    for each in d:
        assert each.check().verdict == "confirmed", each.report


def test_newton_steps_make_the_errors_that_were_said() -> None:
    d = newtons_method("x^3 - 2", "x", "2^(1/3)")
    step, after = d.step.to_numpy(), d.error.to_numpy()
    root, place = 2 ** (1 / 3), 1.27
    for _ in range(2):
        new = step(place)
        assert new - root == pytest.approx(after(place - root), rel=0.02)
        place = new


def test_the_secant_method() -> None:
    d = secant_method()
    assert d.result == e * e_0 * second / (2 * first)
    assert d.check().verdict == "confirmed", d.report
    assert secant_method("x^2 - 2", "x", "sqrt(2)").result == sqrt(2) * e * e_0 / 4


def test_fixed_points() -> None:
    d = fixed_point("cos(x)/2 + x/3 - 1/2", "x", 0)
    assert d.rate.result == Rational(1, 3)
    place = 0.01
    for _ in range(12):
        before, place = place, np.cos(place) / 2 + place / 3 - 0.5
    assert abs(place / before) == pytest.approx(1 / 3, rel=1e-4)
    for each in (*d, *fixed_point("(x + 2/x)/2", "x", "sqrt(2)")):
        assert each.check().verdict == "confirmed", each.report
    halley = fixed_point("x*(x**2 + 3*a)/(3*x**2 + a)", "x", "sqrt(a)").rate
    assert (halley.result, halley.given) == (0, Ne(Symbol("a"), 0))
    assert halley.check().verdict == "confirmed", halley.report


def test_bounds() -> None:
    for d in (fixed_point_bound(), bisection_error(), bisection_error(1, 2, 9)):
        assert d.check().verdict == "confirmed", d.report
    assert bisection_error(1, 2, 9).result == Rational(1, 1024)
    far = fixed_point_bound("0.6", 1, 12).to_numpy()()
    place = 0.0
    for _ in range(12):
        place = 0.6 * place + 1
    assert far == pytest.approx(2.5 - place)


def test_mistakes_of_the_caller_are_named() -> None:
    with pytest.raises(ValueError, match="is not 0 at"):
        newtons_method("x^2 - 2", "x", 1)
    with pytest.raises(ValueError, match="give the root"):
        newtons_method("x^2 - 2", "x")
    with pytest.raises(ValueError, match="below 1"):
        fixed_point_bound(2)
    with pytest.raises(ValueError, match="no two ends"):
        bisection_error(2, 1)
