"""Every topic with its example, what came out, its verdict and the check behind it.

    python benchmarks/topics.py [--write] [--subject probability]

The questions are those of examples/data/topics, one file for each subject, as `derive batch`
takes them. `--write` puts the table into docs/topics.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import derive

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "examples" / "data" / "topics").glob("*.jsonl"))
LONGEST = 60  # letters of a result in the table
INTRODUCTION = """# Topics

Printed by `python benchmarks/topics.py --write` from the questions in `examples/data/topics`. A
verdict is the weakest of all steps of all answers; [verdicts](verdicts.md) says what each means.
"""


def outcomes(path: Path) -> list[dict[str, Any]]:
    """The questions of the file with their results, in its order."""
    found = list(derive.batch(path, workers=2, timeout=60.0))
    place = {id: k for k, id in enumerate(ids(path))}
    return sorted(found, key=lambda result: place[result["id"]])


def ids(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()]


def table(path: Path) -> str:
    rows = [
        f"\n## {path.stem.replace('_', ' ').capitalize()}\n",
        "| topic | asked | result | verdict | check |",
    ]
    rows.append("|---|---|---|---|---|")
    for each in outcomes(path):
        cells = each["id"], code(asked(each)), code(result(each)), each["outcome"], check(each)
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def asked(each: dict[str, Any]) -> str:
    options = [f"{name}={value!r}" for name, value in each.get("options", {}).items()]
    return f"{each['call']}({', '.join([*map(repr, each['args']), *options])})"


def result(each: dict[str, Any]) -> str:
    answers = each.get("answers", [each])
    shown = " ".join("; ".join(str(a.get("result", "")) for a in answers).split())
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 3] + "..."


def check(each: dict[str, Any]) -> str:
    answers = each.get("answers", [each])
    return str(answers[-1].get("reason", "")).replace("|", r"\|")


def code(text: str) -> str:
    return "`" + text.replace("|", r"\|") + "`" if text else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write docs/topics.md")
    parser.add_argument("--subject", choices=[path.stem for path in FILES])
    options = parser.parse_args()
    chosen = [path for path in FILES if options.subject in (None, path.stem)]
    page = INTRODUCTION + "\n".join(map(table, chosen)) + "\n"
    print(page)
    if options.write:
        (ROOT / "docs" / "topics.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
