"""Double and triple integrals over regions given by a map, and in other letters."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Symbol, Tuple

from derive.calculus.vector.integrals.operators import (
    InOtherVariables,
    RegionIntegral,
)
from derive.calculus.vector.integrals.parametric import TABLES as INTEGRALS
from derive.calculus.vector.integrals.reading import (
    Ranges,
    Region,
    image,
    ranges,
    upward,
    with_signs,
    worked_out,
)
from derive.calculus.vector.reading import formula
from derive.core import Derivation
from derive.engine import limited
from derive.rules import Outcome, RuleTable

x, y = Symbol("x"), Symbol("y")
u, v = Symbol("u", nonnegative=True), Symbol("v", nonnegative=True)

OTHERS = RuleTable(InOtherVariables, lambda goal: goal.args, "integrals in other variables")
TABLES = {**INTEGRALS, InOtherVariables: OTHERS}


@OTHERS.rule(
    "the same region",
    example=InOtherVariables(
        x**2 * y, ((y, 0, x), (x, 0, 1)), (y, x), (u * v, u), ((v, 0, 1), (u, 0, 1))
    ),
)
def the_same_region(f: Expr, old: Tuple, letters: Tuple, r: Tuple, limits: Tuple) -> Outcome:
    """The new letters run through the same region, each point once."""
    return RegionIntegral(f, letters, r, limits)


@limited
def region_integral(f: Any, region: Region, over: Ranges, timeout: float = 20.0) -> Derivation:
    """The integral of `f` over a region in the plane or in space, by area or volume.

    `region` is what the coordinates are in parameters, `{"x": "r*cos(t)", "y": "r*sin(t)"}`, or
    "polar" (r, theta), "cylindrical" (r, theta, z), "spherical" (r, phi from the pole, theta);
    `over` a list of the ranges of the parameters, the innermost first: they reach each point once.
    Parameters that begin at 0 or above are taken as not negative, and letters that these end at as
    positive. Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> region_integral("x**2 + y**2", "polar", [["r", 0, 2], ["theta", 0, "2*pi"]]).result
    8*pi
    """
    expression = formula(f)
    letters, r = image(region, expression)
    if len(letters) not in (2, 3):
        raise ValueError("a region lies in the plane or in space: give two or three coordinates")
    limits = upward(ranges(over, len(letters), r))
    return worked_out(with_signs(RegionIntegral(expression, letters, r, limits)), timeout, TABLES)


@limited
def change_of_variables(
    f: Any, over: Ranges, to: Region, new: Ranges, timeout: float = 20.0
) -> Derivation:
    """The integral of `f` over the ranges `over`, worked out in other letters.

    `over` is a list of ranges, the innermost first; `to` says what their letters are in the new
    ones, as the `region` of `region_integral` does, and `new` the ranges of these. That both are
    the same region is checked by quadrature over the first one. Raises NoRuleApplies (also where
    numbers refute that it is the same region), BudgetExceeded, ValueError, ParseError.

    >>> disk = [["y", "-sqrt(1 - x**2)", "sqrt(1 - x**2)"], ["x", -1, 1]]
    >>> polar = [["r", 0, 1], ["theta", 0, "2*pi"]]
    >>> change_of_variables("exp(-x**2 - y**2)", disk, "polar", polar).result
    2*pi*(1/2 - exp(-1)/2)
    """
    expression = formula(f)
    letters, r = image(to, expression)
    if len(letters) not in (2, 3):
        raise ValueError("a region lies in the plane or in space: give two or three coordinates")
    old = upward(ranges(over, len(letters), expression))
    limits = upward(ranges(new, len(letters), r))
    if {s for s, _, _ in old} != set(letters):
        raise ValueError(f"the ranges are of {[str(s) for s, _, _ in old]}, the map of {letters}")
    goal = InOtherVariables(expression, old, letters, r, limits)
    return worked_out(with_signs(goal), timeout, TABLES)
