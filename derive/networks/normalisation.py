"""Norm layers: entries standardized over some axes, times a gain, plus a bias.

The derivative of the standardized entries is one rule: r (D - mean D - x̂ mean(D x̂)).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Integer

from derive.arrays.nodes import Array, ones
from derive.arrays.operators import ShapeError, array, short
from derive.arrays.product import product
from derive.arrays.rearranged import reshaped
from derive.arrays.standardized import EPS, standardized


def layer_norm(X: Any, gain: Any = None, bias: Any = None, eps: Any = EPS) -> Array:
    """Over the last axis of each example (Ba, Kiros and Hinton, 2016)."""
    x = standardized(array(X), (-1,), eps)
    return _affine(x, gain, bias, x.rank - 1)


def rms_norm(X: Any, gain: Any = None, eps: Any = EPS) -> Array:
    """Over the last axis, by the mean square alone (Zhang and Sennrich, 2019)."""
    x = standardized(array(X), (-1,), eps, centred=False)
    return _affine(x, gain, None, x.rank - 1)


def batch_norm(X: Any, gain: Any = None, bias: Any = None, eps: Any = EPS) -> Array:
    """Over all axes but the second, the channels: (N, C), (N, C, L) or (N, C, H, W).

    Statistics are those of the batch, as in training (Ioffe and Szegedy, 2015).
    """
    X = array(X)
    axes = [k for k in range(X.rank) if k != 1]
    return _affine(standardized(X, axes, eps), gain, bias, 1)


def group_norm(X: Any, groups: int, gain: Any = None, bias: Any = None, eps: Any = EPS) -> Array:
    """Over the channels of each of `groups` groups and all positions (Wu and He, 2018)."""
    X = array(X)
    n, channels, *places = X.shape
    inside = channels / groups
    if channels.is_Integer and not inside.is_Integer:
        raise ShapeError(f"{short(X)} has {channels} channels, which {groups} groups do not share")
    apart = reshaped(X, (n, Integer(groups), inside, *places))
    x = reshaped(standardized(apart, range(2, apart.rank), eps), X.shape)
    return _affine(x, gain, bias, 1)


def _affine(x: Array, gain: Any, bias: Any, axis: int) -> Array:
    """gain x + bias, both vectors along one axis."""
    labels = range(x.rank)
    if gain is not None:
        x = product(1, [(x, labels), (array(gain), (axis,))], labels)
    return x if bias is None else x + along_axis(array(bias), x, axis)


def along_axis(vector: Array, x: Array, axis: int) -> Array:
    """A vector along one axis of x, repeated along the others."""
    others = [(ones(n), (k,)) for k, n in enumerate(x.shape) if k != axis]
    factors: Sequence[Any] = [(vector, (axis,)), *others]
    return product(1, factors, range(x.rank))
