"""Learning rates: the closed form against the rate changed step by step."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sympy import Eq, Rational

from derive import learning_rate
from derive.optimizers.schedules import SCHEDULES
from lambdify_bridge import check

# fmt: off
PLAIN = {
    "exponential": lambda t: 0.3 * 0.7**t,
    "step":        lambda t: 0.3 * 0.7 ** (t // 10),
    "cosine":      lambda t: 0.01 + (0.3 - 0.01) / 2 * (1 + math.cos(math.pi * t / 10)),
    "warm-up":     lambda t: 0.3 * min(t, 10) / 10,
}
LETTERS = {"eta": 0.3, "gamma": 0.7, "eta_min": 0.01, "T": 10}
# fmt: on


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_step_is_confirmed_and_a_mistake_refuted(name: str) -> None:
    d = learning_rate(name)
    assert d.check().verdict == "confirmed", d.report
    wrong = d.result.subs(d.arguments[0], d.arguments[0] + 1) + Rational(1, 1000)
    assert check(Eq(d.problem, wrong, evaluate=False)).verdict == "refuted"


@pytest.mark.parametrize("name", SCHEDULES)
def test_numbers_are_those_of_the_books(name: str) -> None:
    letters = {letter.name for letter in SCHEDULES[name][2]}
    rate = learning_rate(name, **{k: v for k, v in LETTERS.items() if k in letters}).to_numpy()
    times = range(40)
    np.testing.assert_allclose([rate(t) for t in times], [*map(PLAIN[name], times)], rtol=1e-13)


def test_mistakes_of_the_caller_are_named() -> None:
    with pytest.raises(ValueError, match="is no schedule"):
        learning_rate("linear")
    with pytest.raises(ValueError, match="T is a whole number"):
        learning_rate("warm-up", T=2.5)
    with pytest.raises(ValueError, match="its letters are eta, gamma"):
        learning_rate("exponential", T=3)
    assert learning_rate("cosine", eta_min=0).check().verdict == "confirmed"
