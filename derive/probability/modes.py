"""Modes: where a density, or a probability, is largest."""

from __future__ import annotations

from sympy import (
    And,
    Basic,
    Expr,
    S,
    Symbol,
    cancel,
    combsimp,
    expand_log,
    floor,
    log,
    oo,
    powsimp,
    simplify,
    stats,
    together,
)

from derive.calculus.intervals import ArgMax, RootBetween
from derive.calculus.signs import negative_if, positive_if
from derive.calculus.sums.operators import unequal
from derive.probability.distributions import (
    bounds,
    conditions,
    drawn,
    is_discrete,
    outcomes,
    place_of,
    single,
    written_out,
)
from derive.probability.medians import is_mirrored, middles, most_likely
from derive.probability.moments import Laws, Moment, of, tidied, unpack
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import free_symbols

X, K = Symbol("X", real=True), Symbol("K", integer=True)
a, b = Symbol("a", positive=True), Symbol("b", positive=True)
mu, sigma = Symbol("mu", real=True), Symbol("sigma", positive=True)


class Mode(Moment):
    """The value with the largest density or probability: Mode(x, (x, law))."""

    name = "mode"


MODES = RuleTable(Mode, unpack, "modes", tidy=tidied)


def _slope(letter: Symbol, law: Basic) -> tuple[Symbol, Expr]:
    """The derivative of the logarithm of the density."""
    x = place_of(letter, law)
    return x, simplify(expand_log(log(written_out(law, x))).diff(x))


@MODES.rule("the density falls", example=of(Mode, drawn(X, stats.Exponential("X", a))))
def falling_density(g: Symbol, laws: Laws) -> Outcome:
    """A density that falls throughout is largest where the support begins."""
    one = single(laws)
    if not one or is_discrete(one[1]) or not bounds(one[1])[0].is_finite:
        return None
    x, slope = _slope(*one)
    low, high = bounds(one[1])
    t = Symbol(x.name, real=True)
    given = negative_if(slope.xreplace({x: t}), t, low, high)
    return None if given is None else Rewrite(low, And(given, conditions(one[1])))


@MODES.rule("symmetric and falling", example=of(Mode, drawn(X, stats.Cauchy("X", mu, sigma))))
def symmetric_and_falling(g: Symbol, laws: Laws) -> Outcome:
    """The density is the same on both sides of this place, and falls on the one: it is largest in
    the middle."""
    one = single(laws)
    if not one or is_discrete(one[1]) or bounds(one[1]) != (-oo, oo):
        return None
    x, u = place_of(*one), Symbol("u", positive=True)
    f = written_out(one[1], x)
    for middle in filter(lambda m: is_mirrored(f, x, m), middles(one[1])):
        slope = expand_log(log(simplify(f.subs(x, middle + u))), force=True).diff(u)
        given = negative_if(simplify(slope), u, S.Zero, oo)
        if given is not None:
            return Rewrite(middle, And(given, conditions(one[1])))
    return None


@MODES.rule(
    "the slope changes its sign once",
    example=of(Mode, drawn(X, stats.LogNormal("X", mu, sigma))),
)
def slope_changes_its_sign(g: Symbol, laws: Laws) -> Outcome:
    """The slope of the logarithm of the density is a falling function over a positive one: the
    density rises up to where it is zero, and falls from there."""
    one = single(laws)
    if not one or is_discrete(one[1]) or not bounds(one[1])[0].is_finite:
        return None
    x, slope = _slope(*one)
    low, high = bounds(one[1])
    above, below = together(expand_log(slope, force=True)).as_numer_denom()
    signs = positive_if(below, x, low, high), negative_if(above.diff(x), x, low, high)
    if None in signs:
        return None
    return Rewrite(RootBetween(above, x, low, high), And(*signs, conditions(one[1])))


@MODES.rule("largest density", example=of(Mode, drawn(X, stats.Beta("X", 3, 2))))
def largest_density(g: Symbol, laws: Laws) -> Outcome:
    """Where the density is largest."""
    one = single(laws)
    if not one or is_discrete(one[1]):
        return None
    x = place_of(*one)
    t = Symbol(x.name, real=True)
    f = written_out(one[1], x).xreplace({x: t})
    return Rewrite(ArgMax(f, t, *bounds(one[1])), conditions(one[1]))


@MODES.rule("the most probable value", example=of(Mode, drawn(K, stats.Bernoulli("K", b))))
def most_probable_value(g: Symbol, laws: Laws) -> Outcome:
    """Of the values that are listed the one with the largest probability; no two share it."""
    one = single(laws)
    listed = outcomes(one[1]) if one else None
    if not one or not listed:
        return None
    return most_likely(listed, conditions(one[1]))


@MODES.rule("the probabilities fall", example=of(Mode, drawn(K, stats.Geometric("K", S(1) / 3))))
def falling_probabilities(g: Symbol, laws: Laws) -> Outcome:
    """Each probability is the same part of the one before: the first value has the largest."""
    found = _ratio(laws)
    if found is None or found[0] in free_symbols(found[1]):
        return None
    _, ratio, law = found
    given = And(ratio < 1, conditions(law))
    return None if given == False else Rewrite(bounds(law)[0], given)


@MODES.rule("probabilities rise and fall", example=of(Mode, drawn(K, stats.Poisson("K", a))))
def rising_and_falling(g: Symbol, laws: Laws) -> Outcome:
    """Probabilities rise as long as each is larger than the one before it, by this ratio."""
    found = _ratio(laws)
    if found is None or found[0] not in free_symbols(found[1]):
        return None
    k, ratio, law = found
    above = cancel(ratio - 1).as_numer_denom()[0].as_poly(k)
    if above is None or above.degree() != 1:
        return None
    root = cancel(-above.nth(0) / above.nth(1))
    single_one = unequal(root, floor(root))
    given = And(conditions(law), _at_least(root, bounds(law)[0]), single_one)
    return None if given == False else Rewrite(floor(root), given)


def _at_least(root: Expr, low: Expr) -> Basic:
    return S.true if (root - low).is_nonnegative else root >= low


def _ratio(laws: Laws) -> tuple[Symbol, Expr, Basic] | None:
    """The ratio of a probability to the one before it."""
    one = single(laws)
    if not one or not is_discrete(one[1]) or outcomes(one[1]) is not None:
        return None
    k = place_of(*one)
    p = written_out(one[1], k)
    return k, simplify(combsimp(powsimp(p / p.subs(k, k - 1)))), one[1]
