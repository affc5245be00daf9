"""Penalties, early stopping and dropout: found, and refuted where a little wrong."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar
from sympy import Abs, Eq, Expr, Rational, S, Symbol, simplify

from derive import (
    NoRuleApplies,
    argmin,
    dropout_mean,
    dropout_variance,
    early_stopping,
    penalised_weight,
    penalised_weights,
)
from derive.calculus.intervals import ArgMin
from derive.optimizers.regularisation import (
    DropoutMean,
    DropoutVariance,
    EquivalentDecay,
    a,
    decay,
    eta,
    k,
    p,
    w,
    w0,
)
from derive.optimizers.shrinkage import PenalisedMinimum
from lambdify_bridge import check

x, y = Symbol("x"), Symbol("y")
LOSS = a * (w - w0) ** 2 / 2

# fmt: off
WRONG: list[tuple[Expr, Expr]] = [
    (ArgMin(LOSS + decay * w**2 / 2, w),    a * w0 / (a + 2 * decay)),
    (ArgMin(LOSS + decay * Abs(w), w),      w0 - decay / a),
    (ArgMin(LOSS + decay * Abs(w), w),      a * w0 / (a + decay)),
    (EquivalentDecay(a, eta, k),            1 / (eta * k)),
    (DropoutMean((x, y), p),                p * (x + y)),
    (DropoutVariance((x, y), p),            (1 - p) * (x**2 + y**2)),
    (DropoutVariance((x, y), p),            (1 - p) / p * (x + y) ** 2),
]
# fmt: on


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Expr, claim: Expr) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_scipy_finds_the_same_minimum(penalty: str) -> None:
    d = penalised_weight(penalty)
    assert d.check().verdict == "confirmed", d.report
    closed = d.to_numpy(["a", "w_0", "lambda"])
    cost = {"l1": abs, "l2": lambda v: v * v / 2}[penalty]
    for curvature, place, strength in ((2, 3, 1), (0.5, -4, 1.5), (2, 0.3, 1), (1, -0.2, 1)):
        found = minimize_scalar(
            lambda v, q=curvature, m=place, s=strength: q * (v - m) ** 2 / 2 + s * cost(v),
            bounds=(-9, 9),
            method="bounded",
            options={"xatol": 1e-10},
        )
        assert closed(curvature, place, strength) == pytest.approx(found.x, abs=1e-6)


def test_a_kink_of_any_convex_polynomial() -> None:
    d = argmin("(z - 1)^2 + abs(z)/2", "z")
    assert d.result == Rational(3, 4)
    assert d.steps[0].rule == "on either side of the kink"
    assert argmin("(z - 1)^2 + 5*abs(z)", "z").result == 0
    with pytest.raises(NoRuleApplies):
        argmin("(z - 1)^2 - 5*abs(z)", "z")


@pytest.mark.slow
def test_early_stopping_is_a_penalty() -> None:
    d = early_stopping()
    letters = {s.name: s for s in d.result.free_symbols}
    q = (1 - letters["a"] * letters["eta"]) ** letters["k"]
    assert simplify(d.result - letters["a"] * q / (1 - q)) == 0
    assert d.check().verdict == "confirmed", d.report
    weight = 0.0
    for _ in range(7):
        weight -= 0.1 * 2 * (weight - 1)
    strength = d.to_numpy(["a", "eta", "k"])(2.0, 0.1, 7)
    assert 2 / (2 + strength) == pytest.approx(weight, rel=1e-12)


def test_dropout_of_a_linear_unit() -> None:
    mean, variance = dropout_mean(["w*x", "y"]), dropout_variance(["w*x", "y"])
    for d in (mean, variance):
        assert d.check().verdict == "confirmed", d.report
    terms, keep = np.array([0.7, -1.9]), 0.8
    kept = np.random.default_rng(1).random((400_000, 2)) < keep
    sums = (kept * terms / keep).sum(axis=1)
    names = ["p", "w", "x", "y"]
    assert sums.mean() == pytest.approx(-1.2, abs=5 * sums.std() / np.sqrt(len(sums)))
    assert float(mean.to_numpy(names)(keep, 0.7, 1.0, -1.9)) == pytest.approx(-1.2)
    assert variance.to_numpy(names)(keep, 0.7, 1.0, -1.9) == pytest.approx(sums.var(), rel=0.02)


def test_mistakes_of_the_caller_are_named() -> None:
    with pytest.raises(ValueError, match="write one of l1, l2"):
        penalised_weight("l0")
    with pytest.raises(ValueError, match="probability"):
        dropout_mean(["x"], 1.5)
    with pytest.raises(ValueError, match="without a step"):
        early_stopping(steps=0)
    assert dropout_variance(["x"], 1).result == S.Zero


def test_latex() -> None:
    assert r"\begin{cases}" in penalised_weight("l1").latex()
    assert r"\text{Bernoulli}\left(p\right)" in dropout_mean(["x", "y"]).latex()


def test_shrinkage_in_the_eigenbasis() -> None:
    A, c = [[4, 1, 0], [1, 3, 1], [0, 1, 2]], [1, -2, 3]
    d = penalised_weights([[2, 1], [1, 2]], ["c_1", "c_2"])
    assert d.check().verdict == "confirmed", d.report
    letters = {x.name: x for x in d.arguments}
    values = {letters["c_1"]: 2, letters["c_2"]: 5, letters["mu"]: 3}
    Q, known = np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([2.0, 5.0])
    loss = lambda x: (x - known) @ Q @ (x - known) / 2 + 3 * x @ x / 2
    found = minimize(loss, np.zeros(2), tol=1e-12)
    claimed = np.array(d.result.subs(values), dtype=float).ravel()
    np.testing.assert_allclose(claimed, found.x, atol=1e-6)
    numbers = penalised_weights(A, c, "1/2")
    assert numbers.check().verdict == "confirmed", numbers.report
    wrong = Eq(
        PenalisedMinimum(*numbers.problem.args[:2], Rational(2, 5)), numbers.result, evaluate=False
    )
    assert check(wrong).verdict == "refuted"
    with pytest.raises(ValueError, match="symmetric"):
        penalised_weights([[1, 2], [3, 4]], [1, 1])
    with pytest.raises(ValueError, match="negative"):
        penalised_weights([[1]], [1], -1)
    with pytest.raises(NoRuleApplies):
        penalised_weights([[1, 2], [2, 1]], [1, 1])
