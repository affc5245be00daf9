"""Covariances, their largest variance, and iterates of matrices as numbers, by definition."""

from __future__ import annotations

from typing import Any

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator

MOST_STEPS = 300
EXACT = 1e-15


@estimator("Centred")
def centred(node: Any, at: Evaluator) -> Number:
    c, X = at.ctx, at(node.args[0])
    means = _means(c, X)
    return c.matrix([[X[i, k] - means[k] for k in range(X.cols)] for i in range(X.rows)])


def _means(c: Any, X: Any) -> list[Number]:
    return [c.fsum(X[i, k] for i in range(X.rows)) / X.rows for k in range(X.cols)]


@estimator("Covariance")
def covariance(node: Any, at: Evaluator) -> Number:
    """Entry by entry, the sum over the samples."""
    c, X = at.ctx, at(node.args[0])
    means, samples = _means(c, X), range(X.rows)
    entry = lambda j, k: c.fsum((X[i, j] - means[j]) * (X[i, k] - means[k]) for i in samples)
    size = range(X.cols)
    return c.matrix([[entry(j, k) / (X.rows - 1) for k in size] for j in size])


@estimator("LargestVariance")
def largest_variance(node: Any, at: Evaluator) -> Number:
    """By power iteration on C + s I, squared again and again, with s of the size of C."""
    c, C = at.ctx, at(node.args[0])
    at.rests_on(1e-12)
    shift = c.mnorm(C, 1)
    power = C + shift * c.eye(C.rows)
    for _ in range(60):
        power = power * power
        power = power / c.mnorm(power, 1)
    v = power * c.matrix([c.mpf(1) / (k + 2) for k in range(C.rows)])
    return (v.T * C * v)[0] / (v.T * v)[0]


@estimator("StationaryVariances")
def stationary_variances(node: Any, at: Evaluator) -> Number:
    at.rests_on(EXACT)
    return tuple(at.ctx.eigsy(at(node.args[0]), eigvals_only=True))


# ------------------------------------------------------------------ power iteration


@estimator("PowerIterate")
def iterate(node: Any, at: Evaluator) -> Number:
    A, x, count = map(at, node.args)
    return _iterated(at, A, x, count)


@estimator("IterateIn")
def iterate_in(node: Any, at: Evaluator) -> Number:
    S, D, x, count = map(at, node.args)
    return _iterated(at, S * D * at.ctx.inverse(S), x, count)


def _iterated(at: Evaluator, A: Any, x: Any, count: Number) -> Any:
    at.rests_on(EXACT)
    steps = int(count)
    if steps != count or steps < 0:
        raise Undefined("an iteration has a whole number of steps")
    if steps > MOST_STEPS:
        raise Undecided("so many steps take too long")
    for _ in range(steps):
        x = A * x
    return x


@estimator("ConvergenceRate")
def convergence_rate(node: Any, at: Evaluator) -> Number:
    at.rests_on(EXACT)
    return _second_over_first(at.ctx.eig(at(node.args[0]))[0])


@estimator("SecondOverFirst")
def second_over_first(node: Any, at: Evaluator) -> Number:
    return _second_over_first(at(node.args[0]))


def _second_over_first(values: Any) -> Number:
    different: list[Number] = []
    for value in values:
        if all(abs(value - other) > 1e-10 * (1 + abs(value)) for other in different):
            different.append(value)
    first, second, *_ = sorted(map(abs, different), reverse=True)
    return second / first
