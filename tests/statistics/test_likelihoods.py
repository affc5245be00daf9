"""Posterior modes, joint likelihoods, information of laws, factorised densities."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.stats
from scipy import stats as known
from sympy import (
    Eq,
    Expr,
    Integer,
    Piecewise,
    S,
    Symbol,
    Tuple,
    exp,
    log,
    oo,
    simplify,
    stats,
)

from derive import (
    NoRuleApplies,
    cramer_rao_bound,
    fisher_information,
    joint_mle,
    law_information,
    map_estimate,
    mle,
    moment_estimate,
    multinomial_mle,
    sufficient_statistics,
)
from derive.calculus.intervals import IsolatedRoot
from derive.probability.expectations import drawn
from derive.statistics.fisher_information import (
    LAPLACE,
    CramerRaoBound,
    FisherInformation,
    b,
    mu,
    y,
)
from derive.statistics.joint_likelihood import NORMAL, JointMaximumLikelihood, m, v
from derive.statistics.law_information import LawInformation
from derive.statistics.multinomial import CountsMultiplier, LikeliestProbabilities
from derive.statistics.posterior_mode import PosteriorMode
from derive.statistics.samples import Totals
from derive.statistics.sufficiency import JointDensity
from lambdify_bridge import check
from lambdify_bridge.evaluate import Evaluator
from lambdify_bridge.samples import numbers
from lambdify_bridge.values import Undefined

x, t, p = Symbol("x", real=True), Symbol("t", positive=True), Symbol("p", positive=True)
K = Symbol("K", integer=True)
DATA = Tuple(*map(Integer, (2, 3, 7)))
NORMAL_ASKED = "exp(-(x - m)^2/(2*v))/sqrt(v)"

BERNOULLI = "t^x*(1 - t)^(1 - x)"


def test_the_normal_fit_is_that_of_scipy() -> None:
    data = [1.5, 6, -1]
    found = joint_mle(NORMAL_ASKED, "x", ["m", "v"], data)
    mean, spread = scipy.stats.norm.fit(data)
    np.testing.assert_allclose([float(r) for r in found.result], [mean, spread**2], rtol=1e-14)
    assert found.check().verdict == "confirmed"


def test_one_after_the_other_is_refused_where_both_depend_on_each_other() -> None:
    f = "x^(a - 1)*(1 - x)^(b - 1)*gamma(a + b)/(gamma(a)*gamma(b))"
    with pytest.raises(NoRuleApplies):
        joint_mle(f, "x", ["a", "b"], [0.2, 0.5, 0.6], [(0, "oo")] * 2)


# fmt: off
MODES = [
    (("t^2*(1 - t)", "t^x*(1 - t)^(1 - x)", "x", "t", [1, 0, 1, 1], (0, 1)), "5/7"),
    (("t^(k - 1)*exp(-r*t)", "exp(-t)*t^x/factorial(x)", "x", "t", [3, 1, 4]), "(k + 7)/(r + 3)"),
    (("exp(-(m - 1)^2/(2*w))", "exp(-(x - m)^2/2)", "x", "m", [2, 6], ("-oo", "oo")),
                                                                    "(8*w + 1)/(2*w + 1)"),
]
INFORMATION = [
    ("X ~ Bernoulli(p)", "p",       "1/(p*(1 - p))"),
    ("X ~ Binomial(7, p)", "p",     "7/(p*(1 - p))"),
    ("X ~ Geometric(p)", "p",       "1/(p**2*(1 - p))"),
    ("X ~ Poisson(lamda)", "lamda", "1/lamda"),
    ("X ~ Exponential(lamda)", "lamda", "1/lamda**2"),
]
# fmt: on


def same(found: Any, text: str) -> bool:
    letters = {s.name: s for s in found.free_symbols}
    return bool(simplify(found - S(text, locals=letters)) == 0)


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("asked", "mode"), MODES, ids=[mode for _, mode in MODES])
def test_conjugate_posteriors_have_their_modes(asked: Any, mode: str) -> None:
    found = map_estimate(*asked)
    assert same(found.result, mode)
    assert found.check().verdict == "confirmed"


@pytest.mark.parametrize(("law", "parameter", "value"), INFORMATION)
def test_information_of_laws(law: str, parameter: str, value: str) -> None:
    assert same(law_information(law, parameter).result, value)


def test_values_that_depend_on_the_parameter_have_no_information() -> None:
    with pytest.raises(NoRuleApplies):
        law_information("X ~ Uniform(a, b)", "b")
    with pytest.raises(ValueError, match="no parameter"):
        law_information("X ~ Poisson(lamda)", "p")


def test_sufficient_statistics_are_the_letters_of_the_step() -> None:
    normal = sufficient_statistics("exp(-(x - m)^2/(2*v))/sqrt(2*pi*v)", "x", ["m", "v"])
    sums = {str(value) for step in normal.steps for _, value in step.where}
    assert sums == {"S", "Q"}
    poisson = sufficient_statistics("exp(-l)*l^x/factorial(x)", "x", "l", ["a", "b", "c"])
    assert [str(value) for step in poisson.steps for _, value in step.where] == ["a + b + c"]
    for found in (normal, poisson):
        assert found.check().verdict == "confirmed"


# fmt: off
FACTORISED = [   # density, parameters, the statistics that meet the parameters
    ("x^(k - 1)*exp(-x/t)/(gamma(k)*t^k)",     ["k", "t"], {"L", "S"}),
    ("x*exp(-x^2/(2*v))/v",                    "v",        {"Q"}),
    ("x^(a - 1)*(1 - x)^(b - 1)/beta(a, b)",   ["a", "b"], {"L", "R"}),
    ("a*c^a/x^(a + 1)",                        "a",        {"L"}),
    ("exp(-Abs(x - m)/b)/(2*b)",               "b",        {"R"}),
    ("exp(-l)*l^x/factorial(x)",               "l",        {"S"}),
    ("Piecewise((1/t, x <= t), (0, True))",    "t",        {"M"}),
    ("Piecewise((1/(b - a), (a <= x) & (x <= b)), (0, True))", ["a", "b"], {"m", "M"}),
    ("Piecewise((a*c^a/x^(a + 1), x >= c), (0, True))",        ["a", "c"], {"m", "L"}),
]
# fmt: on


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("f", "letters", "statistics"), FACTORISED, ids=[f for f, *_ in FACTORISED]
)
def test_any_number_of_data_enters_by_its_sufficient_statistics(
    f: str, letters: Any, statistics: set[str]
) -> None:
    found = sufficient_statistics(f, "x", letters)
    assert {str(value) for step in found.steps for _, value in step.where} == statistics
    assert found.check().verdict == "confirmed"


def test_numbers_of_given_sums_are_found() -> None:
    total = Symbol("L", real=True), Symbol("S", positive=True)
    sample = Totals(4, x, ((log(x), total[0]), (x, total[1])), (-oo, oo))
    values = numbers(Evaluator({total[0]: 1, total[1]: 7}), sample)
    assert len(values) == 4
    assert min(values) > 0
    assert abs(sum(values) - 7) < 1e-14
    assert abs(sum(map(mpmath.log, values)) - 1) < 1e-14
    with pytest.raises(Undefined):  # the mean is above the geometric mean
        numbers(Evaluator({total[0]: 4, total[1]: 3}), sample)


@pytest.mark.parametrize("f", ["1/(1 + (x - t)^2)", "exp(-Abs(x - t))", "t*x^(t - 1)*exp(-x^t)"])
@pytest.mark.parametrize("sample", [None, ["a", "b"]])
def test_a_density_without_such_sums_is_refused_with_its_reason(f: str, sample: Any) -> None:
    with pytest.raises(NoRuleApplies, match="of the logarithm"):
        sufficient_statistics(f, "x", "t", sample)


def test_a_sample_in_short_has_the_sums_of_its_numbers() -> None:
    asked = "exp(-(x - m)^2/(2*v))/sqrt(2*pi*v)", "x", ["m", "v"]
    short = sufficient_statistics(*asked, {"n": 3, "mean": 2, "sd": 1}).result
    assert simplify(short - sufficient_statistics(*asked, [1, 2, 3]).result) == 0


# fmt: off
BY_MOMENTS = [
    ("X ~ Gamma(k, theta)", ["k", "theta"],  ["m**2/v", "v/m"]),
    ("X ~ Normal(mu, sigma)", ["mu", "sigma"], ["m", "sqrt(v)"]),
    ("X ~ Exponential(lamda)", "lamda",      ["1/m"]),
    ("X ~ Uniform(a, b)", ["a", "b"],        ["m - sqrt(3*v)", "m + sqrt(3*v)"]),
    ("X ~ Beta(a, b)", ["a", "b"],
        ["m*(m*(1 - m)/v - 1)", "(1 - m)*(m*(1 - m)/v - 1)"]),
]
# fmt: on


@pytest.mark.checked_by(
    "tests/statistics/test_likelihoods.py::test_moments_of_numbers_are_those_of_the_law"
)
@pytest.mark.parametrize(("law", "letters", "values"), BY_MOMENTS)
def test_the_method_of_moments(law: str, letters: Any, values: list[str]) -> None:
    found = moment_estimate(law, letters).result
    assert all(same(f, text) for f, text in zip(found, values, strict=True))


@pytest.mark.slow
def test_points_are_looked_for_inside_of_narrow_conditions() -> None:
    d = moment_estimate("X ~ Beta(a, b)", ["a", "b"])
    assert d.check().verdict == "confirmed"


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("law", "letters", "values"), BY_MOMENTS)
def test_moments_of_numbers_are_those_of_the_law(law: str, letters: Any, values: list[str]) -> None:
    found = moment_estimate(law, letters, "1/3", "1/20")
    expected = [S(text).subs({"m": S(1) / 3, "v": S(1) / 20}) for text in values]
    assert all(simplify(f - e) == 0 for f, e in zip(found.result, expected, strict=True))
    assert found.check().verdict == "confirmed"


def test_a_bound_has_no_quotients_of_gamma_functions() -> None:
    k, t, n = (Symbol(name, positive=True) for name in "ktn")
    found = cramer_rao_bound("X ~ Gamma(k, t)", "X", "t").result
    assert found.xreplace({s: Symbol(s.name, positive=True) for s in found.free_symbols}) == (
        t**2 / (k * n)
    )


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("density", "fitted"),
    [("x^(k - 1)*exp(-x/s)/(gamma(k)*s^k)", known.gamma),
     ("k*x^(k - 1)*exp(-(x/s)^k)/s^k", known.weibull_min)],
    ids=["gamma", "Weibull"],
)  # fmt: skip
def test_shape_and_scale_together(density: str, fitted: Any) -> None:
    data, half_lines = [1, 3, 5, 4], [(0, "oo"), (0, "oo")]
    d = joint_mle(density, "x", ["k", "s"], data, half_lines)
    shape, _, scale = fitted.fit(data, floc=0)
    assert [float(value) for value in d.result] == pytest.approx([shape, scale], rel=1e-4)
    assert d.check().verdict == "confirmed"
    turned = joint_mle(density, "x", ["s", "k"], data, half_lines)
    assert [turned.result[1], turned.result[0]] == list(d.result)


EXPONENTIAL = t * exp(-t * x)
W = Symbol("W", integer=True)
BINARY = p**W * (1 - p) ** (1 - W)
UP_TO_T = Piecewise((1 / t, x <= t), (0, True))
POISSON = drawn(K, stats.Poisson("K", p))
# fmt: off
WRONG: list[tuple[Any, Expr]] = [
    (JointMaximumLikelihood(NORMAL, x, (m, v), DATA, (-oo, oo), (0, oo)), Tuple(4, 7)),
    (LikeliestProbabilities(DATA),          Tuple(S(1) / 6, S(1) / 4, S(7) / 12 + S(1) / 10**6)),
    (CountsMultiplier(DATA),                                              S(13)),
    (PosteriorMode(t * exp(-t), EXPONENTIAL, x, t, DATA, 0, oo),          S(3) / 13),
    (LawInformation(p, POISSON),                                          p),
    (FisherInformation(LAPLACE, y, mu, -oo, oo),                          2 / b**2),
    (CramerRaoBound(BINARY, W, p, 0, 1, 1, p**2),                         p * (1 - p)),
    (JointDensity(EXPONENTIAL, x, Tuple(t), DATA),                        t**3 * exp(-13 * t)),
    (JointDensity(UP_TO_T, x, Tuple(t), DATA),      Piecewise((t**-3, t > 6), (0, True))),
]
# fmt: on


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Any, claim: Expr) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: map_estimate("-t", BERNOULLI, "x", "t", [1, 0], (0, 1)), "no density"),
        (lambda: map_estimate("0", BERNOULLI, "x", "t", [1, 0], (0, 1)), "no density"),
        (lambda: map_estimate("x", BERNOULLI, "x", "t", [1, 0], (0, 1)), "before the data"),
        (lambda: map_estimate("1", BERNOULLI, "x", "t", [1, 0], (1, 0)), "above its start"),
        (lambda: joint_mle("exp(-(x-m)^2/v)/v", "x", ["m", "m"], [1, 2]), "of their own"),
    ],
)
def test_what_is_no_estimate_is_refused(ask: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ask()


def test_moments_that_the_law_cannot_have_are_refused() -> None:
    with pytest.raises(NoRuleApplies, match="exclude"):
        moment_estimate("X ~ Beta(a, b)", ["a", "b"], "1/2", "1/2")


ON_LINE = ("-oo", "oo")
UNIFORM = "Piecewise((1/t, x <= t), (0, True))"
# fmt: off
KINKED = [   # what is asked, and where a search over many places finds the largest likelihood
    (lambda: mle("exp(-Abs(x - m))", "x", "m", ["1/2", 2, 6, -1, 9], ON_LINE),      "2"),
    (lambda: mle("exp(-Abs(x - m)/3)", "x", "m", [1, 2, 2, 7], ON_LINE),            "2"),
    (lambda: mle(UNIFORM, "x", "t", [2, 3, 7]),                                     "7"),
    (lambda: mle(UNIFORM, "x", "t", ["a", "b"]),                                    "Max(a, b)"),
    (lambda: map_estimate("exp(-Abs(m))", "exp(-(x - m)^2/2)", "x", "m", [1, 2, 6], ON_LINE),
                                                                                    "8/3"),
    (lambda: map_estimate("exp(-Abs(m))", "exp(-(x - m)^2/2)", "x", "m", [-1, -2, 1], ON_LINE),
                                                                                    "-1/3"),
    (lambda: map_estimate("exp(-9*Abs(m))", "exp(-(x - m)^2/2)", "x", "m", [1, 2], ON_LINE), "0"),
    (lambda: map_estimate("exp(-2*Abs(m))", "exp(-(x - m)^2/2)", "x", "m", [1, 1], ON_LINE), "0"),
    (lambda: map_estimate("exp(-l*Abs(m))", "exp(-(x - m)^2/2)", "x", "m", ["a"], ON_LINE),
                                                        "Piecewise((a - l, a - l > 0), (0, True))"),
    (lambda: map_estimate("exp(-l*Abs(m - c))", "exp(-(x - m)^2/2)", "x", "m", ["a"], ON_LINE),
                            "Piecewise((a - l, c < a - l), (a + l, c > a + l), (c, True))"),
]
# fmt: on


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("ask", "place"), KINKED, ids=[place for _, place in KINKED])
def test_likelihoods_with_kinks(ask: Any, place: str) -> None:
    found = ask()
    letters = {s.name: s for s in found.result.free_symbols}
    assert found.result == S(place, locals={**letters, "Piecewise": Piecewise})
    assert found.given == True
    assert found.check(far=False).verdict == "confirmed"


CAUCHY = "1/(1 + (x - m)^2)"
# fmt: off
WITHOUT_A_CLOSED_FORM = [   # what is asked, and SciPy's law with what else it takes
    (("k*x^(k - 1)*exp(-x^k)", "x", "k", [1, 2, 0.5]),     scipy.stats.weibull_min, (0, 1)),
    (("x^(k - 1)*exp(-x)/gamma(k)", "x", "k", [1, 2, 4]),  scipy.stats.gamma, (0, 1)),
    ((CAUCHY, "x", "m", [1, 2, 9], ON_LINE),               scipy.stats.cauchy, (1,)),
    ((CAUCHY, "x", "m", [-6, 3, 4, 11], ON_LINE),          scipy.stats.cauchy, (1,)),
]
# fmt: on


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("asked", "law", "fixed"),
    WITHOUT_A_CLOSED_FORM,
    ids=[f"{asked[0]} {asked[3]}" for asked, *_ in WITHOUT_A_CLOSED_FORM],
)
def test_a_likelihood_without_a_closed_form_has_its_isolated_zero(
    asked: Any, law: Any, fixed: tuple[float, ...]
) -> None:
    def height(place: float) -> float:
        return float(law.nnlf((place, *fixed), np.array(asked[3])))

    found = mle(*asked)
    assert isinstance(found.result, IsolatedRoot)
    assert found.check().verdict == "confirmed"
    best = float(found.result)
    grid = best + np.linspace(-1.5, 20, 3000)
    beside = [height(place) for place in grid if place > 0.01 or asked[0] == CAUCHY]
    assert height(best) <= min(beside) + 1e-12
    assert found.to_numpy([])() == pytest.approx(best, rel=1e-15)


# fmt: off
IN_LETTERS = [
    (("k*x^(k - 1)*exp(-(x/l)^k)/l^k", "x", "l", ["a", "b"]),   "((a**k + b**k)/2)**(1/k)"),
    (("a/x^(a + 1)", "x", "a", ["u", "v"]),                     "2/(log(u) + log(v))"),
    (("s/(s^2 + x^2)", "x", "s", [1, 2, 4]),                    "2"),
    ((CAUCHY, "x", "m", ["1/2", 1], ON_LINE),                   "3/4"),
    (("Piecewise((exp(m - x), x >= m), (0, True))", "x", "m", ["u", "v"]), "Min(u, v)"),
]
# fmt: on


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("asked", "place"), IN_LETTERS, ids=[place for _, place in IN_LETTERS])
def test_likelihoods_of_textbooks(asked: Any, place: str) -> None:
    found = mle(*asked)
    assert same(found.result, place)
    assert found.check().verdict == "confirmed"


def test_the_likeliest_probabilities_are_the_shares() -> None:
    found = multinomial_mle(["a", "b", "c"])
    assert same(found.result[0], "a/(a + b + c)")
    assert found.check().verdict == "confirmed"
    with pytest.raises(ValueError, match="once at least"):
        multinomial_mle([3, 0, 1])
    with pytest.raises(ValueError, match="two categories"):
        multinomial_mle([3])


def test_a_laplace_law_is_fitted_as_scipy_does() -> None:
    data = [1, 2, 6]
    found = joint_mle("exp(-Abs(x - m)/b)/b", "x", ["m", "b"], data).result
    np.testing.assert_allclose([float(r) for r in found], scipy.stats.laplace.fit(data))


@pytest.mark.parametrize(
    "ask",
    [
        lambda: mle("exp(-Abs(x - m))", "x", "m", [1, 2, 6, 7], ON_LINE),  # all from 2 to 6
        lambda: mle("Piecewise((1/t, x < t), (0, True))", "x", "t", [2, 3, 7]),  # none is largest
        lambda: mle(UNIFORM, "x", "t", [2, 3, 7], (0, 5)),  # none is possible
        lambda: mle("Piecewise((t, x <= t), (0, True))", "x", "t", [2, 3, 7]),
        lambda: mle("Piecewise((1/t, x >= t), (0, True))", "x", "t", [2, 3, 7]),
        lambda: mle(CAUCHY, "x", "m", [0, 10], ON_LINE),  # two are as high
        lambda: mle(CAUCHY, "x", "m", [1, 2], (5, 9)),  # it falls throughout
    ],
)
def test_no_single_likeliest_place(ask: Any) -> None:
    with pytest.raises(NoRuleApplies):
        ask()


def test_bounds_of_a_normal_law() -> None:
    f = "exp(-(x - m)^2/(2*v))/sqrt(2*pi*v)"
    assert same(cramer_rao_bound(f, "x", "m").result, "v/n")
    assert same(cramer_rao_bound(f, "x", "v").result, "2*v**2/n")


# fmt: off
BOUNDS = [
    (("exp(-l)*l^x/factorial(x)", "x", "l", (0, "oo")),       "l/n"),
    (("l^x/(exp(l)*factorial(x))", "x", "l", (0, "oo")),      "l/n"),
    (("p^x*(1 - p)^(1 - x)", "x", "p", (0, 1)),               "p*(1 - p)/n"),
    (("binomial(N, x)*p^x*(1 - p)^(N - x)", "x", "p", (0, "N")), "p*(1 - p)/(N*n)"),
    (("l*exp(-l*x)", "x", "l", (0, "oo"), "1/l"),             "1/(l**2*n)"),
    (("X ~ Poisson(l)", "X", "l", None, "exp(-l)"),           "l*exp(-2*l)/n"),
    (("X ~ Bernoulli(p)", "X", "p", None, "p*(1 - p)"),       "p*(1 - p)*(1 - 2*p)**2/n"),
    (("X ~ Exponential(l)", "X", "l"),                        "l**2/n"),
    (("exp(-Abs(x - m)/b)/(2*b)", "x", "m"),                  "b**2/n"),
]
# fmt: on


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("asked", "bound"), BOUNDS, ids=[f"{a[0]} {b}" for a, b in BOUNDS])
def test_bounds_in_every_spelling(asked: Any, bound: str) -> None:
    found = cramer_rao_bound(*asked)
    assert same(found.result, bound)
    assert found.check().verdict == "confirmed"


def test_the_information_of_a_laplace_mean_is_the_variance_of_the_score() -> None:
    for found in (law_information("X ~ Laplace(m, b)", "m"),
                  fisher_information("exp(-Abs(x - m)/b)/(2*b)", "x", "m")):  # fmt: skip
        assert same(found.result, "1/b**2")
        assert next(step.rule for step in found.steps) == "variance of the score"
        assert found.check().verdict == "confirmed"


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: fisher_information("1/t", "x", "t", (0, "t")), "possible depends on t"),
        (lambda: fisher_information("X ~ Uniform(0, t)", "X", "t"), "possible depends on t"),
    ],
)
def test_no_information_where_what_is_possible_depends_on_the_parameter(
    ask: Any, words: str
) -> None:
    with pytest.raises(NoRuleApplies, match=words):
        ask()
