"""Step sizes, from what very many steps do to an error: converging or not, and how fast.

The matrix of one step is squared again and again, which is 2**60 steps from every start at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lambdify_bridge.evaluate import Evaluator, Matrix, Number, Undefined, estimator
from lambdify_bridge.remembered import remembered
from lambdify_bridge.values import real_part

SQUARINGS = 60
NARROWINGS = 70
INNER = 64
TINY = 1e-4
ACCURACY, NOISE, TIGHT = 1e-13, 1e-13, 1e-28
FLAT, CROSSING = 1e-8, 1e-12

Quadratic = Any  # its matrix, or the list of its curvatures


def growth(c: Any, step: Any) -> Number:
    """By what the size of an error is multiplied in each of 2**60 steps, in the mean."""
    logarithm, power = c.zero, np.array(step.tolist(), dtype=object)
    for _ in range(SQUARINGS):
        largest = np.abs(power).max()
        if largest == 0:
            return c.zero
        power = power / largest
        logarithm = 2 * (logarithm + c.log(largest))
        power = power @ power
    largest = np.abs(power).max()
    return largest and c.exp((logarithm + c.log(largest)) / c.mpf(2) ** SQUARINGS)


def quadratic(node: Any, at: Evaluator) -> Quadratic:
    found = at(node.args[0])
    return found if isinstance(found, Matrix) else [real_part(at.ctx, v) for v in found]


def rate_of(c: Any, A: Quadratic, eta: Number, method: Any, at: Evaluator) -> Number:
    """The growth of the error with a method; of coordinates that do not mix, the largest."""
    name, *numbers = type(method).__name__, *(at(part) for part in method.args)
    if name == "Descent":
        return descent_rate(c, A, eta)
    if isinstance(A, list):
        return max(growth(c, STEPS[name](c, c.matrix([[a]]), eta, *numbers)) for a in A)
    return growth(c, STEPS[name](c, A, eta, *numbers))


def descent_rate(c: Any, A: Quadratic, eta: Number) -> Number:
    """The growth of the error in gradient descent."""
    if isinstance(A, list):
        return max(abs(1 - eta * a) for a in A)
    return growth(c, c.eye(A.rows) - eta * A)


def _newton(c: Any, A: Any, eta: Number) -> Any:
    return c.eye(A.rows) - eta * c.inverse(A) * A


def _momentum(c: Any, A: Any, eta: Number, beta: Number) -> Any:
    return _of_pairs(c, (1 + beta) * c.eye(A.rows) - eta * A, -beta * c.eye(A.rows))


def _nesterov(c: Any, A: Any, eta: Number, beta: Number) -> Any:
    ahead = c.eye(A.rows) - eta * A
    return _of_pairs(c, (1 + beta) * ahead, -beta * ahead)


def _of_pairs(c: Any, now: Any, before: Any) -> Any:
    """What one step does to this error and the one before together."""
    n = now.rows
    step = c.zeros(2 * n)
    for i in range(n):
        for j in range(n):
            step[i, j], step[i, n + j] = now[i, j], before[i, j]
        step[n + i, i] = c.one
    return step


# What one step of the methods other than plain descent does to the error.
STEPS: dict[str, Callable[..., Any]] = {
    "DampedNewton": _newton,
    "Momentum": _momentum,
    "Nesterov": _nesterov,
}


@estimator("Rate")
def rate(node: Any, at: Evaluator) -> Number:
    _, eta, method = node.args
    at.rests_on(1e-14)
    return rate_of(at.ctx, quadratic(node, at), at(eta), method, at)


@estimator("LargestStep")
def largest_step(node: Any, at: Evaluator) -> Number:
    """Where converging ends, between a step that does and one that does not."""
    c, A = at.ctx, quadratic(node, at)
    numbers = [at(part) for part in node.args[1].args]
    if not all(0 <= beta < 1 for beta in numbers):
        raise Undefined("momentum lies between 0 and 1")

    def excess(eta: Number) -> Number:
        return rate_of(c, A, eta, node.args[1], at) - 1

    ends = _bracket(c, A, lambda eta: bool(excess(eta) < 0))
    at.rests_on(ACCURACY)
    return c.findroot(excess, ends, solver="anderson", tol=TIGHT)


def _bracket(c: Any, A: Quadratic, converges: Callable[[Any], bool]) -> tuple[Number, Number]:
    step = c.mpf(TINY) / max(1, *(abs(entry) for entry in A))  # shorter than any that is too long
    if not converges(step):
        raise Undefined("the method does not converge, however short the steps")
    while converges(2 * step):
        step = 2 * step
    return step, 2 * step


def _longest(node: Any, at: Evaluator) -> Number:
    """A step with which gradient descent does not converge, or hardly."""
    c, A = at.ctx, quadratic(node, at)
    return _bracket(c, A, lambda eta: bool(descent_rate(c, A, eta) < 1))[1]


@estimator("BestStep")
def best_step(node: Any, at: Evaluator) -> Number:
    return _best_step(node, at)[0]


def _best_step(node: Any, at: Evaluator) -> tuple[Number, Number]:
    c, A = at.ctx, quadratic(node, at)
    at.rests_on(ACCURACY, NOISE)
    return lowest(lambda eta: descent_rate(c, A, eta), c.zero, _longest(node, at), NARROWINGS)


@estimator("BestRate")
def best_rate(node: Any, at: Evaluator) -> Number:
    by = type(node.args[-1]).__name__
    return (_best_step(node, at) if by == "Descent" else _best_momentum(node, at))[-1]


@estimator("BestMomentum")
def best_momentum(node: Any, at: Evaluator) -> Number:
    return _best_momentum(node, at)[:2]


@remembered
def _best_momentum(node: Any, at: Evaluator) -> tuple[Number, Number, Number]:
    """For each step the best momentum, and of these the best step: both, and the rate there."""
    c, curvatures = at.ctx, quadratic(node, at)
    if isinstance(curvatures, Matrix):
        curvatures = list(c.eigsy(curvatures, eigvals_only=True))
    _longest(node, at)  # it converges
    sizes = ROOTS[type(node.args[-1]).__name__]

    def after(eta: Number) -> tuple[Number, Number]:
        def worst(beta: Number) -> Number:
            return max(_larger_root(c, *sizes(eta * a, beta)) for a in curvatures)

        inside, at_rest = lowest(worst, c.zero, c.one, INNER), worst(c.zero)
        return inside if inside[1] < at_rest - CROSSING else (c.zero, at_rest)

    eta, size = lowest(lambda eta: after(eta)[1], c.zero, 4 / max(curvatures), INNER)
    at.rests_on(FLAT, CROSSING)
    return eta, after(eta)[0], size


# The halved trace and the determinant of what a step does to a coordinate and the one before.
ROOTS: dict[str, Callable[..., Any]] = {
    "Momentum": lambda a, beta: ((1 + beta - a) / 2, beta),
    "Nesterov": lambda a, beta: ((1 + beta) * (1 - a) / 2, beta * (1 - a)),
}


def _larger_root(c: Any, half: Number, product: Number) -> Number:
    """The larger size of the two roots of q**2 - 2*half*q + product."""
    inside = half * half - product
    return abs(half) + c.sqrt(inside) if inside > 0 else c.sqrt(half * half - inside)


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
    f, x, values = node.args
    return max(real_part(at.ctx, at.at({x: value})(f)) for value in at(values))
