"""Taylor and Laurent series: known answers, algebra of series, and what has no series."""

from __future__ import annotations

import pytest
from sympy import E, Rational, Symbol, cos, exp, factorial, series, sin, symbols

import derive
from derive.calculus.series.operators import Truncated, laurent_terms, valuation
from derive.calculus.series.series import why_none
from lambdify_bridge import check, to_numpy
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


# ------------------------------------------------------------------ the remainder


@pytest.mark.parametrize(
    ("f", "n", "on"),
    [
        ("exp(x)", 3, (0, 1)),
        ("sin(x)", 6, (-1, 1)),
        ("log(1+x)", 4, (0, "1/2")),
        ("cos(x)", 4, (-2, 2)),
        ("atan(x)", 3, (-1, 1)),
    ],
)
def test_the_remainder_is_within_its_bound(f: str, n: int, on: tuple[object, object]) -> None:
    found = derive.taylor_remainder(f, "x", n=n, on=on)
    bound = float(found.bound)
    gap = to_numpy(derive.parse(f) - found.polynomial.result)
    low, high = (float(derive.parse(str(end))) for end in on)
    sizes = [abs(gap(low + (high - low) * k / 50)) for k in range(51)]
    assert 0.05 * bound < max(sizes) <= bound
    assert found.largest.check().verdict == "confirmed"


def test_the_form_of_lagrange() -> None:
    assert derive.taylor_remainder("exp(x)", "x", n=2).form == x**2 * exp(Symbol("xi")) / 2


def test_a_remainder_needs_an_interval_around_the_centre() -> None:
    with pytest.raises(ValueError, match="does not hold the centre"):
        derive.taylor_remainder("exp(x)", "x", on=(1, 2))
    with pytest.raises(ValueError, match="two ends"):
        derive.taylor_remainder("exp(x)", "x", on=1)
    with pytest.raises(ValueError, match="has a pole"):
        derive.taylor_remainder("1/x", "x")


@pytest.mark.parametrize("f", ["exp(x)/(1+x^2)", "log(1+x)*cos(x)", "1/(1+sin(x))", "tan(x)^2/x"])
def test_beside_sympy(f: str) -> None:
    ours = derive.series(f, "x", n=6).result
    theirs = series(derive.parse(f), Symbol("x"), 0, 6).removeO()
    assert (ours - theirs).expand() == 0
