"""Orthonormal eigenvectors, singular values and vectors: every step, the residuals, and NumPy."""

from __future__ import annotations

import doctest
import importlib
from dataclasses import replace

import numpy as np
import pytest
from sympy import I, ImmutableMatrix, Rational, Tuple, cos, sin, sqrt, symbols

from derive.linear_algebra import condition_number, diagonalise, singular_values, svd
from lambdify_bridge import check
from tests.support.operators_in_numpy import floats, points

a, b, c = symbols("a b c")


def test_docstring_examples():
    module = importlib.import_module("derive.linear_algebra.spectral")
    assert doctest.testmod(module).failed == 0


def real(e, at):
    found = floats(e, at)
    assert np.allclose(found.imag, 0)
    return found.real


def numbers(values, at):
    return np.array([complex(v.subs(at).evalf()).real for v in values])


SYMMETRIC = {
    "two": [[2, 1], [1, 2]],
    "diagonal": [[3, 0], [0, -1]],
    "repeated": [[2, 1, 1], [1, 2, 1], [1, 1, 2]],
    "identity": [[1, 0], [0, 1]],
    "irrational": [[1, 2, 0], [2, 1, 1], [0, 1, 1]],
    "singular": [[1, 2], [2, 4]],
    "fractions": [[Rational(1, 2), Rational(1, 3)], [Rational(1, 3), 0]],
    "roots": [[1, sqrt(2)], [sqrt(2), 3]],
    "letters": [[a, b], [b, c]],
    "apart": [[1, 0, 2], [0, 5, 0], [2, 0, 1]],
    "three real roots": [[2, 1, 0], [1, 3, 1], [0, 1, 5]],
}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", SYMMETRIC)
def test_diagonalisation(name):
    found = diagonalise(SYMMETRIC[name])
    assert found.values.check().verdict == "confirmed"
    assert found.Q.check().verdict == "confirmed"
    M, values = found.Q.problem.args
    for at in points(M):
        A, Q = real(M, at), real(found.Q.result, at)
        D = np.diag(numbers(values, at))
        assert np.allclose(Q.T @ Q, np.eye(len(A)))
        assert np.allclose(Q @ D @ Q.T, A)
        assert np.allclose(sorted(np.diag(D)), np.linalg.eigvalsh(A))


MATRICES = {
    "square": [[3, 0], [4, 5]],
    "irrational": [[1, 2], [3, 4]],
    "wide": [[1, 2, 0], [0, 1, 1]],
    "tall": [[1, 0], [1, 1], [0, 1]],
    "rank one": [[1, 2], [2, 4], [3, 6]],
    "equal values": [[0, -2], [2, 0]],
    "row": [[3, 4]],
}


@pytest.mark.parametrize("name", MATRICES)
def test_svd(name):
    found = svd(MATRICES[name])
    for factor in found:
        assert factor.check().verdict == "confirmed"
    A = real(ImmutableMatrix(MATRICES[name]), {})
    U, V = real(found.U.result, {}), real(found.V.result, {})
    sizes = numbers(found.S.result, {})
    assert np.allclose(U @ np.diag(sizes) @ V.T, A)
    assert np.allclose(U.T @ U, np.eye(len(sizes)))
    assert np.allclose(V.T @ V, np.eye(len(sizes)))
    assert np.allclose(sizes, np.linalg.svd(A, compute_uv=False)[: len(sizes)])


OF_LETTERS = {
    "shear": [[1, a], [0, 1]],
    "triangle": [[a, 1], [0, b]],
    "column": [[a], [b]],
    "rank one": [[a, b], [2 * a, 2 * b]],
    "row": [[a, 2]],
    "rotation": [[cos(a), -sin(a)], [sin(a), cos(a)]],
}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", OF_LETTERS)
def test_svd_of_letters(name):
    found = svd(OF_LETTERS[name])
    for factor in found:
        assert factor.check().verdict == "confirmed", factor.report
    for at in points(found.S.problem):
        A, U, V = (real(e, at) for e in (found.S.problem.args[0], found.U.result, found.V.result))
        sizes = numbers(found.S.result, at)
        assert np.allclose(U @ np.diag(sizes) @ V.T, A)
        assert np.allclose(V.T @ V, np.eye(len(sizes)))
        assert np.allclose(sizes, np.linalg.svd(A, compute_uv=False)[: len(sizes)])


@pytest.mark.parametrize("A", [[[a, 1], [0, b]], [[1, a], [0, 1]], [[a], [b]]])
def test_singular_values_of_letters(A):
    found = singular_values(A)
    assert found.check().verdict == "confirmed"
    for at in points(found.problem):
        theirs = np.linalg.svd(real(found.problem.args[0], at), compute_uv=False)
        assert np.allclose(sorted(numbers(found.result, at)), sorted(theirs))


@pytest.mark.parametrize("A", [[[1, 2], [3, 4]], [[1, a], [0, 1]], [[1, 0], [1, 1], [0, 1]]])
def test_condition_number(A):
    found = condition_number(A)
    assert found.check().verdict == "confirmed"
    for at in points(found.problem):
        ours = complex(found.result.subs(at).evalf()).real
        assert np.isclose(ours, np.linalg.cond(real(found.problem.args[0], at)))


@pytest.mark.false_on_purpose
@pytest.mark.parametrize("which", ["U", "V"])
def test_vectors_that_are_off_are_refuted(which):
    found = getattr(svd(MATRICES["wide"]), which)
    off = found.result.as_mutable()
    off[0, 0] += Rational(1, 1000)
    wrong = replace(found, root=replace(found.root, result=ImmutableMatrix(off)))
    assert check(wrong).verdict == "refuted"


@pytest.mark.false_on_purpose
def test_eigenvectors_in_the_wrong_order_are_refuted():
    found = diagonalise([[2, 1], [1, 2]]).Q
    swapped = ImmutableMatrix(found.result[:, [1, 0]])
    assert check(replace(found, root=replace(found.root, result=swapped))).verdict == "refuted"
    other_sign = ImmutableMatrix(-found.result)
    assert check(replace(found, root=replace(found.root, result=other_sign))).passed


@pytest.mark.false_on_purpose
def test_a_singular_value_that_is_off_or_missing_is_refuted():
    found = singular_values([[3, 0], [4, 5]])
    for values in (Tuple(found.result[0]), Tuple(found.result[0], found.result[1] * 2)):
        assert check(replace(found, root=replace(found.root, result=values))).verdict == "refuted"


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: diagonalise([[1, 2], [3, 4]]), "symmetric"),
        (lambda: diagonalise([[1, I], [I, 2]]), "conjugate transpose"),
        (lambda: svd([[0, 0]]), "not zero"),
        (lambda: condition_number([[1, 2], [2, 4]]), "infinite"),
    ],
)
def test_errors_in_one_line(call, text):
    with pytest.raises(ValueError, match=text) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_sizes_of_letters() -> None:
    assert singular_values([["a", "b"], ["b", "a"]]).result == Tuple(abs(a + b), abs(a - b))
    found = svd([["a", 0], [0, "b"]])
    assert found.S.result == Tuple(abs(a), abs(b))
    for each in found:
        assert each.check(points=2).verdict == "confirmed", each.report
