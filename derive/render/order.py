"""The order in which the terms of a sum are written: SymPy's, found without working anything out.

SymPy sorts terms by the numerical value of every factor that is a number, for which it evaluates a
definite integral by quadrature. Here such an operator stands for itself, as a letter would.
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Basic, Expr, Integral, Limit, Mul, Product, Sum, Symbol
from sympy.polys.rootoftools import ComplexRootOf

from derive.structure import free_symbols

OPERATORS = (Integral, Sum, Product, Limit, ComplexRootOf)


def ordered_terms(total: Expr, order: Any = None) -> list[Expr]:
    """The terms of a sum as they are written.

    Operators that are numbers come after the letters, in the order in which they are given.

    >>> from sympy import cos, sin
    >>> from sympy.abc import x
    >>> a, b = Integral(cos(x), (x, 0, 1)), Integral(sin(x), (x, 0, 1))
    >>> ordered_terms(Add(1, 2*b, x**2, a, evaluate=False)) == [x**2, 2*b, a, 1]
    True
    """
    terms = Add.make_args(total)
    letters = _letters_for([f for term in terms for f in Mul.make_args(term) if _waits(f)], total)
    if not letters:
        return list(total.as_ordered_terms(order=order))
    stands = [_with_letters(term, letters) for term in terms]
    back = dict(zip(stands, terms, strict=True))
    return [back[stand] for stand in Add(*stands, evaluate=False).as_ordered_terms(order=order)]


def _waits(factor: Expr) -> bool:
    """Whether a factor is a number that is still to be worked out."""
    return not free_symbols(factor) and factor.has(*OPERATORS)


def _letters_for(factors: list[Expr], total: Expr) -> dict[Basic, Symbol]:
    """New letters, whose names come after those of all others."""
    last = max((letter.name for letter in total.atoms(Symbol)), default="")
    return {f: Symbol(f"{last}~{k:04}") for k, f in enumerate(dict.fromkeys(factors))}


def _with_letters(term: Expr, letters: dict[Basic, Symbol]) -> Expr:
    return Mul(*[letters.get(f, f) for f in Mul.make_args(term)], evaluate=False)
