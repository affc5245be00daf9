"""The engine: which rule is tried when, what is remembered, when to stop.

`derive` takes the first rule that applies and never turns back (derivatives, determinants);
`search` tries the rules in order and backtracks (limits, integrals). Both keep a budget, and
work each distinct goal out once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sympy import (
    Basic,
    Derivative,
    Eq,
    Function,
    Integral,
    Limit,
    Ne,
    Symbol,
    cancel,
    exp,
    nan,
    preorder_traversal,
    sin,
    together,
    true,
)
from sympy.core.parameters import evaluate

from derive.budget import (
    Budget,
    BudgetExceeded,
    DerivationError,
    NoRuleApplies,
    TimeExceeded,
    at_once,
    in_time,
    message,
    shown,
)
from derive.calls import limited
from derive.core import Derivation, Step, conditions, conjoined, refuted, to_blame
from derive.deadline import OutOfTime, within
from derive.holes import Tables, holes, rebuild
from derive.rules import Rewrite, Rule
from derive.structure import DEEP, depth, fresh, warm
from derive.values import DOES_NOT_EXIST, DoesNotExist, holds, not_zero, usable
from lambdify_bridge.worker import tell

__all__ = [
    "DOES_NOT_EXIST",
    "Budget",
    "BudgetExceeded",
    "DerivationError",
    "DoesNotExist",
    "NoRuleApplies",
    "derive",
    "limited",
    "search",
    "shown",
    "unless_refuted",
]

LONGEST_PATH = 30
TO_LOOK_AT_IT = 5.0  # seconds for the numbers that could refute a result
SoFar = tuple[Basic, tuple[Basic, ...], tuple[str, ...], Derivation | None]  # as errors have it
Struck = tuple[Basic, str, Basic]  # a goal, a rule, and what the rule made of it
_X = Symbol("x")


# ------------------------------------------------------------------ the first rule wins


def derive(
    goal: Basic,
    tables: Tables,
    budget: Budget | None = None,
    only: frozenset[str] | None = None,
    done: dict[Basic, Step] | None = None,
) -> Step:
    """Work `goal` out; at every operator the first rule that applies wins. Iterative.

    `only` names the rules allowed for the goal itself; `done` holds what was worked out already,
    for several goals that share their parts. Raises NoRuleApplies, BudgetExceeded.
    """
    if tables[type(goal)].final(goal):
        return _step(goal, NOTHING_TO_DO, Rewrite(goal), goal, ())
    worker = _First(tables, budget or Budget(), {goal: only}, done)

    def work() -> Step:
        warm(goal)
        with evaluate(depth(goal) <= DEEP):
            return worker.run(goal)

    return in_time(work, worker.budget, lambda: worker.late(goal))


NOTHING_TO_DO = Rule(
    "nothing to work out",
    lambda: None,
    example=Derivative(Function("f")(_X), _X),
    sentence="The derivative of an unknown function is a name of its own.",
)


class _Worker:
    """What both ways of working have: the goals that are done."""

    tables: Tables
    done: dict[Basic, Step]
    clean: set[Basic]

    def _first_of(self, goal: Basic, rule: Rule, rewrite: Rewrite) -> Derivation:
        """One step of a derivation, with what was worked out below it put in."""
        found = holes(rewrite.equals, self.tables, self.clean)
        parts = [self.done[hole] for hole in found if hole in self.done]
        state = rebuild(rewrite.equals, {p.goal: p.result for p in parts}, self.clean)
        return Derivation(_step(goal, rule, rewrite, state, parts), goal)


@dataclass
class _Open:
    """A goal whose rule has been found and whose parts are being worked out."""

    rule: Rule
    rewrite: Rewrite
    state: Basic
    holes: list[Basic]
    parts: list[Step] = field(default_factory=list)


class _First(_Worker):
    def __init__(
        self,
        tables: Tables,
        budget: Budget,
        only: Mapping[Basic, frozenset[str] | None],
        done: dict[Basic, Step] | None = None,
    ) -> None:
        self.tables, self.budget, self.only = tables, budget, only
        self.done: dict[Basic, Step] = {} if done is None else done
        self.open: dict[Basic, _Open] = {}
        self.clean: set[Basic] = set()

    def run(self, goal: Basic) -> Step:
        for argument in goal.args:
            holes(argument, self.tables, self.clean)
        stack = [goal]
        while stack:
            top = stack[-1]
            if top in self.done:
                stack.pop()
                continue
            if top not in self.open:
                self.open[top] = self._begin(top)
            waiting = self._waiting(top)
            if any(hole in self.open for hole in waiting):
                raise self._stuck(top, "the rules lead back to where they began")
            if waiting:
                stack.extend(reversed(waiting))
                continue
            self._advance(top)
        return self.done[goal]

    def _begin(self, goal: Basic) -> _Open:
        limit = self.budget.exceeded()
        if limit:
            raise self._stuck(goal, f"out of budget ({limit})", BudgetExceeded)
        self.budget.spent += 1
        tell(lambda: self._so_far(goal))
        for rule, rewrite in self.tables[type(goal)].rewrites(goal, self.only.get(goal)):
            return _Open(rule, rewrite, rewrite.equals, self._holes(rewrite.equals))
        raise self._stuck(goal, "no rule applies to " + shown(goal))

    def _holes(self, expression: Basic) -> list[Basic]:
        return holes(expression, self.tables, self.clean)

    def _waiting(self, goal: Basic) -> list[Basic]:
        return [hole for hole in self.open[goal].holes if hole not in self.done]

    def _advance(self, goal: Basic) -> None:
        """Put the parts in; the goal is done when that leaves nothing to work out."""
        work = self.open[goal]
        parts = work.parts + [self.done[hole] for hole in work.holes]
        results = {hole: self.done[hole].result for hole in work.holes}
        state = rebuild(work.state, results, self.clean)
        waiting = self._holes(state)
        if waiting:
            self.open[goal] = _Open(work.rule, work.rewrite, state, waiting, parts)
        else:
            self.done[goal] = self._close(goal, work, state, parts)
            del self.open[goal]

    def _close(self, goal: Basic, work: _Open, state: Basic, parts: list[Step]) -> Step:
        result = self.tables[type(goal)].tidy(state)
        rewrite = with_condition_worked_out(work.rewrite, parts, self.clean)
        return _step(goal, work.rule, rewrite, result, parts)

    def late(self, goal: Basic) -> DerivationError:
        """The time is over: how far it got with what was asked."""
        at = next(reversed(self.open), goal)
        error = at_once(lambda: self._stuck(at, self.budget.over, TimeExceeded))
        return error or TimeExceeded(self.budget.over, at, tuple(self.open))

    def _so_far(self, at: Basic) -> SoFar:
        trail, tried = tuple(self.open), self.tables[type(at)].names(self.only.get(at))
        if not trail:
            return at, trail, tried, None
        work = self.open[trail[0]]
        return at, trail, tried, self._first_of(trail[0], work.rule, work.rewrite)

    def _stuck(
        self, goal: Basic, why: str, error: type[DerivationError] = NoRuleApplies
    ) -> DerivationError:
        trail = tuple(self.open)
        tried = self.tables[type(goal)].names(self.only.get(goal))
        partial = self._partial(trail)
        return error(message(why, goal, trail, tried), goal, trail, tried, partial)

    def _partial(self, trail: tuple[Basic, ...]) -> Derivation | None:
        for goal in reversed(trail):
            work = self.open[goal]
            done = [self.done[hole] for hole in work.holes if hole in self.done]
            results = {step.goal: step.result for step in done}
            state = rebuild(work.state, results, self.clean)
            self.done[goal] = self._close(goal, work, state, work.parts + done)
        return Derivation(self.done[trail[0]], trail[0]) if trail else None


def with_condition_worked_out(
    rewrite: Rewrite, parts: Iterable[Step], clean: set[Basic]
) -> Rewrite:
    """The condition with the operators in it replaced, as far as they are among the parts, where
    these have such values."""
    if rewrite.given is true:
        return rewrite
    parts = tuple(parts)
    worked_out = rebuild(rewrite.given, {part.goal: part.result for part in parts}, clean)
    if worked_out == rewrite.given:
        return rewrite
    inside = set(preorder_traversal(rewrite.given))
    where = (conditions(part) for part in parts if part.goal in inside)
    return replace(rewrite, given=conjoined((worked_out, *where)))


def _step(
    goal: Basic,
    rule: Rule,
    rewrite: Rewrite,
    result: Basic,
    parts: Iterable[Step],
    premises: Iterable[Step] = (),
) -> Step:
    return Step(
        goal=goal,
        rule=rule.name,
        equals=rewrite.equals,
        result=result,
        given=rewrite.given,
        where=rewrite.where,
        parts=tuple(parts),
        premises=tuple(premises),
        sentence=rule.sentence,
    )


# ------------------------------------------------------------------ trying in order, turning back


SOLVED_FOR = Rule(
    "solve for the integral that came back",
    lambda: None,
    example=Integral(exp(_X) * sin(_X), _X),
    sentence="The integral asked for came back on the right-hand side; solve the equation for it.",
)


def search(
    goal: Basic,
    tables: Tables,
    budget: Budget | None = None,
    only: frozenset[str] | None = None,
    check: bool = True,
    through: frozenset[str] = frozenset(),
) -> Step:
    """Work `goal` out, trying the rules in order and turning back where one leads nowhere.

    `only` names the rules allowed for the goal itself, `through` those that may come before them:
    one of the operators that these leave is then held to `only`. A result that numbers refute is
    none: it is looked for again without the rewriting to blame, unless `check` is false. That they
    do not refute it is no pass; `Derivation.check` looks at every step.
    Raises NoRuleApplies, BudgetExceeded.
    """
    if depth(goal) > 5 * DEEP:
        raise NoRuleApplies(f"{shown(goal)} is nested too deep to search; name its parts", goal)
    budget, refused = budget or Budget(), dict[Struck, str]()
    while True:
        worker = _Search(tables, budget, refused, through)
        step = _searched(worker, goal, only)
        false = _false(step, goal, budget) if check else {}
        if not false:
            return step
        refused |= false


def _searched(worker: _Search, goal: Basic, only: frozenset[str] | None) -> Step:
    step = in_time(lambda: worker.solve(goal, (), only), worker.budget, lambda: worker.late(goal))
    if step is None:
        raise worker.nothing(goal, only)
    return step


def unless_refuted(step: Step, before: Step, budget: Budget) -> Step:
    """A step put on top of what a search found, or what it found, where numbers refute the step."""
    return before if step is not before and _looked_at(step, step.goal, budget) else step


def _looked_at(step: Step, goal: Basic, budget: Budget) -> str:
    """How numbers refute the result; empty where they do not in the time that there is."""
    try:
        with within(min(TO_LOOK_AT_IT, budget.left())):
            return refuted(step, goal)
    except OutOfTime:
        return ""


def _false(step: Step, goal: Basic, budget: Budget) -> dict[Struck, str]:
    """The rewriting that makes the result wrong, with what is wrong about it, if anything is."""
    why = _looked_at(step, goal, budget)
    if not why:
        return {}
    late = TimeExceeded(f"{budget.over}; a result for {shown(goal)} was refuted: {why}", goal)
    blamed, why = in_time(lambda: to_blame(step) or (step, why), budget, lambda: late)
    while blamed.rule == SOLVED_FOR.name:
        (blamed,) = blamed.parts
    return {(blamed.goal, blamed.rule, blamed.equals): why}


class _Search(_Worker):
    def __init__(
        self,
        tables: Tables,
        budget: Budget,
        refused: Mapping[Struck, str],
        through: frozenset[str],
    ) -> None:
        self.tables, self.budget, self.refused = tables, budget, refused
        self.through = through
        self.done: dict[Basic, Step] = {}
        self.failed: set[Basic] = set()
        self.clean: set[Basic] = set()
        self.cut_short = 0
        self.furthest: Basic = nan
        self.furthest_trail: tuple[Basic, ...] = ()
        self.first: dict[Basic, tuple[Rule, Rewrite]] = {}
        self.at: tuple[Basic, tuple[Basic, ...]] | None = None

    def nothing(self, goal: Basic, only: frozenset[str] | None) -> NoRuleApplies:
        """No rule works `goal` out: how far they led, and which they were."""
        tried = self.tables[type(goal)].names(only)
        why = f"no rule works out {shown(goal)}"
        if self.furthest != goal:
            why += f"; got as far as {shown(self.furthest)}"
        for (at, rule, _), reason in self.refused.items():
            why += f"; refused {rule} at {shown(at, 60)}: {reason}"
        trail = (goal, *self.furthest_trail)
        text = message(why, goal, (), tried)
        return NoRuleApplies(text, self.furthest, trail, tried, self.partial(goal))

    def late(self, goal: Basic) -> TimeExceeded:
        """The time is over: where it was, and how far it got with what was asked."""
        at, path = self.at or (goal, ())
        tried = self.tables[type(at)].names()
        text = message(f"{self.budget.over} at {shown(at)}", at, path, tried)
        return TimeExceeded(text, at, path, tried, at_once(lambda: self.partial(goal)))

    def solve(
        self, goal: Basic, path: tuple[Basic, ...], only: frozenset[str] | None = None
    ) -> Step | None:
        """The step for `goal`, or None. `path` holds the goals that are being worked out above."""
        if only is None and goal in self.done:
            return self.done[goal]
        if goal in self.failed:
            return None
        if len(path) >= LONGEST_PATH:
            self.cut_short += 1
            return None
        cut_before = self.cut_short
        if len(path) >= len(self.furthest_trail):
            self.furthest, self.furthest_trail = goal, path[1:] if path else ()
        self.at = goal, path
        tell(lambda: self._so_far(goal, path))
        allowed = None if only is None else only | self.through
        for rule, rewrite in self.tables[type(goal)].rewrites(goal, allowed):
            if (goal, rule.name, rewrite.equals) in self.refused:
                continue
            self._pay(goal, path)
            if not rewrite.premises:  # what has still to be shown may turn out false
                self.first.setdefault(goal, (rule, rewrite))
            held = None if only is None or rule.name in only else only
            step = self._try(goal, rule, rewrite, (*path, goal), held)
            if step is not None:
                if not self._open_goals(step, path):
                    self.done[goal] = step
                return step
            self.at = goal, path
        if self.cut_short == cut_before and only is None:
            self.failed.add(goal)
        return None

    def _pay(self, goal: Basic, path: tuple[Basic, ...]) -> None:
        limit = self.budget.exceeded()
        if limit:
            top = path[0] if path else goal
            tried = self.tables[type(goal)].names()
            text = message(f"out of budget ({limit}) at {shown(goal)}", goal, path, tried)
            raise BudgetExceeded(text, goal, path, tried, self.partial(top))
        self.budget.spent += 1

    def _try(
        self,
        goal: Basic,
        rule: Rule,
        rewrite: Rewrite,
        path: tuple[Basic, ...],
        held: frozenset[str] | None = None,
    ) -> Step | None:
        """The step by this rewriting, or None; a part has to begin with one of the rules `held`."""
        premises = self._premises(rewrite, path)
        if premises is None:
            return None
        state, parts, kept = rewrite.equals, [], held is None
        while True:
            found = holes(state, self.tables, self.clean)
            if any(isinstance(hole, Limit) and hole in path for hole in found):
                self.cut_short += 1  # L = c*L says nothing of an L that may be infinite
                return None
            waiting = [hole for hole in found if hole not in path]
            if not waiting:
                break
            results = {}
            for hole in waiting:
                part = self.solve(hole, path, held) if held is not None else None
                kept = kept or part is not None
                part = part or self.solve(hole, path)
                if part is None or (part.result == DOES_NOT_EXIST and state != hole):
                    return None  # SymPy would make 0 of 0*DOES_NOT_EXIST
                parts.append(part)
                results[hole] = part.result
            state = rebuild(state, results, self.clean)
        if not usable(state) or not kept:
            return None
        state = self.tables[type(goal)].tidy(state)
        rewrite = with_condition_worked_out(rewrite, parts, self.clean)
        step = _step(goal, rule, rewrite, state, parts, premises)
        return self._solved_for(step) if state.has(goal) else step

    def _premises(self, rewrite: Rewrite, path: tuple[Basic, ...]) -> list[Step] | None:
        steps: list[Step] = []
        for premise in rewrite.premises:
            operators = premise.args if isinstance(premise, (Eq, Ne)) else premise[:1]
            values = []
            for operator in operators:
                step = self.solve(operator, path) if operator not in path else None
                if step is None or step.result.has(*path):
                    self.cut_short += operator in path
                    return None
                steps.append(step)
                values.append(step.result)
            if not holds(premise, values):
                return None
        return steps

    def _open_goals(self, step: Step, path: tuple[Basic, ...]) -> bool:
        return bool(path) and step.result.has(*path)

    def _solved_for(self, step: Step) -> Step | None:
        """goal = A + c*goal: the goal came back; solve the equation for it."""
        goal = step.goal
        # A letter for the goal: expanding would take an integral of a sum apart.
        came_back = fresh("I", step.result)
        equation = step.result.xreplace({goal: came_back}).expand()
        factor = equation.coeff(came_back)
        rest = equation - factor * came_back
        if rest.has(came_back) or cancel(together(factor - 1)) == 0:
            return None
        plain = factor.is_number or not rest.is_Add
        solution = rest / (1 - factor) if plain else together(rest / (1 - factor))
        rewrite = Rewrite(solution, not_zero(1 - factor), where=((goal, step.result),))
        return _step(goal, SOLVED_FOR, rewrite, solution, (step,))

    def _so_far(self, at: Basic, path: tuple[Basic, ...]) -> SoFar:
        return at, path, self.tables[type(at)].names(), self.partial(path[0] if path else at)

    def partial(self, goal: Basic) -> Derivation | None:
        """The first thing tried for `goal`, with what was worked out below it put in."""
        return self._first_of(goal, *self.first[goal]) if goal in self.first else None
