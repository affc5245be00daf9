"""SciPy's special functions as machine code: the C functions behind `scipy.special`."""

from __future__ import annotations

import ctypes
from functools import cache

PREFIX = "scipy."  # of their names in a module
FUSED = "__pyx_fuse_"
SKIP = "int __pyx_skip_dispatch"  # their last parameter


@cache
def address(symbol: str, parameters: str, results: int) -> int:
    """Where `scipy.name` is: of doubles ("d") and integers ("n"), returning a double or writing
    `results` doubles behind its parameters.

    Raises ValueError where this SciPy has no such function.
    """
    from scipy.special import cython_special

    kinds = [{"d": "double", "n": "Py_ssize_t"}[letter] for letter in parameters]
    wanted = f"double ({', '.join([*kinds, SKIP])})"
    if results:
        wanted = f"void ({', '.join(kinds + ['double *'] * results)})"
    name = symbol.removeprefix(PREFIX)
    for key, capsule in sorted(cython_special.__pyx_capi__.items()):
        if _base(key) == name and _name(capsule) == wanted:
            return _pointer(capsule, wanted)
    raise ValueError(f"this SciPy has no C function {name!r}: stay with NumPy")


def _base(key: str) -> str:
    """The function's name in `__pyx_fuse_0_1eval_chebyt`."""
    fused = key.startswith(FUSED)
    return key.removeprefix(FUSED).lstrip("0123456789_") if fused else key


def _name(capsule: object) -> str:
    get = ctypes.pythonapi.PyCapsule_GetName
    get.restype, get.argtypes = ctypes.c_char_p, [ctypes.py_object]
    return get(capsule).decode()


def _pointer(capsule: object, name: str) -> int:
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return get(capsule, name.encode())
