"""Roots of polynomials that have no formula: numbered, and all written in the same letter."""

from __future__ import annotations

from sympy import CRootOf, Expr, Poly, Symbol

z = Symbol("z")


def numbered_root(p: Expr, letter: Symbol, k: int) -> CRootOf:
    """The root k of the polynomial p in `letter`: the real ones come first, in order.

    To SymPy the roots of x**5 - x - 1 and z**5 - z - 1 are equal, and it gives back whichever it
    met first: in one letter the same question has the same answer whatever was asked before.

    >>> from sympy.abc import x
    >>> numbered_root(x**5 - x - 1, x, 0)
    CRootOf(z**5 - z - 1, 0)
    """
    return CRootOf(p.xreplace({letter: z}), z, k, radicals=False)


def real_zeros(p: Poly) -> list[Expr]:
    """The real zeros of a polynomial in one letter, each once, in order.

    >>> from sympy.abc import x
    >>> real_zeros(Poly(x**5 - x - 1, x))
    [CRootOf(z**5 - z - 1, 0)]
    """
    return list(dict.fromkeys(p.replace(p.gen, z).real_roots()))
