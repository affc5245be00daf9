"""What the template shows of one derivation: formulas as MathML, steps inside of steps, the check.

The steps are those of the outline, with its numbers; a step stands inside the first that needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sympy import Basic

from derive.core import Derivation, Letters
from derive.render.formula import Formula
from derive.render.html.drawing import Drawing, drawing
from derive.render.html.picture import Picture, picture
from derive.render.latex import display
from derive.render.mathml import mathml
from derive.render.names import plain_text
from derive.render.outline import Line, Outline, outline
from derive.render.reading import readings
from derive.render.relation import joined
from derive.render.text import one_line, verdict

LONGEST_NAME = 120  # characters of a heading
DEEPEST = 6  # what is nested deeper stands beside its step: a narrow window has no room for more
SIGNS = {"proved": "✓", "certified": "✓", "confirmed": "✓", "refuted": "✗", "undecided": "?"}

Shown = Callable[[Basic], str]  # an expression as MathML
Equation = tuple[str, str]  # its two sides, the second with the sign between them


@dataclass
class ShownStep:
    """One step; `parts` are the steps inside of it, `altogether` the equation that they lead to."""

    number: int
    equation: Equation
    rule: str
    sentences: tuple[str, ...]
    where: list[Equation]
    given: list[str]
    shown_by: list[int]
    altogether: Equation | None
    parts: list[ShownStep] = field(default_factory=list)


@dataclass(frozen=True)
class CheckRow:
    equation: str
    verdict: str
    sign: str
    reason: str


@dataclass(frozen=True)
class Section:
    """A derivation, ready for the template. Formulas are MathML; all other text is plain."""

    name: str
    problems: list[str]
    answers: list[Equation]
    given: list[str]
    definitions: list[Equation]
    abbreviations: list[Equation]
    letters_left_out: int
    steps: list[ShownStep]
    count: int
    left_out: int
    verdict: str
    sign: str
    said: str
    checks: list[CheckRow]
    orders: list[tuple[str, str, str]]
    picture: Picture | None
    drawing: Drawing | None
    tex: str


def section(derivation: Derivation, name: str = "", plots: bool = False) -> Section:
    """What a page shows of the derivation. Raises MissingExtra without math-core (matplotlib)."""
    shown, report = outline(derivation), derivation.report
    tex = Formula(shown.partial).doprint
    equation = _equations(tex)
    constant = f" + {tex(shown.constant)}" if shown.constant else ""

    def math(expression: Basic) -> str:
        return mathml(tex(expression))

    return Section(
        name=plain_text(name) or _name(shown),
        problems=[math(question) for question, _ in shown.answers],
        answers=[equation(*pair, constant) for pair in shown.answers],
        given=list(map(math, shown.given)),
        definitions=_pairs(shown.definitions, equation),
        abbreviations=_pairs(shown.pieces, equation),
        letters_left_out=shown.letters_left_out,
        steps=_nested(derivation, shown, math, equation),
        count=len(shown.lines),
        left_out=shown.left_out,
        verdict=shown.verdict or "undecided",
        sign=SIGNS[shown.verdict or "undecided"],
        said=verdict(shown),
        checks=[_check_row(each) for each in report.steps] if report else [],
        orders=[_order_row(row) for row in report.orders] if report else [],
        picture=picture(report.orders, report.order) if report else None,
        drawing=drawing(derivation) if plots else None,
        tex=display(shown),
    )


def _name(shown: Outline) -> str:
    """The question on one line, cut where it is longer than a heading."""
    name = one_line(shown.problem)
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def _equations(tex: Shown) -> Callable[..., Equation]:
    def equation(left: Basic, right: Basic, more: str = "") -> Equation:
        return mathml(tex(left)), mathml(joined(right, tex(right) + more))

    return equation


def _pairs(letters: Letters, equation: Callable[..., Equation]) -> list[Equation]:
    return [equation(name, value) for name, value in letters]


# ------------------------------------------------------------------ steps inside of steps


def _nested(
    derivation: Derivation, shown: Outline, math: Shown, equation: Callable[..., Equation]
) -> list[ShownStep]:
    steps = [_step(line, math, equation) for line in shown.lines]
    below = _below(derivation, len(steps))
    inside = {part for parts in below for part in parts}
    top = [k for k in range(len(steps)) if k not in inside]
    stack: list[tuple[int, int | None, int]] = [(k, None, 0) for k in reversed(top)]
    found: list[ShownStep] = []
    while stack:
        k, around, level = stack.pop()
        (found if around is None else steps[around].parts).append(steps[k])
        if level < DEEPEST:
            stack.extend((part, k, level + 1) for part in reversed(below[k]))
        else:
            stack.extend((part, around, level) for part in reversed(below[k]))
    return found


def _below(derivation: Derivation, most: int) -> list[list[int]]:
    """Which lines stand inside of each line: each in the first that needs it."""
    lines = readings(derivation)[:most]
    numbers = {id(line.step): k for k, line in enumerate(lines)}
    placed: set[int] = set()
    below: list[list[int]] = []
    for line in lines:
        wanted = (numbers[id(step)] for step in line.below if id(step) in numbers)
        parts = sorted({k for k in wanted if k not in placed})
        placed.update(parts)
        below.append(parts)
    return below


def _step(line: Line, math: Shown, equation: Callable[..., Equation]) -> ShownStep:
    goes_on = line.result != line.equals
    return ShownStep(
        number=line.number,
        equation=equation(line.goal, line.equals),
        rule=plain_text(line.rule),
        sentences=_distinct(plain_text(" ".join(why.split())) for _, why in line.sentences),
        where=_pairs(line.where, equation),
        given=list(map(math, line.given)),
        shown_by=sorted(set(line.shown_by)),
        altogether=equation(line.goal, line.result) if goes_on else None,
    )


def _distinct(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(why for why in sentences if why))


# ------------------------------------------------------------------ the check


def _check_row(report: Any) -> CheckRow:
    words = plain_text(report.equation), report.verdict, SIGNS[report.verdict]
    return CheckRow(*words, plain_text(report.reason))


def _order_row(row: Any) -> tuple[str, str, str]:
    order = "" if row.order is None else f"{row.order:.3f}"
    return f"{row.step:.3g}", f"{row.error:.2e}", order
