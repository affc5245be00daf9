"""Limits and infinite sums from their definition: values along a sequence, extrapolated.

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


def value_at_infinity(c: Any, f: Callable[[Number], Number]) -> Number:
    """The limit of f(t) as t grows, along t = 1.4 * 2**k and t = 12**(2**k). Raises NoLimit, Undecided."""
    found = []
    # No round starting points: along 2, 4, 8, ... sin(pi*t) looks settled at 0.
    steady = [c.mpf("1.3819") * c.mpf(2) ** k for k in range(6, 46)]
    rapid = [c.mpf("11.7135") ** (2**k) for k in range(1, 9)]
    for sequence in (rapid, steady):
        values = _values(f, sequence)
        if len(values) >= 5:
            found.append(_extrapolated(c, values))
    if not found:
        raise Undecided("the function cannot be evaluated along any sequence")
    known = [v for v in found if v is not None]
    if not known:
        if _keeps_moving(_values(f, steady)):
            raise NoLimit("the values along the sequence do not come together")
        raise Undecided("the values along the sequence come together too slowly to tell")
    if len(known) == 2 and not close(c, *known):
        return _the_surer(c, known, _values(f, rapid))
    return known[0]


def _keeps_moving(values: list[Number]) -> bool:
    """The late values are spread as wide as the early ones."""
    half = len(values) // 2
    if half < 3:
        return False
    early, late = (max(abs(b - a) for a, b in pairwise(v)) for v in (values[:half], values[half:]))
    return bool(late > 0.3 * early)


def _the_surer(c: Any, known: list[Number], rapid: list[Number]) -> Number:
    """Growth as slow as log log x shows on the doubly geometric sequence alone."""
    if c.isinf(known[0]):
        return known[0]
    if abs(rapid[-1] - known[0]) < AGREEMENT * max(1, abs(known[0])):
        return known[0]
    raise Undecided("two sequences lead to different limits")


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
    steps = [b - a for a, b in pairwise(values)]
    if abs(steps[-1]) <= AGREEMENT * c.mpf("1e-6") * max(1, abs(last)) >= abs(steps[-2]):
        return last
    if _unbounded(c, values, steps):
        return c.inf if c.re(last) > 0 else c.ninf
    return _epsilon(c, values)


def _unbounded(c: Any, values: list[Number], steps: list[Number]) -> bool:
    late = [c.re(s) for s in steps[-4:]]
    grows = all(s > 0 for s in late) or all(s < 0 for s in late)
    return grows and all(abs(y) >= 0.7 * abs(x) for x, y in pairwise(late)) and (
        abs(values[-1]) > abs(values[0])
    )


def _epsilon(c: Any, values: list[Number]) -> Number | None:
    """Wynn's epsilon algorithm (1956); its last two estimates have to agree."""
    table = [[c.zero] * (len(values) + 1), list(values)]
    best: list[Number] = [values[-1]]
    while len(table[-1]) > 1:
        older, newer = table[-2], table[-1]
        try:
            row = [older[k + 1] + 1 / (newer[k + 1] - newer[k]) for k in range(len(newer) - 1)]
        except ZeroDivisionError:
            break
        table.append(row)
        if len(table) % 2 == 0:
            best.append(row[-1])
    for a, b in pairwise(best):
        if close(c, a, b, AGREEMENT / 10) and abs(b - values[-1]) <= 10 * _spread(values):
            return b
    return None


def _spread(values: list[Number]) -> Number:
    return max(abs(b - a) for a, b in pairwise(values[-8:]))


def one_sided_limit(at: Evaluator, x: Any, function: Basic, x0: Basic, side: int) -> Number:
    """The limit of `function` as x comes to x0 from above (side +1) or below (-1)."""
    c = at.ctx
    infinite = c.isinf(at(x0))

    def f(t: Number) -> Number:
        # The digits that cancellation near the point will cost.
        digits = c.dps + 6 * int(c.log10(t) + 1)
        with at.digits(digits) as there:
            point = there(x0)
            place = (t if point > 0 else -t) if infinite else point + side / t
            return there.at({x: place})(function)

    at.rests_on(1e-9)
    return value_at_infinity(c, f)


def limit_beside(at: Evaluator, x: Any, function: Basic, place: Number, side: int) -> Number:
    """The one-sided limit at a place known to the working precision only: stay well outside of it."""
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


@estimator("Sum")
def partial_sums(node: Any, at: Evaluator) -> Number:
    """A finite sum term by term; an infinite one from its partial sums, extrapolated."""
    function, limit_, *more = node.args
    if more:
        raise Undecided("sums over several indices are not estimated")
    n, low, high = limit_.args
    a, b = at(low), at(high)
    if at.ctx.isinf(a):
        raise Undecided("a sum from minus infinity is not estimated")
    if not at.ctx.isinf(b):
        return sum((at.at({n: a + k})(function) for k in range(int(b - a) + 1)), at.ctx.zero)
    totals, total, k = [], at.ctx.zero, 0
    for power in range(3, 12):
        while k < 2**power:
            total += at.at({n: a + k})(function)
            k += 1
        totals.append(total)
    value = _extrapolated(at.ctx, totals)
    if value is None:
        raise NoLimit("the partial sums do not come together")
    at.rests_on(1e-10)
    return value
