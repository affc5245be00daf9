"""What generated source for whole arrays of mpmath numbers calls: `mp` is its context.

Matrices are arrays of objects; the functions of matrices are mpmath's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lambdify_bridge.arrays import runtime
from lambdify_bridge.constants import FOLD

Array = np.ndarray


def each(mp: Any, name: str) -> Callable[..., Any]:
    """A function of real numbers, entry by entry; NaN where it has no real value."""
    how = FOLD[name]
    function = getattr(mp, how) if isinstance(how, str) else partial(how, mp)

    def defined(*numbers: Any) -> Any:
        try:
            found = function(*(mp.convert(number) for number in numbers))
        except (ArithmeticError, ValueError):
            return mp.nan
        return mp.nan if getattr(found, "imag", 0) else mp.re(found)

    return lambda *x: np.frompyfunc(defined, len(x), 1)(*x)


def matrix(mp: Any, x: Array) -> Any:
    return mp.matrix(x.tolist())


def array(x: Any) -> Array:
    found = np.empty((x.rows, x.cols), object)
    for place in np.ndindex(found.shape):
        found[place] = x[place]
    return found


def _row(x: Any) -> Array:
    return np.array(list(x), object)


def inv(mp: Any, x: Array) -> Array:
    return array(mp.inverse(matrix(mp, x)))


def det(mp: Any, x: Array) -> Any:
    return mp.det(matrix(mp, x))


def slogdet(mp: Any, x: Array) -> tuple[Any, Any]:
    value = det(mp, x)
    return mp.sign(value), mp.log(abs(value))


def expm(mp: Any, x: Array) -> Array:
    return array(mp.expm(matrix(mp, x)))


def expm_frechet(mp: Any, x: Array, v: Array, compute_expm: bool = False) -> Array:
    """A block of the exponential of [[x, v], [0, x]]."""
    n = len(x)
    rows = np.block([[x, v], [np.zeros_like(x), x]])
    return expm(mp, rows)[:n, n:]


def sqrtm(mp: Any, x: Array) -> Array:
    """The principal root of a real matrix that has a real one."""
    return np.frompyfunc(mp.re, 1, 1)(array(mp.sqrtm(matrix(mp, x))))


def symmetric(mp: Any, x: Array) -> Array:
    return (x + x.T) / 2


def eigvalsh(mp: Any, x: Array) -> Array:
    return _row(mp.eigsy(matrix(mp, x), eigvals_only=True))


def eigh(mp: Any, x: Array) -> tuple[Array, Array]:
    values, vectors = mp.eigsy(matrix(mp, x))
    return _row(values), array(vectors)


def cholesky(mp: Any, x: Array) -> Array:
    return array(mp.cholesky(matrix(mp, x)))


def _svd(mp: Any, x: Array) -> tuple[Array, Array, Array]:
    """U, the singular values from the largest on, Vᵀ."""
    u, s, vt = mp.svd(matrix(mp, x))
    return array(u), _row(s), array(vt)


def polar(mp: Any, x: Array) -> Array:
    u, _, vt = _svd(mp, x)
    return u @ vt


def leading_pair(mp: Any, x: Array) -> Array:
    u, _, vt = _svd(mp, x)
    return np.outer(u[:, 0], vt[0])


def solve_sylvester(mp: Any, a: Array, b: Array, c: Array) -> Array:
    """z with a z + z b = c: a linear system for its entries."""
    m, n = c.shape
    whole = np.kron(a, np.eye(n, dtype=int)) + np.kron(np.eye(m, dtype=int), b.T)
    solved = mp.lu_solve(matrix(mp, whole), mp.matrix(c.reshape(-1).tolist()))
    return _row(solved).reshape(m, n)


def norm(mp: Any, x: Array, order: Any = None, axis: int | None = None) -> Any:
    if order is None:
        return each(mp, "sqrt")((x * x).sum(axis))
    values = _svd(mp, x)[1]
    return values.sum() if order == "nuc" else values[0]


def logsumexp(mp: Any, x: Array, axis: int) -> Any:
    largest = x.max(axis, keepdims=True)
    total = each(mp, "exp")(x - largest).sum(axis)
    return each(mp, "log")(total) + largest.squeeze(axis)


def normalise(mp: Any, x: Array, axis: int) -> Array:
    return x / np.expand_dims(norm(mp, x, axis=axis), axis)


def inverse_deviation(mp: Any, x: Array, axes: tuple[int, ...], eps: float, centred: bool) -> Any:
    moved = x - x.mean(axes, keepdims=True) if centred else x
    return 1 / each(mp, "sqrt")((moved * moved).mean(axes) + mp.mpf(eps))


def standardized(mp: Any, x: Array, axes: tuple[int, ...], eps: float, centred: bool) -> Array:
    r = np.expand_dims(inverse_deviation(mp, x, axes, eps, centred), axes)
    return (x - x.mean(axes, keepdims=True)) * r if centred else x * r


def scattered(mp: Any, x: Any, indices: tuple[Array, ...], sizes: tuple[int, ...]) -> Array:
    x, shape = np.asarray(x, object), np.broadcast_shapes(*(i.shape for i in indices))
    result = np.zeros((*sizes, *x.shape[len(shape) :]), object)
    whole = np.broadcast_to(x, (*shape, *x.shape[len(shape) :]))
    for place in np.ndindex(shape):
        at = tuple(int(np.broadcast_to(i, shape)[place]) for i in indices)
        result[at] = result[at] + whole[place]
    return result


def _without_context(function: Callable[..., Array]) -> Callable[..., Array]:
    return lambda mp, *arguments: function(*arguments)


lower_half = _without_context(
    lambda x: np.tril(x, -1) + np.where(np.eye(len(x), dtype=bool), x, 0) / 2
)
at_max, at_min = _without_context(runtime.at_max), _without_context(runtime.at_min)
one_hot, placed = _without_context(runtime.one_hot), _without_context(runtime.placed)
windows, overlapped = _without_context(runtime.windows), _without_context(runtime.overlapped)
