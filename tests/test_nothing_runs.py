"""What turns text into code is nowhere in the packages, but for the places that are named here."""

from __future__ import annotations

import ast
import builtins
import os
import pickle
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(p for d in ("derive", "lambdify_bridge") for p in (ROOT / d).rglob("*.py"))

# What runs text, loads code or opens a shell, by the last part of the name that is called:
ANYWHERE = {
    "exec", "__import__", "import_module", "parse_expr", "eval_expr", "sympify", "lambdify",
    "literal_eval", "nsimplify", "nsolve", "popen", "Popen", "check_output", "check_call", "CDLL",
    "LoadLibrary", "load_module", "exec_module", "loads", "Unpickler", "read_pickle", "autowrap",
    "ufuncify", "parse_latex", "parse_mathematica", "breakpoint",
}  # fmt: skip
BUILTIN = {"eval", "compile", "input"}  # as names; polynomials and builders have such methods
MODULES_OF_HARM = {"os", "subprocess", "pickle", "marshal", "shelve", "runpy", "builtins"}
OF_THOSE = {"eval", "compile", "run", "call", "load", "system", "execv", "spawnv"}

# The only places, and why no text from outside reaches them.
# fmt: off
ALLOWED: dict[tuple[str, str], str] = {
    ("lambdify_bridge/backends/python_source.py", "exec"):    "runs the source printed by `source`",
    ("lambdify_bridge/backends/python_source.py", "compile"): "the same source",
    ("lambdify_bridge/backends/numpy.py",         "exec"):    "runs the source that it printed",
    ("lambdify_bridge/backends/numpy.py",         "compile"): "the same source",
    ("lambdify_bridge/backends/c_compiler.py",    "CDLL"):    "our own compiled source; libmvec",
    ("lambdify_bridge/backends/c_compiler.py",    "run"):     "the compiler: a list, without shell",
    ("lambdify_bridge/library_function.py",  "import_module"): "one of our backends, by table",
    ("lambdify_bridge/arrays/library.py",    "import_module"): "one of our backends, by table",
    ("lambdify_bridge/sources.py",           "import_module"): "one of our backends, by table",
    ("lambdify_bridge/__init__.py",          "import_module"): "a module of the table of names",
    ("derive/__init__.py",                   "import_module"): "a module of the table of names",
    ("derive/rulebook.py",                   "import_module"): "the modules of the package",
    ("derive/saved/types.py",                "import_module"): "a module of the table of types",
    ("lambdify_bridge/extras.py",            "import_module"): "a package named by a backend",
    ("lambdify_bridge/backends/registration.py", "import_module"): "one module of NumPy",
    ("lambdify_bridge/backends/vector_math.py", "CDLL"):      "libmvec, or the process itself",
    ("derive/linear_algebra/elimination.py", "nsimplify"):    "of Floats that SymPy holds already",
    ("derive/everything.py",                 "import_module"): "the modules of the package",
    ("derive/command_line/validate.py",      "import_module"): "the user's own, named to be run",
    ("derive/budget.py",                     "loads"):        "what our own processes sent",
    ("lambdify_bridge/worker.py",            "loads"):        "what our own processes sent",
    ("lambdify_bridge/workers.py",           "loads"):        "what our own processes sent",
    ("lambdify_bridge/worker.py",            "CDLL"):         "the process itself, for prctl",
}
STRICT = {                      # sympify(..., strict=True) refuses text
    "derive/asked.py", "derive/arrays/elementwise.py", "derive/arrays/matrix.py",
    "derive/arrays/product.py", "derive/arrays/rearranged.py", "derive/arrays/windows.py",
    "lambdify_bridge/given.py", "lambdify_bridge/glance.py", "lambdify_bridge/plots/values.py",
}
# fmt: on


def place_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def is_strict(node: ast.Call) -> bool:
    return any(
        k.arg == "strict" and isinstance(k.value, ast.Constant) and k.value.value is True
        for k in node.keywords
    )


def is_dangerous(node: ast.Call) -> bool:
    word, function = called(node), node.func
    if isinstance(function, ast.Name):
        return word in ANYWHERE | BUILTIN
    owner = getattr(getattr(function, "value", None), "id", "")
    if (owner, word) == ("json", "loads"):  # data, no code
        return False
    return word in ANYWHERE or (owner in MODULES_OF_HARM and word in OF_THOSE)


def dangerous_calls(path: Path) -> list[tuple[str, int]]:
    """The calls that are not allowed here."""
    place, found = place_of(path), []
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not is_dangerous(node):
            continue
        word = called(node)
        if (place, word) in ALLOWED or (word == "sympify" and place in STRICT and is_strict(node)):
            continue
        found.append((word, node.lineno))
    return found


@pytest.mark.parametrize("path", MODULES, ids=place_of)
def test_no_call_turns_text_into_code(path: Path) -> None:
    assert not dangerous_calls(path)


# Bytes that processes of one run send each other, never a file.
BETWEEN_PROCESSES = "lambdify_bridge/transport.py"


@pytest.mark.parametrize(
    "path", [p for p in MODULES if place_of(p) != BETWEEN_PROCESSES], ids=place_of
)
def test_no_module_imports_what_runs_text(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = set(name.split(".")) - {"derive", "lambdify_bridge"}
            assert not parts & {
                "pickle", "marshal", "shelve", "dill", "cloudpickle", "codeop", "runpy",
                "pty", "parse_expr", "sympy_parser", "lambdify", "autowrap",
            }, name  # fmt: skip


def test_every_place_that_is_allowed_is_there() -> None:
    for place, word in ALLOWED:
        tree = ast.parse((ROOT / place).read_text())
        calls = [called(node) for node in ast.walk(tree) if isinstance(node, ast.Call)]
        assert word in calls, (place, word)
    for place in STRICT:
        tree = ast.parse((ROOT / place).read_text())
        assert any(isinstance(n, ast.Call) and called(n) == "sympify" for n in ast.walk(tree)), (
            place
        )


def test_no_command_of_the_compiler_goes_through_a_shell() -> None:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "shell":
                pytest.fail(f"{place_of(path)}:{node.value.lineno}: shell=")


@pytest.mark.parametrize(
    "text",
    ["eval('1')", "sympify(x)", "pickle.loads(x)", "subprocess.run(x)", "f(sympify(x, strict=y))"],
)
def test_the_test_finds_what_it_looks_for(text: str, tmp_path: Path) -> None:
    place = ROOT / "derive" / "asked.py"
    original = Path.read_text

    class Planted(type(place)):  # type: ignore[misc]
        def read_text(self, *a: object, **k: object) -> str:
            return original(place) + "\n" + text

    assert dangerous_calls(Planted(place))


def test_reading_a_file_opens_nothing_and_loads_no_pickle(monkeypatch: pytest.MonkeyPatch) -> None:
    import derive

    d = derive.diff("x^2*sin(x)", "x")
    saved = d.to_json()
    d.text()

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("not while a file is read")

    for owner, name in ((builtins, "eval"), (builtins, "open"), (os, "system"), (pickle, "loads")):
        monkeypatch.setattr(owner, name, refused)
    assert derive.Derivation.from_json(saved).text() == d.text()
