"""Losses of policies: REINFORCE and PPO's clipped objective. Rows are steps of a trajectory."""

from __future__ import annotations

from typing import Any

from sympy import Min, Piecewise, exp

from derive.arrays.along import log_softmax, mean, sum_
from derive.arrays.elementwise import elementwise
from derive.arrays.gather import one_hot_rows
from derive.arrays.nodes import PLACES, Array
from derive.arrays.operators import array
from derive.arrays.product import exactly

t, a = PLACES[:2]


def log_probability(logits: Any, actions: Any) -> Array:
    """The log-probability of the action taken in each row; `actions` are one-hot rows,
    or indices."""
    Y = one_hot_rows(actions, array(logits).shape[-1])
    return sum_(Y * log_softmax(logits, axis=-1), axis=-1)


def reinforce(logits: Any, actions: Any, returns: Any) -> Array:
    """-mean(G log π(a|s)) (Williams, Simple statistical gradient-following algorithms, 1992)."""
    return -mean(array(returns) * log_probability(logits, actions))


def ppo_clip(
    logits: Any, actions: Any, old_log_probability: Any, advantages: Any, epsilon: Any = 0.2
) -> Array:
    """-mean min(r A, clip(r, 1 - ε, 1 + ε) A), r = π/π_old (Schulman et al., 2017, equation 7)."""
    epsilon = exactly(epsilon)
    ratio = elementwise(exp(t), {t: log_probability(logits, actions) - old_log_probability})
    low, high = 1 - epsilon, 1 + epsilon
    clipped = Piecewise((low, t < low), (high, t > high), (t, True))
    return -mean(elementwise(Min(t * a, clipped * a), {t: ratio, a: array(advantages)}))
