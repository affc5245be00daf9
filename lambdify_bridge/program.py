"""The straight-line form of a formula: operations in order, each computed once.

`lowering.lower` makes one of SymPy expressions, `arrays.lowering` of graphs of arrays; backends
print it, others may differentiate it. It holds no SymPy expression but the symbols of its inputs
and the sizes of arrays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from lambdify_bridge.dtypes import Kind, dtypes_of
from lambdify_bridge.shapes import Shape, shapes_of


class Operation(NamedTuple):
    """One value: `name` applied to earlier values.

    An "input" carries its position as payload, a "constant" its float, complex or bool, "named"
    the name of a quantity (its operand), operations on arrays what else says which one they are.
    """

    name: str
    operands: tuple[int, ...] = ()
    payload: Any = None


@dataclass(frozen=True)
class Program:
    """Operations in order; an operand or output `k` is the value of `operations[k]`.

    The first `len(inputs)` operations are the inputs.  "select" has the operands mask, value, mask,
    value, ...: at most one mask holds at a point, and where none does the value is NaN; "where" has
    the operands mask, value where it holds, value elsewhere.  Inputs are symbols, or
    `shapes.ArrayVariable` for whole arrays.

    >>> from sympy.abc import x
    >>> from lambdify_bridge.lowering import lower
    >>> for operation in lower([x**2 + 1/x**2]).operations: print(*operation)
    input () 0
    square (0,) None
    constant () 1.0
    div (2, 1) None
    add (3, 1) None
    """

    inputs: tuple[Any, ...]
    operations: tuple[Operation, ...]
    outputs: tuple[int, ...]

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """The shape of each value at one point."""
        return shapes_of(self.inputs, self.operations)

    @cached_property
    def has_arrays(self) -> bool:
        """Whether an input is a whole array."""
        return any(hasattr(each, "shape") for each in self.inputs)

    @cached_property
    def dtypes(self) -> tuple[Kind, ...]:
        """The kind of number that each value is: bool, int, float or complex.

        >>> from sympy import I, Symbol
        >>> from sympy.abc import x
        >>> from lambdify_bridge.lowering import lower
        >>> n = Symbol("n", integer=True)
        >>> program = lower([n**2 + 1, n / 2, x > n, I * x])
        >>> [program.dtypes[k].__name__ for k in program.outputs]
        ['int', 'float', 'bool', 'complex']
        """
        return dtypes_of(self.inputs, self.operations)

    def counts(self) -> Counter[str]:
        """How often each operation occurs, inputs and constants left out."""
        names = (operation.name for operation in self.operations)
        return Counter(name for name in names if name not in ("input", "constant"))

    def with_inputs(self, arguments: Sequence[Any]) -> Program:
        """The same program as a function of `arguments`, in this order; more than it uses may be.

        Raises ValueError for an input that is not among them.
        """
        if tuple(arguments) == self.inputs:
            return self
        check_arguments(arguments, self.inputs)
        position = {symbol: k for k, symbol in enumerate(arguments)}
        shift = len(arguments) - len(self.inputs)
        place = [position[symbol] for symbol in self.inputs]
        place += range(len(arguments), len(self.operations) + shift)
        operations = [Operation("input", (), k) for k in range(len(arguments))]
        for name, operands, payload in self.operations[len(self.inputs) :]:
            operations.append(Operation(name, tuple(place[k] for k in operands), payload))
        outputs = tuple(place[k] for k in self.outputs)
        return Program(tuple(arguments), tuple(operations), outputs)


def check_arguments(arguments: Sequence[Any], needed: Iterable[Any]) -> None:
    """Raise ValueError for a needed symbol that is not among the arguments."""
    given = set(arguments)
    for symbol in needed:
        if symbol not in given:
            same_name = any(other.name == symbol.name for other in arguments)
            other = " (one of that name has other assumptions)" if same_name else ""
            raise ValueError(f"the symbol {symbol.name!r} is not among the arguments{other}")
