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
from derive.optimizers.best_steps import BestMomentum, BestRate, BestStep
from derive.optimizers.methods import Momentum, Nesterov
from derive.optimizers.rates import LargestStep, Rate
from lambdify_bridge import check

L, mu = Symbol("L", positive=True), Symbol("mu", positive=True)
MATRIX = [[4, 1, 0], [1, 3, 1], [0, 1, 2]]
TWO = ImmutableMatrix([[3, 1], [1, 2]])
R, Q = sqrt(3 * L + mu), 2 * sqrt(mu)

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
    (best_momentum([1, 4, 9]),              Tuple(Rational(1, 4), Rational(1, 4))),
    (best_momentum([1, 8], "nesterov"),     Tuple(Rational(4, 25), Rational(3, 7))),
    (best_momentum(["mu", "L"], "nesterov"),        Tuple(4 / (3 * L + mu), (R - Q) / (R + Q))),
    (largest_step([[3, 1], [1, 3]], "newton"),           S(2)),
    (largest_step([1, 4], "momentum", "1/2"),            Rational(3, 4)),
    (largest_step([1, 4], "nesterov", "1/2"),            Rational(3, 8)),
    (convergence_rate([1, 9], 0.1, "momentum", 0.5),     sqrt(2) / 2),
    (convergence_rate([1, 9], 0.1, "momentum", 0.1),     S.Half + sqrt(15) / 10),
    (convergence_rate([1, 9], 0.1, "nesterov", 0.5),     Rational(3, 4)),
    (convergence_rate([1, 9], 0.5, "newton"),            S.Half),
    (convergence_rate([1, 9], method="momentum"),        S.Half),
    (convergence_rate([1, 9], method="nesterov"),        1 - sqrt(7) / 7),
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
    (BestMomentum(Tuple(S(1), S(9)), Momentum()),        Tuple(Rational(1, 5), Rational(1, 4))),
    (BestMomentum(Tuple(S(1), S(9)), Momentum()),        Tuple(Rational(1, 4), Rational(1, 3))),
    (BestMomentum(Tuple(S(1), S(8)), Nesterov()),        Tuple(Rational(1, 8), Rational(3, 7))),
    (BestRate(Tuple(S(1), S(9)), Nesterov()),            Rational(2, 3)),
    (Rate(TWO, Rational(1, 10), Momentum(S.Half)),       S.Half),
    (LargestStep(TWO, Momentum(S.Half)),                 2 * (1 - sqrt(5) / 5)),
    (LargestStep(TWO, Nesterov(S.Half)),                 2 * (1 - sqrt(5) / 5)),
]
# fmt: on


def ids(case: Any) -> str:
    return str(getattr(case, "problem", case))


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("d", "value"), FOUND, ids=ids)
def test_found(d: Any, value: Expr) -> None:
    assert d.result == value
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Expr, claim: Expr) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "book"),
    [("momentum", lambda L, beta: 2 * (1 + beta) / L),
     ("nesterov", lambda L, beta: 2 * (1 + beta) / ((1 + 2 * beta) * L))],
)  # fmt: skip
def test_the_largest_step_with_momentum_in_letters(method: str, book: Any) -> None:
    d = largest_step(["L"], method)
    beta = Symbol("beta", positive=True)
    assert (d.result - book(L, beta)).simplify() == 0
    assert d.given == (beta < 1)
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.slow
def test_the_best_momentum_in_letters() -> None:
    d = best_momentum(["mu", "L"])
    eta, beta = d.result.args
    assert (eta - 4 / (sqrt(L) + sqrt(mu)) ** 2).simplify() == 0
    kappa = Symbol("kappa", positive=True)
    book = ((sqrt(kappa) - 1) / (sqrt(kappa) + 1)) ** 2
    assert (beta.subs(L, kappa * mu) - book).simplify() == 0
    assert d.check().verdict == "confirmed", d.report


def errors(
    A: np.ndarray, eta: float, steps: int, beta: float = 0.0, method: str = "momentum"
) -> np.ndarray:
    """The size of the error after each step."""
    now = before = np.ones(len(A))
    sizes = []
    for _ in range(steps):
        ahead = now + beta * (now - before)
        place = ahead if method == "nesterov" else now
        now, before = ahead - eta * A @ place, now
        sizes.append(np.linalg.norm(now))
    return np.array(sizes)


@pytest.mark.parametrize(
    ("method", "beta"),
    [("gradient descent", None), ("momentum", 0.7), ("nesterov", 0.7), ("nesterov", 0.3)],
)
def test_steps_inside_of_the_range_converge_and_steps_outside_do_not(
    method: str, beta: float | None
) -> None:
    A = np.array(MATRIX, dtype=float)
    end = float(largest_step(np.linalg.eigvalsh(A).tolist(), method, beta).result)
    size = lambda eta, steps: errors(A, eta, steps, beta or 0.0, method)[-1]
    assert size(0.001 * end, 40000) < 1e-5
    assert size(0.999 * end, 20000) < 1e-5
    assert size(1.001 * end, 20000) > 1e5
    assert size(-0.001 * end, 20000) > 1e5


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


@pytest.mark.parametrize("method", ["momentum", "nesterov"])
def test_momentum_beats_the_best_step_at_its_rate(method: str) -> None:
    eta, beta = map(float, best_momentum([1, 100], method).result.args)
    sizes = errors(np.diag([1.0, 100.0]), eta, 400, beta, method)
    rate = float(convergence_rate([1, 100], method=method).result)
    assert (sizes[-1] / sizes[199]) ** (1 / 200) == pytest.approx(rate, rel=0.01)
    assert rate < float(convergence_rate([1, 100]).result)


@pytest.mark.parametrize("method", ["momentum", "nesterov"])
def test_scipy_finds_the_same_best_momentum(method: str) -> None:
    def rate(point: np.ndarray) -> float:
        eta, beta = point
        steps = []
        for a in (1.0, 3.0, 8.0):
            ahead = 1 - eta * a
            first = [1 + beta - eta * a, -beta]
            row = first if method == "momentum" else [(1 + beta) * ahead, -beta * ahead]
            steps.append(np.array([row, [1.0, 0.0]]))
        return max(np.abs(np.linalg.eigvals(step)).max() for step in steps)

    claimed = np.array([float(part) for part in best_momentum([1, 3, 8], method).result.args])
    found = minimize(rate, claimed * 1.1, method="Nelder-Mead", options={"xatol": 1e-9})
    assert rate(claimed) <= found.fun + 1e-7


def test_what_does_not_converge_is_refused() -> None:
    for A in ([1, -2], [[1, 2], [2, 1]], [0, 1]):
        with pytest.raises(NoRuleApplies):
            largest_step(A)
        with pytest.raises(NoRuleApplies):
            best_step(A)
    with pytest.raises(ValueError, match="symmetric"):
        largest_step([[1, 2], [3, 4]])
    for refused, why in (
        (lambda: best_momentum(["a", "b", "c"]), "least and the largest"),
        (lambda: best_momentum([1, 2], "newton"), "no momentum"),
        (lambda: largest_step([1, 2], "adam"), "not linear"),
        (lambda: largest_step([1, 2], "momentun"), "no method for a quadratic"),
        (lambda: largest_step([1, 2], "momentum", 1.5), "between 0 and 1"),
        (lambda: largest_step([1, 2], beta=0.5), "has no momentum"),
        (lambda: convergence_rate([1, 2], method="newton"), "one step"),
    ):
        with pytest.raises(ValueError, match=why):
            refused()


def test_latex() -> None:
    rows = best_step(["mu", "L"]).latex()
    assert r"\operatorname{best~step}\left(\left(\mu,\ L\right)\right)" in rows
    assert r"\frac{2}{L + \mu}" in rows
