"""The length of an ellipse: a series in the square of the eccentricity."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ellipe, ellipk
from sympy import Eq, Integral, S, Symbol, hyper, pi, sin, sqrt

import derive
from lambdify_bridge import check

t, k = Symbol("t"), Symbol("k")


@pytest.mark.parametrize(("long", "short"), [(2, 1), (3, 2), (1, 5)])
def test_the_length_of_an_ellipse(long: int, short: int) -> None:
    d = derive.arc_length([f"{long}*cos(t)", f"{short}*sin(t)"], ["t", 0, "2*pi"])
    assert d.check().verdict == "confirmed", d.report
    speed = lambda t: np.hypot(long * np.sin(t), short * np.cos(t))
    assert float(d.result) == pytest.approx(quad(speed, 0, 2 * np.pi)[0], rel=1e-10)


def test_complete_elliptic_integrals() -> None:
    second = derive.integrate("sqrt(1 - sin(t)^2/3)", ("t", 0, "pi/2"))
    first = derive.integrate("1/sqrt(1 - sin(t)^2/3)", ("t", 0, "pi/2"))
    assert float(second.result) == pytest.approx(ellipe(1 / 3))
    assert float(first.result) == pytest.approx(ellipk(1 / 3))
    lettered = derive.integrate("sqrt(1 - k*sin(t)^2)", ("t", 0, "pi/2"))
    assert lettered.result == pi / 2 * hyper((-S.Half, S.Half), (1,), k)
    assert lettered.check(points=3).verdict == "confirmed", lettered.report


def test_a_mistake_is_refuted() -> None:
    goal = Integral(sqrt(1 + 3 * sin(t) ** 2), (t, 0, 2 * pi))
    wrong = 4 * pi * hyper((-S.Half, S.Half), (1,), S(1) / 4)
    assert check(Eq(goal, wrong, evaluate=False)).verdict == "refuted"


def test_part_of_a_quarter_is_refused() -> None:
    with pytest.raises(derive.NoRuleApplies):
        derive.integrate("sqrt(1 + 3*sin(t)^2)", ("t", 0, "pi/3"))
