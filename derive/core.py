"""Step and Derivation: an equation with a reason, and the tree of them that answers a question.

A step says `goal = equals`. The goal is an unevaluated operator (Derivative, Integral, Limit,
Determinant ...), `equals` is equal to it under the condition `given` and holds simpler operators
only; each of these is worked out by one of the `parts`. Nothing here knows a rule or a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sympy import Add, And, Basic, Mul, Piecewise, Subs, Symbol, true
from sympy.logic.boolalg import Boolean

from derive.deadline import within
from derive.structure import DEEP, depth, free_symbols

if TYPE_CHECKING:
    from lambdify_bridge.arrays.function import ArrayFunction
    from lambdify_bridge.report import Report
    from lambdify_bridge.to_numpy import NumpyFunction

Letters = tuple[tuple[Basic, Basic], ...]


@dataclass(frozen=True, eq=False)
class Step:
    """One equation `goal = equals`, why it holds, and how the operators left in it are worked out.

    `where` lists the letters of the rule as used here, `premises` the steps that show that the
    rule may be used (the limits of numerator and denominator, for L'Hopital's rule).
    """

    goal: Basic
    rule: str
    equals: Basic
    result: Basic
    given: Boolean = true
    where: Letters = ()
    parts: tuple[Step, ...] = ()
    premises: tuple[Step, ...] = ()
    sentence: str = ""

    @property
    def lhs(self) -> Basic:
        return self.goal

    @property
    def rhs(self) -> Basic:
        return self.equals

    def __repr__(self) -> str:
        return f"<Step {self.rule}, {len(self.parts)} parts>"


def walk(root: Step, stop: Callable[[Step], object] = lambda step: False) -> Iterator[Step]:
    """The distinct steps below `root` in reading order: a step, its premises, its parts.

    `stop(step)` true: the step itself comes, nothing below it does.
    """
    seen: set[int] = set()
    stack = [root]
    while stack:
        step = stack.pop()
        if id(step) in seen:
            continue
        seen.add(id(step))
        yield step
        if not stop(step):
            stack.extend(reversed(step.premises + step.parts))


def parts_first(roots: Sequence[Step]) -> list[Step]:
    """The distinct steps below `roots`, each after its parts."""
    order: list[Step] = []
    seen: set[int] = set()
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        step, opened = stack.pop()
        if opened:
            order.append(step)
        elif id(step) not in seen:
            seen.add(id(step))
            stack.append((step, True))
            stack.extend((part, False) for part in reversed(step.parts))
    return order


@dataclass(frozen=True, eq=False)
class Derivation:
    """The answer to a question, with every step that leads to it.

    `problem` is the question as asked, `root` the step that answers it. `definitions` are named
    intermediates (backprop's z = w*x + b) that steps and result may mention. `arguments` are the
    letters of `to_numpy()`, in order. `several`: the problem asks several things at once, each of
    which one of the parts of `root` answers.

    >>> import derive
    >>> d = derive.diff("x**2*sin(x)", "x")
    >>> d.result
    x**2*cos(x) + 2*x*sin(x)
    >>> d.check().verdict
    'confirmed'
    """

    root: Step
    problem: Basic
    definitions: Letters = ()
    arguments: tuple[Symbol, ...] = ()
    several: bool = False
    _reports: list[Report] = field(default_factory=list, repr=False)

    @property
    def lhs(self) -> Basic:
        return self.problem

    @property
    def rhs(self) -> Basic:
        return self.result

    @property
    def result(self) -> Basic:
        return self.root.result

    @property
    def answers(self) -> Letters:
        """What was asked and its answer, in pairs."""
        if not self.several:
            return ((self.problem, self.result),)
        return tuple((part.goal, part.result) for part in self.root.parts)

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(walk(self.root))

    @cached_property
    def given(self) -> Boolean:
        """The conditions of all steps, conjoined, in the letters of the problem."""
        return conditions(self.root)

    @cached_property
    def _changes_letters(self) -> bool:
        return any(_changes(step) for step in self.steps)

    def given_for(self, step: Step) -> Boolean:
        """The conditions of the steps below it, and all others that are about its letters alone.

        Where no letter is changed on the way those are all conditions of the derivation.
        """
        if not self._changes_letters:
            return self.given
        letters = free_symbols(step.goal)
        shared = (c for c in And.make_args(self.given) if free_symbols(c) <= letters)
        return conjoined((*And.make_args(conditions(step)), *shared))

    @property
    def report(self) -> Report | None:
        """What the last `check()` found; None before there was one."""
        return self._reports[-1] if self._reports else None

    @property
    def verdict(self) -> str:
        """The verdict of the last `check()`; "undecided" before there was one."""
        return self.report.verdict if self.report else "undecided"

    def check(self, *, points: int = 4, seed: int = 0) -> Report:
        """Check every step and the result against numbers from the operators' definitions."""
        from lambdify_bridge import check

        with within():  # one thread at a time
            self._reports.append(check(self, points=points, seed=seed))
        return self._reports[-1]

    def to_numpy(
        self, args: Sequence[Symbol | str] | None = None, **options: Any
    ) -> NumpyFunction | ArrayFunction:
        """The result as a vectorised NumPy function of `args`."""
        from lambdify_bridge import to_numpy

        return to_numpy(self, args, **options)

    def text(self) -> str:
        from derive.render.text import text

        return text(self)

    def latex(self, env: str = "aligned") -> str:
        from derive.render.latex import latex

        return latex(self, env=env)

    def markdown(self) -> str:
        from derive.render.markdown import markdown

        return markdown(self)

    def to_dict(self) -> dict[str, Any]:
        from derive.render.data import to_dict

        return to_dict(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {
            "text/plain": self.text(),
            "text/markdown": self.markdown(),
            "text/latex": "$$" + self.latex() + "$$",
        }

    def _sympy_(self) -> Basic:
        return self.result

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Derivation: {len(self.steps)} steps, {self.verdict}>"


def refuted(root: Step, problem: Basic, points: int = 2) -> str:
    """How numbers refute that `problem` is what `root` found; empty where they do not.

    Only the result is looked at, at little cost; that it stands is no pass.
    """
    from lambdify_bridge.check import Bench, Claim
    from lambdify_bridge.glance import plainly_holds

    if plainly_holds(problem, root.result):
        return ""
    report = Bench((), points).check(Claim(problem, root.result, conditions(root)))
    return report.reason if report.verdict == "refuted" else ""


def to_blame(root: Step, points: int = 2) -> tuple[Step, str] | None:
    """The deepest step that numbers refute, and how: its equation, or else its result."""
    from lambdify_bridge.check import Bench, Claim

    bench, steps = Bench((), points), tuple(walk(root))[::-1]
    claims: list[tuple[Step, Any]] = [(step, step) for step in steps]
    claims += [(step, Claim(step.goal, step.result, conditions(step))) for step in steps]
    reports = ((step, bench.check(claim)) for step, claim in claims)
    return next(((step, r.reason) for step, r in reports if r.verdict == "refuted"), None)


def conditions(root: Step) -> Boolean:
    """The conditions below `root`, conjoined.

    What is said of the new variable u of a substitution is said of the g(x) that it stands for.
    """
    return conjoined(each_condition(root))


def conjoined(given: Iterable[Boolean]) -> Boolean:
    """Each distinct condition once; kept as written, so that a step's `given` is found in it."""
    kept = tuple(dict.fromkeys(each for each in given if each is not true))
    if len(kept) < 2:
        return kept[0] if kept else true
    if max(map(depth, kept)) < DEEP:
        return And(*kept, evaluate=False)
    joined = Basic.__new__(And, *kept)  # And sorts its arguments, which recurses into deep ones
    joined._argset = frozenset(kept)
    return joined


def each_condition(root: Step) -> Iterator[Boolean]:
    """The conditions below `root`, in its own letters, some perhaps several times."""
    for step in walk(root, stop=lambda s: _changes(s) or _by_cases(s) or _sees_to(s)):
        if step.given is not true:
            yield step.given
        if _sees_to(step):
            yield from _but_for(_sees_to(step), step.premises + step.parts)
            continue
        for part in step.parts if _changes(step) else ():
            for condition in each_condition(part):
                changed = condition.xreplace(_changes(step))
                if changed is not true:
                    yield changed
        for premise in step.premises if _changes(step) else ():
            yield from each_condition(premise)


def _by_cases(step: Step) -> bool:
    """Whether a step joins derivations case by case: each holds in its branch of the Piecewise."""
    return isinstance(step.equals, Piecewise) and bool(step.premises) and not step.parts


def _sees_to(step: Step) -> frozenset[Symbol]:
    """The variables of a goal whose rules ask what is needed of them wherever they run."""
    goal = step.goal
    return frozenset(goal.bound_symbols if getattr(goal, "sees_to_its_variable", False) else ())


def _but_for(bound: frozenset[Symbol], below: tuple[Step, ...]) -> Iterator[Boolean]:
    """The conditions of some steps, without those on the variables that are `bound` there."""
    for step in below:
        yield from (c for c in each_condition(step) if not bound & free_symbols(c))


def _changes(step: Step) -> dict[Basic, Basic]:
    """The new variables of a step, and what they stand for."""
    return {
        letter: value
        for node in Add.make_args(step.equals)
        for factor in Mul.make_args(node)
        if isinstance(factor, Subs)
        for letter, value in zip(factor.variables, factor.point, strict=True)
    }
