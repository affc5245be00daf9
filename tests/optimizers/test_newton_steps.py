"""Steps of Newton, and of Gauss and Newton, beside plain implementations and SciPy's minimum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import least_squares, minimize
from sympy import ImmutableMatrix, Matrix, Ne, Rational, symbols, true
from sympy.logic.boolalg import Boolean

from derive import NoRuleApplies, gauss_newton_step, newton_step
from lambdify_bridge import check

a, x = symbols("a x")
ROSENBROCK = "(1 - x)^2 + 100*(y - x^2)^2"
CURVE = ["a*exp(b) - 2", "a*exp(2*b) - 3", "a*exp(3*b) - 5"]


def followed(step, start: list[float], count: int) -> np.ndarray:
    place = np.array(start)
    for _ in range(count):
        place = step(*place)[:, 0]
    return place


def reference_newton(place: np.ndarray) -> np.ndarray:
    x, y = place
    g = np.array([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)])
    H = np.array([[2 - 400 * (y - 3 * x**2), -400 * x], [-400 * x, 200]])
    return place - np.linalg.solve(H, g)


def residuals(place: np.ndarray) -> np.ndarray:
    a, b = place
    return a * np.exp(b * np.arange(1, 4)) - np.array([2, 3, 5])


def reference_gauss_newton(place: np.ndarray) -> np.ndarray:
    a, b = place
    n = np.arange(1, 4)
    J = np.stack([np.exp(b * n), a * n * np.exp(b * n)], axis=1)
    return place - np.linalg.lstsq(J, residuals(place), rcond=None)[0]


@pytest.mark.parametrize(
    ("d", "given"),
    [
        (lambda: newton_step("x^4 + a*y^2", ["x", "y"]), Ne(a, 0) & Ne(x, 0)),
        (lambda: gauss_newton_step(["a*x - 1", "a*x - 2"], ["x"]), Ne(a, 0)),
        (lambda: newton_step("(a^2 + 1)*x^2", ["x"]), true),
    ],
)
def test_conditions_without_powers_and_numbers(d: Callable, given: Boolean) -> None:
    assert d().given == given


def test_newton_step_by_step() -> None:
    d = newton_step(ROSENBROCK, ["x", "y"])
    assert d.check().verdict == "confirmed"
    step, ours, theirs = d.to_numpy(), np.array([-1.2, 1.0]), np.array([-1.2, 1.0])
    for _ in range(7):
        ours, theirs = step(*ours)[:, 0], reference_newton(theirs)
        np.testing.assert_allclose(ours, theirs, rtol=1e-8)
    found = minimize(lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2, [-1.2, 1.0])
    np.testing.assert_allclose(ours, found.x, atol=1e-4)


def test_one_step_from_anywhere_reaches_the_minimum_of_a_quadratic() -> None:
    a, b, c, f, g = symbols("a b c f g")
    d = newton_step("a*x^2/2 + b*x*y + c*y^2/2 - f*x - g*y", ["x", "y"])
    assert not d.result.has(*symbols("x y"))
    minimum = Matrix([[a, b], [b, c]]).LUsolve(Matrix([f, g]))
    assert (Matrix(d.result) - minimum).applyfunc(lambda e: e.simplify()).is_zero_matrix
    assert d.check().verdict == "confirmed"


def test_the_error_is_squared_in_every_step() -> None:
    step = newton_step("exp(x) + exp(-2*x) + (x - y)^2", ["x", "y"]).to_numpy()
    end = followed(step, [0.2, 0.3], 12)
    errors = [np.linalg.norm(followed(step, [0.8, 0.3], k) - end) for k in range(1, 5)]
    ratios = [after / before**2 for before, after in pairwise(errors)]
    assert max(ratios) < 3 * min(ratios)


def test_gauss_newton_step_by_step() -> None:
    d = gauss_newton_step(CURVE, ["a", "b"])
    assert d.check().verdict == "confirmed"
    rules = {s.rule for s in d.steps}
    assert {"linearised residual", "normal equations", "gradients in rows"} <= rules
    step, ours, theirs = d.to_numpy(), np.array([1.0, 0.3]), np.array([1.0, 0.3])
    for _ in range(6):
        ours, theirs = step(*ours)[:, 0], reference_gauss_newton(theirs)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    np.testing.assert_allclose(ours, least_squares(residuals, [1.0, 0.3]).x, rtol=1e-6)


def test_linear_residuals_need_one_step() -> None:
    d = gauss_newton_step(["x + y - 1", "x - y - 2", "2*x - 3"], ["x", "y"])
    expected = np.linalg.lstsq([[1, 1], [1, -1], [2, 0]], [1, 2, 3], rcond=None)[0]
    np.testing.assert_allclose(np.array(d.result, dtype=float)[:, 0], expected)


@pytest.mark.false_on_purpose
def test_a_step_that_is_off_is_refuted() -> None:
    for d in (newton_step(ROSENBROCK, ["x", "y"]), gauss_newton_step(CURVE, ["a", "b"])):
        off = d.result.as_mutable()
        off[1, 0] *= Rational(1001, 1000)
        wrong = replace(d, root=replace(d.root, result=ImmutableMatrix(off)))
        assert check(wrong).verdict == "refuted"


def test_mistakes_of_the_caller_are_named() -> None:
    with pytest.raises(ValueError, match="different letters"):
        newton_step("x^2", ["x", "y"])
    with pytest.raises(ValueError, match="different letters"):
        newton_step("x^2", [])
    with pytest.raises(ValueError, match="as many residuals"):
        gauss_newton_step(["x + y"], ["x", "y"])
    with pytest.raises(NoRuleApplies):
        newton_step("x + y", ["x", "y"])
