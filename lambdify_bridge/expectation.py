"""Expected values and variances by the integrals that define them, over all letters at once.

The trapezoidal rule on the whole line converges geometrically for smooth densities that fall fast
(Trefethen and Weideman 2014); two rules of different step have to agree.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

from sympy import Dummy, S, log

from lambdify_bridge import convolutions, laws
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.remembered import remembered
from lambdify_bridge.sequence import NoLimit
from lambdify_bridge.values import real_part

STEPS = ("0.7", "0.6")  # in standard deviations
FARTHEST = 11  # standard deviations; the density there is 1e-27 of its height
AGREEMENT = 1e-8
MOST = 3  # letters
NARROWINGS = 12

FINER = 0.075  # of the step in standard deviations: that of the double exponential rule

Weights = list[tuple[Number, Number]]


@estimator("Expectation")
@remembered
def expectation(node: Any, at: Evaluator) -> Number:
    return mean(at, node.args[0], node.args[1:])


def mean(at: Evaluator, g: Any, drawn: Any) -> Number:
    """The integral of g over all letters that are drawn."""
    if len(drawn) == 1 and laws.is_law(drawn[0].args[1]):
        return laws.mean(at, g, *drawn[0].args)
    return _agreeing(g, drawn, at, _mean)


@estimator("Variance")
@remembered
def variance(node: Any, at: Evaluator) -> Number:
    g, *drawn = node.args
    if len(drawn) != 1 or not laws.is_law(drawn[0].args[1]):
        return _agreeing(g, drawn, at, _spread)
    m = Dummy("m", real=True)
    middle = laws.mean(at, g, *drawn[0].args)
    if abs(middle) == at.ctx.inf:
        raise NoLimit("an infinite mean: there is nothing to deviate from")
    return laws.mean(at.at({m: middle}), (g - m) ** 2, *drawn[0].args)


@estimator("TotalProbability")
@remembered
def total_probability(node: Any, at: Evaluator) -> Number:
    return laws.total(at, *node.args[0].args)


@estimator("EntropyOfLaw")
@remembered
def entropy(node: Any, at: Evaluator) -> Number:
    letter, law = node.args[1].args
    return laws.mean(at, -log(laws.density(law, letter)), letter, law)


@estimator("LawDivergence", "LawCrossEntropy")
@remembered
def surprise(node: Any, at: Evaluator) -> Number:
    """The mean of log p - log q, or of -log q, over the values of p."""
    (x, p), q, base = node.args
    if laws.is_listed(p):
        places = [at.at({x: at(S(v))}) for v in sorted(p.set, key=str)]
        chances = [tuple(there(laws.density(law, x)) for law in (p, q)) for there in places]
        mine = type(node).__name__ == "LawDivergence"
        terms = (f * ((at.ctx.log(f) if mine else 0) - at.ctx.log(g)) for f, g in chances if f)
        return at.ctx.fsum(terms) / at.ctx.log(at(base))
    return laws.mean(at, log_ratio(node), x, p) / at.ctx.log(at(base))


def log_ratio(node: Any) -> Any:
    """What is averaged over the values of p."""
    (x, p), q, _ = node.args
    mine = log(laws.density(p, x)) if type(node).__name__ == "LawDivergence" else 0
    return mine - log(laws.density(q, x))


@estimator("Mode")
@remembered
def mode(node: Any, at: Evaluator) -> Number:
    return laws.most_likely(at, *node.args[1].args)


@estimator("Median")
@remembered
def median(node: Any, at: Evaluator) -> Number:
    return laws.in_the_middle(at, *node.args[1].args)


@estimator("SideOfHalf")
@remembered
def side_of_half(node: Any, at: Evaluator) -> Number:
    """Where it is well away from one half, or else by the place that is the median."""
    place, (letter, law) = at(node.args[0]), node.args[1].args
    return at.ctx.sign(place - laws.in_the_middle(at, letter, law))


@estimator("DistributionFunction")
@remembered
def distribution_function(node: Any, at: Evaluator) -> Number:
    return laws.below(at, at(node.args[0]), *node.args[1].args)


def _agreeing(g: Any, drawn: Any, at: Evaluator, moment: Any) -> Number:
    c = at.ctx
    if len(drawn) > MOST:
        raise Undecided(f"integrals over more than {MOST} letters take too long")
    letters = [law.args[0] for law in drawn]
    rules = [_rule(at, *law.args) for law in drawn]
    near, far = (
        moment(c, _values(at, g, letters, [rule(c.mpf(step)) for rule in rules])) for step in STEPS
    )
    error = abs(near - far) / max(abs(near), 1)
    if error > AGREEMENT:
        raise Undecided("two quadratures with different nodes disagree")
    at.rests_on(max(1e-14, float(error)))
    return far


def _rule(at: Evaluator, x: Any, law: Any) -> Callable[[Number], Weights]:
    """The places and weights of a step, in standard deviations."""
    if laws.is_law(law):
        return lambda step: laws.all_weights(at, x, law, step * FINER)

    def f(place: Number) -> Number:
        return real_part(at.ctx, Evaluator({**at.given, x: place}, root=at.root)(law))

    return partial(_weights, at.ctx, f, *_seen(at.ctx, f))


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


def _weights(c: Any, f: Any, middle: Number, width: Number, step: Number) -> Weights:
    """Even places around the middle of the density, and the density there."""
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


@estimator("DensityOfSum")
@remembered
def density_of_sum(node: Any, at: Evaluator) -> Number:
    """What the other one has to be, over all values of the one."""
    place, first, second = node.args
    return at(convolutions.convolved(place, *first.args, *second.args))


@estimator("DensityOfRatio")
@remembered
def density_of_ratio(node: Any, at: Evaluator) -> Number:
    """The density along the line x = z y, times the distance that a change of z moves x."""
    return at(convolutions.along_ratio(*_parts(node)))


@estimator("DensityOfProduct")
@remembered
def density_of_product(node: Any, at: Evaluator) -> Number:
    """The density along the curve x = z/y, times the distance that a change of z moves x."""
    return at(convolutions.along_product(*_parts(node)))


def _parts(node: Any) -> Any:
    place, first, second = node.args
    return place, *first.args, *second.args
