"""The Dirichlet law by integrals over the simplex, one within the other, in all entries at once."""

from __future__ import annotations

from typing import Any

from sympy import Add, Dummy, Expr, Integral, Mul, Tuple

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.remembered import remembered

MOST = 4  # entries, so that there are at most three integrals
ROUGHEST = 0.3  # of an exponent: below it the quadrature misses too much of the corner


def _simplex(at: Evaluator, factor: Expr, entries: list[Dummy], alpha: Any) -> Number:
    """The integral of the factor times the kernel over all probabilities."""
    if len(alpha) > MOST:
        raise Undecided("more than three integrals within each other are not estimated")
    if any(not at(each) > ROUGHEST for each in alpha):
        raise Undecided("the density is too large in the corners")
    kernel = Mul(*(x ** (e - 1) for x, e in zip(_all(entries), alpha, strict=True)))
    found: Expr = factor * kernel
    for k in reversed(range(len(entries))):
        found = Integral(found, Tuple(entries[k], 0, 1 - Add(*entries[:k])))
    return at(found)


def _all(entries: Any) -> list[Expr]:
    return [*entries, 1 - Add(*entries)]


def _letters(count: int) -> list[Dummy]:
    return [Dummy(f"p_{k}", positive=True) for k in range(count - 1)]


def _mean(at: Evaluator, factor: Expr, entries: list[Dummy], alpha: Any) -> Number:
    whole = _simplex(at, 1 + 0 * factor, entries, alpha)
    return _simplex(at, factor, entries, alpha) / whole


@estimator("DirichletIntegral")
@remembered
def dirichlet_integral(node: Any, at: Evaluator) -> Number:
    (alpha,) = node.args
    return _simplex(at, Mul(), _letters(len(alpha)), alpha)


@estimator("DirichletMoment")
@remembered
def dirichlet_moment(node: Any, at: Evaluator) -> Number:
    k, alpha = node.args
    entries = _letters(len(alpha))
    factor = Mul(*(x**n for x, n in zip(_all(entries), k, strict=True)))
    return _mean(at, factor, entries, alpha)


@estimator("DirichletVariance")
@remembered
def dirichlet_covariance(node: Any, at: Evaluator) -> Number:
    """The mean product of the deviations."""
    i, j, alpha = node.args
    entries = _letters(len(alpha))
    first, second = (_all(entries)[int(each)] for each in (i, j))
    u, v = Dummy("u", real=True), Dummy("v", real=True)
    there = at.at({u: _mean(at, first, entries, alpha), v: _mean(at, second, entries, alpha)})
    return _mean(there, (first - u) * (second - v), entries, alpha)


@estimator("DirichletPosterior")
@remembered
def dirichlet_posterior(node: Any, at: Evaluator) -> Number:
    """The prior times the likelihood of the counts, by the integral of that."""
    alpha, counts, places = node.args
    here = [at(x) for x in _all(places)]
    if not all(x > 0 for x in here):
        raise Undefined("probabilities are positive")
    entries = _letters(len(alpha))
    likelihood = Mul(*(x**n for x, n in zip(_all(entries), counts, strict=True)))
    powers = (x ** (at(e) - 1 + at(n)) for x, e, n in zip(here, alpha, counts, strict=True))
    return at.ctx.fprod(powers) / _simplex(at, likelihood, entries, alpha)
