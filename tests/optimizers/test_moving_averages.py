"""Bias correction of Adam and the descent lemma: found, and refuted where a little wrong."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Eq, Expr, Rational, Symbol

from derive import (
    bias_correction,
    expected_average,
    largest_sure_decrease,
    sure_decrease,
    surest_step,
)
from derive.optimizers.descent_lemma import LargestSureDecrease, SureDecrease, SurestStep
from derive.optimizers.moving_averages import BiasCorrection, ExpectedIterate, average
from lambdify_bridge import check

beta = Symbol("beta", positive=True)
t = Symbol("t", integer=True, nonnegative=True)
G, g = Symbol("G"), Symbol("g", real=True, nonzero=True)
L, eta = Symbol("L", positive=True), Symbol("eta", positive=True)

# fmt: off
WRONG: list[tuple[Expr, Expr]] = [
    (average(ExpectedIterate, t),       G),
    (average(ExpectedIterate, t),       G * (1 - beta ** (t + 1))),
    (average(BiasCorrection, t),        1 / (1 - beta)),
    (average(BiasCorrection, t),        1 - beta**t),
    (SureDecrease(g, L, eta),           eta * g**2 - L * eta**2 * g**2),
    (SureDecrease(g, L, eta),           eta * g**2),
    (SurestStep(g, L),                  2 / L),
    (LargestSureDecrease(g, L),         g**2 / L),
]
# fmt: on


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Expr, claim: Expr) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


def test_the_correction_comes_from_a_geometric_sum() -> None:
    d = bias_correction()
    assert d.result == 1 / (1 - beta**t)
    assert [step.rule for step in d.steps] == [
        "divide by what is missing",
        "weights fall with age",
        "geometric sum",
    ]
    assert d.check().verdict == "confirmed", d.report
    assert bias_correction(0.9, 2).result == Rational(100, 19)


def test_the_expected_average_is_that_of_many_draws() -> None:
    generator, m = np.random.default_rng(4), np.zeros(200_000)
    for _ in range(5):
        m = 0.9 * m + 0.1 * (3 + generator.normal(size=m.size))
    d = expected_average(0.9, 5)
    assert d.check().verdict == "confirmed", d.report
    expected = float(d.result.subs(G, 3))
    assert abs(m.mean() - expected) < 5 * m.std() / np.sqrt(m.size)


@pytest.mark.slow
def test_the_descent_lemma() -> None:
    for d, value in (
        (sure_decrease(), eta * g**2 - L * eta**2 * g**2 / 2),
        (surest_step(), 1 / L),
        (largest_sure_decrease(), g**2 / (2 * L)),
    ):
        assert (d.result - value).simplify() == 0
        assert d.check().verdict == "confirmed", d.report
    assert "Taylor's remainder" in [step.rule for step in surest_step().steps]


def test_a_step_of_one_over_L_lowers_smooth_functions_that_much() -> None:
    least = largest_sure_decrease(4).to_numpy()
    for x in np.linspace(-3, 3, 41):  # f = 4*cos(x), |f''| <= 4
        slope = -4 * np.sin(x)
        if slope:
            assert 4 * np.cos(x) - 4 * np.cos(x - slope / 4) >= least(slope) - 1e-12


def test_mistakes_of_the_caller_are_named() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        bias_correction(1.5)
    with pytest.raises(ValueError, match="nothing to correct"):
        bias_correction(0.9, 0)
    with pytest.raises(ValueError, match="are positive"):
        surest_step(-1)


def test_latex() -> None:
    rows = bias_correction().latex()
    assert r"&= \sum_{n=0}^{t - 1} G \beta^{n} \left(1 - \beta\right)" in rows
