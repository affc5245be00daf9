"""A program run operation by operation, so that single operations can be changed.

The same steps serve the truth (numbers of many digits), the size of rounding errors (every value
disturbed a little) and the hypotheses about a mistake (one operation replaced).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import mpmath
import numpy as np

from lambdify_bridge.backends.numpy import function_of
from lambdify_bridge.constants import FOLD, in_context
from lambdify_bridge.program import Operation, Program

STEP = 2.0**-26  # by how much values are disturbed, relatively: rounding of NumPy is far below
FINE_STEP = 2.0**-60  # the same with many digits
TURNS = 6
Operator = Callable[..., Any]
Changes = Mapping[int, Operator]


def _select(*cases: Any) -> Any:
    """The value whose mask holds; NaN where none does."""
    chosen: Any = np.nan
    for mask, value in zip(reversed(cases[::2]), reversed(cases[1::2]), strict=True):
        chosen = np.where(mask, value, chosen)
    return chosen


def operator_of(operation: Operation) -> Operator:
    """An operation as a function of NumPy arrays."""
    if operation.name == "select":
        return _select
    return np.asarray if operation.name == "named" else function_of(operation)


class Runner:
    """The operations of a program as functions, in order."""

    def __init__(self, program: Program) -> None:
        self.program = program

    @cached_property
    def steps(self) -> list[tuple[int, Operator, tuple[int, ...]]]:
        return [
            (k, operator_of(operation), operation.operands)
            for k, operation in enumerate(self.program.operations)
            if operation.name not in ("input", "constant")
        ]

    @cached_property
    def start(self) -> list[Any]:
        return [
            operation.payload if operation.name == "constant" else None
            for operation in self.program.operations
        ]

    def values(self, inputs: Sequence[Any], changes: Changes | None = None) -> list[Any]:
        """All values; an operation among the `changes` is computed by another function."""
        space = list(self.start)
        space[: len(inputs)] = inputs
        with np.errstate(all="ignore"):
            for k, operator, operands in self.steps:
                if changes and k in changes:
                    operator = changes[k]
                space[k] = operator(*[space[each] for each in operands])
        return space

    def __call__(self, inputs: Sequence[Any], changes: Changes | None = None) -> list[Any]:
        space = self.values(inputs, changes)
        return [space[k] for k in self.program.outputs]

    def disturbed(
        self, inputs: Sequence[Any], random: np.random.Generator, step: float
    ) -> list[Any]:
        """The outputs where every input and every computed value is off by about the step."""

        def nudge(value: Any) -> Any:
            x = np.asarray(value)
            if x.dtype.kind != "f" and not _has_many_digits(x):
                return value
            return x + x * (step * random.choice([-1.0, 1.0], x.shape))

        space = list(self.start)
        space[: len(inputs)] = [nudge(value) for value in inputs]
        with np.errstate(all="ignore"):
            for k, operator, operands in self.steps:
                result = operator(*[space[each] for each in operands])
                space[k] = nudge(result)
        return [space[k] for k in self.program.outputs]

    def growth(self, inputs: Sequence[Any], step: float = STEP) -> list[Any]:
        """How many relative roundings of every value show in the outputs: the sum over operations
        of |value times derivative of the output by it|, found by disturbing them all at random."""
        plain = self(inputs)
        most = [np.zeros(np.shape(value)) for value in plain]
        with np.errstate(all="ignore"):
            for turn in range(TURNS):
                moved = self.disturbed(inputs, np.random.default_rng([7, turn]), step)
                off = [
                    np.asarray(np.abs(np.asarray(a - b)) / step, float)
                    for a, b in zip(moved, plain, strict=True)
                ]
                most = [np.maximum(a, b) for a, b in zip(most, off, strict=True)]
        return most


# ------------------------------------------------------------------ many digits


class Exact(Runner):
    """The same with numbers of many digits; what is linear algebra is computed in double."""

    def __init__(self, program: Program, digits: int) -> None:
        super().__init__(program)
        self.context = mpmath.MPContext()
        self.context.dps = digits

    @cached_property
    def steps(self) -> list[tuple[int, Operator, tuple[int, ...]]]:
        return [
            (k, self.operator(operation), operation.operands)
            for k, operation in enumerate(self.program.operations)
            if operation.name not in ("input", "constant")
        ]

    @cached_property
    def start(self) -> list[Any]:
        return [
            self.number(operation.payload) if operation.name == "constant" else None
            for operation in self.program.operations
        ]

    def operator(self, operation: Operation) -> Operator:
        if operation.name in ("size", "whole", "named", "select"):
            return operator_of(operation)
        if operation.name in FOLD:
            function = in_context(FOLD[operation.name])
            each = np.frompyfunc(
                lambda *values: function(self.context, *values), len(operation.operands), 1
            )
            return lambda *values: each(*map(self.numbers, values))
        plain = operator_of(operation)

        def structural(*values: Any) -> Any:
            try:
                return plain(*values)
            except (TypeError, AttributeError, np.linalg.LinAlgError):
                return self.numbers(plain(*map(in_double, values)))

        return structural

    def number(self, value: Any) -> Any:
        return value if isinstance(value, (bool, np.bool_)) else self.context.mpf(value)

    def numbers(self, value: Any) -> Any:
        """Floats as numbers of many digits, without rounding; others as they are."""
        x = np.asarray(value)
        if x.dtype.kind in "fiu":
            return np.frompyfunc(lambda v: self.context.mpf(v), 1, 1)(x.astype(float))
        return value

    def values(self, inputs: Sequence[Any], changes: Changes | None = None) -> list[Any]:
        whole = [v if np.asarray(v).dtype.kind in "iub" else self.numbers(v) for v in inputs]
        return super().values(whole, changes)


def _has_many_digits(x: np.ndarray) -> bool:
    return x.dtype == object and x.size > 0 and hasattr(x.flat[0], "_mpf_")


def in_double(value: Any) -> Any:
    x = np.asarray(value)
    return x.astype(float) if x.dtype == object else value
