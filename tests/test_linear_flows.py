"""Linear systems of differential equations: found, followed by SciPy, and refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from sympy import Eq, ImmutableMatrix, Symbol, cos, exp, sin

import derive
from derive.linear_algebra.linear_flows import LinearFlow
from lambdify_bridge import check

t = Symbol("t")
# fmt: off
NUMBERS = [
    # A, start, constant
    ([[1, 2], [2, 1]],                      [1, 3],     None),
    ([[0, 1], [-4, 0]],                     [1, 0],     None),
    ([[-1, 0], [1, -2]],                    [2, 1],     [1, 0]),
    ([[3, 1, 0], [-1, 1, 0], [1, 1, 2]],    [1, 2, 3],  None),
    ([[0, 1], [-1, -2]],                    [1, 1],     [0, 3]),
]
# fmt: on


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("A", "start", "constant"), NUMBERS)
def test_as_it_is_followed(A: Any, start: Any, constant: Any) -> None:
    d = derive.linear_flow(A, start, constant=constant)
    assert d.check(points=3).verdict == "confirmed", d.report
    push = np.array(constant or [0] * len(start), float)
    slope = lambda _, x: np.array(A, float) @ x + push
    found = solve_ivp(slope, (0, 0.7), np.array(start, float), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(d.to_numpy()(0.7).ravel(), found.y[:, -1], rtol=1e-6)


def test_with_letters() -> None:
    d = derive.linear_flow([[0, 1], ["-w^2", 0]], ["a", "b"])
    w, a, b = Symbol("w"), Symbol("a"), Symbol("b")
    assert (d.result[0] - a * cos(w * t) - b * sin(w * t) / w).simplify() == 0
    assert d.check(points=3).verdict == "confirmed", d.report
    assert derive.linear_flow([[2]], t="s").result == ImmutableMatrix(
        [Symbol("c_1") * exp(2 * Symbol("s"))]
    )


def test_mistakes_are_refuted() -> None:
    A, start = ImmutableMatrix([[0, 1], [-1, 0]]), ImmutableMatrix([1, 0])
    goal = LinearFlow(A, ImmutableMatrix([0, 0]), start, t)
    for wrong in ([cos(t), sin(t)], [cos(t), -sin(t) / 2], [1, -t]):
        claim = Eq(goal, ImmutableMatrix(wrong), evaluate=False)
        assert check(claim).verdict == "refuted"


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="2 entries each"):
        derive.linear_flow([[0, 1], [-1, 0]], [1, 2, 3])
    with pytest.raises(ValueError, match="do not depend on t"):
        derive.linear_flow([[0, "t"], [-1, 0]])
    with pytest.raises(derive.NoRuleApplies, match="no closed form"):
        derive.linear_flow([[0, 1, 0], [0, 0, 1], [1, 1, 1]])
