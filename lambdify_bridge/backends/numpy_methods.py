"""Operations that a numerical method computes, in NumPy source: which functions are called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lambdify_bridge.program import Operation, Program

CALLS = {
    "integral": "integrated",
    "series": "summed",
    "product": "multiplied",
    "slope": "differentiated",
}


def programs(method: Any, function: str) -> list[tuple[str, Program]]:
    """The functions that a call mentions: the body, and what else is known of an integrand."""
    return [(function, method.body), *((f"{function}_{k}", more) for k, more in _more(method))]


def call(operation: Operation, operands: Iterable[str], function: str) -> str:
    more = [f"{name}={function}_{name}" for name, _ in _more(operation.payload)]
    return f"{CALLS[operation.name]}({', '.join([function, *operands, *more])})"


def _more(method: Any) -> list[tuple[str, Program]]:
    known = {"breaks": method.breaks, "wave": method.wave}
    return [(name, program) for name, program in known.items() if program]
