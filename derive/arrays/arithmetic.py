"""The operators of Python between arrays: what they mean stands in `operators`."""

from __future__ import annotations

from typing import Any


class Arithmetic:
    """Operators as in NumPy, for arrays."""

    __slots__ = ()
    __array_ufunc__ = None  # NumPy leaves the operators to this class

    def __add__(self, other: Any) -> Any:
        return _operators().add(self, other)

    def __radd__(self, other: Any) -> Any:
        return _operators().add(other, self)

    def __sub__(self, other: Any) -> Any:
        return _operators().subtract(self, other)

    def __rsub__(self, other: Any) -> Any:
        return _operators().subtract(other, self)

    def __mul__(self, other: Any) -> Any:
        return _operators().multiply(self, other)

    def __rmul__(self, other: Any) -> Any:
        return _operators().multiply(other, self)

    def __truediv__(self, other: Any) -> Any:
        return _operators().divide(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _operators().divide(other, self)

    def __pow__(self, other: Any) -> Any:
        return _operators().power(self, other)

    def __rpow__(self, other: Any) -> Any:
        return _operators().power(other, self)

    def __matmul__(self, other: Any) -> Any:
        return _operators().matmul(self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return _operators().matmul(other, self)

    def __neg__(self) -> Any:
        return _operators().multiply(-1, self)

    def __pos__(self) -> Any:
        return self

    def __getitem__(self, index: Any) -> Any:
        return _operators().indexed(self, index)

    __iter__ = None  # or Python would ask for entries without end

    @property
    def T(self) -> Any:  # NumPy's name
        return _operators().transpose(self)


def _operators() -> Any:
    from derive.arrays import operators

    return operators
