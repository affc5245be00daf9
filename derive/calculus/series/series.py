"""`series`: Taylor and Laurent polynomials, step by step, by algebra of known series."""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Expr,
    Heaviside,
    Max,
    Min,
    Pow,
    S,
    Symbol,
    ceiling,
    cos,
    cosh,
    exp,
    floor,
    log,
    oo,
    sign,
    sin,
    sinh,
    zoo,
)

from derive.asked import in_order, letter, place, scalar
from derive.calculus.integrals.integrate import exact
from derive.calculus.series.algebra import RULES
from derive.calculus.series.operators import Truncated, far_from_origin
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.structure import depends_on, postorder

MOST_TERMS = 200
NOT_SMOOTH = (Abs, sign, floor, ceiling, Max, Min, Heaviside)
ENTIRE = (exp, sin, cos, sinh, cosh)


@limited
def series(f: Expr | str, x: Any, x0: Any = 0, n: int = 6, timeout: float = 20.0) -> Derivation:
    """The terms of degree below `n` of the Taylor or Laurent series of `f` about `x0`.

    What is left out is O((x - x0)**n); about oo the powers are those of 1/x. Raises ValueError
    where `f` has no Laurent series (a branch point, an essential singularity), NoRuleApplies,
    BudgetExceeded, ParseError.

    >>> series("sin(x)*exp(x)", "x", n=5).result
    x**3/3 + x**2 + x
    >>> series("1/sin(x)", "x", n=4).result
    7*x**3/360 + x/6 + 1/x
    """
    expression, centre = exact(scalar(f)), exact(place(x0))
    variable = letter(x, expression)
    if not isinstance(n, int) or not 0 < n <= MOST_TERMS:
        raise ValueError(f"n is {n!r}: write a whole number from 1 to {MOST_TERMS}")
    if depends_on(centre, variable):
        raise ValueError(f"the centre {centre} moves with the variable {variable}")
    goal = Truncated(expression, variable, centre, n)
    why = why_none(expression, variable, centre)
    if why:
        raise ValueError(f"{expression} has no Laurent series at {variable} = {centre}: {why}")
    root = search(goal, {Truncated: RULES}, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))


def why_none(f: Expr, x: Symbol, x0: Expr) -> str:
    """What stands against a Laurent series, in words; empty where nothing is seen.

    >>> from sympy import sqrt
    >>> from sympy.abc import x
    >>> why_none(sqrt(x), x, 0)
    'sqrt(x) has a branch point there'
    """
    if x0 in (oo, -oo):
        f, x0 = far_from_origin(f, x, x, 1 if x0 == oo else -1), S.Zero
    for node in postorder(f):
        if not depends_on(node, x):
            continue
        if isinstance(node, Pow) and not node.exp.is_Integer and not isinstance(node, exp):
            if _vanishes_or_not_finite(node.base, x, x0):
                return f"{node} has a branch point there"
        elif isinstance(node, log) and _vanishes_or_not_finite(node.args[0], x, x0):
            return f"{node} has a branch point there"
        elif isinstance(node, ENTIRE) and node.args[0].subs(x, x0).has(zoo, oo, -oo):
            return f"{node} has an essential singularity there"
        elif isinstance(node, NOT_SMOOTH) and _vanishes_or_not_finite(node.args[0], x, x0):
            return f"{node} is not smooth there"
    return ""


def _vanishes_or_not_finite(g: Expr, x: Symbol, x0: Expr) -> bool:
    value = g.subs(x, x0)
    return bool(value.is_zero or value.has(zoo, oo, -oo))
