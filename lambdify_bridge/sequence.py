"""Limits from their definition: values along a sequence, extrapolated.

Two sequences are used, a geometric and a doubly geometric one; each alone has been seen to agree
with a wrong value (a limit approached like 1/log x looks settled on any geometric sequence).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from lambdify_bridge.evaluate import Number, Undecided, Undefined, is_real


class NoLimit(Undefined):
    """The values along a sequence do not come together."""


class NoValues(Undecided):
    """There are too few values to tell; `last` is the one that was seen farthest out."""

    def __init__(self, last: Number | None) -> None:
        super().__init__("the function cannot be evaluated along any sequence")
        self.last = last


AGREEMENT = 1e-8
ENOUGH = 5  # values to extrapolate from
FEW = 10
ROUNDING = 1e-20
FAR_BELOW = 1e-6


def value_at_infinity(
    c: Any,
    f: Callable[[Number], Number],
    place: Callable[[Number, int], Number] = lambda point, k: point,
    farther: int = 0,
) -> Number:
    """The limit of f(t) as t grows, by 2**k and by 12**(2**k). Raises NoLimit, Undecided.

    `place` is where f is asked for near the k-th point; `farther` adds places at the far end.
    """
    points = [place(c.mpf("1.3819") * c.mpf(2) ** k, k) for k in range(6, 46)]
    steady = _values(f, points)
    if _leaves_the_reals(steady):
        raise Undecided("at some places along the sequence it is real, at others not")
    rapid = _values(f, [place(c.mpf("11.7135") ** (2**k), k) for k in range(1, 9 + farther)])
    slow, fast = (extrapolated(c, v) if len(v) >= ENOUGH else None for v in (steady, rapid))
    if slow is None and ENOUGH <= len(steady) < FEW:
        slow = _neville(c, points, steady)
    if slow is None and fast is None:
        if max(len(steady), len(rapid)) < ENOUGH:
            raise NoValues(steady[-1] if steady else None)
        if len(steady) >= FEW and _keeps_moving(steady) and not _goes_one_way(steady):
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


def _leaves_the_reals(values: list[Number]) -> bool:
    """Now real and now not, far along: where it is not, cos(t)**(1/t) has no value to come to 1."""
    real = [abs(getattr(v, "imag", 0)) <= ROUNDING * abs(v) for v in values[len(values) // 2 :]]
    return any(real) and not all(real)


def _keeps_moving(values: list[Number]) -> bool:
    """The late values are spread as wide as the early ones."""
    half = len(values) // 2
    if half < 3:
        return False
    early, late = (max(abs(b - a) for a, b in pairwise(v)) for v in (values[:half], values[half:]))
    return bool(late > 0.3 * early)


def _goes_one_way(values: list[Number]) -> bool:
    """They may still settle, however slowly, as 1/log(log(t)) does."""
    steps = [(b - a).real for a, b in pairwise(values)]
    return all(is_real(v) for v in values) and (max(steps) <= 0 or min(steps) >= 0)


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
        except Undecided:
            if not values:
                raise
            break  # a sum of too many terms: what was seen may be enough
    return values


def extrapolated(c: Any, values: list[Number]) -> Number | None:
    """Where the values lead: a number, an infinity, or None."""
    if any(c.isnan(abs(v)) for v in values):
        return None
    last = values[-1]
    if c.isinf(abs(last)):
        return last
    if _at_rest(c, values):
        return last
    if is_real(last) and _unbounded(values):
        return c.inf if c.re(last) > 0 else c.ninf
    if _keeps_moving(values):
        return None
    found = wynn(c, values)
    if found is not None and abs(found) < FAR_BELOW * abs(last):
        return c.zero  # far below the values it was extrapolated from
    if found is not None and abs(found) < min(AGREEMENT / 10, abs(last) / 100):
        return c.zero if _falls_steadily(values) else None
    return found


def _falls_steadily(values: list[Number]) -> bool:
    """Still falling by one ratio: near a limit that is not zero the ratios would go to one."""
    if any(v == 0 for v in values[-5:]):
        return False
    ratios = [b / a for a, b in pairwise(values[-5:])]
    return all(abs(q) < 0.9 and abs(q - ratios[-1]) < 0.002 * abs(q) for q in ratios)


def _at_rest(c: Any, values: list[Number]) -> bool:
    before, middle, last = values[-3:]
    size = max(1, abs(last))
    settled = abs(last - middle) <= AGREEMENT * c.mpf("1e-6") * size
    return bool(settled and abs(middle - before) <= AGREEMENT * size)


def _unbounded(values: list[Number]) -> bool:
    """Steps of one sign that fall no faster than 1/k: their sum is infinite, as for log log t."""
    steps = [(b - a).real for a, b in pairwise(values)]
    late = list(enumerate(steps, 1))[-6:]
    away = 1 if values[-1].real > 0 else -1
    one_way = all(s * away > 0 for _, s in late)
    weights = [k * abs(s) for k, s in late]
    if len(values) < FEW:  # a finite limit may be approached like this for so long
        weights = [abs(s) for _, s in late]
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


def _neville(c: Any, points: list[Number], values: list[Number]) -> Number | None:
    """Where the polynomial in 1/t through the values leads for 1/t = 0, if that settles."""
    row, ends = list(values), []
    for order in range(1, len(values)):
        places = [(points[k], points[k + order]) for k in range(len(row) - 1)]
        pairs = zip(pairwise(row), places, strict=True)
        row = [(t * b - s * a) / (t - s) for (a, b), (s, t) in pairs]
        ends.append(row[-1])
    return ends[-1] if len(ends) > 2 and close(c, ends[-2], ends[-1]) else None


def _spread(values: list[Number]) -> Number:
    return max(abs(b - a) for a, b in pairwise(values[-8:]))
