"""The table of integration rules in the order in which they are tried, and the public function."""

from __future__ import annotations

from typing import Any

from sympy import And, Basic, Expr, Float, Integral, Limit, Number, Rational, S, Sum, Symbol, Tuple
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import Boolean

from derive.asked import in_order, letter, place, scalar
from derive.calculus.integrals import (
    angles,
    by_parts,
    definite,
    hypergeometric,
    inverses,
    ladders,
    linearity,
    pieces,
    polylogarithms,
    radicals,
    rational,
    real_fractions,
    roots,
    substitution,
    table,
    trigonometric,
    undetermined,
)
from derive.calculus.integrals.branches import joined
from derive.calculus.integrals.cases import by_cases
from derive.calculus.integrals.definite import BETWEEN, poles
from derive.calculus.integrals.definite import principal_value as pv
from derive.calculus.integrals.letters import for_positive_letters
from derive.calculus.integrals.methods import before, method_of, methods, named
from derive.calculus.integrals.operators import Between, unpack
from derive.core import Derivation, Step, conjoined
from derive.deadline import SOONEST
from derive.engine import (
    Budget,
    BudgetExceeded,
    NoRuleApplies,
    limited,
    search,
    shown,
    unless_refuted,
)
from derive.rules import RuleTable
from derive.structure import depends_on

Path = tuple[tuple[Basic, str, Basic], ...]

# Special before general, cheap and decisive before what branches.
IN_ORDER = (
    *definite.FIRST,
    table.RULES,
    linearity.RULES,
    linearity.ALGEBRA,
    inverses.ALGEBRA,
    angles.ALGEBRA,
    pieces.RULES,
    rational.QUADRATICS,
    radicals.STANDARD,
    trigonometric.REDUCTIONS,
    substitution.RULES,
    trigonometric.RULES,
    real_fractions.CIRCLE,
    rational.RULES,
    real_fractions.RULES,
    radicals.RULES,
    polylogarithms.TABLE,
    ladders.RULES,
    polylogarithms.RULES,
    by_parts.RULES,
    inverses.RULES,
    substitution.ROOTS,
    roots.RULES,
    roots.EULER,
    angles.RULES,
    trigonometric.RATIONAL,
    by_parts.LATE,
    undetermined.RULES,
    polylogarithms.LATE,
    hypergeometric.WAVES,
    hypergeometric.RULES,
    linearity.EXPANSION,
    *definite.LAST,
)

RULES = RuleTable(Integral, unpack, "integrals", tidy=inverses.in_the_triangle)
for _method in IN_ORDER:
    for _rule in _method:
        RULES.add(_rule)

TABLES = {
    Integral: RULES,
    Between: BETWEEN,
    poles.Residue: poles.RULES,
    pv.PrincipalValue: pv.RULES,
    pv.SymmetricGrowth: pv.GROWTH,
}

METHODS = tuple(methods(RULES))
ATTEMPT = 400  # rules that an alternative may take


@limited
def integrate(
    f: Expr | str,
    *variables: Any,
    method: str | None = None,
    principal_value: bool = False,
    cases: bool = False,
    timeout: float = 20.0,
    check: bool = True,
) -> Derivation:
    """The integral of `f`, step by step: `integrate(f, x)`, `integrate(f, (x, 0, 1))`.

    Several variables make an iterated integral, the first one innermost. An antiderivative is real
    on the real domain of `f`, and unique up to a constant. `method` names how to begin, once sums,
    constant factors and bounds are dealt with: one of METHODS, or the name of a rule. With
    `principal_value` poles are cut out symmetrically (Cauchy's principal value); with `cases` what
    the conditions on letters leave out is worked out too, in the branches of a Piecewise.

    The result is held against numbers before it is returned, and looked for again where they refute
    it, at a tenth to a half of the time of the derivation (benchmarks/calls.py). `check=False`
    leaves that out; `Derivation.check` looks at every step.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError (for text that cannot be read).

    >>> integrate("x*exp(x)", "x").result
    x*exp(x) - exp(x)
    >>> integrate("1/x**2", ("x", 1, "oo")).result
    1
    >>> integrate("1/(x**2 - 1)", "x", method="partial fractions").root.rule
    'partial fractions'
    >>> integrate("1/x", ("x", -1, 2), principal_value=True).result
    log(2)
    >>> integrate("x^n", "x", cases=True).result
    Piecewise((log(Abs(x)), Eq(n, -1)), (x**(n + 1)/(n + 1), True))
    """
    goal = _goal(f, variables, principal_value)
    only = None if method is None else named(method, RULES)
    budget = Budget(seconds=timeout)
    try:
        return _worked_out(goal, budget, only, check, cases)
    except NoRuleApplies as error:
        if only is None:
            raise _with_cause(error, goal) from None
        found = _others(goal, budget, frozenset())
        those = sorted({begins_with(other) for other in found}) or ["none of them"]
        why = f"{method!r} does not work out {shown(goal)}; methods that do: {', '.join(those)}"
        raise NoRuleApplies(why, goal, error.trail, error.tried, error.partial) from None


@limited
def alternatives(f: Expr | str, *variables: Any, timeout: float = 20.0) -> tuple[Derivation, ...]:
    """Other derivations of `integrate(f, ...)`, by other rules, each checked; the shortest first.

    Raises NoRuleApplies where there is no derivation at all, and what `integrate` raises.

    >>> [d.verdict for d in alternatives("1/(x**2 - 1)", "x") if d.root.rule == "partial fractions"]
    ['confirmed']
    """
    goal = _goal(f, variables)
    budget = Budget(seconds=timeout)
    first = _worked_out(goal, budget)
    return tuple(_others(goal, budget, frozenset({_path(first)})))


def _goal(f: Any, variables: tuple[Any, ...], principal_value: bool = False) -> Basic:
    expression = exact(scalar(f))
    if expression.has(S.Infinity, S.NegativeInfinity):
        raise ValueError(f"{shown(expression)} is not finite: write a formula without infinities")
    limits = _limits(expression, variables)
    return _principal(expression, limits) if principal_value else Integral(expression, *limits)


def _worked_out(
    goal: Basic,
    budget: Budget,
    only: frozenset[str] | None = None,
    check: bool = True,
    cases: bool = False,
) -> Derivation:
    from derive.calculus.limits import RULES as LIMITS
    from derive.calculus.sums.summation import RULES as SUMS

    tables = {**TABLES, Limit: LIMITS, Sum: SUMS}

    def put_on(step: Step, found: Step) -> Step:
        return unless_refuted(step, found, budget) if check else step

    def work_out(asked: Basic) -> Step:
        found = search(asked, tables, budget, only, check, before(RULES))
        return put_on(joined(found), found)

    root = for_positive_letters(goal, work_out)
    if cases and isinstance(goal, Integral) and len(goal.variables) == 1:
        root = put_on(by_cases(root, goal.variables[0], work_out), root)
    return holding_somewhere(Derivation(root, goal, arguments=in_order(goal)))


def _with_cause(error: NoRuleApplies, goal: Basic) -> NoRuleApplies:
    """The error, with the unknown functions of the integrand as its cause where there are any."""
    unknown = sorted(goal.args[0].atoms(AppliedUndef), key=str)
    if not unknown:
        return error
    why = f"no rule works out {shown(goal)}: {unknown[0]} is unknown; write its formula instead"
    return NoRuleApplies(why, error.goal, error.trail, error.tried, error.partial)


def _others(goal: Basic, budget: Budget, known: frozenset[Path]) -> list[Derivation]:
    """Derivations that begin with one rule after the other, as far as the time allows."""
    found: dict[Path, Derivation] = {}
    early = before(RULES)
    for rule in (rule for rule in RULES if rule.name not in early):
        if budget.left() <= 0:
            break
        try:
            attempt = Budget(ATTEMPT, max(budget.left(), SOONEST))
            other = _worked_out(goal, attempt, frozenset({rule.name}))
        except (NoRuleApplies, BudgetExceeded):
            continue
        if _path(other) not in known and other.check().verdict != "refuted":
            found.setdefault(_path(other), other)
    return sorted(found.values(), key=lambda other: len(other.steps))


def _path(derivation: Derivation) -> Path:
    return tuple((step.goal, step.rule, step.equals) for step in derivation.steps)


def begins_with(derivation: Derivation) -> str:
    """The method that a derivation begins with, after what only prepares the integral."""
    early = before(RULES)
    rules = (step.rule for step in derivation.steps if step.rule in RULES.names())
    return method_of(next(rule for rule in rules if rule not in early), RULES)


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
    return given == False or (len(parts) > 1 and And(*parts).simplify() == False)


def holding_somewhere(found: Derivation) -> Derivation:
    """The derivation itself. Raises NoRuleApplies where its conditions contradict each other."""
    if not contradictory(found.given):
        return found
    goal, asked = found.problem, found.given
    if asked == False:  # said of the letters of a step, which the point does not fulfil
        asked = conjoined(step.given for step in found.steps)
    why = f"only under conditions that exclude each other or the point: {asked}"
    raise NoRuleApplies(f"{shown(goal)} was worked out {why}", goal, partial=found)


def exact(expression: Basic) -> Basic:
    """Decimal fractions as the fractions that they are written as: 0.3 is 3/10."""
    return expression.xreplace({d: Rational(str(d)) for d in expression.atoms(Float)})


def _limits(expression: Basic, variables: tuple[Any, ...]) -> list[Tuple]:
    if not variables:
        letters = in_order(expression)
        if len(letters) != 1:
            count = len(letters) or "none"
            raise ValueError(
                f"by which variable? {shown(expression)} has {count}: write integrate(f, x)"
            )
        return [Tuple(letters[0])]
    limits = [_limit(variable, expression) for variable in variables]
    for k, (x, *bounds) in enumerate(limits):
        _outside(bounds, x, [y for y, *_ in limits[:k]])
    return limits


def _outside(bounds: list[Expr], x: Symbol, inner: list[Symbol]) -> None:
    """Bounds are fixed where the integral is taken: neither its own letter nor one further in."""
    for bound in bounds:
        if depends_on(bound, x):
            raise ValueError(f"the bound {bound} moves with {x}: name one of them otherwise")
        for y in inner:
            if depends_on(bound, y):
                raise ValueError(f"{x} up to {bound}: write this range first, that of {y} after it")


def _limit(variable: Any, within: Basic) -> Tuple:
    if isinstance(variable, (int, float, Number)):
        raise ValueError(f"{variable} is not a variable: write a range as one, (x, 0, 1)")
    if not isinstance(variable, (tuple, list, Tuple)):
        return Tuple(letter(variable, within))
    if len(variable) not in (1, 3):
        raise ValueError(f"{tuple(variable)} is no range: write (x, 0, 1)")
    name, *bounds = variable
    return Tuple(letter(name, within), *(exact(place(bound)) for bound in bounds))
