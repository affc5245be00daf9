"""The density of a function of a random variable, by change of variables.

Where y = g(x) has one way back, P(Y <= y) is P(X <= h(y)), or one less that: its derivative is the
density at h(y) times |h'(y)|. Several ways back add up (Casella and Berger, section 2.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cmp_to_key
from itertools import pairwise
from typing import Any, NamedTuple

from sympy import (
    Add,
    And,
    Basic,
    Derivative,
    Expr,
    Lt,
    Piecewise,
    S,
    Symbol,
    Tuple,
    count_ops,
    exp,
    expand_log,
    log,
    simplify,
    stats,
)
from sympy.logic.boolalg import Boolean

from derive.asked import in_order, letter
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.core import Derivation
from derive.engine import NoRuleApplies, limited
from derive.probability import expectations
from derive.probability.branches import Branch, branches, is_below
from derive.probability.distributions import (
    bounds,
    conditions,
    in_latex,
    in_text,
    is_discrete,
    written_out,
)
from derive.probability.expectations import drawn, place_of, single
from derive.probability.moments import tidied
from derive.probability.pair_densities import of_pair
from derive.probability.quantities import Quantity
from derive.probability.random_variables import formula_of, random_variable
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, depends_on

X = Symbol("X", real=True)
y, above = Symbol("y", real=True), Symbol("y", positive=True)
a = Symbol("a", positive=True)
mu, sigma = Symbol("mu", real=True), Symbol("sigma", positive=True)


class TransformedDensity(Quantity):
    """The density of g(X) at y: TransformedDensity(g, y, (x, law))."""

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[2].args[0]]

    def _sympystr(self, printer: Any) -> str:
        g, place, (x, law) = self.args
        if not getattr(printer, "as_on_paper", False):
            return f"TransformedDensity({', '.join(map(printer._print, self.args))})"
        of_law = f"{printer._print(x)} ~ {in_text(printer, law)}"
        return f"density_{{{of_law}}}[{printer._print(g)} = {printer._print(place)}]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        g, place, (x, law) = self.args
        power = f"^{{{exp}}}" if exp else ""
        below = rf"{printer._print(x)} \sim {in_latex(printer, law)}"
        inside = f"{printer._print(g)} = {printer._print(place)}"
        return rf"\operatorname{{density}}_{{{below}}}{power}\left[{inside}\right]"


def unpack(goal: TransformedDensity) -> tuple[Expr, Symbol, Tuple]:
    return goal.args


def shortest(value: Basic) -> Basic:
    """In textbook form; exponentials of logarithms as powers, where that is shorter."""
    if not isinstance(value, Expr):
        return value
    ways = [tidied(value)]
    if value.has(log) and value.has(exp):
        plain = value.replace(lambda n: isinstance(n, exp), lambda n: simplify(expand_log(n)))
        ways.append(tidied(plain))
    return min(ways, key=count_ops)


DENSITIES = RuleTable(TransformedDensity, unpack, "densities of functions", tidy=shortest)


@DENSITIES.rule(
    "a function with one way back",
    example=TransformedDensity(exp(X), above, drawn(X, stats.Normal("X", mu, sigma))),
)
def one_way_back(g: Expr, y: Symbol, law: Tuple) -> Outcome:
    """The derivative of P(X <= h(y)), where x = h(y): the density at h(y) times |h'(y)|."""
    found = _ways(g, y, law)
    if found is None or len(found.ways) != 1:
        return None
    (way,) = found.ways
    within = _within(y, way.low, way.high)
    return Rewrite(_part(way, y, law), And(conditions(law[1]), found.given, within))


@DENSITIES.rule(
    "several ways back",
    example=TransformedDensity(X**2, above, drawn(X, stats.Normal("X", 0, sigma))),
)
def several_ways_back(g: Expr, y: Symbol, law: Tuple) -> Outcome:
    """Each way back from y adds the density there times the size of its derivative."""
    found = _ways(g, y, law)
    places = found and _in_order([end for way in found.ways for end in (way.low, way.high)])
    if found is None or not places or len(found.ways) < 2:
        return None
    cells = [_cell(found.ways, *pair, y, law) for pair in pairwise(places)]
    whole = cells[0][0] if len(cells) == 1 else Piecewise(*cells[:-1], (cells[-1][0], True))
    within = _within(y, places[0], places[-1])
    return Rewrite(whole, And(conditions(law[1]), found.given, within))


def _in_order(ends: list[Expr]) -> list[Expr] | None:
    """Each once, ascending; None where that is not known."""
    found = sorted(dict.fromkeys(ends), key=cmp_to_key(lambda a, b: -1 if is_below(a, b) else 1))
    return found if all(is_below(*pair) for pair in pairwise(found)) else None


def _cell(
    ways: Sequence[Branch], low: Expr, high: Expr, y: Symbol, law: Tuple
) -> tuple[Expr, Boolean]:
    """The density between two neighbouring ends: of the ways that lead there."""
    there = [way for way in ways if is_below(way.low, low) and is_below(high, way.high)]
    return Add(*(_part(way, y, law) for way in there)), Lt(y, high)


class _Ways(NamedTuple):
    ways: tuple[Branch, ...]
    given: Boolean


def _ways(g: Expr, y: Symbol, law: Tuple) -> _Ways | None:
    """The ways back; where the signs of letters in g count, of positive ones."""
    if single((law,)) is None or is_discrete(law[1]) or not y.is_Symbol:
        return None
    x, ends = law[0], bounds(law[1])
    found = branches(g, x, *ends, y)
    if found is not None:
        return _Ways(found, S.true)
    open_ones = [s for s in in_order(g) if s != x and s.is_positive is None]
    if _of_positive(open_ones, g, x, ends, y) is None:
        return None
    for one in list(open_ones):  # the sign of which does not count
        fewer = [s for s in open_ones if s != one]
        open_ones = fewer if _of_positive(fewer, g, x, ends, y) is not None else open_ones
    return _of_positive(open_ones, g, x, ends, y)


def _of_positive(
    letters: list[Symbol], g: Expr, x: Symbol, ends: tuple[Expr, Expr], y: Symbol
) -> _Ways | None:
    known = {s: Symbol(s.name, positive=True) for s in letters}
    low, high = (end.xreplace(known) for end in ends)
    found = branches(g.xreplace(known), x, low, high, y)
    if found is None:
        return None
    back = {positive: s for s, positive in known.items()}
    plain = (
        Branch(way.back.xreplace(back), way.low.xreplace(back), way.high.xreplace(back), way.rises)
        for way in found
    )
    return _Ways(tuple(plain), And(*(s > 0 for s in letters)))


def _part(way: Branch, y: Symbol, law: Tuple) -> Expr:
    """The density at the way back times the size of its slope."""
    x = place_of(*law, way.back)
    slope = D(way.back, y)
    return written_out(law[1], x).subs(x, way.back) * (slope if way.rises else -slope)


def _within(y: Symbol, low: Expr, high: Expr) -> Boolean:
    return And(*(c for c in (y > low, y < high) if c != True))


TABLES = {**expectations.TABLES, Derivative: DERIVATIVES, TransformedDensity: DENSITIES}


# ------------------------------------------------------------------ what the user calls


@limited
def density_of_function(g: Any, variable: Any, y: Any = None, timeout: float = 20.0) -> Derivation:
    """The density of Y = g(X) at y, by the ways back from y to x; `given` says where y lies.

    Of two functions together, ["X + Y", "X - Y"], the density at two places, ["u", "v"]: `variable`
    is a list of two independent random variables, or a joint law as in `marginal`, which takes what
    is found here as a joint law.

    `g`: a formula in the letter of a continuous random variable, built from lines, powers,
    exponentials, logarithms, |x|, trigonometric functions and their inverses, with x in it once.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> density_of_function("X**2", "X ~ Normal(0, 1)").result
    sqrt(2)*exp(-y/2)/(2*sqrt(pi)*sqrt(y))
    >>> both = ["X ~ Exponential(1)", "Y ~ Exponential(1)"]
    >>> found = density_of_function(["X + Y", "X/(X + Y)"], both, ["s", "b"])
    >>> found.result, found.given
    (s*exp(-s), b < 1)
    """
    if isinstance(g, (list, tuple)):
        return of_pair(g, variable, ("u", "v") if y is None else y, timeout)
    v = random_variable(variable)
    formula = formula_of(g, v)
    if not depends_on(formula, v.letter):
        raise ValueError(f"{g} does not hold the letter {v.letter} that is drawn")
    place = letter("y" if y is None else y)
    drawn_from = Tuple(v.letter, v.law)
    found = _ways(formula, Symbol(place.name, real=True), drawn_from)
    if found is None:
        raise NoRuleApplies(
            f"no way back from {place} = {formula} is known for {v}: write x once, in lines, "
            "powers, exponentials, logarithms or trigonometric functions",
            formula,
        )
    starts = [is_below(S.Zero, way.low) for way in found.ways]
    known = {"positive": True} if all(starts) else {"real": True}
    own = Symbol(place.name, **known) if place.is_real is None else place
    goal = TransformedDensity(formula, own, drawn_from)
    return expectations.worked_out(goal, timeout, TABLES)
