"""Windows that slide along an axis, for convolution and pooling; and their adjoint."""

from __future__ import annotations

from sympy import Expr, Integer, floor

from derive.arrays.nodes import Array
from derive.arrays.operators import ShapeError, short
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


def _quotient(n: Expr, stride: int) -> Expr:
    return n if stride == 1 else floor(n / Integer(stride))
