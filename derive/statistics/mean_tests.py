"""Tests of means: z where the variance is known, Student's t and Welch's where it is estimated.

Student, The probable error of a mean, Biometrika 1908; Welch, Biometrika 1947.
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Basic, Expr, Integer, Symbol, Tuple, sqrt, stats

from derive.engine import limited
from derive.probability.distributions import law_of
from derive.rules import Outcome, Rewrite, RuleTable
from derive.statistics import p_values
from derive.statistics.p_values import (
    BOTH_SIDES,
    GREATER,
    LIMITING,
    P_VALUES,
    HypothesisTest,
    LimitingPValue,
    PValue,
    side_of,
    tested,
)
from derive.statistics.samples import (
    A,
    B,
    OfSample,
    SampleMean,
    SquaredError,
    SquaresAboutMean,
    at_least,
    known,
    sample_of,
    size,
    spread,
    table,
)
from derive.statistics.tails import NORMAL, tail

mu, delta = Symbol("mu", real=True), Symbol("delta", real=True)
v, w = Symbol("v", positive=True), Symbol("w", positive=True)


class ZStatistic(OfSample):
    """The mean less mu in standard errors, the variance v known: ZStatistic(sample, mu, v)."""

    name = symbol = "z"


class TwoSampleZ(OfSample):
    """The difference of two means less delta, both variances known.

    TwoSampleZ(x, y, delta, v, w).
    """

    name = symbol = "z"


class TStatistic(OfSample):
    """The mean less mu in estimated standard errors: TStatistic(sample, mu)."""

    name = symbol = "t"


class PairedT(OfSample):
    """The t statistic of the differences of pairs: PairedT(x, y, delta)."""

    name, symbol = "paired t", "t"


class PooledVariance(OfSample):
    """The variance common to two samples: PooledVariance(x, y)."""

    name, symbol = "pooled s²", r"s_{\mathrm{pooled}}^2"


class PooledT(OfSample):
    """The difference of two means less delta, of one variance: PooledT(x, y, delta)."""

    name, symbol = "pooled t", "t"


class WelchT(OfSample):
    """The difference of two means less delta, of two variances: WelchT(x, y, delta)."""

    name, symbol = "Welch's t", "t"


class WelchDegrees(OfSample):
    """The degrees of freedom of a chi-squared number that varies as much as Welch's variance."""

    name, symbol = "Welch's degrees of freedom", r"\nu"


Z_STATISTICS, TWO_SAMPLE_Z = table(ZStatistic, "z statistics"), table(TwoSampleZ, "two-sample z")
T_STATISTICS, PAIRED = table(TStatistic, "t statistics"), table(PairedT, "paired t statistics")
POOLED, POOLED_T = table(PooledVariance, "pooled variances"), table(PooledT, "pooled t statistics")
WELCH, DEGREES = table(WelchT, "Welch's t statistics"), table(WelchDegrees, "Welch's degrees")


@Z_STATISTICS.rule("mean in standard errors", example=ZStatistic(A, mu, v))
def mean_in_standard_errors(sample: Basic, mu: Expr, v: Expr) -> Outcome:
    """How many standard errors sqrt(v/n) the mean lies from mu."""
    return (SampleMean(sample) - mu) / sqrt(v / size(sample))


@TWO_SAMPLE_Z.rule("difference in standard errors", example=TwoSampleZ(A, B, delta, v, w))
def difference_in_standard_errors(x: Basic, y: Basic, delta: Expr, v: Expr, w: Expr) -> Outcome:
    """The variance of a difference of independent means is the sum of their variances."""
    difference = SampleMean(x) - SampleMean(y) - delta
    return difference / sqrt(v / size(x) + w / size(y))


@T_STATISTICS.rule("mean in estimated standard errors", example=TStatistic(A, mu))
def mean_in_estimated_standard_errors(sample: Basic, mu: Expr) -> Outcome:
    """How many standard errors the mean lies from mu, with the sample variance for the unknown
    one."""
    return (SampleMean(sample) - mu) / sqrt(SquaredError(sample))


@PAIRED.rule("differences of pairs", example=PairedT(A, Tuple(1, 4, 4, 9), delta))
def differences_of_pairs(x: Tuple, y: Tuple, delta: Expr) -> Outcome:
    """The differences of the pairs are one sample."""
    return TStatistic(Tuple(*(a - b for a, b in zip(x, y, strict=True))), delta)


@POOLED.rule("both sums of squares", example=PooledVariance(A, B))
def both_sums_of_squares(x: Basic, y: Basic) -> Outcome:
    """Two means are estimated: the squares of both samples, over two less than all numbers."""
    whole = SquaresAboutMean(x) + SquaresAboutMean(y)
    return Rewrite(whole / (size(x) + size(y) - 2), at_least(2, x, y))


@POOLED_T.rule("difference in pooled standard errors", example=PooledT(A, B, delta))
def difference_in_pooled_standard_errors(x: Basic, y: Basic, delta: Expr) -> Outcome:
    """Both means have the same variance over the sizes of their samples."""
    difference = SampleMean(x) - SampleMean(y) - delta
    return difference / sqrt(PooledVariance(x, y) * (1 / size(x) + 1 / size(y)))


@WELCH.rule("difference in Welch's standard errors", example=WelchT(A, B, delta))
def difference_in_welchs_standard_errors(x: Basic, y: Basic, delta: Expr) -> Outcome:
    """Each mean has the standard error of its own sample; their squares add up."""
    difference = SampleMean(x) - SampleMean(y) - delta
    return difference / sqrt(SquaredError(x) + SquaredError(y))


@DEGREES.rule("Welch and Satterthwaite", example=WelchDegrees(A, B))
def welch_and_satterthwaite(x: Basic, y: Basic) -> Outcome:
    """A sample variance of f degrees of freedom has the variance 2 v^2/f: both together vary as one
    of these degrees of freedom."""
    both = [(SquaredError(each), size(each) - 1) for each in (x, y)]
    whole = Add(*(e for e, _ in both)) ** 2
    return Rewrite(whole / Add(*(e**2 / f for e, f in both)), at_least(2, x, y))


# ------------------------------------------------------------------ distributions


@P_VALUES.rule(
    "standard normal", example=PValue(ZStatistic(A, 3, v), BOTH_SIDES), on=(ZStatistic, TwoSampleZ)
)
def standard_normal(z: Expr, side: Integer) -> Outcome:
    """The hypothesis given, for independent normal numbers of known variance the statistic is
    standard normal."""
    return tail(z, NORMAL, side)


def _student(nu: Expr) -> Basic:
    return law_of(stats.StudentT("T", nu))


@P_VALUES.rule("Student's t", example=PValue(TStatistic(A, 3), GREATER), on=TStatistic)
def students_t(t: Expr, side: Integer) -> Outcome:
    """The hypothesis given, for independent normal numbers the statistic has Student's t
    distribution with n - 1 degrees of freedom."""
    sample = t.args[0]
    return Rewrite(tail(t, _student(size(sample) - 1), side), at_least(2, sample))


@P_VALUES.rule(
    "Student's t of pairs",
    example=PValue(PairedT(A, Tuple(1, 4, 4, 9), 0), BOTH_SIDES),
    on=PairedT,
)
def students_t_of_pairs(t: Expr, side: Integer) -> Outcome:
    """The hypothesis given, for independent normal differences the statistic has Student's t
    distribution with one degree of freedom less than there are pairs."""
    return tail(t, _student(size(t.args[0]) - 1), side)


@P_VALUES.rule("Student's t of two samples", example=PValue(PooledT(A, B, 0), GREATER), on=PooledT)
def students_t_of_two_samples(t: Expr, side: Integer) -> Outcome:
    """The hypothesis given, for independent normal numbers of one variance the statistic has
    Student's t distribution; two of the degrees of freedom go to the means."""
    x, y, _ = t.args
    return Rewrite(tail(t, _student(size(x) + size(y) - 2), side), at_least(2, x, y))


@LIMITING.rule(
    "Welch's approximation", example=LimitingPValue(WelchT(A, B, 0), BOTH_SIDES), on=WelchT
)
def welchs_approximation(t: Expr, side: Integer) -> Outcome:
    """The hypothesis given, for independent normal numbers the statistic has nearly Student's t
    distribution with Welch's degrees of freedom."""
    x, y, _ = t.args
    return Rewrite(tail(t, _student(WelchDegrees(x, y)), side), at_least(2, x, y))


TABLES: dict[type, RuleTable] = {
    **p_values.TABLES,
    ZStatistic: Z_STATISTICS,
    TwoSampleZ: TWO_SAMPLE_Z,
    TStatistic: T_STATISTICS,
    PairedT: PAIRED,
    PooledVariance: POOLED,
    PooledT: POOLED_T,
    WelchT: WELCH,
    WelchDegrees: DEGREES,
}


# ------------------------------------------------------------------ what the user calls


@limited
def z_test(
    x: Any,
    y: Any = None,
    mean: Any = 0,
    sigma: Any = 1,
    alternative: str = "two-sided",
    timeout: float = 20.0,
) -> HypothesisTest:
    """Whether a mean is `mean`, the standard deviation known; of two samples, the difference.

    x, y: lists of numbers, or {"n": ..., "mean": ..., "sd": ...}; sigma: one for each sample, or
    one for both; alternative: "two-sided", "greater", "less".
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> z_test([5, 7, 6, 10], mean=5, sigma=2).statistic.result
    2
    """
    side = side_of(alternative)
    sigmas = sigma if isinstance(sigma, (list, tuple)) else [sigma] * (1 if y is None else 2)
    variances = [spread(each) ** 2 for each in sigmas]
    samples = [sample_of(each, least=1) for each in (x, y) if each is not None]
    if len(variances) != len(samples):
        raise ValueError("each sample has one standard deviation")
    operator = ZStatistic if y is None else TwoSampleZ
    z = operator(*samples, known(mean), *variances)
    return tested(z, PValue(z, side), TABLES, timeout)


@limited
def t_test(
    x: Any,
    y: Any = None,
    mean: Any = 0,
    equal_variance: bool = True,
    paired: bool = False,
    alternative: str = "two-sided",
    timeout: float = 20.0,
) -> HypothesisTest:
    """Student's test of a mean, of the mean difference of pairs, or of the difference of two means.

    x, y: lists of numbers, or {"n": ..., "mean": ..., "sd": ...}; mean: what the mean or difference
    is by the hypothesis; equal_variance=False is Welch's test; alternative: "two-sided", "greater",
    "less".
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> t_test([1, 2, 4, 5], mean=1).statistic.result
    2*sqrt(30)/5
    """
    side, first, middle = side_of(alternative), sample_of(x), known(mean)
    if y is None and paired:
        raise ValueError("pairs are two lists of as many numbers: the second one is missing")
    if y is None:
        t: Expr = TStatistic(first, middle)
    elif paired:
        t = PairedT(*_pairs(first, sample_of(y)), middle)
    elif equal_variance:
        t = PooledT(first, sample_of(y), middle)
    else:
        t = WelchT(first, sample_of(y), middle)
    p_value = (LimitingPValue if isinstance(t, WelchT) else PValue)(t, side)
    return tested(t, p_value, TABLES, timeout)


def _pairs(x: Basic, y: Basic) -> tuple[Basic, Basic]:
    if not isinstance(x, Tuple) or not isinstance(y, Tuple) or size(x) != size(y):
        raise ValueError("pairs are two lists of as many numbers")
    return x, y
