"""Green's, Stokes' and the divergence theorem: both sides worked out, and seen to be equal.

A region or surface is the image of a box of parameters; its border is that of the box.
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Basic, Eq, Expr, ImmutableMatrix, Symbol, Tuple

from derive.calculus.vector.integrals.operators import (
    BorderFlux,
    BorderWork,
    Circulation,
    Flux,
    OfLetters,
    OutwardFlux,
    RegionIntegral,
    WorkIntegral,
)
from derive.calculus.vector.integrals.parametric import TABLES as INTEGRALS
from derive.calculus.vector.integrals.reading import (
    Ranges,
    Region,
    as_many_components,
    image,
    ranges,
    upward,
    with_signs,
    worked_out,
)
from derive.calculus.vector.operators import Curl, Divergence, PlaneCurl
from derive.calculus.vector.reading import field
from derive.core import Derivation
from derive.engine import limited
from derive.rules import Outcome, Rewrite, RuleTable

x, y, z = Symbol("x"), Symbol("y"), Symbol("z")
u, v, w = (Symbol(s, nonnegative=True) for s in "uvw")
INSIDE = (0.31, 0.47, 0.73)  # of each range, where the orientation of a map is looked at


def unpack(goal: OfLetters) -> tuple[Basic, ...]:
    return goal.args


CIRCULATIONS = RuleTable(Circulation, unpack, "circulation around borders")
BORDERS = RuleTable(BorderWork, unpack, "work around borders")
OUTWARD = RuleTable(OutwardFlux, unpack, "flux out of regions")
FACES = RuleTable(BorderFlux, unpack, "flux through borders")
TABLES = {
    **INTEGRALS,
    **{table.operator: table for table in (CIRCULATIONS, BORDERS, OUTWARD, FACES)},
}
STRETCHED = (x * y, x + y**2), (x, y), (2 * u, u * v + v), ((u, 0, 1), (v, 0, 2))
SHEET = (y, z, x), (x, y, z), (u, v, 3 * u * v), ((u, 0, 1), (v, 0, 2))
BODY = (x**2, y * z, z), (x, y, z), (2 * u, v, w + u * v), ((u, 0, 1), (v, 0, 2), (w, 0, 1))


@BORDERS.rule("edge by edge", example=BorderWork(*STRETCHED))
def edge_by_edge(F: Basic, letters: Tuple, r: Tuple, limits: Tuple) -> Outcome:
    """Around the box of the parameters: forth along two edges, back along the two others."""
    (u, a, b), (v, c, d) = limits
    turn = 1 if len(r) == 3 else orientation(r, limits)
    if turn is None:
        return None

    def along(values: dict[Basic, Basic], limit: Tuple) -> Expr:
        return WorkIntegral(F, letters, r.subs(values), (limit,))

    def across(value: Basic) -> Tuple:
        return Tuple(u, a.subs(v, value), b.subs(v, value))

    forth = along({v: c}, across(c)) + along({u: b}, Tuple(v, c, d))
    back = along({v: d}, across(d)) + along({u: a}, Tuple(v, c, d))
    return turn * (forth - back)


@CIRCULATIONS.rule("around the border", example=Circulation(*STRETCHED))
def around_the_border(F: Basic, letters: Tuple, r: Tuple, limits: Tuple) -> Outcome:
    """The work along all of the border."""
    return BorderWork(F, letters, r, limits)


@CIRCULATIONS.rule("Green's theorem", example=Circulation(*STRETCHED), on_request=True)
def greens_rule(F: Basic, letters: Tuple, r: Tuple, limits: Tuple) -> Outcome:
    """Around small squares of the region the circulations add up to the one around its border: it
    is the integral of the curl. Both sides are worked out."""
    if len(letters) != 2:
        return None
    inside = RegionIntegral(PlaneCurl(F, letters), letters, r, limits)
    return _both_sides(inside, BorderWork(F, letters, r, limits))


@CIRCULATIONS.rule("Stokes' theorem", example=Circulation(*SHEET), on_request=True)
def stokes_rule(F: Basic, letters: Tuple, r: Tuple, limits: Tuple) -> Outcome:
    """Around small pieces of the surface the circulations add up to the one around its border: it
    is the flux of the curl. Both sides are worked out."""
    if len(letters) != 3:
        return None
    through = Flux(Curl(F, letters), letters, r, limits)
    return _both_sides(through, BorderWork(F, letters, r, limits))


def _both_sides(inside: Expr, border: Expr) -> Rewrite:
    return Rewrite(inside, premises=(Eq(border, inside, evaluate=False),))


@FACES.rule("face by face", example=BorderFlux(*BODY))
def face_by_face(F: Basic, letters: Tuple, r: Tuple, limits: Tuple) -> Outcome:
    """Through the six faces of the box of the parameters, outwards through each."""
    turn = orientation(r, limits)
    if turn is None:
        return None
    terms = []
    for k, (x, low, high) in enumerate(limits):
        for end, side in ((high, 1), (low, -1)):
            others = [Tuple(s, *(e.subs(x, end) for e in ends)) for s, *ends in limits if s != x]
            face = Flux(F, letters, r.subs(x, end), others)
            terms.append((-side if k == 1 else side) * face)
    return turn * Add(*terms)


@OUTWARD.rule("through the border", example=OutwardFlux(*BODY))
def through_the_border(F: Basic, letters: Tuple, r: Tuple, limits: Tuple) -> Outcome:
    """The flux outwards through all of the border."""
    return BorderFlux(F, letters, r, limits)


@OUTWARD.rule("divergence theorem", example=OutwardFlux(*BODY), on_request=True)
def divergence_rule(F: Basic, letters: Tuple, r: Tuple, limits: Tuple) -> Outcome:
    """What flows out of small boxes of the region adds up to what flows out of it: it is the
    integral of the divergence. Both sides are worked out."""
    inside = RegionIntegral(Divergence(F, letters), letters, r, limits)
    return _both_sides(inside, BorderFlux(F, letters, r, limits))


def orientation(r: Tuple, limits: Tuple) -> int | None:
    """The sign of the determinant of the Jacobian inside of the ranges, where it is seen to have
    one; letters of the problem are taken as 1 (they only scale what has a sign).

    >>> orientation(Tuple(u, -v), Tuple(Tuple(u, 0, 1), Tuple(v, 0, 2)))
    -1
    """
    letters = [x for x, _, _ in limits]
    volume = ImmutableMatrix([[f.diff(s) for s in letters] for f in r]).det(method="berkowitz")
    signs = set()
    for share in INSIDE:
        place: dict[Basic, Any] = {}
        for x, low, high in reversed(limits.args):
            a, b = (_number(end, place) for end in (low, high))
            place[x] = a + (b - a) * share
        signs.add(_number(volume, place))
    if any(not s.is_number or s.is_zero for s in signs):
        return None
    if all(s > 0 for s in signs):
        return 1
    return -1 if all(s < 0 for s in signs) else None


def _number(f: Basic, place: dict[Basic, Any]) -> Any:
    there = f.subs(place)
    return there.subs(dict.fromkeys(there.free_symbols, 1)).evalf()


# ------------------------------------------------------------------ what the user calls


def _theorem(
    kind: type[OfLetters], rule: str, F: Any, region: Region, over: Ranges, shape: tuple[int, int]
) -> tuple[OfLetters, frozenset[str]]:
    components = field(F)
    letters, r = image(region, components)
    coordinates, count = shape
    if len(letters) != coordinates:
        raise ValueError(f"{rule} takes {coordinates} coordinates; these are {len(letters)}")
    as_many_components(components, letters)
    goal = with_signs(kind(components, letters, r, upward(ranges(over, count, r))))
    if coordinates == count:  # the turn of the border is that of the map
        goal = _with_positive_scales(goal)
    assert isinstance(goal, OfLetters)
    return goal, frozenset({rule})


def _with_positive_scales(goal: OfLetters) -> OfLetters:
    """Letters of the map that are no parameters, as the half axes of an ellipse, are positive."""
    _, letters, r, limits = goal.args
    fixed = r.free_symbols - {x for x, _, _ in limits} - set(letters)
    plain = sorted((s for s in fixed if s.is_extended_real is None), key=str)
    known = {s: Symbol(s.name, positive=True) for s in plain}
    return goal.func(*(part.xreplace(known) for part in goal.args))


@limited
def greens_theorem(F: Any, region: Region, over: Ranges, timeout: float = 20.0) -> Derivation:
    """The circulation of the plane field `F` around a region, by its border and by the curl inside.

    `region` and `over` as for `region_integral`; other letters of the region, as the half axes of
    an ellipse, are positive. Both sides are worked out step by step; that they are equal is the
    premise of the last step. Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> greens_theorem(["-y", "x"], "polar", [["r", 0, 1], ["theta", 0, "2*pi"]]).result
    2*pi
    """
    goal, rule = _theorem(Circulation, "Green's theorem", F, region, over, (2, 2))
    return worked_out(goal, timeout, TABLES, rule)


@limited
def stokes_theorem(F: Any, surface: Region, over: Ranges, timeout: float = 20.0) -> Derivation:
    """The circulation of `F` around the border of a surface, and the flux of its curl through it.

    `surface` and `over` as for `surface_integral`; both sides as for `greens_theorem`.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> bowl = {"x": "r*cos(t)", "y": "r*sin(t)", "z": "r**2"}
    >>> stokes_theorem(["-y", "x", "z"], bowl, [["r", 0, 1], ["t", 0, "2*pi"]]).result
    2*pi
    """
    goal, rule = _theorem(Circulation, "Stokes' theorem", F, surface, over, (3, 2))
    return worked_out(goal, timeout, TABLES, rule)


@limited
def divergence_theorem(F: Any, region: Region, over: Ranges, timeout: float = 20.0) -> Derivation:
    """The flux of `F` out of a region in space, by its border and by the divergence inside.

    `region` and `over` as for `region_integral`; both sides as for `greens_theorem`.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> box = {"x": "u", "y": "v", "z": "w"}
    >>> over = [["u", 0, 1], ["v", 0, 2], ["w", 0, 3]]
    >>> divergence_theorem(["x**2", "y", "z"], box, over).result
    18
    """
    goal, rule = _theorem(OutwardFlux, "divergence theorem", F, region, over, (3, 3))
    return worked_out(goal, timeout, TABLES, rule)
