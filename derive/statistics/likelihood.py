"""The likelihood of a sample: where it is largest.

Casella and Berger, Statistical Inference, chapter 7.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Add,
    And,
    Dummy,
    Expr,
    Ge,
    Le,
    Limit,
    Max,
    Min,
    Mul,
    Piecewise,
    Poly,
    Rational,
    S,
    Symbol,
    Tuple,
    ceiling,
    exp,
    expand,
    expand_power_base,
    floor,
    log,
    oo,
    together,
)
from sympy.logic.boolalg import Boolean

from derive.asked import letter, place, scalar
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.extrema import TABLES as EXTREMA
from derive.calculus.extrema import at_a_kink, either_side_of_the_kink, logarithm
from derive.calculus.integrals.integrate import TABLES as INTEGRALS
from derive.calculus.integrals.integrate import exact
from derive.calculus.intervals import ArgMax, RootBetween
from derive.calculus.limits import RULES as LIMITS
from derive.calculus.roots_between import textbook
from derive.calculus.signs import NegativeOn, PositiveOn, negative_if, positive_if
from derive.core import Derivation
from derive.engine import limited
from derive.probability.quantities import Quantity, numbers, worked_out
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, depends_on

NARROW, WIDE = Rational(1, 10**9), Rational(1, 10)  # intervals about zeros
SAME = 1e-9  # no difference between the logarithms of two likelihoods
n = Symbol("n", integer=True, positive=True)
x, theta = Symbol("x", positive=True), Symbol("theta", positive=True)
y, mu = Symbol("y", real=True), Symbol("mu")


def table(operator: type, title: str) -> RuleTable:
    return RuleTable(operator, lambda goal: goal.args, title, tidy=textbook)


class MaximumLikelihood(Quantity):
    """The parameter between a and b that makes a sample most likely.

    MaximumLikelihood(f, x, t, data, a, b): f is the density at x, t the parameter.
    """

    name = "maximum likelihood"
    bound = (1, 2)
    sees_to_its_variable = True


LIKELIEST = table(MaximumLikelihood, "maximum likelihood")
EXPONENTIAL = exp(-x / theta) / theta


def log_likelihood(f: Expr, x: Symbol, t: Symbol, data: Tuple) -> Expr:
    """The logarithms of the densities at the data, added up, without terms that t is not in."""
    parts = (term for value in data for term in Add.make_args(log_density(f).xreplace({x: value})))
    return Add(*(term for term in parts if depends_on(term, t)))


def log_density(f: Expr) -> Expr:
    return logarithm(f) if isinstance(f, (Mul, exp)) or f.is_Pow else log(f)


@LIKELIEST.rule(
    "maximise the log-likelihood",
    example=MaximumLikelihood(theta * exp(-theta * x), x, theta, (2, 3, 7), 0, oo),
)
def maximise_the_log_likelihood(
    f: Expr, x: Symbol, t: Symbol, data: Tuple, a: Expr, b: Expr
) -> Outcome:
    """The likelihood is the product of the densities: it is largest where its logarithm is."""
    return where_concave(log_likelihood(f, x, t, data), t, a, b)


@LIKELIEST.rule(
    "a log-likelihood with kinks",
    example=MaximumLikelihood(exp(-Abs(y - mu)), y, mu, (2, 3, 7), -oo, oo),
)
def log_likelihood_with_kinks(
    f: Expr, x: Symbol, t: Symbol, data: Tuple, a: Expr, b: Expr
) -> Outcome:
    """The likelihood is the product of the densities: it is largest where its logarithm is, from
    which distances to the data are taken away."""
    return where_kinked(log_likelihood(f, x, t, data), t, a, b)


def where_kinked(L: Expr, t: Symbol, a: Expr, b: Expr) -> Outcome:
    """Where a function with absolute values is largest, if that is one place."""
    turned = either_side_of_the_kink(expand(-L), t, a, b)
    known = at_a_kink(L, t, a, b) is not None or turned is not None
    return ArgMax(L, t, a, b) if known else None


@LIKELIEST.rule(
    "the least end that is possible",
    example=MaximumLikelihood(
        Piecewise((1 / theta, x <= theta), (0, True)), x, theta, (2, 3, 7), 0, oo
    ),
)
def the_least_end(f: Expr, x: Symbol, t: Symbol, data: Tuple, a: Expr, b: Expr) -> Outcome:
    """Below the largest number one of the data is impossible, above it the likelihood falls."""
    if a != 0 or not all(value.is_positive for value in data):
        return None
    found = _inside(f, (Le(x, t), Ge(t, x)))
    if found is None:
        return None
    L, most = log_likelihood(found, x, t, data), Max(*data)
    falling = negative_if(L.diff(t), t, a, b)
    reached = S.true if b == oo else most < b
    if falling is None or reached == False:
        return None
    premise = (D(L, t), NegativeOn(t, a, b, falling))
    return Rewrite(most, And(falling, reached), premises=(premise,))


@LIKELIEST.rule(
    "the greatest end that is possible",
    example=MaximumLikelihood(
        Piecewise((exp(theta - x), x >= theta), (0, True)), x, theta, (2, 3, 7), 0, oo
    ),
)
def the_greatest_end(f: Expr, x: Symbol, t: Symbol, data: Tuple, a: Expr, b: Expr) -> Outcome:
    """Above the least number one of the data is impossible, below it the likelihood rises."""
    found = _inside(f, (Ge(x, t), Le(t, x)))
    if found is None:
        return None
    L, least = log_likelihood(found, x, t, data), Min(*data)
    rising = positive_if(L.diff(t), t, a, b)
    reached = And(S.true if b == oo else least < b, S.true if a == -oo else least > a)
    if rising is None or reached == False:
        return None
    premise = (D(L, t), PositiveOn(t, a, b, rising))
    return Rewrite(least, And(rising, reached), premises=(premise,))


def _inside(f: Expr, within: tuple[Boolean, ...]) -> Expr | None:
    """The density of numbers on the one side of t, of which the other is impossible."""
    if not isinstance(f, Piecewise) or len(f.args) != 2 or f.args[1][0] != 0:
        return None
    return f.args[0][0] if f.args[0][1] in within else None


def where_concave(L: Expr, t: Symbol, a: Expr, b: Expr) -> Outcome:
    """Where a function is largest that is concave throughout."""
    if L.has(Piecewise):
        return None
    return None if negative_if(L.diff(t, 2), t, a, b) is None else ArgMax(L, t, a, b)


@LIKELIEST.rule(
    "the score changes its sign once",
    example=MaximumLikelihood(EXPONENTIAL, x, theta, (2, 3, 7), 0, oo),
)
def the_score_changes_its_sign_once(
    f: Expr, x: Symbol, t: Symbol, data: Tuple, a: Expr, b: Expr
) -> Outcome:
    """The score is a falling function over a positive one: the likelihood is largest where the
    score is zero."""
    return where_the_slope_changes(log_likelihood(f, x, t, data), t, a, b)


def where_the_slope_changes(L: Expr, t: Symbol, a: Expr, b: Expr) -> Outcome:
    """Where a function is largest whose slope is a falling function over a positive one."""
    if L.has(Piecewise):
        return None
    above, below = together(L.diff(t)).as_numer_denom()
    positive = positive_if(below, t, a, b)
    falling = negative_if(above.diff(t), t, a, b)
    if positive is None or falling is None:
        return None
    premise = (D(above, t), NegativeOn(t, a, b, falling))
    return Rewrite(RootBetween(D(L, t), t, a, b), And(positive, falling), premises=(premise,))


@LIKELIEST.rule(
    "the highest of the stationary places",
    example=MaximumLikelihood(1 / (1 + (y - mu) ** 2), y, mu, (1, 2, 9), -oo, oo),
)
def the_highest_stationary_place(
    f: Expr, x: Symbol, t: Symbol, data: Tuple, a: Expr, b: Expr
) -> Outcome:
    """The score is positive on the left of all its zeros, and negative on the right: the likelihood
    is largest at one of them, by its values there at the one between these two numbers."""
    L = log_likelihood(f, x, t, data)
    score = together(L.diff(t))
    if L.has(Piecewise) or L.free_symbols != {t} or not score.is_rational_function(t):
        return None
    above, below = (Poly(part, t) for part in score.as_numer_denom())
    rational = all(c.is_Rational for part in (above, below) for c in part.all_coeffs())
    if not rational or _zeros(below, a, b):
        return None
    ends = highest(L, above * (1 if below.eval(_within(a, b)) > 0 else -1), a, b)
    return None if ends is None else RootBetween(D(L, t), t, *ends)


def _zeros(f: Poly, a: Expr, b: Expr) -> list[tuple[Expr, Expr]]:
    """Narrow intervals with one zero between a and b in each, from left to right."""
    found = (ends for ends, _ in f.intervals(eps=NARROW))
    return [(low, high) for low, high in found if a < high and low < b]


def _within(a: Expr, b: Expr) -> Expr:
    if a.is_finite and b.is_finite:
        return (a + b) / 2
    return a + 1 if a.is_finite else b - 1 if b.is_finite else S.Zero


def highest(L: Expr, score: Poly, a: Expr, b: Expr) -> tuple[Expr, Expr] | None:
    """Two numbers that lie around that zero of the score where L is largest, and no other."""
    t, zeros = score.gen, _zeros(score, a, b)
    first, last = (zeros[0][0] - NARROW, zeros[-1][1] + NARROW) if zeros else (a, b)
    if not zeros or not (a < first and last < b and score.eval(first) > 0 > score.eval(last)):
        return None
    heights = [float(L.subs(t, (low + high) / 2)) for low, high in zeros]
    best, *others = sorted(range(len(zeros)), key=lambda k: -heights[k])
    if others and heights[best] - heights[others[0]] < SAME:
        return None
    low, high = ((round_(end / WIDE + s) * WIDE) for round_, end, s in
                 zip((ceiling, floor), zeros[best], (-1, 1), strict=True))  # fmt: skip
    alone = score.count_roots(low, high) == 1
    return (low, high) if alone and a <= low and high <= b else zeros[best]


TABLES: dict[type, RuleTable] = {
    **INTEGRALS,
    **EXTREMA,
    Limit: LIMITS,
    MaximumLikelihood: LIKELIEST,
    DERIVATIVES.operator: DERIVATIVES,
}


# ------------------------------------------------------------------ what the user calls


@limited
def mle(
    f: Any, x: Any, parameter: Any, data: Any, bounds: Any = (0, "oo"), timeout: float = 20.0
) -> Derivation:
    """The parameter between `bounds` for which the sample `data` is most likely.

    f: the density or the probability at x; data: numbers, or letters, which are positive.

    >>> mle("exp(-x/t)/t", "x", "t", [1, 2, 6]).result
    3
    """
    goal = MaximumLikelihood(*likelihood_asked(f, x, parameter, data, bounds))
    return worked_out(goal, TABLES, timeout)


def likelihood_asked(f: Any, x: Any, parameter: Any, data: Any, bounds: Any) -> tuple[Any, ...]:
    """The density, its letters, the data and the ends of the parameter."""
    (read,), own_x, own = formulas_of(x, parameter, f)
    ends = [exact(place(end)) for end in bounds]
    if ends[0].is_nonnegative:
        read = powers_apart(read, own)
    return read, own_x, own, positive_data(data), *ends


def powers_apart(f: Expr, t: Symbol) -> Expr:
    """x**k*t**(-k) for (x/t)**k, for a positive t."""
    positive = Dummy(t.name, positive=True)
    return expand_power_base(f.xreplace({t: positive})).xreplace({positive: t})


def formulas_of(x: Any, parameter: Any, *asked: Any) -> tuple[list[Expr], Symbol, Symbol]:
    """Formulas in x and a parameter; x is real, other letters are positive."""
    read = Tuple(*(exact(scalar(f)) for f in asked))
    old, t = letter(x, read), letter(parameter, read)
    others = {
        s: Symbol(s.name, positive=True)
        for s in sorted(read.free_symbols, key=str)
        if s.is_real is None
    }
    own, place_of = Symbol(t.name), Symbol(old.name, real=True)
    if own.name == place_of.name:
        raise ValueError(f"{x} is the letter of the data: name the parameter otherwise")
    return list(read.xreplace({**others, t: own, old: place_of})), place_of, own


def positive_data(data: Any) -> list[Expr]:
    return [
        value.xreplace({s: Symbol(s.name, positive=True) for s in value.free_symbols})
        for value in numbers(data)
    ]
