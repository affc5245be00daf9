"""Elementary functions of this machine: glibc's vector library, its scalar one, SciPy's in C.

The vector library promises 4 units in the last place (glibc manual, "libmvec"); what it lacks, or
gets wrong at special values, is computed one value at a time.
"""

from __future__ import annotations

import ctypes
import platform
from functools import cache
from typing import Any

LETTERS = {128: "b", 256: "d", 512: "e"}  # of the vector widths in bits, in the names of libmvec

IS_X86 = platform.machine() in ("x86_64", "AMD64")

# fmt: off
LIBRARY: dict[str, tuple[str, int]] = {   # operation: C's name, number of operands
    "exp":   ("exp", 1),    "expm1": ("expm1", 1),  "log":   ("log", 1),    "log1p": ("log1p", 1),
    "sin":   ("sin", 1),    "cos":   ("cos", 1),    "tan":   ("tan", 1),
    "asin":  ("asin", 1),   "acos":  ("acos", 1),   "atan":  ("atan", 1),   "atan2": ("atan2", 2),
    "sinh":  ("sinh", 1),   "cosh":  ("cosh", 1),   "tanh":  ("tanh", 1),
    "asinh": ("asinh", 1),  "acosh": ("acosh", 1),  "atanh": ("atanh", 1),
    "power": ("pow", 2),    "hypot": ("hypot", 2),  "fmod":  ("fmod", 2),
    "erf":   ("erf", 1),    "erfc":  ("erfc", 1),
}
# fmt: on


@cache
def _library(name: str) -> Any:
    """The shared library of that name, or what the process has loaded."""
    try:
        return ctypes.CDLL(name)
    except OSError:
        return ctypes.CDLL(None)


@cache
def _address(library: str, symbol: str) -> int | None:
    try:
        function = getattr(_library(library), symbol)
    except AttributeError:
        return None
    return ctypes.cast(function, ctypes.c_void_p).value


def vector_symbol(operation: str, bits: int, kind: str) -> str | None:
    """The vector library's name for vectors of `bits` bits of "double" or "float", if it has it."""
    if not IS_X86:
        return None
    name, operands = LIBRARY[operation]
    lanes, suffix = (bits // 64, "") if kind == "double" else (bits // 32, "f")
    symbol = f"_ZGV{LETTERS[bits]}N{lanes}{'v' * operands}_{name}{suffix}"
    return symbol if address(symbol) else None


def address(symbol: str) -> int | None:
    """Where a function of the vector library or the C library is in memory."""
    return _address("libmvec.so.1" if symbol.startswith("_ZGV") else "libm.so.6", symbol)
