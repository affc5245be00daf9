"""Exact equations, also after a factor: solved with steps, and followed by SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from sympy import Eq, Symbol, cos, exp, lambdify, sin

from derive import dsolve
from derive.calculus.equations.operators import (
    ExactEquation,
    ImplicitFunction,
    LevelCurve,
    Multiplied,
    Solution,
)
from lambdify_bridge import check

x, y, C = Symbol("x"), Symbol("y"), Symbol("C")

# fmt: off
CASES = [
    # M, N, rule that is used first
    (2 * x * y + 1,                     x**2 + 3 * y**2,            "exact equation"),
    (2 * x * y + 1,                     x**2 + 2 * y,               "exact equation"),
    (y * cos(x) + exp(y),               sin(x) + x * exp(y),        "exact equation"),
    (3 * x * y + y**2 + x * cos(x),     x**2 + x * y,               "exact after a factor of x"),
    (y,                                 2 * x - y * exp(y),         "exact after a factor of y"),
]
GOAL = ExactEquation(2 * x * y + 1, x**2 + 2 * y, y, x, C)
WRONG: list[tuple[Any, Any]] = [
    (GOAL,                              LevelCurve(x**2 * y + x + y**3, y, x, C)),
    (GOAL,                              LevelCurve(x**2 * y - x + y**2, y, x, C)),
    (LevelCurve(x**2 * y + y**2, y, x, C), -x**2 + C),
    (Solution(-x / y, y, x, C),         LevelCurve(x**2 - y**2, y, x, C)),
    (Multiplied(3 * x * y + y**2, x**2 + x * y, x, y, x, C),
                                        LevelCurve(x**3 * y + x**2 * y**2, y, x, C)),
]
# fmt: on


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Any, claim: Any) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


@pytest.mark.one_in(5)
@pytest.mark.parametrize(("M", "N", "rule"), CASES, ids=str)
def test_scipy_follows_the_same_solution(M: Any, N: Any, rule: str) -> None:
    general = dsolve(f"{M} + ({N})*y' = 0", "y", "x")
    assert general.root.rule == rule
    d = dsolve(f"{M} + ({N})*y' = 0", "y", "x", "y(1) = 1")
    if not (M.has(exp) or N.has(exp)):
        assert d.check().verdict == "confirmed", d.report
    slope = lambdify([x, y], -M / N)
    found = solve_ivp(lambda s, v: [slope(s, v[0])], (1, 1.3), [1.0], rtol=1e-10, atol=1e-12)
    end = found.y[0][-1]
    if isinstance(d.result, ImplicitFunction):
        F, constant = d.result.args[:2]
        level = lambdify(y, (F - constant).subs(x, 1.3))
        assert brentq(level, end - 0.05, end + 0.05, xtol=1e-13) == pytest.approx(end, abs=1e-8)
    else:
        assert d.to_numpy(["x"])(np.array([1.0, 1.3])) == pytest.approx([1.0, end], abs=1e-8)


def test_the_general_solution_is_a_level_curve_where_it_has_no_formula() -> None:
    d = dsolve("2*x*y + 1 + (x^2 + 3*y^2)*y' = 0", "y", "x")
    assert d.result == LevelCurve(x**2 * y + x + y**3, y, x, C)
    assert d.check().verdict == "confirmed", d.report
    assert "y^{3} = C" in d.latex().replace("{y}", "y") or "y**3 = C" in str(d.result)


def test_the_other_kinds_come_first() -> None:
    assert dsolve("y' = -2*x*y", "y", "x").root.rule == "linear equation"
    assert dsolve("y' = x*y^2", "y", "x").root.rule == "separate the variables"
