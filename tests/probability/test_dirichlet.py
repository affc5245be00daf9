"""The Dirichlet law and what counts say of it, against scipy.stats."""

from __future__ import annotations

import pytest
from scipy import stats as known
from sympy import Eq, S, Symbol

from derive import dirichlet_covariance, dirichlet_mean, dirichlet_posterior
from derive.probability.dirichlet import DirichletMoment
from lambdify_bridge import check

VALUES = {Symbol(name, positive=True): value for name, value in zip("abc", (2, 3, 4), strict=True)}


def test_moments() -> None:
    law = known.dirichlet([2, 3, 4])
    cov = law.cov()
    for i in (1, 2, 3):
        mean = dirichlet_mean(["a", "b", "c"], i).result
        assert float(mean.subs(VALUES)) == pytest.approx(law.mean()[i - 1])
    for i, j in ((1, 1), (1, 3)):
        found = dirichlet_covariance(["a", "b", "c"], i, j).result
        assert float(found.subs(VALUES)) == pytest.approx(cov[i - 1, j - 1])


def test_the_posterior_is_a_dirichlet_density() -> None:
    d = dirichlet_posterior([1, 2, 1], [3, 0, 1])
    first, second = sorted(d.result.free_symbols, key=str)
    found = float(d.result.subs({first: S("0.5"), second: S("0.2")}))
    assert found == pytest.approx(known.dirichlet([4, 2, 2]).pdf([0.5, 0.2, 0.3]))
    assert d.check().verdict == "confirmed"


def test_a_mistake_is_refuted() -> None:
    a, b = (Symbol(name, positive=True) for name in "ab")
    goal = DirichletMoment((1, 0), (a, b))
    assert check(Eq(goal, b / (a + b), evaluate=False)).verdict == "refuted"


def test_refused() -> None:
    with pytest.raises(ValueError, match="two positive"):
        dirichlet_mean([1])
    with pytest.raises(ValueError, match="counted from 1"):
        dirichlet_mean([1, 2], 3)
    with pytest.raises(ValueError, match="2 counts"):
        dirichlet_posterior([1, 2], [1])
    with pytest.raises(ValueError, match="otherwise"):
        dirichlet_posterior(["p_1", 2], [1, 1])  # the letter of the first probability
