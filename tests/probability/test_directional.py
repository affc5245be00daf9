"""Circular means and variances: against draws of scipy.stats, and where there is no direction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats as known
from sympy import Eq, S, Symbol, cos, exp, pi, sin, stats

from derive import circular_mean, circular_variance, expectation
from derive.engine import DOES_NOT_EXIST
from derive.probability.directional import CircularMean, CircularVariance
from lambdify_bridge import check

# fmt: off
LAWS: list[tuple[str, Any]] = [
    ("VonMises(1, 2)",     known.vonmises(2, loc=1)),
    ("VonMises(5, 1/2)",   known.vonmises(0.5, loc=5)),
    ("Normal(2, 1/2)",     known.norm(2, 0.5)),
    ("Normal(-1, 1)",      known.norm(-1, 1)),
    ("Uniform(0, 1)",      known.uniform(0, 1)),
    ("Uniform(-1, 0)",     known.uniform(-1, 1)),
    ("Laplace(3, 1/3)",    known.laplace(3, 1/3)),
]
# fmt: on


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("law", "of_scipy"), LAWS, ids=[row[0] for row in LAWS])
def test_as_draws_of_scipy(law: str, of_scipy: Any) -> None:
    drawn = of_scipy.rvs(200_000, random_state=np.random.default_rng(7))
    spread = circular_variance(f"X ~ {law}")
    assert abs(float(spread.result) - known.circvar(drawn)) < 5e-3
    assert spread.check().verdict == "confirmed"
    mean = circular_mean(f"X ~ {law}")
    assert abs(float(mean.result) - known.circmean(drawn)) < 2e-2
    assert mean.check().verdict == "confirmed"


def test_letters() -> None:
    mu, sigma = Symbol("mu", real=True), Symbol("sigma", positive=True)
    wrapped = circular_mean("X ~ Normal(mu, sigma)")
    assert wrapped.result == mu
    assert wrapped.given == (mu >= 0) & (mu < 2 * pi)
    assert circular_variance("X ~ Normal(mu, sigma)").result == 1 - exp(-(sigma**2) / 2)
    assert circular_variance("X ~ Exponential(sigma)").check().verdict == "confirmed"


def test_all_directions_alike() -> None:
    assert circular_mean("X ~ Uniform(0, 2*pi)").result == DOES_NOT_EXIST
    assert circular_variance("X ~ Uniform(0, 2*pi)").result == 1


def test_a_wrong_one_is_refuted() -> None:
    angle = (Symbol("X", real=True), stats.VonMises("X", 1, 2).pspace.distribution)
    for operator, wrong in ((CircularMean, S("1.01")), (CircularVariance, S("0.31"))):
        assert check(Eq(operator(angle[0], angle), wrong, evaluate=False)).verdict == "refuted"


def test_waves_of_a_normal_letter() -> None:
    t, mu, sigma = Symbol("t"), Symbol("mu"), Symbol("sigma")
    for g, wave in (("cos(t*X)", cos), ("sin(t*X)", sin)):
        d = expectation(g, "X ~ Normal(mu, sigma)")
        plain = d.result.xreplace({s: Symbol(s.name) for s in d.result.free_symbols})
        assert plain == exp(-(sigma**2) * t**2 / 2) * wave(mu * t)
        assert d.check().verdict == "confirmed"
