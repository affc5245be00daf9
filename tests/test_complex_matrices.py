"""Complex matrices: orthonormal eigenvectors, A = Q R, A = L L^H, least squares, pseudo-inverses
and singular values with conjugate transposes, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sympy import Eq, I, ImmutableMatrix, Symbol, Tuple, conjugate, sqrt, symbols

import derive
from derive.linear_algebra.least_squares import LeastSquares, PseudoInverse
from derive.linear_algebra.orthogonal import GramSchmidt, TriangularFactor
from derive.linear_algebra.spectral import Eigenvectors
from derive.linear_algebra.triangular import CholeskyFactor
from lambdify_bridge import check

a, z = symbols("a"), Symbol("z", complex=True)
# fmt: off
HERMITIAN = [
    [[2, "I"], ["-I", 2]],
    [[1, "1 + I", 0], ["1 - I", 2, 0], [0, 0, 3]],
    [[0, "-I"], ["I", 0]],
]
ANY = [
    [["1 + I", 2], [3, "I"]],
    [[1, "2*I"], [0, 1]],
    [[1, "I"], ["I", 0], [0, 1]],
    [["I", 0], [0, 2]],
]
# fmt: on


def numbers(found: Any) -> np.ndarray:
    return np.array(found.result.evalf(20).tolist(), dtype=complex)


def confirmed(found: Any) -> None:
    for each in found:
        assert each.check(points=2).verdict == "confirmed", each.report


@pytest.mark.parametrize("A", HERMITIAN, ids=str)
def test_hermitian_matrices(A: Any) -> None:
    found = derive.diagonalise(A)
    confirmed(found)
    M, Q = np.array(ImmutableMatrix(A).tolist(), dtype=complex), numbers(found.Q)
    values = np.array([complex(v) for v in found.values.result])
    np.testing.assert_allclose(np.sort(values.real), np.linalg.eigvalsh(M), atol=1e-12)
    np.testing.assert_allclose(Q.conj().T @ Q, np.eye(len(A)), atol=1e-12)
    np.testing.assert_allclose(Q @ np.diag(np.sort(values)) @ Q.conj().T, M, atol=1e-12)


@pytest.mark.parametrize("method", ["gram-schmidt", "householder"])
@pytest.mark.parametrize("A", [*ANY, [["I", 1, 0], [1, "I", 2], [0, 1, 1]]], ids=str)
def test_q_r(A: Any, method: str) -> None:
    M = np.array(ImmutableMatrix(A).tolist(), dtype=complex)
    found = derive.qr(A, method)
    confirmed(found)
    Q, R = numbers(found.Q), numbers(found.R)
    np.testing.assert_allclose(Q @ R, M, atol=1e-12)
    np.testing.assert_allclose(Q.conj().T @ Q, np.eye(R.shape[0]), atol=1e-12)
    diagonal = np.diag(R)
    assert (diagonal.real > 0).all()
    np.testing.assert_allclose(diagonal.imag, 0, atol=1e-12)


@pytest.mark.parametrize("A", ANY, ids=str)
def test_singular_values(A: Any) -> None:
    M = np.array(ImmutableMatrix(A).tolist(), dtype=complex)
    split = derive.svd(A)
    confirmed(split)
    sizes = [float(value) for value in split.S.result]
    np.testing.assert_allclose(sizes, np.linalg.svd(M)[1], rtol=1e-12)
    U, V = numbers(split.U), numbers(split.V)
    np.testing.assert_allclose(U @ np.diag(sizes) @ V.conj().T, M, atol=1e-12)


DEFINITE = [
    [[2, "I"], ["-I", 2]],
    [[4, "2 + 2*I"], ["2 - 2*I", 6]],
    [[3, "I", 1], ["-I", 3, "I"], [1, "-I", 3]],
]


@pytest.mark.parametrize("A", DEFINITE, ids=str)
def test_cholesky(A: Any) -> None:
    found = derive.cholesky(A)
    confirmed([found])
    M = np.array(ImmutableMatrix(A).tolist(), dtype=complex)
    np.testing.assert_allclose(numbers(found), np.linalg.cholesky(M), atol=1e-12)


RIGHT_SIDES = [1, "2*I", 3]


@pytest.mark.parametrize("A", ANY, ids=str)
def test_least_squares_and_projections(A: Any) -> None:
    M = np.array(ImmutableMatrix(A).tolist(), dtype=complex)
    right = RIGHT_SIDES[: len(A)]
    b = np.array(ImmutableMatrix(right).tolist(), dtype=complex)
    fit, nearest = derive.least_squares(A, right), derive.projection(right, A)
    confirmed([fit, nearest])
    np.testing.assert_allclose(numbers(fit), np.linalg.lstsq(M, b, rcond=None)[0], atol=1e-12)
    np.testing.assert_allclose(M.conj().T @ (b - numbers(nearest)), 0, atol=1e-12)
    one = derive.projection(right, [row[0] for row in A])
    confirmed([one])
    column = M[:, :1]
    np.testing.assert_allclose(column.conj().T @ (b - numbers(one)), 0, atol=1e-12)


RANKS = [[["I", 1, 0], [0, 1, "I"]], [[1, "I"], ["I", -1]], [[1, "I"], ["-I", 1], [0, 0]]]


@pytest.mark.parametrize("A", [*ANY, *RANKS], ids=str)
def test_pseudo_inverse(A: Any) -> None:
    found = derive.pseudo_inverse(A)
    confirmed([found])
    M = np.array(ImmutableMatrix(A).tolist(), dtype=complex)
    np.testing.assert_allclose(numbers(found), np.linalg.pinv(M), atol=1e-12)


@pytest.mark.parametrize(
    "call",
    [
        lambda: derive.gram_schmidt([[z, 1], [1, 0]]),
        lambda: derive.qr([[z, 1], [1, 2]]).Q,
        lambda: derive.cholesky([[2, z], [conjugate(z), 3]]),
        lambda: derive.least_squares([[z], [1]], [1, "b"]),
        lambda: derive.pseudo_inverse([[z, 2 * z]]),
        lambda: derive.cholesky([["a", "b*I"], ["-b*I", 2]]),
        lambda: derive.qr([["a*I", 1], [1, 0]], "householder").Q,
        lambda: derive.qr([["a*I", "b"], ["b", "a"]], "householder").Q,
    ],
)
def test_letters(call: Any) -> None:
    confirmed([call()])


def test_a_letter_declared_complex_is_not_its_conjugate() -> None:
    with pytest.raises(ValueError, match="conjugate transpose"):
        derive.cholesky([[2, z], [z, 3]])
    real_at_heart = derive.pseudo_inverse([[z], [1]]).result
    assert real_at_heart == ImmutableMatrix([[conjugate(z), 1]]) / (z * conjugate(z) + 1)


def test_reflections_of_letters_leave_one_root_of_each_sum() -> None:
    R = derive.qr([["a*I", "b"], ["b", "a"]], "householder").R.result
    b = Symbol("b")
    assert R[1, 1] == sqrt(a**4 + b**4) / sqrt(a**2 + b**2)


def test_with_a_letter_that_is_real() -> None:
    found = derive.gram_schmidt([[1, "a*I"], ["I", 0]])
    assert found.result[:, 1] == ImmutableMatrix([a * I / 2, a / 2])
    assert "u_1*" in found.text()
    assert found.check(points=2).verdict == "confirmed", found.report


def test_mistakes_are_refuted() -> None:
    A = ImmutableMatrix([[1, I], [I, 2]])
    forgotten = ImmutableMatrix([[1, I], [I, 2]])  # u.v without the conjugate: 3i, over 0
    assert check(Eq(GramSchmidt(A), forgotten, evaluate=False)).verdict == "refuted"
    wrong = ImmutableMatrix([[sqrt(2), I], [0, 1]])
    assert check(Eq(TriangularFactor(A), wrong, evaluate=False)).verdict == "refuted"
    H = ImmutableMatrix([[2, I], [-I, 2]])
    not_conjugated = ImmutableMatrix([[sqrt(2), 0], [sqrt(2) * I / 2, sqrt(6) / 2]])
    assert check(Eq(CholeskyFactor(H), not_conjugated, evaluate=False)).verdict == "refuted"
    B = ImmutableMatrix([[I], [2]])
    transposed = ImmutableMatrix([[I, 2]]) / 5
    assert check(Eq(PseudoInverse(B), transposed, evaluate=False)).verdict == "refuted"
    fit = LeastSquares(B, ImmutableMatrix([1, 1]))
    assert check(Eq(fit, transposed[:, 0] + transposed[:, 1])).verdict == "refuted"
    goal = Eigenvectors(H, Tuple(1, 3))
    swapped = ImmutableMatrix([[I, -I], [1, 1]]) / sqrt(2)
    assert check(Eq(goal, swapped, evaluate=False)).verdict == "refuted"


def test_what_is_not_hermitian_is_refused() -> None:
    with pytest.raises(ValueError, match="its conjugate transpose"):
        derive.diagonalise([[1, "I"], ["I", 1]])
    with pytest.raises(ValueError, match="its conjugate transpose"):
        derive.cholesky([[1, "I"], ["I", 1]])
    with pytest.raises(ValueError, match="real entries only"):
        derive.principal_components([[1, "I"], ["I", 1]])
