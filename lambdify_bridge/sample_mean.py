"""Monte Carlo: the mean of many seeded draws, with its standard error, beside what is claimed.

An estimate of its own: it has no nodes and no weights in common with any quadrature. It refutes
where it lies further away than chance takes it, and only where the mean has a standard error at
all, that is where what is averaged has a variance (Owen, Monte Carlo theory, chapter 2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Any

import numpy as np
from sympy import Basic, Dummy, Expr, I, conjugate, log

from lambdify_bridge import expectation, laws
from lambdify_bridge.draws import drawn, is_continuous
from lambdify_bridge.evaluate import Evaluator, Undecided, Undefined
from lambdify_bridge.sequence import NoLimit
from lambdify_bridge.to_numpy import as_written

DRAWS = 100_000
FARTHEST = 6  # standard errors
ROUNDING = 1e-12  # what varies less does not vary
HEAVY = 0.01  # of all squared deviations are that of one draw: does their mean exist?
NOTHING_DRAWN = Undecided, Undefined, NoLimit, OverflowError, ValueError, TypeError

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


@dataclass(frozen=True)
class _Average:
    """A formula in letters that are drawn; `squared`: its squared deviation is averaged, `below`:
    whether it is at most this; `claim`: what the average is said to be."""

    g: Expr
    laws: tuple[Any, ...]
    claim: complex
    what: str = "mean"
    squared: bool = False
    below: float | None = None


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
    values = _values(average, at, np.random.default_rng(seed))
    if values is None or not np.all(np.isfinite(values)):
        return None
    mean = complex(values.mean())
    apart = abs(mean - average.claim)
    if average.below is not None:
        error = sqrt(average.claim.real * (1 - average.claim.real) / DRAWS)
    else:
        squares = np.abs(values - mean) ** 2
        error = sqrt(float(squares.mean()) / DRAWS)
        if apart > FARTHEST * error or squares.max() > HEAVY * squares.sum():
            error = max(error, sqrt(_mean_square(average, mean.real, at) / DRAWS))
    if not isfinite(error) or error <= ROUNDING * abs(mean):
        return None
    return SampleMean(mean, error, apart / error, average.what, DRAWS, seed)


def _values(average: _Average, at: Evaluator, r: np.random.Generator) -> Array | None:
    """What is averaged, at numbers that are drawn."""
    places = {letter: drawn(r, DRAWS, letter, law, at) for letter, law in average.laws}
    if any(column is None for column in places.values()):
        return None
    letters = sorted(average.g.free_symbols, key=lambda s: (str(s), s.sort_key()))
    given = [places[s] if s in places else float(at(s)) for s in letters]
    with np.errstate(all="ignore"):
        values = np.broadcast_to(as_written(average.g, letters)(*given), (DRAWS,))
    if average.below is not None:
        return values <= average.below
    if average.squared:
        return np.abs(values - values.mean()) ** 2 * (DRAWS / (DRAWS - 1))
    return values


def _mean_square(average: _Average, mean: float, at: Evaluator) -> float:
    """Of what is averaged, about its mean, by quadrature: whether there is a standard error."""
    g, middle, m = average.g, Dummy("m", real=True), Dummy("m", real=True)
    if average.squared:
        at, g = at.at({m: expectation.mean(at, g, average.laws)}), (g - m) ** 2
    size = g * conjugate(g) if g.has(I) else (g - middle) ** 2
    at = at.at({middle: at.ctx.mpf(mean)})
    return float(abs(expectation.mean(at, size, average.laws)))


# ------------------------------------------------------------------ what is averaged


def _mean(node: Any, claim: complex, at: Evaluator) -> _Average:
    return _Average(node.args[0], node.args[1:], claim)


def _variance(node: Any, claim: complex, at: Evaluator) -> _Average:
    return _Average(node.args[0], node.args[1:], claim, "variance", squared=True)


def _entropy(node: Any, claim: complex, at: Evaluator) -> _Average:
    letter, law = node.args[1]
    return _Average(-log(laws.density(law, letter)), node.args[1:], claim, "mean of -log f")


def _share(node: Any, place: float, claim: complex) -> _Average:
    letter, law = node.args[1]
    if not is_continuous(law):
        raise Undecided("many draws of a discrete law are equal")
    return _Average(letter, node.args[1:], claim, "share below", below=place)


def _probability(node: Any, claim: complex, at: Evaluator) -> _Average:
    return _share(node, float(at(node.args[0])), claim)


def _median(node: Any, claim: complex, at: Evaluator) -> _Average:
    return _share(node, claim.real, 0.5 + 0j)


AVERAGES: dict[str, Callable[[Any, complex, Evaluator], _Average]] = {
    "Expectation": _mean,
    "Variance": _variance,
    "EntropyOfLaw": _entropy,
    "DistributionFunction": _probability,
    "Median": _median,
}
