"""Notebooks without outputs, counts and noise, so that what changes in them is what was written.

    python tools/tidy_notebooks.py [notebook ...]

Cells are numbered in place of random ids; the metadata names the language and nothing else.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

NOTEBOOKS = Path(__file__).parent.parent / "examples" / "notebooks"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def tidy(text: str) -> str:
    """The notebook with its words and code only."""
    cells = [_cell(number, each) for number, each in enumerate(json.loads(text)["cells"], 1)]
    whole = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _cell(number: int, cell: dict[str, Any]) -> dict[str, Any]:
    lines = "".join(cell["source"]).rstrip().splitlines(keepends=True)
    kept = {"cell_type": cell["cell_type"], "id": f"cell-{number}", "metadata": {}, "source": lines}
    code = cell["cell_type"] == "code"
    return kept | ({"execution_count": None, "outputs": []} if code else {})


def main() -> None:
    for path in map(Path, sys.argv[1:] or sorted(NOTEBOOKS.glob("*.ipynb"))):
        path.write_text(tidy(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
