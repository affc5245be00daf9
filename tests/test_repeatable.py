"""The same question gets the same answer: under every hash seed and ground type, every time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sympy.core.cache import clear_cache

import derive

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


@pytest.mark.parametrize(("seed", "types"), [("0", "auto"), ("1", "auto"), ("2", "python")])
def test_byte_for_byte_in_another_process(seed: str, types: str, here: str) -> None:
    settings = {"PYTHONHASHSEED": seed, "SYMPY_GROUND_TYPES": types, "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.test_repeatable"],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert ran.stdout.decode().rstrip("\n").splitlines() == here.splitlines()


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
    print(trees())
