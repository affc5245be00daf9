"""Operations on whole arrays as JAX code: those of NumPy, under JAX's names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lambdify_bridge.backends.jax import LANGUAGE
from lambdify_bridge.backends.numpy_arrays import ARRAYS, written
from lambdify_bridge.backends.python_source import run
from lambdify_bridge.backends.python_source import source as printed
from lambdify_bridge.extras import extra
from lambdify_bridge.program import Program


def _row(name: str) -> Callable[..., str]:
    def row(payload: Any, *parts: Any) -> str:
        text = re.sub(r"\bnp\.", "jnp.", written(name, payload, parts))
        return re.sub(r"(?<![.\w])(runtime|linalg)\.", "arrays.", text)

    return row


OF_ARRAYS = replace(
    LANGUAGE,
    arrays={name: _row(name) for name in ARRAYS},
    opening={
        **LANGUAGE.opening,
        "arrays.": "from lambdify_bridge.backends import jax_array_functions as arrays",
    },
    reserved=LANGUAGE.reserved | {"arrays", "int"},
)


def source(program: Program) -> str:
    """Python text of a function of JAX arrays. Raises ValueError for what JAX does not have."""
    return printed(program, OF_ARRAYS)


class Library:
    """What a call needs: the function, its arguments as arrays of the library."""

    def __init__(self, program: Program) -> None:
        self.jnp = extra("jax.numpy", "jax", "functions of jax arrays")
        self.source = source(program)
        self.function = run(self.source, {"int": int})

    def array(self, value: Any) -> Any:
        array = self.jnp.asarray(value)
        if self.jnp.issubdtype(array.dtype, self.jnp.inexact):
            return array
        return array.astype(self.jnp.result_type(float))

    def indices(self, value: Any) -> Any:
        return self.jnp.asarray(value).astype(int)

    def result(self, value: Any) -> Any:
        return self.jnp.asarray(value)
