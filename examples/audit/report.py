"""The audit as a table for the terminal and as Markdown."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from audit.claims import Audited
from audit.findings import VERDICTS, Figure, shown

WIDTHS = (18, 27, 27, 27)
HEADS = ("claim", "derived", "the method gives", "printed")
INDENT = 4
WIDTH = sum(WIDTHS) + 3 * (len(WIDTHS) - 1)


def table(audited: Sequence[Audited]) -> str:
    """Every claim as a row of figures, then its verdict and the reasons."""
    rule = "-" * WIDTH
    lines = [*columns(HEADS), "=" * WIDTH]
    for each in audited:
        for k, figure in enumerate(each.finding.figures or (None,)):
            lines += columns((each.claim["id"] if k == 0 else "", *cells(figure)))
        lines += [wrapped(line) for line in findings(each)] + [rule]
    return "\n".join([*lines, *summary(audited)]) + "\n"


def columns(entries: Sequence[str]) -> list[str]:
    """One row; what is too long for its column goes on below."""
    folded = [textwrap.wrap(e, w) or [""] for e, w in zip(entries, WIDTHS, strict=True)]
    height = max(map(len, folded))
    padded = [column + [""] * (height - len(column)) for column in folded]
    return [
        "   ".join(part.ljust(w) for part, w in zip(row, WIDTHS, strict=True)).rstrip()
        for row in zip(*padded, strict=True)
    ]


def cells(figure: Figure | None) -> tuple[str, str, str]:
    if figure is None:
        return "", "", ""
    printed = "" if figure.printed is None else shown(figure.printed)
    return f"{figure.name} = {shown(figure.derived)}", shown(figure.method), printed


def findings(each: Audited) -> Iterator[str]:
    yield f"{each.verdict.upper()}: {'; '.join(each.reasons)}"
    yield from each.finding.notes
    yield checked(each)


def checked(each: Audited) -> str:
    """How the derivations fared against numbers from the definitions."""
    confirmed = len(each.reports) - len(each.unconfirmed)
    words = f"{confirmed} of {len(each.reports)} derivations confirmed"
    for report in each.unconfirmed:
        words += f"; NOT CONFIRMED ({report.verdict}): {report.equation}: {report.reason}"
    return words


def wrapped(text: str) -> str:
    indent = " " * INDENT
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=2 * indent)


def summary(audited: Sequence[Audited]) -> Iterator[str]:
    counts = Counter(each.verdict for each in audited)
    yield f"{len(audited)} claims: " + ", ".join(
        f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict]
    )
    done = sum(len(each.reports) for each in audited)
    open_ = sum(len(each.unconfirmed) for each in audited)
    yield f"{done} derivations checked against their definitions, {open_} not confirmed"


# ------------------------------------------------------------------ Markdown


def markdown(audited: Sequence[Audited]) -> str:
    lines = ["# Audit of a tutorial on the mathematics of deep learning", ""]
    lines += ["Written by `examples/audit_tutorial.py --markdown PATH`: every figure is derived,"]
    lines += ["computed as published, and compared with what was printed.", ""]
    lines += [f"{line}  " for line in summary(audited)] + [""]
    lines += ["| claim | derived | the method gives | printed | verdict |", "|---|---|---|---|---|"]
    for each in audited:
        for k, figure in enumerate(each.finding.figures or (None,)):
            first = each.claim["id"] if k == 0 else ""
            verdict = each.verdict if k == 0 else ""
            lines.append("| " + " | ".join(map(escaped, (first, *cells(figure), verdict))) + " |")
    for each in audited:
        lines += ["", f"## {each.claim['id']}: {each.verdict}", ""]
        lines += [f"Claim: {escaped(each.claim['quantity'])}.", ""]
        lines += [f"- {escaped(line)}" for line in findings(each)]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    for mark in "\\|*_<>":
        text = text.replace(mark, "\\" + mark)
    return text
