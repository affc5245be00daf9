"""Whether an integral converges absolutely, decided before it is rearranged: the p-test.

Near a singular point p the integrand is compared with |x - p|**(-q), q < 1, far out with x**(-q),
q > 1: that the quotient tends to zero is a premise, worked out like any other limit.
"""

from __future__ import annotations

from itertools import pairwise
from math import inf, log10

from sympy import Basic, Expr, Rational, Reals, S, Set, Symbol, exp

from derive.calculus.integrals.continuity import NotReal, breaks, strictly_inside
from derive.calculus.integrals.zeros import Unknown, numeric
from derive.calculus.limit_table import lim
from derive.rules import ZERO

Premise = tuple[Basic, Set]
Premises = tuple[Premise, ...]
SAMPLES = (Rational(7, 5), Rational(1, 3), Rational(18, 5))  # for letters in the integrand


def convergence(f: Expr, x: Symbol, a: Expr, b: Expr) -> Premises | None:
    """What has to be shown for it; None where it is not seen to converge, or f not to be real.

    With letters in f it is looked at for a few of their values, where f has to stay bounded.
    """
    letters = sorted(f.free_symbols - {x}, key=str)
    if not numeric(a, b):
        return None
    if letters:
        known = [f.xreplace(dict.fromkeys(letters, value)) for value in SAMPLES]
        return () if all(_bounded(g, x, a, b) for g in known) else None
    try:
        places = singular(f, x, a, b)
    except (Unknown, NotReal, TypeError):
        return None
    found = [compared(f, x, p, side) for p, side in places]
    return None if None in found else tuple(premise for premise in found if premise is not None)


def _bounded(f: Expr, x: Symbol, a: Expr, b: Expr) -> bool:
    try:
        places = singular(f, x, a, b)
    except (Unknown, NotReal, TypeError):
        return False
    rates = [rate(f, x, p, side) for p, side in places]
    return all(
        fall is not None and (fall > -0.1 if p.is_finite else fall < -1.1)
        for fall, (p, _) in zip(rates, places, strict=True)
    )


def singular(f: Expr, x: Symbol, a: Expr, b: Expr) -> list[tuple[Expr, int]]:
    """The ends of the pieces at which f may be unbounded, with the side from which to come."""
    suspects = breaks(f, x, a, b)
    inner = [p for p in suspects if strictly_inside(p, a, b)]
    places = [(p, side) for p in inner for side in (1, -1)]
    for end, side in ((a, 1), (b, -1)):
        if end.is_infinite or end in suspects:
            places.append((end, side))
    return places


def compared(f: Expr, x: Symbol, p: Expr, side: int) -> Premise | None:
    """f has a limit; or f times the distance to a power q < 1 (far out: q > 1) tends to zero."""
    fall = rate(f, x, p, side)
    way = "-" if side < 0 else "+"
    if fall is None:
        return None
    if p.is_finite and fall > -0.01:
        return lim(f, x, p, way), Reals
    if p.is_infinite:
        if fall > -1.05:
            return None
        q = Rational(3, 2) if fall < -1.6 else _between(-fall)
        distance = -side * x
    else:
        if fall < -0.95:
            return None
        q = S.Half if fall > -0.4 else _between(-fall)
        distance = side * (x - p)
    return lim(f * distance**q, x, p, way), ZERO


def _between(exponent: float) -> Rational:
    """A fraction about half way to 1."""
    return Rational(round(60 * (exponent + 1) / 2), 60)


def beside(f: Expr, x: Symbol, p: Expr, side: int, k: Expr) -> Expr | None:
    """f at distance 1/k from p, or at k far out; in floating point: 2**k has k digits."""
    if any(g.args[0].has(exp) for g in f.atoms(exp)):
        return None  # exp(exp(k)) has no place in a computer
    place = -side * k if p.is_infinite else p + side / k
    return f.subs(x, place.evalf(40)).evalf(20)


def rate(f: Expr, x: Symbol, p: Expr, side: int) -> float | None:
    """The exponent with which |f| falls or grows, by distance, close to p or far out."""
    sizes = []
    for k in (4, 7, 10):
        value = beside(f, x, p, side, S(10) ** k)
        if value is None or not value.is_real:
            return None
        size = abs(float(value))
        if size == inf:
            return inf if p.is_infinite else -inf  # it grows beyond all powers
        sizes.append(size)
    if sizes[2] == 0 or sizes[1] == 0 or sizes[0] == 0:
        return -100.0 if p.is_infinite else 0.0
    slopes = [log10(after / before) / 3 for before, after in pairwise(sizes)]
    return max(slopes) if p.is_infinite else -max(slopes)
