"""Array programs as functions of other libraries' arrays."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from lambdify_bridge.arrays.function import ArrayFunction
from lambdify_bridge.arrays.problem import ArrayProblem

LIBRARIES = ("jax", "torch", "dask", "mpmath")
OF_NUMBERS = ("c", "ufunc", "flint")


class ArrayLibraryFunction(ArrayFunction):
    """As an ArrayFunction, of arrays of jax, torch or dask, or of mpmath's numbers.

    Shapes are checked, indices are not: what the library records, it cannot look at.
    """

    def __init__(self, problem: ArrayProblem, backend: str, digits: int | None = None) -> None:
        """Raises MissingExtra without the library, ValueError for what it has no function for."""
        self.backend, self.digits = backend, digits
        module = import_module(f"lambdify_bridge.backends.{backend}_arrays")
        options = {} if digits is None else {"digits": digits}
        self._library = module.Library(problem.program, **options)
        self._compile(problem)

    def _written(self) -> str:
        return str(self._library.source)

    def __call__(self, /, *values: Any, **named: Any) -> Any:
        arrays, _ = self._arguments(values, named)
        results = tuple([self._library.result(r) for r in self._library.function(*arrays)])
        return results[0] if self.problem.single else results

    def _array(self, value: Any) -> Any:
        return self._library.array(value)

    def _index(self, name: str, value: Any) -> Any:
        return self._library.indices(value)

    def _indices_fit(self, values: Mapping[Any, Any], sizes: Mapping[Any, int]) -> None:
        pass

    def __reduce__(self) -> Any:
        return ArrayLibraryFunction, (self.problem, self.backend, self.digits)


def function_of(
    problem: ArrayProblem,
    backend: str | None,
    digits: int | None = None,
    dtype: np.dtype | None = None,
) -> ArrayFunction:
    """The function of NumPy arrays, or of a library's.

    Raises ValueError for a backend that computes numbers only, and for a type that no array has.
    """
    if dtype is not None and (dtype.kind != "f" or backend in LIBRARIES):
        why = "a library's arrays keep their type" if backend in LIBRARIES else "arrays are real"
        raise ValueError(f"dtype is {dtype}, but {why}")
    if backend in OF_NUMBERS:
        raise ValueError(
            f"the backend {backend!r} has no functions of whole arrays: numpy, "
            f"{', '.join(LIBRARIES)} have"
        )
    if backend in LIBRARIES:
        return ArrayLibraryFunction(problem, backend, digits)
    function: ArrayFunction = ArrayFunction.of(problem, dtype)
    return function
