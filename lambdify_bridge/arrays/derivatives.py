"""Derivatives of functions of arrays, by whole arrays.

A gradient is one sweep. A Jacobian has the shape out.shape + in.shape: its products with unit
vectors, one after the other, forwards or backwards, whichever are fewer; what does not depend on
the vector is computed once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from lambdify_bridge.arrays.function import ArrayFunction
from lambdify_bridge.arrays.library import function_of
from lambdify_bridge.arrays.points import structure_of
from lambdify_bridge.arrays.problem import ArrayProblem, read
from lambdify_bridge.backends.numpy import compile_source, imports, source
from lambdify_bridge.differentiation import programs
from lambdify_bridge.differentiation.structured import projected
from lambdify_bridge.program import Operation, Program
from lambdify_bridge.shapes import ArrayVariable


def problem_of(f: Any, args: Any, wrt: Any) -> tuple[ArrayProblem, list[int]]:
    """What is to be differentiated, and the positions of the arguments to differentiate by."""
    if isinstance(f, ArrayFunction) and args is not None:
        raise ValueError("a compiled function has its arguments: leave `args` out")
    own = f.problem if isinstance(f, ArrayFunction) else read(f, args)
    positions = own.positions(wrt)
    structures = {k: structure_of(own.given[k]) for k in positions}
    return replace(own, program=projected(own.program, structures)), positions


def gradient(f: Any, args: Any, wrt: Any, value: bool, backend: str | None) -> ArrayFunction:
    """The gradient of a number by arrays; a tuple where there are several, or the value as well."""
    own, positions = problem_of(f, args, wrt)
    program = programs.gradient(own.program, positions, value)
    return function_of(own.computing(program, len(program.outputs) == 1), backend)


def jacobian(f: Any, args: Any, wrt: Any, backend: str | None) -> ArrayJacobian:
    _check(backend)
    own, positions = problem_of(f, args, wrt)
    return ArrayJacobian.by(own, tuple(positions))


def hessian(f: Any, args: Any, wrt: Any, backend: str | None) -> ArrayJacobian:
    _check(backend)
    own, positions = problem_of(f, args, wrt)
    program = programs.gradient(own.program, positions)
    return ArrayJacobian.by(
        own.computing(program, len(positions) == 1), tuple(positions), forwards=True
    )


def _check(backend: str | None) -> None:
    if backend not in (None, "numpy"):
        raise ValueError(
            f"Jacobians by whole arrays are functions of NumPy, not of {backend!r}: take those of "
            "the library, of the function itself"
        )


class Products:
    """A program that is linear in its last inputs: what does not depend on them runs once."""

    def __init__(self, program: Program, many: int) -> None:
        first, last = split(program, many)
        self.sources = tuple([source(each) for each in (first, last)])
        self._once, self._each = (compile_source(text) for text in self.sources)

    def at(self, arrays: Sequence[Any]) -> Any:
        """The function of the last inputs alone."""
        known = self._once(*arrays)
        return lambda *vectors: self._each(*known, *vectors)


class ArrayJacobian(ArrayFunction):
    """Derivatives of each result by each of some arguments: blocks of out.shape + in.shape.

    One block is an array; several arguments, or results, give a tuple of them for each result.
    """

    def __init__(self, problem: ArrayProblem, wrt: tuple[int, ...], forwards: bool) -> None:
        self.wrt, self.forwards = wrt, forwards
        self._compile(problem)

    @classmethod
    def by(cls, problem: ArrayProblem, wrt: tuple[int, ...], forwards: bool = False) -> Any:
        return cls(problem, wrt, forwards)

    def _written(self) -> str:
        own = "" if self.forwards else super()._written()
        return own + "".join(_text(each.sources, k) for k, each in enumerate(self._columns, 1))

    @cached_property
    def _columns(self) -> list[Products]:
        """Jv by each argument."""
        return [Products(programs.jacobian_vector(self.program, [k]), 1) for k in self.wrt]

    @cached_property
    def _rows(self) -> list[Products]:
        """vJ of each result."""
        program = self.program
        return [
            Products(programs.vector_jacobian(replace(program, outputs=(k,)), self.wrt), 1)
            for k in program.outputs
        ]

    def __call__(self, /, *values: Any, **named: Any) -> Any:
        arrays, _ = self._arguments(values, named)
        with np.errstate(all="ignore"):
            blocks = self._blocks(arrays)
        found = [tuple(row) if len(row) > 1 else row[0] for row in blocks]
        return found[0] if self.problem.single else tuple(found)

    def _blocks(self, arrays: Sequence[Any]) -> list[list[np.ndarray]]:
        into = [arrays[k].shape for k in self.wrt]
        if not self.forwards:
            out = [np.shape(each) for each in self._function(*arrays)]
            if sum(map(math.prod, out)) < sum(map(math.prod, into)):
                return [_filled(p, arrays, s, into) for p, s in zip(self._rows, out, strict=True)]
        columns = [_filled(p, arrays, s, None) for p, s in zip(self._columns, into, strict=True)]
        turned = [
            [np.moveaxis(block, [*range(len(s))], [*range(-len(s), 0)]) for block in column]
            for column, s in zip(columns, into, strict=True)
        ]
        return [list(row) for row in zip(*turned, strict=True)]

    def __reduce__(self) -> Any:
        return ArrayJacobian, (self.problem, self.wrt, self.forwards)


def _filled(products: Products, arrays: Sequence[Any], shape: Any, into: Any) -> list[np.ndarray]:
    """The products with all unit vectors of a shape, along new first axes."""
    at, found = products.at(arrays), []
    for unit in _units(shape, np.result_type(float, *arrays)):
        found.append([np.array(each) for each in at(unit)])
    if not found:
        return [np.zeros((*shape, *s)) for s in into or [()]]
    return [np.stack(each).reshape(*shape, *each[0].shape) for each in zip(*found, strict=True)]


def _units(shape: Any, kind: Any) -> Iterator[np.ndarray]:
    for place in np.ndindex(shape):
        unit = np.zeros(shape, kind)
        unit[place] = 1
        yield unit


def _text(sources: Sequence[str], number: int) -> str:
    """The functions of one argument, each with a name of its own."""
    opening = imports("\n".join(sources))
    named = [
        text.replace("def function(", f"def {name}_{number}(")
        for name, text in zip(("known", "product"), sources, strict=True)
    ]
    return "\n".join([*opening, "", "", "\n\n".join(named)]) + "\n"


def split(program: Program, many: int) -> tuple[Program, Program]:
    """What does not depend on the last `many` inputs, and the rest as a function of that.

    The results of the first are the first inputs of the second.
    """
    count = len(program.inputs)
    late = {*range(count - many, count)}
    for index, (_, operands, _) in enumerate(program.operations):
        if not late.isdisjoint(operands):
            late.add(index)
    used = [k for index in sorted(late) for k in program.operations[index].operands]
    kept = sorted({k for k in (*used, *program.outputs) if k not in late})
    constants = [k for k in kept if program.operations[k].name == "constant"]
    known = [k for k in kept if k not in constants]
    vectors = program.inputs[count - many :]
    letters = tuple(ArrayVariable(f"known_{k}", program.shapes[k]) for k in known)
    first = Program(program.inputs[: count - many], *_early(program, late, known, many))
    order = [*known, *range(count - many, count), *constants]
    order += sorted(k for k in late if k >= count)
    place = {k: at for at, k in enumerate(order)}
    operations = [Operation("input", (), k) for k in range(len(known) + many)]
    for k in order[len(known) + many :]:
        name, operands, payload = program.operations[k]
        operations.append(Operation(name, tuple(place[each] for each in operands), payload))
    outputs = tuple(place[k] for k in program.outputs)
    return first, Program((*letters, *vectors), tuple(operations), outputs)


def _early(
    program: Program, late: set[int], known: Sequence[int], many: int
) -> tuple[tuple[Operation, ...], tuple[int, ...]]:
    """The operations that do not depend on the last inputs, and the places of what is known."""
    early = [k for k in range(len(program.operations)) if k not in late]
    place = {k: at for at, k in enumerate(early)}
    operations = tuple(
        Operation(name, tuple(place[each] for each in operands), payload)
        for name, operands, payload in (program.operations[k] for k in early)
    )
    return operations, tuple(place[k] for k in known)
