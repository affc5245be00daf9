"""The functions of generated code that NumPy and SciPy do not have in one call."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray


def symmetric(x: Array) -> Array:
    """The symmetric part: LAPACK reads one triangle only, a derivative moves both."""
    return (x + x.T) / 2


def polar(x: Array) -> Array:
    """U Vᵀ of the singular value decomposition."""
    u, _, vt = np.linalg.svd(x, full_matrices=False)
    return u @ vt


def leading_pair(x: Array) -> Array:
    """u vᵀ of the largest singular value."""
    u, _, vt = np.linalg.svd(x, full_matrices=False)
    return np.outer(u[:, 0], vt[0])


def lower_half(x: Array) -> Array:
    """The lower triangle, with half of the diagonal."""
    return np.tril(x, -1) + np.diag(np.diag(x)) / 2


def at_max(x: Array, axis: int) -> Array:
    """1 at the first largest entry along an axis, 0 elsewhere."""
    result = np.zeros_like(x)
    np.put_along_axis(result, np.expand_dims(x.argmax(axis), axis), 1.0, axis)
    return result


def at_min(x: Array, axis: int) -> Array:
    """1 at the first smallest entry along an axis, 0 elsewhere."""
    return at_max(-x, axis)


def placed(x: Array, axis: int, start: int, size: int, step: int) -> Array:
    """Zeros, with the entries of x at every `step`-th place along an axis from `start` on."""
    shape = list(x.shape)
    shape[axis] = size
    result = np.zeros(shape, x.dtype)
    place: list[Any] = [slice(None)] * x.ndim
    place[axis] = slice(start, start + step * (x.shape[axis] - 1) + 1, step)
    result[tuple(place)] = x
    return result
