"""Moments of linear combinations: over a law of a few points that has the means and covariances.

Of all laws with these means and this covariance matrix a linear combination has the same mean and
variance: the points are the mean and the columns of a root of the matrix to both sides of it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from sympy import Interval

from lambdify_bridge import laws
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.remembered import remembered
from lambdify_bridge.to_numpy import as_written

Points = list[dict[Any, Number]]
SHIFT = 0.3
STEPS = ("0.025", "0.022")
MOST_PLACES = 2_000_000
AGREEMENT, ACCURACY, NOISE, LEFT = 1e-9, 1e-12, 1e-14, 1e-11


def points(at: Evaluator, spread: Any) -> list[list[Number]]:
    """Equally probable places with this covariance matrix, about means of no meaning."""
    c, n = at.ctx, spread.rows
    try:
        root = c.cholesky(spread)
    except (ValueError, ZeroDivisionError) as error:
        raise Undefined("a covariance matrix has no negative minor") from error
    return [
        [SHIFT * (i + 1) + side * c.sqrt(n) * root[i, k] for i in range(n)]
        for k in range(n)
        for side in (1, -1)
    ]


def _values(at: Evaluator, g: Any, places: Points) -> list[Number]:
    return [Evaluator({**at.given, **place}, root=at.root)(g) for place in places]


def _covariance(at: Evaluator, g: Any, h: Any, letters: Any, spread: Any) -> Number:
    places = [dict(zip(letters, p, strict=True)) for p in points(at, at(spread))]
    first, second = (_values(at, each, places) for each in (g, h))
    size = len(places)
    means = at.ctx.fsum(first) / size, at.ctx.fsum(second) / size
    both = zip(first, second, strict=True)
    at.rests_on(1e-20)
    return at.ctx.fsum((x - means[0]) * (y - means[1]) for x, y in both) / size


@estimator("MeanOfCombination")
def mean_of_combination(node: Any, at: Evaluator) -> Number:
    """Over two places on both sides of the means, at some distance from them."""
    g, letters, means = node.args
    middle = [at(m) for m in means]
    sides = [
        {x: m + side * (1 + k) for k, (x, m) in enumerate(zip(letters, middle, strict=True))}
        for side in (1, -1)
    ]
    return at.ctx.fsum(_values(at, g, sides)) / 2


@estimator("VarianceOfCombination")
def variance_of_combination(node: Any, at: Evaluator) -> Number:
    g, letters, spread = node.args
    return _covariance(at, g, g, letters, spread)


@estimator("CovarianceOfCombinations")
def covariance_of_combinations(node: Any, at: Evaluator) -> Number:
    return _covariance(at, *node.args)


@estimator("LawCovariance")
@remembered
def law_covariance(node: Any, at: Evaluator) -> Number:
    """The mean product of the deviations over all letters at once, by two rules."""
    (g, h), *drawn = node.args
    (coarse, _), (fine, size) = (_mean_product(at, g, h, drawn, at.ctx.mpf(step)) for step in STEPS)
    if not abs(coarse - fine) <= AGREEMENT * size:
        raise Undecided("two quadratures with different nodes disagree")
    at.rests_on(ACCURACY, NOISE * size)
    return at.ctx.mpf(fine)


def _mean_product(at: Evaluator, g: Any, h: Any, drawn: Any, step: Number) -> tuple[float, float]:
    """With it the mean size of what is added up. Undecided where much is at the ends."""
    letters, own = zip(*(law.args for law in drawn), strict=True)
    rules = [laws.weights(at, x, law, step) for x, law in zip(letters, own, strict=True)]
    if math.prod(map(len, rules)) > MOST_PLACES:
        raise Undecided("too many letters are drawn at once")
    columns = [np.array(rule, dtype=float).T for rule in rules]
    places = dict(zip(letters, np.meshgrid(*(c[0] for c in columns), indexing="ij"), strict=True))
    weights: Any = math.prod(np.meshgrid(*(c[1] for c in columns), indexing="ij"))
    first, second = (_at(at, part, places) for part in (g, h))
    total = weights.sum()
    first, second = (part - (part * weights).sum() / total for part in (first, second))
    product = first * second * weights / total
    sizes = np.abs(np.stack([product, first * weights, second * weights]))
    everywhere = tuple(range(1, sizes.ndim))
    for axis, law in enumerate(own, start=1):
        last = [0, -1] if isinstance(law.set, Interval) else [-1]
        edges = sizes.take(last, axis=axis).sum(axis=everywhere)
        if not laws.breaks_off(law) and np.any(edges > LEFT * sizes.sum(axis=everywhere)):
            raise Undecided("too much is at the ends of the support")
    return float(product.sum()), float(sizes[0].sum())


def _at(at: Evaluator, g: Any, places: dict[Any, Any]) -> Any:
    letters = sorted(g.free_symbols, key=lambda s: (str(s), s.sort_key()))
    with np.errstate(all="ignore"):
        return as_written(g, letters)(*(
            places[s] if s in places else float(at(s)) for s in letters
        ))  # fmt: skip
