"""Who may import whom: the layers of DESIGN, held by the source itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(p for d in ("derive", "lambdify_bridge") for p in (ROOT / d).rglob("*.py"))

# What a room may import of this project, by the start of the module's name. A deeper room may also
# import its own neighbours.
ALLOWED = {
    "derive.core": ["derive.structure", "derive.deadline", "derive.implied"],
    "derive.answers": ["derive.core"],
    "derive.implied": [],
    "derive.structure": [],
    "derive.numbered_roots": [],
    "derive.saved": [
        "derive.core", "derive.deadline", "derive.limits_of_input", "derive.structure",
        "derive.tokens", "derive.numbered_roots",
    ],
    "derive.deadline": [],
    "derive.budget": [
        "derive.core", "derive.deadline", "derive.structure", "lambdify_bridge.workers",
        "lambdify_bridge.transport",
    ],
    "derive.calls": [
        "derive.budget", "derive.deadline", "lambdify_bridge.worker", "lambdify_bridge.workers",
    ],
    "derive.elementary": [],
    "derive.limits_of_input": [],
    "derive.tokens": ["derive.limits_of_input"],
    "derive.functions": ["derive.limits_of_input", "derive.tokens"],
    "derive.reader": ["derive.limits_of_input", "derive.tokens", "derive.functions"],
    "derive.grammar": [
        "derive.limits_of_input", "derive.tokens", "derive.functions", "derive.reader",
    ],
    "derive.parse": ["derive.tokens", "derive.functions", "derive.grammar"],
    "derive.latex_input": [
        "derive.limits_of_input", "derive.tokens", "derive.functions", "derive.reader",
        "derive.grammar", "derive.parse",
    ],
    "derive.rules": ["derive.core"],
    "derive.holes": ["derive.rules", "derive.structure"],
    "derive.engine": [
        "derive.core", "derive.holes", "derive.rules", "derive.structure", "derive.budget",
        "derive.deadline", "derive.values", "derive.calls", "lambdify_bridge.worker",
    ],
    "derive.values": ["derive.structure"],
    "derive.asked": [
        "derive.elementary", "derive.limits_of_input", "derive.parse", "derive.structure",
    ],
    "derive.calculus": [
        "derive.implied", "derive.numbered_roots",
        "derive.core", "derive.rules", "derive.holes", "derive.engine", "derive.structure",
        "derive.elementary", "derive.asked", "derive.deadline",
    ],
    "derive.calculus.equations": [
        "derive.core", "derive.rules", "derive.engine", "derive.structure", "derive.asked",
        "derive.calculus", "derive.linear_algebra",
    ],
    "derive.calculus.vector": [
        "derive.core", "derive.rules", "derive.engine", "derive.structure", "derive.asked",
        "derive.calculus", "derive.linear_algebra", "derive.holes", "derive.numbered_roots",
    ],
    "derive.gradients": [
        "derive.core", "derive.engine", "derive.calculus.vector", "derive.arrays",
    ],
    "derive.linear_algebra": [
        "derive.numbered_roots",
        "derive.core", "derive.rules", "derive.engine", "derive.structure", "derive.asked",
    ],
    "derive.arrays": [
        "derive.core", "derive.rules", "derive.engine", "derive.elementary", "derive.tokens",
        "derive.functions", "derive.limits_of_input",
    ],
    "derive.networks": [
        "derive.core", "derive.rules", "derive.engine", "derive.structure", "derive.elementary",
        "derive.asked", "derive.holes", "derive.calculus.derivatives", "derive.arrays",
        "derive.tokens", "derive.calculus.extrema", "derive.calculus.intervals",
        "derive.probability",
    ],
    "derive.optimizers": [
        "derive.core", "derive.rules", "derive.engine", "derive.structure", "derive.asked",
        "derive.elementary", "derive.calculus", "derive.linear_algebra", "derive.probability",
    ],
    "derive.numerical_computing": [
        "derive.numbered_roots",
        "derive.core", "derive.rules", "derive.engine", "derive.structure", "derive.asked",
        "derive.elementary", "derive.calculus", "derive.linear_algebra", "derive.optimizers",
    ],
    "derive.probability": [
        "derive.core", "derive.rules", "derive.engine", "derive.structure", "derive.asked",
        "derive.calculus.extrema", "derive.calculus.intervals", "derive.calculus.roots_between",
        "derive.calculus.signs", "derive.calculus.integrals", "derive.calculus.sums",
        "derive.calculus.limits", "derive.calculus.derivatives", "derive.elementary",
        "derive.parse", "derive.linear_algebra", "derive.calculus.vector.fields",
        "derive.calculus.vector.operators", "lambdify_bridge.taylor_enclosure",
    ],
    "derive.statistics": [
        "derive.core", "derive.rules", "derive.engine", "derive.structure", "derive.asked",
        "derive.calculus", "derive.elementary", "derive.probability",
    ],
    "derive.render": [
        "derive.implied", "derive.core", "derive.structure", "lambdify_bridge.extras",
    ],
    "lambdify_bridge": [],
}  # fmt: skip

# Methods of Derivation hand over to the bridge, the renderers and files; the faces know everything.
KNOW_BOTH = {"derive.core", "derive.answers"}
ROOMS_OF_RESULTS = ("calculus", "linear_algebra", "networks", "numerical_computing", "probability",
                    "statistics", "render")  # fmt: skip
for _room in ROOMS_OF_RESULTS:  # several derivations in one answer
    ALLOWED[f"derive.{_room}"].append("derive.answers")
LATER = ("lambdify_bridge", "derive.render", "derive.saved", "derive.other_ways", "derive.rulebook")
FACES = {
    "derive", "derive.__main__", "derive.everything", "derive.batch", "derive.batch_answers",
    "derive.batch_results", "derive.rulebook", "derive.questions", "derive.other_ways",
    "derive.notebook",
}  # fmt: skip
FACE_ROOMS = ("derive.command_line",)

# They run the source that they printed, in a namespace of their own.
MAKE_FUNCTIONS = {"lambdify_bridge.backends.numpy", "lambdify_bridge.backends.python_source"}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.AST) -> list[str]:
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found.append(str(node.module))
    return found


def room_of(name: str) -> str:
    return max((room for room in ALLOWED if f"{name}.".startswith(f"{room}.")), key=len, default="")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_one_way(path: Path) -> None:
    name = name_of(path)
    if name in FACES or name.startswith(FACE_ROOMS):
        return
    room = room_of(name)
    assert room, f"{name} is in no room of the import map"
    for imported in imports(ast.parse(path.read_text())):
        if imported.split(".")[0] not in ("derive", "lambdify_bridge"):
            continue
        if name in KNOW_BOTH and imported.startswith(LATER):
            continue
        allowed = [room, *ALLOWED[room]]
        assert any(f"{imported}.".startswith(f"{a}.") for a in allowed), f"{name} <- {imported}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nobody_imports_what_is_slow_or_unsafe(path: Path) -> None:
    tree = ast.parse(path.read_text())
    for imported in imports(tree):
        assert not imported.startswith(("scipy.stats", "matplotlib"))
    top = [i for node in tree.body for i in imports(ast.Module([node], []))]
    if name_of(path).startswith("derive"):
        assert not any(i.split(".")[0] in ("numpy", "scipy") for i in top)
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    called = {function.id for function in calls if isinstance(function, ast.Name)}
    assert not called & {"eval", "parse_expr"}
    if name_of(path) not in MAKE_FUNCTIONS:
        assert "exec" not in called
