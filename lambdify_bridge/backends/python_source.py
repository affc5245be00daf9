"""What backends that print Python have in common: a language's words, its printer, `function`.

The order, the sharing and the branches are the NumPy printer's; a `Language` says how operations,
constants and choices are written.  Nothing from outside reaches the text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from typing import Any

from lambdify_bridge.backends import numpy as printer
from lambdify_bridge.backends.numpy import ATOM, OPERATORS, UNARY, Part
from lambdify_bridge.backends.numpy_arrays import Row, written
from lambdify_bridge.program import Operation, Program

# What the imports and the lines before a function may use: no more of Python than this.
BUILTINS = {"__import__": __import__, "complex": complex}


@dataclass(frozen=True)
class Language:
    """How a library's functions are written."""

    name: str
    calls: Mapping[str, str]  # operation: what is called with its operands
    opening: Mapping[str, str]  # word: the line before the functions that a text with it needs
    reserved: frozenset[str]  # the names that parameters must not have
    literal: Callable[[Any], str]  # the text of a constant
    # A function whose first operand is this constant, which is not passed on.
    of_order: Mapping[tuple[str, float], str] = field(default_factory=dict)
    orders: frozenset[str] = frozenset()  # operations whose first operand has to be a constant
    named: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)  # no operands: payload
    # What the function begins with, of its parameters and its text.
    first_lines: Callable[[Sequence[str], str], Sequence[str]] = lambda names, text: ()
    boxed: frozenset[str] = frozenset()  # operations that take no bare number, and
    box: Callable[[str], str] = str  # what is written for one
    context: str = ""  # what calls out of a table, `NAME["..."](...)`, have as first argument
    lazy: bool = False  # only the branch that applies is computed
    # Operations on whole arrays: their text, or a function of the payload and the operands.
    arrays: Mapping[str, Row] = field(default_factory=dict)
    conditional: bool = False  # and a choice is `value if mask else ...`, as masks are Python's


def parameter_names(program: Program, reserved: frozenset[str]) -> tuple[str, ...]:
    """As for NumPy, other names than those in `reserved`."""
    names = printer.parameter_names(program)
    taken = {*names, *(symbol.name for symbol in program.inputs)}
    fresh = (name for k in count() if (name := f"x{k}") not in taken)
    return tuple(next(fresh) if name in reserved else name for name in names)


def source(program: Program, language: Language) -> str:
    """The program as Python text with its imports; it defines `function`, which returns a tuple.

    Raises ValueError for an operation that the library does not have.
    """
    refuse_unknown(program, language)
    body = _Printer(program, language).source()
    opening = [line for word, line in language.opening.items() if word in body]
    return "\n".join(opening) + f"\n\n\n{body}\n"


def run(text: str, names: Mapping[str, Any] | None = None) -> Callable[..., Any]:
    """The function that `source` printed, which sees what it imports and these names."""
    namespace: dict[str, Any] = {"__builtins__": BUILTINS, **(names or {})}
    exec(compile(text, "<lambdify_bridge>", "exec"), namespace)
    return namespace["function"]


def refuse_unknown(program: Program, language: Language) -> None:
    known = {*language.calls, *language.named, *OPERATORS, "neg", "named", "constant", "input"}
    known |= {"select"} if language.lazy else set()
    known |= {*language.arrays, "matmul", "indicator"} if language.arrays else set()
    for operation in program.operations:
        if operation.name in language.orders:
            if program.operations[operation.operands[0]].name != "constant":
                raise ValueError(f"{language.name} has {operation.name!r} of a fixed order only")
            continue
        if operation.name in known or _order(program.operations, operation, language):
            continue
        orders = [f"{k:g}" for name, k in language.of_order if name == operation.name]
        of = f" of an order other than {', '.join(orders)}" if orders else ""
        raise ValueError(
            f"{language.name} has no {operation.name!r}{of}: choose another backend, "
            "or rewrite the expression"
        )


def _order(operations: Sequence[Operation], operation: Operation, language: Language) -> str | None:
    """The name that stands for an operation together with its constant first operand."""
    if not operation.operands:
        return None
    first = operations[operation.operands[0]]
    known = first.name == "constant" and not isinstance(first.payload, complex)
    return language.of_order.get((operation.name, first.payload)) if known else None


class _Printer(printer._Printer):
    def __init__(self, program: Program, language: Language) -> None:
        self.language = language
        super().__init__(program)
        self.names = parameter_names(program, language.reserved)

    def use(self, value: int, slot: int, home: Any) -> Any:
        return super().use(value, slot, home) if self.language.lazy else home

    def reads(self, value: int) -> list[int]:
        """A square is written as a product, so that its operand needs a name."""
        found = super().reads(value)
        is_product = self.operations[value].name == "square" and "square" not in self.language.calls
        return found * 2 if is_product else found

    def branch_sources(self) -> list[str]:
        return [
            _Function(self, branch, branch.operations[-1:]).source()
            for branch in reversed(self.branches[1:])
            if branch.operations
        ]

    def main_function(self) -> _Function:
        return _Function(self, self.main, self.program.outputs, list(range(len(self.names))))

    def source(self) -> str:
        main_text = self.main_function().source()
        head, *lines = main_text.split("\n")
        first = [f"    {line}" for line in self.language.first_lines(self.names, main_text)]
        return "\n\n\n".join([*self.branch_sources(), "\n".join([head, *first, *lines])])


class _Function(printer._Function):
    printer: _Printer

    def operand(self, value: int) -> Part:
        if not self.printer.is_free(value):
            return self.code[value]
        text = self.printer.language.literal(self.printer.operations[value].payload)
        return Part(text, UNARY if text.startswith("-") else ATOM)

    def boxed(self, value: int) -> Part:
        """No bare number."""
        part = self.operand(value)
        return (
            Part(self.printer.language.box(str(part)), ATOM)
            if self.printer.is_free(value)
            else part
        )

    def expression(self, value: int) -> Part:
        language, operation = self.printer.language, self.printer.operations[value]
        name, operands = operation.name, list(operation.operands)
        if name == "select" and language.lazy:
            return self.selection(value, operation)
        if name in language.named:
            return Part(language.named[name](operation.payload), ATOM)
        if name in language.arrays:
            parts = [self.operand(k) for k in operands]
            text = written(name, operation.payload, parts, language.arrays)
            return Part(text, ATOM, [k for part in parts for k in part.mentioned])
        call = _order(self.printer.operations, operation, language) or language.calls.get(name)
        if call and name not in language.calls:
            del operands[0]  # the order, which the name says
        parts = [(self.boxed if name in language.boxed else self.operand)(k) for k in operands]
        if call is None and name == "square":
            (part,) = parts
            return Part(f"{part.bound(5)} * {part.bound(6)}", 5, [*part.mentioned, *part.mentioned])
        if call is None:
            if language.lazy and all(map(self.printer.is_free, operands)):
                parts[0] = self.boxed(operands[0])  # Python would divide two integers as floats
            return printer.expression(operation, parts)
        mentioned = [k for part in parts for k in part.mentioned]
        texts = [language.context] * call.endswith("]") + list(map(str, parts))
        return Part(f"{call}({', '.join(texts)})", ATOM, mentioned)

    def selection(self, value: int, operation: Operation) -> Part:
        if not self.printer.language.conditional:
            return super().selection(value, operation)
        text, mentioned = "", list[int]()
        for slot in range(1, len(operation.operands), 2):
            mask, *operands = [self.operand(k) for k in self.case(value, slot)]
            branch = self.printer.branch_of.get((value, slot))
            called = branch.name if branch and branch.operations else ""
            chosen = f"{called}({', '.join(map(str, operands))})"
            text += f"{chosen if called else operands[0].bound(1)} if {mask.bound(1)} else "
            mentioned += [k for part in (mask, *operands) for k in part.mentioned]
        return Part(text + self.printer.language.literal(math.nan), 0, mentioned)

    def taken(self, operands: Sequence[int]) -> Part:
        """Of a choice without branches to compute: the value whose mask holds."""
        parts = list(map(self.operand, operands))
        mentioned = [k for part in parts for k in part.mentioned]
        cases = zip(parts[::2], parts[1::2], strict=True)
        texts = [f"({mask}, same, ({value},))" for mask, value in cases]
        return Part(f"select({', '.join(texts)})", ATOM, mentioned)


def float_literal(number: Any) -> str:
    """A constant in Python, where `nan` and `inf` are names of their own."""
    return printer.literal(number, home="")


def exact_literal(number: Any, of_float: str, of_fraction: str) -> str:
    """An integer as it is; what floats hold by `of_float`, another fraction by `of_fraction`."""
    if type(number) is int:
        return str(number)
    if not isinstance(number, Fraction):
        return float_literal(number)
    is_long = len(str(number.denominator)) > 6
    if is_long and abs(number) < 1e300 and Fraction(float(number)) == number:
        return of_float.format(repr(float(number)))
    return of_fraction.format(number.numerator, number.denominator)
