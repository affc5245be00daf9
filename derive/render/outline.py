"""What of a derivation is shown, in which order: the one reading that all faces print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, count

from sympy import Basic, Integral, Limit, Piecewise, Sum, Symbol, true
from sympy.core.function import AppliedUndef

from derive.core import Derivation, Letters, each_condition
from derive.implied import without_implied
from derive.render.reading import Reading, main_lines, readings
from derive.render.short import Pieces, excessive
from derive.structure import postorder

MOST_STEPS = 200
DETAILS = ("brief", "normal", "full")
OPERATORS = (Integral, Limit, Sum)


@dataclass(frozen=True)
class Line:
    """One line as shown; `shown_by` are the numbers of the lines that show the rule may be used.

    `sentences` are the rules that it uses, each with the sentence that explains it; `note` is
    what of it is to be said at the line itself. `depth` counts the lines that it is a part of.
    """

    number: int
    goal: Basic
    equals: Basic
    rule: str
    sentences: tuple[tuple[str, str], ...]
    given: tuple[Basic, ...]
    where: Letters
    shown_by: tuple[int, ...]
    result: Basic
    note: str = ""
    depth: int = 0


@dataclass(frozen=True)
class Outline:
    """`pieces` are letters for what is too large to print; `constant` is the C of an integral.

    `answers` are pairs of a question and its answer, several where they were asked together.

    `left_out` counts the steps, `letters_left_out` the pieces, beyond the most that are shown.

    `detail` says how much was asked for: "brief", "normal" or "full".
    """

    problem: Basic
    result: Basic
    constant: Symbol | None
    given: tuple[Basic, ...]
    definitions: Letters
    lines: tuple[Line, ...]
    pieces: Letters
    left_out: int
    letters_left_out: int
    answers: Letters
    partial: bool
    verdict: str
    reason: str
    detail: str = "normal"

    @property
    def checked(self) -> bool:
        return bool(self.verdict)

    @property
    def answered_at_once(self) -> bool:
        """The only step is the question and its answer: one line says it all."""
        steps = [(line.goal, line.equals) for line in self.lines]
        return len(steps) == 1 and steps == list(self.answers)


def missing(value: Basic) -> bool:
    """A finding that is no value: it reads as a verb, without an equals sign."""
    branch = value.args[0].args[0] if isinstance(value, Piecewise) else value
    return type(branch).__name__ in ("DoesNotExist", "SeriesBehaviour", "Convergence")


def verb(value: Basic) -> str:
    """What joins a question with a finding that is no verb itself: a series is like another one."""
    return "behaves as" if type(value).__name__ == "Convergence" else ""


def differential(expression: Basic) -> tuple[Basic, Symbol] | None:
    """`f, dx` of a product f*dx as in a change of variable: dx is written last, without a dot."""
    if not expression.is_Mul:
        return None
    found = [a for a in expression.args if a.is_Symbol and _is_differential(a.name)]
    others = [a for a in expression.args if a not in found]
    if len(found) != 1 or all(a.is_Number for a in others):
        return None
    if all(a.is_Number or (a.is_Pow and a.exp.is_negative) for a in others):
        return None  # dx/x
    rest = others[0] if len(others) == 1 else type(expression)._from_args(others)
    return rest, found[0]


def _is_differential(name: str) -> bool:
    return len(name) == 2 and name[0] == "d" and name[1].isalpha()


def fraction_of_operator(expression: Basic) -> tuple[Basic, Basic] | None:
    """`c, operator` of a fraction c times an integral, sum or limit: c is written in front."""
    if not expression.is_Mul:
        return None
    found = [a for a in expression.args if isinstance(a, OPERATORS)]
    others = [a for a in expression.args if a not in found]
    if len(found) != 1 or not any(_has_denominator(a) for a in others):
        return None
    return others[0] if len(others) == 1 else type(expression)._from_args(others), found[0]


def _has_denominator(factor: Basic) -> bool:
    if factor.is_Pow:
        return bool(factor.exp.as_coeff_Mul()[0].is_negative)
    return bool(factor.is_Rational and not factor.is_Integer)


def outline(
    derivation: Derivation, most: int = MOST_STEPS, merged: bool = True, detail: str = "normal"
) -> Outline:
    """The derivation in reading order, at most `most` lines of it, cut into printable pieces.

    `merged`: routine steps of an integral share a line. `detail`: "brief" keeps the main lines,
    without their conditions, which stand at the result; "full" gives each step a line of its own
    with the sentence that explains its rule. Raises ValueError for another one.
    """
    if detail not in DETAILS:
        raise ValueError(f"detail is {detail!r}; write one of {', '.join(DETAILS)}")
    lines = readings(derivation, merged and detail != "full")
    lines = main_lines(lines) if detail == "brief" else lines
    report = derivation.report
    whole = Outline(
        problem=derivation.problem,
        result=derivation.result,
        constant=_constant(derivation),
        given=without_implied(each_condition(derivation.root)),
        definitions=derivation.definitions,
        lines=tuple(_told(line, detail) for line in _lines(lines[:most])),
        pieces=(),
        left_out=max(0, len(lines) - most),
        letters_left_out=0,
        answers=derivation.answers,
        partial=_several_letters(derivation.problem),
        verdict=report.verdict if report else "",
        reason=_reason(report),
        detail=detail,
    )
    return _cut(whole) if excessive(_expressions(whole)) else whole


def _told(line: Line, detail: str) -> Line:
    """The line as it stands at this level of detail."""
    if detail == "brief":
        return replace(line, given=())
    return replace(line, note=line.sentences[0][1]) if detail == "full" else line


def _reason(report: object) -> str:
    return str(getattr(report, "reason", "") or "")


def _lines(readings: list[Reading]) -> Iterator[Line]:
    numbers = {id(reading.step): k for k, reading in enumerate(readings, 1)}
    for k, reading in enumerate(readings, 1):
        step = reading.step
        shown_by = tuple(numbers[id(p)] for p in step.premises if id(p) in numbers)
        given = () if reading.given is true else (reading.given,)
        yield Line(
            number=k,
            goal=step.goal,
            equals=reading.equals,
            rule=reading.label,
            sentences=tuple((each.rule, each.sentence) for each in reading.steps),
            given=given,
            where=step.where,
            shown_by=shown_by,
            result=step.result,
            depth=reading.depth,
        )


def _constant(derivation: Derivation) -> Symbol | None:
    """The constant of integration, for display: an antiderivative is one of many."""
    problem, result = derivation.problem, derivation.result
    if type(problem) is not Integral or [len(limit) for limit in problem.limits] != [1]:
        return None
    if any(isinstance(node, Integral) for node in postorder(result)):
        return None
    nodes = chain(postorder(problem), postorder(result))
    taken = {node.name for node in nodes if node.is_Symbol}
    return Symbol(next(name for name in _constants() if name not in taken))


def _constants() -> Iterator[str]:
    yield "C"
    yield from (f"C_{k}" for k in count(1))


def numbers_of(line: Line) -> list[int]:
    """The lines that show that its rule may be used, in order."""
    return sorted(set(line.shown_by))


def _several_letters(problem: Basic) -> bool:
    """Whether derivatives are written as partial ones: the question has several letters."""
    if any(isinstance(node, AppliedUndef) for node in postorder(problem)):
        return False
    return len(_letters(problem)) > 1


def _letters(expression: Basic) -> set[Basic]:
    """The free letters; of what is too large to print, all letters, since SymPy would recurse."""
    if excessive([expression]):
        return {node for node in postorder(expression) if node.is_Symbol}
    return set(expression.free_symbols)


def _expressions(whole: Outline) -> Iterator[Basic]:
    yield whole.problem
    yield whole.result
    yield from whole.given
    for pair in (*whole.definitions, *whole.answers):
        yield from pair
    for line in whole.lines:
        yield line.goal
        yield line.equals
        yield line.result
        yield from line.given
        for pair in line.where:
            yield from pair


def _cut(whole: Outline) -> Outline:
    """The same outline with letters for the pieces of what is too large to print."""
    asked = (whole.problem, *(pair[0] for pair in whole.definitions))
    pieces = Pieces(str(letter) for expression in asked for letter in _letters(expression))
    short = pieces.shortened

    def each(letters: Letters) -> Letters:
        return tuple((short(a), short(b)) for a, b in letters)

    lines = tuple(
        replace(
            line,
            goal=short(line.goal),
            equals=short(line.equals),
            result=short(line.result),
            given=tuple(map(short, line.given)),
            where=each(line.where),
        )
        for line in whole.lines
    )
    cut = replace(
        whole,
        problem=short(whole.problem),
        result=short(whole.result),
        given=tuple(map(short, whole.given)),
        answers=each(whole.answers),
        definitions=each(whole.definitions),
        lines=lines,
    )
    return replace(
        cut,
        pieces=tuple(pieces.letters[:MOST_STEPS]),
        letters_left_out=max(0, len(pieces.letters) - MOST_STEPS),
    )
