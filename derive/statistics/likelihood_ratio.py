"""The likelihood ratio test of one parameter (Wilks, Annals of Mathematical Statistics 1938)."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, S, Symbol, Tuple, exp, oo

from derive.calculus.roots_between import textbook
from derive.engine import limited
from derive.probability.quantities import Quantity, ascending
from derive.rules import Outcome, Rewrite, RuleTable
from derive.statistics import likelihood, p_values
from derive.statistics.count_tests import chi_squared
from derive.statistics.likelihood import MaximumLikelihood, log_likelihood
from derive.statistics.p_values import GREATER, LIMITING, HypothesisTest, LimitingPValue, tested
from derive.statistics.samples import known
from derive.statistics.tails import tail
from derive.structure import free_symbols

x, t = Symbol("x", real=True), Symbol("t", positive=True)


class LikelihoodRatio(Quantity):
    """Twice by how much the largest log-likelihood exceeds that of the hypothesis.

    LikelihoodRatio(f, x, t, data, a, b, t0): f is the density at x, t the parameter between a and
    b, t0 what it is by the hypothesis.
    """

    name = "-2 log Λ"
    bound = (1, 2)
    sees_to_its_variable = True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inside = r",\ ".join(map(printer._print, self.args))
        power = f"^{{{exp}}}" if exp else ""
        return rf"\left(-2 \log \Lambda\right){power}\left({inside}\right)"


def tidied(found: Expr) -> Expr:
    """A quotient of polynomials over one denominator."""
    letters = free_symbols(found)
    return textbook(found) if letters and found.is_rational_function(*letters) else found


RATIOS = RuleTable(LikelihoodRatio, lambda goal: goal.args, "likelihood ratios", tidy=tidied)
DATA = Tuple(*map(Integer, (2, 3, 7)))
EXAMPLE = LikelihoodRatio(t * exp(-t * x), x, t, DATA, 0, oo, S.Half)


@RATIOS.rule("largest log-likelihood less the hypothesis", example=EXAMPLE)
def largest_less_hypothesis(
    f: Expr, x: Symbol, t: Symbol, data: Tuple, a: Expr, b: Expr, value: Expr
) -> Outcome:
    """Minus twice the logarithm of the ratio of both likelihoods is twice the difference of their
    logarithms."""
    L = log_likelihood(f, x, t, data)
    best = MaximumLikelihood(f, x, t, data, a, b)
    return Rewrite(2 * (L.xreplace({t: best}) - L.xreplace({t: value})))


@LIMITING.rule("Wilks' theorem", example=LimitingPValue(EXAMPLE, GREATER), on=LikelihoodRatio)
def wilks_theorem(statistic: Expr, side: Integer) -> Outcome:
    """The hypothesis given, in large samples the statistic has nearly the chi-squared distribution
    with a degree of freedom for each parameter that is fixed by it: here one."""
    return tail(statistic, chi_squared(Integer(1)), side)


TABLES: dict[type, RuleTable] = {
    **likelihood.TABLES,
    **p_values.TABLES,
    LikelihoodRatio: RATIOS,
}


@limited
def likelihood_ratio_test(
    f: Any,
    x: Any,
    parameter: Any,
    data: Any,
    value: Any,
    bounds: Any = (0, "oo"),
    timeout: float = 20.0,
) -> HypothesisTest:
    """Whether a parameter is `value`, by what the largest likelihood is more than that of `value`.

    f: the density or the probability at x, the parameter between `bounds`; data: numbers, or
    letters, which are positive. The p value is that of large samples.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> likelihood_ratio_test("exp(-l)*l^x", "x", "l", [3, 1, 2], 2).statistic.result
    0
    """
    asked = likelihood.likelihood_asked(f, x, parameter, data, ascending(bounds))
    own, low, high = asked[2], *asked[4:]
    middle = known(value)
    outside = [s for s in (middle - low, high - middle) if s.is_extended_positive is False]
    if outside:
        raise ValueError(f"{own} lies between {low} and {high}, where {middle} is not")
    statistic = LikelihoodRatio(*asked, middle)
    return tested(statistic, LimitingPValue(statistic, GREATER), TABLES, timeout)
