"""Where a function may jump on an interval, and whether it is real there.

`breaks(F, x, a, b)` looks at every operation of F: the zeros of denominators, the poles of the
tangent, the ends of the domain of the logarithm. What it does not list is a point of continuity.
"""

from __future__ import annotations

from itertools import pairwise

from sympy import (
    Abs,
    Add,
    Chi,
    Ci,
    E,
    Ei,
    Expr,
    Heaviside,
    LambertW,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    S,
    Shi,
    Si,
    Symbol,
    acos,
    acosh,
    acot,
    acoth,
    acsch,
    asech,
    asin,
    asinh,
    atan,
    atanh,
    ceiling,
    cos,
    cosh,
    cot,
    coth,
    csc,
    csch,
    erf,
    erfc,
    erfi,
    exp,
    floor,
    fresnelc,
    fresnels,
    hyper,
    li,
    log,
    oo,
    pi,
    polylog,
    sec,
    sech,
    sign,
    simplify,
    sin,
    sinh,
    tan,
    tanh,
)
from sympy.core.relational import Relational

from derive.calculus.integrals.operators import real
from derive.calculus.integrals.zeros import Unknown, ascending, numeric, order, zeros
from derive.elementary import relu, sigmoid, softplus
from derive.structure import depends_on, postorder

EVERYWHERE = (
    Add, Mul, Symbol, sin, cos, exp, sinh, cosh, tanh, sech, atan, asinh, erf, erfc, erfi, Si, Shi,
    fresnels, fresnelc, Abs, Max, Min, sigmoid, softplus, relu,
)  # fmt: skip

# fmt: off
# The function may jump where one of these is zero ...
MAY_JUMP = {
    log: lambda u: [u],           tan: lambda u: [cos(u)],     sec: lambda u: [cos(u)],
    cot: lambda u: [sin(u)],      csc: lambda u: [sin(u)],     coth: lambda u: [u],
    csch: lambda u: [u],          sign: lambda u: [u],         Heaviside: lambda u: [u],
    acot: lambda u: [u],          Ei: lambda u: [u],           Ci: lambda u: [u],
    Chi: lambda u: [u],           li: lambda u: [u, u - 1],    atanh: lambda u: [1 - u, 1 + u],
    acoth: lambda u: [u - 1, u + 1], acsch: lambda u: [u],     asech: lambda u: [u],
    floor: lambda u: [sin(pi*u)], ceiling: lambda u: [sin(pi*u)],
    asin: lambda u: [],           acos: lambda u: [],          acosh: lambda u: [],
    polylog: lambda u: [],        LambertW: lambda u: [],
}
# ... and is real where all of these are positive or zero.
REAL_WHERE = {
    log: lambda u: [u],   Ci: lambda u: [u],       Chi: lambda u: [u],     li: lambda u: [u],
    asin: lambda u: [1 - u, 1 + u],                acos: lambda u: [1 - u, 1 + u],
    atanh: lambda u: [1 - u, 1 + u],               acosh: lambda u: [u - 1],
    acoth: lambda u: [u**2 - 1],                   asech: lambda u: [u, 1 - u],
    polylog: lambda u: [1 - u],                    LambertW: lambda u: [E*u + 1],
}
# fmt: on


class NotReal(Exception):
    """The function is not real on all of the interval."""


def breaks(F: Expr, x: Symbol, a: Expr, b: Expr) -> list[Expr]:
    """The points of [a, b] at which F may not be continuous. Raises Unknown, NotReal.

    >>> from sympy import tan, pi
    >>> from sympy.abc import x
    >>> breaks(tan(x), x, S(0), pi)
    [pi/2]
    """
    if F.has(S.ImaginaryUnit):
        raise NotReal(str(F))
    points: list[Expr] = []
    domain: list[Expr] = []
    for node in postorder(F):
        if depends_on(node, x):
            jumps, needs = _suspects(node, x)
            points += [z for u in jumps for z in zeros(u, x, a, b)]
            domain += needs
    points = list(dict.fromkeys(points))
    if numeric(a, b) and not any(p.free_symbols for p in points):
        points = ascending(points)
        _check_domain(domain, x, a, b)
    return points


def _suspects(node: Expr, x: Symbol) -> tuple[list[Expr], list[Expr]]:
    """What jumps where it vanishes, and what has to be positive, for one operation."""
    if isinstance(node, Pow):
        return _of_power(node.base, node.exp, x)
    if isinstance(node, EVERYWHERE):
        return [], []
    if isinstance(node, hyper):
        entire = len(node.ap) <= len(node.bq)
        return ([], []) if entire else ([1 - node.argument], [1 - node.argument])
    if isinstance(node, Piecewise):
        borders = {r for _, condition in node.args for r in condition.atoms(Relational)}
        return [r.lhs - r.rhs for r in borders if not _meet(node, r, x)], []
    if isinstance(node, Relational) or node.func.__name__ in ("ExprCondPair", "And", "Or", "Not"):
        return [], []
    head = type(node)
    moving = [argument for argument in node.args if depends_on(argument, x)]
    if head not in MAY_JUMP or moving != [node.args[-1]]:
        raise Unknown(f"where {head.__name__} is continuous")
    return MAY_JUMP[head](moving[0]), REAL_WHERE.get(head, lambda u: [])(moving[0])


def _meet(node: Piecewise, border: Relational, x: Symbol) -> bool:
    """Whether two branches have the same value where one ends and the other begins."""
    line = (border.lhs - border.rhs).as_poly(x)
    if len(node.args) != 2 or node.args[0].cond != border or line is None or line.degree() != 1:
        return False
    place = -line.nth(0) / line.nth(1)
    here, there = (branch.subs(x, place) for branch, _ in node.args)
    return bool(here.is_finite is not False and simplify(here - there) == 0)


def _of_power(base: Expr, power: Expr, x: Symbol) -> tuple[list[Expr], list[Expr]]:
    if not depends_on(base, x):
        return [], []
    if depends_on(power, x):
        return [base], [base]
    jumps = [] if real(power).is_nonnegative else [base]
    return jumps, [] if power.is_integer else [base]


def _check_domain(needs: list[Expr], x: Symbol, a: Expr, b: Expr) -> None:
    """Every one of `needs` is positive between any two of its zeros in [a, b]."""
    for u in dict.fromkeys(needs):
        if not u.free_symbols - {x}:
            ends = ascending([*(e for e in (a, b) if e.is_finite), *zeros(u, x, a, b)])
            for point in middles(ends, a, b):
                if not u.subs(x, point).evalf(20) > 0:
                    raise NotReal(str(u))


def middles(points: list[Expr], a: Expr, b: Expr) -> list[Expr]:
    """A point inside each piece into which `points` cut the interval from a to b."""
    if not points:
        return [S.Zero]
    inner = [(p + q) / 2 for p, q in pairwise(points)]
    before = [points[0] - 1] if a == -oo else []
    return [*before, *inner, *([points[-1] + 1] if b == oo else [])]


def strictly_inside(p: Expr, a: Expr, b: Expr) -> bool:
    return order(a, p) < 0 < order(b, p)
