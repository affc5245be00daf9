"""Networks of any depth: how many nodes and lines their derivations have."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from derive.arrays.nodes import Array, postorder, variable
from derive.networks.activations import relu, tanh
from derive.networks.backward import Backward, backward
from derive.networks.layers import Sequential, dense, residual
from derive.networks.losses import mse
from derive.networks.recurrent import inputs, lstm, rnn
from derive.networks.transformers import transformer_block, transformer_parameters

Y = variable("Y", "N,h")


def mlp(depth: int) -> Array:
    layers = []
    for k in range(1, depth + 1):
        W, b = variable(f"W_{k}", "h,h"), variable(f"b_{k}", "h")
        layers += [lambda X, W=W, b=b: dense(X, W, b), relu]
    return mse(Sequential(*layers)(variable("X", "N,h")), Y)


def residual_net(depth: int) -> Array:
    X: Array = variable("X", "N,h")
    for k in range(1, depth + 1):
        W = variable(f"W_{k}", "h,h")
        X = residual(X, lambda H, W=W: tanh(H @ W)).named(f"X_{k}")
    return mse(X, Y)


def recurrent(depth: int) -> Array:
    return mse(rnn(inputs(depth), variable("h_0", "N,h")).last, Y)


def memory(depth: int) -> Array:
    return mse(lstm(inputs(depth), variable("h_0", "N,h"), variable("c_0", "N,h")).last, Y)


def transformer(depth: int) -> Array:
    X: Array = variable("X", "n,8")
    for k in range(1, depth + 1):
        X = transformer_block(X, transformer_parameters(8, 16, f"_{k}"), 2, name=f"{k}")
    return mse(X, variable("Y", "n,8"))


NETWORKS: dict[str, Callable[[int], Array]] = {
    "MLP": mlp, "residual net": residual_net, "RNN": recurrent, "LSTM": memory,
    "transformer": transformer,
}  # fmt: skip


# ------------------------------------------------------------------ without names on the way


def long_sum(depth: int) -> Array:
    w = variable("w", "n")
    terms = [tanh(w * variable(f"x_{k}", "n")) for k in range(1, depth + 1)]
    return variable("v", "n").T @ sum(terms[1:], start=terms[0])


def loss_at_every_step(depth: int) -> Array:
    states = rnn(inputs(depth), variable("h_0", "N,h")).states
    losses = [mse(h, variable(f"Y_{t}", "N,h")) for t, h in enumerate(states, 1)]
    return sum(losses[1:], start=losses[0])


def unnamed_residual_net(depth: int) -> Array:
    X: Array = variable("X", "N,h")
    for k in range(1, depth + 1):
        X = X + tanh(X @ variable(f"W_{k}", "h,h"))
    return mse(X, Y)


def linear_net(depth: int) -> Array:
    X: Array = variable("X", "N,h")
    for k in range(1, depth + 1):
        X = X @ variable(f"W_{k}", "h,h")
    return mse(X, Y)


UNNAMED: dict[str, Callable[[int], Array]] = {
    "long sum": long_sum, "loss at every step": loss_at_every_step,
    "residual net": unnamed_residual_net, "linear net": linear_net,
}  # fmt: skip


class Size(NamedTuple):
    nodes: int
    lines: int
    edges: int


def derived(name: str, depth: int) -> Backward:
    return backward(NETWORKS[name](depth).named("L"))


def size_of(found: Backward) -> Size:
    """The nodes of all equations, forward and back, what they are made of, and the LaTeX's rows."""
    whole = found.whole
    equations = [e for e, _ in whole.definitions] + [step.equals for step in whole.steps]
    rows = len(whole.definitions) + len(whole.steps)
    nodes = postorder(*equations)
    return Size(len(nodes), rows, sum(len(node.args) for node in nodes))
