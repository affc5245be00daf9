"""A function of NumPy arrays, as a function of Dask arrays: lazy, block by block."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_lowercase
from typing import Any

import numpy as np

from lambdify_bridge.extras import extra


def by_block(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` of Dask arrays, which keep their chunks; nothing is computed before it is asked.

    `function` broadcasts NumPy arrays to a shape S and returns arrays of S + (axes of its own).
    """
    dask = extra("dask.array", "dask", "functions of dask arrays")

    def of_blocks(*inputs: Any) -> Any:
        arrays = _with_common_chunks(dask, [_array(dask, value) for value in inputs])
        axes = max((array.ndim for array in arrays), default=0)
        samples = [np.ones((1,) * array.ndim, array.dtype) for array in arrays]
        results = function(*samples)
        several = isinstance(results, tuple)
        own = [np.shape(r)[axes:] for r in (results if several else (results,))]
        signature, sizes = _signature(len(arrays), own)
        kinds = [np.asarray(r).dtype for r in (results if several else (results,))]
        return dask.apply_gufunc(
            function,
            signature,
            *arrays,
            output_sizes=sizes,
            output_dtypes=kinds if several else kinds[0],
        )

    return of_blocks


def _array(dask: Any, value: Any) -> Any:
    return value if isinstance(value, dask.Array) else dask.asarray(value)


def _with_common_chunks(dask: Any, arrays: list[Any]) -> list[Any]:
    """Axes count from the last, as they broadcast."""
    pairs: list[Any] = []
    for array in arrays:
        pairs += [array, tuple(range(array.ndim, 0, -1))]
    return list(dask.core.unify_chunks(*pairs)[1]) if arrays else []


def _signature(inputs: int, own: list[tuple[int, ...]]) -> tuple[str, dict[str, int]]:
    """As "(),()->(a,b),()": every output with axes of its own."""
    sizes: dict[str, int] = {}
    outputs = []
    for k, shape in enumerate(own):
        names = [f"{ascii_lowercase[axis]}{k}" for axis in range(len(shape))]
        sizes |= dict(zip(names, shape, strict=True))
        outputs.append(f"({','.join(names)})")
    return f"{','.join(['()'] * inputs)}->{','.join(outputs)}", sizes
