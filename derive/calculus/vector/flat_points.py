"""Kinds of critical points where the Hessian is singular: by the terms of lowest weight, and along
curves.

Source: Arnold, Gusein-Zade and Varchenko, Singularities of
Differentiable Maps, volume 1, chapter 12 (quasi-homogeneous functions).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise, product
from math import gcd, lcm
from typing import NamedTuple

from sympy import (
    QQ,
    Add,
    Dummy,
    Expr,
    ImmutableMatrix,
    Poly,
    Rational,
    Symbol,
    Tuple,
    expand,
    factorial,
    hessian,
    real_roots,
    simplify,
)

from derive.calculus.vector.points import (
    KindAlongCurves,
    KindByLowestTerms,
    KindOf,
    LocalMaximum,
    LocalMinimum,
    SaddlePoint,
)
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import fresh

x, y, t = Symbol("x"), Symbol("y"), Symbol("t", positive=True)

HIGHEST = 6  # degree of the Taylor polynomial of what is no polynomial
HIGHEST_SHEARED = 24
MOST_HALVINGS = 30
WEIGHTS = {1: 1, 2: 4}  # the largest power of t for so many letters; for more 2

KINDS = RuleTable(KindOf, lambda goal: goal.args, "kinds of critical points")
ALONG = RuleTable(KindAlongCurves, lambda goal: goal.args, "kinds along curves")
LOWEST = RuleTable(KindByLowestTerms, lambda goal: goal.args, "kinds by the terms of lowest weight")


class Near(NamedTuple):
    """f less its value at the point, in the steps from there; what is left out has at least the
    degree `beyond`, None where nothing is."""

    growth: Poly
    beyond: int | None

    def holds(self, weight: int, weights: tuple[int, ...]) -> bool:
        """Whether what is left out is smaller than terms of this weight."""
        return self.beyond is None or weight < self.beyond * min(weights)


def near(f: Expr, letters: Tuple, point: Tuple) -> Near | None:
    """None where second derivatives tell the kind, or where letters would have to be known."""
    if f.free_symbols | point.free_symbols > set(letters) or point.free_symbols:
        return None
    here = dict(zip(letters, point, strict=True))
    try:
        bends = ImmutableMatrix(hessian(f, list(letters))).subs(here)
        minors = [simplify(bends[:k, :k].det()) for k in range(1, len(letters) + 1)]
        if minors[-1] != 0 or any(minor.is_negative for minor in minors[1::2]):
            return None
        return _taylor(f, letters, here)
    except (TypeError, ValueError):  # SymPy has no derivative there, or no polynomial
        return None


def _taylor(f: Expr, letters: Tuple, here: dict[Symbol, Expr]) -> Near | None:
    moved = f.subs({s: s + here[s] for s in letters}, simultaneous=True)
    if moved.is_polynomial(*letters):
        growth, beyond = Poly(expand(moved), *letters), None
    else:
        t, terms = Dummy(), []
        along = moved.subs({s: t * s for s in letters}, simultaneous=True)
        for k in range(1, HIGHEST + 1):
            along = along.diff(t)
            terms.append(expand(along.subs(t, 0)) / factorial(k))
        growth, beyond = Poly(expand(sum(terms)), *letters), HIGHEST + 1
    growth -= growth.coeff_monomial(1)
    kept = {powers: c for powers, c in growth.terms() if simplify(c) != 0}
    if not kept or not all(c.is_Rational for c in kept.values()):
        return None
    return Near(Poly.from_dict(kept, *letters, domain=QQ), beyond)


# ------------------------------------------------------------------ both signs: along curves


@KINDS.rule(
    "up along one curve and down along another",
    example=KindOf((y - x**2) * (y - 3 * x**2), (x, y), (0, 0)),
)
def up_and_down(f: Expr, letters: Tuple, point: Tuple) -> Outcome:
    """Second derivatives do not decide. Along curves from the point, t > 0, f grows by its first
    terms in t."""
    there = near(f, letters, point)
    if there is None:
        return None
    t = Symbol(fresh("t", f, letters).name, positive=True)
    found: dict[int, tuple[Tuple, Expr]] = {}
    for curve in curves(there, t):
        growth = first_term(there, curve, t)
        if growth is not None:
            found.setdefault(1 if growth.subs(t, 1).is_positive else -1, (curve.way, growth))
        if len(found) == 2:
            ways = [
                Tuple(*(p + w for p, w in zip(point, found[s][0], strict=True))) for s in (1, -1)
            ]
            where = tuple((letters, way) for way in ways)
            return Rewrite(KindAlongCurves((found[1][1], found[-1][1]), t, point), where=where)
    return None


class Curve(NamedTuple):
    """Steps from the point in t, and the powers of t in them."""

    way: Tuple
    weights: tuple[int, ...]


def curves(there: Near, t: Symbol) -> Iterator[Curve]:
    """Straight lines, then powers of t; in two letters with factors on both sides of each zero of
    what f makes of them, and at the zeros."""
    n = len(there.growth.gens)
    for weights in sorted(
        product(range(1, WEIGHTS.get(n, 2) + 1), repeat=n), key=lambda w: (max(w), w)
    ):
        if gcd(*weights) > 1:
            continue
        powers = [t**w for w in weights]
        sizes = (0, 1, -1) if n < 3 else (0, 1, -1, 2)
        for signs in sorted(product(sizes, repeat=n), key=lambda s: sum(map(abs, s))):
            if any(signs):
                yield Curve(Tuple(*(s * p for s, p in zip(signs, powers, strict=True))), weights)
        if n == 2:
            for side in (1, -1):
                for s in _factors(_lowest(there.growth, weights), side):
                    yield Curve(Tuple(s * powers[0], side * powers[1]), weights)


def _lowest(p: Poly, weights: tuple[int, ...]) -> Poly:
    """The terms of lowest weight."""
    sizes = {
        powers: sum(w * k for w, k in zip(weights, powers, strict=True)) for powers in p.monoms()
    }
    least = min(sizes.values())
    kept = {powers: c for powers, c in p.terms() if sizes[powers] == least}
    return Poly.from_dict(kept, *p.gens, domain=QQ)


def _factors(lowest: Poly, side: int) -> list[Expr]:
    """Rational numbers between the zeros of P(s, +-1), and its rational zeros."""
    s = lowest.gens[0]
    q = Poly(lowest.as_expr().subs(lowest.gens[1], side), s)
    if q.degree() < 1:
        return []
    zeros = list(dict.fromkeys(real_roots(q)))
    between = []
    for a, b in pairwise(zeros):
        middle = Fraction(float((a + b) / 2))
        tried = (Rational(middle.limit_denominator(2**k)) for k in range(MOST_HALVINGS))
        between += [s for s in tried if a < s < b][:1]
    return [*between, *(zero for zero in zeros if zero.is_Rational)]


def first_term(there: Near, curve: Curve, t: Symbol) -> Expr | None:
    """The lowest power of t in what f grows by along the curve."""
    followed = there.growth.as_expr().subs(
        dict(zip(there.growth.gens, curve.way, strict=True)), simultaneous=True
    )
    p = Poly(expand(followed), t)
    if p.is_zero:
        return None
    (k,), c = p.terms()[-1]
    return c * t**k if there.holds(k, curve.weights) else None


@KINDS.rule(
    "straighten a curve",
    example=KindOf((x - y**2) ** 2 + 3 * y**6, (x, y), (0, 0)),
)
def straighten_a_curve(f: Expr, letters: Tuple, point: Tuple) -> Outcome:
    """Second derivatives do not decide, and the terms of lowest weight are zero on a curve: take
    the way from it for a letter."""
    there = near(f, letters, point)
    if there is None or there.beyond or len(letters) != 2:
        return None
    if there.growth.total_degree() > HIGHEST_SHEARED or even_weights(there.growth) is None:
        return None
    for a, b in (letters.args, letters.args[::-1]):
        found = _curve_of_zeros(there.growth.reorder(a, b))
        if found is None:
            continue
        curve = found.subs(b, b - dict(zip(letters, point, strict=True))[b])
        u = fresh("u", f, letters)
        new = Tuple(*(u if s == a else s for s in letters))
        straight = expand(f.subs(a, u + curve))
        return Rewrite(KindOf(straight, new, point), where=((u, a - curve),))
    return None


def _curve_of_zeros(p: Poly) -> Expr | None:
    """r*y**k where the terms of lowest weight are zero at x = r*y**k, a whole k."""
    weights = even_weights(p)
    if weights is None or weights[0] % weights[1]:
        return None
    x, y = p.gens
    q = Poly(_lowest(p, weights).as_expr().subs(y, 1), x, domain=QQ)
    zeros = [zero for zero in real_roots(q) if zero.is_Rational and zero != 0]
    return zeros[0] * y ** (weights[0] // weights[1]) if zeros else None


@ALONG.rule("up and down", example=KindAlongCurves((t**2, -3 * t**5), t, (0, 0)))
def a_saddle(growths: Tuple, t: Symbol, point: Tuple) -> Outcome:
    """As near as one likes f is larger on one curve and smaller on another: no extremum."""
    return SaddlePoint(*point)


# ------------------------------------------------------------------ one sign: the lowest terms


@KINDS.rule("terms of lowest weight", example=KindOf(x**2 + x * y**2 + y**4 + x**3, (x, y), (0, 0)))
def terms_of_lowest_weight(f: Expr, letters: Tuple, point: Tuple) -> Outcome:
    """Second derivatives do not decide. Weigh the letters so that their lowest pure powers weigh
    the same: near the point what weighs more is smaller than what weighs least, if that has one
    sign."""
    there = near(f, letters, point)
    if there is None:
        return None
    weights = even_weights(there.growth)
    if weights is None or not there.holds(_weight(there.growth, weights), weights):
        return None
    lowest = _lowest(there.growth, weights)
    if not any(is_positive(sign * lowest) for sign in (1, -1)):
        return None
    steps = [s if p == 0 else s - p for s, p in zip(letters, point, strict=True)]
    P = lowest.as_expr().subs(dict(zip(letters, steps, strict=True)), simultaneous=True)
    return KindByLowestTerms(P, letters, point)


def even_weights(p: Poly) -> tuple[int, ...] | None:
    """Those for which all lowest pure powers weigh the same; None where one is odd or missing, or
    where a product weighs less."""
    pure: dict[int, int] = {}
    for powers in p.monoms():
        used = [k for k, power in enumerate(powers) if power]
        if len(used) == 1:
            pure[used[0]] = min(pure.get(used[0], powers[used[0]]), powers[used[0]])
    if len(pure) < len(p.gens) or any(power % 2 for power in pure.values()):
        return None
    weight = lcm(*pure.values())
    weights = tuple(weight // pure[k] for k in range(len(p.gens)))
    return weights if _weight(p, weights) == weight else None


def _weight(p: Poly, weights: tuple[int, ...]) -> int:
    return min(sum(w * k for w, k in zip(weights, powers, strict=True)) for powers in p.monoms())


def is_positive(p: Poly) -> bool:
    """Whether a polynomial that has one weight is seen to be positive away from 0: even powers
    alone, or in groups of two letters, where P(s, 1) and P(s, -1) have no zero."""
    if any(k % 2 for powers in p.monoms() for k in powers):
        return all(_is_positive_in(part) for part in _groups(p))
    return all(c > 0 for c in p.coeffs()) or all(_is_positive_in(part) for part in _groups(p))


def _groups(p: Poly) -> list[Poly]:
    """The parts of p that share no letter."""
    groups: list[set[int]] = []
    for powers in p.monoms():
        joined = {k for k, power in enumerate(powers) if power}
        for group in [g for g in groups if g & joined]:
            groups.remove(group)
            joined |= group
        groups.append(joined)
    return [
        Poly.from_dict(
            {tuple(powers[k] for k in sorted(group)): c for powers, c in p.terms()
             if any(powers[k] for k in group)},
            *(p.gens[k] for k in sorted(group)), domain=QQ,
        )
        for group in groups
    ]  # fmt: skip


def _is_positive_in(p: Poly) -> bool:
    if len(p.gens) == 1:
        return bool(p.LC() > 0)
    if len(p.gens) > 2:
        return False
    s, other = p.gens
    pure = [p.as_expr().subs({s: a, other: b}) for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1))]
    sides = [Poly(p.as_expr().subs(other, side), s, domain=QQ) for side in (1, -1)]
    return all(value > 0 for value in pure) and all(q.count_roots() == 0 for q in sides)


@LOWEST.rule(
    "complete the square",
    example=KindByLowestTerms(x**2 + 3 * x * y**2 + 5 * y**4, (x, y), (0, 0)),
)
def complete_the_square(P: Expr, letters: Tuple, point: Tuple) -> Outcome:
    """P is a sum of squares, zero at the point alone; or minus such a sum."""
    back = {s: s + p for s, p in zip(letters, point, strict=True)}
    steps = Poly(expand(P.subs(back, simultaneous=True)), *letters, domain=QQ)
    for sign, kind in ((1, LocalMinimum), (-1, LocalMaximum)):
        parts = [_squares(part) for part in _groups(sign * steps)]
        if all(part is not None for part in parts):
            away = {s: s - p for s, p in zip(letters, point, strict=True) if p != 0}
            squares = sign * Add(*parts).subs(away, simultaneous=True)
            return Rewrite(kind(*point), where=((Symbol("P"), squares),))
    return None


def _squares(p: Poly) -> Expr | None:
    """a*(u + k*v)**2 + c*v**2 with positive a and c, for powers u and v of the letters.

    >>> _squares(Poly(x**2 + 2 * x * y**2 + 5 * y**4, x, y))
    4*y**4 + (x + y**2)**2
    """
    if len(p.gens) == 1:
        return p.as_expr() if len(p.terms()) == 1 and p.LC() > 0 and p.degree() % 2 == 0 else None
    if len(p.gens) > 2 or any(p.degree(s) % 2 for s in p.gens):
        return None
    u, v = (s ** (p.degree(s) // 2) for s in p.gens)
    a, b, c = (p.coeff_monomial(m) for m in (u**2, u * v, v**2))
    if p.as_expr() != a * u**2 + b * u * v + c * v**2 or not (a > 0 and 4 * a * c > b**2):
        return None
    return a * (u + b / (2 * a) * v) ** 2 + (c - b**2 / (4 * a)) * v**2


@LOWEST.rule("one sign", example=KindByLowestTerms(-(x**4) - x * y**3 - 2 * y**4, (x, y), (0, 0)))
def one_sign(P: Expr, letters: Tuple, point: Tuple) -> Outcome:
    """On each curve of steps (s*t^a, +-t^b) P is a polynomial in s, without a zero, times one power
    of t: it has one sign."""
    steps = P.subs({s: s + p for s, p in zip(letters, point, strict=True)}, simultaneous=True)
    p = Poly(expand(steps), *letters, domain=QQ)
    if is_positive(p):
        return LocalMinimum(*point)
    return LocalMaximum(*point) if is_positive(-p) else None
