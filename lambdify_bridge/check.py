"""An equation, or every equation of a derivation, against numbers: a Report with a verdict.

Both sides are evaluated at seeded points of their common domain; unevaluated operators by their
estimators, that is from their definitions. Nothing unchecked counts as a pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sympy import And, Basic, Expr, I, Symbol, sstr, true

from lambdify_bridge import across, estimators  # noqa: F401
from lambdify_bridge.arrays.check import check_arrays, is_about_arrays
from lambdify_bridge.convergence import convergence
from lambdify_bridge.evaluate import Evaluator
from lambdify_bridge.findings import Findings
from lambdify_bridge.given import given
from lambdify_bridge.levels import raised
from lambdify_bridge.nodes import FactsOf, nodes
from lambdify_bridge.report import LEVELS, Report, weakest
from lambdify_bridge.sample import (
    far_and_special_points,
    is_complex,
    points_inside,
    points_of_the_formula,
    runs_of_whole_numbers,
)
from lambdify_bridge.sample import points as candidate_points
from lambdify_bridge.sample_mean import sample_mean
from lambdify_bridge.workers import in_a_worker

DIGITS = 30
OF_ARRAYS = "equations of arrays are checked by directional derivatives, not bounded or proved"
LARGEST = 1000  # nodes of an answer that is looked at across its domain: SymPy recurses into them
PRINTED, LONGEST = 300, 120  # nodes and characters of an equation in a report


def _undecided(stopped: Exception, equation: Any, **_: Any) -> Report:
    text = Bench((), 0)._text(equation.lhs, equation.rhs)
    return Report(text, "undecided", f"the check ran {stopped}")


@in_a_worker(_undecided)
def check(
    equation: Any, *, points: int = 4, seed: int = 0, level: str = "confirmed", far: bool = True
) -> Report:
    """Check `equation.lhs = equation.rhs`; of a derivation, every step and the result.

    `equation` is a SymPy Eq, or anything with `lhs` and `rhs`; with `steps` it is a derivation.
    Letters of which nothing is said are real; those declared complex are complex. `far=False` is a
    quick look at points near the origin, not across the domain.
    `level="certified"` or `"proved"`: what numbers confirm is also to be bounded by ball arithmetic
    (extra `fast`), or proved by exact rewriting; `report.missed` says why where it is not.

    >>> from sympy import Derivative, Eq, cos, sin
    >>> from sympy.abc import x
    >>> check(Eq(Derivative(sin(x), x), cos(x), evaluate=False)).verdict
    'confirmed'
    >>> check(Eq(Derivative(sin(x), x), -cos(x), evaluate=False)).verdict
    'refuted'
    >>> check(Eq(Derivative(sin(x), x), cos(x), evaluate=False), level="proved").verdict
    'proved'
    """
    equation = _of_symbols(equation)
    if level not in LEVELS:
        raise ValueError(f"level is {level!r}; write one of {', '.join(map(repr, LEVELS))}")
    if is_about_arrays(equation):
        report = check_arrays(equation, points, seed)
        asked_more = report.passed and level != "confirmed"
        return replace(report, missed=OF_ARRAYS) if asked_more else report
    bench = Bench(tuple(getattr(equation, "definitions", ())), points, seed, level, far)
    if hasattr(equation, "steps"):
        return _derivation(equation, bench)
    return bench.answer(equation)


def _of_symbols(equation: Any) -> Any:
    """The equation as it stands; sides that are plain numbers or mutable matrices as SymPy's."""
    sides = equation.lhs, equation.rhs
    if hasattr(equation, "steps") or all(isinstance(side, Basic) for side in sides):
        return equation
    if any(hasattr(side, "data") for side in sides):
        return equation
    left, right = map(given, sides)
    return Claim(left, right, getattr(equation, "given", True))


def _derivation(derivation: Any, bench: Bench) -> Report:
    """Each step's equation and result; then the answer to the problem as asked."""
    reports = []
    given_for = getattr(derivation, "given_for", lambda step: derivation.given)
    for step in derivation.steps:
        report = bench.check(step)
        if report.passed and step.result != step.rhs:
            report = weakest([report, bench.check(Claim(step.goal, step.result, given_for(step)))])
        reports.append(report)
    claim = Claim(derivation.problem, derivation.result, derivation.given)
    answer = bench.answer(claim)
    worst = weakest([answer, *reports])
    if worst is answer and answer.passed:
        steps = f"all {len(reports)} steps" if len(reports) > 1 else "the step"
        reason = f"{steps} and the result; {answer.reason}"
        return replace(answer, reason=reason, steps=tuple(reports))
    if worst is not answer and worst.passed:
        missed = f"the step {worst.equation} is only {worst.verdict}: {worst.missed}"
        return replace(answer, verdict=worst.verdict, missed=missed, steps=tuple(reports))
    if worst is not answer:
        reason = f"the step {worst.equation} is {worst.verdict}: {worst.reason}"
        return replace(worst, reason=reason, steps=tuple(reports))
    return replace(answer, steps=tuple(reports))


def _with_convergence(report: Report, equation: Any, bench: Bench) -> Report:
    """Confirmed numbers also converge at their order: that catches what a tolerance lets by."""
    if not report.passed:
        return report
    found = convergence(equation.lhs, equation.rhs, bench.good_point, bench.definitions)
    if found is None:
        return report
    if not found.seen:
        reason = f"values agree, but {found.method} was not seen to converge: {found.reason}"
        return replace(report, verdict="undecided", reason=reason, orders=found.rows)
    reason = f"{report.reason}; {found.method} {found.reason}"
    return replace(report, reason=reason, orders=found.rows, order=found.order)


def _with_draws(report: Report, equation: Any, bench: Bench) -> Report:
    """Beside the quadrature the mean of seeded draws: it stands within a few standard errors."""
    if not report.passed:
        return report
    at = bench._evaluator_of(equation)(bench.good_point)
    found = sample_mean(equation.lhs, equation.rhs, at, bench.seed)
    if found is None:
        return report
    if found.refutes:
        reason = f"{found}, {found.apart:.1f} standard errors from the right side"
        return replace(report, verdict="refuted", reason=reason, sample=found)
    return replace(report, reason=f"{report.reason}; {found}", sample=found)


def _holds_i(side: Any) -> bool:
    """A goal that is written with i is complex at real points: its values count as they are."""
    return isinstance(side, Expr) and any(node == I for node in nodes(side))


@dataclass(frozen=True)
class Claim:
    lhs: Basic
    rhs: Basic
    given: Any = True


class _Checked(NamedTuple):
    report: Report
    good_point: dict[Symbol, Any]
    equation: Any  # kept, so that no other one is taken for it


@dataclass
class Bench:
    """The points of one check; the values found there are shared by all its equations."""

    definitions: tuple[tuple[Symbol, Basic], ...]
    wanted: int = 4
    seed: int = 0
    level: str = "confirmed"
    far: bool = True
    shared: dict[Any, Evaluator] = field(default_factory=dict)
    good_point: dict[Symbol, Any] = field(default_factory=dict)
    facts: FactsOf = field(default_factory=FactsOf)
    checked: dict[Any, _Checked] = field(default_factory=dict)

    def check(self, equation: Any) -> Report:
        """The report on an equation; on one that was checked already, the same one."""
        # By identity: comparing equal deep graphs recurses.
        key = id(equation.lhs), id(equation.rhs), id(getattr(equation, "given", True))
        if key not in self.checked:
            report = raised(self._look_at(equation), equation, self.good_point, self.level)
            self.checked[key] = _Checked(report, self.good_point, equation)
        report, self.good_point, _ = self.checked[key]
        return report

    def answer(self, equation: Any) -> Report:
        """The report on an answer: looked at across its domain, and seen to converge."""
        report = self.check(equation)
        if report.passed and self.far:
            report = self._across(report, equation)
        return _with_draws(_with_convergence(report, equation, self), equation, self)

    def _across(self, report: Report, equation: Any) -> Report:
        """Far out, where letters are special or meet, and in every piece that breaks cut out."""
        lhs, rhs, condition = equation.lhs, equation.rhs, getattr(equation, "given", True)
        free, good_point = self._letters(lhs, rhs, condition), self.good_point
        if not free or self.facts(lhs).size + self.facts(rhs).size > LARGEST:
            return report
        at, found = self._evaluator_of(equation)(good_point), self._findings(equation, free)
        lines = list(across.places(at, lhs, rhs, condition, sorted(free, key=str)))
        cheap = across.is_cheap(lhs) and not self.definitions
        far = [
            *far_and_special_points(
                free, self.seed, moving=across.variable(lhs), slow=across.is_slow_near_zero(lhs),
                plain_sides=cheap,
            ),
            *points_of_the_formula(free, (lhs, rhs), self.seed, across.variable(lhs)),
            *(runs_of_whole_numbers(free, self.seed) if across.is_counted(lhs) else ()),
        ]  # fmt: skip
        for values in [*far, *({**good_point, x: p} for x, line in lines for p in line)]:
            found.look(values)
            if found.refuted:
                return found.report(report.equation)
        if across.is_antiderivative(lhs) and lines and not self.facts(rhs).antiderivative:
            verdict, why = across.growth(at, lhs, rhs, lines[0][1], condition)
            if verdict:
                return replace(report, verdict=verdict, reason=why)
        return found.with_more(report)

    def _look_at(self, equation: Any) -> Report:
        lhs, rhs = equation.lhs, equation.rhs
        if not self.definitions:
            self.definitions = self.facts(lhs).network
        text = self._text(lhs, rhs)
        if lhs == rhs:
            return Report(text, "undecided", "both sides are the same expression")
        free = self._letters(lhs, rhs, getattr(equation, "given", True))
        found = self._findings(equation, free)
        for values in candidate_points(free, self.seed):
            found.look(values)
            if found.refuted or len(found.real) >= (self.wanted if free else 1) or not free:
                break
        condition = getattr(equation, "given", true)
        nothing = not (found.refuted or found.real or found.other)
        if free and nothing and isinstance(condition, And):
            for values in points_inside(free, condition, self.seed):
                found.look(values)
                if found.refuted or len(found.real) >= self.wanted:
                    break
        if found.real:
            self.good_point = found.real[-1][0]
        return found.report(text)

    def _findings(self, equation: Any, free: set[Symbol]) -> Findings:
        complex_too = any(map(is_complex, free)) or _holds_i(equation.lhs)
        return Findings(equation, self._evaluator_of(equation), complex_too)

    def _evaluator_of(self, equation: Any) -> Any:
        """Evaluators at a point; shared, where no indefinite integral needs its own anchor."""
        fresh = any(self.facts(side).antiderivative for side in (equation.lhs, equation.rhs))
        return lambda values, digits=DIGITS: self._evaluator(values, fresh, digits)

    def _evaluator(self, values: dict[Symbol, Any], fresh: bool, digits: int) -> Evaluator:
        if fresh:
            return Evaluator(values, self.definitions, digits)
        key = (tuple(values.items()), digits)
        if key not in self.shared:
            self.shared[key] = Evaluator(values, self.definitions, digits)
        return self.shared[key]

    def _text(self, lhs: Basic, rhs: Basic) -> str:
        """The equation for a report: one line, and not the whole of a very large one."""
        if self.facts(lhs).size + self.facts(rhs).size > PRINTED:
            return f"{type(lhs).__name__} of {self.facts(lhs).size} operations = ..."
        # In the order as it stands: SymPy's order evaluates integrals to compare them.
        try:
            text = " ".join(f"{sstr(lhs, order='none')} = {sstr(rhs, order='none')}".split())
        except ValueError:  # Python prints no number of so many digits
            return f"{type(lhs).__name__} with a very long number = ..."
        return text if len(text) <= LONGEST else text[: LONGEST - 4] + " ..."

    def _letters(self, *expressions: Any) -> set[Symbol]:
        """What has to be given a value: the free letters, of the network's equations as well."""
        asked = [e for e in expressions if isinstance(e, Basic)]
        free: set[Symbol] = set()
        for expression in [*asked, *(e for _, e in self.definitions)]:
            free |= self.facts(expression).letters
        return free - {letter for letter, _ in self.definitions}
