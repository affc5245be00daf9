"""The forms of an answer: a tree, text, LaTeX, Markdown, JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from derive.command_line.terminal import (
    columns,
    has_unicode,
    is_coloured,
    is_terminal,
    painted,
    write,
)

if TYPE_CHECKING:
    from derive.core import Derivation

Answers = Sequence[tuple[str, "Derivation"]]
Values = Sequence[Mapping[str, str]]


def printed(options: argparse.Namespace, answers: Answers, values: Values) -> None:
    """The answers in the form asked for; without one as a tree on a terminal, else as text."""
    if options.source:
        write("\n".join(answer.source(options.source) for _, answer in answers))
        return
    form = options.shown_as
    if form == "json":
        write(json_of(_data(answers, values)))
        return
    if not form:
        form = "tree" if is_terminal(sys.stdout) else "text"
    write("\n".join(blocks(form, answers, values, options.detail)))


def blocks(form: str, answers: Answers, values: Values, detail: str) -> list[str]:
    """What is shown, answer by answer."""
    shown = []
    for k, (title, answer) in enumerate(answers):
        if title:
            shown.append(_comment(form, f"{title}:"))
        shown.append(_tree(answer, detail) if form == "tree" else _in(form, answer, detail))
        if form == "latex":
            shown.append(_comment(form, f"{answer.verdict}{_reason(answer)}"))
        if values:
            shown.append(_comment(form, _value_line(values[k])))
    return shown


def _in(form: str, answer: Derivation, detail: str) -> str:
    return str(getattr(answer, form)(detail=detail))


def _tree(answer: Derivation, detail: str) -> str:
    from derive.render.tree import tree

    colour = {"paint": painted} if is_coloured() else {}
    return tree(answer, detail, columns(), ascii=not has_unicode(), **colour)


def _comment(form: str, words: str) -> str:
    from derive.render.names import plain_text

    words = plain_text(words)
    if form == "markdown":
        from derive.render.markdown import escaped

        return f"\n{escaped(words)}\n"
    return f"% {words}" if form == "latex" else words


def _reason(answer: Derivation) -> str:
    report = answer.report
    return f": {report.reason}" if report else ": not checked"


def _value_line(value: Mapping[str, str]) -> str:
    error = f" +- {value['error']} ({value['method']})" if "error" in value else ""
    return f"at {value['at']}: result {value['result']}, estimate {value['estimate']}{error}"


def _data(answers: Answers, values: Values) -> dict[str, Any]:
    each = [answer.to_dict() for _, answer in answers]
    for data, value in zip(each, values, strict=False):
        data["value"] = value
    if len(each) == 1 and not answers[0][0]:
        return each[0]
    return {"answers": [{"name": t} | d for (t, _), d in zip(answers, each, strict=True)]}


def json_of(data: Any) -> str:
    """JSON that may stand in a page: no tag can start or end in it."""
    return json.dumps(data, indent=2).replace("<", "\\u003c").replace(">", "\\u003e")
