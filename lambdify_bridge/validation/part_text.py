"""The text of a part of a formula, as NumPy code without the names of modules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from lambdify_bridge.backends.numpy import INFIX, expression
from lambdify_bridge.backends.parts import ATOM, UNARY, Part
from lambdify_bridge.program import Operation, Program

LONGEST, DEEPEST = 48, 14
CUT = Part("...", ATOM)
Followed = Mapping[int, int]  # of an operation the one operand that is shown


@lru_cache(maxsize=256)
def text_of(program: Program, k: int, followed: tuple[tuple[int, int], ...] = ()) -> str:
    """What the operation computes; of the `followed` sums one term only.

    >>> from sympy.abc import x, y
    >>> from lambdify_bridge.lowering import lower
    >>> program = lower([x*(y + 2)])
    >>> k = program.outputs[0]
    >>> text_of(program, k), text_of(program, k, ((program.operations[k].operands[1], 0),))
    ('x*(y + 2)', 'x*y')
    """
    text = str(_part(program, k, dict(followed), {}, 0))
    text = re.sub(r"\b(np|special|linalg|runtime)\.", "", text)
    text = re.sub(r" ([*/]) ", r"\1", re.sub(r"\b(\d+)\.0\b", r"\1", text))
    return text if len(text) <= LONGEST else text[: LONGEST - 4] + " ..."


def _part(program: Program, k: int, followed: Followed, known: dict[int, Part], depth: int) -> Part:
    if k not in known:
        known[k] = _printed(program, k, followed, known, depth)
    return known[k]


def _printed(
    program: Program, k: int, followed: Followed, known: dict[int, Part], depth: int
) -> Part:
    operation = program.operations[k]
    if operation.name == "input":
        own = program.inputs[k]
        return Part(str(getattr(own, "name", own)), ATOM)
    if operation.name == "constant":
        return _constant(operation.payload)
    if operation.name == "named":
        return Part(str(operation.payload), ATOM)
    if depth > DEEPEST:
        return CUT
    parts = [_part(program, each, followed, known, depth + 1) for each in operation.operands]
    if k in followed and operation.name in ("add", "sub"):
        place = followed[k]
        return _negative(parts[place]) if operation.name == "sub" and place else parts[place]
    if operation.name == "square":
        return Part(f"{parts[0].atom}**2", UNARY)
    if operation.name == "power":
        return Part(f"{parts[0].atom}**{parts[1].atom}", UNARY)
    return _written(operation, parts)


def _written(operation: Operation, parts: list[Part]) -> Part:
    try:
        found = expression(operation, parts)
    except (ValueError, KeyError, TypeError, IndexError):
        found = Part(f"{operation.name}({', '.join(map(str, parts))})", ATOM)
    return found if len(found.text) <= 3 * LONGEST else CUT


def _negative(part: Part) -> Part:
    return Part(f"-{part.bound(UNARY)}", UNARY)


def _constant(value: object) -> Part:
    number = complex(value) if isinstance(value, (int, float, complex)) else complex("nan")
    text = f"{number.real:.6g}" if number.imag == 0 else str(value)
    if number.imag == 0 and number.real not in (0, 0.5) and 0 < abs(1 / number.real - 1) < 1e6:
        inverse = 1 / number.real
        if abs(number.real) < 1 and abs(inverse - round(inverse)) < 1e-9:
            return Part(f"1/{round(inverse)}", INFIX["div"][1])
    return Part(text, ATOM if not text.startswith("-") else UNARY)
