"""What the operations "integral", "series", "product" and "slope" carry, and nodes that stand for
them while an expression is lowered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lambdify_bridge.builder import Builder
from lambdify_bridge.program import Program

# Operations and what their operands are; the letters of the body come after these.
METHODS = {
    "integral": ("lower bound", "upper bound"),
    "series": ("first", "last"),
    "product": ("first", "last"),
    "slope": ("place",),
}


@dataclass(frozen=True)
class Method:
    """The payload: `body` is a function of the bound variable and of the other letters.

    `breaks` gives places where an integrand has a kink, a jump or a peak, of the letters alone.
    `wave` gives g, w and p of a body g*sin(w*t + p), whose waves never end.
    `as_written` is the body before it was rewritten for stability, which is what is differentiated.
    """

    body: Program
    breaks: Program | None = None
    wave: Program | None = None
    as_written: Program | None = None

    @property
    def original(self) -> Program:
        return self.body if self.as_written is None else self.as_written


class Numerical:
    """An operation to be emitted with the values of `args`."""

    def __init__(self, name: str, method: Method, args: Sequence[Any]) -> None:
        self.name, self.method, self.args = name, method, tuple(args)


class Inlined:
    """The only output of a program, of these inputs."""

    def __init__(self, program: Program, args: Sequence[Any]) -> None:
        self.program, self.args = program, tuple(args)


def emitted(b: Builder, node: Numerical, values: Sequence[Any]) -> int:
    return b.emit(node.name, *map(b.scalar, values), payload=node.method)


def inlined(b: Builder, program: Program, values: Sequence[int]) -> list[int]:
    """The outputs of a program whose inputs are values of a builder."""
    place = list(values)
    for name, operands, payload in program.operations[len(program.inputs) :]:
        of = [place[k] for k in operands]
        if name == "constant":
            place.append(b.constant(b.constants.exact(payload)))
        elif payload is None:
            place.append(b.apply(name, *of))
        else:
            place.append(b.emit(name, *of, payload=payload))
    return [place[k] for k in program.outputs]
