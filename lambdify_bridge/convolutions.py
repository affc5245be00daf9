"""Densities of sums, quotients and products of two independent letters, as integrals or sums."""

from __future__ import annotations

from typing import Any

from sympy import Add, And, Eq, Expr, Integral, Interval, Max, Min, Piecewise, S, Sum, Symbol, oo

from lambdify_bridge.evaluate import Undecided
from lambdify_bridge.laws import density, ends, is_listed


def convolved(z: Expr, x: Symbol, first: Any, y: Symbol, second: Any) -> Expr:
    """The integral or the sum over all ways to add up to z."""
    if is_listed(first) or is_listed(second):
        return _listed_and_other(z, x, first, y, second)
    (low, high), (least, most) = ends(first), ends(second)
    inside = density(first, x) * density(second, y).xreplace({y: z - x})
    operator = Integral if isinstance(first.set, Interval) else Sum
    begin = Max(low, z - most)
    end = Min(high, z - least)
    nowhere = begin - 1 if operator is Sum else begin
    return operator(inside, (x, begin, Max(nowhere, end)))


def _listed_and_other(z: Expr, x: Symbol, first: Any, y: Symbol, second: Any) -> Expr:
    """Each value of the one, with what the other one has to be then."""
    if not is_listed(first):
        x, first, y, second = y, second, x, first
    found: list[Expr] = []
    for value in sorted(map(S, first.set), key=str):
        chance, rest = density(first, x).subs(x, value), z - value
        if is_listed(second):
            found += [
                Piecewise((chance * density(second, y).subs(y, other), Eq(rest, other)), (0, True))
                for other in sorted(map(S, second.set), key=str)
            ]
        else:
            low, high = ends(second)
            inside = And(rest >= low, rest <= high)
            found.append(Piecewise((chance * density(second, y).subs(y, rest), inside), (0, True)))
    return Add(*found)


def along_ratio(z: Expr, x: Symbol, first: Any, y: Symbol, second: Any) -> Expr:
    """The integral over all x and y whose quotient is z, on either side of zero."""
    f = density(first, x).xreplace({x: z * y}) * density(second, y)
    reach = ends(first), ends(second)
    if reach == ((-oo, oo), (-oo, oo)):
        return Integral(-y * f, (y, -oo, 0)) + Integral(y * f, (y, 0, oo))
    if reach == ((0, oo), (0, oo)):
        return Integral(y * f, (y, 0, oo))
    if reach[0][0] == reach[1][0] == 0:
        return Integral(y * f, (y, 0, Min(reach[1][1], reach[0][1] / z)))
    raise Undecided("neither two half lines nor two lines")


def along_product(z: Expr, x: Symbol, first: Any, y: Symbol, second: Any) -> Expr:
    """The integral over all positive x and y whose product is z."""
    (low, high), (least, most) = ends(first), ends(second)
    if low != 0 or least != 0:
        raise Undecided("a support that does not start at zero")
    f = density(first, x).xreplace({x: z / y}) * density(second, y)
    return Integral(f / y, (y, z / high, most))
