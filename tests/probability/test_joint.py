"""Two letters together: marginals, conditionals, moments, total laws, by scipy's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import integrate
from scipy import stats as known
from sympy import Eq, S, Symbol, lambdify

from derive import (
    NoRuleApplies,
    conditional_density,
    conditional_expectation,
    conditional_variance,
    correlation,
    covariance,
    joint_expectation,
    law_of_total_expectation,
    law_of_total_variance,
    marginal,
)
from derive.probability.joint_laws import JointLaw, JointTable, joint_law, ranges
from derive.probability.joint_moments import ConditionalExpectation, JointCovariance
from lambdify_bridge import check

Law = tuple[Any, ...]
SQUARE: Law = ("x + y", ("x", 0, 1), ("y", 0, 1))
TRIANGLE: Law = ("2", ("x", 0, 1), ("y", 0, "x"))
FALLING: Law = ("3", ("x", 0, 1), ("y", 0, "1 - x"))
WEDGE: Law = ("exp(-x - y)", ("x", 0, "oo"), ("y", "x", "oo"))
TABLE: Law = ([["1/2", "1/8"], ["1/8", "1/4"]], ("x", [0, 1]), ("y", [0, 2]))
BELL: Law = ("X, Y ~ MultivariateNormal([1, -1], [[4, 2], [2, 9]])",)
LAWS = pytest.mark.parametrize("law", [SQUARE, TRIANGLE, FALLING, WEDGE], ids=lambda v: v[0])


def by_quadrature(g: str, law: Law) -> float:
    joint = joint_law(*law)
    f, (x, a, b), (y, c, d) = joint.args
    over = S(g).subs({"x": x, "y": y}) * f
    inner = [lambdify(x, end) for end in (c, d)]
    return float(integrate.dblquad(
        lambdify((y, x), over), float(a), min(float(b), 60), *(
            (lambda v, e=end: min(float(e(v)), 80.0)) for end in inner)
    )[0])  # fmt: skip


@LAWS
@pytest.mark.one_in(3)
@pytest.mark.parametrize("g", ["x", "x*y", "y**2"])
def test_expected_values(law: Law, g: str) -> None:
    expected = by_quadrature(g, law) / by_quadrature("1", law)
    assert float(joint_expectation(g, *law).result) == pytest.approx(expected, rel=1e-6)


@LAWS
@pytest.mark.parametrize("letter", ["x", "y"])
def test_marginals_have_the_moments_of_the_joint_law(law: Law, letter: str) -> None:
    found = marginal(letter, *law).result
    (x,) = found.free_symbols
    top = 60.0 if law is WEDGE else 1.0
    for k in (0, 1):
        total = integrate.quad(lambdify(x, x**k * found), 0, top)[0]
        expected = by_quadrature(f"{letter}**{k}", law) / by_quadrature("1", law)
        assert total == pytest.approx(expected, rel=1e-6)


@pytest.mark.one_in(2)
@LAWS
def test_the_total_laws_give_the_same_twice(law: Law) -> None:
    for both in (law_of_total_expectation("y", *law), law_of_total_variance("y", *law)):
        assert both.whole.result == both.by_parts.result


def test_a_table() -> None:
    P, xs, ys = np.array([[1 / 2, 1 / 8], [1 / 8, 1 / 4]]), np.array([0, 1]), np.array([0, 2])
    means = P.sum(1) @ xs, P.sum(0) @ ys
    assert float(covariance("x", "y", *TABLE).result) == xs @ P @ ys - means[0] * means[1]
    assert conditional_expectation("y", ("x", 1), *TABLE).result == S(4) / 3
    assert marginal("y", *TABLE).result == (S(5) / 8, S(3) / 8)
    both = law_of_total_variance("y", *TABLE)
    assert both.whole.result == both.by_parts.result == S(15) / 16
    assert both.by_parts.check().verdict == "confirmed"


def test_a_bivariate_normal_law() -> None:
    Y = next(s for s in marginal("Y", *BELL).result.free_symbols)
    assert float(marginal("Y", *BELL).result.subs(Y, 2)) == pytest.approx(known.norm(-1, 3).pdf(2))
    X = Symbol("X", real=True)
    assert conditional_expectation("Y", "X", *BELL).result.equals(-1 + (X - 1) / 2)
    assert conditional_variance("Y", "X", *BELL).result == 8
    assert covariance("X", "Y", *BELL).result == 2
    assert correlation("X", "Y", *BELL).result == S(1) / 3


def test_a_bell_with_letters() -> None:
    d = conditional_expectation(
        "Y", "X", "X, Y ~ MultivariateNormal([m, n], [[s**2, r*s*q], [r*s*q, q**2]])"
    )
    X, m, n, r = (Symbol(name, real=True) for name in "Xmnr")
    s, q = Symbol("s", positive=True), Symbol("q", positive=True)
    assert (d.result - (n + r * q / s * (X - m))).simplify() == 0
    assert (q**2 * (1 - r) * (r + 1) > 0) in d.given.args


# fmt: off
STEPS = [
    (marginal,               ("y", *TRIANGLE)),
    (conditional_density,    ("x", "y", *TRIANGLE)),
    (conditional_expectation, ("x*y", "y", *FALLING)),
    (conditional_variance,   ("y", "x", *WEDGE)),
    (correlation,            ("x", "y", *SQUARE)),
]
# fmt: on


@pytest.mark.one_in(2)
@pytest.mark.parametrize(("function", "asked"), STEPS, ids=lambda v: getattr(v, "__name__", ""))
def test_each_step_is_true(function: Any, asked: tuple[Any, ...]) -> None:
    assert function(*asked).check().verdict == "confirmed"


def test_mistakes_are_refuted() -> None:
    law = joint_law(*TRIANGLE)
    x, y = law.letters
    for goal, wrong in (
        (JointCovariance(x, y, law), S(1) / 35),
        (ConditionalExpectation(y, (x, x), law), x / 3),
        (ConditionalExpectation(x, (y, y), law), y / 2),
    ):
        assert check(Eq(goal, wrong, evaluate=False)).verdict == "refuted"


def test_regions_are_turned() -> None:
    x, y = Symbol("x", positive=True), Symbol("y", positive=True)
    falling = JointLaw(1, (x, 0, 1), (y, 0, 1 - x))
    assert ranges(falling, y) == ((x, 0, 1 - y), (y, 0, 1))
    no_wedge = JointLaw(1, (x, 0, 1), (y, 0, 1 + x))
    assert ranges(no_wedge, y) is None


# fmt: off
REFUSED: list[tuple[Law, str]] = [
    (("x", ("x", 0, 1)),                                      "a joint law is"),
    (("x", ("x", 0, "y"), ("y", 0, 1)),                       "write the other one first"),
    (("x", ("x", 0, 1), ("x", 0, 1)),                         "same name"),
    (([["1/2", "1/4"], [0, 0]], ("x", [0, 1]), ("y", [0, 1])), "add up to 3/4"),
    (([["1/2", "1/2"]], ("x", [0]), ("y", [0, 0])),           "different values"),
]
# fmt: on


@pytest.mark.parametrize(("law", "why"), REFUSED, ids=lambda v: str(v)[:20])
def test_refused(law: Law, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        joint_law(*law)


def test_tables_are_laws() -> None:
    assert isinstance(joint_law(*TABLE), JointTable)
    with pytest.raises(ValueError, match="write the value"):
        conditional_expectation("y", "x", *TABLE)


@pytest.mark.parametrize("law", [
    ("1/x", ("x", 0, 1), ("y", 0, 1)),
    ("1", ("x", 0, "oo"), ("y", 0, 1)),
    ("-1", ("x", 0, 1), ("y", 0, 1)),
    ("1", ("x", 1, 0), ("y", 0, 1)),
])  # fmt: skip
def test_what_is_no_density_has_no_marginal(law: tuple[Any, ...]) -> None:
    with pytest.raises((ValueError, NoRuleApplies)):
        marginal("x", *law)
