"""What the user hands in: letters, fields, points and curves, as Tuples of SymPy objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import Basic, Expr, MatrixBase, Symbol, Tuple

from derive.asked import asked, letter, scalar
from derive.calculus.integrals.integrate import exact

MOST_LETTERS = 6


def formula(f: Any) -> Expr:
    return exact(scalar(f))


def field(F: Any) -> Tuple:
    """The components of a field: a list, a column, or text such as "[y, -x]"."""
    found = asked(F) if isinstance(F, (str, MatrixBase)) else F
    if isinstance(found, MatrixBase):
        if 1 not in found.shape:
            raise ValueError("a field has a list of components, not a matrix")
        found = list(found)
    if not isinstance(found, (list, tuple, Tuple)) or not len(found):
        raise ValueError(f"{F} is no field: write the list of its components")
    return Tuple(*map(formula, found))


def letters_of(names: Any, within: Basic) -> Tuple:
    """The letters, as they are meant in the formulas. Raises ValueError."""
    if not isinstance(names, (list, tuple, Tuple)) or not len(names):
        raise ValueError(f"{names} is no list of letters: write ['x', 'y']")
    if len(names) > MOST_LETTERS:
        raise ValueError(f"{len(names)} letters: {MOST_LETTERS} are the most")
    found = [letter(name, within) for name in names]
    if len(set(found)) < len(found):
        raise ValueError("a letter stands twice in the list")
    return Tuple(*found)


def as_many(values: Sequence[Any], letters: Tuple, what: str) -> Tuple:
    """One value for each letter. Raises ValueError."""
    found = field(values)
    if len(found) != len(letters):
        raise ValueError(f"{what} has {len(found)} entries, for {len(letters)} letters")
    return found


def values_of(given: Mapping[Any, Any], within: Basic) -> tuple[Tuple, Tuple]:
    """`{letter: formula}` as letters and formulas."""
    if not isinstance(given, Mapping) or not given:
        raise ValueError("write the letters and what they are: {'x': 'cos(t)', 'y': 'sin(t)'}")
    return letters_of(list(given), within), field(list(given.values()))


def parameter(name: Any, within: Basic) -> Symbol:
    return letter(name, within)
