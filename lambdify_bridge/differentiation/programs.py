"""Derivatives as programs: gradient, Jacobian, Hessian, and their products with a vector.

Positions count the inputs of a program; `wrt=None` means all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import sympy as sp

from lambdify_bridge.builder import Builder
from lambdify_bridge.collector import paused
from lambdify_bridge.constants import PRECISIONS, LostDigits
from lambdify_bridge.differentiation.sparsity import dependencies, groups, transposed
from lambdify_bridge.differentiation.sweep import adjoints, tangents
from lambdify_bridge.program import Program

Result = TypeVar("Result")


@dataclass(frozen=True)
class Entries:
    """A matrix of which `program` computes some entries, in this order; all others are 0."""

    program: Program
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    shape: tuple[int, int]


def gradient(program: Program, wrt: Sequence[int] | None = None, value: bool = False) -> Program:
    """The derivatives of the only output by inputs; after the output itself with `value`.

    >>> from sympy.abc import x, y
    >>> from lambdify_bridge.backends.numpy import source
    >>> from lambdify_bridge.lowering import lower
    >>> print(source(gradient(lower([x**2 * y]))))
    def function(x, y):
        return (2.0 * y * x, np.square(x))
    """
    if len(program.outputs) != 1:
        raise ValueError(f"a gradient is that of one output, not {len(program.outputs)}")

    def build(opened: _Opened) -> Program:
        b, (output,) = opened.builder, opened.outputs
        slopes = adjoints(b, {output: b.constant(1)}, opened.inputs_at(wrt))
        return opened.program([output] * value + _or_zero(b, slopes))

    return _opened(program, build)


def vector_jacobian(program: Program, wrt: Sequence[int] | None = None) -> Program:
    """vᵀJ: each output has one more input, its component of v, after the others."""

    def build(opened: _Opened) -> Program:
        b, seeds = opened.builder, dict[int, int]()
        for output, v in zip(opened.outputs, opened.more(len(program.outputs)), strict=True):
            seeds[output] = b.add(seeds[output], v) if output in seeds else v
        return opened.program(_or_zero(b, adjoints(b, seeds, opened.inputs_at(wrt))))

    return _opened(program, build)


def jacobian_vector(program: Program, wrt: Sequence[int] | None = None) -> Program:
    """Jv: each of the inputs `wrt` has one more input, its component of v, after the others."""

    def build(opened: _Opened) -> Program:
        inputs = opened.inputs_at(wrt)
        seeds = dict(zip(inputs, opened.more(len(inputs)), strict=True))
        changes = tangents(opened.builder, seeds, opened.outputs)
        return opened.program(_or_zero(opened.builder, changes))

    return _opened(program, build)


def hessian_vector(program: Program, wrt: Sequence[int] | None = None) -> Program:
    """Hv of the only output: forwards through the gradient, at the cost of a few gradients."""
    count = len(program.inputs)
    positions = range(count) if wrt is None else wrt
    return jacobian_vector(gradient(program, positions), positions)


def jacobian(program: Program, wrt: Sequence[int] | None = None) -> Entries:
    """The derivative of each output by each input, the zeros of its structure left out."""

    def build(opened: _Opened) -> Entries:
        inputs = opened.inputs_at(wrt)
        found = _entries(opened.builder, inputs, opened.outputs)
        return opened.entries(found, (len(opened.outputs), len(inputs)))

    return _opened(program, build)


def hessian(program: Program, wrt: Sequence[int] | None = None) -> Entries:
    """The second derivatives of the only output: those by i, j and by j, i are one value."""
    first = gradient(program, wrt)

    def build(opened: _Opened) -> Entries:
        inputs = opened.inputs_at(wrt)
        found = _entries(opened.builder, inputs, opened.outputs)
        upper = {(i, j): found.get((j, i), value) for (i, j), value in found.items() if i <= j}
        both = upper | {(j, i): value for (i, j), value in upper.items()}
        return opened.entries(both, (len(inputs), len(inputs)))

    return _opened(first, build)


def _entries(
    b: Builder, inputs: Sequence[int], outputs: Sequence[int]
) -> dict[tuple[int, int], int]:
    """The entries that may differ from 0, by row and column; as few sweeps as greed finds."""
    distinct = list(dict.fromkeys(outputs))
    rows = dependencies(b, inputs, distinct)
    columns = transposed(rows, len(inputs))
    forwards, backwards = groups(rows, len(inputs)), groups(columns, len(distinct))
    one, found = b.constant(1), dict[tuple[int, int], int]()
    if len(forwards) < len(backwards):
        for group in forwards:
            changes = tangents(b, {inputs[j]: one for j in group}, distinct)
            for j in group:
                found |= {(i, j): v for i in columns[j] if (v := changes[i]) is not None}
    else:
        for group in backwards:
            slopes = adjoints(b, {distinct[i]: one for i in group}, inputs)
            for i in group:
                found |= {(i, j): v for j in rows[i] if (v := slopes[j]) is not None}
    place = {index: i for i, index in enumerate(distinct)}
    whole: dict[tuple[int, int], int] = {}
    for row, index in enumerate(outputs):
        i = place[index]
        whole |= {(row, j): found[i, j] for j in rows[i] if (i, j) in found}
    return whole


def _or_zero(b: Builder, values: Iterable[int | None]) -> list[int]:
    zero = b.constant(0)
    return [zero if value is None else value for value in values]


class _Opened:
    """A program whose operations can be added to."""

    def __init__(self, program: Program, digits: int) -> None:
        self.builder = b = Builder(digits)
        self.symbols = list(program.inputs)
        b.load(program)
        self.inputs, self.outputs = list(range(len(program.inputs))), list(program.outputs)

    def inputs_at(self, positions: Sequence[int] | None) -> list[int]:
        return self.inputs if positions is None else [self.inputs[k] for k in positions]

    def more(self, count: int) -> list[int]:
        """New inputs after the others: v0, v1, ... or what is free of these."""
        taken = {symbol.name for symbol in self.symbols}
        names = (name for k in range(count + len(taken)) if (name := f"v{k}") not in taken)
        new = [sp.Symbol(next(names)) for _ in range(count)]
        self.symbols += new
        return [self.builder.input(symbol) for symbol in new]

    def program(self, outputs: Sequence[int]) -> Program:
        return self.builder.program(outputs, self.symbols)

    def entries(self, found: dict[tuple[int, int], int], shape: tuple[int, int]) -> Entries:
        places = sorted(found)
        program = self.program([found[place] for place in places])
        rows, columns = (tuple([place[k] for place in places]) for k in (0, 1))
        return Entries(program, rows, columns, shape)


def _opened(program: Program, build: Callable[[_Opened], Result]) -> Result:
    """What `build` makes of the program, with digits enough for its constants."""
    for digits in PRECISIONS:
        try:
            with paused():
                return build(_Opened(program, digits))
        except LostDigits:
            continue
    raise ValueError("a constant cannot be computed to 17 digits: simplify the expression first")
