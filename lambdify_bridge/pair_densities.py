"""Densities of two functions together: how likely a small box is, by its area.

The corners of the box are traced back to where x and y lead to them, by Newton's method from places
all over the region; the density of x and y is taken over the quadrangle between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
from sympy import Expr, Interval, Symbol

from lambdify_bridge import joint, laws
from lambdify_bridge.central_difference import settled
from lambdify_bridge.damped_newton import zero
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator, is_real
from lambdify_bridge.remembered import remembered
from lambdify_bridge.to_numpy import as_written

STEP = "0.15"  # of the places that Newton's method starts from
SEEN = 1e-9  # of the largest weight: farther out none is started
ROUNDS = 60
NUDGE = 1e-7
NEAR, SAME = 1e-9, 1e-6
CORNERS = ((-1, -1), (1, -1), (1, 1), (-1, 1))

Array = Any
Point = tuple[Number, Number]


@estimator("PairDensity")
@remembered
def pair_density(node: Any, at: Evaluator) -> Number:
    """The probability of the box between (u - h, v - h) and (u + h, v + h), over 4*h*h."""
    functions, places, *drawn = node.args
    goal = tuple(at(place) for place in places)
    if not all(map(is_real, goal)):
        raise Undecided("boxes are drawn about real numbers")
    letters, density, inside, starts = (_of_law if len(drawn) == 1 else _of_two)(at, *drawn)
    roots = _roots(at, functions, letters, goal, starts)
    near = [root for root in roots if inside(root)]
    if not near:
        raise Undefined("no place of the region leads near")

    def value(g: Expr, point: Point) -> Number:
        return at.at(dict(zip(letters, point, strict=True)))(g)

    def leads_to(wanted: Point, start: Point) -> Point:
        def off(x: Number, y: Number) -> list[Number]:
            return [value(g, (x, y)) - w for g, w in zip(functions, wanted, strict=True)]

        try:
            first, second = zero(at.ctx, off, start)
        except (ValueError, ZeroDivisionError) as error:
            raise Undefined("no place leads there") from error
        return first, second

    def quotient(h: Number) -> Number:
        return at.ctx.fsum(part(root, h) for root in near) / (4 * h * h)

    def part(root: Point, h: Number) -> Number:
        """The density over the quadrangle."""
        traced = [leads_to((goal[0] + i * h, goal[1] + j * h), root) for i, j in CORNERS]
        turns = zip(traced, traced[1:] + traced[:1], strict=True)
        area = abs(at.ctx.fsum(a[0] * b[1] - a[1] * b[0] for a, b in turns)) / 2
        return area * at.ctx.fsum(density(corner) for corner in traced) / 4

    return settled(at, quotient, at.ctx.zero)


def _of_two(at: Evaluator, first: Any, second: Any) -> Any:
    """Of two independent letters."""
    pairs = [tuple(each) for each in (first, second)]
    if not all(isinstance(law.set, Interval) for _, law in pairs):
        raise Undecided("the probabilities of a discrete law are not integrated")
    densities = [laws.density(law, letter) for letter, law in pairs]
    ends = [tuple(map(at, laws.ends(law))) for _, law in pairs]
    columns = []
    for letter, law in pairs:
        rule = laws.weights(at, letter, law, at.ctx.mpf(STEP))
        most = max(w for _, w in rule)
        columns.append([float(x) for x, w in rule if w > SEEN * most])

    def density(point: Point) -> Number:
        found = at.ctx.one
        for (letter, _), f, place in zip(pairs, densities, point, strict=True):
            found *= at.at({letter: place})(f)
        return found

    def inside(point: Point) -> bool:
        return all(low < x < high for (low, high), x in zip(ends, point, strict=True))

    return tuple(letter for letter, _ in pairs), density, inside, list(product(*columns))


def _of_law(at: Evaluator, law: Any) -> Any:
    """Of a density of both together, by its integral."""
    whole = joint.whole(at, law)
    (x, *_), (y, *_) = law.args[1:]

    def density(point: Point) -> Number:
        return at.at({x: point[0], y: point[1]})(law.args[0]) / whole

    def inside(point: Point) -> bool:
        there = at.at({x: point[0], y: point[1]})
        return all(there(low) < there(s) < there(high) for s, low, high in law.args[1:])

    plane = joint.Plane(at, law, None, float(STEP), 0.0)
    seen = plane.weights > SEEN * plane.weights.max()
    return (x, y), density, inside, list(zip(plane.first[seen], plane.second[seen], strict=True))


def _roots(
    at: Evaluator, functions: Any, letters: tuple[Symbol, Symbol], goal: Point, starts: Any
) -> list[Point]:
    """The places that lead there, each once."""
    others = sorted(functions.free_symbols - set(letters), key=str)
    known = [float(at(s)) for s in others]
    compiled = [as_written(g, [*letters, *others]) for g in functions]

    def off(x: Array, y: Array) -> list[Array]:
        return [np.broadcast_to(f(x, y, *known), x.shape) - float(w)
                for f, w in zip(compiled, goal, strict=True)]  # fmt: skip

    x, y = (np.array(column, dtype=float) for column in zip(*starts, strict=True))
    with np.errstate(all="ignore"):
        for _ in range(ROUNDS):
            x, y = _newton(off, x, y)
        gap = np.hypot(*off(x, y)) / (1 + float(abs(goal[0])) + float(abs(goal[1])))
    there = gap < NEAR
    return list(_apart(at, x[there], y[there]))


def _newton(off: Callable[[Array, Array], list[Array]], x: Array, y: Array) -> tuple[Array, Array]:
    """One step; half of it, a quarter and so on, where the whole one leads farther away."""
    here = off(x, y)
    dx, dy = NUDGE * (1 + np.abs(x)), NUDGE * (1 + np.abs(y))
    by_x = [(f - g) / dx for f, g in zip(off(x + dx, y), here, strict=True)]
    by_y = [(f - g) / dy for f, g in zip(off(x, y + dy), here, strict=True)]
    det = by_x[0] * by_y[1] - by_x[1] * by_y[0]
    step_x = (here[1] * by_y[0] - here[0] * by_y[1]) / det
    step_y = (here[0] * by_x[1] - here[1] * by_x[0]) / det
    size, best = np.hypot(*here), (x, y)
    smallest = np.where(np.isfinite(size), size, np.inf)
    for k in range(5):
        trial = x + step_x / 2**k, y + step_y / 2**k
        reached = np.hypot(*off(*trial))
        better = reached < smallest
        best = tuple(np.where(better, new, old) for new, old in zip(trial, best, strict=True))
        smallest = np.where(better, reached, smallest)
    return best


def _apart(at: Evaluator, x: Array, y: Array) -> Iterator[Point]:
    found: list[tuple[float, float]] = []
    for point in sorted(zip(x.tolist(), y.tolist(), strict=True)):
        size = 1 + abs(point[0]) + abs(point[1])
        if all(abs(point[0] - a) + abs(point[1] - b) > SAME * size for a, b in found):
            found.append(point)
            yield at.ctx.mpf(point[0]), at.ctx.mpf(point[1])
