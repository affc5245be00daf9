"""Monte Carlo: the mean of many seeded draws, with its standard error, beside what is claimed.

An estimate of its own: it has no nodes and no weights in common with any quadrature. It refutes
where it lies further away than chance takes it, and only where the mean has a standard error at
all, that is where what is averaged has a variance (Owen, Monte Carlo theory, chapter 2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite, sqrt
from typing import Any

import numpy as np
from sympy import Basic, Dummy, Expr, I, S, Tuple, conjugate, log, stats

from lambdify_bridge import expectation, laws
from lambdify_bridge.draws import drawn, is_continuous
from lambdify_bridge.evaluate import Evaluator, Undecided, Undefined
from lambdify_bridge.hypothesis_tests import MADE_OF
from lambdify_bridge.joint_draws import drawn_together, is_joint
from lambdify_bridge.sequence import NoLimit
from lambdify_bridge.to_numpy import as_written

DRAWS = 100_000
FARTHEST = 6  # standard errors
ROUNDING = 1e-12  # what varies less does not vary
HEAVY = 0.01  # of all squared deviations are that of one draw: does their mean exist?
NOTHING_DRAWN = Undecided, Undefined, NoLimit, OverflowError, ValueError, TypeError, KeyError

Array = Any


@dataclass(frozen=True)
class SampleMean:
    """The mean of numbers drawn with this seed, its standard error; `apart`: how many of these
    the claim lies off."""

    mean: complex
    error: float
    apart: float
    what: str = "mean"
    draws: int = DRAWS
    seed: int = 0

    @property
    def refutes(self) -> bool:
        return self.apart > FARTHEST

    def __str__(self) -> str:
        mean = self.mean if self.mean.imag else self.mean.real
        return f"{self.what} of {self.draws} draws {mean:.5g} ± {self.error:.1g}"


# Each estimate, and by how much each draw alone is off: their squares add up to the error
# (Wasserman, All of Nonparametric Statistics, section 2.2).


def mean_of(columns: list[Array], weights: Array) -> tuple[complex, Array]:
    mean = complex((weights * columns[0]).mean())
    return mean, columns[0] - mean


def covariance_of(columns: list[Array], weights: Array) -> tuple[complex, Array]:
    """Of one column with itself: the variance."""
    first, second = (column - (weights * column).mean() for column in (columns[0], columns[-1]))
    product = first * np.conj(second)
    whole = complex((weights * product).mean()) * DRAWS / (DRAWS - 1)
    return whole, product - whole


def correlation_of(columns: list[Array], weights: Array) -> tuple[complex, Array]:
    apart = [column - (weights * column).mean() for column in columns]
    first, second = (each / sqrt(float((weights * each**2).mean())) for each in apart)
    together = complex((weights * first * second).mean())
    return together, first * second - together * (first**2 + second**2) / 2


@dataclass(frozen=True)
class _Average:
    """Formulas in letters that are drawn, and what is made of their columns; `event`: which of the
    draws are counted; `known`: a letter that is held; `claim`: what it is said to be."""

    formulas: tuple[Expr, ...]
    laws: tuple[Any, ...]
    claim: complex
    what: str = "mean"
    of: Callable[[list[Array], Array], tuple[complex, Array]] = mean_of
    event: Callable[[Array], Array] | None = None
    known: tuple[Any, Any] | None = None


def sample_mean(operator: Basic, claim: Basic, at: Evaluator, seed: int = 0) -> SampleMean | None:
    """The mean of draws for an operator on laws, against a claim.

    None where nothing can be drawn, or the mean of the draws has no standard error.

    >>> from lambdify_bridge.evaluate import Evaluator
    >>> from sympy import S
    >>> sample_mean(S(1), S(1), Evaluator({})) is None
    True
    """
    kind = AVERAGES.get(type(operator).__name__)
    if kind is None:
        return None
    try:
        average = kind(operator, complex(at(claim)), at)
        return _compared(average, at, seed) if isfinite(abs(average.claim)) else None
    except NOTHING_DRAWN:
        return None


def _compared(average: _Average, at: Evaluator, seed: int) -> SampleMean | None:
    found = _drawn(average, at, np.random.default_rng(seed))
    if found is None or not all(np.all(np.isfinite(column)) for column in found[0]):
        return None
    columns, weights = found
    if average.event is not None:
        return _share(average, average.event(columns[0]), seed)
    mean, off = average.of(columns, weights)
    apart = abs(mean - average.claim)
    squares = np.abs(off * weights) ** 2
    error = sqrt(float(squares.mean()) / DRAWS)
    heavy = squares.max() > HEAVY * squares.sum()
    if heavy and not _is_single(average):
        return None
    if (heavy or apart > FARTHEST * error) and _is_single(average):
        error = max(error, sqrt(_mean_square(average, mean.real, at) / DRAWS))
    if not isfinite(error) or error <= ROUNDING * abs(mean):
        return None
    return SampleMean(mean, error, apart / error, average.what, DRAWS, seed)


def _share(average: _Average, counted: Array, seed: int) -> SampleMean | None:
    """Of the draws that are counted. Six errors off is as rare as it is of a bell, also for a rare
    event (the inequality of Bernstein); None where the claim is too small to be seen."""
    mean, claim = float(np.mean(counted)), average.claim.real
    spread = max(claim * (1 - claim), 0.0)
    error = 1 / DRAWS + sqrt(1 / DRAWS**2 + spread / DRAWS)
    apart = abs(mean - claim) / error
    if min(claim, 1 - claim) < error and apart <= FARTHEST:
        return None
    return SampleMean(mean, error, apart, average.what, DRAWS, seed)


def _drawn(
    average: _Average, at: Evaluator, r: np.random.Generator
) -> tuple[list[Array], Array] | None:
    """The columns of the formulas at numbers that are drawn, and the weights of these."""
    together = is_joint(average.laws[0])
    if together:
        found = drawn_together(r, DRAWS, average.laws[0], at, average.known)
        if found is None:
            return None
        places, weights = found
    else:
        places = {letter: drawn(r, DRAWS, letter, law, at) for letter, law in average.laws}
        weights = np.ones(DRAWS)
    if any(column is None for column in places.values()):
        return None
    columns = [_column(g, places, at) for g in average.formulas]
    return [
        np.where(weights > 0, column, 0.0) for column in columns
    ] if together else columns, weights


def _column(g: Expr, places: dict[Any, Array], at: Evaluator) -> Array:
    letters = sorted(g.free_symbols, key=lambda s: (str(s), s.sort_key()))
    given = [places[s] if s in places else float(at(s)) for s in letters]
    with np.errstate(all="ignore"):
        return np.broadcast_to(as_written(g, letters)(*given), (DRAWS,))


def _is_single(average: _Average) -> bool:
    """One formula in independent letters."""
    return len(average.formulas) == 1 and not is_joint(average.laws[0])


def _mean_square(average: _Average, mean: float, at: Evaluator) -> float:
    """Of what is averaged, about its mean, by quadrature: whether there is a standard error."""
    (g,), middle, m = average.formulas, Dummy("m", real=True), Dummy("m", real=True)
    if average.of is covariance_of:
        at, g = at.at({m: expectation.mean(at, g, average.laws)}), (g - m) ** 2
    size = g * conjugate(g) if g.has(I) else (g - middle) ** 2
    at = at.at({middle: at.ctx.mpf(mean)})
    return float(abs(expectation.mean(at, size, average.laws)))


# ------------------------------------------------------------------ what is averaged


def _mean(node: Any, claim: complex, at: Evaluator) -> _Average:
    return _Average(node.args[:1], node.args[1:], claim)


def _variance(node: Any, claim: complex, at: Evaluator) -> _Average:
    return _Average(node.args[:1], node.args[1:], claim, "variance", covariance_of)


def _covariance(node: Any, claim: complex, at: Evaluator) -> _Average:
    return _Average(node.args[:2], node.args[2:], claim, "covariance", covariance_of)


def _correlation(node: Any, claim: complex, at: Evaluator) -> _Average:
    return _Average(node.args[:2], node.args[2:], claim, "correlation", correlation_of)


def _of_independent(node: Any, claim: complex, at: Evaluator) -> _Average:
    return _Average(tuple(node.args[0]), node.args[1:], claim, "covariance", covariance_of)


def _where_known(node: Any, claim: complex, at: Evaluator) -> _Average:
    g, (letter, place), law = node.args
    average = _variance if type(node).__name__ == "ConditionalVariance" else _mean
    return replace(average(Tuple(g, law), claim, at), known=(letter, at(place)))


def _entropy(node: Any, claim: complex, at: Evaluator) -> _Average:
    letter, law = node.args[1]
    return _Average((-log(laws.density(law, letter)),), node.args[1:], claim, "mean of -log f")


def _surprise(node: Any, claim: complex, at: Evaluator) -> _Average:
    g = expectation.log_ratio(node) / log(node.args[2])
    return _Average((g,), node.args[:1], claim, "mean of log-ratios")


def _probability(node: Any, claim: complex, at: Evaluator) -> _Average:
    return _below(node, float(at(node.args[0])), claim)


def _median(node: Any, claim: complex, at: Evaluator) -> _Average:
    if not is_continuous(node.args[1][1]):
        raise Undecided("many draws of a discrete law are equal")
    return _below(node, claim.real, 0.5 + 0j)


def _below(node: Any, place: float, claim: complex) -> _Average:
    letter, _ = node.args[1]
    return _Average((letter,), node.args[1:], claim, "share below", event=lambda x: x <= place)


def _tail(node: Any, claim: complex, at: Evaluator) -> _Average:
    place, law = node.args
    return _beyond(float(at(place)), law, SIDES[type(node).__name__], claim)


def _p_value(node: Any, claim: complex, at: Evaluator) -> _Average:
    """Statistics drawn under the hypothesis, from the normal numbers that they are made of."""
    statistic, side = node.args
    how, parts = MADE_OF[type(statistic).__name__](statistic, at)
    law = OF_STATISTICS[how]("T", *(S(float(part)) for part in parts)).pspace.distribution
    return _beyond(float(at(statistic)), law, int(side), claim)


def _beyond(place: float, law: Any, side: int, claim: complex) -> _Average:
    """The share beyond a place; of both tails that of the smaller one, which counts twice."""
    letter = Dummy("x", real=True)

    def far(x: Array) -> Array:
        tails = {1: x >= place, -1: x <= place}
        return tails[side] if side else min(tails.values(), key=np.count_nonzero)

    part, what = (claim, "share beyond") if side else (claim / 2, "share beyond on one side")
    return _Average((letter,), ((letter, law),), part, what, event=far)


SIDES = {"UpperTail": 1, "LowerTail": -1, "TwoSided": 0}
OF_STATISTICS: dict[str, Callable[..., Any]] = {
    "normal": lambda name: stats.Normal(name, 0, 1),
    "t": stats.StudentT,
    "chi squared": stats.ChiSquared,
    "F": stats.FDistribution,
}
AVERAGES: dict[str, Callable[[Any, complex, Evaluator], _Average]] = {
    "Expectation": _mean,
    "Variance": _variance,
    "EntropyOfLaw": _entropy,
    "LawDivergence": _surprise,
    "LawCrossEntropy": _surprise,
    "DistributionFunction": _probability,
    "Median": _median,
    "LawCovariance": _of_independent,
    "JointExpectation": _mean,
    "JointVariance": _variance,
    "JointCovariance": _covariance,
    "JointCorrelation": _correlation,
    "ConditionalExpectation": _where_known,
    "ConditionalVariance": _where_known,
    "UpperTail": _tail,
    "LowerTail": _tail,
    "TwoSided": _tail,
    "PValue": _p_value,
    "LimitingPValue": _p_value,
}
