"""The density of two functions of two random variables together, by change of variables.

A small box of (u, v) is as probable as the places in the plane of (x, y) that lead there: the
density is the one at the way back, times the size of its Jacobian determinant (Casella and Berger,
section 4.3; Blitzstein and Hwang, section 8.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Derivative,
    Expr,
    Max,
    Min,
    S,
    Symbol,
    Tuple,
    exp,
    expand_power_base,
    powsimp,
    stats,
    trigsimp,
)
from sympy.logic.boolalg import Boolean
from sympy.stats.rv import RandomSymbol

from derive.asked import letter
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.vector.fields import TABLES as FIELDS
from derive.calculus.vector.operators import JacobianDeterminant
from derive.core import Derivation
from derive.engine import NoRuleApplies
from derive.probability import expectations
from derive.probability.distributions import bounds, conditions, is_discrete, written_out
from derive.probability.expectations import drawn, place_of
from derive.probability.joint_laws import (
    JointLaw,
    JointTable,
    PairDensity,
    formula_in,
    joint_law,
    over,
)
from derive.probability.moments import tidied
from derive.probability.plane_maps import PlaneMap, WayBack, region, ways_back
from derive.probability.random_variables import formula_of, random_variable
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on

X, Y = Symbol("X", real=True), Symbol("Y", real=True)
u, v = Symbol("u", positive=True), Symbol("v", positive=True)
a, b = Symbol("a", positive=True), Symbol("b", positive=True)

PAIRS = RuleTable(PairDensity, lambda goal: goal.args, "densities of pairs", tidy=tidied)


class _Plane(NamedTuple):
    """Small letters for both numbers, the density there and what it is to be divided by."""

    asked: PlaneMap
    density: Expr
    whole: Expr
    given: Boolean


def _plane(functions: Tuple, places: Tuple, laws: Sequence[Basic]) -> _Plane | None:
    if not all(place.is_Symbol for place in places):
        return None
    if len(laws) == 1:
        return _of_joint(functions, places, laws[0])
    if any(is_discrete(law) for _, law in laws):
        return None
    (one, first), (other, second) = laws
    x = place_of(one, first, *places, second)
    y = place_of(other, second, *places, first, x)
    own = functions.xreplace({one: x, other: y})
    asked = PlaneMap(tuple(own), (x, y), (bounds(first), bounds(second)), tuple(places))
    density = written_out(first, x) * written_out(second, y)
    return _Plane(asked, density, S.One, And(conditions(first), conditions(second)))


def _of_joint(functions: Tuple, places: Tuple, law: JointLaw) -> _Plane | None:
    if isinstance(law, JointTable):
        return None
    f, *limits = law.args
    (_, *first), (_, *second) = limits
    asked = PlaneMap(tuple(functions), law.letters, ((*first,), (*second,)), tuple(places))
    return _Plane(asked, f, over(f, *reversed(limits)), S.true)


@PAIRS.rule(
    "one way back",
    example=PairDensity(
        (X + Y, X / (X + Y)),
        (u, v),
        drawn(X, stats.Gamma("X", a, 1)),
        drawn(Y, stats.Gamma("Y", b, 1)),
    ),
)
def one_way_back(functions: Tuple, places: Tuple, *laws: Basic) -> Outcome:
    """The density at the way back, times by what the way back multiplies small areas: the size of
    its Jacobian determinant."""
    plane = _plane(functions, places, laws)
    ways = plane and ways_back(plane.asked)
    if not plane or not ways or len(ways) != 1:
        return None
    x, y = plane.asked.letters
    (way,) = ways
    given = And(plane.given, region(way.positive, plane.asked.places))
    return Rewrite(_part(plane, way) / plane.whole, given, where=((x, way.x), (y, way.y)))


@PAIRS.rule(
    "several ways back",
    example=PairDensity(
        (Min(X, Y), Max(X, Y)),
        (u, v),
        drawn(X, stats.Exponential("X", a)),
        drawn(Y, stats.Exponential("Y", b)),
    ),
)
def several_ways_back(functions: Tuple, places: Tuple, *laws: Basic) -> Outcome:
    """Each way back adds the density there times the size of its Jacobian determinant."""
    plane = _plane(functions, places, laws)
    ways = plane and ways_back(plane.asked)
    if not plane or not ways or len(ways) < 2:
        return None
    given = And(plane.given, region(ways[0].positive, plane.asked.places))
    return Rewrite(Add(*(_part(plane, way) for way in ways)) / plane.whole, given)


def _part(plane: _Plane, way: WayBack) -> Expr:
    x, y = plane.asked.letters
    there = plane.density.xreplace({x: way.x, y: way.y})
    stretch = JacobianDeterminant(Tuple(way.x, way.y), Tuple(*plane.asked.places))
    return _gathered(there) * Abs(stretch)


def _gathered(f: Expr) -> Expr:
    """One exponential, with the shortest exponent: sines and cosines cancel there."""
    found = powsimp(expand_power_base(f), combine="exp")
    return found.replace(exp, lambda e: exp(_shortest(e)))


def _shortest(e: Expr) -> Expr:
    return min((e.expand(), trigsimp(e.expand()), e), key=lambda way: way.count_ops())


TABLES: dict[type, RuleTable] = {
    **FIELDS,
    **expectations.TABLES,
    Derivative: DERIVATIVES,
    PairDensity: PAIRS,
}


# ------------------------------------------------------------------ what the user writes


def of_pair(functions: Any, laws: Any, places: Any, timeout: float) -> Derivation:
    """The density of two functions together."""
    if len(functions) != 2 or len(places) != 2:
        raise ValueError("two functions have a density at a place of two letters: ['u', 'v']")
    if _are_variables(laws):
        variables = [random_variable(each) for each in laws]
        formulas = [formula_of(g, *variables) for g in functions]
        own = {v.letter: place_of(v.letter, v.law) for v in variables}
        drawn_from = [Tuple(v.letter, v.law) for v in variables]
    else:
        law = joint_law(*laws) if isinstance(laws, (list, tuple)) else joint_law(laws)
        formulas = [formula_in(g, law) for g in functions]
        own, drawn_from = {s: s for s in law.letters}, [law]
    if not all(any(depends_on(g, s) for g in formulas) for s in own):
        raise ValueError(f"the functions do not hold both letters {' and '.join(map(str, own))}")
    at = [_place(name, g.xreplace(own)) for name, g in zip(places, formulas, strict=True)]
    goal = PairDensity(formulas, at, *drawn_from)
    if len({*map(str, at), *map(str, own)}) < 4:
        raise ValueError("the places have letters of their own, which no variable has")
    plane = _plane(goal.args[0], goal.args[1], goal.args[2:])
    if plane is None or ways_back(plane.asked) is None:
        raise NoRuleApplies(
            f"no way back is known from ({formulas[0]}, {formulas[1]}) to the letters of a density",
            goal,
        )
    return expectations.worked_out(goal, timeout, TABLES)


def _are_variables(laws: Any) -> bool:
    """Two letters, each drawn for itself."""
    if not isinstance(laws, (list, tuple)) or len(laws) != 2:
        return False
    return all(isinstance(law, RandomSymbol) or (isinstance(law, str) and "~" in law)
               for law in laws)  # fmt: skip


def _place(name: Any, g: Expr) -> Symbol:
    s = letter(name)
    if s.is_real is not None:
        return s
    return Symbol(s.name, positive=True) if g.is_nonnegative else Symbol(s.name, real=True)
