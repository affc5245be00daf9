"""Principal components and power iteration: every step, and against NumPy."""

from __future__ import annotations

import doctest
import importlib
from dataclasses import replace

import numpy as np
import pytest
from sympy import ImmutableMatrix, Rational, Symbol, symbols

from derive.linear_algebra import power_iteration, principal_components
from lambdify_bridge import check
from tests.support.operators_in_numpy import floats


@pytest.mark.parametrize("name", ["principal_components", "power_iteration"])
def test_docstring_examples(name):
    assert doctest.testmod(importlib.import_module(f"derive.linear_algebra.{name}")).failed == 0


def real(e):
    return floats(e, {}).real


DATA = {
    "two variables": [[2, 0], [0, 2], [3, 3], [-1, -1]],
    "irrational": [[1, 2], [3, 5], [4, 4], [6, 9]],
    "three variables": [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]],
    "floats": [[0.5, 1.5], [2.0, 0.25], [1.0, 1.0]],
    "on a line": [[1, 2], [2, 4], [3, 6]],
}


@pytest.mark.parametrize("name", DATA)
def test_principal_components(name):
    found = principal_components(DATA[name])
    for derivation in found:
        assert derivation.check().verdict == "confirmed"
    X = np.array(DATA[name], dtype=float)
    C = np.cov(X, rowvar=False)
    assert np.allclose(real(found.covariance.result), C)
    sizes = np.linalg.eigvalsh(C)[::-1]
    assert np.isclose(float(found.largest.result), sizes[0])
    V = real(found.components.result)
    assert np.allclose(V.T @ C @ V, np.diag(sizes))
    assert np.allclose([float(share) for share in found.explained], sizes / sizes.sum())


def test_the_multiplier_is_shown():
    found = principal_components(DATA["two variables"])
    (step,) = [s for s in found.largest.steps if s.rule == "Lagrange multiplier"]
    v_1, v_2, mu = symbols("v_1 v_2 mu")
    lagrangian = dict(step.where)[Symbol("L")]
    assert lagrangian.diff(v_1) == Rational(20, 3) * v_1 + 4 * v_2 - 2 * mu * v_1
    assert step.where[1][1] == lagrangian.diff(v_1)


ITERATIONS = {
    "symmetric": ([[2, 1], [1, 2]], [1, 0]),
    "irrational": ([[2, 1], [1, 3]], [1, 0]),
    "negative": ([[0, 1], [1, 0]], [1, 2]),
    "Fibonacci": ([[1, 1], [1, 0]], [1, 0]),
    "repeated": ([[2, 1, 1], [1, 2, 1], [1, 1, 2]], [1, 2, 0]),
    "dominant twice": ([[3, 0, 0], [0, 3, 0], [0, 0, 1]], [1, 1, 1]),
    "complex": ([[0, -1, 0], [1, 0, 0], [0, 0, 2]], [1, 1, 1]),
}


@pytest.mark.parametrize("name", ITERATIONS)
def test_power_iteration(name):
    A, x = ITERATIONS[name]
    found = power_iteration(A, x)
    assert found.iterate.check().verdict == "confirmed"
    assert found.rate.check().verdict == "confirmed"
    k = found.iterate.problem.args[2]
    for steps in (0, 1, 2, 7):
        expected = np.linalg.matrix_power(np.array(A), steps) @ np.array(x)
        assert np.allclose(floats(found.iterate.result.subs(k, steps), {})[:, 0], expected)


@pytest.mark.parametrize("name", ["symmetric", "irrational", "repeated", "dominant twice"])
def test_the_rate_is_seen(name):
    """The distance of the iterates to the dominant eigenspace, over that of the step before."""
    A, x = (np.array(part, dtype=float) for part in ITERATIONS[name])
    values, vectors = np.linalg.eigh(A)
    dominant = vectors[:, np.isclose(values, values.max())]
    outside = []
    for _ in range(12):
        x = A @ x / np.linalg.norm(A @ x)
        outside.append(np.linalg.norm(x - dominant @ (dominant.T @ x)))
    rate = float(power_iteration(*ITERATIONS[name]).rate.result)
    assert np.isclose(outside[-1] / outside[-2], rate, rtol=1e-3)


@pytest.mark.false_on_purpose
def test_what_is_off_is_refuted():
    components = principal_components(DATA["two variables"])
    iteration = power_iteration([[2, 1], [1, 2]], [1, 0])
    for found in (components.covariance, components.components, iteration.iterate):
        off = found.result.as_mutable()
        off[0, 0] += Rational(1, 1000)
        wrong = replace(found, root=replace(found.root, result=ImmutableMatrix(off)))
        assert check(wrong).verdict == "refuted"
    for found in (components.largest, iteration.rate):
        wrong = replace(found, root=replace(found.root, result=found.result * Rational(101, 100)))
        assert check(wrong).verdict == "refuted"


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: principal_components([[1, 2]]), "two or more samples"),
        (lambda: principal_components([["a", 2], [1, 1]]), "numbers"),
        (lambda: power_iteration([[1, 1], [0, 1]], [1, 0]), "no basis"),
        (lambda: power_iteration([[1, 1], [0, 2]], [1]), "vector of its size"),
    ],
)
def test_errors_in_one_line(call, text):
    with pytest.raises(ValueError, match=text) as caught:
        call()
    assert "\n" not in str(caught.value)
