"""The letters of a named update rule or schedule, and the values that a caller gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sympy import Expr, Symbol

from derive.asked import scalar
from derive.calculus.integrals.integrate import exact


def named(name: str, table: Mapping[str, Any], kind: str) -> Any:
    """The row of a table. Raises ValueError, which says what there is."""
    if name not in table:
        raise ValueError(f"{name!r} is no {kind}: write one of {', '.join(map(repr, table))}")
    return table[name]


def values_of(name: str, letters: Iterable[Symbol], given: Mapping[str, Any]) -> dict[Symbol, Expr]:
    """The letters that are given values, exactly. Raises ValueError for a letter that is none of
    them, or a value that is not what is known of it."""
    known = {letter.name: letter for letter in letters}
    unknown = [word for word in given if word not in known]
    if unknown:
        raise ValueError(f"{name} has no {unknown[0]!r}: its letters are {', '.join(known)}")
    values = {known[word]: exact(scalar(value)) for word, value in given.items()}
    for letter, value in values.items():
        refuse_misfit(letter, value)
    return values


def refuse_misfit(letter: Symbol, value: Expr) -> None:
    if letter.is_integer and value.is_integer is False:
        raise ValueError(f"{letter} is a whole number, not {value}")
    if letter.is_positive and value.is_positive is False:
        raise ValueError(f"{letter} is positive, not {value}")
    if letter.is_nonnegative and value.is_nonnegative is False:
        raise ValueError(f"{letter} is not negative, as {value} is")
