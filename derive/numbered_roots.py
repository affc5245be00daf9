"""Roots of polynomials that have no formula: numbered, and all written in the same letter."""

from __future__ import annotations

from sympy import CRootOf, Expr, Mul, Poly, Symbol

z = Symbol("z")


def numbered_root(p: Expr, letter: Symbol, k: int) -> Expr:
    """The root k of the polynomial p in `letter`: the real ones come first, in order.

    >>> from sympy.abc import x
    >>> numbered_root(x**5 - x - 1, x, 0)
    CRootOf(z**5 - z - 1, 0)
    """
    return _in_one_letter(CRootOf(p.xreplace({letter: z}), z, k, radicals=False))


def real_zeros(p: Poly) -> list[Expr]:
    """The real zeros of a polynomial in one letter, each once, in order.

    >>> from sympy.abc import x
    >>> real_zeros(Poly(x**5 - x - 1, x))
    [CRootOf(z**5 - z - 1, 0)]
    """
    return list(dict.fromkeys(_in_one_letter(root) for root in p.replace(p.gen, z).real_roots()))


def _in_one_letter(root: Expr) -> Expr:
    """To SymPy the roots of x**5 - x - 1 and z**5 - z - 1 are equal, and it gives back whichever
    it met first: in one letter the same question has the same answer whatever was asked before."""
    factor, number = root.as_coeff_Mul()
    if not isinstance(number, CRootOf):
        return root
    renamed = CRootOf._new(number.poly.replace(number.poly.gen, z), number.index)
    return renamed if factor == 1 else Mul(factor, renamed, evaluate=False)
