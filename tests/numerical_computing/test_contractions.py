"""Contractions on an interval: found, iterated, refuted where a little wrong, refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sympy import E, Eq, S, Symbol, Tuple, cos, sin, sqrt

import derive
from derive.numerical_computing.contractions import (
    ContractionConstant,
    FurthestFromZero,
    StepsForTolerance,
    ValuesBetween,
    one_sign,
)
from lambdify_bridge import check

x, THIRD = Symbol("x"), S(1) / 3
# fmt: off
FOUND: list[tuple[str, tuple[Any, Any], Callable[[Any], Any], Any, Any]] = [
    ("cos(x)",         (0, 1),     np.cos,                           (cos(1), 1),           sin(1)),
    ("x/2 + 1/x",      (1, 2),     lambda x: x / 2 + 1 / x,          (sqrt(2), S(3) / 2),   S.Half),
    ("exp(-x)",        ("1/3", 1), lambda x: np.exp(-x), (1 / E, E ** -THIRD), E ** -THIRD),
    ("(x^3 + 1)/5",    (-1, 1),    lambda x: (x**3 + 1) / 5,         (0, S(2) / 5),   S(3) / 5),
    ("1 + sin(x)/2",   (0, 3),     lambda x: 1 + np.sin(x) / 2,      (1, S(3) / 2),         S.Half),
]
WRONG: list[tuple[Any, Any]] = [
    (ValuesBetween(x / 2 + 1 / x, x, S(1), S(2)),       Tuple(S(1), S(3) / 2)),
    (ContractionConstant(cos(x), x, S(0), S(1)),        cos(1)),
    (FurthestFromZero(Tuple(S(-3), S(2))),              S(2)),
    (StepsForTolerance(S.Half, S(1), S(1) / 1000),      S(10)),
]
# fmt: on


@pytest.mark.parametrize(("g", "over", "step", "image", "q"), FOUND)
def test_contractions(g: str, over: Any, step: Any, image: Any, q: Any) -> None:
    found = derive.contraction(g, "x", over, tolerance="1/1000")
    assert found.image.result == Tuple(*image)
    assert found.constant.result == q
    for each in found:
        assert each.check(points=2).verdict == "confirmed", each.report
    place = (float(S(over[0])) + float(S(over[1]))) / 2
    for _ in range(int(found.steps.result)):
        place = step(place)
    far = place
    for _ in range(200):
        far = step(far)
    assert abs(place - far) < 1e-3


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Any, claim: Any) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


def test_signs_on_an_interval() -> None:
    assert one_sign(sin(x), x, S(0), S(3)) == 1
    assert one_sign(-sin(x) / 2, x, S(0), S(3)) == -1
    assert one_sign(cos(x), x, S(0), S(3)) == 0
    assert one_sign(sin(x) - x, x, S(0), S(1)) == -1


def test_what_is_no_contraction_is_refused() -> None:
    with pytest.raises(derive.NoRuleApplies, match="leaves the interval: it runs from 0 to 2"):
        derive.contraction("2*x", "x", (0, 1))
    with pytest.raises(derive.NoRuleApplies, match="the largest slope is 7/2"):
        derive.contraction("x/2 + 1/x", "x", ("1/2", 3))
    with pytest.raises(derive.NoRuleApplies, match="no contraction"):
        derive.contraction("exp(-x)", "x", (0, 1))
    with pytest.raises(ValueError, match="not in the interval"):
        derive.contraction("cos(x)", "x", (0, 1), 2)
    with pytest.raises(ValueError, match="other letters"):
        derive.contraction("a*cos(x)", "x", (0, 1))
    with pytest.raises(ValueError, match="positive number"):
        derive.contraction("cos(x)", "x", (0, 1), tolerance=0)
