"""One step at a time: a hint that does not give the result away, and a rule explained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from derive.core import Derivation, Step
from derive.render.names import plain_text
from derive.render.outline import Line, Outline, numbers_of, outline
from derive.render.reading import readings
from derive.render.text import OneLine, equation


def hint(derivation: Derivation, number: int) -> str:
    """The rule that the line `number` of the text uses and what it is for, without the result.

    Raises ValueError where there is no such line.

    >>> import derive
    >>> print(hint(derive.diff("x*sin(x)", "x"), 1))
    d/dx(x·sin(x)): product rule
    Differentiate one factor at a time and keep the others.
    """
    shown, line = _line_at(derivation, number)
    question = OneLine(shown.partial).doprint(line.goal)
    return "\n".join([f"{question}: {plain_text(line.rule)}", *_sentences(line)])


def explain(derivation: Derivation, step: Step | int, example_of: Callable[[str, str], str]) -> str:
    """The rule of a step, what it says in general, and its letters as used there.

    `step` is one of `derivation.steps`, or the number of a line of the text; `example_of` gives the
    equation by which the rule book shows a rule. Raises ValueError where there is no such step.

    >>> import derive
    >>> print(derive.diff("x*sin(x)", "x").explain(1))
    product rule
    Differentiate one factor at a time and keep the others.
    In the rule book: d/dx(x²·sin(x)) = x²·d/dx(sin(x)) + sin(x)·d/dx(x²)
    Here: u = x, v = sin(x)
    d/dx(x·sin(x)) = x·d/dx(sin(x)) + sin(x)·d/dx(x)
    """
    find: Any = _line_of if isinstance(step, Step) else _line_at
    shown, line = find(derivation, step)
    math = OneLine(shown.partial).doprint
    lines = [plain_text(line.rule), *_sentences(line)]
    shown_there = dict.fromkeys(example_of(*each) for each in line.sentences)
    lines += [f"In the rule book: {example}" for example in shown_there if example]
    if line.where:
        lines.append("Here: " + ", ".join(f"{math(a)} = {math(b)}" for a, b in line.where))
    if line.given:
        lines.append("It holds if " + ", ".join(map(math, line.given)) + ".")
    if line.shown_by:
        lines.append(f"That it may be used is shown by {' and '.join(map(str, numbers_of(line)))}.")
    return "\n".join([*lines, equation(line.goal, line.equals, math)])


def _sentences(line: Line) -> list[str]:
    """What its rules say, each named where they are several."""
    told = list(dict.fromkeys((plain_text(a), plain_text(b)) for a, b in line.sentences if b))
    return [says for _, says in told] if len(told) == 1 else [f"{a}: {b}" for a, b in told]


def _line_at(derivation: Derivation, number: int) -> tuple[Outline, Line]:
    """The line of the text that has this number."""
    shown = outline(derivation)
    if not 1 <= number <= len(shown.lines):
        raise ValueError(f"there is no step {number}: they are numbered 1 to {len(shown.lines)}")
    return shown, shown.lines[number - 1]


def _line_of(derivation: Derivation, step: Step) -> tuple[Outline, Line]:
    """The line of a step, where each has one; their numbers are not those of the text."""
    order = [reading.step for reading in readings(derivation, merged=False)]
    if not any(step is each for each in order):
        raise ValueError("the step is none of this derivation: take one of its .steps")
    shown = outline(derivation, most=len(order), merged=False)
    place = next(k for k, each in enumerate(order) if each is step)
    return shown, replace(shown.lines[place], shown_by=())
