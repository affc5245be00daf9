"""Fractions whose denominators do not split over the rationals: simple zeros by Ostrogradsky's
method, equal residues together, real quadratic factors, and zeros that are only named."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Abs,
    Add,
    And,
    Expr,
    Integral,
    Mul,
    Poly,
    Pow,
    Rational,
    S,
    Symbol,
    atan,
    cancel,
    cos,
    gcd,
    im,
    log,
    pi,
    re,
    real_root,
    sqrt,
)
from sympy.integrals.rationaltools import ratint_ratpart

from derive.calculus.integrals.logarithmic_part import logarithmic_part
from derive.calculus.integrals.operators import (
    Rules,
    antiderivative,
    lowest_terms,
    nonzero,
    positive,
    substitution,
)
from derive.calculus.integrals.rational import quotient
from derive.calculus.integrals.real_factors import real_factors
from derive.numbered_roots import numbered_root
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh

x, y, z = Symbol("x"), Symbol("y"), Symbol("z")
CIRCLE = Rules()
RULES = Rules()


@CIRCLE.indefinite("zeros on a circle", example=Integral(x / (x**5 + 2), x), on=(Mul, Pow))
def zeros_on_a_circle(f: Expr, x: Symbol) -> Outcome:
    """The zeros of x**n + a lie evenly on a circle: a pair of them makes one quadratic fraction."""
    found = quotient(f, x)
    if found is None or f.free_symbols != {x}:
        return None
    over, under = (Poly(p, x) for p in found)
    n, a = under.degree(), under.nth(0) / under.LC()
    if set(under.monoms()) != {(n,), (0,)} or n in (1, 2, 3, 4, 6) or over.degree() >= n:
        return None
    r = real_root(abs(a), n)
    angles = [Rational(k, n) for k in range(0 if a < 0 else 1, n + 1, 2)]
    terms = [_circular(over.quo_ground(under.LC()), n, a, r, turn, x) for turn in angles]
    return antiderivative(Add(*terms), x)


def _circular(over: Poly, n: int, a: Expr, r: Expr, turn: Rational, x: Symbol) -> Expr:
    """The fraction of the zeros z = r*exp(+-i*pi*turn), of residue -z*over(z)/(n*a)."""
    if turn in (0, 1):
        z = r if turn == 0 else -r
        return -lowest_terms(z * over.as_expr().subs(x, z) / (n * a)) / (x - z)
    above = S.Zero
    for (k,), c in over.terms():
        ahead, behind = cos(pi * turn * (k + 1)), cos(pi * turn * k)
        above -= 2 * c * r ** (k + 1) * (ahead * x - r * behind) / (n * a)
    slope, rest = (lowest_terms(above.expand().coeff(x, k)) for k in (1, 0))
    return (slope * x + rest) / (x**2 - 2 * r * cos(pi * turn) * x + r**2)


@RULES.indefinite(
    "scale to a binomial of numbers", example=Integral(1 / (y + x**4), x), on=(Mul, Pow)
)
def scaled(f: Expr, x: Symbol) -> Iterator[Rewrite]:
    """With u = x/r for the right r, the binomial is a multiple of 1 + u**n or of 1 - u**n."""
    below = [p for p in Mul.make_args(f) if p.is_Pow and p.base.is_Add and depends_on(p, x)]
    if len(below) != 1 or not below[0].exp.is_Integer or not below[0].base.is_polynomial(x):
        return
    terms = dict(Poly(below[0].base, x).terms())
    (n,), power, u = max(terms), below[0].exp, fresh("u", f, x)
    m = (f / below[0]).as_coeff_exponent(x)
    if set(terms) != {(n,), (0,)} or n < 3 or depends_on(m[0], x) or not m[1].is_Integer:
        return
    a, b = terms[(0,)], terms[(n,)]
    if not (a.free_symbols or b.free_symbols):
        return
    for sign in (1, -1):
        r = (sign * a / b) ** Rational(1, n)
        h = m[0] * a**power * r ** (m[1] + 1) * u ** m[1] * (1 + sign * u**n) ** power
        Iu, letters = substitution(h, u, x / r, x)
        yield Rewrite(Iu, positive(sign * a / b), where=letters)


@RULES.indefinite(
    "biquadratic with letters", example=Integral(1 / (x**4 + y * x**2 + z), x), on=(Mul, Pow)
)
def biquadratic(f: Expr, x: Symbol) -> Outcome:
    """Split the denominator as a quadratic in x**2, where that has real zeros."""
    found = quotient(f, x)
    if found is None or f.free_symbols == {x}:
        return None
    over, under = (Poly(p, x) for p in found)
    odd = any(k % 2 for p in (over, under) for (k,) in p.monoms())
    if odd or under.degree() != 4 or over.degree() > 2:
        return None
    c, b, a = under.nth(0), under.nth(2), under.nth(4)
    d = cancel(b**2 - 4 * a * c)
    if d == 0:
        return None
    s = sqrt(d)
    terms = []
    for sign in (1, -1):
        v = (-b + sign * s) / (2 * a)  # a zero of a*v**2 + b*v + c
        terms.append((over.nth(0) + over.nth(2) * v) / (sign * s * (x**2 - v)))
    return Rewrite(antiderivative(Add(*terms), x), And(positive(d), nonzero(a)))


@RULES.indefinite(
    "Ostrogradsky's method", example=Integral(1 / (x**3 + x + 1) ** 2, x), on=(Mul, Pow)
)
def ostrogradsky(f: Expr, x: Symbol) -> Outcome:
    """Split off a rational part, so that the denominator left has simple factors only."""
    found = quotient(f, x)
    if found is None or f.free_symbols != {x}:
        return None
    over, under = (Poly(p, x) for p in found)
    if over.degree() >= under.degree() or gcd(under, under.diff(x)).degree() == 0:
        return None
    whole, rest = ratint_ratpart(over, under, x)
    return whole.factor() + antiderivative(rest.factor(), x) if whole != 0 else None


@RULES.indefinite(
    "logarithms by their residues",
    example=Integral((x**4 - 3 * x**2 + 6) / (x**6 - 5 * x**4 + 5 * x**2 + 4), x),
    on=(Mul, Pow),
)
def residues(f: Expr, x: Symbol) -> Outcome:
    """Zeros with the same residue share a logarithm, conjugate ones an arctangent."""
    found = quotient(f, x)
    if found is None or f.free_symbols != {x}:
        return None
    over, under = (Poly(p, x) for p in found)
    if under.degree() < 3 or over.degree() >= under.degree():
        return None
    return logarithmic_part(over, under, x) if under.is_irreducible else None


@RULES.indefinite("real quadratic factors", example=Integral(1 / (x**4 + 1), x), on=(Mul, Pow))
def over_real_factors(f: Expr, x: Symbol) -> Outcome:
    """Split the denominator into real linear and quadratic factors, and the fraction with it."""
    found = quotient(f, x)
    if found is None or f.free_symbols != {x}:
        return None
    over, under = (Poly(p, x) for p in found)
    if under.degree() < 3 or over.degree() >= under.degree() or not under.is_sqf:
        return None
    factors = real_factors(under.as_expr(), x)
    if factors is None or len(factors) < 2:
        return None
    terms = [_fraction(over, under, q, x) for q, _ in factors]
    return antiderivative(Add(*terms), x)


def _fraction(over: Poly, under: Poly, q: Expr, x: Symbol) -> Expr:
    """The part of over/under that has q, a simple factor, below it."""
    slope = under.diff(x)
    if Poly(q, x).degree() == 1:
        zero = -q.subs(x, 0)
        return lowest_terms((over.as_expr() / slope.as_expr()).subs(x, zero)) / q
    # At a zero z of q, over/under' is the residue; here as m + n*z, by z**2 = -b*z - c.
    _, b, c = Poly(q, x).all_coeffs()
    (p0, p1), (s0, s1) = (_at_zero(poly, b, c) for poly in (over, slope))
    norm = lowest_terms(s0**2 - b * s0 * s1 + c * s1**2)  # of s0 + s1*z
    t0, t1 = s0 - b * s1, -s1  # its conjugate
    m = lowest_terms((p0 * t0 - c * p1 * t1) / norm)
    n = lowest_terms((p0 * t1 + p1 * t0 - b * p1 * t1) / norm)
    # (m + n*z)/(x - z) and its conjugate, added
    return (lowest_terms(2 * m - b * n) * x + lowest_terms(b * m - 2 * c * n)) / q


def _at_zero(p: Poly, b: Expr, c: Expr) -> tuple[Expr, Expr]:
    """m, n with p = m + n*z at a zero z of z**2 + b*z + c (Horner's scheme)."""
    m, n = S.Zero, S.Zero
    for coefficient in p.all_coeffs():
        m, n = lowest_terms(coefficient - c * n), lowest_terms(m - b * n)
    return m, n


@RULES.indefinite("named zeros", example=Integral(1 / (x**5 - x - 1), x), on=(Mul, Pow))
def named_zeros(f: Expr, x: Symbol) -> Outcome:
    """The zeros have no closed form: they are named, real ones and conjugate pairs, in order."""
    found = quotient(f, x)
    if found is None or f.free_symbols != {x}:
        return None
    over, under = (Poly(p, x) for p in found)
    plain = all(c.is_Rational for c in under.all_coeffs())
    if not plain or over.degree() >= under.degree() or not under.is_irreducible:
        return None
    residue = over.as_expr() / under.diff(x).as_expr()
    terms = []
    for k in range(under.degree()):
        z = numbered_root(under.as_expr(), x, k)
        c = residue.subs(x, z)
        if z.is_real:
            terms.append(c * log(Abs(x - z)))
        elif im(z).is_positive:
            p, q = re(z), im(z)
            terms.append(re(c) * log((x - p) ** 2 + q**2) - 2 * im(c) * atan((x - p) / q))
    return Add(*terms)
