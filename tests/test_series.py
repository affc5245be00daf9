"""Taylor and Laurent series: known answers, algebra of series, and what has no series."""

from __future__ import annotations

import pytest
from sympy import E, Rational, Symbol, cos, exp, factorial, series, sin, symbols

import derive
from derive.calculus.series.operators import Truncated, laurent_terms, valuation
from derive.calculus.series.series import why_none
from lambdify_bridge import check
from lambdify_bridge.check import Claim

x, a = symbols("x a")


@pytest.mark.parametrize(
    ("f", "rule"),
    [
        ("exp(x)", "known series: exponential"),
        ("exp(x)*sin(x)", "Cauchy product"),
        ("exp(sin(x))", "known series: exponential"),
        ("1/sin(x)", "quotient of two series"),
        ("1/(1-x-x^2)", "long division"),
        ("atan(1+x)", "Taylor's formula"),
        ("sin(1+x)", "addition theorem"),
        ("(1+x)^x", "power as an exponential"),
    ],
)
def test_the_method_is_named(f: str, rule: str) -> None:
    assert derive.series(f, "x").root.rule == rule


def test_many_terms() -> None:
    d = derive.series("exp(x)", "x", n=30)
    assert d.result.coeff(x, 29) == 1 / factorial(29)


def test_the_centre_moves_and_comes_back() -> None:
    d = derive.series("exp(x)", "x", 2, n=3)
    assert (d.result - exp(2) * (1 + (x - 2) + (x - 2) ** 2 / 2)).expand() == 0


def test_letters_stay_letters() -> None:
    assert derive.series("exp(a*x)", "x", n=3).result == a**2 * x**2 / 2 + a * x + 1


def test_a_condition_is_said() -> None:
    d = derive.series("log(a+x)", "x", n=2)
    assert str(d.given) == "a > 0"


def test_removable_gaps_are_filled() -> None:
    assert derive.series("(1+x)^(1/x)", "x", n=2).result == E - E * x / 2


@pytest.mark.parametrize(
    ("f", "words"),
    [
        ("sqrt(x)", "branch point"),
        ("x*log(x)", "branch point"),
        ("exp(1/x)", "essential singularity"),
        ("abs(x)", "not smooth"),
    ],
)
def test_what_has_no_laurent_series_is_refused(f: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        derive.series(f, "x")


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="whole number from 1"):
        derive.series("sin(x)", "x", n=0)
    with pytest.raises(ValueError, match="moves with the variable"):
        derive.series("sin(x)", "x", x)


def test_a_wrong_coefficient_is_refuted() -> None:
    right = derive.series("tan(x)", "x", n=6).result
    goal = Truncated(sin(x) / cos(x), x, 0, 6)
    assert check(Claim(goal, right)).verdict == "confirmed"
    assert check(Claim(goal, right + Rational(1, 10**6) * x**5)).verdict == "refuted"


def test_parts_of_a_series() -> None:
    assert laurent_terms(2 * x + 1 / x**2, x) == [(2, 1), (1, -2)]
    assert valuation((1 - cos(x)) / x**3, x) == -1
    assert why_none(1 / sin(x), x, 0) == ""


@pytest.mark.parametrize("f", ["exp(x)/(1+x^2)", "log(1+x)*cos(x)", "1/(1+sin(x))", "tan(x)^2/x"])
def test_beside_sympy(f: str) -> None:
    ours = derive.series(f, "x", n=6).result
    theirs = series(derive.parse(f), Symbol("x"), 0, 6).removeO()
    assert (ours - theirs).expand() == 0
