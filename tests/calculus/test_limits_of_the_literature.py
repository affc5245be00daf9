"""A sample of the limits of the literature; `benchmarks/limits.py` runs all of them."""

from __future__ import annotations

import pytest

from derive.calculus.limits import limit
from derive.core import walk
from tests.support.literature import Problem, problems

SAMPLE = [*problems("Demidovich")[::4], *problems("SymPy")[1::12]]
RAPID = ("8.1", "8.4", "8.7", "8.11", "8.16", "8.18", "8.19", "p. 126 (b)", "p. 126 (k)", "3.27")
BY_GRUNTZ = [p for p in problems("Gruntz") if p.number in RAPID]


@pytest.mark.parametrize("problem", [*SAMPLE, *BY_GRUNTZ], ids=lambda problem: problem.name)
def test_value(problem: Problem) -> None:
    found = limit(problem.f, problem.x, problem.to, problem.dir)
    assert problem.is_answered_by(found.result)


def test_the_steps_of_gruntz_show_what_is_expanded_in_what() -> None:
    problem = next(p for p in BY_GRUNTZ if p.number == "8.16")
    found = limit(problem.f, problem.x, problem.to)
    steps = [s for s in walk(found.root) if s.rule == "the most rapidly varying part"]
    letters = {str(letter): str(value) for letter, value in steps[0].where}
    assert letters["w"] == "exp(-x)"
    assert "exp(x)" in letters["Omega"]
    assert found.check().verdict == "confirmed"


def test_every_source_is_there() -> None:
    assert {p.source for p in problems()} == {"Demidovich", "Gruntz", "SymPy"}
    assert len(problems("Demidovich")) == 53
    assert len(problems("Gruntz")) >= 38
