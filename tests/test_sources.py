"""Results in other languages: the text runs there, and gives the same numbers."""

from __future__ import annotations

import ctypes
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy.abc import k, n, x, y

import derive
from derive.render.typst import quoted, typst
from lambdify_bridge import to_numpy
from lambdify_bridge.backends.c_compiler import COMPILERS
from lambdify_bridge.sources import LANGUAGES, source

COMPILER = next(filter(None, map(shutil.which, COMPILERS)), "")
FORMULAS = (
    x**2 * sp.sin(x) / sp.sqrt(1 + y),
    sp.exp(-(x**2)) * sp.log(y) + sp.Rational(1, 3),
    sp.Piecewise((x, x > y), (y**2, True)),
    sp.Abs(x - y) + sp.Max(x, y) + sp.sign(x),
    sp.erf(x) + sp.gamma(y),
    sp.atan2(y, x) + sp.asin(x / 10) + sp.floor(y),
    x ** sp.Rational(1, 3) + 2**y,
    sp.Symbol("lambda") * sp.Symbol("double") + sp.Symbol("a b") * sp.Symbol("sin"),
)
POINTS = ((0.7, 1.9), (1.3, 0.4), (2.5, 2.5))


def of_python(text: str) -> Any:
    names: dict[str, Any] = {}
    exec(text, names)
    return names["function"]


def of_c(text: str, where: Path) -> Any:
    (where / "f.c").write_text(text)
    command = [COMPILER, "-std=c99", "-Wall", "-Werror", "-shared", "-fPIC", "f.c", "-o", "f.so"]
    subprocess.run([*command, "-lm"], cwd=where, check=True, timeout=60)
    function = ctypes.CDLL(str(where / "f.so")).function
    function.restype = ctypes.c_double
    return function


def expected(formula: Any, point: Any) -> Any:
    return to_numpy(formula, backend="numpy")(*point)


def points(formula: Any) -> list[list[float]]:
    many = len(formula.free_symbols)
    return [[*point, 0.3, 1.1][:many] for point in POINTS]


@pytest.mark.parametrize("formula", FORMULAS, ids=str)
def test_python_gives_the_same_numbers(formula: Any) -> None:
    function = of_python(source(formula, "python"))
    for point in points(formula):
        assert function(*point) == pytest.approx(float(expected(formula, point)), rel=1e-14)


@pytest.mark.skipif(not COMPILER, reason="there is no C compiler")
@pytest.mark.parametrize("formula", FORMULAS, ids=str)
def test_c_gives_the_same_numbers(formula: Any, tmp_path: Path) -> None:
    function = of_c(source(formula, "c"), tmp_path)
    for point in points(formula):
        found = function(*map(ctypes.c_double, point))
        assert found == pytest.approx(float(expected(formula, point)), rel=1e-13)


@pytest.mark.skipif(not COMPILER, reason="there is no C compiler")
def test_c_fills_an_array_with_the_entries_of_a_matrix(tmp_path: Path) -> None:
    function = of_c(derive.inverse([["x", 1], [2, "y"]]).source("c"), tmp_path)
    out = (ctypes.c_double * 4)()
    function(ctypes.c_double(3), ctypes.c_double(4), out)
    assert list(out) == pytest.approx([0.4, -0.1, -0.2, 0.3])


def test_definitions_come_first() -> None:
    found = derive.backprop(["z = w*x + b", "a = sigmoid(z)", "L = (a - y)**2/2"], wrt=["w"])
    gradient = next(iter(found.values()))
    values = {"w": 0.5, "x": 2.0, "b": -0.3, "y": 1.0}
    names = [symbol.name for symbol in gradient.arguments]
    point = [values[name] for name in names]
    by_hand = 1 / (1 + math.exp(-0.7))
    assert of_python(gradient.source("python"))(*point) == pytest.approx(
        (by_hand - 1) * by_hand * (1 - by_hand) * 2
    )


def test_numpy_is_what_the_compiled_function_runs() -> None:
    d = derive.diff("x**2*sin(x)", "x")
    assert d.source("numpy") == d.to_numpy(backend="numpy").source
    (values,) = of_python(d.source("numpy"))(np.array([1.0, 2.0]))
    assert values == pytest.approx(d.to_numpy()(np.array([1.0, 2.0])))


@pytest.mark.parametrize(("language", "word"), [("jax", "jnp.sin(x)"), ("torch", "torch.sin(x)")])
def test_libraries_need_not_be_there(language: str, word: str) -> None:
    assert word in derive.diff("x*cos(x)", "x").source(language)


def test_formulas_about_arrays() -> None:
    d = derive.gradient("norm(A @ x - b)**2", "x", {"A": "m,n", "x": "n", "b": "m"})
    for language in ("numpy", "jax", "torch"):
        assert "A @ x - b" in d.source(language)
    for language in ("c", "python"):
        with pytest.raises(ValueError, match="about arrays"):
            d.source(language)


def test_an_unknown_language_is_refused_with_the_list_of_all() -> None:
    with pytest.raises(ValueError, match="numpy, python, c, jax, torch, latex, typst, not 'cobol'"):
        derive.diff("x**2", "x").source("cobol")
    with pytest.raises(ValueError, match="not 'latex'"):
        source(x, "latex")


def test_what_a_language_lacks_is_one_line() -> None:
    for language in ("c", "python"):
        with pytest.raises(ValueError, match="has no name for a part of the formula") as error:
            source(sp.zeta(x), language)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_hostile_names_stay_names(language: str) -> None:
    bad = sp.Symbol("x); __import__('os').system('true'); (1")
    assert "import__" not in source(bad**2 + 1, language)


# ------------------------------------------------------------------ typesetting

# fmt: off
TYPST = (
    (x**2/2 - 3*x*sp.sin(x)**2 + 1/x,        "(x^(2))/(2) - 3 x sin(x)^(2) + 1/(x)"),
    (sp.Integral(x*y, (x, 0, y), (y, 0, 1)), "integral_(0)^(1) integral_(0)^(y) x y dif x dif y"),
    (sp.Integral(x + 1, x),                  "integral (x + 1) dif x"),
    (sp.Sum(k**2 + 1, (k, 1, n)),            "sum_(k = 1)^(n) (k^(2) + 1)"),
    (sp.Limit(1/x, x, 0, "+"),               "lim_(x -> 0^(+)) 1/(x)"),
    (sp.Derivative(x**2, (x, 2)),            "(dif^(2))/(dif x^(2)) (x^(2))"),
    (sp.Matrix([[1, x/2], [-y, 3]]),         "mat(1, (x)/(2); -y, 3)"),
    (sp.Piecewise((x, x > 0), (0, True)),    'cases(x & "if " x > 0, 0 & "otherwise")'),
    (sp.Symbol("lamda_12")*sp.Symbol("loss_max"), 'lambda_(12) "loss"_("max")'),
    (-x*(y - 1),                             "-x (y - 1)"),
    (2*3**x,                                 "2 dot 3^(x)"),
    (sp.erf(x) + sp.acosh(y),                'op("acosh")(y) + op("erf")(x)'),
    (sp.Symbol('a"#eval($'),                 '"a\\"#eval($"'),
)
# fmt: on


@pytest.mark.parametrize(("formula", "text"), TYPST, ids=[text for _, text in TYPST])
def test_typst(formula: Any, text: str) -> None:
    assert typst(formula) == text


def test_typst_compiles_what_is_printed(tmp_path: Path) -> None:
    compiler = pytest.importorskip("typst")
    (tmp_path / "t.typ").write_text("\n".join(f"$ {typst(formula)} $\n" for formula, _ in TYPST))
    compiler.compile(str(tmp_path / "t.typ"), output=str(tmp_path / "t.pdf"))
    assert (tmp_path / "t.pdf").stat().st_size > 1000


def test_every_operator_has_some_form_in_typst() -> None:
    d = derive.expectation("X**2", "X ~ Normal(0, 1)")
    assert typst(d.problem) == quoted("E[X²]") or typst(d.problem)
    assert d.source("latex") == "1"
