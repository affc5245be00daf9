"""Angles that are drawn, by the mean of their places on the unit circle."""

from __future__ import annotations

from typing import Any

from sympy import I, exp

from lambdify_bridge import laws
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, estimator
from lambdify_bridge.remembered import remembered
from lambdify_bridge.sequence import NoLimit

SHORTEST = 1e-8  # a mean that is no longer than this may as well be zero
ACCURACY = 1e-11


def _on_circle(node: Any, at: Evaluator) -> Number:
    letter, law = node.args[1].args
    return laws.mean(at, exp(I * letter), letter, law)


def _direction(at: Evaluator, z: Number) -> Number:
    if z == 0:
        raise NoLimit("zero has no direction")
    if abs(z) < SHORTEST:
        raise Undecided("the mean of all places is next to zero")
    angle = at.ctx.arg(z)
    if abs(angle) < ACCURACY:
        raise Undecided("on the border between the angles 0 and 2*pi")
    at.rests_on(ACCURACY)
    return angle if angle > 0 else angle + 2 * at.ctx.pi


@estimator("CircularMean")
@remembered
def circular_mean(node: Any, at: Evaluator) -> Number:
    return _direction(at, _on_circle(node, at))


@estimator("CircularVariance")
@remembered
def circular_variance(node: Any, at: Evaluator) -> Number:
    return 1 - abs(_on_circle(node, at))


@estimator("Direction")
@remembered
def direction(node: Any, at: Evaluator) -> Number:
    return _direction(at, at(node.args[0]))


@estimator("Length")
@remembered
def length(node: Any, at: Evaluator) -> Number:
    return abs(at(node.args[0]))
