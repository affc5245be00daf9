"""Complex matrices: orthonormal eigenvectors, A = Q R and singular values with conjugate
transposes, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sympy import Eq, I, ImmutableMatrix, Tuple, sqrt, symbols

import derive
from derive.linear_algebra.orthogonal import GramSchmidt, TriangularFactor
from derive.linear_algebra.spectral import Eigenvectors
from lambdify_bridge import check

a = symbols("a")
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


@pytest.mark.parametrize("A", ANY, ids=str)
def test_q_r_and_singular_values(A: Any) -> None:
    M = np.array(ImmutableMatrix(A).tolist(), dtype=complex)
    found = derive.qr(A)
    confirmed(found)
    Q, R = numbers(found.Q), numbers(found.R)
    np.testing.assert_allclose(Q @ R, M, atol=1e-12)
    np.testing.assert_allclose(Q.conj().T @ Q, np.eye(R.shape[0]), atol=1e-12)
    split = derive.svd(A)
    confirmed(split)
    sizes = [float(value) for value in split.S.result]
    np.testing.assert_allclose(sizes, np.linalg.svd(M)[1], rtol=1e-12)
    U, V = numbers(split.U), numbers(split.V)
    np.testing.assert_allclose(U @ np.diag(sizes) @ V.conj().T, M, atol=1e-12)


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
    goal = Eigenvectors(H, Tuple(1, 3))
    swapped = ImmutableMatrix([[I, -I], [1, 1]]) / sqrt(2)
    assert check(Eq(goal, swapped, evaluate=False)).verdict == "refuted"


def test_what_is_not_hermitian_is_refused() -> None:
    with pytest.raises(ValueError, match="its conjugate transpose"):
        derive.diagonalise([[1, "I"], ["I", 1]])
    with pytest.raises(ValueError, match="real entries only"):
        derive.qr([[1, "I"], ["I", 1]], "householder")
