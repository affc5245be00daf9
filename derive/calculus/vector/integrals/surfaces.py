"""Surface integrals and areas, as the user asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import S, Tuple

from derive.calculus.vector.integrals.operators import Flux, SurfaceIntegral
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
from derive.structure import fresh


@limited
def surface_integral(
    f: Any, surface: Mapping[str, Any], over: Ranges, timeout: float = 20.0
) -> Derivation:
    """The integral of `f` over a surface in space, its coordinates in two parameters.

    `f` a formula: by area (dS). `f` a list, a field: its flux in the direction of r_u x r_v, where
    u is the parameter of the first range (the inner one). Signs of letters as for `arc_length`.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> sphere = {"x": "sin(p)*cos(t)", "y": "sin(p)*sin(t)", "z": "cos(p)"}
    >>> surface_integral("z**2", sphere, [["p", 0, "pi"], ["t", 0, "2*pi"]]).result
    4*pi/3
    >>> surface_integral(["x", "y", "z"], sphere, [["p", 0, "pi"], ["t", 0, "2*pi"]]).result
    4*pi
    """
    F = function_or_field(f)
    letters, r = image(surface, F)
    if len(letters) != 3:
        raise ValueError("a surface lies in space: give three coordinates")
    as_many_components(F, letters)
    kind = Flux if isinstance(F, Tuple) else SurfaceIntegral
    return worked_out(with_signs(kind(F, letters, r, upward(ranges(over, 2, r)))), timeout)


@limited
def surface_area(r: Any, over: Ranges, timeout: float = 20.0) -> Derivation:
    """The area of the surface `r`, three formulas in the parameters of two ranges.

    Signs of letters as for `arc_length`. Raises NoRuleApplies, BudgetExceeded, ValueError,
    ParseError.

    >>> surface_area(["u", "v", "u + 2*v"], [["u", 0, 1], ["v", 0, 3]]).result
    3*sqrt(6)
    """
    surface = field(r)
    if len(surface) != 3:
        raise ValueError("a surface lies in space: give three coordinates")
    letters = _coordinates(surface)
    goal = SurfaceIntegral(S.One, letters, surface, upward(ranges(over, 2, surface)))
    return worked_out(with_signs(goal), timeout)


def _coordinates(r: Tuple) -> Tuple:
    return Tuple(*(fresh(name, r) for name in ("x", "y", "z")[: len(r)]))
