"""A `Program` at one point of Python's floats: run as it stands at first, as source when that pays.

To print and compile source takes as long as some fifty runs of the operations one by one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any

from lambdify_bridge.backends import scalar
from lambdify_bridge.backends.numpy import parameter_names
from lambdify_bridge.program import Program

CALLS_TO_COMPILE = 50

FUNCTIONS: dict[str, Callable[..., Any]] = scalar.FUNCTIONS | {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv,
    "neg": operator.neg, "square": lambda x: x * x,
    "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge, "eq": operator.eq,
    "and": operator.and_, "or": operator.or_,
}  # fmt: skip


class OnePoint:
    """All outputs of a program whose values are real, of floats."""

    def __init__(self, program: Program) -> None:
        self.program, self.calls = program, 0

    def __call__(self, values: Sequence[float]) -> Sequence[Any] | None:
        """None where `math` has no value: NumPy has an infinity or NaN there."""
        try:
            return self._compute(values)
        except (ValueError, ArithmeticError):
            return None

    def _compute(self, values: Sequence[float]) -> Sequence[Any]:
        self.calls += 1
        if self.calls <= CALLS_TO_COMPILE and not self._chooses:
            return stepwise(self.program, values)
        if len(self.program.operations) > scalar.LONGEST:
            return stepwise(self.program, values)
        return self._function(*values)

    @cached_property
    def _chooses(self) -> bool:
        """Of a choice only the branch that applies may be computed: that takes source."""
        return _chooses(self.program)

    @cached_property
    def _function(self) -> Callable[..., tuple[Any, ...]]:
        return scalar.at_a_point(self.program, parameter_names(self.program))


def suits(program: Program) -> bool:
    """Whether all values are real, and choices are in a program that is short enough to compile."""
    return scalar.has_code(program) or (scalar.is_real(program) and not _chooses(program))


def _chooses(program: Program) -> bool:
    return "select" in map(itemgetter(0), program.operations)


def stepwise(program: Program, inputs: Sequence[float]) -> list[Any]:
    """The outputs, one operation after the other.

    Raises ValueError or ArithmeticError where `math` does.

    >>> from sympy.abc import x
    >>> from lambdify_bridge.lowering import lower
    >>> stepwise(lower([x**2 + 1, 2 * x]), [3.0])
    [10.0, 6.0]
    """
    values, functions = list(inputs), FUNCTIONS
    found = values.append
    for name, operands, payload in program.operations[len(values) :]:
        if len(operands) == 2:
            i, j = operands
            found(functions[name](values[i], values[j]))
        elif operands:
            found(functions[name](*[values[k] for k in operands]))
        else:
            found(payload)
    return [values[k] for k in program.outputs]
