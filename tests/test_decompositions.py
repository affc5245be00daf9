"""Factors of matrices, least squares, projections: every step, the residuals, and NumPy."""

from __future__ import annotations

import doctest
import importlib
from dataclasses import replace

import numpy as np
import pytest
from sympy import I, ImmutableMatrix, Matrix, Ne, Rational, Symbol, latex, sqrt, symbols

import derive
from derive.linear_algebra import (
    DependentColumns,
    cholesky,
    gram_schmidt,
    least_squares,
    lu,
    projection,
    pseudo_inverse,
    qr,
)
from lambdify_bridge import check
from tests.support.operators_in_numpy import floats, points

a, b, c, d = symbols("a b c d")
HILBERT = [[Rational(1, i + j + 1) for j in range(5)] for i in range(5)]


@pytest.mark.parametrize("name", ["orthogonal", "qr_factors", "triangular", "least_squares"])
def test_docstring_examples(name):
    assert doctest.testmod(importlib.import_module(f"derive.linear_algebra.{name}")).failed == 0


def real(e, at):
    found = floats(e, at)
    assert np.allclose(found.imag, 0)
    return found.real


# ------------------------------------------------------------------ Q R

COLUMNS = {
    "two": [[3, 1], [4, 2]],
    "one": [[3], [4]],
    "tall": [[1, 1, 0], [1, 0, 1], [0, 1, 1], [0, 0, 2]],
    "three": [[1, 2, 3], [4, 5, 6], [7, 8, 10]],
    "fractions": [[Rational(1, 2), 1], [Rational(1, 3), -1]],
    "roots": [[sqrt(2), 1], [1, sqrt(3)]],
    "letters": [[a, 1], [b, 2]],
    "all letters": [[a, b], [c, d]],
    "Hilbert": HILBERT,
}


WITH_METHODS = [(name, "gram-schmidt") for name in COLUMNS]
WITH_METHODS += [(name, "householder") for name in COLUMNS if name != "Hilbert"]


@pytest.mark.parametrize(("name", "method"), WITH_METHODS)
def test_qr(name, method):
    found = qr(COLUMNS[name], method=method)
    assert found.Q.check().verdict == "confirmed"
    assert found.R.check().verdict == "confirmed"
    M = found.Q.problem.args[0]
    where_it_holds = [at for at in points(M) if found.R.given.subs(at) != False]
    assert where_it_holds or M.free_symbols
    for at in where_it_holds:
        A, Q, R = (real(e, at) for e in (M, found.Q.result, found.R.result))
        assert np.allclose(Q.T @ Q, np.eye(Q.shape[1]))
        assert np.allclose(Q @ R, A)
        assert np.allclose(R, np.triu(R))
        ours, theirs = np.linalg.qr(A)
        signs = np.sign(np.diag(theirs))
        assert np.allclose(ours * signs, Q, atol=1e-7)
        assert np.allclose(signs[:, None] * theirs, R)


def test_one_component_a_step():
    found = gram_schmidt([[1, 1, 0], [1, 0, 1], [0, 1, 1]])
    rules = [step.rule for step in found.steps]
    assert rules == ["subtract a component"] * 3 + ["orthogonal columns"]
    u_1, u_2 = symbols("u_1 u_2")
    assert found.root.where[-1] == (Symbol("u_2'"), u_2 - u_1 / 2)


def test_one_reflection_a_column():
    found = qr([[2, 1], [1, 3], [2, 0]], method="householder")
    assert [step.rule for step in found.R.steps if "times" not in step.rule] == [
        "reflect a column",
        "identity minus twice a projection",
        "reflect a column",
        "identity minus twice a projection",
        "upper triangle with a positive diagonal",
    ]
    first = next(step for step in found.R.steps if step.rule.startswith("identity"))
    v, H = first.goal.args[0], first.result
    beta = dict(first.where)[Symbol("beta")]
    assert beta * v.dot(v) == 2
    assert Matrix(H) * H == Matrix.eye(3)
    assert Matrix(H) * Matrix([2, 1, 2]) == Matrix([3, 0, 0])
    with pytest.raises(ValueError, match="gram-schmidt, householder"):
        qr([[1]], method="givens")


def test_dependent_columns():
    assert gram_schmidt([[1, 2], [2, 4]]).result == Matrix([[1, 0], [2, 0]])
    with pytest.raises(DependentColumns, match="dependent") as caught:
        qr([[1, 2], [2, 4]])
    assert caught.value.shown_by.result[:, 1].is_zero_matrix


# ------------------------------------------------------------------ L U, Cholesky

SQUARES = {
    "two": [[1, 2], [3, 4]],
    "one": [[4]],
    "three": [[1, 2, 4], [3, 8, 14], [2, 6, 13]],
    "zero pivot": [[0, 2, 1], [3, 0, 4], [5, 6, 0]],
    "roots": [[1, sqrt(2)], [sqrt(3), 5]],
    "letters": [[a, b], [c, d]],
    "letters and numbers": [[1, a, 2], [a, 1, b], [2, b, 1]],
    "last pivot zero": [[1, 2], [2, 4]],
    "complex": [[1 + I, 2], [3, 4 - I]],
    "Hilbert": HILBERT,
}


@pytest.mark.parametrize("name", SQUARES)
def test_lu(name):
    found = lu(SQUARES[name])
    for factor in found:
        assert factor.check().verdict == "confirmed"
    P = np.array(found.permutation.tolist(), dtype=float)
    M = found.PA.problem.args[1]
    for at in points(M):
        A, L, U = (floats(e, at) for e in (M, found.L.result, found.U.result))
        assert np.allclose(L @ U, P @ A)
        assert np.allclose(L, np.tril(L))
        assert np.allclose(U, np.triu(U))
        assert np.allclose(np.diag(L), 1)
        if not M.free_symbols:
            assert abs(L).max() < 1 + 1e-12


def test_a_column_without_a_pivot():
    with pytest.raises(ValueError, match="no pivot"):
        lu([[0, 1], [0, 2]])


DEFINITE = {
    "two": [[4, 2], [2, 5]],
    "three": [[4, 2, -2], [2, 5, 1], [-2, 1, 6]],
    "roots": [[2, sqrt(2)], [sqrt(2), 3]],
    "letters": [[a, b], [b, c]],
    "Hilbert": HILBERT,
}


@pytest.mark.parametrize("name", DEFINITE)
def test_cholesky(name):
    found = cholesky(DEFINITE[name])
    assert found.check().verdict == "confirmed"
    M, L = Matrix(DEFINITE[name]), Matrix(found.result)
    assert (L * L.T - M).applyfunc(lambda e: e.simplify()).is_zero_matrix
    if not M.free_symbols:
        assert np.allclose(np.linalg.cholesky(real(M.as_immutable(), {})), real(found.result, {}))


def test_the_pivots_of_letters_are_positive():
    assert cholesky([[a, b], [b, c]]).given == (a > 0) & ((a * c - b**2) / a > 0)


@pytest.mark.parametrize(
    ("A", "text"),
    [([[1, 2], [2, 1]], "not positive definite"), ([[0, 0], [0, 1]], "not positive definite"),
     ([[1, 2], [3, 4]], "symmetric"), ([[1, 2]], "1 by 2"),
     ([[1, I], [I, 2]], "conjugate transpose"),
     ([[1, 2 * I], [-2 * I, 1]], "not positive definite")],
)  # fmt: skip
def test_what_cholesky_refuses(A, text):
    with pytest.raises(ValueError, match=text):
        cholesky(A)


# ------------------------------------------------------------------ least squares

FITS = {
    "line": ([[1, 0], [1, 1], [1, 2]], [1, 3, 4]),
    "letters on the right": ([[1, 0], [1, 1], [1, 2]], [a, b, c]),
    "letters on the left": ([[1, a], [1, b], [1, 0]], [1, 2, 3]),
    "exact": ([[1, 2], [3, 4]], [5, 6]),
    "one column": ([[1], [2], [a]], [1, 1, 1]),
}


@pytest.mark.parametrize("name", FITS)
def test_least_squares(name):
    found = least_squares(*FITS[name])
    assert found.check().verdict == "confirmed"
    M, right = found.problem.args
    for at in points(found.problem):
        expected = np.linalg.lstsq(real(M, at), real(right, at), rcond=None)[0]
        assert np.allclose(real(found.result, at), expected)


@pytest.mark.parametrize("name", FITS)
def test_projection(name):
    A, right = FITS[name]
    found = projection(right, A)
    assert found.check().verdict == "confirmed"
    v, M = found.problem.args
    for at in points(found.problem):
        left = real(v, at) - real(found.result, at)
        assert np.allclose(real(M, at).T @ left, 0)
        assert np.linalg.matrix_rank(np.hstack([real(M, at), real(found.result, at)])) == M.cols


INVERSES = {
    "tall": [[1, 0], [1, 1], [1, 2]],
    "wide": [[1, 0, 2], [0, 1, 1]],
    "square": [[1, 2], [3, 4]],
    "rank one": [[1, 2], [2, 4]],
    "rank two": [[1, 2, 0], [2, 4, 0], [1, 2, 3]],
    "zero": [[0, 0], [0, 0]],
    "letters": [[a], [b]],
    "rank one of letters": [[a, b], [2 * a, 2 * b]],
}


@pytest.mark.parametrize("name", INVERSES)
def test_pseudo_inverse(name):
    found = pseudo_inverse(INVERSES[name])
    assert found.check().verdict == "confirmed"
    for at in points(found.problem):
        expected = np.linalg.pinv(real(found.problem.args[0], at))
        assert np.allclose(real(found.result, at), expected)


def test_the_factor_of_a_covariance():
    found = cholesky([["s^2", "r*s*t"], ["r*s*t", "t^2"]])
    r, s, t = symbols("r s t")
    assert found.result.diagonal() == Matrix([[abs(s), sqrt(1 - r**2) * abs(t)]])
    assert Ne(s, 0) in found.given.args
    assert found.check().verdict == "confirmed"


# ------------------------------------------------------------------ broken on purpose, errors


@pytest.mark.false_on_purpose
@pytest.mark.parametrize(
    "found",
    [lambda: qr([[3, 1], [4, 2]]).Q, lambda: qr([[3, 1], [4, 2]]).R,
     lambda: qr([[3, 1], [4, 2]], method="householder").Q, lambda: lu(HILBERT).L,
     lambda: lu([[a, b], [c, d]]).U, lambda: cholesky([[a, b], [b, c]]),
     lambda: least_squares(*FITS["line"]), lambda: projection([1, 2], [3, 4]),
     lambda: pseudo_inverse([[1, 2], [2, 4]]), lambda: gram_schmidt([[1, 1], [1, 0]])],
)  # fmt: skip
def test_an_entry_that_is_off_is_refuted(found):
    derivation = found()
    changed = derivation.result.as_mutable()
    changed[-1, -1] = changed[-1, -1] + Rational(1, 1000)
    wrong = replace(derivation, root=replace(derivation.root, result=ImmutableMatrix(changed)))
    assert check(wrong).verdict == "refuted"


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: least_squares([[1, 2], [2, 4]], [1, 2]), "not unique"),
        (lambda: least_squares([[1], [2]], [1, 2, 3]), "2 equations have 3"),
        (lambda: projection([1, 2], [[1, 2], [2, 4]]), "dependent"),
        (lambda: projection([1, 2, 3], [1, 2]), "3 entries"),
        (lambda: least_squares([[1, I], [I, -1]], [1, 2]), "not unique"),
        (lambda: lu([[1, 2]]), "1 by 2"),
    ],
)
def test_errors_in_one_line(call, text):
    with pytest.raises(ValueError, match=text) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_latex():
    assert r"\operatorname{gram\ schmidt}" in gram_schmidt([[1, 2], [3, 4]]).latex()
    assert r"\middle|" in least_squares(*FITS["line"]).latex()
    assert latex(pseudo_inverse([[1]]).problem).endswith("^{+}")


def test_as_numpy_functions():
    assert np.allclose(
        derive.cholesky([[a, b], [b, c]]).to_numpy()(4.0, 2.0, 5.0), [[2, 0], [1, 2]]
    )
