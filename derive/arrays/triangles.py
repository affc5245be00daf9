"""Masks of triangles: ones on and below the diagonal, or on and above it, zeros elsewhere."""

from __future__ import annotations

from typing import Any

from sympy import Expr

from derive.arrays.elementwise import hadamard
from derive.arrays.matrix import square
from derive.arrays.nodes import Array


class Triangle(Array):
    """The n by n mask; `name` is NumPy's of the function that cuts it out."""

    __slots__ = ()

    @property
    def name(self) -> str:
        return str(self.data[0])


def triangle(name: str, n: Expr) -> Array:
    return Triangle.make((), (name,), (n, n))


def tril(X: Any) -> Array:
    """The matrix on and below the diagonal, as `numpy.tril`.

    >>> from derive.arrays.nodes import variable
    >>> tril(variable("X", "n,n"))
    X*tril(ones(n, n))
    """
    X = square(X, "tril")
    return hadamard([X, triangle("tril", X.shape[0])])


def triu(X: Any) -> Array:
    """The matrix on and above the diagonal, as `numpy.triu`."""
    X = square(X, "triu")
    return hadamard([X, triangle("triu", X.shape[0])])
