"""How large what comes from outside may be: text, matrices, SymPy objects, saved files.

Every limit stands here, once. An error names the limit that it comes from; whoever trusts the input
raises it for a block: `with derive.allowing(digits=4200): ...`. Other threads keep theirs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace


# fmt: off
@dataclass(frozen=True)
class InputLimits:
    """The most that input may have of each."""

    characters: int = 10_000            # in one text
    depth: int = 100                    # levels of nesting: SymPy 1.14 fails to print some 107 deep
    name_length: int = 64               # characters of one name
    literal_digits: int = 1000          # digits of one number as typed
    digits: int = 4000                  # of any integer that is computed: Python prints 4300
    root_digits: int = 400              # of the number under a root: SymPy looks for prime factors
    argument_digits: int = 100          # of a number inside sin(...)
    degree: int = 1000                  # of a power inside sin(...)
    complex_degree: int = 20            # of a power inside re(...), which SymPy multiplies out
    binomial: int = 100                 # of numbers that are no integers: SymPy multiplies
    polygamma: int = 100                # order and argument, of which SymPy sums as many terms
    extrema: int = 12                   # arguments of one maximum, which SymPy compares in pairs
    conditions: int = 100               # joined by and, or, or in one chain of comparisons
    order: int = 1000                   # of a derivative
    matrix_entries: int = 10_000        # of one matrix
    matrix_nodes: int = 20_000          # in a product of matrices that hold letters
    axes: int = 10                      # of one array
    array_nodes: int = 2000             # operations in the text of one array
    symbols: int = 5000                 # different letters in one expression
    nodes: int = 200_000                # parts of an expression, or of a saved derivation
    steps: int = 100_000                # of a saved derivation
    file_characters: int = 50_000_000   # of a saved derivation as JSON
    seconds: int = 5                    # for building all of one text; no plain text comes near
# fmt: on


DEFAULT = InputLimits()
_now: ContextVar[InputLimits] = ContextVar("limits of input", default=DEFAULT)


def most(of: str) -> int:
    """The limit that holds here.

    >>> most("depth")
    100
    """
    return int(getattr(_now.get(), of))


def to_raise(limit: str) -> str:
    """What the error of a limit says last.

    >>> to_raise("depth")
    'or raise the limit: with derive.allowing(depth=...)'
    """
    assert limit in _NAMES, limit
    return f"or raise the limit: with derive.allowing({limit}=...)"


class TooLarge(ValueError):
    """Input beyond one of the limits.

    >>> str(TooLarge("a matrix of 10000 by 10000", "matrix_entries"))[:56]
    'a matrix of 10000 by 10000 is too large: matrix_entries '
    """

    def __init__(self, what: str, limit: str):
        super().__init__(what, limit)
        self.what, self.limit = what, limit

    def __str__(self) -> str:
        return (
            f"{self.what} is too large: {self.limit} is at most {most(self.limit)}; "
            f"use less, {to_raise(self.limit)}"
        )


@contextmanager
def allowing(**limits: int) -> Iterator[InputLimits]:
    """A block with other limits of input, in this thread alone.

    Raises TypeError for a name that is no limit, ValueError for a value that is none.

    >>> with allowing(name_length=3):
    ...     most("name_length")
    3
    >>> most("name_length")
    64
    """
    for name, value in limits.items():
        _refuse_no_limit(name, value)
    token = _now.set(replace(_now.get(), **limits))
    try:
        yield _now.get()
    finally:
        _now.reset(token)


def _refuse_no_limit(name: str, value: object) -> None:
    if name not in _NAMES:
        raise TypeError(f"{name} is no limit of input: choose from {', '.join(_NAMES)}")
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name}={value!r}: write a whole number from 1 on")
    printed = sys.get_int_max_str_digits()
    if name in ("digits", "literal_digits") and 0 < printed < value:
        raise ValueError(
            f"{name}={value}: Python prints integers of {printed} digits at most; "
            "call sys.set_int_max_str_digits first"
        )


_NAMES = tuple(field.name for field in fields(InputLimits))
