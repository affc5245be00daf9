"""Step sizes, rates and momentum: closed forms against steps that are really made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from sympy import Abs, Eq, Expr, ImmutableMatrix, Max, Rational, S, Symbol, Tuple, sqrt

from derive import (
    NoRuleApplies,
    best_momentum,
    best_step,
    convergence_rate,
    largest_step,
)
from derive.optimizers.step_sizes import BestMomentum, BestRate, BestStep, LargestStep, Rate
from lambdify_bridge import check

L, mu = Symbol("L", positive=True), Symbol("mu", positive=True)
MATRIX = [[4, 1, 0], [1, 3, 1], [0, 1, 2]]
TWO = ImmutableMatrix([[3, 1], [1, 2]])

# fmt: off
FOUND: list[tuple[Any, Expr]] = [
    (largest_step(["mu", "L"]),             2 / Max(mu, L)),
    (largest_step([[3, 1], [1, 3]]),        S.Half),
    (largest_step([[3, 1], [1, 2]]),        1 - sqrt(5) / 5),
    (largest_step([[7]]),                   Rational(2, 7)),
    (best_step(["mu", "L"]),                2 / (mu + L)),
    (best_step([1, 5, 9]),                  Rational(1, 5)),
    (best_step([4, 4]),                     Rational(1, 4)),
    (best_step([[3, 1], [1, 3]]),           Rational(1, 3)),
    (convergence_rate(["mu", "L"]),         Abs(L - mu) / (L + mu)),
    (convergence_rate([1, 9]),              Rational(4, 5)),
    (convergence_rate([1, 9], 0.1),         Rational(9, 10)),
    (convergence_rate([[3, 1], [1, 3]]),    Rational(1, 3)),
    (best_momentum([1, 9]),                 Tuple(Rational(1, 4), Rational(1, 4))),
]
WRONG: list[tuple[Expr, Expr]] = [
    (LargestStep(Tuple(mu, L)),             2 / L),
    (LargestStep(Tuple(mu, L)),             1 / Max(mu, L)),
    (LargestStep(TWO),                      1 - sqrt(5) / 5 + Rational(1, 10**6)),
    (BestStep(Tuple(mu, L)),                1 / Max(mu, L)),
    (BestStep(TWO),                         Rational(2, 5) + Rational(1, 10**8)),
    (BestRate(Tuple(mu, L)),                Abs(L - mu) / Max(mu, L)),
    (BestRate(TWO),                         sqrt(5) / 5 + Rational(1, 10**8)),
    (Rate(TWO, Rational(1, 10)),            Rational(9, 10)),
    (BestMomentum(Tuple(S(1), S(9))),       Tuple(Rational(1, 5), Rational(1, 4))),
    (BestMomentum(Tuple(S(1), S(9))),       Tuple(Rational(1, 4), Rational(1, 3))),
]
# fmt: on


def ids(case: Any) -> str:
    return str(getattr(case, "problem", case))


@pytest.mark.parametrize(("d", "value"), FOUND, ids=ids)
def test_found(d: Any, value: Expr) -> None:
    assert d.result == value
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Expr, claim: Expr) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


@pytest.mark.slow
def test_the_best_momentum_in_letters() -> None:
    d = best_momentum(["mu", "L"])
    eta, beta = d.result.args
    assert (eta - 4 / (sqrt(L) + sqrt(mu)) ** 2).simplify() == 0
    kappa = Symbol("kappa", positive=True)
    book = ((sqrt(kappa) - 1) / (sqrt(kappa) + 1)) ** 2
    assert (beta.subs(L, kappa * mu) - book).simplify() == 0
    assert d.check().verdict == "confirmed", d.report


def errors(A: np.ndarray, eta: float, steps: int, beta: float = 0.0) -> np.ndarray:
    """The size of the error after each step."""
    now = before = np.ones(len(A))
    sizes = []
    for _ in range(steps):
        now, before = now - eta * A @ now + beta * (now - before), now
        sizes.append(np.linalg.norm(now))
    return np.array(sizes)


def test_steps_inside_of_the_range_converge_and_steps_outside_do_not() -> None:
    A = np.array(MATRIX, dtype=float)
    end = float(largest_step(np.linalg.eigvalsh(A).tolist()).result)
    assert errors(A, 0.001 * end, 40000)[-1] < 1e-5
    assert errors(A, 0.999 * end, 20000)[-1] < 1e-5
    assert errors(A, 1.001 * end, 20000)[-1] > 1e5
    assert errors(A, -0.001 * end, 20000)[-1] > 1e5


def test_the_rate_is_the_ratio_of_errors() -> None:
    A = np.array([[3.0, 1.0], [1.0, 2.0]])
    for eta in (0.05, 0.3, 0.45):
        sizes = errors(A, eta, 60)
        rate = float(convergence_rate([[3, 1], [1, 2]], eta).result)
        assert sizes[-1] / sizes[-2] == pytest.approx(rate, rel=1e-4)


def test_scipy_finds_the_same_best_step() -> None:
    a = np.array([1.0, 2.5, 6.0])
    found = minimize(lambda eta: np.abs(1 - eta * a).max(), 0.2, method="Nelder-Mead", tol=1e-10)
    assert found.x[0] == pytest.approx(float(best_step([1, 2.5, 6]).result), rel=1e-7)
    assert found.fun == pytest.approx(float(convergence_rate([1, 2.5, 6]).result), rel=1e-7)


def test_momentum_beats_the_best_step_at_its_rate() -> None:
    eta, beta = map(float, best_momentum([1, 100]).result.args)
    A = np.diag([1.0, 100.0])
    sizes = errors(A, eta, 400, beta)
    rate = (sizes[-1] / sizes[199]) ** (1 / 200)
    assert rate == pytest.approx(np.sqrt(beta), rel=0.01)
    assert np.sqrt(beta) < float(convergence_rate([1, 100]).result)


def test_what_does_not_converge_is_refused() -> None:
    for A in ([1, -2], [[1, 2], [2, 1]], [0, 1]):
        with pytest.raises(NoRuleApplies):
            largest_step(A)
        with pytest.raises(NoRuleApplies):
            best_step(A)
    with pytest.raises(ValueError, match="symmetric"):
        largest_step([[1, 2], [3, 4]])
    with pytest.raises(ValueError, match="two curvatures"):
        best_momentum([1, 2, 3])


def test_latex() -> None:
    rows = best_step(["mu", "L"]).latex()
    assert r"\operatorname{best~step}\left(\left(\mu,\ L\right)\right)" in rows
    assert r"\frac{2}{L + \mu}" in rows
