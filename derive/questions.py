"""A question as an unevaluated operator, handed to the function that works it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Basic, Derivative, Determinant, Integral, Inverse, Limit, Product, Sum

from derive.asked import asked
from derive.core import Derivation
from derive.engine import limited


@limited
def work_out(question: Any, timeout: float = 20.0) -> Derivation:
    r"""The derivation of an unevaluated operator: what `from_latex` or `parse` has read.

    `question`: a SymPy Derivative, Integral, Limit, Sum, Product, Determinant or Inverse, or text
    for one: LaTeX where there is a backslash in it, else as `parse` reads it.
    Raises ValueError for what is no such question, and what the function for it raises.

    >>> import derive
    >>> work_out(derive.from_latex(r"\int_0^1 x^2 e^x\,dx")).result
    -2 + E
    >>> work_out(r"\lim_{x \to 0} \frac{\sin x}{x}").result
    1
    >>> work_out("Sum(1/k^2, (k, 1, oo))").result
    pi**2/6
    """
    read = _read(question)
    for operator, ask in ASK.items():
        if isinstance(read, operator):
            return ask(read, timeout)
    known = ", ".join(operator.__name__ for operator in ASK)
    raise ValueError(f"{read} asks nothing: give one of {known} as a whole")


def _read(question: Any) -> Basic:
    if isinstance(question, str) and "\\" in question:
        from derive.latex_input.reading import from_latex

        return from_latex(question)
    return asked(question)


def _derivative(question: Any, timeout: float) -> Derivation:
    from derive.calculus.differentiation import diff

    return diff(question.args[0], *question.args[1:], timeout=timeout)


def _integral(question: Any, timeout: float) -> Derivation:
    from derive.calculus.integrals import integrate

    return integrate(question.args[0], *map(tuple, question.limits), timeout=timeout)


def _limit(question: Any, timeout: float) -> Derivation:
    from derive.calculus.limits import limit

    f, x, place, side = question.args
    return limit(f, x, place, "+-" if place.is_infinite else str(side), timeout=timeout)


def _sum(question: Any, timeout: float) -> Derivation:
    from derive.calculus.sums import summation

    return summation(question.function, *map(tuple, question.limits), timeout=timeout)


def _product(question: Any, timeout: float) -> Derivation:
    from derive.calculus.sums import product

    return product(question.function, *map(tuple, question.limits), timeout=timeout)


def _determinant(question: Any, timeout: float) -> Derivation:
    from derive.linear_algebra.determinants import determinant

    return determinant(question.args[0], timeout=timeout)


def _inverse(question: Any, timeout: float) -> Derivation:
    from derive.linear_algebra.inverses import inverse

    return inverse(question.args[0], timeout=timeout)


ASK: dict[type[Basic], Callable[[Any, float], Derivation]] = {
    Derivative: _derivative,
    Integral: _integral,
    Limit: _limit,
    Sum: _sum,
    Product: _product,
    Determinant: _determinant,
    Inverse: _inverse,
}
