"""Kinds of critical points from the values around them.

A point with its kind is a column: a number for the kind, then the coordinates. Where f is flat to
second order the smallest and the largest value on small spheres tell the kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from sympy import Basic, Symbol

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.isolated_points import (
    FLAT,
    MAXIMUM,
    MINIMUM,
    OPEN,
    SADDLE,
    SEED,
    ZERO,
    Sides,
    apart,
    by_eighth_order,
    columns_of,
    compiled,
    distance,
    distinct,
    newton,
    polished,
    slope_there,
    within_reach,
)

GOALS = frozenset({"CriticalPoints", "WithKinds", "KindOf", "KindByMinors", "KindAlongCurves",
                   "KindByLowestTerms"})  # fmt: skip
NEIGHBOURS = 100
DIGITS, RADII = 60, ("1e-2", "1e-3")  # of the spheres
NOISE = 1e-45
ROUND, STARTS, ROUNDS, NARROWING = 180, 1, 2, 30
GOLDEN = 0.6180339887498949
SMALL = "1e-3"  # t along a curve


@estimator("CriticalPoints")
def critical_points(node: Any, at: Evaluator) -> Number:
    """Zeros of the slopes from many starts, then the neighbours of each."""
    f, letters = node.args
    within_reach(at, node)
    by_letter = [(compiled(at, [f], letters.args), k) for k in range(len(letters))]

    def values(places: np.ndarray) -> np.ndarray:
        return np.array([by_eighth_order(g, places, k) for g, k in by_letter])

    def exactly(place: list[Number]) -> list[Number]:
        return [slope_there(at, f, letters.args, place, k) for k in range(len(letters))]

    places = [polished(at, exactly, place) for place in distinct(newton(values, len(letters)))]
    points = apart([place for place in places if place is not None])
    return tuple(_with_kind(at, f, letters.args, place) for place in points)


@estimator("WithKinds")
def with_kinds(node: Any, at: Evaluator) -> Number:
    f, letters, points = node.args
    return tuple(_with_kind(at, f, letters.args, place) for place in columns_of(points, at))


@estimator("KindOf")
def kind_of(node: Any, at: Evaluator) -> Number:
    f, letters, point = node.args
    return _with_kind(at, f, letters.args, [at(entry) for entry in point])


def _with_kind(at: Evaluator, f: Basic, letters: Sequence[Symbol], place: list[Number]) -> Any:
    return at.ctx.matrix([kind(at, f, letters, place), *place])


def kind(at: Evaluator, f: Basic, letters: Sequence[Symbol], place: list[Number]) -> int:
    """From the values all around; open where f is flat to second order in some direction."""
    c, n = at.ctx, len(letters)
    r = np.random.default_rng(SEED)
    directions = r.normal(size=(NEIGHBOURS, n))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    around = [[c.mpf(float(entry)) for entry in d] for d in directions]
    here = at.at(dict(zip(letters, place, strict=True)))(f)

    def rise(direction: list[Number], radius: Number) -> Number:
        ends = [
            {x: p + side * radius * d for x, p, d in zip(letters, place, direction, strict=True)}
            for side in (1, -1)
        ]
        return sum(at.at(end)(f) - here for end in ends) / 2

    radius = c.mpf(10) ** (-c.dps // 5)
    bends = [2 * rise(direction, radius) / radius**2 for direction in around]
    low, high = extreme_curvatures(c, around, bends, n)
    flat = FLAT * max(abs(low), abs(high), 1)
    if low < -flat and high > flat:
        return SADDLE
    if low > flat:
        return MINIMUM
    return MAXIMUM if high < -flat else OPEN + flat_kind(at, f, letters, place)


def flat_kind(at: Evaluator, f: Basic, letters: Sequence[Symbol], place: list[Number]) -> int:
    """The same on two spheres, by the smallest and the largest value. Raises Undecided."""
    with at.digits(DIGITS) as there:
        c = there.ctx
        here = there.at(dict(zip(letters, place, strict=True)))(f)

        def rise(radius: Number, direction: Sequence[Any]) -> Number:
            moved = [p + radius * d for p, d in zip(place, direction, strict=True)]
            return c.re(there.at(dict(zip(letters, moved, strict=True)))(f) - here)

        found = set()
        for radius in map(c.mpf, RADII):
            found.add(_by_signs(*_ends(c, partial(rise, radius), len(letters))))
    if len(found) > 1 or found == {OPEN}:
        raise Undecided("the values around the point do not tell its kind")
    return found.pop()


def _by_signs(low: Number, high: Number) -> int:
    if low < -NOISE and high > NOISE:
        return SADDLE
    if low > NOISE:
        return MINIMUM
    return MAXIMUM if high < -NOISE else OPEN


def _ends(c: Any, rise: Callable[[Sequence[Any]], Number], n: int) -> tuple[Number, Number]:
    """The smallest and the largest value on the sphere."""
    if n == 1:
        values = [rise([side]) for side in (1, -1)]
        return min(values), max(values)
    low = min(_lowest(c, rise, n))
    return low, -min(_lowest(c, lambda d: -rise(d), n))


def _lowest(c: Any, rise: Callable[[Sequence[Any]], Number], n: int) -> Iterator[Number]:
    """Lowest values along great circles: of the whole circle, or from several starts."""
    if n == 2:
        yield from _around(c, rise, [1, 0], [0, 1])
        return
    r = np.random.default_rng(SEED)
    for start in [*np.eye(n), *r.normal(size=(STARTS, n))]:
        here = [c.mpf(float(entry)) for entry in start / np.linalg.norm(start)]
        for k in range(ROUNDS * n):
            here = _along(c, rise, here, k % n)
        yield rise(here)


def _on_circle(c: Any, one: Sequence[Any], other: Sequence[Any], angle: Number) -> list[Number]:
    return [a * c.cos(angle) + b * c.sin(angle) for a, b in zip(one, other, strict=True)]


def _around(
    c: Any, rise: Callable[[Sequence[Any]], Number], one: Sequence[Any], other: Sequence[Any]
) -> Iterator[Number]:
    """The local minima on a circle."""
    step = 2 * c.pi / ROUND

    def at_angle(angle: Number) -> Number:
        return rise(_on_circle(c, one, other, angle))

    values = [at_angle(k * step) for k in range(ROUND)]
    for k in range(ROUND):
        if values[k] <= min(values[k - 1], values[(k + 1) % ROUND]):
            yield at_angle(_golden(at_angle, (k - 1) * step, (k + 1) * step))


def _along(
    c: Any, rise: Callable[[Sequence[Any]], Number], here: list[Number], axis: int
) -> list[Number]:
    """The lowest point on the great circle towards an axis, near here."""
    other = [(1 if k == axis else 0) - here[axis] * e for k, e in enumerate(here)]
    size = c.sqrt(sum(e * e for e in other))
    if size < NOISE:
        return here
    other = [e / size for e in other]

    def at_angle(angle: Number) -> Number:
        return rise(_on_circle(c, here, other, angle))

    tried = [c.pi * k / 8 for k in range(-7, 9)]
    best = min(tried, key=at_angle)
    return _on_circle(c, here, other, _golden(at_angle, best - c.pi / 8, best + c.pi / 8))


def _golden(f: Callable[[Number], Number], low: Number, high: Number) -> Number:
    """The place of the minimum between two others, by the golden section."""
    a, b = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    left, right = f(a), f(b)
    for _ in range(NARROWING):
        if left < right:
            high, b, right = b, a, left
            a = high - GOLDEN * (high - low)
            left = f(a)
        else:
            low, a, left = a, b, right
            b = low + GOLDEN * (high - low)
            right = f(b)
    return (low + high) / 2


def extreme_curvatures(c: Any, around: Any, bends: list[Number], n: int) -> tuple[Any, Any]:
    """The largest and the smallest of the quadratic form that the curvatures are fitted to."""
    pairs = [(i, j) for i in range(n) for j in range(i, n)]
    rows = np.array([[float(d[i] * d[j]) for i, j in pairs] for d in around])
    if any(c.im(b) != 0 for b in bends):
        raise Undefined("the function is not real around the point")
    fitted = np.linalg.lstsq(rows, np.array([float(b) for b in bends]), rcond=None)[0]
    form = np.zeros((n, n))
    for (i, j), value in zip(pairs, fitted, strict=True):
        form[i, j] += value / 2
        form[j, i] += value / 2
    values = np.linalg.eigvalsh(form)
    return float(values[0]), float(values[-1])


@estimator("KindByMinors")
def kind_by_minors(node: Any, at: Evaluator) -> Number:
    """The signs of the pivots, ratios of the minors, are those of the curvatures."""
    minors, point = [at(v) for v in node.args[0]], [at(v) for v in node.args[1]]
    return at.ctx.matrix([_by_pivots(minors), *point])


def _by_pivots(minors: list[Number]) -> int:
    if all(abs(v) > ZERO for v in minors):
        pivots = [v / w for v, w in zip(minors, [1, *minors], strict=False)]
        if all(p > 0 for p in pivots):
            return MINIMUM
        return MAXIMUM if all(p < 0 for p in pivots) else SADDLE
    if any(v < -ZERO for v in minors[1::2]):
        return SADDLE
    if abs(minors[-1]) <= ZERO:
        return OPEN
    return SADDLE


def _named(code: int) -> Callable[[Any, Evaluator], Number]:
    return lambda node, at: at.ctx.matrix([code, *(at(entry) for entry in node.args)])


for _name, _code in {"LocalMinimum": MINIMUM, "LocalMaximum": MAXIMUM, "SaddlePoint": SADDLE,
                     "UndecidedPoint": OPEN}.items():  # fmt: skip
    estimator(_name)(_named(_code))


@estimator("KindByLowestTerms")
def kind_by_lowest_terms(node: Any, at: Evaluator) -> Number:
    return kind_of(node, at)


@estimator("KindAlongCurves")
def kind_along_curves(node: Any, at: Evaluator) -> Number:
    """Larger on one curve and smaller on another: neither a minimum nor a maximum."""
    growths, t, point = node.args
    near = at.at({t: at.ctx.mpf(SMALL)})
    values = [near(growth) for growth in growths]
    if not min(values) < 0 < max(values):
        raise Undecided("along these curves it grows or falls only")
    return at.ctx.matrix([SADDLE, *(at(entry) for entry in point)])


def same_kinds(lhs: Basic, rhs: Basic, at: Evaluator) -> Sides:
    """Every point of one side is one of the other, with a kind that does not contradict."""
    left, right = columns_of(lhs, at), columns_of(rhs, at)
    nearest = [
        min((_apart(p, q) for q in others), default=float("inf"))
        for some, others in ((left, right), (right, left))
        for p in some
    ]
    return len(left), len(right), max(nearest, default=0.0)


def _apart(one: list[Number], other: list[Number]) -> float:
    """Flat kinds agree with the same kinds, and with what second derivatives leave open."""
    low, high = sorted((one[0], other[0]))
    flat = high in (OPEN + MINIMUM, OPEN + MAXIMUM, OPEN + SADDLE)
    agree = low == high or (flat and low in (OPEN, high - OPEN))
    return distance(one[1:], other[1:]) if agree else float("inf")
