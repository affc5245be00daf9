"""Rounding: conditions, the unit roundoff and errors of sums, against arithmetic really done."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from sympy import Abs, Eq, Rational, S, Symbol, Tuple, ceiling, log

from derive import condition_of, relative_error, roundoff_of_sum, unit_roundoff
from derive.numerical_computing.rounding import (
    FirstOrder,
    Gamma,
    PairwiseSum,
    RecursiveSum,
    RelativeCondition,
    RelativeErrorBound,
    Spacing,
    UnitRoundoff,
)
from lambdify_bridge import check

a, b, x = Symbol("a"), Symbol("b"), Symbol("x")
u = Symbol("u", positive=True)
n, p = (Symbol(s, integer=True, positive=True) for s in "np")
beta = Symbol("beta", integer=True, positive=True)

# fmt: off
WRONG: list[tuple[Any, Any]] = [
    (RelativeCondition(a - b, a),                       Abs(a) / (Abs(a) + Abs(b))),
    (RelativeCondition(log(x), x),                      Abs(log(x))),
    (RelativeErrorBound(a - b, Tuple(a, b), u),         2 * u),
    (RelativeErrorBound(a * b, Tuple(a, b), u),         u),
    (Spacing(beta, p),                                  beta**-p),
    (UnitRoundoff(beta, p),                             beta ** (1 - p)),
    (RecursiveSum(n, u),                                (1 + u) ** n - 1),
    (RecursiveSum(n, u),                                (n - 1) * u),
    (PairwiseSum(n, u),                                 (1 + u) ** (n - 1) - 1),
    (FirstOrder(RecursiveSum(n, u)),                    n * u),
    (FirstOrder(PairwiseSum(n, u)),                     u * (ceiling(log(n) / log(2)) + 1)),
    (Gamma(S(3), S(1) / 7),                             Rational(3, 7)),
]
FORMULAS = [
    ("log(x)", "x"), ("a - b", "a"), ("exp(x)", "x"), ("(1 - cos(x))/x^2", "x"),
    ("b^2 - 4*a*c", "b"), ("sqrt(x + 1) - sqrt(x)", "x"), ("x^n", "x"),
]
# fmt: on


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Any, claim: Any) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


@pytest.mark.parametrize(("formula", "letter"), FORMULAS)
def test_conditions(formula: str, letter: str) -> None:
    d = condition_of(formula, letter)
    assert d.check().verdict == "confirmed", d.report


def test_cancellation() -> None:
    d = relative_error("a - b")
    assert d.check().verdict == "confirmed", d.report
    worst = d.to_numpy(["a", "b", "u"])(1.0, 0.999, 1e-9)
    moved = [(1 + s * 1e-9) - 0.999 * (1 + t * 1e-9) for s in (1, -1) for t in (1, -1)]
    assert max(abs(m / 0.001 - 1) for m in moved) == pytest.approx(worst, rel=1e-6)
    assert relative_error("a*b/c").result == 3 * u


def test_the_unit_roundoff_of_double_and_single() -> None:
    for digits, kind in ((53, np.float64), (24, np.float32), (11, np.float16)):
        d = unit_roundoff(2, digits)
        assert float(d.result) == float(np.finfo(kind).eps) / 2
        assert d.check().verdict == "confirmed", d.report
    assert unit_roundoff().result == beta ** (1 - p) / 2
    assert unit_roundoff().check().verdict == "confirmed"


@pytest.mark.parametrize("method", ["recursive", "pairwise"])
@pytest.mark.parametrize("bound", ["first order", "all orders", "gamma"])
def test_sums(method: str, bound: str) -> None:
    for terms in ("n", 9):
        d = roundoff_of_sum(terms, method, bound)
        assert d.check().verdict == "confirmed", d.report


def test_real_sums_stay_within_the_bound() -> None:
    size, unit = 200, float(unit_roundoff(2, 24).result)
    gamma = roundoff_of_sum("n", "recursive", "gamma").to_numpy(["n", "u"])(size, unit)
    for seed in range(20):
        terms = np.random.default_rng(seed).normal(size=size).astype(np.float32)
        total = np.float32(0)
        for term in terms:
            total = np.float32(total + term)
        exact = sum(map(Fraction, map(float, terms)))
        sizes = sum(abs(Fraction(float(t))) for t in terms)
        assert abs(Fraction(float(total)) - exact) <= Fraction(gamma) * sizes


def test_mistakes_of_the_caller_are_named() -> None:
    with pytest.raises(ValueError, match="does not depend"):
        condition_of("x^2", "y")
    with pytest.raises(ValueError, match="write one of recursive"):
        roundoff_of_sum(5, "sorted")
    with pytest.raises(ValueError, match="2 or more"):
        unit_roundoff(1, 5)
    with pytest.raises(ValueError, match="take another letter"):
        relative_error("u*v")


def test_a_sum_of_many_terms_is_decided() -> None:
    """(1 + u)**1023 has its coefficients on small circles only."""
    d = roundoff_of_sum(1024)
    assert d.result == 1023 * Symbol("u", positive=True)
    assert d.check(points=1, far=False).verdict == "confirmed", d.report
