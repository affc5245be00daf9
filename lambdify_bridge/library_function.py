"""Compiled formulas as functions of other libraries' arrays and numbers."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from lambdify_bridge.backends.numpy import plain_names
from lambdify_bridge.problem import Layout, Problem

EXACT = {"mpmath", "flint"}  # of numbers with any number of digits, one at a time
LIBRARIES = {"jax", "torch", *EXACT}


class LibraryFunction:
    """A formula of jax arrays, torch tensors, mpmath numbers or balls: call it by position.

    `args` are its symbols in order, `source` the Python code it runs, `program` the operations.
    Results are shaped as those of a NumpyFunction; those of mpmath and flint that have a shape are
    NumPy arrays of objects.
    """

    def __init__(self, problem: Problem, backend: str, digits: int | None = None) -> None:
        """Raises MissingExtra without the library, ValueError for what it has no function for."""
        self.problem, self.backend, self.digits = problem, backend, digits
        module = import_module(f"lambdify_bridge.backends.{backend}")
        options = {} if digits is None else {"digits": digits}
        self._function: Callable[..., tuple[Any, ...]] = module.compiled(problem.program, **options)
        self.source: str = module.source(problem.program)
        self.program, self.formula = problem.program, str(problem.formula)
        self.args = tuple([a.symbols if a.shape else a.symbols[0] for a in problem.arguments])
        self._names = plain_names([argument.name for argument in problem.arguments])
        self.__doc__ = f"f({', '.join(self._names)}) = {problem.formula}"

    def __call__(self, /, *values: Any) -> Any:
        if len(values) != len(self._names):
            call = f"f({', '.join(self._names)})"
            raise TypeError(f"{call} takes {len(self._names)} arguments, not {len(values)}")
        results = self._function(*self._by_symbol(values))
        found, start = [], 0
        for layout in self.problem.layouts:
            part = results[start : start + layout.entries]
            found.append(self._stacked(part, layout) if layout.shape else part[0])
            start += layout.entries
        return found[0] if self.problem.single else tuple(found)

    def _by_symbol(self, values: Sequence[Any]) -> list[Any]:
        found: list[Any] = []
        for argument, value in zip(self.problem.arguments, values, strict=True):
            if not argument.shape:
                found.append(value)
                continue
            array = np.asarray(value, object) if self.backend in EXACT else value
            for place in np.ndindex(argument.shape):
                entry = array[(..., *place)]
                found.append(entry[()] if self.backend in EXACT else entry)
        return found

    def _stacked(self, values: Sequence[Any], layout: Layout) -> Any:
        """The entries of one result along new last axes."""
        count = math.prod(layout.shape)
        places = range(count) if layout.places is None else layout.places
        if self.backend in EXACT:
            shape = np.shape(values[0]) if values else ()
            whole = np.full((*shape, count), 0, object)
            for place, value in zip(places, values, strict=True):
                whole[..., place] = value
            return whole.reshape(*shape, *layout.shape)
        library = import_module("jax.numpy" if self.backend == "jax" else "torch")
        zero = library.zeros_like(values[0])
        by_place = dict(zip(places, values, strict=True))
        entries = [by_place.get(place, zero) for place in range(count)]
        return library.stack(entries, -1).reshape(*values[0].shape, *layout.shape)

    @property
    def __signature__(self) -> inspect.Signature:
        kind = inspect.Parameter.POSITIONAL_ONLY
        return inspect.Signature([inspect.Parameter(name, kind) for name in self._names])

    def __reduce__(self) -> tuple[Any, ...]:
        return LibraryFunction, (self.problem, self.backend, self.digits)

    def __repr__(self) -> str:
        return f"LibraryFunction({', '.join(self._names)}: {self.formula}, {self.backend})"
