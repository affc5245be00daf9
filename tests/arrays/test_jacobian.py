"""Jacobians, Hessians and derivatives along directions, each line from its definition."""

from __future__ import annotations

import pytest

import derive
from derive.arrays.operators import ShapeError

SHAPES = {
    "A": "m,n", "B": "n,p", "x": "n", "b": "m", "u": "m", "v": "n", "X": "n,n", "V": "n,n",
}  # fmt: skip

# fmt: off
JACOBIANS = [
    ("A @ x",         "x", "A"),
    ("A @ X @ B",     "X", 'einsum("ik,lj->ijkl", A, B)'),
    ("tanh(A @ x)",   "x", "diag(1 - tanh(A @ x)**2) @ A"),
    ("x/norm(x)",     "x", "eye(n)/norm(x) - x @ x.T/norm(x)**3"),
    ("inv(X)",        "X", '-einsum("ik,lj->ijkl", inv(X), inv(X))'),
    ("trace(X)",      "X", "eye(n)"),
]
HESSIANS = [
    ("norm(A @ x - b)**2", "x", "2*A.T @ A"),
    ("x.T @ X @ x",        "x", "X + X.T"),
    ("norm(x)",            "x", "eye(n)/norm(x) - x @ x.T/norm(x)**3"),
    ("v.T @ x",            "x", None),
]
# fmt: on


@pytest.mark.parametrize(("f", "wrt", "expected"), JACOBIANS)
def test_jacobian(f: str, wrt: str, expected: str) -> None:
    d = derive.jacobian(f, wrt, SHAPES)
    assert str(d.result) == expected
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.parametrize(("f", "wrt", "expected"), HESSIANS)
def test_hessian(f: str, wrt: str, expected: str | None) -> None:
    d = derive.hessian(f, wrt, SHAPES)
    assert expected is None or str(d.result) == expected
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.parametrize("f", ["logsumexp(x)", "sum(log(1 + exp(-b*(A @ x))))", "max(x)*norm(x)"])
def test_hessians_are_confirmed(f: str) -> None:
    d = derive.hessian(f, "x", SHAPES)
    assert d.check().verdict == "confirmed", d.report


def test_along_a_direction() -> None:
    d = derive.jvp("inv(X)", "X", "V", SHAPES)
    assert str(d.result) == "-inv(X) @ V @ inv(X)"
    assert d.check().verdict == "confirmed", d.report
    assert derive.jvp("expm(X)", "X", "V", SHAPES).check().verdict == "confirmed"


def test_the_adjoint_map() -> None:
    d = derive.vjp("tanh(A @ x)", "x", "u", SHAPES)
    assert str(d.result) == "A.T @ (u*(1 - tanh(A @ x)**2))"
    assert d.check().verdict == "confirmed", d.report


def test_a_direction_has_the_shape_of_the_variable() -> None:
    with pytest.raises(ShapeError, match="have to be the same"):
        derive.jvp("inv(X)", "X", "v", SHAPES)


def test_what_has_no_derivative_is_refused_by_name() -> None:
    with pytest.raises(derive.NoRuleApplies, match="Eigenvectors has no differential"):
        derive.hessian("sum(eigvalsh(X)**3)", "X", SHAPES, {"X": "symmetric"})
