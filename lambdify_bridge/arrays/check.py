"""Derivations about arrays against numbers: every line, from the definition of what it claims.

An adjoint is compared with the slopes of the loss when its quantity moves and everything computed
from it follows; at a kink it is compared beside the kink as well. A pairing is compared with its
other side for a random change. Where a point decides nothing, another one is taken.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lambdify_bridge.arrays.claims import LARGEST, check_claim, is_singular, short, spell
from lambdify_bridge.arrays.points import Point, candidates, in_structure, shape_of, structure_of
from lambdify_bridge.arrays.slopes import (
    DIRECTIONAL,
    ENTRY,
    EXACT,
    NO_SLOPE,
    Slopes,
    TooRough,
    scale_of,
)  # fmt: skip
from lambdify_bridge.arrays.tape import Tape
from lambdify_bridge.arrays.walk import needed
from lambdify_bridge.report import Report, weakest

LAST_DIGITS, NUDGES = 2.0**-51, 5
ASIDE = 0.1  # how far an entry is moved from a kink, beside the size of the entries
MORE = 2  # times as many points are tried as asked for, where some say nothing
SECONDS = 20.0
OF_A_LOSS = ("Adjoint", "Gradient", "Gradients")
OF_ONE_VARIABLE = ("Jacobian", "Hessian", "VecJacobian", "Directional")
Values = dict[Any, np.ndarray]


def is_about_arrays(claim: Any) -> bool:
    """Whether the left side of an equation is an array node (and no SymPy expression)."""
    return hasattr(getattr(claim, "lhs", None), "data")


def check_arrays(derivation: Any, points: int = 4, seed: int = 0) -> Report:
    """Every line of a derivation about arrays, and its result; each with the worst it found."""
    steps = tuple(getattr(derivation, "steps", ()))
    try:
        return _checked(derivation, steps, points, seed)
    except NotImplementedError as why:
        return Report(spell(derivation), "undecided", str(why))


def _checked(derivation: Any, steps: tuple[Any, ...], points: int, seed: int) -> Report:
    if type(derivation.lhs).__name__ not in OF_A_LOSS or not steps:
        return _by_definition(derivation, steps, points, seed)
    began = time.monotonic()
    found = [_Found() for _ in steps]
    for k in range(MORE * points):
        if all(each.is_done(points) for each in found):
            break
        bench = _bench(derivation, steps, seed + k)
        if bench is None:
            why = "no values were found at which all of it is finite"
            return Report(spell(derivation), "undecided", why)
        for step, each in zip(steps, found, strict=True):
            if time.monotonic() - began > SECONDS:
                each.late = True
            elif not each.is_done(points):
                each.add(bench.step(step))
    reports = [each.report(step, points) for step, each in zip(steps, found, strict=True)]
    return _summary(derivation, reports, min(len(each.decided) for each in found))


@dataclass
class _Found:
    """What was found of one step: where nothing can be said, another point is taken."""

    decided: list[Report] = field(default_factory=list)
    undecided: list[Report] = field(default_factory=list)
    late: bool = False

    def add(self, report: Report) -> None:
        (self.undecided if report.verdict == "undecided" else self.decided).append(report)

    def is_done(self, points: int) -> bool:
        refuted = any(report.verdict == "refuted" for report in self.decided)
        return self.late or refuted or len(self.decided) >= points

    def report(self, step: Any, points: int) -> Report:
        if self.decided and (not self.undecided or self.is_decided(points)):
            return weakest(self.decided)
        return (*self.undecided, Report(spell(step), "undecided", f"more than {SECONDS:g} s"))[0]

    def is_decided(self, points: int) -> bool:
        worst = weakest(self.decided)
        return worst.verdict == "refuted" or len(self.decided) >= points


def _by_definition(claim: Any, steps: tuple[Any, ...], points: int, seed: int) -> Report:
    """A claim of its own, or the steps of a derivation without a loss."""
    moving = claim.lhs.args[1] if type(claim.lhs).__name__ in OF_ONE_VARIABLE else None
    whole = check_claim(claim, points, seed, moving)
    if not steps:
        return whole
    reports = [check_claim(step, points, seed, moving) for step in steps]
    bad = weakest([whole, *reports])
    if bad.verdict != "confirmed":
        reason = f"the step {bad.equation} is {bad.verdict}: {bad.reason}"
        return replace(bad, equation=whole.equation, reason=reason, steps=tuple(reports))
    lines = f"all {len(reports)} steps" if len(reports) > 1 else "the step"
    return replace(whole, reason=f"{lines} and the result; {whole.reason}", steps=tuple(reports))


def _summary(derivation: Any, reports: list[Report], points: int) -> Report:
    bad = weakest(reports)
    text = spell(derivation)
    if bad.verdict != "confirmed":
        reason = f"the step {bad.equation} is {bad.verdict}: {bad.reason}"
        return replace(bad, equation=text, reason=reason, steps=tuple(reports))
    error = max((r.error or 0.0) for r in reports)
    lines = f"all {len(reports)} steps" if len(reports) > 1 else "the step"
    reason = (
        f"{lines} and the result; {points} points, worst relative error {error:.1e} "
        f"(tolerance {DIRECTIONAL:.0e} along directions, {ENTRY:.0e} by entries)"
    )
    return Report(text, "confirmed", reason, error=error, tolerance=ENTRY, steps=tuple(reports))


def _bench(derivation: Any, steps: tuple[Any, ...], seed: int) -> _Bench | None:
    loss = derivation.lhs.args[0]
    for point in candidates(_variables(loss), seed, needed([loss], ())):
        bench = _Bench(loss, steps, point)
        if bench.is_finite():
            return bench
    return None


def _variables(root: Any) -> list[Any]:
    seen: set[Any] = set()
    found, stack = [], [root]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            if type(node).__name__ == "Variable":
                found.append(node)
            stack.extend(reversed(node.args))
    return found


class _Bench:
    """One set of values, the loss as a tape, and the adjoints as the steps say they are."""

    def __init__(
        self,
        loss: Any,
        steps: tuple[Any, ...],
        point: Point,
        moved: Mapping[Any, Any] | None = None,
    ) -> None:
        self.loss, self.steps = loss, steps
        self.point, self.moved = point, moved or {}
        self.values, self.sizes, self.random = values, _, _ = point
        self.tape = Tape([loss])
        with np.errstate(all="ignore"):
            try:
                self.space = self.tape.run(values, self.sizes)
                for place, value in self.moved.items():
                    self.space = self.tape.again(self.space, place, value)
                self.at = float(self.tape.output(self.space, loss))
            except (np.linalg.LinAlgError, ValueError, FloatingPointError):
                self.at = float("nan")
        self.bars: Values = {}
        self.free: Values = {}  # adjoints that no line gives: what they are, cancels

    def is_finite(self) -> bool:
        if not np.isfinite(self.at):
            return False
        with np.errstate(all="ignore"):
            try:
                bars = [self.value(step.rhs) for step in self.steps if is_one(step)]
                sides = [step.rhs for step in self.steps if is_one(step)]
                if is_singular(needed([self.loss, *sides], ()), self.value):
                    return False
            except (np.linalg.LinAlgError, ValueError):
                return False
        arrays = [np.asarray(v) for v in (*self.tape.values(self.space), *bars)]
        return all(np.max(np.abs(v), initial=0.0) < LARGEST for v in arrays)

    # -- one step ------------------------------------------------------------------------------

    def step(self, step: Any) -> Report:
        text = spell(step)
        if not is_one(step):
            return self.list_of(step, text)
        with np.errstate(all="ignore"):
            try:
                sides = [step.rhs] if step.result is step.rhs else [step.rhs, step.result]
                for before, after in step.where:
                    bad = self.pairing(before, after)
                    if bad:
                        return Report(text, "refuted", bad)
                return weakest([self.adjoint(text, step, side) for side in sides])
            except (TooRough, np.linalg.LinAlgError) as why:
                return Report(text, "undecided", str(why))

    def list_of(self, step: Any, text: str) -> Report:
        """The gradients by several variables are the gradients by each, in order."""
        loss, *variables = step.lhs.args
        right = [g.args for g in step.rhs.args] == [(loss, v) for v in variables]
        right = right and [p.result for p in step.parts] == list(step.result.args)
        reason = "each gradient is a step of its own" if right else "these are other gradients"
        return Report(text, "confirmed" if right else "refuted", reason, error=0.0)

    def value(self, node: Any, more: Values | None = None) -> np.ndarray:
        """The value of an expression in variables, named quantities and adjoints."""
        tape = Tape([node], names=True)
        given = {n: self.leaf(n, more or {}) for n in tape.given}
        result = tape.output(tape.run(given, self.sizes), node)
        return np.broadcast_to(result, self.shape(node)).astype(float)

    def leaf(self, node: Any, more: Values) -> np.ndarray:
        if node in more:
            return more[node]
        if node in self.values:
            return self.values[node]
        if type(node).__name__ == "Named":
            return self.named(node)
        if node not in self.bars:
            step = next((s for s in self.steps if s.lhs is node), None)
            self.bars[node] = self.value(step.rhs) if step else self.any_will_do(node)
        return self.bars[node]

    def any_will_do(self, node: Any) -> np.ndarray:
        if node not in self.free:
            self.free[node] = self.random.standard_normal(self.shape(node))
        return self.free[node]

    def named(self, node: Any) -> np.ndarray:
        """The value of a named quantity from the forward pass."""
        if node in self.tape.places:
            return self.tape.output(self.space, node).astype(float)
        tape = Tape([node.args[0]])
        return tape.output(tape.run(self.values, self.sizes), node.args[0])

    def shape(self, node: Any) -> tuple[int, ...]:
        return shape_of(node, self.sizes)

    def pairing(self, before: Any, after: Any) -> str:
        """Both sides of ⟨U, E⟩ = ⟨V, dX⟩ for a random dX; what is wrong, if anything is."""
        leaf = after.args[1]
        change = {leaf: self.random.standard_normal(self.shape(leaf))}
        left, right = (float(self.value(side, change)) for side in (before, after))
        U, V = (np.max(np.abs(self.value(side.args[0])), initial=0.0) for side in (before, after))
        scale = max(abs(left), abs(right), 1e-3 * max(U, V), 1e-8)
        if abs(left - right) <= EXACT * scale * 100:
            return ""
        return f"{short(before)} is {left:.12g}, {short(after)} is {right:.12g}"

    # -- an adjoint against differences of the loss --------------------------------------------

    def adjoint(self, text: str, step: Any, side: Any) -> Report:
        """What is claimed of a gradient, in one of its spellings. Raises TooRough."""
        slopes = self.slopes(step, side)
        try:
            found = slopes.report(text)
        except TooRough as why:
            found = Report(text, "undecided", str(why))
        is_named = type(step.lhs.args[1]).__name__ == "Named"
        if is_named and slopes.is_at_a_kink and found.verdict != "refuted":
            beside = self.beside(text, step, slopes.kinked)
            return weakest([found, beside, self.spelled_out(text, step)])
        return found

    def spelled_out(self, text: str, step: Any) -> Report:
        """Whether both spellings are the same at a kink, where any slope in between would do."""
        one, two = self.value(step.rhs), self.value(step.result)
        off, size = (float(np.max(np.abs(x), initial=0.0)) for x in (one - two, one))
        if off <= ENTRY * size:
            return Report(text, "confirmed", "the same in both spellings", error=0.0)
        if off <= 10 * self.noise(step.result):
            raise TooRough(NO_SLOPE)
        reason = f"{short(step.result)} is another value, off by {off:.3g}"
        return Report(text, "refuted", reason, one, two, off / size if size else off, ENTRY)

    def slopes(self, step: Any, side: Any) -> Slopes:
        goal, quantity = step.lhs, step.lhs.args[1]
        loss, place = self.along(quantity)
        return Slopes(
            loss=loss,
            here=np.asarray(self.space[place], float),
            claimed=self.value(side),
            structure=structure_of(quantity) if type(goal).__name__ == "Gradient" else "",
            random=self.random,
            noise=lambda: self.noise(side),
        )

    def noise(self, side: Any) -> float:
        """How much an expression changes, at most, when the last digits of the variables do."""
        here = self.value(side)
        changes = [np.abs(self.nudged(turn).value(side) - here) for turn in range(NUDGES)]
        return float(np.max(changes, initial=0.0))

    def nudged(self, turn: int) -> _Bench:
        r = np.random.default_rng(turn)
        values = {
            v: in_structure(x * (1 + LAST_DIGITS * r.standard_normal(x.shape)), structure_of(v))
            if structure_of(v) != "indices"
            else x
            for v, x in self.values.items()
        }
        other = _Bench(self.loss, self.steps, self.point._replace(values=values), self.moved)
        other.free = self.free
        return other

    def beside(self, text: str, step: Any, kinked: np.ndarray) -> Report:
        """The same line with the entries of its quantity at a kink put somewhere else."""
        _, place = self.along(step.lhs.args[1])
        here = np.asarray(self.space[place], float)
        away = ASIDE * scale_of(here) * self.random.standard_normal(here.shape)
        other = _Bench(self.loss, self.steps, self.point, {place: here + np.where(kinked, away, 0)})
        other.free = self.free
        if not other.is_finite():
            raise TooRough(NO_SLOPE)
        return other.slopes(step, step.rhs).report(text)

    def along(self, quantity: Any) -> tuple[Callable[[np.ndarray], float], int]:
        """The loss as a function of one quantity, everything computed from it following."""
        place = self.tape.places[quantity]

        def loss(value: np.ndarray) -> float:
            try:
                return float(self.tape.output(self.tape.again(self.space, place, value), self.loss))
            except (np.linalg.LinAlgError, ValueError):  # no positive definite matrix any more
                return float("nan")

        return loss, place


def is_one(step: Any) -> bool:
    return type(step.lhs).__name__ != "Gradients"
