"""Definite integrals as series: a geometric or logarithmic series, integrated term by term.

Whittaker and Watson, Modern Analysis, sections 7.2 and 13.12.
"""

from __future__ import annotations

from sympy import (
    And,
    Expr,
    Integral,
    S,
    Symbol,
    atan,
    cosh,
    exp,
    factorial,
    gamma,
    log,
    oo,
    sinh,
)

from derive.calculus.integrals.definite.matching import (
    Value,
    binomial,
    factors,
    family,
    monomial,
    power_of,
)
from derive.calculus.integrals.definite.sums import infinite_sum
from derive.calculus.integrals.operators import Rules, positive
from derive.structure import depends_on, fresh

x = Symbol("x")
RULES = Rules()


def _index(f: Expr) -> Symbol:
    return Symbol(fresh("n", f).name, integer=True, nonnegative=True)


def _moment(e: Expr, times: Expr) -> Expr:
    """The integral of x**e*log(x)**times from 0 to 1."""
    return (-1) ** times * factorial(times) / (e + 1) ** (times + 1)


@family(RULES, "geometric series", S.Zero, S.One, example=Integral(log(x) / (1 - x), (x, 0, 1)))
def geometric(f: Expr, x: Symbol) -> Value | None:
    """Expand the fraction into a geometric series, and integrate term by term."""
    c, found = factors(f, x)
    e, found = power_of(x, found)
    times, found = power_of(log(x), found)
    if len(found) != 1 or found[0][1] != -1 or not (times.is_Integer and 1 <= times <= 6):
        return None
    shape = binomial(found[0][0], x)
    if shape is None or shape[1] not in (shape[0], -shape[0]) or not shape[2].is_positive:
        return None
    k, d, degree = shape
    n = _index(f)
    total = infinite_sum((-d / k) ** n * _moment(degree * n + e, times), n)
    return c / k * total, positive(e + 1)


@family(RULES, "logarithmic series", S.Zero, S.One, example=Integral(log(1 + x) / x, (x, 0, 1)))
def logarithmic(f: Expr, x: Symbol) -> Value | None:
    """Expand log(1 + u) into its power series, and integrate term by term."""
    c, found = factors(f, x)
    e, found = power_of(x, found)
    times, found = power_of(log(x), found)
    if len(found) != 1 or found[0][1] != 1 or not (times.is_Integer and 0 <= times <= 6):
        return None
    series = found[0][0]
    shape = binomial(series.args[0], x) if isinstance(series, log) else None
    if shape is None or shape[0] != 1 or shape[1] not in (1, -1) or not shape[2].is_positive:
        return None
    _, d, degree = shape
    n = _index(f)
    term = d * (-d) ** n * _moment(degree * (n + 1) + e, times) / (n + 1)
    return c * infinite_sum(term, n), positive(e + 1 + degree)


@family(RULES, "series of exponentials", S.Zero, oo, example=Integral(x / (exp(x) - 1), (x, 0, oo)))
def of_exponentials(f: Expr, x: Symbol) -> Value | None:
    """Expand into a geometric series of exponentials; each term is a gamma function's integral."""
    c, found = factors(f, x)
    e, found = power_of(x, found)
    decay, shape, power = S.Zero, None, S.Zero
    for base, k in found:
        if isinstance(base, exp) and k == 1 and not depends_on(base.args[0] / x, x):
            decay -= base.args[0] / x
        elif power == 0 and k in (-1, -2):
            shape, power = _fraction(base, x), k
        else:
            return None
    if shape is None:
        return None
    k, rise, rate, sign = shape
    first = decay - power * rise
    n = _index(f)
    weight = S.One if power == -1 else n + 1
    term = weight * sign**n / (first + rate * n) ** (e + 1)
    convergent = positive(e + power + 1) if sign == 1 else positive(e + 1)
    given = And(convergent, positive(first), positive(rate))
    return c * k**power * gamma(e + 1) * infinite_sum(term, n), given


Shape = tuple[Expr, Expr, Expr, Expr]


def _fraction(base: Expr, x: Symbol) -> Shape | None:
    """`k, r, s, e` of base = k*exp(r*x)*(1 - e*exp(-s*x)), with e = 1 or -1 and s > 0."""
    if isinstance(base, (sinh, cosh)):
        rate = base.args[0] / x
        sign = S.One if isinstance(base, sinh) else S.NegativeOne
        return None if depends_on(rate, x) else (S.Half, rate, 2 * rate, sign)
    k, moving = base.as_independent(x, as_Add=True)
    if k == 0:
        return _two_exponentials(moving, x)
    c, found = factors(moving, x)
    if len(found) != 1 or not isinstance(found[0][0], exp):
        return None
    inside = monomial(found[0][0].args[0], x)
    if inside is None or inside[1] != 1 or c not in (k, -k):
        return None
    rate, sign = inside[0], -c / k
    if rate.could_extract_minus_sign():
        return k, S.Zero, -rate, sign
    return c, rate, rate, sign


def _two_exponentials(base: Expr, x: Symbol) -> Shape | None:
    """The same for c*exp(r*x) + d*exp(-s*x) with d = c or -c."""
    terms = [factors(term, x) for term in base.args] if base.is_Add else []
    if len(terms) != 2 or any(len(f) != 1 or not isinstance(f[0][0], exp) for _, f in terms):
        return None
    rates = [(f[0][0].args[0] / x, c) for c, f in terms]
    (fall, d), (rise, c) = sorted(rates, key=lambda pair: (pair[0] > 0) == True)
    if depends_on(fall, x) or depends_on(rise, x) or d not in (c, -c) or not rise.is_positive:
        return None
    return c, rise, rise - fall, -d / c


@family(
    RULES,
    "logarithmic series of exponentials",
    S.Zero,
    oo,
    example=Integral(log(1 + exp(-x)), (x, 0, oo)),
)
def logarithm_of_exponentials(f: Expr, x: Symbol) -> Value | None:
    """Expand log(1 + u) into its power series; each term is a gamma function's integral."""
    c, found = factors(f, x)
    e, found = power_of(x, found)
    if len(found) != 1 or found[0][1] != 1 or not isinstance(found[0][0], log):
        return None
    one, moving = found[0][0].args[0].as_independent(x, as_Add=True)
    d, inner = factors(moving, x)
    exponent = inner[0][0] if len(inner) == 1 else x
    if one != 1 or d not in (1, -1) or not isinstance(exponent, exp):
        return None
    rate = -exponent.args[0] / x
    if depends_on(rate, x):
        return None
    n = _index(f)
    term = d * (-d) ** n / (n + 1) ** (e + 2)
    return c * gamma(e + 1) * rate ** (-e - 1) * infinite_sum(term, n), And(
        positive(e + 1), positive(rate)
    )


@family(RULES, "arctangent series", S.Zero, S.One, example=Integral(atan(x) / x, (x, 0, 1)))
def arctangent(f: Expr, x: Symbol) -> Value | None:
    """Expand the arctangent into its power series, and integrate term by term."""
    c, found = factors(f, x)
    e, found = power_of(x, found)
    times, found = power_of(log(x), found)
    if len(found) != 1 or found[0][1] != 1 or not isinstance(found[0][0], atan):
        return None
    inside = monomial(found[0][0].args[0], x)
    if inside is None or inside[0] != 1 or not inside[1].is_positive or e.is_nonnegative:
        return None
    if not (times.is_Integer and 0 <= times <= 6):
        return None
    degree = inside[1]
    n = _index(f)
    term = (-1) ** n * _moment(degree * (2 * n + 1) + e, times) / (2 * n + 1)
    return c * infinite_sum(term, n), positive(e + 1 + degree)
