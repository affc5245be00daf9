"""An integral whose value depends on the signs of its letters, worked out for positive ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sympy import And, Basic, Integral, S, Symbol
from sympy.logic.boolalg import Boolean

from derive.core import Step
from derive.engine import BudgetExceeded, NoRuleApplies
from derive.holes import rebuild
from derive.structure import free_symbols

Changes = dict[Basic, Basic]


def for_positive_letters(goal: Basic, work_out: Callable[[Basic], Step]) -> Step:
    """`work_out(goal)`; where no rule applies, once more with its letters taken to be positive.

    That they are is then a condition of every step in which they stand.
    """
    try:
        return work_out(goal)
    except (NoRuleApplies, BudgetExceeded):
        letters = sorted(_unsigned(goal), key=str)
        if not letters:
            raise
        known: Changes = {s: Symbol(s.name, positive=True) for s in letters}
        try:
            root = work_out(rebuild(goal, known, set()))
        except NoRuleApplies:
            root = None
        if root is None:
            raise
        return _put_back(root, {new: old for old, new in known.items()})


def _unsigned(goal: Basic) -> set[Symbol]:
    """The letters of unknown sign in a definite integral."""
    limits = goal.args[1:] if isinstance(goal, Integral) else ()
    if not limits or any(len(limit.args) == 1 for limit in limits):
        return set()
    return {s for s in free_symbols(goal) if s.is_extended_real is None}


def _put_back(root: Step, plain: Changes) -> Step:
    """The steps with the letters as they were asked for."""
    made: dict[int, Step] = {}

    def put(expression: Basic) -> Basic:
        return rebuild(expression, plain, set())

    for step in _below_first(root):
        made[id(step)] = replace(
            step,
            goal=put(step.goal),
            equals=put(step.equals),
            result=put(step.result),
            given=And(put(step.given), _positive(step, plain)),
            where=tuple((put(letter), put(value)) for letter, value in step.where),
            parts=tuple(made[id(part)] for part in step.parts),
            premises=tuple(made[id(premise)] for premise in step.premises),
        )
    return made[id(root)]


def _below_first(root: Step) -> list[Step]:
    """Every step after its parts and premises."""
    order: list[Step] = []
    stack, seen = [(root, False)], set()
    while stack:
        step, opened = stack.pop()
        if opened:
            order.append(step)
        elif id(step) not in seen:
            seen.add(id(step))
            stack.append((step, True))
            stack.extend((below, False) for below in (*step.premises, *step.parts))
    return order


def _positive(step: Step, plain: Changes) -> Boolean:
    inside = free_symbols(step.goal) & set(plain)
    conditions = [plain[s] > 0 for s in sorted(inside, key=str)]
    return And(*conditions) if conditions else S.true
