"""Roots of linear expressions and binomials, alone or several together, taken out by one change of
variable: a quotient of roots, Chebyshev's substitutions, Euler's substitutions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import permutations
from math import gcd

from sympy import (
    Dummy,
    Expr,
    Integral,
    Mul,
    Poly,
    Pow,
    S,
    Symbol,
    cancel,
    default_sort_key,
    expand_power_base,
    sqrt,
    together,
)

from derive.calculus.integrals.operators import (
    Rules,
    antiderivative,
    linear,
    nonzero,
    nonzero_factors,
    positive,
    quadratic,
    real,
    size,
    substitution,
)
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh

x = Symbol("x")
RULES = Rules()
EULER = Rules()
LARGE = 120
HIGHEST = 6  # the root that Chebyshev's substitution takes


def roots(f: Expr, x: Symbol) -> list[Pow]:
    """The powers in f with a fractional exponent, in order."""
    found = (p for p in f.atoms(Pow) if p.exp.is_Rational and not p.exp.is_Integer)
    return sorted((p for p in found if depends_on(p.base, x)), key=default_sort_key)


def _common(numbers: list[int]) -> int:
    return reduce(lambda p, q: p * q // gcd(p, q), numbers)


# ------------------------------------------------------------------ one square root


@RULES.indefinite(
    "free the denominator of the root", example=Integral(1 / (x + sqrt(x**2 + x + 2)), x)
)
def free_of_root(f: Expr, x: Symbol) -> Outcome:
    """Expand the fraction by the conjugate, so that the root stands in the numerator alone."""
    found = _in_root(f, x)
    if found is None:
        return None
    R, r, q = found
    over, under = together(R).as_numer_denom()
    A, B = _linear_in(under, r, q)
    C, D = _linear_in(over, r, q)
    norm = cancel(together(A**2 - B**2 * q))
    if norm == 0 or (B == 0 and C == 0):
        return None
    plain = cancel(together((C * A - D * B * q) / norm))
    rooted = cancel(together((D * A - C * B) / norm))
    if B == 0 and (plain == 0 or rooted == 0):
        return None
    equals = antiderivative(plain.factor() + (rooted * q).factor() / sqrt(q), x)
    return Rewrite(equals, where=((Symbol("q"), q),))


def _in_root(f: Expr, x: Symbol) -> tuple[Expr, Symbol, Expr] | None:
    """R, r, q of f = R(x, r) with r = sqrt(q), q quadratic."""
    found = roots(f, x)
    bases = {p.base for p in found}
    if len(bases) != 1 or any(p.exp.q != 2 for p in found) or size(f) > LARGE:
        return None
    (q,), r = bases, Dummy("r")
    R = f.xreplace({p: r ** (2 * p.exp) for p in found})
    return (R, r, q) if quadratic(q, x) and R.is_rational_function(x, r) else None


def _linear_in(p: Expr, r: Symbol, q: Expr) -> tuple[Expr, Expr]:
    """A, B with p = A + B*r, where r**2 = q."""
    A, B = S.Zero, S.Zero
    for (k,), c in Poly(p, r).terms():
        if k % 2:
            B += c * q ** (k // 2)
        else:
            A += c * q ** (k // 2)
    return A.expand(), B.expand()


# ------------------------------------------------------------------ two linear radicands


@RULES.indefinite("one root of a product", example=Integral(sqrt(1 - x) * sqrt(x + 2), x), on=Mul)
def one_root(f: Expr, x: Symbol) -> Outcome:
    """Where two radicands are positive together, the product of their roots is one root."""
    halves = [p for p in f.args if p.is_Pow and p.exp.is_Rational and p.exp.q == 2]
    lines = [(p, line) for p in halves if (line := linear(p.base, x))]
    if len(lines) != 2:
        return None
    (p, (a, _)), (q, (c, _)) = lines
    if not (a * c).is_negative:  # of slopes with one sign both may be negative
        return None
    half = S.Half if p.exp.is_positive or q.exp.is_positive else -S.Half
    rest = f / (p * q) * p.base ** (p.exp - half) * q.base ** (q.exp - half)
    return antiderivative(rest * (p.base * q.base).expand() ** half, x)


@RULES.indefinite(
    "quotient of roots", example=Integral(sqrt(x + 1) / ((x + 3) * sqrt(x + 2)), x), on=(Mul, Pow)
)
def quotient_of_roots(f: Expr, x: Symbol) -> Outcome:
    """With the root of the quotient of both radicands as the new variable all roots are gone."""
    found = _two_bases(f, x)
    if found is None or size(f) > LARGE:
        return None
    f, first, (a, b), second, (c, d), n = found
    if cancel(a * d - b * c) == 0 or _polynomial_beside_roots(f, x):
        return None
    u, w = fresh("u", f, x), Dummy("w", positive=True)
    below = (b * c - a * d) / (c * u**n - a)  # the second radicand in terms of u
    powers = {
        p: (u**n if p.base == first else S.One) ** p.exp * w ** (n * p.exp) for p in roots(f, x)
    }
    powers = {p: _root_of_power(p, first, u, w, n) for p in powers}
    inverse = (b - d * u**n) / (c * u**n - a)
    h = rational_in(f.xreplace(powers).subs(x, inverse), w, n, below, u)
    if h is None:
        return None
    h = cancel(together(h * inverse.diff(u)))
    Iu, letters = substitution(h, u, (first / second) ** (S.One / n), x)
    return Rewrite(Iu, nonzero_factors(a * d - b * c), where=letters)


def _root_of_power(p: Pow, first: Expr, u: Symbol, w: Symbol, n: int) -> Expr:
    """A power of a radicand, where first = u**n * second and second = w**n."""
    return w ** (n * p.exp) * (u ** (n * p.exp) if p.base == first else S.One)


def _polynomial_beside_roots(f: Expr, x: Symbol) -> bool:
    """Whether one root as the new variable leaves a polynomial and one standard root."""
    halves = roots(f, x)
    return all(p.exp.q == 2 and p.exp > -1 for p in halves) and (f / Mul(*halves)).is_polynomial(x)


Line = tuple[Expr, Expr]


def _two_bases(f: Expr, x: Symbol) -> tuple[Expr, Expr, Line, Expr, Line, int] | None:
    """f with roots of two linear radicands only, both positive where f is real."""
    bases = sorted({p.base for p in roots(f, x)}, key=default_sort_key)
    lines = [(b, line) for b in bases if (line := linear(b, x))]
    if len(lines) != 2:
        return None
    straight = [b for b, _ in lines]
    others = [b for b in bases if b not in straight]
    for b in others:
        c = cancel(b / (straight[0] * straight[1]))
        if depends_on(c, x) or not c.is_positive:
            return None
        split = {p: (c * straight[0] * straight[1]) ** p.exp for p in roots(f, x) if p.base == b}
        f = f.xreplace({p: expand_power_base(q, force=True) for p, q in split.items()})
    n = _common([int(p.exp.q) for p in roots(f, x)])
    return f, *lines[0], *lines[1], n


def rational_in(f: Expr, w: Symbol, n: int, W: Expr, u: Symbol) -> Expr | None:
    """f, rational in u and w, with w**n = W, if no other power of w is left in it."""
    if not f.is_rational_function(u, w):
        return None
    over, under = together(f).as_numer_denom()
    above, below = _by_residue(over, w, n, W), _by_residue(under, w, n, W)
    if above is None or below is None or above[0] != below[0]:
        return None
    return above[1] / below[1]


def _by_residue(p: Expr, w: Symbol, n: int, W: Expr) -> tuple[int, Expr] | None:
    """k, A with p = w**k * A and A free of w, k < n."""
    terms = Poly(p, w).terms()
    residues = {int(k) % n for (k,), _ in terms}
    if len(residues) != 1:
        return None
    return residues.pop(), sum(c * W ** (int(k) // n) for (k,), c in terms)


@RULES.indefinite("one root after the other", example=Integral(sqrt(x + 1) * sqrt(x + 3), x))
def one_root_first(f: Expr, x: Symbol) -> Iterator[Rewrite]:
    """Of two square roots of linear expressions take one as the new variable."""
    bases = sorted({p.base for p in roots(f, x)}, key=default_sort_key)
    if len(bases) != 2 or any(p.exp.q != 2 for p in roots(f, x)) or size(f) > LARGE:
        return
    for base, other in permutations(bases):
        line = linear(base, x)
        if line is None or linear(other, x) is None:
            return
        (a, b), u = line, fresh("u", f, x)
        powers = {p: u ** (2 * p.exp) for p in roots(f, x) if p.base == base}
        h = f.xreplace(powers).subs(x, (u**2 - b) / a) * 2 * u / a
        if not depends_on(h, x):
            Iu, letters = substitution(_expanded_roots(h, u), u, sqrt(base), x)
            yield Rewrite(Iu, nonzero(a), where=letters)


def _expanded_roots(h: Expr, u: Symbol) -> Expr:
    return h.xreplace({p: p.base.expand() ** p.exp for p in roots(h, u)})


# ------------------------------------------------------------------ binomials


@RULES.indefinite(
    "Chebyshev's substitution", example=Integral((x**4 + 1) ** (-S(5) / 4), x), on=(Mul, Pow)
)
def chebyshev(f: Expr, x: Symbol) -> Outcome:
    """With u = x over the n-th root of a + b*x**n, roots of this binomial cancel."""
    bases = sorted({p.base for p in roots(f, x)}, key=default_sort_key)
    found = _binomial(bases[0], x) if len(bases) == 1 and size(f) <= LARGE else None
    if found is None:
        return None
    a, b, n = found
    q = _common([int(p.exp.q) for p in roots(f, x)])
    N = _common([q, n])
    u, w = fresh("u", f, x), Dummy("w", positive=True)
    powers = {p: w ** (N * p.exp) for p in roots(f, x)}
    h = f.xreplace(powers).subs(x, u * w ** (N // n)) * w ** (N + N // n) / a
    W = a / (1 - b * u**n)
    h = rational_in(h, w, N, W, u)
    if h is None:
        return None
    h = cancel(together(h))
    Iu, letters = substitution(h, u, x * bases[0] ** (-S.One / n), x)
    return Rewrite(Iu, nonzero(a), where=letters)


def _binomial(base: Expr, x: Symbol) -> tuple[Expr, Expr, int] | None:
    """a, b, n of a + b*x**n, n at least 2."""
    if not base.is_polynomial(x):
        return None
    terms = dict(Poly(base, x).terms())
    degree = max(k for (k,) in terms)
    if set(terms) != {(0,), (degree,)} or not 2 <= degree <= HIGHEST:
        return None
    return terms[(0,)], terms[(degree,)], degree


# ------------------------------------------------------------------ rational in x and sqrt(q)


@EULER.indefinite(
    "Euler's substitution", example=Integral(1 / ((x**2 + x + 1) * sqrt(x**2 + x + 2)), x)
)
def euler(f: Expr, x: Symbol) -> Iterator[Rewrite]:
    """The root and the variable together make a new one in which both are rational."""
    found = _in_root(f, x)
    if found is None:
        return
    R, r, q = found
    t = fresh("t", f, x)
    for root, inverse, g, given in _eulers(q, x, t):
        h = cancel(together(R.subs(r, root).subs(x, inverse) * inverse.diff(t)))
        Iu, letters = substitution(h, t, g, x)
        yield Rewrite(Iu, given, where=letters)


def _eulers(q: Expr, x: Symbol, t: Symbol) -> Iterator[tuple[Expr, Expr, Expr, Expr]]:
    """sqrt(q) and x in terms of t, and t in terms of x: Euler's first and third substitution."""
    a, b, c = Poly(q, x).all_coeffs()
    if real(a).is_negative is not True:
        s = sqrt(a)
        inverse = (t**2 - c) / (b + 2 * s * t)
        yield t - s * x, inverse, sqrt(q) + s * x, positive(a)
    d = b**2 - 4 * a * c
    if real(a).is_negative and real(d).is_positive and not d.free_symbols:
        low, high = (-b + sqrt(d)) / (2 * a), (-b - sqrt(d)) / (2 * a)
        # q = a*(x - low)*(x - high), and t = sqrt(q)/(x - low) is continuous between the zeros.
        inverse = (low * t**2 - a * high) / (t**2 - a)
        yield (x - low) * t, inverse, sqrt(q) / (x - low), S.true
