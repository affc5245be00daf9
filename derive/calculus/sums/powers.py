"""Sums of powers: arithmetic and geometric sums, Faulhaber's formula, polynomials times powers."""

from __future__ import annotations

from sympy import (
    Add,
    Dummy,
    Expr,
    Mul,
    Poly,
    Pow,
    Rational,
    S,
    Symbol,
    bernoulli,
    binomial,
    factor,
    oo,
)

from derive.calculus.sums.operators import Rules, ratio, smaller_than_one, unequal
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, sigma

x, q = Symbol("x"), Symbol("q")
k, n = Symbol("k", integer=True), Symbol("n", integer=True)
RULES = Rules()
MIXED = Rules()
HIGHEST = 40


@RULES.finite("arithmetic sum", example=sigma(2 * k + x, k, 1, n))
def arithmetic_sum(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Terms at equal distances: their number times the mean of the first and the last."""
    if not f.is_polynomial(k) or not f.is_Add or Poly(f, k).degree() != 1:
        return None
    return (b - a + 1).expand() * factor((f.subs(k, a) + f.subs(k, b)) / 2)


@RULES.finite("power sum (Faulhaber)", example=sigma(k**3, k, 1, n), on=(Symbol, Pow))
def power_sum(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """A sum of equal powers is a polynomial: Faulhaber's formula, with Bernoulli numbers."""
    base, p = f.as_base_exp()
    if base != k or not p.is_Integer or not 1 <= p <= HIGHEST:
        return None
    return factor(faulhaber(b, int(p)) - faulhaber(a - 1, int(p)))


def faulhaber(n: Expr, p: int) -> Expr:
    """1**p + ... + n**p.

    >>> faulhaber(S(10), 2)
    385
    """
    B = [S.Half if j == 1 else bernoulli(j) for j in range(p + 1)]
    terms = (binomial(p + 1, j) * B[j] * n ** (p + 1 - j) for j in range(p + 1))
    return Rational(1, p + 1) * Add(*terms)


@RULES.finite("geometric sum", example=sigma(q**k, k, 0, n))
def geometric_sum(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Each term is q times the one before: the first minus what would come next, over 1 - q."""
    r = ratio(f, k)
    if r is None or depends_on(r, k) or r == 1:
        return None
    first, after = f.subs(k, a), f.subs(k, b + 1)
    return Rewrite((first - after) / (1 - r), unequal(r, S.One), where=((q, r),))


@RULES.infinite("geometric series", example=sigma(x**k, k, 0, oo))
def geometric_series(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Each term is q times the one before, with |q| < 1: the first term over 1 - q."""
    r = ratio(f, k)
    if r is None or depends_on(r, k):
        return None
    given = smaller_than_one(r)
    if given == False:
        return None
    return Rewrite(f.subs(k, a) / (1 - r), given, where=((q, r),))


# ------------------------------------------------------------------ polynomials times powers


@MIXED.finite("polynomial times a power", example=sigma(k * q**k, k, 0, n), on=Mul)
def polynomial_times_power(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """With T(k) = p(k)*q**k and a polynomial p, the terms are T(k + 1) - T(k)."""
    found = _polynomial_and_power(f, k)
    if found is None:
        return None
    poly, power, r = found
    p = _antidifference(poly, r, k)
    last = factor(p.subs(k, b + 1)) * power.subs(k, b + 1)
    T = p * power
    return Rewrite(last - T.subs(k, a), unequal(r, S.One), where=((Symbol("T"), T),))


def _polynomial_and_power(f: Expr, k: Symbol) -> tuple[Poly, Expr, Expr] | None:
    parts = [part for part in Mul.make_args(f) if part.is_polynomial(k)]
    power = Mul(*(part for part in Mul.make_args(f) if not part.is_polynomial(k)))
    poly, r = Poly(Mul(*parts), k), ratio(power, k)
    if r is None or depends_on(r, k) or r == 1 or not 1 <= poly.degree() <= HIGHEST:
        return None
    return poly, power, r


def _antidifference(poly: Poly, r: Expr, k: Symbol) -> Expr:
    """p with r*p(k + 1) - p(k) = poly(k), from the highest coefficient down."""
    t = Dummy("t")  # whatever r is, the coefficients are rational functions of it
    rest, p = Poly(poly.as_expr(), k, field=True), Poly(0, k, field=True)
    while not rest.is_zero:
        term = Poly(rest.LC() / (t - 1) * k ** rest.degree(), k, field=True)
        p += term
        rest = rest - term.compose(Poly(k + 1, k)).mul_ground(t) + term
    return factor(p.as_expr().subs(t, r))


@MIXED.infinite("polynomial times a power, infinite", example=sigma(k**2 * x**k, k, 0, oo), on=Mul)
def polynomial_series(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """With T(k) = p(k)*q**k the terms are T(k + 1) - T(k), and T(k) tends to 0 for |q| < 1."""
    found = _polynomial_and_power(f, k)
    if found is None:
        return None
    poly, power, r = found
    given = smaller_than_one(r)
    if given == False:
        return None
    T = _antidifference(poly, r, k) * power
    value = factor(-T.subs(k, a)) if a.is_Integer else -T.subs(k, a)
    return Rewrite(value, given, where=((Symbol("T"), T),))
