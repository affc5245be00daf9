"""Independence, quotients and products of two letters: against scipy's densities and sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats as known
from sympy import Eq, ImmutableMatrix, S, Symbol, Tuple

from derive import NoRuleApplies, density_of_product, density_of_ratio, independence, marginal
from derive.probability.independence import Dependence, TableDependence
from derive.probability.joint_laws import joint_law
from derive.probability.random_variables import random_variable
from derive.probability.ratios_of_variables import DensityOfProduct, DensityOfRatio
from lambdify_bridge import check

# fmt: off
RATIOS: list[tuple[str, str, Any]] = [
    ("Exponential(1)", "Exponential(1)", lambda z: known.f(2, 2).pdf(z)),
    ("Exponential(2)", "Exponential(3)", lambda z: known.f(2, 2).pdf(2*z/3)*2/3),
    ("Normal(0, 2)",   "Normal(0, 3)",   lambda z: known.cauchy(0, 2/3).pdf(z)),
    ("Gamma(2, 1)",    "Gamma(3, 1)",    lambda z: known.betaprime(2, 3).pdf(z)),
    ("ChiSquared(3)",  "ChiSquared(5)",  lambda z: known.betaprime(1.5, 2.5).pdf(z)),
]
PRODUCTS: list[tuple[str, str, Any]] = [
    ("Uniform(0, 1)",   "Uniform(0, 1)",   lambda z: -np.log(z)),
    ("Uniform(0, 1)",   "Beta(2, 1)",      lambda z: 2 - 2*z),
    ("LogNormal(0, 1)", "LogNormal(0, 1)", lambda z: known.lognorm(2**0.5).pdf(z)),
]
# fmt: on


@pytest.mark.parametrize(("first", "second", "density"), RATIOS, ids=lambda v: str(v)[:20])
def test_ratios(first: str, second: str, density: Any) -> None:
    _is_density(density_of_ratio(f"X ~ {first}", f"Y ~ {second}"), density)


@pytest.mark.parametrize(("first", "second", "density"), PRODUCTS, ids=lambda v: str(v)[:20])
def test_products(first: str, second: str, density: Any) -> None:
    _is_density(density_of_product(f"X ~ {first}", f"Y ~ {second}"), density)


def _is_density(d: Any, density: Any) -> None:
    (z,) = d.result.free_symbols
    for place in (0.2, 0.7):
        assert float(d.result.subs(z, place)) == pytest.approx(float(density(place)), rel=1e-12)
    assert d.check(far=False).verdict == "confirmed"


def test_what_is_independent() -> None:
    assert independence("4*x*y", ("x", 0, 1), ("y", 0, 1)).result == 0
    assert independence("X, Y ~ MultivariateNormal([1, 2], [[4, 0], [0, 9]])").result == 0
    table = [["p/2", "p/2"], ["1/2 - p/2", "1/2 - p/2"]]
    assert independence(table, ("x", [0, 1]), ("y", [0, 1])).result.is_zero_matrix


def test_what_is_dependent() -> None:
    law = ("2", ("x", 0, 1), ("y", 0, "x"))
    d = independence(*law)
    one, other = (marginal(letter, *law).result for letter in "xy")
    assert (d.result - (2 - one * other)).expand() == 0
    assert d.check(far=False).verdict == "confirmed"
    found = independence([["1/2", "1/8"], ["1/8", "1/4"]], ("x", [0, 1]), ("y", [0, 1])).result
    P = np.array([[1 / 2, 1 / 8], [1 / 8, 1 / 4]])
    expected = P - np.outer(P.sum(1), P.sum(0))
    assert np.allclose(np.array(found.tolist(), dtype=float), expected)


def test_mistakes_are_refuted() -> None:
    z = Symbol("z", positive=True)
    laws = [
        Tuple(v.letter, v.law) for v in map(random_variable, ("X ~ Gamma(2, 1)", "Y ~ Gamma(3, 1)"))
    ]
    table = joint_law([["1/2", "1/8"], ["1/8", "1/4"]], ("x", [0, 1]), ("y", [0, 1]))
    square = joint_law("x + y", ("x", 0, 1), ("y", 0, 1))
    places = [Tuple(s, s) for s in square.letters]
    for goal, wrong in (
        (DensityOfRatio(z, *laws), 1 / (1 + z) ** 2),
        (DensityOfProduct(z, *laws), z * (1 + z) ** -5),
        (Dependence(*places, square), S.Zero),
        (TableDependence(table), ImmutableMatrix([[0, 0], [0, 0]])),
    ):
        assert check(Eq(goal, wrong, evaluate=False)).verdict == "refuted"


def test_refused() -> None:
    with pytest.raises(NoRuleApplies, match="none of them is discrete"):
        density_of_ratio("X ~ Poisson(2)", "Y ~ Exponential(1)")
    with pytest.raises(NoRuleApplies):
        density_of_ratio("X ~ Normal(0, 1)", "Y ~ Exponential(1)")
    with pytest.raises(NoRuleApplies):
        density_of_product("X ~ Normal(0, 1)", "Y ~ Normal(0, 1)")
