"""What is to be compiled of arrays: a program, its arguments, and what their values must fulfil."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from lambdify_bridge.arrays.lowering import lowered
from lambdify_bridge.arrays.points import structure_of
from lambdify_bridge.arrays.walk import needed
from lambdify_bridge.program import Program


@dataclass(frozen=True)
class ArrayProblem:
    """A program, whose inputs are the arguments in order, and the nodes that it came from."""

    program: Program
    given: tuple[Any, ...]  # what the arguments are: nodes with a name and a shape
    slices: tuple[Any, ...]  # slices that have to fit
    rows: tuple[Any, ...]  # one-hot rows, whose indices have to be in range
    single: bool  # the result is not a tuple

    @property
    def names(self) -> tuple[str, ...]:
        return tuple([variable.name for variable in self.program.inputs])

    def computing(self, program: Program, single: bool) -> ArrayProblem:
        """Other results of the same arguments."""
        return replace(self, program=program, single=single)

    def positions(self, wrt: Any) -> list[int]:
        """Which arguments these are; None: all but indices. Raises ValueError for others."""
        if wrt is None:
            return [k for k, node in enumerate(self.given) if structure_of(node) != "indices"]
        names = wrt.replace(",", " ").split() if isinstance(wrt, str) else [str(w) for w in wrt]
        unknown = next((name for name in names if name not in self.names), None)
        if unknown or not names:
            raise ValueError(
                f"the arguments are {', '.join(self.names)}: {unknown} is none of them"
            )
        return [self.names.index(name) for name in names]


def problem(
    outputs: Sequence[Any],
    given: Sequence[Any],
    meaning: Mapping[Any, Any] | None = None,
    single: bool = True,
    exact: bool = False,
) -> ArrayProblem:
    """The problem of some nodes as a function of others; `exact`: constants keep all digits.

    Raises ValueError for a size that no argument has.
    """
    graph = lowered(tuple(outputs), tuple(given), meaning, exact=exact)
    unknown = graph.program.inputs[len(given) :]
    if unknown:
        raise ValueError(
            f"{unknown[0]} is the size of no argument: there is no function without it"
        )
    return ArrayProblem(graph.program, tuple(given), tuple(graph.slices), tuple(graph.rows), single)


def is_array(expression: Any) -> bool:
    """Whether it is a node of a graph of arrays."""
    is_node = isinstance(expression, sp.Basic) and hasattr(expression, "data")
    return is_node and isinstance(getattr(expression, "shape", None), tuple)


def is_about_arrays(expression: Any) -> bool:
    """Whether it is such a node, or a derivation with one as its result."""
    return is_array(expression) or is_array(getattr(expression, "result", None))


def read(expression: Any, args: Any = None, exact: bool = False) -> ArrayProblem:
    """The problem of a node, or of a derivation about arrays; `args` are names or variables.

    Raises ValueError for arguments that do not fit.
    """
    if is_array(expression):
        variables = [n for n in needed([expression], ()) if type(n).__name__ == "Variable"]
        given = _chosen(sorted(variables, key=str), args)
        return problem([expression], given, exact=exact)
    given = _chosen(expression.arguments, args)
    meaning: dict[Any, Any] = {}
    for step in expression.steps:
        meaning.setdefault(step.goal, step.equals)
    result = expression.result
    single = type(result).__name__ != "Listed"
    outputs = [result] if single else [expression.lhs.args[0], *result.args]
    return problem(outputs, given, meaning, single, exact)


def _chosen(arguments: Sequence[Any], args: Any) -> list[Any]:
    """The arguments, in the order of `args` where that is given."""
    known = {str(node): node for node in arguments}
    if args is None:
        return list(arguments)
    names = args.replace(",", " ").split() if isinstance(args, str) else [str(a) for a in args]
    missing = [name for name in names if name not in known] or [
        name for name in known if name not in names
    ]
    if missing:
        raise ValueError(f"the arguments are {', '.join(known)}: {missing[0]} does not fit")
    return [known[name] for name in names]
