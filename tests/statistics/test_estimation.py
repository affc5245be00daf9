"""Estimators and likelihoods: found, and refuted where a little wrong."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Eq, Expr, S, Symbol, exp

from derive import best_shrinkage, cramer_rao_bound, estimator_bias, estimator_error, mle
from derive.statistics.estimation import (
    SAMPLE,
    Bias,
    MeanSquaredError,
    mu,
    n,
    squares,
    total,
    v,
)
from derive.statistics.fisher_information import FisherInformation
from derive.statistics.likelihood import MaximumLikelihood, theta, x
from derive.statistics.squares_variance import (
    WITH_FOURTH,
    BestFactor,
    SquaresVariance,
    SumsMoment,
    k,
)
from lambdify_bridge import check

ABOUT_MEAN = squares - total**2 / n
DENSITY = exp(-x / theta) / theta

# fmt: off
WRONG: list[tuple[Expr, Expr]] = [
    (Bias(ABOUT_MEAN / n, *SAMPLE, v),                          S.Zero),
    (Bias(ABOUT_MEAN / n, *SAMPLE, v),                          v / n),
    (Bias(ABOUT_MEAN / (n + 1), *SAMPLE, v),                    -v / (n + 1)),
    (MeanSquaredError(total / (n + 1), *SAMPLE, mu),            n * v / (n + 1) ** 2),
    (MeanSquaredError(ABOUT_MEAN / n, *WITH_FOURTH, v),         (k - v**2) / n),
    (SquaresVariance(n, v, k),                                  n * (k - v**2)),
    (SumsMoment(0, 4, n, v, k),                                 n * k + n * (n - 1) * v**2),
    (BestFactor(ABOUT_MEAN, *SAMPLE, 3 * v**2, v),              1 / n),
    (MaximumLikelihood(DENSITY, x, theta, (1, 2, 6), 0, S.Infinity), S(2)),
    (FisherInformation(DENSITY, x, theta, 0, S.Infinity),       1 / theta),
]
# fmt: on


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Expr, claim: Expr) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


def test_why_n_minus_one() -> None:
    biased, unbiased = estimator_bias("population variance"), estimator_bias("sample variance")
    assert unbiased.result == 0
    assert biased.check().verdict == unbiased.check().verdict == "confirmed"
    drawn = np.random.default_rng(1).normal(size=(100_000, 5))
    seen = drawn.var(axis=1) - 1
    expected = biased.to_numpy(["n", "v"])(5.0, 1.0)
    assert expected == pytest.approx(-0.2)
    assert seen.mean() == pytest.approx(expected, abs=5 * seen.std() / 300)


def test_the_error_is_variance_and_squared_bias() -> None:
    d = estimator_error("S/(n + 1)", "mu")
    letters = {s.name: s for s in d.result.free_symbols}
    assert letters == {"n": n, "mu": mu, "v": v}
    assert (d.result - (n * v + mu**2) / (n + 1) ** 2).simplify() == 0


def test_the_sample_mean_reaches_the_bound() -> None:
    t, size = Symbol("t", positive=True), n
    assert cramer_rao_bound("exp(-x/t)/t", "x", "t", (0, "oo")).result == t**2 / size
    assert mle("exp(-x/t)/t", "x", "t", [1, 2, 6]).result == 3


SPREADS = [  # of what numbers, and their fourth central moment
    ("normal", 3.0),
    ("uniform", 9 / 5),
]


@pytest.mark.parametrize(("law", "fourth"), SPREADS)
@pytest.mark.parametrize("divisor", ["n - 1", "n", "n + 1"])
def test_errors_of_variances_are_those_of_drawn_samples(
    law: str, fourth: float, divisor: str
) -> None:
    error = estimator_error(f"(Q - S^2/n)/({divisor})", "v")
    r, size = np.random.default_rng(7), 6
    drawn = r.normal(size=(200_000, size)) if law == "normal" else (
        r.uniform(-(3**0.5), 3**0.5, size=(200_000, size)))  # fmt: skip
    squares_about = drawn.var(axis=1) * size
    missed = (squares_about / float(S(divisor).subs("n", size)) - 1) ** 2
    expected = error.to_numpy(["k", "n", "v"])(fourth, float(size), 1.0)
    assert missed.mean() == pytest.approx(expected, abs=5 * missed.std() / 400)


def test_the_best_divisor_of_normal_numbers_is_one_more_than_their_number() -> None:
    found = best_shrinkage()
    assert found.result == 1 / (n + 1)
    assert found.check(far=False).verdict == "confirmed"
    errors = [estimator_error(f"(Q - S^2/n)/(n + {d})", "v", "3*v^2").result for d in (-1, 0, 1, 2)]
    values = [float(e.subs({n: 9, v: 1})) for e in errors]
    assert min(values) == values[2]
