"""The real factors of a polynomial, of degree one and two, as far as radicals and cosines give
them: binomials, polynomials in a power, palindromes, cubics with three real zeros, and quartics
with a rational resolvent."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from math import gcd

from sympy import (
    Expr,
    Poly,
    Rational,
    S,
    Symbol,
    acos,
    cos,
    factor_list,
    pi,
    radsimp,
    real_root,
    roots,
    sqrt,
    sqrtdenest,
)

LARGEST = 12


def real_factors(p: Expr, x: Symbol) -> list[tuple[Expr, int]] | None:
    """Monic real factors with their powers; None where there is no closed form for all of them.

    >>> x = Symbol("x")
    >>> [str(q) for q, _ in real_factors(x**4 + 1, x)]
    ['x**2 - sqrt(2)*x + 1', 'x**2 + sqrt(2)*x + 1']
    """
    found: list[tuple[Expr, int]] = []
    for factor, power in factor_list(p, x)[1]:
        parts = _real(Poly(factor, x).monic(), x)
        if parts is None:
            return None
        found += [(part, power) for part in parts]
    return found


def _real(p: Poly, x: Symbol) -> list[Expr] | None:
    """The real factors of a monic polynomial that is irreducible over the rationals."""
    if p.degree() == 1:
        return [p.as_expr()]
    if p.degree() == 2:
        return _of_quadratic(p, x)
    if p.degree() > LARGEST:
        return None
    parts = _palindrome(p, x)
    if parts is not None:
        return parts
    shift = -p.nth(p.degree() - 1) / p.degree()
    moved = p.compose(Poly(x + shift, x))
    for method in METHODS:
        parts = method(moved, x)
        if parts is not None:
            return [_simple(q.subs(x, x - shift).expand(), x) for q in parts]
    return None


def _of_quadratic(p: Poly, x: Symbol) -> list[Expr]:
    _, b, c = p.all_coeffs()
    d = b**2 - 4 * c
    if d.is_negative:
        return [p.as_expr()]
    return [x + (b - sqrt(d)) / 2, x + (b + sqrt(d)) / 2]


def _simple(q: Expr, x: Symbol) -> Expr:
    return Poly([radsimp(c) for c in Poly(q, x).all_coeffs()], x).as_expr()


# ------------------------------------------------------------------ methods; p has no second term


def _binomial(p: Poly, x: Symbol) -> list[Expr] | None:
    """x**n + a: the zeros lie on a circle, in pairs that the cosine gives."""
    n, a = p.degree(), p.nth(0)
    if set(p.monoms()) != {(n,), (0,)}:
        return None
    r = real_root(abs(a), n)
    # The angles of the zeros above the axis, in units of pi/n: even for -1 = x**n/a, odd for +1.
    angles = range(0, n + 1, 2) if a.is_negative else range(1, n + 1, 2)
    return [_pair(r, Rational(k, n), x) for k in angles]


def _pair(r: Expr, turn: Rational, x: Symbol) -> Expr:
    if turn in (0, 1):
        return x - r if turn == 0 else x + r
    return x**2 - 2 * r * cos(pi * turn) * x + r**2


def _in_powers(p: Poly, x: Symbol) -> list[Expr] | None:
    """q(x**n): the real factors of q, each with x**n put in and split again."""
    n = reduce(gcd, (k for (k,) in p.monoms()))
    if n < 2:
        return None
    parts = _real(Poly({(k // n,): c for (k,), c in p.terms()}, x), x)
    if parts is None:
        return None
    found: list[Expr] = []
    for q in parts:
        pieces = _squared(q, x) if n == 2 else _put_in(q, n, x)
        if pieces is None:
            return None
        found += pieces
    return found


def _put_in(q: Expr, n: int, x: Symbol) -> list[Expr] | None:
    """The real factors of q(x**n), q of degree one or two without real zeros."""
    coefficients = Poly(q, x).all_coeffs()
    if len(coefficients) == 2:
        return _binomial(Poly(x**n + coefficients[1], x), x)
    _, u, v = coefficients
    r, turn = sqrt(v) ** Rational(1, n), acos(-u / (2 * sqrt(v)))
    angles = ((turn + 2 * pi * k) / n for k in range(n))
    return [x**2 - 2 * r * cos(angle) * x + r**2 for angle in angles]


def _cubic(p: Poly, x: Symbol) -> list[Expr] | None:
    """x**3 + p*x + q with three real zeros: Viete's cosines of a third of an angle."""
    if p.degree() != 3:
        return None
    u, v = p.nth(1), p.nth(0)
    if not (4 * u**3 + 27 * v**2).is_negative:
        return None
    r = 2 * sqrt(-u / 3)
    turn = acos(3 * v / (u * r))
    return [x - r * cos((turn - 2 * pi * k) / 3) for k in range(3)]


def _squared(q: Expr, x: Symbol) -> list[Expr] | None:
    """The real factors of q(x**2), q of degree one or two."""
    coefficients = Poly(q, x).all_coeffs()
    if len(coefficients) == 2:
        c = coefficients[1]
        if c.is_positive:
            return [x**2 + c]
        return [x - sqrt(-c), x + sqrt(-c)] if c.is_negative else None
    _, u, v = coefficients
    # x**4 + u*x**2 + v = (x**2 + m)**2 - (2*m - u)*x**2 with m = sqrt(v)
    m = sqrtdenest(sqrt(v))
    k = sqrtdenest(sqrt(2 * m - u))
    return [x**2 - k * x + m, x**2 + k * x + m] if k.is_real else None


def _palindrome(p: Poly, x: Symbol) -> list[Expr] | None:
    """x**n * q(x + 1/x)."""
    n, c = p.degree(), p.all_coeffs()
    if n % 2 or c != c[::-1]:
        return None
    y, rest, q = Symbol("y"), p, S.Zero
    for k in range(n // 2, -1, -1):
        lead = rest.nth(n // 2 + k)
        q += lead * y**k
        rest = rest - Poly((lead * x ** (n // 2 - k) * (x**2 + 1) ** k).expand(), x)
    parts = _real(Poly(q, y).monic(), y)
    if parts is None or any(Poly(part, y).degree() > 1 for part in parts):
        return None
    quadratics = [(x**2 + 1 + part.subs(y, 0) * x) for part in parts]
    return [piece for q in quadratics for piece in _of_quadratic(Poly(q, x, extension=True), x)]


def _by_resolvent(p: Poly, x: Symbol) -> list[Expr] | None:
    """x**4 + u*x**2 + v*x + w as a difference of squares, where a rational number makes it one."""
    if p.degree() != 4:
        return None
    u, v, w = p.nth(2), p.nth(1), p.nth(0)
    z = Symbol("z")
    resolvent = z**3 - u * z**2 - 4 * w * z + 4 * u * w - v**2
    for m in sorted((r for r in roots(resolvent, z) if r.is_rational), reverse=True):
        if (m - u).is_positive:
            # (x**2 + m/2)**2 - (k*x - v/(2*k))**2 with k**2 = m - u
            k = sqrt(m - u)
            pair = (x**2 + s * k * x + m / 2 - s * v / (2 * k) for s in (1, -1))
            return [piece for q in pair for piece in _of_quadratic(Poly(q, x, extension=True), x)]
    return None


METHODS: tuple[Callable[[Poly, Symbol], list[Expr] | None], ...] = (
    _binomial,
    _in_powers,
    _cubic,
    _by_resolvent,
)
