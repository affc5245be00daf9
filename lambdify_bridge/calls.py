"""The arrays of a call: one precision, one shape in; results in that precision and shape out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from contextvars import Context, copy_context
from functools import lru_cache
from typing import Any

import numpy as np

from lambdify_bridge.problem import Argument, Layout, Shape

DOUBLE = np.dtype(float)
PYTHON = {int, float}  # of these the precision and the shape are known at once


def _quiet(raised: Iterable[str] = ()) -> Context:
    context = copy_context()
    setting = np.errstate(all="ignore", **dict.fromkeys(raised, "raise"))  # type: ignore[arg-type]
    # Never left: the setting belongs to this context, and to copies of it.
    context.run(setting.__enter__)
    return context


QUIET = _quiet()  # a copy of it costs a tenth of what entering np.errstate does


@lru_cache(maxsize=16)
def watchful(flags: frozenset[str]) -> Context | None:
    """Where FloatingPointError is raised for these; None where NumPy does not notice them all."""
    context = _quiet(flags)
    return context if all(_is_noticed(context, flag) for flag in flags) else None


def _is_noticed(context: Context, flag: str) -> bool:
    """Seen in the loops for vectors and in those for what is left over."""
    function, value = FLAGGED[flag]
    for kind in (np.float64, np.float32):
        for size in (1, 67):
            values = np.ones(size, kind)
            values[size // 2] = value
            try:
                context.run(function, values)
            except FloatingPointError:
                continue
            return False
    return True


# A function and a place at which it raises the flag.
FLAGGED: dict[str, tuple[Callable[..., Any], float]] = {
    "over": (np.exp, 1e4),
    "under": (np.exp, -1e4),
    "invalid": (lambda x: np.multiply(x, 0.0), np.inf),
}


def quietly(function: Callable[..., Any], *values: Any) -> Any:
    """The value of a function, without NumPy's warnings."""
    return QUIET.copy().run(function, *values)


class Inputs:
    """The values of a call, all of one precision, and their common shape.

    A value of an array argument has the shape of the points, and then that of the argument.
    """

    def __init__(
        self, arguments: Sequence[Argument], given: Sequence[Any], dtype: np.dtype | None
    ) -> None:
        self.arguments, self.forced = arguments, dtype
        self.of_python = dtype is None and PYTHON.issuperset(map(type, given))
        numbers = [_number(value) for value in given]
        strong = {number.dtype for number in numbers if isinstance(number, np.ndarray)}
        common = dtype or (np.result_type(*strong) if strong else DOUBLE)
        self.real = np.finfo(common).dtype
        self.complex = np.result_type(self.real, np.complex64)
        self.values = [self.converted(number) for number in numbers]
        shapes = map(_points, arguments, self.values)
        self.shape: Shape = np.broadcast_shapes(*shapes)

    def converted(self, number: Any) -> Any:
        """An array, or a NumPy scalar for what has no axes."""
        is_complex = np.iscomplexobj(number)
        if self.forced is not None and is_complex and self.forced.kind == "f":
            raise TypeError(f"a complex value was given where dtype={self.forced} was asked for")
        is_complex = is_complex or (self.forced is not None and self.forced.kind == "c")
        return np.asarray(number, self.complex if is_complex else self.real)[()]

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def are_real(self) -> bool:
        return not any(map(np.iscomplexobj, self.values))

    @property
    def are_floats(self) -> bool:
        """One point, of doubles."""
        return not self.shape and self.real == DOUBLE and self.are_real

    def floats(self) -> list[float]:
        """The values of the symbols at one point, as Python's."""
        found: list[float] = []
        for value in self.values:
            found += np.ravel(value).tolist()
        return found

    def by_symbol(self) -> list[Any]:
        """The values of the symbols, those of array arguments entry by entry."""
        found: list[Any] = []
        for argument, value in zip(self.arguments, self.values, strict=True):
            if not argument.shape:
                found.append(value)
                continue
            rows = value.reshape(*_points(argument, value), math.prod(argument.shape))
            found += [rows[..., k] for k in range(rows.shape[-1])]
        return found

    def rows(self) -> np.ndarray:
        """The values of the symbols, a row each, of the points a column each."""
        found = []
        for argument, value in zip(self.arguments, self.values, strict=True):
            whole = np.broadcast_to(value, self.shape + argument.shape)
            found.append(whole.reshape(self.size, math.prod(argument.shape)).T)
        return found[0] if len(found) == 1 else np.concatenate(found)


def _points(argument: Argument, value: Any) -> Shape:
    """The shape of the points; the axes of the argument come after it."""
    shape = np.shape(value)
    own = len(argument.shape)
    if own and shape[-own:] != argument.shape:
        raise ValueError(
            f"{argument.name} has shape {shape}, the last axes have to be {argument.shape}"
        )
    return shape[: len(shape) - own]


def _number(value: Any) -> Any:
    """Python's numbers as they are, all else as an array of floats or complex numbers."""
    if type(value) in (bool, int, float, complex):
        return value
    array = np.asarray(value)
    if array.dtype.kind in "fc":
        return array
    if array.dtype.kind in "biu":
        return array.astype(float)
    # NumPy would read text as numbers and None as NaN.
    if array.dtype.kind == "O" and all(hasattr(item, "__float__") for item in array.flat):
        return array.astype(float)
    raise TypeError(f"numbers are needed, not {array.dtype} values")


class Outputs:
    """Results in the precision and the common shape of the inputs, sharing no memory with them."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.taken = {id(value) for value in inputs.values}

    def arranged(self, results: Sequence[Any], layouts: Sequence[Layout]) -> list[Any]:
        found, start = [], 0
        for layout in layouts:
            stop = start + layout.entries
            part = results[start:stop]
            found.append(self.stacked(part, layout) if layout.shape else self.broadcast(*part))
            start = stop
        return found

    def dtype(self, value: Any) -> np.dtype:
        kind = value.dtype.kind if hasattr(value, "dtype") else np.asarray(value).dtype.kind
        if kind == "b":
            return np.dtype(bool)
        if kind == "c" or (type(value) is float and any(map(np.iscomplexobj, self.inputs.values))):
            return self.inputs.complex
        return self.inputs.real

    def broadcast(self, value: Any) -> Any:
        if self.inputs.of_python and not np.iscomplexobj(value) and not self.inputs.shape:
            return bool(value) if self.dtype(value).kind == "b" else float(value)
        array = np.asarray(value, self.dtype(value))
        if array.shape != self.inputs.shape:
            array = np.broadcast_to(array, self.inputs.shape)
        if array.base is not None or id(array) in self.taken:
            array = array.copy()
        self.taken.add(id(array))
        return array[()]

    def common(self, values: Sequence[Any]) -> np.dtype:
        """The type of all; Python's floats are many where a long program is at one point."""
        if not values or (self.inputs.are_real and set(map(type, values)) == {float}):
            return self.inputs.real
        return np.result_type(*map(self.dtype, values))

    def stacked(self, values: Sequence[Any], layout: Layout) -> Any:
        dtype = values.dtype if isinstance(values, np.ndarray) else self.common(values)
        if layout.sparse:
            return self.sparse(values, layout, dtype)
        shape = (*self.inputs.shape, math.prod(layout.shape))
        if not self.inputs.shape and layout.places is None:
            return np.array(values, dtype).reshape(layout.shape)
        make = np.empty if layout.places is None else np.zeros
        result: np.ndarray = make(shape, dtype)
        if isinstance(values, np.ndarray):
            places: Any = slice(None) if layout.places is None else list(layout.places)
            result[..., places] = np.moveaxis(values, 0, -1)
            return result.reshape(self.inputs.shape + layout.shape)
        for k, value in zip(layout.places or range(len(values)), values, strict=True):
            result[..., k] = value
        return result.reshape(self.inputs.shape + layout.shape)

    def sparse(self, values: Sequence[Any], layout: Layout, dtype: np.dtype) -> Any:
        """A matrix in SciPy's compressed rows, of one point."""
        from scipy.sparse import csr_array

        if self.inputs.shape:
            raise ValueError(
                f"a sparse matrix is that of one point, not of points of shape {self.inputs.shape}"
            )
        places = np.array(layout.places or (), np.intp)
        entries = np.array(values, dtype).reshape(len(places))
        return csr_array((entries, divmod(places, layout.shape[1])), shape=layout.shape)
