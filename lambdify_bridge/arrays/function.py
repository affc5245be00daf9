"""Array graphs as NumPy functions: compiled once, run on arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lambdify_bridge.arrays.lowering import lowered
from lambdify_bridge.arrays.points import structure_of
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
        self.given, self.single = tuple(given), single
        graph = lowered(tuple(outputs), self.given, meaning)
        self.program, self._slices, self._rows = graph.program, graph.slices, graph.rows
        self.args = tuple(variable.name for variable in graph.inputs)
        unknown = self.program.inputs[len(self.args) :]
        if unknown:
            raise ValueError(
                f"{unknown[0]} is the size of no argument: there is no function without it"
            )
        body = source(self.program)
        self.source = "\n".join([*imports(body), "", "", body]) + "\n"
        self._function = compile_source(body)
        self._fitting: dict[Any, dict[Any, int]] = {}  # sizes of the letters by the last shapes
        self.__doc__ = self.source

    def __call__(self, /, *values: Any, **named: Any) -> Any:
        arrays = [_as_array(v) for v in values]
        if len(values) > len(self.args):
            raise TypeError(f"{self._call} takes {len(self.args)} arguments, not {len(values)}")
        for name in self.args[len(values) :]:
            if name not in named:
                raise TypeError(f"{self._call} misses {name}")
            arrays.append(_as_array(named.pop(name)))
        if named:
            raise TypeError(f"{self._call} has no argument {next(iter(named))!r}")
        self._fit(arrays)
        arrays = [self._of_kind(*each) for each in zip(self.given, self.args, arrays, strict=True)]
        with np.errstate(all="ignore"):  # what `where` does not take may be out of range
            results = _of_their_own(self._function(*arrays), arrays)
        return results[0][()] if self.single else tuple(r[()] for r in results)

    def _fit(self, arrays: Sequence[Any]) -> None:
        """Raise ValueError where the shapes are not those declared, or indices are out of range."""
        shapes = tuple(value.shape for value in arrays)
        if shapes not in self._fitting:
            self._fitting = {shapes: self._sizes(arrays)}
        self._indices_fit(dict(zip(self.given, arrays, strict=True)), self._fitting[shapes])

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
        for node in self._slices:
            axis, start, count, step = node.data
            n = node.args[0].shape[axis]
            first, many, size = (int(each.xreplace(sizes)) for each in (start, count, n))
            if first < 0 or many < 1 or first + (many - 1) * step >= size:
                raise ValueError(f"the slice {node} does not fit where {n} is {size}")

    def _of_kind(self, node: Any, name: str, value: Any) -> Any:
        """Indices as whole numbers. Raises ValueError for others."""
        if structure_of(node) != "indices":
            return value
        if not np.all(value == np.rint(value)) or np.any(value < 0):
            raise ValueError(f"{name} holds indices: write whole numbers from 0 on")
        return value.astype(int)

    def _indices_fit(self, values: Mapping[Any, Any], sizes: Mapping[Any, int]) -> None:
        """Raise ValueError where an index is out of the range of the axis that it chooses from."""
        for node in self._rows:
            n = int(node.shape[-1].xreplace(sizes))
            most = np.max(values.get(node.args[0], 0), initial=0)
            if most >= n:
                raise ValueError(f"{node.args[0]} holds {most:g}, an index for an axis of size {n}")

    @property
    def _call(self) -> str:
        return f"f({', '.join(self.args)})"

    def __repr__(self) -> str:
        return f"<ArrayFunction {self._call}>"


def _as_array(value: Any) -> Any:
    return np.asarray(value, float) if np.asarray(value).dtype.kind in "biu" else np.asarray(value)


def _of_their_own(results: Sequence[Any], arguments: Sequence[Any]) -> list[np.ndarray]:
    """The results as arrays that share memory with nothing; those that do already stay."""
    taken = {id(each) for each in arguments}
    own = []
    for result in results:
        new = isinstance(result, np.ndarray) and result.base is None and id(result) not in taken
        own.append(result if new and result.dtype == float else np.array(result, float))
        taken.add(id(result))
    return own


def of_derivation(derivation: Any, args: Any = None) -> ArrayFunction:
    """The result of a derivation about arrays as a function of its variables, or of `args`."""
    known = {str(node): node for node in derivation.arguments}
    given = list(derivation.arguments)
    if args is not None:
        names = args.replace(",", " ").split() if isinstance(args, str) else [str(a) for a in args]
        missing = [name for name in names if name not in known] or [
            name for name in known if name not in names
        ]
        if missing:
            raise ValueError(f"the arguments are {', '.join(known)}: {missing[0]} does not fit")
        given = [known[name] for name in names]
    meaning: dict[Any, Any] = {}
    for step in derivation.steps:
        meaning.setdefault(step.goal, step.equals)
    result = derivation.result
    single = type(result).__name__ != "Listed"
    outputs = [result] if single else [derivation.lhs.args[0], *result.args]
    return ArrayFunction(outputs, given, meaning, single)
