"""Derivatives as programs: gradient, Jacobian, Hessian, and their products with a vector.

Positions count the inputs of a program; `wrt=None` means all of them. `exact` programs are those
lowered with that option: their derivatives are exact as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import sympy as sp

from lambdify_bridge.builder import Builder
from lambdify_bridge.collector import paused
from lambdify_bridge.constants import PRECISIONS, LostDigits
from lambdify_bridge.differentiation import array_sweep
from lambdify_bridge.differentiation.shaped import ShapedBuilder
from lambdify_bridge.differentiation.sparsity import dependencies, groups, places, transposed
from lambdify_bridge.differentiation.sweep import adjoints, tangents
from lambdify_bridge.program import Program
from lambdify_bridge.shapes import ArrayVariable

Result = TypeVar("Result")
Sweep = Callable[..., list[int | None]]


@dataclass(frozen=True)
class Entries:
    """A matrix of which `program` computes some entries, in this order; all others are 0."""

    program: Program
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    shape: tuple[int, int]


def gradient(
    program: Program, wrt: Sequence[int] | None = None, value: bool = False, exact: bool = False
) -> Program:
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
    if program.has_arrays and program.shapes[program.outputs[0]]:
        raise ValueError("a gradient is that of one number, not of an array")

    def build(opened: _Opened) -> Program:
        b, (output,), inputs = opened.builder, opened.outputs, opened.inputs_at(wrt)
        slopes = opened.adjoints(b, {output: b.constant(1)}, inputs)
        return opened.program([output] * value + opened.whole(slopes, inputs))

    return _opened(program, build, exact)


def vector_jacobian(program: Program, wrt: Sequence[int] | None = None) -> Program:
    """vᵀJ: each output has one more input, its component of v, after the others."""

    def build(opened: _Opened) -> Program:
        b, seeds, inputs = opened.builder, dict[int, int](), opened.inputs_at(wrt)
        for output, v in zip(opened.outputs, opened.more(opened.outputs), strict=True):
            seeds[output] = b.add(seeds[output], v) if output in seeds else v
        return opened.program(opened.whole(opened.adjoints(b, seeds, inputs), inputs))

    return _opened(program, build)


def jacobian_vector(program: Program, wrt: Sequence[int] | None = None) -> Program:
    """Jv: each of the inputs `wrt` has one more input, its component of v, after the others."""

    def build(opened: _Opened) -> Program:
        inputs = opened.inputs_at(wrt)
        seeds = dict(zip(inputs, opened.more(inputs), strict=True))
        changes = opened.tangents(opened.builder, seeds, opened.outputs)
        return opened.program(opened.whole(changes, opened.outputs))

    return _opened(program, build)


def hessian_vector(program: Program, wrt: Sequence[int] | None = None) -> Program:
    """Hv of the only output: forwards through the gradient, at the cost of a few gradients."""
    count = len(program.inputs)
    positions = range(count) if wrt is None else wrt
    return jacobian_vector(gradient(program, positions), positions)


def jacobian(program: Program, wrt: Sequence[int] | None = None, exact: bool = False) -> Entries:
    """The derivative of each output by each input, the zeros of its structure left out."""

    def build(opened: _Opened) -> Entries:
        inputs = opened.inputs_at(wrt)
        found = _entries(opened.builder, inputs, opened.outputs)
        return opened.entries(found, (len(opened.outputs), len(inputs)))

    return _opened(program, build, exact)


def hessian(program: Program, wrt: Sequence[int] | None = None, exact: bool = False) -> Entries:
    """The second derivatives of the only output: those by i, j and by j, i are one value."""
    first = gradient(program, wrt, exact=exact)

    def build(opened: _Opened) -> Entries:
        inputs = opened.inputs_at(wrt)
        found = _entries(opened.builder, inputs, opened.outputs, symmetric=True)
        lower = {(i, j): value for (i, j), value in found.items() if i >= j}
        upper = {(j, i): value for (i, j), value in found.items() if i < j}
        half = upper | lower
        both = half | {(j, i): value for (i, j), value in half.items()}
        return opened.entries(both, (len(inputs), len(inputs)))

    return _opened(first, build, exact)


def _entries(
    b: Builder, inputs: Sequence[int], outputs: Sequence[int], symmetric: bool = False
) -> dict[tuple[int, int], int]:
    """The entries that may differ from 0, by row and column; as few sweeps as greed finds.

    Of a `symmetric` matrix those above the diagonal may be missing.
    """
    distinct = list(dict.fromkeys(outputs))
    depends_on = dependencies(b, inputs, distinct)
    rows = [places(depends_on[index]) for index in distinct]
    columns = transposed(rows, len(inputs))
    forwards, backwards = groups(rows, len(inputs)), groups(columns, len(distinct))
    one, found = b.constant(1), dict[tuple[int, int], int]()
    if len(forwards) < len(backwards):
        for group in forwards:
            changes = tangents(b, {inputs[j]: one for j in group}, distinct)
            for j in group:
                found |= {(i, j): v for i in columns[j] if (v := changes[i]) is not None}
    else:
        last = {index: row for row, index in enumerate(outputs)}
        for group in backwards:
            width = 1 + max([last[distinct[i]] for i in group]) if symmetric else len(inputs)
            wanted, seeds = inputs[:width], {distinct[i]: one for i in group}
            some = depends_on if width == len(inputs) else _among(depends_on, width)
            slopes = adjoints(b, seeds, wanted, some)
            for i in group:
                found |= {(i, j): v for j in rows[i] if j < width and (v := slopes[j]) is not None}
    place = {index: i for i, index in enumerate(distinct)}
    whole: dict[tuple[int, int], int] = {}
    for row, index in enumerate(outputs):
        i = place[index]
        whole |= {(row, j): found[i, j] for j in rows[i] if (i, j) in found}
    return whole


def _among(depends_on: Sequence[int], count: int) -> list[int]:
    """The same for the first inputs."""
    first = (1 << count) - 1
    return [mask & first for mask in depends_on]


class _Opened:
    """A program whose operations can be added to."""

    adjoints: ClassVar[Sweep] = staticmethod(adjoints)
    tangents: ClassVar[Sweep] = staticmethod(tangents)

    def __init__(self, program: Program, digits: int | None) -> None:
        self.builder = b = self.with_digits(digits)
        self.symbols = list(program.inputs)
        b.load(program)
        self.inputs, self.outputs = list(range(len(program.inputs))), list(program.outputs)

    def inputs_at(self, positions: Sequence[int] | None) -> list[int]:
        return self.inputs if positions is None else [self.inputs[k] for k in positions]

    def with_digits(self, digits: int | None) -> Any:
        return Builder(digits)

    def more(self, like: Sequence[int]) -> list[int]:
        """New inputs after the others, one for each value: v0, v1, ... or what is free of these."""
        taken = {symbol.name for symbol in self.symbols}
        names = (name for k in range(len(like) + len(taken)) if (name := f"v{k}") not in taken)
        new = [self.symbol(next(names), each) for each in like]
        self.symbols += new
        return [self.builder.input(symbol) for symbol in new]

    def symbol(self, name: str, like: int) -> Any:
        return sp.Symbol(name)

    def whole(self, values: Sequence[int | None], like: Sequence[int]) -> list[int]:
        """Derivatives by some values, or changes of them: 0 where there is none."""
        zero = self.builder.constant(0)
        return [zero if value is None else value for value in values]

    def program(self, outputs: Sequence[int]) -> Program:
        return self.builder.program(outputs, self.symbols)

    def entries(self, found: dict[tuple[int, int], int], shape: tuple[int, int]) -> Entries:
        places = sorted(found)
        program = self.program([found[place] for place in places])
        rows, columns = (tuple([place[k] for place in places]) for k in (0, 1))
        return Entries(program, rows, columns, shape)


class _OpenedArrays(_Opened):
    """A program on whole arrays."""

    adjoints, tangents = staticmethod(array_sweep.adjoints), staticmethod(array_sweep.tangents)

    def with_digits(self, digits: int | None) -> Any:
        return ShapedBuilder(digits)

    def symbol(self, name: str, like: int) -> Any:
        return ArrayVariable(name, self.builder.shape(like))

    def whole(self, values: Sequence[int | None], like: Sequence[int]) -> list[int]:
        found = super().whole(values, like)
        shape, full = self.builder.shape, self.builder.full
        return [full(value, shape(each)) for value, each in zip(found, like, strict=True)]


def _opened(program: Program, build: Callable[[_Opened], Result], exact: bool = False) -> Result:
    """What `build` makes of the program, with digits enough for its constants.

    `exact`: the constants of the program are exact, and those of its derivatives stay so.
    """
    opened = _OpenedArrays if program.has_arrays else _Opened
    for digits in (None,) if exact else PRECISIONS:
        try:
            with paused():
                return build(opened(program, digits))
        except LostDigits:
            continue
    raise ValueError("a constant cannot be computed to 17 digits: simplify the expression first")
