"""Recurrent cells, unrolled over the inputs of T steps: backpropagation through time.

Every quantity of step t is named with the index t, so that the derivation of a step reads like that
of the step before. Parameters are vectors and matrices by name; `X` are the inputs of the steps,
each (N, d).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derive.arrays.nodes import Array, Variable, variable
from derive.networks.activations import sigmoid, tanh

GATES = {"i": "input", "f": "forget", "o": "output", "g": "candidate"}


@dataclass(frozen=True)
class Unrolled:
    """The state after each step; `parameters` are the variables shared by all steps."""

    states: tuple[Array, ...]
    parameters: Mapping[str, Variable]

    @property
    def last(self) -> Array:
        return self.states[-1]


def inputs(steps: int, shape: str = "N,d", name: str = "X") -> list[Variable]:
    """Variables X_1, ..., X_T for the inputs."""
    return [variable(f"{name}_{t}", shape) for t in range(1, steps + 1)]


def rnn(X: Sequence[Array], h: Array) -> Unrolled:
    """h_t = tanh(X_t W + h_(t-1) U + b) (Elman, 1990).

    >>> found = rnn(inputs(2), variable("h_0", "N,h"))
    >>> found.last.definition
    tanh(z_2)
    """
    W, U, b = _parameters("", X[0], h)
    states = []
    for t, x in enumerate(X, 1):
        z = (x @ W + h @ U + b).named(f"z_{t}")
        h = tanh(z).named(f"h_{t}")
        states.append(h)
    return Unrolled(tuple(states), {v.name: v for v in (W, U, b)})


def lstm(X: Sequence[Array], h: Array, c: Array) -> Unrolled:
    """Long short-term memory with forget gates (Gers, Schmidhuber and Cummins, 2000).

    i, f, o = σ(X W + h U + b) each with its own parameters, g = tanh(...); c' = f∘c + i∘g,
    h' = o∘tanh(c').
    """
    own = {gate: _parameters(f"_{gate}", X[0], h) for gate in GATES}
    states = []
    for t, x in enumerate(X, 1):
        gates = {}
        for gate, (W, U, b) in own.items():
            z = (x @ W + h @ U + b).named(f"z{gate}_{t}")
            gates[gate] = (tanh if gate == "g" else sigmoid)(z).named(f"{gate}_{t}")
        c = (gates["f"] * c + gates["i"] * gates["g"]).named(f"c_{t}")
        h = (gates["o"] * tanh(c).named(f"s_{t}")).named(f"h_{t}")
        states.append(h)
    return Unrolled(tuple(states), {v.name: v for all_ in own.values() for v in all_})


def gru(X: Sequence[Array], h: Array) -> Unrolled:
    """Gated recurrent unit (Cho et al., 2014), with the reset gate after the product by U.

    r, u = σ(X W + h U + b), n = tanh(X W + b + r∘(h U + a)), h' = (1 - u)∘n + u∘h.
    """
    (Wr, Ur, br), (Wu, Uu, bu) = _parameters("_r", X[0], h), _parameters("_u", X[0], h)
    Wn, Un, bn = _parameters("_n", X[0], h)
    an = variable("a_n", h.shape[-1:])
    states = []
    for t, x in enumerate(X, 1):
        r = sigmoid((x @ Wr + h @ Ur + br).named(f"zr_{t}")).named(f"r_{t}")
        u = sigmoid((x @ Wu + h @ Uu + bu).named(f"zu_{t}")).named(f"u_{t}")
        m = (h @ Un + an).named(f"m_{t}")
        n = tanh((x @ Wn + bn + r * m).named(f"zn_{t}")).named(f"n_{t}")
        h = ((1 - u) * n + u * h).named(f"h_{t}")
        states.append(h)
    parameters = (Wr, Ur, br, Wu, Uu, bu, Wn, Un, bn, an)
    return Unrolled(tuple(states), {v.name: v for v in parameters})


def _parameters(suffix: str, x: Array, h: Array) -> tuple[Variable, Variable, Variable]:
    """W, U and b of one gate, of the sizes of input and state."""
    d, k = x.shape[-1], h.shape[-1]
    W, U = variable(f"W{suffix}", (d, k)), variable(f"U{suffix}", (k, k))
    return W, U, variable(f"b{suffix}", (k,))
