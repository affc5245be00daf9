"""Test statistics from their definition: plain sums over the numbers of the samples."""

from __future__ import annotations

from typing import Any

from sympy import Dummy, stats

from lambdify_bridge import laws
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.iteration import count
from lambdify_bridge.totals import numbers_with
from lambdify_bridge.values import real_part

FARTHEST = 1e6  # of critical values


def numbers(at: Evaluator, sample: Any) -> list[Number]:
    """The numbers; where only their sums are known, numbers with these sums."""
    kind = type(sample).__name__
    if kind == "Totals":
        return numbers_with(at, sample)
    if kind not in ("Sums", "Summary"):
        return [at(value) for value in sample.args]
    c, size = at.ctx, count(at, sample.args[0])
    if size == 0:
        raise Undefined("a sample of no numbers")
    mean, rest = (real_part(c, at(part)) for part in sample.args[1:])
    if kind == "Sums":
        mean, rest = mean / size, rest - mean**2 / size
    else:
        rest = rest * (size - 1)
    if rest < 0 or (size == 1 and rest > 0):
        raise Undefined("no numbers are like this")
    apart = [c.sqrt(rest / 2), -c.sqrt(rest / 2)][:size]
    return [mean + d for d in apart + [c.zero] * (size - len(apart))]


def mean_of(c: Any, values: list[Number]) -> Number:
    return c.fsum(values) / len(values)


def squares_of(c: Any, values: list[Number]) -> Number:
    mean = mean_of(c, values)
    return c.fsum((value - mean) ** 2 for value in values)


def variance_of(c: Any, values: list[Number]) -> Number:
    if len(values) < 2:
        raise Undefined("one number alone does not vary")
    return squares_of(c, values) / (len(values) - 1)


def over(distance: Number, error: Number) -> Number:
    if error == 0:
        raise Undefined("the numbers do not vary")
    return distance / error


@estimator("SampleMean")
def sample_mean(node: Any, at: Evaluator) -> Number:
    return mean_of(at.ctx, numbers(at, node.args[0]))


@estimator("SquaresAboutMean")
def squares_about_mean(node: Any, at: Evaluator) -> Number:
    return squares_of(at.ctx, numbers(at, node.args[0]))


@estimator("SampleVariance")
def sample_variance(node: Any, at: Evaluator) -> Number:
    return variance_of(at.ctx, numbers(at, node.args[0]))


@estimator("SquaredError")
def squared_error(node: Any, at: Evaluator) -> Number:
    values = numbers(at, node.args[0])
    return variance_of(at.ctx, values) / len(values)


@estimator("ZStatistic")
def z_statistic(node: Any, at: Evaluator) -> Number:
    values, (mu, v) = numbers(at, node.args[0]), map(at, node.args[1:])
    return over(mean_of(at.ctx, values) - mu, at.ctx.sqrt(v / len(values)))


@estimator("TwoSampleZ")
def two_sample_z(node: Any, at: Evaluator) -> Number:
    c, (x, y) = at.ctx, (numbers(at, each) for each in node.args[:2])
    delta, v, w = map(at, node.args[2:])
    return over(mean_of(c, x) - mean_of(c, y) - delta, c.sqrt(v / len(x) + w / len(y)))


@estimator("TStatistic")
def t_statistic(node: Any, at: Evaluator) -> Number:
    return _t(at.ctx, numbers(at, node.args[0]), at(node.args[1]))


def _t(c: Any, values: list[Number], mu: Number) -> Number:
    return over(mean_of(c, values) - mu, c.sqrt(variance_of(c, values) / len(values)))


@estimator("PairedT")
def paired_t(node: Any, at: Evaluator) -> Number:
    pairs = zip(*(numbers(at, each) for each in node.args[:2]), strict=True)
    return _t(at.ctx, [x - y for x, y in pairs], at(node.args[2]))


@estimator("PooledVariance")
def pooled_variance(node: Any, at: Evaluator) -> Number:
    return _pooled(at.ctx, *(numbers(at, each) for each in node.args))


def _pooled(c: Any, x: list[Number], y: list[Number]) -> Number:
    """The mean of the squares of all distances from the own mean, for the degrees of freedom."""
    if len(x) + len(y) < 3:
        raise Undefined("too few numbers")
    return (squares_of(c, x) + squares_of(c, y)) / (len(x) + len(y) - 2)


@estimator("PooledT")
def pooled_t(node: Any, at: Evaluator) -> Number:
    c, (x, y) = at.ctx, (numbers(at, each) for each in node.args[:2])
    spread = _pooled(c, x, y)
    distance = mean_of(c, x) - mean_of(c, y) - at(node.args[2])
    return over(distance, c.sqrt(spread / len(x) + spread / len(y)))


@estimator("WelchT")
def welch_t(node: Any, at: Evaluator) -> Number:
    c, (x, y) = at.ctx, (numbers(at, each) for each in node.args[:2])
    error = variance_of(c, x) / len(x) + variance_of(c, y) / len(y)
    return over(mean_of(c, x) - mean_of(c, y) - at(node.args[2]), c.sqrt(error))


@estimator("WelchDegrees")
def welchdegrees(node: Any, at: Evaluator) -> Number:
    return degrees(at, *node.args)


def degrees(at: Evaluator, *samples: Any) -> Number:
    """Of a chi-squared number, scaled: twice the squared mean over the variance."""
    both = [numbers(at, each) for each in samples]
    errors = [(variance_of(at.ctx, each) / len(each), len(each) - 1) for each in both]
    varies = at.ctx.fsum(2 * error**2 / freedom for error, freedom in errors)
    return over(2 * at.ctx.fsum(error for error, _ in errors) ** 2, varies)


def sizes(at: Evaluator, *samples: Any) -> list[int]:
    return [len(numbers(at, sample)) for sample in samples]


@estimator("ExpectedCounts")
def expected_counts(node: Any, at: Evaluator) -> Number:
    return tuple(entry for row in _independent(at, node.args[0]) for entry in row)


def _independent(at: Evaluator, counts: Any) -> list[list[Number]]:
    """The table of rank one that has the same margins."""
    c = at.ctx
    rows = [[at(entry) for entry in row] for row in counts.tolist()]
    whole = c.fsum(map(c.fsum, rows))
    columns = [c.fsum(column) / whole for column in zip(*rows, strict=True)]
    return [[c.fsum(row) * part for part in columns] for row in rows]


@estimator("ChiSquaredStatistic")
def chi_squared_statistic(node: Any, at: Evaluator) -> Number:
    observed, expected = (at(part) for part in node.args[:2])
    return _pearson(at.ctx, observed, expected)


@estimator("IndependenceStatistic")
def independence_statistic(node: Any, at: Evaluator) -> Number:
    expected = [entry for row in _independent(at, node.args[0]) for entry in row]
    return _pearson(at.ctx, [at(entry) for entry in node.args[0]], expected)


def _pearson(c: Any, observed: Any, expected: Any) -> Number:
    if any(not e > 0 for e in expected):
        raise Undefined("nothing is expected there")
    return c.fsum((o - e) ** 2 / e for o, e in zip(observed, expected, strict=True))


@estimator("VarianceRatio")
def variance_ratio(node: Any, at: Evaluator) -> Number:
    above, below = (variance_of(at.ctx, numbers(at, each)) for each in node.args)
    return over(above, below)


@estimator("GrandMean")
def grand_mean(node: Any, at: Evaluator) -> Number:
    return mean_of(at.ctx, [x for group in _groups(node, at) for x in group])


@estimator("SquaresWithin")
def squares_within(node: Any, at: Evaluator) -> Number:
    return at.ctx.fsum(squares_of(at.ctx, group) for group in _groups(node, at))


@estimator("SquaresBetween")
def squares_between(node: Any, at: Evaluator) -> Number:
    """Each number has the mean of its group in its place."""
    c = at.ctx
    means = [mean_of(c, group) for group in _groups(node, at) for _ in group]
    return squares_of(c, means)


@estimator("AnalysisOfVariance")
def analysis_of_variance(node: Any, at: Evaluator) -> Number:
    c, groups = at.ctx, _groups(node, at)
    whole = sum(map(len, groups))
    within = c.fsum(squares_of(c, group) for group in groups) / (whole - len(groups))
    return over(squares_between(node, at) / (len(groups) - 1), within)


def _groups(node: Any, at: Evaluator) -> list[list[Number]]:
    return [numbers(at, sample) for sample in node.args[0].args]


@estimator("MeanInterval")
def mean_interval(node: Any, at: Evaluator) -> Number:
    """From where to where the statistic of the test does not lie too far out."""
    sample, level, *variance = node.args
    values = numbers(at, sample)
    spread = at(variance[0]) if variance else variance_of(at.ctx, values)
    alpha = (1 - at(level)) / 2
    law = stats.Normal("Z", 0, 1) if variance else stats.StudentT("T", len(values) - 1)
    far = critical(at, alpha, law.pspace.distribution) * at.ctx.sqrt(spread / len(values))
    middle = mean_of(at.ctx, values)
    return middle - far, middle + far


@estimator("CriticalValue")
def critical_value(node: Any, at: Evaluator) -> Number:
    return critical(at, at(node.args[0]), node.args[1])


def critical(at: Evaluator, alpha: Number, law: Any) -> Number:
    """Beyond which the density has this integral, by bisection."""
    x, low, high = Dummy("x", real=True), at.ctx.zero, at.ctx.one
    if not 0 < alpha < 0.5:
        raise Undefined("no place on the right of the middle")
    while laws.above(at, high, x, law) > alpha:
        low, high = high, 2 * high
        if high > FARTHEST:
            raise Undecided("the critical value lies too far out")
    solved = at.ctx.findroot(
        lambda q: laws.above(at, q, x, law) - alpha, (low, high), solver="anderson", verify=False
    )
    at.rests_on(1e-12)
    return solved
