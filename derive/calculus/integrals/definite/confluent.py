"""Integrals that define Bessel functions and Kummer's function, and tails of powers.

DLMF 10.32.3, 13.4.1, 5.9.
"""

from __future__ import annotations

from sympy import (
    And,
    Expr,
    Integral,
    S,
    Symbol,
    besseli,
    cos,
    exp,
    hyper,
    oo,
    pi,
    sin,
)

from derive.calculus.integrals.definite.families import beta_function
from derive.calculus.integrals.definite.matching import Value, binomial, factors, family, power_of
from derive.calculus.integrals.operators import Rules, linear, positive
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on

x = Symbol("x")
a, b = Symbol("a", positive=True), Symbol("b", positive=True)
k, t = Symbol("k", real=True), Symbol("t", real=True)
RULES = Rules()


@RULES.definite("tail of a power", example=Integral(x ** (-a - 1), (x, b, oo)))
def tail_of_a_power(f: Expr, x: Symbol, low: Expr, high: Expr) -> Outcome:
    """A power below -1 has its antiderivative fall to zero."""
    c, found = factors(f, x)
    power, others = power_of(x, found)
    if high != oo or others or not power.free_symbols or not low.is_positive:
        return None
    given = positive(-power - 1)
    return None if given == False else Rewrite(-c * low ** (power + 1) / (power + 1), given)


@RULES.definite(
    "odd power beside a power of a square",
    example=Integral(x * (1 + x**2 / b) ** (-a - 1), (x, -oo, oo)),
)
def odd_beside_even(f: Expr, x: Symbol, low: Expr, high: Expr) -> Outcome:
    """An odd function that falls off fast enough: both sides of zero cancel."""
    _, found = factors(f, x)
    power, others = power_of(x, found)
    shape = binomial(others[0][0], x) if len(others) == 1 else None
    if (low, high) != (-oo, oo) or shape is None or not (power.is_Integer and power > 0):
        return None
    c, d, degree = shape
    e = others[0][1]
    if degree != 2 or not power % 2 or not e.free_symbols:
        return None
    return Rewrite(S.Zero, And(positive(c), positive(d), positive(-2 * e - power - 1)))


@RULES.definite(
    "Bessel function over a whole turn", example=Integral(exp(k * cos(x - t)), (x, 0, 2 * pi))
)
def over_a_whole_turn(f: Expr, x: Symbol, low: Expr, high: Expr) -> Outcome:
    """The integral that defines a modified Bessel function; a turn may begin anywhere."""
    c, found = factors(f, x)
    if (low, high) != (0, 2 * pi) or not 1 <= len(found) <= 2:
        return None
    inside = next((g.args[0] for g, e in found if isinstance(g, exp) and e == 1), None)
    strength, wave = inside.as_independent(x, as_Add=False) if inside is not None else (0, None)
    if not isinstance(wave, cos) or (angle := linear(wave.args[0], x)) is None:
        return None
    speed, turn = angle
    if speed not in (1, -1):
        return None
    begin = -turn / speed
    others = [g for g, _ in found if not isinstance(g, exp)]
    if not others:
        return c * 2 * pi * besseli(0, strength)
    return _with_a_wave(others[0], x, begin, 2 * pi * c, strength)


def _with_a_wave(g: Expr, x: Symbol, begin: Expr, c: Expr, strength: Expr) -> Outcome:
    """cos(n*x + d) about the middle is cos(n*(x - m))*cos(n*m + d): the sine part is odd."""
    angle = linear(g.args[0], x) if isinstance(g, (cos, sin)) else None
    if angle is None or not angle[0].is_Integer:
        return None
    n, d = angle
    return c * besseli(abs(n), strength) * type(g)(n * begin + d)


@family(
    RULES,
    "Kummer's function on the unit interval",
    0,
    1,
    example=Integral(x ** (a - 1) * (1 - x) ** (b - 1) * exp(t * x), (x, 0, 1)),
)
def kummer(f: Expr, x: Symbol) -> Value | None:
    """The integral that defines Kummer's confluent hypergeometric function."""
    c, found = factors(f, x)
    e, found = power_of(x, found)
    q, found = power_of(1 - x, found)
    if len(found) != 1 or not isinstance(found[0][0], exp) or e.is_integer or q.is_integer:
        return None
    rate = found[0][0].args[0] / x
    if depends_on(rate, x):
        return None
    u, v = e + 1, q + 1
    return c * beta_function(u, v) * hyper((u,), (u + v,), rate), And(positive(u), positive(v))
