"""Implicit functions: slopes as solving beside the point finds them, and where there are none."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import ImmutableMatrix, Ne, Symbol

import derive
from derive.calculus.vector.implicit import ImplicitJacobian
from lambdify_bridge import check
from lambdify_bridge.check import Claim

x, y, z, u, v = (Symbol(s) for s in "xyzuv")

ASKED: list[tuple[Any, list[str], list[str], ImmutableMatrix]] = [
    (["x^2 + y^2 + z^2 = 1"], ["z"], ["x", "y"], ImmutableMatrix([[-x / z, -y / z]])),
    ("x*y*z = 1", ["z"], ["x"], ImmutableMatrix([[-z / x]])),
    (["u + v = x", "u*v = y"], ["u", "v"], ["x", "y"],
     ImmutableMatrix([[u, -1], [-v, 1]]) / (u - v)),
    (["x = u^2 - v^2", "y = 2*u*v"], ["u", "v"], ["x"],
     ImmutableMatrix([u, -v]) / (2 * (u**2 + v**2))),
    (["x^2 + y^2 = z", "x + y + z = 2"], ["y", "z"], ["x"],
     ImmutableMatrix([-(2 * x + 1), 2 * (x - y)]) / (2 * y + 1)),
]  # fmt: skip


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("equations", "ys", "xs", "answer"), ASKED, ids=[str(a[0]) for a in ASKED])
def test_worked_out(equations: Any, ys: list[str], xs: list[str], answer: ImmutableMatrix) -> None:
    d = derive.implicit_jacobian(equations, ys, xs)
    assert (d.result - answer).applyfunc(lambda e: e.simplify()) == ImmutableMatrix.zeros(
        *answer.shape
    )
    assert d.check().verdict == "confirmed", d.report


def test_the_condition_is_that_the_determinant_is_not_zero() -> None:
    d = derive.implicit_jacobian(["u + v = x", "u*v = y"], ["u", "v"], ["x"])
    assert d.given == Ne(u - v, 0)


def test_mistakes_are_refuted() -> None:
    goal = ImplicitJacobian((x**2 + y**2 + z**2,), (z,), (x, y))
    for wrong in ([[x / z, -y / z]], [[-x / z, -x / z]], [[-x, -y]]):
        report = check(Claim(goal, ImmutableMatrix(wrong), Ne(z, 0)))
        assert report.verdict == "refuted", report


@pytest.mark.parametrize(
    ("equations", "ys", "xs", "why"),
    [
        (["x + y"], ["x", "y"], ["t"], "1 equations for 2"),
        (["x + y"], ["y"], ["y"], "not both"),
        (["x + y"], ["z"], ["x"], "do not hold z"),
    ],
)
def test_what_cannot_be_asked(equations: Any, ys: Any, xs: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        derive.implicit_jacobian(equations, ys, xs)


def test_equations_that_leave_a_letter_open() -> None:
    with pytest.raises(derive.NoRuleApplies, match="singular"):
        derive.implicit_jacobian(["u + v = x", "2*u + 2*v = y"], ["u", "v"], ["x"])
