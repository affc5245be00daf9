"""Loss and gradients of a 784-256-10 network at batch 64: generated NumPy beside NumPy by hand.

    python benchmarks/training_step.py

Both compute the same numbers, in turn, in one run; what counts is the ratio of the medians.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

import derive

SIZES = {"N": 64, "d": 784, "h": 256, "k": 10}
SHAPES = {"X": "N,d", "W_1": "d,h", "b_1": "h", "W_2": "h,k", "b_2": "k", "Y": "N,k"}
NETWORK = ["Z_1 = X @ W_1 + b_1", "H = relu(Z_1)", "Z_2 = H @ W_2 + b_2",
           "L = -sum(Y*log_softmax(Z_2, axis=1))/N"]  # fmt: skip
ROUNDS = 200


def by_hand(X, W_1, b_1, W_2, b_2, Y):
    """As a careful person writes it: the maximum taken out of the softmax, nothing twice."""
    Z_1 = X @ W_1 + b_1
    H = np.maximum(Z_1, 0)
    Z_2 = H @ W_2 + b_2
    Z_2 -= Z_2.max(1, keepdims=True)
    E = np.exp(Z_2)
    S = E.sum(1, keepdims=True)
    loss = -(Y * (Z_2 - np.log(S))).sum() / len(X)
    D = (E / S - Y) / len(X)
    B = (D @ W_2.T) * (Z_1 > 0)
    return loss, X.T @ B, B.sum(0), H.T @ D, D.sum(0)


def values() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    found = {
        name: 0.1 * random.standard_normal([SIZES[n] for n in shape.split(",")])
        for name, shape in SHAPES.items()
    }
    found["Y"] = np.eye(SIZES["k"])[random.integers(0, SIZES["k"], SIZES["N"])]
    return found


def main() -> None:
    step = derive.backprop(
        NETWORK, wrt="W_1,b_1,W_2,b_2", shapes=SHAPES, structures={"Y": "one-hot"}
    ).to_numpy()
    at = values()
    arguments = [at[name] for name in step.args]
    for ours, theirs in zip(step(*arguments), by_hand(**at), strict=True):
        assert np.allclose(ours, theirs, rtol=1e-12, atol=1e-14)
    works = {"generated": lambda: step(*arguments), "by hand": lambda: by_hand(**at)}
    seconds: dict[str, list[float]] = {"generated": [], "by hand": []}
    for _ in range(ROUNDS):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    for name, median in medians.items():
        print(f"{name:10} {1000 * median:7.2f} ms")
    print(f"ratio of the medians {medians['generated'] / medians['by hand']:.2f}")


if __name__ == "__main__":
    main()
