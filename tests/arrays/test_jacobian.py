"""Jacobians, Hessians and derivatives along directions, each line from its definition."""

from __future__ import annotations

import numpy as np
import pytest

import derive
from derive.arrays.operators import ShapeError
from lambdify_bridge import check
from lambdify_bridge.check import Claim
from tests.support import numpy_text

SHAPES = {
    "A": "m,n", "B": "n,p", "x": "n", "b": "m", "u": "m", "v": "n", "X": "n,n", "V": "n,n",
}  # fmt: skip
BUT_V = {name: shape for name, shape in SHAPES.items() if name != "V"}

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
    ("sum(log(1 + exp(A @ x)))", "x",
     "A.T @ diag(exp(A @ x)*(1/(1 + exp(A @ x)) - exp(A @ x)/(1 + exp(A @ x))**2)) @ A"),
]
# fmt: on


# fmt: off
OF_VECTORS = [  # the matrix M with vec(df) = M vec(dX)
    ("A @ X @ X.T",     "X", "kron(X, A) + kron(eye(n), A @ X) @ commutation(n, n)"),
    ("X.T",             "X", "commutation(n, n)"),
    ("A.T",             "A", "commutation(m, n)"),
    ("A @ X @ B",       "X", "kron(B.T, A)"),
    ("inv(X)",          "X", "-kron(inv(X).T, inv(X))"),
    ("tanh(A @ X)",     "X", "diag(vec(1 - tanh(A @ X)**2)) @ kron(eye(n), A)"),
    ("exp(A.T)",        "A", "diag(vec(exp(A.T))) @ commutation(m, n)"),
    ("A*(A @ X)",       "A", "diag(vec(A @ X)) + diag(vec(A)) @ kron(X.T, eye(m))"),
    ("A/norm(A)",       "A", "eye(m*n)/norm(A) - vec(A) @ vec(A).T/norm(A)**3"),
    ("trace(X)*X",      "X", "vec(X) @ vec(eye(n)).T + trace(X)*eye(n**2)"),
    ("matrix_power(X, 3)", "X",
     "kron(X.T, X) + kron(eye(n), X @ X) + kron(X.T @ X.T, eye(n))"),
    ("A @ x",           "A", "kron(x[:, None].T, eye(m))"),
    ("A.T @ b",         "A", "kron(eye(n), b[:, None].T)"),
    ("x @ b.T",         "x", "kron(b[:, None], eye(n))"),
    ("b @ x.T",         "x", "kron(eye(n), b[:, None])"),
    ("A @ x",           "x", "A"),
    ("norm(A)**2",      "A", "2*vec(A).T"),
]
OPERATORS = [
    ("A @ X @ X.T",     "X", "A @ (V @ X.T + X @ V.T)"),
    ("inv(X) + V",      "X", "-inv(X) @ V_1 @ inv(X)"),
    ("tanh(A)",         "A", "(1 - tanh(A)**2)*V"),
]
SECOND = [
    ("norm(A @ X)**2",  "X", "vec",      "2*kron(eye(n), A.T @ A)"),
    ("norm(A @ X)**2",  "X", "operator", "2*A.T @ A @ V"),
    ("logdet(X)",       "X", "vec",      "-kron(inv(X), inv(X).T) @ commutation(n, n)"),
    ("logdet(X)",       "X", "operator", "-inv(X).T @ V.T @ inv(X).T"),
    ("trace(A @ X @ B)", "X", "vec",     "zeros((n**2, n**2))"),
    ("trace(A @ X @ B)", "X", "operator", "zeros((n, n))"),
]
# fmt: on


@pytest.mark.parametrize(("f", "wrt", "expected"), OF_VECTORS)
def test_the_matrix_between_vectors(f: str, wrt: str, expected: str) -> None:
    d = derive.jacobian(f, wrt, SHAPES, form="vec")
    assert str(d.result) == expected
    assert d.check().verdict == "confirmed", d.report
    random = np.random.default_rng(5)
    sizes = {"m": 2, "n": 3, "p": 4}
    shapes = {name: [sizes[n] for n in shape.split(",")] for name, shape in SHAPES.items()}
    values = {name: random.standard_normal((*shape, 1)[:2]) for name, shape in shapes.items()}
    directions = numpy_text.units(values[wrt].shape)
    slopes = [numpy_text.along(f, wrt, V, values) for V in directions]
    of_units = np.hstack([numpy_text.vec(V) for V in directions])
    M = numpy_text.value(expected, values | sizes)
    by_differences = np.hstack([numpy_text.vec(np.atleast_2d(slope)) for slope in slopes])
    assert np.allclose(M @ of_units, by_differences, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize(("f", "wrt", "expected"), OPERATORS)
def test_the_map_of_a_change(f: str, wrt: str, expected: str) -> None:
    d = derive.jacobian(f, wrt, SHAPES, form="operator")
    assert str(d.result) == expected
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("f", "wrt", "form", "expected"), SECOND)
def test_second_derivatives_in_other_forms(f: str, wrt: str, form: str, expected: str) -> None:
    d = derive.hessian(f, wrt, {**BUT_V, "B": "n,m"}, form=form)
    assert str(d.result) == expected
    assert d.check().verdict == "confirmed", d.report


def test_a_wrong_kronecker_product_is_refuted() -> None:
    d = derive.jacobian("A @ X @ B", "X", SHAPES, form="vec")
    wrong = derive.jacobian("A @ X.T @ B", "X", SHAPES, form="vec").result
    assert check(Claim(d.lhs, wrong)).verdict == "refuted"


def test_forms_that_cannot_be_had_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="write index, operator, vec"):
        derive.jacobian("A @ x", "x", SHAPES, form="kronecker")
    with pytest.raises(ShapeError, match="has 3 axes and no vec"):
        derive.jacobian("T*x[:, None, None]", "x", {"T": "n,2,2", "x": "n"}, form="vec")


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


def test_the_hessian_of_what_is_long() -> None:
    """The gradient of it is told in adjoints, which move with the variable."""
    shapes = {"A": "m,n", "x": "n"} | {f"b_{k}": "m" for k in range(9)}
    d = derive.hessian(" + ".join(f"norm(A @ x - b_{k})**2" for k in range(9)), "x", shapes)
    assert str(d.result) == "18*A.T @ A"
    assert d.check(points=1).verdict == "confirmed", d.report
    d = derive.hessian(" + ".join(f"norm(tanh(A @ x - b_{k}))**2" for k in range(9)), "x", shapes)
    assert d.check(points=1).verdict == "confirmed", d.report


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
