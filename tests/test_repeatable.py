"""The same question gets the same answer: under every hash seed and ground type, every time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from sympy.core.cache import clear_cache

import derive
from derive.answers import named_derivations
from derive.batch_answers import called

ROOT = Path(__file__).resolve().parent.parent

# fmt: off
INTEGRALS = (
    ("x**2*exp(3*x)",), ("exp(x)*sin(x)",), ("1/(x**3 + 1)",), ("1/(x**4 + 4)",),
    ("sqrt(1 - x**2)",),
    ("x**3*log(x)",), ("sin(x)**2*cos(x)**3",), ("1/(2 + cos(x))",), ("x*sqrt(x + 1)",),
    ("exp(x)/(1 + exp(2*x))",), ("(a*x + b)**n", "x"), ("1/(x**2 + a**2)", "x"),
    ("1/(x**2*(x + 1))",), ("x*atan(x)",), ("sin(3*x)*cos(2*x)",), ("1/(x*log(x))",),
    ("sqrt(1 + (0.3*x + 2.7)**2)", ("x", 1, 4)), ("1/(1 + x**2)", ("x", "-oo", "oo")),
    ("abs(x - 1)", ("x", 0, 3)),
)
LIMITS = (
    ("sin(x)/x", "x", 0), ("(1 + 1/x)**x", "x", "oo"), ("(x - sin(x))/x**3", "x", 0),
    ("sqrt(x**2 + x) - x", "x", "oo"), ("1/x", "x", 0), ("x**x", "x", 0, "+"),
)
# fmt: on


def trees() -> str:
    answers = [derive.integrate(*asked) for asked in INTEGRALS]
    answers += [derive.limit(*asked) for asked in LIMITS]
    return "\n".join(json.dumps(d.to_dict()) + d.text() + d.latex() for d in answers)


@pytest.fixture(scope="module")
def here() -> str:
    return trees()


def topics() -> str:
    """Every twelfth topic of the documentation, checked, in all forms that it is shown in."""
    files = sorted((ROOT / "examples" / "data" / "topics").glob("*.jsonl"))
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    shown = []
    for row in rows[::12]:
        found = called(row["call"], row["args"], row.get("options", {}), row.get("assume"))
        for name, d in named_derivations(found):
            d.check()
            shown += [row["id"], name, json.dumps(d.to_dict()), d.text(), d.latex(), d.markdown()]
            shown += [json.dumps(d._repr_mimebundle_()), d.to_html()]
    return "\n".join(shown)


FLINT = pytest.mark.skipif(find_spec("flint") is None, reason="needs the extra fast")
OTHERS = [
    pytest.param(seed, types, marks=FLINT if types == "flint" else ())
    for seed, types in (
        ("0", "auto"), ("1", "python"), ("2", "flint"), ("3", "python"), ("4", "flint"),
        ("5", "python"),
    )
]  # fmt: skip


def printed(what: str, seed: str, types: str) -> list[str]:
    settings = {"PYTHONHASHSEED": seed, "SYMPY_GROUND_TYPES": types, "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.test_repeatable", what],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        timeout=300,
        check=True,
    )
    return ran.stdout.decode().rstrip("\n").splitlines()


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("seed", "types"), OTHERS)
def test_byte_for_byte_in_another_process(seed: str, types: str, here: str) -> None:
    assert printed("trees", seed, types) == here.splitlines()


@pytest.fixture(scope="module")
def topics_here() -> list[str]:
    return printed("topics", "6", "python")


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "types"), OTHERS[1:])
def test_topics_byte_for_byte(seed: str, types: str, topics_here: list[str]) -> None:
    assert len(topics_here) > 100
    assert printed("topics", seed, types) == topics_here


def test_the_fifth_time_as_the_first(here: str) -> None:
    few = INTEGRALS[:4]
    first = [json.dumps(derive.integrate(*asked).to_dict()) for asked in few]
    for k in range(4):
        if k == 2:
            clear_cache()
        again = [json.dumps(derive.integrate(*asked).to_dict()) for asked in reversed(few)]
        assert again[::-1] == first
    assert all(tree in here for tree in first)


if __name__ == "__main__":
    print({"trees": trees, "topics": topics}[sys.argv[1]]())
