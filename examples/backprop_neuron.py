"""One neuron, trained with gradients that were derived, checked and compiled to NumPy.

Run it with `python examples/backprop_neuron.py`.
"""

from __future__ import annotations

import numpy as np
from sympy import Symbol

import derive

NEURON = ["z = w*x + b", "a = sigmoid(z)", "L = -(y*log(a) + (1 - y)*log(1 - a))"]
RATE, EPOCHS, POINTS = 2.0, 100, 400


def generated() -> tuple[np.ndarray, np.ndarray]:
    """Points on a line, labelled by a noisy threshold at 0.5."""
    draw = np.random.default_rng(0)
    x = draw.uniform(-2, 2, POINTS)
    return x, (x + draw.normal(0, 0.4, POINTS) > 0.5).astype(float)


def main() -> None:
    found = derive.backprop(NEURON, wrt=["w", "b"])
    for derivation in found.values():
        derivation.check()
        print(derivation.text(), end="\n\n")

    by_w, by_b = (found[Symbol(name)].to_numpy(["w", "b", "x", "y"]) for name in "wb")
    x, y = generated()
    w = b = 0.0
    for epoch in range(EPOCHS + 1):
        if epoch % 20 == 0:
            a = 1 / (1 + np.exp(-(w * x + b)))
            loss = -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
            print(f"epoch {epoch:3}: loss {loss:.4f}")
        w, b = (
            w - RATE * float(np.mean(by_w(w, b, x, y))),
            b - RATE * float(np.mean(by_b(w, b, x, y))),
        )
    print(f"a = 1/2 at x = {-b / w:.3f}")


if __name__ == "__main__":
    main()
