"""Mini-batches by drawing every one of them; Newton's steps and conjugate gradients in numbers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations, product
from typing import Any

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.iteration import count
from lambdify_bridge.linear_systems import solved
from lambdify_bridge.remembered import remembered
from lambdify_bridge.spaces import pseudo_inverse, rank_of

MOST_BATCHES = 2**11
HALF_THE_DIGITS = 1e-13
EXACT = 1e-15


# ------------------------------------------------------------------ mini-batches


@estimator("BatchGradient")
@remembered
def batch_gradient(node: Any, at: Evaluator) -> Number:
    """The average over all batches that can be drawn."""
    found = _all_batches(node, at)
    return at.ctx.fsum(found) / len(found)


@estimator("BatchVariance")
@remembered
def batch_variance(node: Any, at: Evaluator) -> Number:
    c, found = at.ctx, _all_batches(node, at)
    mean = c.fsum(found) / len(found)
    return c.fsum((value - mean) ** 2 for value in found) / len(found)


def _all_batches(node: Any, at: Evaluator) -> list[Number]:
    """The mean slope of every batch, each slope by a difference quotient."""
    losses, w, _, again = node.args
    c, size = at.ctx, count(at, node.args[2])
    at.rests_on(HALF_THE_DIGITS)
    if not 0 < size <= (size if again else len(losses)):
        raise Undefined("no such batch can be drawn")
    if len(losses) ** size > MOST_BATCHES:
        raise Undecided("there are too many batches")
    place = at(w)
    slopes = [
        c.diff(lambda t, f=f: Evaluator({**at.given, w: t}, root=at.root)(f), place)
        for f in losses.args
    ]
    drawn = product(slopes, repeat=size) if again else permutations(slopes, size)
    return [c.fsum(batch) / size for batch in drawn]


@estimator("VarianceOfDraw")
def variance_of_draw(node: Any, at: Evaluator) -> Number:
    """Half the mean square of the difference of two independent draws."""
    values = at(node.args[0])
    pairs = [(u - v) ** 2 for u in values for v in values]
    return at.ctx.fsum(pairs) / (2 * len(pairs))


# ------------------------------------------------------------------ Newton's steps


@estimator("MatrixNewtonStep")
def matrix_newton_step(node: Any, at: Evaluator) -> Number:
    """The stationary point of the model, with slopes and curvatures by difference quotients."""
    f, letters = node.args
    c, size = at.ctx, range(len(letters))
    at.rests_on(HALF_THE_DIGITS)
    place = [at(letter) for letter in letters]
    value = _of_place(f, letters, at)
    once = lambda *which: tuple(which.count(i) for i in size)
    g = c.matrix([c.diff(value, tuple(place), once(i)) for i in size])
    H = c.matrix([[c.diff(value, tuple(place), once(i, j)) for j in size] for i in size])
    return c.matrix(place) - _solved(c, H, g)


@estimator("GaussNewtonStep")
def gauss_newton_step(node: Any, at: Evaluator) -> Number:
    """The nearest point of the linear model, whose slopes are difference quotients."""
    residuals, letters = node.args
    c, size = at.ctx, range(len(letters))
    at.rests_on(HALF_THE_DIGITS)
    place = [at(letter) for letter in letters]
    values = [_of_place(r, letters, at) for r in residuals]
    once = lambda j: tuple(int(i == j) for i in size)
    J = c.matrix([[c.diff(value, tuple(place), once(j)) for j in size] for value in values])
    r = c.matrix([value(*place) for value in values])
    if rank_of(c, J) < J.cols:
        raise Undefined("the nearest point is not unique here")
    return c.matrix(place) - pseudo_inverse(c, J) * r


def _of_place(f: Any, letters: Any, at: Evaluator) -> Callable[..., Number]:
    changed = lambda place: {**at.given, **dict(zip(letters, place, strict=True))}
    return lambda *place: Evaluator(changed(place), root=at.root)(f)


def _solved(c: Any, H: Any, g: Any) -> Any:
    try:
        return solved(c, H, g)
    except ZeroDivisionError as error:
        raise Undefined("the curvatures are singular here") from error


# ------------------------------------------------------------------ conjugate gradients


@estimator("ConjugateGradients")
def conjugate_gradients(node: Any, at: Evaluator) -> Number:
    """The smallest value over the span of the residual and its images."""
    at.rests_on(EXACT)
    c, (A, b, x) = at.ctx, map(at, node.args[:3])
    r = b - A * x
    power, columns = r, []
    for _ in range(count(at, node.args[3])):
        columns.append(power / (c.norm(power) or 1))
        power = A * columns[-1]
    if not columns:
        return x
    K = c.matrix([[v[i] for v in columns] for i in range(A.rows)])
    return x + K * (pseudo_inverse(c, K.T * A * K) * (K.T * r))


@estimator("AlongDirection")
def along_direction(node: Any, at: Evaluator) -> Number:
    A, b, x, p = map(at, node.args[:4])
    return _conjugate_steps(at, A, b, x, p, count(at, node.args[4]))


@estimator("NextDirection")
def next_direction(node: Any, at: Evaluator) -> Number:
    A, b, x, p = map(at, node.args[:4])
    steps = count(at, node.args[4])
    return _conjugate_steps(at, A, b, x, _turned(at, A, b, x, p), steps) if steps else x


def _conjugate_steps(at: Evaluator, A: Any, b: Any, x: Any, p: Any, steps: int) -> Any:
    """Each to the lowest point of the parabola through three values along the direction."""
    at.rests_on(HALF_THE_DIGITS)
    value = lambda place: (place.T * A * place)[0] / 2 - (b.T * place)[0]
    for left in reversed(range(steps)):
        low, middle, high = (value(x + t * p) for t in (-1, 0, 1))
        bend = low - 2 * middle + high
        if bend == 0:
            raise Undefined("no lowest point along the direction")
        x = x + (low - high) / (2 * bend) * p
        p = _turned(at, A, b, x, p) if left else p
    return x


def _turned(at: Evaluator, A: Any, b: Any, x: Any, p: Any) -> Any:
    """The residual, with the multiple of p for which a linear function is zero."""
    r = b - A * x
    if at.ctx.norm(r) < at.ctx.mpf(10) ** (-0.7 * at.ctx.dps):
        return 0 * r + p  # nothing is left to do along any direction
    product_with = lambda beta: ((r + beta * p).T * A * p)[0]
    at_zero, at_one = product_with(0), product_with(1)
    if at_one == at_zero:
        raise Undefined("no direction is conjugate")
    return r + at_zero / (at_zero - at_one) * p
