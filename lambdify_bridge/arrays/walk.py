"""Graphs of array nodes: what a node is computed from, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# What is given a value by itself: derivatives get theirs from their definitions.
LEAVES = (
    "Variable", "Adjoint", "Gradient", "Differential", "Directional", "Jacobian", "Hessian",
    "VecJacobian",
)  # fmt: skip


def below(node: Any, meaning: Mapping[Any, Any]) -> Sequence[Any]:
    """What a node is computed from."""
    if node in meaning:
        return (meaning[node],)
    return () if type(node).__name__ in LEAVES else node.args


def needed(
    outputs: Sequence[Any], given: Sequence[Any], meaning: Mapping[Any, Any] | None = None
) -> list[Any]:
    """The nodes below the outputs, arguments first; nothing below what is given."""
    stop, meaning = set(given), meaning or {}
    order: list[Any] = []
    seen: set[Any] = set()
    stack = [(node, False) for node in reversed(outputs)]
    while stack:
        node, opened = stack.pop()
        if opened:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            if node not in stop:
                stack.extend((a, False) for a in reversed(below(node, meaning)))
    return order


def spelled(node: Any) -> str:
    """What a quantity is called in the code."""
    kind = type(node).__name__
    if kind == "Adjoint":
        return f"{spelled(node.args[1])}_bar"
    if kind == "Differential":
        return f"d{spelled(node.args[0])}"
    return str(node.data[0]) if kind in ("Variable", "Named") else "given"
