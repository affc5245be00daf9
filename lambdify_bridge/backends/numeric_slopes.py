"""Derivatives by SciPy's adaptive differences, where no rule for the operation is known."""

from __future__ import annotations

from typing import Any

import numpy as np

from lambdify_bridge.backends.numeric_points import Function, Rows, by_rows, columns

CERTAIN = 1e-6  # error next to the derivative


def differentiated(f: Function, x: Any, *letters: Any) -> Any:
    """The derivative of f(x, *letters) by x; NaN with a RuntimeWarning where it is not certain.

    >>> f = lambda x, c: (np.sin(c * x),)
    >>> float(round(differentiated(f, 0.0, np.float64(2.0)), 8))
    2.0
    """
    return by_rows("a derivative", [x, *letters], lambda rows: _rows(f, rows[0], rows[1:]))


def _rows(f: Function, x: np.ndarray, letters: Rows) -> np.ndarray:
    from scipy.differentiate import derivative

    numbers = np.arange(x.size, dtype=float)

    def function(place: np.ndarray, number: np.ndarray) -> np.ndarray:
        of = number.reshape(number.shape[0], -1)[:, 0].astype(np.intp)
        columns_of = columns(f, place.reshape(of.size, -1), [letter[of] for letter in letters])
        return columns_of.reshape(place.shape)

    steps = 0.25 * np.maximum(np.abs(x), 1.0)
    found = derivative(function, x.real, args=(numbers,), initial_step=steps, order=8)
    scale = np.maximum(np.abs(found.df), np.abs(columns(f, x[:, None], letters)[:, 0]) / steps)
    good = np.isfinite(found.df) & (found.error <= CERTAIN * scale) & (np.imag(x) == 0)
    return np.where(good, found.df, np.nan)
