"""Entropies, divergences and posteriors: matched with SciPy, and refuted where a little wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad
from sympy import E, Eq, Expr, ImmutableMatrix, S, Symbol, Tuple, log, simplify
from sympy import stats as s

from derive import (
    NoRuleApplies,
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
from derive.probability.distributions import law_of
from derive.probability.gaussian_divergence import GaussianDivergence, GaussianInformation
from derive.probability.information import CrossEntropy, RelativeEntropy
from derive.probability.law_divergence import LawCrossEntropy, LawDivergence
from lambdify_bridge import check

p, q, v, w = (Symbol(name, positive=True) for name in "pqvw")
COIN, OTHER = (p, 1 - p), (q, 1 - q)
X, K = Symbol("X", real=True), Symbol("K", integer=True)
WAITS = (X, law_of(s.Exponential("X", p))), law_of(s.Exponential("X", q))
TWO = ImmutableMatrix([[2, 1], [1, 3]])
COUNTS = (K, law_of(s.Poisson("K", p))), law_of(s.Poisson("K", q))
KL = p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))

# fmt: off
WRONG: list[tuple[Expr, Expr]] = [
    (RelativeEntropy(COIN, OTHER, E),                 KL.subs({p: q, q: p}, simultaneous=True)),
    (CrossEntropy(COIN, OTHER, E),                    -q * log(p) - (1 - q) * log(1 - p)),
    (CrossEntropy(COIN, OTHER, E),                    KL),
    (GaussianDivergence(1, v, 0, w),                  log(v / w) / 2 + (v + 1) / (2 * w) - S.Half),
    (GaussianDivergence(1, v, 0, w),                  log(w / v) / 2 + (w + 1) / (2 * v) - S.Half),
    (GaussianInformation(TWO, 1, E),                   log(S(6) / 5)),
    (LawDivergence(*WAITS, E),                        log(q / p) + p / q - 1),
    (LawDivergence(*COUNTS, E),                       p * log(p / q)),
    (LawCrossEntropy(*WAITS, E),                      -log(p) + q / p),
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


def test_what_two_copies_of_a_coin_share() -> None:
    d = mutual_information([["p", 0], [0, "1 - p"]])
    assert d.result == -p * log(p) - (1 - p) * log(1 - p)
    assert d.given == (1 - p > 0)
    assert d.check().verdict == "confirmed", d.report


def test_independent_letters_share_nothing() -> None:
    d = mutual_information([["p*q", "p*(1 - q)"], ["(1 - p)*q", "(1 - p)*(1 - q)"]])
    assert d.result == 0
    assert d.check().verdict == "confirmed", d.report


def test_logarithms_of_products_are_sums() -> None:
    d = shannon_entropy(["p^2", "2*p*(1 - p)", "(1 - p)^2"])
    assert not any(part.args[0].is_Pow or part.args[0].is_Mul for part in d.result.atoms(log))
    assert d.given == (1 - p > 0)
    assert d.check().verdict == "confirmed", d.report


def test_shared_information_of_letters() -> None:
    d = mutual_information([["a", "b"], ["c", "1 - a - b - c"]])
    assert d.check().verdict == "confirmed", d.report
    a, b, c = 0.5, 0.125, 0.25
    table = np.array([[a, b], [c, 1 - a - b - c]])
    outer = np.outer(table.sum(1), table.sum(0))
    expected = stats.entropy(table.ravel(), outer.ravel())
    assert d.to_numpy(["a", "b", "c"])(a, b, c) == pytest.approx(expected, abs=1e-12)


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


# fmt: off
DIVERGENCES: list[tuple[str, str, Any, Any]] = [
    ("Exponential(2)",   "Exponential(3)",   stats.expon(scale=1/2),     stats.expon(scale=1/3)),
    ("Poisson(2)",       "Poisson(3)",       stats.poisson(2),           stats.poisson(3)),
    ("Gamma(2, 1)",      "Gamma(3, 2)",      stats.gamma(2),             stats.gamma(3, scale=2)),
    ("Laplace(0, 1)",    "Laplace(1, 2)",    stats.laplace(0, 1),        stats.laplace(1, 2)),
    ("Normal(0, 1)",     "Laplace(0, 1)",    stats.norm(0, 1),           stats.laplace(0, 1)),
    ("Normal(1, 2)",     "Normal(0, 1)",     stats.norm(1, 2),           stats.norm(0, 1)),
    ("Geometric(1/3)",   "Geometric(1/2)",   stats.geom(1/3),            stats.geom(1/2)),
    ("Binomial(4, 1/3)", "Binomial(4, 1/2)", stats.binom(4, 1/3),        stats.binom(4, 1/2)),
    ("Bernoulli(1/3)",   "Bernoulli(1/2)",   stats.bernoulli(1/3),       stats.bernoulli(1/2)),
    ("Uniform(0, 1)",    "Uniform(-1, 3)",   stats.uniform(0, 1),        stats.uniform(-1, 4)),
    ("Exponential(1)",   "Normal(0, 1)",     stats.expon(),              stats.norm(0, 1)),
]
# fmt: on


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("first", "second", "one", "other"), DIVERGENCES, ids=lambda v: str(v)[:20]
)
def test_divergences_of_laws(first: str, second: str, one: Any, other: Any) -> None:
    d = kl_divergence(f"X ~ {first}", f"X ~ {second}")
    expected = _log_ratio(one, other)
    assert float(d.result) == pytest.approx(expected, rel=1e-7)
    assert d.check(far=False).verdict == "confirmed"
    if first.startswith(("Poisson", "Binomial")):  # E[log(K!)] has no closed form
        return
    crossed = cross_entropy(f"X ~ {first}", f"X ~ {second}").result
    assert float(crossed) == pytest.approx(expected + float(one.entropy()), rel=1e-6)


def _log_ratio(one: Any, other: Any) -> float:
    """The expected difference of the logarithms, by a sum or an integral where one has values."""
    low, high = one.ppf(1e-15), one.ppf(1 - 1e-15)
    if hasattr(one.dist, "logpmf") and not hasattr(one.dist, "logpdf"):
        k = np.arange(low, high + 1)
        return float(np.sum(one.pmf(k) * (one.logpmf(k) - other.logpmf(k))))
    breaks = sorted({p for p in (0, 1) if low < p < high})
    return quad(
        lambda x: one.pdf(x) * (one.logpdf(x) - other.logpdf(x)), low, high, points=breaks or None
    )[0]


def test_divergences_of_laws_in_letters() -> None:
    d = kl_divergence("X ~ Exponential(a)", "X ~ Exponential(b)")
    a, b = (Symbol(name, positive=True) for name in "ab")
    assert (d.result - (log(a / b) + b / a - 1)).expand(force=True).simplify() == 0
    with pytest.raises(NoRuleApplies, match="infinite"):
        kl_divergence("X ~ Uniform(0, 2)", "X ~ Uniform(0, 1)")
    with pytest.raises(NoRuleApplies, match="infinite"):
        kl_divergence("X ~ Poisson(1)", "X ~ Geometric(1/2)")
    with pytest.raises(NoRuleApplies, match="discrete"):
        kl_divergence("X ~ Poisson(1)", "X ~ Exponential(1)")


def test_information_of_normal_letters() -> None:
    V = "[[1, r], [r, 1]]"
    d = mutual_information(f"X, Y ~ MultivariateNormal([0, 0], {V})")
    (r,) = d.result.free_symbols
    assert simplify(d.result + log(1 - r**2) / 2).subs(r, S(1) / 3).evalf() == pytest.approx(0)
    assert d.check(far=False).verdict == "confirmed"
    with pytest.raises(ValueError, match="no normal law"):
        mutual_information("X ~ Normal(0, 1)")


def test_posterior_of_a_variance() -> None:
    """With a gamma prior of one over it the variance has an inverse gamma law again."""
    d = posterior_density("v**(-3)*exp(-2/v)", "v**(-3/2)*exp(-7/(2*v))", "v", (0, "oo"))
    (v,) = d.result.free_symbols
    law = stats.invgamma(7 / 2, scale=11 / 2)
    for place in (0.4, 1.5):
        assert float(d.result.subs(v, place)) == pytest.approx(law.pdf(place), rel=1e-12)
    assert d.check(far=False).verdict == "confirmed"
    assert conjugate_posterior("inverse-gamma-normal").check(far=False).verdict == "confirmed"
