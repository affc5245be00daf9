"""What a step of two optimisers differs by, against making both steps."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Eq, Symbol, Tuple

from derive import update_difference, update_rule
from derive.optimizers.updates import decay, eta, omega, theta
from lambdify_bridge import check


def test_for_plain_steps_weight_decay_is_a_penalty() -> None:
    d = update_difference("weight decay", "l2 penalty")
    assert d.result == Tuple(theta * (eta * decay - omega))
    assert d.check().verdict == "confirmed"
    same = update_difference("weight decay", "l2 penalty", omega="eta*lamda")
    assert same.result == Tuple(0)
    assert same.check().verdict == "confirmed"


def test_for_adam_it_is_not() -> None:
    d = update_difference("adamw", "adam with l2", t=3)
    assert d.result.args[0] != 0
    assert d.check().verdict == "confirmed"
    # One penalty would have to be as strong for gradients of every size.
    values = {"m": 0.1, "v": 0.2, "eta": 0.1, "beta_1": 0.9, "beta_2": 0.99, "epsilon": 1e-8}
    names = [s.name for s in d.arguments]

    def shrunk_more(g: float, weight: float) -> float:
        chosen = {**values, "theta": 1.0, "g": g, "lambda": weight}
        return float(d.to_numpy()(*(chosen[name] for name in names))[0])

    gaps = [[shrunk_more(g, weight) for g in (0.01, 10.0)] for weight in (0.1, 0.3)]
    assert all(abs(small - large) > 1e-3 for small, large in gaps)


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("first", "second"),
    [("adamw", "adam with l2"), ("gradient descent", "momentum"), ("adam", "adamw"),
     ("rmsprop", "adagrad")],
)  # fmt: skip
def test_it_is_the_difference_of_both_steps(first: str, second: str) -> None:
    d = update_difference(first, second)
    rng = np.random.default_rng(5)
    letters = {s.name: float(rng.uniform(0.1, 0.9)) for s in d.arguments} | {"t": 3.0}
    found = d.to_numpy()(*(letters[s.name] for s in d.arguments))[0]
    ends = []
    for name in (first, second):
        rule = update_rule(name)
        ends.append(rule.to_numpy()(*(letters[s.name] for s in rule.arguments))[0])
    np.testing.assert_allclose(found, ends[0] - ends[1], rtol=1e-12, atol=1e-15)


@pytest.mark.false_on_purpose
def test_a_difference_that_is_off_is_refuted() -> None:
    d = update_difference("adamw", "adam with l2", t=2)
    wrong = Tuple(d.result.args[0] + theta * eta / 1000)
    assert check(Eq(d.problem, wrong, evaluate=False)).verdict == "refuted"


def test_mistakes_of_the_caller_are_named() -> None:
    with pytest.raises(ValueError, match="is no optimiser"):
        update_difference("adam", "adamax")
    with pytest.raises(ValueError, match="different places"):
        update_difference("momentum", "nesterov")
    with pytest.raises(ValueError, match="its letters are theta, g_i, eta, g"):
        update_difference("sgd", "gradient descent", g_j=1)
    assert Symbol("g_i") in update_difference("sgd", "gradient descent").arguments
