"""Jordan chains: every step, the residual A P = P J, and against SymPy's own form."""

from __future__ import annotations

import doctest
import importlib
from dataclasses import replace

import numpy as np
import pytest
from sympy import I, ImmutableMatrix, Matrix, Rational, eye, sqrt, symbols

from derive.linear_algebra import jordan_form
from lambdify_bridge import check
from tests.support.operators_in_numpy import floats, points

a, b, t = symbols("a b t")

MATRICES = {
    "one chain": ([[3, 1], [-1, 1]], [2]),
    "two values": ([[2, 1, 0], [0, 2, 0], [0, 0, 3]], [2, 1]),
    "two chains of one value": ([[3, 1, 0], [-1, 1, 0], [1, 1, 2]], [2, 1]),
    "equal chains": ([[2, 1, 0, 0], [0, 2, 0, 0], [0, 0, 2, 1], [0, 0, 0, 2]], [2, 2]),
    "wikipedia": ([[5, 4, 2, 1], [0, 1, -1, -1], [-1, -1, 3, 0], [1, 1, -1, 2]], [1, 1, 2]),
    "complex values": ([[0, 1, 0, 0], [-1, 0, 1, 0], [0, 0, 0, 1], [0, 0, -1, 0]], [2, 2]),
    "complex entries": ([[I, 1], [0, I]], [2]),
    "letters": ([[a, b, 0], [0, a, b], [0, 0, a]], [3]),
    "different letters": ([[a, 1], [0, b]], [1, 1]),
    "nilpotent": ([[0, t], [0, 0]], [2]),
    "enough eigenvectors": ([[2, 1], [1, 2]], [1, 1]),
    "roots": ([[2 * sqrt(2), 1], [-2, 0]], [2]),
    "three real roots": ([[2, 1, 0], [1, 3, 1], [0, 1, 5]], [1, 1, 1]),
    "roots that are numbered": ([[0, 0, 0, 1], [1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 2]], [1] * 4),
    "a multiple of the identity": ([[3, 0], [0, 3]], [1, 1]),
}


def test_docstring_examples():
    module = importlib.import_module("derive.linear_algebra.jordan_chains")
    assert doctest.testmod(module).failed == 0


def lengths(J: Matrix) -> list[int]:
    found = [1]
    for k in range(1, J.rows):
        if J[k - 1, k] == 1:
            found[-1] += 1
        else:
            found.append(1)
    return found


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", MATRICES)
def test_jordan_form(name):
    A, expected = MATRICES[name]
    found = jordan_form(A)
    for derivation in found:
        assert derivation.check().verdict == "confirmed", derivation.report
    assert lengths(found.J.result) == expected
    M = found.P.problem.args[0]
    for at in points(M):
        A, P, J = (floats(e, at) for e in (M, found.P.result, found.J.result))
        assert np.linalg.matrix_rank(P) == len(P)
        assert np.allclose(A @ P, P @ J)


@pytest.mark.parametrize("name", ["two chains of one value", "wikipedia", "complex values"])
def test_blocks_are_those_of_sympy(name):
    A, _ = MATRICES[name]
    _, theirs = Matrix(A).jordan_form()
    assert sorted(lengths(theirs)) == sorted(lengths(jordan_form(A).J.result))


@pytest.mark.false_on_purpose
@pytest.mark.parametrize("name", ["two values", "two chains of one value", "letters"])
def test_a_chain_that_is_off_is_refuted(name):
    found = jordan_form(MATRICES[name][0])
    for right in (found.P, found.J):
        off = right.result.as_mutable()
        off[-1, 0] += Rational(1, 1000)
        wrong = replace(right, root=replace(right.root, result=ImmutableMatrix(off)))
        assert check(wrong).verdict == "refuted"


@pytest.mark.false_on_purpose
def test_eigenvectors_alone_are_no_basis_of_chains():
    found = jordan_form(MATRICES["one chain"][0]).P
    for wrong in (ImmutableMatrix([[1], [-1]]), ImmutableMatrix([[1, 2], [-1, -2]]), eye(2)):
        root = replace(found.root, result=ImmutableMatrix(wrong))
        assert check(replace(found, root=root)).verdict == "refuted"


def test_only_square_matrices():
    with pytest.raises(ValueError, match="1 by 2"):
        jordan_form([[1, 2]])
