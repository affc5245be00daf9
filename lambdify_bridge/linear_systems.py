"""Systems of linear equations in numbers of many digits."""

from __future__ import annotations

from typing import Any


def solved(c: Any, A: Any, b: Any) -> Any:
    """The x with A x = b, by elimination. Raises ZeroDivisionError where A is singular or has
    entries that are no numbers.

    >>> import mpmath
    >>> solved(mpmath.mp, mpmath.matrix([[2, 0], [0, 4]]), mpmath.matrix([2, 2]))[1]
    mpf('0.5')
    """
    if not all(map(c.isfinite, A)):
        raise ZeroDivisionError("an entry of the matrix is no number")
    try:
        return c.lu_solve(A, b)
    except TypeError as error:  # of mpmath, where what is left of a column is 0
        raise ZeroDivisionError("the matrix is singular") from error
