r"""Whole documents of LaTeX: one derivation, or several with a table of contents."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from derive.core import Derivation
from derive.render.files import write
from derive.render.formula import Formula
from derive.render.latex import PAGE, display
from derive.render.names import plain_text
from derive.render.notation import AS_IT_IS, Notation
from derive.render.outline import Outline, outline
from derive.render.page import page
from derive.render.text import verdict
from derive.render.width import width

WIDEST_HEADING = 150.0  # points at 10pt; a heading is larger, and has a number
# fmt: off
SIGNS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\^{}", "~": r"\~{}", "<": r"$<$", ">": r"$>$", "|": r"$|$",
    "`": r"\`{}", '"': "''",
}
# fmt: on


@dataclass(frozen=True)
class Document:
    r"""Several derivations as one document of LaTeX, each a section, with a table of contents.

    `headings` name the sections; without them a section is called after its question.
    The equations of section k are labelled d{k}:1, d{k}:2, ..., d{k}:result. `detail` and
    `notation` are those of `Derivation.latex`.

    Raises ValueError for no derivation, and for headings that are not one for each.

    >>> import derive
    >>> document = Document([derive.diff("x**2", "x"), derive.diff("x**3", "x")], title="Powers")
    >>> tex = document.latex()
    >>> tex.count(r"\section"), r"\tableofcontents" in tex, r"\label{d2:result}" in tex
    (2, True, True)
    """

    derivations: Sequence[Derivation]
    title: str = ""
    headings: Sequence[str] = ()
    detail: str = "normal"
    notation: Notation = field(default=AS_IT_IS)

    def __post_init__(self) -> None:
        if not self.derivations:
            raise ValueError("no derivation: a document needs at least one")
        if self.headings and len(self.headings) != len(self.derivations):
            given, asked = len(self.headings), len(self.derivations)
            raise ValueError(f"{given} headings for {asked} derivations: write one for each")

    def latex(self) -> str:
        """The whole document."""
        title = (
            f"\\title{{{in_text(self.title)}}}\n\\author{{}}\n\\date{{}}\n" if self.title else ""
        )
        opening = "\\maketitle\n" if self.title else ""
        sections = [self._section(k, d) for k, d in enumerate(self.derivations, 1)]
        return page(opening + "\\tableofcontents\n\n" + "\n\n".join(sections), title)

    def to_tex(self, path: str | os.PathLike[str]) -> Path:
        """The document at `path`, written whole or not at all."""
        return write(self.latex(), path)

    def _section(self, k: int, derivation: Derivation) -> str:
        shown = outline(derivation, detail=self.detail)
        heading = in_text(self.headings[k - 1]) if self.headings else self._question(k, shown)
        equations = display(shown, "align", f"d{k}", PAGE, self.notation)
        said = rf"{{\raggedright\emph{{{in_text(verdict(shown))}}}\par}}"
        return f"\\section{{{heading}}}\n{equations}\n{said}"

    def _question(self, k: int, shown: Outline) -> str:
        question = Formula(shown.partial, self.notation).doprint(shown.problem)
        return f"${question}$" if width(question) <= WIDEST_HEADING else f"Derivation {k}"


def in_text(words: str) -> str:
    r"""Words between formulas: signs that LaTeX would run are spelled out.

    >>> print(in_text(r"100 % of \input{x}"))
    100 \% of \textbackslash{}input\{x\}
    """
    return "".join(SIGNS.get(letter, letter) for letter in plain_text(" ".join(words.split())))
