"""The density of a quotient or a product of two independent random variables.

The change of variables (x, y) -> (z, y) of the plane, of which the second one is integrated out:
the Jacobian determinant of the way back is y for x = z y, and 1/y for x = z/y (Casella and
Berger, section 4.3).
"""

from __future__ import annotations

from typing import Any

from sympy import (
    And,
    Basic,
    Expr,
    Integral,
    Piecewise,
    S,
    Symbol,
    exp,
    expand_power_base,
    nan,
    oo,
    powsimp,
    stats,
)
from sympy.logic.boolalg import Boolean

from derive.core import Derivation
from derive.engine import NoRuleApplies, limited
from derive.probability import expectations
from derive.probability.distributions import bounds, conditions, is_discrete, written_out
from derive.probability.expectations import drawn
from derive.probability.moments import tidied
from derive.probability.random_variables import RandomVariable, formula_of, random_variable
from derive.probability.sums_of_variables import DensityOfSum, unpack
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import fresh

X, Y = Symbol("X", real=True), Symbol("Y", real=True)
a, b = Symbol("a", positive=True), Symbol("b", positive=True)
z, s = Symbol("z", real=True), Symbol("s", positive=True)


class DensityOfRatio(DensityOfSum):
    """The density of X/Y at a place: DensityOfRatio(place, (x, law), (y, law))."""

    name = "density of the ratio"


class DensityOfProduct(DensityOfSum):
    """The density of X Y at a place: DensityOfProduct(place, (x, law), (y, law))."""

    name = "density of the product"


RATIOS = RuleTable(DensityOfRatio, unpack, "densities of ratios", tidy=tidied)
PRODUCTS = RuleTable(DensityOfProduct, unpack, "densities of products", tidy=tidied)
BELL, ROW = stats.Normal("X", 0, 1), stats.Uniform("X", 0, 1)
FIRST, SECOND = stats.Exponential("X", a), stats.Exponential("Y", b)


@RATIOS.rule("positive numbers", example=DensityOfRatio(s, drawn(X, FIRST), drawn(Y, SECOND)))
def ratio_of_positive_numbers(z: Expr, first: Basic, second: Basic) -> Outcome:
    """X/Y is z where X is z y: the density at all of these, times the Jacobian determinant y."""
    if _ends(first) != (0, oo) or _ends(second) != (0, oo):
        return None
    y = Symbol(fresh("y", z, first, second).name, positive=True)
    inside = y * _both(first, z * y, second, y)
    given = And(conditions(first), conditions(second), _positive(z))
    return Rewrite(Integral(_gathered(inside), (y, 0, oo)), given)


@RATIOS.rule(
    "positive numbers up to a bound", example=DensityOfRatio(s, drawn(X, ROW), drawn(Y, ROW))
)
def ratio_up_to_a_bound(z: Expr, first: Basic, second: Basic) -> Outcome:
    """X/Y is z where X is z y: the density at all of these, times the Jacobian determinant y, as
    far as y may go, and z y as well."""
    (low, high), (least, most) = _ends(first), _ends(second)
    if low != 0 or least != 0 or high == oo or most == oo:
        return None
    y = Symbol(fresh("y", z, first, second).name, positive=True)
    inside = _gathered(y * _both(first, z * y, second, y))
    to_most, to_high = (Integral(inside, (y, 0, end)) for end in (most, high / z))
    given = And(conditions(first), conditions(second), _positive(z))
    return Rewrite(Piecewise((to_most, z <= high / most), (to_high, True)), given)


@RATIOS.rule("on the whole line", example=DensityOfRatio(z, drawn(X, BELL), drawn(Y, BELL)))
def ratio_on_the_line(z: Expr, first: Basic, second: Basic) -> Outcome:
    """X/Y is z where X is z y: the density at all of these, times |y|, the size of the Jacobian
    determinant, on both sides of zero."""
    if _ends(first) != (-oo, oo) or _ends(second) != (-oo, oo):
        return None
    y = Symbol(fresh("y", z, first, second).name, positive=True)
    sides = (y * _both(first, side * z * y, second, side * y) for side in (1, -1))
    one, other = (Integral(_gathered(inside), (y, 0, oo)) for inside in sides)
    return Rewrite(one + other, And(conditions(first), conditions(second)))


@PRODUCTS.rule("positive numbers", example=DensityOfProduct(s, drawn(X, ROW), drawn(Y, ROW)))
def product_of_positive_numbers(z: Expr, first: Basic, second: Basic) -> Outcome:
    """X Y is z where X is z/y: the density at all of these, by y, which is the Jacobian
    determinant of the way there."""
    (low, high), (least, most) = _ends(first), _ends(second)
    if low != 0 or least != 0:
        return None
    y = Symbol(fresh("y", z, first, second).name, positive=True)
    inside = _both(first, z / y, second, y) / y
    begin = S.Zero if high == oo else z / high
    within = S.true if oo in (high, most) else z < high * most
    given = And(conditions(first), conditions(second), _positive(z), within)
    return Rewrite(Integral(_gathered(inside), (y, begin, most)), given)


def _ends(law: Basic) -> tuple[Expr, Expr]:
    """Of a density; those of probabilities are none."""
    return (nan, nan) if is_discrete(law) else bounds(law)


def _both(first: Basic, place: Expr, second: Basic, other: Expr) -> Expr:
    u = Symbol("u", positive=place.is_positive, real=True)
    v = Symbol("v", positive=other.is_positive, real=True)
    return written_out(first, u).xreplace({u: place}) * written_out(second, v).xreplace({v: other})


def _gathered(inside: Expr) -> Expr:
    found = powsimp(expand_power_base(inside), combine="exp")
    return found.replace(exp, lambda u: exp(u.expand()))


def _positive(z: Expr) -> Boolean:
    return S.true if z.is_positive else z > 0


TABLES = {**expectations.TABLES, DensityOfRatio: RATIOS, DensityOfProduct: PRODUCTS}


# ------------------------------------------------------------------ what the user calls


def _asked(operator: type, first: Any, second: Any, z: Any, timeout: float) -> Derivation:
    one, other = random_variable(first), random_variable(second)
    place = formula_of(z, one, other)
    if place.is_Symbol and place.is_positive is None and _starts(one) and _starts(other):
        place = Symbol(place.name, positive=True)
    goal = operator(place, *expectations.letters_and_laws((one, other)))
    if one.discrete or other.discrete:
        raise NoRuleApplies("both variables have a density: none of them is discrete", goal)
    return expectations.worked_out(goal, timeout, TABLES)


def _starts(one: RandomVariable) -> bool:
    return bool(one.bounds[0].is_nonnegative)


@limited
def density_of_ratio(first: Any, second: Any, z: Any = "z", timeout: float = 20.0) -> Derivation:
    """The density of the quotient of two independent continuous variables, at z.

    Both are positive without a bound, or both on the whole line.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> density_of_ratio("X ~ Exponential(1)", "Y ~ Exponential(1)").result
    (z + 1)**(-2)
    """
    return _asked(DensityOfRatio, first, second, z, timeout)


@limited
def density_of_product(first: Any, second: Any, z: Any = "z", timeout: float = 20.0) -> Derivation:
    """The density of the product of two independent variables, each from zero on, at z.

    >>> density_of_product("X ~ Uniform(0, 1)", "Y ~ Uniform(0, 1)").result
    -log(z)
    """
    return _asked(DensityOfProduct, first, second, z, timeout)
