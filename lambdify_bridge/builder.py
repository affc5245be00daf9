"""The operations of a program as they are found: each once, constants folded, masks kept simple."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from lambdify_bridge.constants import FOLD, Constants
from lambdify_bridge.program import Operation, Program, check_arguments

COMMUTATIVE = {"add", "mul", "maximum", "minimum", "and", "or", "eq", "differs"}
EXACT = {int, Fraction}  # a bool is none of them
OPERATION = tuple.__new__  # half the time of calling the class


class Builder:
    """Operations so far, each once; an operand is the index of one."""

    def __init__(self, digits: int) -> None:
        self.constants = Constants(digits)
        self.operations: list[Operation] = []
        self.index: dict[Any, int] = {}
        self.known: dict[int, Any] = {}  # the constants among the operations
        self.symbols: dict[sp.Symbol, int] = {}

    def load(self, program: Program) -> None:
        """The operations of a program, each at its index; there must be none so far."""
        self.symbols = {symbol: k for k, symbol in enumerate(program.inputs)}
        self.operations = list(program.operations)
        for symbol, k in self.symbols.items():
            self.operations[k] = Operation("input", (), symbol)
        for k, (name, operands, payload) in enumerate(self.operations):
            if name == "constant":
                value = self.known[k] = self.constants.exact(payload)
                self.operations[k] = Operation(name, (), value)
                self.index[type(value), value] = k
            elif name in COMMUTATIVE and operands[0] > operands[1]:
                self.index[name, operands[::-1], payload] = k
            else:
                self.index[name, operands, payload] = k

    def emit(self, name: str, *operands: int, payload: Any = None) -> int:
        if name in COMMUTATIVE and operands[0] > operands[1]:
            key: Any = (name, operands[::-1], payload)
        else:
            key = (name, operands, payload)
        found = self.index.get(key)
        if found is None:
            found = self.index[key] = len(self.operations)
            self.operations.append(OPERATION(Operation, (name, operands, payload)))
        return found

    def apply(self, name: str, *operands: int) -> int:
        known = self.known
        for operand in operands:
            if operand not in known:
                return self.emit(name, *operands)
        if name in FOLD:
            return self.constant(self.constants.fold(name, [known[each] for each in operands]))
        return self.emit(name, *operands)

    # -- inputs and constants ------------------------------------------------------------------

    def input(self, symbol: sp.Symbol) -> int:
        found = self.symbols.get(symbol)
        if found is None:
            found = self.symbols[symbol] = self.emit("input", payload=symbol)
        return found

    def number(self, number: Any) -> int:
        """A SymPy number without arguments."""
        return self.constant(self.constants.number(number))

    def constant(self, value: Any) -> int:
        key = (type(value), value)  # True is not 1 here
        found = self.index.get(key)
        if found is None:
            found = self.index[key] = len(self.operations)
            self.operations.append(OPERATION(Operation, ("constant", (), value)))
            self.known[found] = value
        return found

    def value_of(self, index: int) -> Any:
        """The constant that a value is, or None."""
        return self.known.get(index)

    def is_number(self, index: int, number: int) -> bool:
        value = self.known.get(index)
        return type(value) is int and value == number

    # -- arithmetic ----------------------------------------------------------------------------

    def chain(self, name: str, terms: Sequence[int]) -> int:
        result, *rest = terms
        for term in rest:
            result = self.apply(name, result, term)
        return result

    def balanced(self, combine: Callable[[int, int], int], terms: Sequence[int]) -> int:
        """Terms combined in pairs, and these again: as deep as the logarithm of their number."""
        level = list(terms)
        while len(level) > 1:
            pairs = [combine(p, q) for p, q in zip(level[::2], level[1::2], strict=False)]
            level = pairs + level[len(level) - len(level) % 2 :]
        return level[0]

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
        return value[0] if type(value) is tuple else value

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

    def program(
        self, outputs: Sequence[int], arguments: Sequence[sp.Symbol] | None = None
    ) -> Program:
        """The operations that the outputs depend on, renumbered; inputs sorted by name.

        `arguments` gives the inputs in order; there may be more than are needed. Raises ValueError
        for a needed one that is not among them.
        """
        if arguments is None:
            inputs = sorted(self.symbols, key=lambda symbol: (symbol.name, symbol.sort_key()))
        else:
            inputs = list(arguments)
            check_arguments(inputs, self.symbols)
        place = [-1] * len(self.operations)
        for k, symbol in enumerate(inputs):
            if symbol in self.symbols:
                place[self.symbols[symbol]] = k
        operations = [Operation("input", (), k) for k in range(len(inputs))]
        for index in _needed(self.operations, outputs):
            name, operands, payload = self.operations[index]
            if name == "input":
                continue
            place[index] = len(operations)
            if name == "constant":
                payload = self.constants.rounded(payload)
            moved = tuple([place[k] for k in operands])
            operations.append(OPERATION(Operation, (name, moved, payload)))
        return Program(tuple(inputs), tuple(operations), tuple([place[k] for k in outputs]))


def _needed(operations: Sequence[Operation], outputs: Sequence[int]) -> list[int]:
    """The operations that an output depends on, in order."""
    needed = bytearray(len(operations))
    for index in outputs:
        needed[index] = 1
    for index in range(len(operations) - 1, -1, -1):
        if needed[index]:
            for operand in operations[index][1]:
                needed[operand] = 1
    return [index for index, is_needed in enumerate(needed) if is_needed]
