"""The trapezoidal rule in double precision, improper ranges mapped to (-1, 1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lambdify_bridge.evaluate import Evaluator, Undecided

ArrayFunction = Callable[[np.ndarray], np.ndarray]


def mapped(operator: Any, at: Evaluator) -> tuple[ArrayFunction, float, float]:
    """The integrand as an array function on a finite range.

    x = t/(1 - t**2) takes (-1, 1) to the line; x = a + s/(1 - s) takes (0, 1) to a half-line.
    """
    from lambdify_bridge.to_numpy import as_written

    x, low, high = operator.limits[0]
    letters = [x, *sorted(operator.free_symbols, key=str)]
    try:
        compiled = as_written(operator.function, letters)
    except ValueError as error:  # an unknown function, say
        raise Undecided(str(error)) from error
    fixed = [float(at.ctx.re(at(letter))) for letter in letters[1:]]
    a, b = float(at.ctx.re(at(low))), float(at.ctx.re(at(high)))

    def f(points: np.ndarray) -> np.ndarray:
        return np.asarray(np.real(compiled(points, *fixed)), dtype=float)

    if np.isfinite(a) and np.isfinite(b):
        return f, a, b
    if np.isfinite(a):
        return (lambda s: f(a + s / (1 - s)) / (1 - s) ** 2), 0.0, 1.0
    if np.isfinite(b):
        return (lambda s: f(b - s / (1 - s)) / (1 - s) ** 2), 0.0, 1.0
    return (lambda t: f(t / (1 - t**2)) * (1 + t**2) / (1 - t**2) ** 2), -1.0, 1.0


def trapezoid(f: ArrayFunction, a: float, b: float, intervals: int) -> tuple[float, float]:
    """The trapezoidal sum and the sum of the absolute values; infinite ends count as 0."""
    grid = np.linspace(a, b, intervals + 1)
    with np.errstate(all="ignore"):
        values = f(grid)
    values = np.where(np.isfinite(values), values, 0.0)
    total = float(np.trapezoid(values, grid))
    return total, float(np.trapezoid(np.abs(values), grid))
