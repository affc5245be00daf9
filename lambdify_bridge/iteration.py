"""Recursions by really iterating them, and assignments by making them one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.remembered import recalled, remembered

MOST_STEPS = 400
LARGEST = 1e200


def count(at: Evaluator, k: Any) -> int:
    """How many steps: a whole number that is not too large."""
    value = at(k)
    number = int(at.ctx.nint(at.ctx.re(value)))
    if abs(value - number) > 1e-12 or number < 0:
        raise Undefined("the number of steps is a whole number that is not negative")
    if number > MOST_STEPS:
        raise Undecided(f"more than {MOST_STEPS} steps take too long")
    return number


@estimator("Iterate")
@remembered
def iterate(node: Any, at: Evaluator) -> Number:
    f, x, n, start, k = node.args
    term = at(start)
    for step in range(count(at, k)):
        term = at.at({x: term, n: at.ctx.mpf(step)})(f)
        if abs(term) > LARGEST:
            raise Undecided("the terms grow too large to compare")
    return term


@estimator("GradientDescent")
def gradient_descent(node: Any, at: Evaluator) -> Number:
    """The slope at each place by a difference quotient; remembered inside of a search as well."""
    return recalled(_downhill, node, at)


def _downhill(node: Any, at: Evaluator) -> Number:
    f, x, eta, start, k = node.args
    place, size = at(start), at(eta)
    at.rests_on(1e-12)
    for _ in range(count(at, k)):
        slope = at.ctx.diff(lambda t: Evaluator({**at.given, x: t}, root=at.root)(f), place)
        place = place - size * slope
        if abs(place) > LARGEST:
            raise Undecided("the terms grow too large to compare")
    return place


@estimator("Assigned")
def assigned(node: Any, at: Evaluator) -> Number:
    """Each assignment in order, with the values so far."""
    outputs, *assignments = node.args
    values = dict(at.given)
    for letter, formula in (each.args for each in assignments):
        values[letter] = Evaluator(values, root=at.root)(formula)
    end = Evaluator(values, root=at.root)
    return tuple(end(output) for output in outputs.args)


@estimator("SecondOrderIterate")
@remembered
def second_order_iterate(node: Any, at: Evaluator) -> Number:
    p, q, c, before, now = (at(part) for part in node.args[:5])
    for _ in range(count(at, node.args[5])):
        before, now = now, p * now + q * before + c
        if abs(now) > LARGEST:
            raise Undecided("the terms grow too large to compare")
    return before


@estimator("QuadraticDescent")
def quadratic_descent(node: Any, at: Evaluator) -> Number:
    """Every step as the method's definition says."""
    A, b, place, eta = (at(part) for part in node.args[:4])
    method = node.args[5]
    step = STEPS[type(method).__name__]
    numbers = [at(part) for part in method.args]
    before = place
    for _ in range(count(at, node.args[4])):
        place, before = step(lambda x: A * x - b, A, place, before, eta, *numbers), place
        if at.ctx.norm(place) > LARGEST:
            raise Undecided("the terms grow too large to compare")
    return place


Gradient = Callable[[Any], Any]


def _momentum(g: Gradient, A: Any, x: Any, before: Any, eta: Number, beta: Number) -> Any:
    return x - eta * g(x) + beta * (x - before)


def _nesterov(g: Gradient, A: Any, x: Any, before: Any, eta: Number, beta: Number) -> Any:
    ahead = x + beta * (x - before)
    return ahead - eta * g(ahead)


STEPS: dict[str, Callable[..., Any]] = {
    "Descent": lambda g, A, x, before, eta: x - eta * g(x),
    "DampedNewton": lambda g, A, x, before, eta: x - eta * A**-1 * g(x),
    "Momentum": _momentum,
    "Nesterov": _nesterov,
}
