"""Entries with mean 0 and variance 1 over some axes, kept whole: what norm layers are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr, Rational, S

from derive.arrays.along import axis_of
from derive.arrays.nodes import Array, Shape
from derive.arrays.operators import array
from derive.arrays.product import exactly

EPS = Rational(1, 10**5)  # what is added to a variance, so that it is not zero


class Standardized(Array):
    """(X - mean) r over the axes; without centring, X r. r is the `InverseDeviation`."""

    __slots__ = ()
    name = "standardized"

    @property
    def over(self) -> tuple[tuple[int, ...], Expr, bool]:
        """The axes, what is added to the variance, whether the mean is subtracted."""
        return self.data

    def with_args(self, args: tuple[Array, ...]) -> Array:
        return standardized(args[0], *self.over)


class InverseDeviation(Array):
    """r = 1/sqrt(variance + eps) over the axes, which it takes away."""

    __slots__ = ()
    name = "inverse_deviation"

    @property
    def over(self) -> tuple[tuple[int, ...], Expr, bool]:
        return self.data

    def with_args(self, args: tuple[Array, ...]) -> Array:
        return inverse_deviation(args[0], *self.over)


def standardized(
    x: Any, axes: Sequence[int] = (-1,), eps: Any = EPS, centred: bool = True
) -> Array:
    x = array(x)
    return Standardized.make((x,), _over(x, axes, eps, centred), x.shape)


def inverse_deviation(
    x: Any, axes: Sequence[int] = (-1,), eps: Any = EPS, centred: bool = True
) -> Array:
    x = array(x)
    over = _over(x, axes, eps, centred)
    shape: Shape = tuple(n for k, n in enumerate(x.shape) if k not in over[0])
    return InverseDeviation.make((x,), over, shape)


def _over(x: Array, axes: Sequence[int], eps: Any, centred: bool) -> tuple[Any, ...]:
    which = tuple(sorted({axis_of(x, k, "standardized") for k in axes}))
    return which, exactly(eps), bool(centred)


def many(x: Array, axes: Sequence[int]) -> Expr:
    """The number of entries over the axes."""
    result = S.One
    for axis in axes:
        result *= x.shape[axis]
    return result
