"""Operations on arrays that are added to a program, each of a known shape.

A value may lack leading axes, or have size 1, where nothing changes along an axis: adjoints and
tangents are filled in where an operation needs all of their axes, and at the end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any

from lambdify_bridge.arrays.builder import ArrayBuilder
from lambdify_bridge.arrays.contraction import Term, contracted
from lambdify_bridge.program import Program
from lambdify_bridge.shapes import ONE, Shape, shape_of, shape_of_input

PLACEHOLDER = "placeholder"  # a value that stands for any other of its shape, its payload


class ShapedBuilder(ArrayBuilder):
    """An array builder that knows the shape of each value."""

    def __init__(self, digits: int | None) -> None:
        super().__init__(digits)
        self._shapes: list[Shape] = []

    def load(self, program: Program) -> None:
        super().load(program)
        for k, (name, operands, payload) in enumerate(self.operations):
            if name == "size" and operands[0] < len(program.inputs):
                self.letters[self.shape(operands[0])[payload]] = k
        sizes = {k: letter for letter, k in self.letters.items()}
        for k, (name, operands, _) in enumerate(self.operations):
            if name == "named" and operands[0] in sizes:
                self.letters[sizes[operands[0]]] = k

    def shape(self, index: int) -> Shape:
        found = self._shapes
        for name, operands, payload in self.operations[len(found) : index + 1]:
            if name == "input":
                found.append(shape_of_input(payload))
            elif name == PLACEHOLDER:
                found.append(payload[0])
            else:
                found.append(shape_of(name, payload, [found[k] for k in operands]))
        return found[index]

    def letter(self, letter: Any) -> int:
        """A size, read off an input that has it."""
        if letter not in self.letters:
            for symbol, k in self.symbols.items():
                if letter in shape_of_input(symbol):
                    axis = shape_of_input(symbol).index(letter)
                    self.letters[letter] = self.emit("size", k, payload=axis)
                    break
        return super().letter(letter)

    def emit(self, name: str, *operands: int, payload: Any = None) -> int:
        """All values are there: one of them is taken, none is computed where it is needed."""
        if name != "select":
            return super().emit(name, *operands, payload=payload)
        result = self.constant(math.nan)
        for mask, value in zip(operands[-2::-2], operands[::-2], strict=True):
            result = self.where(mask, value, result)
        return result

    # -- axes ----------------------------------------------------------------------------------

    def full(self, value: int, shape: Shape) -> int:
        """The value with all axes."""
        if self.shape(value) == shape:
            return value
        return self.sized("broadcast", shape, [value], shape)

    def ranked(self, value: int, rank: int) -> int:
        """The value with all axes, of size 1 where it lacks them."""
        own = len(self.shape(value))
        return self.expand(value, [False] * (rank - own) + [True] * own) if own < rank else value

    def reshaped(self, value: int, shape: Shape) -> int:
        return value if self.shape(value) == shape else self.sized("reshape", shape, [value], shape)

    def chain_of_products(self, factors: Sequence[int]) -> int:
        """Numbers first."""
        return reduce(self.mul, sorted(factors, key=lambda k: len(self.shape(k))))

    def times(self, value: int, coefficient: Any) -> int:
        """The value times a number or a size."""
        return value if coefficient == 1 else self.mul(self.formula(coefficient), value)

    def term(self, value: int, labels: Sequence[int]) -> Term:
        """The value with a label for each axis that it has; those of size 1 are dropped."""
        shape = self.shape(value)
        own = [(i, n) for i, n in zip(labels[len(labels) - len(shape) :], shape, strict=True)]
        rest = tuple(n for _, n in own if n != 1)
        return Term(self.reshaped(value, rest), tuple(i for i, n in own if n != 1))

    def added_up(self, value: int, shape: Shape, to: Shape) -> int:
        """The sum of the entries of a value of `shape` that come from one entry, where an array of
        the shape `to` was broadcast."""
        more = len(shape) - len(to)
        gone = [a for a, n in enumerate(shape) if n != 1 and (a < more or to[a - more] == 1)]
        if not gone and len(self.shape(value)) <= len(to):
            return value
        labels = range(len(shape))
        out = tuple(a for a in labels if a >= more and a not in gone and shape[a] != 1)
        name, operands, _ = self.operations[value]
        factors = operands if name == "mul" and gone else (value,)
        terms = [self.term(k, labels) for k in factors]
        carried = {i for term in terms for i in term.labels}
        coefficient = math.prod([shape[a] for a in gone if a not in carried], start=ONE)
        arrays = [term for term in terms if term.labels]
        if not arrays:
            return self.times(self.reshaped(value, ()), coefficient)
        found = contracted(self, arrays, out)
        result = found.value
        for term in terms:
            result = result if term.labels else self.mul(term.value, result)
        own = [a + more in found.labels for a in range(len(to))]
        first = own.index(True) if True in own else len(own)
        return self.times(self.expand(result, own[first:]), coefficient)
