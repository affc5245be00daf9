"""Initial values: the general solution first, then the constants that fit."""

from __future__ import annotations

from sympy import (
    Integer,
    Integral,
    Pow,
    Rational,
    Symbol,
    Tuple,
    cancel,
    degree,
    factor,
    nan,
    oo,
    simplify,
    sqrt,
    zoo,
)

from derive.calculus.equations.constants import FITTED, THREE_AT_0
from derive.calculus.equations.from_start import separate_from
from derive.calculus.equations.operators import (
    Fitted,
    ImplicitFunction,
    ImplicitSolution,
    InitialValues,
    LevelCurve,
    Motion,
    Reducible,
    Solution,
)
from derive.calculus.integrals.operators import antiderivative
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on, fresh

x, y, p, C, D = Symbol("x"), Symbol("y"), Symbol("p"), Symbol("C"), Symbol("D")
BELOW, LINEAR = Solution(x / y, y, x, C), Solution(x - 2 * y, y, x, C)
IMPLICIT = ImplicitSolution(y**3 + y, x**2, y, x, C)
LEVEL = LevelCurve(y**3 + y * (1 + x**2), y, x, C)
LOGISTIC = Solution(x * y * (1 - y), y, x, C)
ONE_AT_0 = (Tuple(C), y, x, Integer(0), Tuple(Integer(1)))
HALF_AT_0 = (Tuple(C), y, x, Integer(0), Tuple(Rational(1, 2)))
MINUS_TWO_AT_0 = (Tuple(C), y, x, Integer(0), Tuple(Integer(-2)))

VALUES = RuleTable(InitialValues, lambda goal: goal.args, "initial values")


@VALUES.rule("equilibrium", example=InitialValues(LOGISTIC, *ONE_AT_0), whole=True)
def equilibrium(goal: InitialValues) -> Outcome:
    """The slope is 0 at this height, and f is smooth there: the solution stays where it begins."""
    family, _, y, x, _, values = goal.args
    if not isinstance(family, Solution):
        return None
    f, height = family.args[0], values[0]
    smooth = f.diff(y).subs({y: height, x: fresh("t", f)})
    return height if simplify(f.subs(y, height)) == 0 and not smooth.has(nan, zoo, oo) else None


@VALUES.rule("turn the unknown over", example=InitialValues(BELOW, *MINUS_TWO_AT_0), whole=True)
def turned_over(goal: InitialValues) -> Outcome:
    """Put y = -u, so that u begins above 0, where roots are taken with the plus sign."""
    family, constants, y, x, x0, values = goal.args
    if not isinstance(family, Solution) or not values[0].is_negative:
        return None
    f, C = family.args[0], family.args[-1]
    if f.is_polynomial(y) and degree(f, y) < 2:
        return None
    u = fresh("u", f, C, x)
    turned = Solution(factor(-f.subs(y, -u)), u, x, C)
    return Rewrite(-Fitted(turned, constants, u, x, x0, Tuple(-values[0])), where=((u, -y),))


PUSHED, STEEP = Reducible(-(p**2), p, y, x, C, D), Reducible(2 * y * p, p, y, x, C, D)
AT_REST = (Tuple(C, D), y, x, Integer(0), Tuple(Integer(2), Integer(1)))


RESTING = (Tuple(C, D), y, x, Integer(0), Tuple(Integer(2), Integer(0)))


@VALUES.rule("rest", example=InitialValues(STEEP, *RESTING), whole=True)
def rest(goal: InitialValues) -> Outcome:
    """The slope is 0, and with it y'' at this height, where f is smooth: the solution stays where
    it begins."""
    family, _, y, x, _, values = goal.args
    if not isinstance(family, Reducible) or values[1] != 0:
        return None
    f, p = family.args[:2]
    here = {y: values[0], p: 0, x: fresh("t", f)}
    smooth = not any(f.diff(s).subs(here).has(nan, zoo, oo) for s in (y, p))
    return values[0] if smooth and simplify(f.subs(here)) == 0 else None


@VALUES.rule("slope first", example=InitialValues(PUSHED, *AT_REST), whole=True)
def slope_first(goal: InitialValues) -> Outcome:
    """The slope p fulfils p' = f and has its own initial value; then y' = p(x)."""
    family, _, y, x, x0, values = goal.args
    if not isinstance(family, Reducible) or depends_on(family.args[0], y):
        return None
    f, p, _, _, C, D = family.args
    slope = Fitted(Solution(f, p, x, C), Tuple(C), p, x, x0, Tuple(values[1]))
    return Fitted(Solution(slope, y, x, D), Tuple(D), y, x, x0, Tuple(values[0]))


@VALUES.rule("slope at each height", example=InitialValues(STEEP, *AT_REST), whole=True)
def slope_at_each_height(goal: InitialValues) -> Outcome:
    """The slope p, not 0 at first, as a function of y: p*dp/dy = f; then y' = p(y)."""
    family, _, y, x, x0, values = goal.args
    if not isinstance(family, Reducible) or depends_on(family.args[0], x) or values[1] == 0:
        return None
    f, p, _, _, C, D = family.args
    slope = Solution(cancel(f / p), p, y, C)
    start = Tuple(values[1])
    fitted = Fitted(slope, Tuple(C), p, y, values[0], start)
    return Fitted(Solution(fitted, y, x, D), Tuple(D), y, x, x0, Tuple(values[0]))


ROOT = Solution(sqrt(1 - y**2), y, x, C)


@VALUES.rule("separate from the start", example=InitialValues(ROOT, *HALF_AT_0), whole=True)
def separate_from_the_start(goal: InitialValues) -> Outcome:
    """The variables separate, and y is under a root, whose sign the start tells: both integrals
    begin there, where the factor with y is not 0."""
    family, _, y, x, x0, values = goal.args
    if not isinstance(family, Solution):
        return None
    f = family.args[0]
    rooted = any(p.exp.is_Rational and p.exp.q > 1 for p in f.atoms(Pow) if depends_on(p.base, y))
    return separate_from(f, y, x, x0, values[0]) if rooted else None


SPRING = Reducible(y**-3, p, y, x, C, D)


@VALUES.rule("energy", example=InitialValues(SPRING, *RESTING), whole=True)
def energy(goal: InitialValues) -> Outcome:
    """y'' = f(y), multiplied by y': with an integral P of f, y'^2/2 - P(y) stays what it is at the
    start."""
    family, _, y, x, x0, values = goal.args
    if not isinstance(family, Reducible):
        return None
    f, p = family.args[:2]
    first = simplify(f.subs(y, values[0]))
    if depends_on(f, p) or depends_on(f, x) or first.has(nan, zoo, oo):
        return None
    return Motion(antiderivative(f, y), values[1], y, x, x0, values[0])


@VALUES.rule("general solution first", example=InitialValues(LINEAR, *THREE_AT_0), whole=True)
def general_first(goal: InitialValues) -> Outcome:
    """Find all solutions; the initial values then fix the constants."""
    return Fitted(*goal.args)


@FITTED.rule("constant of the implicit equation", example=Fitted(IMPLICIT, *THREE_AT_0), whole=True)
def constant_of_implicit(goal: Fitted) -> Outcome:
    """Put the initial value into the equation between x and y; that gives the constant."""
    family, _, y, x, x0, values = goal.args
    if not isinstance(family, ImplicitSolution) or family.has(Integral):
        return None
    F, G, _, _, C = family.args
    constant = simplify(F.subs(y, values[0]) - G.subs(x, x0))
    if not constant.is_finite:
        return None
    return Rewrite(ImplicitFunction(F, G + constant, y, x, x0, values[0]), where=((C, constant),))


@FITTED.rule("constant of the level curve", example=Fitted(LEVEL, *THREE_AT_0), whole=True)
def constant_of_level_curve(goal: Fitted) -> Outcome:
    """Put the initial value into F(x, y) = C; that gives the constant."""
    family, _, y, x, x0, values = goal.args
    if not isinstance(family, LevelCurve) or family.has(Integral):
        return None
    F = family.args[0]
    constant = simplify(F.subs({y: values[0], x: x0}))
    if not constant.is_finite:
        return None
    return Rewrite(ImplicitFunction(F, constant, y, x, x0, values[0]), where=((C, constant),))
