"""A claimed gradient of a loss by one quantity against the slopes of the loss along that quantity.

Along random directions the slopes are extrapolated (1e-9), entry by entry plain differences do
(1e-7); what disagrees along directions is looked for among the entries, to their last digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from lambdify_bridge.arrays.differences import central, extrapolated
from lambdify_bridge.arrays.points import in_structure
from lambdify_bridge.report import Report

DIRECTIONAL, ENTRY, EXACT = 1e-9, 1e-7, 1e-10
WRONG = 1e-6  # of a slope: nothing smaller is a mistake in a formula
NO_SLOPE = "at a kink, where the slopes on both sides differ"
NO_VALUE = "the loss has no value nearby"
AT_A_KINK = "at a kink, between the slopes on both sides"
NEARBY = 1e-2  # of the step of a plain difference: what a kink at some distance leaves alone
KINK = 1e-6  # the step on either side of a kink
SMALLEST_KINK = 1e-6  # beside the slopes, far above what rounding makes of a tenth of that step
DIRECTIONS = 3  # tried before a line is called wrong: a difference can be rough
UNCLEAR = 1e-12  # of the loss: what rounding may make of a slope without more ado
Line = Callable[[float], float]


class TooRough(Exception):
    """Differences that do not settle: nothing can be said."""


@dataclass(frozen=True)
class Slope:
    """What the loss says of one direction, and what is claimed."""

    V: np.ndarray
    size: float  # of what moves
    measured: float
    said: float
    roughness: float

    @property
    def off(self) -> float:
        return abs(self.measured - self.said)


@dataclass
class Slopes:
    """`loss` as a function of a quantity that is `here`, and its `claimed` gradient.

    `noise` says what rounding makes of the claim; directions keep the `structure`.
    """

    loss: Callable[[np.ndarray], float]
    here: np.ndarray
    claimed: np.ndarray
    structure: str
    random: np.random.Generator
    noise: Callable[[], float]
    kinks: int = 0  # entries at one, as far as looked for
    still: np.ndarray | bool = False  # the entries that directions leave alone

    def report(self, text: str) -> Report:
        """Confirmed or refuted. Raises TooRough."""
        outside = np.max(np.abs(self.in_structure(self.claimed) - self.claimed), initial=0.0)
        if outside > EXACT * max(self.largest, 1e-5):
            if outside <= 10 * self.own_noise:
                raise TooRough(f"the claim itself is sure to {self.own_noise:.1e} only")
            return Report(text, "refuted", f"the result is not {self.structure}")
        agrees, error, slope = self.along_directions()
        if not agrees and self.kinked.any():
            self.still = self.kinked
            agrees, error, slope = self.along_directions()
        if not agrees:
            return self.disagreement(text, error, slope)
        return self.by_entries(text, error)

    # -- sizes ---------------------------------------------------------------------------------

    @cached_property
    def at(self) -> float:
        return self.loss(self.here)

    @cached_property
    def scale(self) -> float:
        return scale_of(self.here)

    @cached_property
    def size(self) -> float:
        return float(np.sqrt(np.mean(np.square(self.claimed)))) or 1.0

    @cached_property
    def largest(self) -> float:
        return float(np.max(np.abs(self.claimed), initial=0.0)) or 1.0

    @property
    def rounding(self) -> float:
        return UNCLEAR * max(1.0, abs(self.at))

    @cached_property
    def own_noise(self) -> float:
        return self.noise()

    def in_structure(self, V: np.ndarray) -> np.ndarray:
        return in_structure(V, self.structure)

    def line(self, V: np.ndarray) -> Line:
        return lambda t: self.loss(self.here + t * V)

    # -- along directions ----------------------------------------------------------------------

    def along_directions(self) -> tuple[bool, float, Slope]:
        """Whether one direction agrees, the relative error, and the last slope."""
        error = float("inf")
        for _ in range(DIRECTIONS):
            slope = self.extrapolated(self.direction(), self.scale)
            most = max(abs(slope.measured), abs(slope.said), self.size)
            error = min(error, slope.off / max(most, 1e-8 * max(1.0, abs(self.at))))
            if error <= DIRECTIONAL or self.is_unclear(slope):
                return True, error, slope
        return False, error, slope

    def direction(self) -> np.ndarray:
        """Random, entries by their size."""
        V = self.random.standard_normal(self.here.shape)
        V = self.in_structure(V * (np.abs(self.here) + 1e-2 * self.scale))
        V = np.where(self.still, 0.0, V)
        return V / (np.linalg.norm(V) or 1.0)

    def extrapolated(self, V: np.ndarray, scale: float) -> Slope:
        measured, roughness = extrapolated(self.line(V), scale)
        return Slope(V, scale, float(measured), self.said(V), roughness)

    def plain(self, V: np.ndarray, size: float) -> Slope:
        measured, roughness = central(self.line(V), size)
        return Slope(V, size, measured, self.said(V), roughness)

    def said(self, V: np.ndarray) -> float:
        return float(np.sum(self.claimed * V))

    def is_unclear(self, slope: Slope) -> bool:
        """Whether both are the same but for the rounding of numbers beside which they vanish."""
        if slope.roughness >= self.rounding:
            return False
        if slope.off <= 10 * slope.roughness:
            return True
        return slope.off < self.rounding and slope.off <= 10 * self.own_noise

    def disagreement(self, text: str, error: float, slope: Slope) -> Report:
        """The entry that is wrong, or else the direction. Raises TooRough."""
        for place, V, own in self.entries():
            entry = self.extrapolated(V, own)
            least = max(WRONG * max(abs(entry.measured), abs(entry.said)), DIRECTIONAL * self.size)
            if not self.kinked[place] and self.is_wrong(entry, least):
                return refuted(text, f"at entry {place} the slope", entry, DIRECTIONAL)
        if error > WRONG and self.is_wrong(slope, 0.0):
            return refuted(text, "along a direction the slope", slope, DIRECTIONAL)
        raise TooRough(
            f"differences agree to {error:.1e} only, and settle to {slope.roughness:.1e}"
        )

    def is_wrong(self, slope: Slope, least: float) -> bool:
        """Whether neither rounding, nor a bend farther away, nor a kink explains a difference."""
        if not np.isfinite(slope.off):
            raise TooRough(NO_VALUE)
        if slope.off <= max(least, 10 * slope.roughness):
            return False
        if slope.off <= 10 * self.own_noise:
            raise TooRough(f"the claim itself is sure to {self.own_noise:.1e} only")
        if self.has_kink(self.line(slope.V)):
            raise TooRough(NO_SLOPE)
        near, _ = central(self.line(slope.V), NEARBY * slope.size)
        if abs(near - slope.said) < abs(near - slope.measured):
            raise TooRough(f"far away the slope is {slope.measured:.6g}, nearby {near:.6g}")
        return True

    # -- entry by entry ------------------------------------------------------------------------

    def entries(self) -> Iterator[tuple[tuple[int, ...], np.ndarray, float]]:
        """Places, unit arrays in the structure, and the sizes of the entries."""
        for place in np.ndindex(self.here.shape):
            V = np.zeros(self.here.shape)
            V[place] = 1.0
            V = self.in_structure(V)
            if V.any():
                yield place, V, max(abs(float(self.here[place])), 1e-3 * self.scale)

    def by_entries(self, text: str, worst: float) -> Report:
        for place, V, own in self.entries():
            slope = self.plain(V, own)
            beside = max(self.largest, abs(slope.measured), 1e-5)
            least = ENTRY * beside
            if not slope.off <= least and self.is_between(self.line(V), slope.said):
                self.kinks += 1
                continue
            if not slope.off <= least and not self.is_wrong(slope, least):
                both = (self.extrapolated(V, size) for size in (own, self.scale))
                slope = min(both, key=lambda each: each.roughness)
            if self.is_wrong(slope, least):
                return refuted(text, f"at entry {place} the difference quotient", slope, ENTRY)
            if slope.off > max(least, self.rounding):
                raise TooRough(f"the slope at entry {place} settles to {slope.roughness:.1e} only")
            worst = max(worst, slope.off / beside)
        reason = f"worst relative error {worst:.1e}"
        if self.kinks:
            reason += f"; {self.kinks} of {self.here.size} entries {AT_A_KINK}"
        return Report(text, "confirmed", reason, error=worst, tolerance=ENTRY)

    @property
    def is_at_a_kink(self) -> bool:
        return self.kinks > 0 or bool(np.any(self.still))

    # -- kinks ---------------------------------------------------------------------------------

    @cached_property
    def kinked(self) -> np.ndarray:
        """The entries along which the slopes on both sides differ."""
        found = np.zeros(self.here.shape, bool)
        for place, V, _ in self.entries():
            found[place] = self.has_kink(self.line(V))
        return found

    def is_between(self, line: Line, said: float) -> bool:
        """Whether the slopes on both sides differ, and what is claimed lies between them.

        At a kink (relu at 0, two largest entries) a derivative is any slope in between.
        """
        low, high = on_both_sides(line, KINK)
        slack = (high - low) / 10
        return self.has_kink(line) and low - slack <= said <= high + slack

    def has_kink(self, line: Line) -> bool:
        """Whether the slopes on both sides differ on a tenth of a step too, unlike a curve."""
        differ = [float(np.ptp(on_both_sides(line, h))) for h in (10 * KINK, KINK, KINK / 10)]
        least = SMALLEST_KINK * max(self.size, abs(self.at))
        return any(near > max(far / 2, least) for far, near in pairwise(differ))


def refuted(text: str, what: str, slope: Slope, tolerance: float) -> Report:
    error = slope.off / max(abs(slope.measured), abs(slope.said))
    reason = f"{what} is {slope.measured:.12g}, claimed {slope.said:.12g}"
    return Report(text, "refuted", reason, slope.said, slope.measured, error, tolerance)


def on_both_sides(line: Line, h: float) -> list[float]:
    """The slopes to either side, the lower one first."""
    return sorted(((line(0.0) - line(-h)) / h, (line(h) - line(0.0)) / h))


def scale_of(here: np.ndarray) -> float:
    """The size of the entries; 1 where all are 0, which tells nothing of it."""
    largest = float(np.max(np.abs(here), initial=0.0))
    return max(1e-3, largest) if largest else 1.0
