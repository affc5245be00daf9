"""Least and largest values on an interval, contraction constants, and steps counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Tuple

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.finite_differences import function_at
from lambdify_bridge.linear_recursion import lowest

PLACES, NARROWINGS, MOST_STEPS = 60, 50, 100_000
SEEN = 1e-12
Function = Callable[[Number], Number]


def _highest(f: Function, a: Number, b: Number) -> Number:
    """The largest value: among many places, then near the best of them."""
    places = [a + (b - a) * k / PLACES for k in range(PLACES + 1)]
    best = max(range(PLACES + 1), key=lambda k: f(places[k]))
    left, right = places[max(best - 1, 0)], places[min(best + 1, PLACES)]
    near = lowest(lambda s: -f(s), left, right, NARROWINGS)[0]
    return max(f(s) for s in (near, a, b, places[best]))


@estimator("ValuesBetween")
def values_between(node: Any, at: Evaluator) -> Number:
    f, x, a, b = node.args
    low, high = at(a), at(b)
    value = _slope_at(at, f, x) if type(f).__name__ == "Derivative" else function_at(at, f, x)
    at.rests_on(SEEN)
    return -_highest(lambda s: -value(s), low, high), _highest(value, low, high)


def _slope_at(at: Evaluator, f: Any, x: Any) -> Function:
    """Of a first derivative: also where it is 0, which no quotient settles at."""
    if f.args[1:] != (Tuple(x, 1),):
        return function_at(at, f, x)

    value = function_at(at, f.args[0], x)
    return lambda place: at.ctx.diff(value, place)


@estimator("ContractionConstant")
def contraction_constant(node: Any, at: Evaluator) -> Number:
    """The largest difference quotient over a very short way."""
    g, x, a, b = node.args
    low, high = at(a), at(b)
    with at.digits(2 * at.ctx.dps) as there:
        value = function_at(there, g, x)
        way = (high - low) * there.ctx.mpf(10) ** (-there.ctx.dps // 3)

        def quotient(s: Number) -> Number:
            left = min(max(s - way, low), high - 2 * way)
            return abs(value(left + 2 * way) - value(left)) / (2 * way)

        found = _highest(quotient, low, high)
    at.rests_on(SEEN)
    return +found


@estimator("FurthestFromZero")
def furthest_from_zero(node: Any, at: Evaluator) -> Number:
    return max(map(abs, at(node.args[0])))


@estimator("StepsForTolerance")
def steps_for_tolerance(node: Any, at: Evaluator) -> Number:
    q, left, tolerance = map(at, node.args)
    if not 0 <= q < 1:
        raise Undefined("no contraction")
    left = left / (1 - q)
    for n in range(MOST_STEPS):
        if left <= tolerance:
            return at.ctx.mpf(n)
        left *= q
    raise Undecided(f"more than {MOST_STEPS} steps are needed")
