"""Text made to harm, at every public entry: it is refused or harmless, soon, and nothing runs."""

from __future__ import annotations

import inspect
import itertools
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sympy import Function, MatrixSymbol, Symbol
from sympy.core.parameters import evaluate

import derive
import lambdify_bridge
from derive.arrays.reading import FUNCTIONS as OF_ARRAYS
from derive.arrays.reading import read
from derive.core import Derivation, Step
from derive.functions import FUNCTIONS
from derive.limits_of_input import InputLimits, TooLarge, allowing, most
from lambdify_bridge import to_numpy
from tests.support.hostile_text import HOSTILE

pytestmark = pytest.mark.false_on_purpose
DECLARED = (ValueError, TypeError, ZeroDivisionError, derive.DerivationError)
SOON = 1.0  # seconds of the processor
SHAPES = {"x": "n", "y": "n"}
TEXTS = [text for text, _, _ in HOSTILE]
x = Symbol("x")


@pytest.fixture(autouse=True)
def nothing_is_evaluated(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """SymPy's way from text to code is closed, and whoever tries it is found out."""
    tried: list[str] = []

    def evaluated(text: Any, *_: Any, **__: Any) -> None:
        tried.append(str(text)[:80])
        raise AssertionError("text is evaluated")

    monkeypatch.setattr("sympy.parsing.sympy_parser.parse_expr", evaluated)
    monkeypatch.setattr("sympy.parsing.sympy_parser.eval_expr", evaluated)
    yield
    assert not tried


def outcome(ask: Callable[[], Any]) -> tuple[str, float]:
    started = time.process_time()
    try:
        said = f"= {ask()}"
    except DECLARED as error:
        said = str(error)
    assert len(said.splitlines()) <= 1 or said.startswith("= ")
    return said, time.process_time() - started


def fits(said: str, expected: str) -> bool:
    return said == expected if expected.startswith("= ") else said.startswith(expected)


def test_there_are_enough() -> None:
    assert len(set(TEXTS)) >= 80


@pytest.mark.parametrize(("text", "as_scalar", "as_array"), HOSTILE, ids=map(ascii, TEXTS))
def test_hostile_text(text: str, as_scalar: str, as_array: str) -> None:
    said, seconds = outcome(lambda: derive.parse(text))
    assert fits(said, as_scalar), said
    assert seconds < SOON
    said, seconds = outcome(lambda: derive.gradient(f"sum({text})", "x", SHAPES).result)
    assert fits(said, as_array) or as_array in said, said
    assert seconds < SOON
    if not as_scalar.startswith("= "):
        with pytest.raises(derive.ParseError):
            derive.diff(text, "x")
        with pytest.raises(DECLARED):
            derive.diff("x", text)


# ------------------------------------------------------------------ nothing hangs


# fmt: off
LARGE: dict[str, Callable[[], Any]] = {
    "10 MB":             lambda: derive.diff("x" * 10**7, "x"),
    "10 MB of spaces":   lambda: derive.diff(" " * 10**7 + "x", "x"),
    "10 MB of an array": lambda: derive.gradient("x" * 10**7, "x", SHAPES),
    "100,000 brackets":  lambda: derive.diff("(" * 10**5 + "x" + ")" * 10**5, "x"),
    "4,000 brackets":    lambda: derive.diff("(" * 4000 + "x" + ")" * 4000, "x"),
    "brackets, array":   lambda: derive.gradient("(" * 4000 + "x" + ")" * 4000, "x", SHAPES),
    "signs, array":      lambda: derive.gradient("-" * 9000 + "x", "x", SHAPES),
    "calls, array":      lambda: derive.gradient("exp(" * 900 + "x" + ")" * 900, "x", SHAPES),
    "attributes, array": lambda: derive.gradient("x" + ".T" * 4900, "x", SHAPES),
    "tower":             lambda: derive.diff("2**2**2**2**2**2*x", "x"),
    "tower, array":      lambda: derive.gradient("9**9**9**9*sum(x)", "x", SHAPES),
    "power, array":      lambda: derive.gradient("sum((3*x)**(10**9))", "x", SHAPES),
    "squares, array":    lambda: derive.gradient("square(" * 90 + "9" + ")" * 90, "x", SHAPES),
    "factorial":         lambda: derive.diff("x*factorial(10**9)", "x"),
    "binomial":          lambda: derive.diff("x*binomial(10**9, 10**8)", "x"),
    "polygamma, array":  lambda: derive.gradient("polygamma(10**9, 10**9)*sum(x)", "x", SHAPES),
    "gammaln, array":    lambda: derive.gradient("gammaln(10**9)*sum(x)", "x", SHAPES),
    "expand":            lambda: derive.diff("expand((x+1)**10**6)", "x"),
    "high power":        lambda: derive.diff("(x+1)**10**6", "x"),
    "order":             lambda: derive.diff("sin(x)", "x", 10**6),
    "order of many":     lambda: derive.diff("sin(x)", ("x", 10**9)),
    "matrix":            lambda: derive.determinant(sympy.SparseMatrix(10**4, 10**4, {})),
    "rows":              lambda: derive.determinant([[1] * 10**4] * 10**4),
    "matrix of text":    lambda: derive.diff("[" + ",".join("x" * 4000) + "]^99", "x"),
    "axes":              lambda: derive.gradient("sum(A)", "A", {"A": ",".join("2" * 5000)}),
    "size":              lambda: derive.gradient("sum(x)", "x", {"x": "9" * 5000}),
    "labels":            lambda: derive.gradient(f"einsum('{'i' * 900}->', x)", "x", SHAPES),
    "digits":            lambda: derive.diff(10**10**5 * x, "x"),
    "letters":           lambda: derive.diff(sympy.Add(*sympy.symbols("a:6000")), "a0"),
    "names":             lambda: derive.diff("x" * 9999, "x"),
    "deep, no limit":    lambda: len(derive.diff(deep(400), "x").steps),
}
# fmt: on


def deep(levels: int) -> Any:
    with evaluate(False):
        f: Any = x
        for _ in range(levels):
            f = sympy.Pow(f, 2) + x
    return f


@pytest.mark.parametrize("name", LARGE)
def test_what_is_too_large_is_refused_soon(name: str) -> None:
    said, seconds = outcome(LARGE[name])
    assert seconds < SOON * (5 if name == "deep, no limit" else 1)
    assert said.startswith("= ") == (name in ("high power", "deep, no limit")), said[:200]


@pytest.mark.parametrize(
    ("ask", "limit"),
    [
        (lambda: derive.parse("x" * 10_001), "characters"),
        (lambda: derive.parse("x" * 65), "name_length"),
        (lambda: derive.parse("(" * 101 + "x" + ")" * 101), "depth"),
        (lambda: derive.parse("9" * 1001), "literal_digits"),
        (lambda: derive.parse("9**9**9"), "digits"),
        (lambda: derive.parse("(10**500 + 1)**(1/2)"), "root_digits"),
        (lambda: derive.parse("sin(10**200)"), "argument_digits"),
        (lambda: derive.parse("sin(x**2000)"), "degree"),
        (lambda: derive.parse("re(x**21)"), "complex_degree"),
        (lambda: derive.parse("polygamma(2, 200)"), "polygamma"),
        (lambda: derive.parse(f"max({','.join(f'x{k}' for k in range(13))})"), "extrema"),
        (lambda: derive.parse(" or ".join(f"x{k}>{k}" for k in range(101))), "conditions"),
        (lambda: derive.diff("x", "x", 1001), "order"),
        (lambda: derive.determinant([[0] * 101] * 101), "matrix_entries"),
        (lambda: derive.parse("*".join(["[[x,y],[y,x]]"] * 99)), "matrix_nodes"),
        (lambda: read("A", {"A": ",".join("2" * 11)}), "axes"),
        (lambda: read("x" + "+x" * 900, SHAPES), "array_nodes"),
        (lambda: derive.diff(sympy.Add(*sympy.symbols("a:5001")), "a0"), "symbols"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_error_names_the_limit_and_how_to_raise_it(ask: Any, limit: str) -> None:
    with pytest.raises(ValueError, match=rf"derive\.allowing\({limit}=\.\.\.\)") as caught:
        ask()
    assert "\n" not in str(caught.value)
    assert str(most(limit)) in str(caught.value) or limit in ("array_nodes", "matrix_nodes")
    with allowing(**{limit: most(limit) + 50}), suppress(ValueError):
        assert ask()  # or another limit


def test_a_raised_limit_holds_for_the_block_in_this_thread_only() -> None:
    seen: list[int] = []
    with derive.allowing(name_length=100, depth=50) as limits:
        assert limits == InputLimits(name_length=100, depth=50)
        assert derive.parse("y" * 100) == Symbol("y" * 100)
        other = threading.Thread(target=lambda: seen.append(most("name_length")))
        other.start()
        other.join()
        with derive.allowing(depth=60):
            assert (most("depth"), most("name_length")) == (60, 100)
        assert most("depth") == 50
    assert seen == [64]
    assert most("name_length") == 64
    for wrong in ({"magic": 1}, {"depth": 0}, {"depth": True}, {"digits": 10**9}, {"depth": "9"}):
        with pytest.raises((TypeError, ValueError)), derive.allowing(**wrong):  # type: ignore[arg-type]
            pass


# ------------------------------------------------------------------ every entry


def payload(mark: Path) -> str:
    return f"__import__('pathlib').Path({str(mark)!r}).touch()"


def shapes_of(text: str) -> list[Any]:
    return [text, [text], (text, text), [[text]], ("x", text, 1), ("x", 0, text), {text: text}]


ASKED = [
    name
    for name in derive.__all__
    if inspect.isfunction(getattr(derive, name)) and name not in ("allowing",)
]


@pytest.mark.one_in(8)
@pytest.mark.parametrize("name", ASKED)
def test_no_argument_of_any_function_is_run(name: str, tmp_path: Path) -> None:
    """Text that would leave a mark, in every place of every public function."""
    mark = tmp_path / "mark"
    function = getattr(derive, name)
    places = [
        p.name for p in inspect.signature(function).parameters.values()
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY, p.VAR_POSITIONAL)
    ]  # fmt: skip
    plain = {"f": "x", "x": "x", "variables": "x", "a": 0, "x0": 0, "expression": "x"}
    for place, value in itertools.product(places, shapes_of(payload(mark))):
        given = {p: plain.get(p, "x") for p in places[:2]} | {place: value}
        if "variables" in given:
            given.pop("variables")
        with suppress(*DECLARED, AttributeError, IndexError, KeyError, FileNotFoundError):
            function(**given)
        with suppress(*DECLARED, AttributeError, IndexError, KeyError, FileNotFoundError):
            function(*given.values())
        assert not mark.exists(), (place, value)


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_no_text_in_the_call_of_an_array_function_is_run(name: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    text = json.dumps(payload(mark))
    arguments = ["x", "A", "0", "1", text, f"({text},)", f"[{text}]"]
    calls = [c for n in (1, 2, 3) for c in itertools.product(arguments, repeat=n) if text in str(c)]
    calls += [("x", "0", "1", text), ("x", "0", "1", "1", text), ("x", "0", "1", text, "1")]
    for call in calls:
        with pytest.raises((ValueError, ZeroDivisionError)):
            read(f"{name}({', '.join(call)})", {"x": "n", "A": "n,n"})
        assert not mark.exists(), call
    for formula in (f"x[{text}:]", f"x[{text}]", f"x**{text}", f"x @ {text}", f"-{text}"):
        with pytest.raises(derive.ParseError, match="quoted text is not read here"):
            read(formula, {"x": "n"})


def test_no_argument_of_the_bridge_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    text = payload(mark)
    for name in lambdify_bridge.__all__:
        function = getattr(lambdify_bridge, name)
        if not callable(function):
            continue
        for value in shapes_of(text):
            for arguments in ((value,), (x**2, value), (x**2, [x], value), (value, [value])):
                with suppress(Exception):
                    function(*arguments)
                assert not mark.exists(), (name, arguments)
            for key in ("backend", "args", "at", "method", "seed", "ranges"):
                with suppress(Exception):
                    function(x**2, **{key: value})
                assert not mark.exists(), (name, key)


COMMANDS = [
    ("diff", "__import__('os').system('id')", "x"),
    ("diff", "x", "().__class__"),
    ("integrate", "9**9**9**9", "x"),
    ("limit", "x\x1b[31m", "x", "0"),
    ("determinant", "[[x.__class__]]"),
    ("gradient", "sum(matrix_power(A, '__import__(1)'))", "A", "--shape", "A=n,n"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=ascii)
def test_the_command_line(words: tuple[str, ...]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "derive", *words], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert "Traceback" not in ran.stderr
    assert ran.stderr.splitlines()[-1].startswith("derive")
    assert all(c.isprintable() or c == "\n" for c in ran.stderr)


# ------------------------------------------------------------------ names in every face


NAMES = [
    r"\input{/etc/passwd}", r"\write18{rm}", r"\immediate\openout",
    "$x$", "%", "&", "#1", "~", "^^M",
    "<script>alert(1)</script>", "<img src=x onerror=y>", "]]>", "-->", "*b*", "`c`", "[a](b)",
    "![a](b)", "|", "\n\n# h", "\r\n", "\x00", "\x1b[31m", "\u202ex", "\u2066", "\u200b", "\ufeff",
    "\u2028", "\u0445", "\uff58", "\U000e0041", "'''", '"""', "'; import os", '"); exit(1); //',
    "*/ system(0); /*", "{0.__class__}", "%s%n", "${x}", "$(id)", "x}{y",
    "\\", "\\\\", "\\}", "{", "}",
    "lambda", "class", "None", "np", "numpy", "double", "return", "__builtins__", "jnp",
    "torch", "mp",
    "math", "function", "print", "exec", "a" * 3000,
]  # fmt: skip
COMMAND = r"\\(input|write|include|def|let|catcode|csname|href|url|immediate|openout)\b"


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("kind", ["symbol", "function", "matrix"])
def test_names_are_harmless_in_every_face(name: str, kind: str) -> None:
    made: dict[str, Callable[[], Any]] = {
        "symbol": lambda: Symbol(name) ** 2,
        "function": lambda: Function(name.replace("\x00", "\x01"))(x) + 1,  # Python refuses NUL
        "matrix": lambda: 2 * MatrixSymbol(name, 2, 2),
    }
    expression = made[kind]()
    root = Step(expression, name, expression, expression, where=((x, expression),), sentence=name)
    d = Derivation(root, expression)
    bundle = d._repr_mimebundle_()
    for face in (d.text(), d.latex(), d.markdown(), *bundle.values()):
        assert all(c.isprintable() or c == "\n" for c in face)
    for face in (d.latex(), bundle["text/latex"]):
        assert not re.search(COMMAND, face), face
        assert "%" not in face.replace(r"\%", "")
    for face in (d.latex(), d.markdown(), *(v for k, v in bundle.items() if k != "text/plain")):
        assert "<script" not in face
        assert "<img" not in face
    json.dumps(d.to_dict()).encode("ascii")
    back = None
    with suppress(derive.SavedError, TooLarge):
        back = Derivation.from_json(d.to_json())
    assert back is None or back.text() == d.text()


def sources() -> dict[str, Callable[[Any, Any], str]]:
    from lambdify_bridge.backends import c
    from lambdify_bridge.lowering import lower

    def printed(backend: str) -> Callable[[Any, Any], str]:
        return lambda f, letters: to_numpy(f, letters, backend=backend).source

    made = {name: printed(name) for name in ("numpy", "mpmath")}
    for name in ("jax", "torch"):
        if __import__("importlib").util.find_spec(name):
            made[name] = printed(name)
    made["c"] = lambda f, letters: c.source(lower([f]))
    return made


SOURCES = sources()


@pytest.mark.parametrize("backend", SOURCES)
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_generated_source_has_no_name_from_outside(name: str, backend: str) -> None:
    strange, plain = Symbol(name), Symbol("q")
    text = SOURCES[backend](sympy.sin(strange) * 2 + x, [strange, x])
    assert text.isascii()
    if not (name.isidentifier() and name.isascii()):
        assert name not in text or len(name) == 1
    if backend != "c":
        compiled = compile(text, "generated", "exec")
        assert "__class__" not in compiled.co_names
    assert text.count("\n") == SOURCES[backend](sympy.sin(plain) * 2 + x, [plain, x]).count("\n")


def test_the_name_of_a_function_is_not_run_by_a_rule(tmp_path: Path) -> None:
    """A rule that made code of the integrand would run the name of an unknown function in it."""
    mark = tmp_path / "mark"
    real = Symbol("x", real=True)
    unknown = Function(f"{payload(mark)} or sin")
    for f in (sympy.Abs(unknown(real) + 2), 1 / (2 + sympy.sin(unknown(real)))):
        with suppress(*DECLARED):
            derive.integrate(f, (real, 0, 1), timeout=5)
        with suppress(*DECLARED):
            derive.limit(f, real, 0, timeout=2)
        with suppress(derive.DerivationError):
            derive.diff(f, real).check()
    assert not mark.exists()


@pytest.mark.parametrize("name", ["'); import os; ('", "\\", "__import__('os').system"])
def test_functions_by_a_hostile_name_are_refused(name: str) -> None:
    for backend in ("numpy", "mpmath"):
        with pytest.raises(ValueError, match=r"not defined|no "):
            to_numpy(Function(name)(x), [x], backend=backend)


# ------------------------------------------------------------------ grammars


def bracketed(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    named = st.sampled_from(["sin", "cos", "exp", "log", "sqrt", "abs", "tanh"])
    return st.one_of(
        st.tuples(named, children).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(children, st.sampled_from(["+", "-", "*", "/"]), children).map(
            lambda p: f"({p[0]} {p[1]} {p[2]})"
        ),
        st.tuples(children, st.integers(-3, 4)).map(lambda p: f"({p[0]})^({p[1]})"),
    )


VALID = st.recursive(
    st.one_of(
        st.sampled_from(["x", "y", "alpha", "x_1", "pi", "e"]),
        st.integers(1, 99).map(str),
        st.fractions(0, 9, max_denominator=7).map(lambda q: f"({q})"),
    ),
    bracketed,
    max_leaves=10,
)
BROKEN = st.tuples(VALID, st.integers(0, 200), st.text(min_size=1, max_size=4)).map(
    lambda p: p[0][: p[1] % (len(p[0]) + 1)] + p[2] + p[0][p[1] % (len(p[0]) + 1) :]
)
CALM = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@CALM
@given(VALID)
def test_valid_text_is_read_and_reads_the_same_when_printed(text: str) -> None:
    value = None
    with suppress(derive.ParseError):
        value = derive.parse(text)
    if value is None:
        said, _ = outcome(lambda: derive.parse(text))
        assert re.search("division by zero|no value|smaller|undefined", said)
        return
    again = derive.parse(str(value))
    assert again == value or same_number(again, value)


def same_number(a: Any, b: Any) -> bool:
    """SymPy's own constructors do not always print what they read: 2*x + 2*y for 2*(x + y)."""
    at = {s: sympy.Rational(k + 7, 10 + k) for k, s in enumerate(sorted(b.free_symbols, key=str))}
    return abs(sympy.N((a - b).subs(at), 30)) < 1e-15 * (1 + abs(sympy.N(b.subs(at), 30)))


@CALM
@given(BROKEN)
def test_broken_text_raises_declared_errors_only(text: str) -> None:
    with suppress(derive.ParseError):
        derive.parse(text)


PIECES = [
    "x", "y", "A", "2", "0.5", "1e3", " @ ", "+", "-", "*", "/", "**", "(", ")", "[", "]", ",", ":",
    ".T", "None", "axis=0", "sum(", "exp(", "norm(", "inv(", "trace(", "softmax(", "'fro'",
    "'ij->i'",
    "einsum(", "where(", ">", "=", "np.", "__class__", "lambda ", "\u202e", "\n", "\x00", "9**9",
]  # fmt: skip


@CALM
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_any_text_of_an_array_raises_declared_errors_only(text: str) -> None:
    with suppress(ValueError, ZeroDivisionError):
        read(text, {"x": "n", "y": "n", "A": "n,n"})


def test_every_function_of_text_is_known_to_this_table() -> None:
    assert not {"eval", "exec", "sympify", "parse_expr", "lambdify"} & {*FUNCTIONS, *OF_ARRAYS}
    assert np.isfinite(to_numpy(derive.parse("x^2"))(2.0))
