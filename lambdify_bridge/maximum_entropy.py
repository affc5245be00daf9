"""The largest entropy under constraints: Newton's method on the probabilities themselves.

A density is looked at on the nodes of Gauss-Legendre rules; the place that is asked for is one
more node, of next to no weight. The multiplier is by how much the largest entropy grows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Expr, Symbol, log

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.remembered import remembered
from lambdify_bridge.to_numpy import as_written

Array = Any
NODES, PIECES = 12, 40
FAR = 300  # times the mean of g: where the range ends, nothing is likely by far
ENOUGH = 40  # times the mean
FARTHEST = 650  # the logarithm of the least density
NOTHING = 1e-14  # the weight of the place that is asked for
START = 100
STEPS, SETTLED = 400, 1e-11
ACCURACY, SHIFT = 1e-11, 2e-3
ROUGH = 1e-9


def largest(weights: Array, rows: Array, wanted: Array) -> Array:
    """The p > 0 of the largest -sum(w p log p) with rows (w p) = wanted."""
    p = np.exp(-np.minimum(np.abs(rows[-1] / wanted[-1]), START))  # where a search may begin
    p = p * np.minimum(1, np.sort(weights)[1] / weights)  # as wide apart as the places are
    p = p / (weights * p).sum()
    for _ in range(STEPS):
        slope = -np.log(p) - 1
        scaled = rows * (weights * p)
        lacking = wanted - scaled.sum(axis=1)
        multipliers = np.linalg.solve(scaled @ rows.T, lacking - scaled @ slope)
        step = slope + multipliers @ rows  # by what part of itself each p changes
        size = float(np.max(np.abs(step)))
        p = p * (1 + step * min(1.0, 0.7 / max(size, 0.7)))
        if size < SETTLED:
            return p
    raise Undecided("Newton's method on the probabilities does not settle")


def _places(
    at: Evaluator, g: Expr, x: Symbol, low: float, high: float, c: float
) -> tuple[Array, Array]:
    """Nodes and weights; of a power of x evenly in its logarithm."""
    if not isinstance(g, log) or not (low > 0 and np.isinf(high)):
        return _rule(_seen(at, g, x, low, high, c))
    if not c > 0:
        raise Undefined("what is positive has no such mean")
    far = min(FAR * c, FARTHEST / (1 + 1 / c))
    if far < ENOUGH * c:
        raise Undecided("too much is too far out for numbers of this size")
    u, weights = _rule([np.log(low), np.log(low) + far])
    return np.exp(u), weights * np.exp(u)


def _rule(ends: list[float]) -> tuple[Array, Array]:
    x, w = np.polynomial.legendre.leggauss(NODES)
    cuts = np.linspace(ends[0], ends[1], PIECES + 1)
    middle, half = (cuts[1:] + cuts[:-1]) / 2, np.diff(cuts) / 2
    return (middle[:, None] + half[:, None] * x).ravel(), (half[:, None] * w).ravel()


def _problem(node: Any, at: Evaluator, c: float) -> tuple[Array, Array, Array]:
    """The weights, the constraints and what they are to be."""
    g, _, x, *ends = node.args
    low, high = (float(at(end)) for end in ends)
    if not low < high:
        raise Undefined("the range is empty")
    points, weights = _places(at, g, x, low, high, c)
    if x in at.memo:
        here = float(at.ctx.re(at.memo[x]))
        if not low < here < high:
            raise Undefined("outside of the range")
        points, weights = np.append(points, here), np.append(weights, NOTHING * weights.min())
    rows = [np.ones_like(points)]
    if g != 0:
        rows.append(_values(at, g, x, points))
    return weights, np.array(rows), np.array([1.0, c][: len(rows)])


def _values(at: Evaluator, g: Expr, x: Symbol, points: Array) -> Array:
    letters = sorted(g.free_symbols - {x}, key=str)
    fixed = (float(at.ctx.re(at(s))) for s in letters)
    return np.broadcast_to(as_written(g, [x, *letters])(points, *fixed), points.shape)


def _seen(at: Evaluator, g: Expr, x: Symbol, low: float, high: float, c: float) -> list[float]:
    """The ends, or where g is so large, beside its mean, that nothing is likely."""
    if np.isfinite(low) and np.isfinite(high):
        return [low, high]
    if not c > 0:
        raise Undefined("what is positive has no such mean")
    around = low if np.isfinite(low) else high if np.isfinite(high) else 0.0
    away = np.logspace(-30, 30, 12000)
    found = []
    for end, side in ((low, -1), (high, 1)):
        if np.isfinite(end):
            found.append(end)
            continue
        large = np.nonzero(_values(at, g, x, around + side * away) > FAR * c)[0]
        if not len(large):
            raise Undecided("the constraint holds nothing back far out")
        found.append(float(around + side * away[large[0]]))
    return found


@estimator("MaximumEntropyDensity")
@remembered
def density(node: Any, at: Evaluator) -> Number:
    at(node.args[2])  # Undecided where there is no value of the letter
    weights, rows, wanted = _problem(node, at, float(at.ctx.re(at(node.args[1]))))
    at.rests_on(ACCURACY)
    return at.ctx.mpf(float(largest(weights, rows, wanted)[-1]))


def _entropy(weights: Array, p: Array) -> float:
    return float(-(weights * p * np.log(p)).sum())


@estimator("KernelMean")
def kernel_mean(node: Any, at: Evaluator) -> Number:
    """Both integrals by the same rule, as far as the kernel is seen."""
    g, multiplier, x, *ends = node.args
    scale = float(at.ctx.re(at(multiplier)))
    low, high = (float(at(end)) for end in ends)
    if not scale > 0 and not np.isfinite(high - low):
        raise Undefined("the kernel does not fall")
    points, weights = _places(at, g, x, low, high, 1 / scale)
    values = _values(at, g, x, points)
    exponents = -scale * values
    kernel = weights * np.exp(exponents - exponents.max())
    if not kernel.sum() > 0:
        raise Undefined("the kernel is not seen")
    at.rests_on(ACCURACY)
    return at.ctx.mpf(float((values * kernel).sum() / kernel.sum()))


@estimator("Multiplier")
@remembered
def multiplier(node: Any, at: Evaluator) -> Number:
    c = float(at.ctx.re(at(node.args[1])))
    inner = Evaluator({s: v for s, v in at.given.items() if s != node.args[2]}, root=at.root)
    return _growth(at, c, lambda d: _entropy_at(node, inner, c + d))


def _entropy_at(node: Any, at: Evaluator, c: float) -> float:
    weights, rows, wanted = _problem(node, at, c)
    return _entropy(weights, largest(weights, rows, wanted))


def _growth(at: Evaluator, scale: float, entropy: Any) -> Number:
    """The derivative by two Richardson steps."""
    h = SHIFT * abs(scale)
    one, two, four = (((entropy(k * h) - entropy(-k * h)) / (2 * k * h)) for k in (1, 2, 4))
    fine, coarse = (4 * one - two) / 3, (4 * two - four) / 3
    at.rests_on(ROUGH)
    return at.ctx.mpf(fine + (fine - coarse) / 15)


def _table(values: Any, at: Evaluator, mean: float | None) -> Array:
    points = np.array([float(at(v)) for v in values])
    if mean is not None and not points.min() < mean < points.max():
        raise Undefined("no probabilities of these values have such a mean")
    rows = [np.ones_like(points)] + ([points] if mean is not None else [])
    wanted = [1.0] + ([mean] if mean is not None else [])
    return largest(np.ones_like(points), np.array(rows), np.array(wanted))


@estimator("MaximumEntropyTable")
def table(node: Any, at: Evaluator) -> Number:
    values, *mean = node.args
    found = _table(values, at, float(at.ctx.re(at(mean[0]))) if mean else None)
    at.rests_on(ACCURACY)
    return tuple([at.ctx.mpf(float(p)) for p in found])


@estimator("GibbsFactor")
@remembered
def gibbs_factor(node: Any, at: Evaluator) -> Number:
    values, mean = node.args
    c = float(at.ctx.re(at(mean)))
    gap = min(abs(c - float(at(v))) for v in (min(values), max(values)))
    ones = np.ones(len(values))
    growth = _growth(at, gap, lambda d: _entropy(ones, _table(values, at, c + d)))
    return at.ctx.exp(-growth)
