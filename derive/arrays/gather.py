"""Entries chosen by whole numbers: X[i] is the product of one-hot rows with X.

Indices do not move. What is handed back to X is the product with the transposed rows: it adds up
what belongs to entries that were chosen several times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Expr, S

from derive.arrays.along import axis_of
from derive.arrays.matrix import MatrixFunction
from derive.arrays.nodes import (
    Array,
    Labels,
    Named,
    Ones,
    Product,
    Shape,
    Variable,
    identity,
    ones,
    size,
)
from derive.arrays.operators import ShapeError, array, short
from derive.arrays.product import Factor, is_number, product, split
from derive.arrays.rearranged import Reshaped, Taken, sliced


class OneHot(MatrixFunction):
    """Rows of n entries along a new last axis: 1 at the place that an index says, 0 elsewhere."""

    __slots__ = ()
    name = "one_hot"

    def with_args(self, args: tuple[Array, ...]) -> Array:
        return one_hot(args[0], self.shape[-1])

    def looks_total(self, axis: int) -> Expr | None:
        return S.One if axis == self.rank - 1 else None

    def square(self) -> list[tuple[Array, Labels]]:
        return [(self, tuple(range(self.rank)))]


@dataclass(frozen=True)
class Arange:
    """The indices 0, 1, ... of a whole axis, as in X[arange(n), i]."""

    size: Expr

    @property
    def shape(self) -> Shape:
        return (self.size,)

    def __str__(self) -> str:
        return f"arange({self.size})"


def arange(n: Any) -> Arange:
    return Arange(size(n))


def is_index(value: Any) -> bool:
    """Whether its entries are surely indices: a variable of that structure, also rearranged."""
    if isinstance(value, Variable):
        return value.structure == "indices"
    if isinstance(value, (Named, Taken, Reshaped)):
        return is_index(value.args[0])
    if not isinstance(value, Product):
        return isinstance(value, Arange)
    others = [(a, labels) for a, labels in value.factors if not isinstance(a, Ones)]
    if value.coefficient != 1 or len(others) != 1 or not is_index(others[0][0]):
        return False
    factor, labels = others[0]
    summed = [n for n, label in zip(factor.shape, labels, strict=True) if label not in value.out]
    return all(n == 1 for n in summed)


def one_hot(indices: Any, n: Any) -> Array:
    """Rows of n entries, 1 at the place that the index says. Raises ValueError: no indices.

    >>> from derive.arrays.nodes import variable
    >>> one_hot(variable("i", "m", "indices"), "n").shape
    (m, n)
    """
    n = size(n)
    if isinstance(indices, Arange):
        if indices.size != n:
            raise ShapeError(f"{indices} for an axis of size {n}: write arange({n})")
        return identity(n)
    if not is_index(indices):
        text = short(array(indices))
        raise ValueError(f'{text} are no indices: declare them, as structures={{"i": "indices"}}')
    return OneHot.make((indices,), (n,), (*indices.shape, n))


def one_hot_rows(chosen: Any, n: Any) -> Array:
    """Indices below n as one-hot rows; rows as they are."""
    return one_hot(chosen, n) if is_index(chosen) else array(chosen)


def take(x: Any, indices: Any, axis: int | None = None) -> Array:
    """The entries of `x` at the indices along an axis, as in NumPy."""
    x, indices = array(x), indices if isinstance(indices, Arange) else array(indices)
    if axis is None and x.rank != 1:
        raise ShapeError(f"take({short(x)}) of {x.rank} axes: write axis=")
    place = axis_of(x, 0 if axis is None else axis, "take")
    at = split(indices)[0] if isinstance(indices, Array) and is_number(indices) else indices
    return array(x[(*[slice(None)] * place, at)])


def gathered(x: Array, parts: Sequence[Any]) -> Array:
    """`x[...]` where some of the parts, one for each axis, are indices: NumPy's advanced indexing.

    Indices run together, broadcast to one shape, which stands where the first of them does; in
    front, where slices or None are between them.
    """
    arrays = [part for part in parts if isinstance(part, (Array, Arange))]
    shape = _broadcast(arrays)
    places = [k for k, part in enumerate(parts) if part is not None and not isinstance(part, slice)]
    first = places[0] if places[-1] - places[0] < len(places) else 0
    labels: list[Any] = []
    out: list[Any] = []
    factors: list[Factor] = []
    for k, part in enumerate(parts):
        if k == first:
            out += [("index", a) for a in range(len(shape))]
        if part is None:
            out.append(("new", k))
            factors.append((ones(1), (("new", k),)))
            continue
        axis = len(labels)
        labels.append(axis)
        if isinstance(part, (Array, Arange)):
            factors.append((one_hot(part, x.shape[axis]), (*_aligned(part, shape, k), axis)))
            continue
        x = sliced(x, axis, part)
        out += [axis] if isinstance(part, slice) else []
    return product(1, [*factors, (x, tuple(labels))], out)


def _broadcast(indices: Sequence[Any]) -> Shape:
    """The one shape that index arrays have together, aligned at the last axis."""
    whole: list[Expr] = []
    for k in range(1, 1 + max(len(each.shape) for each in indices)):
        sizes = [each.shape[-k] for each in indices if k <= len(each.shape)]
        long = list(dict.fromkeys(n for n in sizes if n != 1))
        if len(long) > 1:
            texts = ", ".join(str(each) for each in indices)
            raise ShapeError(f"the indices {texts} run together: their sizes are {long}")
        whole.insert(0, long[0] if long else S.One)
    return tuple(whole)


def _aligned(part: Any, shape: Shape, k: int) -> tuple[Any, ...]:
    """The labels of the axes of one index array among those of all of them."""
    gap = len(shape) - len(part.shape)
    return tuple(
        ("index", gap + a) if n == shape[gap + a] else ("one", k, a)
        for a, n in enumerate(part.shape)
    )
