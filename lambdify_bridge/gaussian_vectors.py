"""Normal vectors as numbers: a law of a few points for linear maps, the density for known parts.

Where some entries are known, the joint density is summed over a grid in the others, which is moved
and turned to where the density is.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from lambdify_bridge.combinations import points
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator, is_real

MOVES = 25
STEPS = 0.5, 0.43  # in standard deviations
FARTHEST = 7.5
KEPT = 0.1  # of the width of the last grid
MOST = 3  # entries that are not known
AGREEMENT, ACCURACY = 1e-9, 1e-11

Array = Any


@estimator("MappedMean")
def mapped_mean(node: Any, at: Evaluator) -> Number:
    """Over two places on both sides of the mean."""
    A, b, m = (at(part) for part in node.args)
    sides = [A * _shifted(at, m, side) + b for side in (1, -1)]
    return (sides[0] + sides[1]) / 2


def _shifted(at: Evaluator, m: Any, side: int) -> Any:
    return at.ctx.matrix([m[k] + side * (1 + k) for k in range(m.rows)])


@estimator("MappedCovariance")
def mapped_covariance(node: Any, at: Evaluator) -> Number:
    """The mean products of deviations, over places with this covariance matrix."""
    A, V = (at(part) for part in node.args)
    places = [A * at.ctx.matrix(p) for p in points(at, V)]
    found = at.ctx.matrix(A.rows, A.rows)
    for i, j in product(range(A.rows), repeat=2):
        means = [at.ctx.fsum(p[k] for p in places) / len(places) for k in (i, j)]
        each = ((p[i] - means[0]) * (p[j] - means[1]) for p in places)
        found[i, j] = at.ctx.fsum(each) / len(places)
    at.rests_on(1e-20)
    return found


@estimator("KnownPartMean")
def known_part_mean(node: Any, at: Evaluator) -> Number:
    places, values, m, V = node.args
    return _agreeing(at, places, [at(v) for v in values], at(m), at(V), 0)


@estimator("KnownPartCovariance")
def known_part_covariance(node: Any, at: Evaluator) -> Number:
    """For values at some distance from a mean of zero."""
    places, V = node.args
    values = [at.ctx.mpf(k + 1) / 3 for k in range(len(places))]
    return _agreeing(at, places, values, at.ctx.matrix(at(V).rows, 1), at(V), 1)


def _agreeing(at: Evaluator, places: Any, values: Any, m: Any, V: Any, which: int) -> Number:
    """The mean, or the covariance matrix, that two grids agree on."""
    if not all(map(is_real, [m, V, *values])):
        raise Undefined("a normal vector is real")
    mean, spread = (np.array(part.tolist(), dtype=float) for part in (m, V))
    if not np.allclose(spread, spread.T) or np.linalg.eigvalsh(spread).min() <= 0:
        raise Undefined("a covariance matrix is positive definite")
    known = [int(k) for k in places]
    one, other = (_on_grid(known, values, mean[:, 0], spread, step)[which] for step in STEPS)
    size = max(float(np.abs(one).max()), float(np.abs(spread).max()) ** 0.5)
    if not np.abs(one - other).max() <= AGREEMENT * size:
        raise Undecided("two grids disagree")
    at.rests_on(ACCURACY, ACCURACY * size)
    return at.ctx.matrix(other.tolist())


def _on_grid(
    known: list[int], values: Any, mean: Array, spread: Array, step: float
) -> tuple[Array, Array]:
    rest = [k for k in range(len(mean)) if k not in known]
    if len(rest) > MOST:
        raise Undecided(f"more than {MOST} entries that are not known")
    ticks = np.arange(-FARTHEST, FARTHEST + step / 2, step)
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*[ticks] * len(rest))])
    deviations = np.empty((len(mean), grid.shape[1]))
    deviations[known] = (np.array(list(map(float, values))) - mean[known])[:, None]
    centre, shape = mean[rest], np.diag(spread)[rest] * np.eye(len(rest))
    for _ in range(MOVES):
        nodes = centre[:, None] + np.linalg.cholesky(shape) @ grid
        deviations[rest] = nodes - mean[rest][:, None]
        exponent = -(deviations * np.linalg.solve(spread, deviations)).sum(axis=0) / 2
        weights = np.exp(exponent - exponent.max())
        weights /= weights.sum()
        centre = nodes @ weights
        apart = nodes - centre[:, None]
        found = (apart * weights) @ apart.T
        shape = found + KEPT * shape
    return centre[:, None], found
