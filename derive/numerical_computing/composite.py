"""Composite quadrature: a rule on equal parts of an interval, and the error of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Basic, Expr, S, Symbol, Tuple

from derive.answers import Answers
from derive.asked import in_order
from derive.calculus.integrals.operators import Between
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.linear_algebra.elimination import Matrix
from derive.linear_algebra.operators import Number
from derive.linear_algebra.products import Dot
from derive.numerical_computing.letters import function_of, whole
from derive.numerical_computing.quadrature import TABLES as RULES
from derive.numerical_computing.quadrature import (
    QuadratureWeights,
    are_nodes,
    derivative,
    interval,
    missing,
    newton_cotes_nodes,
    powers_missed,
    table,
)
from derive.rules import Outcome, RuleTable

x, h = Symbol("x"), Symbol("h", positive=True)
TWO = Tuple(S(0), S(1))


# ------------------------------------------------------------------ operators


class OnAnInterval(Number):
    """An operator on f(x); the letter x is not free in it."""

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        return super().free_symbols - {self.args[1]}


class CompositeRule(OnAnInterval):
    """The rule on n equal parts of the interval from A to B, added up.

    CompositeRule(f, x, A, B, n, nodes, a, b). Numerically: so.
    """

    word = "composite_rule"


class CompositeError(OnAnInterval):
    """The leading term in h of the integral of f from A to B minus the composite rule.

    CompositeError(f, x, A, B, h, nodes, a, b), with parts of length (b - a)*h. Numerically: fitted
    to the errors with more and more parts.
    """

    word = "composite_error"


COMPOSITE = table(CompositeRule, "composite rules")
COMPOSITE_ERRORS = table(CompositeError, "errors of composite rules")


# ------------------------------------------------------------------ rules

EXAMPLE = (x**4, x, S(0), S(2))


@COMPOSITE.rule("add up the parts", example=CompositeRule(*EXAMPLE, S(2), TWO, S(0), S(1)))
def add_up_the_parts(
    f: Expr, x: Symbol, A: Expr, B: Expr, n: Expr, nodes: Tuple, a: Expr, b: Expr
) -> Outcome:
    """On each part the values have the weights of the nodes; those at a common end add up."""
    if not are_nodes(nodes) or a == b or not n.is_Integer or n < 1:
        return None
    step = (B - A) / (n * (b - a))
    weights = QuadratureWeights(nodes, a, b)
    values = [
        sum(f.subs(x, A + step * (i * (b - a) + s - a)) for i in range(int(n))) for s in nodes.args
    ]
    return step * Dot(Matrix(values), weights)


@COMPOSITE_ERRORS.rule(
    "errors of the parts add up",
    example=CompositeError(*EXAMPLE, h, TWO, S(0), S(1)),
)
def errors_add_up(
    f: Expr, x: Symbol, A: Expr, B: Expr, h: Expr, nodes: Tuple, a: Expr, b: Expr
) -> Outcome:
    """The errors of the parts are a Riemann sum for the integral of that derivative of f."""
    if not are_nodes(nodes) or a == b:
        return None
    for k in powers_missed(nodes, a, b):
        if f.is_polynomial(x) and f.diff(x, k) == 0:
            return S.Zero
        ends = derivative(f, x, k - 1) if k > 1 else f
        if f.diff(x, k - 1).subs(x, A).equals(f.diff(x, k - 1).subs(x, B)) is False:
            return missing(nodes, a, b, k) / (b - a) * h**k * Between(ends, x, A, B)
        return None
    return None


TABLES: dict[type, RuleTable] = {
    **RULES,
    CompositeRule: COMPOSITE,
    CompositeError: COMPOSITE_ERRORS,
}


# ------------------------------------------------------------------ what the user calls


@dataclass(frozen=True)
class Composite(Answers):
    """The integral is `value` plus `error`, of which the leading term is given."""

    value: Derivation
    error: Derivation


# fmt: off
NAMED: dict[str, tuple[Tuple, Expr, Expr]] = {
    "trapezoid": newton_cotes_nodes(2, closed=True),
    "simpson":   newton_cotes_nodes(3, closed=True),
    "midpoint":  (Tuple(S.Zero), -S.Half, S.Half),
}
# fmt: on


@limited
def composite_rule(
    f: Any, x: Any, over: Any, parts: Any, rule: str = "trapezoid", timeout: float = 20.0
) -> Composite:
    """The integral of f over the interval by a rule on equal parts, with the leading error.

    `rule`: "trapezoid", "simpson" (with two steps of h in each part), "midpoint". `value` is the
    number; `error` is in the step h. Raises ValueError, ParseError, NoRuleApplies, BudgetExceeded.

    >>> found = composite_rule("x^2", "x", (0, 1), 4)
    >>> found.value.result, found.error.result
    (11/32, -h**2/6)
    """
    if rule not in NAMED:
        raise ValueError(f"{rule!r} is no rule: write one of {', '.join(map(repr, NAMED))}")
    function, variable = function_of(f, x)
    (A, B), n = interval(over), whole(parts, 1, "the number of parts")
    value = CompositeRule(function, variable, A, B, S(n), *NAMED[rule])
    error = CompositeError(function, variable, A, B, h, *NAMED[rule])
    return Composite(worked_out(value, timeout), worked_out(error, timeout))


def worked_out(goal: Basic, timeout: float) -> Derivation:
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(root.result))
