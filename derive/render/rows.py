r"""The rows of a derivation in LaTeX: beside one another in columns, or one below the other.

In columns, `goal &= equals && \text{rule},\ letters`, a row is as wide as it is. Where a width is
asked for and the columns do not keep to it, each row is broken and its reason stands below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sympy import Basic

from derive.render.breaking import broken, tightened
from derive.render.formula import Formula
from derive.render.names import words
from derive.render.notation import AS_IT_IS, Notation
from derive.render.outline import Line, Outline, missing, numbers_of, verb
from derive.render.width import width

NEW_ROW = " \\\\[4pt]\n"  # the length also keeps a bracket that starts a row from being read as one
SAME_ROW = " \\\\\n"
BETWEEN_COLUMNS = 20.0
INDENT = 20.0
MARGIN = 8.0  # what an estimated width may be wrong by
NUMBER = 24.0  # what the number of an equation takes
NOTE = 330.0  # the width of a sentence


@dataclass(frozen=True)
class Row:
    """One equation; `name` is what its label ends with, empty where it gets no number."""

    left: str
    joint: str
    right: str
    reason: str = ""
    name: str = ""
    note: str = ""


def rows_of(shown: Outline, notation: Notation = AS_IT_IS, label: str = "") -> list[Row]:
    """What is to be printed, from the definitions to the answers."""
    math = Formula(shown.partial, notation).doprint
    rows = [Row(math(a), "=", math(b), words("definition")) for a, b in shown.definitions]
    rows += [Row(math(a), "=", math(b), words("abbreviation")) for a, b in shown.pieces]
    if shown.letters_left_out:
        rows.append(_more(f"{shown.letters_left_out} more abbreviations"))
    steps = () if shown.answered_at_once else shown.lines
    numbered = any(line.shown_by for line in steps) and not label
    for line in steps:
        number = words(f"({line.number}) ") if numbered else ""
        reason = number + reasons(line, math, label)
        rows.append(_equation(line.goal, line.equals, math, reason, str(line.number), line.note))
    if shown.left_out:
        rows.append(_more(f"{shown.left_out} more steps"))
    return [*rows, *_results(shown, math, label)]


def _more(count: str) -> Row:
    return Row("", "=", r"\cdots", words(count))


def _results(shown: Outline, math: Any, label: str) -> Iterator[Row]:
    """The last rows: each question and its answer."""
    constant = f" + {math(shown.constant)}" if shown.constant else ""
    reason, note = _given(shown.given, math), ""
    if shown.answered_at_once:
        reason, note = reasons(shown.lines[0], math, label), shown.lines[0].note
    for k, pair in enumerate(shown.answers, 1):
        name = "result" if len(shown.answers) == 1 else f"result:{k}"
        yield _equation(*pair, math, reason, name, note, constant)


def _equation(
    left: Basic, right: Basic, math: Any, reason: str, name: str, note: str = "", more: str = ""
) -> Row:
    if missing(right):
        joint = rf"\;{words(verb(right))}\;" if verb(right) else r"\;"
        return Row(math(left), joint, math(right), reason, name, note)
    return Row(math(left), "=", math(right) + more, reason, name, note)


def reasons(line: Line, math: Any, label: str = "") -> str:
    r"""The rule in \text, its letters and its condition in mathematics."""
    parts = [words(line.rule), *(f"{math(a)} = {math(b)}" for a, b in line.where)]
    if line.shown_by:
        parts.append(_shown_by(line, label))
    given = _given(line.given, math)
    return r",\ ".join(parts) + (rf"\ {given}" if given else "")


def _shown_by(line: Line, label: str) -> str:
    if not label:
        return words(f"shown by {' and '.join(f'({k})' for k in numbers_of(line))}")
    named = (rf"\eqref{{{label}:{k}}}" for k in numbers_of(line))
    return words("shown by ") + words(" and ").join(named)


def _given(conditions: tuple[Basic, ...], math: Any) -> str:
    both = r",\ ".join(map(math, conditions))
    return rf"\left({both}\right)" if conditions else ""


# ---------------------------------------------------------------- as lines


def set_out(rows: list[Row], label: str = "", at_most: float | None = None) -> str:
    """The rows as what stands inside of the environment.

    With a label the equations that have a name are numbered, and labelled by it.
    """
    lines = [_flat(row, label) for row in rows]
    if at_most is not None:
        room = at_most - MARGIN - (NUMBER if label else 0.0)
        fits = _in_columns(rows) <= room and not any(row.note for row in rows)
        lines = lines if fits else [_stacked(row, label, room) for row in rows]
    return NEW_ROW.join(map(SAME_ROW.join, lines))


def _in_columns(rows: list[Row]) -> float:
    columns = (
        max(width(row.left) for row in rows),
        max(width(row.joint) + width(row.right) for row in rows),
        max(width(row.reason) for row in rows),
    )
    return sum(columns) + BETWEEN_COLUMNS * bool(columns[2])


def _flat(row: Row, label: str) -> list[str]:
    equation = f"{row.left} &{row.joint} {row.right}"
    reason = f" && {row.reason}" if row.reason else ""
    notes = [rf"&\quad {line}" for line in broken(words(row.note), NOTE)] if row.note else []
    return _numbered([equation + reason, *notes], 0, row.name, label)


def _stacked(row: Row, label: str, room: float) -> list[str]:
    whole = f"{row.left} {row.joint} {row.right}".strip()
    equation = [f"& {line}" for line in tightened(whole, room, INDENT)]
    equation = [equation[0], *(_indented(line[2:]) for line in equation[1:])]
    after = [broken(text, room - INDENT) for text in (row.reason, words(row.note)) if text]
    below = [_indented(line) for lines in after for line in lines]
    return _numbered(equation + below, len(equation) - 1, row.name, label)


def _indented(line: str) -> str:
    return rf"& \qquad {line}"


def _numbered(lines: list[str], place: int, name: str, label: str) -> list[str]:
    """The line at `place` carries the number of the equation, the others none."""
    if not label:
        return lines
    marks = [r" \notag"] * len(lines)
    if name:
        marks[place] = rf" \label{{{label}:{name}}}"
    return [line + mark for line, mark in zip(lines, marks, strict=True)]
