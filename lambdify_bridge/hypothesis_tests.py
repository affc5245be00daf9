"""How probable it is that a statistic lies as far out, under the hypothesis.

The distribution of a statistic is not taken from a table: it is the integral over all values of the
sums of squares of normal numbers that the statistic is made of.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import Dummy

from lambdify_bridge import laws
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.remembered import remembered
from lambdify_bridge.samples import degrees, sizes
from lambdify_bridge.values import real_part

U = Dummy("u", real=True)


@estimator("UpperTail")
@remembered
def upper_tail(node: Any, at: Evaluator) -> Number:
    return _upper(at, _place(node, at), node.args[1])


@estimator("LowerTail")
@remembered
def lower_tail(node: Any, at: Evaluator) -> Number:
    return laws.below(at, _place(node, at), U, node.args[1])


@estimator("TwoSided")
@remembered
def two_sided(node: Any, at: Evaluator) -> Number:
    place, law = _place(node, at), node.args[1]
    upper = _upper(at, place, law)
    return 2 * (upper if upper < 0.5 else laws.below(at, place, U, law))


def _place(node: Any, at: Evaluator) -> Number:
    return real_part(at.ctx, at(node.args[0]))


def _upper(at: Evaluator, place: Number, law: Any) -> Number:
    if place < at(laws.ends(law)[0]):
        raise Undefined("the place lies outside of the support")
    return laws.above(at, place, U, law)


# ------------------------------------------------------------------ p values


Made = tuple[str, list[Number]]  # of normal numbers: how, and of how many


def _free(node: Any, at: Evaluator) -> Number:
    return len(node.args[0].args) - 1 - at(node.args[2])


def rank_of_deviations(counts: Any) -> int:
    """Of how many cells the others follow, where no row or column adds up to anything."""
    margins = np.zeros((counts.rows + counts.cols, counts.rows * counts.cols))
    for i in range(counts.rows):
        for j in range(counts.cols):
            margins[[i, counts.rows + j], i * counts.cols + j] = 1
    return margins.shape[1] - int(np.linalg.matrix_rank(margins))


def _groups(sizes: list[int]) -> list[Number]:
    return [len(sizes) - 1, sum(sizes) - len(sizes)]


# fmt: off
MADE_OF: dict[str, Callable[[Any, Evaluator], Made]] = {
    "ZStatistic": lambda node, at: ("normal", []),
    "TwoSampleZ": lambda node, at: ("normal", []),
    "TStatistic": lambda node, at: ("t", [sizes(at, node.args[0])[0] - 1]),
    "PairedT":    lambda node, at: ("t", [sizes(at, node.args[0])[0] - 1]),
    "PooledT":    lambda node, at: ("t", [sum(sizes(at, *node.args[:2])) - 2]),
    "WelchT":     lambda node, at: ("t", [degrees(at, *node.args[:2])]),
    "ChiSquaredStatistic": lambda node, at: ("chi squared", [_free(node, at)]),
    "IndependenceStatistic": lambda node, at: ("chi squared", [rank_of_deviations(node.args[0])]),
    "LikelihoodRatio": lambda node, at: ("chi squared", [1]),
    "VarianceRatio": lambda node, at: ("F", [n - 1 for n in sizes(at, *node.args)]),
    "AnalysisOfVariance": lambda node, at: ("F", _groups(sizes(at, *node.args[0].args))),
}
# fmt: on


@estimator("PValue", "LimitingPValue")
@remembered
def p_value(node: Any, at: Evaluator) -> Number:
    """Of one side, or of both: twice the smaller one."""
    statistic, side = node.args
    name = type(statistic).__name__
    if name not in MADE_OF:
        raise Undecided(f"how {name} is distributed is not known here")
    how, parts = MADE_OF[name](statistic, at)
    place = _place(node, at)
    upper, lower = ABOVE[how](at, place, *parts)
    return {1: upper, -1: lower, 0: 2 * min(upper, lower)}[int(side)]


def _normal(at: Evaluator, z: Number) -> tuple[Number, Number]:
    """Above and below: by the integral of exp(-u**2) from there on, which is erfc."""
    c = at.ctx
    return c.erfc(z / c.sqrt(2)) / 2, c.erfc(-z / c.sqrt(2)) / 2


def _t(at: Evaluator, t: Number, freedom: Number) -> tuple[Number, Number]:
    """A normal number is above t times the root of a mean of squares: over all such means."""
    c = at.ctx
    upper = _over_all(at, freedom, lambda mean: c.erfc(abs(t) * c.sqrt(mean / 2)) / 2)
    return (upper, 1 - upper) if t >= 0 else (1 - upper, upper)


def _f(at: Evaluator, f: Number, above: Number, below: Number) -> tuple[Number, Number]:
    """A mean of squares is above f times another one: over all values of that."""
    c = at.ctx

    def higher(mean: Number) -> Number:
        return c.gammainc(above / 2, above * f * mean / 2, c.inf, regularized=True)

    upper = _over_all(at, below, higher)
    return upper, 1 - upper


def _chi_squared(at: Evaluator, total: Number, freedom: Number) -> tuple[Number, Number]:
    """The mean of so many squares is above total/freedom: all such means."""
    c = at.ctx
    upper = c.gammainc(freedom / 2, total / 2, c.inf, regularized=True)
    return upper, 1 - upper


ABOVE: dict[str, Callable[..., tuple[Number, Number]]] = {
    "normal": _normal,
    "t": _t,
    "F": _f,
    "chi squared": _chi_squared,
}


def _over_all(at: Evaluator, freedom: Number, f: Callable[[Number], Number]) -> Number:
    """The expected f(mean of as many squares of standard normal numbers)."""
    if not freedom > 0:
        raise Undefined("no degrees of freedom are left")
    return laws.agreeing(at, lambda step: _expected(at.ctx, freedom, f, step))


def _expected(c: Any, freedom: Number, f: Callable[[Number], Number], step: Number) -> Number:
    """The double exponential rule about the mean 1, as wide as the chi-squared density."""
    half, wide = c.mpf(freedom) / 2, min(c.one, c.sqrt(2 / c.mpf(freedom)))
    scale = c.exp(half * c.log(half) - c.loggamma(half)) * wide
    found = []
    for place, size in laws.double_exponential(c, step):
        mean = c.exp(wide * place)
        weight = scale * c.exp(half * (wide * place - mean)) * size
        if weight > c.eps**2:
            found.append(weight * f(mean))
    return c.fsum(found)
