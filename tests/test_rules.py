"""Every rule of every table: it fires on its own example, is true there and on another instance,
and a right-hand side that is a little wrong turns its check red."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sympy import (
    Basic,
    CRootOf,
    Expr,
    ImmutableMatrix,
    Integer,
    MatrixBase,
    S,
    Symbol,
    Tuple,
    preorder_traversal,
)

from derive import rulebook
from derive.arrays.nodes import Array
from derive.engine import DOES_NOT_EXIST
from derive.rulebook import tables
from derive.rules import Rewrite, Rule, RuleTable
from derive.structure import free_symbols
from lambdify_bridge import check
from lambdify_bridge.check import Bench

SEED = 20


@dataclass(frozen=True)
class Claim:
    lhs: Basic
    rhs: Basic
    given: Any = True


# Rules about arrays have a test of their own: their letters have shapes.
SCALAR = [table for table in tables() if not issubclass(table.operator, Array)]
ALL = [(table, rule) for table in SCALAR for rule in table]
NAMES = [f"{table.title}: {rule.name}" for table, rule in ALL]
EACH_RULE = pytest.mark.parametrize(("table", "rule"), ALL, ids=NAMES)


def first(table: RuleTable, goal: Basic, rule: Rule) -> tuple[Rule, Rewrite] | None:
    only = frozenset({rule.name}) if rule.on_request else None
    return next(iter(table.rewrites(goal, only)), None)


def test_there_are_rules() -> None:
    assert len(ALL) > 100
    assert len({table.title for table, _ in ALL}) >= 10


@EACH_RULE
def test_fires_on_its_own_example(table: RuleTable, rule: Rule) -> None:
    found = first(table, rule.example, rule)
    assert found is not None
    assert found[0].name == rule.name


@pytest.mark.one_in(6)
@EACH_RULE
def test_is_true_on_its_own_example(table: RuleTable, rule: Rule) -> None:
    found = first(table, rule.example, rule)
    assert found is not None
    report = check(Claim(rule.example, found[1].equals, found[1].given), seed=SEED, far=False)
    assert report.verdict == "confirmed", report


def other_instances(goal: Basic, r: random.Random) -> Iterator[Basic]:
    """The example with its numbers changed, then with its letters scaled, then renamed."""
    numbers = sorted(goal.atoms(Integer) - {S.Zero, S.One, S.NegativeOne}, key=int)
    fixed = (MatrixBase, CRootOf)  # sizes, and numbers of roots
    if numbers and not any(isinstance(node, fixed) for node in preorder_traversal(goal)):
        new = {n: Integer(int(n) + r.choice([1, 2, 3]) * (1 if n > 0 else -1)) for n in numbers}
        yield goal.xreplace(new)
    letters = sorted(free_symbols(goal), key=str)
    if letters:
        yield goal.xreplace(
            {s: Symbol(f"{s.name}_{r.randint(2, 9)}", **_known(s)) for s in letters}
        )
    if isinstance(goal.args[0], MatrixBase):
        scale = Integer(r.choice([2, 3, 5]))
        yield goal.func(scale * goal.args[0], *goal.args[1:])


def _known(letter: Symbol) -> dict[str, bool]:
    return {k: v for k, v in letter.assumptions0.items() if v and k not in ("commutative",)}


@pytest.mark.one_in(12)
@EACH_RULE
def test_is_true_on_a_second_instance(table: RuleTable, rule: Rule) -> None:
    r = random.Random(f"{SEED} {rule.name}")
    for goal in other_instances(rule.example, r):
        try:
            found = first(table, goal, rule)
        except (TypeError, ValueError, AttributeError):
            continue  # the changed numbers do not make a goal of this kind
        if found is not None and found[0].name == rule.name:
            rewrite = found[1]
            break
    else:
        goal, rewrite = rule.example, rulebook.Entry(table, rule).gives
    seed = r.randint(0, 10**6)
    report = check(Claim(goal, rewrite.equals, rewrite.given), points=6, seed=seed, far=False)
    assert report.verdict == "confirmed", f"seed {seed}: {goal}: {report}"


# ------------------------------------------------------------------ mutants


CONSTANT = re.compile(r"C\d*")  # of integration: another one is no mistake


def mutants(equals: Basic, letters: list[Symbol]) -> Iterator[tuple[str, Basic]]:
    """A factor, a sign, a term: what slips into a formula."""
    if equals == DOES_NOT_EXIST:
        yield "a value", S("0.37")
        yield "an infinity", S.Infinity
    elif equals is S.EmptySet:
        yield "a solution", ImmutableMatrix([0])
    elif isinstance(equals, Tuple):
        yield "a factor", Tuple(*(e * S("1.01") for e in equals.args))
        yield "a term", Tuple(*(e + 1 for e in equals.args))
    elif isinstance(equals, MatrixBase) and equals.rows * equals.cols:
        first_only = equals.as_mutable()
        first_only[0, 0] = nudged(first_only[0, 0])
        yield "an entry", first_only.as_immutable()
    elif isinstance(equals, Expr) and not getattr(equals, "is_Matrix", False):
        yield "a factor", S("1.01") * equals
        yield "the sign", -equals
        kept = [s for s in letters if not CONSTANT.fullmatch(s.name)]
        kept.sort(key=lambda s: s not in free_symbols(equals))
        yield "a term", equals + (1 + kept[0] ** 2 if kept else S("0.37"))
    else:
        yield from inside(equals)


def nudged(entry: Expr) -> Expr:
    """Another number for 0 and -1 as well."""
    return entry * S("1.01") + S("0.03")


def inside(operator: Basic) -> Iterator[tuple[str, Basic]]:
    """An operator of matrices or polynomials: what it is applied to, a little changed."""
    if type(operator).__name__ == "AtEach":
        yield "a factor", operator.func(S("1.01") * operator.args[0], *operator.args[1:])
    for node in preorder_traversal(operator):
        if isinstance(node, MatrixBase) and node.rows * node.cols:
            changed = node.as_mutable()
            changed[0, 0] = nudged(changed[0, 0])
            yield "an entry", operator.xreplace({node: changed.as_immutable()})
        if type(node).__name__ in ("RealSolutions", "PointsWith"):
            equations, *others = node.args
            changed = Tuple(equations[0] + S("0.03"), *equations.args[1:])
            yield "an equation", operator.xreplace({node: node.func(changed, *others)})
            return
        if type(node).__name__ == "Roots":
            yield (
                "a coefficient",
                operator.xreplace({node: node.func(node.args[0] + 1, node.args[1])}),
            )
            return


def is_equivalent(equals: Basic, mutant: Basic) -> bool:
    """No difference to be seen: 0, infinities, the same space."""
    return equals == mutant or Bench(()).check(Claim(equals, mutant)).verdict == "confirmed"


def mutant_verdicts(table: RuleTable, rule: Rule) -> Iterator[tuple[str, Basic, str]]:
    """Kind, right-hand side and verdict of every mutant that makes a difference."""
    rewrite = rulebook.Entry(table, rule).gives
    assert rewrite is not None
    equals, given = rewrite.equals, rewrite.given
    letters = sorted(free_symbols(rule.example) | _variables(rule.example), key=str)
    bench = Bench(())  # what the example is at a point is worked out once for all its mutants
    for kind, mutant in mutants(equals, letters):
        if not is_equivalent(equals, mutant):
            yield kind, mutant, bench.check(Claim(rule.example, mutant, given)).verdict


@pytest.mark.one_in(14)
@EACH_RULE
def test_mutants_of_the_right_hand_side_are_caught(table: RuleTable, rule: Rule) -> None:
    verdicts = list(mutant_verdicts(table, rule))
    for kind, mutant, verdict in verdicts:
        assert verdict == "refuted", f"{kind}: {rule.example} = {mutant} is {verdict}"
    # An example whose every mutant looks equivalent says nothing; an empty basis has no mutants.
    assert verdicts or rule.name == "only the zero vector"


def test_there_are_mutants_of_every_table() -> None:
    counts = {table.title: 0 for table, _ in ALL}
    for table, rule in ALL:
        counts[table.title] += len(list(mutants(rulebook.Entry(table, rule).gives.equals, [])))
    assert min(counts.values()) >= 1
    assert sum(counts.values()) >= 500


def _variables(goal: Basic) -> set[Symbol]:
    return {a for a in goal.args if isinstance(a, Symbol) and a.name.isalpha()}
