"""What one number tells of a parameter: the Fisher information, and the Cramer-Rao bound from it.

Casella and Berger, Statistical Inference, sections 7.3.2 and 7.3.3.
"""

from __future__ import annotations

from itertools import cycle
from typing import Any

import mpmath
from sympy import (
    Abs,
    Add,
    Expr,
    Integral,
    Limit,
    Piecewise,
    S,
    Sum,
    Symbol,
    Tuple,
    exp,
    factor,
    factorial,
    gamma,
    oo,
)

from derive.asked import in_order, letter, place, scalar
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.extrema import TABLES as EXTREMA
from derive.calculus.integrals.integrate import TABLES as INTEGRALS
from derive.calculus.integrals.integrate import exact
from derive.calculus.intervals import in_mpmath
from derive.calculus.limits import RULES as LIMITS
from derive.calculus.roots_between import textbook
from derive.calculus.sums.convergence import tables
from derive.core import Derivation
from derive.engine import NoRuleApplies, limited
from derive.probability.distributions import bounds, outcomes, written_out
from derive.probability.expectations import TABLES as EXPECTATIONS
from derive.probability.moments import tidied
from derive.probability.quantities import Quantity, worked_out
from derive.probability.random_variables import random_variable
from derive.rules import Outcome, Rewrite, RuleTable
from derive.statistics.law_information import EqualTo, square_off_kinks
from derive.statistics.likelihood import log_density, table
from derive.structure import D, depends_on

n = Symbol("n", integer=True, positive=True)
x, theta = Symbol("x", positive=True), Symbol("theta", positive=True)
y, mu, b = Symbol("y", real=True), Symbol("mu", positive=True), Symbol("b", positive=True)
K = Symbol("K", integer=True, nonnegative=True)
TRIAL, TERMS, NEARLY = (0.3, 0.41, 0.57, 0.23), 400, 1e-6


def in_short(bound: Expr) -> Expr:
    """Without quotients of gamma functions that differ by whole numbers."""
    return tidied(bound) if bound.has(gamma) else textbook(bound)


class FisherInformation(Quantity):
    """What one number between a and b tells about t: FisherInformation(f, x, t, a, b).

    The variance of the score, the derivative of log f by t; a whole number where x stands for one.
    """

    name = "Fisher information"
    bound = (1,)


class CramerRaoBound(Quantity):
    """The least variance of an unbiased estimator of g: CramerRaoBound(f, x, t, a, b, n, g).

    Without g: of t itself.
    """

    name = "Cramer-Rao bound"
    bound = (1,)


INFORMATION, BOUNDS = (
    table(FisherInformation, "Fisher information"),
    RuleTable(CramerRaoBound, lambda goal: goal.args, "Cramer-Rao bounds", tidy=in_short),
)
EXPONENTIAL = exp(-x / theta) / theta
LAPLACE = exp(-Abs(y - mu) / b) / (2 * b)
POISSON = theta**K * exp(-theta) / factorial(K)


@INFORMATION.rule("variance of the score", example=FisherInformation(LAPLACE, y, mu, -oo, oo))
def variance_of_the_score(f: Expr, x: Symbol, t: Symbol, a: Expr, b: Expr) -> Outcome:
    """Off the kink the score is the derivative of log f, and has the mean 0: its variance is its
    mean square. The second derivative knows nothing of the kink: minus its mean is less."""
    L = log_density(f)
    kinks = [node for node in L.atoms(Abs) if depends_on(node, t)]
    if not kinks or any(depends_on(end, t) for end in (a, b)):
        return None
    score = L.diff(t)
    square = square_off_kinks(score)
    return Rewrite(mean(square, f, x, a, b), where=((Symbol("score"), score),))


@INFORMATION.rule("expected curvature", example=FisherInformation(EXPONENTIAL, x, theta, 0, oo))
def expected_curvature(f: Expr, x: Symbol, t: Symbol, a: Expr, b: Expr) -> Outcome:
    """The expected square of the score is minus the expected second derivative of log f."""
    L = log_density(f)
    if L.has(Piecewise) or any(depends_on(node, t) for node in L.atoms(Abs)):
        return None
    if any(depends_on(end, t) for end in (a, b)):
        return None
    curvature = L.diff(t, 2)
    premise = (D(L, t, 2), EqualTo(curvature))
    return Rewrite(mean(-curvature, f, x, a, b), premises=(premise,))


def mean(g: Expr, f: Expr, x: Symbol, a: Expr, b: Expr) -> Expr:
    """The integral of g times the density; of whole numbers the sum, power by power."""
    if not x.is_integer:
        return Integral((f * g).expand(power_exp=False), Tuple(x, a, b))
    powers = g.as_poly(x)
    terms = [(g, S.One)] if powers is None else [(c, x**k) for (k,), c in powers.terms()]
    return Add(*(factor(c) * Sum(f * moving, (x, a, b)) for c, moving in terms))


@BOUNDS.rule("information of the sample", example=CramerRaoBound(EXPONENTIAL, x, theta, 0, oo, n))
def information_of_the_sample(
    f: Expr, x: Symbol, t: Symbol, a: Expr, b: Expr, n: Expr, *g: Expr
) -> Outcome:
    """n independent numbers tell n times as much; no unbiased estimator has a variance below one
    over that, times the square of how fast what is estimated changes with the parameter."""
    speed = [D(each, t) ** 2 for each in g]
    return (speed[0] if speed else 1) / (n * FisherInformation(f, x, t, a, b))


TABLES: dict[type, RuleTable] = {
    **EXPECTATIONS,
    **INTEGRALS,
    **EXTREMA,
    **tables(),
    Limit: LIMITS,
    FisherInformation: INFORMATION,
    CramerRaoBound: BOUNDS,
    DERIVATIVES.operator: DERIVATIVES,
}


# ------------------------------------------------------------------ what the user calls


def density_asked(f: Any, x: Any, parameter: Any, support: Any) -> tuple[Any, ...]:
    """The density with its letters and the ends between which x lies; letters are positive.

    x stands for whole numbers where the values of f at these add up to 1.
    """
    if isinstance(f, str) and "~" in f:
        return _of_law(f, parameter)
    read = exact(scalar(f))
    old, t = letter(x, read), letter(parameter, read)
    if old.name == t.name:
        raise ValueError(f"{x} is the letter of the data: name the parameter otherwise")
    ends = Tuple(*(exact(place(end)) for end in support))
    plain = [s for s in in_order(Tuple(read, ends)) if s.is_real is None and s != old]
    in_ends = ends.free_symbols
    known = {s: Symbol(s.name, positive=True) for s in plain}
    known |= {s: Symbol(s.name, positive=True, integer=True) for s in plain if s in in_ends}
    read, ends, t = read.xreplace(known), ends.xreplace(known), t.xreplace(known)
    _ends_stay(t, ends)
    kind = _kind(read, old, *ends)
    own = Symbol(old.name, **kind)
    return read.xreplace({old: own}), own, t, *ends


def _ends_stay(t: Symbol, ends: Tuple) -> None:
    if any(depends_on(end, t) for end in ends):
        raise NoRuleApplies(
            f"which values are possible depends on {t}: the mean of the score is not 0, and there "
            "is no such information"
        )


def _of_law(text: str, parameter: Any) -> tuple[Any, ...]:
    v = random_variable(text)
    t = letter(parameter, v.law)
    if not depends_on(v.law, t):
        raise ValueError(f"{v} has no parameter {t}")
    ends = Tuple(*bounds(v.law))
    _ends_stay(t, ends)
    listed = outcomes(v.law)
    if listed is None:
        return written_out(v.law, v.letter), v.letter, t, *ends
    if [value for value, _ in listed] != [0, 1]:
        raise NoRuleApplies(f"the probabilities of {v} are a table: no formula of the value")
    own = Symbol(v.letter.name, integer=True, nonnegative=True)
    return listed[1][1] ** own * listed[0][1] ** (1 - own), own, t, *ends


def _kind(f: Expr, x: Symbol, a: Expr, b: Expr) -> dict[str, bool]:
    """What the letter x stands for: whole numbers, where their probabilities add up to 1."""
    starts = {"positive": True} if a == 0 else {"real": True}
    if not a.is_integer:
        return starts
    trial = {s: value for s, value in zip(in_order(Tuple(f, a, b)), cycle(TRIAL)) if s != x}
    whole = dict.fromkeys(b.free_symbols | a.free_symbols, 5)
    here = f.xreplace({**trial, **whole})
    first, last = int(a), b.xreplace(whole)
    value = in_mpmath(here, x)
    count = TERMS if last == oo else int(last) - first + 1
    try:
        total = mpmath.fsum(value(mpmath.mpf(k)) for k in range(first, first + min(count, TERMS)))
    except (TypeError, ValueError, ArithmeticError):
        return starts
    if abs(total - 1) > NEARLY:
        return starts
    return {"integer": True, **({"nonnegative": True} if a == 0 else {})}


@limited
def fisher_information(
    f: Any, x: Any, parameter: Any, support: Any = ("-oo", "oo"), timeout: float = 20.0
) -> Derivation:
    """What one number with the density f on `support` tells of a parameter; letters are positive.

    x is a whole number where the values of f at the whole numbers of `support` add up to 1. f may
    be a law, "X ~ Poisson(l)", which has its own support.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> fisher_information("exp(-x/t)/t", "x", "t", (0, "oo")).result
    t**(-2)
    >>> fisher_information("p^x*(1 - p)^(1 - x)", "x", "p", (0, 1)).result
    1/(p*(1 - p))
    """
    return worked_out(FisherInformation(*density_asked(f, x, parameter, support)), TABLES, timeout)


@limited
def cramer_rao_bound(
    f: Any,
    x: Any,
    parameter: Any,
    support: Any = ("-oo", "oo"),
    of: Any = None,
    timeout: float = 20.0,
) -> Derivation:
    """The least variance of an unbiased estimator from n numbers, as in `fisher_information`.

    of: the function of the parameter that is estimated, where it is not the parameter itself.

    >>> cramer_rao_bound("exp(-x/t)/t", "x", "t", (0, "oo")).result
    t**2/n
    >>> cramer_rao_bound("X ~ Poisson(l)", "X", "l", of="exp(-l)").result
    l*exp(-2*l)/n
    """
    asked = density_asked(f, x, parameter, support)
    sought: tuple[Expr, ...] = ()
    if of is not None:
        read = exact(scalar(of))
        sought = (
            read.xreplace({s: asked[2] for s in read.free_symbols if str(s) == str(asked[2])}),
        )
        if not depends_on(sought[0], asked[2]):
            raise ValueError(f"{of} does not depend on {asked[2]}: there is nothing to estimate")
    return worked_out(CramerRaoBound(*asked, n, *sought), TABLES, timeout)
