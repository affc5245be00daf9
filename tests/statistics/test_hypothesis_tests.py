"""Tests of hypotheses: statistics and p values against SciPy, steps against their definitions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats
from sympy import Eq, Expr, Integer, S, Symbol, betainc_regularized, stats

from derive import (
    NoRuleApplies,
    chi_squared_test,
    f_test,
    likelihood_ratio_test,
    t_test,
    variance_test,
    z_test,
)
from derive.probability.distributions import law_of
from derive.statistics.mean_tests import PooledT, TStatistic, WelchDegrees, WelchT
from derive.statistics.p_values import BOTH_SIDES, GREATER, HypothesisTest, LimitingPValue, PValue
from derive.statistics.samples import A, B, SampleVariance
from derive.statistics.tails import TwoSided, UpperTail
from lambdify_bridge import check

STEPS_CHECKED = pytest.mark.checked_by(
    "tests/statistics/test_hypothesis_tests.py::test_every_step_is_true"
)
ALTERNATIVES = ("two-sided", "greater", "less")
SIZES = ((2, 3), (3, 2), (4, 4), (5, 9), (12, 7), (20, 31))
GRID = [(seed, n, m) for seed, (n, m) in enumerate(SIZES)]


def drawn(seed: int, *sizes: int) -> list[list[float]]:
    rng = np.random.default_rng(seed)
    return [np.round(rng.normal(k, 1 + k, size), 2).tolist() for k, size in enumerate(sizes)]


def value(derivation: Any) -> float:
    return float(derivation.to_numpy([])())


def agrees(found: HypothesisTest, statistic: float, p_value: float) -> None:
    assert value(found.statistic) == pytest.approx(statistic, rel=1e-10)
    assert value(found.p_value) == pytest.approx(p_value, rel=1e-10)


@STEPS_CHECKED
@pytest.mark.parametrize("alternative", ALTERNATIVES)
@pytest.mark.one_in(3)
@pytest.mark.parametrize(("seed", "n", "m"), GRID)
def test_t_tests_are_those_of_scipy(seed: int, n: int, m: int, alternative: str) -> None:
    x, y, z = drawn(seed, n, m, n)
    how: dict[str, Any] = {"alternative": alternative}
    cases = (
        (t_test(x, mean="1/2", **how), scipy.stats.ttest_1samp(x, 0.5, **how)),
        (t_test(x, y, **how), scipy.stats.ttest_ind(x, y, **how)),
        (
            t_test(x, y, equal_variance=False, **how),
            scipy.stats.ttest_ind(x, y, equal_var=False, **how),
        ),
        (t_test(x, z, paired=True, **how), scipy.stats.ttest_rel(x, z, **how)),
    )
    for found, expected in cases:
        agrees(found, *expected)


@STEPS_CHECKED
@pytest.mark.parametrize("alternative", ALTERNATIVES)
@pytest.mark.parametrize(("seed", "n", "m"), GRID)
def test_z_and_variance_tests(seed: int, n: int, m: int, alternative: str) -> None:
    x, y = drawn(seed, n, m)
    tails = {
        "greater": lambda law, q: law.sf(q),
        "less": lambda law, q: law.cdf(q),
        "two-sided": lambda law, q: 2 * min(law.sf(q), law.cdf(q)),
    }[alternative]
    z = (np.mean(x) - 0.25) / (1.5 / np.sqrt(n))
    agrees(z_test(x, mean=0.25, sigma=1.5, alternative=alternative), z, tails(scipy.stats.norm, z))
    two = (np.mean(x) - np.mean(y)) / np.sqrt(1 / n + 4 / m)
    found = z_test(x, y, sigma=[1, 2], alternative=alternative)
    agrees(found, two, tails(scipy.stats.norm, two))
    ratio = np.var(x, ddof=1) / np.var(y, ddof=1)
    law = scipy.stats.f(n - 1, m - 1)
    agrees(variance_test(x, y, alternative=alternative), ratio, tails(law, ratio))


@STEPS_CHECKED
@pytest.mark.parametrize("seed", range(6))
def test_chi_squared_and_analysis_of_variance(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 60, 2 + seed).tolist()
    agrees(chi_squared_test(counts), *scipy.stats.chisquare(counts))
    weights = rng.integers(1, 9, 2 + seed).tolist()
    expected = np.array(weights) * sum(counts) / sum(weights)
    agrees(chi_squared_test(counts, weights), *scipy.stats.chisquare(counts, expected))
    if seed:
        found = chi_squared_test(counts, weights, estimated=1)
        agrees(found, *scipy.stats.chisquare(counts, expected, ddof=1))
    table = rng.integers(1, 40, (2 + seed % 3, 2 + seed % 2)).tolist()
    agrees(chi_squared_test(table), *scipy.stats.chi2_contingency(table, correction=False)[:2])
    groups = drawn(seed, *rng.integers(2, 9, 2 + seed % 3))
    agrees(f_test(*groups), *scipy.stats.f_oneway(*groups))


def test_sizes_means_and_spreads_are_enough() -> None:
    x, y = drawn(3, 8, 11)
    short = [
        {"n": len(d), "mean": np.mean(d).item(), "sd": np.std(d, ddof=1).item()} for d in (x, y)
    ]
    exact = [[S(str(value)) for value in d] for d in (x, y)]
    sums = [{"n": len(d), "sum": str(sum(d)), "squares": str(sum(v**2 for v in d))} for d in exact]
    expected = scipy.stats.ttest_ind(x, y)
    for given in (short, sums):
        found = t_test(*given)
        assert value(found.statistic) == pytest.approx(expected.statistic, rel=1e-9)
        assert value(found.p_value) == pytest.approx(expected.pvalue, rel=1e-9)
    agrees(f_test(*sums), *scipy.stats.f_oneway(x, y))


def test_of_letters() -> None:
    found = t_test({"n": "n", "mean": "m", "sd": "s"}, mean="mu")
    t, p = (each.to_numpy(["m", "mu", "n", "s"])(2.0, 1.5, 12.0, 0.9) for each in found)
    assert t == pytest.approx(0.5 / (0.9 / np.sqrt(12)), rel=1e-13)
    assert p == pytest.approx(2 * scipy.stats.t.sf(abs(t), 11), rel=1e-12)
    assert found.statistic.check().verdict == "confirmed"


# fmt: off
FOUND = {
    "one sample":   lambda: t_test([1, 2, 4, 5, 9], mean=2, alternative="less"),
    "nu = 3":       lambda: t_test([1, 2, 4, 5], mean=2),
    "two samples":  lambda: t_test([1, 2, 4, 5, 9], [2, 7, 6]),
    "Welch":        lambda: t_test([1, 2, 4, 5, 9], [2, 7, 6], equal_variance=False),
    "pairs":        lambda: t_test([1, 2, 4], [2, 7, 6], paired=True, alternative="greater"),
    "z":            lambda: z_test([1, 2, 4, 5, 9], [2, 7, 6], sigma=["s", 2]),
    "counts":       lambda: chi_squared_test([8, 12, 20, 9], ["1/5", "1/5", "2/5", "1/5"]),
    "table":        lambda: chi_squared_test([[10, 20, 7], [20, 10, 9]]),
    "variances":    lambda: variance_test([1, 2, 4, 5, 9], [2, 7, 6]),
    "groups":       lambda: f_test([1, 2, 4, 5, 9], [2, 7, 6], [4, 5]),
    "Poisson":      lambda: likelihood_ratio_test("exp(-l)*l^x", "x", "l", [3, 1, 4, 1, 5], 2),
    "Bernoulli":    lambda: likelihood_ratio_test(
                        "p^x*(1 - p)^(1 - x)", "x", "p", [1, 0, 1, 1], "1/3", (0, 1)),
    "normal mean":  lambda: likelihood_ratio_test(
                        "exp(-(x - m)^2/2)", "x", "m", [1, 2, 6], 1, ("-oo", "oo")),
}
# fmt: on


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", FOUND)
def test_every_step_is_true(name: str) -> None:
    for derivation in FOUND[name]():
        report = derivation.check()
        assert report.verdict == "confirmed", report


def test_likelihood_ratios_are_those_of_their_maxima() -> None:
    data = [3, 1, 4, 1, 5]
    at = scipy.stats.poisson.logpmf
    found = FOUND["Poisson"]()
    ratio = 2 * (at(data, np.mean(data)).sum() - at(data, 2).sum())
    agrees(found, ratio, scipy.stats.chi2.sf(ratio, 1))
    ratio = 3 * (3 - 1) ** 2  # of a normal mean it is the square of z
    agrees(FOUND["normal mean"](), ratio, scipy.stats.chi2.sf(ratio, 1))
    assert found.p_value.root.rule == "Wilks' theorem"


NU = Symbol("nu", positive=True)
q = Symbol("q", positive=True)


def student(freedom: Any) -> Any:
    return law_of(stats.StudentT("T", freedom))


STUDENT = student(NU)
T_TAIL = betainc_regularized(NU / 2, S.Half, 0, NU / (NU + q**2))
# fmt: off
WRONG: list[tuple[Expr, Expr]] = [
    (SampleVariance(A),                              S(59) / 16),                 # over n
    (TStatistic(A, 3),                               (S(17) / 4 - 3) / 2),
    (PooledT(A, B, 0),                               WelchT(A, B, 0)),
    (WelchDegrees(A, B),                             Integer(7)),
    (UpperTail(q, STUDENT),                          T_TAIL),                     # both tails
    (TwoSided(q, STUDENT),                           T_TAIL / 2),
    (PValue(TStatistic(A, 3), GREATER),              UpperTail(TStatistic(A, 3), student(4))),
    (PValue(PooledT(A, B, 0), BOTH_SIDES),           TwoSided(PooledT(A, B, 0), student(8))),
    (LimitingPValue(WelchT(A, B, 0), BOTH_SIDES),    TwoSided(WelchT(A, B, 0), student(7))),
]
# fmt: on


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Expr, claim: Expr) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: t_test([1]), "2 or more numbers"),
        (lambda: t_test([1, 2], [1, 2, 3], paired=True), "as many"),
        (lambda: t_test([1, 2], alternative="larger"), "two-sided, greater, less"),
        (lambda: t_test({"n": 3, "mean": 1}), "summed up"),
        (lambda: t_test({"n": 3, "mean": 1, "sd": -1}), "positive"),
        (lambda: z_test([1, 2], sigma=0), "positive"),
        (lambda: z_test([1, 2], [3, 4], sigma=[1]), "one standard deviation"),
        (lambda: chi_squared_test([[1, 0], [2, 0]]), "zeros"),
        (lambda: chi_squared_test([1, -2]), "negative"),
        (lambda: chi_squared_test([1, 2, 3], [1, 2]), "expected"),
        (lambda: chi_squared_test([1, 2], estimated=1), "degree of freedom"),
        (lambda: f_test([1, 2]), "two samples"),
        (lambda: t_test([1, 2, 3], mean="oo"), "finite real"),
        (lambda: t_test([1, 2, "I"]), "finite real"),
        (lambda: t_test([1, 2], alternative=["less"]), "alternative"),
        (lambda: t_test([1, 2], paired=True), "second one is missing"),
        (lambda: t_test({"n": 3, "sum": 30, "squares": 1}), "add up to more"),
        (lambda: likelihood_ratio_test("p^x*(1-p)^(1-x)", "x", "p", [1, 0], 2, (0, 1)), "between"),
        (lambda: likelihood_ratio_test("exp(-x/t)/t", "x", "x", [1, 2], 1), "name the parameter"),
    ],
)
def test_what_is_no_test_is_refused(ask: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ask()


FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_the_sleep_data_of_student() -> None:
    """Student 1908: t = 4.06 for the difference of the two drugs."""
    found = t_test(FIRST, SECOND, paired=True)
    agrees(found, *scipy.stats.ttest_rel(FIRST, SECOND))
    assert value(found.statistic) == pytest.approx(-4.0621, abs=1e-4)
    assert "-6/5, -12/5, -13/10, -13/10, ..., -7/5" in found.statistic.text()


def test_numbers_that_do_not_vary_have_no_t() -> None:
    with pytest.raises(NoRuleApplies):
        t_test([2, 2, 2], mean=1)
