"""Seeded draws beside the quadrature: from the right laws, with a standard error that counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats as known
from sympy import I, ImmutableMatrix, S, Symbol, exp, oo, stats

import derive
from derive.probability.characteristics import DistributionFunction, EntropyOfLaw, Median
from derive.probability.combinations import LawCovariance
from derive.probability.distributions import law_of
from derive.probability.joint_laws import JointLaw, JointTable
from derive.probability.joint_moments import (
    ConditionalExpectation,
    ConditionalVariance,
    JointCorrelation,
    JointCovariance,
    JointExpectation,
    JointVariance,
)
from derive.probability.moments import Expectation, Variance
from derive.statistics.tails import LowerTail, TwoSided, UpperTail
from lambdify_bridge.draws import drawn
from lambdify_bridge.evaluate import Evaluator
from lambdify_bridge.sample_mean import sample_mean

from .test_random_variables import GRID, variable

MANY = 20_000
X, Y = Symbol("X", real=True), Symbol("Y", real=True)
NOWHERE = Evaluator({})


@pytest.mark.parametrize(("text", "of_scipy", "places"), GRID, ids=[g[0] for g in GRID])
def test_laws_are_drawn_from(text: str, of_scipy: Any, places: tuple[float, ...]) -> None:
    v = variable(text)
    found = drawn(np.random.default_rng(7), MANY, v.letter, v.law, NOWHERE)
    assert found is not None
    if text.startswith("VonMises"):
        found = np.mod(found - 1 + np.pi, 2 * np.pi) - np.pi + 1
    if not v.discrete:
        assert known.kstest(found, of_scipy.cdf).pvalue > 1e-3
    for x in places:
        share = float(of_scipy.cdf(x))
        error = max((share * (1 - share) / MANY) ** 0.5, 1e-12)
        assert abs(float(np.mean(found <= x)) - share) < 5 * error


NORMAL = (X, law_of(stats.Normal("X", 1, 2)))
GAMMA = (X, law_of(stats.Gamma("X", 3, 2)))
POISSON = (Y, law_of(stats.Poisson("Y", 3)))
STANDARD = law_of(stats.Normal("X", 0, 1))
U, V = Symbol("U", positive=True), Symbol("V", positive=True)
SQUARE = JointLaw(5 * (U + V), (U, 0, 1), (V, 0, 1))
TRIANGLE = JointLaw(exp(-V), (U, 0, oo), (V, U, oo))
BELL = JointLaw(exp(-2 * ((X - 9) ** 2 - (X - 9) * Y + Y**2) / 3), (X, -oo, oo), (Y, -oo, oo))
TABLE = JointTable(
    ImmutableMatrix([[S(3) / 8, S(1) / 4], [S(1) / 8, S(1) / 4]]), (X, (0, 2)), (Y, (0, 1))
)
# fmt: off
CLAIMS: list[tuple[Any, Any, Any]] = [     # the goal, its value, another one
    (Expectation(X**2, NORMAL),            S(5),                         S("5.2")),
    (Expectation(X*Y, NORMAL, POISSON),    S(3),                         S("3.2")),
    (Expectation(exp(I*X), NORMAL),        exp(I - 2),                   exp(I - 3)),
    (Variance(X, GAMMA),                   S(12),                        S("12.6")),
    (EntropyOfLaw(X, NORMAL),              S("2.112085713764618"),       S("2.14")),
    (DistributionFunction(S(5), GAMMA),    S("0.456186884239804"),       S("0.47")),
    (Median(X, GAMMA),                     S("5.348120627447116"),       S("5.5")),
    (LawCovariance((2*X + Y, X), NORMAL, POISSON), S(8),                 S("8.4")),
    (DistributionFunction(S(2), POISSON),  17*exp(-3)/2,                 S("0.44")),
    (UpperTail(S(6), GAMMA[1]),            17*exp(-3)/2,                 S("0.44")),
    (LowerTail(S(5), GAMMA[1]),            S("0.456186884239804"),       S("0.47")),
    (TwoSided(S(2), STANDARD),             S("0.0455002638963584"),      S("0.055")),
    (TwoSided(S(12), GAMMA[1]),            50*exp(-6),                   S("0.136")),
    (JointExpectation(U*V, SQUARE),        S(1) / 3,                     S("0.34")),
    (JointVariance(U, SQUARE),             S(11) / 144,                  S("0.079")),
    (JointCovariance(U, V, SQUARE),        -S(1) / 144,                  S("-0.01")),
    (JointCorrelation(U, V, SQUARE),       -S(1) / 11,                   S("-0.13")),
    (JointExpectation(V, TRIANGLE),        S(2),                         S("2.1")),
    (JointCorrelation(X, Y, BELL),         S(1) / 2,                     S("0.53")),
    (JointExpectation(X*Y, TABLE),         S(1) / 2,                     S("0.53")),
    (ConditionalExpectation(V, (U, S.Half), SQUARE),  S(7) / 12,         S("0.6")),
    (ConditionalVariance(V, (U, S.Half), SQUARE),     S(11) / 144,       S("0.08")),
    (ConditionalExpectation(Y, (X, S.Zero), TABLE),   S(2) / 5,          S("0.44")),
    (ConditionalExpectation(U, (V, S(1)), TRIANGLE),  S(1) / 2,          S("0.54")),
]
# fmt: on


@pytest.mark.parametrize(("goal", "value", "other"), CLAIMS, ids=lambda v: str(v)[:30])
def test_draws_agree_and_refute(goal: Any, value: Any, other: Any) -> None:
    right, wrong = (sample_mean(goal, claim, NOWHERE) for claim in (value, other))
    assert right is not None
    assert wrong is not None
    assert right.apart < 4
    assert wrong.refutes
    assert sample_mean(goal, value, NOWHERE) == right
    assert sample_mean(goal, value, NOWHERE, seed=1) != right


def test_nothing_is_said_where_there_is_no_standard_error() -> None:
    pareto = (X, law_of(stats.Pareto("X", 1, S(3) / 2)))
    assert sample_mean(Expectation(X, pareto), S(7), NOWHERE) is None
    assert sample_mean(Expectation(X, pareto), oo, NOWHERE) is None
    student = (X, law_of(stats.StudentT("X", 3)))
    assert sample_mean(Variance(X, student), S(9), NOWHERE) is None
    even = (X, law_of(stats.Uniform("X", 0, 3)))
    assert sample_mean(EntropyOfLaw(X, even), S("1.0986122886681098"), NOWHERE) is None
    rare = (X, law_of(stats.Bernoulli("X", S(1) / 10**7)))
    seldom = sample_mean(Expectation(X, rare), S(1) / 10**7, NOWHERE)
    assert seldom is not None
    assert not seldom.refutes


def test_rare_events_are_not_refuted_by_one_draw() -> None:
    for place in range(3, 6):
        p = S(known.norm.sf(place) * 2)
        found = sample_mean(TwoSided(S(place), STANDARD), p, NOWHERE)
        assert found is None or not found.refutes
    often = sample_mean(TwoSided(S(3), STANDARD), S(1) / 10**7, NOWHERE)
    assert often is not None
    assert often.refutes


@pytest.mark.parametrize(
    ("name", "asked", "more"),
    [
        ("t_test", ([2, 3, 7, 5, 9],), {"mean": 4}),
        ("t_test", ([2, 3, 7, 5, 9], [1, 4, 4, 9, 6, 8]), {"alternative": "less"}),
        ("z_test", ([5, 7, 6, 10],), {"mean": 5, "sigma": 3}),
        ("chi_squared_test", ([8, 12, 20, 9], ["1/5", "1/5", "2/5", "1/5"]), {}),
        ("variance_test", ([2, 3, 7, 5, 9], [1, 4, 4, 9, 6, 8]), {}),
        ("f_test", ([2, 3, 7, 5], [1, 4, 4, 9], [8, 6, 9]), {}),
    ],
)
def test_p_values_are_shares_of_statistics(name: str, asked: Any, more: Any) -> None:
    test = getattr(derive, name)(*asked, **more)
    goal, value = test.p_value.problem, test.p_value.result
    right, wrong = (sample_mean(goal, claim, NOWHERE) for claim in (value, value * S("0.8")))
    assert right is not None
    assert wrong is not None
    assert right.apart < 4
    assert wrong.refutes


def test_too_few_weights_say_nothing() -> None:
    far = JointLaw(exp(-((X - 10**6) ** 2) - Y**2), (X, -oo, oo), (Y, -oo, oo))
    assert sample_mean(JointExpectation(X, far), S(10**6), NOWHERE) is None


def test_the_report_names_the_draws() -> None:
    d = derive.expectation("X**2", "X ~ Gamma(3, 2)")
    report = d.check(far=False)
    assert report.sample.draws == 100_000
    assert abs(report.sample.mean.real - 48) < 6 * report.sample.error
    assert "draws" in report.reason
