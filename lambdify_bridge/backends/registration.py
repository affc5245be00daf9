"""Machine code of inner loops as a `numpy.ufunc`, through NumPy's C interface for ufuncs."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np

MOST_OPERANDS = 64  # of a ufunc, inputs and outputs together
FROM_FUNCTIONS = 1  # the place of PyUFunc_FromFuncAndData in the table of the interface
NO_IDENTITY = -1  # PyUFunc_None


class Loop(NamedTuple):
    """An inner loop `void (char **args, const npy_intp *n, const npy_intp *steps, void *data)`."""

    address: int
    data: int
    types: str  # one NumPy character for each operand: "dd?"


class _Ufunc(ctypes.Structure):
    """The head of NumPy's PyUFuncObject, up to the object that a ufunc keeps alive."""

    _fields_ = (
        ("references", ctypes.c_ssize_t),
        ("type", ctypes.c_void_p),
        *((name, ctypes.c_int) for name in ("inputs", "outputs", "operands", "identity")),
        ("functions", ctypes.c_void_p),
        ("data", ctypes.c_void_p),
        *((name, ctypes.c_int) for name in ("types", "reserved")),
        *((name, ctypes.c_void_p) for name in ("name", "signatures", "doc", "own", "kept")),
    )


_immortal: list[Any] = []  # where NumPy's layout is not as above, memory is never freed


def as_ufunc(
    loops: Sequence[Loop], inputs: int, outputs: int, name: str, doc: str, kept: Any
) -> np.ufunc:
    """A ufunc of the loops, the narrowest types first; it keeps `kept` alive.

    Raises ValueError where there are too many operands, or no input.
    """
    check_operands(inputs, outputs)
    functions = (ctypes.c_void_p * len(loops))(*(loop.address for loop in loops))
    data = (ctypes.c_void_p * len(loops))(*(loop.data for loop in loops))
    numbers = [np.dtype(kind).num for loop in loops for kind in loop.types]
    types = ctypes.create_string_buffer(bytes(numbers))
    texts = ctypes.c_char_p(name.encode()), ctypes.c_char_p(doc.encode())
    ufunc = _constructor()(
        functions, data, types, len(loops), inputs, outputs, NO_IDENTITY, *texts, 0
    )
    _keep(ufunc, functions, (functions, data, types, texts, kept))
    return ufunc


def check_operands(inputs: int, outputs: int) -> None:
    if not inputs:
        raise ValueError("a formula without arguments is no ufunc: call it with NumPy")
    if inputs + outputs > MOST_OPERANDS:
        raise ValueError(
            f"{inputs} arguments and {outputs} results are too many for a ufunc, which has at "
            f"most {MOST_OPERANDS} of both: stay with NumPy"
        )


def _constructor() -> Any:
    """PyUFunc_FromFuncAndData, out of the capsule that NumPy publishes."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    capsule = import_module("numpy._core._multiarray_umath")._UFUNC_API
    table = ctypes.cast(pointer(capsule, None), ctypes.POINTER(ctypes.c_void_p))
    address, count, text = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
    kind = ctypes.PYFUNCTYPE(
        ctypes.py_object, address, address, address, *[count] * 4, text, text, count
    )
    return kind(table[FROM_FUNCTIONS])


def _keep(ufunc: np.ufunc, functions: Any, kept: Any) -> None:
    """Puts `kept` where frompyfunc puts its function: NumPy releases it with the ufunc."""
    head = _Ufunc.from_address(id(ufunc))
    if head.functions != ctypes.addressof(functions) or head.kept is not None:
        _immortal.append(kept)
        return
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(kept))
    head.kept = id(kept)
