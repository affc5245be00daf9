"""Contractions: a map that takes an interval into itself and brings places nearer to each other.

Then x = g(x) has one solution there, and the iteration reaches it from everywhere (Banach).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import mul
from typing import Any

import mpmath
from sympy import (
    Abs,
    Add,
    Basic,
    Derivative,
    Expr,
    Max,
    Min,
    Mul,
    Poly,
    Pow,
    Rational,
    S,
    Symbol,
    Tuple,
    ceiling,
    cos,
    exp,
    fraction,
    log,
    sin,
    solve,
    together,
)

from derive.answers import Answers
from derive.asked import in_order, scalar
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.integrals.integrate import exact
from derive.calculus.signs import negative_if, positive_if
from derive.core import Derivation
from derive.engine import Budget, NoRuleApplies, limited, search, shown
from derive.linear_algebra.operators import Number, Operator
from derive.numbered_roots import real_zeros
from derive.numerical_computing.letters import function_of
from derive.numerical_computing.quadrature import interval
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, depends_on

x = Symbol("x")
HALVINGS, BENDS = 6, 3


# ------------------------------------------------------------------ operators


class OnClosedInterval(Operator):
    """An operator on f(x) for x from a to b: (f, x, a, b); the letter x is not free in it."""

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        f, x, a, b = self.args
        return (f.free_symbols - {x}) | a.free_symbols | b.free_symbols


class ValuesBetween(OnClosedInterval):
    """The least and the largest value of f, as a pair: ValuesBetween(f, x, a, b).

    Numerically: looked for.
    """

    word = "least_and_largest"


class ContractionConstant(OnClosedInterval, Number):
    """The least q with |g(u) - g(v)| <= q |u - v| for all u, v: ContractionConstant(g, x, a, b).

    Numerically: the largest slope that is found, by difference quotients.
    """

    word = "contraction_constant"


class FurthestFromZero(Number):
    """The largest absolute value of the numbers in a tuple.

    Numerically: looked up.
    """

    word = "furthest_from_zero"


class StepsForTolerance(Number):
    """The least n with d*q^n/(1 - q) <= tolerance: StepsForTolerance(q, d, tolerance).

    Numerically: counted.
    """

    word = "steps_for_tolerance"


def table(operator: type, title: str) -> RuleTable:
    return RuleTable(operator, lambda goal: goal.args, title)


RANGES = table(ValuesBetween, "least and largest values on an interval")
CONSTANTS = table(ContractionConstant, "contraction constants")
SIZES = table(FurthestFromZero, "largest sizes")
COUNTS = table(StepsForTolerance, "steps for a tolerance")


# ------------------------------------------------------------------ the sign of a slope


def one_sign(f: Expr, x: Symbol, a: Expr, b: Expr, bends: int = BENDS) -> int:
    """1 or -1 where f is positive or negative for all a < x < b; 0 where neither is seen.

    >>> one_sign(sin(x), x, S(0), S(1)), one_sign(x - S.Half, x, S(0), S(1))
    (1, 0)
    """
    if positive_if(f, x, a, b) == True:
        return 1
    if negative_if(f, x, a, b) == True:
        return -1
    enclosed = _enclosed_sign(f, x, a, b)
    if enclosed or not bends or not depends_on(f, x):
        return enclosed
    growth = one_sign(f.diff(x), x, a, b, bends - 1)
    low, high = f.subs(x, a), f.subs(x, b)
    if growth < 0:
        low, high = high, low
    if growth and low.is_nonnegative:
        return 1
    return -1 if growth and high.is_nonpositive else 0


# fmt: off
ENCLOSED = {
    exp: mpmath.iv.exp, log: mpmath.iv.log, sin: mpmath.iv.sin, cos: mpmath.iv.cos,
}
# fmt: on


def _enclosed_sign(f: Expr, x: Symbol, a: Expr, b: Expr) -> int:
    """By interval arithmetic on ever smaller parts; next to an end by the slope there."""
    low, high = _of_number(a).a, _of_number(b).b
    signs, parts = set(), [(low, high)]
    for _ in range(HALVINGS):
        left = []
        for start, end in parts:
            sign = _sign(_enclosure(f, x, mpmath.iv.mpf([start, end])))
            middle = (start + end) / 2
            left += [] if sign else [(start, middle.b), (middle.a, end)]
            signs |= {sign} - {0}
        parts = left
    for start, end in parts:
        part = mpmath.iv.mpf([start, end])
        slope = _sign(_enclosure(f.diff(x), x, part))
        at_end = f.subs(x, a) if start == low else f.subs(x, b) if end == high else S.NaN
        beside = slope * (1 if start == low else -1) if at_end == 0 else 0
        signs.add(_sign(_enclosure(f, x, part)) or beside)
    return signs.pop() if len(signs) == 1 else 0


def _sign(value: Any) -> int:
    if value is None or value.a <= 0 <= value.b:
        return 0
    return 1 if value.a > 0 else -1


def _of_number(value: Expr) -> Any:
    """An interval that holds an exact real number."""
    found = _enclosure(value, x, None)
    if found is not None:
        return found
    near = value.evalf(30)
    return mpmath.iv.mpf([str(near - Rational(1, 10**20)), str(near + Rational(1, 10**20))])


def _enclosure(f: Any, x: Symbol, place: Any) -> Any:
    """All values of f while x is in the place; None where this is not known."""
    if f == x:
        return place
    if f.is_Rational:
        return mpmath.iv.mpf(int(f.p)) / int(f.q)
    if type(f) not in (Add, Mul, Pow, *ENCLOSED):
        return mpmath.iv.pi if f == S.Pi else mpmath.iv.e if f == S.Exp1 else None
    parts: list[Any] = [_enclosure(part, x, place) for part in f.args]
    if any(part is None for part in parts):
        return None
    return _combined(f, parts)


def _combined(f: Expr, parts: list[Any]) -> Any:
    if isinstance(f, Add):
        return sum(parts[1:], parts[0])
    if isinstance(f, Mul):
        return reduce(mul, parts)
    if isinstance(f, Pow):
        power, low = f.exp, parts[0]
        if power.is_Integer:
            return None if power < 0 and low.a <= 0 <= low.b else low ** int(power)
        return parts[0] ** parts[1] if parts[0].a > 0 else None
    if isinstance(f, log) and parts[0].a <= 0:
        return None
    return ENCLOSED[type(f)](parts[0])


# ------------------------------------------------------------------ rules


@RANGES.rule("from end to end", example=ValuesBetween(cos(x), x, S(0), S(1)))
def from_end_to_end(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The slope keeps its sign between the ends: the least and the largest value are there."""
    if not depends_on(f, x):
        return Tuple(f, f)
    slope = f.diff(x)
    sign = one_sign(slope, x, a, b)
    if not sign:
        return None
    ends = (f.subs(x, a), f.subs(x, b))
    return Rewrite(Tuple(*ends[::sign]), where=((Symbol("slope"), slope),))


@RANGES.rule("ends and level places", example=ValuesBetween(x / 2 + 1 / x, x, S(1), S(3)))
def ends_and_level_places(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The least and the largest value are at an end, or where the slope is 0."""
    level = level_places(f, x, a, b)
    if level is None:
        return None
    values = [f.subs(x, place) for place in (a, *level, b)]
    return Tuple(Min(*values), Max(*values))


def level_places(f: Expr, x: Symbol, a: Expr, b: Expr) -> list[Expr] | None:
    """All places between a and b where the slope is 0; None where they are not all known."""
    slope = together(f.diff(x))
    above, below = fraction(slope)
    if above.is_polynomial(x) and above.free_symbols == {x} and one_sign(below, x, a, b):
        polynomial = Poly(above, x)
        if all(c.is_Rational for c in polynomial.all_coeffs()):
            return [r for r in real_zeros(polynomial) if a < r < b]
    if not one_sign(f.diff(x, 2), x, a, b):
        return None
    found = [r for r in solve(above, x) if r.is_real and a < r < b]
    return found if len(found) == 1 else None


@CONSTANTS.rule("largest slope", example=ContractionConstant(cos(x), x, S(0), S(1)))
def largest_slope(g: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """By the mean value theorem g(u) - g(v) is a slope times u - v: the largest slope decides."""
    return FurthestFromZero(ValuesBetween(D(g, x), x, a, b))


@SIZES.rule("largest of the sizes", example=FurthestFromZero(Tuple(S(-3), S(2))))
def largest_of_the_sizes(values: Basic) -> Outcome:
    """Leave the signs out, and take the largest."""
    return Max(*map(Abs, values.args)) if isinstance(values, Tuple) else None


@COUNTS.rule("solve for the power", example=StepsForTolerance(S.Half, S(1), S(1) / 1000))
def solve_for_the_power(q: Expr, d: Expr, tolerance: Expr) -> Outcome:
    """d*q^n/(1 - q) <= tolerance says n >= log(tolerance*(1 - q)/d)/log(q), as log(q) < 0."""
    if not (0 < q < 1) or not d.is_positive or not tolerance.is_positive:
        return S.Zero if q.is_zero or d.is_zero else None
    least = log(tolerance * (1 - q) / d) / log(q)
    return Max(0, ceiling(least))


TABLES: dict[type, RuleTable] = {
    Derivative: DERIVATIVES,
    ValuesBetween: RANGES,
    ContractionConstant: CONSTANTS,
    FurthestFromZero: SIZES,
    StepsForTolerance: COUNTS,
}


# ------------------------------------------------------------------ what the user calls


@dataclass(frozen=True)
class Contraction(Answers):
    """The least and the largest value of g, its contraction constant, the steps that are enough."""

    image: Derivation
    constant: Derivation
    steps: Derivation


@limited
def contraction(
    g: Any,
    x: Any,
    over: Any,
    start: Any = None,
    tolerance: Any = "1/1000000",
    timeout: float = 20.0,
) -> Contraction:
    """That g takes the interval `over` into itself as a contraction, and how many steps of
    x = g(x) from `start` (its middle where none is given) come within `tolerance`.

    Raises NoRuleApplies where g leaves the interval or is no contraction on it, ValueError,
    ParseError, BudgetExceeded. (Banach's fixed-point theorem.)

    >>> found = contraction("cos(x)", "x", (0, 1))
    >>> found.image.result, found.constant.result, found.steps.result
    ((cos(1), 1), sin(1), 86)
    """
    function, variable = function_of(g, x)
    (a, b), budget = interval(over), Budget(seconds=timeout)
    if function.free_symbols != {variable}:
        raise ValueError(f"{function} has other letters than {variable}: give numbers for them")
    image = worked_out(ValuesBetween(function, variable, a, b), budget)
    low, high = image.result
    if not (a <= low and high <= b):
        raise NoRuleApplies(f"{shown(function)} leaves the interval: it runs from {low} to {high}")
    constant = worked_out(ContractionConstant(function, variable, a, b), budget)
    q = constant.result
    if not q < 1:
        raise NoRuleApplies(f"{shown(function)} is no contraction: the largest slope is {q}")
    first = (a + b) / 2 if start is None else exact(scalar(start))
    if not (a <= first and first <= b):
        raise ValueError(f"the start {first} is not in the interval from {a} to {b}")
    error = exact(scalar(tolerance))
    if not error.is_positive:
        raise ValueError(f"the tolerance is a positive number, not {tolerance}")
    way = Abs(function.subs(variable, first) - first)
    return Contraction(image, constant, worked_out(StepsForTolerance(q, way, error), budget))


def worked_out(goal: Basic, budget: Budget) -> Derivation:
    root = search(goal, TABLES, budget)
    return Derivation(root, goal, arguments=in_order(root.result))
