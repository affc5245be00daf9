"""Gradients written by hand beside the derived ones: what is wrong with them, and the right one.

Run it with `python examples/validate_gradient.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import derive
from lambdify_bridge import validate
from lambdify_bridge.testing import assert_matches

EQUATIONS = ["Z = X @ W + b", "L = -sum(Y*log_softmax(Z, axis=1))/N"]
SHAPES = {"X": "N,d", "W": "d,k", "b": "k", "Y": "N,k"}


def probabilities(X: Any, W: Any, b: Any) -> Any:
    Z = X @ W + b
    P = np.exp(Z - Z.max(axis=1, keepdims=True))
    return P / P.sum(axis=1, keepdims=True)


def gradients(X: Any, W: Any, b: Any, Y: Any) -> Any:
    G = (probabilities(X, W, b) - Y) / len(X)
    return X.T @ G, G.sum(axis=0)


def not_averaged(X: Any, W: Any, b: Any, Y: Any) -> Any:
    G = probabilities(X, W, b) - Y
    return X.T @ G, G.sum(axis=0)


def bias_of_each_example(X: Any, W: Any, b: Any, Y: Any) -> Any:
    G = (probabilities(X, W, b) - Y) / len(X)
    return X.T @ G, G


def overflowing(X: Any, W: Any, b: Any, Y: Any) -> Any:
    P = np.exp(X @ W + b)
    G = (P / P.sum(axis=1, keepdims=True) - Y) / len(X)
    return X.T @ G, G.sum(axis=0)


def main() -> None:
    network = derive.backprop(EQUATIONS, wrt=("W", "b"), shapes=SHAPES, structures={"Y": "one-hot"})
    arguments = ["X", "W", "b", "Y"]
    for function in (not_averaged, bias_of_each_example, overflowing):
        report = validate(function, network, args=arguments)
        print(f"{function.__name__}: {report.cause}\n")
    for dtype in ("float64", "float32"):
        print(assert_matches(gradients, network, args=arguments, dtype=dtype), end="\n\n")


if __name__ == "__main__":
    main()
