"""A sample of the limits of the literature; `benchmarks/limits.py` runs all of them."""

from __future__ import annotations

import pytest
from sympy import Limit

from derive.calculus.limits import LAST, by_leading_terms, lim, limit
from derive.core import Derivation
from derive.engine import search
from tests.support.literature import Problem, problems

SAMPLE = [*problems("Demidovich")[::4], *problems("SymPy")[1::12]]
RAPID = (
    "8.1", "8.3", "8.4", "8.6", "8.7", "8.10", "8.11", "8.16", "8.18", "8.19", "p. 123",
    "p. 126 (b)", "p. 126 (c)", "p. 126 (i)", "p. 126 (j)", "p. 126 (k)", "p. 126 (l)",
    "p. 126 (o)", "3.27",
)  # fmt: skip
OF_GRUNTZ = [p for p in problems("Gruntz") if p.number in RAPID]


@pytest.mark.one_in(3)
@pytest.mark.parametrize("problem", SAMPLE, ids=lambda problem: problem.name)
def test_value(problem: Problem) -> None:
    found = limit(problem.f, problem.x, problem.to, problem.dir)
    assert problem.is_answered_by(found.result)


@pytest.mark.one_in(6)
@pytest.mark.parametrize("problem", OF_GRUNTZ, ids=lambda problem: problem.name)
def test_the_problems_of_gruntz_do_without_his_algorithm(problem: Problem) -> None:
    found = limit(problem.f, problem.x, problem.to, problem.dir)
    assert problem.is_answered_by(found.result)
    assert LAST not in {step.rule for step in found.steps}


def test_the_steps_of_gruntz_show_what_is_expanded_in_what() -> None:
    problem = next(p for p in OF_GRUNTZ if p.number == "8.16")
    goal = lim(problem.f, problem.x, problem.to)
    root = search(goal, {Limit: by_leading_terms()}, only=frozenset({LAST}))
    letters = {str(letter): str(value) for letter, value in root.where}
    assert letters["w"] == "exp(-x)"
    assert "exp(x)" in letters["Omega"]
    assert Derivation(root, goal).check().verdict == "confirmed"


def test_every_source_is_there() -> None:
    assert {p.source for p in problems()} == {"Demidovich", "Gruntz", "SymPy"}
    assert len(problems("Demidovich")) == 53
    assert len(problems("Gruntz")) >= 38
