"""Convolution and pooling over windows, in channels-first layout: (N, C, L) and (N, C, H, W).

Convolution is the contraction of the windows of X with the kernel; its adjoint follows from those
of the windows and of the product. As everywhere in networks it is a correlation: no kernel is
turned round.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Integer

from derive.arrays.along import amax
from derive.arrays.nodes import Array
from derive.arrays.operators import ShapeError, array, short
from derive.arrays.product import product
from derive.arrays.rearranged import placed, reshaped, taken
from derive.arrays.windows import overlapped, windows
from derive.networks.normalisation import along_axis

Pair = int | tuple[int, int]


def conv1d(
    X: Any, K: Any, bias: Any = None, stride: int = 1, padding: int = 0, dilation: int = 1,
    groups: int = 1,
) -> Array:  # fmt: skip
    """X (N, C, L) with the kernel K (O, C/groups, k): (N, O, L')."""
    return _convolved(array(X), array(K), bias, (stride,), (padding,), (dilation,), groups)


def conv2d(
    X: Any, K: Any, bias: Any = None, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1,
    groups: int = 1,
) -> Array:  # fmt: skip
    """X (N, C, H, W) with the kernel K (O, C/groups, h, w): (N, O, H', W')."""
    steps, pads, spread = map(_pair, (stride, padding, dilation))
    return _convolved(array(X), array(K), bias, steps, pads, spread, groups)


def _convolved(
    X: Array, K: Array, bias: Any, stride: Sequence[int], padding: Sequence[int],
    dilation: Sequence[int], groups: int,
) -> Array:  # fmt: skip
    places = len(stride)
    _fits(X, K, places, groups)
    for k in range(places):
        X = padded(X, 2 + k, padding[k])
        X = windows(X, 2 + k, K.shape[2 + k], stride[k], dilation[k])
    n, _, *rest = X.shape
    outputs, share, *inside = K.shape
    out = [("o", k) for k in range(places)]
    into = [("k", k) for k in range(places)]
    if groups == 1:
        result = product(
            1, [(X, ["n", "c", *out, *into]), (K, ["f", "c", *into])], ["n", "f", *out]
        )
    else:
        g = Integer(groups)
        X = reshaped(X, (n, g, share, *rest))
        K = reshaped(K, (g, outputs / g, share, *inside))
        factors = [(X, ["n", "g", "c", *out, *into]), (K, ["g", "f", "c", *into])]
        apart = product(1, factors, ["n", "g", "f", *out])
        result = reshaped(apart, (n, outputs, *rest[:places]))
    return result if bias is None else _with_bias(result, bias)


def _fits(X: Array, K: Array, places: int, groups: int) -> None:
    if X.rank != places + 2 or K.rank != places + 2:
        raise ShapeError(
            f"a convolution over {places} axes takes {places + 2} axes of each: "
            f"{short(X)} has {X.rank}, {short(K)} has {K.rank}"
        )
    if X.shape[1] != K.shape[1] * groups:
        raise ShapeError(
            f"{short(X)} has {X.shape[1]} channels, {short(K)} takes {K.shape[1] * groups}"
        )


def _with_bias(X: Array, bias: Any) -> Array:
    return X + along_axis(array(bias), X, 1)


def conv_transpose2d(
    X: Any, K: Any, bias: Any = None, stride: Pair = 1, padding: Pair = 0
) -> Array:
    """The adjoint of `conv2d` as a layer: X (N, C, H, W), K (C, O, h, w).

    The size of an axis becomes stride (H - 1) + h - 2 padding.
    """
    X, K = array(X), array(K)
    steps, pads = _pair(stride), _pair(padding)
    labels = ["n", "f", ("o", 0), ("o", 1), ("k", 0), ("k", 1)]
    spread = product(
        1, [(X, ["n", "c", ("o", 0), ("o", 1)]), (K, ["c", "f", ("k", 0), ("k", 1)])], labels
    )
    result = spread
    for k in (1, 0):
        full = steps[k] * (X.shape[2 + k] - 1) + K.shape[2 + k]
        result = overlapped(result, 2 + k, full, steps[k])
    for k in (0, 1):
        result = cropped(result, 2 + k, pads[k])
    return result if bias is None else _with_bias(result, bias)


def max_pool2d(X: Any, window: Pair, stride: Pair | None = None) -> Array:
    """The largest entry of each window; windows may overlap."""
    seen = _pooled(array(X), window, stride)
    n, c, h, w, *inside = seen.shape
    return amax(reshaped(seen, (n, c, h, w, inside[0] * inside[1])), axis=-1)


def avg_pool2d(X: Any, window: Pair, stride: Pair | None = None) -> Array:
    """The mean of each window; windows may overlap."""
    seen = _pooled(array(X), window, stride)
    return product(1 / (seen.shape[4] * seen.shape[5]), [(seen, "nchwij")], "nchw")


def _pooled(X: Array, window: Pair, stride: Pair | None) -> Array:
    sizes = _pair(window)
    steps = _pair(window if stride is None else stride)
    for k in (0, 1):
        X = windows(X, 2 + k, Integer(sizes[k]), steps[k])
    return X


def padded(X: Array, axis: int, padding: int) -> Array:
    """Zeros before and after the entries along an axis."""
    return placed(X, axis, Integer(padding), X.shape[axis] + 2 * padding, 1)


def cropped(X: Array, axis: int, padding: int) -> Array:
    """The entries along an axis without so many at either end."""
    return taken(X, axis, Integer(padding), X.shape[axis] - 2 * padding, 1)


def _pair(value: Any) -> tuple[int, int]:
    return (int(value), int(value)) if isinstance(value, int) else (int(value[0]), int(value[1]))
