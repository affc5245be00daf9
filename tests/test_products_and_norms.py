"""Products and norms of vectors and matrices: every step, and against NumPy at random values."""

from __future__ import annotations

import doctest
import importlib
from dataclasses import replace

import numpy as np
import pytest
from sympy import Max, Symbol, latex, oo, pretty, sqrt, symbols

import derive
from derive.command_line import main
from derive.engine import NoRuleApplies
from derive.linear_algebra import dot, entrywise, matmul, norm, outer
from lambdify_bridge import check
from tests.support.operators_in_numpy import floats, points, value

a, b, c, p = symbols("a b c p")
MODULES = ("products", "norms")


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name):
    assert doctest.testmod(importlib.import_module(f"derive.linear_algebra.{name}")).failed == 0


PRODUCTS = {
    "dot": (dot, [1, 2, a], [4, b, 6], lambda u, v: u[:, 0] @ v[:, 0]),
    "dot of rows": (dot, [[1, sqrt(2)]], [[4, 5]], lambda u, v: u[:, 0] @ v[:, 0]),
    "outer": (outer, [1, a], [b, 3, -1], lambda u, v: np.outer(u, v)),
    "matmul": (matmul, [[1, -2], [3, a]], [[b, 6, 7], [8, 0, 9]], np.matmul),
    "matrix and vector": (matmul, [[1, 2], [3, a]], [5, 6], np.matmul),
    "complex": (matmul, "[[1, 2*I], [3, 4]]", "[[1, 3], [-2*I, 4]]", np.matmul),
    "entrywise": (entrywise, [[1, -2], [3, a]], [[b, 6], [8, 0]], np.multiply),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_products(name):
    function, A, B, numerically = PRODUCTS[name]
    found = function(A, B)
    assert found.check().verdict == "confirmed"
    left, right = found.problem.args
    for at in points(found.problem):
        expected = numerically(floats(left, at), floats(right, at))
        assert np.allclose(value(found.result, at), expected)


def test_the_rule_of_shapes_is_a_step():
    found = matmul([[1, 2], [3, 4], [5, 6]], [[1], [2]])
    (shape,) = found.root.premises
    assert tuple(shape.result) == (3, 1)
    assert dict(shape.where) == dict(zip(symbols("m n p"), (3, 2, 1), strict=True))
    assert "shapes of a product" in found.text()


NUMBERS = [[1, -2, 3], [4, 0, -6]]
LETTERS = [[1, a], [b, -2]]


@pytest.mark.parametrize("ord", [None, 1, 2, oo, float("inf"), 3, "5/2"])
@pytest.mark.parametrize("v", [[3, -4, 12], [a, -2, b], [0, 0]])
def test_norms_of_vectors(v, ord):
    found = norm(v, ord)
    assert found.check().verdict == "confirmed"
    order = {None: None, oo: np.inf, "5/2": 2.5}.get(ord, ord)
    for at in points(found.problem):
        numbers = np.real(floats(found.problem.args[0], at)[:, 0])
        assert np.allclose(value(found.result, at), np.linalg.norm(numbers, order))


@pytest.mark.parametrize("ord", [None, "fro", 1, 2, oo, "nuc"])
@pytest.mark.parametrize("A", [NUMBERS, LETTERS, [[2, 4], [1, 2]], [[0, 0], [0, 0]]], ids=str)
def test_norms_of_matrices(A, ord):
    found = norm(A, ord)
    assert found.check().verdict == "confirmed"
    order = np.inf if ord == oo else ord
    for at in points(found.problem):
        numbers = np.real(floats(found.problem.args[0], at))
        assert np.allclose(value(found.result, at), np.linalg.norm(numbers, order))


def test_norms_as_in_textbooks():
    assert norm([3, 4]).result == 5
    assert norm([3, -4, a], oo).result == Max(4, abs(a))
    assert norm([1, 2], p).given == (p >= 1)
    assert norm([[1, 0], [0, -7]], 2).result == 7
    assert norm([[3, 0], [0, -7]], "nuc").result == 10
    assert norm([[a, b], [b, a]], 2).result == Max(abs(a - b), abs(a + b))
    assert norm([[a, 0], [0, b]], "nuc").result == abs(a) + abs(b)
    rules = [step.rule for step in norm([[1, 2], [3, 4]], 2).steps]
    assert rules[0] == "largest eigenvalue of the product with the transpose"
    assert "characteristic polynomial" in rules


@pytest.mark.false_on_purpose
@pytest.mark.parametrize(
    "found",
    [lambda: dot([1, 2], [3, a]), lambda: norm([1, a], 3), lambda: norm(NUMBERS, 2),
     lambda: norm(LETTERS, "nuc"), lambda: norm(LETTERS, oo)],
)  # fmt: skip
def test_a_factor_too_much_is_refuted(found):
    d = found()
    wrong = replace(d, root=replace(d.root, result=d.result * Symbol("k", positive=True) ** 2))
    assert check(wrong).verdict == "refuted"


def test_operators_print():
    found = norm([[1, 2], [3, 4]], "nuc")
    assert latex(found.problem).endswith(r"\right\rVert_{*}")
    assert latex(found.problem**2).endswith(r"\right\rVert_{*}^{2}")
    assert latex(dot([1, 2], [3, 4]).problem).count(r"\cdot") == 1
    assert str(matmul([[1]], [[2]]).problem) == "Matrix([[1]]) @ Matrix([[2]])"
    assert pretty(found.problem)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: dot([1, 2], [1, 2, 3]), ValueError, "equal lengths"),
        (lambda: matmul([[1, 2]], [[1, 2]]), ValueError, "inner numbers"),
        (lambda: entrywise([[1, 2]], [[1]]), ValueError, "shapes"),
        (lambda: norm([1, 2], 0), ValueError, "no norm of a vector"),
        (lambda: norm([[1, 2], [3, 4]], 3), ValueError, "no norm of a matrix"),
        (lambda: outer([[1, 2], [3, 4]], [1]), ValueError, "one row or one column"),
        (lambda: norm("x"), ValueError, "not a matrix"),
    ],
)
def test_errors_in_one_line(call, error, text):
    with pytest.raises(error, match=text) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_no_closed_form_is_said():
    A = [[1, 2, 0, 1, 0], [0, 3, 1, 0, 1], [1, 0, 5, 1, 0], [0, 1, 0, 2, 1], [1, 1, 0, 0, 4]]
    found = norm(A, 2)
    assert any(s.rule == "roots isolated by discs" for s in found.steps)
    assert found.check().verdict == "confirmed"
    assert np.isclose(float(found.result), np.linalg.norm(np.array(A), 2))
    with pytest.raises(NoRuleApplies):
        norm([[1, a, 0], [0, 1, 2], [3, 0, b]], 2)


def test_public_names():
    assert derive.norm([3, 4]).result == 5
    assert derive.matmul([[1, 2]], [3, 4]).result[0] == 11


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["norm", "[[3],[4]]"], "= 5"),
        (["norm", "[[1,2],[3,4]]", "2"], "eigenvalues"),
        (["norm", "[[1,2],[3,4]]", "nuc"], "sum_of_roots"),
        (["solve_linear", "[[1,2],[3,4]]", "[[5],[6]]"], "[[-4], [9/2]]"),
        (["qr", "[[3,1],[4,2]]"], "Q:"),
        (["rank", "[[1,2],[2,4]]"], "= 1"),
        (["svd", "[[3,0],[4,5]]"], "confirmed"),
        (["matmul", "[[1,2],[3,4]]", "[[1],[1]]"], "[[3], [7]]"),
    ],
)
def test_on_the_command_line(words, shown, capsys):
    assert main(words) == 0
    assert shown in capsys.readouterr().out
