"""Potentials of fields by successive integration, and the work of a field that has one."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from sympy import Basic, Eq, Expr, Integral, Symbol, Tuple, cos, sin

from derive.calculus.integrals.integrate import BETWEEN
from derive.calculus.integrals.operators import Between
from derive.calculus.vector.fields import curl
from derive.calculus.vector.integrals.operators import Potential, PotentialGrowth, WorkIntegral
from derive.calculus.vector.integrals.parametric import TABLES as INTEGRALS
from derive.calculus.vector.integrals.parametric import WORKS
from derive.calculus.vector.integrals.reading import worked_out
from derive.calculus.vector.reading import field, letters_of
from derive.calculus.vector.textbook import in_short
from derive.core import Derivation
from derive.engine import NoRuleApplies, limited
from derive.holes import substituted
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D

x, y, z, t = Symbol("x"), Symbol("y"), Symbol("z"), Symbol("t")

POTENTIALS = RuleTable(Potential, lambda goal: goal.args, "potentials of fields", tidy=in_short)
GROWTHS = RuleTable(PotentialGrowth, lambda goal: goal.args, "growth of potentials")
TABLES = {**INTEGRALS, Potential: POTENTIALS, PotentialGrowth: GROWTHS, Between: BETWEEN}
BY_POTENTIAL = frozenset({"fundamental theorem for line integrals"})


@POTENTIALS.rule("last component", example=Potential((3 * y**2 + 1,), (y,)))
def last_component(F: Tuple, letters: Tuple) -> Outcome:
    """What depends on one letter only has its antiderivative as potential."""
    return Integral(F[0], letters[0]) if len(letters) == 1 else None


@POTENTIALS.rule(
    "shorter components", example=Potential((y * cos(x) ** 2 + y * sin(x) ** 2, x), (x, y))
)
def shorter_components(F: Tuple, letters: Tuple) -> Outcome:
    """Write the components in their shortest forms."""
    short = in_short(F)
    return Potential(short, letters) if short != F else None


@POTENTIALS.rule("one component after the other", example=Potential((y**2, 2 * x * y + 3), (x, y)))
def one_component_after_the_other(F: Tuple, letters: Tuple) -> Outcome:
    """The cross derivatives are equal. Integrate the first component by its letter; the constant of
    integration is a potential, in the other letters, of what the other components still need."""
    first = Integral(F[0], letters[0])
    needed = [f - D(first, s) for f, s in zip(F[1:], letters[1:], strict=True)]
    return Rewrite(first + Potential(needed, letters[1:]), premises=not_turning(F, letters))


@WORKS.rule(
    "fundamental theorem for line integrals",
    example=WorkIntegral((y, x), (x, y), (t, 3 * t**2), ((t, 0, 2),)),
    on_request=True,
)
def fundamental_theorem(F: Basic, letters: Tuple, r: Tuple, limits: Tuple) -> Outcome:
    """The cross derivatives are equal: the field is the gradient of a potential, and its work along
    a curve is by how much the potential grows on the way."""
    if not isinstance(F, Tuple):
        return None
    growth = PotentialGrowth(Potential(F, letters), letters, r, limits)
    return Rewrite(growth, premises=not_turning(F, letters))


def not_turning(F: Tuple, letters: Tuple) -> tuple[Eq, ...]:
    """The cross derivatives are equal, for each two letters."""
    pairs = combinations(range(len(letters)), 2)
    slopes = ((D(F[i], letters[j]), D(F[j], letters[i])) for i, j in pairs)
    return tuple(Eq(one, other, evaluate=False) for one, other in slopes)


@GROWTHS.rule(
    "value at the end less value at the start",
    example=PotentialGrowth(x * y**2, (x, y), (t, 3 * t**2), ((t, 0, 2),)),
)
def end_less_start(potential: Expr, letters: Tuple, r: Tuple, limits: Tuple) -> Outcome:
    """On the curve the potential is a function of the parameter; without its jumps it grows from
    its value at the start to that at the end."""
    if potential.has(Potential):
        return None
    return Between(substituted(potential, letters, r), *limits[0])


# ------------------------------------------------------------------ what the user calls


@limited
def potential(F: Any, variables: Any, timeout: float = 20.0) -> Derivation:
    """A function whose gradient is the field `F`, up to a constant.

    Raises NoRuleApplies, with the curl, where the field is not conservative; BudgetExceeded,
    ValueError, ParseError.

    >>> potential(["2*x*y", "x**2 + 3*y**2"], ["x", "y"]).result
    x**2*y + y**3
    >>> potential(["y*z", "x*z", "x*y"], ["x", "y", "z"]).result
    x*y*z
    """
    components = field(F)
    letters = letters_of(variables, components)
    if len(components) != len(letters):
        raise ValueError(f"the field has {len(components)} components, for {len(letters)} letters")
    goal = Potential(components, letters)
    try:
        return worked_out(goal, timeout, TABLES)
    except NoRuleApplies as error:
        turning = curl(components, letters, timeout=timeout) if len(letters) in (2, 3) else None
        if turning is None or not any(_differs(e) for e in _entries(turning.result)):
            raise
        why = f"the field has no potential: its curl is {_shown(turning.result)}, not 0"
        raise NoRuleApplies(why, goal, error.trail, error.tried, error.partial) from None


def _entries(result: Basic) -> list[Basic]:
    return [result] if isinstance(result, Expr) and not result.is_Matrix else list(result)


def _shown(result: Basic) -> str:
    return ", ".join(map(str, _entries(result)))


def _differs(entry: Basic) -> bool:
    return bool(entry != 0)
