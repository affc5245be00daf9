"""A derivation as Markdown: the aligned equations, why each rule holds, what the check said."""

from __future__ import annotations

import re
from collections.abc import Callable

from sympy import Basic

from derive.core import Derivation, Letters
from derive.render.formula import Formula
from derive.render.latex import display, refuse_no_label
from derive.render.names import plain_text
from derive.render.outline import Line, Outline, outline
from derive.render.relation import joined
from derive.render.text import verdict

Tex = Callable[[Basic], str]
SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~$&-])")


LABELLED = {"myst": " ({})", "quarto": " {{#eq-{}}}"}  # behind a display formula


def markdown(
    derivation: Derivation, detail: str = "normal", *, flavor: str = "", label: str = ""
) -> str:
    r"""Display mathematics for Jupyter, GitHub and Pandoc, then the rules used, then the verdict.

    `detail`: "brief" (the main lines, no list of rules), "normal" or "full" (the sentences stand
    at the steps). `flavor` "myst" or "quarto" with a `label` makes the equations one that is
    numbered, and referred to as {eq}`label` in MyST, as @eq-label in Quarto. Raises ValueError for
    another flavor, a label without one, and one that is no label.

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
    >>> print(derive.diff("x**2", "x").markdown("brief", flavor="quarto", label="square"))
    $$
    \begin{aligned}
    \frac{d}{d x} x^{2} &= 2 x && \text{power rule}
    \end{aligned}
    $$ {#eq-square}
    <BLANKLINE>
    *not checked*
    """
    shown = outline(derivation, detail=detail)
    equations = f"$$\n{display(shown)}\n$$" + _label(flavor, label)
    why = "\n".join(_reasons(shown)) if shown.detail == "normal" else ""
    return "\n\n".join(part for part in (equations, why, f"*{escaped(verdict(shown))}*") if part)


def _label(flavor: str, label: str) -> str:
    """What stands behind a display formula that has the label."""
    if flavor and flavor not in LABELLED:
        raise ValueError(f"flavor is {flavor!r}; write one of {', '.join(LABELLED)}")
    if label and not flavor:
        raise ValueError('Markdown alone has no labels; write flavor="myst" or flavor="quarto"')
    if not label:
        return ""
    refuse_no_label(label)
    return LABELLED[flavor].format(label)


def numbered_markdown(derivation: Derivation) -> str:
    r"""The steps as a numbered list, each with its rule and why it holds: what a notebook shows.

    >>> import derive
    >>> print(numbered_markdown(derive.diff("x**2", "x")))
    1. **power rule**: The exponent comes down in front and drops by one.
    <BLANKLINE>
       $$\frac{d}{d x} x^{2} = 2 x$$
    <BLANKLINE>
    Result:
    <BLANKLINE>
    $$\frac{d}{d x} x^{2} = 2 x$$
    <BLANKLINE>
    *not checked*
    """
    shown = outline(derivation)
    math = Formula(shown.partial).doprint
    constant = f" + {math(shown.constant)}" if shown.constant else ""
    blocks = [*_letters("Definitions", shown.definitions, math)]
    blocks += _letters("Abbreviations", shown.pieces, math)
    if shown.letters_left_out:
        blocks.append(f"... {shown.letters_left_out} more abbreviations")
    for line in shown.lines:
        below = " " * len(f"{line.number}. ")  # as far in as the words of the step
        blocks += [_numbered(line, math), below + _display(line.goal, line.equals, math)]
    if shown.left_out:
        blocks.append(f"... {shown.left_out} more steps")
    blocks += ["Result:" + _given(shown.given, math)]
    blocks += [_display(*pair, math, constant) for pair in shown.answers]
    return "\n\n".join([*blocks, f"*{escaped(verdict(shown))}*"])


def _numbered(line: Line, math: Tex) -> str:
    """The rule, its letters and condition, and the sentence that says what it does."""
    where = ", ".join(f"${math(name)} = {math(value)}$" for name, value in line.where)
    why = " ".join(dict.fromkeys(escaped(sentence) for _, sentence in line.sentences if sentence))
    shown_by = " and ".join(f"({k})" for k in sorted(set(line.shown_by)))
    used = f"**{escaped(line.rule)}**" + (f", {where}" if where else "")
    used += f", shown by {shown_by}" if shown_by else ""
    return f"{line.number}. {used}{_given(line.given, math)}" + (f": {why}" if why else "")


def _display(left: Basic, right: Basic, math: Tex, more: str = "") -> str:
    return f"$${math(left)} {joined(right, math(right) + more)}$$"


def _given(conditions: tuple[Basic, ...], math: Tex) -> str:
    return " (if " + ", ".join(f"${math(each)}$" for each in conditions) + ")" if conditions else ""


def _letters(title: str, pairs: Letters, math: Tex) -> list[str]:
    return [f"{title}:", *(_display(*pair, math) for pair in pairs)] if pairs else []


def _reasons(shown: Outline) -> list[str]:
    """Each rule once, in order of use, with the sentence that says what it does."""
    sentences = dict(pair for line in shown.lines for pair in line.sentences)
    return [f"- **{escaped(rule)}**: {escaped(why)}" for rule, why in sentences.items() if why]


def escaped(words: str) -> str:
    """Words that Markdown and HTML leave as they are.

    >>> print(escaped("</script> *"))
    &lt;/script&gt; \\*
    """
    line = plain_text(" ".join(words.split()))
    return SPECIAL.sub(_escape, line)


def _escape(found: re.Match[str]) -> str:
    return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(found[0], "\\" + found[0])
