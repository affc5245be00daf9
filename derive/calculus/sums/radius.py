"""The radius of convergence of a power series, from the ratio or the root of its coefficients."""

from __future__ import annotations

from typing import Any

from sympy import Abs, Basic, Expr, Limit, Mul, Pow, Symbol, cancel, factorial, powsimp

from derive.asked import in_order, letter, scalar
from derive.calculus.integrals.integrate import exact
from derive.calculus.limits import RULES as LIMITS
from derive.calculus.sums.behaviour import sign_far_out, signs_apart
from derive.calculus.sums.convergence import quotient_of_neighbours
from derive.calculus.sums.operators import counting, far_out
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.rules import Outcome, RuleTable
from derive.structure import depends_on

n = Symbol("n", integer=True)


class RadiusOfConvergence(Expr):
    """R such that the sum of a_n*(x - x0)**n converges for |x - x0| < R and diverges beyond.

    >>> from sympy.abc import n
    >>> RadiusOfConvergence(2**n, n)
    RadiusOfConvergence(2**n, n)
    """

    is_commutative = True

    def __new__(cls, f: Any, n: Symbol) -> RadiusOfConvergence:
        return Expr.__new__(cls, f, n)

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        return self.args[0].free_symbols - {self.args[1]}

    def _latex(self, printer: Any) -> str:
        return rf"R\left[{printer._print(self.args[0])}\right]"


RULES = RuleTable(RadiusOfConvergence, lambda goal: goal.args, "radius of convergence")


@RULES.rule("nth root of the coefficients", example=RadiusOfConvergence((1 + 1 / n) ** (n**2), n))
def by_root(f: Expr, n: Symbol) -> Outcome:
    """Cauchy and Hadamard: one over the limit of the nth root of |a_n|."""
    parts = [part for part in Mul.make_args(signs_apart(f, n)[1]) if depends_on(part, n)]
    if not all(isinstance(p, Pow) and depends_on(p.exp, n) for p in parts):
        return None
    if not any(depends_on(p.base, n) for p in parts):
        return None
    root = Mul(*(p.base ** cancel(-p.exp / n) for p in parts))
    return far_out(root, n) if sign_far_out(root, n) == 1 else None


@RULES.rule("quotient of neighbours", example=RadiusOfConvergence(factorial(n) / n**n, n))
def by_ratio(f: Expr, n: Symbol) -> Outcome:
    """The limit of |a_n/a_(n+1)|."""
    quotient = quotient_of_neighbours(signs_apart(f, n)[1], n)
    if quotient is None:
        return None
    fixed, moving = (1 / quotient).as_independent(n, as_Add=False)
    sign = sign_far_out(moving, n)
    if sign is None:
        return None
    if not depends_on(moving, n):
        return Abs(fixed * moving)
    return Abs(fixed) * far_out(powsimp(sign * moving), n)


@limited
def radius_of_convergence(a_n: Expr | str, n: Any, timeout: float = 20.0) -> Derivation:
    """The radius of convergence of the power series with the coefficients `a_n`; oo or 0 may be.

    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> radius_of_convergence("n!/n^n", "n").result
    E
    >>> radius_of_convergence("1/n!", "n").result
    oo
    """
    expression = exact(scalar(a_n))
    index = letter(n, expression)
    if expression == 0:
        raise ValueError("all coefficients are 0: the series converges everywhere")
    letters = counting(expression, {index})
    goal = RadiusOfConvergence(expression.xreplace(letters), letters.get(index, index))
    root = search(goal, {RadiusOfConvergence: RULES, Limit: LIMITS}, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))
