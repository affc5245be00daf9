r"""LaTeX as MathML, by the package math-core: the only place that knows it.

The LaTeX stays inside as an annotation, so that it can be copied.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import Any

from lambdify_bridge.extras import extra

# What SymPy prints and math-core does not read, as what it does read.
MACROS = {"substack": r"\begin{matrix}#1\end{matrix}"}
NAME_IN_ITALICS = re.compile(r"\\operatorname\{\\mathit\{([^{}]*)\}\}")


def mathml(tex: str) -> str:
    r"""The formula as a <math> element; what math-core cannot read stays LaTeX, in <code>.

    Raises MissingExtra without math-core.

    >>> print(mathml("x^{2}").replace("><", ">\n<"))
    <math display="block">
    <semantics>
    <msup>
    <mi>x</mi>
    <mn>2</mn>
    </msup>
    <annotation encoding="application/x-tex">x^{2}</annotation>
    </semantics>
    </math>
    >>> print(mathml(r"\nothing"))
    <code class="tex">\nothing</code>
    """
    read, unreadable = _converter()
    try:
        return str(read(NAME_IN_ITALICS.sub(r"\\operatorname{\1}", tex), displaystyle=True))
    except unreadable:
        return f'<code class="tex">{escape(tex)}</code>'


@cache
def _converter() -> tuple[Any, type[Exception]]:
    math_core = extra("math_core", "html", "HTML reports")
    made = math_core.LatexToMathML(annotation=True, macros=MACROS, fancy_error=False)
    return made.convert_with_local_state, math_core.LatexError
