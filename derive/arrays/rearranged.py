"""Entries taken, put elsewhere or set side by side: what is linear without being a product.

Each comes with its adjoint, the map that takes entries back to where they came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from sympy import Expr, Integer, S, sympify

from derive.arrays.along import axis_of
from derive.arrays.nodes import Array, Labels, Product, Shape, Sum, size
from derive.arrays.operators import ShapeError, array, short
from derive.arrays.product import is_zero, scaled, zeros
from derive.arrays.sums import total


class Taken(Array):
    """Every `step`-th entry along `axis` from `start` on, `count` of them."""

    __slots__ = ()

    @property
    def where(self) -> tuple[int, Expr, Expr, int]:
        """axis, start, count, step."""
        return self.data

    def with_args(self, args: tuple[Array, ...]) -> Array:
        return taken(args[0], *self.where)


class Placed(Array):
    """The adjoint of `Taken`: entries put back along an axis of size `size`, zeros elsewhere."""

    __slots__ = ()

    @property
    def where(self) -> tuple[int, Expr, Expr, int]:
        """axis, start, size, step."""
        return self.data

    def with_args(self, args: tuple[Array, ...]) -> Array:
        return placed(args[0], *self.where)


class Reshaped(Array):
    """The same entries, in the same order (the last axis first), in another shape."""

    __slots__ = ()

    def traced(self) -> tuple[Array, Labels] | None:
        """Rows and columns are numbered by the same axes: the trace runs over each of these."""
        (of,) = self.args
        half = of.rank // 2
        rows, columns = of.shape[:half], of.shape[half:]
        return (of, (*range(half), *range(half))) if rows == columns else None

    def with_args(self, args: tuple[Array, ...]) -> Array:
        return reshaped(args[0], self.shape)


def taken(x: Array, axis: int, start: Expr, count: Expr, step: int) -> Array:
    if start == 0 and step == 1 and count == x.shape[axis]:
        return x
    shape = _with_size(x.shape, axis, count)
    return zeros(shape) if is_zero(x) else Taken.make((x,), (axis, start, count, step), shape)


def placed(x: Array, axis: int, start: Expr, size: Expr, step: int) -> Array:
    if start == 0 and step == 1 and size == x.shape[axis]:
        return x
    shape = _with_size(x.shape, axis, size)
    return zeros(shape) if is_zero(x) else Placed.make((x,), (axis, start, size, step), shape)


def placed_at(x: Any, axis: int, start: Any, size: Any, step: int = 1) -> Array:
    """Every `step`-th entry from `start` on along an axis of size `size` is one of x, others 0."""
    x = array(x)
    start, size = (sympify(each, strict=True) for each in (start, size))
    return placed(x, axis_of(x, axis, "placed"), start, size, step)


def _with_size(shape: Shape, axis: int, n: Expr) -> Shape:
    return (*shape[:axis], n, *shape[axis + 1 :])


def sliced(x: Array, axis: int, part: Any) -> Array:
    """`x` with one axis cut to a slice, or to one entry (the axis stays, of size 1).

    Sizes that are letters take slices from the front or all of it.
    """
    n = x.shape[axis]
    if isinstance(part, bool) or not isinstance(part, (int, slice, Expr)):
        raise ShapeError(f"{short(x)}[{part}]: write whole numbers, slices and None")
    if not isinstance(part, slice):
        start = _end(part, n, S.Zero)
        if isinstance(n, Integer) and not (start.is_Integer and 0 <= start < n):
            raise ShapeError(f"{short(x)} has no entry {part} on axis {axis}: its size is {n}")
        if not start.is_integer:
            raise ShapeError(f"{short(x)}[{start}]: write whole numbers, slices and None")
        return taken(x, axis, start, S.One, 1)
    if part == slice(None):
        return x
    step = 1 if part.step is None else part.step
    if not isinstance(step, int) or step < 1:
        raise ShapeError(f"{short(x)}: a slice has a step of 1, 2, ..., not {step}")
    if isinstance(n, Integer) and all(
        isinstance(end, int | None) for end in (part.start, part.stop)
    ):
        first, stop, _ = part.indices(int(n))
        start, count = Integer(first), Integer(len(range(first, stop, step)))
    elif step != 1:
        raise ShapeError(f"{short(x)}: a slice with step {step} needs a size that is a number")
    else:
        start = _end(part.start, n, S.Zero)
        count = _end(part.stop, n, n) - start
    if not (start.is_integer and count.is_integer):
        raise ShapeError(f"{short(x)}[{start}:{start + count}]: write whole numbers")
    if count.is_nonpositive or count.coeff(n).is_negative:
        raise ShapeError(f"{short(x)}: the slice of axis {axis}, of size {n}, has {count} entries")
    return taken(x, axis, start, count, step)


def _end(end: Any, n: Expr, otherwise: Expr) -> Expr:
    if end is None:
        return otherwise
    return n + end if isinstance(end, int) and end < 0 else sympify(end, strict=True)


def reshaped(x: Array, shape: Sequence[Expr]) -> Array:
    """The entries of `x` in another shape of the same size, as in NumPy."""
    asked = list(shape) if isinstance(shape, (list, tuple)) else [shape]
    known = prod((size(n) for n in asked if n != -1), start=S.One)
    new = tuple(prod(x.shape, start=S.One) / known if n == -1 else size(n) for n in asked)
    if new == x.shape:
        return x
    if prod(new, start=S.One) != prod(x.shape, start=S.One):
        raise ShapeError(f"{short(x)} of shape {x.shape} has not the entries for shape {new}")
    if not all(n.is_integer for n in new):
        raise ShapeError(f"{short(x)} of shape {x.shape} has no size for -1 in {tuple(asked)}")
    if is_zero(x):
        return zeros(new)
    if isinstance(x, Reshaped):
        return reshaped(x.args[0], new)
    if isinstance(x, Product) and x.coefficient != 1:
        return scaled(x.coefficient, reshaped(scaled(1 / x.coefficient, x), new))
    if isinstance(x, Sum) and all(is_kronecker(term, new) for term in x.args):
        return total([reshaped(term, new) for term in x.args])
    return Reshaped.make((x,), (new,), new)


def is_kronecker(x: Array, shape: Shape) -> bool:
    """Whether `x` in this shape is a multiple of the Kronecker product of two matrices."""
    if not isinstance(x, Product) or x.rank != 4 or len(x.args) != 2 or len(shape) != 2:
        return False
    return set(x.labels) == {(0, 2), (1, 3)} and shape[0] == x.shape[0] * x.shape[1]


def concatenate(arrays: Sequence[Any], axis: int = 0) -> Array:
    """Arrays set side by side along one axis: the sum of each in its place."""
    if isinstance(arrays, Array) or not arrays:
        raise TypeError("write a list of arrays: concatenate([x, y])")
    parts = [array(each) for each in arrays]
    first = parts[0]
    k = axis_of(first, axis, "concatenate")
    for each in parts[1:]:
        if _with_size(each.shape, k, S.One) != _with_size(first.shape, k, S.One):
            raise ShapeError(
                f"concatenate: {short(first)} has shape {first.shape}, {short(each)} {each.shape}; "
                f"they may differ on axis {k} only"
            )
    whole = sum((each.shape[k] for each in parts), S.Zero)
    pieces, start = [], S.Zero
    for each in parts:
        pieces.append(placed(each, k, start, whole, 1))
        start += each.shape[k]
    return total(pieces)
