"""Array programs as functions of Dask arrays: lazy, in blocks, by NumPy's code.

Dask answers to NumPy's names; what it has no blocks for is refused.
"""

from __future__ import annotations

from typing import Any

from lambdify_bridge.backends.numpy import compile_source, imports
from lambdify_bridge.backends.numpy import source as printed
from lambdify_bridge.backends.numpy_arrays import ARRAYS
from lambdify_bridge.extras import extra
from lambdify_bridge.program import Program

PRESENT = {
    "size", "whole", "where", "einsum", "tensordot", "sum", "max", "min", "shift", "transpose",
    "expand", "broadcast", "reshape", "positions", "slice", "norm", "lengths",
}  # fmt: skip


def source(program: Program) -> str:
    """Python text of a function of Dask arrays. Raises ValueError for what Dask does not have."""
    for operation in program.operations:
        if operation.name in ARRAYS and operation.name not in PRESENT:
            raise ValueError(f"Dask has no {operation.name!r} in blocks: choose another backend")
    body = printed(program)
    return "\n".join([*imports(body), "", "", body]) + "\n"


class Library:
    """What a call needs: the function, its arguments as Dask arrays."""

    def __init__(self, program: Program) -> None:
        self.dask = extra("dask.array", "dask", "functions of dask arrays")
        self.source = source(program)
        self.function = compile_source(printed(program))

    def array(self, value: Any) -> Any:
        array = value if isinstance(value, self.dask.Array) else self.dask.asarray(value)
        return array.astype(float) if array.dtype.kind in "biu" else array

    def indices(self, value: Any) -> Any:
        return value.astype(int)

    def result(self, value: Any) -> Any:
        return value if isinstance(value, self.dask.Array) else self.dask.asarray(value)
