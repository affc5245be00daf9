r"""LaTeX as people write it -> the question as SymPy's unevaluated operators."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sympy import Symbol

from derive.latex_input.operators import LatexParser
from derive.parse import meanings


def from_latex(
    text: str,
    assumptions: Mapping[str, Iterable[str] | Symbol] | None = None,
    *,
    functions: Collection[str] = (),
) -> Any:
    r"""The SymPy object that LaTeX describes: nothing is worked out, `derive.work_out` does that.

    `assumptions` are those of `derive.parse`; `functions` are letters that a bracket after them
    calls. How it is read, where people differ:

    - Letters keep their case; `xy` is a product, `\mathit{loss}` and `x_{12}` are one letter each.
    - `\log` is the natural logarithm; `\log_{10}` has a base. `\sin^{-1}` is the arcsine.
    - `e` is Euler's number; `i` is the imaginary unit, but for the index of a sum or product.
    - `f(x+1)` is a function for f, g, h, F, G, H; `x(x+1)` is a product. `\frac{dy}{dx}` is the
      derivative of a function y of x.
    - Without brackets a derivative, sum or limit acts on the product that follows, an integral on
      all up to its differential.
    - A limit is two-sided, but for `0^+` and `0^-`.
    - Two readings are refused: `\sin x e^x`, `1/2x`, `P(x+1)`, `x^12`, `\lim_{x \to 0} x + x^2`.

    >>> from_latex(r"\int_0^1 x^2 e^x\,dx")
    Integral(x**2*exp(x), (x, 0, 1))
    >>> from_latex(r"\frac{d^2}{dx^2} \sin 2x"), from_latex(r"e^{i\pi}", {"i": []})
    (Derivative(sin(2*x), (x, 2)), exp(pi*i))
    >>> from_latex(r"y(x) + f(x + 1)", functions=["y"])
    f(x + 1) + y(x)

    Raises ParseError (one line: what, where, what to write), TypeError, ValueError.
    """
    return LatexParser(text, meanings(assumptions, None), functions).parse()
