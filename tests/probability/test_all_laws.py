"""What is derived of every law, in letters: against scipy.stats on a grid of its parameters.

A cell of the table says: d derived, o infinite or without a value, - refused.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy import integrate, optimize
from scipy import stats as known
from sympy import Eq, Rational, Sum, Symbol, exp, lambdify, log, oo, pi

import derive
from derive import NoRuleApplies, TimeExceeded
from derive.calculus.intervals import IsolatedRoot
from derive.engine import DOES_NOT_EXIST
from derive.probability.median_roots import SideOfHalf
from derive.probability.medians import Median
from derive.probability.random_variables import random_variable
from lambdify_bridge import check
from lambdify_bridge.taylor_enclosure import ends, integral_up_to

ASKED = (
    "normalisation", "expectation", "variance", "moment_generating_function",
    "characteristic_function", "mode", "median", "entropy", "law_information",
)  # fmt: skip
Point = dict[str, float]
T = 0.11


class OnATurn(known.rv_continuous):
    """The von Mises law between 0 and 2*pi; that of scipy is between -pi and pi."""

    def _pdf(self, x: Any, mu: Any, k: Any) -> Any:
        return known.vonmises.pdf(x, k, loc=mu)


# ruff: noqa: E501
# fmt: off
# In the order of `ASKED`; the law of scipy.stats by the parameters; where; the one with information.
LAWS: list[tuple[str, str, Any, list[Point], str]] = [
    ("Bernoulli(p)",           "ddddddddd", lambda p: known.bernoulli(p),        [{"p": .3}, {"p": .8}], "p"),
    ("Binomial(n, p)",         "dddddd-dd", lambda n, p: known.binom(n, p),      [{"n": 7, "p": .3}, {"n": 4, "p": .9}], "p"),
    ("Categorical([1/6, 1/2, 1/3])", "dddddddd ", lambda: known.rv_discrete(values=([0, 1, 2], [1/6, 1/2, 1/3])), [{}], ""),
    ("Geometric(p)",           "ddddddddd", lambda p: known.geom(p),             [{"p": .3}, {"p": .45}], "p"),
    ("NegativeBinomial(r, p)", "dddddd-dd", lambda r, p: known.nbinom(r, p),     [{"r": 2.5, "p": .3}, {"r": 4.2, "p": .6}], "p"),
    ("Poisson(lamda)",         "dddddd-dd", lambda lamda: known.poisson(lamda),  [{"lamda": 2.3}, {"lamda": .7}], "lamda"),
    ("DiscreteUniform(a, b)",  "ddddd-dd ", lambda a, b: known.randint(a, b + 1), [{"a": -2, "b": 4}, {"a": 1, "b": 2}], ""),
    ("Uniform(a, b)",          "ddddd-dd ", lambda a, b: known.uniform(a, b - a), [{"a": -2, "b": 4}, {"a": 1, "b": 2}], ""),
    ("Exponential(lamda)",     "ddddddddd", lambda lamda: known.expon(scale=1/lamda), [{"lamda": 2.3}, {"lamda": .7}], "lamda"),
    ("Gamma(k, theta)",        "dddddd-dd", lambda k, theta: known.gamma(k, scale=theta), [{"k": 2.3, "theta": 3}, {"k": 5, "theta": .7}], "theta"),
    ("Beta(a, b)",             "dddddd-dd", lambda a, b: known.beta(a, b),       [{"a": 2.3, "b": 3}, {"a": 5, "b": 1.7}], "a"),
    ("Normal(mu, sigma)",      "ddddddddd", lambda mu, sigma: known.norm(mu, sigma), [{"mu": -1, "sigma": 2}, {"mu": .5, "sigma": .3}], "sigma"),
    ("LogNormal(mu, sigma)",   "dddo-dddd", lambda mu, sigma: known.lognorm(sigma, scale=np.exp(mu)), [{"mu": -1, "sigma": .8}, {"mu": .5, "sigma": .3}], "mu"),
    ("StudentT(nu)",           "dddoddddd", lambda nu: known.t(nu),              [{"nu": 3.5}, {"nu": 9}], "nu"),
    ("ChiSquared(k)",          "dddddd-dd", lambda k: known.chi2(k),             [{"k": 3.5}, {"k": 9}], "k"),
    ("F(m, n)",                "dddodd-d ", lambda m, n: known.f(m, n),          [{"m": 3.5, "n": 9}, {"m": 8, "n": 5}], "m"),
    ("Cauchy(x0, gamma)",      "dooodddd ", lambda x0, gamma: known.cauchy(x0, gamma), [{"x0": -1, "gamma": 2}, {"x0": .5, "gamma": .3}], ""),
    ("Laplace(mu, b)",         "ddddddddd", lambda mu, b: known.laplace(mu, b),  [{"mu": -1, "b": 2}, {"mu": .5, "b": .3}], "b"),
    ("Logistic(mu, s)",        "ddddddddd", lambda mu, s: known.logistic(mu, s), [{"mu": -1, "s": 2}, {"mu": .5, "s": .3}], "mu"),
    ("Pareto(xm, alpha)",      "dddoddddd", lambda xm, alpha: known.pareto(alpha, scale=xm), [{"xm": 2, "alpha": 3.5}, {"xm": .5, "alpha": 8}], "alpha"),
    ("Weibull(lamda, k)",      "ddddddddd", lambda lamda, k: known.weibull_min(k, scale=lamda), [{"lamda": 2, "k": 1.5}, {"lamda": .5, "k": 3}], "lamda"),
    ("VonMises(mu, k)",        "ddd--d-dd", lambda mu, k: OnATurn(a=0, b=2*np.pi)(mu, k), [{"mu": 1, "k": 1.5}, {"mu": 2, "k": .5}], "mu"),
]
# fmt: on
CELLS = [
    (law, call, cells[k], of_scipy, points, letter)
    for law, cells, of_scipy, points, letter in LAWS
    for k, call in enumerate(ASKED)
    if cells[k] != " "
]


def mean_of(g: Any, X: Any) -> float:
    """The sum or the integral of g times the density."""
    if hasattr(X, "pmf"):
        low, high = X.ppf(0), X.ppf(1 - 1e-15) + 60
        values = np.arange(low + (X.pmf(low) == 0), min(high, X.support()[1]) + 1)
        return float(np.sum(g(values) * X.pmf(values)))
    low, high = max(X.support()[0], X.ppf(1e-14)), min(X.support()[1], X.isf(1e-14))
    inner = [float(X.ppf(q)) for q in (1e-9, 0.01, 0.2, 0.5, 0.8, 0.99, 1 - 1e-9)]
    ends = [low, *inner, high]
    return sum(
        integrate.quad(lambda x: float(g(x) * X.pdf(x)), a, b, epsabs=1e-10, limit=200)[0]
        for a, b in pairwise(ends)
        if a < b
    )


def wave(X: Any) -> complex:
    """The mean of exp(i t x)."""
    if hasattr(X, "pmf") or np.isfinite(X.support()[1]):
        return complex(*(mean_of(lambda x, w=w: w(T * x), X) for w in (np.cos, np.sin)))
    low = max(X.support()[0], 0.0)
    sides = [(low, X.pdf, 1)]
    if np.isinf(X.support()[0]):
        sides.append((0.0, lambda x: X.pdf(-x), -1))
    parts = [
        [integrate.quad(f, a, np.inf, weight=w, wvar=T)[0] for w in ("cos", "sin")]
        for a, f, _ in sides
    ]
    turned = [complex(c, sign * s) for (c, s), (_, _, sign) in zip(parts, sides, strict=True)]
    return sum(turned)


def expected(call: str, X: Any, X_at: Any, point: Point, letter: str) -> complex:
    """The value from scipy.stats, or from its density."""
    h = 1e-4
    if call == "normalisation":
        return 1.0
    if call == "median" and hasattr(X, "pmf"):  # the middle of two that share the probability
        return float(X.ppf(0.5) + X.ppf(0.5 + 1e-9)) / 2
    if call in ("expectation", "variance", "median", "entropy"):
        names = {"expectation": "mean", "variance": "var"}
        return float(getattr(X, names.get(call, call))())
    if call == "moment_generating_function":
        return mean_of(lambda x: np.exp(T * x), X)
    if call == "characteristic_function":
        return wave(X)
    name = "logpmf" if hasattr(X, "pmf") else "logpdf"
    up, down = (getattr(X_at(**{**point, letter: point[letter] + d}), name) for d in (h, -h))
    return mean_of(lambda x: ((up(x) - down(x)) / (2 * h)) ** 2, X)


def with_first_terms(result: Any, many: int = 60) -> Any:
    """Series that have no name, which fall faster than any power, up to some term."""
    return result.xreplace(
        {s: Sum(s.function, (*s.limits[0][:2], many)) for s in result.atoms(Sum) if s.has(oo)}
    )


@pytest.mark.one_in(23)
@pytest.mark.parametrize(
    ("law", "call", "cell", "of_scipy", "points", "letter"),
    CELLS,
    ids=[f"{c[1]}-{c[0]}" for c in CELLS],
)
def test_cell(
    law: str, call: str, cell: str, of_scipy: Any, points: list[Point], letter: str
) -> None:
    asked = (f"X ~ {law}", letter) if call == "law_information" else (f"X ~ {law}",)
    if cell == "-":
        with pytest.raises((NoRuleApplies, TimeExceeded)):
            getattr(derive, call)(*asked, timeout=6)
        return
    d = getattr(derive, call)(*asked)
    if cell == "o":
        assert d.result in (oo, DOES_NOT_EXIST)
        return
    letters = sorted(d.result.free_symbols, key=str)
    value = lambdify(letters, with_first_terms(d.result), ["mpmath", "scipy"])
    for point in points:
        there = complex(value(*({**point, "t": T}[s.name] for s in letters)))
        X = of_scipy(**point)
        if call == "mode":
            density = X.pmf if hasattr(X, "pmf") else X.pdf
            near = (1, -1) if hasattr(X, "pmf") else (1e-3, -1e-3)
            assert all(density(there.real) >= density(there.real + d) for d in near)
            continue
        other = expected(call, X, of_scipy, point, letter)
        assert there == pytest.approx(other, rel=1e-5, abs=1e-9)


def test_every_law_of_one_number_has_its_row() -> None:
    from derive.probability.distributions import DISTRIBUTIONS

    names = {random_variable(f"X ~ {law}").law.__class__ for law, *_ in LAWS}
    assert len(names) == len([row for row in DISTRIBUTIONS if not row.joint])


@pytest.mark.parametrize(
    ("law", "of_scipy"),
    [
        ("Binomial(7, 1/3)", known.binom(7, 1 / 3)),
        pytest.param("Binomial(40, 1/5)", known.binom(40, 0.2), marks=pytest.mark.slow),
        ("Poisson(3)", known.poisson(3)),
        ("Poisson(1/2)", known.poisson(0.5)),
        ("NegativeBinomial(5/2, 1/3)", known.nbinom(2.5, 1 / 3)),
        ("Binomial(5, 1/2)", known.rv_discrete(values=([2.5], [1]))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_median_of_counts_with_given_numbers(law: str, of_scipy: Any) -> None:
    d = derive.median(f"X ~ {law}")
    assert d.result == pytest.approx(of_scipy.median())
    assert d.check().verdict == "confirmed"


@pytest.mark.parametrize("law", ["Gamma(k, theta)", "F(m, n)", "Binomial(n, p)", "VonMises(mu, 2)"])
def test_a_median_without_a_formula_says_what_it_solves(law: str) -> None:
    with pytest.raises(NoRuleApplies, match=r"no closed form: .* solves F\(m\) = 1/2"):
        derive.median(f"X ~ {law}")


def turned(mu: float, k: float) -> Any:
    """With the place in the middle, which scipy.stats does not say of an angle from 0 to 2 pi."""
    law = OnATurn(a=0, b=2 * np.pi)(mu, k)
    return lambda: optimize.brentq(
        lambda x: integrate.quad(law.pdf, 0, x)[0] - 0.5, 0.1, 6, xtol=1e-13
    )


# fmt: off
ISOLATED: list[tuple[str, Any]] = [
    ("Gamma(3, 2)",     known.gamma(3, scale=2).median),
    ("Gamma(7/3, 2)",   known.gamma(7/3, scale=2).median),
    ("ChiSquared(1)",   known.chi2(1).median),
    ("ChiSquared(10)",  known.chi2(10).median),
    ("Beta(2, 3)",      known.beta(2, 3).median),
    ("Beta(2, 5)",      known.beta(2, 5).median),
    ("Beta(1/2, 7/3)",  known.beta(1/2, 7/3).median),
    ("Beta(30, 1/2)",   known.beta(30, 1/2).median),
    ("F(3, 5)",         known.f(3, 5).median),
    ("F(4, 7)",         known.f(4, 7).median),
    ("VonMises(1, 2)",  turned(1, 2)),
]
# fmt: on


@pytest.mark.one_in(5)
@pytest.mark.parametrize(("law", "value"), ISOLATED, ids=[row[0] for row in ISOLATED])
def test_a_median_without_a_formula_is_isolated(law: str, value: Any) -> None:
    d = derive.median(f"X ~ {law}")
    assert isinstance(d.result, IsolatedRoot)
    low, high = d.result.args[2:]
    assert 0 < high - low <= 1e-11 * abs(high)
    assert float(low) * (1 - 1e-12) <= value() <= float(high) * (1 + 1e-12)
    assert float(d.result) == pytest.approx(value(), rel=1e-11)
    assert d.given == True
    sides = [step for step in d.steps if isinstance(step.goal, SideOfHalf)]
    assert [step.result for step in sides] == [-1, 1]
    assert d.check(far=False).verdict == "confirmed"


X0 = Symbol("x")


@pytest.mark.parametrize(
    ("f", "end", "value"),
    [
        (30 * X0 * (1 - X0) ** 4, Rational(1, 3), Rational(473, 729)),
        (30 * X0 * (1 - X0) ** 4, 1, 1),
        (X0 * (1 - X0) ** 30, Rational(99, 100), None),
        (exp(-X0) * X0 ** Rational(3, 2), 40, None),
    ],
    ids=str,
)
def test_bounds_of_an_integral_enclose_it(f: Any, end: Any, value: Any) -> None:
    low, high = integral_up_to(f, X0, Rational(0), Rational(end))
    exact = value or mpmath.quad(lambdify(X0, f, "mpmath"), [0, 0.1, 0.5, *range(1, int(end)), end])
    assert low <= Rational(str(exact)) <= high or abs(low - Rational(str(exact))) < 1e-14
    assert high - low < Rational(1, 10**15)


def test_where_the_integrand_has_a_pole_nothing_is_enclosed() -> None:
    assert integral_up_to((1 - X0) ** -2, X0, Rational(0), Rational(1)) is None
    with pytest.raises(ValueError, match="without an end"):
        ends(mpmath.iv.mpf(["-inf", "inf"]))


@pytest.mark.parametrize("side", [-1, 1])
def test_a_median_beside_its_bounds_is_refuted(side: int) -> None:
    root = derive.median("X ~ Gamma(3, 2)").result
    f, x, low, high = root.args
    moved = IsolatedRoot(f - side * Rational(1, 10**6), x, low - Rational(1, 9), high + 1)
    goal = Median(
        Symbol("X", real=True), (Symbol("X", real=True), random_variable("X ~ Gamma(3, 2)").law)
    )
    assert check(Eq(goal, moved, evaluate=False)).verdict == "refuted"


# fmt: off
EXACT: list[tuple[str, Any]] = [
    ("F(5, 5)", 1), ("F(n, n)", 1), ("F(1, 2)", Rational(2, 3)), ("Beta(3, 1)", 2**Rational(-1, 3)),
    ("ChiSquared(2)", 2*log(2)), ("VonMises(pi, 3)", pi), ("Gamma(1, 3)", 3*log(2)),
]
# fmt: on


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("law", "value"), EXACT, ids=[row[0] for row in EXACT])
def test_medians_with_a_formula_keep_it(law: str, value: Any) -> None:
    assert (derive.median(f"X ~ {law}").result - value).simplify() == 0


# fmt: off
UP_TO: list[tuple[str, str, Any]] = [
    ("Poisson(2)",            "3",   known.poisson(2).cdf(3)),
    ("Poisson(2)",            "7/2", known.poisson(2).cdf(3.5)),
    ("Binomial(5, 1/3)",      "2",   known.binom(5, 1/3).cdf(2)),
    ("Geometric(1/3)",        "4",   known.geom(1/3).cdf(4)),
    ("NegativeBinomial(3, 1/2)", "4", known.nbinom(3, 1/2).cdf(4)),
    ("DiscreteUniform(1, 6)", "9/2", known.randint(1, 7).cdf(4)),
    ("DiscreteUniform(1, 6)", "7",   1),
    ("Geometric(1/3)",        "0",   0),
    ("Bernoulli(1/4)",        "1/2", 0.75),
    ("Gamma(7/3, 2)",         "3",   known.gamma(7/3, scale=2).cdf(3)),
    ("Beta(5/2, 7/3)",        "1/3", known.beta(5/2, 7/3).cdf(1/3)),
    ("F(3, 4)",               "2",   known.f(3, 4).cdf(2)),
    ("StudentT(7/2)",         "-1",  known.t(7/2).cdf(-1)),
]
LETTERS_UP_TO: list[tuple[str, Point, Any]] = [
    ("Poisson(lamda)",         {"lamda": 2.3},       known.poisson(2.3)),
    ("Binomial(n, p)",         {"n": 9, "p": .3},    known.binom(9, .3)),
    ("NegativeBinomial(r, p)", {"r": 2.5, "p": .3},  known.nbinom(2.5, .3)),
    ("Geometric(p)",           {"p": .3},            known.geom(.3)),
    ("Gamma(k, theta)",        {"k": 2.3, "theta": 1.2}, known.gamma(2.3, scale=1.2)),
    ("ChiSquared(k)",          {"k": 3.5},           known.chi2(3.5)),
    ("F(m, n)",                {"m": 3, "n": 5},     known.f(3, 5)),
    ("StudentT(nu)",           {"nu": 3.5},          known.t(3.5)),
    ("Laplace(mu, b)",         {"mu": 1, "b": 2},    known.laplace(1, 2)),
]
# fmt: on


@pytest.mark.one_in(4)
@pytest.mark.parametrize(("law", "place", "value"), UP_TO, ids=[f"{u[0]}-{u[1]}" for u in UP_TO])
def test_probabilities_up_to_a_place(law: str, place: str, value: float) -> None:
    d = derive.distribution_function(f"X ~ {law}", place)
    assert float(d.result) == pytest.approx(value, rel=1e-10)
    assert d.check(far=False).verdict == "confirmed"


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("law", "point", "of_scipy"), LETTERS_UP_TO, ids=[row[0] for row in LETTERS_UP_TO]
)
def test_distribution_functions_in_letters(law: str, point: Point, of_scipy: Any) -> None:
    d = derive.distribution_function(f"X ~ {law}")
    there = d.result.subs({s: {**point, "x": 2}[s.name] for s in d.result.free_symbols})
    assert float(there) == pytest.approx(of_scipy.cdf(2), rel=1e-9)
    assert d.given.subs({s: {**point, "x": 2}[s.name] for s in d.given.free_symbols}) == True
    assert d.check(far=False).verdict == "confirmed"


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("law", "why"), [("LogNormal(mu, sigma)", "no closed form"), ("VonMises(mu, k)", "whole n")],
)  # fmt: skip
def test_a_transform_without_a_name_says_why(law: str, why: str) -> None:
    with pytest.raises(NoRuleApplies, match=why):
        derive.characteristic_function(f"X ~ {law}")


@pytest.mark.parametrize("n", [-2, 0, 1, 3])
def test_trigonometric_moments_of_an_angle(n: int) -> None:
    letter = Symbol("n", integer=True)
    d = derive.characteristic_function("X ~ VonMises(mu, k)", letter)
    point = {"mu": 1.3, "k": 2.1, "n": n}
    there = complex(d.result.subs({s: point[s.name] for s in d.result.free_symbols}).evalf())
    f = lambda x, wave: wave(n * x) * known.vonmises.pdf(x, 2.1, loc=1.3)
    parts = [integrate.quad(f, 0, 2 * np.pi, (wave,))[0] for wave in (np.cos, np.sin)]
    assert there == pytest.approx(complex(*parts), abs=1e-9)


@pytest.mark.slow
def test_nothing_is_shown_where_the_formula_is_zero_over_zero() -> None:
    d = derive.characteristic_function("X ~ Logistic(mu, s)")
    t = next(s for s in d.result.free_symbols if s.name == "t")
    assert d.given.subs(t, 0) == False
    assert derive.characteristic_function("X ~ Logistic(mu, s)", 0).result == 1
    assert derive.characteristic_function("X ~ StudentT(nu)").given.subs(t, 0) == False


def test_far_out_a_law_is_estimated_by_its_own_size() -> None:
    """x**(-49) beyond 50 is not nothing: the density is that times 50**48."""
    d = derive.characteristic_function("X ~ Pareto(101/2, 48)", 9)
    assert d.check().verdict == "confirmed"
    assert check(Eq(d.problem, d.result * (1 + Rational(1, 10**6)))).verdict == "refuted"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "law"),
    [
        ("characteristic_function", "Logistic(mu, s)"),
        ("characteristic_function", "F(m, n)"),
        ("characteristic_function", "Pareto(xm, alpha)"),
        ("characteristic_function", "StudentT(nu)"),
        ("characteristic_function", "Cauchy(x0, gamma)"),
        ("moment_generating_function", "Weibull(lamda, k)"),
        ("expectation", "VonMises(mu, k)"),
        ("mode", "VonMises(mu, k)"),
        ("median", "Laplace(mu, b)"),
        ("median", "DiscreteUniform(a, b)"),
    ],
    ids=str,
)
def test_is_confirmed_from_its_definition(call: str, law: str) -> None:
    assert getattr(derive, call)(f"X ~ {law}").check().verdict == "confirmed"
