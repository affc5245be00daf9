"""The table of integration rules in the order in which they are tried, and the public function."""

from __future__ import annotations

from typing import Any

from sympy import And, Basic, Expr, Float, Integral, Limit, Rational, Sum, Tuple
from sympy.logic.boolalg import Boolean

from derive.asked import in_order, letter, place, scalar
from derive.calculus.integrals import (
    by_parts,
    definite,
    linearity,
    radicals,
    rational,
    substitution,
    table,
    trigonometric,
)
from derive.calculus.integrals.definite import BETWEEN, SUMS
from derive.calculus.integrals.definite import principal_value as pv
from derive.calculus.integrals.letters import for_positive_letters
from derive.calculus.integrals.operators import Between, unpack
from derive.core import Derivation
from derive.engine import Budget, NoRuleApplies, search, shown
from derive.rules import RuleTable

# Special before general, cheap and decisive before what branches.
IN_ORDER = (
    *definite.FIRST,
    table.RULES,
    linearity.RULES,
    linearity.ALGEBRA,
    rational.QUADRATICS,
    radicals.STANDARD,
    trigonometric.REDUCTIONS,
    substitution.RULES,
    trigonometric.RULES,
    rational.RULES,
    radicals.RULES,
    by_parts.RULES,
    substitution.ROOTS,
    trigonometric.RATIONAL,
    by_parts.LATE,
    linearity.EXPANSION,
    *definite.LAST,
)

RULES = RuleTable(Integral, unpack, "integrals")
for _method in IN_ORDER:
    for _rule in _method:
        RULES.add(_rule)

TABLES = {
    Integral: RULES,
    Between: BETWEEN,
    Sum: SUMS,
    pv.PrincipalValue: pv.RULES,
    pv.SymmetricGrowth: pv.GROWTH,
}

METHODS = {
    "substitution": substitution.RULES.names() | substitution.ROOTS.names(),
    "parts": by_parts.RULES.names() | by_parts.LATE.names(),
    "partial fractions": rational.RULES.names(),
    "trigonometric": trigonometric.RULES.names() | trigonometric.RATIONAL.names(),
    "residues": definite.residues.RULES.names(),
    "parameter": definite.parametric.RULES.names(),
}


def integrate(
    f: Expr | str,
    *variables: Any,
    method: str | None = None,
    principal_value: bool = False,
    timeout: float = 20.0,
) -> Derivation:
    """The integral of `f`, step by step: `integrate(f, x)`, `integrate(f, (x, 0, 1))`.

    Several variables make an iterated integral, the first one innermost. An antiderivative is real
    on the real domain of `f`, and unique up to a constant. `method` names how to begin:
    "substitution", "parts", "partial fractions", "trigonometric", "residues" or "parameter"
    (differentiation under the integral sign). With `principal_value` poles are cut out
    symmetrically (Cauchy's principal value).
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError (for text that cannot be read).

    >>> integrate("x*exp(x)", "x").result
    x*exp(x) - exp(x)
    >>> integrate("1/x**2", ("x", 1, "oo")).result
    1
    >>> integrate("1/x", ("x", -1, 2), principal_value=True).result
    log(2)
    """
    from derive.calculus.limits import RULES as LIMITS

    if method is not None and method not in METHODS:
        raise ValueError(f"method is {method!r}; write one of {', '.join(METHODS)}")
    expression = exact(scalar(f))
    limits = _limits(expression, variables)
    goal = _principal(expression, limits) if principal_value else Integral(expression, *limits)
    tables = {**TABLES, Limit: LIMITS}
    only = METHODS[method] if method else None
    budget = Budget(seconds=timeout)
    root = for_positive_letters(goal, lambda asked: search(asked, tables, budget, only))
    derivation = Derivation(root, goal, arguments=in_order(goal))
    if contradictory(derivation.given):
        why = f"only under conditions that exclude each other: {derivation.given}"
        raise NoRuleApplies(f"{shown(goal)} was worked out {why}", goal, partial=derivation)
    return derivation


def _principal(f: Expr, limits: list[Tuple]) -> pv.PrincipalValue:
    if len(limits) != 1 or len(limits[0]) != 3:
        raise ValueError("a principal value has one range: write (x, -1, 2)")
    return pv.PrincipalValue(f, *limits[0])


def contradictory(given: Boolean) -> bool:
    """Whether no real letters fulfil all conditions.

    >>> from sympy.abc import a
    >>> contradictory(And(a > 0, a < 0, evaluate=False))
    True
    """
    parts = And.make_args(given)
    return len(parts) > 1 and And(*parts).simplify() == False


def exact(expression: Basic) -> Basic:
    """Decimal fractions as the fractions that they are written as: 0.3 is 3/10."""
    return expression.xreplace({d: Rational(str(d)) for d in expression.atoms(Float)})


def _limits(expression: Basic, variables: tuple[Any, ...]) -> list[Tuple]:
    if not variables:
        letters = in_order(expression)
        if len(letters) != 1:
            raise ValueError(
                f"by which variable? {shown(expression)} has {len(letters)}: write integrate(f, x)"
            )
        return [Tuple(letters[0])]
    return [_limit(variable, expression) for variable in variables]


def _limit(variable: Any, within: Basic) -> Tuple:
    if not isinstance(variable, (tuple, list, Tuple)):
        return Tuple(letter(variable, within))
    if len(variable) not in (1, 3):
        raise ValueError(f"{tuple(variable)} is no range: write (x, 0, 1)")
    name, *bounds = variable
    return Tuple(letter(name, within), *(exact(place(bound)) for bound in bounds))
