"""Extrema under constraints: found by walking on the set, told apart by moving along it.

Gradients are difference quotients; where the one of f has no part along the set there is a
candidate. A point with its kind is a column: the kind, whether nothing on the set goes beyond it,
the coordinates, the value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sympy import Basic, Symbol, Tuple

from lambdify_bridge.constraint_walks import Walk
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.isolated_points import (
    FEW,
    FLAT,
    MAXIMUM,
    MINIMUM,
    OPEN,
    SADDLE,
    SAME,
    SEED,
    Points,
    Sides,
    apart,
    columns_of,
    distance,
    how_far,
    within_reach,
)
from lambdify_bridge.kinds_of_points import extreme_curvatures
from lambdify_bridge.linear_systems import solved
from lambdify_bridge.singular_points import ISOLATED, SINGULAR, is_singular, kind_of, kind_there

BEYOND = 1e-7  # by how much a sample may exceed what is largest
DIRECTIONS = 8  # times the number of curvatures
BACK = 8  # steps back to the set
ZERO = 1e-9
INFINITE = float("inf")
FIRST = 2  # rows of a column before the coordinates
LARGEST, SMALLEST, ALIKE = 1, -1, 2


def _walk(at: Evaluator, node: Any) -> Walk:
    f, letters, constraints = node.args[:3]
    return Walk(at, f, letters.args, constraints.args)


@estimator("ConstrainedExtrema")
def constrained_extrema(node: Any, at: Evaluator) -> Number:
    within_reach(at, node)
    walk = _walk(at, node)
    return _columns(walk, walk.stationary())


@estimator("ClassifiedOn")
def classified_on(node: Any, at: Evaluator) -> Number:
    _, letters, _, _, *sets = node.args
    every = [column[: len(letters)] for points in sets for column in columns_of(points, at)]
    return _columns(_walk(at, node), apart(every))


@estimator("KindOn")
def kind_on(node: Any, at: Evaluator) -> Number:
    place = [at(entry) for entry in node.args[4].args[: len(node.args[1])]]
    kind, value = _kind(_walk(at, node), place)
    return at.ctx.matrix([kind, 0, *place, value])


@estimator("KindAtSingular")
def kind_at_singular(node: Any, at: Evaluator) -> Number:
    place = [at(entry) for entry in node.args[3]]
    kind, value = _kind(_walk(at, node), place)
    return at.ctx.matrix([kind, 0, *place, value])


def _columns(walk: Walk, places: Points) -> Any:
    samples = walk.samples()
    found = []
    for place in places:
        kind, value = _kind(walk, place)
        found.append(walk.at.ctx.matrix([kind, _beyond_it(samples, float(value)), *place, value]))
    return tuple(found)


# ------------------------------------------------------------------ kinds


def _kind(walk: Walk, place: list[Number]) -> tuple[int, Number]:
    """From the values of f at places of the set on both sides of this one, or all around it where
    the set is not smooth."""
    at, f, letters, g = walk.at, walk.f, walk.letters, walk.g
    c = at.ctx
    if any(c.im(entry) != 0 for entry in place):
        raise Undefined("the point is not real")
    here = at.at(dict(zip(letters, place, strict=True)))(f)
    if is_singular(at, letters, g, place):
        return kind_there(at, f, letters, g, place), here
    normal = walk.normals(place)
    tangents = _tangents(normal)
    r = np.random.default_rng(SEED)
    count = DIRECTIONS * len(tangents)
    around = r.normal(size=(count * (1 + len(tangents)) // 2, len(tangents)))
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
        if max(map(abs, step)) < c.eps:
            break
    return place


def _beyond_it(samples: np.ndarray, value: float) -> int:
    """Whether the value is the largest on the set, the smallest or both, as far as samples tell."""
    size = BEYOND * max(1.0, abs(value))
    largest = np.max(samples, initial=-np.inf) <= value + size
    smallest = np.min(samples, initial=np.inf) >= value - size
    if largest and smallest:
        return ALIKE
    return LARGEST if largest else SMALLEST if smallest else 0


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


@estimator("KindAlongBranches")
def kind_along_branches(node: Any, at: Evaluator) -> Number:
    """From the growths at a small step."""
    growths, t, point, value = node.args
    near = at.at({t: at.ctx.mpf(10) ** -4})
    rises = np.array([float(near(growth)) * 1e32 for growth in growths])
    kind = kind_of(rises, 0.0)
    code = kind if kind == ISOLATED else kind - SINGULAR
    return at.ctx.matrix([code, 0, *(at(entry) for entry in point), at(value)])


CODES = {
    "ConstrainedMinimum": (MINIMUM, 0), "ConstrainedMaximum": (MAXIMUM, 0),
    "ConstrainedSaddle": (SADDLE, 0), "ConstrainedUndecided": (OPEN, 0),
    "AbsoluteMinimum": (MINIMUM, SMALLEST), "AbsoluteMaximum": (MAXIMUM, LARGEST),
    "SingularPoint": (SINGULAR, 0), "IsolatedPoint": (ISOLATED, 0),
}  # fmt: skip
for _name, (_code, _absolute) in CODES.items():
    estimator(_name)(_named(_code, _absolute))

SETS = frozenset({"ConstrainedExtrema", "ClassifiedOn", "KindAtSingular"})


def same_extrema(lhs: Basic, rhs: Basic, at: Evaluator) -> Sides:
    """Point by point: as many, at the same places, with the same values and kinds.

    That nothing goes beyond a point may be left unsaid; where it is said it has to be so. A curve
    stands for all its points.
    """
    if type(rhs).__name__ in SETS:
        return _same_candidates(lhs, rhs, at)
    left = columns_of(lhs, at)
    kinds = rhs if isinstance(rhs, Tuple) else [rhs]
    claimed = [(_claim(kind, at), _curve(kind)) for kind in kinds]
    far = [min((_difference(p, *q, at) for q in claimed), default=INFINITE) for p in left]
    for claim, curve in claimed:
        far.append(min((_difference(p, claim, curve, at) for p in left), default=INFINITE))
        far += [_off(lhs, place, at) for place in columns_of(curve, at)] if curve else []
    return len(left), len(claimed), max(far, default=0.0)


def _same_candidates(lhs: Any, rhs: Any, at: Evaluator) -> Sides:
    """Every candidate of one side is one of the other."""
    left, right = columns_of(lhs, at), columns_of(rhs, at)
    far = [
        min([_difference(p, q, None, at) for q in others], default=INFINITE)
        for some, others in ((left, right), (right, left))
        for p in some
    ]
    if max(far, default=0.0) > SAME and min(len(left), len(right)) >= FEW:  # of curves
        sides = ((left, rhs), (right, lhs))
        far = [_off(side, p[FIRST:-1], at) for some, side in sides for p in some]
    return len(left), len(right), max(far, default=0.0)


def _claim(kind: Any, at: Evaluator) -> list[Number]:
    """The column of a kind; the place of a curve is left out."""
    if _curve(kind) is None:
        return list(at(kind))
    code, absolute = CODES[type(kind).__name__]
    return [code, absolute, at(kind.args[1])]


def _curve(kind: Any) -> Basic | None:
    place = kind.args[0]
    return place if type(place).__name__ == "PointsWith" else None


def _difference(
    found: list[Number], claimed: list[Number], curve: Basic | None, at: Evaluator
) -> float:
    if curve is not None:
        off = how_far(curve, found[FIRST:-1], at)
        return max(off, distance(found[-1:], claimed[-1:]), _of_kinds(found, claimed))
    if len(found) != len(claimed):
        return INFINITE
    return max(distance(found[FIRST:], claimed[FIRST:]), _of_kinds(found, claimed))


def _of_kinds(found: list[Number], claimed: list[Number]) -> float:
    """Zero where what is claimed is so: the kind, and that nothing goes beyond it.

    The kind is not seen where f is flat along a curve; of singular points it may be left open.
    """
    (kind, side), (said, extreme) = found[:FIRST], claimed[:FIRST]
    absolute = abs(extreme) > ZERO
    beyond = absolute and abs(side - ALIKE) > ZERO and abs(side - extreme) > ZERO
    if absolute and kind in (OPEN, SINGULAR + OPEN, ISOLATED):
        return float(beyond)
    singular = kind >= SINGULAR
    if said == SINGULAR:
        return float(not singular)
    same = kind == said or (singular and kind - SINGULAR == said)
    return float(not same or beyond)


def _off(side: Any, place: list[Number], at: Evaluator) -> float:
    """By how much a place misses being a candidate."""
    walk = _walk(at, side)
    if type(side).__name__ == "ClassifiedOn":
        points, *singular = side.args[4:]
        lifted = [*place, *walk.multipliers(place)]
        return min(
            how_far(points, lifted, at), *(how_far(s, place, at) for s in singular), INFINITE
        )
    if is_singular(at, walk.letters, walk.g, place):
        return 0.0
    return max(float(abs(entry)) for entry in walk.standing_there(place))
