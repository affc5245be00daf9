"""Gradient descent after k steps: the closed form against steps that are really made."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Eq, Rational, Symbol, simplify

from derive import NoRuleApplies, gradient_descent, quadratic_descent
from lambdify_bridge import check

A = [[3, 1], [1, 2]]


def test_one_letter() -> None:
    d = gradient_descent("a*x^2/2 - b*x", "x", start="x0")
    letters = {s.name: s for s in d.result.free_symbols}
    a, b, x0, eta, k = (letters[name] for name in ("a", "b", "x0", "eta", "k"))
    assert simplify(d.result - (b / a + (1 - eta * a) ** k * (x0 - b / a))) == 0
    assert d.check().verdict == "confirmed", d.report
    rules = [step.rule for step in d.steps]
    assert {"update rule", "power rule", "distance from the fixed point", "linear equation"} <= {
        *rules
    }


def test_a_slope_without_curvature_moves_evenly() -> None:
    d = gradient_descent("3*x", "x", start=1, eta=Rational(1, 10))
    assert d.result == 1 - Rational(3, 10) * d.arguments[0]
    assert d.check().verdict == "confirmed"


@pytest.mark.parametrize(
    ("matrix", "b", "start"),
    [
        (A, [1, 5], [4, -1]),
        ([[2, 0, 0], [0, 2, 0], [0, 0, 3]], [1, 0, 3], [1, 3, 0]),
        ([[1, 1], [1, 1]], [1, 1], [4, -1]),
        ([[2, 1, 1], [1, 2, 1], [1, 1, 2]], [1, 2, 3], [0, 1, 0]),
    ],
)
def test_along_the_eigenvectors(matrix: list, b: list, start: list) -> None:
    d = quadratic_descent(matrix, b, start)
    assert d.check().verdict == "confirmed", d.report
    closed, place = d.to_numpy(["eta", "k"]), np.array(start, dtype=float)
    for k in range(30):
        np.testing.assert_allclose(closed(0.13, k)[:, 0], place, rtol=1e-10, atol=1e-12)
        place = place - 0.13 * (np.array(matrix) @ place - b)


def test_mistakes_are_refuted() -> None:
    d = gradient_descent("x^2", "x", start=1)
    eta, k = Symbol("eta", positive=True), d.arguments[-1]
    for wrong in ((1 - eta) ** k, (1 - 2 * eta) ** (k + 1), (1 + 2 * eta) ** k):
        assert check(Eq(d.problem, wrong, evaluate=False)).verdict == "refuted"
    v = quadratic_descent(A, [1, 5], [4, -1])
    wrong_vector = v.result + v.result * Rational(1, 10**8)
    assert check(Eq(v.problem, wrong_vector, evaluate=False)).verdict == "refuted"


def test_what_has_no_closed_form_is_refused() -> None:
    with pytest.raises(NoRuleApplies):
        gradient_descent("x^4", "x", start=1)
    with pytest.raises(ValueError, match="symmetric"):
        quadratic_descent([[1, 2], [3, 4]], [0, 0], [1, 1])
    with pytest.raises(ValueError, match="2 entries"):
        quadratic_descent(A, [0], [1, 1])
    with pytest.raises(ValueError, match="positive"):
        gradient_descent("x^2", "x", 1, eta=-1)
    with pytest.raises(ValueError, match="whole number"):
        gradient_descent("x^2", "x", 1, steps=1.5)
