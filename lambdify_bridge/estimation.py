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
FARTHEST_AHEAD = 1000  # times as far as the last turn
MOST_TERMS, FEW = 6000, 20
SIZE = Dummy("size", positive=True)
HALF_THE_DIGITS = 1e-13
SHIFT = 1e-6  # of a total, for a difference quotient


def _over_samples(node: Any, at: Evaluator, of: Callable[[Number], Number]) -> Number:
    """The mean of of(T): each number is one of three values, of the moments asked for."""
    T, S, Q, n, mean, variance, *fourth = node.args
    c, size, mu, v = at.ctx, count(at, n), at(mean), at(variance)
    fourth = fourth[:-1] if node.has_target else fourth
    values, chances = _three_values(c, v, at(fourth[0]) if fourth else None)
    found = c.zero
    for i in range(size + 1):
        for j in range(size - i + 1) if chances[2] else [size - i]:
            times = i, j, size - i - j
            ways = c.binomial(size, i) * c.binomial(size - i, j)
            weight = ways * c.fprod(p**k for p, k in zip(chances, times, strict=True))
            xs = [mu + value for value in values]
            sums = {S: c.fdot(times, xs), Q: c.fdot(times, [x * x for x in xs])}
            found += weight * of(Evaluator({**at.given, **sums}, root=at.root)(T))
    return found


def _three_values(c: Any, v: Number, k: Number | None) -> tuple[list[Number], list[Number]]:
    """Numbers of mean 0, variance v and fourth moment k, with how probable each is."""
    if k is None:
        third = c.mpf(1) / 3
        return [c.sqrt(2 * v), -c.sqrt(v / 2), c.zero], [third, 2 * third, c.zero]
    if not k > v**2 > 0:
        raise Undefined("the fourth moment is above the square of the variance")
    step, share = c.sqrt(k / v), v**2 / k
    return [step, -step, c.zero], [share / 2, share / 2, 1 - share]


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
    target = at(node.args[-1])
    return _over_samples(node, at, lambda value: value - target)


@estimator("MeanSquaredError")
@remembered
def mean_squared_error(node: Any, at: Evaluator) -> Number:
    target = at(node.args[-1])
    return _over_samples(node, at, lambda value: (value - target) ** 2)


@estimator("BestFactor")
@remembered
def best_factor(node: Any, at: Evaluator) -> Number:
    """Of many factors the one with the least mean squared error."""
    at.rests_on(HALF_THE_DIGITS)
    mean = _over_samples(node, at, lambda value: value)
    square = _over_samples(node, at, lambda value: value**2)
    target = at(node.args[-1])

    def error(factor: Number) -> Number:
        return factor * factor * square - 2 * factor * mean * target + target**2

    return _least_cost(error, at, at.ctx.zero, at.ctx.inf)


@estimator("SquaresVariance")
@remembered
def squares_variance(node: Any, at: Evaluator) -> Number:
    """Over all samples of three values."""
    mean = _mean_of_sums(at, node.args, lambda a, b, n: a - b * b / n)
    return _mean_of_sums(at, node.args, lambda a, b, n: (a - b * b / n - mean) ** 2)


@estimator("SumsMoment")
@remembered
def sums_moment(node: Any, at: Evaluator) -> Number:
    p, q = (int(part) for part in node.args[:2])
    return _mean_of_sums(at, node.args[2:], lambda a, b, n: a**p * b**q)


def _mean_of_sums(at: Evaluator, law: Any, of: Callable[[Number, Number, int], Number]) -> Number:
    """The mean of a function of the sum of squares, the sum, and how many numbers there are."""
    n, v, k = law
    c, size = at.ctx, count(at, n)
    (step, *_), (share, *_) = _three_values(c, at(v), at(k))
    if size == 0:
        raise Undefined("a sample of no numbers")
    found = c.zero
    for i in range(size + 1):
        for j in range(size - i + 1):
            ways = c.binomial(size, i) * c.binomial(size - i, j)
            weight = ways * share ** (i + j) * (1 - 2 * share) ** (size - i - j)
            found += weight * of((i + j) * step**2, (i - j) * step, size)
    return found


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

            def along(place: Number, k: int = k, best: list[Number] = best) -> Number:
                return cost([place if j == k else old for j, old in enumerate(best)])

            best[k] = _least_cost(along, at, *ends[k])
        best = _farther_along(cost, at, before, best, ends)
        moves = (abs(a - b) / (1 + abs(b)) for a, b in zip(before, best, strict=True))
        if max(moves) <= HALF_THE_DIGITS:
            return tuple(best)
    raise Undecided("the turns do not come to an end")


def _farther_along(
    cost: Any, at: Evaluator, before: list[Number], now: list[Number], ends: Any
) -> list[Number]:
    """Ahead the way that a turn has led, where that is better (Hooke and Jeeves 1961): in a narrow
    valley turns alone creep."""
    ways = [b - a for a, b in zip(before, now, strict=True)]
    reach = [(end[way > 0] - p) / way for p, way, end in zip(now, ways, ends, strict=True) if way]
    if not reach or min(reach) <= 0:
        return now

    def ahead(part: Number) -> list[Number]:
        return [p + part * way for p, way in zip(now, ways, strict=True)]

    farthest = min(*reach, FARTHEST_AHEAD) * at.ctx.mpf("0.99")
    part = lowest(lambda u: cost(ahead(u)), at.ctx.zero, farthest, NARROWINGS)[0]
    return ahead(part) if cost(ahead(part)) < cost(now) else now


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
