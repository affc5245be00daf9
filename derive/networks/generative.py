"""Losses of generative networks: the evidence bound of a VAE, the games of a GAN, diffusion.

Rows are examples; means are over the rows.
"""

from __future__ import annotations

from typing import Any

from sympy import exp, sqrt

from derive.arrays.along import mean, sum_
from derive.arrays.elementwise import elementwise
from derive.arrays.nodes import PLACES, Array
from derive.arrays.operators import array
from derive.arrays.product import exactly
from derive.networks.activations import softplus
from derive.networks.losses import bce_with_logits, mse

t = PLACES[0]


def reparameterised(mu: Any, log_variance: Any, noise: Any) -> Array:
    """mu + sigma noise, sigma = exp(log_variance/2): a sample that gradients pass through.

    Kingma and Welling, Auto-encoding variational Bayes, 2014, section 2.4.
    """
    return array(mu) + elementwise(exp(t / 2), {t: array(log_variance)}) * noise


def kl_to_standard_normal(mu: Any, log_variance: Any) -> Array:
    """The mean over rows of KL(N(mu, sigma²) || N(0, 1)), in closed form.

    Kingma and Welling, appendix B: the sum of (mu² + sigma² - 1 - log sigma²)/2.
    """
    mu, log_variance = array(mu), array(log_variance)
    variance = elementwise(exp(t), {t: log_variance})
    return sum_(mu**2 + variance - 1 - log_variance) / (2 * mu.shape[0])


def negative_elbo(logits: Any, target: Any, mu: Any, log_variance: Any) -> Array:
    """The negative evidence lower bound of a VAE with Bernoulli outputs, a mean over rows."""
    entries = array(target).shape[-1]
    return entries * bce_with_logits(logits, target) + kl_to_standard_normal(mu, log_variance)


def discriminator_loss(real: Any, fake: Any) -> Array:
    """-mean log σ(real) - mean log(1 - σ(fake)), of the discriminator's logits.

    Goodfellow et al., Generative adversarial nets, 2014, equation 1.
    """
    return mean(softplus(-array(real))) + mean(softplus(array(fake)))


def minimax_generator_loss(fake: Any) -> Array:
    """mean log(1 - σ(fake)): what the generator lowers in the minimax game."""
    return -mean(softplus(array(fake)))


def non_saturating_generator_loss(fake: Any) -> Array:
    """-mean log σ(fake): the same aim, with a slope where the discriminator is sure."""
    return mean(softplus(-array(fake)))


def wasserstein_critic_loss(real: Any, fake: Any) -> Array:
    """mean fake - mean real (Arjovsky, Chintala and Bottou, Wasserstein GAN, 2017)."""
    return mean(array(fake)) - mean(array(real))


def diffused(x: Any, noise: Any, kept: Any) -> Array:
    """√kept x + √(1 - kept) noise: x after the steps whose product of (1 - beta) is `kept`.

    Ho, Jain and Abbeel, Denoising diffusion probabilistic models, 2020, equation 4.
    """
    kept = exactly(kept)
    return sqrt(kept) * array(x) + sqrt(1 - kept) * array(noise)


def noise_prediction_loss(predicted: Any, noise: Any) -> Array:
    """The mean squared error of the predicted noise (the same, equation 14)."""
    return mse(predicted, noise)
