"""What the check lets pass, and what it turns away: wrong closed forms, right ones, its levels.

The whole of the claims is run by benchmarks/trust.py; here every fault on some of them.
"""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from sympy import (
    Abs,
    Derivative,
    Eq,
    Float,
    Function,
    I,
    Integral,
    Limit,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    atan,
    cos,
    exp,
    floor,
    log,
    oo,
    pi,
    sign,
    sin,
    sqrt,
    tan,
)

import derive
from lambdify_bridge import NotVerified, Undecided, check, estimate
from lambdify_bridge.certificate import NoCertificate, bound
from lambdify_bridge.proof import proof
from tests.support.claims import OF_THEIR_OWN, Claim, right, wrong

x, a, n = Symbol("x"), Symbol("a"), Symbol("n", integer=True, positive=True)
z = Symbol("z", complex=True)
needs_flint = pytest.mark.skipif(
    importlib.util.find_spec("flint") is None, reason="python-flint is not installed"
)
EVERY = 18
RIGHT, WRONG = list(right()), list(wrong())


def eq(left, right) -> Eq:
    return Eq(left, right, evaluate=False)


@pytest.mark.parametrize("claim", OF_THEIR_OWN, ids=lambda claim: claim.name)
def test_a_lost_branch_a_jump_or_a_lost_condition_is_not_confirmed(claim: Claim) -> None:
    assert not check(claim).passed


@pytest.mark.one_in(2)
@pytest.mark.parametrize("claim", WRONG[::EVERY], ids=lambda claim: claim.name)
def test_a_wrong_closed_form_is_not_confirmed(claim: Claim) -> None:
    assert not check(claim).passed


@pytest.mark.parametrize("claim", RIGHT[3::EVERY], ids=lambda claim: claim.name)
def test_a_right_closed_form_is_not_refuted(claim: Claim) -> None:
    assert check(claim).verdict != "refuted"


# ------------------------------------------------------------------ where it looks


def test_an_antiderivative_that_jumps_is_refuted_by_its_growth() -> None:
    report = check(eq(Integral(1 / (2 + cos(x)), x), 2 * atan(tan(x / 2) / sqrt(3)) / sqrt(3)))
    assert report.verdict == "refuted"
    assert "it jumps" in report.reason


def test_the_part_on_which_an_antiderivative_is_not_real_is_named() -> None:
    report = check(eq(Integral(1 / x, x), log(x)))
    assert report.verdict == "undecided"
    assert "the integrand is real, the claim is not" in report.reason


def test_points_are_on_both_sides_of_a_singular_point_and_far_out() -> None:
    report = check(eq(Derivative(1 / (x - 7), x), -1 / (x - 7) ** 2))
    places = [p["x"] for p in report.points]
    assert any(6.9 < p < 7 for p in places)
    assert any(7 < p < 7.1 for p in places)
    assert min(places) < -10
    assert max(places) > 10
    assert min(map(abs, places)) < 0.02


def test_equal_letters_are_looked_at() -> None:
    m = Symbol("m", integer=True, positive=True)
    orthogonal = eq(Integral(sin(m * x) * sin(n * x), (x, 0, 2 * pi)), 0)
    report = check(orthogonal)
    assert report.verdict == "refuted"
    assert report.points[0]["m"] == report.points[0]["n"]


def test_both_sides_of_the_border_of_a_condition_are_looked_at() -> None:
    mean = Integral(1 / (a + cos(x)), (x, 0, 2 * pi))
    found = 2 * pi / sqrt(a**2 - 1)
    assert check(Claim("", mean, found, a > 1)).verdict == "confirmed"
    assert check(Claim("", mean, found, a > Rational(1, 2))).verdict != "confirmed"
    steep = Piecewise((x**2, x < 11), (0, True))
    assert check(Claim("", Derivative(steep, x), 2 * x, x < 12)).verdict == "refuted"
    assert check(Claim("", Derivative(steep, x), 2 * x, x < 11)).verdict == "confirmed"


def test_letters_declared_complex_are_complex() -> None:
    assert check(eq(log(exp(z)), z)).verdict == "refuted"  # beyond |Im z| < pi
    assert check(eq(sqrt(z**2), z)).verdict == "refuted"
    assert check(eq(log(-z), log(z) - I * pi)).verdict == "refuted"  # below the cut
    assert check(eq(exp(log(z)), z + 0 * x)).verdict in ("confirmed", "undecided")
    assert check(eq(sin(z) ** 2, 1 - cos(z) ** 2)).verdict == "confirmed"


def test_a_narrow_peak_on_the_whole_line_is_seen() -> None:
    narrow = estimate(Integral(1 / (x**2 + Rational(1, 10000)), (x, -oo, oo)))
    assert abs(float(narrow) - 100 * np.pi) < 1e-8


def test_a_complex_step_gives_all_digits_and_refuses_a_kink() -> None:
    steep = Derivative(exp(x) / sqrt(sin(x) ** 3 + cos(x) ** 3), x)
    found = estimate(steep, {x: Rational(3, 2)}, method="complex step")
    assert float(found) == pytest.approx(4.053427893898621, rel=4e-16)  # Squire and Trapp 1998
    with pytest.raises(Undecided, match=r"Abs\(x\) is none"):
        estimate(Derivative(Abs(x), x), {x: 1}, method="complex step")


# ------------------------------------------------------------------ levels


@pytest.mark.parametrize(
    "equation",
    [
        eq(Derivative(tan(x), x), 1 + tan(x) ** 2),
        eq(Derivative(exp(a * x) * sin(x), x), exp(a * x) * (a * sin(x) + cos(x))),
        eq(Integral(log(Abs(x)), x), x * log(Abs(x)) - x),
        eq(Integral(sin(x) ** 2, x), x / 2 - sin(2 * x) / 4),
        eq(Sum(n, (n, 1, Symbol("m", integer=True, positive=True))), Symbol("m", integer=True, positive=True) * (Symbol("m", integer=True, positive=True) + 1) / 2),  # noqa: E501
    ],
    ids=str,
)  # fmt: skip
def test_what_exact_rewriting_shows_is_proved(equation: Eq) -> None:
    report = check(equation, level="proved")
    assert report.verdict == "proved", report
    assert report.require("proved") is report


@pytest.mark.parametrize("claim", WRONG[1::EVERY], ids=lambda claim: claim.name)
def test_nothing_wrong_is_proved(claim: Claim) -> None:
    assert check(claim, level="proved").verdict != "proved"


@needs_flint
@pytest.mark.parametrize(
    "equation",
    [
        eq(Integral(1 / (sqrt(2) + cos(x)), (x, 0, 2 * pi)), 2 * pi),
        eq(Integral(Abs(x - Rational(1, 3)), (x, 0, 1)), Rational(5, 18)),
        eq(Derivative(Function("f")(x), x) * 0 + Integral(exp(-(x**2)), (x, 0, 1)), sqrt(pi) * derive.parse("erf(1)") / 2),  # noqa: E501
    ],
    ids=str,
)  # fmt: skip
def test_what_balls_bound_is_certified(equation: Eq) -> None:
    assert check(equation, level="certified").verdict == "certified"


@needs_flint
def test_balls_that_do_not_meet_are_a_bound_of_infinity() -> None:
    integral = Integral(exp(-(x**2)), (x, 0, 1))
    assert bound(integral, Rational(7468241328124271, 10**16), {}) == float("inf")  # 1e-16 off
    assert bound(Derivative(sin(x), x), cos(x), {x: Rational(1, 3)}) < 1e-50
    assert bound(Derivative(sin(x), x), cos(x) + Rational(1, 10**40), {x: 1}) == float("inf")


@needs_flint
@pytest.mark.parametrize(
    ("expression", "why"),
    [
        (Integral(exp(-x), (x, 0, oo)), "infinite range"),
        (Integral(1 / sqrt(x), (x, 0, 1)), "singular point"),
        (Derivative(Abs(x), x).subs(x, x), "analytic"),
        (Limit(sin(x) / x, x, 0), "Limit"),
    ],
    ids=str,
)
def test_where_there_is_no_certificate_it_is_said_why(expression, why: str) -> None:
    with pytest.raises(NoCertificate, match=why):
        bound(expression, Rational(1), {x: Rational(0)})


def test_the_proof_is_not_taken_in_by_jumps_and_floats() -> None:
    assert proof(Integral(cos(x), x), sin(x) + sign(x)) == ""
    assert proof(Integral(cos(x), x), sin(x) + floor(x)) == ""
    assert proof(Derivative(Float("0.1") * x, x), Float("0.1")) == ""
    assert proof(Derivative(sqrt(x**2), x), 1 + 0 * x) == ""


def test_verify_says_which_step_is_weaker_and_carries_the_report() -> None:
    d = derive.limit("sin(x)/x", "x", 0)
    with pytest.raises(NotVerified, match="is confirmed, not proved") as caught:
        d.verify("proved")
    assert caught.value.report.verdict == "confirmed"
    assert d.verify().verdict == "confirmed"


def test_a_counterexample_is_in_the_error() -> None:
    with pytest.raises(NotVerified, match=r"at x = .* left is .* right is") as caught:
        check(eq(Derivative(x**3, x), 2 * x**2)).require()
    assert caught.value.report.points


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="'confirmed', 'certified', 'proved'"):
        check(eq(Derivative(x**2, x), 2 * x), level="sure")


def test_a_whole_derivation_is_proved_step_by_step() -> None:
    report = derive.diff("exp(-x**2)*log(x)/(1 + x**2)", "x").verify("proved")
    assert len(report.steps) > 5
    assert all(step.verdict == "proved" for step in report.steps)


def test_the_table_of_orders_is_a_picture() -> None:
    pytest.importorskip("matplotlib")
    axes = check(eq(Derivative(sin(x), x), cos(x))).plot()
    errors = axes.lines[0].get_ydata()
    assert len(errors) > 10
    assert axes.get_xscale() == axes.get_yscale() == "log"


def test_an_answer_that_is_not_about_orders_has_no_picture() -> None:
    with pytest.raises(ValueError, match="no table of orders"):
        check(eq(Sum(n, (n, 1, 3)), 6)).plot()
