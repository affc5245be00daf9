"""Extrema under constraints: found by walking on the set, told apart by moving along it.

Gradients are difference quotients; where the one of f has no part along the set there is a
candidate. A point with its kind is a column: the kind, whether nothing on the set goes beyond it,
the coordinates, the value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sympy import Basic, Symbol

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, estimator
from lambdify_bridge.isolated_points import (
    FLAT,
    MAXIMUM,
    MINIMUM,
    OPEN,
    SADDLE,
    SEED,
    Points,
    Sides,
    allowed,
    apart,
    by_eighth_order,
    columns_of,
    compiled,
    distance,
    distinct,
    extreme_curvatures,
    near_allowed,
    newton,
    polished,
    slope_there,
    starts,
    within_reach,
)
from lambdify_bridge.linear_systems import solved

WALKS, ON_THE_SET = 40, 1e-10
BEYOND = 1e-7  # by how much a sample may exceed what is largest
DIRECTIONS = 12
BACK = 8  # steps back to the set
ZERO = 1e-9
FIRST = 2  # rows of a column before the coordinates
LARGEST, SMALLEST = 1, -1

Function = Callable[[np.ndarray], np.ndarray]


@estimator("ConstrainedExtrema")
def constrained_extrema(node: Any, at: Evaluator) -> Number:
    f, letters, constraints = node.args
    within_reach(at, node)
    places = stationary(at, f, letters.args, constraints.args)
    return _columns(at, f, letters.args, constraints.args, places)


@estimator("ClassifiedOn")
def classified_on(node: Any, at: Evaluator) -> Number:
    f, letters, constraints, _, points = node.args
    places = [column[: len(letters)] for column in columns_of(points, at)]
    return _columns(at, f, letters.args, constraints.args, places)


@estimator("KindOn")
def kind_on(node: Any, at: Evaluator) -> Number:
    f, letters, constraints, _, point = node.args
    place = [at(entry) for entry in point.args[: len(letters)]]
    kind, value = _kind(at, f, letters.args, constraints.args, place)
    return at.ctx.matrix([kind, 0, *place, value])


def _columns(
    at: Evaluator, f: Basic, letters: Sequence[Symbol], g: Sequence[Basic], places: Points
) -> Any:
    samples = _samples(at, f, letters, g)
    found = []
    for place in places:
        kind, value = _kind(at, f, letters, g, place)
        found.append(at.ctx.matrix([kind, _beyond_it(samples, float(value)), *place, value]))
    return tuple(found)


# ------------------------------------------------------------------ candidates


def _gradients(at: Evaluator, f: Basic, letters: Sequence[Symbol]) -> Function:
    """Difference quotients in double precision: letters, places."""
    value = compiled(at, [f], letters)
    return lambda places: np.array([by_eighth_order(value, places, k) for k in range(len(letters))])


def stationary(
    at: Evaluator, f: Basic, letters: Sequence[Symbol], constraints: Sequence[Basic]
) -> Points:
    """Where the constraints are kept and grad f has no part along the set."""
    on_set, slope = compiled(at, constraints, letters), _gradients(at, f, letters)
    across = [_gradients(at, g, letters) for g in constraints]

    def residual(places: np.ndarray) -> np.ndarray:
        grad = slope(places).T[:, :, None]
        normal = np.stack([h(places) for h in across], axis=2).transpose(1, 0, 2)
        normal[~np.isfinite(normal)] = 0
        along = grad - normal @ (np.linalg.pinv(normal) @ grad)
        return np.concatenate([on_set(places), along[:, :, 0].T])

    def exactly(place: list[Number]) -> list[Number]:
        there = at.at(dict(zip(letters, place, strict=True)))
        return [there(g) for g in constraints] + _along(at, f, letters, constraints, place)

    close = distinct(newton(residual, len(letters)))
    close = [place for place in close if near_allowed(letters, place)]
    places = apart([p for p in (polished(at, exactly, place) for place in close) if p is not None])
    return [p for p in places if allowed(letters, p)]


def _along(
    at: Evaluator, f: Basic, letters: Sequence[Symbol], g: Sequence[Basic], place: list[Number]
) -> list[Number]:
    """What is left of grad f once its parts along the gradients of the constraints are gone."""
    c, n = at.ctx, len(letters)
    grad = c.matrix([slope_there(at, f, letters, place, k) for k in range(n)])
    normal = _normals(at, letters, g, place)
    try:
        return list(grad - normal * solved(c, normal, grad))
    except (ZeroDivisionError, ValueError):  # the gradients of the constraints are dependent
        return list(grad)


def _normals(
    at: Evaluator, letters: Sequence[Symbol], g: Sequence[Basic], place: list[Number]
) -> Any:
    """The gradients of the constraints in columns."""
    rows = range(len(letters))
    return at.ctx.matrix([[slope_there(at, h, letters, place, k) for h in g] for k in rows])


# ------------------------------------------------------------------ kinds


def _kind(
    at: Evaluator, f: Basic, letters: Sequence[Symbol], g: Sequence[Basic], place: list[Number]
) -> tuple[int, Number]:
    """From the values of f at places of the set on both sides of this one."""
    c = at.ctx
    here = at.at(dict(zip(letters, place, strict=True)))(f)
    normal = _normals(at, letters, g, place)
    tangents = _tangents(normal)
    r = np.random.default_rng(SEED)
    around = r.normal(size=(DIRECTIONS * len(tangents) ** 2, len(tangents)))
    around /= np.linalg.norm(around, axis=1)[:, None]
    radius = c.mpf(10) ** (-c.dps // 5)
    bends = []
    for direction in around @ tangents:
        way = [radius * c.mpf(float(d)) for d in direction]
        sides = ([p + s * d for p, d in zip(place, way, strict=True)] for s in (1, -1))
        ends = (_back(at, letters, g, normal, side) for side in sides)
        rises = [at.at(dict(zip(letters, end, strict=True)))(f) - here for end in ends]
        bends.append(sum(rises) / radius**2)
    low, high = extreme_curvatures(c, around, bends, len(tangents))
    flat = FLAT * max(abs(low), abs(high), 1)
    at.rests_on(1e-14)
    if low < -flat and high > flat:
        return SADDLE, here
    if low > flat:
        return MINIMUM, here
    return (MAXIMUM if high < -flat else OPEN), here


def _tangents(normal: Any) -> np.ndarray:
    """An orthonormal basis of what is across all gradients, in rows."""
    rows = np.array([[float(normal[i, j]) for i in range(normal.rows)] for j in range(normal.cols)])
    _, sizes, basis = np.linalg.svd(rows)
    if np.min(sizes) < ZERO * max(1.0, np.max(sizes)):
        raise Undecided("the gradients of the constraints depend on each other there")
    return basis[len(sizes) :]


def _back(
    at: Evaluator, letters: Sequence[Symbol], g: Sequence[Basic], normal: Any, place: list[Number]
) -> list[Number]:
    """The place brought back to the set, along the gradients of the constraints."""
    c = at.ctx
    square = normal.T * normal
    for _ in range(BACK):
        there = at.at(dict(zip(letters, place, strict=True)))
        step = normal * solved(c, square, c.matrix([there(h) for h in g]))
        place = [p - d for p, d in zip(place, step, strict=True)]
    return place


def _samples(
    at: Evaluator, f: Basic, letters: Sequence[Symbol], constraints: Sequence[Basic]
) -> np.ndarray:
    """The values of f at places of the set, near and far."""
    on_set, value = compiled(at, constraints, letters), compiled(at, [f], letters)
    across = [_gradients(at, g, letters) for g in constraints]
    places = starts(len(letters))
    with np.errstate(all="ignore"):
        for _ in range(WALKS):
            off = on_set(places).T[:, :, None]
            slopes = np.stack([h(places) for h in across], axis=1).transpose(2, 1, 0)
            good = np.isfinite(slopes).all(axis=(1, 2)) & np.isfinite(off).all(axis=(1, 2))
            places, off, slopes = places[:, good], off[good], slopes[good]
            if not places.size:
                break
            places = places - (np.linalg.pinv(slopes) @ off)[:, :, 0].T
        kept = np.all(np.abs(on_set(places)) < ON_THE_SET, axis=0)
        for k, x in enumerate(letters):
            kept &= (places[k] > 0) | (not x.is_positive)
        values = value(places[:, kept])[0]
    return values[np.isfinite(values)]


def _beyond_it(samples: np.ndarray, value: float) -> int:
    """Whether the value is the largest on the set, or the smallest, as far as samples tell."""
    size = BEYOND * max(1.0, abs(value))
    if np.max(samples, initial=-np.inf) <= value + size:
        return LARGEST
    return SMALLEST if np.min(samples, initial=np.inf) >= value - size else 0


# ------------------------------------------------------------------ what is claimed


@estimator("KindByBorderedMinors")
def kind_by_bordered_minors(node: Any, at: Evaluator) -> Number:
    """The signs of the pivots along the set, which are ratios of the minors."""
    minors, point, value, count = node.args
    values, place = [at(v) for v in minors], [at(v) for v in point]
    kind = _by_pivots([(-1) ** int(count) * v for v in values])
    return at.ctx.matrix([kind, 0, *place, at(value)])


def _by_pivots(minors: list[Number]) -> int:
    if any(abs(v) <= ZERO for v in minors):
        return OPEN if abs(minors[-1]) <= ZERO else SADDLE
    pivots = [v / w for v, w in zip(minors, [1, *minors], strict=False)]
    if all(p > 0 for p in pivots):
        return MINIMUM
    return MAXIMUM if all(p < 0 for p in pivots) else SADDLE


def _named(kind: int, absolute: int) -> Callable[[Any, Evaluator], Number]:
    def column(node: Any, at: Evaluator) -> Number:
        point, value = node.args
        return at.ctx.matrix([kind, absolute, *(at(entry) for entry in point), at(value)])

    return column


for _name, _kind_there, _absolute in (
    ("ConstrainedMinimum", MINIMUM, 0), ("ConstrainedMaximum", MAXIMUM, 0),
    ("ConstrainedSaddle", SADDLE, 0), ("ConstrainedUndecided", OPEN, 0),
    ("AbsoluteMinimum", MINIMUM, SMALLEST), ("AbsoluteMaximum", MAXIMUM, LARGEST),
):  # fmt: skip
    estimator(_name)(_named(_kind_there, _absolute))

SETS = frozenset({"ConstrainedExtrema", "ClassifiedOn"})


def same_extrema(lhs: Basic, rhs: Basic, at: Evaluator) -> Sides:
    """Point by point: as many, at the same places, with the same values and kinds.

    That nothing goes beyond a point may be left unsaid; where it is said it has to be so.
    """
    left, right = columns_of(lhs, at), columns_of(rhs, at)
    nearest = [
        min((_difference(p, q, some is right) for q in others), default=float("inf"))
        for some, others in ((left, right), (right, left))
        for p in some
    ]
    return len(left), len(right), max(nearest, default=0.0)


def _difference(one: list[Number], other: list[Number], turned: bool) -> float:
    found, claimed = (other, one) if turned else (one, other)
    if len(found) != len(claimed):
        return float("inf")
    return max(distance(found[FIRST:], claimed[FIRST:]), _of_kinds(found, claimed))


def _of_kinds(found: list[Number], claimed: list[Number]) -> float:
    (kind, side), (said, extreme) = found[:FIRST], claimed[:FIRST]
    absolute = abs(extreme) > ZERO
    if absolute and kind == OPEN:
        return float(abs(side - extreme))
    return float(abs(kind - said) + absolute * abs(side - extreme))
