"""Integrals that define Bessel functions, exponential integrals, Kummer's and Tricomi's functions,
and what leads to them; tails of powers.

DLMF 5.9.1, 8.19.3, 10.32.3, 10.32.10, 13.4.1, 13.4.4.
"""

from __future__ import annotations

from sympy import (
    Add,
    And,
    Expr,
    I,
    Integral,
    S,
    Symbol,
    besseli,
    besselk,
    cos,
    exp,
    expint,
    gamma,
    hyper,
    log,
    oo,
    pi,
    sin,
    sqrt,
)
from sympy.logic.boolalg import Boolean

from derive.calculus.integrals.definite.families import beta_function
from derive.calculus.integrals.definite.matching import (
    Value,
    binomial,
    factors,
    family,
    monomial,
    power_of,
)
from derive.calculus.integrals.operators import (
    Rules,
    definite,
    linear,
    nonzero_factors,
    positive,
    real,
    real_part,
)
from derive.elementary import hyperu
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh

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


@RULES.definite("exponential integral", example=Integral(exp(-a * x) * x ** (-b - 1), (x, 1, oo)))
def exponential_integral(f: Expr, x: Symbol, low: Expr, high: Expr) -> Outcome:
    """In units of the lower end it is the integral that defines the generalised exponential
    integral; without a real part of the exponent the power has to fall faster than 1/x."""
    c, found = factors(f, x)
    power, others = power_of(x, found)
    if high != oo or not low.is_positive or len(others) != 1 or power.is_nonnegative:
        return None
    shape = monomial(others[0][0].args[0], x) if isinstance(others[0][0], exp) else None
    if shape is None or shape[1] != 1:
        return None
    rate = -shape[0]
    given = positive(-power - 1) if real_part(rate) == 0 else positive(real_part(rate))
    value = c * low ** (power + 1) * expint(-power, rate * low)
    return None if given == False else Rewrite(value, given)


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
    "logarithm of an even binomial beside its power",
    example=Integral(log(1 + x**2) / (1 + x**2) ** 2, (x, -oo, oo)),
)
def log_beside_its_power(f: Expr, x: Symbol, low: Expr, high: Expr) -> Outcome:
    """The integrand is even: twice the integral over the half line, a derivative of the beta
    function."""
    _, found = factors(f, x)
    u = next((g.args[0] for g, e in found if isinstance(g, log) and e == 1), None)
    shape = u and binomial(u, x)
    if (low, high) != (-oo, oo) or not shape or shape[2] != 2 or len(found) != 2:
        return None
    return 2 * definite(f, x, S.Zero, oo) if power_of(u, found)[0] != 0 else None


@family(
    RULES,
    "a power as a gamma integral",
    -oo,
    oo,
    example=Integral(cos(t * x) * (1 + x**2 / b) ** (-a - 1), (x, -oo, oo)),
)
def power_as_gamma_integral(f: Expr, x: Symbol) -> Value | None:
    """u**(-p) is the integral of s**(p - 1)*exp(-s*u) over gamma(p); the two integrals, which
    converge absolutely, change places."""
    c, found = factors(f, x)
    waves = [g for g, e in found if isinstance(g, cos) and e == 1]
    others = [(g, e) for g, e in found if not isinstance(g, cos)]
    shape = (
        binomial(others[0][0], x) if len(found) == 2 and len(waves) == 1 == len(others) else None
    )
    if shape is None or shape[2] != 2 or depends_on(waves[0].args[0] / x, x):
        return None
    (k, d, _), p = shape, -others[0][1]
    if not p.free_symbols and (2 * p).is_even:
        return None  # residues are shorter
    s = Symbol(fresh("s", f).name, positive=True)
    inside = definite(exp(-s * d * x**2) * waves[0], x, -oo, oo)
    whole = definite(s ** (p - 1) * exp(-k * s) * inside, s, S.Zero, oo)
    return c * whole / gamma(p), And(positive(k), positive(d), positive(2 * p - 1))


@family(
    RULES,
    "Bessel function of the second kind",
    S.Zero,
    oo,
    example=Integral(x ** (a - 1) * exp(-x - b / x), (x, 0, oo)),
)
def second_kind(f: Expr, x: Symbol) -> Value | None:
    """Scaled, it is the integral that defines the modified Bessel function of the second kind."""
    c, found = factors(f, x)
    power, others = power_of(x, found)
    if not others or any(not isinstance(g, exp) for g, _ in others):
        return None
    exponent = Add(*(g.args[0] for g, _ in others)).expand()
    k, l = -exponent.coeff(x, 1), -exponent.coeff(x, -1)
    if 0 in (k, l) or (exponent + k * x + l / x).expand() != 0:
        return None
    order, size = power + 1, sqrt(l / k)
    value = 2 * size**order * besselk(order, 2 * sqrt(k * l))
    return c * value, And(positive(k), _above_zero(l))


def _above_zero(u: Expr) -> Boolean:
    """Of a square: that it is not zero."""
    return nonzero_factors(u) if real(u).is_nonnegative else positive(u)


@RULES.definite(
    "Bessel function over a whole turn", example=Integral(exp(k * cos(x - t)), (x, 0, 2 * pi))
)
def over_a_whole_turn(f: Expr, x: Symbol, low: Expr, high: Expr) -> Outcome:
    """The integral that defines a modified Bessel function; a turn may begin anywhere."""
    c, found = factors(f, x)
    if (low, high) != (0, 2 * pi) or not 1 <= len(found) <= 2:
        return None
    inside = next((g.args[0].expand() for g, e in found if isinstance(g, exp) and e == 1), S.Zero)
    bell = Add(*(u for u in Add.make_args(inside) if u.has(cos)))
    strength, wave = bell.as_independent(x, as_Add=False)
    if not isinstance(wave, cos) or (angle := linear(wave.args[0], x)) is None:
        return None
    speed, turn = angle
    if speed not in (1, -1):
        return None
    others = [g for g, _ in found if not isinstance(g, exp)] + [exp(inside - bell)]
    waves = [g for g in others if g != 1]
    if not waves:
        return c * 2 * pi * besseli(0, strength)
    begin = -turn / speed
    return _with_a_wave(waves[0], x, begin, 2 * pi * c, strength) if len(waves) == 1 else None


def _with_a_wave(g: Expr, x: Symbol, begin: Expr, c: Expr, strength: Expr) -> Outcome:
    """cos(n*x + d) about the middle is cos(n*(x - m))*cos(n*m + d): the sine part is odd."""
    angle = linear(g.args[0] / I if isinstance(g, exp) else g.args[0], x)
    if not isinstance(g, (cos, sin, exp)) or angle is None or not angle[0].is_integer:
        return None
    n, d = angle
    order = abs(n) if n.is_Integer else n  # they are the same: of order n and of order -n
    place = n * begin + d
    return c * besseli(order, strength) * g.func(I * place if isinstance(g, exp) else place)


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


@family(
    RULES,
    "Tricomi's function on the half line",
    S.Zero,
    oo,
    example=Integral(x ** (a - 1) * (1 + x) ** (-b) * exp(-x), (x, 0, oo)),
)
def tricomi(f: Expr, x: Symbol) -> Value | None:
    """Scaled, it is the integral that defines Tricomi's confluent hypergeometric function; without
    a real part of the exponent the powers have to fall faster than 1/x."""
    c, found = factors(f, x)
    power, others = power_of(x, found)
    waves = [g.args[0] / x for g, e in others if isinstance(g, exp) and e == 1]
    lines = [(binomial(g, x), e) for g, e in others if not isinstance(g, exp)]
    if len(waves) != 1 or len(lines) != 1 or depends_on(waves[0], x):
        return None
    (shape, e), rate = lines[0], -waves[0]
    if shape is None or shape[2] != 1 or (power.is_integer and e.is_integer):
        return None
    k, d, _ = shape
    p, order = power + 1, power + e + 2
    falls = positive(real_part(rate)) if real_part(rate) != 0 else positive(1 - order)
    value = k ** (p + e) / d**p * gamma(p) * hyperu(p, order, rate * k / d)
    return c * value, And(positive(p), positive(k), positive(d), falls)
