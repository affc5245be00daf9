"""Where in the plane a step of a Runge-Kutta method lets y' = lambda*y not grow: |R(z)| <= 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import (
    Basic,
    Expr,
    I,
    Poly,
    S,
    Symbol,
    cancel,
    expand,
    fraction,
    oo,
)

from derive.answers import Answers
from derive.asked import in_order
from derive.core import Derivation
from derive.engine import Budget, NoRuleApplies, derive, limited
from derive.linear_algebra.operators import Number
from derive.numbered_roots import real_zeros
from derive.numerical_computing.runge_kutta import TABLES as RUNGE_KUTTA
from derive.numerical_computing.runge_kutta import (
    AlongAxis,
    StabilityFunction,
    StabilityLimit,
    tableau,
    z,
)
from derive.rules import Outcome, Rewrite, RuleTable

x, y = Symbol("x", real=True), Symbol("y", real=True)


# ------------------------------------------------------------------ operators


class SquaredSize(Number):
    """|R(z)|^2 at z = x + i*y with real x and y: SquaredSize(R, z, x, y).

    Numerically: the size of the complex number, squared.
    """

    word = "squared_size"

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        R, z, x, y = self.args
        return (R.free_symbols - {z}) | x.free_symbols | y.free_symbols


class ImaginaryLimit(AlongAxis):
    """The largest s with |R(i*y)| <= 1 for all y from -s to s: ImaginaryLimit(R, z).

    Numerically: by going up the axis, and halving.
    """

    word = "imaginary_limit"


SIZES = RuleTable(SquaredSize, lambda goal: goal.args, "squared sizes")
LIMITS = RuleTable(ImaginaryLimit, lambda goal: goal.args, "limits of stability, imaginary")


# ------------------------------------------------------------------ rules


def real_and_imaginary(p: Expr, z: Symbol, x: Expr, y: Expr) -> tuple[Expr, Expr]:
    """The parts of p(x + i*y), for a polynomial with real coefficients."""
    value = expand(p.subs(z, x + I * y))
    return value.coeff(I, 0), value.coeff(I, 1)


@SIZES.rule("sum of two squares", example=SquaredSize(1 + z + z**2 / 2, z, x, y))
def sum_of_two_squares(R: Expr, z: Symbol, x: Expr, y: Expr) -> Outcome:
    """|u + i*v|^2 = u^2 + v^2, above and below the line of a quotient."""
    if R.free_symbols != {z} or not R.is_rational_function(z) or R.has(I):
        return None
    squares, where = [], []
    for part, names in zip(fraction(cancel(R)), (("u", "v"), ("s", "t")), strict=True):
        u, v = real_and_imaginary(part, z, x, y)
        squares.append(u**2 + v**2)
        if part != 1:
            where += [(Symbol(name), e) for name, e in zip(names, (u, v), strict=True)]
    above, below = squares
    return Rewrite(above / below, where=tuple(where))


@LIMITS.rule("where the size on the axis becomes one", example=ImaginaryLimit(1 / (1 - z), z))
def where_the_size_becomes_one(R: Expr, z: Symbol) -> Outcome:
    """Between zeros of |R(i*y)|^2 - 1 and poles the size stays on one side of 1."""
    if R.free_symbols != {z} or not R.is_rational_function(z) or R.has(I):
        return None
    s = Symbol("s", real=True)
    parts = [real_and_imaginary(part, z, S.Zero, s) for part in fraction(cancel(R))]
    above, below = (expand(u**2 + v**2) for u, v in parts)
    gap = Poly(expand(above - below), s)
    if gap.is_zero:
        return oo
    if not all(c.is_Rational for c in gap.all_coeffs()):
        return None
    places = [r for r in real_zeros(gap) if r.is_positive]
    last = S.Zero
    for place in [*places, oo]:
        inside = last + 1 if place == oo else (last.evalf(30) + place.evalf(30)) / 2
        if (above / below).subs(s, inside).evalf(30) > 1:
            return last
        last = place
    return oo


TABLES: dict[type, RuleTable] = {**RUNGE_KUTTA, SquaredSize: SIZES, ImaginaryLimit: LIMITS}


# ------------------------------------------------------------------ what the user calls


@dataclass(frozen=True)
class StabilityRegion(Answers):
    """R(z); |R(x + i*y)|^2, at most 1 in the region; its stretch of the negative real axis, and
    that of the imaginary axis up and down from 0."""

    function: Derivation
    size: Derivation
    real: Derivation
    imaginary: Derivation


@limited
def stability_region(A: Any, b: Any = None, timeout: float = 20.0) -> StabilityRegion:
    """Where a step for y' = lambda*y does not grow, with z = h*lambda = x + i*y: |R(z)|^2 <= 1.

    `A` and `b` as for `stability_function`. `.size.to_numpy()` takes x and y: its contour at 1 is
    the edge of the region. Raises ValueError, ParseError, NoRuleApplies, BudgetExceeded.

    >>> region = stability_region("rk4")
    >>> region.real.result.evalf(6), region.imaginary.result
    (2.78529, 2*sqrt(2))
    """
    M, weights = tableau(A, b)
    if M.free_symbols | weights.free_symbols:
        raise NoRuleApplies("the region of stability is worked out for numbers, not letters")
    budget = Budget(seconds=timeout)
    function = worked_out(StabilityFunction(M, weights, z), budget)
    R = function.result
    return StabilityRegion(
        function,
        worked_out(SquaredSize(R, z, x, y), budget),
        worked_out(StabilityLimit(R, z), budget),
        worked_out(ImaginaryLimit(R, z), budget),
    )


def worked_out(goal: Basic, budget: Budget) -> Derivation:
    root = derive(goal, TABLES, budget)
    return Derivation(root, goal, arguments=in_order(root.result))
