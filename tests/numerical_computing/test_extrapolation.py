"""Richardson extrapolation: found, used on numbers, and refuted where a little wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sympy import Eq, ImmutableMatrix, Rational, S, Symbol, Tuple, symbols

from derive import richardson
from derive.numerical_computing.extrapolation import (
    Extrapolated,
    RichardsonError,
    RichardsonWeights,
    c,
    h,
)
from lambdify_bridge import check

A = symbols("A_0:3")
ONE, TWO = Tuple(S(2)), Tuple(S(2), S(4))

# fmt: off
WRONG: list[tuple[Any, Any]] = [
    (RichardsonWeights(ONE, S(2)),               ImmutableMatrix([4, -1]) / 3),
    (RichardsonWeights(ONE, S(2)),               ImmutableMatrix([-1, 2])),
    (Extrapolated(ONE, S(2), Tuple(*A[:2])),     (4 * A[1] + A[0]) / 3),
    (RichardsonError(ONE, S(2), S(4), c, h),     c * h**4 / 2),
    (RichardsonError(ONE, S(2), S(4), c, h),     c * h**3 / 4),
    (RichardsonError(TWO, S(2), S(6), c, h),     c * h**6 / 64),
]
# fmt: on


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Any, claim: Any) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


def test_found() -> None:
    for d, formula, error in (
        (richardson(2), 4 * A[1] / 3 - A[0] / 3, c * h**4 / 4),
        (richardson(1), 2 * A[1] - A[0], c * h**2 / 2),
        (richardson([2, 4]), A[0] / 45 - 4 * A[1] / 9 + 64 * A[2] / 45, -c * h**6 / 64),
        (richardson(2, then=3, ratio=3), 9 * A[1] / 8 - A[0] / 8, c * h**3 / 12),
        (richardson("1/2", ratio=4), 2 * A[1] - A[0], c * h / 2),
    ):
        assert d.formula.result == formula
        assert d.error.result == error
        for each in d:
            assert each.check().verdict == "confirmed", each.report


def test_romberg_gains_the_order_that_was_said() -> None:
    combined = richardson([2, 4]).formula.to_numpy()

    def trapezoid(parts: int) -> float:
        return float(np.trapezoid(np.exp(np.linspace(0, 1, parts + 1)), dx=1 / parts))

    errors = [abs(combined(*(trapezoid(k * n) for k in (1, 2, 4))) - np.e + 1) for n in (1, 2, 4)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(6, abs=0.2)
    assert np.log2(errors[1] / errors[2]) == pytest.approx(6, abs=0.1)


def test_mistakes_of_the_caller_are_named() -> None:
    with pytest.raises(ValueError, match="positive numbers"):
        richardson([-1])
    with pytest.raises(ValueError, match="not 1"):
        richardson(2, ratio=1)
    with pytest.raises(ValueError, match="is gone"):
        richardson([2, 4], then=4)
    assert richardson(2).error.result.coeff(c) == h**4 * Rational(1, 4)
    assert Symbol("A_0") in richardson(2).formula.arguments
