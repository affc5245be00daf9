"""Laws of the largest entropy, and that no other law with the same constraint has a larger one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import integrate
from scipy import stats as known
from sympy import Eq, S, Symbol, exp, lambdify

from derive import NoRuleApplies, maximum_entropy_density, maximum_entropy_table
from derive.probability.maximum_entropy import MaximumEntropyDensity
from lambdify_bridge import check

# fmt: off
KNOWN: list[tuple[tuple[Any, ...], Any, tuple[float, ...]]] = [
    ((("2", "5"),),                          known.uniform(2, 3),   (2.5, 4)),
    (((0, "oo"), "x", "3"),                  known.expon(scale=3),  (0.5, 4)),
    ((("-oo", "oo"), "(x - 1)**2", "4"),     known.norm(1, 2),      (-2, 1.5)),
    ((("-oo", "oo"), "Abs(x)", "2"),         known.laplace(0, 2),   (-2, 1.5)),
]
# fmt: on


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
