"""The errors of a plain numerical estimate against its step, log-log: where what is drawn lies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

WIDTH, HEIGHT = 440, 280
LEFT, RIGHT, TOP, BOTTOM = 62, 12, 14, 46  # margins; the left one holds the labels
MOST_TICKS = 6

Point = tuple[float, float]


@dataclass(frozen=True)
class Picture:
    """Points and lines in units of the picture; ticks are a place and the power of ten there."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    points: list[Point]
    slope: list[Point]
    order: int
    across: list[tuple[float, int]]
    up: list[tuple[float, int]]


def picture(rows: Iterable[Any], order: float | None) -> Picture | None:
    """The rows that have an error, and the line of the whole order next to them; None for one row.

    >>> from lambdify_bridge.report import Row
    >>> drawn = picture([Row(0.1, 1e-2, None), Row(0.01, 1e-4, 2.0)], 2.0)
    >>> drawn.points[0], drawn.order
    ((428.0, 14.0), 2)
    """
    logs = [(log10(row.step), log10(row.error)) for row in rows if row.step > 0 and row.error > 0]
    if len({step for step, _ in logs}) < 2 or order is None:
        return None
    (x0, y0), whole = max(logs), round(order)
    low, high = _ends([step for step, _ in logs]), _ends([error for _, error in logs])
    across = _Scale(*low, LEFT, WIDTH - RIGHT)
    up = _Scale(*high, HEIGHT - BOTTOM, TOP)
    last = max(min(logs)[0], x0 - (y0 - high[0]) / whole if whole > 0 else x0)
    line = [(x0, y0), (last, y0 - whole * (x0 - last))]
    return Picture(
        WIDTH,
        HEIGHT,
        LEFT,
        WIDTH - RIGHT,
        TOP,
        HEIGHT - BOTTOM,
        points=[(across(x), up(y)) for x, y in logs],
        slope=[(across(x), up(y)) for x, y in line],
        order=whole,
        across=[(across(power), power) for power in _powers(*low)],
        up=[(up(power), power) for power in _powers(*high)],
    )


@dataclass(frozen=True)
class _Scale:
    """Logarithms from `low` to `high` onto places from `start` to `end`."""

    low: float
    high: float
    start: int
    end: int

    def __call__(self, logarithm: float) -> float:
        share = (logarithm - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


def _ends(logs: Sequence[float]) -> tuple[int, int]:
    """The whole powers of ten around them."""
    low, high = floor(min(logs)), ceil(max(logs))
    return (low, high) if low < high else (low, low + 1)


def _powers(low: int, high: int) -> range:
    return range(low, high + 1, max(1, ceil((high - low) / MOST_TICKS)))
