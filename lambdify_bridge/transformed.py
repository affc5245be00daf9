"""Densities of functions of random variables: how likely a narrow range is, by its width.

The range is traced back to where x leads into it, and the density of x is integrated there.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from sympy import Interval

from lambdify_bridge import laws
from lambdify_bridge.central_difference import settled
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator, is_real
from lambdify_bridge.linear_recursion import lowest
from lambdify_bridge.quadrature import gauss
from lambdify_bridge.remembered import remembered

STEP = "0.02"
LEAST = 1e-60  # of the probability: farther out nothing is looked at
NARROWINGS = 30
CLOSE = 1e-25

Bracket = tuple[Number, Number]


@estimator("TransformedDensity")
@remembered
def transformed_density(node: Any, at: Evaluator) -> Number:
    """P(y - h < g(X) < y + h)/(2*h), as h shrinks."""
    g, place, (x, law) = node.args
    if laws.is_listed(law) or not isinstance(law.set, Interval):
        raise Undecided("the probabilities of a discrete law are not integrated")
    c, level = at.ctx, at(place)
    f = laws.density(law, x)

    def reached(value: Number) -> Number:
        found = Evaluator({**at.given, x: value}, root=at.root)(g)
        if not is_real(found):
            raise Undecided("the function is not real throughout the support")
        return found.real

    def density(value: Number) -> Number:
        return Evaluator({**at.given, x: value}, root=at.root)(f)

    seen = [v for v, w in laws.weights(at, x, law, c.mpf(STEP)) if w > LEAST]
    crossings = _crossings(c, reached, [v for v in sorted(set(seen)) if _has(reached, v)], level)
    if not crossings:
        raise Undefined("no value of the function is near")

    def quotient(h: Number) -> Number:
        parts = (_traced(c, reached, bracket, level, h) for bracket in crossings)
        return c.fsum(gauss(c, density, *part) for part in parts) / (2 * h)

    return settled(at, quotient, c.zero)


def _has(g: Callable[[Number], Number], x: Number) -> bool:
    """Whether there is a value: none on a pole."""
    try:
        return bool(abs(g(x)) < x.context.inf)
    except Undefined:
        return False


def _crossings(
    c: Any, g: Callable[[Number], Number], places: list[Number], level: Number
) -> list[Bracket]:
    """Between which places the function crosses the level, and does not jump over it."""
    marks = [(x, g(x) - level) for x in places]
    marks = [mark for mark in marks if mark[1] != 0]  # between its neighbours
    places, heights = [x for x, _ in marks], [height for _, height in marks]
    for k in range(1, len(places) - 1):  # a turn between two places may reach the level
        side = 1 if heights[k] > 0 else -1
        if heights[k] * side <= min(side * heights[k - 1], side * heights[k + 1]):
            turn = _turn(g, places[k - 1], places[k + 1], level, side)
            marks.append((turn, g(turn) - level))
    marks.sort(key=lambda mark: mark[0])
    pairs = ((a, b) for (a, u), (b, v) in pairwise(marks) if u * v < 0)
    return [pair for pair in pairs if _meets(c, g, pair, level)]


def _turn(
    g: Callable[[Number], Number], low: Number, high: Number, level: Number, side: int
) -> Number:
    return lowest(lambda x: side * (g(x) - level), low, high, NARROWINGS)[0]


def _meets(c: Any, g: Callable[[Number], Number], bracket: Bracket, level: Number) -> bool:
    x = _where(c, g, bracket, level)
    return bool(abs(g(x) - level) <= CLOSE ** (1 / 2) * max(1, abs(level)))


def _where(c: Any, g: Callable[[Number], Number], bracket: Bracket, level: Number) -> Number:
    ends = [g(x) - level for x in bracket]
    if ends[0] * ends[1] > 0:
        raise Undefined("the level is next to a turn of the function")
    return c.findroot(lambda x: g(x) - level, bracket, solver="anderson", tol=1e-56, verify=False)


def _traced(
    c: Any, g: Callable[[Number], Number], bracket: Bracket, level: Number, h: Number
) -> Bracket:
    """Where the function leads between level - h and level + h."""
    ends = [_where(c, g, bracket, level + side * h) for side in (-1, 1)]
    return min(ends), max(ends)
