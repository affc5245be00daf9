"""Arrays divided by their norm along an axis: the textbook form of their derivatives."""

from __future__ import annotations

import numpy as np
import pytest

import derive
from derive.arrays.operators import ShapeError
from derive.arrays.reading import read
from tests.support.array_trials import trial
from tests.support.random_arrays import Formula

SHAPES = {"X": "n,m", "D": "n,m", "W": "m,m", "T": "2,n,m", "x": "n", "y": "n", "A": "n,n"}

# fmt: off
TEXTBOOK = [  # the gradient, as text and on paper
    ("y @ normalise(x)", "x",
     "(y - (y.T @ normalise(x, axis=0))*normalise(x, axis=0))/norm(x)",
     "(y - (yᵀ normalise(x))·normalise(x))/‖x‖"),
    ("sum(D*normalise(X, axis=1))", "X",
     "(D - normalise(X, axis=1)*sum(D*normalise(X, axis=1), axis=1)[:, None])"
     "/norm(X, axis=1)[:, None]",
     "(D - normalise(X) ∘ sum(D ∘ normalise(X)"),
    ("sum(norm(X, axis=1))", "X", "normalise(X, axis=1)", "normalise(X)"),
    ("sum(norm(X, axis=0)**2)", "X", "2*X", "2X"),
]
TEXTS = [
    "sum(D*normalise(X, axis=0))",      "sum(normalise(X @ W, axis=1)**3)",
    "sum(normalise(T, axis=1)**3)",     "sum(D*norm(T, axis=0))",
    "y @ normalise(A @ x)",             "sum(norm(X, axis=1)**3)",
    "norm(x, axis=0)**3",               "sum(normalise(D, axis=1) @ normalise(X, axis=1).T)",
    "sum(D*normalise(X, axis=-1)/norm(X, axis=-1)[:, None])",
]
# fmt: on


@pytest.mark.parametrize(("text", "wrt", "result", "paper"), TEXTBOOK)
def test_textbook_form(text: str, wrt: str, result: str, paper: str) -> None:
    d = derive.gradient(text, wrt, {n: s for n, s in SHAPES.items() if n in text})
    assert str(d.result) == result
    assert paper in d.text()
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.parametrize("text", TEXTS)
def test_values_and_gradients_are_right(text: str) -> None:
    found = trial(Formula(text, (), {n: s for n, s in SHAPES.items() if n in text}, {}), 1)
    assert found.kind == "right", found
    assert {verdict for verdict, _ in found.verdicts} == {"confirmed"}, found


def test_latex() -> None:
    d = derive.gradient("sum(D*normalise(X, axis=1))", "X", {"X": "n,m", "D": "n,m"})
    assert r"\left\lVert X \right\rVert_{\text{axis } 1}" in d.latex()
    assert r"\operatorname{normalise}\left(X\right)" in d.latex()


def test_the_jacobian_projects_and_divides() -> None:
    d = derive.jacobian("normalise(x)", "x", {"x": "n"})
    assert "(I - normalise(x) normalise(x)ᵀ)/‖x‖" in d.text()
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.parametrize(("kind", "text", "wrt"), [
    ("jacobian", "normalise(X, axis=1)", "X"), ("jacobian", "norm(X, axis=0)", "X"),
    ("hessian", "y @ normalise(x)", "x"), ("hessian", "sum(norm(X, axis=1))", "X"),
])  # fmt: skip
def test_all_entries(kind: str, text: str, wrt: str) -> None:
    shapes = {n: s for n, s in {**SHAPES, "X": "2,3"}.items() if n in text}
    d = getattr(derive, kind)(text, wrt, shapes)
    assert d.check().verdict == "confirmed", d.report


def test_a_direction() -> None:
    d = derive.jvp("normalise(X, axis=1)", "X", "D", {"X": "n,m", "D": "n,m"})
    assert d.check().verdict == "confirmed", d.report


def test_the_code_normalises_once() -> None:
    d = derive.gradient("sum(D*normalise(X, axis=1))", "X", {"X": "n,m", "D": "n,m"})
    source = d.to_numpy().source
    assert source.count("runtime.normalise(X, 1)") == 1
    X, D = np.random.default_rng(0).normal(size=(2, 3, 4))
    Y = X / np.sqrt((X**2).sum(1, keepdims=True))
    expected = (D - Y * (D * Y).sum(1, keepdims=True)) / np.sqrt((X**2).sum(1, keepdims=True))
    assert np.allclose(d.to_numpy()(X=X, D=D), expected, rtol=1e-12)


@pytest.mark.parametrize(("text", "kind", "says"), [
    ("normalise(X)",             ShapeError,        "write axis="),
    ("normalise(X, axis=2)",     ShapeError,        "has no axis 2"),
    ("normalise(x - x)",         ZeroDivisionError, "division by zero"),
    ("norm(X, axis=3)",          ShapeError,        "has no axis 3"),
    ("norm(X, 1, axis=0)",       ValueError,        "leave it out"),
    ("normalise(X, axis=x)",     ValueError,        "not a number"),
])  # fmt: skip
def test_refused(text: str, kind: type[Exception], says: str) -> None:
    with pytest.raises(kind, match=says):
        read(text, SHAPES)
