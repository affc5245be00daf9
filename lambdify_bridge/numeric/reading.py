"""Unevaluated operators of SymPy -> operations that a numerical method computes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy as sp

from lambdify_bridge.numeric.breaks import breaks, from_singular_ends, wave
from lambdify_bridge.numeric.deltas import without_deltas
from lambdify_bridge.numeric.methods import Inlined, Method, Numerical
from lambdify_bridge.program import Program

Compile = Callable[..., Program]  # of expressions, arguments, and whether stable forms are wanted


def numerical(node: Any, compiled: Compile) -> Any:
    """What an unevaluated operator is in a program: an expression, a Numerical or an Inlined.

    Raises ValueError for an operator that has no numerical method here.
    """
    reader = READERS.get(type(node).__name__)
    if reader is None:
        raise ValueError(
            f"an unevaluated {type(node).__name__} has no numerical method here: work it out first"
        )
    return reader(node, compiled)


def _letters(body: Any, *bound: Any) -> list[Any]:
    free = body.free_symbols.difference(bound)
    return sorted(free, key=lambda symbol: (symbol.name, symbol.sort_key()))


def _method(body: Any, x: Any, letters: Sequence[Any], compiled: Compile, **more: Any) -> Method:
    stable = compiled([body], [x, *letters])
    as_written = compiled([body], [x, *letters], stable=False)
    return Method(stable, as_written=None if as_written == stable else as_written, **more)


def _innermost(node: Any) -> tuple[Any, Any]:
    """The body with all limits but the last one, and that one."""
    first = node.limits[:-1]
    return (node.func(node.function, *first) if first else node.function), node.limits[-1]


def _bounds(node: Any, limit: Any) -> tuple[Any, Any, Any]:
    if len(limit) != 3:
        raise ValueError(f"a {type(node).__name__} needs both bounds to have a value: {limit}")
    return tuple(limit)


def _integral(node: Any, compiled: Compile) -> Any:
    body, limit = _innermost(node)
    x, a, b = _bounds(node, limit)
    worked_out = without_deltas(body, x, a, b)
    if worked_out is not None:
        return worked_out
    moved = from_singular_ends(body, x, a, b)
    if moved is not None:
        return moved
    letters = _letters(body, x)
    places = breaks(body, x)
    found = compiled(places, letters) if places else None
    parts = wave(body, x) if a.is_infinite or b.is_infinite else None
    waves = compiled(parts, [x, *letters]) if parts else None
    method = _method(body, x, letters, compiled, breaks=found, wave=waves)
    return Numerical("integral", method, [a, b, *letters])


def _sum(node: Any, compiled: Compile) -> Any:
    body, limit = _innermost(node)
    k, a, b = _bounds(node, limit)
    letters = _letters(body, k)
    return Numerical("series", _method(body, k, letters, compiled), [a, b, *letters])


def _product(node: Any, compiled: Compile) -> Any:
    body, limit = _innermost(node)
    k, a, b = _bounds(node, limit)
    if a.is_infinite or b.is_infinite:
        return sp.exp(sp.Sum(sp.log(body), (k, a, b)))
    letters = _letters(body, k)
    return Numerical("product", _method(body, k, letters, compiled), [a, b, *letters])


def _derivative(node: Any, compiled: Compile) -> Any:
    """By the rules for operations; by a difference quotient where one of them has none."""
    from lambdify_bridge.differentiation.programs import jacobian

    body, (x, count) = node.expr, node.variable_count[-1]
    rest = list(node.variable_count[:-1])
    if int(count) > 1:
        rest.append((x, count - 1))
    if rest:
        body = sp.Derivative(body, *rest, evaluate=False)
    letters = _letters(body, x)
    program = compiled([body], [x, *letters], stable=False)
    try:
        entries = jacobian(program, [0])
    except ValueError:
        return Numerical("slope", _method(body, x, letters, compiled), [x, *letters])
    return Inlined(entries.program, [x, *letters]) if entries.rows else sp.S.Zero


def _substitution(node: Any, compiled: Compile) -> Any:
    letters = _letters(node.expr, *node.variables)
    program = compiled([node.expr], [*node.variables, *letters])
    return Inlined(program, [*node.point, *letters])


READERS: dict[str, Callable[[Any, Compile], Any]] = {
    "Integral": _integral,
    "Sum": _sum,
    "Product": _product,
    "Derivative": _derivative,
    "Subs": _substitution,
}
