"""Layers, activations and losses as they are tested: ours, and the same in PyTorch.

Shapes are numbers, as PyTorch needs them; `ours` takes arrays by name, `theirs` takes torch, its
functional module and tensors by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from derive.networks import activations as act
from derive.networks import convolution as conv
from derive.networks import generative, losses, policy
from derive.networks import normalisation as norms
from derive.networks import transformers as att
from derive.networks.layers import dense, dropout, embedding, residual


@dataclass(frozen=True)
class Case:
    name: str
    shapes: dict[str, str]
    ours: Callable[..., Any]
    theirs: Callable[..., Any]
    structures: dict[str, str] = field(default_factory=dict)


Z, ZY = {"Z": "3,4"}, {"Z": "3,4", "Y": "3,4"}
IMAGE = {"X": "2,4,6,5", "K": "6,4,3,2", "b": "6"}
ROWS = {"X": "3,4", "g": "4", "c": "4"}
BLOCK = {
    "X": "3,4", "W_Q": "4,4", "W_K": "4,4", "W_V": "4,4", "W_O": "4,4", "W_1": "4,5", "b_1": "5",
    "W_2": "5,4", "b_2": "4", "g_1": "4", "c_1": "4", "g_2": "4", "c_2": "4",
}  # fmt: skip


def _ppo(torch: Any, ratio: Any, A: Any) -> Any:
    return -torch.minimum(ratio * A, torch.clamp(ratio, 0.8, 1.2) * A).mean()


def _heads(torch: Any, F: Any, X: Any, p: Any, heads: int) -> Any:
    n, d = X.shape
    Q, K, V = ((X @ p[k]).reshape(n, heads, -1).transpose(0, 1) for k in ("W_Q", "W_K", "W_V"))
    seen = F.scaled_dot_product_attention(Q, K, V)
    return seen.transpose(0, 1).reshape(n, d) @ p["W_O"]


def _block(torch: Any, F: Any, X: Any, **p: Any) -> Any:
    A = X + _heads(torch, F, F.layer_norm(X, (4,), p["g_1"], p["c_1"]), p, 2)
    M = F.layer_norm(A, (4,), p["g_2"], p["c_2"])
    return A + F.relu(M @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]


# fmt: off
CASES = [
    Case("dense", {"X": "3,4", "W": "4,5", "b": "5"}, lambda X, W, b: dense(X, W, b),
         lambda torch, F, X, W, b: F.linear(X, W.T, b)),
    Case("dropout", {"X": "3,4", "M": "3,4"}, lambda X, M: dropout(X, M, 0.5),
         lambda torch, F, X, M: X * M / 0.5, {"M": "mask"}),
    Case("embedding", {"Y": "3,6", "E": "6,4"}, lambda Y, E: embedding(Y, E),
         lambda torch, F, Y, E: F.embedding(Y.argmax(1), E), {"Y": "one-hot"}),
    Case("embedding, by indices", {"i": "2,3", "E": "6,4"}, lambda i, E: embedding(i, E),
         lambda torch, F, i, E: F.embedding(i, E), {"i": "indices"}),
    Case("residual", {"X": "3,4", "W": "4,4"},
         lambda X, W: residual(X, lambda H: act.relu(H @ W)),
         lambda torch, F, X, W: X + F.relu(X @ W)),

    Case("relu", Z, act.relu, lambda torch, F, Z: F.relu(Z)),
    Case("leaky relu", Z, act.leaky_relu, lambda torch, F, Z: F.leaky_relu(Z)),
    Case("elu", Z, act.elu, lambda torch, F, Z: F.elu(Z)),
    Case("selu", Z, act.selu, lambda torch, F, Z: F.selu(Z)),
    Case("sigmoid", Z, act.sigmoid, lambda torch, F, Z: torch.sigmoid(Z)),
    Case("tanh", Z, act.tanh, lambda torch, F, Z: torch.tanh(Z)),
    Case("softplus", Z, act.softplus, lambda torch, F, Z: F.softplus(Z)),
    Case("softsign", Z, act.softsign, lambda torch, F, Z: F.softsign(Z)),
    Case("silu", Z, act.silu, lambda torch, F, Z: F.silu(Z)),
    Case("gelu", Z, act.gelu, lambda torch, F, Z: F.gelu(Z)),
    Case("gelu, tanh form", Z, act.gelu_tanh, lambda torch, F, Z: F.gelu(Z, approximate="tanh")),
    Case("mish", Z, act.mish, lambda torch, F, Z: F.mish(Z)),
    Case("hardtanh", Z, act.hardtanh, lambda torch, F, Z: F.hardtanh(Z)),
    # PyTorch's own hardsigmoid keeps its 1/6 as a float32.
    Case("hardsigmoid", Z, act.hardsigmoid, lambda torch, F, Z: torch.clamp(Z / 6 + 0.5, 0, 1)),

    Case("cross-entropy", ZY, lambda Z, Y: losses.cross_entropy(Z, Y),
         lambda torch, F, Z, Y: F.cross_entropy(Z, Y), {"Y": "one-hot"}),
    Case("cross-entropy, by classes", {"Z": "3,4", "y": "3"},
         lambda Z, y: losses.cross_entropy(Z, y),
         lambda torch, F, Z, y: F.cross_entropy(Z, y), {"y": "indices"}),
    Case("cross-entropy, smoothed", ZY, lambda Z, Y: losses.cross_entropy(Z, Y, 0.1),
         lambda torch, F, Z, Y: F.cross_entropy(Z, Y.argmax(1), label_smoothing=0.1),
         {"Y": "one-hot"}),
    Case("BCE with logits", ZY, lambda Z, Y: losses.bce_with_logits(Z, Y),
         lambda torch, F, Z, Y: F.binary_cross_entropy_with_logits(Z, Y), {"Y": "mask"}),
    Case("MSE", ZY, lambda Z, Y: losses.mse(Z, Y), lambda torch, F, Z, Y: F.mse_loss(Z, Y)),
    Case("MAE", ZY, lambda Z, Y: losses.mae(Z, Y), lambda torch, F, Z, Y: F.l1_loss(Z, Y)),
    Case("Huber", ZY, lambda Z, Y: losses.huber(Z, Y), lambda torch, F, Z, Y: F.huber_loss(Z, Y)),
    Case("hinge", ZY, lambda Z, Y: losses.hinge(Z, 2 * Y - 1),
         lambda torch, F, Z, Y: F.relu(1 - (2 * Y - 1) * Z).mean(), {"Y": "mask"}),
    Case("KL divergence", ZY, lambda Z, Y: losses.kl_divergence(act.softplus(Y), act.softplus(Z)),
         lambda torch, F, Z, Y: F.kl_div(F.softplus(Z).log(), F.softplus(Y), reduction="sum")),
    Case("elastic net", Z, lambda Z: losses.elastic_net(Z, 0.3),
         lambda torch, F, Z: 0.3 * Z.abs().sum() + 0.35 * (Z**2).sum()),

    Case("conv1d", {"X": "2,3,7", "K": "4,3,3", "b": "4"},
         lambda X, K, b: conv.conv1d(X, K, b, stride=2, padding=1),
         lambda torch, F, X, K, b: F.conv1d(X, K, b, stride=2, padding=1)),
    Case("conv2d", IMAGE, lambda X, K, b: conv.conv2d(X, K, b),
         lambda torch, F, X, K, b: F.conv2d(X, K, b)),
    Case("conv2d, strided, padded, dilated", IMAGE,
         lambda X, K, b: conv.conv2d(X, K, b, stride=(2, 1), padding=(1, 2), dilation=(1, 2)),
         lambda torch, F, X, K, b: F.conv2d(X, K, b, (2, 1), (1, 2), (1, 2))),
    Case("conv2d, groups", {"X": "2,4,5,4", "K": "6,2,3,2", "b": "6"},
         lambda X, K, b: conv.conv2d(X, K, b, groups=2),
         lambda torch, F, X, K, b: F.conv2d(X, K, b, groups=2)),
    Case("transposed conv2d", {"X": "2,3,4,3", "K": "3,2,3,3", "b": "2"},
         lambda X, K, b: conv.conv_transpose2d(X, K, b, stride=2, padding=1),
         lambda torch, F, X, K, b: F.conv_transpose2d(X, K, b, stride=2, padding=1)),
    Case("max pooling, overlapping", {"X": "2,2,5,6"}, lambda X: conv.max_pool2d(X, 3, 2),
         lambda torch, F, X: F.max_pool2d(X, 3, 2)),
    Case("average pooling, overlapping", {"X": "2,2,5,6"}, lambda X: conv.avg_pool2d(X, (3, 2), 1),
         lambda torch, F, X: F.avg_pool2d(X, (3, 2), 1)),

    Case("layer norm", ROWS, lambda X, g, c: norms.layer_norm(X, g, c),
         lambda torch, F, X, g, c: F.layer_norm(X, (4,), g, c)),
    Case("RMS norm", {"X": "3,4", "g": "4"}, lambda X, g: norms.rms_norm(X, g),
         lambda torch, F, X, g: F.rms_norm(X, (4,), g, 1e-5)),
    Case("batch norm", ROWS, lambda X, g, c: norms.batch_norm(X, g, c),
         lambda torch, F, X, g, c: F.batch_norm(X, None, None, g, c, training=True)),
    Case("batch norm of images", {"X": "3,2,3,2", "g": "2", "c": "2"},
         lambda X, g, c: norms.batch_norm(X, g, c),
         lambda torch, F, X, g, c: F.batch_norm(X, None, None, g, c, training=True)),
    Case("group norm", {"X": "2,4,3,2", "g": "4", "c": "4"},
         lambda X, g, c: norms.group_norm(X, 2, g, c),
         lambda torch, F, X, g, c: F.group_norm(X, 2, g, c)),

    Case("KL to the standard normal", ZY,
         lambda Z, Y: generative.kl_to_standard_normal(Z, Y),
         lambda torch, F, Z, Y: -(1 + Y - Z**2 - Y.exp()).sum() / (2 * len(Z))),
    Case("reparameterised", {**ZY, "E": "3,4"},
         lambda Z, Y, E: generative.reparameterised(Z, Y, E),
         lambda torch, F, Z, Y, E: Z + (Y / 2).exp() * E),
    Case("negative ELBO", {"A": "3,2", "X": "3,2", **ZY},
         lambda A, X, Z, Y: generative.negative_elbo(A, X, Z, Y),
         lambda torch, F, A, X, Z, Y: (
             F.binary_cross_entropy_with_logits(A, X, reduction="sum")
             - (1 + Y - Z**2 - Y.exp()).sum() / 2
         ) / 3, {"X": "mask"}),
    Case("discriminator", ZY,
         lambda Z, Y: generative.discriminator_loss(Z, Y),
         lambda torch, F, Z, Y: F.softplus(-Z).mean() + F.softplus(Y).mean()),
    Case("minimax generator", Z,
         lambda Z: generative.minimax_generator_loss(Z),
         lambda torch, F, Z: (1 - torch.sigmoid(Z)).log().mean()),
    Case("non-saturating generator", Z,
         lambda Z: generative.non_saturating_generator_loss(Z),
         lambda torch, F, Z: -torch.sigmoid(Z).log().mean()),
    Case("Wasserstein critic", ZY,
         lambda Z, Y: generative.wasserstein_critic_loss(Z, Y),
         lambda torch, F, Z, Y: Y.mean() - Z.mean()),
    Case("diffused", ZY, lambda Z, Y: generative.diffused(Z, Y, 0.9),
         lambda torch, F, Z, Y: 0.9**0.5 * Z + 0.1**0.5 * Y),
    Case("REINFORCE", {"Z": "3,4", "Y": "3,4", "G": "3"}, lambda Z, Y, G: policy.reinforce(Z, Y, G),
         lambda torch, F, Z, Y, G: -(G * (Y * F.log_softmax(Z, 1)).sum(1)).mean(),
         {"Y": "one-hot"}),
    Case("REINFORCE, by actions", {"Z": "3,4", "y": "3", "G": "3"},
         lambda Z, y, G: policy.reinforce(Z, y, G),
         lambda torch, F, Z, y, G: (G * F.cross_entropy(Z, y, reduction="none")).mean(),
         {"y": "indices"}),
    Case("PPO, clipped", {"Z": "3,4", "Y": "3,4", "q": "3", "A": "3"},
         lambda Z, Y, q, A: policy.ppo_clip(Z, Y, q - 1, A),
         lambda torch, F, Z, Y, q, A: _ppo(
             torch, ((Y * F.log_softmax(Z, 1)).sum(1) - q + 1).exp(), A),
         {"Y": "one-hot"}),

    Case("attention", {"Q": "3,4", "K": "5,4", "V": "5,2", "M": "3,5"},
         lambda Q, K, V, M: att.attention(Q, K, V, M),
         lambda torch, F, Q, K, V, M: F.scaled_dot_product_attention(Q, K, V, attn_mask=M)),
    Case("multi-head attention", {k: BLOCK[k] for k in ("X", "W_Q", "W_K", "W_V", "W_O")},
         lambda X, W_Q, W_K, W_V, W_O: att.multi_head(X, W_Q, W_K, W_V, W_O, 2),
         lambda torch, F, X, **p: _heads(torch, F, X, p, 2)),
    Case("transformer block", BLOCK,
         lambda X, **p: att.transformer_block(X, p, 2), _block),
]
# fmt: on
