"""An equation, or every equation of a derivation, against numbers: a Report with a verdict.

Both sides are evaluated at seeded points of their common domain; unevaluated operators by their
estimators, that is from their definitions. Nothing unchecked counts as a pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import mpmath
from sympy import Basic, Integral, Symbol, sstr

from lambdify_bridge import central_difference, estimators, initial_value, residual, sequence  # noqa: F401
from lambdify_bridge.arrays.check import check_arrays, is_about_arrays
from lambdify_bridge.convergence import convergence
from lambdify_bridge.evaluate import Evaluator, Matrix, Number, Undecided, Undefined, is_real
from lambdify_bridge.nodes import FactsOf
from lambdify_bridge.report import Report, weakest
from lambdify_bridge.sample import points as candidate_points

DIGITS = 30
MORE_DIGITS = 50
FLOOR = 1e-8  # two numbers below this size are compared as if they had it
TIGHTEST = 1e-14
PRINTED, LONGEST = 300, 120  # nodes and characters of an equation in a report

Sides = tuple[Number, Number, float]


def check(equation: Any, *, points: int = 4, seed: int = 0) -> Report:
    """Check `equation.lhs = equation.rhs`; of a derivation, every step and the result.

    `equation` is a SymPy Eq, or anything with `lhs` and `rhs`; with `steps` it is a derivation.

    >>> from sympy import Derivative, Eq, cos, sin
    >>> from sympy.abc import x
    >>> check(Eq(Derivative(sin(x), x), cos(x), evaluate=False)).verdict
    'confirmed'
    >>> check(Eq(Derivative(sin(x), x), -cos(x), evaluate=False)).verdict
    'refuted'
    """
    if is_about_arrays(equation):
        return check_arrays(equation, points, seed)
    bench = Bench(tuple(getattr(equation, "definitions", ())), points, seed)
    if hasattr(equation, "steps"):
        return _derivation(equation, bench)
    return _with_convergence(bench.check(equation), equation, bench)


def _derivation(derivation: Any, bench: Bench) -> Report:
    """Each step's equation and result; then the answer to the problem as asked."""
    reports = []
    given = derivation.given
    given_for = getattr(derivation, "given_for", lambda step: given)
    for step in derivation.steps:
        report = bench.check(step)
        if report.verdict == "confirmed" and step.result != step.rhs:
            report = weakest([report, bench.check(Claim(step.goal, step.result, given_for(step)))])
        reports.append(report)
    claim = Claim(derivation.problem, derivation.result, given)
    answer = _with_convergence(bench.check(claim), claim, bench)
    worst = weakest([answer, *reports])
    if worst is answer and answer.verdict == "confirmed":
        steps = f"all {len(reports)} steps" if len(reports) > 1 else "the step"
        reason = f"{steps} and the result; {answer.reason}"
        return replace(answer, reason=reason, steps=tuple(reports))
    if worst is not answer:
        reason = f"the step {worst.equation} is {worst.verdict}: {worst.reason}"
        return replace(worst, reason=reason, steps=tuple(reports))
    return replace(answer, steps=tuple(reports))


def _with_convergence(report: Report, equation: Any, bench: Bench) -> Report:
    """Confirmed numbers also converge at their order: that catches what a tolerance lets by."""
    if report.verdict != "confirmed":
        return report
    found = convergence(equation.lhs, equation.rhs, bench.good_point, bench.definitions)
    if found is None:
        return report
    if not found.seen:
        reason = f"values agree, but {found.method} was not seen to converge: {found.reason}"
        return replace(report, verdict="undecided", reason=reason, orders=found.rows)
    reason = f"{report.reason}; {found.method} {found.reason}"
    return replace(report, reason=reason, orders=found.rows, order=found.order)


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
    shared: dict[Any, Evaluator] = field(default_factory=dict)
    good_point: dict[Symbol, Any] = field(default_factory=dict)
    facts: FactsOf = field(default_factory=FactsOf)
    checked: dict[Any, _Checked] = field(default_factory=dict)

    def check(self, equation: Any) -> Report:
        """The report on an equation; on one that was checked already, the same one."""
        # By identity: comparing equal deep graphs recurses.
        key = id(equation.lhs), id(equation.rhs), id(getattr(equation, "given", True))
        if key not in self.checked:
            report = self._look_at(equation)
            self.checked[key] = _Checked(report, self.good_point, equation)
        report, self.good_point, _ = self.checked[key]
        return report

    def _look_at(self, equation: Any) -> Report:
        lhs, rhs = equation.lhs, equation.rhs
        if not self.definitions:
            self.definitions = self.facts(lhs).network
        text = self._text(lhs, rhs)
        if lhs == rhs:
            return Report(text, "undecided", "both sides are the same expression")
        compare = comparison(lhs, rhs)
        found = _Findings()
        free = self._letters(lhs, rhs, getattr(equation, "given", True))
        for values in candidate_points(free, self.seed):
            found.look(self, equation, compare, values)
            if found.refuted or len(found.real) >= (self.wanted if free else 1) or not free:
                break
        return found.report(text)

    def _text(self, lhs: Basic, rhs: Basic) -> str:
        """The equation for a report: one line, and not the whole of a very large one."""
        if self.facts(lhs).size + self.facts(rhs).size > PRINTED:
            return f"{type(lhs).__name__} of {self.facts(lhs).size} operations = ..."
        # In the order as it stands: SymPy's order evaluates integrals to compare them.
        text = " ".join(f"{sstr(lhs, order='none')} = {sstr(rhs, order='none')}".split())
        return text if len(text) <= LONGEST else text[: LONGEST - 4] + " ..."

    def _letters(self, *expressions: Any) -> set[Symbol]:
        """What has to be given a value: the free letters, of the network's equations as well."""
        asked = [e for e in expressions if isinstance(e, Basic)]
        free: set[Symbol] = set()
        for expression in [*asked, *(e for _, e in self.definitions)]:
            free |= self.facts(expression).letters
        return free - {letter for letter, _ in self.definitions}

    def evaluator(self, values: dict[Symbol, Any], fresh: bool, digits: int = DIGITS) -> Evaluator:
        key = (tuple(values.items()), digits)
        if fresh:
            return Evaluator(values, self.definitions, digits)
        if key not in self.shared:
            self.shared[key] = Evaluator(values, self.definitions, digits)
        return self.shared[key]


@dataclass
class _Findings:
    """What the points looked at so far have shown."""

    real: list[tuple[dict[Symbol, Any], Sides, float]] = field(default_factory=list)
    other: list[tuple[dict[Symbol, Any], Sides, float]] = field(default_factory=list)
    off_domain: list[tuple[dict[Symbol, Any], Sides, float]] = field(default_factory=list)
    why_not: dict[str, None] = field(default_factory=dict)
    refuted: tuple[dict[Symbol, Any], Sides, float] | None = None

    def look(
        self, bench: Bench, equation: Any, compare: Callable[..., Sides], values: dict[Symbol, Any]
    ) -> None:
        fresh = any(bench.facts(side).antiderivative for side in (equation.lhs, equation.rhs))
        at = bench.evaluator(values, fresh)
        try:
            given = getattr(equation, "given", True)
            if isinstance(given, Basic) and at(given) == False:
                self.why_not["the condition of the equation does not hold there"] = None
                return
            sides = compare(equation.lhs, equation.rhs, at)
        except (Undefined, Undecided) as error:
            self.why_not[str(error)] = None
            return
        tolerance = max(TIGHTEST, 100 * at.root.accuracy)
        finding = values, sides, tolerance
        agree = sides[2] <= tolerance or _is_noise(sides, at.root.noise)
        if not agree and not self._stands(bench.evaluator(values, fresh, MORE_DIGITS), equation):
            self.why_not["the disagreement does not stand at more digits"] = None
        elif not is_real(sides[0]):
            # Outside the real domain: asked only where there is no real point at all.
            self.other.append(finding) if agree else self.off_domain.append(finding)
        elif agree:
            bench.good_point = values
            self.real.append(finding)
        else:
            self.refuted = finding

    def _stands(self, at: Evaluator, equation: Any) -> bool:
        try:
            sides = comparison(equation.lhs, equation.rhs)(equation.lhs, equation.rhs, at)
            agree = sides[2] <= max(TIGHTEST, 100 * at.root.accuracy)
            return not (agree or _is_noise(sides, at.root.noise))
        except (Undefined, Undecided):
            return False

    def report(self, text: str) -> Report:
        if not self.real and self.off_domain:
            self.refuted = self.refuted or self.off_domain[0]
        if self.refuted:
            values, (left, right, error), tolerance = self.refuted
            reason = f"at {_place(values)} left is {_number(left)}, right is {_number(right)}"
            return Report(text, "refuted", reason, left, right, error, tolerance, (_plain(values),))
        good = self.real or self.other
        if not good:
            why = "; ".join(list(self.why_not)[:2]) or "no point of the domain was found"
            return Report(text, "undecided", why)
        values, (left, right, error), tolerance = max(good, key=lambda g: g[1][2])
        where = f"{len(good)} points" if values else "by value"
        reason = f"{where}, worst relative error {error:.1e} (tolerance {tolerance:.0e})"
        looked_at = tuple(_plain(v) for v, _, _ in good)
        return Report(text, "confirmed", reason, left, right, error, tolerance, looked_at)


# ------------------------------------------------------------------ how two sides are compared


def comparison(lhs: Basic, rhs: Basic) -> Callable[[Basic, Basic, Evaluator], Sides]:
    names = {type(lhs).__name__, type(rhs).__name__}
    if "DoesNotExist" in names:
        return _no_value
    if isinstance(lhs, Integral) and any(len(limit.args) == 1 for limit in lhs.limits):
        return _up_to_a_constant
    if type(lhs).__name__ in initial_value.FAMILIES:
        return _a_solution
    if names & {"Eigenvalues", "Roots", "Joined"}:
        return _same_multiset
    if names & {"NullSpace", "Eigenspace"}:
        return _same_space
    return _same_value


def _same_value(lhs: Basic, rhs: Basic, at: Evaluator) -> Sides:
    left, right = _value_or_none(lhs, at), _value_or_none(rhs, at)
    if left is None or right is None:
        return left, right, 0.0 if left is right else float("inf")
    return left, right, relative_error(left, right)


def _is_noise(sides: Sides, noise: float) -> bool:
    """Two numbers that differ by no more than the rounding errors of what cancels in them."""
    left, right, _ = sides
    numbers = all(hasattr(side, "imag") for side in (left, right))
    return bool(noise and numbers and abs(left - right) <= noise)


def _value_or_none(expression: Basic, at: Evaluator) -> Number | None:
    """None where the definition is seen to lead to no value (both sides may have none)."""
    try:
        return at(expression)
    except sequence.NoLimit:
        return None


def relative_error(left: Number, right: Number) -> float:
    if isinstance(left, (tuple, list)):
        return max((relative_error(a, b) for a, b in zip(left, right, strict=True)), default=0.0)
    if isinstance(left, Matrix):
        if (left.rows, left.cols) != (right.rows, right.cols):
            return float("inf")
        size = max([abs(e) for e in left] + [abs(e) for e in right] + [FLOOR])
        return float(max(abs(e) for e in left - right) / size)
    if left == right:
        return 0.0
    error = abs(left - right) / max(abs(left), abs(right), FLOOR)
    return float(error) if error == error else float("inf")


def _no_value(lhs: Basic, rhs: Basic, at: Evaluator) -> Sides:
    """The claim is that there is no value: an estimate that finds one refutes it."""
    found = _value_or_none(lhs, at)
    return found, None, 0.0 if found is None else float("inf")


def _up_to_a_constant(lhs: Any, rhs: Basic, at: Evaluator) -> Sides:
    """An antiderivative: differentiating the right side gives the integrand back."""
    inner = [limit for limit in lhs.limits if len(limit.args) > 1]
    variables = [limit.args[0] for limit in lhs.limits if len(limit.args) == 1]
    if list(lhs.limits[: len(inner)]) != inner:
        raise Undecided("a definite integral of an indefinite one has no value")
    at(rhs)
    left = at(lhs.func(lhs.function, *inner) if inner else lhs.function)
    right = central_difference.by_each(rhs, variables, at)
    return left, right, relative_error(left, right)


def _a_solution(lhs: Any, rhs: Basic, at: Evaluator) -> Sides:
    """A family of solutions: the right side, put into the differential equation, fulfils it."""
    left, right = initial_value.residual(lhs, rhs, at)
    return left, right, relative_error(left, right)


def _same_multiset(lhs: Basic, rhs: Basic, at: Evaluator) -> Sides:
    left, right = residual.spectrum(lhs, at), residual.spectrum(rhs, at)
    return left[0], right[0], relative_error(left, right)


def _same_space(lhs: Basic, rhs: Basic, at: Evaluator) -> Sides:
    left, right = residual.projector(lhs, at), residual.projector(rhs, at)
    if left.shape != right.shape:
        return 0, 1, float("inf")
    return 0, 0, float(abs(left - right).max(initial=0.0))


# ------------------------------------------------------------------ words for a report


def _place(values: dict[Symbol, Any]) -> str:
    return ", ".join(f"{letter} = {float(v):.6g}" for letter, v in values.items()) or "its value"


def _plain(values: dict[Symbol, Any]) -> dict[str, float]:
    return {letter.name: float(v) for letter, v in values.items()}


def _number(value: Number) -> str:
    if value is None:
        return "without a value"
    if isinstance(value, tuple):
        return str(tuple(mpmath.nstr(v, 8) for v in value))
    if isinstance(value, (Matrix, list)):
        return " ".join(mpmath.nstr(value, 8).split())
    return str(mpmath.nstr(value, 12))
