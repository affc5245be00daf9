"""The operations of a program on whole arrays, as they are found."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from lambdify_bridge.builder import Builder
from lambdify_bridge.lowering import value_of


class ArrayBuilder(Builder):
    """Operations so far, on numbers and on arrays; sizes that are letters are values as well."""

    def __init__(self, digits: int | None) -> None:
        super().__init__(digits)
        self.letters: dict[sp.Symbol, int] = {}

    # -- sizes and formulas --------------------------------------------------------------------

    def letter(self, letter: sp.Symbol) -> int:
        """A size; one that no array has is an input."""
        return self.letters[letter] if letter in self.letters else self.input(letter)

    def formula(self, formula: Any, known: Mapping[sp.Symbol, int] | None = None) -> int:
        """A SymPy expression in `known` letters and in sizes."""
        if formula.is_Number:
            return self.number(formula)
        known = known or {}
        sizes = {s: self.letter(s) for s in formula.free_symbols if s not in known}
        return value_of(self, formula, sizes | dict(known))

    def size(self, n: Any) -> int:
        """A size that is no whole number."""
        return self.letter(n) if n.is_Symbol else self.emit("whole", self.formula(n))

    def sized(self, name: str, payload: Any, operands: Sequence[int], sizes: Sequence[Any]) -> int:
        """An operation whose payload holds sizes: those that are no whole numbers are operands."""
        unknown = [self.size(n) for n in sizes if not n.is_Integer]
        return self.emit(name, *operands, *unknown, payload=payload)

    # -- conditions: all values are computed, one is taken -------------------------------------

    def cases(self, cases: Sequence[tuple[int, tuple[int, int]]]) -> int:
        """The value of the first condition that holds."""
        result = self.constant(math.nan)
        for value, (holds, _) in reversed(cases):
            is_known = self.value_of(holds)
            if is_known is None:
                result = self.where(holds, value, result)
            elif is_known:
                result = value
        return result

    def where(self, mask: int, value: int, otherwise: int) -> int:
        if self.is_number(value, 1) and self.is_number(otherwise, 0):
            return self.emit("indicator", mask)
        return self.emit("where", mask, value, otherwise)

    def mul(self, a: int, b: int) -> int:
        """A mask times a number is a number: 1 and 0 need not be made of it."""
        masks = [self.mask(value) for value in (a, b)]
        if (masks[0] is None) == (masks[1] is None):
            return super().mul(a, b)
        a, b = (value if mask is None else mask for value, mask in zip((a, b), masks, strict=True))
        return a if self.is_number(a, 0) else self.emit("mul", a, b)

    def mask(self, value: int) -> int | None:
        """The mask that a value of 1 and 0 is made of."""
        name, operands, _ = self.operations[value]
        return operands[0] if name == "indicator" else None

    # -- axes ----------------------------------------------------------------------------------

    def transpose(self, x: int, axes: Sequence[int]) -> int:
        return self.emit("transpose", x, payload=tuple(axes))

    def expand(self, x: int, own: Sequence[bool]) -> int:
        """New axes of size 1 where the leading axes of the result are not its own."""
        while own and own[-1]:
            own = own[:-1]
        return self.emit("expand", x, payload=tuple(own)) if own else x

    def reduce(self, name: str, x: int, axes: Sequence[int] | None, kept: bool = False) -> int:
        """The sum, the largest or the smallest along axes (None: all)."""
        return self.emit(name, x, payload=(None if axes is None else tuple(axes), kept))
