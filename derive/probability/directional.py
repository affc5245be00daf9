"""Angles that are drawn: circular mean and circular variance, from the mean of exp(i*X).

An angle is a place on the unit circle; the mean of these places points to the circular mean, and
its length says how close together they are (Mardia and Jupp, Directional Statistics, section 2.2).
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    And,
    Basic,
    Expr,
    I,
    Mul,
    S,
    Symbol,
    atan2,
    besseli,
    exp,
    expand_complex,
    factor_terms,
    floor,
    im,
    pi,
    powsimp,
    re,
    sqrt,
    stats,
    trigsimp,
)
from sympy.logic.boolalg import Boolean

from derive.core import Derivation
from derive.engine import DOES_NOT_EXIST, limited
from derive.probability import expectations
from derive.probability.distributions import conditions, drawn, is_discrete, single
from derive.probability.moments import Expectation, Laws, Moment, of, tidied, unpack
from derive.probability.quantities import Quantity
from derive.probability.random_variables import random_variable
from derive.rules import Outcome, Rewrite, RuleTable

X = Symbol("X", real=True)
mu, k = Symbol("mu", real=True), Symbol("k", positive=True)
ANGLE = drawn(X, stats.VonMises("X", mu, k))
ARC = drawn(X, stats.Uniform("X", 0, 1))


class CircularMean(Moment):
    """The direction from 0 to 2*pi of the mean of exp(i*x): CircularMean(x, (x, law))."""

    name = "circular mean"


class CircularVariance(Moment):
    """1 less the length of the mean of exp(i*x): CircularVariance(x, (x, law))."""

    name = "circular variance"


class Direction(Quantity):
    """The angle of a complex number, from 0 on and below 2*pi: Direction(z)."""

    name = "direction"


class Length(Quantity):
    """The absolute value of a complex number: Length(z)."""

    name = "length"


MEANS = RuleTable(CircularMean, unpack, "circular means")
VARIANCES = RuleTable(CircularVariance, unpack, "circular variances", tidy=tidied)
DIRECTIONS = RuleTable(Direction, lambda goal: goal.args, "directions")
LENGTHS = RuleTable(Length, lambda goal: goal.args, "lengths of complex numbers")


def mean_on_circle(laws: Laws) -> tuple[Expectation, Boolean] | None:
    """E[exp(i*x)], and what it asks of the law."""
    one = single(laws)
    if not one or is_discrete(one[1]):
        return None
    letter, law = one
    return Expectation(exp(I * letter), (letter, law)), conditions(law)


@MEANS.rule("definition", example=of(CircularMean, ANGLE))
def circular_mean_by_definition(g: Symbol, laws: Laws) -> Outcome:
    """The angle is a place on the unit circle: where the mean of all places points to."""
    found = mean_on_circle(laws)
    return found and Rewrite(Direction(found[0]), found[1])


@VARIANCES.rule("definition", example=of(CircularVariance, ANGLE))
def circular_variance_by_definition(g: Symbol, laws: Laws) -> Outcome:
    """The angle is a place on the unit circle: what the mean of all places has lost in length."""
    found = mean_on_circle(laws)
    return found and Rewrite(1 - Length(found[0]), found[1])


# ------------------------------------------------------------------ of complex numbers


def polar(z: Expr) -> tuple[Expr, Expr] | None:
    """r > 0 and phi with z = r*exp(i*phi); None where it is not written like this.

    >>> polar(2 * exp(-k + I * mu))
    (2*exp(-k), mu)
    """
    length, turn = S.One, S.Zero
    for factor in Mul.make_args(powsimp(z)):
        if isinstance(factor, exp):
            size, angle = expand_complex(factor.args[0]).as_real_imag()
            if not (size.is_real and angle.is_real):
                return None
            length, turn = length * exp(size), turn + angle
        elif is_positive(factor):
            length *= factor
        else:
            return None
    return length, turn


def is_positive(factor: Expr) -> bool:
    """Known to SymPy, or a power of a Bessel function I: these are positive on the right half."""
    base, exponent = factor.as_base_exp()
    if isinstance(base, besseli) and exponent.is_real:
        order, place = base.args
        return bool(order.is_nonnegative and place.is_positive)
    return bool(factor.is_positive)


@DIRECTIONS.rule("zero has no direction", example=Direction(S.Zero))
def zero_has_no_direction(z: Expr) -> Outcome:
    """The places on the circle cancel: no direction is preferred."""
    return DOES_NOT_EXIST if z == 0 else None


@DIRECTIONS.rule("polar form", example=Direction(2 * exp(I * mu)))
def direction_in_polar_form(z: Expr) -> Outcome:
    """z = r exp(i phi) with r > 0 points to phi, up to whole turns."""
    found = polar(z)
    if found is None:
        return None
    angle = found[1]
    if angle.is_number:
        return angle - 2 * pi * floor(angle / (2 * pi))
    return Rewrite(angle, And(angle >= 0, angle < 2 * pi))


@DIRECTIONS.rule("real and imaginary part", example=Direction(1 - I))
def direction_of_parts(z: Expr) -> Outcome:
    """The angle whose tangent is the imaginary over the real part, on the side of both."""
    if z.free_symbols or z == 0:
        return None
    angle = atan2(im(z), re(z))
    return angle + 2 * pi if angle.is_negative else angle


@LENGTHS.rule("polar form", example=Length(2 * exp(I * mu)))
def length_in_polar_form(z: Expr) -> Outcome:
    """z = r exp(i phi) with r > 0 has the length r."""
    found = polar(z)
    return found and found[0]


@LENGTHS.rule("real and imaginary part", example=Length(3 - 4 * I))
def length_of_parts(z: Expr) -> Outcome:
    """The square root of the squares of real and imaginary part."""
    constant, rest = factor_terms(expand_complex(z)).as_independent(I, as_Add=False)
    a, b = re(rest), im(rest)
    return Abs(constant) * sqrt(trigsimp((a**2 + b**2).expand())) if a.is_real else None


TABLES: dict[type, RuleTable] = {
    **expectations.TABLES,
    CircularMean: MEANS,
    CircularVariance: VARIANCES,
    Direction: DIRECTIONS,
    Length: LENGTHS,
}


# ------------------------------------------------------------------ what the user calls


def _asked(operator: type[Moment], variable: Any, timeout: float) -> Derivation:
    v = random_variable(variable)
    goal: Basic = of(operator, (v.letter, v.law))
    return expectations.worked_out(goal, timeout, TABLES)


@limited
def circular_mean(variable: Any, timeout: float = 20.0) -> Derivation:
    """The mean direction of an angle, from 0 on and below 2*pi: that of E[exp(i*X)].

    A variable: text, "X ~ VonMises(mu, k)", or a RandomSymbol of sympy.stats.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> circular_mean("X ~ VonMises(mu, k)").result
    mu
    """
    return _asked(CircularMean, variable, timeout)


@limited
def circular_variance(variable: Any, timeout: float = 20.0) -> Derivation:
    """The circular variance of an angle: 1 - |E[exp(i*X)]|, from 0 to 1.

    >>> circular_variance("X ~ VonMises(mu, k)").result
    1 - besseli(1, k)/besseli(0, k)
    """
    return _asked(CircularVariance, variable, timeout)
