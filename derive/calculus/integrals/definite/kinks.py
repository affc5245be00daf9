"""Integrands with absolute values, steps and branches: one formula on each piece."""

from __future__ import annotations

from sympy import (
    Abs,
    Add,
    Expr,
    Heaviside,
    Integral,
    Max,
    Min,
    Piecewise,
    S,
    Symbol,
    ceiling,
    floor,
    pi,
    sign,
    sin,
    sqrt,
)
from sympy.core.relational import Relational

from derive.calculus.integrals.continuity import middles, strictly_inside
from derive.calculus.integrals.linearity import without_roots_of_squares
from derive.calculus.integrals.operators import Rules, definite
from derive.calculus.integrals.zeros import MOST_ZEROS, Unknown, ascending, numeric, zeros
from derive.elementary import relu
from derive.rules import Outcome
from derive.structure import depends_on, postorder

x = Symbol("x")
RULES = Rules()


@RULES.definite("root of a square, definite", example=Integral(sqrt(x**2), (x, -1, 2)))
def root_of_a_square(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The root of a square is the absolute value."""
    changed = without_roots_of_squares(f, x)
    return None if changed == f else definite(changed, x, a, b)


KINKED = (Abs, sign, Heaviside, Max, Min, relu, floor, ceiling, Piecewise)


@RULES.definite("split at the kinks", example=Integral(Abs(x), (x, -1, 2)))
def split_at_kinks(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Cut the interval where an argument changes sign or branch; each piece has one formula."""
    kinked = [g for g in postorder(f) if isinstance(g, KINKED) and depends_on(g, x)]
    if not kinked or not numeric(a, b):
        return None
    try:
        kinks = [z for g in kinked for u in switches(g) for z in zeros(u, x, a, b)]
        inner = [p for p in ascending(kinks) if strictly_inside(p, a, b)]
        ends = [a, *inner, b]
        finite = [p for p in ends if p.is_finite]
        if len(inner) > MOST_ZEROS:
            return None
        pieces = [smooth_at(f, x, p) for p in middles(finite, a, b)]
    except (Unknown, TypeError):  # an argument whose sign depends on a letter
        return None
    return Add(*(definite(h, x, p, q) for h, p, q in zip(pieces, ends, ends[1:], strict=False)))


def switches(g: Expr) -> list[Expr]:
    """Where one of these is zero, g changes its formula."""
    if isinstance(g, Piecewise):
        relations = {r for _, condition in g.args for r in condition.atoms(Relational)}
        return sorted((r.lhs - r.rhs for r in relations), key=str)
    if isinstance(g, (Max, Min)):
        return [p - q for k, p in enumerate(g.args) for q in g.args[:k]]
    if isinstance(g, (floor, ceiling)):
        return [sin(pi * g.args[0])]
    return [g.args[0]]


def smooth_at(f: Expr, x: Symbol, point: Expr) -> Expr:
    """The formula for f around a point where nothing switches."""
    while True:
        g = next((g for g in postorder(f) if isinstance(g, KINKED) and depends_on(g, x)), None)
        if g is None:
            return f
        f = f.xreplace({g: _formula(g, x, point)})


def _formula(g: Expr, x: Symbol, point: Expr) -> Expr:
    if isinstance(g, Piecewise):
        return next(e for e, condition in g.args if condition.subs(x, point) == True)
    if isinstance(g, (Max, Min)):
        pick = max if isinstance(g, Max) else min
        return pick(g.args, key=lambda argument: argument.subs(x, point).evalf(20))
    if isinstance(g, (floor, ceiling)):
        return g.subs(x, point)
    u = g.args[0]
    positive = u.subs(x, point).evalf(20) > 0
    if isinstance(g, Abs):
        return u if positive else -u
    if isinstance(g, relu):
        return u if positive else S.Zero
    return S.One if positive else (-S.One if isinstance(g, sign) else S.Zero)
