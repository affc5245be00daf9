"""Means, variances, covariances and a test, exactly from the definitions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats
from sympy import Rational, sqrt

import derive
from audit.claims import Claim, audits, floats
from audit.findings import Figure, Finding, misprints, shown
from audit.sums import CorrelationOf, CovarianceOf, MeanOf, exact, worked_out

CONVENTIONS = {"population": 0, "sample": 1}  # n - d in the denominator


@audits("mean")
def mean(claim: Claim) -> Finding:
    found = worked_out(MeanOf(exact(claim["input"])))
    figure = Figure("mean", found.result, np.mean(floats(claim["input"])), claim["printed"])
    return Finding((figure,), derivations=(found,))


@audits("variance")
def variance(claim: Claim) -> Finding:
    data, numbers = exact(claim["input"]), floats(claim["input"])
    return by_convention(
        claim,
        lambda d: (derived := worked_out(CovarianceOf(data, data, d)), derived.result),
        lambda d: np.var(numbers, ddof=d),
    )


@audits("covariance")
def covariance(claim: Claim) -> Finding:
    x, y = (exact(claim["input"][name]) for name in "xy")
    rows = floats([claim["input"]["x"], claim["input"]["y"]])

    def derived(d: int) -> tuple[Any, ...]:
        xx, xy, yy = (worked_out(CovarianceOf(*two, d)) for two in ((x, x), (x, y), (y, y)))
        return xx, xy, yy, [[xx.result, xy.result], [xy.result, yy.result]]

    return by_convention(claim, derived, lambda d: np.cov(rows, ddof=d))


def by_convention(
    claim: Claim, derived: Callable[[int], tuple[Any, ...]], method: Callable[[int], Any]
) -> Finding:
    """The convention is the one that most of the printed entries belong to."""
    off = {
        name: len(misprints(claim["printed"], np.asarray(method(d)), None))
        for name, d in CONVENTIONS.items()
    }
    name = min(off, key=lambda each: off[each])
    other = next(each for each in CONVENTIONS if each != name)
    *steps, truth = derived(CONVENTIONS[name])
    *more, otherwise = derived(CONVENTIONS[other])
    figure = Figure(f"{name} {claim['id']}", truth, method(CONVENTIONS[name]), claim["printed"])
    total = np.size(np.array(claim["printed"], dtype=object))
    notes = (
        f"the {name} convention gives {total - off[name]} of the {total} printed figures; "
        f"the {other} one would give {shown(otherwise)}",
    )
    return Finding((figure,), derivations=(*steps, *more), notes=notes)


@audits("correlation")
def correlation(claim: Claim) -> Finding:
    x, y = (exact(claim["input"][name]) for name in "xy")
    xx, xy, yy = (worked_out(CorrelationOf(*two)) for two in ((x, x), (x, y), (y, y)))
    truth = [[xx.result, xy.result], [xy.result, yy.result]]
    method = np.corrcoef(floats(claim["input"]["x"]), floats(claim["input"]["y"]))
    figure = Figure("correlation", truth, method, claim["printed"])
    return Finding((figure,), derivations=(xx, xy, yy))


# ------------------------------------------------------------------ the t test


DRAWS = 2000


@audits("t-test")
def t_test(claim: Claim) -> Finding:
    """The statistic is derived for one draw; its verdict is watched over many."""
    asked, alpha = claim["input"], float(claim["input"]["alpha"])
    (first, n), (second, _) = (normal(asked[name]) for name in ("sample1", "sample2"))
    samples = [pair_of_samples(seed, first, second, n) for seed in range(DRAWS)]
    results = [stats.ttest_ind(*pair) for pair in samples[:1]]
    derived = derive.t_test(*(list(exact(sample.tolist())) for sample in samples[0]))
    pvalues = stats.ttest_ind(*np.array(samples).transpose(1, 0, 2), axis=1).pvalue
    decisions = {f"seed {seed}": bool(value < alpha) for seed, value in enumerate(pvalues)}
    figures = (
        Figure("t (seed 0)", derived.statistic.result, results[0].statistic),
        Figure("p (seed 0)", derived.p_value.result, results[0].pvalue),
    )
    shift = Rational(second[0] - first[0]) / sqrt(Rational(first[1] ** 2 + second[1] ** 2, n))
    power = rejection_probability(float(shift), 2 * n - 2, alpha)
    share = float(np.mean(pvalues < alpha))
    notes = (
        f"the means differ: t is noncentral with shift {shift} and {2 * n - 2} degrees of freedom, "
        f"the power is {power:.1%} (seen {share:.1%}); "
        f'"{claim["printed"]}" is printed on {1 - power:.1%} of all runs, wrongly each time',
    )
    return Finding(figures, decisions=decisions, derivations=tuple(derived), notes=notes)


def normal(text: str) -> tuple[tuple[int, int], int]:
    """Mean, standard deviation and count of "normal(0, 1), 10 draws"."""
    center, spread, count = (int(number) for number in re.findall(r"-?\d+", text))
    return (center, spread), count


def pair_of_samples(seed: int, first: Any, second: Any, n: int) -> tuple[np.ndarray, ...]:
    """Two samples, to three decimals so that they are exact fractions."""
    draw = np.random.default_rng(seed)
    return tuple(draw.normal(m, s, n).round(3) for m, s in (first, second))


def rejection_probability(shift: float, freedom: int, alpha: float) -> float:
    """The power of the two-sided test."""
    edge = stats.t.ppf(1 - alpha / 2, freedom)
    below, above = stats.nct.cdf(-edge, freedom, shift), stats.nct.sf(edge, freedom, shift)
    return float(below + above)
