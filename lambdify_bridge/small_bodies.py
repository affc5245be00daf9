"""Derivatives of functions and fields of several letters, from their definitions.

Slopes in directions across the axes, the flux out of a small cube, the circulation around small
squares, the mean over a small sphere, the volume of a small body's image: never the formula in
partial derivatives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

from sympy import Basic, Dummy, Symbol

from lambdify_bridge.central_difference import by_each, settled, slope, slope_at_zero
from lambdify_bridge.evaluate import Evaluator, Number, Undefined, estimator
from lambdify_bridge.laurent import coefficients
from lambdify_bridge.remembered import remembered

Place = list[Number]
Function = Callable[[Place], Number]
LOSES_TWICE = 2  # second differences lose the digits of two steps


def place_of(at: Evaluator, letters: Sequence[Symbol]) -> Place:
    return [at(letter) for letter in letters]


def function(at: Evaluator, f: Basic, letters: Sequence[Symbol]) -> Function:
    def value(place: Place) -> Number:
        return at.at(dict(zip(letters, place, strict=True)))(f)

    return value


def moved(place: Place, h: Number, direction: Sequence[Number]) -> Place:
    return [p + h * d for p, d in zip(place, direction, strict=True)]


def across(c: Any, n: int) -> list[list[Number]]:
    """Orthonormal directions, none of them along an axis: a reflection of the axes."""
    normal = [c.mpf(k + 1) / (n + 2) + (c.mpf(1) / 3 if k % 2 else 0) for k in range(n)]
    size = c.fsum(entry**2 for entry in normal)
    return [
        [(i == j) - 2 * normal[i] * normal[j] / size for j in range(n)] for i in range(n)
    ]  # fmt: skip


def width(c: Any, place: Place) -> Number:
    return c.sqrt(max([*map(abs, place), c.zero]))


def slope_along(at: Evaluator, f: Function, place: Place, direction: Sequence[Number]) -> Number:
    def along(h: Number) -> Number:
        return f(moved(place, h, direction))

    return slope_at_zero(at, along, width(at.ctx, place))


def slopes(at: Evaluator, f: Basic, letters: Sequence[Symbol]) -> list[Number]:
    """The gradient from the slopes in directions across the axes."""
    c, place, value = at.ctx, place_of(at, letters), function(at, f, letters)
    directions = across(c, len(place))
    along = [slope_along(at, value, place, q) for q in directions]
    return [c.fdot(along, [q[i] for q in directions]) for i in range(len(place))]


@estimator("GradientVector")
def gradient_vector(node: Any, at: Evaluator) -> Number:
    return at.ctx.matrix(slopes(at, *node.args))


@estimator("JacobianMatrix")
def jacobian_matrix(node: Any, at: Evaluator) -> Number:
    F, letters = node.args
    return at.ctx.matrix([slopes(at, f, letters.args) for f in F])


@estimator("DirectionalDerivative")
def directional_derivative(node: Any, at: Evaluator) -> Number:
    f, letters, v = node.args
    c, direction = at.ctx, [at(entry) for entry in v]
    length = c.sqrt(c.fsum(entry**2 for entry in direction))
    if length == 0:
        raise Undefined("a direction has a length")
    unit = [entry / length for entry in direction]
    return slope_along(at, function(at, f, letters), place_of(at, letters), unit)


@estimator("JacobianDeterminant")
def jacobian_determinant(node: Any, at: Evaluator) -> Number:
    """The volume that the images of the edges of a small body span, over that of the body."""
    F, letters = node.args
    c, place = at.ctx, place_of(at, letters)
    components, directions = [function(at, f, letters) for f in F], across(at.ctx, len(place))

    def ratio(h: Number) -> Number:
        edges = [
            [(f(moved(place, h, q)) - f(moved(place, -h, q))) / (2 * h) for f in components]
            for q in directions
        ]
        return c.det(c.matrix(edges)) / c.det(c.matrix(directions))

    return settled(at, ratio, width(c, place))


def second_differences(at: Evaluator, f: Basic, letters: Sequence[Symbol]) -> Callable[..., Number]:
    """f'' along a direction, from the values at three places."""
    place, value = place_of(at, letters), function(at, f, letters)
    here = value(place)

    def bent(direction: Sequence[Number]) -> Number:
        def quotient(h: Number) -> Number:
            ahead, behind = (value(moved(place, side * h, direction)) for side in (1, -1))
            return (ahead - 2 * here + behind) / h**2

        return settled(at, quotient, width(at.ctx, place))

    return bent


@estimator("HessianMatrix")
def hessian_matrix(node: Any, at: Evaluator) -> Number:
    """From the curvature along directions and along their diagonals."""
    f, letters = node.args
    with at.digits(LOSES_TWICE * at.ctx.dps) as there:
        c, n = there.ctx, len(letters)
        bent, Q = second_differences(there, f, letters), across(c, n)
        M = c.matrix(n, n)
        for i, j in product(range(n), repeat=2):
            plus, minus = ([a + s * b for a, b in zip(Q[i], Q[j], strict=True)] for s in (1, -1))
            M[i, j] = bent(Q[i]) if i == j else (bent(plus) - bent(minus)) / 4
        frame = c.matrix(Q)
        found = frame.T * M * frame
    return found


@estimator("Laplacian")
def laplacian(node: Any, at: Evaluator) -> Number:
    """The mean over a small sphere less the value in its middle, times 2n/r**2."""
    f, letters = node.args
    with at.digits(LOSES_TWICE * at.ctx.dps) as there:
        place, value = place_of(there, letters), function(there, f, letters)
        n, here = len(place), value(place)
        ends = [(s, q) for q in across(there.ctx, n) for s in (1, -1)]

        def excess(r: Number) -> Number:
            mean = there.ctx.fsum(value(moved(place, s * r, q)) for s, q in ends) / len(ends)
            return 2 * n * (mean - here) / r**2

        found = settled(there, excess, width(there.ctx, place))
    return +found


@estimator("Divergence")
def divergence(node: Any, at: Evaluator) -> Number:
    """The flux out of a small cube that lies across the axes, over its volume."""
    F, letters = node.args
    c, place = at.ctx, place_of(at, letters)
    components, frame = [function(at, f, letters) for f in F], across(at.ctx, len(place))

    def flux(h: Number) -> Number:
        total = c.zero
        for k, normal in enumerate(frame):
            others = frame[:k] + frame[k + 1 :]
            for side, node in product((1, -1), _on_the_face(c, place, h, others)):
                there = moved(node, side * h, normal)
                total += side * c.fdot([f(there) for f in components], normal)
        return total / (2 * h) / 2 ** (len(place) - 1)

    return settled(at, flux, width(c, place))


def _on_the_face(c: Any, place: Place, h: Number, edges: list[list[Number]]) -> Iterator[Place]:
    """Gauss's two nodes along each edge."""
    for signs in product((1, -1), repeat=len(edges)):
        node = place
        for sign, edge in zip(signs, edges, strict=True):
            node = moved(node, sign * h / c.sqrt(3), edge)
        yield node


def circulation(
    at: Evaluator, F: Sequence[Basic], letters: Sequence[Symbol], u: Any, v: Any
) -> Number:
    """Around a small square with the sides u and v, over its area."""
    c, place = at.ctx, place_of(at, letters)
    components = [function(at, f, letters) for f in F]

    def around(h: Number) -> Number:
        total = c.zero
        for out, way, sign in ((u, v, 1), (v, u, -1)):
            for side, node in product((1, -1), _on_the_face(c, place, h, [way])):
                there = moved(node, side * h, out)
                total += sign * side * c.fdot([f(there) for f in components], way)
        return total / (4 * h)

    return settled(at, around, width(c, place))


@estimator("PlaneCurl")
def plane_curl(node: Any, at: Evaluator) -> Number:
    u, v = across(at.ctx, 2)
    turned = at.ctx.det(at.ctx.matrix([u, v]))
    F, letters = (part.args for part in node.args)
    return turned * circulation(at, F, letters, u, v)


@estimator("Curl")
def curl(node: Any, at: Evaluator) -> Number:
    """In three planes across each other; put together to the column that has these parts."""
    c, frame = at.ctx, across(at.ctx, 3)
    turned = c.det(c.matrix(frame))
    F, letters = (part.args for part in node.args)
    parts = [
        turned * circulation(at, F, letters, frame[(k + 1) % 3], frame[(k + 2) % 3])
        for k in range(3)
    ]
    return c.matrix([c.fdot(parts, [q[i] for q in frame]) for i in range(3)])


@estimator("AtPoint", "ValueAt")
def at_point(node: Any, at: Evaluator) -> Number:
    inside, letters, point = node.args
    return at.at({x: at(value) for x, value in zip(letters, point, strict=True)})(inside)


@estimator("AlongCurve")
def along_curve(node: Any, at: Evaluator) -> Number:
    """The difference quotient of f as all its letters move with t."""
    f, letters, values, t = node.args

    def moving(there: Evaluator) -> Number:
        return there.at({x: there(v) for x, v in zip(letters, values, strict=True)})(f)

    return slope(at, t, moving)


@estimator("Velocity")
def velocity(node: Any, at: Evaluator) -> Number:
    r, t = node.args
    return at.ctx.matrix([by_each(f, [t], at) for f in r])


@estimator("TaylorPolynomial")
@remembered
def taylor_polynomial(node: Any, at: Evaluator) -> Number:
    """On the line from the point to the place: coefficients from Cauchy's integrals."""
    f, letters, point, n = node.args
    s, c = Dummy("s"), at.ctx
    steps = [(x, Dummy(f"a{k}"), Dummy(f"d{k}")) for k, x in enumerate(letters)]
    start = [at(value) for value in point]
    known: dict[Any, Number] = {}
    for (x, a, d), value in zip(steps, start, strict=True):
        known |= {a: value, d: at(x) - value}
    line = f.xreplace({x: a + s * d for x, a, d in steps})
    found = coefficients(at.at(known), line, s, c.zero, int(n) + 1)
    return c.fsum(value for k, value in found.items() if k >= 0)
