"""Functions given by cases: one formula on each piece, joined at the borders."""

from __future__ import annotations

from itertools import pairwise

from sympy import Add, Expr, Integral, Max, Piecewise, Symbol, ceiling, floor, oo

from derive.calculus.integrals.continuity import middles
from derive.calculus.integrals.definite.kinks import KINKED, smooth_at, switches
from derive.calculus.integrals.operators import Rules, definite
from derive.calculus.integrals.zeros import MOST_ZEROS, Unknown, ascending, zeros
from derive.rules import Outcome
from derive.structure import depends_on, fresh, postorder

x = Symbol("x")
RULES = Rules()


@RULES.indefinite("piece by piece", example=Integral(Max(x, 1), x))
def piece_by_piece(f: Expr, x: Symbol) -> Outcome:
    """Each piece has one formula: add up the pieces that are complete, from the first border on."""
    borders = _borders(f, x)
    if not borders:
        return None
    t = fresh("t", f, x)
    try:
        formulas = [smooth_at(f, x, p).subs(x, t) for p in middles(borders, -oo, oo)]
    except TypeError:  # an argument that is not real there, and has no sign
        return None
    if not all(
        _meets(h, t, p)
        for p, *pair in zip(borders, formulas, formulas[1:], strict=False)
        for h in pair
    ):
        return None  # at a pole there is nothing to join
    first, *others = formulas
    branches = [(definite(first, t, borders[0], x), x < borders[0])]
    complete: list[Expr] = []
    for k, h in enumerate(others):
        growth = Add(*complete, definite(h, t, borders[k], x))
        last = k == len(others) - 1
        branches.append((growth, True if last else x < borders[k + 1]))
        if not last:
            complete.append(definite(h, t, borders[k], borders[k + 1]))
    return Piecewise(*branches)


def _meets(h: Expr, t: Symbol, border: Expr) -> bool:
    return bool(h.subs(t, border).is_finite)


def _borders(f: Expr, x: Symbol) -> list[Expr]:
    """Where f changes its formula, in order; none where that is not known, or too often."""
    kinked = [g for g in postorder(f) if isinstance(g, KINKED) and depends_on(g, x)]
    if not kinked or any(isinstance(g, (floor, ceiling)) for g in kinked):
        return []
    try:
        found = [z for g in kinked for u in switches(g) for z in zeros(u, x, -oo, oo)]
        borders = ascending(found)
    except (Unknown, TypeError):  # an argument whose sign depends on a letter
        return []
    apart = all((q - p).is_positive for p, q in pairwise(borders))
    return borders if apart and len(borders) <= MOST_ZEROS else []
