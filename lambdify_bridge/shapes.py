"""The shape of a value at one point, from the shapes of what it is computed from.

A size is a SymPy Integer or a letter; an axis along which nothing changes may have size 1 or be
absent, as NumPy broadcasts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import sympy as sp

Shape = tuple[Any, ...]
ONE = sp.Integer(1)


class ArrayVariable(NamedTuple):
    """An input that is an array of a declared shape."""

    name: str
    shape: Shape


def broadcast(*shapes: Shape) -> Shape:
    """
    >>> from sympy.abc import n
    >>> broadcast((3, 1), (n,), ())
    (3, n)
    """
    rank = max(map(len, shapes), default=0)
    full = [(ONE,) * (rank - len(shape)) + shape for shape in shapes]
    return tuple(next((n for n in axis if n != 1), ONE) for axis in zip(*full, strict=True))


def shapes_of(inputs: Sequence[Any], operations: Sequence[Any]) -> tuple[Shape, ...]:
    """The shape of each value of a program."""
    found: list[Shape] = []
    for name, operands, payload in operations:
        if name == "input":
            found.append(shape_of_input(inputs[payload]))
        else:
            found.append(shape_of(name, payload, [found[k] for k in operands]))
    return tuple(found)


def shape_of_input(symbol: Any) -> Shape:
    """That of an array variable; a symbol is a number."""
    return getattr(symbol, "shape", ())


def shape_of(name: str, payload: Any, of: Sequence[Shape]) -> Shape:
    """The shape of the value of an operation on values of these shapes."""
    rule = SHAPES.get(name)
    return broadcast(*of) if rule is None else rule(payload, *of)


def _reduced(payload: Any, x: Shape) -> Shape:
    axes, kept = payload
    axes = range(len(x)) if axes is None else axes
    if kept:
        return tuple(ONE if a in axes else n for a, n in enumerate(x))
    return tuple(n for a, n in enumerate(x) if a not in axes)


def _without(axis: int, x: Shape) -> Shape:
    return (*x[:axis], *x[axis + 1 :])


def _with(x: Shape, axis: int, n: Any) -> Shape:
    return (*x[:axis], n, *x[axis + 1 :])


def _expanded(own: Sequence[bool], x: Shape) -> Shape:
    sizes: Iterator[Any] = iter(x)
    first = [next(sizes) if is_own else ONE for is_own in own]
    return (*first, *sizes)


def _matmul(payload: Any, a: Shape, b: Shape) -> Shape:
    return (*a[:-1], *(b[:-2] + b[-1:] if len(b) > 1 else ()))


def _einsum(spec: str, *operands: Shape) -> Shape:
    left, right = spec.split("->")
    pairs = zip(left.split(","), operands, strict=True)
    sizes = {i: n for labels, shape in pairs for i, n in zip(labels, shape, strict=True) if n != 1}
    return tuple(sizes.get(i, ONE) for i in right)


def _tensordot(axes: Any, a: Shape, b: Shape) -> Shape:
    return tuple(
        n for shape, gone in zip((a, b), axes, strict=True)
        for k, n in enumerate(shape) if k not in gone
    )  # fmt: skip


def _windows(where: Any, x: Shape, *sizes: Shape) -> Shape:
    axis, size, stride, dilation = where
    many = x[axis] - dilation * (size - 1) - 1
    many = many if stride == 1 else sp.floor(many / sp.Integer(stride))
    return (*_with(x, axis, many + 1), size)


def _indexed(axis: int, x: Shape, *indices: Shape) -> Shape:
    return (*x[:axis], *broadcast(*indices), *x[axis + len(indices) :])


def _scattered(sizes: Sequence[Any], x: Shape, *more: Shape) -> Shape:
    rank = max(len(i) for i in more[: len(sizes)])
    return (*sizes, *x[rank:])


# What an operation makes of its payload and the shapes of its operands; of those that are not here,
# an entry of the result comes from one entry of each operand. Sizes that are no whole numbers are
# operands as well: they come last.
# fmt: off
SHAPES: dict[str, Callable[..., Shape]] = {
    "size":              lambda axis, x: (),
    "whole":             lambda _, x: (),
    "matmul":            _matmul,
    "einsum":            _einsum,
    "tensordot":         _tensordot,
    "sum":               _reduced,
    "max":               _reduced,
    "min":               _reduced,
    "shift":             _reduced,
    "transpose":         lambda axes, x: tuple(x[a] for a in axes),
    "expand":            _expanded,
    "broadcast":         lambda shape, x, *sizes: shape,
    "reshape":           lambda shape, x, *sizes: shape,
    "eye":               lambda shape, *sizes: shape,
    "triangle":          lambda which, *sizes: which[1],
    "one_hot":           lambda n, x, *sizes: (*x, n),
    "positions":         lambda which, x: (x[which[0]], *(ONE,) * which[1]),
    "index":             _indexed,
    "scatter":           _scattered,
    "slice":             lambda where, x, *sizes: _with(x, where[0], where[2]),
    "place":             lambda where, x, *sizes: _with(x, where[0], where[2]),
    "windows":           _windows,
    "overlap":           lambda where, x, *sizes: _with(x[:-1], where[0], where[1]),
    "determinant":       lambda _, x: (),
    "logdet":            lambda _, x: (),
    "norm":              lambda _, x: (),
    "nuclear_norm":      lambda _, x: (),
    "spectral_norm":     lambda _, x: (),
    "eigenvalues":       lambda _, x: x[:1],
    "expm_derivative":   lambda _, x, v: x,
    "sylvester":         lambda _, a, b, c: c,
    "logsumexp":         _without,
    "lengths":           _without,
    "inverse_deviation": lambda over, x: _reduced((over[0], False), x),
}
# fmt: on
