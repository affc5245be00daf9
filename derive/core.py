"""Step and Derivation: an equation with a reason, and the tree of them that answers a question.

A step says `goal = equals`. The goal is an unevaluated operator (Derivative, Integral, Limit,
Determinant ...), `equals` is equal to it under the condition `given` and holds simpler operators
only; each of these is worked out by one of the `parts`. Nothing here knows a rule or a number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sympy import Add, And, Basic, Mul, Piecewise, Subs, Symbol, true
from sympy.logic.boolalg import Boolean

from derive.deadline import within
from derive.implied import without_implied
from derive.structure import DEEP, depth, free_symbols

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from derive.other_ways import Way
    from derive.render.html.page import Shown
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
        return conjoined(without_implied(each_condition(self.root)))

    @cached_property
    def _changes_letters(self) -> bool:
        return any(_changes(step) for step in self.steps)

    @cached_property
    def _has_variables(self) -> bool:
        """Whether a step sees to letters of its own: what is asked of them is not in `given`."""
        return any(_sees_to(step) for step in self.steps)

    def given_for(self, step: Step) -> Boolean:
        """The conditions of the steps below it, and all others that are about its letters alone.

        Where no letter is changed on the way those are all conditions of the derivation.
        """
        if not self._changes_letters:
            own = And.make_args(conditions(step)) if self._has_variables else ()
            return conjoined((*And.make_args(self.given), *own)) if own else self.given
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

    def check(
        self,
        *,
        points: int = 4,
        seed: int = 0,
        level: str = "confirmed",
        far: bool = True,
        timeout: float | None = None,
        memory: float | None = None,
    ) -> Report:
        """Check every step and the result against numbers from the operators' definitions.

        `level="certified"` or `"proved"` asks for more of what is confirmed: a bound by ball
        arithmetic, a proof by exact rewriting. `far=False` is a quick look near the origin.
        `timeout` (seconds) and `memory` (MiB): in a worker process; undecided where they end it.
        """
        from lambdify_bridge import check

        asked: dict[str, Any] = {"points": points, "seed": seed, "level": level, "far": far}
        if timeout is not None or memory is not None:
            found = check(self, **asked, timeout=timeout, memory=memory)
        else:
            with within():  # one thread at a time
                found = check(self, **asked)
        self._reports.append(found)
        return self._reports[-1]

    def verify(self, level: str = "confirmed", **options: Any) -> Report:
        """The report of a check that reaches `level`: "confirmed", "certified" or "proved".

        The `options` are those of `check`.
        Raises lambdify_bridge.NotVerified with the counterexample, or with the step that is weaker.

        >>> import derive
        >>> derive.diff("x**2*sin(x)", "x").verify("proved").verdict
        'proved'
        """
        return self.check(level=level, **options).require(level)

    def to_numpy(
        self, args: Sequence[Symbol | str] | None = None, **options: Any
    ) -> NumpyFunction | ArrayFunction:
        """The result as a vectorised NumPy function of `args`."""
        from lambdify_bridge import to_numpy

        return to_numpy(self, args, **options)

    def alternatives(self, timeout: float = 20.0) -> tuple[Way, ...]:
        """Other methods that work, the shortest first: each has `method`, `length`, `derivation`.

        Of derivatives, integrals, limits, determinants and inverses; each passed its check.
        Raises ValueError for another problem.

        >>> import derive
        >>> derive.diff("x**2", "x").alternatives()
        (<definition: 3 steps>, <logarithmic: 4 steps>)
        """
        from derive.other_ways import other_ways

        return other_ways(self, timeout)

    def source(self, language: str, args: Sequence[Symbol | str] | None = None) -> str:
        """The result in "numpy", "python", "c", "jax", "torch", "latex" or "typst".

        The first five define `function(args...)`, which `lambdify_bridge.sources` describes; the
        last two are the formula. Raises ValueError for another language.

        >>> import derive
        >>> print(derive.diff("x**3", "x").source("c").splitlines()[-2].strip())
        return 3*pow(x, 2);
        >>> print(derive.diff("x**3", "x").source("typst"))
        3 x^(2)
        """
        from derive.render.typeset import TYPESET
        from lambdify_bridge.sources import LANGUAGES, source

        if language in TYPESET:
            return TYPESET[language](self.result)
        if language not in LANGUAGES:
            known = ", ".join((*LANGUAGES, *TYPESET))
            raise ValueError(f"the language is one of {known}, not {language!r}")
        return source(self, language, args)

    def text(self, detail: str = "normal") -> str:
        """Numbered lines; `detail` is "brief", "normal" or "full"."""
        from derive.render.text import text

        return text(self, detail)

    def latex(self, env: str = "", **options: Any) -> str:
        """Rows of "aligned", "align" or "align*"; the options are those of `render.latex.latex`:

        `label`, `detail`, `standalone`, `width`, `notation`.
        """
        from derive.render.latex import latex

        return latex(self, env, **options)

    def to_tex(self, path: str | PathLike[str], env: str = "", **options: Any) -> Path:
        """A whole document at `path`, written whole or not at all; options as for `latex`."""
        from derive.render.files import write

        return write(self.latex(env, standalone=True, **options), path)

    def markdown(self, detail: str = "normal", *, flavor: str = "", label: str = "") -> str:
        """Equations, rules and verdict; `detail` is "brief", "normal" or "full".

        With `flavor` "myst" or "quarto" the equations have the `label`.
        """
        from derive.render.markdown import markdown

        return markdown(self, detail, flavor=flavor, label=label)

    def hint(self, number: int) -> str:
        """The rule that the line `number` of the text uses, without the result."""
        from derive.render.explain import hint

        return hint(self, number)

    def explain(self, step: Step | int) -> str:
        """The rule of a step (or of a line, by its number), in general and with its letters."""
        from derive.render.explain import explain
        from derive.rulebook import example_of

        return explain(self, step, example_of)

    def to_html(
        self, path: str | PathLike[str] | None = None, *, title: str = "", plots: bool = False
    ) -> str:
        """A page of HTML in one file, without script or request; written to `path` where given.

        `plots`: with the picture of `plot()`, where there is one. Raises
        lambdify_bridge.extras.MissingExtra without the packages of the extra "html" ("plot").
        """
        from derive.render.files import write
        from derive.render.html.page import html

        page = html(self, title, plots)
        if path is not None:
            write(page, path)
        return page

    def plot(self, kind: str = "", axes: Any = None, **options: Any) -> Any:
        """A picture by the kind of the problem, on `axes` or on new ones; returns the Axes.

        A derivative has "tangent" and "convergence", an integral "area" (with trapezoids),
        "antiderivative" and "convergence", a limit "approach", a sum "partial sums", a product
        "partial products", a series "polynomial", an extremum "place", eigenvalues of a 2x2 matrix
        "eigenvectors", gradient descent "path", points in the plane "points"; any result of one
        letter "result". `values` gives letters their values, `over` is the range, `at` the place of
        the tangent, `count` the number of trapezoids, terms or steps. Nothing is shown, and no
        global state is set. Raises ValueError in one line, lambdify_bridge.extras.MissingExtra
        without matplotlib (extra "plot").
        """
        from derive.render.text import one_line
        from lambdify_bridge.plots.table import plot

        return plot(self, kind, axes, title=one_line(self.problem), **options)

    def show(self) -> Shown:
        """HTML for a notebook, whose steps open and close; needs the extra "html"."""
        from derive.render.html.page import show

        return show(self)

    def to_dict(self) -> dict[str, Any]:
        """What a program reads, and under "saved" what `from_dict` reads back."""
        from derive.render.data import to_dict
        from derive.saved.writing import saved_or_why_not

        return to_dict(self) | {"saved": saved_or_why_not(self)}

    def to_json(self) -> str:
        """`to_dict()` as text, which `from_json` reads back."""
        return json.dumps(self.to_dict(), ensure_ascii=True)

    @staticmethod
    def from_dict(data: Any) -> Derivation:
        """What `to_dict()` gave, read back: never run, and not checked until `check()` is called.

        Raises SavedError (one line), TooLarge.
        """
        from derive.saved.reading import from_dict

        return from_dict(data)

    @staticmethod
    def from_json(text: str) -> Derivation:
        """What `to_json()` gave, read back as by `from_dict`."""
        from derive.saved.reading import from_json

        return from_json(text)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from derive.render.markdown import numbered_markdown

        return {
            "text/plain": self.text(),
            "text/markdown": numbered_markdown(self),
            "text/latex": "$$" + self.latex() + "$$",
        }

    def __reduce__(self) -> tuple[Any, ...]:
        from lambdify_bridge.transport import dumps, loads

        return loads, (dumps(self),)

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
    """The variables of a goal, or of what it is equal to, whose rules ask what is needed of them
    wherever they run."""
    found: list[Symbol] = []
    for side in (step.goal, step.equals):
        if getattr(type(side), "sees_to_its_variable", False):
            found += side.bound_symbols
    return frozenset(found)


def _but_for(bound: frozenset[Symbol], below: tuple[Step, ...]) -> Iterator[Boolean]:
    """The conditions of some steps, without those on the variables that are `bound` there."""
    for step in below:
        yield from (c for c in each_condition(step) if not bound & free_symbols(c))


def _changes(step: Step) -> dict[Basic, Basic]:
    """The new variables of a step, and what they stand for; letters, and the values put in."""
    return {
        letter: value
        for node in Add.make_args(step.equals)
        for factor in Mul.make_args(node)
        if isinstance(factor, Subs) or getattr(factor, "puts_values_in", False)
        for letter, value in zip(factor.variables, factor.point, strict=True)
    }
