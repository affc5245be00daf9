"""Expected values over all draws, and the worst of many functions: what optimisers rest on."""

from __future__ import annotations

from itertools import product
from typing import Any

from sympy import S

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.iteration import count
from lambdify_bridge.linear_recursion import lowest
from lambdify_bridge.remembered import remembered

MOST_DRAWS = 11
CELLS = 3
NARROWINGS = 100
HALVINGS = 90
HALF_THE_DIGITS = 1e-13
LONGEST_MEMORY, FORGOTTEN = 0.99, 1e-20
MOST_SWEEPS = 2000


@estimator("ExpectedIterate")
@remembered
def expected_iterate(node: Any, at: Evaluator) -> Number:
    """Each draw is one of two values about its mean: the average over all ways to draw."""
    f, m, g, mean, start, steps = node.args
    c, draws, middle = at.ctx, count(at, steps), at(mean)
    if draws > MOST_DRAWS:
        raise Undecided(f"more than {MOST_DRAWS} draws have too many outcomes")
    reached = [at(start)]
    for n in range(draws):
        spread = 1 + c.mpf(n) / 3
        values = [middle + spread, middle - spread]
        reached = [at.at({m: term, g: draw})(f) for term in reached for draw in values]
    return c.fsum(reached) / len(reached)


@estimator("BiasCorrection")
def bias_correction(node: Any, at: Evaluator) -> Number:
    found = expected_iterate(node, at)
    if found == 0:
        raise Undefined("nothing is expected there")
    return at(node.args[3]) / found


@estimator("SureDecrease")
@remembered
def sure_decrease(node: Any, at: Evaluator) -> Number:
    return _least_decrease(at, *(at(part) for part in node.args))


def _least_decrease(at: Evaluator, slope: Number, bound: Number, eta: Number) -> Number:
    """The least of many functions: f'' is -L, 0 or L on each part of the way, f follows exactly."""
    if not (bound >= 0 and eta >= 0):
        raise Undefined("the bound and the step are not negative")
    part = eta * abs(slope) / CELLS
    ways = product((-bound, at.ctx.zero, bound), repeat=CELLS)
    return min(_decrease(abs(slope), part, way) for way in ways)


def _decrease(slope: Number, part: Number, bends: tuple[Number, ...]) -> Number:
    """By how much f falls on the way, with the slope as it changes."""
    fallen = 0 * slope
    for bend in bends:
        fallen += slope * part - bend * part**2 / 2
        slope -= bend * part
    return fallen


@estimator("SurestStep")
@remembered
def surest_step(node: Any, at: Evaluator) -> Number:
    return _surest(node, at)[0]


@estimator("LargestSureDecrease")
@remembered
def largest_sure_decrease(node: Any, at: Evaluator) -> Number:
    return -_surest(node, at)[1]


def _surest(node: Any, at: Evaluator) -> tuple[Number, Number]:
    slope, bound = (at(part) for part in node.args)
    if not (bound > 0 and slope != 0):
        raise Undefined("there is no best step")
    at.rests_on(HALF_THE_DIGITS)

    def rise(eta: Number) -> Number:
        return -_least_decrease(at, slope, bound, eta)

    return lowest(rise, at.ctx.zero, 7 / bound, NARROWINGS)


@estimator("EquivalentDecay")
@remembered
def equivalent_decay(node: Any, at: Evaluator) -> Number:
    """Halving the range of penalties by which of the two weights is larger."""
    c = at.ctx
    a, eta = (at(part) for part in node.args[:2])
    if not 0 < eta * a < 1:
        raise Undefined("the steps do not approach the minimum from one side")
    reached = c.zero
    for _ in range(count(at, node.args[2])):
        reached -= eta * a * (reached - 1)
    if not 0 < reached < 1:
        raise Undefined("no penalty is as strong")
    low, high = -c.mpf(200), c.mpf(200)  # of the logarithm
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        weight = a / (a + c.exp(middle))  # where a*(w - 1) + lambda*w is zero
        low, high = (middle, high) if weight > reached else (low, middle)
    at.rests_on(HALF_THE_DIGITS)
    return c.exp(low)


@estimator("DropoutMean")
def dropout_mean(node: Any, at: Evaluator) -> Number:
    return at.ctx.fsum(chance * total for chance, total in _all_masks(node, at))


@estimator("DropoutVariance")
def dropout_variance(node: Any, at: Evaluator) -> Number:
    mean = dropout_mean(node, at)
    return at.ctx.fsum(chance * (total - mean) ** 2 for chance, total in _all_masks(node, at))


def _all_masks(node: Any, at: Evaluator) -> list[tuple[Number, Number]]:
    """Every way to keep and drop terms: its probability, and the sum that is left."""
    terms, keep = [at(t) for t in node.args[0].args], at(node.args[1])
    if len(terms) > MOST_DRAWS:
        raise Undecided(f"more than {MOST_DRAWS} terms can be dropped in too many ways")
    if not 0 < keep <= 1:
        raise Undefined("a probability lies between 0 and 1")
    found = []
    for mask in product((True, False), repeat=len(terms)):
        chance = at.ctx.fprod(keep if kept else 1 - keep for kept in mask)
        left = at.ctx.fsum(t / keep for t, kept in zip(terms, mask, strict=True) if kept)
        found.append((chance, left))
    return found


@estimator("SquareError")
@remembered
def square_error(node: Any, at: Evaluator) -> Number:
    """The mean over all draws of noise that is one of two values; of very many steps, each draw's
    share in the place that is reached."""
    c, (a, eta, variance, start) = at.ctx, (at(part) for part in node.args[:4])
    spread = c.sqrt(variance)
    if node.args[4] is S.Infinity:
        return _stationary(c, a, eta, spread)
    draws = count(at, node.args[4])
    if draws > MOST_DRAWS:
        raise Undecided(f"more than {MOST_DRAWS} draws have too many outcomes")
    reached = [start]
    for _ in range(draws):
        reached = [x - eta * (a * x + noise) for x in reached for noise in (spread, -spread)]
    return c.fsum(x**2 for x in reached) / len(reached)


def _stationary(c: Any, a: Number, eta: Number, spread: Number) -> Number:
    """A draw moves the place at once; each later step leaves a part of that."""
    left = 1 - eta * a
    if not abs(left) < LONGEST_MEMORY:
        raise Undecided("old draws are forgotten too slowly to add them up")
    share, total = eta * spread, c.zero
    while abs(share) > FORGOTTEN * eta * spread:
        total += share**2
        share = share * left
    return total


@estimator("PenalisedMinimum")
def penalised_minimum(node: Any, at: Evaluator) -> Number:
    """Down the slope of loss and penalty, one coordinate after the other, until nothing moves."""
    A, centre, decay = (at(part) for part in node.args)
    c, n = at.ctx, A.rows
    place = c.zeros(n, 1)
    at.rests_on(1e-13)
    for _ in range(MOST_SWEEPS):
        moved = c.zero
        for i in range(n):
            slope = (A * (place - centre))[i] + decay * place[i]
            bend = A[i, i] + decay
            if not bend > 0:
                raise Undefined("there is no minimum")
            place[i] -= slope / bend
            moved = max(moved, abs(slope / bend))
        if moved <= 100 * c.eps * c.norm(place):
            return place
    raise Undecided("the search for the minimum takes too long")
