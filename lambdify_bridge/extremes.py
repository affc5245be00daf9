"""The largest size of a function on an interval: many places, then narrowed down between them."""

from __future__ import annotations

from typing import Any

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.laurent import cauchy_derivative
from lambdify_bridge.remembered import remembered

PLACES = 30
NARROWINGS = 36


@estimator("LargestSize")
@remembered
def largest_size(node: Any, at: Evaluator) -> Number:
    """The largest |f(x)| for x between a and b, found by looking, without a derivative."""
    function, x, low, high = node.args
    c, a, b = at.ctx, at(low), at(high)
    if not (c.isfinite(a) and c.isfinite(b) and a <= b):
        raise Undecided("the largest size is looked for on a finite interval")

    def size(place: Number) -> Number:
        try:
            return abs(_value(at, function, x, place))
        except Undefined as error:
            raise Undecided(f"the function has no value at {c.nstr(place, 5)}") from error

    places = [a + k * (b - a) / PLACES for k in range(PLACES)] + [b]
    sizes = [size(place) for place in places]
    best = max(range(len(sizes)), key=sizes.__getitem__)
    left, right = places[max(best - 1, 0)], places[min(best + 1, PLACES)]
    at.rests_on(1e-12)
    return max(sizes[best], _peak(c, size, left, right))


def _value(at: Evaluator, function: Any, x: Any, place: Number) -> Number:
    """The value there; of a derivative of any order, from Cauchy's integral around the place."""
    if type(function).__name__ != "Derivative":
        return at.at({x: place})(function)
    inner, (by, order) = function.args
    if by != x:
        raise Undecided("a derivative by another letter")
    return cauchy_derivative(at, inner, x, place, int(order))


def _peak(c: Any, size: Any, left: Number, right: Number) -> Number:
    """Golden section search between two places around the largest value seen."""
    ratio = (c.sqrt(5) - 1) / 2
    inner = [right - ratio * (right - left), left + ratio * (right - left)]
    values = [size(place) for place in inner]
    for _ in range(NARROWINGS):
        if values[0] > values[1]:
            right = inner[1]
        else:
            left = inner[0]
        inner = [right - ratio * (right - left), left + ratio * (right - left)]
        values = [size(place) for place in inner]
    return max(values)
