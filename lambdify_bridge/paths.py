"""Limits in several variables, along many ways into the point; recursions, term by term."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, estimator
from lambdify_bridge.remembered import remembered
from lambdify_bridge.sequence import NoLimit, NoValues, close, value_at_infinity

DIRECTIONS = 4
LOST = 20  # digits of a difference for each by which the point is nearer, on curves too
AGREE = 1e-6
MOST_TERMS = 4096
SETTLED = 1e-25
INFINITE = 1e200

Way = Callable[[Number], list[Number]]


@estimator("JointLimit")
@remembered
def joint_limit(node: Any, at: Evaluator) -> Number:
    """The common limit along straight lines and curves; NoLimit where two of them disagree."""
    function, letters, point = node.args
    at.rests_on(1e-9)
    found: list[Number] = []
    for way in _ways(at.ctx, len(letters.args)):
        try:
            value = _along(at, function, letters.args, point.args, way)
        except NoValues:
            continue  # the function is not defined along this way
        if found and not close(at.ctx, found[0], value, AGREE):
            raise NoLimit("two ways into the point lead to different values")
        found.append(value)
    if len(found) < DIRECTIONS:
        raise Undecided("the function has values along few ways into the point")
    return found[0]


def _along(at: Evaluator, function: Any, letters: Any, point: Any, way: Way) -> Number:
    c = at.ctx

    def f(t: Number) -> Number:
        with at.digits(c.dps + LOST * int(c.log10(t) + 1)) as there:
            steps = way(1 / there.ctx.mpf(t))
            places = [there(a) + step for a, step in zip(point, steps, strict=True)]
            return there.at(dict(zip(letters, places, strict=True)))(function)

    return value_at_infinity(c, f)


def _ways(c: Any, dimension: int) -> Iterator[Way]:
    """Lines of no special angle, the diagonals, then curves that touch an axis."""
    for k in range(DIRECTIONS):
        angles = [c.mpf(k + 1) * (j + 1) * c.mpf("0.8713") for j in range(dimension)]
        yield _way([(c.cos(angle), 1) for angle in angles])
    for k in range(2**dimension):
        yield _way([(c.mpf(-1 if k >> j & 1 else 1), 1) for j in range(dimension)])
    for axis in range(dimension):
        for power in (2, 3):
            bent = (c.mpf("1.3"), power)
            yield _way([(c.one, 1) if j == axis else bent for j in range(dimension)])


def _way(parts: list[tuple[Number, int]]) -> Way:
    """Each coordinate as c*s**p, for s -> 0."""
    return lambda s: [c * s**p for c, p in parts]


@estimator("LimitOfRecursion")
@remembered
def limit_of_recursion(node: Any, at: Evaluator) -> Number:
    """The terms one after the other, until they settle or leave all bounds."""
    function, letter, start = node.args
    c = at.ctx
    term, kept = at(start), []
    for _ in range(MOST_TERMS):
        following = at.at({letter: term})(function)
        if abs(following) > INFINITE:
            return c.inf if c.re(following) > 0 else c.ninf
        if abs(following - term) <= SETTLED * max(1, abs(term)):
            at.rests_on(1e-15)
            return following
        kept.append(following)
        term = following
    if abs(kept[-1] - kept[-2]) > AGREE * max(1, abs(term)):
        raise NoLimit("the terms do not come together")
    raise Undecided("the terms come together too slowly to tell")
