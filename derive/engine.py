"""The engine: which rule is tried when, what is remembered, when to stop.

`derive` takes the first rule that applies and never turns back (derivatives, determinants);
`search` tries the rules in order and backtracks (limits, integrals). Both keep a budget, and
work each distinct goal out once.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sympy import (
    AccumBounds,
    Basic,
    Derivative,
    Eq,
    Expr,
    FiniteSet,
    Function,
    Integral,
    Limit,
    Ne,
    Set,
    Symbol,
    cancel,
    exp,
    nan,
    simplify,
    sin,
    together,
    true,
    zoo,
)
from sympy.core.expr import AtomicExpr
from sympy.core.parameters import evaluate
from sympy.logic.boolalg import Boolean

from derive.core import Derivation, Step
from derive.holes import Tables, holes, rebuild
from derive.rules import Rewrite, Rule
from derive.structure import DEEP, depth, free_symbols, fresh, warm

LONGEST_PATH = 30
_X = Symbol("x")


class DoesNotExist(AtomicExpr):
    """The value of a limit or an integral that has none."""

    __slots__ = ()

    def _sympystr(self, printer: Any) -> str:
        return "does not exist"

    def _pretty(self, printer: Any) -> Any:
        return printer._print_Symbol(Symbol("does not exist"))

    def _latex(self, printer: Any) -> str:
        return r"\text{does not exist}"


DOES_NOT_EXIST = DoesNotExist()


class DerivationError(Exception):
    """A goal was not worked out: `goal`, the `trail` of goals that led to it, the rules `tried`.

    `partial` is a derivation of the asked goal, true as far as it goes, with the operators that
    could not be worked out still in its result (None when no rule applied at all).
    """

    def __init__(
        self,
        message: str,
        goal: Basic,
        trail: tuple[Basic, ...] = (),
        tried: tuple[str, ...] = (),
        partial: Derivation | None = None,
    ) -> None:
        super().__init__(message)
        self.goal, self.trail, self.tried, self.partial = goal, trail, tried, partial


class NoRuleApplies(DerivationError):
    pass


class BudgetExceeded(DerivationError):
    pass


@dataclass
class Budget:
    """How many rules may be applied, and for how many seconds."""

    steps: int = 100_000
    seconds: float = 20.0
    spent: int = 0
    started: float = field(default_factory=time.monotonic)

    def exceeded(self) -> str | None:
        if self.spent >= self.steps:
            return f"{self.steps} steps"
        if time.monotonic() - self.started > self.seconds:
            return f"{self.seconds:g} s"
        return None


def shown(goal: Basic, limit: int = 100) -> str:
    """`goal` in an error message: one line, not too long, however deep the goal is."""
    if depth(goal) > DEEP:
        return f"a {type(goal).__name__} of {depth(goal)} nested operations"
    text = " ".join(str(goal).split())
    return text if len(text) <= limit else text[: limit - 4] + " ..."


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
    warm(goal)
    with evaluate(depth(goal) <= DEEP):
        return _First(tables, budget or Budget(), {goal: only}, done).run(goal)


NOTHING_TO_DO = Rule(
    "nothing to work out",
    lambda: None,
    example=Derivative(Function("f")(_X), _X),
    sentence="The derivative of an unknown function is a name of its own.",
)


@dataclass
class _Open:
    """A goal whose rule has been found and whose parts are being worked out."""

    rule: Rule
    rewrite: Rewrite
    state: Basic
    holes: list[Basic]
    parts: list[Step] = field(default_factory=list)


class _First:
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
        work.parts += [self.done[hole] for hole in work.holes]
        results = {hole: self.done[hole].result for hole in work.holes}
        work.state = rebuild(work.state, results, self.clean)
        work.holes = self._holes(work.state)
        if not work.holes:
            self.done[goal] = self._close(goal, work, work.state, work.parts)
            del self.open[goal]

    def _close(self, goal: Basic, work: _Open, state: Basic, parts: list[Step]) -> Step:
        result = self.tables[type(goal)].tidy(state)
        rewrite = with_condition_worked_out(work.rewrite, parts, self.clean)
        return _step(goal, work.rule, rewrite, result, parts)

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


def message(why: str, goal: Basic, trail: tuple[Basic, ...], tried: tuple[str, ...]) -> str:
    path = " <- ".join(shown(g, 60) for g in reversed(trail[-3:]) if g != goal)
    return why + (f"; asked for by {path}" if path else "") + f"; rules tried: {', '.join(tried)}"


def with_condition_worked_out(
    rewrite: Rewrite, parts: Iterable[Step], clean: set[Basic]
) -> Rewrite:
    """The condition with the operators in it replaced, as far as they are among the parts."""
    if rewrite.given is true:
        return rewrite
    results = {part.goal: part.result for part in parts}
    return replace(rewrite, given=rebuild(rewrite.given, results, clean))


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
) -> Step:
    """Work `goal` out, trying the rules in order and turning back where one leads nowhere.

    `only` names the rules allowed for the goal itself. Raises NoRuleApplies, BudgetExceeded.
    """
    if depth(goal) > 5 * DEEP:
        raise NoRuleApplies(f"{shown(goal)} is nested too deep to search; name its parts", goal)
    worker = _Search(tables, budget or Budget())
    step = worker.solve(goal, (), only)
    if step is None:
        tried = tables[type(goal)].names(only)
        why = f"no rule works out {shown(goal)}"
        if worker.furthest != goal:
            why += f"; got as far as {shown(worker.furthest)}"
        trail = (goal, *worker.furthest_trail)
        error = NoRuleApplies(message(why, goal, (), tried), worker.furthest, trail, tried)
        error.partial = worker.partial(goal)
        raise error
    return step


class _Search:
    def __init__(self, tables: Tables, budget: Budget) -> None:
        self.tables, self.budget = tables, budget
        self.done: dict[Basic, Step] = {}
        self.failed: set[Basic] = set()
        self.clean: set[Basic] = set()
        self.cut_short = 0
        self.furthest: Basic = nan
        self.furthest_trail: tuple[Basic, ...] = ()
        self.first: dict[Basic, tuple[Rule, Rewrite]] = {}

    def solve(
        self, goal: Basic, path: tuple[Basic, ...], only: frozenset[str] | None = None
    ) -> Step | None:
        """The step for `goal`, or None. `path` holds the goals that are being worked out above."""
        if goal in self.done:
            return self.done[goal]
        if goal in self.failed:
            return None
        if len(path) >= LONGEST_PATH:
            self.cut_short += 1
            return None
        cut_before = self.cut_short
        if len(path) >= len(self.furthest_trail):
            self.furthest, self.furthest_trail = goal, path[1:] if path else ()
        for rule, rewrite in self.tables[type(goal)].rewrites(goal, only):
            self._pay(goal, path)
            if not rewrite.premises:  # what has still to be shown may turn out false
                self.first.setdefault(goal, (rule, rewrite))
            step = self._try(goal, rule, rewrite, (*path, goal))
            if step is not None:
                if not self._open_goals(step, path):
                    self.done[goal] = step
                return step
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
        self, goal: Basic, rule: Rule, rewrite: Rewrite, path: tuple[Basic, ...]
    ) -> Step | None:
        premises = self._premises(rewrite, path)
        if premises is None:
            return None
        state, parts = rewrite.equals, []
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
                part = self.solve(hole, path)
                if part is None or (part.result == DOES_NOT_EXIST and state != hole):
                    return None  # SymPy would make 0 of 0*DOES_NOT_EXIST
                parts.append(part)
                results[hole] = part.result
            state = rebuild(state, results, self.clean)
        if not usable(state):
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
        solution = rest / (1 - factor)
        rewrite = Rewrite(solution, not_zero(1 - factor), where=((goal, step.result),))
        return _step(goal, SOLVED_FOR, rewrite, solution, (step,))

    def partial(self, goal: Basic) -> Derivation | None:
        """The first thing tried for `goal`, with what was worked out below it put in."""
        if goal not in self.first:
            return None
        rule, rewrite = self.first[goal]
        found = holes(rewrite.equals, self.tables, self.clean)
        parts = [self.done[hole] for hole in found if hole in self.done]
        state = rebuild(rewrite.equals, {p.goal: p.result for p in parts}, self.clean)
        return Derivation(_step(goal, rule, rewrite, state, parts), goal)


def not_zero(divisor: Expr) -> Boolean:
    """The condition that a divisor is not zero: true where that is known for real letters."""
    plain = [s for s in free_symbols(divisor) if s.is_extended_real is None]
    top = together(divisor).as_numer_denom()[0]
    known = top.xreplace({s: Symbol(s.name, real=True, nonzero=True) for s in plain})
    return true if known.is_zero is False else Ne(top, 0)


def usable(result: Basic) -> bool:
    """A result that later steps may build on: a value, or the plain finding that there is none."""
    if result == DOES_NOT_EXIST:
        return True
    return not result.has(nan, zoo, AccumBounds, DoesNotExist)


def holds(premise: tuple[Basic, Set] | Eq | Ne, values: list[Basic]) -> bool:
    if isinstance(premise, Eq):
        return DOES_NOT_EXIST not in values and same(*values)
    if isinstance(premise, Ne):
        return DOES_NOT_EXIST in values or differ(*values)
    value, allowed = values[0], premise[1]
    if value == DOES_NOT_EXIST:
        return allowed == FiniteSet(DOES_NOT_EXIST)
    return allowed.contains(value) == True or allowed.contains(simplify(value)) == True


def same(a: Basic, b: Basic) -> bool:
    return a == b or (a.is_finite is not False and simplify(a - b) == 0)


def differ(a: Basic, b: Basic) -> bool:
    """Surely different: numbers that differ, or infinities of other signs."""
    if a.is_infinite or b.is_infinite:
        return a != b
    return simplify(a - b).is_zero is False
