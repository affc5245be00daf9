"""Networks: layers, losses and recurrences as functions of arrays, and backpropagation.

>>> from derive.arrays.nodes import variable
>>> X, W, b, Y = (variable(*each) for each in
...               (("X", "N,d"), ("W", "d,k"), ("b", "k"), ("Y", "N,k", "one-hot")))
>>> found = backprop(cross_entropy(dense(X, W, b).named("Z"), Y).named("L"), wrt=["W", "b"])
>>> print(found["W"].result, "|", found["b"].result)
X.T @ Z_bar | Z_bar.T @ ones(N)
"""

from __future__ import annotations

from derive.networks.activations import (
    elu,
    gelu,
    gelu_tanh,
    hardsigmoid,
    hardtanh,
    leaky_relu,
    mish,
    relu,
    selu,
    sigmoid,
    silu,
    softplus,
    softsign,
    tanh,
)
from derive.networks.adversarial import OptimalDiscriminator, optimal_discriminator
from derive.networks.backprop import backprop
from derive.networks.backward import Backward
from derive.networks.convolution import avg_pool2d, conv1d, conv2d, conv_transpose2d, max_pool2d
from derive.networks.diffusion import MeanAndVariance, diffusion_marginal, diffusion_posterior
from derive.networks.generative import (
    diffused,
    discriminator_loss,
    kl_to_standard_normal,
    minimax_generator_loss,
    negative_elbo,
    noise_prediction_loss,
    non_saturating_generator_loss,
    reparameterised,
    wasserstein_critic_loss,
)
from derive.networks.layers import Sequential, dense, dropout, embedding, residual
from derive.networks.losses import (
    bce_with_logits,
    cross_entropy,
    elastic_net,
    hinge,
    huber,
    kl_divergence,
    l1,
    l2,
    mae,
    mse,
)
from derive.networks.normalisation import batch_norm, group_norm, layer_norm, rms_norm
from derive.networks.policy import ppo_clip, reinforce
from derive.networks.recurrent import gru, inputs, lstm, rnn
from derive.networks.through_time import ThroughTime, through_time
from derive.networks.transformers import attention, multi_head, transformer_block

__all__ = [
    "Backward", "MeanAndVariance", "OptimalDiscriminator", "Sequential", "ThroughTime", "attention",
    "avg_pool2d", "backprop", "batch_norm", "bce_with_logits", "conv1d", "conv2d",
    "conv_transpose2d", "cross_entropy", "dense", "diffused", "diffusion_marginal",
    "diffusion_posterior", "discriminator_loss", "dropout", "elastic_net", "elu", "embedding",
    "gelu", "gelu_tanh", "group_norm", "gru", "hardsigmoid", "hardtanh", "hinge", "huber", "inputs",
    "kl_divergence", "kl_to_standard_normal", "l1", "l2", "layer_norm", "leaky_relu", "lstm", "mae",
    "max_pool2d", "minimax_generator_loss", "mish", "mse", "multi_head", "negative_elbo",
    "noise_prediction_loss", "non_saturating_generator_loss", "optimal_discriminator", "ppo_clip",
    "reinforce", "relu", "reparameterised", "residual", "rms_norm", "rnn", "selu", "sigmoid",
    "silu", "softplus", "softsign", "tanh", "through_time", "transformer_block",
    "wasserstein_critic_loss",
]  # fmt: skip
