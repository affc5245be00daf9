"""Runge-Kutta methods by making their steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator

DIGITS = 50
SWEEPS = 200
SHORT = 2.0**-8
END, FINE = 60, 2000  # how far down the axis, in how many steps
HALVINGS = 90
FIRST = "0.001"  # a step after which what grows from the beginning has grown
FAR = 1e6
Slopes = Callable[[list[Number]], list[Number]]


def step(c: Any, A: Any, b: Any, slopes: Slopes, y: list[Number], h: Number) -> list[Number]:
    """One step; the equations of the stages are solved by putting in, until nothing changes."""
    size = range(A.rows)
    k = [slopes(y) for _ in size]
    for _ in range(SWEEPS):
        places = [
            [v + h * c.fsum(A[i, j] * k[j][m] for j in size) for m, v in enumerate(y)] for i in size
        ]
        new = [slopes(place) for place in places]
        change = max(
            abs(p - q) for r, s in zip(new, k, strict=True) for p, q in zip(r, s, strict=True)
        )
        k = new
        if change == 0:
            break
    else:
        if change > c.mpf(10) ** (-c.dps + 8):
            raise Undecided("the equations of the stages were not solved")
    return [v + h * c.fsum(b[i] * k[i][m] for i in size) for m, v in enumerate(y)]


@estimator("OrderCondition")
def order_condition(node: Any, at: Evaluator) -> Number:
    tree, A, b = node.args
    return _condition(at, tree, A, b)


@estimator("OrderConditions")
def order_conditions(node: Any, at: Evaluator) -> Number:
    every, A, b = node.args
    return tuple(_condition(at, tree, A, b) for tree in every.args)


def _condition(at: Evaluator, tree: Any, A: Any, b: Any) -> Number:
    """A step of length 1 for the tree's own equations, less the exact solution at the root.

    The slope at a node is the product of the solutions at the nodes above it.
    """
    above: list[list[int]] = []
    _number(tree, above)
    c = at.ctx

    def slopes(y: list[Number]) -> list[Number]:
        return [c.fprod(y[k] for k in children) for children in above]

    made = step(c, at(A), at(b), slopes, [c.zero] * len(above), c.one)
    return made[0] - _exact(c, tree)[0]


def _number(tree: Any, above: list[list[int]]) -> int:
    """Give the nodes numbers, the root first; for each those of the nodes on it."""
    own = len(above)
    above.append([])
    above[own].extend([_number(child, above) for child in tree.args])
    return own


def _exact(c: Any, tree: Any) -> tuple[Number, int]:
    """The solution at the time 1, and its power of the time: it integrates a product of powers."""
    factor, power = c.one, 0
    for child in tree.args:
        value, degree = _exact(c, child)
        factor, power = factor * value, power + degree
    return factor / (power + 1), power + 1


@estimator("OrderFrom")
def order_from(node: Any, at: Evaluator) -> Number:
    for k, level in enumerate(node.args):
        if any(abs(at(value)) > at.ctx.mpf(10) ** (-at.ctx.dps // 2) for value in level.args):
            return at.ctx.mpf(k)
    raise Undecided("all conditions hold: the order is higher")


@estimator("RungeKuttaOrder")
def runge_kutta_order(node: Any, at: Evaluator) -> Number:
    """The power of h in the error of one step, less one; the solution from many short steps."""
    with at.digits(DIGITS) as there:
        c, A, b = there.ctx, there(node.args[0]), there(node.args[1])

        def slopes(y: list[Number]) -> list[Number]:
            return [y[0] * y[1] + c.cos(y[2]), y[0] - y[1] ** 2, c.one]

        start = [c.mpf("0.3"), c.mpf("0.7"), c.mpf("0.2")]
        series = c.odefun(lambda t, y: slopes(y), 0, start)
        errors = []
        for h in (c.mpf(SHORT), c.mpf(SHORT) / 2):
            made, exact = step(c, A, b, slopes, start, h), series(h)
            errors.append(abs(made[0] - exact[0]))
        power = c.log(errors[0] / errors[1], 2) - 1
    if abs(power - c.nint(power)) > 0.1:
        raise Undecided("the error falls with no power of the step")
    return at.ctx.nint(power)


@estimator("StabilityFunction")
def stability_function(node: Any, at: Evaluator) -> Number:
    """A step of length 1 for y' = z*y from 1."""
    A, b, z = map(at, node.args)
    c = at.ctx
    try:
        stages = c.lu_solve(c.eye(A.rows) - z * A, c.ones(A.rows, 1))
    except ZeroDivisionError as error:
        raise Undefined("the equations of the stages have no solution") from error
    return 1 + z * c.fdot(list(b), list(stages))


@estimator("StabilityLimit")
def stability_limit(node: Any, at: Evaluator) -> Number:
    """Down the negative axis in short steps; where the size passes 1, by halving."""
    return _limit_along(at, node, -1)


@estimator("ImaginaryLimit")
def imaginary_limit(node: Any, at: Evaluator) -> Number:
    """Up the imaginary axis in the same way."""
    return _limit_along(at, node, 1j)


@estimator("SquaredSize")
def squared_size(node: Any, at: Evaluator) -> Number:
    R, z, x, y = node.args
    return abs(at.at({z: at(x) + 1j * at(y)})(R)) ** 2


def _limit_along(at: Evaluator, node: Any, direction: complex) -> Number:
    R, z = node.args
    c = at.ctx

    def grows(s: Number) -> bool:
        return bool(abs(at.at({z: direction * s})(R)) > 1 + c.mpf(10) ** (-c.dps // 2))

    if grows(c.mpf(FIRST)):
        return c.zero
    for k in range(1, FINE + 1):
        if grows(c.mpf(END) * k / FINE):
            low, high = c.mpf(END) * (k - 1) / FINE, c.mpf(END) * k / FINE
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                low, high = (low, middle) if grows(middle) else (middle, high)
            at.rests_on(1e-14)
            return low
    if grows(c.mpf(FAR)):
        raise Undecided("the limit is too far down the axis")
    return c.inf
