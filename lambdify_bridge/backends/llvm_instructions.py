"""The instructions of a kernel in LLVM's intermediate language: arithmetic of whole vectors."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from lambdify_bridge.backends import vector_math
from lambdify_bridge.backends.special_functions import PREFIX

BYTES = {"double": 8, "float": 4}


class Machine(NamedTuple):
    """What a kernel is compiled for: the width of a vector in bits."""

    bits: int


class Function(NamedTuple):
    """A C function of doubles "d" and integers "n": it returns a double, or it writes `results` of
    them, of which the one at `which` is meant."""

    symbol: str
    parameters: str
    results: int = 0
    which: int = 0


class Value(NamedTuple):
    """A register or a constant; a mask is a vector of truth values."""

    text: str
    mask: bool = False


class Kernel:
    """The instructions of one kernel, in order; the methods return registers."""

    def __init__(self, machine: Machine, kind: str, divides: bool) -> None:
        self.machine, self.kind = machine, kind
        self.lanes = machine.bits // 8 // BYTES[kind]
        self.vector, self.mask = f"<{self.lanes} x {kind}>", f"<{self.lanes} x i1>"
        self.lines: list[str] = []
        self.registers = 0
        self.block = "loop"  # the instructions since the last label belong to
        self.divides, self.divisions = divides, 0  # whether it waits for divisions; those so far
        self.declared: dict[str, str] = {}  # function: its declaration
        self.defined: dict[str, str] = {}  # function: its definition
        self.functions: dict[str, Function] = {}  # called for one value at a time

    # -- instructions --------------------------------------------------------------------------

    def emit(self, text: str) -> str:
        self.registers += 1
        self.lines.append(f"  %r{self.registers} = {text}")
        return f"%r{self.registers}"

    def arithmetic(self, instruction: str, *operands: str) -> str:
        """`instruction` of vectors: fadd, fsub, fmul, fdiv, fneg."""
        return self.emit(f"{instruction} {self.vector} {', '.join(operands)}")

    def intrinsic(self, name: str, *operands: str) -> str:
        """One of LLVM's functions of vectors: sqrt, fabs, floor, ceil, trunc, fma, copysign."""
        short = f"v{self.lanes}f{8 * BYTES[self.kind]}"
        return self.call(f"llvm.{name}.{short}", *operands)

    def call(self, function: str, *operands: str) -> str:
        kinds = ", ".join([self.vector] * len(operands))
        self.declared.setdefault(function, f"declare {self.vector} @{function}({kinds})")
        return self.called(function, *operands)

    def called(self, function: str, *operands: str) -> str:
        given = ", ".join(f"{self.vector} {operand}" for operand in operands)
        return self.emit(f"call {self.vector} @{function}({given})")

    def compare(self, how: str, a: str, b: str) -> str:
        """A mask: oeq, olt, one, ... hold for numbers only, uno where one is NaN."""
        return self.emit(f"fcmp {how} {self.vector} {a}, {b}")

    def logical(self, instruction: str, a: str, b: str) -> str:
        return self.emit(f"{instruction} {self.mask} {a}, {b}")

    def choose(self, mask: str, a: str, b: str) -> str:
        return self.emit(f"select {self.mask} {mask}, {self.vector} {a}, {self.vector} {b}")

    def constant(self, number: float) -> str:
        return f"splat ({self.kind} {literal(number, self.kind)})"

    def estimate(self, instruction: str, a: str) -> str:
        """An instruction of x86 that estimates a function."""
        kinds = f"{self.vector}, {self.vector}, i8"
        self.declared[instruction] = f"declare {self.vector} @{instruction}({kinds})"
        given = f"{self.vector} {a}, {self.vector} {a}, i8 -1"
        return self.emit(f"call {self.vector} @{instruction}({given})")

    def not_all_ones(self, a: str) -> str:
        """Where a double's 52 stored digits are not all ones."""
        words = f"<{self.lanes} x i64>"
        next_ = self.emit(f"add {words} {self.words(a)}, splat (i64 1)")
        digits = self.emit(f"and {words} {next_}, splat (i64 {2**52 - 1})")
        return self.emit(f"icmp ne {words} {digits}, zeroinitializer")

    def words(self, a: str) -> str:
        return self.emit(f"bitcast {self.vector} {a} to <{self.lanes} x i64>")

    # -- rare places ---------------------------------------------------------------------------

    def unless(self, fine: str, usual: str, rare: Callable[[], str]) -> str:
        """`usual` where the mask holds, else `rare`, computed only if there is such a place."""
        bits = self.emit(f"bitcast {self.mask} {fine} to i{self.lanes}")
        every = self.emit(f"icmp eq i{self.lanes} {bits}, -1")
        before, number = self.block, self.registers
        self.lines += [
            f"  br i1 {every}, label %usual{number}, label %rare{number}, !prof !0",
            f"rare{number}:",
        ]
        mixed = self.choose(fine, usual, rare())
        self.lines += [f"  br label %usual{number}", f"usual{number}:"]
        self.block = f"usual{number}"
        return self.emit(f"phi {self.vector} [{usual}, %{before}], [{mixed}, %rare{number}]")

    # -- values of a program -------------------------------------------------------------------

    def payload(self, value: Any) -> Value:
        if isinstance(value, complex):
            raise ValueError(f"the constant {value} is complex: compiled code is real, use NumPy")
        if isinstance(value, bool):
            return Value(f"splat (i1 {str(value).lower()})", mask=True)
        return Value(self.constant(value))

    def number(self, value: Value) -> str:
        """A mask as a number is 1 where it holds."""
        if not value.mask:
            return value.text
        return self.emit(f"uitofp {self.mask} {value.text} to {self.vector}")

    def truth(self, value: Value) -> str:
        """A number as a mask holds where it is known not to be 0."""
        return value.text if value.mask else self.compare("one", value.text, self.constant(0.0))

    # -- functions -----------------------------------------------------------------------------

    def elementary(self, operation: str, *operands: str) -> str:
        """A function of the vector library, or else of the C library one value at a time."""
        symbol = vector_math.vector_symbol(operation, self.machine.bits, self.kind)
        if symbol is None:
            name, count = vector_math.LIBRARY[operation]
            return self.scalar(Function(name, "d" * count), *operands)
        return self.call(symbol, *operands)

    def scalar(self, function: Function, *operands: str) -> str:
        """A function of doubles, called for one value after the other."""
        symbol, parameters, results, which = function
        self.functions[symbol] = function
        kinds = [{"d": "double", "n": "i64"}[letter] for letter in parameters]
        kinds += ["ptr"] * results + ["i32"] * self.is_special(symbol) * (not results)
        gives = "void" if results else "double"
        self.declared[symbol] = f"declare {gives} @{symbol}({', '.join(kinds)})"
        name = f"each.{self.kind}.{symbol}.{which}"
        if name not in self.defined:
            self.defined[name] = self.one_by_one(name, function)
        return self.called(name, *operands)

    @staticmethod
    def is_special(symbol: str) -> bool:
        return symbol.startswith(PREFIX)

    def one_by_one(self, name: str, function: Function) -> str:
        """The definition of a vector function that calls `function` for each of its values."""
        symbol, parameters, results, which = function
        letters = [f"%a{k}" for k in range(len(parameters))]
        lines = [
            f"define internal {self.vector} @{name}"
            f"({', '.join(f'{self.vector} {letter}' for letter in letters)}) noinline {{",
            "entry:",
            *(f"  %p{k} = alloca double" for k in range(results)),
            "  br label %loop",
            "loop:",
            "  %k = phi i32 [0, %entry], [%k.next, %loop]",
            f"  %made = phi {self.vector} [poison, %entry], [%made.next, %loop]",
        ]
        given = []
        for letter, parameter in zip(letters, parameters, strict=True):
            lines += self.scalar_operand(letter)
            given.append(f"double {letter}.d")
            if parameter == "n":
                lines.append(f"  {letter}.n = call i64 @llvm.fptosi.sat.i64.f64({given.pop()})")
                given.append(f"i64 {letter}.n")
                self.declared["llvm.fptosi.sat.i64.f64"] = (
                    "declare i64 @llvm.fptosi.sat.i64.f64(double)"
                )
        given += [f"ptr %p{k}" for k in range(results)]
        if results:
            lines.append(f"  call void @{symbol}({', '.join(given)})")
            lines.append(f"  %value = load double, ptr %p{which}")
        else:
            given += ["i32 0"] * self.is_special(symbol)
            lines.append(f"  %value = call double @{symbol}({', '.join(given)})")
        return "\n".join([*lines, *self.scalar_result()])

    def scalar_operand(self, letter: str) -> list[str]:
        lane = f"extractelement {self.vector} {letter}, i32 %k"
        if self.kind == "double":
            return [f"  {letter}.d = {lane}"]
        return [f"  {letter}.f = {lane}", f"  {letter}.d = fpext float {letter}.f to double"]

    def scalar_result(self) -> list[str]:
        short = ["  %short = fptrunc double %value to float"] * (self.kind == "float")
        value = "%short" if short else "%value"
        return [
            *short,
            f"  %made.next = insertelement {self.vector} %made, {self.kind} {value}, i32 %k",
            "  %k.next = add i32 %k, 1",
            f"  %more = icmp ult i32 %k.next, {self.lanes}",
            "  br i1 %more, label %loop, label %done",
            "done:",
            f"  ret {self.vector} %made.next",
            "}",
        ]


def literal(number: float, kind: str) -> str:
    """A float as LLVM writes it, in digits where these are exact, or as the bits of a double."""
    with np.errstate(over="ignore"):
        number = float(np.float32(number)) if kind == "float" else float(number)
    if abs(number) < 1e6 and number == round(number, 3) and float(f"{number:.3f}") * 8 % 1 == 0:
        return f"{number:.3f}"
    return f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"
