"""Gradients of text with declared shapes: their printed form, every line checked, bad input."""

from __future__ import annotations

import numpy as np
import pytest

import derive

SHAPES = {
    "A": "m,n", "B": "n,p", "x": "n", "y": "n", "b": "m", "X": "n,n", "C": "n,n", "W": "n,k",
    "Y": "m,k", "lam": "", "S": "n,n", "P": "n,n",
}  # fmt: skip

# fmt: off
TEXTBOOK = [
    ("norm(A @ x - b)**2",                          "x", "2*A.T @ (A @ x - b)"),
    ("norm(A @ x - b)**2",                          "A", "2*(A @ x - b) @ x.T"),
    ("x.T @ A.T @ A @ x - 2*b.T @ A @ x + b.T @ b", "x", "2*A.T @ (A @ x - b)"),
    ("x @ X @ x",                                   "x", "(X + X.T) @ x"),
    ("log(det(X))",                                 "X", "inv(X).T"),
    ("logdet(X)",                                   "X", "inv(X).T"),
    ("logdet(A.T @ A)",                             "A", "2*A @ inv(A.T @ A)"),
    ("trace(inv(X) @ C)",                           "X", "-inv(X).T @ C.T @ inv(X).T"),
    ("logsumexp(x)",                                "x", "softmax(x, axis=0)"),
    ("sum(softmax(x)*y)",                           "x",
     "softmax(x, axis=0)*(y - y.T @ softmax(x, axis=0))"),
    ("norm(x)",                                     "x", "x/norm(x)"),
    ("sum((A @ W - Y)**2)/m",                       "W", "2*A.T @ (A @ W - Y)/m"),
    ("norm(A @ x - b)**2 + lam*norm(x)**2",         "x", "2*(lam*x + A.T @ (A @ x - b))"),
    ("sum(tanh(A @ W))",                            "W", "A.T @ (1 - tanh(A @ W)**2)"),
    ("trace(matrix_power(X, 3))",                   "X", "3*X.T @ X.T"),
    ("trace(expm(X))",                              "X", "expm(X).T"),
    ("norm(x, 1)",                                  "x", "sign(x)"),
    ("trace(B.T @ X.T @ C @ X @ B)",                "X", "(C + C.T) @ X @ B @ B.T"),
]
# fmt: on


@pytest.mark.parametrize(("f", "wrt", "expected"), TEXTBOOK)
def test_textbook_form(f: str, wrt: str, expected: str) -> None:
    d = derive.gradient(f, wrt, SHAPES)
    assert str(d.result) == expected
    assert d.check().verdict == "confirmed", d.report


def test_softmax_with_cross_entropy_is_p_minus_y() -> None:
    shapes = {"X": "N,n", "W": "n,k", "Y": "N,k"}
    f = "-sum(Y*log_softmax(X @ W, axis=1))/N"
    d = derive.gradient(f, "W", shapes, {"Y": "one-hot"})
    assert str(d.result) == "X.T @ (softmax(X @ W, axis=1) - Y)/N"
    assert d.check().verdict == "confirmed", d.report


def test_a_symmetric_variable_is_projected() -> None:
    d = derive.gradient("trace(C @ S)", "S", SHAPES, {"S": "symmetric"})
    assert d.root.rule == "project onto the symmetric matrices"
    assert str(d.result) == "(C.T + C)/2"
    assert d.check().verdict == "confirmed", d.report


def test_the_likelihood_of_a_normal_distribution() -> None:
    d = derive.gradient("logdet(P) + trace(inv(P) @ S)", "P", SHAPES,
                        {"P": "positive definite", "S": "symmetric"})  # fmt: skip
    assert str(d.result) == "inv(P) - inv(P) @ S @ inv(P)"
    assert d.check().verdict == "confirmed", d.report


STRUCTURED = [
    ("sum(eigvalsh(S)**2)", "S", "symmetric"),
    ("logdet(P)", "P", "positive definite"),
    ("sum(cholesky(P)**2)", "P", "positive definite"),
    ("trace(sqrtm(P))", "P", "positive definite"),
    ("trace(C @ S)", "S", "diagonal"),
    ('norm(A, "nuc")', "A", ""),
    ('norm(A, 2)', "A", ""),
]  # fmt: skip


@pytest.mark.parametrize(("f", "wrt", "structure"), STRUCTURED)
def test_every_line_is_confirmed(f: str, wrt: str, structure: str) -> None:
    d = derive.gradient(f, wrt, SHAPES, {wrt: structure})
    assert d.check().verdict == "confirmed", d.report


def test_a_false_line_is_refuted() -> None:
    """The displayed adjoint is wrong though the gradient of the leaf stays right."""
    from dataclasses import replace

    d = derive.gradient("sum(tanh(A @ x))", "x", SHAPES)
    assert d.check().verdict == "confirmed"
    inner = d.root.parts[0]
    wrong = replace(inner, equals=2 * inner.equals, result=2 * inner.result, where=())
    false = replace(d, root=replace(d.root, parts=(wrong,)))
    assert false.check().verdict == "refuted"


def test_the_function_is_numpy() -> None:
    f = derive.gradient("norm(A @ x - b)**2", "x", SHAPES).to_numpy()
    A, x, b = np.arange(6.0).reshape(3, 2), np.array([1.0, -1.0]), np.ones(3)
    assert np.allclose(f(A, x, b), 2 * A.T @ (A @ x - b))
    assert f.args == ("A", "x", "b")
    assert "kron" not in f.source
