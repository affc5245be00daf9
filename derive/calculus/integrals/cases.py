"""Antiderivatives with letters, case by case: what a condition leaves out is derived as well."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sympy import And, Basic, Expr, Integral, Ne, Piecewise, Symbol, solve
from sympy.logic.boolalg import Boolean

from derive.core import Step, conditions
from derive.engine import BudgetExceeded, NoRuleApplies
from derive.rules import Rule
from derive.structure import depends_on, free_symbols

_X, _N = Symbol("x"), Symbol("n")
CASES = Rule(
    "by cases",
    lambda: None,
    example=Integral(_X**_N, _X),
    sentence="Where the formula would divide by zero the integrand has another antiderivative.",
)


def by_cases(root: Step, x: Symbol, work_out: Callable[[Basic], Step]) -> Step:
    """The step, or one more with a branch for each special value that its conditions leave out."""
    given = conditions(root)
    generic = [c for c in And.make_args(given) if isinstance(c, Ne) and not depends_on(c, x)]
    branches: list[tuple[Expr, Boolean]] = []
    shown: list[Step] = []
    for condition, letter, value in _special(generic):
        try:
            special = work_out(root.goal.xreplace({letter: value}))
        except (NoRuleApplies, BudgetExceeded):
            continue
        branches.append((special.result, ~condition))
        shown.append(special)
    if not branches:
        return root
    result = Piecewise(*branches, (root.result, True))
    covered = {~condition for _, condition in branches}
    rest = And(*(c for c in And.make_args(given) if c not in covered))
    return Step(
        root.goal,
        CASES.name,
        result,
        result,
        given=rest,
        premises=(root, *shown),
        sentence=CASES.sentence,
    )


def _special(generic: list[Boolean]) -> Iterator[tuple[Boolean, Symbol, Expr]]:
    """Each condition with the letter, and the value of it, that violates it."""
    for condition in generic:
        difference = condition.lhs - condition.rhs
        for letter in sorted(free_symbols(difference), key=str):
            values = solve(difference, letter)
            if len(values) == 1 and values[0].is_finite is not False:
                yield condition, letter, values[0]
                break
