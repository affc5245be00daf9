"""Polylogarithms: what is left where logarithms and inverse functions meet a fraction.

Li_1(z) = -log(1 - z), and z*Li_s'(z) = Li_(s-1)(z) (L. Lewin, Polylogarithms and Associated
Functions, 1981). Complex arguments stand below `re` and `im`, so that every answer is real.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sympy import (
    Abs,
    Add,
    And,
    Expr,
    I,
    Integral,
    Mul,
    Poly,
    S,
    Symbol,
    acos,
    acosh,
    acot,
    acoth,
    apart,
    asin,
    asinh,
    atan,
    atanh,
    cancel,
    im,
    log,
    polylog,
    re,
    sqrt,
    together,
)
from sympy.logic.boolalg import Boolean

from derive.calculus.integrals.operators import (
    Rules,
    antiderivative,
    linear,
    lowest_terms,
    nonzero,
    positive,
    quadratic,
    real,
    size,
)
from derive.calculus.integrals.rational import square_root
from derive.calculus.integrals.substitution import substitute_root
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on

x, a = Symbol("x"), Symbol("a", positive=True)
TABLE = Rules()
RULES = Rules()
LATE = Rules()
LARGE = 60


# ------------------------------------------------------------------ over the variable


class OverVariable(NamedTuple):
    """f/x has the antiderivative F/k, where f depends on x through a*x**k."""

    F: Expr
    k: Expr


def over_variable(f: Expr, x: Symbol) -> OverVariable | None:
    """f of a*x**k whose integral over the variable is a polylogarithm."""
    if isinstance(f, (re, im)) and isinstance(f.args[0], polylog):
        found = _power(f.args[0].args[1], x)
        s, z = f.args[0].args
        return OverVariable(f.func(polylog(s + 1, z)), found) if found else None
    if isinstance(f, polylog):
        s, z = f.args
        found = _power(z, x)
        return OverVariable(polylog(s + 1, z), found) if found and not depends_on(s, x) else None
    if isinstance(f, log):
        z = (1 - f.args[0]).expand()
        return _of_logarithm(-1, z, _power(z, x))
    if isinstance(f, (atan, atanh)):
        (z,) = f.args
        k = _power(z, x)
        if k is None:
            return None
        if isinstance(f, atan):
            return OverVariable(im(polylog(2, I * z)), k)
        return OverVariable((polylog(2, z) - polylog(2, -z)) / 2, k)
    return None


def _of_logarithm(factor: int, z: Expr, k: Expr | None) -> OverVariable | None:
    return OverVariable(factor * polylog(2, z), k) if k else None


def _power(z: Expr, x: Symbol) -> Expr | None:
    """k of z = a*x**k."""
    base, k = z.as_independent(x, as_Add=False)[1].as_base_exp()
    return k if base == x and not depends_on(k, x) else None


@TABLE.indefinite("polylogarithm", example=Integral(log(1 + x) / x, x), on=Mul)
def by_definition(f: Expr, x: Symbol) -> Outcome:
    """By definition: divided by the variable, a polylogarithm is the derivative of the next one."""
    if len(f.args) != 2 or 1 / x not in f.args:
        return None
    (g,) = (p for p in f.args if p != 1 / x)
    found = over_variable(g, x)
    return Rewrite(found.F / found.k, nonzero(found.k)) if found else None


@RULES.indefinite(
    "parts towards a polylogarithm", example=Integral(log(x) * log(1 + x) / x, x), on=Mul
)
def towards_polylogarithm(f: Expr, x: Symbol) -> Iterator[Rewrite]:
    """Integrate what becomes a polylogarithm, differentiate the powers of the logarithm."""
    if not any(p == 1 / x for p in f.args):
        return
    for g in f.args:
        found = over_variable(g, x)
        u = f * x / g
        if found is None or not _in_logarithm(u, x) or u == 1:
            continue
        v, du = found.F / found.k, u.diff(x)
        letters = ((Symbol("u"), u), (Symbol("v"), v))
        yield Rewrite(u * v - antiderivative(du * v, x), nonzero(found.k), where=letters)


def _in_logarithm(u: Expr, x: Symbol) -> bool:
    """A power of the logarithm of a power of x."""
    base, n = u.as_base_exp()
    return n.is_Integer and n > 0 and isinstance(base, log) and _power(base.args[0], x) is not None


@RULES.indefinite("logarithm over a line", example=Integral(log(2 + 3 * x) / (x + 1), x), on=Mul)
def logarithm_over_line(f: Expr, x: Symbol) -> Iterator[Rewrite]:
    """Make the denominator the variable: the logarithm of the ratio gives a dilogarithm."""
    found = _logarithm_over_line(f, x)
    if found is None:
        return
    k, inside, inside_line, below, below_line = found
    (b, a), (d, c) = inside_line, below_line
    start = lowest_terms(a - b * c / d)  # the value inside where the denominator is zero
    if start == 0:
        return
    if real(start).is_negative is not True:
        ratio = lowest_terms(b / (d * start)) * below
        yield Rewrite(k * (log(start) * log(Abs(below)) - polylog(2, -ratio)) / d, positive(start))
    if real(start).is_positive is not True:
        ratio = lowest_terms(inside / start) if inside.free_symbols == {x} else inside / start
        both = log(inside) * log(1 - ratio) + polylog(2, ratio)
        yield Rewrite(k * both / d, positive(-start))


Line = tuple[Expr, Expr]


def _logarithm_over_line(f: Expr, x: Symbol) -> tuple[Expr, Expr, Line, Expr, Line] | None:
    """k, u, v of f = k*log(u)/v with u and v linear, and the coefficients of u and v."""
    k, moving = f.as_independent(x, as_Add=False)
    logs = [p for p in Mul.make_args(moving) if isinstance(p, log)]
    if len(logs) != 1:
        return None
    below = logs[0] / moving
    (inside,) = logs[0].args
    lines = linear(inside, x), linear(below, x)
    return (k, inside, lines[0], below, lines[1]) if lines[0] and lines[1] else None


@RULES.indefinite(
    "logarithm of a power over a line",
    example=Integral(log(3 * x**2) / (x + 1), x),
    on=Mul,
)
def logarithm_of_power_over_line(f: Expr, x: Symbol) -> Outcome:
    """By parts, with the dilogarithm of the ratio; its real part is enough on every side."""
    logs = [p for p in f.args if isinstance(p, log) and depends_on(p, x)]
    if len(logs) != 1:
        return None
    power = logs[0].args[0].as_independent(x, as_Add=False)[1]
    (base, n), below = power.as_base_exp(), logs[0] / f
    distance = isinstance(base, Abs)
    base = base.args[0] if distance else base
    above, line = linear(base, x), linear(below, x)
    if above is None or line is None or depends_on(n, x) or (n == 1 and base != x and not distance):
        return None
    (b, a), (d, e) = above, line
    start = lowest_terms(a - b * e / d)  # the base where the denominator is zero
    if start == 0:
        return Rewrite(logs[0] ** 2 / (2 * n * d), nonzero(n))
    ratio = base / start
    both = logs[0] * log(Abs(1 - ratio)) + n * re(polylog(2, ratio))
    return Rewrite(both / d, And(nonzero(start), nonzero(d), nonzero(b)))


# ------------------------------------------------------------------ made into lines


@RULES.indefinite(
    "root beside a logarithm", example=Integral(log(x) / (x * sqrt(1 + x)), x), on=Mul
)
def root_beside_logarithm(f: Expr, x: Symbol) -> Outcome:
    """A root of a linear expression becomes the new variable: what is left is rational."""
    parts = [p for p in f.args if depends_on(p, x)]
    logs = [p for p in parts if isinstance(p, log) and linear(p.args[0], x)]
    roots = [p for p in parts if p.is_Pow and p.exp.is_Rational and p.exp.q == 2]
    rest = Mul(*(p for p in parts if p not in logs and p not in roots))
    if len(logs) != 1 or len(roots) != 1 or not linear(roots[0].base, x):
        return None
    fraction = rest.is_rational_function(x) and not rest.is_polynomial(x)
    return substitute_root(f, x) if fraction else None


@RULES.indefinite("logarithm of a product", example=Integral(log(x**2 - 2) / (x - 1), x), on=Mul)
def logarithm_of_product(f: Expr, x: Symbol) -> Outcome:
    """Where the quadratic is positive its logarithm is that of its factors, added up."""
    logs = [p for p in f.args if isinstance(p, log) and depends_on(p, x)]
    found = _real_zeros(logs[0].args[0], x) if len(logs) == 1 else None
    rest = f / logs[0] if logs else f
    if found is None or not rest.is_rational_function(x) or rest.is_polynomial(x):
        return None
    lead, r, s, given = found
    terms = rest * log(Abs((lead * (x - r)).expand())) + rest * log(Abs(x - s))
    return Rewrite(antiderivative(terms, x), given)


@RULES.indefinite("logarithm over real zeros", example=Integral(log(x + 3) / (x**2 - 2), x), on=Mul)
def logarithm_over_zeros(f: Expr, x: Symbol) -> Outcome:
    """The quadratic below has two real zeros: partial fractions."""
    logs = [p for p in f.args if isinstance(p, log) and depends_on(p, x)]
    if len(logs) != 1 or not (f / logs[0]).is_rational_function(x):
        return None
    over, under = together(f / logs[0]).as_numer_denom()
    found = _real_zeros(under, x)
    if found is None or not over.is_polynomial(x) or Poly(over, x).degree() > 1:
        return None
    lead, r, s, given = found
    terms = (over.subs(x, p) * logs[0] / (lead * (p - q) * (x - p)) for p, q in ((r, s), (s, r)))
    return Rewrite(antiderivative(Add(*terms), x), given)


def _real_zeros(q: Expr, x: Symbol) -> tuple[Expr, Expr, Expr, Boolean] | None:
    """`a, r, s` of a quadratic q = a*(x - r)*(x - s), and when the zeros r and s are real."""
    coefficients = quadratic(q, x)
    if coefficients is None:
        return None
    a, b, c = coefficients
    d = lowest_terms(b**2 - 4 * a * c)
    if d == 0 or real(d).is_negative:
        return None
    half, factors = square_root(d) / (2 * a), Mul.make_args(d.factor())
    given = positive(Mul(*(p for p in factors if not p.as_base_exp()[1].is_even)))
    return a, lowest_terms(half - b / (2 * a)), lowest_terms(-half - b / (2 * a)), given


@RULES.indefinite(
    "logarithm over its own quadratic",
    example=Integral((x + 1) * log(x**2 + 1) / (x**2 + 1), x),
    on=Mul,
)
def logarithm_over_quadratic(f: Expr, x: Symbol) -> Outcome:
    """With w = 1/2 - i*(x - p)/(2*q) the quadratic has the conjugate factors w and 1 - w."""
    logs = [p for p in f.args if isinstance(p, log) and depends_on(p, x)]
    quad = Poly(logs[0].args[0], x) if len(logs) == 1 and logs[0].args[0].is_polynomial(x) else None
    if quad is None or quad.degree() != 2:
        return None
    inside, (lead, b, e) = logs[0].args[0], quad.all_coeffs()
    top = cancel(f / logs[0] * inside)
    square = lowest_terms(e / lead - b**2 / (4 * lead**2))
    if not top.is_polynomial(x) or Poly(top, x).degree() > 1 or not real(square).is_positive:
        return None
    p, q = -b / (2 * lead), sqrt(square)
    half = Poly(top, x).coeff_monomial(x) / (2 * lead)
    rest = lowest_terms(Poly(top, x).coeff_monomial(1) - half * b)
    w = S.Half - I * (x - p) / (2 * q)
    angle = log(lowest_terms(4 * lead * square) * inside) * atan((x - p) / q) / 2
    return half * logs[0] ** 2 / 2 + rest / (lead * q) * (angle + im(polylog(2, w)))


TRANSCENDENTAL = (log, atan, acot, asin, acos, atanh, acoth, asinh, acosh, polylog, re, im)


@LATE.indefinite(
    "partial fractions beside a logarithm",
    example=Integral(x**2 * log(x**2 + x + 1) / (x**2 + x + 1), x),
    on=Mul,
)
def fractions_beside(f: Expr, x: Symbol) -> Outcome:
    """Divide, and split the rational factor into partial fractions."""
    others = [p for p in f.args if isinstance(p.as_base_exp()[0], TRANSCENDENTAL)]
    rest = f / Mul(*others)
    if (
        not others
        or not rest.is_rational_function(x)
        or len(f.free_symbols) > 3
        or size(rest) > LARGE
    ):
        return None
    split = apart(rest, x)
    if not split.is_Add or rest.is_polynomial(x):
        return None
    return antiderivative(Add(*(term * Mul(*others) for term in split.args)), x)
