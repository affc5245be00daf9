"""Pieces of Python code: how tightly they bind, and constants as text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

UNARY, ATOM = 6, 7  # how tightly code binds, above the operators


class Part(NamedTuple):
    """Code, how tightly it binds, and the values with a name that it mentions."""

    text: str
    binding: int
    mentioned: Sequence[int] = ()

    def __str__(self) -> str:
        return self.text

    def bound(self, binding: int) -> str:
        return self.text if self.binding >= binding else f"({self.text})"

    @property
    def atom(self) -> str:
        return self.bound(ATOM)


def literal(number: Any, home: str = "np.") -> str:
    """Python's text of a constant, made from a plain number so that it can hold nothing else.

    `home` is where `nan` and `inf` are.
    """
    if isinstance(number, bool):
        return "True" if number else "False"
    if isinstance(number, complex):
        return f"complex({literal(number.real, home)}, {literal(number.imag, home)})"
    if math.isnan(number):
        return f"{home}nan"
    if math.isinf(number):
        return f"{home}inf" if number > 0 else f"-{home}inf"
    return repr(float(number))
