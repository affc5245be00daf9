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


def normalise(x: Array, axis: int) -> Array:
    """x over its norm along an axis."""
    return x / np.linalg.norm(x, axis=axis, keepdims=True)


def one_hot(indices: Array, n: int) -> Array:
    """Rows of n entries along a new last axis, 1 at each index."""
    return (indices[..., None] == np.arange(n)).astype(float)


def scattered(x: Any, indices: tuple[Array, ...], sizes: tuple[int, ...]) -> Array:
    """The sum of the entries of x that have the same indices, at these places of zeros."""
    x = np.asarray(x)
    rank = max(i.ndim for i in indices)
    kind = x.dtype if x.dtype.kind == "f" else float
    result = np.zeros((*sizes, *x.shape[rank:]), kind)
    np.add.at(result, indices, x)
    return result


def placed(x: Array, axis: int, start: int, size: int, step: int) -> Array:
    """Zeros, with the entries of x at every `step`-th place along an axis from `start` on."""
    shape = list(x.shape)
    shape[axis] = size
    result = np.zeros(shape, x.dtype)
    place: list[Any] = [slice(None)] * x.ndim
    place[axis] = slice(start, start + step * (x.shape[axis] - 1) + 1, step)
    result[tuple(place)] = x
    return result


def windows(x: Array, axis: int, size: int, stride: int, dilation: int) -> Array:
    """A view of the windows that slide along an axis; a new last axis runs through a window."""
    seen = np.lib.stride_tricks.sliding_window_view(x, dilation * (size - 1) + 1, axis)
    place: list[Any] = [slice(None)] * seen.ndim
    place[axis] = slice(None, None, stride)
    place[-1] = slice(None, None, dilation)
    return seen[tuple(place)]


def overlapped(x: Array, axis: int, size: int, stride: int, dilation: int) -> Array:
    """The sum over overlapping windows, each put back along an axis of `size`."""
    many, inside = x.shape[axis], x.shape[-1]
    result = np.zeros((*x.shape[:axis], size, *x.shape[axis + 1 : -1]), x.dtype)
    place: list[Any] = [slice(None)] * result.ndim
    for k in range(inside):
        start = k * dilation
        place[axis] = slice(start, start + stride * (many - 1) + 1, stride)
        result[tuple(place)] += x[..., k]
    return result


def inverse_deviation(x: Array, axes: tuple[int, ...], eps: float, centred: bool) -> Array:
    """1/sqrt(variance + eps) over some axes; of the mean square where x is not centred."""
    square = x.var(axes) if centred else np.square(x).mean(axes)
    return 1.0 / np.sqrt(square + eps)


def standardized(x: Array, axes: tuple[int, ...], eps: float, centred: bool) -> Array:
    """x, less its mean where it is centred, times the inverse deviation."""
    r = np.expand_dims(inverse_deviation(x, axes, eps, centred), axes)
    return (x - x.mean(axes, keepdims=True)) * r if centred else x * r
