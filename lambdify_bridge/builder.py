"""The operations of a program as they are found: each once, constants folded, masks kept simple."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from lambdify_bridge.constants import FOLD, Constants, ExactConstants
from lambdify_bridge.program import Operation, Program

COMMUTATIVE = {"add", "mul", "maximum", "minimum", "and", "or", "eq", "differs"}


class Builder:
    """Operations so far, each once; an operand is the index of one."""

    def __init__(self, digits: int | None) -> None:
        """`digits`: those that constants are computed to; None keeps them exact."""
        self.constants = ExactConstants() if digits is None else Constants(digits)
        self.operations: list[Operation] = []
        self.index: dict[Any, int] = {}
        self.symbols: dict[sp.Symbol, int] = {}

    def emit(self, name: str, *operands: int, payload: Any = None) -> int:
        key = (name, operands, type(payload), payload)
        if name in COMMUTATIVE and key not in self.index:
            swapped = (name, operands[::-1], type(payload), payload)
            key = swapped if swapped in self.index else key
        if key not in self.index:
            self.index[key] = len(self.operations)
            self.operations.append(Operation(name, operands, payload))
        return self.index[key]

    def apply(self, name: str, *operands: int) -> int:
        constants = [self.value_of(operand) for operand in operands]
        if name in FOLD and all(value is not None for value in constants):
            folded = self.constants.fold(name, constants)
            if folded is not None:
                return self.constant(folded)
        return self.emit(name, *operands)

    # -- inputs and constants ------------------------------------------------------------------

    def input(self, symbol: sp.Symbol) -> int:
        if symbol not in self.symbols:
            self.symbols[symbol] = self.emit("input", payload=symbol)
        return self.symbols[symbol]

    def number(self, number: Any) -> int:
        """A SymPy number without arguments."""
        named = self.constants.named(number)
        if named is not None:
            return self.emit(named[0], payload=named[1])
        return self.constant(self.constants.number(number))

    def constant(self, value: Any) -> int:
        if type(value) is int:
            value = Fraction(value)
        return self.emit("constant", payload=value)

    def value_of(self, index: int) -> Any:
        """The constant that a value is, or None."""
        operation = self.operations[index]
        return operation.payload if operation.name == "constant" else None

    def is_number(self, index: int, number: int) -> bool:
        value = self.value_of(index)
        return isinstance(value, Fraction) and value == number

    # -- arithmetic ----------------------------------------------------------------------------

    def chain(self, name: str, terms: Sequence[int]) -> int:
        result, *rest = terms
        for term in rest:
            result = self.apply(name, result, term)
        return result

    def add(self, a: int, b: int) -> int:
        if self.is_number(a, 0) or self.is_number(b, 0):
            return b if self.is_number(a, 0) else a
        return self.apply("add", a, b)

    def sub(self, a: int, b: int) -> int:
        return a if self.is_number(b, 0) else self.apply("sub", a, b)

    def mul(self, a: int, b: int) -> int:
        if self.is_number(a, 1) or self.is_number(b, 1):
            return b if self.is_number(a, 1) else a
        if a == b:
            return self.apply("square", a)
        return self.apply("mul", a, b)

    def div(self, a: int, b: int) -> int:
        return a if self.is_number(b, 1) else self.apply("div", a, b)

    def reciprocal(self, a: int) -> int:
        return self.div(self.constant(1), a)

    def scalar(self, value: Any) -> int:
        """A Boolean as a value is where it holds."""
        return value[0] if isinstance(value, tuple) else value

    # -- masks ---------------------------------------------------------------------------------

    def both(self, a: int, b: int) -> int:
        return self._mask("and", a, b, neutral=True)

    def either(self, a: int, b: int) -> int:
        return self._mask("or", a, b, neutral=False)

    def _mask(self, name: str, a: int, b: int, neutral: bool) -> int:
        for this, other in ((a, b), (b, a)):
            value = self.value_of(this)
            if value is not None:
                return other if value is neutral else this
        return a if a == b else self.emit(name, a, b)

    def truth(self, value: Any) -> tuple[int, int]:
        """A number as a condition: true where it is not 0."""
        if isinstance(value, tuple):
            return value
        zero = self.constant(0)
        return self.apply("differs", value, zero), self.apply("eq", value, zero)

    # -- the end -------------------------------------------------------------------------------

    def program(self, outputs: Sequence[int]) -> Program:
        """The operations that the outputs depend on, renumbered; inputs sorted by name."""
        inputs = sorted(self.symbols, key=lambda symbol: (symbol.name, symbol.sort_key()))
        place = {self.symbols[symbol]: k for k, symbol in enumerate(inputs)}
        operations = [Operation("input", (), k) for k in range(len(inputs))]
        for index in _needed(self.operations, outputs):
            name, operands, payload = self.operations[index]
            if name != "input":
                place[index] = len(operations)
                payload = self.constants.rounded(payload) if name == "constant" else payload
                operations.append(Operation(name, tuple(place[k] for k in operands), payload))
        return Program(tuple(inputs), tuple(operations), tuple(place[k] for k in outputs))


def _needed(operations: Sequence[Operation], outputs: Sequence[int]) -> Iterator[int]:
    """The operations that an output depends on, in order."""
    needed = set(outputs)
    for index in range(len(operations) - 1, -1, -1):
        if index in needed:
            needed.update(operations[index].operands)
    return iter(sorted(needed))
