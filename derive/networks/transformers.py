"""Attention: scaled dot products, several heads, and the block of a transformer.

A sequence is a matrix with a position in each row, (n, d); leading axes are batches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Integer, sqrt

from derive.arrays.along import softmax
from derive.arrays.nodes import Array, Variable, variable
from derive.arrays.operators import ShapeError, array, short
from derive.arrays.product import permuted
from derive.arrays.rearranged import reshaped
from derive.networks.activations import relu
from derive.networks.layers import dense
from derive.networks.normalisation import layer_norm


def attention(Q: Any, K: Any, V: Any, mask: Any = None, name: str = "") -> Array:
    """softmax(Q Kᵀ/√d + mask) V (Vaswani et al., Attention is all you need, 2017).

    `mask` is added to the scores: 0 where a position may be seen, very negative elsewhere.
    With a `name`, scores and weights are named S and P with it as index.
    """
    Q, K, V = array(Q), array(K), array(V)
    scores = Q @ turned(K) / sqrt(Q.shape[-1])
    if mask is not None:
        scores = scores + mask
    if not name:
        return softmax(scores, axis=-1) @ V
    weights = softmax(scores.named(f"S_{name}"), axis=-1).named(f"P_{name}")
    return weights @ V


def turned(X: Array) -> Array:
    """The last two axes exchanged."""
    order = [*range(X.rank - 2), X.rank - 1, X.rank - 2]
    return permuted(X, order)


def multi_head(
    X: Any, W_Q: Any, W_K: Any, W_V: Any, W_O: Any, heads: int, mask: Any = None, name: str = ""
) -> Array:
    """Attention in `heads` parts of the columns of X W_Q, X W_K and X W_V, set side by side, W_O.

    X is (n, d); the heads are an axis of their own in between.
    """
    X = array(X)
    Q, K, V = (split_heads(X @ W, heads) for W in (W_Q, W_K, W_V))
    if name:
        Q, K, V = Q.named(f"Q_{name}"), K.named(f"K_{name}"), V.named(f"V_{name}")
    return join_heads(attention(Q, K, V, mask, name)) @ W_O


def split_heads(X: Array, heads: int) -> Array:
    """(n, heads k) as (heads, n, k)."""
    n, columns = X.shape
    inside = columns / heads
    if columns.is_Integer and not inside.is_Integer:
        raise ShapeError(f"{short(X)} has {columns} columns, which {heads} heads do not share")
    return permuted(reshaped(X, (n, Integer(heads), inside)), (1, 0, 2))


def join_heads(X: Array) -> Array:
    """(heads, n, k) as (n, heads k)."""
    heads, n, k = X.shape
    return reshaped(permuted(X, (1, 0, 2)), (n, heads * k))


def transformer_block(
    X: Array,
    p: Mapping[str, Any],
    heads: int,
    mask: Any = None,
    name: str = "1",
    activation: Callable[[Array], Array] = relu,
) -> Array:
    """A block with the norms first: X + attention(norm X), then that plus dense layers of its norm.

    `p` holds W_Q, W_K, W_V, W_O, W_1, b_1, W_2, b_2, and gains g_1, g_2 and biases c_1, c_2 of the
    norms; see `transformer_parameters`.
    """
    first = layer_norm(X, p["g_1"], p["c_1"]).named(f"N_{name}")
    seen = multi_head(first, p["W_Q"], p["W_K"], p["W_V"], p["W_O"], heads, mask, name)
    A = (X + seen).named(f"A_{name}")
    second = layer_norm(A, p["g_2"], p["c_2"]).named(f"M_{name}")
    Z = dense(second, p["W_1"], p["b_1"]).named(f"Z_{name}")
    hidden = activation(Z).named(f"H_{name}")
    return (A + dense(hidden, p["W_2"], p["b_2"])).named(f"X_{name}")


def transformer_parameters(d: Any, hidden: Any, suffix: str = "") -> dict[str, Variable]:
    """The variables of one block, for columns `d` and `hidden` ones inside."""
    square, column = (d, d), (d,)
    shapes = {
        "W_Q": square, "W_K": square, "W_V": square, "W_O": square,
        "W_1": (d, hidden), "b_1": (hidden,), "W_2": (hidden, d), "b_2": column,
        "g_1": column, "c_1": column, "g_2": column, "c_2": column,
    }  # fmt: skip
    return {key: variable(f"{key}{suffix}", shape) for key, shape in shapes.items()}
