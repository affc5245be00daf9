"""Mode, median, entropy and distribution function of a random variable, from its density."""

from __future__ import annotations

from typing import Any

from sympy import (
    Add,
    Symbol,
    expand_log,
    log,
    stats,
)

from derive.calculus.extrema import TABLES as EXTREMA
from derive.calculus.intervals import IsolatedRoot
from derive.core import Derivation
from derive.engine import NoRuleApplies, limited
from derive.probability import expectations
from derive.probability.distribution_functions import FUNCTIONS, DistributionFunction
from derive.probability.distributions import (
    conditions,
    drawn,
    outcomes,
    written_out,
)
from derive.probability.expectations import place_of, single
from derive.probability.median_roots import SIDES, ZEROS, SideOfHalf, where_it_is_had
from derive.probability.medians import MEDIANS, Median
from derive.probability.modes import MODES, Mode
from derive.probability.moments import Expectation, Laws, Moment, of, tidied, unpack
from derive.probability.random_variables import formula_of, random_variable
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on

X, K = Symbol("X", real=True), Symbol("K", integer=True)
a, b = Symbol("a", positive=True), Symbol("b", positive=True)
mu, sigma = Symbol("mu", real=True), Symbol("sigma", positive=True)


class EntropyOfLaw(Moment):
    """The expected value of -log of the density or probability: EntropyOfLaw(x, (x, law))."""

    name = "H"


ENTROPIES = RuleTable(EntropyOfLaw, unpack, "entropies", tidy=tidied)


# ------------------------------------------------------------------ entropies


@ENTROPIES.rule("definition", example=of(EntropyOfLaw, drawn(X, stats.Normal("X", mu, sigma))))
def entropy_by_definition(g: Symbol, laws: Laws) -> Outcome:
    """The expected value of minus the logarithm of the density or probability."""
    one = single(laws)
    if not one:
        return None
    letter, law = one
    listed = outcomes(law)
    if listed is not None:
        return Rewrite(Add(*(-p * log(p) for _, p in listed)), conditions(law))
    x = place_of(letter, law)
    inside = -expand_log(log(written_out(law, x)), force=True).expand()
    back = {x: letter}
    return Rewrite(Expectation(inside.xreplace(back), (letter, law)), conditions(law))


TABLES = {
    **EXTREMA,
    **expectations.TABLES,
    Mode: MODES,
    Median: MEDIANS,
    SideOfHalf: SIDES,
    IsolatedRoot: ZEROS,
    EntropyOfLaw: ENTROPIES,
    DistributionFunction: FUNCTIONS,
}


# ------------------------------------------------------------------ what the user calls


def _asked(operator: type[Moment], variable: Any, timeout: float) -> Derivation:
    v = random_variable(variable)
    return expectations.worked_out(of(operator, (v.letter, v.law)), timeout, TABLES)


@limited
def mode(variable: Any, timeout: float = 20.0) -> Derivation:
    """The value with the largest density, or the largest probability.

    A variable: text, "X ~ Gamma(k, theta)", or a RandomSymbol of sympy.stats.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> mode("X ~ Binomial(10, 1/3)").result
    3
    """
    v = random_variable(variable)
    chances = [v.density(place_of(v.letter, v.law))] if not v.outcomes else []
    if chances and not depends_on(chances[0], place_of(v.letter, v.law)):
        raise NoRuleApplies(
            f"all values of {v} are as likely: each is a mode, there is no single mode", v.letter
        )
    return _asked(Mode, v, timeout)


@limited
def median(variable: Any, timeout: float = 20.0) -> Derivation:
    """The value that half of the probability lies below.

    >>> median("X ~ Exponential(lamda)").result
    log(2)/lamda
    """
    v = random_variable(variable)
    try:
        return _asked(Median, v, timeout)
    except NoRuleApplies as error:
        why = f"no closed form: the median m of {v} solves F(m) = 1/2{where_it_is_had(v.law)}"
        parts = error.goal, error.trail, error.tried, error.partial
        raise NoRuleApplies(why, *parts) from error


@limited
def distribution_function(variable: Any, x: Any = "x", timeout: float = 20.0) -> Derivation:
    """The probability that the variable is at most x, for x inside of the support; x is a whole
    number where the values are.

    >>> distribution_function("X ~ Weibull(lamda, k)").result
    1 - exp(-x**k/lamda**k)
    """
    v = random_variable(variable)
    place = formula_of(x, v)
    if place.is_Symbol and v.discrete and place.is_integer is None:
        place = Symbol(place.name, integer=True, nonnegative=v.bounds[0].is_nonnegative)
    elif place.is_Symbol and place.is_positive is None and v.bounds[0].is_nonnegative:
        place = Symbol(place.name, positive=True)
    goal = DistributionFunction(place, (v.letter, v.law))
    return expectations.worked_out(goal, timeout, TABLES)


@limited
def entropy(variable: Any, timeout: float = 20.0) -> Derivation:
    """The entropy in nats: the expected value of -log of the density, or of the probability.

    >>> entropy("X ~ Exponential(lamda)").result
    1 - log(lamda)
    """
    return _asked(EntropyOfLaw, variable, timeout)
