"""Every derivation that any test makes is checked, step by step, when the test is over.

A test that makes a false one on purpose is marked `false_on_purpose`, one that only prints the
equations that another test checks `checked_by` with the name of that test.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from derive.core import Derivation
from derive.structure import DEEP, depth

AT_MOST = 12  # derivations of one test; those after it are of the same kind


@pytest.fixture(autouse=True)
def every_derivation_is_checked(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    made: list[Derivation] = []
    begin = Derivation.__init__

    def remembered(self: Derivation, *arguments: object, **named: object) -> None:
        begin(self, *arguments, **named)
        made.append(self)

    monkeypatch.setattr(Derivation, "__init__", remembered)
    yield
    monkeypatch.undo()
    if any(map(request.node.get_closest_marker, ("false_on_purpose", "checked_by"))):
        return
    for derivation in [d for d in made if not d.report and depth(d.problem) < DEEP][:AT_MOST]:
        report = derivation.check(points=2)
        assert report.verdict != "refuted", f"{derivation.problem}: {report}"
