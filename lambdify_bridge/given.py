"""What was handed in, as SymPy objects: text is refused, alone and inside of anything else.

SymPy's `sympify(strict=True)` refuses text, and evaluates the text inside tuples, dictionaries,
sets and arrays.
"""

from __future__ import annotations

from numbers import Number
from typing import Any

from sympy import Basic, MatrixBase, SympifyError, sympify


def given(value: Any) -> Any:
    """A SymPy object as it is, a number as a SymPy number. Raises SympifyError for all else.

    >>> given(2) / 3
    2/3
    """
    known = isinstance(value, (Basic, MatrixBase, Number))
    if not known and not any(hasattr(value, name) for name in ("_sympy_", "_mpf_", "_mpc_")):
        raise SympifyError(f"cannot read a {type(value).__name__}: give a SymPy expression")
    return sympify(value, strict=True)
