"""Densities of sums by convolution, against the laws that the sums are known to have."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from scipy import stats as known
from sympy import Eq, Rational, S, Symbol, exp, stats

from derive import density_of_product, density_of_ratio, density_of_sum
from derive.probability.distributions import law_of
from derive.probability.sums_of_variables import DensityOfSum
from lambdify_bridge import check

# fmt: off
SUMS: list[tuple[str, str, Any, tuple[int, ...]]] = [
    ("Exponential(2)", "Exponential(2)", known.gamma(2, scale=0.5).pdf, (1, 3)),
    ("Gamma(2, 1)",    "Gamma(3, 1)",    known.gamma(5).pdf,            (1, 4)),
    ("Gamma(1/2, 3)",  "Gamma(5/3, 3)",  known.gamma(13/6, scale=3).pdf, (1, 4)),
    ("ChiSquared(3)",  "ChiSquared(4)",  known.chi2(7).pdf,             (1, 4)),
    ("Normal(1, 3)",   "Normal(2, 4)",   known.norm(3, 5).pdf,          (-2, 4)),
    ("Poisson(2)",     "Poisson(3)",     known.poisson(5).pmf,          (0, 6)),
    ("Binomial(3, 1/3)", "Binomial(4, 1/3)", known.binom(7, 1/3).pmf, (0, 3, 7, 8)),
    ("Binomial(3, 1/2)", "Bernoulli(1/2)", known.binom(4, 1/2).pmf, (0, 3, 4, 5)),
    ("Bernoulli(1/4)", "Bernoulli(1/4)", known.binom(2, 1/4).pmf,   (0, 1, 2, 3)),
    ("Geometric(1/4)", "Geometric(1/4)", known.nbinom(2, 1/4, loc=2).pmf, (2, 3, 6)),
    ("NegativeBinomial(2, 1/4)", "NegativeBinomial(5/2, 1/4)", known.nbinom(4.5, 1/4).pmf, (0, 4)),
    ("Uniform(0, 2)",  "Uniform(0, 2)",  known.triang(0.5, scale=4).pdf, (1, 3, 5)),
    ("Uniform(0, 2)",  "Uniform(1, 4)",  known.trapezoid(0.4, 0.6, 1, 5).pdf, (0, 2, 5, 7)),
    ("Uniform(-1, 0)", "Uniform(0, 1)",  known.triang(0.5, -1, 2).pdf,  (-2, 0, 3)),
]
# fmt: on


@pytest.mark.parametrize(("first", "second", "density", "places"), SUMS, ids=lambda v: str(v)[:20])
def test_sums(first: str, second: str, density: Any, places: tuple[int, ...]) -> None:
    found = density_of_sum(f"X ~ {first}", f"Y ~ {second}").result
    (z,) = found.free_symbols
    for place in places:
        assert float(found.subs(z, place)) == pytest.approx(float(density(place)), rel=1e-12)


def test_two_dice() -> None:
    d = density_of_sum("X ~ DiscreteUniform(1, 6)", "Y ~ DiscreteUniform(1, 6)")
    (z,) = d.result.free_symbols
    thrown = Counter(i + j for i in range(1, 7) for j in range(1, 7))
    assert all(d.result.subs(z, k) == Rational(thrown[k], 36) for k in range(15))
    assert d.check().verdict == "confirmed"


@pytest.mark.parametrize(
    "laws",
    [("Binomial(n, p)", "Binomial(m, p)"), ("Bernoulli(p)", "Bernoulli(q)"),
     ("Bernoulli(p)", "Normal(0, 1)"), ("Binomial(n, p)", "Bernoulli(q)"),
     ("NegativeBinomial(r, p)", "NegativeBinomial(s, p)"),
     ("DiscreteUniform(1, n)", "DiscreteUniform(1, 4)")],
    ids=str,
)  # fmt: skip
def test_sums_of_counts_in_letters(laws: tuple[str, str]) -> None:
    d = density_of_sum(f"X ~ {laws[0]}", f"Y ~ {laws[1]}")
    assert d.check().verdict == "confirmed"


def test_a_sum_of_gammas_in_letters() -> None:
    d = density_of_sum("X ~ Gamma(a, t)", "Y ~ Gamma(b, t)")
    at = {"a": 1.3, "b": 2.5, "t": 0.7, "z": 1.9}
    found = float(d.result.subs({s: at[s.name] for s in d.result.free_symbols}))
    assert found == pytest.approx(known.gamma(3.8, scale=0.7).pdf(1.9), rel=1e-12)
    assert d.check(far=False).verdict == "confirmed"


@pytest.mark.parametrize("a", [0.4, 1, 2.5])
def test_a_sum_of_uniform_numbers_in_letters(a: float) -> None:
    d = density_of_sum("X ~ Uniform(0, 1)", "Y ~ Uniform(0, a)")
    trapezoid = known.trapezoid(min(1, a) / (1 + a), max(1, a) / (1 + a), 0, 1 + a)
    for z in (0.2, 0.7, 1.2, 2.2, 3.7):
        found = d.result.subs({s: {"a": a, "z": z}[s.name] for s in d.result.free_symbols})
        assert float(found) == pytest.approx(trapezoid.pdf(z), rel=1e-12)
    assert d.check().verdict == "confirmed"


@pytest.mark.parametrize(
    ("density", "of"),
    [(density_of_ratio, np.divide), (density_of_product, np.multiply), (density_of_sum, np.add)],
)
def test_of_drawn_uniform_numbers_as_many_lie_below(density: Any, of: Any) -> None:
    d = density("X ~ Uniform(0, 1)", "Y ~ Uniform(0, 2)")
    assert d.check(far=False).verdict == "confirmed"
    drawn = of(*np.random.default_rng(5).random((2, 200_000)) * [[1], [2]])
    f = d.to_numpy(["z"])
    for low, high in ((0.1, 0.6), (0.6, 1.7)):
        z = np.linspace(low, high, 4001)
        seen = np.mean((low < drawn) & (drawn < high))
        assert np.trapezoid(f(z), z) == pytest.approx(seen, abs=6e-3)


def test_a_mistake_is_refuted() -> None:
    z = Symbol("z", positive=True)
    X, Y = ((Symbol(name, real=True), law_of(stats.Exponential(name, 2))) for name in "XY")
    claim = Eq(DensityOfSum(z, X, Y), S(4) * exp(-2 * z), evaluate=False)
    assert check(claim).verdict == "refuted"
