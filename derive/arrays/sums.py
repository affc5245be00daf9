"""Sums of arrays of one shape: zeros left out, like terms collected, the order kept as written.

A long sum is one term of another sum, so that adding to it again and again stays cheap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sympy import Expr

from derive.arrays.nodes import Array, Product, Sum
from derive.arrays.product import coefficient_of, is_zero, scaled, split, zeros

MOST_OPENED = 16  # terms of a sum that are taken one by one into another sum


def total(terms: Iterable[Array]) -> Array:
    """The sum of `terms`, which are not empty and of one shape.

    >>> from derive.arrays.nodes import variable
    >>> x = variable("x", "n")
    >>> total([x, x, total([x, x])])
    4*x
    """
    given = list(terms)
    if len(given) == 1:
        return given[0]
    flat = list(_flat(given))
    kept = _collected(flat) if len(set(map(_made_of, flat))) < len(flat) else flat
    if len(kept) < 2:
        return kept[0] if kept else zeros(given[0].shape)
    return Sum.make(tuple(kept), (), given[0].shape)


def _made_of(term: Array) -> frozenset[Array]:
    """The factors: like terms have the same."""
    return frozenset(term.args if isinstance(term, Product) else (term,))


def _collected(terms: list[Array]) -> list[Array]:
    """Like terms as one, at the place of the first."""
    coefficients: dict[Any, Expr] = {}
    first: dict[Any, Array] = {}
    for term in terms:
        coefficient, rest = split(term)
        if rest in first:
            coefficients[rest] += coefficient
        else:
            first[rest], coefficients[rest] = term, coefficient
    return [_with_coefficient(first[rest], c) for rest, c in coefficients.items() if c != 0]


def _flat(terms: Iterable[Array]) -> Iterator[Array]:
    for term in terms:
        if isinstance(term, Sum) and len(term.args) <= MOST_OPENED:
            yield from term.args
        elif not is_zero(term):
            yield term


def _with_coefficient(term: Array, coefficient: Expr) -> Array:
    own = coefficient_of(term)
    return term if own == coefficient else scaled(coefficient / own, term)
