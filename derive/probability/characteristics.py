"""Mode, median and entropy of a random variable, from its density."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sympy import (
    Add,
    And,
    Basic,
    Expr,
    Gt,
    Integral,
    Lt,
    Ne,
    Piecewise,
    S,
    Symbol,
    cancel,
    ceiling,
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

from derive.calculus.extrema import TABLES as EXTREMA
from derive.calculus.intervals import ArgMax, RootBetween
from derive.calculus.signs import negative_if, positive_if
from derive.calculus.sums.operators import unequal
from derive.core import Derivation
from derive.engine import NoRuleApplies, limited
from derive.probability import expectations
from derive.probability.distributions import (
    Outcomes,
    bounds,
    conditions,
    is_discrete,
    law_of,
    outcomes,
    parameters,
    row_of,
    written_out,
)
from derive.probability.expectations import place_of, single, standard
from derive.probability.moments import Expectation, Laws, Moment, tidied, unpack
from derive.probability.random_variables import formula_of, random_variable
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on, free_symbols, fresh

X, K = Symbol("X", real=True), Symbol("K", integer=True)
a, b = Symbol("a", positive=True), Symbol("b", positive=True)
mu, sigma = Symbol("mu", real=True), Symbol("sigma", positive=True)
drawn = expectations.drawn


class Mode(Moment):
    """The value with the largest density or probability: Mode(x, (x, law))."""

    name = "mode"


class Median(Moment):
    """The value that X is below with probability 1/2: Median(x, (x, law))."""

    name = "median"


class EntropyOfLaw(Moment):
    """The expected value of -log of the density or probability: EntropyOfLaw(x, (x, law))."""

    name = "H"


class DistributionFunction(Moment):
    """The probability of a value up to a place: DistributionFunction(place, (x, law))."""

    name = "F"
    is_extended_real = True

    @property
    def free_symbols(self) -> set[Basic]:
        return self.args[0].free_symbols | self.args[1].args[1].free_symbols


MODES = RuleTable(Mode, unpack, "modes", tidy=tidied)
MEDIANS = RuleTable(Median, unpack, "medians", tidy=tidied)
FUNCTIONS = RuleTable(DistributionFunction, unpack, "distribution functions", tidy=tidied)
ENTROPIES = RuleTable(EntropyOfLaw, unpack, "entropies", tidy=tidied)


def of(operator: type[Moment], law: tuple[Symbol, Basic]) -> Moment:
    return operator(law[0], law)


# ------------------------------------------------------------------ modes


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
    for middle in filter(lambda m: _is_mirrored(f, x, m), _middles(one[1])):
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
    return _largest(listed, conditions(one[1]))


def _largest(listed: Outcomes, given: Basic) -> Outcome:
    if len(listed) == 2 and Gt(listed[0][1], listed[1][1]) not in (S.true, S.false):
        (value, p), (other, q) = listed
        return Rewrite(Piecewise((value, p > q), (other, True)), And(given, Ne(p, q)))
    for value, p in listed:
        if all(Gt(p, q) == True for other, q in listed if other != value):
            return Rewrite(value, given)
    return None


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


# ------------------------------------------------------------------ medians


@MEDIANS.rule("middle of symmetry", example=of(Median, drawn(X, stats.Normal("X", mu, sigma))))
def middle_of_symmetry(g: Symbol, laws: Laws) -> Outcome:
    """The density is the same on both sides of this place: half of the probability on each."""
    one = single(laws)
    if not one or is_discrete(one[1]):
        return None
    x = place_of(*one)
    f = written_out(one[1], x)
    for middle in _middles(one[1]):
        if _is_mirrored(f, x, middle):
            return Rewrite(middle, conditions(one[1]))
    return None


def _is_mirrored(f: Expr, x: Symbol, middle: Expr) -> bool:
    mirrored = f.subs(x, 2 * middle - x)
    return powsimp(mirrored - f) == 0 or simplify(mirrored - f) == 0


def _middles(law: Basic) -> Iterator[Expr]:
    low, high = bounds(law)
    if low.is_finite and high.is_finite:
        yield (low + high) / 2
    elif (low, high) == (-oo, oo):
        yield S.Zero
        yield from (value for value in parameters(law) if isinstance(value, Expr))


@MEDIANS.rule(
    "median of an increasing function",
    example=of(Median, drawn(X, stats.LogNormal("X", mu, sigma))),
)
def of_increasing(g: Symbol, laws: Laws) -> Outcome:
    """An increasing function of a letter takes its median to the median."""
    one = single(laws)
    found = one and standard(g, *one)
    if not one or not found:
        return None
    form, z, law = found
    middle = Median(z, (z, law))
    return Rewrite(form.xreplace({z: middle}), conditions(one[1]))


@MEDIANS.rule("half of the probability", example=of(Median, drawn(K, stats.Bernoulli("K", b))))
def half_of_the_probability(g: Symbol, laws: Laws) -> Outcome:
    """Of the values that are listed the first one up to which there is more than one half; none
    has one half exactly."""
    one = single(laws)
    listed = outcomes(one[1]) if one else None
    if not one or not listed:
        return None
    if len(listed) == 2:
        return _largest(listed, conditions(one[1]))
    total = S.Zero
    for value, p in sorted(listed, key=lambda each: each[0]):
        total += p
        if Gt(total, S.Half) == True:
            return Rewrite(value, conditions(one[1]))
        if Lt(total, S.Half) != True:
            return None
    return None


@MEDIANS.rule("the next whole number", example=of(Median, drawn(K, stats.Geometric("K", S(1) / 3))))
def next_whole_number(g: Symbol, laws: Laws) -> Outcome:
    """P(K > k) is (1 - p)^k, which is that of an exponential letter of rate -log(1 - p): K is the
    next whole number above it."""
    one = single(laws)
    row = row_of(one[1]) if one else None
    if not one or row is None or row.name != "Geometric":
        return None
    (p,) = parameters(one[1])
    middle = log(2) / -log(1 - p)
    e = fresh_real("E", one[1])
    inside = Median(e, (e, law_of(stats.Exponential("E", -log(1 - p)))))
    return Rewrite(ceiling(inside), And(conditions(one[1]), unequal(middle, ceiling(middle))))


# fmt: off
# Increasing functions of a letter that is uniform between 0 and 1.
INVERSE: dict[str, Callable[..., Expr]] = {
    "Exponential": lambda u, lamda:     -log(1 - u)/lamda,
    "Weibull":     lambda u, lamda, k:  lamda*(-log(1 - u))**(1/k),
    "Pareto":      lambda u, xm, alpha: xm*(1 - u)**(-1/alpha),
}
# fmt: on


@MEDIANS.rule("inverse transform", example=of(Median, drawn(X, stats.Exponential("X", a))))
def inverse_transform(g: Symbol, laws: Laws) -> Outcome:
    """The letter has the law of this increasing function of one that is uniform up to 1."""
    one = single(laws)
    row = row_of(one[1]) if one else None
    if not one or row is None or row.name not in INVERSE:
        return None
    u = fresh_real("U", one[1])
    middle = Median(u, (u, law_of(stats.Uniform("U", 0, 1))))
    form = INVERSE[row.name](middle, *parameters(one[1]))
    return Rewrite(form, conditions(one[1]))


def fresh_real(name: str, *within: Basic) -> Symbol:
    return Symbol(fresh(name, *within).name, real=True)


# ------------------------------------------------------------------ distribution functions


@FUNCTIONS.rule(
    "the density integrated",
    example=DistributionFunction(b, drawn(X, stats.Exponential("X", a))),
)
def density_integrated(place: Expr, laws: Laws) -> Outcome:
    """The integral of the density from the least value up to the place."""
    one = single(laws)
    if not one or is_discrete(one[1]):
        return None
    letter, law = one
    u = place_of(letter, law, place)
    low, high = bounds(law)
    inside = And(*(c for c in (place > low, place < high) if c != True))
    whole = Integral(written_out(law, u), (u, low, place))
    return Rewrite(whole, And(conditions(law), inside))


# ------------------------------------------------------------------ entropies


@ENTROPIES.rule("definition", example=of(EntropyOfLaw, drawn(X, stats.Normal("X", mu, sigma))))
def entropy_by_definition(g: Symbol, laws: Laws) -> Outcome:
    """The expected value of minus the logarithm of the density or probability."""
    one = single(laws)
    if not one:
        return None
    letter, law = one
    listed = outcomes(law)
    if listed is not None:
        return Rewrite(Add(*(-p * log(p) for _, p in listed)), conditions(law))
    x = place_of(letter, law)
    inside = -expand_log(log(written_out(law, x)), force=True).expand()
    back = {x: letter}
    return Rewrite(Expectation(inside.xreplace(back), (letter, law)), conditions(law))


TABLES = {
    **EXTREMA,
    **expectations.TABLES,
    Mode: MODES,
    Median: MEDIANS,
    EntropyOfLaw: ENTROPIES,
    DistributionFunction: FUNCTIONS,
}


# ------------------------------------------------------------------ what the user calls


def _asked(operator: type[Moment], variable: Any, timeout: float) -> Derivation:
    v = random_variable(variable)
    return expectations.worked_out(of(operator, (v.letter, v.law)), timeout, TABLES)


@limited
def mode(variable: Any, timeout: float = 20.0) -> Derivation:
    """The value with the largest density, or the largest probability.

    A variable: text, "X ~ Gamma(k, theta)", or a RandomSymbol of sympy.stats.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> mode("X ~ Binomial(10, 1/3)").result
    3
    """
    v = random_variable(variable)
    chances = [v.density(place_of(v.letter, v.law))] if not v.outcomes else []
    if chances and not depends_on(chances[0], place_of(v.letter, v.law)):
        raise NoRuleApplies(f"all values of {v} are as likely: it has no single mode", v.letter)
    return _asked(Mode, v, timeout)


@limited
def median(variable: Any, timeout: float = 20.0) -> Derivation:
    """The value that half of the probability lies below.

    >>> median("X ~ Exponential(lamda)").result
    log(2)/lamda
    """
    return _asked(Median, variable, timeout)


@limited
def distribution_function(variable: Any, x: Any = "x", timeout: float = 20.0) -> Derivation:
    """The probability that the variable is at most x, for x inside of the support.

    >>> distribution_function("X ~ Weibull(lamda, k)").result
    1 - exp(-x**k/lamda**k)
    """
    v = random_variable(variable)
    place = formula_of(x, v)
    if place.is_Symbol and place.is_positive is None and v.bounds[0].is_nonnegative:
        place = Symbol(place.name, positive=True)
    goal = DistributionFunction(place, (v.letter, v.law))
    return expectations.worked_out(goal, timeout, TABLES)


@limited
def entropy(variable: Any, timeout: float = 20.0) -> Derivation:
    """The entropy in nats: the expected value of -log of the density, or of the probability.

    >>> entropy("X ~ Exponential(lamda)").result
    1 - log(lamda)
    """
    return _asked(EntropyOfLaw, variable, timeout)
