"""Kullback-Leibler divergence and cross-entropy of two laws of one number.

Cover and Thomas, Elements of Information Theory, section 8.5.
"""

from __future__ import annotations

from typing import Any

from sympy import Add, And, Basic, E, Expr, S, Symbol, Tuple, expand_log, log, stats
from sympy.logic.boolalg import Boolean

from derive.core import Derivation
from derive.engine import NoRuleApplies
from derive.probability import expectations
from derive.probability.branches import is_below
from derive.probability.distributions import (
    bounds,
    conditions,
    in_latex,
    in_text,
    is_discrete,
    outcomes,
    written_out,
)
from derive.probability.expectations import drawn
from derive.probability.moments import Expectation, is_drawn, tidied
from derive.probability.quantities import Quantity
from derive.probability.random_variables import random_variable
from derive.rules import Outcome, Rewrite, RuleTable

X, K = Symbol("X", real=True), Symbol("K", integer=True)
a, b = Symbol("a", positive=True), Symbol("b", positive=True)


class OfTwoLaws(Quantity):
    """An operator on a letter with its law, and on another law: Operator((x, p), q, base)."""

    between = between_in_latex = ""

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[0].args[0]]

    def _sympystr(self, printer: Any) -> str:
        if not getattr(printer, "as_on_paper", False):
            return super()._sympystr(printer)
        p, q = (in_text(printer, law) for law in (self.args[0][1], self.args[1]))
        return f"{self.name}({p}{self.between}{q})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        p, q = (in_latex(printer, law) for law in (self.args[0][1], self.args[1]))
        power = f"^{{{exp}}}" if exp else ""
        name = rf"\operatorname{{{self.name}}}{power}"
        return rf"{name}\left({p}{self.between_in_latex}{q}\right)"


class LawDivergence(OfTwoLaws):
    """The expected logarithm of p/q where p holds."""

    name, between, between_in_latex = "KL", " || ", r" \,\|\, "


class LawCrossEntropy(OfTwoLaws):
    """The expected surprise of who expects q where p holds."""

    name, between, between_in_latex = "H", ", ", r",\, "


def table(operator: type, title: str) -> RuleTable:
    return RuleTable(operator, lambda goal: goal.args, title, tidy=tidied)


DIVERGENCES = table(LawDivergence, "divergence of laws")
CROSS_ENTROPIES = table(LawCrossEntropy, "cross-entropies of laws")
ONE, OTHER = stats.Exponential("X", a), stats.Exponential("X", b)
COUNTS = drawn(K, stats.Poisson("K", a)), stats.Poisson("K", b).pspace.distribution


@DIVERGENCES.rule("expected log-ratio", example=LawDivergence(*COUNTS, E))
def expected_log_ratio(one: Tuple, q: Basic, base: Expr) -> Outcome:
    """The mean of log p - log q over the values of p: none of which is impossible under q."""
    return _expected(one, q, base, lambda place: _log(one[1], place) - _log(q, place))


@CROSS_ENTROPIES.rule(
    "expected surprise", example=LawCrossEntropy(drawn(X, ONE), OTHER.pspace.distribution, E)
)
def expected_surprise(one: Tuple, q: Basic, base: Expr) -> Outcome:
    """The mean of minus the logarithm of q over the values of p."""
    return _expected(one, q, base, lambda place: -_log(q, place))


def _log(law: Basic, place: Expr) -> Expr:
    listed = outcomes(law)
    if listed is not None:
        return log(dict(listed)[place])
    return expand_log(log(written_out(law, place)), force=True).expand()


def _expected(one: Tuple, q: Basic, base: Expr, g: Any) -> Outcome:
    """Its mean over the values of p."""
    x, p = one
    within = _covered(p, q)
    if within == False or is_discrete(p) != is_discrete(q):
        return None
    given = And(conditions(p), conditions(q), within)
    listed = outcomes(p)
    if listed is not None:
        return Rewrite(Add(*(chance * g(value) for value, chance in listed)) / log(base), given)
    inside = g(x).expand()
    found = Expectation(inside, one) if is_drawn(inside, (one,)) else inside
    return Rewrite(found / log(base), given)


def _covered(p: Basic, q: Basic) -> Boolean:
    """Where p has a density, or a probability, q has one."""
    mine, other = outcomes(p), outcomes(q)
    if mine is not None or other is not None:
        values, others = ([value for value, _ in listed or ()] for listed in (mine, other))
        return S.true if values and set(values) <= set(others) else S.false
    (low, high), (least, most) = bounds(p), bounds(q)
    given = [
        S.true if is_below(a, b) else S.false if is_below(a, b) is False else a <= b
        for a, b in ((least, low), (high, most))
    ]
    return And(*given)


TABLES: dict[type, RuleTable] = {
    **expectations.TABLES,
    LawDivergence: DIVERGENCES,
    LawCrossEntropy: CROSS_ENTROPIES,
}


# ------------------------------------------------------------------ what the user writes


def of_laws(operator: type, first: Any, second: Any, base: Expr, timeout: float) -> Derivation:
    """The divergence or the cross-entropy of two laws."""
    one, other = random_variable(first), random_variable(second)
    if len(other.letters) > 1:
        raise ValueError(f"{other} is several numbers: both laws are of one")
    goal = operator((one.letter, one.law), other.law, base)
    if one.discrete != other.discrete:
        raise NoRuleApplies("both laws are discrete, or both have a density", goal)
    if _covered(one.law, other.law) == False:
        raise NoRuleApplies(
            f"{one} has values that are impossible under {other}: this is infinite", goal
        )
    return expectations.worked_out(goal, timeout, TABLES)
