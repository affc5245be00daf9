"""What Python's operators mean between arrays: NumPy's broadcasting, and columns as on paper.

A vector is a column; `x.T` is a row, which only a product or a formula of rows makes use of. Every
mismatch of sizes is refused where it is written, with both axes and both sizes.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import EllipsisType
from typing import Any

from sympy import Expr, S

from derive.arrays.arithmetic import Arithmetic
from derive.arrays.elementwise import elementwise
from derive.arrays.elementwise import power as raised
from derive.arrays.nodes import PLACES, Array, Map, Power, Shape, ones
from derive.arrays.product import (
    Factor,
    exactly,
    is_number,
    number,
    permuted,
    product,
    scaled,
    split,
)
from derive.arrays.sums import total


class ShapeError(ValueError):
    """Arrays whose shapes do not fit, with both axes and both sizes."""


@dataclass(frozen=True)
class Row(Arithmetic):
    """A transposed vector, as in x.T @ A @ x; `column` is the vector."""

    column: Array

    @property
    def T(self) -> Array:  # NumPy's name
        return self.column

    @property
    def shape(self) -> Shape:
        return (S.One, *self.column.shape)


def array(value: Any) -> Array:
    """A number, a formula in sizes, or an array, as an array. Raises TypeError for anything else.

    >>> array(2).shape
    ()
    """
    if isinstance(value, Array):
        return value
    if isinstance(value, Row):
        return value.column
    if isinstance(value, (int, float, Expr)) and not isinstance(value, bool):
        exact = exactly(value)
        strange = sorted(map(str, (s for s in exact.free_symbols if not s.is_integer)))
        if strange:
            raise TypeError(f"{strange[0]} is a SymPy symbol: write it as a variable of shape ''")
        return number(exact)
    raise TypeError(
        f"cannot read a {type(value).__name__} as an array: write numbers and variables"
    )


def short(value: Array) -> str:
    """An array in an error message."""
    text = str(value)
    return text if len(text) <= 40 else text[:37] + "..."


# ------------------------------------------------------------------ broadcasting


def broadcast_shape(a: Array, b: Array, sign: str) -> Shape:
    """The shape of `a sign b`, aligned at the last axis, as in NumPy. Raises ShapeError."""
    shape: list[Expr] = []
    for k in range(1, max(a.rank, b.rank) + 1):
        n = a.shape[-k] if k <= a.rank else S.One
        m = b.shape[-k] if k <= b.rank else S.One
        if n != m and S.One not in (n, m):
            raise ShapeError(
                f"{short(a)} {sign} {short(b)}: axis {a.rank - k} of {short(a)} has size {n}, "
                f"axis {b.rank - k} of {short(b)} has size {m}; {_advice(a, b)}"
            )
        shape.append(m if n == 1 else n)
    return tuple(reversed(shape))


def _advice(a: Array, b: Array) -> str:
    if {a.rank, b.rank} == {1, 2}:
        vector = a if a.rank == 1 else b
        return f"a vector runs along the last axis: write {short(vector)}[:, None] for the first"
    return "transpose one of them, or check the shapes"


def same_way(a: Any, b: Any, sign: str) -> tuple[Array, Array]:
    """Both as arrays. Raises ShapeError where one is a row and the other a column."""
    left, right = array(a), array(b)
    if left.rank == right.rank == 1 and isinstance(a, Row) != isinstance(b, Row):
        first, second = (f"{short(v)}.T" if isinstance(of, Row) else short(v)
                         for of, v in ((a, left), (b, right)))  # fmt: skip
        raise ShapeError(
            f"{first} {sign} {second} joins a row and a column: write {short(left)} {sign} "
            f"{short(right)} for entry by entry, {short(left)}[:, None] {sign} {short(right)} "
            "for all pairs"
        )
    return left, right


def carried(a: Array, shape: Shape) -> list[Factor]:
    """`a`, broadcast to `shape`, as factors of a product whose labels are 0, 1, ..."""
    gap = len(shape) - a.rank
    labels: list[Any] = [gap + k if n == shape[gap + k] else ("one", id(a), k)
                         for k, n in enumerate(a.shape)]  # fmt: skip
    missing = [k for k in range(len(shape)) if k not in labels]
    return [(a, tuple(labels)), *((ones(shape[k]), (k,)) for k in missing)]


def broadcast(a: Array, shape: Shape) -> Array:
    return a if a.shape == shape else product(1, carried(a, shape), range(len(shape)))


# ------------------------------------------------------------------ the operators


def add(a: Any, b: Any) -> Any:
    left, right = same_way(a, b, "+")
    shape = broadcast_shape(left, right, "+")
    return as_written(total([broadcast(left, shape), broadcast(right, shape)]), a, b)


def subtract(a: Any, b: Any) -> Any:
    left, right = same_way(a, b, "-")
    shape = broadcast_shape(left, right, "-")
    negative = scaled(-1, broadcast(right, shape))
    return as_written(total([broadcast(left, shape), negative]), a, b)


def multiply(a: Any, b: Any) -> Any:
    left, right = same_way(a, b, "*")
    shape = broadcast_shape(left, right, "*")
    factors = carried(left, shape) + carried(right, shape)
    return as_written(product(1, factors, range(len(shape))), a, b)


def divide(a: Any, b: Any) -> Any:
    left, right = same_way(a, b, "/")
    if is_number(right) and split(right)[0] == 0:
        raise ZeroDivisionError(f"{short(left)} / 0: there is a division by zero")
    if left.rank < 2 and _could_be_inverted(right):
        raise ValueError(
            f"{short(left)} / {short(right)} divides by a matrix: write inv({short(right)}) @ ... "
            f"for the inverse, or reciprocal({short(right)}) for each entry"
        )
    return as_written(multiply(left, raised(right, S.NegativeOne)), a, b)


def _could_be_inverted(a: Array) -> bool:
    """A square matrix whose inverse may be meant; entries of a function surely are not."""
    return a.rank == 2 and a.shape[0] == a.shape[1] and not isinstance(a, (Map, Power))


def power(a: Any, b: Any) -> Any:
    base, exponent = same_way(a, b, "**")
    if is_number(exponent):
        value = split(exponent)[0]
        if value.is_negative and _could_be_inverted(base):
            raise ValueError(
                f"{short(base)} ** {value} is a power of a matrix: write matrix_power"
                f"({short(base)}, {value}), or reciprocal({short(base)}) for each entry"
            )
        return as_written(raised(base, value), a, b)
    if is_number(base):
        return as_written(elementwise(split(base)[0] ** PLACES[0], {PLACES[0]: exponent}), a, b)
    shape = broadcast_shape(base, exponent, "**")
    s, t = PLACES[:2]
    letters = {s: broadcast(base, shape), t: broadcast(exponent, shape)}
    return as_written(elementwise(s**t, letters), a, b)


def as_written(result: Array, *given: Any) -> Any:
    """A row, where a row went in and a vector came out."""
    row = any(isinstance(each, Row) for each in given)
    return Row(result) if row and result.rank == 1 else result


def matmul(a: Any, b: Any) -> Any:
    left, right = array(a), array(b)
    if left.rank == 0 or right.rank == 0:
        raise ShapeError(f"{short(left)} @ {short(right)}: @ is for vectors and matrices, write *")
    if isinstance(b, Row) and not isinstance(a, Row):
        if left.rank != 1:
            raise _mismatch(left, right, left.rank - 1, left.shape[-1], S.One)
        return product(1, [(left, "i"), (right, "j")], "ij")
    if isinstance(b, Row):
        raise _mismatch(left, right, 0, left.shape[0], S.One)
    inner = left.shape[-1], right.shape[-2 if right.rank > 1 else -1]
    if inner[0] != inner[1]:
        raise _mismatch(left, right, left.rank - 1, *inner)
    result = _contracted(left, right)
    return Row(result) if isinstance(a, Row) and result.rank == 1 else result


def _mismatch(left: Array, right: Array, axis: int, n: Expr, m: Expr) -> ShapeError:
    return ShapeError(
        f"{short(left)} @ {short(right)}: axis {axis} of {short(left)} has size {n}, "
        f"axis {max(0, right.rank - 2)} of {short(right)} has size {m}"
    )


def _contracted(left: Array, right: Array) -> Array:
    """The product over the inner axes; leading axes are broadcast against one another."""
    rows, columns = left.rank > 1, right.rank > 1
    batch: Shape = ()
    if left.rank > 2 or right.rank > 2:
        some = product(1, [(left, range(left.rank))], range(left.rank - 1 - rows))
        more = product(1, [(right, range(right.rank))], range(right.rank - 1 - columns))
        batch = broadcast_shape(some, more, "@")
    i, j, k = "i", "j", "k"
    a_labels = _batch(left, batch, 1 + rows) + ([i, j] if rows else [j])
    b_labels = _batch(right, batch, 1 + columns) + ([j, k] if columns else [j])
    out = [*range(len(batch)), *([i] if rows else []), *([k] if columns else [])]
    return product(1, [(left, tuple(a_labels)), (right, tuple(b_labels))], out)


def _batch(a: Array, batch: Shape, inner: int) -> list[Any]:
    gap = len(batch) - (a.rank - inner)
    sizes = a.shape[: a.rank - inner]
    return [gap + k if n == batch[gap + k] else ("one", id(a), k) for k, n in enumerate(sizes)]


def transpose(a: Array) -> Any:
    """`.T`: of a vector a row, of a matrix its transpose. Raises ShapeError beyond."""
    if a.rank > 2:
        raise ShapeError(
            f"{short(a)}.T has {a.rank} axes to turn round: write transpose({short(a)}, (0, 2, 1))"
        )
    return Row(a) if a.rank == 1 else permuted(a, range(a.rank)[::-1])


# ------------------------------------------------------------------ indexing


def indexed(a: Array | Row, index: Any) -> Array:
    """`a[...]` with slices, whole numbers, indices, None and an ellipsis, as in NumPy."""
    from derive.arrays.gather import Arange, gathered
    from derive.arrays.rearranged import sliced

    if isinstance(a, Row):
        raise ShapeError(f"{short(a.column)}.T is a row: index {short(a.column)} itself")
    parts = list(index) if isinstance(index, tuple) else [index]
    taken = sum(part is not None and part is not Ellipsis for part in parts)
    if taken > a.rank:
        raise ShapeError(f"{short(a)} has {a.rank} axes, and {taken} indices are asked for")
    at = next((k for k, part in enumerate(parts) if isinstance(part, EllipsisType)), len(parts))
    parts[at : at + 1] = [slice(None)] * (a.rank - taken)
    if any(isinstance(part, (Array, Arange)) for part in parts):
        return gathered(a, parts)
    labels: list[Any] = []
    out: list[Any] = []
    result, axis = a, 0
    for part in parts:
        if part is None:
            out.append(("new", len(out)))
            continue
        result = sliced(result, axis, part)
        labels.append(axis)
        if isinstance(part, slice):
            out.append(axis)
        axis += 1
    new = [(ones(1), (label,)) for label in out if isinstance(label, tuple)]
    return product(1, [(result, tuple(labels)), *new], tuple(out))
