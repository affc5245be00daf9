"""Intervals for means, against SciPy's and against the tests that they turn around."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats
from sympy import Eq, Rational, S, Tuple

from derive import mean_interval, t_test
from derive.statistics.mean_intervals import T_OF_THREE, CriticalValue, MeanInterval
from derive.statistics.samples import A
from lambdify_bridge import check

DATA = [2.1, 3.4, 7.2, 5.5, 9.0, 4.4]
SHORT = {"n": 12, "mean": "5.1", "sd": "1.2"}
t, sem = scipy.stats.t, scipy.stats.sem
# fmt: off
INTERVALS: list[tuple[tuple[Any, ...], tuple[float, float]]] = [
    ((DATA,),                   t.interval(0.95, 5, np.mean(DATA), sem(DATA))),
    ((DATA, "0.99"),            t.interval(0.99, 5, np.mean(DATA), sem(DATA))),
    ((DATA, "0.5"),             t.interval(0.5, 5, np.mean(DATA), sem(DATA))),
    (([1, 4],),                 t.interval(0.95, 1, 2.5, sem([1, 4]))),
    ((SHORT, "0.9"),            t.interval(0.9, 11, 5.1, 1.2 / 12**0.5)),
    ((DATA, "0.95", 2),         scipy.stats.norm.interval(0.95, np.mean(DATA), 2 / 6**0.5)),
]
# fmt: on


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("asked", "ends"), INTERVALS, ids=lambda v: str(v)[:40])
def test_intervals_are_those_of_scipy(asked: Any, ends: tuple[float, float]) -> None:
    found = mean_interval(*asked).result
    np.testing.assert_allclose([float(end) for end in found], ends, rtol=1e-10)


def test_an_end_is_what_a_test_just_rejects() -> None:
    low, high = (float(end) for end in mean_interval([1, 2, 4, 5]).result)
    for end in (low, high):
        assert float(t_test([1, 2, 4, 5], mean=end).p_value.result) == pytest.approx(0.05, rel=1e-9)


def test_letters_and_verdict() -> None:
    found = mean_interval([5, 7, 6, 10], sigma="s")
    assert found.check(far=False).verdict == "confirmed"
    reach = found.to_numpy(["s"])(2.0)[1] - 7
    assert reach == pytest.approx(scipy.stats.norm.ppf(0.975), rel=1e-12)


def test_mistakes_are_refuted() -> None:
    wrong = [
        (CriticalValue(Rational(1, 40), T_OF_THREE), Rational(98, 50)),
        (MeanInterval(A, Rational(19, 20)), Tuple(S(1), S(7))),
    ]
    for goal, claim in wrong:
        assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


@pytest.mark.parametrize("level", [0, 1, "3/2", "a"])
def test_what_is_no_level_is_refused(level: Any) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        mean_interval([1, 2, 3], level)
