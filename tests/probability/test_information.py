"""Entropies, divergences and posteriors: matched with SciPy, and refuted where a little wrong."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sympy import E, Eq, Expr, S, Symbol, Tuple, log, simplify

from derive import (
    bayes_table,
    conjugate_posterior,
    cross_entropy,
    gaussian_divergence,
    kl_divergence,
    mutual_information,
    posterior_density,
    shannon_entropy,
)
from derive.probability.bayes import Posterior
from derive.probability.gaussian_divergence import GaussianDivergence
from derive.probability.information import CrossEntropy, RelativeEntropy
from lambdify_bridge import check

p, q, v, w = (Symbol(name, positive=True) for name in "pqvw")
COIN, OTHER = (p, 1 - p), (q, 1 - q)
KL = p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))

# fmt: off
WRONG: list[tuple[Expr, Expr]] = [
    (RelativeEntropy(COIN, OTHER, E),                 KL.subs({p: q, q: p}, simultaneous=True)),
    (CrossEntropy(COIN, OTHER, E),                    -q * log(p) - (1 - q) * log(1 - p)),
    (CrossEntropy(COIN, OTHER, E),                    KL),
    (GaussianDivergence(1, v, 0, w),                  log(v / w) / 2 + (v + 1) / (2 * w) - S.Half),
    (GaussianDivergence(1, v, 0, w),                  log(w / v) / 2 + (w + 1) / (2 * v) - S.Half),
    (Posterior(COIN, (q, S.Half)),                    Tuple(q, 1 - q)),
]
# fmt: on


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Expr, claim: Expr) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


def test_scipy_agrees_on_tables() -> None:
    first, second = [0.1, 0.4, 0.5], [0.3, 0.3, 0.4]
    assert float(shannon_entropy(first).result) == pytest.approx(stats.entropy(first), abs=1e-12)
    ratio = float(kl_divergence(first, second, base=2).result)
    assert ratio == pytest.approx(stats.entropy(first, second, base=2), abs=1e-12)
    table = np.array([[0.5, 0.125], [0.125, 0.25]])
    outer = np.outer(table.sum(1), table.sum(0))
    shared = float(mutual_information(table.tolist()).result)
    assert shared == pytest.approx(stats.entropy(table.ravel(), outer.ravel()), abs=1e-12)


def test_cross_entropy_is_entropy_and_divergence() -> None:
    both = cross_entropy(["p", "1 - p"], ["q", "1 - q"], method="divergence")
    assert {step.rule for step in both.steps} >= {"entropy and divergence", "expected surprise"}
    assert simplify(both.result - cross_entropy(["p", "1 - p"], ["q", "1 - q"]).result) == 0


def test_divergence_of_gaussian_vectors_by_sampling() -> None:
    d = gaussian_divergence([1, 0], [[1, 0], [0, 2]], [0, 0], [[2, 1], [1, 2]])
    first = stats.multivariate_normal([1, 0], [[1, 0], [0, 2]])
    second = stats.multivariate_normal([0, 0], [[2, 1], [1, 2]])
    drawn = first.rvs(100_000, random_state=1)
    ratios = first.logpdf(drawn) - second.logpdf(drawn)
    assert ratios.mean() == pytest.approx(float(d.result), abs=5 * ratios.std() / 300)


def test_posteriors_are_those_of_scipy() -> None:
    found = posterior_density("t*exp(-2*t)", "t**5*exp(-3*t)", "t", (0, "oo")).to_numpy(["t"])
    assert found(1.3) == pytest.approx(stats.gamma(7, scale=1 / 5).pdf(1.3), rel=1e-12)
    bell = conjugate_posterior("normal-normal").to_numpy(["t", "a", "n", "w", "m", "v"])
    spread = 1 / (1 / 2 + 3 / 4)
    middle = spread * (1 / 2 + 3 * 5 / 4)
    expected = stats.norm(middle, np.sqrt(spread)).pdf(2.7)
    assert bell(2.7, 5.0, 3.0, 4.0, 1.0, 2.0) == pytest.approx(expected, rel=1e-12)


def test_the_rare_disease() -> None:
    d = bayes_table(["1/1000", "999/1000"], ["99/100", "5/100"])
    assert d.result[0] == S(99) / 5094
    assert d.check().verdict == "confirmed"


def test_mistakes_of_the_caller_are_named() -> None:
    with pytest.raises(ValueError, match="add up to 3/4"):
        shannon_entropy(["1/2", "1/4"])
    with pytest.raises(ValueError, match="positive definite"):
        gaussian_divergence([0, 0], [[1, 2], [2, 1]], [0, 0], [[1, 0], [0, 1]])
    with pytest.raises(ValueError, match="differ in length"):
        gaussian_divergence([0], [[1]], [0, 0], [[1, 0], [0, 1]])
