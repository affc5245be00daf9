"""Incomplete gamma and beta functions, where nothing elementary is to be had: DLMF 8.2, 8.17."""

from __future__ import annotations

from sympy import (
    And,
    Expr,
    Integral,
    S,
    Symbol,
    betainc_regularized,
    exp,
    gamma,
    lowergamma,
    oo,
    uppergamma,
)

from derive.calculus.integrals.definite.matching import binomial, factors, power_of
from derive.calculus.integrals.operators import Rules, positive
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on

x = Symbol("x")
a, b = Symbol("a", positive=True), Symbol("b", positive=True)
y = Symbol("y", positive=True)
RULES = Rules()


@RULES.definite(
    "lower incomplete gamma function", example=Integral(x ** (a - 1) * exp(-b * x), (x, 0, y))
)
def lower_incomplete_gamma(f: Expr, x: Symbol, low: Expr, high: Expr) -> Outcome:
    """With the rate times the variable in its place it is the integral that defines the incomplete
    gamma function."""
    shape = _gamma_shape(f, x)
    if shape is None or low != 0 or not high.is_positive or not high.is_finite:
        return None
    c, s, rate = shape
    given = And(positive(s), positive(rate))
    value = c * rate ** (-s) * lowergamma(s, rate * high)
    return None if given == False else Rewrite(value, given)


@RULES.definite("upper incomplete gamma function", example=Integral(x**a * exp(-b * x), (x, y, oo)))
def upper_incomplete_gamma(f: Expr, x: Symbol, low: Expr, high: Expr) -> Outcome:
    """With the rate times the variable in its place it is the integral that defines what the
    incomplete gamma function leaves."""
    shape = _gamma_shape(f, x)
    if shape is None or high != oo or not low.is_positive:
        return None
    c, s, rate = shape
    given = positive(rate)
    return None if given == False else Rewrite(c * rate ** (-s) * uppergamma(s, rate * low), given)


def _gamma_shape(f: Expr, x: Symbol) -> tuple[Expr, Expr, Expr] | None:
    """`c, s, rate` of c*x**(s - 1)*exp(-rate*x)."""
    c, found = factors(f, x)
    power, others = power_of(x, found)
    if len(others) != 1 or not isinstance(others[0][0], exp) or others[0][1] != 1:
        return None
    rate = -others[0][0].args[0] / x
    elementary = power.is_Integer and power >= 0
    return None if elementary or depends_on(rate, x) else (c, power + 1, rate)


@RULES.definite(
    "incomplete beta function",
    example=Integral(x ** (a - 1) * (1 - x) ** (b - 1), (x, 0, y)),
)
def incomplete_beta(f: Expr, x: Symbol, low: Expr, high: Expr) -> Outcome:
    """The share of the beta function up to a place below 1 is the regularised incomplete one."""
    shape = _beta_shape(f, x)
    if shape is None or low != 0 or _has_elementary(*shape[1:]):
        return None
    c, u, v = shape
    given = And(positive(u), positive(v), positive(high), positive(1 - high))
    whole = gamma(u) * gamma(v) / gamma(u + v)
    value = c * whole * betainc_regularized(u, v, S.Zero, high)
    return None if given == False else Rewrite(value, given)


def _beta_shape(f: Expr, x: Symbol) -> tuple[Expr, Expr, Expr] | None:
    """`c, u, v` of c*x**(u - 1)*(1 - x)**(v - 1)."""
    c, found = factors(f, x)
    p, others = power_of(x, found)
    q, others = power_of(1 - x, others)
    return None if others else (c, p + 1, q + 1)


def _has_elementary(u: Expr, v: Expr) -> bool:
    """Whether powers of x and of 1 - x have an elementary antiderivative (Chebyshev's theorem)."""
    return any(e.is_Integer for e in (u, v, u + v))


@RULES.definite(
    "incomplete beta function of a share",
    example=Integral(x ** (a - 1) * (b * x + 1) ** (-a - b), (x, 0, y)),
)
def incomplete_beta_of_a_share(f: Expr, x: Symbol, low: Expr, high: Expr) -> Outcome:
    """Of u = c + d*x the part d*x/u takes the place of x, which goes up to a place below 1."""
    c, found = factors(f, x)
    p, others = power_of(x, found)
    shape = binomial(others[0][0], x) if len(others) == 1 else None
    if low != 0 or shape is None or shape[2] != 1 or not high.is_positive:
        return None
    k, d, _ = shape
    u, v = p + 1, -others[0][1] - p - 1
    if u.is_number and v.is_number and _has_elementary(u, v):
        return None
    given = And(positive(u), positive(v), positive(k), positive(d))
    whole = gamma(u) * gamma(v) / gamma(u + v) * k ** (-v) * d ** (-u)
    value = c * whole * betainc_regularized(u, v, S.Zero, d * high / (k + d * high))
    return None if given == False else Rewrite(value, given)
