"""The topics of the documentation: each has its row, and every step of its answer is true."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from derive.batch_answers import PASSED, answer

ROOT = Path(__file__).parent.parent
TOPICS: list[dict[str, Any]] = [
    json.loads(line)
    for path in sorted((ROOT / "examples" / "data" / "topics").glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]


@pytest.mark.slow
@pytest.mark.parametrize("topic", TOPICS, ids=[topic["id"] for topic in TOPICS])
def test_every_step_is_true(topic: dict[str, Any]) -> None:
    found = answer(topic, timeout=60.0, steps=True)
    assert found["outcome"] in PASSED, found.get("reason")
    for each in found.get("answers", [found]):
        assert each["steps"]
        assert each["verdict"] in PASSED, each["reason"]  # the weakest of its steps


def test_the_page_has_a_row_for_every_topic_and_none_without_a_verdict() -> None:
    page = (ROOT / "docs" / "topics.md").read_text(encoding="utf-8").splitlines()
    rows = [row for row in page if row.startswith("| ") and not row.startswith("| topic")]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == [t["id"] for t in TOPICS]
    assert all(
        f" | {topic['call']}" in row.replace("`", "")
        for topic, row in zip(TOPICS, rows, strict=True)
    )
    assert all(row.split(" | ")[-2] in PASSED for row in rows)
