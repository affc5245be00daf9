"""Linear systems of differential equations, followed from their start."""

from __future__ import annotations

from typing import Any

from lambdify_bridge.evaluate import Evaluator, Number, Undefined, estimator

EXACT = 1e-15
MOST_STEPS = 200


@estimator("LinearFlow")
def linear_flow(node: Any, at: Evaluator) -> Number:
    """In short steps, each by Taylor's series: the equation tells every slope from the one before,
    x^(k+1) = A x^(k)."""
    A, b, x, end = map(at, node.args)
    c = at.ctx
    steps = int(c.ceil(2 * c.mnorm(A, 1) * abs(end))) + 1
    if steps > MOST_STEPS:
        raise Undefined("the way is too long to be followed")
    h = end / steps
    for _ in range(steps):
        slope = A * x + b
        for k in range(1, c.dps + 10):
            x = x + slope * (h**k / c.factorial(k))
            slope = A * slope
    at.rests_on(EXACT)
    return x


@estimator("FirstRows")
def first_rows(node: Any, at: Evaluator) -> Number:
    column, count = at(node.args[0]), int(node.args[1])
    return column[:count, :]
