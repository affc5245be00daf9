"""Functions whose letters move: total derivative, chain rule, velocity of a vector function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import (
    Add,
    Basic,
    Derivative,
    Expr,
    ImmutableMatrix,
    Limit,
    S,
    Symbol,
    Tuple,
    cos,
    exp,
    sin,
)

from derive.asked import in_order
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.vector.fields import VALUES
from derive.calculus.vector.operators import AlongCurve, ValueAt, Velocity
from derive.calculus.vector.reading import field, formula, parameter, values_of
from derive.calculus.vector.textbook import in_short
from derive.core import Derivation
from derive.engine import Budget, derive, limited, search
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, depends_on, fresh

x, y, t = Symbol("x"), Symbol("y"), Symbol("t")

ALONG = RuleTable(AlongCurve, lambda goal: goal.args, "total derivatives", tidy=in_short)
VELOCITIES = RuleTable(Velocity, lambda goal: goal.args, "velocities", tidy=in_short)
TABLES = {ValueAt: VALUES, AlongCurve: ALONG, Velocity: VELOCITIES, Derivative: DERIVATIVES}


@ALONG.rule("chain rule", example=AlongCurve(x**2 * y + t, (x, y), (cos(3 * t), t**2), t))
def chain_rule(f: Expr, letters: Tuple, values: Tuple, t: Symbol) -> Outcome:
    """Each letter moves: its partial derivative there times its speed; t may move f itself."""
    terms = [
        _there(D(f, each), letters, values) * D(value, t)
        for each, value in zip(letters, values, strict=True)
        if depends_on(f, each)
    ]
    if depends_on(f, t) and t not in letters.args:
        terms.append(_there(D(f, t), letters, values))
    where = tuple(zip(letters.args, values.args, strict=True))
    return Rewrite(Add(*terms), where=where) if terms else S.Zero


def _there(slope: Expr, letters: Tuple, values: Tuple) -> Expr:
    return ValueAt(slope, letters, values)


@VELOCITIES.rule("entry by entry", example=Velocity((cos(3 * t), t**2, exp(t)), t))
def entry_by_entry(r: Tuple, t: Symbol) -> Outcome:
    """A vector function moves entry by entry."""
    return ImmutableMatrix([D(entry, t) for entry in r])


@VELOCITIES.rule(
    "definition of the derivative", example=Velocity((sin(3 * t), t**2), t), on_request=True
)
def by_definition(r: Tuple, t: Symbol) -> Outcome:
    """The velocity is the limit of the difference quotient, entry by entry."""
    h = fresh("h", r, t)
    quotients = [(entry.subs(t, t + h) - entry) / h for entry in r]
    return ImmutableMatrix([_limit(quotient, h) for quotient in quotients])


def _limit(quotient: Expr, h: Symbol) -> Limit:
    return Basic.__new__(Limit, quotient, h, S.Zero, Symbol("+-"))


# ------------------------------------------------------------------ what the user calls

METHODS = ("rules", "definition")


@limited
def total_derivative(
    f: Any, along: Mapping[str, Any], by: Any, timeout: float = 20.0
) -> Derivation:
    """The derivative by the letter `by` of `f`, whose letters are the functions `along`.

    `along`: `{"x": "cos(t)", "y": "t**2"}`; with further letters in these functions (r and theta of
    polar coordinates) it is the partial derivative of the composition by one of them. `f` may hold
    `by` itself. Raises ValueError, ParseError, NoRuleApplies.

    >>> total_derivative("x**2 + y**2", {"x": "t*cos(t)", "y": "t*sin(t)"}, "t").result
    2*t
    """
    expression = formula(f)
    letters, values = values_of(along, expression)
    t = parameter(by, Tuple(expression, values))
    if t in letters.args:
        raise ValueError(f"{t} is one of the letters that move: name the parameter otherwise")
    goal = AlongCurve(expression, letters, values, t)
    root = derive(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))


@limited
def velocity(r: Any, t: Any, method: str = "definition", timeout: float = 20.0) -> Derivation:
    """The derivative of the vector function `r`, a list of formulas in `t`, as a column.

    `method`: "definition" (the limit of the difference quotient) or "rules".
    Raises ValueError, ParseError, NoRuleApplies, BudgetExceeded.

    >>> list(velocity(["cos(t)", "sin(t)", "t**2"], "t").result)
    [-sin(t), cos(t), 2*t]
    """
    from derive.calculus.limits import RULES as LIMITS

    if method not in METHODS:
        raise ValueError(f"method is {method!r}; write one of {', '.join(METHODS)}")
    components = field(r)
    goal = Velocity(components, parameter(t, components))
    only = None
    if method == "definition":
        only = frozenset({"definition of the derivative"})
    # L'Hopital's rule differentiates: with it the definition would argue in a circle.
    limits = LIMITS.without("L'Hopital's rule", "Taylor's theorem")
    root = search(goal, {**TABLES, Limit: limits}, Budget(seconds=timeout), only)
    return Derivation(root, goal, arguments=in_order(goal))
