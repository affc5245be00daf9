"""Moments, transforms, medians and entropies: against scipy.stats, and against wrong results."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from mpmath import mpf
from scipy import stats as known
from sympy import E, Eq, Expr, I, S, Symbol, exp, log, oo, pi, sqrt, stats

import derive
from derive import NoRuleApplies
from derive.engine import DOES_NOT_EXIST
from derive.probability.characteristics import EntropyOfLaw, Median, Mode
from derive.probability.distributions import law_of
from derive.probability.expectations import TotalProbability
from derive.probability.moments import Expectation, Variance
from lambdify_bridge import check, estimate
from lambdify_bridge.evaluate import Evaluator, Undecided

from .test_random_variables import GRID

WITHOUT = {"Cauchy": "no mean", "VonMises": "on a circle"}
NO_ENTROPY = ("Beta", "StudentT", "F", "Cauchy")
MEDIANS = ("Uniform", "Exponential", "Normal", "LogNormal", "Cauchy", "Laplace", "Logistic")
MEDIANS += ("Pareto", "Weibull", "StudentT")
X = Symbol("X", real=True)


def family(text: str) -> str:
    return text.split("(")[0]


def of(*families: str, other: bool = False) -> Any:
    rows = [row for row in GRID if (family(row[0]) in families) != other]
    return pytest.mark.parametrize(
        ("text", "of_scipy"), [row[:2] for row in rows], ids=[row[0] for row in rows]
    )


@of(other=True)
def test_the_total_probability_is_one(text: str, of_scipy: Any) -> None:
    assert derive.normalisation(f"X ~ {text}").result == 1


@pytest.mark.one_in(3)
@of(*WITHOUT, other=True)
def test_means_and_variances(text: str, of_scipy: Any) -> None:
    mean, variance = (f(f"X ~ {text}").result for f in (derive.expectation, derive.variance))
    assert float(mean) == pytest.approx(of_scipy.mean(), rel=1e-12, abs=1e-14)
    assert float(variance) == pytest.approx(of_scipy.var(), rel=1e-12)


@of(*WITHOUT, "F", "Logistic", other=True)
def test_third_moments(text: str, of_scipy: Any) -> None:
    found = derive.moment(f"X ~ {text}", 3).result
    assert float(found) == pytest.approx(of_scipy.moment(3), rel=1e-9, abs=1e-12)


@of(*NO_ENTROPY, other=True)
def test_entropies(text: str, of_scipy: Any) -> None:
    assert float(derive.entropy(f"X ~ {text}").result) == pytest.approx(
        float(of_scipy.entropy()), rel=1e-9
    )


@pytest.mark.one_in(3)
@of(*MEDIANS)
def test_medians(text: str, of_scipy: Any) -> None:
    assert float(derive.median(f"X ~ {text}").result) == pytest.approx(of_scipy.median(), rel=1e-12)


# fmt: off
IN_LETTERS: list[tuple[str, Any]] = [
    ("Bernoulli(p)",          "p*(1 - p)"),
    ("Binomial(n, p)",        "n*p*(1 - p)"),
    ("Geometric(p)",          "(1 - p)/p^2"),
    ("NegativeBinomial(r, p)", "r*(1 - p)/p^2"),
    ("Poisson(lamda)",        "lamda"),
    ("DiscreteUniform(a, b)", "((b - a + 1)^2 - 1)/12"),
    ("Uniform(a, b)",         "(b - a)^2/12"),
    ("Exponential(lamda)",    "1/lamda^2"),
    ("Gamma(k, theta)",       "k*theta^2"),
    ("Beta(a, b)",            "a*b/((a + b)^2*(a + b + 1))"),
    ("Normal(mu, sigma)",     "sigma^2"),
    ("LogNormal(mu, sigma)",  "(exp(sigma^2) - 1)*exp(2*mu + sigma^2)"),
    ("ChiSquared(k)",         "2*k"),
    ("F(m, n)",               "2*n^2*(m + n - 2)/(m*(n - 2)^2*(n - 4))"),
    ("Laplace(mu, b)",        "2*b^2"),
    ("Logistic(mu, s)",       "pi^2*s^2/3"),
    ("Pareto(xm, alpha)",     "alpha*xm^2/((alpha - 1)^2*(alpha - 2))"),
]
# fmt: on


@pytest.mark.one_in(5)
@pytest.mark.parametrize(("text", "variance"), IN_LETTERS, ids=[row[0] for row in IN_LETTERS])
def test_variances_in_letters(text: str, variance: str) -> None:
    found = derive.variance(f"X ~ {text}").result
    letters = {s.name: s for s in found.free_symbols}
    claim = derive.parse(variance)
    claim = claim.xreplace({s: letters[s.name] for s in claim.free_symbols})
    assert (found - claim).simplify() == 0


@pytest.mark.parametrize(
    ("g", "law", "of_scipy"),
    [("1/(1 + X)", "Poisson(2)", known.poisson(2)), ("1/(3 + X)", "Poisson(2)", known.poisson(2)),
     ("1/(1 + X)", "Binomial(5, 1/3)", known.binom(5, 1/3)),
     ("1/((1 + X)*(2 + X))", "Poisson(2)", known.poisson(2))],
)  # fmt: skip
def test_means_of_reciprocals(g: str, law: str, of_scipy: Any) -> None:
    d = derive.expectation(g, f"X ~ {law}")
    values = np.arange(60)
    weighed = derive.parse(g)
    seen = sum(float(weighed.subs("X", int(k))) * of_scipy.pmf(k) for k in values)
    assert float(d.result) == pytest.approx(seen, rel=1e-12)
    assert d.check().verdict == "confirmed"


@pytest.mark.parametrize("order", [2, 3, 4, 6])
def test_moments_of_a_logistic_letter(order: int) -> None:
    d = derive.moment("X ~ Logistic(1/2, 2)", order)
    assert float(d.result) == pytest.approx(known.logistic(0.5, 2).moment(order), rel=1e-8)
    assert d.check().verdict == "confirmed"


def test_waves_of_a_heavy_tail_are_never_without_a_mean() -> None:
    d = derive.expectation("cos(X - mu)", "X ~ Cauchy(mu, g)")
    assert d.result == exp(-Symbol("g", positive=True))
    assert d.check().verdict == "confirmed"


def test_two_narrow_densities_are_not_taken_for_nothing() -> None:
    s, t = (Symbol(name, positive=True) for name in "st")
    laws = [(Symbol(name, real=True), law_of(stats.Normal(name, S(1) / 100, scale)))
            for name, scale in (("X", s), ("Y", t))]  # fmt: skip
    product = Variance(laws[0][0] * laws[1][0], *laws)
    with pytest.raises(Undecided, match="not seen"):
        Evaluator({s: mpf("0.005"), t: mpf("0.006")})(product)


def test_densities_that_are_large_at_both_ends_are_checked() -> None:
    for call in (derive.characteristic_function, derive.entropy):
        assert call("X ~ Beta(1/2, 1/2)").check().verdict == "confirmed"


@pytest.mark.slow
def test_conditions_are_seen_on_both_sides() -> None:
    nu = Symbol("nu", positive=True)
    given = derive.variance("X ~ StudentT(nu)").given
    assert given.subs(nu, 3) == True
    assert given.subs(nu, 2) == False
    assert derive.variance("X ~ StudentT(3)").result == 3
    assert derive.variance("X ~ StudentT(2)").result == oo
    assert derive.expectation("X ~ StudentT(2)").result == 0
    assert derive.expectation("X ~ StudentT(1)").result == DOES_NOT_EXIST
    alpha = Symbol("alpha", positive=True)
    given = derive.expectation("X ~ Pareto(1, alpha)").given
    assert given.subs(alpha, 2) == True
    assert given.subs(alpha, 1) == False
    assert derive.expectation("X ~ Pareto(1, 1/2)").result == oo
    t, lamda = Symbol("t", real=True), Symbol("lamda", positive=True)
    given = derive.moment_generating_function("X ~ Exponential(lamda)").given
    assert given.subs({t: 1, lamda: 2}) == True
    assert given.subs({t: 3, lamda: 2}) == False


@pytest.mark.one_in(2)
@pytest.mark.parametrize("call", [derive.expectation, derive.variance])
def test_cauchy_has_neither(call: Any) -> None:
    d = call("X ~ Cauchy(x0, gamma)")
    assert d.result == DOES_NOT_EXIST
    assert d.check(far=False).verdict == "confirmed"


# fmt: off
TRANSFORMS: list[tuple[Any, str, Any]] = [
    (derive.moment_generating_function, "Normal(1, 2)",     lambda t: exp(t + 2*t**2)),
    (derive.moment_generating_function, "Poisson(3)",       lambda t: exp(3*(exp(t) - 1))),
    (derive.moment_generating_function, "Binomial(4, 1/3)", lambda t: (S(2)/3 + exp(t)/3)**4),
    (derive.moment_generating_function, "Gamma(3, 2)",      lambda t: (1 - 2*t)**-3),
    (derive.moment_generating_function, "Geometric(1/3)",
        lambda t: exp(t)/3/(1 - 2*exp(t)/3)),
    (derive.characteristic_function,    "Uniform(0, 2)",    lambda t: (exp(2*I*t) - 1)/(2*I*t)),
    (derive.characteristic_function,    "Poisson(3)",       lambda t: exp(3*(exp(I*t) - 1))),
]
# fmt: on


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("call", "text", "value"), TRANSFORMS, ids=[t[1] for t in TRANSFORMS])
def test_transforms(call: Any, text: str, value: Any) -> None:
    found = call(f"X ~ {text}").result
    t = Symbol("t", real=True)
    for place in (S(1) / 7, -S(2) / 5):
        there = complex(found.subs(t, place))
        assert there == pytest.approx(complex(value(place)), rel=1e-12)


NORMAL = (X, law_of(stats.Normal("X", 1, 2)))
GAMMA = (X, law_of(stats.Gamma("X", 3, 2)))
CAUCHY = (X, law_of(stats.Cauchy("X", 0, 1)))
STUDENT = (X, law_of(stats.StudentT("X", 2)))
# fmt: off
WRONG: list[tuple[Expr, Any]] = [
    (Expectation(X**2, NORMAL),     S(4)),
    (Expectation(X, GAMMA),         S(6) + S(1)/10**7),
    (Variance(X, GAMMA),            S(6)),
    (Expectation(exp(I*X), NORMAL), exp(I - 4)),
    (Expectation(X, CAUCHY),        S.Zero),
    (Expectation(X, NORMAL),        DOES_NOT_EXIST),
    (Variance(X, STUDENT),          S(2)),
    (TotalProbability(NORMAL),      S(99)/100),
    (Median(X, GAMMA),              S(16)/3),
    (Mode(X, GAMMA),                S(6)),
    (EntropyOfLaw(X, NORMAL),       log(2*pi*E)/2),
]
# fmt: on


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Expr, claim: Expr) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


def test_estimates_do_not_use_the_formulas() -> None:
    assert float(estimate(Expectation(sqrt(X), GAMMA))) == pytest.approx(
        known.gamma(3, scale=2).expect(lambda x: x**0.5), rel=1e-9
    )
    assert float(estimate(Median(X, GAMMA))) == pytest.approx(
        known.gamma(3, scale=2).median(), rel=1e-12
    )


# fmt: off
MODES: list[tuple[str, str]] = [
    ("Binomial(10, 1/3)", "3"), ("Poisson(7/2)", "3"), ("Geometric(1/4)", "1"),
    ("Normal(1, 2)", "1"),
    ("Gamma(3, 2)", "4"), ("Beta(3, 2)", "2/3"), ("Exponential(2)", "0"), ("Logistic(1, 2)", "1"),
]
# fmt: on


@pytest.mark.parametrize(("text", "value"), MODES, ids=[m[0] for m in MODES])
def test_modes(text: str, value: str) -> None:
    d = derive.mode(f"X ~ {text}")
    assert d.result == S(value)
    assert d.check(far=False).verdict == "confirmed", d.report


# fmt: off
CONFIRMED: list[tuple[Any, tuple[Any, ...], float]] = [
    (derive.entropy,       ("X ~ StudentT(3)",),                    known.t(3).entropy()),
    (derive.entropy,       ("X ~ StudentT(5)",),                    known.t(5).entropy()),
    (derive.entropy,       ("X ~ F(4, 6)",),                        known.f(4, 6).entropy()),
    (derive.entropy,       ("X ~ F(3, 5)",),                        known.f(3, 5).entropy()),
    (derive.kl_divergence, ("X ~ StudentT(3)", "X ~ Normal(0, 1)"),
        known.t(3).expect(lambda x: known.t(3).logpdf(x) - known.norm.logpdf(x))),
    (derive.expectation,   ("Abs(X - 1)", "X ~ Poisson(2)"),        1 + 2*np.exp(-2)),
    (derive.expectation,   ("Abs(X - 5/2)", "X ~ Geometric(1/3)"),
        known.geom(1/3).expect(lambda x: abs(x - 2.5), maxcount=2000)),
]
# fmt: on


@pytest.mark.parametrize(("call", "asked", "value"), CONFIRMED, ids=[str(c[1]) for c in CONFIRMED])
def test_is_confirmed_without_conditions(call: Any, asked: tuple[Any, ...], value: float) -> None:
    d = call(*asked)
    assert float(d.result) == pytest.approx(float(value), rel=1e-8)
    assert d.given == True
    assert d.check(far=False).verdict == "confirmed"


def test_the_information_of_a_place_has_no_sign_to_ask_for() -> None:
    assert derive.law_information("X ~ Cauchy(x0, gamma)", "x0").given == True


@pytest.mark.slow
def test_what_rises_far_out_and_falls_in_the_end_is_not_infinite() -> None:
    d = derive.expectation("X**3", "X ~ LogNormal(mu, sigma)")
    assert d.check().verdict == "confirmed"  # mu is 24 at one of the points


def test_a_mode_that_is_shared_is_not_named() -> None:
    with pytest.raises(NoRuleApplies):
        derive.mode("X ~ Poisson(3)")


def test_two_variables_are_independent() -> None:
    both = ("X ~ Normal(1, 2)", "Y ~ Poisson(3)")
    assert derive.expectation("X*Y + X", *both).result == 4
    assert derive.variance("2*X - 3*Y", *both).result == 43
    with pytest.raises(ValueError, match="same letter"):
        derive.expectation("X + Y", "X ~ Normal(1, 2)", "X ~ Poisson(3)")


@pytest.mark.parametrize("text", ["Poisson(lamda)", "Normal(mu, sigma)", "Uniform(a, b)"])
def test_every_step_is_confirmed(text: str) -> None:
    d = derive.variance(f"X ~ {text}")
    assert d.check(far=False).verdict == "confirmed", d.report
