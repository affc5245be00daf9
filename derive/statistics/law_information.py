"""The Fisher information of a law, discrete or not, from the expected curvature of its logarithm.

Casella and Berger, Statistical Inference, section 7.3.2.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Add,
    Basic,
    Expr,
    Pow,
    S,
    Set,
    Symbol,
    expand_log,
    log,
    sign,
    simplify,
    stats,
    true,
)
from sympy.logic.boolalg import Boolean

from derive.asked import letter
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.core import Derivation
from derive.engine import limited
from derive.probability import expectations
from derive.probability.distributions import bounds, conditions, outcomes, written_out
from derive.probability.expectations import drawn, single, worked_out
from derive.probability.moments import Expectation, Laws, Moment, tidied, unpack
from derive.probability.random_variables import random_variable
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, depends_on

K = Symbol("K", integer=True)
a = Symbol("a", positive=True)
Y, m = Symbol("Y", real=True), Symbol("m", real=True)


class LawInformation(Moment):
    """The expected square of the score, the derivative by a parameter of the logarithm of the
    density or the probability: LawInformation(t, (x, law)).
    """

    name = "I"


class EqualTo(Set):
    """The formulas that are equal to this one, however they are written."""

    def _contains(self, f: Expr) -> Boolean | None:
        return true if simplify(f - self.args[0]) == 0 else None


INFORMATION = RuleTable(LawInformation, unpack, "information of laws", tidy=tidied)


def log_probability(x: Symbol, law: Basic, t: Symbol) -> Expr | None:
    """The terms that t is in, of the logarithm of the density or the probability of x.

    Of two values 0 and 1 each has its probability as often as it is x or is not.
    """
    listed = outcomes(law)
    if listed is None:
        L = expand_log(log(written_out(law, x)), force=True).expand()
    elif [value for value, _ in listed] == [0, 1]:
        L = ((1 - x) * log(listed[0][1]) + x * log(listed[1][1])).expand()
    else:
        return None
    return Add(*(term for term in Add.make_args(L) if depends_on(term, t)))


@INFORMATION.rule(
    "variance of the score",
    example=LawInformation(m, drawn(Y, stats.Laplace("Y", m, a))),
)
def variance_of_the_score(t: Expr, laws: Laws) -> Outcome:
    """Off the kink the score is the derivative of the logarithm, and has the mean 0: its variance
    is its mean square. The second derivative knows nothing of the kink: minus its mean is less."""
    one = single(laws)
    if not one or not isinstance(t, Symbol) or any(depends_on(e, t) for e in bounds(one[1])):
        return None
    x, law = one
    L = log_probability(x, law, t)
    if L is None or not any(depends_on(node, t) for node in L.atoms(Abs)):
        return None
    score = L.diff(t)
    square = square_off_kinks(score)
    mean = Expectation(square, (x, law)) if depends_on(square, x) else square
    return Rewrite(mean, conditions(law), where=((Symbol("score"), score),))


def square_off_kinks(score: Expr) -> Expr:
    """The square, where sign(u)**2 is 1: but for single numbers."""
    return (
        (score**2)
        .expand()
        .replace(
            lambda node: isinstance(node, Pow) and isinstance(node.base, sign) and node.exp.is_even,
            lambda node: S.One,
        )
    )


@INFORMATION.rule("expected curvature", example=LawInformation(a, drawn(K, stats.Poisson("K", a))))
def expected_curvature(t: Expr, laws: Laws) -> Outcome:
    """The expected square of the score is minus the expected second derivative of the logarithm,
    where the values with a probability do not depend on the parameter."""
    one = single(laws)
    if not one or not isinstance(t, Symbol) or any(depends_on(e, t) for e in bounds(one[1])):
        return None
    x, law = one
    L = log_probability(x, law, t)
    if L is None:
        return None
    curvature = L.diff(t, 2)
    mean = Expectation(curvature, (x, law)) if depends_on(curvature, x) else curvature
    return Rewrite(-mean, conditions(law), premises=((D(L, t, 2), EqualTo(curvature)),))


TABLES: dict[type, RuleTable] = {
    **expectations.TABLES,
    LawInformation: INFORMATION,
    DERIVATIVES.operator: DERIVATIVES,
}


@limited
def law_information(variable: Any, parameter: Any, timeout: float = 20.0) -> Derivation:
    """What one number of a law tells of one of its parameters: the Fisher information.

    variable: text, "X ~ Poisson(lamda)", or a RandomSymbol of sympy.stats; its values must not
    depend on the parameter. Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> law_information("X ~ Bernoulli(p)", "p").result
    1/(p*(1 - p))
    """
    v = random_variable(variable)
    t = letter(parameter, v.law)
    if not depends_on(v.law, t):
        raise ValueError(f"{v} has no parameter {t}")
    return worked_out(LawInformation(t, (v.letter, v.law)), timeout, TABLES)
