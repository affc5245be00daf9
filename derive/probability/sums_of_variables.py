"""The density of a sum of two independent random variables, by convolution."""

from __future__ import annotations

from typing import Any

from sympy import (
    Add,
    And,
    Basic,
    Eq,
    Expr,
    Integral,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    S,
    Sum,
    Symbol,
    binomial,
    exp,
    expand_power_base,
    oo,
    powsimp,
    stats,
)
from sympy.logic.boolalg import Boolean

from derive.core import Derivation
from derive.engine import limited
from derive.probability import expectations
from derive.probability.distributions import (
    Outcomes,
    bounds,
    conditions,
    density,
    is_discrete,
    outcomes,
    written_out,
)
from derive.probability.expectations import drawn
from derive.probability.moments import Moment, tidied
from derive.probability.random_variables import formula_of, random_variable
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on, fresh

X, Y = Symbol("X", real=True), Symbol("Y", real=True)
a, b, s = (Symbol(name, positive=True) for name in "abs")
p, N = Symbol("p", positive=True), Symbol("N", integer=True, nonnegative=True)
COIN, HEADS = stats.Bernoulli("X", p), stats.Binomial("X", 3, p)


class DensityOfSum(Moment):
    """The density, or probability, of X + Y at a place: DensityOfSum(place, (x, law), (y, law))."""

    name = "density of the sum"
    is_extended_real = True

    @property
    def free_symbols(self) -> set[Basic]:
        laws = (law.args[1].free_symbols for law in self.args[1:])
        return self.args[0].free_symbols.union(*laws)


def unpack(goal: DensityOfSum) -> tuple[Expr, Basic, Basic]:
    place, first, second = goal.args
    return place, first.args[1], second.args[1]


GAMMAS = stats.Gamma("X", a, 1), stats.Gamma("Y", b, 1)
EXPONENTIAL = stats.Exponential("X", a)
SUMS = RuleTable(DensityOfSum, unpack, "densities of sums", tidy=tidied)


@SUMS.rule(
    "share of the sum",
    example=DensityOfSum(s, drawn(X, GAMMAS[0]), drawn(Y, GAMMAS[1])),
)
def share_of_the_sum(z: Expr, first: Basic, second: Basic) -> Outcome:
    """Of positive numbers that add up to z the one is a share t of it, for any t from 0 to 1:
    x = z t in the convolution."""
    if is_discrete(first) or is_discrete(second) or {bounds(first), bounds(second)} != {(0, oo)}:
        return None
    t = Symbol(fresh("t", z, first, second).name, positive=True)
    x, rest = Symbol("x", positive=True), Symbol("r", positive=True)
    share = z * written_out(first, x).xreplace({x: z * t})
    inside = share * written_out(second, rest).xreplace({rest: z * (1 - t)})
    inside = powsimp(expand_power_base(inside), combine="exp")
    inside = powsimp(inside.replace(exp, lambda u: exp(u.expand())))
    if all(power.exp.is_integer for power in inside.atoms(Pow) if depends_on(power.base, t)):
        return None  # the convolution is as simple
    given = And(conditions(first), conditions(second), S.true if z.is_positive else z > 0)
    return Rewrite(Integral(inside, (t, 0, 1)), given)


@SUMS.rule(
    "each value in turn",
    example=DensityOfSum(N, drawn(X, COIN), drawn(Y, stats.Binomial("Y", 3, p))),
)
def each_value_in_turn(z: Expr, first: Basic, second: Basic) -> Outcome:
    """The one has this value, and the other one is the rest."""
    listed, other = (first, second) if outcomes(first) is not None else (second, first)
    values = outcomes(listed)
    if values is None:
        return None
    given = And(conditions(first), conditions(second))
    if outcomes(other) is not None:
        return Rewrite(_table(z, values, outcomes(other) or ()), given)
    if not _is_zero_outside(other):
        return None
    y = Symbol("y", integer=is_discrete(other) or None, real=True)
    f = written_out(other, y)
    return Rewrite(Add(*(chance * f.xreplace({y: z - value}) for value, chance in values)), given)


def _table(z: Expr, values: Outcomes, others: Outcomes) -> Expr:
    """The probability of each sum that there may be."""
    sums: dict[Expr, Expr] = {}
    for value, chance in values:
        for other, q in others:
            sums[value + other] = sums.get(value + other, S.Zero) + chance * q
    return Piecewise(*((chance, Eq(z, total)) for total, chance in sums.items()), (S.Zero, True))


def _is_zero_outside(law: Basic) -> bool:
    """Whether the formula for the density holds outside of the support as well."""
    if bounds(law) == (-oo, oo):
        return True
    k = Symbol("k", integer=True)
    low, high = bounds(law)
    return is_discrete(law) and low == 0 and binomial(high, k) in Mul.make_args(density(law, k))


@SUMS.rule(
    "choices from both",
    example=DensityOfSum(N, drawn(X, HEADS), drawn(Y, stats.Binomial("Y", N, p))),
)
def choices_from_both(z: Expr, first: Basic, second: Basic) -> Outcome:
    """One of the two is x and the other one the rest: beyond its last value the binomial
    coefficient is zero, so that x runs from 0 to z."""
    laws = first, second
    if not all(is_discrete(law) and _is_zero_outside(law) for law in laws):
        return None
    x = Symbol(fresh("x", z, first, second).name, integer=True)
    y = Symbol("y", integer=True)
    inside = written_out(first, x) * written_out(second, y).xreplace({y: z - x})
    given = And(conditions(first), conditions(second))
    return Rewrite(Sum(powsimp(inside, combine="exp"), (x, 0, z)), given)


@SUMS.rule(
    "convolution",
    example=DensityOfSum(s, drawn(X, EXPONENTIAL), drawn(Y, EXPONENTIAL)),
)
def convolution(z: Expr, first: Basic, second: Basic) -> Outcome:
    """One of the two is x and the other one the rest, for any x: integrate, or sum, over x."""
    discrete = {is_discrete(first), is_discrete(second)}
    if len(discrete) > 1 or outcomes(first) is not None or outcomes(second) is not None:
        return None
    whole = discrete == {True}
    (low, high), (least, most) = bounds(first), bounds(second)
    begin, end = Max(low, z - most), Min(high, z - least)
    if begin.has(Max) or end.has(Min):
        return None
    positive = begin.is_nonnegative and not whole
    x = Symbol(fresh("x", z, first, second).name, integer=whole or None, positive=positive or None)
    y = Symbol("y", integer=whole or None, positive=(least == 0 and not whole) or None)
    inside = written_out(first, x) * written_out(second, y).xreplace({y: z - x})
    operator = Sum if whole else Integral
    inside = powsimp(inside, combine="exp").replace(exp, lambda u: exp(u.expand()))
    given = And(conditions(first), conditions(second), _in_reach(begin, end))
    return Rewrite(operator(inside, (x, begin, end)), given)


@SUMS.rule(
    "convolution, range by range",
    example=DensityOfSum(s, drawn(X, stats.Uniform("X", 0, 1)), drawn(Y, stats.Uniform("Y", 0, a))),
)
def convolution_by_ranges(z: Expr, first: Basic, second: Basic) -> Outcome:
    """One of the two is x and the other one the rest, for any x that is possible for both: from
    where to where that is changes as the sum passes a sum of ends."""
    whole = is_discrete(first)
    listed = outcomes(first) is not None or outcomes(second) is not None
    (low, high), (least, most) = bounds(first), bounds(second)
    if is_discrete(second) != whole or listed or not (low.is_finite and least.is_finite):
        return None
    x = Symbol(fresh("x", z, first, second).name, integer=whole or None)
    y = Symbol("y", integer=whole or None)
    inside = written_out(first, x) * written_out(second, y).xreplace({y: z - x})
    inside = powsimp(inside, combine="exp").replace(exp, lambda u: exp(u.expand()))
    operator = Sum if whole else Integral
    one, other = low + most, high + least  # where the one begins to be too small, the other as well
    shorter = (other - one).is_nonpositive, (one - other).is_nonpositive
    rising = z <= other if shorter[0] else z <= one if shorter[1] else And(z <= one, z <= other)
    ranges = [
        (low, z - least, rising),
        (z - most, z - least, z <= other),
        (low, high, z <= one),
        (z - most, high, z <= high + most),
    ]
    kept = [r for k, r in enumerate(ranges) if not (k in (1, 2) and shorter[k - 1])]
    cases = [(operator(inside, (x, begin, end)), holds) for begin, end, holds in kept]
    cases = [case for case in cases if case[1] != False and not case[0].has(oo, -oo)]
    whole = Piecewise((S.Zero, z < low + least), *cases, (S.Zero, True))
    return Rewrite(whole, And(conditions(first), conditions(second)))


def _in_reach(begin: Expr, end: Expr) -> Boolean:
    return S.true if (end - begin).is_nonnegative else begin <= end


TABLES = {**expectations.TABLES, DensityOfSum: SUMS}


@limited
def density_of_sum(first: Any, second: Any, z: Any = "z", timeout: float = 20.0) -> Derivation:
    """The density of the sum of two independent variables, or its probabilities, at z.

    >>> density_of_sum("X ~ Exponential(lamda)", "Y ~ Exponential(lamda)").result
    lamda**2*z*exp(-lamda*z)
    """
    one, other = random_variable(first), random_variable(second)
    place = formula_of(z, one, other)
    if place.is_Symbol and place.is_positive is None:
        starts = one.bounds[0].is_nonnegative and other.bounds[0].is_nonnegative
        known = {"integer": True, "nonnegative": True} if one.discrete else {"positive": True}
        place = Symbol(place.name, **known) if starts else place
    goal = DensityOfSum(place, *expectations.letters_and_laws((one, other)))
    return expectations.worked_out(goal, timeout, TABLES)
