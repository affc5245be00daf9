"""Entropies and divergences of tables and Gaussians as numbers, from their definitions."""

from __future__ import annotations

from itertools import product
from typing import Any

from lambdify_bridge.evaluate import Evaluator, Number, Undefined, estimator
from lambdify_bridge.remembered import remembered

EXACT_FOR_CUBICS, FINER = 4, 5  # nodes of a rule in each direction


def _probabilities(values: Any) -> list[Number]:
    found = list(values)
    if not all(value >= 0 for value in found):
        raise Undefined("a probability is not negative")
    return found


def _logarithm(at: Evaluator, value: Number, base: Any) -> Number:
    return at.ctx.log(value) / at.ctx.log(at(base))


def _entropy(at: Evaluator, values: list[Number], base: Any) -> Number:
    return -at.ctx.fsum(v * _logarithm(at, v, base) for v in values if v)


@estimator("ShannonEntropy")
def shannon_entropy(node: Any, at: Evaluator) -> Number:
    return _entropy(at, _probabilities(at(node.args[0])), node.args[1])


@estimator("CrossEntropy")
def cross_entropy(node: Any, at: Evaluator) -> Number:
    """The surprises of q, weighted by p."""
    p, q = (_probabilities(at(each)) for each in node.args[:2])
    pairs = [(v, w) for v, w in zip(p, q, strict=True) if v]
    if any(w == 0 for _, w in pairs):
        return at.ctx.inf
    return at.ctx.fsum(-v * _logarithm(at, w, node.args[2]) for v, w in pairs)


@estimator("RelativeEntropy")
def divergence(node: Any, at: Evaluator) -> Number:
    p, q = (_probabilities(at(each)) for each in node.args[:2])
    pairs = [(v, w) for v, w in zip(p, q, strict=True) if v]
    if any(w == 0 for _, w in pairs):
        return at.ctx.inf
    return at.ctx.fsum(v * _logarithm(at, v / w, node.args[2]) for v, w in pairs)


def _joint(node: Any, at: Evaluator) -> list[list[Number]]:
    P = at(node.args[0])
    return [_probabilities(P[i, j] for j in range(P.cols)) for i in range(P.rows)]


@estimator("MutualInformation")
def mutual_information(node: Any, at: Evaluator) -> Number:
    """By how much the entropy of the column falls when the row is seen."""
    columns = [sum(column) for column in zip(*_joint(node, at), strict=True)]
    return _entropy(at, columns, node.args[1]) - conditional_entropy(node, at)


@estimator("ConditionalEntropy")
def conditional_entropy(node: Any, at: Evaluator) -> Number:
    """The entropy of each row for itself, averaged over the rows."""
    found = at.ctx.zero
    for row in _joint(node, at):
        weight = sum(row)
        if weight:
            found += weight * _entropy(at, [value / weight for value in row], node.args[1])
    return found


# ------------------------------------------------------------------ Gaussians


@estimator("MeanSquare")
@remembered
def mean_square(node: Any, at: Evaluator) -> Number:
    c, m, v = (at(part) for part in node.args)
    one = at.ctx.matrix([[at.ctx.one]])
    return _mean_of_forms(at, [(one, at.ctx.matrix([c]))], at.ctx.matrix([m]), v * one)


@estimator("MeanForm")
@remembered
def mean_form(node: Any, at: Evaluator) -> Number:
    A, c, m, V = (at(part) for part in node.args)
    return _mean_of_forms(at, [(A, c)], m, V)


@estimator("TraceOf")
def trace_of(node: Any, at: Evaluator) -> Number:
    A = at(node.args[0])
    return at.ctx.fsum(A[k, k] for k in range(A.rows))


@estimator("GaussianDivergence")
@remembered
def gaussian_divergence(node: Any, at: Evaluator) -> Number:
    m, v, n, w = (at(part) for part in node.args)
    one = at.ctx.matrix([[at.ctx.one]])
    return _of_gaussians(at, at.ctx.matrix([m]), v * one, at.ctx.matrix([n]), w * one)


@estimator("MatrixGaussianDivergence")
@remembered
def matrix_gaussian_divergence(node: Any, at: Evaluator) -> Number:
    return _of_gaussians(at, *(at(part) for part in node.args))


@estimator("GaussianInformation")
@remembered
def gaussian_information(node: Any, at: Evaluator) -> Number:
    """The expected log p(x, y) - log p(x) - log p(y), each density as it is."""
    V, k = at(node.args[0]), int(node.args[1])
    first, second = V[:k, :k], V[k:, k:]
    zero, around = at.ctx.zeros(V.rows), at.ctx.zeros(V.rows, 1)
    inside, outside = zero.copy(), zero.copy()
    inside[:k, :k], outside[k:, k:] = first**-1, second**-1
    ratio = _log_factor(at, V) - _log_factor(at, first) - _log_factor(at, second)
    forms = [(-(V**-1) / 2, around), (inside / 2, around), (outside / 2, around)]
    whole = ratio + _mean_of_forms(at, forms, around, V)
    return whole / at.ctx.log(at(node.args[2]))


def _of_gaussians(at: Evaluator, m: Any, V: Any, n: Any, W: Any) -> Number:
    """The expected value of log p - log q, both densities as they are."""
    ratio = _log_factor(at, V) - _log_factor(at, W)
    forms = [(-(V**-1) / 2, m), (W**-1 / 2, n)]
    return ratio + _mean_of_forms(at, forms, m, V)


def _log_factor(at: Evaluator, V: Any) -> Number:
    return -at.ctx.log(at.ctx.det(2 * at.ctx.pi * V)) / 2


def _mean_of_forms(at: Evaluator, forms: list[tuple[Any, Any]], m: Any, V: Any) -> Number:
    """The mean of (x - c)' A (x - c), added up, over N(m, V): by quadrature in each direction."""
    c = at.ctx
    try:
        root = c.cholesky(V)
    except (ValueError, ZeroDivisionError) as error:
        raise Undefined("a covariance is symmetric and positive definite") from error
    if max(abs(entry) for entry in V - V.T) > 1e-20:
        raise Undefined("a covariance is symmetric and positive definite")
    found = []
    for count in (EXACT_FOR_CUBICS, FINER):
        rule = _hermite(c, count)
        total = c.zero
        for corner in product(rule, repeat=m.rows):
            x = m + root * c.matrix([place for place, _ in corner])
            weight = c.fprod(w for _, w in corner)
            total += weight * sum(((x - b).T * A * (x - b))[0] for A, b in forms)
        found.append(total)
    if abs(found[0] - found[1]) > 1e-18 * max(1, abs(found[1])):
        raise Undefined("two quadratures disagree")
    return found[1]


def _hermite(c: Any, count: int) -> list[tuple[Number, Number]]:
    """Gauss's rule for the standard normal density: places and weights."""
    jacobi = c.zeros(count)
    for k in range(1, count):
        jacobi[k, k - 1] = jacobi[k - 1, k] = c.sqrt(k)
    places, vectors = c.eigsy(jacobi)
    return [(places[k], vectors[0, k] ** 2) for k in range(count)]
