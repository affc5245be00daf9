"""One question: its answer worked out, checked and shown."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from derive.command_line.ask import listing
from derive.command_line.codes import NOT_CONFIRMED, NOT_WORKED_OUT, PASSED, WORKED_OUT
from derive.command_line.files import asked_for, write_files
from derive.command_line.reading import Reader, values
from derive.command_line.terminal import Progress, complain, write
from derive.deadline import OutOfTime, within

if TYPE_CHECKING:
    from derive.core import Derivation

SHOWN_DIGITS = 15
SLACK = 0.25  # seconds after which a call that does not look at its own budget is interrupted


def answer(options: argparse.Namespace) -> int:
    if options.command == "ask" and options.call is None:
        write(listing())
        return WORKED_OUT
    paths = asked_for(options)
    import sympy  # noqa: F401  (its import is not part of the time allowed)

    from derive.answers import named_derivations

    with Progress("working"), within(options.timeout + SLACK):
        read = Reader(options)
        at = values(options.at, read)
        answers = list(named_derivations(options.question(options, read)))
        there = [_values_at(answer, at) for _, answer in answers] if at else []
    late = options.check and not _checked([answer for _, answer in answers], options.timeout)
    options.show(options, answers, there)
    write_files(paths, answers, options)
    if late:
        complain("out of time: the answer was worked out, but its check did not finish")
        return NOT_WORKED_OUT
    return _code([answer for _, answer in answers]) if options.check else WORKED_OUT


def _checked(answers: Sequence[Derivation], seconds: float) -> bool:
    """Check the answers; False when that took too long."""
    try:
        with Progress("checking"), within(seconds + SLACK):
            for answer in answers:
                answer.check()
    except OutOfTime:
        return False
    return True


def _code(answers: Sequence[Derivation]) -> int:
    return WORKED_OUT if all(a.verdict in PASSED for a in answers) else NOT_CONFIRMED


def _values_at(answer: Derivation, at: Mapping[Any, Any]) -> dict[str, str]:
    """The result there, and beside it the estimate of the question from its definition."""
    from mpmath import nstr

    from lambdify_bridge import Undecided, Undefined, estimate, value

    shown = {"at": ", ".join(f"{letter} = {number}" for letter, number in at.items())}
    try:
        shown["result"] = nstr(value(answer, at), SHOWN_DIGITS)
    except (Undecided, Undefined) as why:
        shown["result"] = f"none: {why}"
    try:
        found = estimate(answer.problem, at)
        shown |= {"estimate": nstr(found.value, SHOWN_DIGITS), "method": found.method}
        shown["error"] = f"{float(found.error):.1g}"
    except (Undecided, Undefined, ValueError) as why:
        shown |= {"estimate": f"none: {why}"}
    return shown
