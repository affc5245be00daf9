"""How random variables are read, and that their densities are those of scipy.stats."""

from __future__ import annotations

from typing import Any

import pytest
from scipy import stats as known
from sympy import Interval, S, Symbol, stats

from derive.probability.random_variables import RandomVariable, formula_of, random_variable

# fmt: off
# Text, the same of scipy.stats, places.
GRID: list[tuple[str, Any, tuple[float, ...]]] = [
    ("Bernoulli(3/10)",           known.bernoulli(0.3),              (0, 1)),
    ("Binomial(7, 2/5)",          known.binom(7, 0.4),               (0, 3, 7)),
    ("Geometric(1/4)",            known.geom(0.25),                  (1, 2, 9)),
    ("NegativeBinomial(5/2, 1/3)", known.nbinom(2.5, 1/3),           (0, 4, 11)),
    ("Poisson(7/2)",              known.poisson(3.5),                (0, 2, 8)),
    ("DiscreteUniform(-2, 4)",    known.randint(-2, 5),              (-2, 0, 4)),
    ("Uniform(-1, 3)",            known.uniform(-1, 4),              (-0.5, 2)),
    ("Exponential(5/2)",          known.expon(scale=0.4),            (0.1, 2)),
    ("Gamma(5/2, 3)",             known.gamma(2.5, scale=3),         (0.3, 8)),
    ("Beta(3/2, 4)",              known.beta(1.5, 4),                (0.2, 0.7)),
    ("Normal(-1, 2)",             known.norm(-1, 2),                 (-3, 0, 4)),
    ("LogNormal(1/2, 3/4)",       known.lognorm(0.75, scale=1.6487212707001282), (0.4, 3)),
    ("StudentT(7/2)",             known.t(3.5),                      (-2, 0.5)),
    ("ChiSquared(5)",             known.chi2(5),                     (1, 6)),
    ("F(3, 9)",                   known.f(3, 9),                     (0.5, 2)),
    ("Cauchy(1, 2)",              known.cauchy(1, 2),                (-4, 2)),
    ("Laplace(1, 2)",             known.laplace(1, 2),               (-4, 2)),
    ("Logistic(1, 2)",            known.logistic(1, 2),              (-4, 2)),
    ("Pareto(2, 7/2)",            known.pareto(3.5, scale=2),        (2.5, 9)),
    ("Weibull(2, 3/2)",           known.weibull_min(1.5, scale=2),   (0.5, 4)),
    ("VonMises(1, 2)",            known.vonmises(2, loc=1),          (0.3, 2.5)),
]
REFUSED: list[tuple[str, str]] = [
    ("X ~ Normal(0)",             r"write Normal\(mu, sigma\)"),
    ("X ~ Normal()",              r"write Normal\(mu, sigma\)"),
    ("X ~ Foo(1)",                "no distribution is called Foo"),
    ("X ~ Normal(0, -1)",         "must be positive"),
    ("X ~ Binomial(3, 2)",        "range"),
    ("X ~ Uniform(2, 1)",         "less than"),
    ("X ~ DiscreteUniform(3, 1)", "above the last"),
    ("X ~ Normal(mu, [1, 2])",    "is not what"),
    ("X ~ Normal(mu",             "write 'X ~ Normal"),
    ("X, Y ~ Normal(0, 1)",       "gives 1 numbers"),
    ("Normal(0, 1)",              "write 'X ~ Normal"),
]
# fmt: on


def variable(text: str) -> RandomVariable:
    return random_variable(f"X ~ {text}")


@pytest.mark.parametrize(("text", "of_scipy", "places"), GRID, ids=[g[0] for g in GRID])
def test_densities_are_those_of_scipy(text: str, of_scipy: Any, places: tuple[float, ...]) -> None:
    X = variable(text)
    density = of_scipy.pmf if X.discrete else of_scipy.pdf
    for x in places:
        assert float(X.density(S(x))) == pytest.approx(float(density(x)), rel=1e-12)


@pytest.mark.parametrize(("text", "why"), REFUSED, ids=[r[0] for r in REFUSED])
def test_refused_in_one_line(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as error:
        random_variable(text)
    assert "\n" not in str(error.value)


def test_letters_have_what_their_place_demands() -> None:
    mu, sigma = variable("Normal(mu, sigma)").law.args
    assert mu.is_real
    assert mu.is_positive is None
    assert sigma.is_positive
    n, p, *_ = variable("Binomial(n, p)").law.args
    assert n.is_integer
    assert p.is_positive
    assert variable("Binomial(n, p)").given == (p < 1)
    a, b = variable("Uniform(a, b)").law.args
    assert variable("Uniform(a, b)").given == (a < b)


def test_objects_of_sympy_are_taken() -> None:
    X = random_variable(stats.Gumbel("G", 1, 2))
    assert X.letter == Symbol("G", real=True)
    assert X.support == Interval(-S.Infinity, S.Infinity)
    assert random_variable(stats.Die("D", 6)).bounds == (1, 6)
    mu = Symbol("mu", positive=True)
    assert random_variable(stats.Exponential("X", mu)).law.args == (mu,)


def test_joint_laws_have_several_letters() -> None:
    both = random_variable("X, Y ~ MultivariateNormal([0, 1], [[2, 1], [1, 3]])")
    x, y = both.letters
    assert float(both.density(x, y).subs({x: 0.5, y: 2})) == pytest.approx(
        known.multivariate_normal([0, 1], [[2, 1], [1, 3]]).pdf([0.5, 2])
    )
    three = random_variable("X ~ Dirichlet(2, 3, 4)")
    assert [str(letter) for letter in three.letters] == ["X_1", "X_2", "X_3"]
    values = dict(zip(three.letters, (0.2, 0.3, 0.5), strict=True))
    assert float(three.density(*three.letters).subs(values)) == pytest.approx(
        known.dirichlet([2, 3, 4]).pdf([0.2, 0.3, 0.5])
    )


def test_a_formula_has_the_letters_of_its_variables() -> None:
    X = random_variable("X ~ Normal(mu, sigma)")
    mu, sigma = X.law.args
    assert formula_of("sigma*X + mu + c", X).free_symbols == {
        X.letter, mu, sigma, Symbol("c", real=True),
    }  # fmt: skip
