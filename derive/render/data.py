"""A derivation as plain data: dictionaries, lists and strings, the same in every run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Basic
from sympy.printing.str import StrPrinter

from derive.core import Derivation
from derive.render.formula import Formula
from derive.render.once import PrintsOnce
from derive.render.outline import Line, outline


class Typed(PrintsOnce, StrPrinter):
    """SymPy's text, as it is typed and read back."""


def typed(expression: Basic) -> str:
    """An expression as text that `derive.parse` or SymPy reads back.

    >>> from sympy.abc import x
    >>> typed(x**2 + 1)
    'x**2 + 1'
    """
    return str(Typed().doprint(expression))


def to_dict(derivation: Derivation) -> dict[str, Any]:
    """What a program reads: expressions as text that `derive.parse` or SymPy reads back.

    >>> import derive
    >>> data = derive.diff("x**2", "x").to_dict()
    >>> data["question"], data["result"], data["steps"][0]["rule"]
    ('Derivative(x**2, x)', '2*x', 'power rule')
    """
    shown = outline(derivation, merged=False)
    math = Formula(shown.partial).doprint
    return {
        "question": typed(shown.problem),
        "result": typed(shown.result),
        "question_latex": math(shown.problem),
        "result_latex": math(shown.result),
        "constant": typed(shown.constant) if shown.constant else None,
        "verdict": shown.verdict or "undecided",
        "reason": shown.reason if shown.checked else "not checked",
        "given": _conditions(shown.given),
        "definitions": _letters(shown.definitions),
        "abbreviations": _letters(shown.pieces),
        "steps": [_step(line) for line in shown.lines],
        "steps_left_out": shown.left_out,
    }


def _step(line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "rule": line.rule,
        "sentence": line.sentences[0][1],
        "goal": typed(line.goal),
        "equals": typed(line.equals),
        "result": typed(line.result),
        "given": _conditions(line.given),
        "where": _letters(line.where),
        "shown_by": list(line.shown_by),
    }


def _conditions(conditions: Sequence[Basic]) -> list[str]:
    return [typed(condition) for condition in conditions]


def _letters(pairs: Sequence[tuple[Basic, Basic]]) -> dict[str, str]:
    return {typed(name): typed(value) for name, value in pairs}
