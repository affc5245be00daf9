"""Solutions from where they start: the initial values go into the equation between x and y before
it is solved for y, so that the branch through the start is the one that is found.

Source: Boyce and DiPrima, sections 2.2 and 2.9; Arnold, Ordinary Differential Equations, section 12
(the energy of y'' = f(y), motion from a turning point).
"""

from __future__ import annotations

from sympy import (
    Abs,
    And,
    Dummy,
    Expr,
    Ge,
    Integer,
    Integral,
    Le,
    Lt,
    Mul,
    Pow,
    Symbol,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    cosh,
    exp,
    expand,
    factor,
    log,
    nan,
    oo,
    pi,
    simplify,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
    true,
    zoo,
)
from sympy.logic.boolalg import Boolean

from derive.calculus.equations.first_order import separated
from derive.calculus.equations.operators import (
    FromRest,
    FromStart,
    ImplicitFunction,
    Motion,
)
from derive.calculus.integrals.operators import antiderivative, real
from derive.rules import Outcome, Rewrite, RuleTable

x, y, p, C, D = Symbol("x"), Symbol("y"), Symbol("p"), Symbol("C"), Symbol("D")
MOST_LAYERS = 8  # functions of functions that are undone

STARTS = RuleTable(FromStart, lambda goal: goal.args, "equations from a start")
RESTS = RuleTable(FromRest, lambda goal: goal.args, "equations from a rest")
MOTIONS = RuleTable(Motion, lambda goal: goal.args, "motions with an energy")
BRANCHES: RuleTable = RuleTable(
    ImplicitFunction,
    lambda goal: goal.args,
    "branches through a point",
    final=lambda goal: not goal.has(Integral) and next(BRANCHES.rewrites(goal), None) is None,
)


def separate_from(f: Expr, y: Symbol, x: Symbol, x0: Expr, y0: Expr) -> FromStart | None:
    """Both integrals of separated variables, from a start where the factor with y is not 0."""
    parts = separated(f, y, x)
    if parts is None:
        return None
    g, h = parts
    first = simplify(h.subs(y, y0))
    if first == 0 or first.has(nan, zoo, oo):
        return None
    above = y0.is_positive and any(_is_root_of_power(p, y) for p in h.atoms(Pow))
    v = Symbol(y.name, positive=True) if above else y
    inside = 1 / simplify(h.subs(y, v))
    return FromStart(antiderivative(inside, v), antiderivative(g, x), v, x, x0, y0)


def _is_root_of_power(p: Pow, y: Symbol) -> bool:
    """As in sqrt(2*y**3), which is a power of y above 0."""
    factors = (f.as_base_exp() for f in Mul.make_args(p.base))
    return not p.exp.is_Integer and any(base == y and k != 1 for base, k in factors)


def moving(p0: int) -> Motion:
    return Motion(-1 / (2 * y**2), Integer(p0), y, x, Integer(0), Integer(2))


@MOTIONS.rule("turning point", example=moving(0))
def turning_point(P: Expr, p0: Expr, y: Symbol, x: Symbol, x0: Expr, y0: Expr) -> Outcome:
    """At rest, but not in balance: the way from there takes the integral of
    1/sqrt(2*P(y) - 2*P(y0)), backwards in time as forwards."""
    if P.has(Integral) or p0 != 0 or not simplify(P.diff(y).subs(y, y0)).is_nonzero:
        return None
    stays = y0.is_positive and not P.subs(y, 0).is_finite  # then 0 is out of reach
    v = Symbol(y.name, positive=True) if stays else y
    speed = factor(simplify(2 * (P - P.subs(y, y0)))).subs(y, v)
    return FromRest(antiderivative(simplify(1 / sqrt(speed)), v), v, x, x0, y0)


@MOTIONS.rule("slope from the energy", example=moving(3))
def slope_from_the_energy(P: Expr, p0: Expr, y: Symbol, x: Symbol, x0: Expr, y0: Expr) -> Outcome:
    """y' is the root of 2*P(y) - 2*P(y0) + p0^2 with the sign of p0, the slope at the start."""
    if P.has(Integral) or not (p0.is_positive or p0.is_negative):
        return None
    slope = sqrt(factor(simplify(2 * (P - P.subs(y, y0)) + p0**2)))
    slope = -slope if p0.is_negative else slope
    return separate_from(slope, y, x, x0, y0)


@STARTS.rule(
    "constant from the start", example=FromStart(asin(y), x**2, y, x, Integer(0), Integer(1) / 2)
)
def constant_from_the_start(F: Expr, G: Expr, y: Symbol, x: Symbol, x0: Expr, y0: Expr) -> Outcome:
    """Both sides are equal at the start: that gives the constant."""
    if F.has(Integral) or G.has(Integral):
        return None
    constant = simplify(F.subs(y, y0) - G.subs(x, x0))
    return ImplicitFunction(F, G + constant, y, x, x0, y0) if constant.is_finite else None


@RESTS.rule("time squared", example=FromRest(sqrt(y**2 - 4), y, x, Integer(0), Integer(2)))
def time_squared(F: Expr, y: Symbol, x: Symbol, x0: Expr, y0: Expr) -> Outcome:
    """The time from the turning point is as long before it as after it: its square does not tell
    them apart."""
    if F.has(Integral):
        return None
    first, tilt = simplify(F.subs(y, y0)), F.diff(y).subs(y, y0)
    if not first.is_finite or not tilt.has(zoo, oo, nan):  # at rest the time has no slope
        return None
    return ImplicitFunction((F - first) ** 2, (x - x0) ** 2, y, x, x0, y0)


# ------------------------------------------------------------------ solved for y, layer by layer

# fmt: off
INVERSE = {                     # g: its inverse, and where the values of g lie
    log:   (exp,   lambda r: true),
    exp:   (log,   lambda r: r > 0),
    asin:  (sin,   lambda r: Le(Abs(r), pi / 2)),
    atan:  (tan,   lambda r: Lt(Abs(r), pi / 2)),
    asinh: (sinh,  lambda r: true),
    sinh:  (asinh, lambda r: true),
    acosh: (cosh,  lambda r: Ge(r, 0)),
    atanh: (tanh,  lambda r: true),
    tanh:  (atanh, lambda r: Lt(Abs(r), 1)),
}
# fmt: on


@BRANCHES.rule(
    "undo function after function",
    example=ImplicitFunction(2 * sqrt(y), x + 2, y, x, Integer(0), Integer(1)),
)
def function_after_function(F: Expr, G: Expr, y: Symbol, x: Symbol, x0: Expr, y0: Expr) -> Outcome:
    """Apply the inverse functions to both sides, on the side where the start is."""
    if F.has(Integral) or G.has(Integral):
        return None
    t = Dummy(real=True)
    number, square = F.as_independent(y, as_Add=False)
    squared = isinstance(square, Pow) and square.exp == 2 and (x - x0) ** 2 == G
    found = _isolated(sqrt(number) * square.base if squared else F, t, y, y0)
    if found is None:
        return None
    value, given = found
    if squared and simplify(value.subs(t, -t) - value) != 0:
        return None
    right = x - x0 if squared else G
    there = simplify(value.subs(t, right))
    if simplify(there.subs(x, x0) - y0) != 0:
        return None
    conditions = given.subs(t, Abs(right) if squared else right)
    positive = there > 0 if y.is_positive and not real(there).is_positive else true
    return Rewrite(there, And(conditions, positive))


def _isolated(F: Expr, right: Expr, y: Symbol, y0: Expr) -> tuple[Expr, Boolean] | None:
    """y where F(y) is the right side, y0 telling the sign of what was squared."""
    given: list[Boolean] = []
    for _ in range(MOST_LAYERS):
        if y == F:
            return right, And(*given)
        rest, moving = expand(F).as_independent(y, as_Add=True)
        factors, moving = factor(moving).as_independent(y, as_Add=False)
        if rest != 0 or factors != 1:
            F, right = moving, (right - rest) / factors
            continue
        layer = _undone(F, right, y, y0)
        if layer is None:
            return None
        F, right, condition = layer
        given.append(condition)
    return None


def _undone(F: Expr, right: Expr, y: Symbol, y0: Expr) -> tuple[Expr, Expr, Boolean] | None:
    if type(F) in INVERSE:
        inverse, inside = INVERSE[type(F)]
        return F.args[0], inverse(right), inside(right)
    if isinstance(F, Abs):
        sign = _sign(F.args[0].subs(y, y0))
        return None if sign is None else (F.args[0], sign * right, true)
    if not isinstance(F, Pow) or not F.exp.is_Rational:
        return None
    base, q = F.args
    sign = _sign(base.subs(y, y0))
    if q.is_Integer and q.p % 2 == 0:
        return None if sign is None else (base, sign * right ** (1 / q), true)
    if q.q == 1 and sign == -1:
        return base, -((-right) ** (1 / q)), right < 0
    return base, right ** (1 / q), true if q.p > 0 and q.q == 1 else Ge(right, 0)


def _sign(value: Expr) -> int | None:
    known = real(simplify(value))
    return 1 if known.is_positive else -1 if known.is_negative else None
