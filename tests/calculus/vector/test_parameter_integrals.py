"""Integrals along curves, over regions and surfaces: both from points, and by their formulas."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import S, Symbol, Tuple, cos, pi, sin, sqrt

import derive
from derive.calculus.vector.integrals.operators import (
    ArcLength,
    Circulation,
    CurveIntegral,
    Flux,
    InOtherVariables,
    OutwardFlux,
    Potential,
    PotentialGrowth,
    RegionIntegral,
    SurfaceIntegral,
    WorkIntegral,
)
from derive.calculus.vector.integrals.theorems import orientation
from lambdify_bridge import check
from lambdify_bridge.check import Claim
from lambdify_bridge.evaluate import Evaluator

x, y, z, t, u, v, w = (Symbol(s) for s in "xyztuvw")
CIRCLE, CIRCLED = {"x": "cos(t)", "y": "sin(t)"}, ["t", 0, "2*pi"]
SPHERE = {"x": "sin(p)*cos(t)", "y": "sin(p)*sin(t)", "z": "cos(p)"}
AROUND = [["p", 0, "pi"], ["t", 0, "2*pi"]]
DISK = [["y", "-sqrt(1 - x**2)", "sqrt(1 - x**2)"], ["x", -1, 1]]
POLAR = [["r", 0, 1], ["theta", 0, "2*pi"]]
BALL = [["r", 0, "R"], ["phi", 0, "pi"], ["theta", 0, "2*pi"]]
VORTEX = ["-y/(x**2 + y**2)", "x/(x**2 + y**2)"]
BOWL = {"x": "r*cos(t)", "y": "r*sin(t)", "z": "r**2"}
BOX = {"x": "u", "y": "v", "z": "w"}

ASKED: list[tuple[str, tuple[Any, ...], dict[str, Any], str]] = [
    ("arc_length", (["cos(t)", "sin(t)", "t"], CIRCLED), {}, "2*sqrt(2)*pi"),
    ("arc_length", (["t - sin(t)", "1 - cos(t)"], CIRCLED), {}, "8"),
    ("arc_length", (["R*cos(t)", "R*sin(t)"], CIRCLED), {}, "2*pi*Abs(R)"),
    ("line_integral", ("x**2", CIRCLE, ["t", 0, "pi"]), {}, "pi/2"),
    ("line_integral", (["-y", "x"], CIRCLE, CIRCLED), {}, "2*pi"),
    ("line_integral", (["2*x*y", "x**2"], CIRCLE, ["t", 0, "pi/2"]), {}, "0"),
    ("line_integral", (["2*x*y", "x**2"], {"x": "t", "y": "t^3"}, ["t", 0, 2]),
     {"method": "potential"}, "32"),
    ("line_integral", (VORTEX, CIRCLE, CIRCLED), {}, "2*pi"),
    ("line_integral", (VORTEX, CIRCLE, CIRCLED), {"method": "potential"}, "2*pi"),
    ("arc_length", (["t^3", "t^2"], ["t", -1, 1]), {}, "-16/27 + 26*sqrt(13)/27"),
    ("region_integral", ("1", "polar", [["r", -1, 1], ["theta", 0, "pi"]]), {}, "pi"),
    ("surface_integral", (["0", "0", "z"], {"x": "x", "y": "y", "z": "1 - x - y"},
     [["y", 0, "1 - x"], ["x", 0, 1]]), {}, "-1/6"),
    ("potential", (["2*x*y", "x**2 + 3*y**2"], ["x", "y"]), {}, "x**2*y + y**3"),
    ("potential", (["y*z", "x*z", "x*y + cos(z)"], ["x", "y", "z"]), {}, "x*y*z + sin(z)"),
    ("potential", (["x/sqrt(x^2 + y^2)", "y/sqrt(x^2 + y^2)"], ["x", "y"]), {},
     "sqrt(x**2 + y**2)"),
    ("surface_area", (list(SPHERE.values()), AROUND), {}, "4*pi"),
    ("surface_area", (["p", "q", "p**2 + q**2"],
     [["q", "-sqrt(1 - p**2)", "sqrt(1 - p**2)"], ["p", -1, 1]]), {},
     "2*pi*(-1/12 + 5*sqrt(5)/12)"),
    ("surface_area", (["p", "q", "p*q"],
     [["q", "-sqrt(a**2 - p**2)", "sqrt(a**2 - p**2)"], ["p", "-a", "a"]]), {},
     "2*pi*((a**2 + 1)**(3/2)/3 - 1/3)"),
    ("surface_area", (["p", "q", "p**2 + q**2"], [["p", 0, 1], ["q", 0, 1]]), {},
     "-atan(4/3)/12 + 7*asinh(2*sqrt(5)/5)/6 + 1"),
    ("surface_integral", ("z**2", SPHERE, AROUND), {}, "4*pi/3"),
    ("surface_integral", (["x", "y", "z"], SPHERE, AROUND), {}, "4*pi"),
    ("region_integral", ("x**2 + y**2", "polar", [["r", 0, "R"], POLAR[1]]), {}, "pi*R**4/2"),
    ("region_integral", ("1", "spherical", BALL), {}, "4*pi*R**3/3"),
    ("region_integral", ("z", "cylindrical", [["z", 0, 3], *POLAR]), {}, "9*pi/2"),
    ("region_integral", ("x*y", {"x": "u", "y": "v"}, [["v", 0, "u"], ["u", 0, 1]]), {}, "1/8"),
    ("change_of_variables", ("exp(-x^2 - y^2)", DISK, "polar", POLAR), {},
     "2*pi*(1/2 - exp(-1)/2)"),
    ("change_of_variables", ("(x + y)**2", [["y", "-x", "2 - x"], ["x", 0, 1]],
     {"x": "u", "y": "v - u"}, [["v", 0, 2], ["u", 0, 1]]), {}, "8/3"),
    ("greens_theorem", (["-y", "x"], "polar", POLAR), {}, "2*pi"),
    ("greens_theorem", (["x*y", "x**2"], {"x": "u", "y": "v"}, [["v", "u**2", "u"], ["u", 0, 1]]),
     {}, "1/12"),
    ("greens_theorem", (["-y/2", "x/2"], {"x": "a*r*cos(t)", "y": "b*r*sin(t)"},
     [["r", 0, 1], CIRCLED]), {}, "pi*a*b"),
    ("stokes_theorem", (["-y", "x", "z"], BOWL, [["r", 0, 1], CIRCLED]), {}, "2*pi"),
    ("divergence_theorem", (["x^2", "y", "z"], BOX, [["u", 0, 1], ["v", 0, 2], ["w", 0, 3]]), {},
     "18"),
]  # fmt: skip


FLAT = {"x": "u", "y": "v"}


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("name", "args", "options", "answer"), ASKED, ids=[f"{a[0]} {k}" for k, a in enumerate(ASKED)]
)
def test_worked_out(name: str, args: tuple[Any, ...], options: dict[str, Any], answer: str) -> None:
    d = getattr(derive, name)(*args, **options)
    assert str(d.result) == answer
    assert d.check().verdict == "confirmed", d.report


STRETCH, SQUARE = ((t, 0, 2),), ((u, 0, 1), (v, 0, 2))
CUBE = (*SQUARE, (w, 0, 1))
SKEW = (2 * u, v, w + u * v)


@pytest.mark.parametrize(
    ("goal", "wrong"),
    [
        (ArcLength((t, 2 * t), STRETCH), 6),
        (CurveIntegral(x, (x, y), (t, t), STRETCH), 2),
        (WorkIntegral((y, -x), (x, y), (t, t**2), STRETCH), S(8) / 3),
        (WorkIntegral((y, x), (x, y), (cos(t), sin(t)), ((t, 0, 2 * pi),)), S(1) / 10**6),
        (PotentialGrowth(x * y, (x, y), (t, t), STRETCH), 2),
        (RegionIntegral(S(1), (x, y), (2 * u, u + v), SQUARE), 2),
        (SurfaceIntegral(S(1), (x, y, z), (u, v, u), SQUARE), 2),
        (Flux((0, 0, 1), (x, y, z), (u, v, u * v), SQUARE), -2),
        (Circulation((-y, x), (x, y), (u, -v), SQUARE), -4),
        (OutwardFlux((x, y, z), (x, y, z), SKEW, CUBE), 6),
        (Potential((2 * x * y, x**2), (x, y)), x**2 * y + x),
        (Potential((-y, x), (x, y)), x * y),
        (InOtherVariables(S(1), ((y, 0, x), (x, 0, 1)), (y, x), (v, u), ((v, 0, 1), (u, 0, 1))), 1),
    ],
)  # fmt: skip
def test_mistakes_are_refuted(goal: Any, wrong: Any) -> None:
    report = check(Claim(goal, S(wrong)))
    assert report.verdict == "refuted", report


def test_a_path_that_does_not_matter_where_the_field_has_a_potential() -> None:
    """Two ways from (0, 0) to (1, 1): straight, and along a parabola."""
    at = Evaluator({})
    ways = [(t, t), (t, t**2)]
    work = [at(WorkIntegral((2 * x * y, x**2), (x, y), r, ((t, 0, 1),))) for r in ways]
    assert abs(work[0] - work[1]) < 1e-12
    turning = [at(WorkIntegral((-y, x), (x, y), r, ((t, 0, 1),))) for r in ways]
    assert abs(turning[0] - turning[1]) > 0.1


def test_what_has_no_answer() -> None:
    with pytest.raises(derive.NoRuleApplies, match="curl is 2"):
        derive.potential(["-y", "x"], ["x", "y"])
    with pytest.raises(derive.NoRuleApplies):
        derive.line_integral(["-y", "x"], CIRCLE, CIRCLED, method="potential")
    half = [["r", 0, 1], ["theta", 0, "pi"]]
    with pytest.raises(derive.NoRuleApplies, match="same region"):
        derive.change_of_variables("exp(-x**2 - y**2)", DISK, "polar", half)


@pytest.mark.parametrize(
    ("name", "args", "why"),
    [
        ("arc_length", (["t", "t"], ["t", 0, "oo"]), "the range of t ends"),
        ("arc_length", (["t", "t"], ["t", 0]), "one range"),
        ("line_integral", (["x"], CIRCLE, CIRCLED), "components"),
        ("surface_integral", ("x", CIRCLE, AROUND), "three coordinates"),
        ("region_integral", ("x", "toroidal", POLAR), "none of polar"),
        ("region_integral", ("x", "polar", [["r", 0, "theta"]]), "2 ranges"),
        ("region_integral", ("x", "polar", [["theta", 0, 1], ["r", 0, "theta"]]), "before"),
        ("change_of_variables", ("x", [["a", 0, 1], ["x", 0, 1]], "polar", POLAR), "ranges are of"),
        ("greens_theorem", (["x", "y", "z"], BOWL, AROUND), "2 coordinates"),
        ("greens_theorem", (["-y", "x"], FLAT, [["v", 0, "1 - u"], ["u", 0, 2]]), "down to 1 - u"),
        ("region_integral", ("1", FLAT, [["v", "1 - u", "u"], ["u", 0, 1]]), "down to u"),
        ("arc_length", (["t", "t"], ["t", 1, 0]), "lower end first"),
    ],
)
def test_what_cannot_be_asked(name: str, args: tuple[Any, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        getattr(derive, name)(*args)


def test_the_orientation_of_a_map() -> None:
    r, angle = Symbol("r"), Symbol("angle")
    limits = Tuple(Tuple(r, 0, 1), Tuple(angle, 0, 2 * pi))
    assert orientation(Tuple(r * cos(angle), r * sin(angle)), limits) == 1
    assert orientation(Tuple(r * sin(angle), r * cos(angle)), limits) == -1
    assert orientation(Tuple((r - S.Half) ** 2, angle), limits) is None


def test_an_area_of_narrow_cells() -> None:
    """A quarter of a cone: triangles about the middle of a cell would not add up to its area."""
    cone = SurfaceIntegral(
        S(1), (x, y, z), (u * cos(v), u * sin(v), u), ((u, 0, 1), (v, 0, pi / 2))
    )
    assert abs(Evaluator({})(cone) - Evaluator({})(sqrt(2) * pi / 4)) < 1e-9
