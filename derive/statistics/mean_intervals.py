"""Intervals for a mean: the values that a two-sided test would not reject.

Casella and Berger, Statistical Inference, section 9.2.1.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Rational, S, Symbol, Tuple, ceiling, pi, sqrt, stats

from derive.calculus.intervals import RootBetween
from derive.calculus.isolated_roots import RULES as ROOTS
from derive.core import Derivation
from derive.engine import limited
from derive.probability.distributions import in_latex, in_text, law_of
from derive.probability.quantities import Listed, Quantity, finite, worked_out
from derive.rules import Outcome, Rewrite, RuleTable
from derive.statistics import mean_tests
from derive.statistics.samples import A, SampleMean, SquaredError, at_least, sample_of, size, spread
from derive.statistics.tails import NORMAL, UpperTail
from derive.structure import fresh

T_OF_THREE = law_of(stats.StudentT("T", 3))
LEVEL = Rational(19, 20)


class MeanInterval(Listed):
    """The means that a two-sided test of a sample would not reject: MeanInterval(sample, level).

    MeanInterval(sample, level, v): where the variance v of the numbers is known.
    """

    name = "interval for the mean"


class CriticalValue(Quantity):
    """The place beyond which a law has the probability alpha: CriticalValue(alpha, law)."""

    name = "critical value"

    def _sympystr(self, printer: Any) -> str:
        alpha, law = printer._print(self.args[0]), in_text(printer, self.args[1])
        on_paper = getattr(printer, "as_on_paper", False)
        return f"{self.name if on_paper else 'CriticalValue'}({alpha}, {law})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        alpha, law = printer._print(self.args[0]), in_latex(printer, self.args[1])
        power = f"^{{{exp}}}" if exp else ""
        return rf"\operatorname{{critical~value}}{power}\left({alpha},\ {law}\right)"


INTERVALS = RuleTable(MeanInterval, lambda goal: goal.args, "intervals for means")
CRITICAL = RuleTable(CriticalValue, lambda goal: goal.args, "critical values")


@INTERVALS.rule("mean and critical value", example=MeanInterval(A, LEVEL))
def mean_and_critical_value(sample: Basic, level: Expr, *variance: Expr) -> Outcome:
    """The mean less the true one, by its standard error, lies between minus and plus the critical
    value as often as the level says: so does the true mean about the mean of normal numbers."""
    error = variance[0] / size(sample) if variance else SquaredError(sample)
    law = NORMAL if variance else law_of(stats.StudentT("T", size(sample) - 1))
    reach = CriticalValue((1 - level) / 2, law) * sqrt(error)
    middle = SampleMean(sample)
    given = S.true if variance else at_least(2, sample)
    return Rewrite(Tuple(middle - reach, middle + reach), given)


@CRITICAL.rule("from the upper tail", example=CriticalValue(Rational(1, 40), T_OF_THREE))
def from_the_upper_tail(alpha: Expr, law: Basic) -> Outcome:
    """The place at which the upper tail is as probable. It is less than 1/(pi alpha): the largest
    tail of Student's t, with one degree of freedom, is less than 1/(pi q)."""
    if (alpha < S.Half) != True:
        return None
    q = Symbol(fresh("q", alpha, law).name, positive=True)
    return RootBetween(UpperTail(q, law) - alpha, q, S.Zero, ceiling(1 / (pi * alpha)))


TABLES: dict[type, RuleTable] = {
    **mean_tests.TABLES,
    MeanInterval: INTERVALS,
    CriticalValue: CRITICAL,
    RootBetween: ROOTS,
}


@limited
def mean_interval(
    x: Any, level: Any = "0.95", sigma: Any = None, timeout: float = 20.0
) -> Derivation:
    """Between which ends a mean lies, with the confidence `level`: those of Student's t.

    x: a list of numbers, or {"n": ..., "mean": ..., "sd": ...}; sigma: the standard deviation,
    where it is known, for the interval of the normal law. The critical value is an isolated zero.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> [round(float(end), 6) for end in mean_interval([1, 2, 4, 5]).result]
    [0.094837, 5.905163]
    """
    confidence = finite(level)
    if not (confidence.is_number and 0 < confidence < 1):
        raise ValueError(f"a level lies between 0 and 1, not {level}")
    sample = sample_of(x, least=1 if sigma is not None else 2)
    known = () if sigma is None else (spread(sigma) ** 2,)
    return worked_out(MeanInterval(sample, confidence, *known), TABLES, timeout)
