"""Slopes from differences: extrapolated to step 0, or plain central ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

FIRST = (1e-1, 1e-2, 1e-3)  # first steps of the extrapolation, relative to the size of the entries
LEVELS = 6


def extrapolated(
    f: Callable[[float], Any], scale: float, first: Sequence[float] = FIRST
) -> tuple[Any, float]:
    """f'(0) by Ridders' method, central differences extrapolated to step 0; and how sure it is.

    Ridders, Accurate computation of F'(x) and F'(x) F''(x), Adv. Engineering Software 4, 1982.
    """
    best: tuple[Any, float] = (float("nan"), float("inf"))
    for start in first:
        row: list[Any] = []
        h = start * scale
        for _ in range(LEVELS):
            new = [(f(h) - f(-h)) / (2 * h)]
            for m, old in enumerate(row, 1):
                factor = 4.0**m
                new.append((factor * new[-1] - old) / (factor - 1))
                error = max(_size(new[-1] - new[-2]), _size(new[-1] - old))
                if error < best[1]:
                    best = new[-1], error
            row, h = new, h / 2
    return best


def central(f: Callable[[float], float], scale: float) -> tuple[float, float]:
    """f'(0) by central differences of two steps, and how much these differ."""
    one, two = ((f(h) - f(-h)) / (2 * h) for h in (1e-4 * scale, 5e-5 * scale))
    return (4 * two - one) / 3, abs(two - one)


def _size(x: Any) -> float:
    return float(np.max(np.abs(x), initial=0.0))
