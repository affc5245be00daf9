"""Products of gamma values at the zeros of a polynomial, in real terms.

Complex places come in conjugate pairs. Where two places add up to a whole number the reflection
formula gamma(v)*gamma(1 - v) = pi/sin(pi*v) (Abramowitz and Stegun 6.1.17) leaves a sine.
"""

from __future__ import annotations

from collections import Counter

from sympy import (
    Expr,
    Integer,
    Mul,
    Poly,
    S,
    Symbol,
    conjugate,
    cos,
    cosh,
    default_sort_key,
    expand_complex,
    gamma,
    im,
    pi,
    radsimp,
    re,
    roots,
    sin,
)

from derive.structure import free_symbols


def places(p: Expr, k: Symbol) -> tuple[Expr, list[Expr]] | None:
    """`c, [v, w, ...]` with p = c*(k + v)*(k + w)*..., numbers found by radicals, some complex.

    >>> from sympy.abc import k
    >>> places(2*k**2 + 2, k)
    (2, [-I, I])
    """
    if free_symbols(p) != {k}:
        return None
    poly = Poly(p, k)
    found = roots(poly, cubics=False, quartics=False)
    if sum(found.values()) != poly.degree():
        return None
    shifts = (radsimp(expand_complex(-zero)) for zero in Counter(found).elements())
    return poly.LC(), sorted(shifts, key=default_sort_key)


def product_of_gammas(shifts: list[Expr]) -> Expr | None:
    """The product of gamma(v) over the places v, with no complex number left; None if some are.

    >>> from sympy import I
    >>> product_of_gammas([S.Half + I, S.Half - I])
    pi/cosh(pi)
    """
    value = _of_real_places([v for v in shifts if v.is_real is not False])
    upper = [v for v in shifts if im(v).is_positive]
    for v in [v for v in upper if (2 * re(v)).is_Integer]:
        upper.remove(v)
        value *= _reflected(v, 2 * re(v))
    while upper:
        v = upper.pop()
        w = next((w for w in upper if _mirrored(v, w).is_Integer), None)
        if w is None:
            return None
        upper.remove(w)
        value *= _both_reflected(v, _mirrored(v, w))
    return value


def _of_real_places(shifts: list[Expr]) -> Expr:
    value, left = S.One, list(shifts)
    while left:
        v = left.pop()
        w = next((w for w in left if (v + w).is_Integer and not (2 * v).is_Integer), None)
        if w is None:
            value *= gamma(v)
        else:
            left.remove(w)
            value *= _rising(1 - v, v + w - 1) * pi / sin((pi * v).expand())
    return value


def _mirrored(v: Expr, w: Expr) -> Expr:
    """The sum of v and the conjugate of w."""
    return radsimp(expand_complex(v + conjugate(w)))


def _reflected(v: Expr, m: Integer) -> Expr:
    """gamma(v)*gamma(m - v), where m - v is the conjugate of v."""
    return (_rising(1 - v, m - 1) * pi / sin((pi * v).expand())).expand(complex=True)


def _both_reflected(v: Expr, m: Integer) -> Expr:
    """gamma(v)*gamma(m - v), times the same at the conjugates."""
    p, q = re(v), im(v)
    size_of_sine = (cosh(2 * pi * q) - cos((2 * pi * p).expand())) / 2
    return _size(_rising(1 - v, m - 1)) * pi**2 / size_of_sine


def _rising(v: Expr, m: Integer) -> Expr:
    """gamma(v + m)/gamma(v)."""
    above = Mul(*(v + j for j in range(int(m))))
    return above / Mul(*(v - j for j in range(1, 1 - int(m))))


def _size(z: Expr) -> Expr:
    """|z|**2"""
    return (re(z) ** 2 + im(z) ** 2).expand(complex=True)
