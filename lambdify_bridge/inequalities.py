"""The largest probabilities over all laws with a given mean or variance, by linear programming.

A law is looked at as probabilities of many places; its mean and variance are linear in these.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import linprog

from lambdify_bridge import laws
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator, is_real
from lambdify_bridge.remembered import remembered

PLACES = 240
ACCURACY = 1e-11
SMALLEST = 1e-4  # it meets its constraints to about 1e-9


def _largest(places: Any, seen: Any, moments: list[tuple[Any, float]]) -> float:
    """The largest probability of what is seen, with these expected values."""
    rows = np.array([np.ones_like(places), *(row for row, _ in moments)])
    wanted = [1.0, *(value for _, value in moments)]
    found = linprog(-seen.astype(float), A_eq=rows, b_eq=wanted, bounds=(0, None))
    if not found.success:
        raise Undefined("no law has these moments")
    if -found.fun < SMALLEST:
        raise Undecided("too small a probability for linear programming")
    return float(-found.fun)


@estimator("LargestTail")
@remembered
def largest_tail(node: Any, at: Evaluator) -> Number:
    """In units of the mean, over places that 0 and a are among."""
    mean, a = (at(part) for part in node.args)
    if not (is_real(mean) and mean > 0 and a > 0):
        raise Undefined("the mean and the place are positive")
    place = float(a / mean)
    places = np.unique([0.0, 1.0, place, *np.linspace(0, 4 * max(place, 1.0), PLACES)])
    at.rests_on(ACCURACY)
    return at.ctx.mpf(_largest(places, places >= place, [(places, 1.0)]))


@estimator("LargestDeviation")
@remembered
def largest_deviation(node: Any, at: Evaluator) -> Number:
    """In standard deviations, about the mean 0."""
    variance, c = (at(part) for part in node.args)
    if not (is_real(variance) and variance > 0 and c > 0):
        raise Undefined("the variance and the distance are positive")
    far = float(c / at.ctx.sqrt(variance))
    half = np.unique([0.0, 1.0, far, *np.linspace(0, 4 * max(far, 1.0), PLACES)])
    places = np.concatenate([-half[:0:-1], half])
    at.rests_on(ACCURACY)
    seen = np.abs(places) >= far
    return at.ctx.mpf(_largest(places, seen, [(places, 0.0), (places**2, 1.0)]))


@estimator("JensenGap")
@remembered
def jensen_gap(node: Any, at: Evaluator) -> Number:
    f, (x, law) = node.args
    middle = laws.mean(at, x, x, law)
    there = Evaluator({**at.given, x: middle}, root=at.root)
    return laws.mean(at, f, x, law) - there(f)


@estimator("LeastJensenGap")
@remembered
def least_jensen_gap(node: Any, at: Evaluator) -> Number:
    """The least of many laws of two values, that of one value among them."""
    f, x, *ends = node.args
    c, (low, high) = at.ctx, (at(end) for end in ends)
    places = [laws.place_of(c, low, high, c.mpf(k) / 8)[0] for k in range(-16, 17)]
    values = [Evaluator({**at.given, x: v}, root=at.root)(f) for v in places]
    if not all(map(is_real, values)):
        raise Undecided("the function is not real throughout")
    least = c.zero
    for i, (u, fu) in enumerate(zip(places, values, strict=True)):
        for v, fv in zip(places[i + 1 :], values[i + 1 :], strict=True):
            middle = Evaluator({**at.given, x: (u + v) / 2}, root=at.root)(f)
            least = min(least, (fu + fv) / 2 - middle)
    return least
