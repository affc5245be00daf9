"""Entries chosen by indices: values, derivatives, printed forms and code, against NumPy's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import derive
from derive.arrays.gather import one_hot
from derive.arrays.nodes import variable
from derive.arrays.operators import ShapeError
from derive.arrays.reading import read
from derive.tokens import ParseError
from lambdify_bridge.arrays.function import ArrayFunction
from tests.support.array_trials import trial
from tests.support.array_values import evaluate
from tests.support.random_arrays import SIZES, Formula

SHAPES = {
    "X": "n,m", "A": "n,n", "V": "k,m", "x": "n", "w": "k", "Z": "m,n", "T": "n,k,m",
    "U": "2,k,m", "i": "k", "j": "k", "c": "m", "K": "2,k", "s": "",
}  # fmt: skip
INDICES = dict.fromkeys(("i", "j", "c", "K", "s"), "indices")

# fmt: off
TEXTS = [
    "sum(X[i]*V)",                  "norm(X[i] - V)**2",            "sum(X[K]*U)",
    "sum(x[i]*w)",                  "x[s]**2*sum(w)",               "sum(tanh(x)[i]**3)",
    "sum(A[i, j]*w)",               "sum(A[i, j]**2*w)",            "sum(Z[arange(m), c]**2)",
    "sum(log_softmax(Z, axis=1)[arange(m), c])",                    "sum(X[:, c]**2)",
    "sum(take(X, i, axis=0)*V)",    "sum(take(X, c, axis=-1)**2)",  "sum(take(x, i)*w)",
    "sum(X[i][j]*V)",               "sum(X[i[1:]]**2)",             "sum(A[i[:, None], j]**2)",
    "sum(T[i, :, c[:1]]**2)",       "sum(T[i, :, 1]**2)",           "sum(T[1, :, c]**2)",
    "sum(T[..., c]**2)",            "sum(T[i, None, s]**2)",        "sum(T[:, None, i]**3)",
    "sum(T[0, :, c]*ones(m, k))",   "sum(T[i, j, c[:1]]**2)",       "sum(one_hot(i, n) @ X*V)",
    "sum((one_hot(i, n) - x)**2*w[:, None])",                       "sum(X[i] @ Z[:, i])",
    "sum(exp(x[i] - x[j]))",        "sum(X[reshape(K, (-1,))]**2)", "sum(X[:2][s]*c)",
]
# fmt: on


def used(text: str) -> tuple[dict[str, str], dict[str, str]]:
    shapes = {name: shape for name, shape in SHAPES.items() if name in words(text)}
    return shapes, {name: kind for name, kind in INDICES.items() if name in shapes}


def words(text: str) -> list[str]:
    return "".join(c if c.isalnum() or c == "_" else " " for c in text).split()


@pytest.mark.parametrize("text", TEXTS)
def test_values_and_gradients_are_right(text: str) -> None:
    found = trial(Formula(text, (), *used(text)), 1)
    assert found.kind == "right", found
    assert {verdict for verdict, _ in found.verdicts} == {"confirmed"}, found


# fmt: off
ARRAYS = ["X[i]", "X[K]", "X[:, c]", "T[i, :, j]", "T[:, i, c[:1]]", "T[i, None, j]", "x[s]",
          "T[0, :, c]", "T[0, 1, c]", "T[:, 0, c]", "A[i[:, None], j]", "X[arange(n), s]",
          "take(T, K, axis=1)", "one_hot(K, n)", "take(x, 1)", "T[..., s, :]", "A[K, i]"]
# fmt: on


@pytest.mark.parametrize("text", ARRAYS)
def test_the_shape_and_the_values_are_numpys(text: str) -> None:
    shapes, structures = used(text)
    node = read(text, {**shapes, "A": "n,n"}, structures)
    given = [variable(name, shape, INDICES.get(name, "")) for name, shape in shapes.items()]
    values = point(shapes)
    expected = evaluate(text, values, SIZES)
    ours = ArrayFunction([node], [*given, variable("A", "n,n")] if "A" not in shapes else given)
    more = {} if "A" in shapes else {"A": np.eye(3)}
    assert np.array_equal(ours(**values, **more), expected)
    assert np.array_equal(evaluate(str(node), {**values, **more}, SIZES), expected)


def point(shapes: dict[str, str]) -> dict[str, Any]:
    r = np.random.default_rng(3)
    values: dict[str, Any] = {}
    for name, spelled in shapes.items():
        shape = [SIZES.get(n) or int(n) for n in spelled.split(",") if n]
        values[name] = np.asarray(
            r.integers(0, 2, shape) if name in INDICES else r.normal(size=shape)
        )
    return values


# fmt: off
PRINTED = [  # the result, a part of its code
    ("sum(X[i]*V)", "X", "one_hot(i, n).T @ V", "runtime.scattered(V, (i,), (n,))"),
    ("norm(X[i] - V)**2", "X", "2*one_hot(i, n).T @ (one_hot(i, n) @ X - V)",
     "2.0 * runtime.scattered(X[i] - V, (i,), (n,))"),
    ("sum(x[i])", "x", "one_hot(i, n).T @ ones(k)", "runtime.scattered(1.0, (i,), (n,))"),
    ("sum(A[i, j]*w)", "A", "one_hot(i, n).T @ diag(w) @ one_hot(j, n)",
     "runtime.scattered(w, (i, j), (n, n))"),
    ("sum(X[i][j]*V)", "X", "one_hot(i, n).T @ one_hot(j, k).T @ V",
     "runtime.scattered(runtime.scattered(V, (j,), (k,)), (i,), (n,))"),
    ("sum(X[K]*U)", "X", 'einsum("kli,klj->ij", one_hot(K, n), U)',
     "runtime.scattered(U, (K,), (n,))"),
]
# fmt: on


@pytest.mark.parametrize(("text", "wrt", "result", "code"), PRINTED)
def test_no_one_hot_matrix_is_made(text: str, wrt: str, result: str, code: str) -> None:
    d = derive.gradient(text, wrt, *used(text))
    assert str(d.result) == result
    source = d.to_numpy().source
    assert code in source
    assert "one_hot" not in source


def test_as_on_paper() -> None:
    d = derive.gradient("sum(X[i]*V)", "X", *used("X i V"))
    assert "∂L/∂X = one_hot(i, n)ᵀ V" in d.text()
    assert r"\operatorname{one\_hot}\left(i, n\right)^{\top} V" in d.latex()


def test_ones_and_zeros_are_their_own_squares() -> None:
    d = derive.gradient("sum(X[:, c]**2)", "X", *used("X c"))
    assert "one_hot(c, m)**2" not in str(d.result)
    assert "one_hot" not in d.to_numpy().source


def test_what_is_taken_twice_is_added_up() -> None:
    slope = derive.gradient(
        "sum(X[i]*V)", "X", {"X": "3,2", "i": "4", "V": "4,2"}, {"i": "indices"}
    )
    V = np.arange(8.0).reshape(4, 2)
    found = slope.to_numpy()(X=np.zeros((3, 2)), i=[2, 0, 2, 2], V=V)
    assert np.array_equal(found, [V[1], [0, 0], V[0] + V[2] + V[3]])


def test_cross_entropy_with_classes_is_p_minus_one_hot() -> None:
    text = "-sum(log_softmax(Z, axis=1)[arange(m), c])/m"
    d = derive.gradient(text, "Z", *used(text))
    assert str(d.result) == "(softmax(Z, axis=1) - one_hot(c, n))/m"
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.parametrize(("kind", "text", "wrt"), [
    ("jacobian", "X[i]", "X"), ("jacobian", "A[i, j]", "A"), ("jacobian", "tanh(x)[K]", "x"),
    ("hessian", "sum(x[i]**3)", "x"), ("hessian", "sum(exp(x[i] - x[j]))", "x"),
])  # fmt: skip
def test_second_derivatives_and_jacobians(kind: str, text: str, wrt: str) -> None:
    d = getattr(derive, kind)(text, wrt, *used(text))
    assert d.check().verdict == "confirmed", d.report


def test_directional_derivatives() -> None:
    shapes = {"X": "n,m", "i": "k", "V": "n,m", "U": "k,m"}
    forward = derive.jvp("tanh(X[i])", "X", "V", shapes, {"i": "indices"})
    backward = derive.vjp("tanh(X[i])", "X", "U", shapes, {"i": "indices"})
    for d in (forward, backward):
        assert d.check().verdict == "confirmed", d.report
        assert "one_hot" not in d.to_numpy().source


def test_indices_of_two_axes_are_in_the_range_of_both() -> None:
    shapes = {"x": "n", "y": "m", "i": "k"}
    d = derive.gradient("sum(x[i]*y[i])", "x", shapes, {"i": "indices"})
    assert d.check().verdict == "confirmed", d.report


def test_one_hot_rows_sum_to_one() -> None:
    assert (
        str(one_hot(variable("i", "k", "indices"), "n") @ variable("x", "n")) == "one_hot(i, n) @ x"
    )
    assert (
        str(read("sum(one_hot(i, n), axis=1)", {"i": "k", "x": "n"}, {"i": "indices"})) == "ones(k)"
    )


def test_a_network_with_an_embedding() -> None:
    shapes = {"E": "v,d", "W": "d,c", "i": "N", "y": "N"}
    found = derive.backprop(
        ["H = E[i]", "Z = H @ W", "L = -sum(log_softmax(Z, axis=1)[arange(N), y])/N"],
        wrt="E,W", shapes=shapes, structures={"i": "indices", "y": "indices"})  # fmt: skip
    assert found.check().verdict == "confirmed", found.report
    assert "E[i]" in found.to_numpy().source
    assert "runtime.scattered(" in found.to_numpy().source


# fmt: off
REFUSED = [
    ("X[V]",                 ParseError, "not a number, and holds no indices"),
    ("X[i, j, i]",           ShapeError, "has 2 axes, and 3 indices"),
    ("A[i, c]",              ShapeError, "the indices i, c run together"),
    ("Z[arange(n), c]",      ShapeError, r"indices arange\(n\), c run together"),
    ("Z[arange(n)]",         ShapeError, r"write arange\(m\)"),
    ("take(X, i)",           ShapeError, "write axis="),
    ("take(X, i, axis=2)",   ShapeError, "has no axis 2"),
    ("take(X, V, axis=0)",   ValueError, "no indices"),
    ("one_hot(x, n)",        ValueError, "no indices"),
    ("one_hot(i + 1, n)",    ValueError, "no indices"),
    ("arange(n) + x",        ValueError, "Arange"),
]
# fmt: on


@pytest.mark.parametrize(("text", "kind", "says"), REFUSED)
def test_refused(text: str, kind: type[Exception], says: str) -> None:
    with pytest.raises(kind, match=says) as caught:
        read(text, SHAPES, INDICES)
    assert len(str(caught.value).split("\n")[0]) < 400


@pytest.mark.parametrize("name", ["gradient", "jacobian", "hessian"])
def test_indices_do_not_move(name: str) -> None:
    with pytest.raises(ValueError, match="i holds indices, whole numbers that do not move"):
        getattr(derive, name)("sum(X[i]*V)", "i", *used("X i V"))


@pytest.mark.parametrize(("i", "says"), [
    ([0.5, 1], "write whole numbers from 0"), ([-1, 0], "write whole numbers from 0"),
    ([0, 3], "i holds 3, an index for an axis of size 3"), ([[0, 1]], "2 axes, 1 are declared"),
    ([np.nan, 1], "write whole numbers from 0"),
])  # fmt: skip
def test_bad_indices(i: Any, says: str) -> None:
    f = derive.gradient("sum(x[i]**2)", "x", {"x": "n", "i": "k"}, {"i": "indices"}).to_numpy()
    assert np.array_equal(f(x=np.ones(3), i=[1.0, 1]), [0, 4, 0])
    with pytest.raises(ValueError, match=says):
        f(x=np.ones(3), i=i)
