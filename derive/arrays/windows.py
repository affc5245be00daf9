"""Windows that slide along an axis, for convolution and pooling; and their adjoint."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, floor, sympify

from derive.arrays.along import axis_of
from derive.arrays.nodes import Array
from derive.arrays.operators import ShapeError, array, short
from derive.arrays.product import is_zero, zeros


class Windows(Array):
    """Entry [..., o, ..., k] is x[..., stride*o + dilation*k, ...]: place k of window o.

    The axis keeps its place and counts the windows; a new last axis runs through a window.
    """

    __slots__ = ()

    @property
    def where(self) -> tuple[int, Expr, int, int]:
        """axis, size of a window, stride, dilation."""
        return self.data

    def with_args(self, args: tuple[Array, ...]) -> Array:
        return windows(args[0], *self.where)


class Overlapped(Array):
    """The adjoint of `Windows`: what stands in several windows is added up, where it came from."""

    __slots__ = ()

    @property
    def where(self) -> tuple[int, Expr, int, int]:
        """axis, size of the axis, stride, dilation."""
        return self.data

    def with_args(self, args: tuple[Array, ...]) -> Array:
        return overlapped(args[0], *self.where)


def windows(x: Array, axis: int, size: Expr, stride: int = 1, dilation: int = 1) -> Array:
    n = x.shape[axis]
    many = _quotient(n - dilation * (size - 1) - 1, stride) + 1
    if many.is_Integer and many < 1:
        raise ShapeError(
            f"a window of {dilation * (size - 1) + 1} does not fit into axis {axis} of {short(x)}, "
            f"which has size {n}"
        )
    shape = (*x.shape[:axis], many, *x.shape[axis + 1 :], size)
    return zeros(shape) if is_zero(x) else Windows.make((x,), (axis, size, stride, dilation), shape)


def overlapped(x: Array, axis: int, size: Expr, stride: int = 1, dilation: int = 1) -> Array:
    shape = (*x.shape[:axis], size, *x.shape[axis + 1 : -1])
    if is_zero(x):
        return zeros(shape)
    return Overlapped.make((x,), (axis, size, stride, dilation), shape)


def sliding(x: Any, axis: Any, size: Any, stride: Any = 1, dilation: Any = 1) -> Array:
    """`windows` of what a user writes. Raises ShapeError."""
    x = array(x)
    return windows(x, *_asked(x, axis, size, stride, dilation))


def added_up(x: Any, axis: Any, size: Any, stride: Any = 1, dilation: Any = 1) -> Array:
    """`overlapped` of what a user writes; the last axis is that of a window. Raises ShapeError."""
    x = array(x)
    axis, n, stride, dilation = _asked(x, axis, size, stride, dilation)
    reach = stride * (x.shape[axis] - 1) + dilation * (x.shape[-1] - 1) + 1
    if axis == x.rank - 1 or (n - reach).is_negative:
        raise ShapeError(
            f"the windows of {short(x)} reach over {reach} places of axis {axis}, not {n}"
        )
    return overlapped(x, axis, n, stride, dilation)


def _asked(
    x: Array, axis: Any, size: Any, stride: Any, dilation: Any
) -> tuple[int, Expr, int, int]:
    n = sympify(size, strict=True)
    steps = [stride, dilation]
    if not all(isinstance(step, int) and step > 0 for step in steps) or not n.is_positive:
        raise ShapeError(f"windows of {short(x)}: size, stride and dilation are 1, 2, ...")
    return axis_of(x, axis, "windows"), n, stride, dilation


def _quotient(n: Expr, stride: int) -> Expr:
    return n if stride == 1 else floor(n / Integer(stride))
