"""Stochastic gradient descent on a parabola, against runs of it."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Eq, S, oo

from derive import square_error
from derive.optimizers.noisy_descent import SquareError
from lambdify_bridge import check

CURVATURE, VARIANCE, START, ETA, BATCH = 1.5, 2.0, 3.0, 0.2, 4


def runs(steps: int, count: int = 200_000) -> np.ndarray:
    """The squares that many runs reach."""
    random = np.random.default_rng(7)
    x = np.full(count, START)
    for _ in range(steps):
        noise = random.normal(0, np.sqrt(VARIANCE), (BATCH, count)).mean(axis=0)
        x = x - ETA * (CURVATURE * x + noise)
    return x**2


@pytest.mark.parametrize("steps", [1, 4, 9])
def test_against_runs(steps: int) -> None:
    closed = square_error(CURVATURE, VARIANCE, START, ETA, steps, BATCH)
    assert closed.check().verdict == "confirmed", closed.report
    squares = runs(steps)
    error = squares.std() / np.sqrt(len(squares))
    assert float(closed.result) == pytest.approx(squares.mean(), abs=5 * error)


def test_what_remains() -> None:
    squares, remains = runs(60), square_error(CURVATURE, VARIANCE, START, ETA, "oo", BATCH)
    error = squares.std() / np.sqrt(len(squares))
    assert float(remains.result) == pytest.approx(squares.mean(), abs=5 * error)


def test_in_letters() -> None:
    d = square_error()
    assert d.check().verdict == "confirmed", d.report
    limit = square_error(steps="oo")
    assert limit.check().verdict == "confirmed", limit.report
    values = {"a": 1.5, "eta": 0.2, "v": 2.0, "x0": 3.0, "k": 400}
    known = {x: values[x.name] for x in d.arguments}
    assert float(d.result.subs(known)) == pytest.approx(float(limit.result.subs(known)), rel=1e-9)


def test_mistakes_are_refuted() -> None:
    for steps, wrong in ((3, S(1) / 2), (oo, S(1) / 5), (oo, S(1) / 3 + S(1) / 10**8)):
        claim = Eq(SquareError(1, S(1) / 2, 1, 0, steps), wrong, evaluate=False)
        assert check(claim).verdict == "refuted"
    right = Eq(SquareError(1, S(1) / 2, 1, 0, oo), S(1) / 3, evaluate=False)
    assert check(right).verdict == "confirmed"


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="positive"):
        square_error(-1)
    with pytest.raises(ValueError, match="positive"):
        square_error(batch=0)
