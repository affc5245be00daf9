"""What the user calls on two letters together: marginals, conditionals, moments, total laws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Expr, Symbol, Tuple
from sympy.stats.rv import RandomSymbol

from derive.answers import Answers
from derive.core import Derivation
from derive.engine import limited
from derive.probability import combinations
from derive.probability.expectations import worked_out
from derive.probability.joint_laws import JointLaw, JointTable, formula_in, joint_law
from derive.probability.joint_moments import (
    TABLES,
    ConditionalDensity,
    ConditionalExpectation,
    ConditionalVariance,
    JointCorrelation,
    JointCovariance,
    JointExpectation,
    JointVariance,
    MarginalDensity,
    MarginalProbabilities,
)
from derive.probability.random_variables import random_variable


@dataclass(frozen=True)
class TotalLaw(Answers):
    """The same quantity twice: `whole` by its definition, `by_parts` by conditioning."""

    whole: Derivation
    by_parts: Derivation


def _letter(name: Any, law: JointLaw) -> Symbol:
    found = next((s for s in law.letters if s.name == str(name)), None)
    if found is None:
        raise ValueError(f"{name} is none of the letters {law.letters[0]} and {law.letters[1]}")
    return found


def _is_variable(law: Any) -> bool:
    """The law of one number, drawn apart from all others."""
    if isinstance(law, str) and "~" in law:
        return len(random_variable(law).letters) == 1
    return isinstance(law, RandomSymbol) and len(random_variable(law).letters) == 1


def _known(given: Any, law: JointLaw) -> Tuple:
    """`"x"`, or ("x", value)."""
    if isinstance(given, (list, tuple)):
        name, value = given
        return Tuple(_letter(name, law), formula_in(value, law))
    letter = _letter(given, law)
    if isinstance(law, JointTable):
        raise ValueError(f"write the value of {letter} that is known: ({str(letter)!r}, value)")
    return Tuple(letter, letter)


@limited
def marginal(letter: Any, *law: Any, timeout: float = 20.0) -> Derivation:
    """The density of one of two letters alone, or the probabilities of its values.

    A joint law: a density up to a factor and the ranges of both letters, the second of which may
    depend on the first letter; a table of probabilities, with a row for every value of the first;
    or the text of a law, "X, Y ~ MultivariateNormal(...)". Letters of a density are positive.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> marginal("x", "x + y", ("x", 0, 1), ("y", 0, 1)).result
    x + 1/2
    >>> marginal("x", [["1/2", "1/8"], ["1/8", "1/4"]], ("x", [0, 1]), ("y", [0, 1])).result
    (5/8, 3/8)
    """
    joint = joint_law(*law)
    x = _letter(letter, joint)
    operator = MarginalProbabilities if isinstance(joint, JointTable) else MarginalDensity
    return worked_out(operator((x, x), joint), timeout, TABLES)


@limited
def conditional_density(letter: Any, given: Any, *law: Any, timeout: float = 20.0) -> Derivation:
    """The density of a letter where the other one is known: `given` is "x", or ("x", value).

    >>> conditional_density("y", "x", "2", ("x", 0, 1), ("y", 0, "x")).result
    1/x
    """
    joint = joint_law(*law)
    if isinstance(joint, JointTable):
        raise ValueError("a table has no density: ask for a conditional expected value")
    y, known = _letter(letter, joint), _known(given, joint)
    if y == known[0]:
        raise ValueError(f"{y} is known already: ask for the other letter")
    return worked_out(ConditionalDensity((y, y), known, joint), timeout, TABLES)


@limited
def conditional_expectation(g: Any, given: Any, *law: Any, timeout: float = 20.0) -> Derivation:
    """The expected value of a formula in both letters where one is known.

    >>> conditional_expectation("y", "x", "2", ("x", 0, 1), ("y", 0, "x")).result
    x/2
    """
    joint = joint_law(*law)
    goal = ConditionalExpectation(formula_in(g, joint), _known(given, joint), joint)
    return worked_out(goal, timeout, TABLES)


@limited
def conditional_variance(g: Any, given: Any, *law: Any, timeout: float = 20.0) -> Derivation:
    """The variance of a formula in both letters where one is known.

    >>> conditional_variance("y", "x", "2", ("x", 0, 1), ("y", 0, "x")).result
    x**2/12
    """
    joint = joint_law(*law)
    goal = ConditionalVariance(formula_in(g, joint), _known(given, joint), joint)
    return worked_out(goal, timeout, TABLES)


@limited
def joint_expectation(g: Any, *law: Any, timeout: float = 20.0) -> Derivation:
    """The expected value of a formula in both letters of a joint law (see `marginal`).

    >>> joint_expectation("x*y", "x + y", ("x", 0, 1), ("y", 0, 1)).result
    1/3
    """
    joint = joint_law(*law)
    return worked_out(JointExpectation(formula_in(g, joint), joint), timeout, TABLES)


@limited
def joint_variance(g: Any, *law: Any, timeout: float = 20.0) -> Derivation:
    """The variance of a formula in both letters of a joint law.

    >>> joint_variance("x", "x + y", ("x", 0, 1), ("y", 0, 1)).result
    11/144
    """
    joint = joint_law(*law)
    return worked_out(JointVariance(formula_in(g, joint), joint), timeout, TABLES)


@limited
def covariance(g: Any, h: Any, *law: Any, timeout: float = 20.0) -> Derivation:
    """The covariance of two formulas in the letters of a joint law, or of independent variables.

    >>> covariance("x", "y", "x + y", ("x", 0, 1), ("y", 0, 1)).result
    -1/144
    >>> covariance("2*X + Y", "X", "X ~ Normal(0, 1)", "Y ~ Poisson(3)").result
    2
    """
    if law and all(map(_is_variable, law)):
        return combinations.of_variables(g, h, law, timeout)
    joint = joint_law(*law)
    first, second = (formula_in(each, joint) for each in (g, h))
    return worked_out(JointCovariance(first, second, joint), timeout, TABLES)


@limited
def correlation(g: Any, h: Any, *law: Any, timeout: float = 20.0) -> Derivation:
    """The covariance of two formulas, by their standard deviations.

    >>> correlation("x", "y", "x + y", ("x", 0, 1), ("y", 0, 1)).result
    -1/11
    """
    joint = joint_law(*law)
    first, second = (formula_in(each, joint) for each in (g, h))
    return worked_out(JointCorrelation(first, second, joint), timeout, TABLES)


@limited
def law_of_total_expectation(g: Any, *law: Any, timeout: float = 20.0) -> TotalLaw:
    """E[g] by its definition, and as E[E[g | x]], where x is the first letter of the law.

    >>> both = law_of_total_expectation("y", "2", ("x", 0, 1), ("y", 0, "x"))
    >>> both.whole.result, both.by_parts.result
    (1/3, 1/3)
    """
    joint = joint_law(*law)
    goal = JointExpectation(formula_in(g, joint), joint)
    return _twice(goal, "law of total expectation", timeout)


@limited
def law_of_total_variance(g: Any, *law: Any, timeout: float = 20.0) -> TotalLaw:
    """Var[g] by its definition, and as E[Var[g | x]] + Var[E[g | x]], x the first letter.

    >>> both = law_of_total_variance("y", "2", ("x", 0, 1), ("y", 0, "x"))
    >>> both.whole.result, both.by_parts.result
    (1/18, 1/18)
    """
    joint = joint_law(*law)
    goal = JointVariance(formula_in(g, joint), joint)
    return _twice(goal, "law of total variance", timeout)


def _twice(goal: Expr, rule: str, timeout: float) -> TotalLaw:
    whole = worked_out(goal, timeout / 2, TABLES)
    return TotalLaw(whole, worked_out(goal, timeout / 2, TABLES, frozenset({rule})))
