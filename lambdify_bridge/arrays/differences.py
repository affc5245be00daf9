"""Slopes from differences: extrapolated to step 0, or plain central ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

FIRST = (1e-1, 1e-2, 1e-3)  # first steps of the extrapolation, relative to the size of the entries
FIRST_MIXED = (3e-1, 1e-1, 1e-2)  # the same where the step is squared
LEVELS = 6
NEAR = 1e-9  # of points between which a function is a straight line, relative
ROUNDING = 4 * 2.0**-52  # of a value of a function, relative


def extrapolated(
    f: Callable[[float], Any],
    scale: float,
    first: Sequence[float] = FIRST,
    noise: float | None = None,
) -> tuple[Any, float]:
    """f'(0) by central differences extrapolated to step 0; and how sure it is.

    That is how far the extrapolations are apart, and what the rounding of f makes of a difference.
    """
    noise = rounding_of(f, scale) if noise is None else noise

    def quotient(h: float) -> tuple[Any, float]:
        after, before = f(h), f(-h)
        rounding = max(noise, ROUNDING * max(_size(after), _size(before)))
        return (after - before) / (2 * h), rounding / h

    return _to_step_zero(quotient, [start * scale for start in first])


def mixed(f: Callable[[float, float], float], scale: float) -> tuple[float, float]:
    """The derivative of f(s, t) by s and t at 0, in the same way; and how sure it is."""
    noise = rounding_of(lambda t: f(t, t), scale)

    def quotient(h: float) -> tuple[float, float]:
        corners = [f(h, h), -f(h, -h), -f(-h, h), f(-h, -h)]
        return sum(corners) / (4 * h * h), max(noise, ROUNDING * _size(corners)) / (h * h)

    return _to_step_zero(quotient, [start * scale for start in FIRST_MIXED])


def _to_step_zero(
    quotient: Callable[[float], tuple[Any, float]], first: Sequence[float]
) -> tuple[Any, float]:
    """The limit of a quotient whose error is even in the step, and how sure it is.

    Ridders, Accurate computation of F'(x) and F'(x) F''(x), Adv. Engineering Software 4, 1982.
    """
    best: tuple[Any, float] = (float("nan"), float("inf"))
    for start in first:
        row: list[Any] = []
        h = start
        for _ in range(LEVELS):
            value, rounding = quotient(h)
            new = [value]
            for m, old in enumerate(row, 1):
                factor = 4.0**m
                new.append((factor * new[-1] - old) / (factor - 1))
                error = rounding + max(_size(new[-1] - new[-2]), _size(new[-1] - old))
                if error < best[1]:
                    best = new[-1], error
            row, h = new, h / 2
    return best


def rounding_of(f: Callable[[float], Any], scale: float) -> float:
    """How much f jumps between points so near to one another that it is a straight line there.

    Moré and Wild, Estimating computational noise, SIAM J. Sci. Comput. 33, 2011.
    """
    values = [np.asarray(f(k * NEAR * scale)) for k in range(-3, 4)]
    return _size(np.diff(values, 3, axis=0))


def central(f: Callable[[float], float], scale: float) -> tuple[float, float]:
    """f'(0) by central differences of two steps, and how much these differ."""
    h = 1e-4 * scale
    ends = [(f(step), f(-step)) for step in (h, h / 2)]
    one, two = (ends[0][0] - ends[0][1]) / (2 * h), (ends[1][0] - ends[1][1]) / h
    return (4 * two - one) / 3, abs(two - one) + ROUNDING * _size(ends) / h


def _size(x: Any) -> float:
    return float(np.max(np.abs(x), initial=0.0))
