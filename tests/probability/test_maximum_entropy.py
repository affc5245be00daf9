"""Laws of the largest entropy, and that no other law with the same constraint has a larger one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import integrate
from scipy import stats as known
from sympy import Eq, S, Symbol, exp, lambdify, log, oo

from derive import NoRuleApplies, maximum_entropy_density, maximum_entropy_table
from derive.probability.maximum_entropy import MaximumEntropyDensity
from lambdify_bridge import check

# fmt: off
KNOWN: list[tuple[tuple[Any, ...], Any, tuple[float, ...]]] = [
    ((("2", "5"),),                          known.uniform(2, 3),   (2.5, 4)),
    (((0, "oo"), "x", "3"),                  known.expon(scale=3),  (0.5, 4)),
    ((("-oo", "oo"), "(x - 1)**2", "4"),     known.norm(1, 2),      (-2, 1.5)),
    (((1, "oo"), "log(x)", "1/2"),           known.pareto(2),       (1.5, 4)),
    ((("-oo", "oo"), "Abs(x)", "2"),         known.laplace(0, 2),   (-2, 1.5)),
]
# fmt: on


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("asked", "of_scipy", "places"), KNOWN, ids=lambda v: str(v)[:30])
def test_densities(asked: tuple[Any, ...], of_scipy: Any, places: tuple[float, ...]) -> None:
    d = maximum_entropy_density(*asked)
    for place in places:
        value = d.result.subs({s: S(str(place)) for s in d.result.free_symbols})
        assert float(value) == pytest.approx(float(of_scipy.pdf(place)), rel=1e-12)


def test_letters_and_steps() -> None:
    d = maximum_entropy_density((0, "oo"), "x", "m")
    x, m = Symbol("x", positive=True), Symbol("m", positive=True)
    assert d.result == exp(-x / m) / m
    assert "stationary Lagrangian" in {step.rule for step in d.steps}
    assert d.check().verdict == "confirmed"


def test_a_mean_of_the_logarithm_gives_a_power() -> None:
    d = maximum_entropy_density((1, "oo"), "log(x)", "m")
    x, m = Symbol("x", positive=True), Symbol("m", positive=True)
    assert d.result == x ** (-1 - 1 / m) / m
    assert d.check().verdict == "confirmed"
    wrong = Eq(MaximumEntropyDensity(log(x), S(1) / 2, x, 1, oo), 2 * x ** S("-3.01"))
    assert check(wrong).verdict == "refuted"


def test_no_other_law_of_the_same_mean_has_a_larger_entropy() -> None:
    d = maximum_entropy_density((0, "oo"), "x", "1")
    (x,) = d.result.free_symbols
    p = lambdify(x, d.result)
    largest = integrate.quad(lambda v: -p(v) * np.log(p(v)), 0, 60)[0]
    for other in (
        known.gamma(2, scale=1 / 2),
        known.uniform(0, 2),
        known.gamma(0.7, scale=1 / 0.7),
    ):
        assert other.entropy() < largest


def test_probabilities_of_values() -> None:
    assert maximum_entropy_table([1, 2, 3]).result == (S(1) / 3,) * 3
    assert maximum_entropy_table([1, 2, 3, 4]).check().verdict == "confirmed"
    p = np.array([float(v) for v in maximum_entropy_table([0, 1, 2], "3/2").result])
    assert p @ [0, 1, 2] == pytest.approx(1.5)
    assert p[0] * p[2] == pytest.approx(p[1] ** 2)  # of Gibbs
    assert maximum_entropy_table([0, 1], "m").check().verdict == "confirmed"


def test_a_mistake_is_refuted() -> None:
    x = Symbol("x", positive=True)
    goal = MaximumEntropyDensity(x, S(2), x, S.Zero, S.Infinity)
    assert check(Eq(goal, 2 * exp(-2 * x), evaluate=False)).verdict == "refuted"


def test_refused() -> None:
    for over in ((5, 2), (2, 2), (0, 1, 2)):
        with pytest.raises(ValueError, match="interval"):
            maximum_entropy_density(over)
    with pytest.raises(NoRuleApplies):
        maximum_entropy_density((0, "oo"))  # there is none
    with pytest.raises(ValueError, match="no constraint"):
        maximum_entropy_density((0, "oo"), "3", "m")
    with pytest.raises(ValueError, match="no probabilities"):
        maximum_entropy_table([0, 1], 2)


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("over", "mean"), [((0, 1), "1/3"), ((-1, 1), "1/4"), ((0, 2), "3/2")])
def test_neighbours_on_an_interval_with_the_same_mean_have_less_entropy(
    over: tuple[int, int], mean: str
) -> None:
    d = maximum_entropy_density(over, "x", mean)
    assert d.given == True
    places, weights = np.polynomial.legendre.leggauss(60)
    places = over[0] + (over[1] - over[0]) * (places + 1) / 2
    weights = weights * (over[1] - over[0]) / 2
    p = d.to_numpy(["x"])(places)
    assert weights @ p == pytest.approx(1, rel=1e-12)
    assert weights @ (p * places) == pytest.approx(float(S(mean)), rel=1e-12)

    def entropy(q: np.ndarray) -> float:
        return float(-(weights @ (q * np.log(q))))

    rows = np.array([np.ones_like(places), places]) * weights
    for seed in range(4):
        step = np.random.default_rng(seed).normal(size=4) @ [places**k for k in range(2, 6)]
        step -= rows.T @ np.linalg.solve(rows @ rows.T, rows @ step)  # keeps both constraints
        step *= 0.1 * p.min() / np.abs(step).max()
        assert entropy(p + step) < entropy(p)
        assert entropy(p - step) < entropy(p)


def test_the_uniform_law_has_the_mean_of_its_middle() -> None:
    d = maximum_entropy_density((0, 4), "x", 2)
    assert d.result == S(1) / 4
    assert next(step.rule for step in d.steps) == "the constraint holds by itself"


def test_the_die_of_jaynes() -> None:
    """E. T. Jaynes, Where do we stand on maximum entropy (1978): a die with the mean 4.5."""
    found = maximum_entropy_table([1, 2, 3, 4, 5, 6], "9/2")
    seen = [0.05435, 0.07877, 0.11416, 0.16545, 0.23977, 0.34749]
    np.testing.assert_allclose([float(p) for p in found.result], seen, atol=6e-6)
    assert found.check().verdict == "confirmed"


def test_three_values_in_letters() -> None:
    found = maximum_entropy_table([0, 1, 2], "m")
    (m,) = {s for p in found.result for s in p.free_symbols}
    at = [float(p.subs(m, S(1) / 2)) for p in found.result]
    np.testing.assert_allclose(
        at, [float(p) for p in maximum_entropy_table([0, 1, 2], "1/2").result], rtol=1e-12
    )
