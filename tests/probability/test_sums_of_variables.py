"""Densities of sums by convolution, against the laws that the sums are known to have."""

from __future__ import annotations

from typing import Any

import pytest
from scipy import stats as known
from sympy import Eq, S, Symbol, exp, stats

from derive import density_of_sum
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
]
# fmt: on


@pytest.mark.parametrize(("first", "second", "density", "places"), SUMS, ids=lambda v: str(v)[:20])
def test_sums(first: str, second: str, density: Any, places: tuple[int, ...]) -> None:
    found = density_of_sum(f"X ~ {first}", f"Y ~ {second}").result
    (z,) = found.free_symbols
    for place in places:
        assert float(found.subs(z, place)) == pytest.approx(float(density(place)), rel=1e-12)


def test_a_sum_of_gammas_in_letters() -> None:
    d = density_of_sum("X ~ Gamma(a, t)", "Y ~ Gamma(b, t)")
    at = {"a": 1.3, "b": 2.5, "t": 0.7, "z": 1.9}
    found = float(d.result.subs({s: at[s.name] for s in d.result.free_symbols}))
    assert found == pytest.approx(known.gamma(3.8, scale=0.7).pdf(1.9), rel=1e-12)
    assert d.check(far=False).verdict == "confirmed"


def test_a_mistake_is_refuted() -> None:
    z = Symbol("z", positive=True)
    X, Y = ((Symbol(name, real=True), law_of(stats.Exponential(name, 2))) for name in "XY")
    claim = Eq(DensityOfSum(z, X, Y), S(4) * exp(-2 * z), evaluate=False)
    assert check(claim).verdict == "refuted"
