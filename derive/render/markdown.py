"""A derivation as Markdown: the aligned equations, why each rule holds, what the check said."""

from __future__ import annotations

import re

from derive.core import Derivation
from derive.render.latex import NEW_ROW, rows_of
from derive.render.outline import Outline, outline
from derive.render.text import verdict

SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~$&-])")


def markdown(derivation: Derivation) -> str:
    r"""Display mathematics for Jupyter, GitHub and Pandoc, then the rules used, then the verdict.

    >>> import derive
    >>> print(derive.diff("x**2", "x").markdown())
    $$
    \begin{aligned}
    \frac{d}{d x} x^{2} &= 2 x && \text{power rule}
    \end{aligned}
    $$
    <BLANKLINE>
    - **power rule**: The exponent comes down in front and drops by one.
    <BLANKLINE>
    *not checked*
    """
    shown = outline(derivation)
    rows = NEW_ROW.join(rows_of(shown))
    display = f"$$\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n$$"
    why = "\n".join(_reasons(shown))
    return "\n\n".join(part for part in (display, why, f"*{escaped(verdict(shown))}*") if part)


def _reasons(shown: Outline) -> list[str]:
    """Each rule once, in order of use, with the sentence that says what it does."""
    sentences = dict(pair for line in shown.lines for pair in line.sentences)
    return [f"- **{escaped(rule)}**: {escaped(why)}" for rule, why in sentences.items() if why]


def escaped(words: str) -> str:
    """Words that Markdown and HTML leave as they are.

    >>> print(escaped("</script> *"))
    &lt;/script&gt; \\*
    """
    line = " ".join(words.split())
    return SPECIAL.sub(_escape, line)


def _escape(found: re.Match[str]) -> str:
    return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(found[0], "\\" + found[0])
