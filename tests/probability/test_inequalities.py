"""Markov, Chebyshev, Jensen: the bounds hold for laws of scipy.stats, and some law meets them."""

from __future__ import annotations

from typing import Any

import pytest
from scipy import stats as known
from sympy import Eq, S, Symbol

from derive import NoRuleApplies, chebyshev_bound, jensen_bound, jensen_gap, markov_bound
from derive.probability.inequalities import LargestDeviation, LargestTail
from lambdify_bridge import check

# fmt: off
LAWS: list[tuple[str, Any]] = [
    ("Exponential(2)",  known.expon(scale=0.5)),
    ("Gamma(3, 2)",     known.gamma(3, scale=2)),
    ("Beta(2, 2)",      known.beta(2, 2)),
    ("Poisson(3)",      known.poisson(3)),
    ("Uniform(0, 4)",   known.uniform(0, 4)),
]
# fmt: on


@pytest.mark.parametrize(("law", "of_scipy"), LAWS, ids=[row[0] for row in LAWS])
def test_bounds_hold(law: str, of_scipy: Any) -> None:
    for k in ("3/2", "3"):
        mean, spread = of_scipy.mean(), of_scipy.std()
        a, c = S(k) * S(str(mean)), S(k) * S(str(spread))
        tail = of_scipy.sf(float(a) - 1e-9)
        assert tail <= float(markov_bound(f"X ~ {law}", str(a)).result) * (1 + 1e-9)
        outside = of_scipy.sf(mean + float(c) - 1e-9) + of_scipy.cdf(mean - float(c))
        assert outside <= float(chebyshev_bound(f"X ~ {law}", str(c)).result)


def test_letters() -> None:
    k = Symbol("k", positive=True)
    assert chebyshev_bound("sigma**2", "k*sigma").result == k**-2
    d = markov_bound("m", "a")
    assert d.given == (Symbol("a", positive=True) >= Symbol("m", positive=True))
    assert d.check().verdict == "confirmed"
    assert chebyshev_bound("4", "3").check().verdict == "confirmed"


def test_where_there_is_no_variance_there_is_no_bound() -> None:
    with pytest.raises(NoRuleApplies):
        chebyshev_bound("X ~ Cauchy(0, 1)")
    with pytest.raises(ValueError, match="may be negative"):
        markov_bound("X ~ Normal(0, 1)")
    with pytest.raises(NoRuleApplies):
        markov_bound("3", "2")


def test_jensen() -> None:
    lamda = Symbol("lamda", positive=True)
    assert jensen_gap("X**2", "X ~ Exponential(lamda)").result == lamda**-2
    assert jensen_bound("a*x**2").given == (Symbol("a", real=True) > 0)
    assert jensen_bound("-log(x)", "x", (0, "oo")).check().verdict == "confirmed"
    with pytest.raises(NoRuleApplies):
        jensen_bound("sin(x)")


def test_mistakes_are_refuted() -> None:
    for goal, wrong in (
        (LargestTail(S(2), S(5)), S(1) / 2),
        (LargestDeviation(S(4), S(3)), S(2) / 3),
    ):
        assert check(Eq(goal, wrong, evaluate=False)).verdict == "refuted"


def test_bounds_of_numbers_and_of_laws_with_letters() -> None:
    assert chebyshev_bound(4, 3).result == S(4) / 9
    assert markov_bound(2, 5).result == S(2) / 5
    d = markov_bound("X ~ Pareto(1, k)", "2")  # there is a mean for k > 1 only
    assert d.check().verdict == "confirmed"
    with pytest.raises(NoRuleApplies, match="exclude"):
        markov_bound("X ~ Pareto(1, 1)", "2")
    with pytest.raises(ValueError, match="interval"):
        jensen_bound("x**2", "x", (1, 0))
