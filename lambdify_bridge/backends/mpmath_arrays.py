"""Operations on whole arrays of mpmath numbers: NumPy's code on arrays of objects.

Functions of entries and of matrices are mpmath's, with as many digits as are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mpmath
import numpy as np

from lambdify_bridge.backends.mpmath import LANGUAGE, SPARE, rounded
from lambdify_bridge.backends.numpy_arrays import ARRAYS, Row, written
from lambdify_bridge.backends.python_source import run
from lambdify_bridge.backends.python_source import source as printed
from lambdify_bridge.constants import FOLD
from lambdify_bridge.program import Program

# How many operands come before the sizes.
SIZED = {"broadcast": 1, "reshape": 1, "eye": 0, "triangle": 0, "one_hot": 1, "slice": 1,
         "place": 1, "windows": 1, "overlap": 1}  # fmt: skip
OF_LIBRARIES = r"(?:np\.linalg|\blinalg|\bruntime|\bspecial)\.(\w+)\("
OPERATORS = {"add", "sub", "mul", "div", "neg", "eq", "lt", "le", "gt", "ge", "and", "or"}


def _row(name: str) -> Callable[..., str]:
    """NumPy's row: sizes are whole numbers, functions of matrices have the context."""

    def row(payload: Any, *parts: Any) -> str:
        first = SIZED.get(name, 1 + len(payload) if name == "scatter" else len(parts))
        whole = [*parts[:first], *(f"int({part})" for part in parts[first:])]
        text = written(name, payload, whole)
        return re.sub(OF_LIBRARIES, r"arrays.\1(mp, ", text)

    return row


ROWS: dict[str, Row] = {name: _row(name) for name in ARRAYS} | {
    "size": "mp.mpf({0.atom}.shape[{p}])",
    "whole": "int({0})",
    "sqrtm": "arrays.sqrtm(mp, {0})",
}
OF_ARRAYS = replace(
    LANGUAGE,
    arrays=ROWS,
    calls={name: f'arrays.each(mp, "{name}")' for name in FOLD if name not in OPERATORS},
    opening={
        **LANGUAGE.opening,
        "np.": "import numpy as np",
        "arrays.": "from lambdify_bridge.backends import mpmath_array_functions as arrays",
    },
    reserved=LANGUAGE.reserved | {"arrays", "np", "int"},
    first_lines=lambda names, text: [],
)


def source(program: Program, digits: int = 50) -> str:
    """Python text of a function of arrays of mpmath numbers, with a context of its own.

    Raises ValueError for what mpmath does not have.
    """
    opening, _, body = printed(program, OF_ARRAYS).partition("\n\n\n")
    context = f"mp = mpmath.MPContext()\nmp.dps = {digits + SPARE}"
    return f"{opening}\n{context}\n\n\n{body}"


class Library:
    """What a call needs: the function, its arguments as arrays of mpmath numbers."""

    def __init__(self, program: Program, digits: int = 50) -> None:
        self.source, self.digits = source(program, digits), digits
        self._convert = np.frompyfunc(_number, 1, 1)
        self._round = np.frompyfunc(lambda value: rounded(value, digits), 1, 1)

    def function(self, *arrays: Any) -> Any:
        """In a context of this call alone: mpmath's remember their precision."""
        return run(self.source, {"int": int})(*arrays)

    def array(self, value: Any) -> Any:
        return np.asarray(self._convert(np.asarray(value, object)), object)

    def indices(self, value: Any) -> Any:
        return value.astype(int)

    def result(self, value: Any) -> Any:
        found = self._round(np.asarray(value, object))
        return found


def _number(value: Any) -> Any:
    """Text is refused, which mpmath would read."""
    if isinstance(value, str):
        raise TypeError("a number is needed, not text")
    return mpmath.mpmathify(value.item() if isinstance(value, np.generic) else value)
