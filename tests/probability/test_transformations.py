"""Densities of functions of random variables, against the laws that these are known to have."""

from __future__ import annotations

from typing import Any

import pytest
from scipy import stats as known
from sympy import Eq, S, Symbol, exp, stats

from derive import NoRuleApplies, density_of_function
from derive.probability.branches import branches
from derive.probability.distributions import law_of
from derive.probability.transformations import TransformedDensity
from lambdify_bridge import check

# fmt: off
KNOWN: list[tuple[str, str, Any, tuple[float, ...]]] = [
    ("exp(X)",        "Normal(1, 2)",          known.lognorm(2, scale=2.718281828459045), (0.5, 4)),
    ("3 - 2*X",       "Normal(1, 2)",          known.norm(1, 4),           (-3, 2)),
    ("X**2",          "Normal(0, 1)",          known.chi2(1),              (0.3, 5)),
    ("Abs(X)",        "Normal(0, 2)",          known.halfnorm(0, 2),       (0.3, 5)),
    ("-log(X)/2",     "Uniform(0, 1)",         known.expon(scale=0.5),     (0.1, 2)),
    ("1/X",           "Gamma(3, 2)",           known.invgamma(3, scale=0.5), (0.1, 2)),
    ("1/X",           "Cauchy(0, 1)",          known.cauchy(),             (-2, 0.3)),
    ("tan(X)",        "Uniform(-pi/2, pi/2)",  known.cauchy(),             (-2, 0.3)),
    ("sin(X)",        "Uniform(0, 2*pi)",      known.arcsine(-1, 2),       (-0.5, 0.8)),
    ("cos(X)",        "Uniform(0, pi)",        known.arcsine(-1, 2),       (-0.5, 0.8)),
    ("X/(1 - X)",     "Beta(2, 3)",            known.betaprime(2, 3),      (0.4, 2)),
    ("X**(1/3)",      "Exponential(1)",        known.weibull_min(3),       (0.4, 1.2)),
    ("sqrt(X)",       "Exponential(1/2)",      known.rayleigh(),           (0.4, 2)),
    ("log(X/2)",      "Pareto(2, 3)",          known.expon(scale=1/3),     (0.4, 2)),
    ("log(X/(1-X))",  "Uniform(0, 1)",         known.logistic(),           (-1, 2)),
    ("X**2",          "StudentT(5)",           known.f(1, 5),              (0.4, 2)),
    ("X**2",          "Uniform(-1, 2)",        None,                       (0.25, 2)),
]
PIECES = {0.25: 1 / (3 * 0.5), 2: 1 / (6 * 2**0.5)}
# fmt: on


@pytest.mark.parametrize(("g", "law", "of_scipy", "places"), KNOWN, ids=lambda v: str(v)[:20])
def test_densities(g: str, law: str, of_scipy: Any, places: tuple[float, ...]) -> None:
    found = density_of_function(g, f"X ~ {law}").result
    (y,) = found.free_symbols
    for place in places:
        right = of_scipy.pdf(place) if of_scipy else PIECES[place]
        assert float(found.subs(y, S(str(place)))) == pytest.approx(float(right), rel=1e-12)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("g", ["X**2", "X**3", "Abs(X - 1)", "exp(X)", "a*X + b"])
def test_each_step_is_true(g: str) -> None:
    assert density_of_function(g, "X ~ Laplace(0, 1)").check().verdict == "confirmed"


def test_conditions_and_range_are_named() -> None:
    d = density_of_function("a*X + b", "X ~ Exponential(lamda)")
    a, b = (Symbol(name, real=True) for name in "ab")
    y = next(s for s in d.result.free_symbols if s.name == "y")
    assert d.given == (a > 0) & (y > b)


def test_a_mistake_is_refuted() -> None:
    X, y = Symbol("X", real=True), Symbol("y", positive=True)
    goal = TransformedDensity(X**2, y, (X, law_of(stats.Exponential("X", 1))))
    without_the_slope = Eq(goal, exp(-(y**S.Half)), evaluate=False)
    assert check(without_the_slope).verdict == "refuted"


@pytest.mark.parametrize(
    ("g", "law"),
    [("X + exp(X)", "Normal(0, 1)"), ("log(X)", "Normal(0, 1)"), ("X**2", "Poisson(3)")],
)
def test_refused_where_no_way_back_is_known(g: str, law: str) -> None:
    with pytest.raises(NoRuleApplies, match="no way back"):
        density_of_function(g, f"X ~ {law}")


def test_branches_cover_the_domain() -> None:
    x, y = Symbol("x"), Symbol("y")
    found = branches(x**2, x, S(-1), S(2), y)
    assert found is not None
    assert [(b.low, b.high) for b in found] == [(0, 1), (0, 4)]
    assert branches(x**2, x, Symbol("a"), Symbol("b"), y) is None
