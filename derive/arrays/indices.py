"""Entries of windows, padded and cut arrays as entries of the array itself: X[i, 2o + k - 1].

Where padding puts zeros, an index outside of the array stands for 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr

from derive.arrays.nodes import Array
from derive.arrays.rearranged import Placed, Taken
from derive.arrays.windows import Windows


def looked_through(array: Array, index: Sequence[Expr]) -> tuple[Array, list[Expr]]:
    """The array that the entries come from, and their indices there.

    >>> from sympy import Integer
    >>> from sympy.abc import i, k
    >>> from derive.arrays.nodes import variable
    >>> from derive.arrays.windows import windows
    >>> looked_through(windows(variable("x", "n"), 0, Integer(3), stride=2), [i, k])
    (x, [2*i + k])
    """
    place = list(index)
    while True:
        if isinstance(array, Windows):
            axis, _, stride, dilation = array.where
            inside = place.pop()
            place[axis] = stride * place[axis] + dilation * inside
        elif isinstance(array, Placed) and array.where[3] == 1:
            place[array.where[0]] -= array.where[1]
        elif isinstance(array, Taken):
            axis, start, _, step = array.where
            place[axis] = start + step * place[axis]
        else:
            return array, place
        array = array.args[0]
