"""y'' = f(x, y') and y'' = f(y, y'): the slope is found first, from an equation of first order.

Source: Boyce and DiPrima, section 2.9, its problems.
"""

from __future__ import annotations

from sympy import Expr, Symbol, cancel

from derive.calculus.equations.operators import Reducible, Solution
from derive.calculus.integrals.operators import antiderivative
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on

x, y, p, C1, C2 = Symbol("x"), Symbol("y"), Symbol("p"), Symbol("C1"), Symbol("C2")

RULES = RuleTable(
    Reducible, lambda goal: goal.args, "differential equations of second order without x or y"
)


@RULES.rule("unknown function is missing", example=Reducible(-(p**2), p, y, x, C1, C2))
def without_y(f: Expr, p: Symbol, y: Symbol, x: Symbol, C1: Symbol, C2: Symbol) -> Outcome:
    """The slope p = y' fulfils the equation p' = f of first order; its integral is y."""
    if depends_on(f, y):
        return None
    return C2 + antiderivative(Solution(f, p, x, C1), x)


@RULES.rule("variable is missing", example=Reducible(2 * y * p, p, y, x, C1, C2))
def without_x(f: Expr, p: Symbol, y: Symbol, x: Symbol, C1: Symbol, C2: Symbol) -> Outcome:
    """Take the slope p as a function of y, where it is not 0: y'' = p*dp/dy, an equation of first
    order; then y' = p(y) is one more."""
    if depends_on(f, x):
        return None
    slope = Solution(cancel(f / p), p, y, C1)
    return Rewrite(Solution(slope, y, x, C2), where=((p, Symbol(y.name + "'")),))
