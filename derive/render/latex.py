r"""A derivation as LaTeX: rows `goal &= equals && \text{rule},\ letters`.

It needs amsmath and amssymb only, and also reads in MathJax and KaTeX. Derivatives are written
with a straight d where the question has one letter, with \partial where it has several.
"""

from __future__ import annotations

import re

from derive.core import Derivation
from derive.render.notation import AS_IT_IS, Notation
from derive.render.outline import Outline, outline
from derive.render.page import page
from derive.render.rows import rows_of, set_out

ENVIRONMENTS = ("aligned", "align", "align*")
PAGE = 345.0  # points: the width of the text of LaTeX's article
LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9:.-]*", re.ASCII)


def latex(
    derivation: Derivation,
    env: str = "",
    *,
    label: str = "",
    detail: str = "normal",
    standalone: bool = False,
    width: float | None = None,
    notation: Notation = AS_IT_IS,
) -> str:
    r"""The steps as rows of `env`: "aligned" (inside of $$), "align" or "align*" (on their own).

    `label`: the rows of an align are numbered and labelled label:1, label:2, ..., label:result.
    `detail`: "brief", "normal" or "full". `standalone`: a whole document, where an align* stands
    for an aligned, which cannot go over pages. `width`: the points
    that a row may take, 345 where there is a label or a document; longer ones are broken.
    `notation`: a `derive.Notation`.

    Without `env` it is an align where rows are numbered or may go over pages, else an aligned.
    Raises ValueError for another environment, a label that is none, and one without numbers.

    >>> import derive
    >>> print(derive.diff("x**2", "x").latex())
    \begin{aligned}
    \frac{d}{d x} x^{2} &= 2 x && \text{power rule}
    \end{aligned}
    >>> print(derive.diff("x**2", "x").latex(label="square"))
    \begin{align}
    \frac{d}{d x} x^{2} &= 2 x && \text{power rule} \label{square:result}
    \end{align}
    """
    env = env or ("align" if label or standalone else "aligned")
    _refuse(env, label)
    if standalone and env == "align":
        label = label or "step"
    if width is None and (label or standalone):
        width = PAGE
    shown = outline(derivation, detail=detail)
    if not standalone:
        return display(shown, env, label, width, notation)
    over_pages = "align*" if env == "aligned" else env
    return page(display(shown, over_pages, label, width, notation))


def display(
    shown: Outline,
    env: str = "aligned",
    label: str = "",
    width: float | None = None,
    notation: Notation = AS_IT_IS,
) -> str:
    """The rows inside of their environment."""
    rows = set_out(rows_of(shown, notation, label), label, width)
    return f"\\begin{{{env}}}\n{rows}\n\\end{{{env}}}"


def _refuse(env: str, label: str) -> None:
    if env not in ENVIRONMENTS:
        raise ValueError(f"env is {env!r}; write one of {', '.join(ENVIRONMENTS)}")
    if label and env != "align":
        raise ValueError(f'the rows of {env} have no numbers to label; write env="align"')
    if label:
        refuse_no_label(label)


def refuse_no_label(label: str) -> None:
    """Raise ValueError for what LaTeX and Markdown do not take as a label."""
    if not LABEL.fullmatch(label):
        raise ValueError(f"{label!r} is no label; write letters, digits, and signs : . -")
