"""The ways back from (u, v) = (g(x, y), h(x, y)), and the region of the plane that is reached.

One equation is solved for one letter, which is put into the other one; polar coordinates, and the
lesser and the larger of two numbers, are known as wholes (Casella and Berger, section 4.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from sympy import (
    Abs,
    Add,
    And,
    Dummy,
    Expr,
    Gt,
    Lt,
    Max,
    Min,
    Mul,
    Pow,
    Rational,
    S,
    Symbol,
    Tuple,
    atan,
    atan2,
    cos,
    exp,
    factor,
    log,
    oo,
    pi,
    powdenest,
    sin,
    sqrt,
    together,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from derive.calculus.roots_between import textbook
from derive.probability.branches import branches, is_below
from derive.structure import depends_on

Pair = tuple[Expr, Expr]
Ends = dict[Symbol, list[Expr]]
Solution = tuple[Expr, tuple[Expr, ...]]


@dataclass(frozen=True)
class WayBack:
    """x and y in terms of u and v, and what is positive where (u, v) is reached this way."""

    x: Expr
    y: Expr
    positive: tuple[Expr, ...]
    within: bool = False  # the ranges of x and y are kept


@dataclass(frozen=True)
class PlaneMap:
    """(g, h) of x and y, each within its range, at the place (u, v)."""

    functions: Pair
    letters: tuple[Symbol, Symbol]
    ranges: tuple[Pair, Pair]
    places: tuple[Symbol, Symbol]


def ways_back(asked: PlaneMap) -> tuple[WayBack, ...] | None:
    """All ways back, over one and the same region; None where they are not known.

    >>> x, y, u, v = (Symbol(name, positive=True) for name in "xyuv")
    >>> half_line = (S.Zero, oo)
    >>> (way,) = ways_back(PlaneMap((x + y, x/(x + y)), (x, y), (half_line, half_line), (u, v)))
    >>> way.x, way.y, way.positive
    (u*v, u*(1 - v), (1 - v,))
    """
    methods = least_and_largest, polar_coordinates, radius_and_angle, one_after_the_other
    for method in methods:
        found = method(asked)
        if found is not None:
            inside = [_inside(asked, way) for way in found]
            ways = [w for w in inside if w is not None]
            regions = {frozenset(way.positive) for way in ways}
            return tuple(ways) if len(regions) == 1 else None
    return None


def least_and_largest(asked: PlaneMap) -> tuple[WayBack, ...] | None:
    """Either of the two is the lesser one."""
    x, y = asked.letters
    if asked.functions == (Min(x, y), Max(x, y)):
        least, most = asked.places
    elif asked.functions == (Max(x, y), Min(x, y)):
        most, least = asked.places
    else:
        return None
    apart = (most - least,)
    return WayBack(least, most, apart), WayBack(most, least, apart)


def polar_coordinates(asked: PlaneMap) -> tuple[WayBack, ...] | None:
    """The distance from the origin, or a function of it, and the angle, or one of it."""
    x, y = asked.letters
    square, angle = Dummy("q", positive=True), Dummy("t", real=True)
    for k in (0, 1):
        far = asked.functions[k].subs(x**2 + y**2, square)
        turned = asked.functions[1 - k].subs(atan2(y, x), angle)
        turned = turned.subs(atan(y / x), angle) if x.is_positive else turned
        if any(depends_on(each, s) for each in (far, turned) for s in (x, y)):
            continue
        if not depends_on(far, square) or not depends_on(turned, angle):
            continue
        u, v = asked.places[k], asked.places[1 - k]
        start, end = _angles(x, y)
        radii = branches(far, square, S.Zero, oo, u)
        turns = branches(turned, angle, start, end, v)
        if not radii or not turns or len(radii) != 1 or len(turns) != 1:
            return None
        (q,), (t,) = radii, turns
        r = sqrt(q.back)
        ends = (*_between(u, q.low, q.high), *_between(v, t.low, t.high))
        within = all(end in (S.Zero, -oo, oo) for limits in asked.ranges for end in limits)
        return (WayBack(r * cos(t.back), r * sin(t.back), ends, within),)
    return None


def _angles(x: Symbol, y: Symbol) -> Pair:
    """Between which ones the plane, its half or its quarter lies."""
    if x.is_positive:
        return (S.Zero if y.is_positive else -pi / 2), pi / 2
    return (S.Zero if y.is_positive else -pi), pi


def radius_and_angle(asked: PlaneMap) -> tuple[WayBack, ...] | None:
    """A radius of one letter times the cosine and the sine of an angle of the other one, which
    makes one whole turn: polar coordinates turned back."""
    u, v = asked.places
    for x, y in (asked.letters, asked.letters[::-1]):
        radius, angle = _turning(asked.functions, x, y)
        if radius is None or angle is None:
            continue
        known = dict(zip(asked.letters, asked.ranges, strict=True))
        p, t = Dummy("p", positive=True), Dummy("t", real=True)
        (low, high), (start, end) = known[x], known[y]
        radii, turns = branches(radius, x, low, high, p), branches(angle, y, start, end, t)
        if not radii or not turns or len(radii) != 1 or len(turns) != 1:
            return None
        (r,), (turn,) = radii, turns
        if not is_below(S.Zero, r.low) or turn.high - turn.low != 2 * pi:
            return None
        far = r.back.subs(p, sqrt(u**2 + v**2))
        ends = (*_between(sqrt(u**2 + v**2), S.Zero, r.high), u**2 + v**2 - r.low**2)
        there = _angle_of(u, v, turn.low)
        if there is None:
            return None
        back = far, turn.back.subs(t, there)
        first, second = back if x == asked.letters[0] else back[::-1]
        return (WayBack(first, second, ends[1:], True),)
    return None


def _turning(functions: Pair, x: Symbol, y: Symbol) -> tuple[Expr | None, Expr | None]:
    """The radius and the angle of (radius(x) cos(angle(y)), radius(x) sin(angle(y)))."""
    parts = [g.as_independent(y, as_Add=False) for g in functions]
    (first, wave), (second, other) = parts
    fits = first == second and depends_on(first, x) and isinstance(wave, cos)
    if not fits or other != sin(wave.args[0]) or depends_on(wave, x):
        return None, None
    return first, wave.args[0]


def _angle_of(u: Symbol, v: Symbol, low: Expr) -> Expr | None:
    """The angle of (u, v) in the whole turn from `low` on."""
    if low == -pi:
        return atan2(v, u)
    return pi + atan2(-v, -u) if low == 0 else None


def one_after_the_other(asked: PlaneMap) -> tuple[WayBack, ...] | None:
    """One equation solved for a letter, which is put into the other equation."""
    x, y = asked.letters
    for k, (first, second) in product((0, 1), ((x, y), (y, x))):
        found = _eliminated(asked, k, first, second)
        if found is not None:
            return found
    return None


def _eliminated(asked: PlaneMap, k: int, a: Symbol, b: Symbol) -> tuple[WayBack, ...] | None:
    """Equation k solved for a, the other one then for b."""
    known = dict(zip(asked.letters, asked.ranges, strict=True))
    ways = _solved(asked.functions[k], a, _widest(a, known[a], asked), asked.places[k])
    found = []
    for way, within in ways or ():
        left = textbook(asked.functions[1 - k].subs(a, way))
        rest = _solved(left, b, _widest(b, known[b], asked), asked.places[1 - k])
        if rest is None:
            return None
        for last, limits in rest:
            here = {a: textbook(way.subs(b, last)), b: last}
            ends = (*(e.subs(b, last) for e in within), *limits)
            x, y = asked.letters
            found.append(WayBack(here[x], here[y], ends))
    return tuple(found) or None


def _solved(f: Expr, x: Symbol, ends: Pair, y: Symbol) -> list[Solution] | None:
    """The x with f = y, each with what is positive there."""
    if not depends_on(f, x):
        return None
    above = together(f - y).as_numer_denom()[0].as_poly(x)
    if above is not None and above.degree() == 1:
        return [(textbook(-above.nth(0) / above.nth(1)), ())]
    found = branches(f, x, *ends, y)
    return [(way.back, _between(y, way.low, way.high)) for way in found] if found else None


def _widest(s: Symbol, ends: Pair, asked: PlaneMap) -> Pair:
    """The range of a letter, whatever the other one is."""
    if any(depends_on(end, other) for end in ends for other in asked.letters):
        return (S.Zero if s.is_positive else -oo), oo
    return ends


def _between(place: Expr, low: Expr, high: Expr) -> tuple[Expr, ...]:
    return tuple(each for each in (place - low, high - place) if each.is_finite is not False)


# ------------------------------------------------------------------ the region


def _inside(asked: PlaneMap, way: WayBack) -> WayBack | None:
    """With the ranges of x and y among what is positive; None where this is impossible."""
    here = dict(zip(asked.letters, (way.x, way.y), strict=True))
    ranges = () if way.within else zip(asked.letters, asked.ranges, strict=True)
    ends = (e.xreplace(here) for s, limits in ranges for e in _between(s, *limits))
    parts = [in_short(e) for e in (*way.positive, *ends)]
    if any(part.is_nonpositive for part in parts):
        return None
    open_ones = sorted({p for p in parts if not p.is_positive}, key=lambda p: p.sort_key())
    return WayBack(way.x, way.y, tuple(open_ones))


def in_short(e: Expr) -> Expr:
    """What is as positive as e, and shorter."""
    e = factor(together(powdenest(e)))
    left = [g for g in Mul.make_args(e) if not g.is_positive and not (-g).is_positive]
    sign = -1 if sum(bool((-g).is_positive) for g in Mul.make_args(e)) % 2 else 1
    left = [g.base if isinstance(g, Pow) and g.exp.is_odd else g for g in left]
    found = sign * Mul(*left)
    return _without_roots(found.expand() if len(left) < 2 else found)


def _without_roots(e: Expr) -> Expr:
    """a**2 - b for a - sqrt(b), and log(a) - b for a - exp(b), of positive terms."""
    terms = Add.make_args(e)
    if len(terms) != 2 or not any(t.is_positive for t in terms):
        return e
    more, less = sorted(terms, key=lambda t: not t.is_positive)
    less = -less
    if not less.is_positive:
        return e
    if isinstance(less, exp) or isinstance(more, exp):
        return (log(more) - log(less)).expand()
    squared = less**2, more**2
    rooted = any(p.exp == Rational(1, 2) for t in (more, less) for p in t.atoms(Pow))
    return in_short(squared[1] - squared[0]) if rooted else e


def region(positive: tuple[Expr, ...], places: tuple[Symbol, ...]) -> Boolean:
    """All of these are positive, each written for the later letter in it, where it is a line."""
    return And(*(_for_a_letter(e, places) for e in positive))


def _for_a_letter(e: Expr, places: tuple[Symbol, ...]) -> Relational:
    for s in reversed(places):
        line = e.as_poly(s) if depends_on(e, s) else None
        if line is None or line.degree() != 1 or line.nth(1).is_positive is None:
            continue
        end = textbook(-line.nth(0) / line.nth(1))
        return Gt(s, end) if line.nth(1).is_positive else Lt(s, end)
    return Gt(e, 0)


def ranges_of(within: Boolean, places: tuple[Symbol, Symbol]) -> tuple[Tuple, Tuple] | None:
    """(u, a, b) and (v, c, d) for conditions of the form c < v < d, where c, d may have u.

    >>> u, v = Symbol("u", positive=True), Symbol("v", real=True)
    >>> ranges_of((v > -u) & (v < u), (u, v))
    ((u, 0, oo), (v, -u, u))
    """
    u, v = places
    low: Ends = {s: [S.Zero if s.is_positive else -oo] for s in places}
    high: Ends = {s: [oo] for s in places}
    for each in And.make_args(within):
        if each == True:
            continue
        found = isinstance(each, Relational) and next((s for s in (v, u) if s in each.args), None)
        if not found or (found == u and depends_on(each, v)):
            return None
        (low if each.gts == found else high)[found].append(
            each.lts if each.gts == found else each.gts
        )
    _narrowed(low, high, places)
    ends = {s: (_outermost(low[s], True), _outermost(high[s], False)) for s in places}
    if any(end is None for pair in ends.values() for end in pair):
        return None
    return Tuple(u, *ends[u]), Tuple(v, *ends[v])


def _narrowed(low: Ends, high: Ends, places: tuple[Symbol, Symbol]) -> None:
    """u reaches as far as there is a v between its ends: where one is not above the other."""
    u, v = places
    for least, most in product(low[v], high[v]):
        gap = (most - least).expand()
        line = gap.as_poly(u) if gap.is_finite is not False and depends_on(gap, u) else None
        if gap.is_positive or line is None or line.degree() != 1:
            continue
        (low if line.nth(1).is_positive else high)[u].append(textbook(-line.nth(0) / line.nth(1)))


def _outermost(ends: list[Expr], largest: bool) -> Expr | None:
    """The largest one, or the smallest; of a number and its negative the size decides."""
    for end in ends:
        if all((is_below(other, end) if largest else is_below(end, other)) for other in ends):
            return end
    open_ones = [end for end in ends if not end.is_number]
    if len(open_ones) != 2 or open_ones[0] != -open_ones[1]:
        return None
    size = Abs(open_ones[0]) if largest else -Abs(open_ones[0])
    return _outermost([size, *(end for end in ends if end.is_number)], largest)
