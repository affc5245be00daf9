"""A function of single numbers, of lists and of NumPy arrays of objects element by element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def pointwise(
    function: Callable[..., tuple[Any, ...]], outputs: int
) -> Callable[..., tuple[Any, ...]]:
    """`function` of numbers gives so many results; of arrays they are broadcast to one shape."""

    def everywhere(*inputs: Any) -> tuple[Any, ...]:
        if not any(isinstance(value, list | tuple | np.ndarray) for value in inputs):
            return function(*inputs)
        arrays = [np.asarray(value, object) for value in inputs]
        shape = np.broadcast_shapes(*(array.shape for array in arrays))
        whole = [np.empty(shape, object) for _ in range(outputs)]
        columns = [np.broadcast_to(array, shape) for array in arrays]
        for place in np.ndindex(shape):
            results = function(*(column[place] for column in columns))
            for array, result in zip(whole, results, strict=True):
                array[place] = result
        return tuple(whole)

    return everywhere
