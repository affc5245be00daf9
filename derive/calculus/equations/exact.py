"""Exact equations M + N*y' = 0: F with F_x = M and F_y = N is constant along each solution.

An equation that is not exact may be so after a factor of x alone, or of y alone.
"""

from __future__ import annotations

from sympy import (
    Expr,
    Integral,
    Poly,
    S,
    Symbol,
    cancel,
    cos,
    exp,
    expand,
    factor,
    fraction,
    nan,
    oo,
    simplify,
    sqrt,
    together,
    zoo,
)

from derive.calculus.equations.first_order import RULES, unpack, without_bars
from derive.calculus.equations.operators import ExactEquation, LevelCurve, Multiplied, Solution
from derive.calculus.integrals.operators import antiderivative
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on, fresh

x, y, C = Symbol("x"), Symbol("y"), Symbol("C")
PLACES = (S.Zero, S.One, S(2))

EXACT = RuleTable(ExactEquation, unpack, "exact equations")
MULTIPLIED = RuleTable(Multiplied, unpack, "factors that make an equation exact")
LEVELS: RuleTable = RuleTable(
    LevelCurve,
    unpack,
    "level curves",
    final=lambda goal: not goal.has(Integral) and next(LEVELS.rewrites(goal), None) is None,
)


def sides(f: Expr) -> tuple[Expr, Expr]:
    """M and N of y' = f, written as M + N*y' = 0."""
    above, below = fraction(together(f))
    return expand(-above), expand(below)


def of_both(f: Expr, y: Symbol, x: Symbol) -> bool:
    """The variables of others separate."""
    return depends_on(f, y) and depends_on(f, x)


def is_zero(value: Expr) -> bool:
    return bool(simplify(value) == 0)


@RULES.rule(
    "exact equation",
    example=Solution(-(2 * x * y + 1) / (x**2 + 3 * y**2 + 1), y, x, C),
)
def exact_equation(f: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """Written as M + N*y' = 0, M changes with y as N does with x: both belong to one function."""
    M, N = sides(f)
    if not (of_both(f, y, x) and is_zero(M.diff(y) - N.diff(x))):
        return None
    return Rewrite(ExactEquation(M, N, y, x, C), where=((Symbol("M"), M), (Symbol("N"), N)))


@RULES.rule(
    "exact after a factor of x",
    example=Solution(-(3 * x * y + y**2 + x * cos(x)) / (x**2 + x * y), y, x, C),
)
def factor_of_x(f: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """(M_y - N_x)/N = p(x) depends on x alone: the equation times exp(A), A' = p, is exact."""
    if not of_both(f, y, x):
        return None
    M, N = sides(f)
    p = factor(simplify((M.diff(y) - N.diff(x)) / N))
    if p == 0 or depends_on(p, y):
        return None
    return Rewrite(Multiplied(M, N, antiderivative(p, x), y, x, C), where=((Symbol("p"), p),))


@RULES.rule(
    "exact after a factor of y",
    example=Solution(-y / (2 * x - y * exp(y)), y, x, C),
)
def factor_of_y(f: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """(N_x - M_y)/M = p(y) depends on y alone: the equation times exp(A), A' = p, is exact."""
    M, N = sides(f)
    if M == 0 or not of_both(f, y, x):
        return None
    p = factor(simplify((N.diff(x) - M.diff(y)) / M))
    if p == 0 or depends_on(p, x):
        return None
    return Rewrite(Multiplied(M, N, antiderivative(p, y), y, x, C), where=((Symbol("p"), p),))


TIMES_X = Multiplied(3 * x * y + y**2, x**2 + x * y, 3 * x, y, x, C)


@MULTIPLIED.rule("multiply by the factor", example=TIMES_X)
def multiply_by_the_factor(M: Expr, N: Expr, A: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """Where the factor exp(A) is not zero, the solutions stay the same."""
    if A.has(Integral):
        return None
    mu = without_bars(A)
    new = (
        cancel(expand(mu * part)) if mu.is_rational_function() else expand(mu * part)
        for part in (M, N)
    )
    return Rewrite(ExactEquation(*new, y, x, C), where=((Symbol("mu"), mu),))


@EXACT.rule(
    "a function that is constant", example=ExactEquation(2 * x * y + 1, x**2 + y**2, y, x, C)
)
def constant_function(M: Expr, N: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """F grows by M along x, and where x begins by N along y: F_x = M and F_y = N."""
    if not is_zero(M.diff(y) - N.diff(x)):
        return None
    for start in PLACES:
        beginning = N.subs(x, start)
        if not any(part.has(nan, zoo, oo) for part in (beginning, M.subs(x, start))):
            s = fresh("s", M, N, C)
            along = Integral(M.subs(x, s), (s, start, x)) if M != 0 else S.Zero
            up = antiderivative(beginning, y) if beginning != 0 else S.Zero
            return LevelCurve(along + up, y, x, C)
    return None


@LEVELS.rule("solve for y", example=LevelCurve(x**2 * y**2 + 2 * y - x, y, x, C))
def solve_for_y(F: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """F = C is linear or quadratic in y; the other sign of the root gives the other half."""
    if F.has(Integral) or not expand(F).is_polynomial(y):
        return None
    k = Poly(expand(F), y).all_coeffs()
    if len(k) == 2:
        return factor(C - k[1]) / factor(k[0])
    if len(k) != 3:
        return None
    middle = cancel(-k[1] / (2 * k[0]))
    return middle + sqrt(factor(middle**2 + (C - k[2]) / k[0]))
