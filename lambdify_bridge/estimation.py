"""Estimators over all samples, the likeliest parameter by looking, information by quadrature."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Add, Dummy, Integral, S, Tuple, log

from lambdify_bridge import laws
from lambdify_bridge.central_difference import slope
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.formula import sees_its_arguments
from lambdify_bridge.iteration import count
from lambdify_bridge.linear_recursion import lowest
from lambdify_bridge.nodes import nodes
from lambdify_bridge.remembered import remembered
from lambdify_bridge.samples import numbers

FARTHEST, LOOKS = 12, 240  # over the whole interval, before the search is narrowed down
NARROWINGS = 100
MOST_TURNS = 30
MOST_TERMS, FEW = 6000, 20
SIZE = Dummy("size", positive=True)
HALF_THE_DIGITS = 1e-13
SHIFT = 1e-6  # of a total, for a difference quotient


def _over_samples(node: Any, at: Evaluator, of: Callable[[Number], Number]) -> Number:
    """The mean of of(T): each number is one of two values, of the mean and variance asked for."""
    T, S, Q, n, mean, variance = node.args[:6]
    c, size = at.ctx, count(at, n)
    spread = c.sqrt(at(variance))
    up, down = at(mean) + spread * c.sqrt(2), at(mean) - spread / c.sqrt(2)
    found = c.zero
    for k in range(size + 1):
        weight = c.binomial(size, k) * c.mpf(2) ** (size - k) / c.mpf(3) ** size
        sums = {S: k * up + (size - k) * down, Q: k * up**2 + (size - k) * down**2}
        found += weight * of(Evaluator({**at.given, **sums}, root=at.root)(T))
    return found


@estimator("EstimatorMean")
@remembered
def estimator_mean(node: Any, at: Evaluator) -> Number:
    return _over_samples(node, at, lambda value: value)


@estimator("EstimatorVariance")
@remembered
def estimator_variance(node: Any, at: Evaluator) -> Number:
    mean = _over_samples(node, at, lambda value: value)
    return _over_samples(node, at, lambda value: (value - mean) ** 2)


@estimator("Bias")
@remembered
def bias(node: Any, at: Evaluator) -> Number:
    target = at(node.args[6])
    return _over_samples(node, at, lambda value: value - target)


@estimator("MeanSquaredError")
@remembered
def mean_squared_error(node: Any, at: Evaluator) -> Number:
    target = at(node.args[6])
    return _over_samples(node, at, lambda value: (value - target) ** 2)


@estimator("MaximumLikelihood")
@remembered
def maximum_likelihood(node: Any, at: Evaluator) -> Number:
    return _likeliest(node.args, S.One, at)[0]


@estimator("LikelihoodRatio")
@remembered
def likelihood_ratio(node: Any, at: Evaluator) -> Number:
    """Of all parameters the largest product of densities, over that of the hypothesis."""
    f, x, t, data = node.args[:4]
    here = {**at.given, t: at(node.args[6])}
    each = (Evaluator({**here, x: value}, root=at.root)(log(f)) for value in at(data))
    return 2 * (_likeliest(node.args, S.One, at)[1] - at.ctx.fsum(each))


@estimator("PosteriorMode")
@remembered
def posterior_mode(node: Any, at: Evaluator) -> Number:
    """Of many parameters the one with the largest product of prior and densities."""
    prior, *likelihood = node.args
    return _likeliest(likelihood, prior, at)[0]


def _likeliest(parts: Any, prior: Any, at: Evaluator) -> tuple[Number, Number]:
    """Of many parameters the one with the largest product of densities, narrowed down, and the
    logarithm of that product."""
    f, x, t, data, a, b = parts[:6]
    low, high = at(a), at(b)
    values = at(data)
    at.rests_on(HALF_THE_DIGITS)

    def cost(place: Number) -> Number:
        here = {**at.given, t: place}
        each = (Evaluator({**here, x: value}, root=at.root)(log(f)) for value in values)
        return -at.ctx.fsum(each) - Evaluator(here, root=at.root)(log(prior))

    best = _least_cost(cost, at, low, high)
    return best, -cost(best)


def _least_cost(
    cost: Callable[[Number], Number], at: Evaluator, low: Number, high: Number
) -> Number:
    """Narrowed down between two ends, of which one or both may be infinite."""

    def moved(u: Number) -> Number:
        """From the whole line into the interval."""
        if at.ctx.isinf(high) and at.ctx.isinf(low):
            return at.ctx.sinh(u)
        if at.ctx.isinf(high):
            return low + at.ctx.exp(u)
        return low + (high - low) / (1 + at.ctx.exp(-u))

    def height(u: Number) -> Number:
        try:
            return cost(moved(u))
        except (Undefined, Undecided):
            return at.ctx.inf  # numbers grow too long: far from what is likely

    steps = [at.ctx.mpf(2 * FARTHEST * k) / LOOKS - FARTHEST for k in range(LOOKS + 1)]
    least = min(range(1, LOOKS), key=lambda k: height(steps[k]))
    best = lowest(height, steps[least - 1], steps[least + 1], NARROWINGS)[0]
    if abs(best) > FARTHEST - 1:
        raise Undefined("the likelihood has no maximum inside")
    place = moved(best)
    if low < 0 < high and abs(place) < HALF_THE_DIGITS:  # a kink at zero has no digits
        here, beside = cost(at.ctx.zero), cost(place)
        return at.ctx.zero if here <= beside + 9 * at.ctx.eps * abs(beside) else place
    return place


@estimator("FisherInformation")
@remembered
def fisher_information(node: Any, at: Evaluator) -> Number:
    """The expected square of the score, by quadrature over the density, or by the sum."""
    f, x, t, a, b = node.args[:5]
    inside = f * log(f).diff(t) ** 2
    if x.is_integer:
        return _added_up(at, inside, x, at(a), at(b))
    return at(Integral(inside, Tuple(x, a, b)))


def _added_up(at: Evaluator, inside: Any, x: Any, first: Number, last: Number) -> Number:
    """Term by term, until those that follow are nothing beside what there is: they may be small at
    the start as well, before they grow."""
    c, total, small = at.ctx, at.ctx.zero, 0
    for k in range(MOST_TERMS):
        if first + k > last:
            return total
        term = at.at({x: first + k})(inside)
        total += term
        small = small + 1 if abs(term) <= abs(total) * c.eps**2 else 0
        if small > FEW:
            return total
    raise Undecided(f"more than {MOST_TERMS} terms")


@estimator("CramerRaoBound")
@remembered
def cramer_rao_bound(node: Any, at: Evaluator) -> Number:
    """The square of the slope of what is estimated, a difference quotient, over the information."""
    t, n, *sought = (node.args[k] for k in (2, 5, 6)[: len(node.args) - 4])
    speed = slope(at, t, lambda there: there(sought[0])) if sought else 1
    return speed**2 / (at(n) * fisher_information(node, at))


@estimator("ProfileMaximum")
@remembered
def profile_maximum(node: Any, at: Evaluator) -> Number:
    L, t, a, b = node.args
    at.rests_on(HALF_THE_DIGITS)

    inside = [node for node in nodes(L) if sees_its_arguments(node) and t not in node.free_symbols]
    fixed = {node: at(node) for node in inside}  # the other parameter, the same everywhere

    def cost(place: Number) -> Number:
        there = Evaluator({**at.given, t: place}, root=at.root)
        there.memo.update(fixed)
        return -there(L)

    return _least_cost(cost, at, at(a), at(b))


@estimator("JointMaximumLikelihood")
@remembered
def joint_maximum_likelihood(node: Any, at: Evaluator) -> Number:
    """One parameter after the other put where the product of densities is largest, in turns."""
    f, x, letters, data, *bounds = node.args
    likelihood = Add(*(log(f.xreplace({x: value})) for value in data))
    ends = [[at(end) for end in each.args] for each in bounds]
    at.rests_on(10 * HALF_THE_DIGITS)
    best = [_somewhere(at.ctx, *each) for each in ends]

    def cost(places: list[Number]) -> Number:
        here = {**at.given, **dict(zip(letters.args, places, strict=True))}
        return -Evaluator(here, root=at.root)(likelihood)

    for _ in range(MOST_TURNS):
        before = list(best)
        for k in (0, 1):

            def along(place: Number, k: int = k) -> Number:
                return cost([place if j == k else old for j, old in enumerate(best)])

            best[k] = _least_cost(along, at, *ends[k])
        moves = (abs(a - b) / (1 + abs(b)) for a, b in zip(before, best, strict=True))
        if max(moves) <= HALF_THE_DIGITS:
            return tuple(best)
    raise Undecided("the turns do not come to an end")


def _somewhere(c: Any, low: Number, high: Number) -> Number:
    if c.isinf(low):
        return c.zero
    return low + 1 if c.isinf(high) else (low + high) / 2


@estimator("LawInformation")
@remembered
def law_information(node: Any, at: Evaluator) -> Number:
    """The expected square of the score over all values."""
    x, law = node.args[1].args
    score = log(laws.density(law, x)).diff(node.args[0])
    size = laws.mean(at, score**2, x, law)
    if not 0 < size < at.ctx.inf:
        return size
    relative = at.at({SIZE: size})  # a small value to its own size
    return size * laws.mean(relative, score**2 / SIZE, x, law)


@estimator("JointDensity")
def joint_density(node: Any, at: Evaluator) -> Number:
    """The product of the densities at the numbers."""
    f, x, _, sample = node.args
    return at.ctx.fprod(at.at({x: value})(f) for value in numbers(at, sample))


@estimator("JointLogDensity")
def joint_log_density(node: Any, at: Evaluator) -> Number:
    return at.ctx.log(joint_density(node, at))


@estimator("LikeliestProbabilities")
@remembered
def likeliest_probabilities(node: Any, at: Evaluator) -> Number:
    return _likeliest_shares(at, [at(count) for count in node.args[0]], at.ctx.one)[0]


@estimator("CountsMultiplier")
@remembered
def counts_multiplier(node: Any, at: Evaluator) -> Number:
    """The difference quotient of the largest logarithm, where the total is a little above 1."""
    counts, h = [at(count) for count in node.args[0]], at.ctx.mpf(SHIFT)
    up, down, far, low = (_likeliest_shares(at, counts, 1 + k * h)[1] for k in (1, -1, 2, -2))
    return (8 * (up - down) - (far - low)) / (12 * h)


def _likeliest_shares(
    at: Evaluator, counts: list[Number], total: Number
) -> tuple[tuple[Number, ...], Number]:
    """Positive numbers of this total, and the largest logarithm of the product of their powers.

    The first takes its part, the next its part of what is left: each part is put where the product
    is largest, whatever the others are.
    """
    c = at.ctx
    if not all(count > 0 for count in counts):
        raise Undefined("what was counted never is best at an end")
    at.rests_on(HALF_THE_DIGITS)
    parts = [c.mpf(1) / 2] * (len(counts) - 1)

    def shares(parts: list[Number]) -> list[Number]:
        left, found = total, []
        for part in parts:
            found.append(left * part)
            left -= found[-1]
        return [*found, left]

    def cost(parts: list[Number]) -> Number:
        return -c.fsum(n * c.log(p) for n, p in zip(counts, shares(parts), strict=True))

    for k in range(len(parts)):

        def along(part: Number, k: int = k) -> Number:
            return cost([*parts[:k], part, *parts[k + 1 :]])

        parts[k] = lowest(along, c.eps, 1 - c.eps, NARROWINGS)[0]
    return tuple(shares(parts)), -cost(parts)
