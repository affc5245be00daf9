"""Expressions and derivations as bytes between our own processes, exactly as they are.

SymPy's own pickling calls the constructors anew, which evaluate: the step x + x = 2*x would arrive
as 2*x = 2*x. Here nodes are put together as they were, one after the other, without recursion,
however deep. The bytes are a pickle: made and read by the processes of one run, never a file.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from types import FunctionType
from typing import Any

import mpmath
from mpmath.matrices.matrices import _matrix
from sympy import Basic, NDimArray
from sympy.matrices.matrixbase import MatrixBase

ITS_OWN = frozenset({"_mhash", "_args", "_assumptions", "__weakref__", "__dict__"})
Recipe = tuple[Callable[..., Any], tuple[Any, ...]]


def dumps(value: Any) -> bytes:
    """`value` as bytes; raises TypeError for what has no meaning in another process."""
    nodes = tuple(_parts_first(value))
    out = io.BytesIO()
    pickler = _Pickler(out, {id(node): number for number, node in enumerate(nodes)})
    try:
        pickler.dump(len(nodes))
        for node in nodes:
            pickler.dump(_recipe(node))
        pickler.dump(value)
    except (pickle.PicklingError, AttributeError) as error:
        raise TypeError(f"this cannot be sent to a worker process: {error}") from error
    return out.getvalue()


def loads(data: bytes) -> Any:
    """What `dumps` wrote."""
    unpickler = _Unpickler(io.BytesIO(data))
    for _ in range(unpickler.load()):
        make, parts = unpickler.load()
        unpickler.nodes.append(make(*parts))
    return unpickler.load()


class _Pickler(pickle.Pickler):
    """Refers to nodes that were written already by their number."""

    def __init__(self, out: io.BytesIO, numbers: dict[int, int]) -> None:
        super().__init__(out, protocol=5)
        self.numbers = numbers

    def persistent_id(self, value: Any) -> int | None:
        return self.numbers.get(id(value))

    def reducer_override(self, value: Any) -> Any:
        if _is_node(value):
            return _recipe(value)
        if isinstance(value, FunctionType) and value.__module__ == "__main__":
            raise pickle.PicklingError(
                f"{value.__qualname__} is defined in the main module, which is not run there: "
                "define it in a module that can be imported"
            )
        if isinstance(value, _matrix):
            return mpmath.matrix, (value.tolist(),)
        for kind in () if isinstance(value, (Basic, type)) else ("mpf", "mpc"):
            if hasattr(value, f"_{kind}_"):
                return _number, (kind, getattr(value, f"_{kind}_"))
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: io.BytesIO) -> None:
        super().__init__(data)
        self.nodes: list[Any] = []

    def persistent_load(self, number: int) -> Any:
        return self.nodes[number]


# ------------------------------------------------------------------ what is a node, and its parts


def _is_node(value: Any) -> bool:
    """Expressions with arguments, and frozen records (steps, derivations, reports)."""
    if isinstance(value, Basic):
        return bool(value.args)
    return is_dataclass(value) and not isinstance(value, type)


def _parts_first(value: Any) -> Iterator[Any]:
    """The distinct nodes in a value, each after those that it is made of."""
    seen: set[int] = set()
    stack: list[tuple[Any, bool]] = [(value, False)]
    while stack:
        node, opened = stack.pop()
        if opened:
            yield node
        elif id(node) not in seen:
            seen.add(id(node))
            if _is_node(node):
                stack.append((node, True))
            stack.extend((part, False) for part in _below(node))


def _below(value: Any) -> tuple[Any, ...]:
    if isinstance(value, Basic):
        return tuple(value.args)
    if isinstance(value, (tuple, list)):
        return tuple(value)
    if isinstance(value, dict):
        return (*value.keys(), *value.values())
    return tuple(_fields(value).values()) if _is_node(value) else ()


def _fields(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record) if field.init}


# ------------------------------------------------------------------ how a node is put together


def _recipe(node: Any) -> Recipe:
    if not isinstance(node, Basic):
        return _record, (type(node), _fields(node))
    if hasattr(type(node), "make"):  # equal ones are one object: only its class can say which
        return type(node).make, (node.args, node.data, node.shape)
    if _by_constructor(type(node)):
        return type(node), node.args
    return _as_it_was, (type(node), node.args, _state(node))


def _by_constructor(kind: type) -> bool:
    """Explicit matrices and arrays hold their entries twice; their constructors only store them."""
    return issubclass(kind, (MatrixBase, NDimArray))


def _state(node: Basic) -> dict[str, Any]:
    """What it holds beside its arguments."""
    slots = [name for kind in type(node).__mro__ for name in getattr(kind, "__slots__", ())]
    held = [name for name in dict.fromkeys(slots) if name not in ITS_OWN and hasattr(node, name)]
    return {name: getattr(node, name) for name in held} | getattr(node, "__dict__", {})


def _record(kind: Any, parts: dict[str, Any]) -> Any:
    return kind(**parts)


def _as_it_was(kind: Any, args: tuple[Basic, ...], state: dict[str, Any]) -> Basic:
    node = Basic.__new__(kind, *args)
    for name, value in state.items():
        setattr(node, name, value)
    hash(node)  # from the leaves up: no later hash has to recurse
    return node


def _number(kind: str, stored: tuple[Any, ...]) -> Any:
    """A number of mpmath, whose classes belong to a context."""
    return getattr(mpmath.mp, f"make_{kind}")(stored)
