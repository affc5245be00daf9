"""Published wrong results, and equations that are right almost everywhere: none is confirmed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sympy import (
    Derivative,
    Float,
    Heaviside,
    Integral,
    Inverse,
    Limit,
    Matrix,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    exp,
    log,
    oo,
    pi,
    sqrt,
    zeta,
)

from lambdify_bridge import check
from tests.support.nearly_right import NEARLY_RIGHT, OPEN
from tests.support.published_wrong import PUBLISHED, Claim, Published

x, a, n = Symbol("x"), Symbol("a"), Symbol("n", integer=True)
EVERY = [*PUBLISHED, *(row for row in NEARLY_RIGHT if row.thread not in OPEN)]
MOST_UNDECIDED = 0.1  # of the right ones


def _of(row: Published, right: bool) -> Any:
    return next((claim for is_right, claim in row.claims() if is_right is right), None)


@pytest.mark.one_in(5)
@pytest.mark.parametrize("row", EVERY, ids=lambda row: row.thread)
def test_a_wrong_result_is_not_confirmed(row: Published) -> None:
    assert check(_of(row, right=False)).verdict in ("refuted", "undecided")


@pytest.mark.one_in(3)
@pytest.mark.parametrize("row", EVERY[::7], ids=lambda row: row.thread)
def test_a_wrong_result_is_neither_proved_nor_certified(row: Published) -> None:
    assert check(_of(row, right=False), level="proved").verdict in ("refuted", "undecided")


def test_the_right_results_are_confirmed_and_none_is_refuted() -> None:
    claims = [claim for row in EVERY[::3] if (claim := _of(row, right=True)) is not None]
    found = Counter(check(claim).verdict for claim in claims)
    assert set(found) <= {"confirmed", "undecided"}
    assert found["undecided"] <= MOST_UNDECIDED * len(claims)


# ------------------------------------------------------------------ one by one


def test_a_peak_between_the_nodes_is_seen() -> None:
    peak = Integral(exp(-((1000 * x - 300) ** 2)), (x, 0, 1))
    assert check(Claim(peak, Rational(0))).verdict == "refuted"
    far = Integral(exp(-(x**2)) + exp(-((x - 1000) ** 2)), (x, -oo, oo))
    assert check(Claim(far, sqrt(pi))).verdict == "refuted"
    assert check(Claim(far, 2 * sqrt(pi))).verdict == "confirmed"


def test_a_limit_that_turns_far_out_is_not_settled() -> None:
    assert check(Claim(Limit(x / log(x) ** 1000, x, oo), Rational(0))).verdict == "undecided"
    assert check(Claim(Limit(x / (x + 10**300), x, oo), Rational(0))).verdict == "undecided"
    assert check(Claim(Limit(x ** Rational(-1, 10**6), x, oo), Rational(0))).verdict == "undecided"


def test_a_sum_that_nearly_diverges_has_its_value() -> None:
    p = Rational(101, 100)
    assert check(Claim(Sum(n**-p, (n, 1, oo)), zeta(p))).verdict == "confirmed"


def test_a_border_far_out_is_found() -> None:
    wrong = Piecewise((2 * x, x < 1000), (0, True))
    assert check(Claim(Derivative(x**2, x), wrong)).verdict == "refuted"
    assert check(Claim(Derivative(x**2, x), 2 * x + Heaviside(x - 10**5))).verdict == "refuted"


def test_very_small_constants_are_compared_relative_to_themselves() -> None:
    planck, boltzmann = Rational(662607015, 10**42), Float("1.380649e-23")
    assert check(Claim(Derivative(planck * x**2, x), 3 * planck * x)).verdict == "refuted"
    assert check(Claim(Derivative(planck * x**2, x), 2 * planck * x)).verdict == "confirmed"
    wrong = Float("4.141947e-23") * x
    assert check(Claim(Derivative(boltzmann * x**2, x), wrong)).verdict == "refuted"


def test_sides_may_be_plain_numbers_and_matrices_that_can_be_changed() -> None:
    assert check(Claim(Derivative(x, x), 1)).verdict == "confirmed"
    inverse = Inverse(Matrix([[a, 0], [0, 2]]))
    assert check(Claim(inverse, Matrix([[1 / a, 0], [0, Rational(1, 2)]]))).verdict == "confirmed"


def test_where_only_the_right_side_of_an_identity_is_real_it_is_said() -> None:
    report = check(Claim(2 * log(x), log(x**2)))
    assert report.verdict == "undecided"
    assert "the right side is real, and not the left one" in report.reason
