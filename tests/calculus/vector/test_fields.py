"""Gradient, divergence, curl and their kin: steps that are true, mistakes that are refuted."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from sympy import (
    Abs,
    Derivative,
    Eq,
    ImmutableMatrix,
    Max,
    Piecewise,
    Rational,
    S,
    Symbol,
    Tuple,
    cos,
    exp,
    sin,
)

import derive
from derive.calculus.vector.operators import (
    AlongCurve,
    Curl,
    DirectionalDerivative,
    Divergence,
    GradientVector,
    HessianMatrix,
    JacobianDeterminant,
    Laplacian,
    PlaneCurl,
    TaylorPolynomial,
    ValueAt,
)
from derive.calculus.vector.points import CriticalPoints, LocalMaximum, LocalMinimum, SaddlePoint
from lambdify_bridge import check
from lambdify_bridge.check import Claim

x, y, z, r, t = (Symbol(s) for s in "xyzrt")
f = x**2 * y + sin(x)

ASKED: list[tuple[str, tuple[Any, ...], dict[str, Any], str]] = [
    ("gradient", ("x**2*y", ["x", "y"]), {"at": {"y": 2, "x": 1}}, "Matrix([[4], [1]])"),
    ("jacobian", (["x*y", "x + y"], ["x", "y"]), {}, "Matrix([[y, x], [1, 1]])"),
    ("hessian", ("x**2*y", ["x", "y"]), {}, "Matrix([[2*y, 2*x], [2*x, 0]])"),
    ("laplacian", ("1/sqrt(x**2 + y**2 + z**2)", ["x", "y", "z"]), {}, "0"),
    ("divergence", (["x**2", "x*y"], ["x", "y"]), {}, "3*x"),
    ("curl", (["-y", "x"], ["x", "y"]), {}, "2"),
    ("jacobian_determinant", (["r*cos(t)", "r*sin(t)"], ["r", "t"]), {}, "r"),
    ("directional_derivative", ("x**2*y", ["x", "y"], [3, 4]), {"at": [1, 2]}, "16/5"),
    ("total_derivative", ("x**2 + y**2", {"x": "r*cos(t)", "y": "r*sin(t)"}, "r"), {}, "2*r"),
    ("taylor_polynomial", ("x*exp(y)", ["x", "y"]), {"order": 2}, "x*y + x"),
    ("velocity", (["t**2", "t**3"], "t"), {}, "Matrix([[2*t], [3*t**2]])"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args", "options", "answer"), ASKED, ids=[a[0] for a in ASKED])
def test_worked_out(name: str, args: tuple[Any, ...], options: dict[str, Any], answer: str) -> None:
    d = getattr(derive, name)(*args, **options)
    assert str(d.result) == answer
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.parametrize(
    ("goal", "wrong"),
    [
        (GradientVector(f, (x, y)), ImmutableMatrix([2 * x * y + cos(x), -(x**2)])),
        (HessianMatrix(x**2 * y, (x, y)), ImmutableMatrix([[2 * y, x], [x, 0]])),
        (Divergence((x * y, y * z, x), (x, y, z)), y - z),
        (Curl((y, -x, z), (x, y, z)), ImmutableMatrix([0, 0, 2])),
        (PlaneCurl((y, -x), (x, y)), 2),
        (Laplacian(x**2 * y**2, (x, y)), x**2 + y**2),
        (JacobianDeterminant((r * cos(t), r * sin(t)), (r, t)), -r),
        (DirectionalDerivative(x**2 * y, (x, y), (3, 4)), 6 * x * y + 4 * x**2),
        (AlongCurve(x**2 * y, (x, y), (cos(t), t), t), cos(t) ** 2),
        (TaylorPolynomial(exp(x) * y, (x, y), (0, 0), 2), y + 2 * x * y),
        (CriticalPoints(x**2 - y**2, (x, y)), Tuple(LocalMinimum(0, 0))),
        (CriticalPoints(x**3 - 3 * x + y**2, (x, y)), Tuple(LocalMinimum(1, 0))),
    ],
)  # fmt: skip
def test_mistakes_are_refuted(goal: Any, wrong: Any) -> None:
    report = check(Claim(goal, S(wrong)))
    assert report.verdict == "refuted", report


def test_critical_points_and_their_kinds() -> None:
    d = derive.critical_points("x**3 - 3*x + y**2", ["x", "y"])
    assert set(d.result) == {LocalMinimum(1, 0), SaddlePoint(-1, 0)}
    assert d.check().verdict == "confirmed", d.report
    d = derive.critical_points("-x**2 - y**2 + 2*x", ["x", "y"])
    assert d.result == Tuple(LocalMaximum(1, 0))


def test_where_second_derivatives_vanish_a_saddle_point_is_confirmed() -> None:
    d = derive.critical_points("x**4 + y**4 - 4*x*y", ["x", "y"])
    assert set(d.result) == {LocalMinimum(1, 1), SaddlePoint(0, 0), LocalMinimum(-1, -1)}
    assert d.check().verdict == "confirmed", d.report
    assert "x - 1 = 0 or (x, y) with" in d.text()


FLAT = [
    # f of x and y, what is at the origin, the rule that saw it
    ("x**2 + x*y**2 + y**4", LocalMinimum, "complete the square"),
    ("-x**4 - x*y**3 - 2*y**4", LocalMaximum, "one sign"),
    ("x**3 - 3*x*y**2", SaddlePoint, "up and down"),
    ("(y - x**2)*(y - 3*x**2)", SaddlePoint, "up and down"),
    ("x**2 - 2*x*y**2 + y**4 - y**5", SaddlePoint, "up and down"),
    ("x**2 - 2*x*y**2 + y**4 + y**6", LocalMinimum, "straighten a curve"),
    ("exp(x**4 + x**2*y**2 + y**4)", LocalMinimum, "terms of lowest weight"),
]


@pytest.mark.one_in(4)
@pytest.mark.parametrize(("f", "kind", "rule"), FLAT, ids=[row[0] for row in FLAT])
def test_the_kind_where_the_hessian_is_singular(f: str, kind: type, rule: str) -> None:
    d = derive.critical_points(f, ["x", "y"])
    assert d.result == Tuple(kind(0, 0))
    assert rule in {step.rule for step in d.steps}
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.parametrize(
    ("f", "wrong"),
    [
        (x**2 + x * y**2 + y**4, SaddlePoint(0, 0)),
        (x**2 + 3 * x * y**2 + 2 * y**4, LocalMinimum(0, 0)),
        ((y - x**2) * (y - 3 * x**2), LocalMinimum(0, 0)),
        (x**4 + y**4, LocalMaximum(0, 0)),
    ],
)
def test_wrong_kinds_of_flat_points_are_refuted(f: Any, wrong: Any) -> None:
    assert check(Claim(CriticalPoints(f, (x, y)), Tuple(wrong))).verdict == "refuted"


def test_where_a_function_fades_no_points_are_seen() -> None:
    d = derive.critical_points("x*y*exp(-x**2 - y**2)", ["x", "y"])
    assert [type(kind).__name__ for kind in d.result].count("LocalMaximum") == 2
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.parametrize(
    ("f", "why"),
    [("abs(x) + y", "the point: Ne(x, 0)"), ("sqrt(x**2 + y**2)", "no rule applies to")],
)
def test_at_a_point_without_a_gradient_none_is_given(f: str, why: str) -> None:
    with pytest.raises(derive.NoRuleApplies, match=re.escape(why)):
        derive.gradient(f, ["x", "y"], at=[0, 0])
    assert derive.gradient(f, ["x", "y"], at=[3, 4]).check().verdict == "confirmed"


@pytest.mark.parametrize(
    "f", [Abs(x), Max(x, 0), x**3 + Max(x, 0), Piecewise((7, Eq(x, 0)), (x, True))]
)
@pytest.mark.parametrize("claimed", [0, Rational(1, 2), 1])
def test_nothing_is_confirmed_of_a_slope_at_a_kink(f: Any, claimed: Any) -> None:
    for there in (
        ValueAt(Derivative(f, x, evaluate=False), (x,), (0,)),
        ValueAt(DirectionalDerivative(f + y, (x, y), (1, 0)), (x, y), (0, 0)),
    ):
        assert check(Claim(there, S(claimed))).verdict == "undecided"


def test_as_a_function() -> None:
    slope = derive.gradient("x**2*y", ["x", "y"]).to_numpy()
    np.testing.assert_allclose(np.ravel(slope(1.0, 2.0)), [4, 1])


def test_what_cannot_be_asked() -> None:
    with pytest.raises(ValueError, match="components"):
        derive.divergence(["x"], ["x", "y"])
    with pytest.raises(ValueError, match="twice"):
        derive.gradient("x", ["x", "x"])
    with pytest.raises(ValueError, match="shapes is for an array"):
        derive.gradient("x*y", ["x", "y"], {"x": 3})
    with pytest.raises(ValueError, match="form is for an array"):
        derive.jacobian(["x*y"], ["x", "y"], form="vec")
    with pytest.raises(ValueError, match="at is for a list of letters"):
        derive.hessian("x.T @ x", "x", {"x": 3}, at=[1, 2, 3])
    with pytest.raises(ValueError, match="length"):
        derive.directional_derivative("x", ["x", "y"], [0, 0])
