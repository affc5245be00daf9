"""Row reduction, rank, column space and linear systems: every step, and against NumPy."""

from __future__ import annotations

import doctest
import importlib
from dataclasses import replace

import numpy as np
import pytest
from sympy import ImmutableMatrix, Matrix, Ne, Rational, S, latex, sqrt, symbols

import derive
from derive.linear_algebra import column_space, rank, row_reduce, solve_linear
from derive.linear_algebra.inverses import Augmented
from lambdify_bridge import check
from tests.support.operators_in_numpy import floats, points

a, b, c, d, e, f, t_1, t_2 = symbols("a b c d e f t_1 t_2")


def test_docstring_examples():
    module = importlib.import_module("derive.linear_algebra.systems")
    assert doctest.testmod(module).failed == 0


MATRICES = {
    "regular": [[1, 2], [3, 4]],
    "line": [[1, 2], [2, 4]],
    "zero": [[0, 0], [0, 0]],
    "wide": [[0, 2, 4, 1], [1, 1, 1, 1], [1, 3, 5, 2]],
    "tall": [[1, 2], [2, 4], [3, 7]],
    "fractions": [[Rational(1, 2), Rational(1, 3), 1], [3, 2, 6]],
    "letters": [[a, b, 1], [c, d, 2]],
    "dependent letters": [[a, b], [a * c, b * c]],
    "roots": [[1, sqrt(2)], [sqrt(2), 2]],
    "tiny": [[1, 0], [0, Rational(1, 10**12)]],
    "Hilbert": [[Rational(1, i + j + 1) for j in range(6)] for i in range(6)],
}


@pytest.mark.parametrize("name", MATRICES)
def test_row_reduction(name):
    found = row_reduce(MATRICES[name])
    assert found.check().verdict == "confirmed"
    assert ImmutableMatrix(found.problem.args[0]).rref()[0] == found.result


def test_each_row_operation_is_a_step():
    found = row_reduce([[0, 2], [3, 6]])
    R_1, R_2 = symbols("R_1 R_2")
    new_1, new_2 = symbols("R_1' R_2'")
    assert [step.where for step in found.steps] == [
        ((new_1, R_2), (new_2, R_1)),
        ((new_1, R_1 / 3),),
        ((new_2, R_2 / 2),),
        ((new_1, R_1 - 2 * R_2),),
        (),
    ]


@pytest.mark.parametrize("name", MATRICES)
def test_rank(name):
    found = rank(MATRICES[name])
    assert found.check().verdict == "confirmed"
    assert found.result == Matrix(MATRICES[name]).rank()


@pytest.mark.parametrize("name", MATRICES)
def test_column_space(name):
    found = column_space(MATRICES[name])
    assert found.check().verdict == "confirmed"
    M = Matrix(MATRICES[name])
    assert found.result.shape == (M.rows, M.rank())
    assert M.row_join(found.result).rank() == M.rank()


SYSTEMS = {
    "one": ([[1, 2], [3, 4]], [5, 6], 0),
    "more equations": ([[1, 2], [3, 4], [4, 6]], [5, 6, 11], 0),
    "line": ([[1, 2], [2, 4]], [3, 6], 1),
    "right side of letters": ([[1, 2, 1], [2, 4, 3]], [a, b], 1),
    "letters": ([[a, b], [c, d]], [e, f], 0),
    "all": ([[0, 0]], [0], 2),
    "swaps": ([[0, 2, 4, 1], [1, 1, 1, 1], [1, 3, 5, 2]], [1, 2, 3], 2),
    "roots": ([[1, sqrt(2)], [sqrt(2), 5]], [sqrt(3), 1], 0),
    "its own t": ([[t_1, 2]], [1], 1),
    "Hilbert": (MATRICES["Hilbert"], [1, 0, 0, 0, 0, 1], 0),
}


@pytest.mark.one_in(6)
@pytest.mark.parametrize("name", SYSTEMS)
def test_solutions(name):
    A, right, free = SYSTEMS[name]
    found = solve_linear(A, right)
    assert found.check().verdict == "confirmed"
    M, r, letters = found.problem.args
    used = [letter for letter in letters if letter in found.result.free_symbols]
    assert len(used) == free
    for at in points(found.problem):
        assert np.allclose(floats(M, at) @ floats(found.result, at), floats(r, at))
    directions = found.result.jacobian(used) if used else Matrix.zeros(M.cols, 0)
    assert directions.rank() == M.cols - M.rank()


def test_the_conditions_of_letters():
    assert solve_linear([[a, b], [c, d]], [e, f]).given.atoms(Ne) == {
        Ne(a, 0), Ne(a * d - b * c, 0),
    }  # fmt: skip
    found = solve_linear([[1, 2], [2, 4]], [3, c])
    assert found.result is S.EmptySet
    assert found.given == Ne(c - 6, 0)


def test_no_solution():
    found = solve_linear([[1, 2], [2, 4]], [3, 7])
    assert found.result is S.EmptySet
    assert found.check().verdict == "confirmed"
    assert found.steps[-1].rule == "no solution"


def test_the_family_as_a_function():
    found = solve_linear([[1, 2, 1], [2, 4, 3]], [a, b])
    x = found.to_numpy()(1.0, 2.0, 5.0)
    assert np.allclose(np.array([[1, 2, 1], [2, 4, 3]]) @ x, [[1.0], [2.0]])


@pytest.mark.false_on_purpose
@pytest.mark.parametrize(
    "wrong",
    [S.EmptySet, Matrix([3, 0]), Matrix([3 - t_1, t_1]), Matrix([4 - 2 * t_1, t_1]),
     Matrix([3 - 2 * t_1**2, t_1**2])],
)  # fmt: skip
def test_a_wrong_family_does_not_pass(wrong):
    right = solve_linear([[1, 2], [2, 4]], [3, 6])
    result = wrong if wrong is S.EmptySet else wrong.as_immutable()
    report = check(replace(right, root=replace(right.root, result=result)))
    assert report.verdict in ("refuted", "undecided")
    assert report.verdict == "refuted" or wrong.has(t_1**2)


@pytest.mark.false_on_purpose
def test_a_solution_where_there_is_none_is_refuted():
    none = solve_linear([[1, 2], [2, 4]], [3, 7])
    result = ImmutableMatrix([3 - 2 * t_1, t_1])
    assert check(replace(none, root=replace(none.root, result=result))).verdict == "refuted"


def test_systems_print():
    goal = solve_linear([[1, 2]], [a]).problem
    assert str(goal) == "solutions[1, 2 | a]"
    assert r"\begin{array}{cc|c}1 & 2 & a\end{array}" in latex(goal)
    assert isinstance(latex(Augmented(Matrix([[1]]), Matrix([[2]]))), str)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: solve_linear([[1, 2]], [1, 2]), "1 equations have 2 right sides"),
        (lambda: solve_linear([[1, 2]], [[1, 2], [3, 4]]), "one row or one column"),
        (lambda: rank("x"), "not a matrix"),
    ],
)
def test_errors_in_one_line(call, text):
    with pytest.raises(ValueError, match=text) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_public_names():
    assert derive.solve_linear("[[2]]", [4]).result[0] == 2
    assert derive.rank([[1]]).result == 1
