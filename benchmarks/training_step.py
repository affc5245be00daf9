"""One training step of a 784-256-10 network beside its five matrix products.

    python benchmarks/training_step.py [--rounds 60]

The products alone write into arrays made before; so does the step, loss and gradients (`out=`), and
"update" adds W -= rate*gradient. "by hand" is the step as a careful person writes it. All run in
each round, in random order; medians, and the medians of the ratios round by round. One thread by
processor time, two by the clock.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

import derive

SIZES = {"N": 64, "d": 784, "h": 256, "k": 10}
SHAPES = {"X": "N,d", "W_1": "d,h", "b_1": "h", "W_2": "h,k", "b_2": "k", "Y": "N,k"}
WEIGHTS = ["W_1", "b_1", "W_2", "b_2"]
NETWORK = ["Z_1 = X @ W_1 + b_1", "H = relu(Z_1)", "Z_2 = H @ W_2 + b_2",
           "L = -sum(Y*log_softmax(Z_2, axis=1))/N"]  # fmt: skip
BATCHES = (64, 256, 1024)
RATE = 1e-3


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


def values(kind=float) -> dict[str, np.ndarray]:
    numbers = np.random.default_rng(0)
    found = {
        name: 0.1 * numbers.standard_normal([SIZES[n] for n in shape.split(",")])
        for name, shape in SHAPES.items()
    }
    found["Y"] = np.eye(SIZES["k"])[numbers.integers(0, SIZES["k"], SIZES["N"])]
    return {name: value.astype(kind) for name, value in found.items()}


def products(at):
    """The five matrix products of the step, into arrays made once."""
    X, W_1, W_2 = at["X"], at["W_1"], at["W_2"]
    H, D = X @ W_1, at["Y"].copy()
    Z, B = H @ W_2, D @ W_2.T
    G_1, G_2 = X.T @ B, H.T @ D

    def run():
        np.matmul(X, W_1, out=H)
        np.matmul(H, W_2, out=Z)
        np.matmul(D, W_2.T, out=B)
        np.matmul(X.T, B, out=G_1)
        np.matmul(H.T, D, out=G_2)

    return run


def works(step, at):
    arguments = [at[name] for name in step.args]
    expected = by_hand(**at)
    digits = 1e-12 if at["X"].dtype == float else 1e-4
    for ours, theirs in zip(step(*arguments), expected, strict=True):
        assert np.allclose(ours, theirs, rtol=digits, atol=digits)
    out = (None, *(np.empty_like(at[name]) for name in WEIGHTS))

    def update():
        _, *gradients = step(*arguments, out=out)
        for name, gradient in zip(WEIGHTS, gradients, strict=True):
            gradient *= RATE
            at[name] -= gradient

    return {
        "products": products(at),
        "step": lambda: step(*arguments, out=out),
        "new arrays": lambda: step(*arguments),
        "by hand": lambda: by_hand(**at),
        "update": update,
    }


def measured(all_works, rounds, clock) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in all_works}
    order = random.Random(0)
    for turn in range(rounds + 3):  # who runs after whom changes: they take one another's cache
        for name in order.sample([*all_works], len(all_works)):
            work = all_works[name]
            began = clock()
            work()
            if turn > 2:
                seconds[name].append(clock() - began)
    return seconds


def table(rounds: int, threads: int) -> None:
    step = derive.backprop(
        NETWORK, wrt=",".join(WEIGHTS), shapes=SHAPES, structures={"Y": "one-hot"}
    ).to_numpy()
    clock = time.process_time if threads == 1 else time.perf_counter
    for kind in (np.float64, np.float32):
        for SIZES["N"] in BATCHES:
            seconds = measured(works(step, values(kind)), rounds, clock)
            alone = seconds.pop("products")
            line = [f"{1000 * statistics.median(alone):.2f}"]
            for each in seconds.values():
                ratios = [p / q for p, q in zip(each, alone, strict=True)]
                line.append(f"{statistics.median(ratios):.2f}")
            print(
                f"| {threads} | {kind.__name__} | {SIZES['N']} | {' | '.join(line)} |", flush=True
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--threads", type=int, help="this many only, as the libraries were told")
    asked = parser.parse_args()
    if asked.threads:
        table(asked.rounds, asked.threads)
        return
    print("| threads | type | batch | products, ms | step | new arrays | by hand | update |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for threads in (1, 2):
        limits = {f"{name}_NUM_THREADS": str(threads) for name in ("OPENBLAS", "OMP", "MKL")}
        command = [sys.executable, __file__, "--rounds", str(asked.rounds)]
        subprocess.run([*command, "--threads", str(threads)], env=os.environ | limits, check=True)


if __name__ == "__main__":
    main()
