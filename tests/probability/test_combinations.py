"""Variances and covariances by algebra: against NumPy, against scipy's laws, and wrong ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sympy import Eq, ImmutableMatrix, S, Symbol, Tuple, symbols

from derive import (
    NoRuleApplies,
    covariance,
    covariance_of_combinations,
    mean_of_combination,
    variance,
    variance_of_combination,
)
from derive.probability.combinations import CovarianceOfCombinations, VarianceOfCombination
from lambdify_bridge import check

SPREAD = [[2, 1, 0], [1, 3, -1], [0, -1, 1]]
NAMES = ["X", "Y", "Z"]
FORMULAS = [("2*X - Y + 3*Z + 7", (2, -1, 3)), ("X - Z", (1, 0, -1)), ("5 - Y/2", (0, -0.5, 0))]


@pytest.mark.parametrize(("g", "w"), FORMULAS)
@pytest.mark.parametrize(("h", "u"), FORMULAS)
def test_numbers(g: str, w: Any, h: str, u: Any) -> None:
    expected = np.array(w) @ np.array(SPREAD) @ np.array(u)
    assert float(covariance_of_combinations(g, h, NAMES, SPREAD).result) == expected
    assert float(variance_of_combination(g, NAMES, SPREAD).result) == w @ np.array(SPREAD) @ w


def test_letters() -> None:
    a, b = symbols("a b", real=True)
    vx, vy = symbols("v_X v_Y", nonnegative=True)
    c = Symbol("c_XY", real=True)
    d = variance_of_combination("a*X + b*Y + c", ["X", "Y"])
    assert (d.result - (a**2 * vx + b**2 * vy + 2 * a * b * c)).expand() == 0
    assert d.check().verdict == "confirmed"
    assert str(mean_of_combination("a*X - 2*Y + 1", ["X", "Y"]).result) == "a*m_X - 2*m_Y + 1"
    normal = "X, Y ~ MultivariateNormal([1, -1], [[4, 2], [2, 9]])"
    assert variance_of_combination("X - Y", normal).result == 9
    assert mean_of_combination("X - Y", normal).result == 2


# fmt: off
INDEPENDENT: list[tuple[str, str, Any]] = [
    ("2*X + Y", "X - 3*Y + 1", -1),
    ("X",       "Y",           0),
    ("X*Y",     "X",           12),
    ("X",       "X**2",        8),
]
# fmt: on


@pytest.mark.one_in(2)
@pytest.mark.parametrize(("g", "h", "value"), INDEPENDENT)
def test_independent_variables(g: str, h: str, value: int) -> None:
    laws = ("X ~ Normal(1, 2)", "Y ~ Poisson(3)")[: 1 + ("Y" in g + h)]
    d = covariance(g, h, *laws)
    assert d.result == value
    assert d.check(far=False).verdict == "confirmed"


def test_letters_that_are_shared() -> None:
    assert variance("X*Y + X", "X ~ Normal(1, 2)", "Y ~ Poisson(3)").result == 79


def test_mistakes_are_refuted() -> None:
    x, y = symbols("X Y", real=True)
    letters, spread = Tuple(x, y), ImmutableMatrix([[2, 1], [1, 3]])
    for goal, wrong in (
        (VarianceOfCombination(x + y, letters, spread), S(5)),
        (CovarianceOfCombinations(x + y, x - y, letters, spread), S(1)),
    ):
        assert check(Eq(goal, wrong, evaluate=False)).verdict == "refuted"


def test_refused() -> None:
    with pytest.raises(ValueError, match="no linear combination"):
        variance_of_combination("X*Y", ["X", "Y"])
    with pytest.raises(ValueError, match="negative minor"):
        variance_of_combination("X", ["X", "Y"], [[1, 2], [2, 1]])
    with pytest.raises(ValueError, match="symmetric"):
        variance_of_combination("X", ["X", "Y"], [[1, 2]])
    with pytest.raises(NoRuleApplies):
        covariance("X", "Y", "X ~ Cauchy(0, 1)", "Y ~ Poisson(3)")
