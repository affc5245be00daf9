"""`derive validate module:function --against f`: exit codes, verdicts, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from derive.command_line import main

CODE = """
import numpy as np

def swish(x):
    return x/(1 + np.exp(-x))

def slope(x):
    return np.cos(x**2)

def fit(X, w, y):
    return X.T @ (X @ w - y)

number = 3
"""
SHAPES = ["--shape", "X=n,d", "--shape", "w=d", "--shape", "y=n", "--wrt", "w"]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "functions_of_mine.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))


def asked(*words: str) -> int:
    return main(["validate", *words])


def test_right_and_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked("functions_of_mine:swish", "--against", "x*sigmoid(x)") == 0
    assert capsys.readouterr().out.startswith("confirmed")
    assert asked("functions_of_mine:slope", "--against", "sin(x^2)", "--kind", "gradient") == 1
    out = capsys.readouterr().out
    assert "likely cause chain-rule" in out
    assert len(out.splitlines()) <= 8


def test_arrays_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    code = asked("functions_of_mine:fit", "--against", "sum((X @ w - y)**2)", *SHAPES, "--json")
    data = json.loads(capsys.readouterr().out)
    assert code == 1
    assert data["cause"]["name"] == "factor 2 or 1/2"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["functions_of_mine", "--against", "x"], "write module:function"),
        (["functions_of_mine:nothing", "--against", "x"], "has no nothing"),
        (["functions_of_mine:number", "--against", "x"], "is no function"),
        (["no_such_module:f", "--against", "x"], "no module"),
        (["functions_of_mine:swish", "--against", "__import__('os')"], ""),
        (["functions_of_mine:swish", "--against", "x", "--domain", "x"], "bounds"),
        (["functions_of_mine:swish", "--against", "x", "--kind", "guess"], "the kind is one of"),
    ],
)
def test_wrong_usage(words: list[str], problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(*words) == 2
    assert problem in capsys.readouterr().err
