"""Sets of points: zeros of systems from many starts.

Two sets are compared point by point, whatever their order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sympy import Add, Basic, S, Symbol, Tuple, preorder_traversal

from lambdify_bridge.evaluate import Evaluator, Matrix, Number, Undecided, Undefined, estimator
from lambdify_bridge.linear_systems import solved

SETS = frozenset({"RealSolutions", "PointsWith", "AllPoints"})
STARTS, ITERATIONS, POLISHING = 600, 60, 70
SEED = 7
BEYOND = 60.0  # farther out nothing is looked for
REACH, CLOSE = 8, 1e-2  # of other letters
SAME, ZERO = 1e-5, 1e-9
FEW_DIGITS = 10**4
QUICK = 1e-2  # a step by the step before, where slopes are kept
ARRIVED = 1e-13  # relative length of the last step
FAR_APART = 1e-3
LOST = 5e-3  # from where doubles saw a zero; no zero of what fades is as near within BEYOND
TO_A_CURVE = 6  # steps that gain many digits each
MANY, FEW = 40, 6  # single points that a system may have; points that stand for a curve
DEFICIENT = 1e-4  # of singular values, where points are not single
MINIMUM, MAXIMUM, SADDLE, OPEN = 1, 2, 3, 4  # kinds; with 4 added where f is flat
FLAT = 1e-9
ASIDE = 1e-6  # step of differences in double precision

Points = list[list[Number]]
Sides = tuple[Number, Number, float]


# ------------------------------------------------------------------ zeros


def compiled(
    at: Evaluator, formulas: Sequence[Basic], letters: Sequence[Symbol]
) -> Callable[[np.ndarray], np.ndarray]:
    """Formulas at all columns of an array, in double precision; other letters have their values."""
    from lambdify_bridge.to_numpy import as_written

    others = sorted({s for f in formulas for s in f.free_symbols} - set(letters), key=str)
    fixed = [float(at.ctx.re(at(s))) for s in others]
    made = [as_written(f, [*letters, *others]) for f in formulas]

    def values(places: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            rows = [np.broadcast_to(f(*places, *fixed), places.shape[1:]) for f in made]
        return np.array(rows, dtype=float)

    return values


def differences(
    f: Callable[[np.ndarray], np.ndarray], places: np.ndarray, h: float = ASIDE
) -> np.ndarray:
    """Central differences by each letter: components, letters, places."""
    n, count = places.shape
    steps = h * np.maximum(1, np.abs(places))
    moved = [places + side * np.eye(n)[:, [k]] * steps for k in range(n) for side in (1, -1)]
    values = f(np.concatenate(moved, axis=1)).reshape(-1, n, 2, count)
    return (values[:, :, 0] - values[:, :, 1]) / (2 * steps)


def starts(n: int, count: int = STARTS) -> np.ndarray:
    """Places near the origin, around it and farther out; on the axes as well."""
    r = np.random.default_rng(SEED)
    places = r.normal(size=(n, count)) * r.choice([0.3, 1.0, 3.0, 10.0], count)
    return places * (r.random((n, count)) > 0.15)


def newton(f: Callable[[np.ndarray], np.ndarray], n: int, count: int = STARTS) -> np.ndarray:
    """Where Newton's method comes to from many starts: the columns with a small residual."""
    places = starts(n, count)
    there = [places[:, :0]]
    with np.errstate(all="ignore"):
        for _ in range(ITERATIONS):
            residual, slope = f(places), np.moveaxis(differences(f, places), 2, 0)
            good = np.isfinite(residual).all(axis=0) & np.isfinite(slope).all(axis=(1, 2))
            places, residual, slope = places[:, good], residual[:, good], slope[good]
            if not places.size:
                break
            step = np.linalg.pinv(slope, rcond=1e-12) @ residual.T[:, :, None]
            size = np.linalg.norm(step, axis=1)
            places = places - (step * np.minimum(1, 4 / (size[..., None] + 1e-300)))[:, :, 0].T
            moving = size[:, 0] > ARRIVED * np.maximum(1, np.max(np.abs(places), axis=0))
            there.append(places[:, ~moving])
            places, size = places[:, moving], size[moving, 0]
            if not places.size:
                break
        if places.size:  # where a function fades, its slopes are small far from a zero of them
            there.append(places[:, size < FAR_APART])
        places = np.concatenate(there, axis=1)
        if not places.size:
            return places
        residual = f(places)
        small = np.all(np.abs(residual) < ZERO, axis=0) & np.all(np.abs(places) < BEYOND, axis=0)
    return places[:, small]


def within_reach(at: Evaluator, node: Basic) -> None:
    """Raises Undecided where letters are so large that points may lie farther out than starts, or
    so small that points may fall together."""
    if any(abs(at(s)) > REACH or 0 < abs(at(s)) < CLOSE for s in node.free_symbols):
        raise Undecided(f"beyond {REACH} or below {CLOSE} in a letter no points are looked for")


def distinct(columns: np.ndarray) -> list[list[float]]:
    found: list[np.ndarray] = []
    for place in columns.T:
        if all(np.max(np.abs(place - other)) > FAR_APART for other in found):
            found.append(place)
    return [list(map(float, place)) for place in found]


def thinned(
    f: Callable[[np.ndarray], np.ndarray], columns: np.ndarray
) -> tuple[list[list[float]], list[list[float]]]:
    """The single zeros, and a few of those on curves of zeros, far from each other."""
    found = distinct(columns)
    if len(found) <= MANY:
        return found, []
    places = np.array(found).T
    slopes = np.moveaxis(differences(f, places), 2, 0)
    sizes = np.linalg.svd(slopes, compute_uv=False)
    enough = slopes.shape[1] >= slopes.shape[2]  # as many equations as letters
    single = enough & (sizes[:, -1] > DEFICIENT * sizes[:, 0])
    rest = places.T[~single]
    chosen = [0] if len(rest) else []
    while 0 < len(chosen) < min(FEW, len(rest)):
        gaps = np.min(np.linalg.norm(rest[:, None] - rest[chosen], axis=2), axis=1)
        chosen.append(int(np.argmax(gaps)))
    return places.T[single].tolist(), rest[chosen].tolist()


def on_a_curve(
    at: Evaluator, values: Callable[[list[Number]], list[Number]], place: list[float]
) -> list[Number] | None:
    """The zero of a curve of them near that place, to many digits: the shortest way to it; None
    where there is none, as where a function fades."""
    c, here = at.ctx, [at.ctx.mpf(entry) for entry in place]
    slope = _slopes(c, values, here)
    size = max(abs(entry) for entry in slope) or 1  # may be below all doubles
    rows = [[float(c.re(slope[i, j] / size)) for j in range(slope.cols)] for i in range(slope.rows)]
    back = np.linalg.pinv(np.array(rows), rcond=DEFICIENT)
    for _ in range(TO_A_CURVE):
        residual = values(here)
        here = [
            e - sum(c.mpf(float(b)) * r for b, r in zip(row, residual, strict=True)) / size
            for e, row in zip(here, back, strict=True)
        ]
        if _has_left(here, place):
            return None
    return here


def _has_left(here: list[Number], place: list[float]) -> bool:
    return any(abs(a - b) > LOST for a, b in zip(here, place, strict=True))


def polished(
    at: Evaluator, values: Callable[[list[Number]], list[Number]], place: list[float]
) -> list[Number] | None:
    """The zero near that place to many digits; None where there is none."""
    c, here = at.ctx, [at.ctx.mpf(entry) for entry in place]
    size, slope, slow = c.mpf(1), None, False
    for _ in range(POLISHING):
        residual, before = c.matrix(values(here)), size
        slope = _slopes(c, values, here) if slope is None else slope
        try:
            step = solved(c, slope, residual)
        except (ZeroDivisionError, ValueError):  # a multiple zero, met exactly
            size = max(abs(entry) for entry in residual)
            break
        here = [entry - step[k] for k, entry in enumerate(here)]
        if _has_left(here, place):
            return None  # where a function fades its slopes are small, and no zero is near
        size = max(abs(entry) for entry in step)
        if size < c.mpf(10) ** (-c.dps // 2 - 4):
            break
        if size > QUICK * before:
            slope, slow = None, True  # farther from the zero than these slopes are good for
    if size > SAME or any(abs(a - b) > FAR_APART for a, b in zip(here, place, strict=True)):
        return None
    if any(abs(c.im(entry)) > SAME for entry in here):
        return None
    here = [c.re(entry) for entry in here]
    at.rests_on(max(1e-15, float(size)))
    return _rounded(c, values, here) if slow else here


def _rounded(
    c: Any, values: Callable[[list[Number]], list[Number]], here: list[Number]
) -> list[Number]:
    """A multiple zero, moved by errors of the values: with few digits, where that is as good."""
    short = [c.nint(entry * FEW_DIGITS) / FEW_DIGITS for entry in here]
    misses = [max(map(abs, values(place))) for place in (short, here)]
    return short if misses[0] <= misses[1] else here


def _slopes(c: Any, values: Callable[[list[Number]], list[Number]], here: list[Number]) -> Any:
    """The Jacobian matrix by central differences."""
    h = c.mpf(10) ** (-c.dps // 2)
    columns = []
    for k in range(len(here)):
        ahead, behind = (
            c.matrix(values([e + (s * h if j == k else 0) for j, e in enumerate(here)]))
            for s in (1, -1)
        )
        columns.append((ahead - behind) / (2 * h))
    return c.matrix([[column[i] for column in columns] for i in range(len(columns[0]))])


@estimator("RealSolutions")
def real_solutions(node: Any, at: Evaluator) -> Number:
    equations, letters, off = (part.args for part in node.args)
    f, values = _equations(at, equations, letters), _equations_there(at, equations, letters)
    single, several = thinned(f, newton(f, len(letters)))
    points = [polished(at, values, p) for p in single if near_allowed(letters, p)]
    points += [on_a_curve(at, values, place) for place in several]
    kept = [p for p in points if p is not None and not _forbidden(at, p, letters, off)]
    kept = [p for p in kept if allowed(letters, p)]
    return as_matrix(at, apart(kept), len(letters))


@estimator("PointsWith")
def points_with(node: Any, at: Evaluator) -> Number:
    """Some of the points."""
    equations, letters = (part.args for part in node.args)
    f = _equations(at, equations, letters)
    single, several = thinned(f, newton(f, len(letters)))
    values = _equations_there(at, equations, letters)
    found = [on_a_curve(at, values, place) for place in [*several, *single][:FEW]]
    return as_matrix(at, [p for p in found if p is not None], len(letters))


def _equations_there(
    at: Evaluator, equations: Any, letters: Any
) -> Callable[[list[Number]], list[Number]]:
    """The equations at one place, to many digits."""

    def values(place: list[Number]) -> list[Number]:
        there = at.at(dict(zip(letters, place, strict=True)))
        return [
            sum(
                slope_there(at, term.args[0], letters, place, letters.index(by(term)))
                if _is_slope(term)
                else there(term)
                for term in Add.make_args(e)
            )
            for e in equations
        ]

    return values


def _equations(at: Evaluator, equations: Any, letters: Any) -> Any:
    """Terms that are slopes by differences, all others as they are."""
    parts = [[_term(at, term, letters) for term in Add.make_args(e)] for e in equations]

    def values(places: np.ndarray) -> np.ndarray:
        return np.array([np.sum([f(places) for f in terms], axis=0) for terms in parts])

    return values


def _is_slope(term: Any) -> bool:
    first = type(term).__name__ == "Derivative" and len(term.args) == 2
    return bool(first and term.args[1].args[1] == 1)


def by(slope: Any) -> Symbol:
    return slope.args[1].args[0]


def _term(at: Evaluator, term: Any, letters: Any) -> Callable[[np.ndarray], np.ndarray]:
    if _is_slope(term):
        f, k = compiled(at, [term.args[0]], letters), letters.index(by(term))
        return lambda places: by_eighth_order(f, places, k)
    g = compiled(at, [term], letters)
    return lambda places: g(places)[0]


def by_eighth_order(
    f: Callable[[np.ndarray], np.ndarray], places: np.ndarray, k: int, h: float = 2e-2
) -> np.ndarray:
    """The difference quotient of the first component by letter k; see `each_by_eighth_order`."""
    return each_by_eighth_order(f, places, k, h)[0]


def each_by_eighth_order(
    f: Callable[[np.ndarray], np.ndarray], places: np.ndarray, k: int, h: float = 2e-2
) -> np.ndarray:
    """The difference quotients by letter k in double precision, of order 8 (Fornberg 1988): a row
    for each component of f."""
    step = np.zeros_like(places)
    step[k] = h
    moved = [places + j * step for side in (1, -1) for j in (side, 2 * side, 3 * side, 4 * side)]
    found = f(np.concatenate(moved, axis=1))
    ahead, behind = found.reshape(len(found), 2, 4, -1).swapaxes(0, 1)
    return np.array([4 / 5, -1 / 5, 4 / 105, -1 / 280]) @ (ahead - behind) / h


def _forbidden(at: Evaluator, place: list[Number], letters: Any, off: Any) -> bool:
    there = at.at(dict(zip(letters, place, strict=True)))
    try:
        return any(abs(there(f)) < ZERO for f in off)
    except Undefined:
        return True


def allowed(letters: Sequence[Symbol], place: list[Number]) -> bool:
    """Whether letters that are known to be positive are."""
    return all(value > ZERO for x, value in zip(letters, place, strict=True) if x.is_positive)


def near_allowed(letters: Sequence[Symbol], place: list[float]) -> bool:
    """The same as `allowed` for a place that is known to a few digits."""
    return all(v > -FAR_APART for x, v in zip(letters, place, strict=True) if x.is_positive)


def apart(points: Points) -> Points:
    found: Points = []
    for place in points:
        if all(distance(place, other) > SAME for other in found):
            found.append(place)
    return found


def distance(one: Sequence[Number], other: Sequence[Number]) -> float:
    if len(one) != len(other):
        return float("inf")
    return max(float(abs(a - b) / max(1, abs(a))) for a, b in zip(one, other, strict=True))


def as_matrix(at: Evaluator, points: Points, rows: int) -> Any:
    found = at.ctx.matrix(rows, len(points))
    for k, place in enumerate(points):
        for i, entry in enumerate(place):
            found[i, k] = entry
    return found


def slope_there(
    at: Evaluator, f: Basic, letters: Sequence[Symbol], place: list[Number], k: int
) -> Number:
    """The same quotient to many digits; it may be 0, so that its relative error says nothing."""
    c = at.ctx
    h = c.mpf(10) ** (-c.dps // 10)
    if letters[k].is_positive:
        h *= min(1, abs(place[k]))

    def value(j: int) -> Number:
        moved = [entry + (j * h if i == k else 0) for i, entry in enumerate(place)]
        return at.at(dict(zip(letters, moved, strict=True)))(f)

    weights = (c.mpf(4) / 5, -c.mpf(1) / 5, c.mpf(4) / 105, -c.mpf(1) / 280)
    return sum(w * (value(j) - value(-j)) for j, w in enumerate(weights, 1)) / h


# ------------------------------------------------------------------ sets of points


@estimator("AllPoints")
def all_points(node: Any, at: Evaluator) -> Number:
    points = apart([place for part in node.args for place in columns_of(part, at)])
    return as_matrix(at, points, len(points[0]) if points else 0)


def columns_of(side: Basic, at: Evaluator) -> Points:
    """The points of a set, a matrix with one in each column, or a Tuple of columns."""
    if side == S.EmptySet:
        return []
    if _has_parts(side):
        return apart([place for part in side.args for place in columns_of(part, at)])
    value = at(side)
    if isinstance(value, Matrix):
        return [[value[i, k] for i in range(value.rows)] for k in range(value.cols)]
    return [list(column) for column in value]


def _has_parts(side: Basic) -> bool:
    """Whether it is a Tuple of sets of points."""
    names = {type(part).__name__ for part in side.args} if isinstance(side, Tuple) else set()
    return "PointsWith" in names


def has_curves(side: Basic) -> bool:
    return any(type(node).__name__ == "PointsWith" for node in preorder_traversal(side))


def how_far(side: Basic, place: list[Number], at: Evaluator) -> float:
    """How far a place is from a set, or by how much it misses what describes the set."""
    name = type(side).__name__
    if name in ("PointsWith", "RealSolutions"):
        equations, letters, *off = (part.args for part in side.args)
        if off and _forbidden(at, place, letters, off[0]):
            return float("inf")
        misses = _equations_there(at, equations, letters)(place)
        return max(float(abs(entry)) for entry in misses)
    if name == "AllPoints" or _has_parts(side):
        return min(how_far(part, place, at) for part in side.args)
    return min((distance(place, p) for p in columns_of(side, at)), default=float("inf"))


def same_points(lhs: Basic, rhs: Basic, at: Evaluator) -> Sides:
    """Every point of one side is one of the other; of curves a few points are looked at."""
    left, right = columns_of(lhs, at), columns_of(rhs, at)
    if has_curves(lhs) or has_curves(rhs) or min(len(left), len(right)) >= FEW:
        missed = [
            how_far(other, p, at) for some, other in ((left, rhs), (right, lhs)) for p in some
        ]
        return _shown(left), _shown(right), max(missed, default=0.0)
    nearest = [
        min((distance(p, q) for q in others), default=float("inf"))
        for some, others in ((left, right), (right, left))
        for p in some
    ]
    return _shown(left), _shown(right), max(nearest, default=0.0)


def _shown(points: Points) -> Number:
    return len(points)
