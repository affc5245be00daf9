"""Expected values and variances by the integrals that define them, over all letters at once.

The trapezoidal rule on the whole line converges geometrically for smooth densities that fall fast
(Trefethen and Weideman 2014); two rules of different step have to agree.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.remembered import remembered
from lambdify_bridge.values import real_part

STEPS = ("0.7", "0.6")  # in standard deviations
FARTHEST = 11  # standard deviations; the density there is 1e-27 of its height
AGREEMENT = 1e-8
MOST = 3  # letters
NARROWINGS = 12

Weights = list[tuple[Number, Number]]


@estimator("Expectation")
@remembered
def expectation(node: Any, at: Evaluator) -> Number:
    return _agreeing(node, at, _mean)


@estimator("Variance")
@remembered
def variance(node: Any, at: Evaluator) -> Number:
    return _agreeing(node, at, _spread)


def _agreeing(node: Any, at: Evaluator, moment: Any) -> Number:
    c, (g, *laws) = at.ctx, node.args
    if len(laws) > MOST:
        raise Undecided(f"integrals over more than {MOST} letters take too long")
    letters = [law.args[0] for law in laws]
    found = []
    for step in STEPS:
        rules = [_weights(at, law.args[0], law.args[1], c.mpf(step)) for law in laws]
        found.append(moment(c, _values(at, g, letters, rules)))
    near, far = found
    error = abs(near - far) / max(abs(near), 1)
    if error > AGREEMENT:
        raise Undecided("two quadratures with different nodes disagree")
    at.rests_on(max(1e-14, float(error)))
    return far


def _values(at: Evaluator, g: Any, letters: list[Any], rules: list[Weights]) -> Weights:
    """g at all places of the grid, with its weight there."""
    found = []
    for corner in product(*rules):
        places = {x: place for x, (place, _) in zip(letters, corner, strict=True)}
        weight = at.ctx.fprod([w for _, w in corner])
        found.append((Evaluator({**at.given, **places}, root=at.root)(g), weight))
    return found


def _mean(c: Any, values: Weights) -> Number:
    return c.fsum(g * w for g, w in values) / c.fsum(w for _, w in values)


def _spread(c: Any, values: Weights) -> Number:
    mean = _mean(c, values)
    return _mean(c, [((g - mean) ** 2, w) for g, w in values])


def _weights(at: Evaluator, x: Any, density: Any, step: Number) -> Weights:
    """Even places around the middle of the density, and the density there."""
    c = at.ctx

    def f(place: Number) -> Number:
        return real_part(c, Evaluator({**at.given, x: place}, root=at.root)(density))

    middle, width = _seen(c, f)
    count = int(FARTHEST / step)
    places = [middle + width * step * k for k in range(-count, count + 1)]
    weights = [(place, f(place)) for place in places]
    top = max(w for _, w in weights)
    if min(w for _, w in weights) < 0 or max(weights[0][1], weights[-1][1]) > 1e-15 * top:
        raise Undecided("the density is negative, or falls too slowly")
    return weights


def _seen(c: Any, f: Any) -> tuple[Number, Number]:
    """About where the density is, and how wide: from places all over the line, then closer by."""
    wide = [c.mpf(k) / 10 for k in range(-80, 81)]
    middle, width = _shape(c, [(c.sinh(u), c.cosh(u) * f(c.sinh(u))) for u in wide])
    apart = max(width, c.sqrt(1 + middle**2) / 10)
    for _ in range(NARROWINGS):
        places = [middle + apart * k / 3 for k in range(-3 * FARTHEST, 3 * FARTHEST + 1)]
        middle, width = _shape(c, [(place, f(place)) for place in places])
        if width > apart / 2:
            return middle, width
        apart = max(width, apart / 4)
    raise Undefined("the density has no width")


def _shape(c: Any, seen: Weights) -> tuple[Number, Number]:
    if not 0 < c.fsum(w for _, w in seen) < c.inf:
        raise Undefined("the density is seen nowhere on the line")
    return _mean(c, seen), c.sqrt(abs(_spread(c, seen)))
