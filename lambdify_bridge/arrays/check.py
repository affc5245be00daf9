"""Derivations about arrays against numbers: every line, from the definition of what it claims.

An adjoint is compared with differences of the loss when its quantity moves and everything computed
from it follows: along random directions, extrapolated (1e-9), and entry by entry (1e-7). A pairing
is compared with its other side for a random change.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from lambdify_bridge.arrays.claims import LARGEST, check_claim, is_singular, short, spell
from lambdify_bridge.arrays.differences import central, extrapolated
from lambdify_bridge.arrays.function import Tape
from lambdify_bridge.arrays.points import Point, candidates, in_structure, shape_of, structure_of
from lambdify_bridge.arrays.source import needed
from lambdify_bridge.report import Report, weakest

DIRECTIONAL, ENTRY, EXACT = 1e-9, 1e-7, 1e-10
WRONG = 1e-6  # along directions: nothing smaller is a mistake in a formula
AT_A_KINK = "at a kink, between the slopes on both sides"
NO_SLOPE = "at a kink, where the slopes on both sides differ"
NEARBY = 1e-2  # of the step of a plain difference: what a kink at some distance leaves alone
KINK = 1e-6  # the step on either side of a kink
SMALLEST_KINK = 1e-6  # beside the slopes, far above what rounding makes of a tenth of that step
DIRECTIONS = 3  # tried before a line is called wrong: a difference can be rough
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
    worst: dict[int, Report] = {}
    for k in range(points):
        bench = _bench(derivation, steps, seed + k)
        if bench is None:
            why = "no values were found at which all of it is finite"
            return Report(spell(derivation), "undecided", why)
        for step in steps:
            known = worst.get(id(step))
            if time.monotonic() - began < SECONDS:
                report = bench.step(step)
                worst[id(step)] = weakest([known, report]) if known else report
            elif not known:
                worst[id(step)] = Report(spell(step), "undecided", f"more than {SECONDS:g} s")
    reports = [worst[id(step)] for step in steps]
    return _summary(derivation, reports, points)


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

    def __init__(self, loss: Any, steps: tuple[Any, ...], point: Point) -> None:
        self.loss, self.steps = loss, steps
        self.values, self.sizes, self.random = point
        values = self.values
        self.tape = Tape([loss])
        with np.errstate(all="ignore"):
            try:
                self.space = self.tape.run(values, self.sizes)
                self.at = float(self.tape.output(self.space, loss))
            except (np.linalg.LinAlgError, ValueError, FloatingPointError):
                self.at = float("nan")
        self.bars: Values = {}

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
        arrays = [np.asarray(v) for v in (*self.space.values(), *bars)]
        return all(np.max(np.abs(v), initial=0.0) < LARGEST for v in arrays)

    # -- one step ------------------------------------------------------------------------------

    def step(self, step: Any) -> Report:
        text = spell(step)
        if not is_one(step):
            return self.list_of(step, text)
        quantity = step.lhs.args[1]
        with np.errstate(all="ignore"):
            try:
                sides = [self.value(step.rhs)]
                if step.result is not step.rhs:
                    sides.append(self.value(step.result))
                for before, after in step.where:
                    bad = self.pairing(before, after)
                    if bad:
                        return Report(text, "refuted", bad)
                return weakest([self.adjoint(text, step.lhs, quantity, side) for side in sides])
            except _TooRough as why:
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
            any_will_do = self.random.standard_normal(self.shape(node))  # what cancels has no line
            self.bars[node] = self.value(step.rhs) if step else any_will_do
        return self.bars[node]

    def named(self, node: Any) -> np.ndarray:
        """The value of a named quantity from the forward pass."""
        value = self.tape.lines.values.get(node)
        if value is None:
            tape = Tape([node.args[0]])
            return tape.output(tape.run(self.values, self.sizes), node.args[0])
        every = tuple(range(len(node.shape)))
        missing = tuple(a for a in every if a not in value.labels)
        return np.expand_dims(np.asarray(self.space[value.code], float), missing)

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

    def adjoint(self, text: str, goal: Any, quantity: Any, claimed: np.ndarray) -> Report:
        structure = structure_of(quantity) if type(goal).__name__ == "Gradient" else ""
        along, name = self.along(quantity)
        here = np.asarray(self.space[name], float)
        size = float(np.sqrt(np.mean(np.square(claimed)))) or 1.0
        error, own = float("inf"), np.abs(here) + 1e-2 * _scale(here)  # entries by their size
        for _ in range(DIRECTIONS):
            V = in_structure(self.random.standard_normal(here.shape) * own, structure)
            V /= np.linalg.norm(V) or 1.0
            slope, roughness = extrapolated(_line(along, here, V), _scale(here))
            said = float(np.sum(claimed * V))
            scale = max(abs(slope), abs(said), size, 1e-8 * max(1.0, abs(self.at)))
            error = min(error, abs(slope - said) / scale)
            unclear = 10 * roughness if roughness < 1e-12 * max(1.0, abs(self.at)) else 0.0
            if error <= DIRECTIONAL or abs(slope - said) <= unclear:
                return self.entries(text, along, here, claimed, structure, error)
        if self.is_between(_line(along, here, V), said, scale):
            return self.entries(text, along, here, claimed, structure, 0.0)
        if self.has_kink(_line(along, here, V), scale):
            raise _TooRough(NO_SLOPE)
        near, _ = central(_line(along, here, V), NEARBY * _scale(here))
        if abs(near - said) < abs(near - slope):
            raise _TooRough(f"far away the slope is {slope:.6g}, nearby {near:.6g}")
        if error > WRONG and roughness < error * scale / 10:
            reason = f"along a direction the loss changes at {slope:.12g}, claimed {said:.12g}"
            return Report(text, "refuted", reason, said, slope, error, DIRECTIONAL)
        raise _TooRough(f"differences agree to {error:.1e} only, and settle to {roughness:.1e}")

    def entries(self, text: str, along: Any, here: np.ndarray, claimed: np.ndarray,
                structure: str, error: float) -> Report:  # fmt: skip
        worst, size, kinks = error, float(np.max(np.abs(claimed), initial=0.0)) or 1.0, 0
        if np.max(np.abs(in_structure(claimed, structure) - claimed), initial=0.0) > (
            EXACT * max(size, 1e-5)
        ):
            return Report(text, "refuted", f"the result is not {structure}")
        for place in np.ndindex(here.shape):
            V = np.zeros(here.shape)
            V[place] = 1.0
            V = in_structure(V, structure)
            if not V.any():
                continue
            line = _line(along, here, V)
            own = max(abs(float(here[place])), 1e-3 * _scale(here))
            slope, roughness = central(line, own)
            said = float(np.sum(claimed * V))
            off = abs(slope - said) / max(size, abs(slope), 1e-5)
            if off > ENTRY and self.is_between(line, said, size):
                kinks += 1
                continue
            worst = max(worst, off)
            if off > ENTRY + 10 * roughness / max(size, abs(slope)):
                if self.has_kink(line, size):
                    raise _TooRough(NO_SLOPE)
                reason = (
                    f"at entry {place} the difference quotient is {slope:.10g}, claimed {said:.10g}"
                )
                return Report(text, "refuted", reason, said, slope, off, ENTRY)
        reason = f"worst relative error {worst:.1e}"
        if kinks:
            reason += f"; {kinks} of {here.size} entries {AT_A_KINK}"
        return Report(text, "confirmed", reason, error=worst, tolerance=ENTRY)

    def is_between(self, line: Callable[[float], float], said: float, scale: float) -> bool:
        """Whether the slopes on both sides differ, and what is claimed lies between them.

        At a kink (relu at 0, two largest entries) a derivative is any slope in between.
        """
        low, high = _on_both_sides(line, KINK)
        slack = (high - low) / 10
        return self.has_kink(line, scale) and low - slack <= said <= high + slack

    def has_kink(self, line: Callable[[float], float], scale: float) -> bool:
        """Whether the slopes on both sides still differ on a tenth of the step."""
        far, near = (float(np.ptp(_on_both_sides(line, h))) for h in (KINK, KINK / 10))
        return near > max(far / 2, SMALLEST_KINK * max(scale, abs(self.at)))

    def along(self, quantity: Any) -> tuple[Callable[[np.ndarray], float], str]:
        """The loss as a function of one quantity, everything computed from it following."""
        name = self.tape.name(quantity)

        def loss(value: np.ndarray) -> float:
            return float(self.tape.output(self.tape.again(self.space, name, value), self.loss))

        return loss, name


def is_one(step: Any) -> bool:
    return type(step.lhs).__name__ != "Gradients"


class _TooRough(Exception):
    """Differences that do not settle: nothing can be said."""


def _line(f: Callable[[np.ndarray], float], here: np.ndarray, V: np.ndarray) -> Any:
    return lambda t: f(here + t * V)


def _on_both_sides(line: Callable[[float], float], h: float) -> list[float]:
    """The slopes to either side, the lower one first."""
    return sorted(((line(0.0) - line(-h)) / h, (line(h) - line(0.0)) / h))


def _scale(here: np.ndarray) -> float:
    return max(1e-3, float(np.max(np.abs(here), initial=0.0)))
