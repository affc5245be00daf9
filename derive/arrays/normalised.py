"""Arrays of length one along an axis, kept whole: x/‖x‖, and the lengths ‖x‖ along an axis."""

from __future__ import annotations

from typing import Any

from derive.arrays import matrix
from derive.arrays.along import AlongAxis, along, axis_of
from derive.arrays.nodes import Array, Labels
from derive.arrays.operators import ShapeError, array, short
from derive.arrays.product import is_zero


class Normalised(AlongAxis):
    """x / norm(x) along the axis; where x is zero there, it is not defined."""

    __slots__ = ()
    name = "normalise"


class Lengths(AlongAxis):
    """The root of the sum of squares along the axis, which it takes away."""

    __slots__ = ()
    name = "norm"
    keeps_axis = False

    def square(self) -> list[tuple[Array, Labels]]:
        labels = list(range(self.rank))
        labels.insert(self.axis, self.rank)
        return [(self.args[0], tuple(labels))] * 2


def normalise(x: Any, axis: int | None = None) -> Array:
    """x/‖x‖ of a vector, or along an axis. Raises ZeroDivisionError where x is plainly zero.

    >>> from derive.arrays.nodes import variable
    >>> normalise(variable("X", "m,n"), axis=1)
    normalise(X, axis=1)
    """
    x = array(x)
    if axis is None and x.rank != 1:
        raise ShapeError(f"normalise({short(x)}) of {x.rank} axes: write axis=")
    if is_zero(x):
        raise ZeroDivisionError(f"normalise({short(x)}): there is a division by zero, the norm")
    return along(Normalised, x, -1 if axis is None else axis)


def norm(x: Any, ord: Any = None, axis: int | None = None) -> Array:
    """As `numpy.linalg.norm`: of all of x, or the Euclidean one along an axis."""
    x = array(x)
    if axis is None:
        return matrix.norm(x, ord)
    k = axis_of(x, axis, "norm")
    if x.rank == 1:
        return matrix.norm(x, ord)
    if ord not in (None, 2):
        raise ValueError(f"the norm {ord!r} along an axis: leave it out, for the root of squares")
    return along(Lengths, x, k)
