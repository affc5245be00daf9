"""The most probable parameter after a sample: where prior times likelihood is largest (MAP).

Murphy, Machine Learning: a Probabilistic Perspective, section 5.2.
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, Add, Expr, Integer, S, Symbol, Tuple, exp, oo

from derive.core import Derivation
from derive.engine import limited
from derive.probability.quantities import Quantity, ascending, worked_out
from derive.rules import Outcome, RuleTable
from derive.statistics import likelihood
from derive.statistics.likelihood import (
    formulas_of,
    log_density,
    log_likelihood,
    positive_data,
    table,
    where_concave,
    where_kinked,
    where_the_slope_changes,
)
from derive.structure import depends_on

x, t = Symbol("x", real=True), Symbol("t")


class PosteriorMode(Quantity):
    """The parameter with the largest posterior density.

    PosteriorMode(prior, f, x, t, data, a, b): f is the density at x, t the parameter between a and
    b; both are known up to a factor.
    """

    name = "posterior mode"
    bound = (2, 3)
    sees_to_its_variable = True


MODES = table(PosteriorMode, "posterior modes")
DATA = Tuple(*map(Integer, (2, 3, 7)))


def log_posterior(prior: Expr, f: Expr, x: Symbol, t: Symbol, data: Tuple) -> Expr:
    """The logarithms of prior and likelihood added up, without terms that t is not in."""
    terms = (term for term in Add.make_args(log_density(prior)) if depends_on(term, t))
    return Add(*terms, log_likelihood(f, x, t, data))


@MODES.rule(
    "maximise the log-posterior",
    example=PosteriorMode(t * exp(-t), t**x * exp(-t), x, t, DATA, 0, oo),
)
def maximise_the_log_posterior(
    prior: Expr, f: Expr, x: Symbol, t: Symbol, data: Tuple, a: Expr, b: Expr
) -> Outcome:
    """The posterior is proportional to prior times likelihood: it is largest where the sum of their
    logarithms is, which is concave."""
    return where_concave(log_posterior(prior, f, x, t, data), t, a, b)


@MODES.rule(
    "the slope of the log-posterior changes its sign once",
    example=PosteriorMode(exp(-1 / t) / t**2, exp(-x / t) / t, x, t, DATA, 0, oo),
)
def the_slope_changes_its_sign_once(
    prior: Expr, f: Expr, x: Symbol, t: Symbol, data: Tuple, a: Expr, b: Expr
) -> Outcome:
    """The slope of the log-posterior is a falling function over a positive one: the posterior is
    largest where it is zero."""
    return where_the_slope_changes(log_posterior(prior, f, x, t, data), t, a, b)


@MODES.rule(
    "a log-posterior with kinks",
    example=PosteriorMode(exp(-2 * Abs(t)), exp(-((x - t) ** 2) / 2), x, t, DATA, -oo, oo),
)
def log_posterior_with_kinks(
    prior: Expr, f: Expr, x: Symbol, t: Symbol, data: Tuple, a: Expr, b: Expr
) -> Outcome:
    """The posterior is proportional to prior times likelihood: it is largest where the sum of their
    logarithms is, from which distances are taken away."""
    return where_kinked(log_posterior(prior, f, x, t, data), t, a, b)


def _inside(a: Expr, b: Expr) -> Expr:
    if a.is_finite and b.is_finite:
        return (a + b) / 2
    return a + 1 if a.is_finite else b - 1 if b.is_finite else S.Half


TABLES: dict[type, RuleTable] = {**likelihood.TABLES, PosteriorMode: MODES}


@limited
def map_estimate(
    prior: Any,
    f: Any,
    x: Any,
    parameter: Any,
    data: Any,
    bounds: Any = (0, "oo"),
    timeout: float = 20.0,
) -> Derivation:
    """The most probable parameter between `bounds` after the sample `data`: the posterior mode.

    prior: its density before, f: the density or probability of x, both up to a factor; data:
    numbers, or letters, which are positive.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> map_estimate("t*(1 - t)", "t^x*(1 - t)^(1 - x)", "x", "t", [1, 1, 0, 1], (0, 1)).result
    2/3
    """
    (before, density), own_x, own = formulas_of(x, parameter, prior, f)
    ends = ascending(bounds)
    if depends_on(before, own_x):
        raise ValueError(f"the prior {prior} is known before the data: {x} is not in it")
    if before == 0 or before.subs(own, _inside(*ends)).is_negative:
        raise ValueError(f"the prior {prior} is no density: it is not positive")
    goal = PosteriorMode(before, density, own_x, own, positive_data(data), *ends)
    return worked_out(goal, TABLES, timeout)
