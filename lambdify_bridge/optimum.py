"""Where a function on an interval is largest, smallest or zero: by looking, without a derivative.

Places all over the interval, denser towards its ends; then the search is narrowed down around the
best of them, or where the sign changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.remembered import remembered
from lambdify_bridge.values import real_part

FARTHEST, PLACES = 16, 96
NARROWINGS = 130  # golden sections: 1e-27 of the first interval
HALVINGS = 90
FEW, CLOSE_BY, CLOSE = 8, 24, 1e-6
ACCURACY = 1e-12
TIE = 1e-10
JUMP, BESIDE = 1e-6, 1e-11
FAR_OUT = 30

Place = Callable[[Number], Number]


@estimator("ArgMax")
@remembered
def place_of_maximum(node: Any, at: Evaluator) -> Number:
    return _summit(node, at, 1)[0]


@estimator("ArgMin")
@remembered
def place_of_minimum(node: Any, at: Evaluator) -> Number:
    return _summit(node, at, -1)[0]


@estimator("Maximum")
@remembered
def maximum(node: Any, at: Evaluator) -> Number:
    return _summit(node, at, 1)[1]


@estimator("RootBetween")
@estimator("IsolatedRoot")
@remembered
def root_between(node: Any, at: Evaluator) -> Number:
    """The one place where the sign changes, between values that do not jump over zero."""
    with at.digits(2 * at.ctx.dps) as there:
        place, f = _looked_at(node, there)
        places, halvings = (FEW, CLOSE_BY) if _is_close(node) else (PLACES, HALVINGS)
        found = _crossing(f, place, *_seen(f, place, _steps(there.ctx, places)), halvings)
    at.rests_on(ACCURACY)
    return +found


def _is_close(node: Any) -> bool:
    """Whether the ends of the interval share their first digits."""
    low, high = node.args[2:]
    return bool(low.is_Rational and high.is_Rational and high - low <= CLOSE * abs(high))


def _crossing(
    f: Place, place: Place, steps: list[Number], values: list[Number], halvings: int
) -> Number:
    places = range(1, len(values))
    across = [k for k in places if (values[k - 1] < 0) != (values[k] < 0)]
    if len(across) != 1:
        raise Undefined(f"the function changes sign {len(across)} times in the interval")
    (k,) = across
    left, right = steps[k - 1], steps[k]
    size = max(abs(values[k - 1]), abs(values[k]))
    sides = (left, values[k - 1]), (right, values[k])
    left, right = _narrowed_down(lambda v: f(place(v)), *sides, halvings)
    if max(abs(f(place(end))) for end in (left - BESIDE, right + BESIDE)) > size * JUMP:
        raise Undefined("the function jumps over zero")
    return place(right)


def _narrowed_down(
    f: Place, low: tuple[Number, Number], high: tuple[Number, Number], halvings: int
) -> tuple[Number, Number]:
    """Two places of unlike signs, close together: by the Illinois algorithm, which cuts where the
    chord is zero, and in the middle where that did not take off half (Dowell and Jarratt 1971)."""
    (left, below), (right, above) = low, high
    width, smallest, falls = right - left, (right - left) / 2**halvings, above < 0
    while right - left > smallest:
        near = right - left > width / 2
        width = right - left
        cut = (left + right) / 2 if near else left - below * width / (above - below)
        cut = min(max(cut, left + smallest / 2), right - smallest / 2)
        value = f(cut)
        if (value < 0) == falls:
            right, above, below = cut, value, below / 2
        else:
            left, below, above = cut, value, above / 2
    return left, right


def _summit(node: Any, at: Evaluator, sign: int) -> tuple[Number, Number]:
    """The place where sign*f is largest, and f there; half of the digits go into a flat top."""
    with at.digits(2 * at.ctx.dps) as there:
        place, f = _looked_at(node, there)
        steps, found = _seen(f, place, _steps(there.ctx))
        values = [sign * value for value in found]
        tops = _tops(values)
        if not tops or max(values) > max(values[k] for k in tops):
            raise Undefined("the function is largest towards an end of the interval")
        peaks = [_narrowed(lambda v: sign * f(place(v)), steps[k - 1], steps[k + 1]) for k in tops]
        best = max(peaks, key=lambda peak: peak[1])
        if any(p is not best and abs(p[1] - best[1]) <= TIE * abs(best[1]) for p in peaks):
            raise Undefined("the function is as large at several places")
        where, value = place(best[0]), sign * best[1]
        if where and abs(where) < ACCURACY and sign * f(there.ctx.zero) >= best[1]:
            where, value = there.ctx.zero, f(there.ctx.zero)  # a kink at zero has no digits
    at.rests_on(ACCURACY)
    return +where, +value


def _seen(f: Place, place: Place, steps: list[Number]) -> tuple[list[Number], list[Number]]:
    """The steps and the values there; far out there may be none: numbers grow too long."""
    seen: list[tuple[Number, Number]] = []
    for v in steps:
        try:
            seen.append((v, f(place(v))))
        except Undefined as error:
            if abs(place(v)) < FAR_OUT:
                raise Undecided("the function has no value somewhere in the interval") from error
    return [v for v, _ in seen], [value for _, value in seen]


def _tops(values: list[Number]) -> list[int]:
    """The places that neither neighbour is above, and one is below."""
    inner = range(1, len(values) - 1)
    return [k for k in inner if values[k - 1] < values[k] >= values[k + 1]]


def _looked_at(node: Any, at: Evaluator) -> tuple[Place, Place]:
    """The interval as v runs over the line, and the function there."""
    function, x, low, high = node.args
    c, a, b = at.ctx, at(low), at(high)
    if not a < b:
        raise Undefined("the interval is empty")

    def f(place: Number) -> Number:
        return real_part(c, Evaluator({**at.given, x: place}, root=at.root)(function))

    if type(function).__name__ == "Derivative" and function.args[1:] == ((x, 1),):
        function = function.args[0]
        return _place(c, a, b), lambda place: _slope(c, f, place, _room(c, place, a, b))
    return _place(c, a, b), f


def _slope(c: Any, f: Place, place: Number, room: Number) -> Number:
    """The difference quotient so close by that its sign is that of the slope."""
    h = room * c.mpf(10) ** (-c.dps // 4)
    return (f(place + h) - f(place - h)) / (2 * h)


def _room(c: Any, place: Number, a: Number, b: Number) -> Number:
    """How far the place is from the ends, and from where a new scale begins."""
    return min(place - a, b - place, 1)


def _place(c: Any, a: Number, b: Number) -> Place:
    if c.isinf(a) and c.isinf(b):
        return lambda v: c.sinh(v)
    if c.isinf(a):
        return lambda v: b - c.exp(-v)
    if c.isinf(b):
        return lambda v: a + c.exp(v)
    return lambda v: (a + b * c.exp(v)) / (1 + c.exp(v))


def _steps(c: Any, places: int = PLACES) -> list[Number]:
    """Even steps, none of them on a place of note."""
    step = c.mpf(2 * FARTHEST) / places
    return [-FARTHEST + step * (k + c.mpf("0.4137")) for k in range(places)]


def _narrowed(f: Place, left: Number, right: Number) -> tuple[Number, Number]:
    """Golden section search."""
    ratio = ((right * 0 + 5) ** 0.5 - 1) / 2
    inner = [right - ratio * (right - left), left + ratio * (right - left)]
    values = [f(v) for v in inner]
    for _ in range(NARROWINGS):
        if values[0] > values[1]:
            right, inner[1], values[1] = inner[1], inner[0], values[0]
            inner[0] = right - ratio * (right - left)
            values[0] = f(inner[0])
        else:
            left, inner[0], values[0] = inner[0], inner[1], values[1]
            inner[1] = left + ratio * (right - left)
            values[1] = f(inner[1])
    return max(zip(inner, values, strict=True), key=lambda pair: pair[1])
