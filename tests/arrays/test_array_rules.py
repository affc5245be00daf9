"""Every rule about arrays: it fires first on its own example, and is true there and elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sympy import Rational

from derive.arrays import differentials, pairings
from derive.arrays.adjoints import substituted
from derive.arrays.nodes import Array, Variable, postorder, variable
from derive.arrays.product import is_zero, scaled
from derive.arrays.sums import total
from derive.arrays.unevaluated import Differential, Pairing
from derive.rules import Rule, RuleTable
from lambdify_bridge import check

TABLES = (differentials.RULES, pairings.RULES)
ALL = [(table, rule) for table in TABLES for rule in table]
EACH_RULE = pytest.mark.parametrize(
    ("table", "rule"), ALL, ids=[f"{table.title}: {rule.name}" for table, rule in ALL]
)


@dataclass(frozen=True)
class Claim:
    lhs: Array
    rhs: Array


def first(table: RuleTable, goal: Array) -> tuple[Rule, Any]:
    return next(iter(table.rewrites(goal)))


@EACH_RULE
def test_fires_on_its_own_example_and_is_true_there(table: RuleTable, rule: Rule) -> None:
    found, rewrite = first(table, rule.example)
    assert found.name == rule.name
    report = check(Claim(rule.example, rewrite.equals), seed=3)
    assert report.verdict == "confirmed", report


@EACH_RULE
def test_is_true_on_a_second_instance(table: RuleTable, rule: Rule) -> None:
    """Every variable replaced by twice itself plus another one: no longer a letter of its own."""
    goal = other_instance(rule.example)
    found, rewrite = first(table, goal)
    assert found.name == rule.name
    report = check(Claim(goal, rewrite.equals), seed=7)
    assert report.verdict == "confirmed", report


def other_instance(goal: Array) -> Array:
    values = {
        v: total([scaled(2, v), variable(f"{v.name}_2", v.shape, v.structure)])
        for v in postorder(goal)
        if isinstance(v, Variable) and v.structure in ("", "symmetric", "positive definite")
    }
    if isinstance(goal, Differential):
        (of,) = goal.args
        return differentials.d(of.with_args(tuple(substituted(a, values) for a in of.args)))
    U, E = goal.args
    inside = {n: substituted(U, values) for n in (U,)}
    return pairings.pairing(inside[U], E)


def mutants(equals: Array) -> Iterator[Array]:
    yield scaled(Rational(101, 100), equals)
    yield scaled(-1, equals)


@EACH_RULE
def test_a_little_wrong_is_refuted(table: RuleTable, rule: Rule) -> None:
    _, rewrite = first(table, rule.example)
    if is_zero(rewrite.equals):
        pytest.skip("nothing times anything is nothing")
    for wrong in mutants(rewrite.equals):
        assert check(Claim(rule.example, wrong), seed=3).verdict == "refuted"


def test_the_tables_hold_what_they_say() -> None:
    assert all(isinstance(rule.example, (Differential, Pairing)) for _, rule in ALL)
