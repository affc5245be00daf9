"""Step sizes, from what very many steps do to an error: converging or not, and how fast.

The matrix of one step is squared again and again, which is 2**60 steps from every start at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lambdify_bridge.evaluate import Evaluator, Matrix, Number, Undefined, estimator
from lambdify_bridge.values import real_part

SQUARINGS = 60
HALVINGS = 50
NARROWINGS = 70
INNER = 64
TINY = 1e-4
ACCURACY, NOISE = 1e-13, 1e-13
FLAT = 1e-8

Quadratic = Any  # its matrix, or the list of its curvatures


def growth(c: Any, step: Any) -> Number:
    """By what the size of an error is multiplied in each of 2**60 steps, in the mean."""
    logarithm, power = c.zero, step
    for _ in range(SQUARINGS):
        largest = max(abs(entry) for entry in power)
        if largest == 0:
            return c.zero
        power = power / largest
        logarithm = 2 * (logarithm + c.log(largest))
        power = power * power
    largest = max(abs(entry) for entry in power)
    return largest and c.exp((logarithm + c.log(largest)) / c.mpf(2) ** SQUARINGS)


def quadratic(node: Any, at: Evaluator) -> Quadratic:
    found = at(node.args[0])
    return found if isinstance(found, Matrix) else [real_part(at.ctx, v) for v in found]


def descent_rate(c: Any, A: Quadratic, eta: Number) -> Number:
    """The growth of the error in gradient descent; of coordinates that do not mix, of each."""
    if isinstance(A, list):
        return max(abs(1 - eta * a) for a in A)
    return growth(c, c.eye(A.rows) - eta * A)


def momentum_rate(c: Any, A: Quadratic, eta: Number, beta: Number) -> Number:
    """The growth of the error with momentum: of this place and the one before together."""
    n = A.rows
    step = c.zeros(2 * n)
    for i in range(n):
        for j in range(n):
            step[i, j] = (1 + beta if i == j else 0) - eta * A[i, j]
        step[i, n + i] = -beta
        step[n + i, i] = c.one
    return growth(c, step)


@estimator("Rate")
def rate(node: Any, at: Evaluator) -> Number:
    return descent_rate(at.ctx, quadratic(node, at), at(node.args[1]))


@estimator("MomentumRate")
def rate_with_momentum(node: Any, at: Evaluator) -> Number:
    eta, beta = (at(part) for part in node.args[1:])
    at.rests_on(1e-14)
    A = quadratic(node, at)
    return momentum_rate(at.ctx, at.ctx.diag(A) if isinstance(A, list) else A, eta, beta)


@estimator("LargestStep")
def largest_step(node: Any, at: Evaluator) -> Number:
    """Where converging ends, between a step that does and one that does not."""
    c, A = at.ctx, quadratic(node, at)
    low, high = _bracket(c, A)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if descent_rate(c, A, middle) < 1 else (low, middle)
    at.rests_on(ACCURACY)
    return (low + high) / 2


def _bracket(c: Any, A: Quadratic) -> tuple[Number, Number]:
    step = c.mpf(TINY) / max(abs(entry) for entry in A)  # shorter than any that is too long
    if not descent_rate(c, A, step) < 1:
        raise Undefined("gradient descent does not converge, however short the steps")
    while descent_rate(c, A, 2 * step) < 1:
        step = 2 * step
    return step, 2 * step


@estimator("BestStep")
def best_step(node: Any, at: Evaluator) -> Number:
    c, A = at.ctx, quadratic(node, at)
    at.rests_on(ACCURACY)
    return lowest(lambda eta: descent_rate(c, A, eta), c.zero, _bracket(c, A)[1], NARROWINGS)[0]


@estimator("BestRate")
def best_rate(node: Any, at: Evaluator) -> Number:
    c, A = at.ctx, quadratic(node, at)
    at.rests_on(ACCURACY, NOISE)
    return lowest(lambda eta: descent_rate(c, A, eta), c.zero, _bracket(c, A)[1], NARROWINGS)[1]


@estimator("BestMomentum")
def best_momentum(node: Any, at: Evaluator) -> Number:
    """For each step the best momentum, and of these the best step."""
    c, curvatures = at.ctx, quadratic(node, at)
    _bracket(c, curvatures)

    def after(eta: Number) -> tuple[Number, Number]:
        return lowest(lambda beta: _heavy_ball(c, curvatures, eta, beta), c.zero, c.one, INNER)

    eta, _ = lowest(lambda eta: after(eta)[1], c.zero, 4 / max(curvatures), INNER)
    at.rests_on(FLAT)
    return eta, after(eta)[0]


def _heavy_ball(c: Any, curvatures: list[Number], eta: Number, beta: Number) -> Number:
    """The larger size of the two roots of q**2 - (1 + beta - eta*a)*q + beta, for the worst a."""
    sizes = []
    for a in curvatures:
        half = (1 + beta - eta * a) / 2
        inside = half * half - beta
        sizes.append(abs(half) + c.sqrt(inside) if inside > 0 else c.sqrt(half * half - inside))
    return max(sizes)


def lowest(f: Callable[[Any], Any], low: Any, high: Any, count: int) -> tuple[Any, Any]:
    """Golden section search: the place and the value."""
    ratio = (5**0.5 - 1) / 2
    inner = [high - ratio * (high - low), low + ratio * (high - low)]
    values = [f(place) for place in inner]
    for _ in range(count):
        if values[0] < values[1]:
            high, inner[1], values[1] = inner[1], inner[0], values[0]
            inner[0] = high - ratio * (high - low)
            values[0] = f(inner[0])
        else:
            low, inner[0], values[0] = inner[0], inner[1], values[1]
            inner[1] = low + ratio * (high - low)
            values[1] = f(inner[1])
    best = 0 if values[0] <= values[1] else 1
    return inner[best], values[best]


@estimator("LargestOver")
def largest_over(node: Any, at: Evaluator) -> Number:
    return max(_at_each(node, at))


@estimator("SmallestOver")
def smallest_over(node: Any, at: Evaluator) -> Number:
    return min(_at_each(node, at))


def _at_each(node: Any, at: Evaluator) -> list[Number]:
    f, x, values = node.args
    return [real_part(at.ctx, at.at({x: value})(f)) for value in at(values)]
