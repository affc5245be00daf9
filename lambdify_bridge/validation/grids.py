"""Functions of values on a grid: numerical derivatives and integrals, against the exact ones.

They are right up to the error of their method. Allowed is a few times the error that the plain
method of second order (central differences with edges of second order, the trapezoid rule) makes on
the same grid, so an error of first order is found as the grid becomes finer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

from lambdify_bridge.given import given
from lambdify_bridge.to_numpy import as_written
from lambdify_bridge.validation.calls import Caller, Result
from lambdify_bridge.validation.report import ValidationReport
from lambdify_bridge.validation.table import CauseTable, Example

GRIDS = CauseTable()
SAMPLED = ("sampled derivative", "sampled integral")
UNIFORM, UNEVEN, UNSORTED = "uniform", "uneven", "unsorted"
POINTS = (41, 81, 161)
ALLOWED = 6.0  # times the error of the method of second order
ROUNDINGS = 64.0
ALIKE = 0.05  # how well a hypothesis has to fit: methods differ in their errors
DEFAULT = (0.3, 2.1)


class Trial(NamedTuple):
    """One grid, the function's result there, the exact one, and what is allowed."""

    grid: str
    x: np.ndarray
    y: np.ndarray
    expected: np.ndarray
    allowed: float
    result: Result

    @property
    def got(self) -> np.ndarray | None:
        outputs = self.result.outputs
        if outputs is None or len(outputs) != 1 or outputs[0].shape != self.expected.shape:
            return None
        return outputs[0]

    @property
    def off(self) -> np.ndarray:
        got = self.got
        return np.full(self.expected.shape, np.inf) if got is None else np.abs(got - self.expected)

    @property
    def is_wrong(self) -> bool:
        return not bool((self.off <= self.allowed).all())

    @property
    def step(self) -> float:
        return float(np.ptp(self.x)) / (len(self.x) - 1)


@dataclass(frozen=True)
class GridEvidence:
    kind: str
    trials: tuple[Trial, ...]

    @cached_property
    def wrong(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.is_wrong]

    def on(self, *grids: str) -> list[Trial]:
        return [trial for trial in self.trials if trial.grid in grids]

    def follows(self, rule: Callable[[Trial], Any], grids: Sequence[str] = (UNIFORM,)) -> bool:
        """Whether the result is what a rule makes of a trial, as far as methods go."""
        chosen = self.on(*grids)
        if not any(trial.is_wrong for trial in chosen):
            return False
        for trial in chosen:
            got, value = trial.got, np.asarray(rule(trial), float)
            if got is None or got.shape != value.shape:
                return False
            inner = slice(2, -2) if got.ndim else ()
            size = float(np.max(np.abs(value), initial=0.0))
            if not bool((np.abs(got - value)[inner] <= ALIKE * size / np.sqrt(len(trial.x))).all()):
                return False
        return True


# ------------------------------------------------------------------ causes


@GRIDS.cause(
    "grid spacing ignored",
    example=Example(
        "sin(x)*x", lambda y, x: np.gradient(y, edge_order=2), kind="sampled derivative"
    ),
)
def ignores_spacing(evidence: GridEvidence) -> str | None:
    """The step of the grid is taken to be 1: pass the grid, or its step"""
    power = 1 if evidence.kind == "sampled derivative" else -1
    return "got = expected * step^" + str(power) if evidence.follows(
        lambda t: t.expected * t.step**power
    ) else None  # fmt: skip


@GRIDS.cause(
    "first-order edges of numpy.gradient",
    example=Example("sin(x)*x", lambda y, x: np.gradient(y, x), kind="sampled derivative"),
)
def has_rough_edges(evidence: GridEvidence) -> str | None:
    """The derivative is of first order at both ends only: ask for edge_order=2"""
    if evidence.kind != "sampled derivative" or not evidence.on(UNIFORM):
        return None
    for trial in evidence.on(UNIFORM, UNEVEN):
        inside = trial.off[1:-1] <= trial.allowed if trial.got is not None else np.zeros(1, bool)
        if not (bool(inside.all()) and trial.is_wrong):
            return None
    return "right inside the interval"


@GRIDS.cause(
    "non-uniform grid",
    example=Example("sin(x)*x", lambda y, x: np.gradient(y, x[1] - x[0], edge_order=2),
                    kind="sampled derivative"),
)  # fmt: skip
def needs_uniform(evidence: GridEvidence) -> str | None:
    """The step is taken from two points, and the grid is not uniform"""
    wrong = {trial.grid for trial in evidence.wrong}
    right = not any(t.is_wrong for t in evidence.on(UNIFORM))
    return "right where all steps are equal" if UNEVEN in wrong and right else None


@GRIDS.cause(
    "unsorted grid",
    example=Example("sin(x)*x", lambda y, x: np.trapezoid(y, x), kind="sampled integral",
                    options={"grids": ("uniform", "uneven", "unsorted")}),
)  # fmt: skip
def needs_sorted(evidence: GridEvidence) -> str | None:
    """The points are taken in the order in which they come: sort them first"""
    return "right where they increase" if {t.grid for t in evidence.wrong} == {UNSORTED} else None


@GRIDS.cause(
    "rectangles in place of trapezoids",
    example=Example("sin(x)*x", lambda y, x: np.sum(y[:-1] * np.diff(x)), kind="sampled integral"),
)
def sums_rectangles(evidence: GridEvidence) -> str | None:
    """The ends count whole, or one of them not at all: an error of first order"""
    if evidence.kind != "sampled integral":
        return None
    for name, rule in RECTANGLES.items():
        trials = evidence.on(UNIFORM)
        if all(
            t.got is not None and abs(t.got - rule(t)) <= 1e-9 * abs(rule(t)) + t.allowed
            for t in trials
        ):
            return name if any(t.is_wrong for t in trials) else None
    return None


RECTANGLES: Mapping[str, Callable[[Trial], Any]] = {
    "the last point is left out": lambda t: (
        np.trapezoid(t.y, t.x) - t.step * (t.y[-1] - t.y[0]) / 2
    ),
    "the first point is left out": lambda t: (
        np.trapezoid(t.y, t.x) + t.step * (t.y[-1] - t.y[0]) / 2
    ),
    "both ends count whole": lambda t: np.trapezoid(t.y, t.x) + t.step * (t.y[-1] + t.y[0]) / 2,
}


@GRIDS.cause(
    "sign", example=Example("sin(x)*x", lambda y, x: -np.trapezoid(y, x), kind="sampled integral")
)
def has_other_sign(evidence: GridEvidence) -> str | None:
    """The result has the other sign"""
    return "everywhere" if evidence.follows(lambda t: -t.expected) else None


@GRIDS.cause(
    "factor 2 or 1/2",
    example=Example("sin(x)*x", lambda y, x: 2 * np.trapezoid(y, x), kind="sampled integral"),
)
def is_twice_or_half(evidence: GridEvidence) -> str | None:
    """The result is twice or half of what it should be"""
    for c in (2.0, 0.5):
        if evidence.follows(partial(_times, c)):
            return f"got = {c:g} * expected"
    return None


def _times(c: float, trial: Trial) -> np.ndarray:
    return c * trial.expected


# ------------------------------------------------------------------ the validation


def validate_sampled(
    function: Callable[..., Any],
    against: Any,
    kind: str,
    library: str,
    dtype: np.dtype,
    domain: Mapping[str, tuple[float, float]],
    seed: int,
    grids: Sequence[str],
) -> ValidationReport:
    """`function(values, grid)`, an array of slopes or a number, against the exact f' or integral.

    Raises ValueError where the formula is not of one variable.
    """
    f = given(getattr(against, "result", against))
    if len(f.free_symbols) != 1:
        raise ValueError("values on a grid are those of a function of one variable")
    (x,) = f.free_symbols
    low, high = domain.get(x.name, DEFAULT)
    caller = Caller(function, library, ("the result",))
    trials = [
        _trial(caller, f, x, kind, grid, n, (low, high), dtype, seed)
        for grid in grids
        for n in POINTS
    ]
    evidence = GridEvidence(kind, tuple(trials))
    name = getattr(function, "__qualname__", repr(function))
    worst = max(trials, key=lambda t: float(np.max(np.nan_to_num(t.off, nan=np.inf) / t.allowed)))
    k = int(np.argmax(np.nan_to_num(worst.off, nan=np.inf)))
    place = (k,) if worst.expected.ndim else ()
    got = worst.got
    cause = GRIDS.first(evidence) if evidence.wrong else None
    share = float(worst.off[place]) / worst.allowed
    reason = f"{len(trials)} grids, the worst error is {share:.0%} of what is allowed"
    if evidence.wrong:
        reason = str(cause) if cause else "no cause of the table explains every grid"
    size = max(abs(float(worst.expected[place])), float(np.finfo(dtype).tiny))
    error = worst.result.error
    return ValidationReport(
        name, str(f), kind, dtype.name, "refuted" if evidence.wrong else "confirmed", reason,
        len(trials), {"grid": f"{worst.grid}, {len(worst.x)} points", x.name: worst.x[k]},
        "", worst.expected[place],
        got[place] if got is not None else f"{error or 'another shape'}",
        float(worst.off[place]), float(worst.off[place]) / float(np.spacing(dtype.type(size))),
        float(worst.off[place]) / size, worst.allowed,
        f"{ALLOWED:g} times the error of the method of second order on this grid", cause,
    )  # fmt: skip


def _trial(
    caller: Caller,
    f: sp.Expr,
    x: sp.Symbol,
    kind: str,
    grid: str,
    n: int,
    interval: tuple[float, float],
    dtype: np.dtype,
    seed: int,
) -> Trial:
    places = _grid(grid, n, interval, seed).astype(dtype)
    value = as_written(f, [x])
    wide = places.astype(float)
    y = np.asarray(value(wide), float)
    order = np.argsort(wide)
    if kind == "sampled derivative":
        expected = np.asarray(as_written(sp.diff(f, x), [x])(wide), float) * np.ones(n)
        plain = np.gradient(y[order], wide[order], edge_order=2)
        method = float(np.max(np.abs(plain - expected[order])))
        rounding = float(np.max(np.abs(y))) / float(np.min(np.diff(wide[order])))
    else:
        expected = np.asarray(_integral(value, float(wide.min()), float(wide.max())))
        method = abs(float(np.trapezoid(y[order], wide[order])) - float(expected))
        rounding = float(np.max(np.abs(y))) * (interval[1] - interval[0])
    allowed = ALLOWED * method + ROUNDINGS * float(np.finfo(dtype).eps) * rounding
    given = (y.astype(dtype), places)
    return Trial(grid, wide, y, expected, allowed, caller(given))


def _grid(grid: str, n: int, interval: tuple[float, float], seed: int) -> np.ndarray:
    low, high = interval
    random = np.random.default_rng([seed, n])
    uniform = np.linspace(low, high, n)
    if grid == UNIFORM:
        return uniform
    step = (high - low) / (n - 1)
    moved = uniform + 0.35 * step * random.uniform(-1, 1, n)
    moved[0], moved[-1] = low, high
    if grid == UNEVEN:
        return moved
    if grid == UNSORTED:
        return random.permutation(moved)
    raise ValueError(f"a grid is {UNIFORM}, {UNEVEN} or {UNSORTED}, not {grid!r}")


def _integral(value: Any, low: float, high: float) -> float:
    from scipy.integrate import quad

    return float(quad(lambda t: float(value(t)), low, high, epsabs=0, epsrel=1e-13, limit=200)[0])
