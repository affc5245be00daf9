"""Array graphs as NumPy functions: compiled once, run on arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lambdify_bridge.arrays.points import structure_of
from lambdify_bridge.arrays.problem import ArrayProblem, problem
from lambdify_bridge.arrays.spaces import (
    MANY,
    Spaces,
    common,
    kinds_of,
    listed,
    of_their_own,
    written,
)
from lambdify_bridge.backends.numpy import compile_source, imports, source


class ArrayFunction:
    """Arrays in, arrays out: `f(A, x)` or `f(A=..., x=...)`.

    `args` are the names of the arguments in order; `source` is the code it runs.
    """

    def __init__(
        self,
        outputs: Sequence[Any],
        given: Sequence[Any],
        meaning: Mapping[Any, Any] | None = None,
        single: bool = True,
    ) -> None:
        """Raises ValueError for a size that no argument has."""
        self._compile(problem(outputs, given, meaning, single))

    @classmethod
    def of(cls, problem: ArrayProblem, dtype: np.dtype | None = None) -> Any:
        """The function that converts its arguments to `dtype`, or keeps their types."""
        function = cls.__new__(cls)
        function._compile(problem, dtype)
        return function

    def _compile(self, problem: ArrayProblem, dtype: np.dtype | None = None) -> None:
        self.dtype = dtype
        self.problem, self.program = problem, problem.program
        self.args, self.given = problem.names, problem.given
        self._indices = [k for k, n in enumerate(self.given) if structure_of(n) == "indices"]
        self._fitting: dict[Any, dict[Any, int]] = {}  # sizes of the letters by the last shapes
        self.source = self._written()
        self.__doc__ = self.source

    def _written(self) -> str:
        """The code, compiled as well."""
        body = source(self.program)
        self._function = compile_source(body)
        self._spaces = Spaces(self.program)
        return "\n".join([*imports(body), "", "", body]) + "\n"

    def __call__(self, /, *values: Any, **named: Any) -> Any:
        """`out`, by name, is an array for the result, or a tuple of them (None: a new one).

        Raises TypeError and ValueError for values, or an `out`, that do not fit.
        """
        out = None if "out" in self.args else named.pop("out", None)
        arrays, sizes = self._arguments(values, named)
        with np.errstate(all="ignore"):  # what `where` does not take may be out of range
            results = self._results(arrays, sizes, out)
        return results[0][()] if self.problem.single else tuple([r[()] for r in results])

    def _results(self, arrays: Sequence[Any], sizes: Mapping[Any, int], out: Any) -> list[Any]:
        kinds = kinds_of(arrays)
        large = sum(each.size for each in arrays) >= MANY or out is not None
        if not large or len(kinds) != 1:
            found = of_their_own(self._function(*arrays), arrays, common(kinds))
            return found if out is None else written(found, listed(out, len(found)))
        return self._spaces.results(arrays, sizes, common(kinds), out)

    def _arguments(
        self, values: Sequence[Any], named: dict[str, Any]
    ) -> tuple[list[Any], Mapping[Any, int]]:
        """Arrays in order, and the sizes of the letters.

        Raises TypeError for others than the arguments, ValueError for values that do not fit.
        """
        arrays = [self._array(v) for v in values]
        if len(values) > len(self.args):
            raise TypeError(f"{self._call} takes {len(self.args)} arguments, not {len(values)}")
        for name in self.args[len(values) :]:
            if name not in named:
                raise TypeError(f"{self._call} misses {name}")
            arrays.append(self._array(named.pop(name)))
        if named:
            raise TypeError(f"{self._call} has no argument {next(iter(named))!r}")
        shapes = tuple([each.shape for each in arrays])
        sizes = self._fitting.get(shapes)
        if sizes is None:
            sizes = self._sizes(arrays)
            self._fitting = {shapes: sizes}
        if self.problem.rows:
            self._indices_fit(dict(zip(self.given, arrays, strict=True)), sizes)
        for k in self._indices:
            arrays[k] = self._index(self.args[k], arrays[k])
        return arrays, sizes

    def _array(self, value: Any) -> Any:
        """Raises TypeError for what are no real numbers."""
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{self._call} takes arrays of real numbers, not of {array.dtype}")
        if self.dtype is not None:
            return array.astype(self.dtype, copy=False)
        return array if array.dtype.kind == "f" else array.astype(float)

    def _index(self, name: str, value: Any) -> Any:
        """Indices as whole numbers. Raises ValueError for others."""
        if not np.all(value == np.rint(value)) or np.any(value < 0):
            raise ValueError(f"{name} holds indices: write whole numbers from 0 on")
        return value.astype(int)

    def _sizes(self, arrays: Sequence[Any]) -> dict[Any, int]:
        """The sizes of the letters. Raises ValueError where shapes or slices do not fit."""
        sizes: dict[Any, tuple[int, str]] = {}
        for name, node, value in zip(self.args, self.given, arrays, strict=True):
            if value.ndim != len(node.shape):
                raise ValueError(f"{name} has {value.ndim} axes, {len(node.shape)} are declared")
            for axis, (n, m) in enumerate(zip(node.shape, value.shape, strict=True)):
                known, where = sizes.setdefault(n, (m, f"axis {axis} of {name}"))
                if n.is_Integer and n != m:
                    raise ValueError(f"axis {axis} of {name} has size {m}, declared is {n}")
                if known != m:
                    raise ValueError(
                        f"axis {axis} of {name} has size {m}, but {n} is {known} at {where}"
                    )
        letters = {n: m for n, (m, _) in sizes.items() if n.is_Symbol}
        self._slices_fit(letters)
        return letters

    def _slices_fit(self, sizes: Mapping[Any, int]) -> None:
        """Raise ValueError where NumPy would cut a slice short, or find nothing at an index."""
        for node in self.problem.slices:
            axis, start, count, step = node.data
            n = node.args[0].shape[axis]
            first, many, size = (int(each.xreplace(sizes)) for each in (start, count, n))
            if first < 0 or many < 1 or first + (many - 1) * step >= size:
                raise ValueError(f"the slice {node} does not fit where {n} is {size}")

    def _indices_fit(self, values: Mapping[Any, Any], sizes: Mapping[Any, int]) -> None:
        """Raise ValueError where an index is out of the range of the axis that it chooses from."""
        for node in self.problem.rows:
            n = int(node.shape[-1].xreplace(sizes))
            most = np.max(values.get(node.args[0], 0), initial=0)
            if most >= n:
                raise ValueError(f"{node.args[0]} holds {most:g}, an index for an axis of size {n}")

    @property
    def _call(self) -> str:
        return f"f({', '.join(self.args)})"

    def __reduce__(self) -> Any:
        return type(self).of, (self.problem, self.dtype)

    def __repr__(self) -> str:
        return f"<ArrayFunction {self._call}>"
