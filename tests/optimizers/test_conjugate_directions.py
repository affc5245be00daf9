"""Conjugate gradients: every step, a plain implementation, and the solution of A x = b."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize
from sympy import ImmutableMatrix, Matrix, Rational, symbols

from derive import conjugate_gradient
from lambdify_bridge import check

a, b, c, f, g = symbols("a b c f g")
THREE = [[4, 1, 0], [1, 3, 1], [0, 1, 5]]


def reference(A: np.ndarray, b: np.ndarray, x: np.ndarray, steps: int) -> np.ndarray:
    r = b - A @ x
    p = r
    for _ in range(steps):
        alpha = r @ r / (p @ A @ p)
        x, after = x + alpha * p, r - alpha * A @ p
        p, r = after + (after @ after) / (r @ r) * p, after
    return x


@pytest.mark.parametrize(
    ("A", "right", "start"),
    [
        ([[4, 1], [1, 3]], [1, 2], [2, 1]),
        (THREE, [1, 2, 3], [0, 0, 0]),
        (THREE, [1, -2, 3], [1, 1, 1]),
    ],
)
def test_step_by_step(A: list, right: list, start: list) -> None:
    for steps in range(len(A) + 1):
        d = conjugate_gradient(A, right, start, steps)
        if steps:
            assert d.check().verdict == "confirmed", d.report
        expected = reference(*(np.array(each, dtype=float) for each in (A, right, start)), steps)
        np.testing.assert_allclose(np.array(d.result, dtype=float)[:, 0], expected, rtol=1e-10)
    assert Matrix(A) * d.result == Matrix(right)
    value = lambda x: x @ np.array(A) @ x / 2 - np.array(right) @ x
    np.testing.assert_allclose(np.array(d.result, dtype=float)[:, 0],
                               minimize(value, start).x, atol=1e-4)  # fmt: skip


def test_directions_are_conjugate_and_residuals_orthogonal() -> None:
    d = conjugate_gradient(THREE, [1, 2, 3])
    along = [s for s in d.steps if type(s.goal).__name__ == "AlongDirection"]
    directions, residuals = [s.goal.args[3] for s in along], [dict(s.where) for s in along]
    assert len(directions) == 3
    for k, p in enumerate(directions):
        for q in directions[:k]:
            assert (p.T * Matrix(THREE) * q)[0] == 0
    found = [next(iter(each.values())) for each in residuals]
    assert all(u.dot(v) == 0 for k, u in enumerate(found) for v in found[:k])


def test_letters_on_the_right() -> None:
    d = conjugate_gradient([[4, 1], [1, 3]], ["f", "g"])
    assert d.result == Matrix([[4, 1], [1, 3]]).inv() * Matrix([f, g])
    assert d.check().verdict == "confirmed"


def test_two_steps_of_letters_solve_the_equations() -> None:
    d = conjugate_gradient([["a", "b"], ["b", "c"]], ["f", "g"])
    assert d.result == Matrix([c * f - b * g, a * g - b * f]) / (a * c - b**2)
    assert d.check(points=2).verdict == "confirmed", d.report


def test_one_step_of_letters_is_a_function() -> None:
    d = conjugate_gradient([["a", "b"], ["b", "c"]], ["f", "g"], steps=1)
    assert d.check().verdict == "confirmed"
    A, right = np.array([[4.0, 1.0], [1.0, 3.0]]), np.array([1.0, 2.0])
    found = d.to_numpy(["a", "b", "c", "f", "g"])(4.0, 1.0, 3.0, 1.0, 2.0)[:, 0]
    np.testing.assert_allclose(found, reference(A, right, np.zeros(2), 1))


def test_nothing_left_ends_it_early() -> None:
    d = conjugate_gradient([[2, 0], [0, 2]], [1, 2])
    assert "nothing left of the residual" in {s.rule for s in d.steps}
    assert d.check().verdict == "confirmed"


@pytest.mark.false_on_purpose
def test_a_place_that_is_off_is_refuted() -> None:
    d = conjugate_gradient(THREE, [1, 2, 3], steps=2)
    off = ImmutableMatrix(d.result + Matrix([0, Rational(1, 1000), 0]))
    assert check(replace(d, root=replace(d.root, result=off))).verdict == "refuted"


def test_mistakes_of_the_caller_are_named() -> None:
    for call, text in (
        (lambda: conjugate_gradient([[1, 2], [3, 4]], [1, 2]), "symmetric"),
        (lambda: conjugate_gradient([[1, 2], [2, 1]], [1, 2]), "positive definite"),
        (lambda: conjugate_gradient([[2, 1], [1, 2]], [1]), "2 entries"),
        (lambda: conjugate_gradient([[2, 1], [1, 2]], [1, 1], steps=-1), "whole number"),
    ):
        with pytest.raises(ValueError, match=text):
            call()
