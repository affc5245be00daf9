"""Medians without a formula: the one zero of F - 1/2, between two numbers on either side of it.

All parameters are numbers. The signs of F - 1/2 at the two numbers are shown by bounds of the
integral of the density (lambdify_bridge/taylor_enclosure.py).
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, FiniteSet, Float, Rational, S, Symbol, Tuple, stats

from derive.calculus.intervals import SHORT, IsolatedRoot, decimals
from derive.calculus.signs import positive_if
from derive.probability.distribution_functions import DistributionFunction
from derive.probability.distributions import (
    bounds,
    conditions,
    drawn,
    is_discrete,
    place_of,
    row_of,
    single,
    written_out,
)
from derive.probability.medians import MEDIANS, Median
from derive.probability.moments import Laws, of, unpack
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import free_symbols
from lambdify_bridge.taylor_enclosure import half_of, integral_up_to

X = Symbol("X", real=True)
GAMMA = drawn(X, stats.Gamma("X", 3, 2))
SHOWN = 15  # digits of a bound


class SideOfHalf(DistributionFunction):
    """The sign of F - 1/2 at a place: SideOfHalf(place, (x, law))."""

    name = "sgn(F - 1/2)"

    def _in_decimals(self) -> DistributionFunction:
        place, law = self.args
        shown = Float(decimals(place), "") if place.is_Rational and place.q > SHORT else place
        return DistributionFunction(shown, law)

    def _sympystr(self, printer: Any) -> str:
        if not getattr(printer, "as_on_paper", False):
            return super()._sympystr(printer)
        return f"sgn({printer._print(self._in_decimals())} - 1/2)"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inside = printer._print(self._in_decimals())
        power = f"^{{{exp}}}" if exp else ""
        return rf"\operatorname{{sgn}}{power}\left({inside} - \tfrac{{1}}{{2}}\right)"


SIDES = RuleTable(SideOfHalf, unpack, "sides of a median")
ZEROS = RuleTable(IsolatedRoot, lambda goal: goal.args, "isolated zeros", final=lambda goal: True)


@SIDES.rule("bounds of the integral", example=SideOfHalf(S(5), GAMMA))
def bounds_of_the_integral(place: Expr, laws: Laws) -> Outcome:
    """The integral of the density up to the place, by Taylor polynomials in interval arithmetic:
    both of its bounds lie on the same side of 1/2."""
    one = single(laws)
    if not one or not place.is_Rational or not _is_seen(one[1]):
        return None
    x = place_of(*one)
    found = integral_up_to(written_out(one[1], x), x, bounds(one[1])[0], place)
    if found is None or found[0] <= S.Half <= found[1]:
        return None
    side = S.One if found[0] > S.Half else S.NegativeOne
    where = (Symbol("bounds of F"), Tuple(*_rounded_outwards(*found)))
    return Rewrite(side, conditions(one[1]), where=(where,))


def _is_seen(law: Basic) -> bool:
    """A density of numbers only, on what begins somewhere."""
    return not (is_discrete(law) or free_symbols(law)) and bounds(law)[0].is_Rational is True


def _rounded_outwards(low: Rational, high: Rational) -> tuple[Float, Float]:
    unit = Rational(1, 10**SHOWN)
    ends = (low // unit) * unit, -(-high // unit) * unit
    return tuple(Float(str(end.evalf(SHOWN)), SHOWN) for end in ends)


@MEDIANS.rule("isolated by signs", example=of(Median, GAMMA))
def isolated_by_signs(g: Symbol, laws: Laws) -> Outcome:
    """The density is positive throughout, so that the distribution function F increases: F - 1/2
    has one zero, which lies between a number where it is negative and one where it is positive. No
    formula gives it here."""
    one = single(laws)
    if not one or not _is_seen(one[1]):
        return None
    x, (low, high) = place_of(*one), bounds(one[1])
    f = written_out(one[1], x)
    found = half_of(f, x, low) if positive_if(f, x, low, high) == True else None
    if found is None:
        return None
    a, b = found
    sides = (SideOfHalf(a, *laws), FiniteSet(-1)), (SideOfHalf(b, *laws), FiniteSet(1))
    root = IsolatedRoot(DistributionFunction(x, *laws) - S.Half, x, a, b)
    return Rewrite(root, conditions(one[1]), premises=sides)


def where_it_is_had(law: Basic) -> str:
    """What a refusal adds: numbers for the letters, or the interval of an angle."""
    row = row_of(law)
    if row is not None and row.name == "VonMises":
        return (
            "; it is mu where the turn is cut on the other side of the circle, but values are "
            "taken from 0 to 2*pi here: that is mu = pi, or a number for each letter"
        )
    return "; with a number for each letter it is isolated" if free_symbols(law) else ""
