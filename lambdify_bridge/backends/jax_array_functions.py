"""What generated source for whole arrays calls besides JAX itself."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy import linalg

expm, sqrtm = linalg.expm, linalg.sqrtm


def expm_frechet(x: Any, v: Any, compute_expm: bool = False) -> Any:
    """The change of the exponential where x changes by v."""
    return jax.jvp(linalg.expm, (x,), (v,))[1]


def solve_sylvester(a: Any, b: Any, c: Any) -> Any:
    """z with a z + z b = c: a linear system for its entries."""
    m, n = c.shape
    whole = jnp.kron(a, jnp.eye(n, dtype=c.dtype)) + jnp.kron(jnp.eye(m, dtype=c.dtype), b.T)
    return jnp.linalg.solve(whole, c.reshape(-1)).reshape(m, n)


def symmetric(x: Any) -> Any:
    return (x + x.T) / 2


def polar(x: Any) -> Any:
    u, _, vt = jnp.linalg.svd(x, full_matrices=False)
    return u @ vt


def leading_pair(x: Any) -> Any:
    u, _, vt = jnp.linalg.svd(x, full_matrices=False)
    return jnp.outer(u[:, 0], vt[0])


def lower_half(x: Any) -> Any:
    return jnp.tril(x, -1) + jnp.diag(jnp.diag(x)) / 2


def at_max(x: Any, axis: int) -> Any:
    return jax.nn.one_hot(x.argmax(axis), x.shape[axis], axis=axis, dtype=x.dtype)


def at_min(x: Any, axis: int) -> Any:
    return at_max(-x, axis)


def normalise(x: Any, axis: int) -> Any:
    return x / jnp.linalg.norm(x, axis=axis, keepdims=True)


def one_hot(indices: Any, n: int) -> Any:
    return (indices[..., None] == jnp.arange(n)) * 1.0


def scattered(x: Any, indices: tuple[Any, ...], sizes: tuple[int, ...]) -> Any:
    x = jnp.asarray(x)
    rank = max(i.ndim for i in indices)
    return jnp.zeros((*sizes, *x.shape[rank:]), jnp.result_type(x, float)).at[indices].add(x)


def placed(x: Any, axis: int, start: int, size: int, step: int) -> Any:
    shape = (*x.shape[:axis], size, *x.shape[axis + 1 :])
    place = (slice(None),) * axis + (slice(start, start + step * (x.shape[axis] - 1) + 1, step),)
    return jnp.zeros(shape, x.dtype).at[place].set(x)


def _places(many: int, size: int, stride: int, dilation: int) -> Any:
    return stride * jnp.arange(many)[:, None] + dilation * jnp.arange(size)


def windows(x: Any, axis: int, size: int, stride: int, dilation: int) -> Any:
    many = (x.shape[axis] - dilation * (size - 1) - 1) // stride + 1
    seen = jnp.take(x, _places(many, size, stride, dilation), axis=axis)
    return jnp.moveaxis(seen, axis + 1, -1)


def overlapped(x: Any, axis: int, size: int, stride: int, dilation: int) -> Any:
    places = _places(x.shape[axis], x.shape[-1], stride, dilation)
    moved = jnp.moveaxis(x, -1, axis + 1)
    shape = (*x.shape[:axis], size, *x.shape[axis + 1 : -1])
    return jnp.zeros(shape, x.dtype).at[(slice(None),) * axis + (places,)].add(moved)


def inverse_deviation(x: Any, axes: tuple[int, ...], eps: float, centred: bool) -> Any:
    square = x.var(axes) if centred else jnp.square(x).mean(axes)
    return 1.0 / jnp.sqrt(square + eps)


def standardized(x: Any, axes: tuple[int, ...], eps: float, centred: bool) -> Any:
    r = jnp.expand_dims(inverse_deviation(x, axes, eps, centred), axes)
    return (x - x.mean(axes, keepdims=True)) * r if centred else x * r
