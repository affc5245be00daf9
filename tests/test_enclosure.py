"""Values between bounds, and the limits that are seen by them."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
from sympy import Expr, Limit, Rational, Symbol, cos, exp, gamma, log, oo, pi, sin, sqrt

from lambdify_bridge import check
from lambdify_bridge.check import Claim
from lambdify_bridge.enclosure import NARROW, can_be_enclosed, enclosed
from lambdify_bridge.values import Undefined

x, y = Symbol("x"), Symbol("y")

FORMULAS = [
    exp(-x) * sin(3 * x) + cos(x) / 7,
    (exp(1 / x + exp(-x)) - exp(1 / x)) * exp(x),
    log(x + exp(3 * x)) / log(x**100 + exp(x)),
    x ** sqrt(2) - pi * x / 3,
    gamma(x + 1) / gamma(x),
    (exp(sin(1 / x + exp(-x))) - exp(sin(1 / x))) * exp(x),
    (1 + 1 / x) ** x - exp(1),
    exp(-exp(x)) + 1 / x,
]


@pytest.mark.parametrize("f", FORMULAS, ids=str)
@pytest.mark.parametrize("place", ["0.75", "3.25", "30.125", "141.5"])
def test_the_value_is_what_many_digits_give(f: Expr, place: str) -> None:
    context = mpmath.MPContext()
    found = context.make_mpf(enclosed(f, {x: context.mpf(place)}))
    exact = f.subs(x, Rational(place)).evalf(400)
    assert abs(found - context.mpf(str(exact.evalf(40)))) <= 2 * NARROW * abs(found)


def test_what_intervals_cannot_say() -> None:
    context = mpmath.MPContext()
    assert not can_be_enclosed(abs(x) + 1)
    for nothing in (log(-x), exp(exp(exp(exp(2 * x)))), exp(x + y) - exp(x) * exp(y), 1 / (x - 2)):
        with pytest.raises(Undefined, match="cancel"):
            enclosed(nothing, {x: context.mpf(2), y: context.mpf(1) / 3})


# fmt: off
LIMITS = [  # the last is what a value that has lost digits may suggest
    ((exp(1/x + exp(-x)) - exp(1/x))*exp(x),                      1, 0),
    (log(x + exp(3*x))/log(x**100 + exp(x)),                      3, 1),
    ((2*exp(3*x)/(exp(2*x) + 1))**(1/x),                          exp(1), exp(3)),
    ((exp(sin(1/x + exp(-x))) - exp(sin(1/x)))*exp(x),            1, 0),
    (1/x + (exp(1/x + exp(-x)) - exp(1/x))*exp(x),                1, 0),
    ((exp(x + exp(-x)) - exp(x))*y,                               y, 0),
    (exp(exp(x))/exp(exp(x - exp(-x))),                           exp(1), 1),
]
# fmt: on


@pytest.mark.parametrize(("f", "right", "wrong"), LIMITS, ids=[str(row[0]) for row in LIMITS])
def test_exponentials_far_out(f: Expr, right: Any, wrong: Any) -> None:
    assert check(Claim(Limit(f, x, oo), 0 * x + right)).verdict == "confirmed"
    assert check(Claim(Limit(f, x, oo), 0 * x + wrong)).verdict == "refuted"
