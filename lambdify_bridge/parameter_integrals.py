"""Integrals along curves, over surfaces and over regions, as sums over cells made of points.

Chords for curves, triangles for surfaces, quadrilaterals and polyhedra for regions. The integral
over parameters alone is a Gauss-Legendre quadrature; speeds, normal vectors and Jacobians in it are
differences there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from sympy import Basic, Dummy, Integral, Symbol, Tuple

from lambdify_bridge.central_difference import settled
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, estimator
from lambdify_bridge.isolated_points import compiled, each_by_eighth_order
from lambdify_bridge.nodes import nodes
from lambdify_bridge.parameter_grids import (
    ROUNDING,
    Function,
    Points,
    corners,
    extrapolated,
    field,
    flat_at_the_ends,
    middles,
    nothing,
    on_it,
    slope_of_flat,
    spread,
)
from lambdify_bridge.parameter_grids import settled as as_it_settled
from lambdify_bridge.quadrature import gauss

GAUSS = {1: (40, 56), 2: (24, 31), 3: (14, 17)}
PANELS = {1: (1, 4, 16), 2: (1, 2, 4), 3: (1, 2)}
GAUSS_AT_STEEP_ENDS = {1: (40, 56), 2: (40, 56), 3: (24, 31)}
STEPS = 256  # along a curve
INNER = 28  # nodes of an integral within an integral
STEP = 1e-4  # of differences between nodes
DIFFERENCES = 1e-10
REACHED = 3e-8


# ------------------------------------------------------------------ curves


def _chords(at: Evaluator, node: Any) -> Callable[[int, Function], tuple[Points, Points]]:
    """The ways from point to point, and the points half-way in between."""
    r, limits = node.args[-2:]
    image = on_it(at, r, limits)

    def ways(cells: int, warp: Function) -> tuple[Points, Points]:
        ends = corners(1, cells, warp, image)
        return ends[1,] - ends[0,], middles(1, cells, warp, image)

    return ways


@estimator("ArcLength")
def arc_length(node: Any, at: Evaluator) -> Number:
    ways = _chords(at, node)
    return extrapolated(at, 1, lambda n, warp: np.linalg.norm(ways(n, warp)[0], axis=0))


@estimator("CurveIntegral")
def curve_integral(node: Any, at: Evaluator) -> Number:
    ways, f = _chords(at, node), field(at, node.args[0], node.args[1].args)

    def terms(n: int, warp: Function) -> Points:
        chords, places = ways(n, warp)
        return f(places)[0] * np.linalg.norm(chords, axis=0)

    return extrapolated(at, 1, terms)


def work(at: Evaluator, F: Basic, letters: Tuple, r: Tuple, limits: Tuple) -> Number:
    ways, force = _chords(at, Tuple(r, limits)), field(at, F, letters.args)

    def terms(n: int, warp: Function) -> Points:
        chords, places = ways(n, warp)
        return np.sum(force(places) * chords, axis=0)

    return extrapolated(at, 1, terms)


@estimator("WorkIntegral")
def work_integral(node: Any, at: Evaluator) -> Number:
    return work(at, *node.args)


@estimator("Speed")
def speed(node: Any, at: Evaluator) -> Number:
    """The length of a short chord over the time it takes."""
    r, t = node.args
    c, here = at.ctx, at.memo[t]

    def quotient(h: Number) -> Number:
        before, after = at.at({t: here - h}), at.at({t: here + h})
        return c.sqrt(c.fsum((after(e) - before(e)) ** 2 for e in r)) / (2 * h)

    return settled(at, quotient, c.sqrt(abs(here)))


# ------------------------------------------------------------------ surfaces


def _diagonals(at: Evaluator, r: Basic, limits: Tuple) -> Any:
    """Of each cell the corners, in order around it, and the point in its middle."""
    image = on_it(at, r, limits)

    def found(cells: int, warp: Function) -> tuple[list[Points], Points]:
        at_corners = corners(2, cells, warp, image)
        around = [at_corners[c] for c in ((0, 0), (1, 0), (1, 1), (0, 1))]
        return around, middles(2, cells, warp, image)

    return found


def _normal(around: list[Points]) -> Points:
    """Of two triangles with a common side together: their normals, as long as their areas.

    The sizes of four triangles about the middle do not add up to the area where a cell is much
    narrower than it is bent (Schwarz's lantern).
    """
    first, second, third, last = around
    halves = ((second - first, third - first), (third - first, last - first))
    return np.sum([np.cross(a, b, axis=0) / 2 for a, b in halves], axis=0)


@estimator("SurfaceIntegral")
def surface_integral(node: Any, at: Evaluator) -> Number:
    F, letters, r, limits = node.args
    cells, f = _diagonals(at, r, limits), field(at, F, letters.args)

    def terms(n: int, warp: Function) -> Points:
        around, middle = cells(n, warp)
        return f(middle)[0] * np.linalg.norm(_normal(around), axis=0)

    return extrapolated(at, 2, terms)


def flux_through(at: Evaluator, F: Basic, letters: Tuple, r: Tuple, limits: Tuple) -> Number:
    cells, f = _diagonals(at, r, limits), field(at, F, letters.args)

    def terms(n: int, warp: Function) -> Points:
        around, middle = cells(n, warp)
        return np.sum(f(middle) * _normal(around), axis=0)

    return extrapolated(at, 2, terms)


@estimator("Flux")
def flux(node: Any, at: Evaluator) -> Number:
    return flux_through(at, *node.args)


def _sides(node: Any, at: Evaluator, h: Number) -> list[list[Number]]:
    """Two sides of a small piece of the surface about the point, over those of the parameters."""
    r, letters = node.args
    found = []
    for s in letters:
        here = at.memo[s]
        before, after = at.at({s: here - h}), at.at({s: here + h})
        found.append([(after(e) - before(e)) / (2 * h) for e in r])
    return found


def _cross(a: Sequence[Number], b: Sequence[Number]) -> list[Number]:
    return [a[(k + 1) % 3] * b[(k + 2) % 3] - a[(k + 2) % 3] * b[(k + 1) % 3] for k in range(3)]


@estimator("NormalVector")
def normal_vector(node: Any, at: Evaluator) -> Number:
    c = at.ctx
    width = c.sqrt(max(abs(at.memo[s]) for s in node.args[1]))

    def entry(k: int, h: Number) -> Number:
        return _cross(*_sides(node, at, h))[k]

    return c.matrix([settled(at, partial(entry, k), width) for k in range(3)])


@estimator("AreaFactor")
def area_factor(node: Any, at: Evaluator) -> Number:
    c = at.ctx
    width = c.sqrt(max(abs(at.memo[s]) for s in node.args[1]))
    return settled(at, lambda h: c.sqrt(c.fsum(e**2 for e in _cross(*_sides(node, at, h)))), width)


@estimator("InProduct")
def in_product(node: Any, at: Evaluator) -> Number:
    F, v = ([at(e) for e in part] if isinstance(part, Tuple) else at(part) for part in node.args)
    return at.ctx.fsum(a * b for a, b in zip(F, v, strict=True))


# ------------------------------------------------------------------ regions


def _areas(n: int, cells: int, warp: Function, image: Function) -> Points:
    """Signed areas of quadrilaterals, or volumes of bodies with faces of four triangles each."""
    at_corners = corners(n, cells, warp, image)
    if n == 2:
        across, other = at_corners[1, 1] - at_corners[0, 0], at_corners[0, 1] - at_corners[1, 0]
        return (across[0] * other[1] - across[1] * other[0]) / 2
    total = np.zeros(at_corners[0, 0, 0].shape[1])
    for axis, side in product(range(3), (0, 1)):
        around = [_corner(at_corners, axis, side, c) for c in ((0, 0), (1, 0), (1, 1), (0, 1))]
        middle = np.mean(around, axis=0)
        sides = zip(around, [*around[1:], around[0]], strict=True)
        turn = 1 if side else -1
        total += turn * sum(np.sum(middle * np.cross(a, b, axis=0), axis=0) for a, b in sides) / 6
    return total


def _corner(found: Any, axis: int, side: int, others: tuple[int, int]) -> Points:
    place = [0, 0, 0]
    place[axis], place[(axis + 1) % 3], place[(axis + 2) % 3] = side, *others
    return found[tuple(place)]


def orientation(at: Evaluator, r: Tuple, limits: Tuple) -> int:
    """1 where the region is as the parameters are, -1 where it is mirrored. Raises Undecided."""
    n = len(limits)
    sizes = _areas(n, 6, lambda s: s, on_it(at, r, limits))
    if np.min(sizes) * np.max(sizes) < -1e-20 * np.max(np.abs(sizes)) ** 2:
        raise Undecided("the map turns its orientation around")
    return 1 if np.sum(sizes) > 0 else -1


@estimator("RegionIntegral")
def region_integral(node: Any, at: Evaluator) -> Number:
    F, letters, r, limits = node.args
    n = len(limits)
    if n == 1:
        raise Undecided("a region has two or three dimensions")
    image, f = on_it(at, r, limits), field(at, F, letters.args)

    def terms(cells: int, warp: Function) -> Points:
        sizes = np.abs(_areas(n, cells, warp, image))
        return f(middles(n, cells, warp, image))[0] * sizes

    return extrapolated(at, n, terms)


# ------------------------------------------------------------------ borders


@estimator("Circulation", "BorderWork")
def circulation(node: Any, at: Evaluator) -> Number:
    """Along the four edges, one after the other, so that the region lies on the left."""
    F, letters, r, limits = node.args
    image, force = on_it(at, r, limits), field(at, F, letters.args)
    turn = orientation(at, r, limits) if len(r) == 2 else 1

    def edge(n: int, warp: Function, shift: float) -> Points:
        s = warp((np.arange(n) + shift) / n)
        ends = np.zeros(n), np.ones(n)
        around = ((s, ends[0]), (ends[1], s), (1 - s, ends[1]), (ends[0], 1 - s))
        return np.concatenate([image(np.array(side)) for side in around], axis=1)

    def terms(n: int, warp: Function) -> Points:
        ways = edge(n, warp, 1) - edge(n, warp, 0)
        return turn * np.sum(force(edge(n, warp, 0.5)) * ways, axis=0)

    return extrapolated(at, 1, terms)


@estimator("OutwardFlux", "BorderFlux")
def outward_flux(node: Any, at: Evaluator) -> Number:
    """Through the six faces, cut into cells, outwards."""
    F, letters, r, limits = node.args
    image, force = on_it(at, r, limits), field(at, F, letters.args)
    turn = orientation(at, r, limits)

    def face(axis: int, end: int) -> Function:
        def there(unit: Points) -> Points:
            return image(np.insert(unit, axis, float(end), axis=0))

        return there

    def terms(n: int, warp: Function) -> Points:
        found = []
        for axis, end in product(range(3), (0, 1)):
            there = face(axis, end)
            outward = turn * (1 if end else -1) * (-1 if axis == 1 else 1)
            at_corners = corners(2, n, warp, there)
            around = [at_corners[c] for c in ((0, 0), (1, 0), (1, 1), (0, 1))]
            flow = force(middles(2, n, warp, there)) * _normal(around)
            found.append(outward * np.sum(flow, axis=0))
        return np.concatenate(found)

    return extrapolated(at, 2, terms)


@estimator("InOtherVariables")
def in_other_variables(node: Any, at: Evaluator) -> Number:
    """Over the ranges that were there first."""
    f, old, *_ = node.args
    return at(Integral(f, *old))


# ------------------------------------------------------------------ potentials


@estimator("Potential")
def potential(node: Any, at: Evaluator) -> Number:
    """The work along the straight line from wherever it was asked for first."""
    F, letters = node.args
    c, here = at.ctx, [at(x) for x in letters]
    start = at.root.anchors.setdefault(node, c.matrix(here))
    way = [b - a for a, b in zip(start, here, strict=True)]
    if not any(way):
        return c.zero

    def force(s: Number) -> Number:
        place = [a + s * w for a, w in zip(start, way, strict=True)]
        there = at.at(dict(zip(letters, place, strict=True)))
        return c.fdot([there(f) for f in F], way)

    return gauss(c, force, c.zero, c.one)


@estimator("PotentialGrowth")
def potential_growth(node: Any, at: Evaluator) -> Number:
    """Of a formula: the work of its slopes. Of the potential of a field: the work along steps
    parallel to the axes, from each point of the curve to the next."""
    inside, letters, r, limits = node.args
    if type(inside).__name__ != "Potential":
        return work(at, Slopes(inside, letters), letters, r, limits)
    image, force = on_it(at, r, limits), field(at, inside.args[0], letters.args)
    points = image(np.linspace(0, 1, STEPS + 1)[None])
    nodes_there, weights = np.polynomial.legendre.leggauss(6)
    total, size = 0.0, 0.0
    place = points[:, :-1].copy()
    for k in range(len(points)):
        way = points[k, 1:] - points[k, :-1]
        for s, w in zip((1 + nodes_there) / 2, weights / 2, strict=True):
            there = place.copy()
            there[k] += s * way
            part = w * force(there)[k] * way
            total, size = total + float(np.sum(part)), size + float(np.sum(np.abs(part)))
        place[k] += way
    if not np.isfinite(total):
        raise Undecided("the field has no value on the way")
    at.rests_on(1e-10, 1e-12 * size)
    return at.ctx.mpf(total)


class Slopes(Basic):
    """The gradient of a formula by its letters, as a field."""


# ------------------------------------------------------------------ integrals over parameters


@estimator("ParameterIntegral")
def parameter_integral(node: Any, at: Evaluator) -> Number:
    f, limits = node.args
    n = len(limits)
    integrand = with_operators(at, f, [limit.args[0] for limit in limits])
    ways = [(GAUSS[n], panels, False) for panels in PANELS[n]]
    for counts, panels, flat in [*ways, (GAUSS_AT_STEEP_ENDS[n], 1, True)]:
        few, many = (_gauss(at, integrand, limits, count, panels, flat) for count in counts)
        value, size = many
        error = abs(few[0] - value)
        if np.isfinite(value) and error <= REACHED * size:
            return as_it_settled(at, value, error + DIFFERENCES * size, size)
        if size <= ROUNDING:
            return nothing(at, value)
    raise Undecided("two quadratures over the parameters disagree")


def _gauss(
    at: Evaluator, f: Function, limits: Tuple, count: int, panels: int, flat: bool
) -> tuple[float, float]:
    """On so many panels of each range, which kinks in the middle or at quarters do not disturb;
    `flat`: in a parameter by which steep ends of the range, as of a disc, are smooth."""
    nodes_there, weights = np.polynomial.legendre.leggauss(count)
    starts = np.arange(panels)[:, None]
    places = ((starts + (1 + nodes_there) / 2) / panels).ravel()
    sizes = np.tile(weights / 2 / panels, panels)
    if flat:
        places, sizes = flat_at_the_ends(places), sizes * slope_of_flat(places)
    unit = np.array([a.ravel() for a in np.meshgrid(*[places] * len(limits), indexing="ij")])
    scales = np.meshgrid(*[sizes] * len(limits), indexing="ij")
    there, width = spread(at, limits)(unit)
    with np.errstate(all="ignore"):
        terms = np.prod([s.ravel() for s in scales], axis=0) * width * f(there)[0]
    return float(np.sum(terms)), float(np.sum(np.abs(terms)))


def with_operators(at: Evaluator, f: Basic, letters: Sequence[Symbol]) -> Function:
    """A formula at all columns of an array; the operators in it by differences there."""
    inside = nodes(f, stop=lambda n: type(n).__name__ in THERE)
    operators = list(dict.fromkeys(n for n in inside if type(n).__name__ in THERE))
    names = {n: Dummy(f"o{k}") for k, n in enumerate(operators)}
    parts = [THERE[type(n).__name__](at, n, letters) for n in operators]
    plain = compiled(at, [f.xreplace(names)], [*letters, *names.values()])

    def values(places: Points) -> Points:
        return plain(np.array([*places, *(part(places)[0] for part in parts)]))

    return values


def _slopes(at: Evaluator, r: Sequence[Basic], letters: Sequence[Symbol], s: Symbol) -> Function:
    f, k = compiled(at, list(r), letters), list(letters).index(s)

    return lambda places: each_by_eighth_order(f, places, k, STEP)


def _value_there(at: Evaluator, node: Any, letters: Sequence[Symbol]) -> Function:
    inside, others, values = node.args
    f, image = field(at, inside, others.args), compiled(at, list(values), letters)
    return lambda places: f(image(places))


def _slope_of_one(at: Evaluator, node: Any, letters: Sequence[Symbol]) -> Function:
    f, (s, order) = node.args
    if order != 1:
        raise Undecided("a derivative of higher order under an integral")
    return _slopes(at, [f], letters, s)


def _speed_there(at: Evaluator, node: Any, letters: Sequence[Symbol]) -> Function:
    velocity = _slopes(at, node.args[0], letters, node.args[1])
    return lambda places: np.linalg.norm(velocity(places), axis=0)[None]


def _volume_there(at: Evaluator, node: Any, letters: Sequence[Symbol]) -> Function:
    sides = [_slopes(at, node.args[0], letters, s) for s in node.args[1]]
    return lambda places: np.linalg.det(np.array([s(places) for s in sides]).transpose(2, 0, 1))[
        None
    ]


def _normal_there(at: Evaluator, node: Any, letters: Sequence[Symbol]) -> Function:
    first, second = (_slopes(at, node.args[0], letters, s) for s in node.args[1])
    return lambda places: np.cross(first(places), second(places), axis=0)


def _area_there(at: Evaluator, node: Any, letters: Sequence[Symbol]) -> Function:
    normal = _normal_there(at, node, letters)
    return lambda places: np.linalg.norm(normal(places), axis=0)[None]


def _product_there(at: Evaluator, node: Any, letters: Sequence[Symbol]) -> Function:
    F, v = node.args
    direction = _normal_there(at, v, letters)
    if type(F).__name__ == "AtPoint":
        force = _value_there(at, F, letters)
        return lambda places: np.sum(force(places) * direction(places), axis=0)[None]
    parts = [with_operators(at, f, letters) for f in F]
    return lambda places: np.sum(
        np.array([f(places)[0] for f in parts]) * direction(places), axis=0
    )[None]


def _integral_there(at: Evaluator, node: Any, letters: Sequence[Symbol]) -> Function:
    """By Gauss's rule for all places at once, on so many panels that more make no difference."""
    f, (s, low, high) = node.args
    others = [x for x in letters if x != s]
    ends, inside = compiled(at, [low, high], others), with_operators(at, f, [*others, s])
    kept = [k for k, x in enumerate(letters) if x != s]
    nodes_there, weights = np.polynomial.legendre.leggauss(INNER)

    def panels(outer: Points, count: int) -> tuple[Points, Points]:
        a, b = ends(outer)
        rows = ((k + (1 + v) / 2) / count for k in range(count) for v in nodes_there)
        terms = np.array([inside(np.array([*outer, a + (b - a) * v]))[0] for v in rows])
        parts = np.tile(weights, count)
        return (b - a) / 2 / count * (parts @ terms), np.abs((b - a) * (parts @ np.abs(terms)))

    def values(places: Points) -> Points:
        outer = places[kept]
        for few, many in ((1, 2), (4, 8)):
            (first, _), (second, size) = panels(outer, few), panels(outer, many)
            if np.all(np.abs(first - second) <= REACHED * size):
                return second[None]
        raise Undecided("two quadratures over an inner parameter disagree")

    return values


THERE: dict[str, Callable[[Evaluator, Any, Sequence[Symbol]], Function]] = {
    "ValueAt": _value_there,
    "Derivative": _slope_of_one,
    "Speed": _speed_there,
    "JacobianDeterminant": _volume_there,
    "AreaFactor": _area_there,
    "InProduct": _product_there,
    "Integral": _integral_there,
}
