"""Limits from their definition: values along a sequence, extrapolated.

Two sequences are used, a geometric and a doubly geometric one; each alone has been seen to agree
with a wrong value (a limit approached like 1/log x looks settled on any geometric sequence).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from sympy import Basic

from lambdify_bridge.evaluate import (
    Evaluator,
    Number,
    Undecided,
    Undefined,
    estimator,
)


class NoLimit(Undefined):
    """The values along a sequence do not come together."""


AGREEMENT = 1e-8
ENOUGH = 5  # values to extrapolate from
GOLDEN = "0.6180339887498948482045868343656"


def value_at_infinity(c: Any, f: Callable[[Number], Number]) -> Number:
    """The limit of f(t) as t grows, by 2**k and by 12**(2**k). Raises NoLimit, Undecided."""
    steady = _values(f, [c.mpf("1.3819") * c.mpf(2) ** k for k in range(6, 46)])
    rapid = _values(f, [c.mpf("11.7135") ** (2**k) for k in range(1, 9)])
    slow, fast = (_extrapolated(c, v) if len(v) >= ENOUGH else None for v in (steady, rapid))
    if slow is None and fast is None:
        if max(len(steady), len(rapid)) < ENOUGH:
            raise Undecided("the function cannot be evaluated along any sequence")
        if _keeps_moving(steady):
            raise NoLimit("the values along the sequence do not come together")
        raise Undecided("the values along the sequence come together too slowly to tell")
    if fast is None:
        if len(rapid) >= ENOUGH:
            raise Undecided("one of two sequences settles, the other does not")
        return slow
    # Where they differ the fast one has seen more, unless the slow one is at rest.
    differ = slow is not None and not close(c, slow, fast)
    if differ and (c.isinf(slow) or _at_rest(c, steady)):
        raise Undecided("two sequences lead to different limits")
    return fast


def _keeps_moving(values: list[Number]) -> bool:
    """The late values are spread as wide as the early ones."""
    half = len(values) // 2
    if half < 3:
        return False
    early, late = (max(abs(b - a) for a, b in pairwise(v)) for v in (values[:half], values[half:]))
    return bool(late > 0.3 * early)


def close(c: Any, a: Number, b: Number, tolerance: float = AGREEMENT) -> bool:
    if c.isinf(abs(a)) or c.isinf(abs(b)):
        return bool(a == b)
    return bool(abs(a - b) <= tolerance * max(1, abs(a), abs(b)))


def _values(f: Callable[[Number], Number], points: list[Number]) -> list[Number]:
    """f along the points, up to the first one where it has no value."""
    values = []
    for point in points:
        try:
            values.append(f(point))
        except (Undefined, MemoryError):
            break
    return values


def _extrapolated(c: Any, values: list[Number]) -> Number | None:
    """Where the values lead: a number, an infinity, or None."""
    if any(c.isnan(abs(v)) for v in values):
        return None
    last = values[-1]
    if c.isinf(abs(last)):
        return last
    if _at_rest(c, values):
        return last
    if _unbounded(values):
        return c.inf if c.re(last) > 0 else c.ninf
    return None if _keeps_moving(values) else wynn(c, values)


def _at_rest(c: Any, values: list[Number]) -> bool:
    before, middle, last = values[-3:]
    size = max(1, abs(last))
    settled = abs(last - middle) <= AGREEMENT * c.mpf("1e-6") * size
    return bool(settled and abs(middle - before) <= AGREEMENT * size)


def _unbounded(values: list[Number]) -> bool:
    """Steps of one sign that fall no faster than 1/k: their sum is infinite, as for log log t."""
    steps = [(b - a).real for a, b in pairwise(values)]
    late = list(enumerate(steps, 1))[-6:]
    one_way = all(s > 0 for _, s in late) or all(s < 0 for _, s in late)
    weights = [k * abs(s) for k, s in late]
    return one_way and all(y >= 0.99 * x for x, y in pairwise(weights))


def wynn(c: Any, values: list[Number]) -> Number | None:
    """Wynn's epsilon algorithm (1956): every second column is one of estimates.

    The first column whose last two estimates agree decides; beyond it there is only rounding.
    """
    before, column = [c.zero] * (len(values) + 1), list(values)
    for order in range(1, len(values)):
        gaps = [b - a for a, b in pairwise(column)]
        if any(gap == 0 for gap in gaps):
            return None
        before, column = column, [v + 1 / g for v, g in zip(before[1:], gaps, strict=False)]
        if order % 2 == 0 and len(column) >= 2 and close(c, column[-2], column[-1], AGREEMENT / 10):
            near = abs(column[-1] - values[-1]) <= 10 * _spread(values)
            return column[-1] if near else None
    return None


def _spread(values: list[Number]) -> Number:
    return max(abs(b - a) for a, b in pairwise(values[-8:]))


def one_sided_limit(at: Evaluator, x: Any, function: Basic, x0: Basic, side: int) -> Number:
    """The limit of `function` as x comes to x0 from above (side +1) or below (-1)."""
    c = at.ctx
    infinite = c.isinf(at(x0))

    def f(t: Number, spare: int) -> Number:
        """At distance 1/t, or at t itself, with `spare` digits for every decade of t."""
        with at.digits(c.dps + spare * int(c.log10(t) + 1)) as there:
            # Not at round places: there sin(pi*t) and t - floor(t) look settled.
            far = t + there.ctx.frac(t * there.ctx.mpf(GOLDEN))
            point = there(x0)
            place = (far if point > 0 else -far) if infinite else point + side / far
            return there.at({x: place})(function)

    at.rests_on(1e-9)
    spare = _spare_digits(c, f)
    return value_at_infinity(c, lambda t: f(t, spare))


def _spare_digits(c: Any, f: Callable[[Number, int], Number]) -> int:
    """How many digits a decade cancellation costs: (x - sin(x))/x**3 needs 3, one over x**8 eight.

    Too few show, far out, as a value that one more digit changes, or as an exact 0.
    """
    for power in (256, 64, 16):
        try:
            return _enough_digits(f, c.mpf("11.7135") ** power)
        except (Undefined, MemoryError):
            continue  # too far out for this function: look nearer
    return 6


def _enough_digits(f: Callable[[Number, int], Number], probe: Number) -> int:
    for spare in (3, 6, 12):
        fewer, more = f(probe, spare), f(probe, spare + 1)
        if fewer != 0 and abs(fewer - more) <= AGREEMENT * abs(more):
            return spare
    return 6 if fewer == more == 0 else 24


def limit_beside(at: Evaluator, x: Any, function: Basic, place: Number, side: int) -> Number:
    """The one-sided limit at a place known to working precision only: stay well outside of it."""
    c = at.ctx
    gaps = [c.mpf(10) ** -k * max(1, abs(place)) for k in range(3, c.dps // 2 + 3)]
    value = _extrapolated(c, [at.at({x: place + side * gap})(function) for gap in gaps])
    if value is None:
        raise Undecided("the values beside a break come together too slowly to tell")
    return value


@estimator("Limit")
def limit(node: Any, at: Evaluator) -> Number:
    function, x, x0, direction = node.args
    point = at(x0)
    if at.ctx.isinf(point) or str(direction) != "+-":
        return one_sided_limit(at, x, function, x0, -1 if str(direction) == "-" else 1)
    right = one_sided_limit(at, x, function, x0, 1)
    left = one_sided_limit(at, x, function, x0, -1)
    if not close(at.ctx, left, right, 1e-6):
        raise NoLimit(f"from the left {float_text(left)}, from the right {float_text(right)}")
    return right


def float_text(value: Number) -> str:
    return f"{complex(value):.8g}" if getattr(value, "imag", 0) else f"{float(value):.8g}"
