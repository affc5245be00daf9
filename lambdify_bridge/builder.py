"""The operations of a program as they are found: each once, constants folded, masks kept simple."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from lambdify_bridge.constants import FOLD, Constants, ExactConstants
from lambdify_bridge.program import Operation, Program, check_arguments

COMMUTATIVE = {"add", "mul", "maximum", "minimum", "and", "or", "eq", "differs"}
EXACT = {int, Fraction}  # a bool is none of them
OPERATION = tuple.__new__  # half the time of calling the class


class Builder:
    """Operations so far, each once; an operand is the index of one."""

    def __init__(self, digits: int | None) -> None:
        """`digits`: those that constants are computed to; None keeps them exact."""
        self.constants = ExactConstants() if digits is None else Constants(digits)
        # Name, operands and payload: a plain tuple is made in half the time of an Operation.
        self.operations: list[tuple[str, tuple[int, ...], Any]] = []
        self.index: dict[Any, int] = {}
        self.loaded: Program | None = None
        self.known: dict[int, Any] = {}  # the constants among the operations
        self.symbols: dict[Any, int] = {}  # inputs: symbols, and array variables

    def load(self, program: Program) -> None:
        """The operations of a program, each at its index; there must be none so far."""
        self.loaded = program
        self.symbols = {symbol: k for k, symbol in enumerate(program.inputs)}
        self.operations = list(program.operations)
        self.index = dict(zip(self.operations, range(len(self.operations)), strict=True))
        for symbol, k in self.symbols.items():
            self.operations[k] = ("input", (), symbol)
        for k, (name, operands, payload) in enumerate(program.operations):
            if name == "constant":
                value = self.known[k] = self.constants.exact(payload)
                self.operations[k] = (name, (), value)
                self.index[type(value), value] = k
            elif name in COMMUTATIVE and operands[0] > operands[1]:
                self.index[name, operands[::-1], payload] = k

    def emit(self, name: str, *operands: int, payload: Any = None) -> int:
        operation = key = (name, operands, payload)
        if name in COMMUTATIVE and operands[0] > operands[1]:
            key = (name, operands[::-1], payload)
        place = len(self.operations)
        found = self.index.setdefault(key, place)
        if found == place:
            self.operations.append(operation)
        return found

    def apply(self, name: str, *operands: int) -> int:
        known = self.known
        for operand in operands:
            if operand not in known:
                return self.emit(name, *operands)
        if name in FOLD:
            folded = self.constants.fold(name, [known[each] for each in operands])
            if folded is not None:
                return self.constant(folded)
        return self.emit(name, *operands)

    # -- inputs and constants ------------------------------------------------------------------

    def input(self, symbol: Any) -> int:
        place = len(self.operations)
        found = self.symbols.setdefault(symbol, place)
        if found == place:
            self.operations.append(("input", (), symbol))
        return found

    def number(self, number: Any) -> int:
        """A SymPy number without arguments."""
        named = self.constants.named(number)
        if named is not None:
            return self.emit(named[0], payload=named[1])
        return self.constant(self.constants.number(number))

    def constant(self, value: Any) -> int:
        key = (type(value), value)  # True is not 1 here
        found = self.index.get(key)
        if found is None:
            found = self.index[key] = len(self.operations)
            self.operations.append(("constant", (), value))
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
            pairs = list(map(combine, level[::2], level[1::2]))
            level = pairs + level[len(level) - len(level) % 2 :]
        return level[0]

    def add(self, a: int, b: int) -> int:
        if a not in self.known and b not in self.known:
            return self.emit("add", a, b)
        if self.is_number(a, 0):
            return b
        return a if self.is_number(b, 0) else self.apply("add", a, b)

    def sub(self, a: int, b: int) -> int:
        if b not in self.known:
            return self.emit("sub", a, b)
        return a if self.is_number(b, 0) else self.apply("sub", a, b)

    def mul(self, a: int, b: int) -> int:
        if a not in self.known and b not in self.known:
            return self.emit("square", a) if a == b else self.emit("mul", a, b)
        if self.is_number(a, 1):
            return b
        if self.is_number(b, 1):
            return a
        return self.apply("square", a) if a == b else self.apply("mul", a, b)

    def div(self, a: int, b: int) -> int:
        if b not in self.known:
            return self.emit("div", a, b)
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

    def cases(self, cases: Sequence[tuple[int, tuple[int, int]]]) -> int:
        """Each value where its condition holds and all before it are known not to hold."""
        remaining, operands = self.constant(True), list[int]()
        for value, (holds, fails) in cases:
            mask = self.both(remaining, holds)
            if self.value_of(mask) is not False:
                operands += [mask, value]
            remaining = self.both(remaining, fails)
        if not operands:
            return self.constant(math.nan)
        return operands[1] if self.value_of(operands[0]) is True else self.emit("select", *operands)

    # -- the end -------------------------------------------------------------------------------

    def program(self, outputs: Sequence[int], arguments: Sequence[Any] | None = None) -> Program:
        """The operations that the outputs depend on, renumbered; inputs sorted by name.

        `arguments` gives the inputs in order; there may be more than are needed. Raises ValueError
        for a needed one that is not among them.
        """
        if arguments is None:
            inputs = sorted(self.symbols, key=lambda symbol: (symbol.name, symbol.sort_key()))
        else:
            inputs = list(arguments)
            check_arguments(inputs, self.symbols)
        return _numbered(self, _needed(self.operations, outputs), inputs, outputs)


def _numbered(
    b: Builder, needed: bytearray, inputs: Sequence[Any], outputs: Sequence[int]
) -> Program:
    """The needed operations, inputs first, each with its new place."""
    operations = _unchanged(b, needed, inputs)
    start = len(operations)
    place = [*range(start), *[-1] * (len(b.operations) - start)]
    if not start:
        operations = [Operation("input", (), k) for k in range(len(inputs))]
        for k, symbol in enumerate(inputs):
            if symbol in b.symbols:
                place[b.symbols[symbol]] = k
    rounded, append = b.constants.rounded, operations.append
    for index in range(start, len(needed)):
        if not needed[index]:
            continue
        name, operands, payload = b.operations[index]
        if len(operands) == 2:  # nearly all have one or two
            one, two = operands
            operands = (place[one], place[two])
        elif operands:
            operands = tuple([place[k] for k in operands])
        elif name == "input":
            continue
        elif name == "constant":
            payload = rounded(payload)
        place[index] = len(operations)
        append(OPERATION(Operation, (name, operands, payload)))
    return Program(tuple(inputs), tuple(operations), tuple([place[k] for k in outputs]))


def _unchanged(b: Builder, needed: bytearray, inputs: Sequence[Any]) -> list[Operation]:
    """Those that a loaded program begins with, up to the first that is not needed any more."""
    if b.loaded is None or tuple(inputs) != b.loaded.inputs:
        return []
    needed[: len(inputs)] = bytes([1]) * len(inputs)
    first = needed.find(0, 0, len(b.loaded.operations))
    return list(b.loaded.operations[: None if first < 0 else first])


def _needed(operations: Sequence[Any], outputs: Sequence[int]) -> bytearray:
    """For each operation whether an output depends on it."""
    needed = bytearray(len(operations))
    for index in outputs:
        needed[index] = 1
    for index in range(len(operations) - 1, -1, -1):
        if needed[index]:
            for operand in operations[index][1]:
                needed[operand] = 1
    return needed
