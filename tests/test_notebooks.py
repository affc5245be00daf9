"""The notebooks run, hold no outputs, and have no noise in them (extra docs)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "tools"))

from tidy_notebooks import tidy  # noqa: E402

NOTEBOOKS = sorted((ROOT / "examples" / "notebooks").glob("*.ipynb"))
READERS = {
    "engineer_backward_pass", "numerical_analyst", "paper_author", "statistician", "student",
}  # fmt: skip
EACH = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_is_one_for_each_reader() -> None:
    assert {path.stem for path in NOTEBOOKS} == READERS


@EACH
def test_only_what_was_written_is_stored(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == tidy(text), "run tools/tidy_notebooks.py"


@pytest.mark.slow
@pytest.mark.docs
@EACH
def test_it_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbclient, nbformat = map(pytest.importorskip, ("nbclient", "nbformat"))
    before = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(ROOT), before))))
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert not [each for each in shown if each.get("name") == "stderr"]
    assert any("text/markdown" in each.get("data", ()) for each in shown)
    assert all("refuted" in said or "undecided" not in said for said in map(words, shown))


def words(output: Any) -> str:
    return str(output.get("text", "") or output.get("data", {}).get("text/plain", ""))
