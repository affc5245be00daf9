"""Every derivation that any test makes is checked, step by step, when the test is over.

A test that makes a false one on purpose is marked `false_on_purpose`, one that only prints the
equations that another test checks `checked_by` with the name of that test.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator

import pytest

from derive.core import Derivation
from derive.render.formula import Formula
from derive.render.mathml import mathml
from derive.structure import DEEP, depth

# A run in the background inherits that interruptions are ignored, and so do the programs it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

AT_MOST = 12  # derivations of one test; those after it are of the same kind
LONGEST = 20_000  # letters of a formula that a parser reads


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`one_in(n)`: of a long table one row in n is in the usual run, the others are slow."""
    seen: Counter[str] = Counter()
    for item in items:
        if mark := item.get_closest_marker("one_in"):
            table = item.nodeid.partition("[")[0]
            if seen[table] % mark.args[0]:
                item.add_marker(pytest.mark.slow)
            seen[table] += 1


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
        report = derivation.check(points=2, far=False)
        assert report.verdict != "refuted", f"{derivation.problem}: {report}"


@pytest.fixture(autouse=True)
def every_formula_is_read(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A parser of LaTeX reads every formula that the test prints."""
    printed: dict[str, None] = {}
    spell = Formula.doprint

    def remembered(self: Formula, expression: object) -> str:
        tex = spell(self, expression)
        printed.setdefault(tex)
        return tex

    monkeypatch.setattr(Formula, "doprint", remembered)
    yield
    monkeypatch.undo()
    for tex in printed:
        if len(tex) <= LONGEST:
            assert not mathml(tex).startswith("<code"), f"a parser of LaTeX cannot read {tex}"
