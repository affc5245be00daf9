"""Lengths, areas, volumes and sums over them, from points of curves, surfaces and regions.

The ranges of the parameters are cut into cells; each cell is measured by the points at its corners
(chords, triangles, tetrahedra), never by a derivative. Sums over finer and finer cells are
extrapolated to cells of size 0 (Neville's scheme in the square of the size).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
from sympy import Basic, Symbol, Tuple
from sympy.matrices import MatrixBase

from lambdify_bridge.evaluate import Evaluator, Number, Undecided
from lambdify_bridge.isolated_points import compiled, each_by_eighth_order

SIZES = {
    1: (16, 24, 32, 48, 64, 96, 128, 192),
    2: (8, 12, 16, 24, 32, 48, 64, 96),
    3: (3, 4, 6, 8, 10, 12, 16, 20, 24),
}
STEP = 1e-3  # of differences
ROUGHEST, ENOUGH, FINEST = 3e-8, 1e-10, 1e-13
CANCELLED = 1e-6
ROUNDING = 1e-10  # of differences, in absolute size

Points = np.ndarray  # coordinates, places
Function = Callable[[Points], Points]


def field(at: Evaluator, F: Basic, letters: Sequence[Symbol]) -> Function:
    """Components at all columns of an array; of an operator on a field, by differences."""
    name = type(F).__name__
    if name in BY_SLOPES:
        inside = F.args[0]
        parts = compiled(at, list(inside) if isinstance(inside, Tuple) else [inside], letters)
        combined = BY_SLOPES[name]

        def found(places: Points) -> Points:
            by = [each_by_eighth_order(parts, places, k, STEP) for k in range(len(letters))]
            return combined(by)

        return found
    listed = list(F) if isinstance(F, (Tuple, MatrixBase)) else [F]
    return compiled(at, listed, letters)


def _curl(by: list[Points]) -> Points:
    dx, dy, dz = by
    return np.array([dy[2] - dz[1], dz[0] - dx[2], dx[1] - dy[0]])


BY_SLOPES: dict[str, Callable[[list[Points]], Points]] = {
    "Curl": _curl,
    "Slopes": lambda by: np.array([d[0] for d in by]),
    "PlaneCurl": lambda by: np.array([by[0][1] - by[1][0]]),
    "Divergence": lambda by: np.array([np.sum([d[k] for k, d in enumerate(by)], axis=0)]),
}


# ------------------------------------------------------------------ parameters and points


def spread(at: Evaluator, limits: Tuple) -> Callable[[Points], tuple[Points, Points]]:
    """From places of the unit box to the parameters, and the product of the widths there."""
    ends: list[tuple[Symbol, list[Symbol], Function]] = []
    outer: list[Symbol] = []
    for x, low, high in reversed(limits.args):
        fixed = not (low.free_symbols | high.free_symbols) & set(outer)
        made = _fixed(at, low, high) if fixed else compiled(at, [low, high], outer)
        ends.append((x, [*outer], made))
        outer.append(x)

    def found(unit: Points) -> tuple[Points, Points]:
        known: dict[Symbol, Points] = {}
        width = np.ones(unit.shape[1])
        for k, (x, others, made) in enumerate(ends, 1):
            a, b = made(np.array([known[s] for s in others]))
            known[x] = a + (b - a) * unit[-k]
            width = width * (b - a)
        return np.array([known[limit.args[0]] for limit in limits]), width

    return found


def _fixed(at: Evaluator, low: Basic, high: Basic) -> Function:
    ends = np.array([[float(at.ctx.re(at(end)))] for end in (low, high)])
    if not np.all(np.isfinite(ends)):
        raise Undecided("a range without end is not cut into cells")
    return lambda places: ends


def on_it(at: Evaluator, r: Basic, limits: Tuple) -> Function:
    """From the unit box to the points of the curve, surface or region."""
    letters = [limit.args[0] for limit in limits]
    image = compiled(at, list(r), letters)
    place = spread(at, limits)
    return lambda unit: image(place(unit)[0])


def _plain(s: Points) -> Points:
    return s


def flat_at_the_ends(s: Points) -> Points:
    """Three derivatives vanish at 0 and 1: poles of a sphere and steep ends matter less."""
    return s**4 * (35 - 84 * s + 70 * s**2 - 20 * s**3)


def slope_of_flat(s: Points) -> Points:
    return 140 * s**3 * (1 - s) ** 3


def grid(n: int, cells: int, shifts: Sequence[float], warp: Function) -> Points:
    """Places of the unit box, one in each cell: `shifts` say where, from 0 to 1 in each way."""
    axes = [warp((np.arange(cells) + shift) / cells) for shift in shifts]
    return np.array([a.ravel() for a in np.meshgrid(*axes, indexing="ij")]).reshape(n, -1)


def corners(n: int, cells: int, warp: Function, image: Function) -> dict[tuple[int, ...], Points]:
    """The points at the corners of all cells, by which corner it is."""
    return {c: image(grid(n, cells, c, warp)) for c in product((0, 1), repeat=n)}


def middles(n: int, cells: int, warp: Function, image: Function) -> Points:
    return image(grid(n, cells, (0.5,) * n, warp))


# ------------------------------------------------------------------ sums over cells


def extrapolated(at: Evaluator, n: int, terms: Callable[[int, Function], Points]) -> Number:
    """The limit of the sums of `terms(cells, warp)`, as the number of cells on an axis grows.

    Raises Undecided where the sums do not come together.
    """
    found = []
    for warp in (_plain, flat_at_the_ends):
        with np.errstate(all="ignore"):
            value, error, size = _limit(terms, SIZES[n], warp)
        found.append((error / max(size, 1e-300), value, error, size))
        if found[-1][0] <= ENOUGH:
            break
    rough, value, error, size = min(found, key=lambda each: each[0] if each[0] == each[0] else 1e9)
    if np.isfinite(value) and rough <= ROUGHEST:
        return settled(at, value, error, size)
    if max(abs(value), error) <= ROUNDING:
        return nothing(at, value)
    raise Undecided("sums over finer and finer cells do not come together")


def nothing(at: Evaluator, value: float) -> Number:
    """What is 0 but for the rounding errors of the differences in it."""
    at.rests_on(FINEST, ROUNDING)
    return at.ctx.mpf(float(value))


def settled(at: Evaluator, value: float, error: float, size: float) -> Number:
    """The number, with how far it may be off: relative to itself, or where nearly all cancels
    relative to what does."""
    plain = abs(value) > CANCELLED * size
    at.rests_on(max(error / abs(value), FINEST) if plain else FINEST, max(error, FINEST * size))
    return at.ctx.mpf(float(value))


def _limit(
    terms: Callable[[int, Function], Points], sizes: Sequence[int], warp: Function
) -> tuple[float, float, float]:
    """Value, how far it may be off, and the sum of the sizes of the terms."""
    table: list[list[float]] = []
    size = 0.0
    for k, cells in enumerate(sizes):
        each = terms(cells, warp)
        size = float(np.sum(np.abs(each)))
        row = [float(np.sum(each))]
        for j in range(1, k + 1):
            ratio = (cells / sizes[k - j]) ** 2
            row.append(row[-1] + (row[-1] - table[-1][j - 1]) / (ratio - 1))
        table.append(row)
    last, before = table[-1], table[-2]
    gaps = [abs(a - b) for a, b in zip(last[1:], before, strict=True)]
    best = int(np.argmin(gaps)) + 1
    return last[best], max(gaps[best - 1], FINEST * size), size
