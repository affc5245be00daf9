"""Limits: what the user calls, and the order in which the rules are asked.

The table is filled file by file, special before general: what is read off (limit_basics), algebra
(limit_algebra), bounded factors (limit_bounded), the limit laws (limit_laws), growth, L'Hopital and
Taylor (limit_growth). Where these lead nowhere: series in powers (limit_first_term), orders of
magnitude (limit_orders), Taylor's theorem with its remainder (limit_taylor), and at the very end
leading terms by Gruntz's algorithm (limit_gruntz).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from sympy import Expr, Limit, Symbol, Tuple, oo
from sympy.core.function import AppliedUndef

from derive.asked import in_order, letter, place, scalar
from derive.calculus import limit_gruntz  # noqa: F401  (the last rules of the table)
from derive.calculus.joint_limits import RULES as JOINT_RULES
from derive.calculus.joint_limits import JointLimit, joint
from derive.calculus.limit_table import RULES, lim
from derive.calculus.recursions import RULES as RECURSION_RULES
from derive.calculus.recursions import LimitOfRecursion, recursion
from derive.core import Derivation
from derive.engine import (
    Budget,
    BudgetExceeded,
    DerivationError,
    NoRuleApplies,
    limited,
    search,
)
from derive.holes import rebuild
from derive.rules import RuleTable
from derive.structure import depends_on, postorder

__all__ = ["RULES", "lim", "limit", "limit_of_recursion"]

SIDES = ("+", "-", "+-")
DOMAINS = ("reals", "integers")
FIRST_STEPS = 60  # rules applied before the series and Gruntz's algorithm are asked
FIRST_LAW = "grows beyond all bounds"
LAST = "the most rapidly varying part"
# What a textbook calls a method, beside the limit laws.
METHODS = (
    "L'Hopital's rule", "Taylor's theorem", "first term of the series", "squeeze",
    "cancel a common factor", "multiply by the conjugate", "bring to a standard limit",
    "comparison of growth", "take out the dominant term", "reciprocal variable", LAST,
)  # fmt: skip
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
    budget = Budget(FIRST_STEPS, seconds / 2)
    try:
        root = search(goal, {Limit: RULES}, budget)
    except (NoRuleApplies, BudgetExceeded) as problem:
        left = Budget(seconds=seconds, started=budget.started)
        try:
            root = search(goal, {Limit: by_leading_terms()}, left)
        except DerivationError:
            raise problem from None
    return Derivation(root, goal, arguments=in_order(goal))


def by_rule(goal: Limit, name: str, seconds: float) -> Derivation:
    """The derivation that begins with this rule. Raises NoRuleApplies, BudgetExceeded."""
    budget = Budget(FIRST_STEPS, seconds)
    root = search(goal, {Limit: RULES}, budget, frozenset({name}))
    return Derivation(root, goal, arguments=in_order(goal))


@cache
def by_leading_terms() -> RuleTable:
    """The rules that read off, those for far out, then the limit laws: nothing that wanders."""
    kept = [replace(rule, on_request=False) for rule in RULES if rule.name not in WANDERING]
    laws = next(k for k, rule in enumerate(kept) if rule.name == FIRST_LAW)
    far_out = [rule for rule in kept[laws:] if RULES[rule.name].on_request and rule.name != LAST]
    rest = [rule for rule in kept[laws:] if rule not in far_out]
    rules = [*kept[:laws], RULES["comparison of growth"], *far_out, *rest]
    return RuleTable(Limit, RULES.unpack, "limits by leading terms", rules=rules)


@limited
def limit(
    f: Expr | str, x: Any, x0: Any, dir: str = "+-", timeout: float = 20.0, over: str = "reals"
) -> Derivation:
    """The limit of `f` as `x` tends to `x0`, step by step; two-sided unless `dir` is "+" or "-".

    Several variables at once are a tuple, and the point one of the same length. A sequence is a
    limit at oo over whole numbers: of a letter that is an integer, or with `over="integers"`.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError (for text that cannot be read).

    >>> limit("sin(x)/x", "x", 0).result
    1
    >>> limit("1/x", "x", 0).result
    does not exist
    >>> limit("1/x", "x", 0, dir="+").result
    oo
    >>> limit("(-1)^n", "n", "oo", over="integers").result
    does not exist
    >>> limit("x*y/(x^2 + y^2)", ("x", "y"), (0, 0)).result
    does not exist
    """
    if dir not in SIDES:
        raise ValueError(f"dir is {dir!r}; write one of {', '.join(SIDES)}")
    if over not in DOMAINS:
        raise ValueError(f"over is {over!r}; write one of {', '.join(DOMAINS)}")
    expression = scalar(f)
    if isinstance(x, (tuple, list, Tuple)):
        return _joint_limit(expression, list(x), x0, dir, over, timeout)
    point, variable = place(x0), letter(x, expression)
    if depends_on(point, variable):
        raise ValueError(f"the point {point} moves with the variable {variable}")
    _refuse_unknown(expression, [variable])
    if over == "integers" or variable.is_integer:
        if point != oo:
            raise ValueError(f"{variable} takes whole numbers: its limit is at oo, not at {point}")
        expression, variable = _over_integers(expression, variable)
    return worked_out(lim(expression, variable, point, dir), timeout)


def _over_integers(f: Expr, n: Symbol) -> tuple[Expr, Symbol]:
    whole = Symbol(n.name, integer=True, positive=True)
    return rebuild(f, {n: whole}, set()), whole


def _refuse_unknown(f: Expr, variables: list[Symbol]) -> None:
    for node in postorder(f):
        if isinstance(node, AppliedUndef) and any(depends_on(node, v) for v in variables):
            raise ValueError(f"nothing is known of {node}: write a function that is known")


def _joint_limit(
    f: Expr, names: list[Any], point: Any, dir: str, over: str, timeout: float
) -> Derivation:
    if dir != "+-" or over != "reals":
        raise ValueError("a limit in several variables is taken from all sides, over the reals")
    if not isinstance(point, (tuple, list, Tuple)) or len(point) != len(names):
        raise ValueError(f"the point {point} does not have {len(names)} coordinates")
    letters, places = [letter(name, f) for name in names], [place(a) for a in point]
    if len(set(letters)) < len(letters) or len(letters) < 2:
        raise ValueError("the variables are two letters or more, each of them once")
    if any(a.is_infinite or depends_on(a, v) for a in places for v in letters):
        raise ValueError("the point of a limit in several variables is finite and does not move")
    _refuse_unknown(f, letters)
    goal = joint(f, Tuple(*letters), Tuple(*places))
    root = search(goal, {JointLimit: JOINT_RULES, Limit: RULES}, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))


@limited
def limit_of_recursion(f: Expr | str, a: Any, start: Any, timeout: float = 20.0) -> Derivation:
    """The limit of the sequence a(n+1) = f(a(n)) with a(0) = `start`, step by step.

    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError (for text that cannot be read).

    >>> limit_of_recursion("sqrt(2 + a)", "a", start=0).result
    2
    """
    expression, first = scalar(f), place(start)
    term = letter(a, expression)
    _refuse_unknown(expression, [term])
    others = sorted((expression.free_symbols | first.free_symbols) - {term}, key=str)
    if others:
        raise ValueError(f"give {others[0]} a value: a recursion is worked out for numbers")
    if first.is_infinite:
        raise ValueError("the first term is a number, not an infinity")
    goal = recursion(expression, term, first)
    root = search(goal, {LimitOfRecursion: RECURSION_RULES}, Budget(seconds=timeout))
    return Derivation(root, goal)
