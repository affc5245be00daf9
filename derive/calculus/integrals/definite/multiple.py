"""Iterated integrals: one variable after the other, the order exchanged, polar, cylindrical and
spherical coordinates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sympy import (
    Add,
    Expr,
    Integral,
    Mul,
    Piecewise,
    S,
    Symbol,
    Tuple,
    atan,
    cos,
    exp,
    oo,
    pi,
    sin,
    sqrt,
)

from derive.calculus.integrals.operators import Rules, iterated, linear, real
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh, postorder

x, y, z = Symbol("x"), Symbol("y"), Symbol("z")
RULES = Rules()
CONTINUOUS = (Symbol, Add, Mul, exp, sin, cos, atan)


class Part(NamedTuple):
    """Of a line, disc or ball in one variable: which half, or both, and the radius."""

    low: int
    high: int
    radius: Expr


def _part(limit: Tuple, others: list[Symbol]) -> Part | None:
    """The limits +-sqrt(R**2 - the squares of the others), one of them perhaps 0."""
    _, a, b = limit
    ends = [_radius(end, others) for end in (a, b)]
    radii = [end[1] for end in ends if end is not None and end[0] != 0]
    if None in ends or not radii or any(r != radii[0] for r in radii):
        return None
    low, high = (end[0] for end in ends if end is not None)
    return Part(low, high, radii[0]) if low < high else None


def _radius(end: Expr, others: list[Symbol]) -> tuple[int, Expr] | None:
    """The sign of a bound, and the radius of the ball that it belongs to."""
    if end in (S.Zero, oo, -oo):
        return int(end) if end == 0 else (1 if end == oo else -1), oo
    sign = -1 if end.could_extract_minus_sign() else 1
    square = (end**2 + sum(v**2 for v in others)).expand()
    if any(depends_on(square, v) for v in others):
        return None
    radius = sqrt(real(square))
    return sign, radius.xreplace({real(s): s for s in square.free_symbols})


def _nested(limits: tuple[Tuple, ...]) -> list[Part] | None:
    """The parts of one ball, the innermost variable first."""
    letters = [limit[0] for limit in limits]
    parts = [_part(limit, letters[k + 1 :]) for k, limit in enumerate(limits)]
    if any(p is None or p.radius != parts[0].radius for p in parts):  # type: ignore[union-attr]
        return None
    return parts  # type: ignore[return-value]


def _sector(across: Part, up: Part) -> tuple[Expr, Expr]:
    """The angles over which a disc, half or quarter of it stretches."""
    return {
        (-1, 1, -1, 1): (S.Zero, 2 * pi),
        (0, 1, -1, 1): (-pi / 2, pi / 2),
        (-1, 0, -1, 1): (pi / 2, 3 * pi / 2),
        (-1, 1, 0, 1): (S.Zero, pi),
        (-1, 1, -1, 0): (-pi, S.Zero),
        (0, 1, 0, 1): (S.Zero, pi / 2),
        (-1, 0, 0, 1): (pi / 2, pi),
        (-1, 0, -1, 0): (pi, 3 * pi / 2),
        (0, 1, -1, 0): (-pi / 2, S.Zero),
    }[across.low, across.high, up.low, up.high]


def _reduced(f: Expr, *angles: Symbol) -> Expr:
    """Sums with sin**2 + cos**2 of the angles in them, shorter."""
    changes: dict[Expr, Expr] = {}
    for g in postorder(f):
        if g.is_Add and g.has(*angles):
            h = g.xreplace(changes).expand()
            for angle in angles:
                h = h.subs(sin(angle) ** 2, 1 - cos(angle) ** 2).expand()
            changes[g] = h
        elif g.args and any(a in changes for a in g.args):
            changes[g] = g.func(*(changes.get(a, a) for a in g.args))
    return changes.get(f, f)


def _round(f: Expr, *letters: Symbol) -> bool:
    """Whether the sum of the squares of the letters stands in it."""
    sums = [g.expand() for g in postorder(f) if g.is_Add and g.has(*letters)]
    return any(
        len({g.coeff(v, 2) for v in letters}) == 1 and g.coeff(letters[0], 2) != 0 for g in sums
    )


@RULES.table.rule(
    "spherical coordinates",
    example=Integral(exp(-(x**2) - y**2 - z**2), (x, -oo, oo), (y, -oo, oo), (z, -oo, oo)),
    whole=True,
)
def spherical(goal: Integral) -> Outcome:
    """x = r*sin(p)*cos(q), y = r*sin(p)*sin(q), z = r*cos(p); a volume is r**2*sin(p)*dr*dp*dq."""
    f, *limits = goal.args
    parts = _nested(tuple(limits)) if len(limits) == 3 and _ranges(limits) else None
    if parts is None or not _converges(f, limits):
        return None
    across, up, height = parts
    u, v, w = (limit[0] for limit in limits)
    if parts[0].radius == oo and not _round(f, u, v, w):
        return None
    r = Symbol(fresh("r", f).name, nonnegative=True)
    p, q = fresh("p", f), fresh("q", f)
    new = {u: r * sin(p) * cos(q), v: r * sin(p) * sin(q), w: r * cos(p)}
    h = _reduced(f.xreplace(new), q, p)
    tilt = {(-1, 1): (S.Zero, pi), (0, 1): (S.Zero, pi / 2), (-1, 0): (pi / 2, pi)}
    over = (
        Tuple(r, S.Zero, parts[0].radius),
        Tuple(p, *tilt[height.low, height.high]),
        Tuple(q, *_sector(across, up)),
    )
    return Rewrite(iterated(h * r**2 * sin(p), over), where=tuple(new.items()))


def _converges(f: Expr, limits: list[Tuple]) -> bool:
    """Whether the order cannot matter (Tonelli, Fubini): f has one sign, or is continuous.

    Over infinite ranges a function of changing sign has to be damped by an exponential.
    """
    letters = [limit[0] for limit in limits]
    if _one_sign(f, limits):
        return True
    ends = [end for limit in limits for end in limit[1:]]
    infinite = any(end.is_infinite for end in ends)
    if infinite:
        return f.has(exp) and not f.has(sin, cos) and _smooth(f, letters)
    return _smooth(f, letters) or len(f.free_symbols & set(letters)) == 1


def _one_sign(f: Expr, limits: list[Tuple]) -> bool:
    """Known from real letters; positive ones where a range begins at zero or above."""
    known = {}
    for u, low, _ in limits:
        above = low.is_nonnegative or low in known
        known[u] = Symbol(u.name, positive=True) if above else Symbol(u.name, real=True)
    signed = real(f.xreplace(known))
    return bool(signed.is_nonnegative or signed.is_nonpositive or isinstance(f, Piecewise))


def _smooth(f: Expr, letters: list[Symbol]) -> bool:
    """Of operations that are continuous everywhere."""
    for g in postorder(f):
        if not g.has(*letters):
            continue
        whole = g.is_Pow and (g.exp.is_nonnegative or not g.base.has(*letters))
        if not (whole or isinstance(g, CONTINUOUS)):
            return False
    return True


def _ranges(limits: list[Tuple]) -> bool:
    return all(len(limit) == 3 for limit in limits)


@RULES.table.rule(
    "polar coordinates",
    example=Integral(exp(-(x**2) - y**2), (x, -oo, oo), (y, -oo, oo)),
    whole=True,
)
def polar(goal: Integral) -> Outcome:
    """x = r*cos(q), y = r*sin(q); an area is r*dr*dq."""
    f, *limits = _flat(goal)
    parts = _nested(tuple(limits)) if len(limits) == 2 and _ranges(limits) else None
    if parts is None:
        return None
    u, v = (limit[0] for limit in limits)
    if not _converges(f, limits) or (parts[0].radius == oo and f.has(sin, cos)):
        return None
    if not _round(f, u, v) and (parts[0].radius == oo or not f.has(u, v)):
        return None
    r = Symbol(fresh("r", f).name, nonnegative=True)
    q = fresh("q", f)
    new = {u: r * cos(q), v: r * sin(q)}
    h = _reduced(f.xreplace(new), q)
    over = (Tuple(r, S.Zero, parts[0].radius), Tuple(q, *_sector(*parts)))
    return Rewrite(iterated(h * r, over), where=tuple(new.items()))


def _flat(goal: Integral) -> tuple[Expr, ...]:
    """The integrand and all limits, of integrals written inside each other as well."""
    f, *limits = goal.args
    while isinstance(f, Integral):
        f, inner = f.args[0], list(f.args[1:])
        limits = inner + limits
    return (f, *limits)


@RULES.table.rule(
    "cylindrical coordinates",
    example=Integral(
        z * (x**2 + y**2),
        (z, x**2 + y**2, 1), (x, -sqrt(1 - y**2), sqrt(1 - y**2)), (y, -1, 1),
    ),
    whole=True,
)  # fmt: skip
def cylindrical(goal: Integral) -> Outcome:
    """x = r*cos(q), y = r*sin(q), z stays; a volume is r*dz*dr*dq."""
    f, *limits = _flat(goal)
    parts = _nested(tuple(limits[1:])) if len(limits) == 3 and _ranges(limits) else None
    if parts is None:
        return None
    if not _converges(f, limits):
        return None
    inner, (u, v) = limits[0], (limit[0] for limit in limits[1:])
    everything = Tuple(f, *inner[1:])
    if not _round(everything, u, v):
        return None
    r = Symbol(fresh("r", everything).name, nonnegative=True)
    q = fresh("q", everything)
    new = {u: r * cos(q), v: r * sin(q)}
    h, low, high = (_reduced(part.xreplace(new), q) for part in everything)
    if low.has(q) or high.has(q):
        return None
    over = (
        Tuple(inner[0], low, high),
        Tuple(r, S.Zero, parts[0].radius),
        Tuple(q, *_sector(*parts)),
    )
    return Rewrite(iterated(h * r, over), where=tuple(new.items()))


@RULES.table.rule(
    "one variable after the other",
    example=Integral(x * y, (x, 0, y), (y, 0, 1)),
    whole=True,
)
def iterated_integral(goal: Integral) -> Outcome:
    """Integrate by the innermost variable first; the others are constants there."""
    f, *limits = goal.args
    return iterated(f, tuple(limits)) if len(limits) > 1 else None


@RULES.table.rule(
    "exchange the order",
    example=iterated(exp(y**2), (Tuple(y, x, 1), Tuple(x, 0, 1))),
    whole=True,
)
def exchange_order(goal: Integral) -> Iterator[Rewrite]:
    """The same region, described with the other variable outside."""
    f, *limits = _flat(goal)
    if len(limits) == 2 and _ranges(limits) and _converges(f, limits):
        other = _exchanged(*limits)
        if other is not None:
            yield Rewrite(iterated(f, other))


def _exchanged(inner: Tuple, outer: Tuple) -> tuple[Tuple, Tuple] | None:
    (u, a, b), (v, c, d) = inner, outer
    moving = [end for end in (a, b) if depends_on(end, v)]
    if not moving:
        return outer, inner
    if len(moving) == 2:
        return None
    edge = moving[0]
    inverse = _inverse(edge, v, u, c)
    if inverse is None:
        return None
    back, rising = inverse
    at_start, at_end = _at(edge, v, c), _at(edge, v, d)
    fixed = b if edge == a else a
    # The edge meets the fixed bound where the region comes to a point.
    if edge == b and rising and at_start == fixed:
        return Tuple(v, back, d), Tuple(u, a, at_end)
    if edge == a and rising and at_end == fixed:
        return Tuple(v, c, back), Tuple(u, at_start, b)
    if edge == b and not rising and at_end == fixed:
        return Tuple(v, c, back), Tuple(u, a, at_start)
    if edge == a and not rising and at_start == fixed:
        return Tuple(v, back, d), Tuple(u, at_end, b)
    return None


def _at(edge: Expr, v: Symbol, end: Expr) -> Expr:
    return edge.subs(v, end)


def _inverse(edge: Expr, v: Symbol, u: Symbol, c: Expr) -> tuple[Expr, bool] | None:
    """v where the edge is u, and whether the edge rises with v."""
    line = linear(edge, v)
    if line is not None and line[0].is_number and line[0].is_real:
        return (u - line[1]) / line[0], bool(line[0] > 0)
    if edge.is_Pow and edge.base == v and edge.exp.is_positive and c.is_nonnegative:
        return u ** (1 / edge.exp), True
    return None
