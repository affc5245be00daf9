"""What the points that were looked at have shown, and the report made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import mpmath
from sympy import Add, Basic, Expr, Symbol

from lambdify_bridge.comparison import FLOOR, Sides, comparison, is_nan, is_noise, relative_error
from lambdify_bridge.evaluate import LAZY, Evaluator, Matrix, Number, Undecided, Undefined, is_real
from lambdify_bridge.nodes import nodes
from lambdify_bridge.report import Report

MORE_DIGITS, SPARE = 60, 5
NEAR = 0.5
TIGHTEST = 1e-14
ROUGHEST = 3e-6
EXACT = 1e-12  # the accuracy of what rests on no quadrature and no sequence
STEADY = 1e-3
FORMULAS = {"Piecewise", "hyper", "ComplexRootOf"}  # that see their arguments, and estimate nothing
SMALLEST = 1e-60  # what rounding leaves of erf(x) - 1 is smaller still, far out

Point = dict[Symbol, Any]


@dataclass
class Findings:
    """What the points looked at so far have shown of an equation.

    `evaluator(point, digits)` evaluates at a point; `complex_too`: its letters are complex numbers,
    so that what is not real counts as much as what is.
    """

    equation: Any
    evaluator: Callable[..., Evaluator]
    complex_too: bool = False
    real: list[tuple[Point, Sides, float]] = field(default_factory=list)
    other: list[tuple[Point, Sides, float]] = field(default_factory=list)
    off_domain: list[tuple[Point, Sides, float]] = field(default_factory=list)
    why_not: dict[str, None] = field(default_factory=dict)
    refuted: tuple[Point, Sides, float] | None = None
    beyond: Point | None = (
        None  # where an identity fails outside of the real domain of its left side
    )

    def __post_init__(self) -> None:
        sides = self.equation.lhs, self.equation.rhs
        names = {type(n).__name__ for s in sides if isinstance(s, Basic) for n in nodes(s)}
        estimated = {name for name in names if name in LAZY} - FORMULAS
        self.compare = comparison(*sides)
        self.rounded = "Float" in names
        self.plain = all(isinstance(side, Expr) for side in sides) and not estimated
        self.fine = estimated <= {"Derivative"}

    def look(self, values: Point) -> None:
        at = self.evaluator(values)
        try:
            given = getattr(self.equation, "given", True)
            if isinstance(given, Basic) and at(given) == False:
                self.why_not["the condition of the equation does not hold there"] = None
                return
            sides = self.compare(self.equation.lhs, self.equation.rhs, at)
            if any(is_nan(side) for side in sides[:2]):
                raise Undefined("not a number there")
        except (Undefined, Undecided) as error:
            self.why_not[str(error)] = None
            return
        tolerance = max(TIGHTEST, 100 * at.root.accuracy)
        finding = values, sides, tolerance
        agree = sides[2] <= tolerance or is_noise(sides, at.root.noise)
        if agree and tolerance > ROUGHEST:
            self.why_not["the estimate is too rough there"] = None
            return
        hidden = agree and self._differs_below_the_floor(values, sides, at)
        agree = agree and not hidden
        if not (agree or hidden or self._stands(self.evaluator(values, MORE_DIGITS), sides)):
            self.why_not["the disagreement does not stand at more digits"] = None
        elif not (self.complex_too or is_real(sides[0])):
            if not agree and self.plain and is_real(sides[1]):
                self.beyond = self.beyond or values
            # Outside the real domain: asked only where there is no real point at all.
            self.other.append(finding) if agree else self.off_domain.append(finding)
        elif agree:
            self.real.append(finding)
        else:
            self.refuted = finding

    def _differs_below_the_floor(self, values: Point, sides: Sides, at: Evaluator) -> bool:
        """Numbers that are small or very close, whose difference more digits leave as it is."""
        left, right, _ = sides
        numbers = all(hasattr(side, "imag") for side in (left, right))
        if not (numbers and self.fine) or left == right or at.root.accuracy >= EXACT:
            return False
        size = max(abs(left), abs(right))
        closed = not values and at.root.accuracy == 0 and not self.rounded
        if not (closed or (SMALLEST < size < FLOOR and abs(left - right) > STEADY * size)):
            return False
        fine, finer = (self._numbers(values, k * MORE_DIGITS) for k in (1, 2))
        if fine is None or finer is None or finer[0] == 0:
            return False  # a 0 may only be what rounding has left
        (here, there), (near, far) = fine, finer
        left_is_steady = abs(here - near) <= STEADY * abs(near)
        difference = near - far
        if closed and abs(difference) < at.ctx.mpf(10) ** (5 - MORE_DIGITS) * max(1, abs(near)):
            return False
        steady = abs(here - there - difference) <= STEADY * abs(difference)
        return bool(left_is_steady and steady and difference != 0)

    def _numbers(self, values: Point, digits: int) -> tuple[Number, Number] | None:
        try:
            return self.compare(
                self.equation.lhs, self.equation.rhs, self.evaluator(values, digits)
            )[:2]
        except (Undefined, Undecided):
            return None

    def _stands(self, at: Evaluator, before: Sides) -> bool:
        """Whether the sides differ with more digits too, which leave each of them as it is.

        On a pole what is computed is as large as the digits allow.
        """
        try:
            sides = self.compare(self.equation.lhs, self.equation.rhs, at)
        except (Undefined, Undecided):
            return False
        agree = sides[2] <= max(TIGHTEST, 100 * at.root.accuracy)
        same = all(_is_near(a, b) for a, b in zip(before[:2], sides[:2], strict=True))
        return same and not (agree or is_noise(sides, at.root.noise) or self._drowned(at, sides))

    def _drowned(self, at: Evaluator, sides: Sides) -> bool:
        """Whether a sum has terms beside whose rounding the difference of the sides is nothing:
        1/2 is lost in cosh(x) + sinh(x) + 1/2 far out."""
        left, right, _ = sides
        if not all(hasattr(side, "imag") for side in (left, right)) or left == right:
            return False  # compared by something else
        visible = abs(left - right) * at.ctx.mpf(10) ** (MORE_DIGITS - SPARE)
        return any(self._size(at, u) > visible for u in self._terms())

    def _terms(self) -> list[Basic]:
        sides = self.equation.lhs, self.equation.rhs
        sums = (n for side in sides for n in nodes(side) if isinstance(n, Add))
        return list(dict.fromkeys(u for n in sums for u in n.args))

    def _size(self, at: Evaluator, part: Basic) -> Number:
        try:
            return abs(at(part))
        except (Undefined, Undecided, TypeError):  # of a letter that an operator binds; an array
            return at.ctx.zero

    def with_more(self, report: Report) -> Report:
        """A confirmed report, with the points seen here as well."""
        if self.beyond:
            where = f"at {_place(self.beyond)} the right side is real, and not the left one"
            return replace(report, verdict="undecided", reason=where)
        if not self.real:
            return report
        points = (*report.points, *(_plain(values) for values, _, _ in self.real))
        _, (left, right, error), tolerance = max(self.real, key=lambda g: g[1][2])
        if report.error is not None and report.tolerance is not None and error <= report.error:
            left, right = report.left, report.right
            error, tolerance = report.error, report.tolerance
        seen = f"{len(points)} points, worst relative error {error:.1e} (tolerance {tolerance:.0e})"
        how = report.reason.rpartition("; ")[0]  # of a bound or a proof
        found = replace(report, reason=f"{how}; {seen}" if how else seen, points=points)
        return replace(found, left=left, right=right, error=error, tolerance=tolerance)

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


def _is_near(value: Number, again: Number) -> bool:
    """Of sizes that have nothing to do with each other only one can be right, or none."""
    return value is None or again is None or relative_error(value, again) < NEAR


# ------------------------------------------------------------------ words for a report


def _place(values: Point) -> str:
    plain = _plain(values)
    return ", ".join(f"{name} = {v:.6g}" for name, v in plain.items()) or "its value"


def _plain(values: Point) -> dict[str, complex]:
    return {letter.name: _float(v) for letter, v in values.items()}


def _float(value: Any) -> complex:
    number = complex(value)
    return number if number.imag else number.real


def _number(value: Number) -> str:
    if value is None:
        return "without a value"
    if isinstance(value, tuple):
        return str(tuple(mpmath.nstr(v, 8) for v in value))
    if isinstance(value, (Matrix, list)):
        return " ".join(mpmath.nstr(value, 8).split())
    return str(mpmath.nstr(value, 12))
