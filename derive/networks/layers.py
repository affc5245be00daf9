"""Dense layers, dropout, embeddings, residual connections; networks as lists of layers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from derive.arrays.gather import is_index
from derive.arrays.nodes import Array
from derive.arrays.operators import array

Layer = Callable[[Array], Array]


def dense(X: Any, W: Any, b: Any = None) -> Array:
    """X W + 1 bᵀ: X has an example in each row, W the shape (inputs, outputs)."""
    product = array(X) @ W
    return product if b is None else product + b


def dropout(X: Any, mask: Any, keep: Any = 1) -> Array:
    """X where the given mask is 1, 0 elsewhere, divided by the probability to keep an entry."""
    return array(X) * mask / keep


def embedding(chosen: Any, table: Any) -> Array:
    """The rows of `table` that indices, or one-hot rows, choose."""
    return array(table)[chosen] if is_index(chosen) else array(chosen) @ table


def residual(X: Array, layer: Layer) -> Array:
    """X + layer(X)."""
    return X + layer(X)


@dataclass(frozen=True, init=False)
class Sequential:
    """The layers one after another; what the k-th gives is named H_k.

    >>> from derive.arrays.nodes import variable
    >>> from derive.networks.activations import relu
    >>> X, W = variable("X", "N,d"), variable("W", "d,h")
    >>> network = Sequential(lambda X: dense(X, W), relu)
    >>> network(X).definition
    relu(H_1)
    """

    layers: tuple[Layer, ...]
    name: str

    def __init__(self, *layers: Layer, name: str = "H") -> None:
        for layer in layers:
            if not callable(layer):
                raise TypeError(f"{layer!r} is no layer: a layer is a function of one array")
        object.__setattr__(self, "layers", layers)
        object.__setattr__(self, "name", name)

    def __call__(self, X: Any) -> Array:
        X = array(X)
        for k, layer in enumerate(self.layers, 1):
            X = array(layer(X)).named(f"{self.name}_{k}")
        return X
