"""Losses and penalties: a number each, written as it stands on paper; means over all entries.

Rows of a matrix are the examples of a batch.
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, Piecewise, log

from derive.arrays.along import log_softmax, mean, sum_
from derive.arrays.elementwise import elementwise
from derive.arrays.gather import one_hot_rows
from derive.arrays.nodes import PLACES, Array
from derive.arrays.operators import array
from derive.arrays.product import exactly
from derive.networks.activations import relu, softplus

t = PLACES[0]


def mse(prediction: Any, target: Any) -> Array:
    """The mean squared error."""
    return mean((array(prediction) - target) ** 2)


def mae(prediction: Any, target: Any) -> Array:
    """The mean absolute error."""
    return mean(elementwise(Abs(t), {t: array(prediction) - target}))


def huber(prediction: Any, target: Any, delta: Any = 1) -> Array:
    """Quadratic up to `delta`, linear beyond (Huber, Robust estimation of a location parameter)."""
    delta = exactly(delta)
    formula = Piecewise((t**2 / 2, Abs(t) <= delta), (delta * (Abs(t) - delta / 2), True))
    return mean(elementwise(formula, {t: array(prediction) - target}))


def hinge(score: Any, sign: Any) -> Array:
    """The mean of max(0, 1 - y s), for signs y of 1 or -1."""
    return mean(relu(1 - array(sign) * score))


def bce_with_logits(logits: Any, target: Any) -> Array:
    """The mean binary cross-entropy of sigmoid(logits): softplus(z) - y z."""
    logits = array(logits)
    return mean(softplus(logits) - array(target) * logits)


def cross_entropy(logits: Any, target: Any, smoothing: Any = 0) -> Array:
    """The mean over rows of -sum(Y log softmax(Z)); `target` holds a distribution in each row,
    or the index of its class.

    `smoothing` mixes that much of the uniform distribution into the target.
    """
    logits = array(logits)
    Y = one_hot_rows(target, logits.shape[-1])
    epsilon = exactly(smoothing)
    if epsilon != 0:
        Y = (1 - epsilon) * Y + epsilon / Y.shape[-1]
    total = -sum_(Y * log_softmax(logits, axis=-1))
    for n in logits.shape[:-1]:
        total = total / n
    return total


def kl_divergence(P: Any, Q: Any) -> Array:
    """sum(P (log P - log Q)), of positive entries."""
    P, Q = array(P), array(Q)
    return sum_(P * (elementwise(log(t), {t: P}) - elementwise(log(t), {t: Q})))


def l1(W: Any) -> Array:
    """The sum of the absolute values."""
    return sum_(elementwise(Abs(t), {t: array(W)}))


def l2(W: Any) -> Array:
    """Half of the sum of squares."""
    return sum_(array(W) ** 2) / 2


def elastic_net(W: Any, mixing: Any = 0.5) -> Array:
    """`mixing` times the l1 penalty plus the rest times the l2 penalty."""
    share = exactly(mixing)
    return share * l1(W) + (1 - share) * l2(W)
