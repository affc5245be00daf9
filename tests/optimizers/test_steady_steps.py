"""Steps under a constant gradient, against optimisers that really take them."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Abs, Symbol, sqrt

from derive import steady_step, update_rule

SETTINGS = {"eta": 0.1, "beta": 0.9, "beta_1": 0.9, "beta_2": 0.99, "rho": 0.8, "epsilon": 0.01}
NAMES = ["gradient descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]


@pytest.mark.one_in(4)
@pytest.mark.parametrize("name", NAMES)
def test_against_steps_that_are_taken(name: str) -> None:
    d = steady_step(name)
    assert d.check().verdict == "confirmed", d.report
    rule = update_rule(name)
    letters = [x.name for x in rule.arguments]
    step = rule.to_numpy(letters)
    closed = d.to_numpy([x.name for x in d.arguments])
    known = {**SETTINGS, "g": -3.0, "lambda": 0.0, "theta": 2.0}
    state = dict.fromkeys(("v", "m", "r"), 0.0)
    for t in range(1, 12):
        values = {**known, **state, "t": float(t)}
        theta, *after = step(*(values[x] for x in letters))
        (moved,) = closed(*(values[x.name] for x in d.arguments))
        assert float(moved) == pytest.approx(float(theta) - known["theta"], rel=1e-12)
        kept = [x for x in letters if x in state]  # Nesterov's third output is no state
        state |= dict(zip(kept, map(float, after), strict=False))


def test_what_the_size_of_a_gradient_does() -> None:
    g, t = Symbol("g", real=True), Symbol("t", integer=True, positive=True)
    eta, epsilon = Symbol("eta", positive=True), Symbol("epsilon", positive=True)
    assert steady_step("adam").result[0] == -eta * g / (Abs(g) + epsilon)
    assert steady_step("adagrad").result[0] == -eta * g / (epsilon + sqrt(t) * Abs(g))
    assert np.isclose(float(steady_step("momentum", beta=0.5, eta=1, g=1, t=60).result[0]), -2)


def test_what_has_none() -> None:
    with pytest.raises(ValueError, match="steady step"):
        steady_step("newton")
    with pytest.raises(ValueError, match="has no 'beta'"):
        steady_step("adam", beta=0.5)
