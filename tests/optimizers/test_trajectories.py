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


@pytest.mark.parametrize("method", ["momentum", "nesterov", "newton"])
@pytest.mark.parametrize(
    ("matrix", "b", "start"),
    [
        (A, [1, 5], [4, -1]),
        ([[2, 1, 1], [1, 2, 1], [1, 1, 2]], [1, 2, 3], [0, 1, 0]),
        ([[1, 1], [1, 1]], [1, 2], [1, 3]),  # a flat direction, along which the loss falls
    ],
)
def test_with_momentum(method: str, matrix: list, b: list, start: list) -> None:
    Q = np.array(matrix, dtype=float)
    beta = {} if method == "newton" else {"beta": 0.64}
    if method == "newton" and np.linalg.det(Q) == 0:
        with pytest.raises(ValueError, match="inverse"):
            quadratic_descent(matrix, b, start, 0.13, method=method)
        return
    d = quadratic_descent(matrix, b, start, 0.13, method=method, **beta)
    assert d.check().verdict == "confirmed", d.report
    closed = d.to_numpy()
    place = before = np.array(start, dtype=float)
    for k in range(25):
        np.testing.assert_allclose(closed(k)[:, 0], place, rtol=1e-9, atol=1e-11)
        ahead = place + beta.get("beta", 0.0) * (place - before)
        gradient = Q @ (ahead if method == "nesterov" else place) - b
        if method == "newton":
            gradient = np.linalg.solve(Q, gradient)
        place, before = ahead - 0.13 * gradient, place


def test_double_roots_and_letters() -> None:
    # 1 + beta - eta*a = 2*sqrt(beta): both roots are 1/2
    d = quadratic_descent([[1]], [0], [8], 0.25, method="momentum", beta=0.25)
    assert [d.result[0].subs(d.arguments[0], k) for k in range(4)] == [8, 6, 4, Rational(5, 2)]
    letters = quadratic_descent([[1]], [0], ["x0"], method="momentum")
    assert letters.check().verdict == "confirmed", letters.report
    names = [s.name for s in letters.arguments]
    closed = letters.to_numpy(["x0", "eta", "beta", "k"])
    assert set(names) == {"x0", "eta", "beta", "k"}
    for eta, beta in ((0.5, 0.25), (0.01, 0.25)):  # swinging, creeping
        place = before = 3.0
        for k in range(12):
            assert closed(3.0, eta, beta, k)[0, 0] == pytest.approx(place, rel=1e-10)
            place, before = place - eta * place + beta * (place - before), place


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
