"""Functions along one axis that are kept whole: softmax, logsumexp, the largest entry.

Sums and means over axes are products with a label summed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from sympy import Expr, S

from derive.arrays.nodes import Array, ones
from derive.arrays.operators import ShapeError, array, short
from derive.arrays.product import product


class AlongAxis(Array):
    """A function along the axis `axis` of one array; `name` as SciPy or NumPy spell it."""

    __slots__ = ()
    name: ClassVar[str] = ""
    keeps_axis: ClassVar[bool] = True

    @property
    def axis(self) -> int:
        return int(self.data[0])


class Softmax(AlongAxis):
    """exp(x) / sum(exp(x)) along the axis."""

    __slots__ = ()
    name = "softmax"

    def looks_total(self, axis: int) -> Expr | None:
        return S.One if axis == self.axis else None


class LogSoftmax(AlongAxis):
    """x - logsumexp(x) along the axis."""

    __slots__ = ()
    name = "log_softmax"


class LogSumExp(AlongAxis):
    """log(sum(exp(x))) along the axis, which it takes away."""

    __slots__ = ()
    name = "logsumexp"
    keeps_axis = False


class Largest(AlongAxis):
    __slots__ = ()
    name = "max"
    keeps_axis = False


class Smallest(AlongAxis):
    __slots__ = ()
    name = "min"
    keeps_axis = False


class AtLargest(AlongAxis):
    """1 at the largest entry along the axis, 0 elsewhere (the derivative of the maximum)."""

    __slots__ = ()
    name = "at_max"

    def looks_total(self, axis: int) -> Expr | None:
        return S.One if axis == self.axis else None


class AtSmallest(AtLargest):
    __slots__ = ()
    name = "at_min"


def along(cls: type[AlongAxis], x: Array, axis: int) -> Array:
    """The node, for an axis of `x` counted from the front or, if negative, from the back."""
    k = axis_of(x, axis, cls.name)
    shape = x.shape if cls.keeps_axis else x.shape[:k] + x.shape[k + 1 :]
    return cls.make((x,), (k,), shape)


def axis_of(x: Array, axis: int, name: str) -> int:
    if not isinstance(axis, int):
        raise ShapeError(f"{name}({short(x)}): an axis is a whole number, not {axis}")
    if not -x.rank <= axis < x.rank:
        raise ShapeError(f"{name}({short(x)}) has no axis {axis}: {short(x)} has {x.rank} axes")
    return axis % x.rank


def _of_vector_or_along(cls: type[AlongAxis], x: Any, axis: int | None) -> Array:
    """As SciPy and NumPy do, which take all axes together where none is named: of a vector only."""
    x = array(x)
    if axis is None and x.rank != 1:
        raise ShapeError(f"{cls.name}({short(x)}) of {x.rank} axes: write axis=")
    return along(cls, x, -1 if axis is None else axis)


def softmax(x: Any, axis: int | None = None) -> Array:
    return _of_vector_or_along(Softmax, x, axis)


def log_softmax(x: Any, axis: int | None = None) -> Array:
    return _of_vector_or_along(LogSoftmax, x, axis)


def logsumexp(x: Any, axis: int | None = None) -> Array:
    return _of_vector_or_along(LogSumExp, x, axis)


def amax(x: Any, axis: int | None = None) -> Array:
    return _of_vector_or_along(Largest, x, axis)


def amin(x: Any, axis: int | None = None) -> Array:
    return _of_vector_or_along(Smallest, x, axis)


def sum_(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Array:
    """The sum over all axes, or over some."""
    x = array(x)
    axes = _axes(x, axis)
    out: list[Any] = [k for k in range(x.rank) if k not in axes]
    if not keepdims:
        return product(1, [(x, range(x.rank))], out)
    kept = [("one", k) if k in axes else k for k in range(x.rank)]
    return product(1, [(x, range(x.rank)), *((ones(1), (("one", k),)) for k in axes)], kept)


def mean(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Array:
    x = array(x)
    many = S.One
    for k in _axes(x, axis):
        many *= x.shape[k]
    return sum_(x, axis, keepdims) / many


def _axes(x: Array, axis: int | Sequence[int] | None) -> list[int]:
    if axis is None:
        return list(range(x.rank))
    asked: list[Any] = list(axis) if isinstance(axis, (list, tuple)) else [axis]
    found = sorted(axis_of(x, k, "sum") for k in asked)
    if len(set(found)) < len(found):
        raise ShapeError(f"sum({short(x)}, axis={tuple(asked)}) names an axis twice")
    return found
