"""Integrals of DiracDelta worked out: it picks the value of its factor where its argument is 0."""

from __future__ import annotations

from typing import Any

import sympy as sp

OUTSIDE = (
    "'DiracDelta' has no numerical operation here, as it has no value at a point: put it under an "
    "Integral, which to_numpy(..., numeric=True) works out, or put 0 in its place"
)


def without_deltas(f: Any, x: Any, a: Any, b: Any) -> Any:
    """The integral of f from a to b, without DiracDelta; None where f has none of x.

    A bound where the argument is 0 counts one half, as Heaviside(0) does.

    >>> from sympy import DiracDelta, cos, oo
    >>> from sympy.abc import x
    >>> without_deltas(cos(x) * DiracDelta(2*x - 1), x, -oo, oo)
    cos(1/2)/2
    """
    f = f.replace(_is_slope_of_step, _slope_of_step)
    if not any(x in delta.free_symbols for delta in f.atoms(sp.DiracDelta)):
        return None
    result, rest = sp.S.Zero, list[Any]()
    for term in sp.Add.make_args(sp.expand(f, deep=False) if f.is_Mul else f):
        term = sp.powsimp(sp.expand(term)) if not _deltas(term, x) else term
        for part in sp.Add.make_args(sp.expand(term)):
            deltas = _deltas(part, x)
            if deltas:
                result += _picked(part, deltas, x, a, b)
            else:
                rest.append(part)
    return result + (sp.Integral(sp.Add(*rest), (x, a, b)) if rest else 0)


def _is_slope_of_step(f: Any) -> bool:
    return isinstance(f, sp.Derivative) and f.expr.has(sp.sign, sp.Heaviside)


def _slope_of_step(f: Any) -> Any:
    """The derivative of sign(u) is that of 2 Heaviside(u) - 1, for real u."""
    return f.expr.replace(sp.sign, lambda u: 2 * sp.Heaviside(u) - 1).diff(*f.variables)


def _deltas(term: Any, x: Any) -> list[Any]:
    """The factors of a term that are a DiracDelta of x."""
    return [
        g for g in sp.Mul.make_args(term) if isinstance(g, sp.DiracDelta) and x in g.free_symbols
    ]


def _picked(term: Any, deltas: list[Any], x: Any, a: Any, b: Any) -> Any:
    """The integral of g(x) DiracDelta(c x + d, n): (-1)^n g^(n)(p)/(|c| c^n) where p is inside."""
    (delta, *others) = deltas
    factor = term / delta
    argument, n = delta.args[0], (delta.args[1] if len(delta.args) > 1 else 0)
    linear = argument.is_polynomial(x) and sp.Poly(argument, x).degree() == 1
    if others or not linear or any(x in g.free_symbols for g in factor.atoms(sp.DiracDelta)):
        raise ValueError(
            f"the integral of {term} by {x} is not known: DiracDelta is worked out where its "
            "argument is linear and it stands alone"
        )
    c, d = sp.Poly(argument, x).all_coeffs()
    place = -d / c
    value = (-1) ** n * sp.diff(factor, x, n).subs(x, place) / (sp.Abs(c) * c**n)
    return value * (_passed(place, a) - _passed(place, b))


def _passed(place: Any, bound: Any) -> Any:
    if bound.is_infinite:
        return sp.S.One if bound.is_extended_negative else sp.S.Zero
    return sp.Heaviside(place - bound)
