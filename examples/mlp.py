"""A network with one hidden layer: from its equations to a trained network, gradients derived.

Run it with `python examples/mlp.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import derive

EQUATIONS = [
    "Z_1 = X @ W_1 + b_1",
    "H = tanh(Z_1)",
    "Z_2 = H @ W_2 + b_2",
    "L = -sum(Y*log_softmax(Z_2, axis=1))/N",
]
SHAPES = {"X": "N,d", "W_1": "d,h", "b_1": "h", "W_2": "h,k", "b_2": "k", "Y": "N,k"}
PARAMETERS = ("W_1", "b_1", "W_2", "b_2")
POINTS, HIDDEN, RATE, EPOCHS = 300, 16, 1.0, 200


def generated() -> tuple[np.ndarray, np.ndarray]:
    """Two interleaved half-moons, and which of them a point is on, one-hot."""
    draw = np.random.default_rng(0)
    angle = draw.uniform(0, np.pi, POINTS)
    which = draw.integers(0, 2, POINTS)
    x = np.where(which, 1 - np.cos(angle), np.cos(angle))
    y = np.where(which, 0.5 - np.sin(angle), np.sin(angle))
    noise = draw.normal(0, 0.1, (POINTS, 2))
    return np.stack([x, y], 1) + noise, np.eye(2)[which]


def largest_error(step: Any, values: dict[str, np.ndarray]) -> float:
    """The gradients beside central differences of the loss, entry by entry."""
    _, *slopes = step(**values)
    worst = 0.0
    for name, slope in zip(PARAMETERS, slopes, strict=True):
        for place in np.ndindex(slope.shape):
            ends = []
            for h in (1e-5, -1e-5):
                moved = values[name].copy()
                moved[place] += h
                ends.append(step(**{**values, name: moved})[0])
            quotient = (ends[0] - ends[1]) / 2e-5
            worst = max(worst, abs(quotient - slope[place]))
    return worst


def main() -> None:
    network = derive.backprop(EQUATIONS, wrt=PARAMETERS, shapes=SHAPES, structures={"Y": "one-hot"})
    network.check()
    print(network.text(), end="\n\n")
    step = network.to_numpy()
    print(step.source)

    X, Y = generated()
    draw = np.random.default_rng(1)
    W_1, W_2 = draw.normal(0, 1, (2, HIDDEN)), draw.normal(0, 0.3, (HIDDEN, 2))
    zeros = {"b_1": np.zeros(HIDDEN), "b_2": np.zeros(2)}
    values = {"X": X, "Y": Y, "W_1": W_1, "W_2": W_2, **zeros}
    print(f"at the start the gradient is off by {largest_error(step, values):.1e} at most")
    for epoch in range(EPOCHS + 1):
        loss, *slopes = step(**values)
        if epoch % 50 == 0:
            print(f"epoch {epoch:3}: loss {loss:.4f}")
        for name, slope in zip(PARAMETERS, slopes, strict=True):
            values[name] = values[name] - RATE * slope
    print(f"at the end the gradient is off by {largest_error(step, values):.1e} at most")
    right = np.mean(scores(values).argmax(1) == Y.argmax(1))
    print(f"{right:.1%} of the points are on the right side")


def scores(values: dict[str, np.ndarray]) -> np.ndarray:
    hidden = np.tanh(values["X"] @ values["W_1"] + values["b_1"])
    return hidden @ values["W_2"] + values["b_2"]


if __name__ == "__main__":
    main()
