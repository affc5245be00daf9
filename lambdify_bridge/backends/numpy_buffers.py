"""A program of arrays as NumPy source that writes into arrays it is given, one operation a line.

Values that are read for the last time leave their memory to later ones of the same shape, at once
where entries come from entries; a transpose is a view, which BLAS reads as it is. The precision is
that of the given memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from lambdify_bridge.backends import numpy as printer
from lambdify_bridge.backends.numpy import ATOM, CALLS, UNARY, Part, expression, literal
from lambdify_bridge.program import Operation, Program
from lambdify_bridge.shapes import Shape

VIEWS = {"named", "transpose", "expand", "broadcast", "reshape", "slice", "windows"}
MASKS = {"lt", "le", "gt", "ge", "eq", "and", "or"}
REDUCED = {"sum": "add", "max": "maximum", "shift": "maximum", "min": "minimum"}
# fmt: off
OPERATORS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative",
    "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal",
    "and": "logical_and", "or": "logical_or",
}
# fmt: on
UFUNCS = {name: f"np.{own}" for name, own in OPERATORS.items()} | {
    name: call
    for name, call in CALLS.items()
    if call.startswith("np.") and isinstance(getattr(np, call[3:], None), np.ufunc)
}


class Memory(NamedTuple):
    """An array to write into, of numbers or of truth values."""

    shape: Shape
    is_mask: bool = False


@dataclass(frozen=True)
class Buffered:
    """`function(*inputs, out, space)`: `space` are arrays as in `spaces`, which keep nothing.

    Where `writes` says so a result is written into its item of `out`; others are new.
    """

    source: str
    spaces: tuple[Memory, ...]
    results: tuple[Memory, ...]
    writes: tuple[bool, ...]


def buffered(program: Program) -> Buffered:
    return _Writer(program).written()


class _Writer:
    def __init__(self, program: Program) -> None:
        self.program, self.operations = program, program.operations
        own = printer._Printer(program)
        self.names, self.quantities = own.names, own.quantities
        self.code: list[Part] = []
        self.last = self.last_uses()
        self.outputs = self.written_outputs()
        self.spaces: list[Memory] = []
        self.idle: defaultdict[Memory, list[int]] = defaultdict(list)
        self.space_of: dict[int, int] = {}

    # -- what is where -------------------------------------------------------------------------

    def root(self, value: int) -> int:
        """Whose memory a value has."""
        while self.operations[value].name in VIEWS:
            value = self.operations[value].operands[0]
        return value

    def last_uses(self) -> dict[int, int]:
        last: dict[int, int] = {}
        for index, operation in enumerate(self.operations):
            last.update(dict.fromkeys(map(self.root, operation.operands), index))
        return last | dict.fromkeys(map(self.root, self.program.outputs), len(self.operations))

    def memory(self, value: int) -> Memory:
        return Memory(self.program.shapes[value], self.operations[value].name in MASKS)

    def is_writable(self, value: int) -> bool:
        name = self.operations[value].name
        if not self.program.shapes[value]:
            return False
        if name in REDUCED:
            return True
        return name in UFUNCS or name == "matmul"

    def written_outputs(self) -> dict[int, int]:
        """Which results are computed where they are returned."""
        found: dict[int, int] = {}
        for position, value in enumerate(self.program.outputs):
            while self.operations[value].name == "named":
                (value,) = self.operations[value].operands
            if self.is_writable(value):
                found.setdefault(value, position)
        return found

    # -- the code ------------------------------------------------------------------------------

    def written(self) -> Buffered:
        lines = []
        for value, operation in enumerate(self.operations):
            part, is_line = self.line(value, operation)
            if is_line:
                name = self.quantities.get(value) or f"_{value}"
                lines.append(f"    {name} = {part}")
                part = Part(name, ATOM)
            self.code.append(part)
        results = [str(self.code[value]) for value in self.program.outputs]
        head = f"def function({', '.join([*self.names, '_out', '_space'])}):"
        text = "\n".join([head, *lines, f"    return ({', '.join(results)},)"])
        places = {position: value for value, position in self.outputs.items()}
        writes = tuple(k in places for k in range(len(results)))
        memories = tuple(self.memory(value) for value in self.program.outputs)
        return Buffered(text, tuple(self.spaces), memories, writes)

    def line(self, value: int, operation: Operation) -> tuple[Part, bool]:
        name, operands, payload = operation
        if name == "input":
            return Part(self.names[payload], ATOM), False
        if name == "constant":
            text = literal(payload)
            return Part(text, UNARY if text.startswith("-") else ATOM), False
        parts = [self.code[k] for k in operands]
        if self.is_writable(value):
            return Part(self.written_into(value, operation, parts), ATOM), True
        self.release(value, operands)
        return expression(operation, parts), name != "named"

    def written_into(self, value: int, operation: Operation, parts: Sequence[Part]) -> str:
        name, operands, payload = operation
        if name in UFUNCS:  # entries come from entries: it may take the place of an operand
            self.release(value, operands)
        place = self.place(value)
        if name not in UFUNCS:
            self.release(value, operands)
        if name in REDUCED:
            axes, kept = payload
            axes = axes[0] if axes and len(axes) == 1 else axes
            return f"np.{REDUCED[name]}.reduce({parts[0]}, {axes}, None, {place}, {kept})"
        call = "np.matmul" if name == "matmul" else UFUNCS[name]
        return f"{call}({', '.join(map(str, parts))}, out={place})"

    def place(self, value: int) -> str:
        if value in self.outputs:
            return f"_out[{self.outputs[value]}]"
        memory = self.memory(value)
        if self.idle[memory]:
            space = self.idle[memory].pop()
        else:
            space = len(self.spaces)
            self.spaces.append(memory)
        self.space_of[value] = space
        return f"_space[{space}]"

    def release(self, value: int, operands: Sequence[Any]) -> None:
        """Memory of what is read for the last time is free again."""
        for own in dict.fromkeys(map(self.root, operands)):
            if self.last[own] == value and own in self.space_of:
                self.idle[self.memory(own)].append(self.space_of.pop(own))
