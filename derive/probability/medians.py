"""Medians: half of the probability lies on each side."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sympy import (
    And,
    Basic,
    Expr,
    Gt,
    Interval,
    Lt,
    Ne,
    Piecewise,
    S,
    Symbol,
    ceiling,
    log,
    oo,
    powsimp,
    simplify,
    stats,
)

from derive.calculus.sums.operators import unequal
from derive.probability.distributions import (
    Outcomes,
    bounds,
    conditions,
    drawn,
    is_discrete,
    law_of,
    outcomes,
    parameters,
    place_of,
    row_of,
    single,
    written_out,
)
from derive.probability.expectations import standard
from derive.probability.moments import Laws, Moment, of, tidied, unpack
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import free_symbols, fresh
from derive.structure import sigma as total

FARTHEST, DIGITS = 200, 30
X, K = Symbol("X", real=True), Symbol("K", integer=True)
a, b, p = (Symbol(name, positive=True) for name in "abp")
mu, sigma = Symbol("mu", real=True), Symbol("sigma", positive=True)


class Median(Moment):
    """The value that X is below with probability 1/2: Median(x, (x, law)).

    Of two values that both have one half on each side it is the middle.
    """

    name = "median"


MEDIANS = RuleTable(Median, unpack, "medians", tidy=tidied)


@MEDIANS.rule("middle of symmetry", example=of(Median, drawn(X, stats.Normal("X", mu, sigma))))
def middle_of_symmetry(g: Symbol, laws: Laws) -> Outcome:
    """The density, or the probability, is the same on both sides of this place: half of it on
    each."""
    one = single(laws)
    if not one or outcomes(one[1]) is not None:
        return None
    x = place_of(*one)
    f = written_out(one[1], x)
    for middle in middles(one[1]):
        if is_mirrored(f, x, middle):
            return Rewrite(middle, conditions(one[1]))
    return None


def is_mirrored(f: Expr, x: Symbol, middle: Expr) -> bool:
    mirrored = f.subs(x, 2 * middle - x)
    return powsimp(mirrored - f) == 0 or simplify(mirrored - f) == 0


def middles(law: Basic) -> Iterator[Expr]:
    low, high = bounds(law)
    if low.is_finite and high.is_finite:
        yield (low + high) / 2
    elif (low, high) == (-oo, oo):
        yield S.Zero
        yield from (value for value in parameters(law) if isinstance(value, Expr))


@MEDIANS.rule("as its reciprocal", example=of(Median, drawn(X, stats.FDistribution("X", K, K))))
def as_its_reciprocal(g: Symbol, laws: Laws) -> Outcome:
    """A positive letter and its reciprocal have the same density: both are below 1 half of the
    time."""
    one = single(laws)
    if not one or is_discrete(one[1]) or bounds(one[1]) != (0, oo):
        return None
    x = place_of(*one)
    f = written_out(one[1], x)
    same = simplify(f.subs(x, 1 / x) / x**2 / f) == 1
    return Rewrite(S.One, conditions(one[1])) if same else None


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
        return most_likely(listed, conditions(one[1]))
    total = S.Zero
    for value, p in sorted(listed, key=lambda each: each[0]):
        total += p
        if Gt(total, S.Half) == True:
            return Rewrite(value, conditions(one[1]))
        if Lt(total, S.Half) != True:
            return None
    return None


def most_likely(listed: Outcomes, given: Basic) -> Outcome:
    if len(listed) == 2 and Gt(listed[0][1], listed[1][1]) not in (S.true, S.false):
        (value, p), (other, q) = listed
        return Rewrite(Piecewise((value, p > q), (other, True)), And(given, Ne(p, q)))
    for value, p in listed:
        if all(Gt(p, q) == True for other, q in listed if other != value):
            return Rewrite(value, given)
    return None


@MEDIANS.rule("probabilities added up", example=of(Median, drawn(K, stats.Poisson("K", 3))))
def probabilities_added_up(g: Symbol, laws: Laws) -> Outcome:
    """Up to the value before there is less than one half of the probability, with this one more."""
    one = single(laws)
    if not one or not is_discrete(one[1]) or outcomes(one[1]) or free_symbols(one[1]):
        return None
    k, low = place_of(*one), bounds(one[1])[0]
    p = written_out(one[1], k)
    middle = _first_beyond_half(p, k, low)
    if middle is None:
        return None
    below, upto = total(p, k, low, middle - 1), total(p, k, low, middle)
    premises = ((upto, Interval.Lopen(S.Half, 1)), (below, Interval.Ropen(0, S.Half)))
    return Rewrite(middle, premises=premises if middle != low else premises[:1])


def _first_beyond_half(p: Expr, k: Symbol, low: Expr) -> Expr | None:
    """Where the numbers say that it is; None where one half is met exactly, or far out."""
    seen = S.Zero
    for value in range(int(low), int(low) + FARTHEST):
        seen += p.subs(k, value).evalf(DIGITS)
        if abs(seen - S.Half) < S(10) ** (5 - DIGITS):
            return None
        if seen > S.Half:
            return S(value)
    return None


@MEDIANS.rule("the next whole number", example=of(Median, drawn(K, stats.Geometric("K", p))))
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
INVERSE: dict[str, Callable[..., Expr | None]] = {
    "Exponential": lambda u, lamda:     -log(1 - u)/lamda,
    "Weibull":     lambda u, lamda, k:  lamda*(-log(1 - u))**(1/k),
    "Pareto":      lambda u, xm, alpha: xm*(1 - u)**(-1/alpha),
    "Beta":        lambda u, a, b:
        u**(1/a) if b == 1 else 1 - (1 - u)**(1/b) if a == 1 else None,
    "Gamma":       lambda u, k, theta:  -theta*log(1 - u) if k == 1 else None,
    "ChiSquared":  lambda u, k:         -2*log(1 - u) if k == 2 else None,
    "F":           lambda u, m, n:
        n/2*((1 - u)**(-2/n) - 1) if m == 2 else 2/m/(u**(-2/m) - 1) if n == 2 else None,
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
    return None if form is None else Rewrite(form, conditions(one[1]))


def fresh_real(name: str, *within: Basic) -> Symbol:
    return Symbol(fresh(name, *within).name, real=True)
