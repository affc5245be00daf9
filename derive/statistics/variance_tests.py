"""The F test: of two variances, and of several means by the variance between and within groups.

Fisher, Statistical Methods for Research Workers, chapter 7.
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Basic, Expr, Integer, Tuple, stats

from derive.engine import limited
from derive.probability.distributions import law_of
from derive.rules import Outcome, Rewrite, RuleTable
from derive.statistics import p_values
from derive.statistics.p_values import (
    BOTH_SIDES,
    GREATER,
    P_VALUES,
    HypothesisTest,
    PValue,
    side_of,
    tested,
)
from derive.statistics.samples import (
    A,
    B,
    OfSample,
    SampleMean,
    SampleVariance,
    SquaresAboutMean,
    at_least,
    sample_of,
    size,
    table,
)
from derive.statistics.tails import tail


class VarianceRatio(OfSample):
    """The variance of one sample over that of another: VarianceRatio(x, y)."""

    name = symbol = "F"


class GrandMean(OfSample):
    """The mean of all numbers of several samples: GrandMean(samples)."""

    name, symbol = "grand mean", r"\operatorname{mean}"


class SquaresWithin(OfSample):
    """The squares about the mean of the own sample, of all samples: SquaresWithin(samples)."""

    name, symbol = "SS within", r"\operatorname{SS}_{\mathrm{within}}"


class SquaresBetween(OfSample):
    """The squares of the own means about the grand mean: SquaresBetween(samples)."""

    name, symbol = "SS between", r"\operatorname{SS}_{\mathrm{between}}"


class AnalysisOfVariance(OfSample):
    """The variance between the means of samples over that within them."""

    name = symbol = "F"


RATIOS, GRAND = table(VarianceRatio, "variance ratios"), table(GrandMean, "grand means")
WITHIN, BETWEEN = table(SquaresWithin, "squares within"), table(SquaresBetween, "squares between")
ANALYSES = table(AnalysisOfVariance, "analysis of variance")
THREE = Tuple(A, B, Tuple(*map(Integer, (8, 6, 9))))


@RATIOS.rule("one variance over the other", example=VarianceRatio(A, B))
def one_variance_over_the_other(x: Basic, y: Basic) -> Outcome:
    """Of two estimates of one variance each should be about as large as the other."""
    return SampleVariance(x) / SampleVariance(y)


@GRAND.rule("means weighted by size", example=GrandMean(THREE))
def means_weighted_by_size(samples: Tuple) -> Outcome:
    """Each mean counts as often as its sample has numbers."""
    return Add(*(size(x) * SampleMean(x) for x in samples)) / _all(samples)


@WITHIN.rule("each about its own mean", example=SquaresWithin(THREE))
def each_about_its_own_mean(samples: Tuple) -> Outcome:
    """The sums of squares of the samples, added up."""
    return Add(*(SquaresAboutMean(x) for x in samples))


@BETWEEN.rule("means about the grand mean", example=SquaresBetween(THREE))
def means_about_the_grand_mean(samples: Tuple) -> Outcome:
    """The squares of the means, each as often as its sample has numbers, less those of the grand
    mean."""
    squares = Add(*(size(x) * SampleMean(x) ** 2 for x in samples))
    return squares - _all(samples) * GrandMean(samples) ** 2


@ANALYSES.rule("between over within", example=AnalysisOfVariance(THREE))
def between_over_within(samples: Tuple) -> Outcome:
    """Both sums of squares over their degrees of freedom estimate the variance, if the means of the
    groups are the same."""
    groups = len(samples.args)
    between = SquaresBetween(samples) / (groups - 1)
    return between / (SquaresWithin(samples) / (_all(samples) - groups))


def _all(samples: Tuple) -> Expr:
    return Add(*(size(x) for x in samples))


@P_VALUES.rule(
    "F of two variances", example=PValue(VarianceRatio(A, B), BOTH_SIDES), on=VarianceRatio
)
def f_of_two_variances(ratio: Expr, side: Integer) -> Outcome:
    """The hypothesis given, for independent normal numbers the ratio has the F distribution, with
    one degree of freedom less than numbers on both sides."""
    x, y = ratio.args
    return Rewrite(tail(ratio, f_law(size(x) - 1, size(y) - 1), side), at_least(2, x, y))


@P_VALUES.rule(
    "F of an analysis of variance",
    example=PValue(AnalysisOfVariance(THREE), GREATER),
    on=AnalysisOfVariance,
)
def f_of_an_analysis(ratio: Expr, side: Integer) -> Outcome:
    """The means the same, for independent normal numbers of one variance the ratio has the F
    distribution."""
    (samples,) = ratio.args
    groups = len(samples.args)
    law = f_law(Integer(groups - 1), _all(samples) - groups)
    return Rewrite(tail(ratio, law, side), at_least(2, *samples))


def f_law(above: Expr, below: Expr) -> Basic:
    return law_of(stats.FDistribution("F", above, below))


TABLES: dict[type, RuleTable] = {
    **p_values.TABLES,
    VarianceRatio: RATIOS,
    GrandMean: GRAND,
    SquaresWithin: WITHIN,
    SquaresBetween: BETWEEN,
    AnalysisOfVariance: ANALYSES,
}


# ------------------------------------------------------------------ what the user calls


@limited
def variance_test(
    x: Any, y: Any, alternative: str = "two-sided", timeout: float = 20.0
) -> HypothesisTest:
    """Whether two samples have one variance: the F test of the ratio of their variances.

    x, y: lists of numbers, or {"n": ..., "mean": ..., "sd": ...}; alternative: "two-sided", which
    counts the smaller tail twice, "greater", "less".
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> variance_test([1, 2, 3], [2, 4, 6, 8]).statistic.result
    3/20
    """
    ratio = VarianceRatio(sample_of(x), sample_of(y))
    return tested(ratio, PValue(ratio, side_of(alternative)), TABLES, timeout)


@limited
def f_test(*samples: Any, timeout: float = 20.0) -> HypothesisTest:
    """Whether the means of several samples are the same: one-way analysis of variance.

    Each sample: a list of numbers, or {"n": ..., "mean": ..., "sd": ...}.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> f_test([1, 2, 3], [2, 3, 4], [5, 6, 7]).statistic.result
    13
    """
    if len(samples) < 2:
        raise ValueError("two samples or more are needed")
    ratio = AnalysisOfVariance(Tuple(*map(sample_of, samples)))
    return tested(ratio, PValue(ratio, GREATER), TABLES, timeout)
