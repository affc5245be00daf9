"""The first look at a value: it never takes a false one for plain, and is worth its cost."""

from __future__ import annotations

import pytest
from sympy import (
    Abs,
    E,
    Integral,
    Limit,
    Rational,
    S,
    Symbol,
    cos,
    exp,
    floor,
    log,
    oo,
    pi,
    sin,
    sqrt,
)

from lambdify_bridge.glance import plainly_holds

x, a = Symbol("x"), Symbol("a")

# fmt: off
PLAIN = (
    (Limit(sin(x)/x, x, 0, "+-"),            S.One),
    (Limit((x - sin(x))/x**3, x, 0, "+-"),   Rational(1, 6)),
    (Limit((1 + 1/x)**x, x, oo),             E),
    (Limit(1/x, x, 0, "-"),                  -oo),
    (Limit(x**5/exp(x), x, oo),              S.Zero),
    (Integral(x**2, (x, 0, 1)),              Rational(1, 3)),
    (Integral(sin(x)**2, (x, 0, pi)),        pi/2),
    (Integral(1/(1 + x**2), (x, -oo, oo)),   pi),
    (Integral(x**2*exp(-x), (x, 0, oo)),     S(2)),
    (Integral(log(x), (x, 0, 1)),            -S.One),
    (Integral(sqrt(4 - x**2), (x, 0, 2)),    pi),
)
FALSE = (
    (Limit(1/x, x, 0, "+-"),                 oo),          # from one side only
    (Limit(sin(x), x, oo),                   S.Zero),
    (Limit(sin(pi*x), x, oo),                S.Zero),      # zero at every whole place
    (Limit(x - floor(x), x, oo),             S.Zero),
    (Limit(1/log(x), x, oo),                 Rational(1, 40)),
    (Limit(Abs(x)/x, x, 0, "+-"),            S.One),
    (Limit(x*sin(1/x), x, 0, "+-"),          S.One),
    (Integral(1/x, (x, -1, 1)),              S.Zero),      # no value: the pole is inside
    (Integral(1/x, (x, 0, 1)),               S(36)),
    (Integral(1/x**2, (x, -1, 1)),           -S(2)),
    (Integral(1/x, (x, 1, oo)),              S(36)),
    (Integral(Abs(sin(2*x)), (x, 0, 2*pi)),  S(2)),
    (Integral(1/(2 + cos(x)), (x, 0, 2*pi)), S.Zero),      # the antiderivative jumps
    (Integral(sin(x)/x, (x, 0, oo)),         Rational(3, 2)),
)
# fmt: on


@pytest.mark.parametrize(("goal", "value"), PLAIN, ids=[str(g) for g, _ in PLAIN])
def test_what_holds_plainly_and_what_is_near_it_does_not(goal: Limit, value: S) -> None:
    assert plainly_holds(goal, value)
    assert not plainly_holds(goal, value + Rational(1, 1000) if value.is_finite else -value)


@pytest.mark.parametrize(("goal", "value"), FALSE, ids=[str(g) for g, _ in FALSE])
def test_what_does_not_hold_is_not_plain(goal: Limit, value: S) -> None:
    assert not plainly_holds(goal, value)


def test_what_it_does_not_look_at() -> None:
    assert not plainly_holds(Limit(a * x, x, 0), S.Zero)
    assert not plainly_holds(Integral(x, x), x**2 / 2)
    assert not plainly_holds(Integral(x * a, (x, 0, 1), (a, 0, 1)), Rational(1, 4))
