"""Limits: what the user calls, and the order in which the rules are asked.

The table is filled file by file, special before general: what is read off (limit_basics), algebra
(limit_algebra), bounded factors (limit_bounded), the limit laws (limit_laws), growth, L'Hopital and
Taylor (limit_growth), and at the end leading terms by Gruntz's algorithm (limit_gruntz).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from sympy import Expr, Limit

from derive.asked import in_order, letter, place, scalar
from derive.calculus import limit_gruntz  # noqa: F401  (the last rules of the table)
from derive.calculus.limit_table import RULES, lim
from derive.core import Derivation
from derive.engine import Budget, BudgetExceeded, DerivationError, NoRuleApplies, search
from derive.rules import RuleTable
from derive.structure import depends_on

__all__ = ["RULES", "lim", "limit"]

SIDES = ("+", "-", "+-")
FIRST_STEPS = 60  # rules applied before the series and Gruntz's algorithm are asked
WANDERING = frozenset({
    "cancel a common factor", "multiply by the conjugate", "combine the logarithms",
    "difference quotient of a sum", "difference quotient of a product", "difference formula",
    "difference of two values", "rewrite in sines and cosines", "one exponential", "one root",
    "write as exponentials or logarithms", "functional equation of gamma", "one denominator",
    "bring to a standard limit", "take out the dominant term", "reciprocal variable",
    "inside the logarithm, take out the dominant term", "L'Hopital's rule", "Taylor's theorem",
    "logarithm of a power", "one to an infinite power",
})  # fmt: skip


def worked_out(goal: Limit, seconds: float) -> Derivation:
    """The derivation of a limit; by leading terms where the other rules have led nowhere."""
    budget = Budget(FIRST_STEPS, seconds)
    try:
        root = search(goal, {Limit: RULES}, budget)
        return Derivation(root, goal, arguments=in_order(goal))
    except (NoRuleApplies, BudgetExceeded) as found_nothing:
        problem = found_nothing
    left = Budget(seconds=seconds, started=budget.started)
    try:
        root = search(goal, {Limit: by_leading_terms()}, left)
    except DerivationError:
        raise problem from None
    return Derivation(root, goal, arguments=in_order(goal))


@cache
def by_leading_terms() -> RuleTable:
    """The rules that read off and the limit laws, then the leading term: nothing that wanders."""
    kept = [rule for rule in RULES if rule.name not in WANDERING]
    asked = [replace(rule, on_request=False) for rule in kept]
    return RuleTable(Limit, RULES.unpack, "limits by leading terms", rules=asked)


def limit(f: Expr | str, x: Any, x0: Any, dir: str = "+-", timeout: float = 20.0) -> Derivation:
    """The limit of `f` as `x` tends to `x0`, step by step; two-sided unless `dir` is "+" or "-".

    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError (for text that cannot be read).

    >>> limit("sin(x)/x", "x", 0).result
    1
    >>> limit("1/x", "x", 0).result
    does not exist
    >>> limit("1/x", "x", 0, dir="+").result
    oo
    """
    if dir not in SIDES:
        raise ValueError(f"dir is {dir!r}; write one of {', '.join(SIDES)}")
    expression, point = scalar(f), place(x0)
    variable = letter(x, expression)
    if depends_on(point, variable):
        raise ValueError(f"the point {point} moves with the variable {variable}")
    return worked_out(lim(expression, variable, point, dir), timeout)
