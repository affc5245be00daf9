"""Verdicts: what is confirmed, refuted and undecided; estimates from definitions."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from sympy import (
    Abs,
    Add,
    Basic,
    Derivative,
    Determinant,
    Eq,
    Float,
    Function,
    I,
    ImmutableMatrix,
    Integral,
    Inverse,
    Limit,
    Rational,
    Sum,
    Symbol,
    cos,
    cosh,
    exp,
    factorial,
    floor,
    log,
    oo,
    pi,
    sin,
    sinh,
    sqrt,
    tan,
    zeta,
)

from derive import diff
from derive.engine import DOES_NOT_EXIST
from lambdify_bridge import Report, Undecided, check, estimate, residual_of
from lambdify_bridge.evaluate import Evaluator

x, y, n, a = Symbol("x"), Symbol("y"), Symbol("n"), Symbol("a")
f = Function("f")


def eq(left, right) -> Eq:
    return Eq(left, right, evaluate=False)


def lim(f, x0, side: str = "+-") -> Basic:
    return Basic.__new__(Limit, f, x, Rational(x0) if isinstance(x0, int) else x0, Symbol(side))


TRUE = [
    eq(Derivative(sin(x) ** 2, x), 2 * sin(x) * cos(x)),
    eq(Derivative(exp(x * y), x, y), (1 + x * y) * exp(x * y)),
    eq(Derivative(f(2 * x), x), 2 * Derivative(f(y), y).subs(y, 2 * x)),
    eq(Integral(1 / x, x), log(Abs(x))),
    eq(Integral(x * exp(x), x), (x - 1) * exp(x) + 17),
    eq(Integral(sin(x), (x, 0, pi)), 2),
    eq(Integral(exp(-(x**2)), (x, -oo, oo)), sqrt(pi)),
    eq(Integral(1 / sqrt(x), (x, 0, 1)), 2),
    eq(Integral(Abs(sin(2 * x)), (x, 0, 2 * pi)), 4),
    eq(Integral(1 / (sqrt(2) + cos(x)), (x, 0, 2 * pi)), 2 * pi),
    eq(Integral(1 / x**2, (x, -1, 1)), oo),
    eq(Integral(sqrt(x**2 - 2 * x + 1), (x, 0, 2)), 1),
    eq(Integral(1 / x, (x, -1, 1)), DOES_NOT_EXIST),
    eq(lim(sin(x) / x, 0), 1),
    eq(lim((x - sin(x)) / x**3, 0), Rational(1, 6)),
    eq(lim((exp(x) - sum(x**k / factorial(k) for k in range(8))) / x**8, 0), 1 / factorial(8)),
    eq(lim(2 ** (1 / x), 0, "-"), 0),
    eq(lim(2 ** (1 / x), 0, "+"), oo),
    eq(lim(1 / x, 0), DOES_NOT_EXIST),
    eq(lim(sin(1 / x), 0), DOES_NOT_EXIST),
    eq(lim((1 + a / x) ** x, oo), exp(a)),
    eq(lim(1 / log(x), oo), 0),
    eq(lim(tan(x), pi / 2, "-"), oo),
    eq(lim(floor(x), 2, "-"), 1),
    eq(lim(x - floor(x), oo), DOES_NOT_EXIST),
    eq(lim(exp(x) * sin(x), oo), DOES_NOT_EXIST),
    eq(lim(log(log(x)), oo), oo),
    eq(lim(log(sin(2 * x)) / log(sin(x)), 0, "+"), 1),
    eq(Sum(1 / n**2, (n, 1, oo)), zeta(2)),
    eq(Sum(n, (n, 1, 10)), 55),
    eq(Sum(1 / factorial(n), (n, 0, oo)), exp(1)),
    eq(Determinant(ImmutableMatrix([[1, 2], [3, x]])), x - 6),
    eq(Inverse(ImmutableMatrix([[1, 2], [3, 4]])), ImmutableMatrix([[-4, 2], [3, -1]]) / 2),
]
FALSE = [
    eq(Derivative(sin(x) ** 2, x), 2 * sin(x)),
    eq(Derivative(x**3, x), 3 * x**2 * Float("1.000001")),
    eq(Derivative(Float("1e-9") * x**2, x), Float("1e-9") * x),
    eq(Integral(1 / x, x), -log(Abs(x))),
    eq(Integral(sin(x), (x, 0, pi)), Float("2.0001")),
    eq(Integral(Abs(sin(2 * x)), (x, 0, 2 * pi)), 2),
    eq(Integral(1 / (sqrt(2) + cos(x)), (x, 0, 2 * pi)), 0),
    eq(Integral(1 / x**2, (x, -1, 1)), -2),
    eq(Integral(1 / x, (x, -1, 1)), 0),
    eq(lim(2 ** (1 / x), 0, "-"), oo),
    eq(lim(sin(x) / x, 0), DOES_NOT_EXIST),
    eq(lim(1 / x, 0), oo),
    eq(lim(sin(1 / x), 0), 0),
    eq(lim((1 - cos(x)) / x**2, 0), Rational(501, 1000)),
    eq(Sum(1 / n**2, (n, 1, oo)), Float("1.645")),
    eq(Determinant(ImmutableMatrix([[1, 2], [3, x]])), x + 6),
    eq(Inverse(ImmutableMatrix([[1, 2], [3, 4]])), ImmutableMatrix([[4, 2], [3, -1]]) / 2),
]


@pytest.mark.parametrize("equation", TRUE, ids=str)
def test_what_is_true_is_confirmed(equation: Eq) -> None:
    report = check(equation)
    assert report.verdict == "confirmed", report
    assert report.error <= report.tolerance


@pytest.mark.parametrize("equation", FALSE, ids=str)
def test_what_is_false_is_refuted_with_a_counterexample(equation: Eq) -> None:
    report = check(equation)
    assert report.verdict == "refuted", report
    assert "left is" in report.reason
    assert not report.error <= report.tolerance


SLOW = [
    eq(lim(log(x) ** 10 / x ** Rational(1, 10), oo), 0),
    eq(lim(1 / log(log(x)), oo), 0),
    eq(lim((1 + 1 / log(x)) ** log(x), oo), exp(1)),
    eq(lim(sqrt(log(x) + 1) - sqrt(log(x)), oo), 0),
]


@pytest.mark.parametrize("equation", SLOW, ids=str)
def test_a_true_limit_that_is_slow_to_show_is_never_refuted(equation: Eq) -> None:
    assert check(equation).verdict in ("undecided", "confirmed")


@pytest.mark.parametrize(
    ("equation", "why"),
    [
        (eq(Derivative(sin(x), x), Derivative(sin(x), x)), "same expression"),
        (eq(Integral(sin(1 / x), (x, 0, 1)), pi / 6), "disagree"),
        (eq(Derivative(exp(x), (x, 6)), exp(x)), "order above 4"),
    ],
)
def test_what_cannot_be_told_is_undecided(equation: Eq, why: str) -> None:
    report = check(equation)
    assert report.verdict == "undecided"
    assert why in report.reason


def test_the_condition_of_an_equation_limits_where_it_is_looked_at() -> None:
    class Conditional:
        lhs, rhs = Derivative(Abs(x), x), Rational(1)
        given = x > 0

    report = check(Conditional())
    assert report.verdict == "confirmed"
    assert all(point["x"] > 0 for point in report.points)
    Conditional.given = x < 1
    assert check(Conditional()).verdict == "refuted"


def test_letters_keep_what_is_known_of_them() -> None:
    k = Symbol("k", integer=True, positive=True)
    report = check(eq(Derivative(x**k, x), k * x ** (k - 1)))
    assert report.verdict == "confirmed"
    assert all(point["k"] == int(point["k"]) > 0 for point in report.points)


def test_the_same_points_for_the_same_seed() -> None:
    equation = TRUE[0]
    assert check(equation, seed=3).points == check(equation, seed=3).points
    assert check(equation, seed=3).points != check(equation, seed=4).points


# ------------------------------------------------------------------ derivations


def test_every_step_of_a_derivation_is_looked_at() -> None:
    report = diff("x**2*sin(x)", "x").check()
    assert report.verdict == "confirmed"
    assert [step.verdict for step in report.steps] == ["confirmed"] * 3


@pytest.mark.false_on_purpose
def test_a_false_step_under_a_right_answer_is_found() -> None:
    from dataclasses import replace

    d = diff("x**2*sin(x)", "x")
    wrong = replace(d.root.parts[0], equals=d.root.parts[0].equals + x)
    report = replace(d, root=replace(d.root, parts=(wrong, *d.root.parts[1:]))).check()
    assert report.verdict == "refuted"
    assert "step" in report.reason


def test_an_unchecked_derivation_does_not_pass() -> None:
    d = diff("x**2", "x")
    assert d.verdict == "undecided"
    d.check()
    assert d.verdict == "confirmed"


# ------------------------------------------------------------------ convergence at the order


@pytest.mark.parametrize(
    ("operator", "claim"),
    [
        (Derivative(exp(x) * sin(x), x), exp(x) * (sin(x) + cos(x))),
        (Integral(x**3 - sin(x), (x, 0, 1)), Rational(1, 4) + cos(1) - 1),
    ],
)
def test_estimates_converge_at_order_two(operator, claim) -> None:
    report = check(eq(operator, claim))
    assert report.order == pytest.approx(2, abs=0.1)
    falling = [row for row in report.orders if row.order is not None]
    assert len(falling) >= 3
    assert falling[0].error > 100 * falling[-1].error


def test_a_claim_off_by_less_than_a_tolerance_stalls() -> None:
    from lambdify_bridge.convergence import convergence

    claim = exp(x) * (1 + Float("1e-7"))
    found = convergence(Derivative(exp(x), x), claim, {x: Rational(1, 2)})
    assert found is not None
    assert not found.seen


# ------------------------------------------------------------------ estimates


def test_gradient_is_numpys() -> None:
    found = estimate(Derivative(sin(x), x), {x: 1}, method="gradient", steps=64)
    grid = 1 + np.linspace(-1, 1, 65) / 32
    assert found.value == pytest.approx(np.gradient(np.sin(grid), grid)[32], rel=1e-14)
    assert abs(found.value - math.cos(1)) <= 3 * found.error + 1e-12


@pytest.mark.parametrize(
    ("integral", "value", "tolerance"),
    [
        (Integral(x**2, (x, 0, 1)), 1 / 3, 1e-6),
        (Integral(exp(-(x**2)), (x, -oo, oo)), math.sqrt(math.pi), 1e-12),
        (Integral(exp(-x), (x, 0, oo)), 1, 1e-6),
        (Integral(exp(x), (x, -oo, 0)), 1, 1e-6),
    ],
)
def test_trapezoid(integral: Integral, value: float, tolerance: float) -> None:
    found = estimate(integral, method="trapezoid")
    assert float(found) == pytest.approx(value, abs=tolerance)


def test_estimates_by_definition() -> None:
    assert float(estimate(lim(sin(x) / x, 0))) == pytest.approx(1, abs=1e-12)
    assert float(estimate(Derivative(x**3, x), {"x": 2})) == pytest.approx(12, abs=1e-12)
    assert float(estimate(Sum(1 / n**2, (n, 1, oo)))) == pytest.approx(math.pi**2 / 6, abs=1e-8)
    with pytest.raises(Undecided, match="not an operator"):
        estimate(x + 1, {x: 2})
    with pytest.raises(ValueError, match="method"):
        estimate(Derivative(x, x), {x: 1}, method="guess")


def test_eigenvalues_by_residual() -> None:
    from derive.linear_algebra.eigen import Eigenvalues

    found = estimate(Eigenvalues(ImmutableMatrix([[2, 1], [1, 2]])))
    assert [complex(v) for v in found.value] == pytest.approx([1, 3])
    assert 0 <= found.error < 1e-20


def test_eigenpair_residual() -> None:
    assert residual_of([[2, 1], [1, 2]], 3, [1, 1]) == 0
    assert residual_of([[2, 1], [1, 2]], 3, [1, 0.9]) > 0.05


def test_values_against_numpy() -> None:
    at = Evaluator({x: Rational(7, 10), y: 2})
    assert float(at(sin(x) ** y / (1 + exp(-x)))) == pytest.approx(
        np.sin(0.7) ** 2 / (1 + np.exp(-0.7)), rel=1e-14
    )


def test_reports_are_one_line() -> None:
    report = check(TRUE[0])
    assert isinstance(report, Report)
    assert str(report).startswith("confirmed: 16 points")
    assert "\n" not in str(report)


def test_a_small_limit_is_not_taken_for_zero() -> None:
    """Extrapolated below its own accuracy, a limit is 0 only if the values still fall steadily."""
    from lambdify_bridge.sequence import extrapolated

    c = mpmath.MPContext()
    c.dps = 30
    falling = [c.mpf(4) ** -k / 1000 for k in range(3, 11)]
    assert extrapolated(c, falling) == 0
    higher = [c.mpf(4) ** (7 - k) * c.mpf("1e-7") for k in range(8)]
    assert extrapolated(c, [v + c.mpf("8e-10") for v in higher]) != 0


def test_equal_parts_of_a_formula_that_are_not_the_same_object() -> None:
    first, second = (Basic.__new__(exp, Basic.__new__(exp, x)) for _ in range(2))
    assert first is not second
    total = Add(Basic.__new__(sin, first), second, evaluate=False)
    assert float(Evaluator({x: 0})(total)) == pytest.approx(math.sin(math.e) + math.e)


def test_a_goal_written_with_i_is_compared_as_it_is() -> None:
    t = Symbol("t", real=True)
    goal = Integral(exp(I * t * x), (x, 0, 1))
    right = check(Eq(goal, (exp(I * t) - 1) / (I * t), evaluate=False), far=False)
    assert right.verdict == "confirmed"
    assert len(right.points) == 4  # not all forty candidates
    wrong = Eq(goal, (exp(-I * t) - 1) / (I * t), evaluate=False)
    assert check(wrong).verdict == "refuted"


def test_what_is_lost_beside_large_terms_refutes_nothing() -> None:
    a = Symbol("a", real=True)
    sides = exp(a) * cosh(a), sinh(2 * a) / 2 + cosh(2 * a) / 2 + Rational(1, 2)
    far = check(Eq(*(side.subs(a, -25125) for side in sides), evaluate=False))
    assert far.verdict != "refuted"
    assert check(Eq(*sides, evaluate=False)).verdict == "confirmed"
    wrong = check(Eq(sides[0], sides[1] + Rational(1, 10**6), evaluate=False))
    assert wrong.verdict == "refuted"
