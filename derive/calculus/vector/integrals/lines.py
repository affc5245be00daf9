"""Arc lengths and line integrals, as the user asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Tuple

from derive.calculus.vector.integrals.operators import ArcLength, CurveIntegral, WorkIntegral
from derive.calculus.vector.integrals.potentials import BY_POTENTIAL, TABLES
from derive.calculus.vector.integrals.reading import (
    Ranges,
    as_many_components,
    function_or_field,
    image,
    ranges,
    upward,
    with_signs,
    worked_out,
)
from derive.calculus.vector.reading import field
from derive.core import Derivation
from derive.engine import limited

METHODS = ("parameter", "potential")


@limited
def arc_length(r: Any, over: Ranges, timeout: float = 20.0) -> Derivation:
    """The length of the curve `r`, a list of formulas in the parameter of the range `over`.

    A parameter that begins at 0 or above is taken as not negative, and a letter that it ends at as
    positive. Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> arc_length(["cos(t)", "sin(t)", "t"], ["t", 0, "2*pi"]).result
    2*sqrt(2)*pi
    """
    curve = field(r)
    return worked_out(with_signs(ArcLength(curve, upward(ranges(over, 1, curve)))), timeout)


@limited
def line_integral(
    f: Any,
    along: Mapping[str, Any],
    over: Ranges,
    method: str = "parameter",
    timeout: float = 20.0,
) -> Derivation:
    """The integral of `f` along the curve `along`, `{"x": "cos(t)", "y": "sin(t)"}`.

    `f` a formula: by length (ds). `f` a list, a field with a component for each letter: the work,
    F times the way; with the `method` "potential" it is by how much a potential of the field grows.
    `over` is the range of the parameter; signs of letters as for `arc_length`.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> line_integral("x**2", {"x": "cos(t)", "y": "sin(t)"}, ["t", 0, "pi"]).result
    pi/2
    >>> line_integral(["-y", "x"], {"x": "cos(t)", "y": "sin(t)"}, ["t", 0, "2*pi"]).result
    2*pi
    """
    F = function_or_field(f)
    letters, r = image(along, F)
    as_many_components(F, letters)
    if method not in METHODS or (method == "potential" and not isinstance(F, Tuple)):
        raise ValueError(f"the method is {method!r}; write 'parameter', or 'potential' for a field")
    limits = ranges(over, 1, r)
    if isinstance(F, Tuple):
        goal = with_signs(WorkIntegral(F, letters, r, limits))
    else:
        goal = with_signs(CurveIntegral(F, letters, r, upward(limits)))
    return worked_out(goal, timeout, TABLES, BY_POTENTIAL if method == "potential" else None)
