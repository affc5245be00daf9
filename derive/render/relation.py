"""What joins the two sides of a line in LaTeX: an equals sign, or the verb of a finding."""

from __future__ import annotations

from sympy import Basic

from derive.render.names import words
from derive.render.outline import missing, verb


def joined(right: Basic, tex: str) -> str:
    r"""The right side, printed as `tex`, with what joins it to the left one.

    >>> from sympy.abc import x
    >>> joined(x, "x")
    '= x'
    """
    if not missing(right):
        return f"= {tex}"
    return rf"{words(verb(right))}\; {tex}" if verb(right) else rf"\; {tex}"
