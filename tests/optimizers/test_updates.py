"""One step of each optimiser: the formula, and trajectories beside a plain implementation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sympy import Eq, Float, Symbol, Tuple, sqrt

from derive import update_rule
from derive.optimizers.operators import Assigned
from derive.optimizers.updates import RULES, epsilon, eta, g, r, theta
from lambdify_bridge import check

SLOPES = np.array([[3.0, 1.0], [1.0, 0.5]])
TARGET = np.array([1.0, -2.0])
START = np.array([4.0, 3.0])
STEPS = 60


def gradient(place: np.ndarray) -> np.ndarray:
    return SLOPES @ (place - TARGET) + 0.1 * np.sin(place)


# ------------------------------------------------------------------ as the books write them


def descent(lr: float) -> np.ndarray:
    x = START
    for _ in range(STEPS):
        x = x - lr * gradient(x)
    return x


def momentum(lr: float, keep: float, ahead: bool) -> np.ndarray:
    x, speed = START, np.zeros(2)
    for _ in range(STEPS):
        speed = keep * speed - lr * gradient(x + keep * speed if ahead else x)
        x = x + speed
    return x


def adagrad(lr: float, tiny: float) -> np.ndarray:
    x, seen = START, []
    for _ in range(STEPS):
        seen.append(gradient(x))
        x = x - lr / (tiny + np.sqrt(np.square(seen).sum(axis=0))) * seen[-1]
    return x


def rmsprop(lr: float, keep: float, tiny: float) -> np.ndarray:
    x, seen = START, []
    for _ in range(STEPS):
        seen.append(gradient(x))
        ages = np.arange(len(seen))[::-1, None]
        x = x - lr * seen[-1] / np.sqrt(tiny + (1 - keep) * (keep**ages * np.square(seen)).sum(0))
    return x


def adam(
    lr: float, keep: float, keep2: float, tiny: float, decay: float = 0.0, penalty: float = 0.0
) -> np.ndarray:
    """Weighted means of all gradients, whose weights add up to 1: no state, no correction."""
    x, seen = START, []
    for _ in range(STEPS):
        seen.append(gradient(x) + penalty * x)
        ages = np.arange(len(seen))[::-1]
        mean = np.average(seen, axis=0, weights=keep**ages)
        square = np.average(np.square(seen), axis=0, weights=keep2**ages)
        x = (1 - lr * decay) * x - lr * mean / (np.sqrt(square) + tiny)
    return x


def newton() -> np.ndarray:
    x = START
    for _ in range(STEPS):
        x = x - gradient(x) / (np.diag(SLOPES) + 0.1 * np.cos(x))
    return x


# ------------------------------------------------------------------ the function, step after step


def followed(name: str, state: int = 0, **given: Any) -> np.ndarray:
    step = update_rule(name, **given).to_numpy()
    counts = "t" in [letter.name for letter in update_rule(name, **given).arguments]
    x, kept = START, [np.zeros(2)] * state
    for t in range(1, STEPS + 1):
        x, *kept = step(x, gradient(x), *kept, *([t] if counts else []))
    return x


def followed_ahead(**given: Any) -> np.ndarray:
    step, x, speed, ahead = update_rule("nesterov", **given).to_numpy(), START, np.zeros(2), START
    for _ in range(STEPS):
        x, speed, ahead = step(x, gradient(ahead), speed)
    return x


def followed_newton() -> np.ndarray:
    step, x = update_rule("newton").to_numpy(), START
    for _ in range(STEPS):
        (x,) = step(x, gradient(x), np.diag(SLOPES) + 0.1 * np.cos(x))
    return x


def with_decay(lr: float, weight: float) -> np.ndarray:
    x = START
    for _ in range(STEPS):
        x = (1 - weight) * x - lr * gradient(x)
    return x


# fmt: off
TRAJECTORIES: dict[str, tuple[Callable[[], np.ndarray], Callable[[], np.ndarray]]] = {
    "gradient descent": (lambda: followed("gradient descent", eta=0.1), lambda: descent(0.1)),
    "momentum": (lambda: followed("momentum", 1, eta=0.05, beta=0.8),
                 lambda: momentum(0.05, 0.8, False)),
    "nesterov": (lambda: followed_ahead(eta=0.05, beta=0.8), lambda: momentum(0.05, 0.8, True)),
    "adagrad":  (lambda: followed("adagrad", 1, eta=0.5, epsilon=1e-7), lambda: adagrad(0.5, 1e-7)),
    "rmsprop":  (lambda: followed("rmsprop", 1, eta=0.05, rho=0.9, epsilon=1e-6),
                 lambda: rmsprop(0.05, 0.9, 1e-6)),
    "adam":     (lambda: followed("adam", 2, eta=0.1, beta_1=0.9, beta_2=0.999, epsilon=1e-8),
                 lambda: adam(0.1, 0.9, 0.999, 1e-8)),
    "adamw":    (lambda: followed("adamw", 2, eta=0.1, beta_1=0.9, beta_2=0.999, epsilon=1e-8,
                                  **{"lambda": 0.3}),
                 lambda: adam(0.1, 0.9, 0.999, 1e-8, 0.3)),
    "adam with l2": (lambda: followed("adam with l2", 2, eta=0.1, beta_1=0.9, beta_2=0.999,
                                      epsilon=1e-8, **{"lambda": 0.3}),
                     lambda: adam(0.1, 0.9, 0.999, 1e-8, penalty=0.3)),
    "newton":   (followed_newton, newton),
    "sgd":      (lambda: followed("sgd", eta=0.1), lambda: descent(0.1)),
    "weight decay": (lambda: followed("weight decay", eta=0.1, omega=0.03),
                     lambda: with_decay(0.1, 0.03)),
    "l2 penalty":   (lambda: followed("l2 penalty", eta=0.1, **{"lambda": 0.3}),
                     lambda: with_decay(0.1, 0.03)),
}
# fmt: on


@pytest.mark.parametrize("name", RULES)
def test_trajectories_are_those_of_a_plain_implementation(name: str) -> None:
    ours, reference = TRAJECTORIES[name]
    np.testing.assert_allclose(ours(), reference(), rtol=1e-11)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", RULES)
def test_every_step_is_confirmed(name: str) -> None:
    d = update_rule(name)
    assert d.check().verdict == "confirmed", d.report
    assert set(d.arguments) >= d.result.free_symbols


def test_the_step_is_the_minimum_of_a_model() -> None:
    d = update_rule("adagrad")
    assert d.result == Tuple(theta - eta * g / (epsilon + sqrt(g**2 + r)), g**2 + r)
    rules = {step.rule for step in d.steps}
    assert {"put in the last assignment", "stationary point of a convex function"} <= rules


@pytest.mark.parametrize("name", RULES)
def test_a_step_that_is_a_little_longer_is_refuted(name: str) -> None:
    d = update_rule(name)
    first, *others = d.result.args
    longer = Tuple(theta + Float("1.001") * (first - theta), *others)
    assert check(Eq(d.problem, longer, evaluate=False)).verdict == "refuted"


def test_a_penalty_in_the_gradient_is_not_weight_decay() -> None:
    """Of two weights with gradients of other sizes, decay shrinks both alike, the penalty not."""
    letters = {"eta": 0.1, "beta_1": 0, "beta_2": 0, "epsilon": 1e-12, "lambda": 0.01}
    weights, slopes = np.array([1.0, 1.0]), np.array([100.0, 0.001])
    shrunk = {}
    for name in ("adamw", "adam with l2"):
        d = update_rule(name)
        step = d.to_numpy()
        values = [letters[s.name] for s in d.arguments[5:]]
        moved, _, _ = step(weights, slopes, 0.0, 0.0, 1, *values)
        plain, _, _ = step(weights, slopes, 0.0, 0.0, 1, *[*values[:1], 0.0, *values[2:]])
        shrunk[name] = plain - moved
    np.testing.assert_allclose(shrunk["adamw"], 0.001 * weights, rtol=1e-9)
    np.testing.assert_allclose(shrunk["adam with l2"], 0, atol=1e-9)  # divided away


def test_values_for_letters_are_exact() -> None:
    assert update_rule("momentum", eta=0.1, beta=0.9).result.atoms(Float) == set()


def test_mistakes_of_the_caller_are_named() -> None:
    with pytest.raises(ValueError, match="is no optimiser"):
        update_rule("adamax")
    with pytest.raises(ValueError, match="its letters are theta, g, eta"):
        update_rule("gradient descent", beta=0.9)
    with pytest.raises(ValueError, match="eta is positive"):
        update_rule("adam", eta=-0.1)
    x, y = Symbol("x"), Symbol("y")
    with pytest.raises(ValueError, match="assigned after it was used"):
        Assigned((y,), (y, x + 1), (x, 2 * y))


def test_latex_shows_the_assignments() -> None:
    rows = update_rule("momentum").latex()
    assert r"v_{t} \leftarrow \beta v - \eta g,\ \theta_{t} \leftarrow \theta + v_{t}" in rows
