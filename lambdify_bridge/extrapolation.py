"""Richardson extrapolation by its scheme: one power of the error after the other is eliminated."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from lambdify_bridge.evaluate import Evaluator, Number, estimator


def extrapolated(at: Evaluator, powers: Any, q: Any, values: list[Number]) -> Number:
    """(q^p A(h/q) - A(h))/(q^p - 1) has no error with h^p; so on with the next power."""
    ratio = at(q)
    for power in powers.args:
        factor = ratio ** at(power)
        values = [(factor * b - a) / (factor - 1) for a, b in pairwise(values)]
    return values[0]


@estimator("Extrapolated")
def extrapolated_value(node: Any, at: Evaluator) -> Number:
    powers, q, values = node.args
    return extrapolated(at, powers, q, [at(value) for value in values.args])


@estimator("RichardsonWeights")
def richardson_weights(node: Any, at: Evaluator) -> Number:
    """What becomes of a single value 1 among values 0."""
    powers, q = node.args
    size = range(len(powers.args) + 1)
    units = ([at.ctx.mpf(int(i == j)) for j in size] for i in size)
    return at.ctx.matrix([extrapolated(at, powers, q, unit) for unit in units])


@estimator("RichardsonError")
def richardson_error(node: Any, at: Evaluator) -> Number:
    powers, q, s, c, h = node.args
    step, factor, power = at(h), at(c), at(s)
    size = range(len(powers.args) + 1)
    errors = [factor * (step / at(q) ** i) ** power for i in size]
    return -extrapolated(at, powers, q, errors)
