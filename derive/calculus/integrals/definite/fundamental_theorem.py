"""The fundamental theorem of calculus, and what [F]_a^b comes to when F jumps, a bound is infinite,
or the integral diverges."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Expr,
    FiniteSet,
    Gt,
    Integral,
    Limit,
    Lt,
    S,
    Set,
    Symbol,
    cos,
    exp,
    log,
    oo,
    sin,
)
from sympy.logic.boolalg import Boolean

from derive.calculus.integrals.continuity import NotReal, breaks, strictly_inside
from derive.calculus.integrals.definite.bounds import above
from derive.calculus.integrals.operators import Between, Rules, antiderivative
from derive.calculus.integrals.zeros import Unknown, numeric, order
from derive.engine import DOES_NOT_EXIST
from derive.rules import Outcome, Rewrite, RuleTable

x = Symbol("x")
RULES = Rules()


@RULES.definite("fundamental theorem of calculus", example=Integral(exp(x), (x, 0, 1)))
def fundamental_theorem(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The integral is the growth of an antiderivative from the lower to the upper bound."""
    if f.has(Integral) or above(a, b) or not _real(f, x, a, b):
        return None
    return Between(antiderivative(f, x), x, a, b)


def _real(f: Expr, x: Symbol, a: Expr, b: Expr) -> bool:
    try:
        breaks(f, x, a, b)
    except NotReal:
        return False
    except (Unknown, TypeError):
        return not numeric(a, b) or bool(f.free_symbols - {x})
    return True


# ------------------------------------------------------------------ the growth of an antiderivative


def unpack_between(goal: Between) -> tuple[Basic, ...]:
    return goal.args


BETWEEN = RuleTable(Between, unpack_between, "growth between bounds")


@BETWEEN.rule("subtract", example=Between(x**2, x, 1, 2))
def subtract(F: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Where the antiderivative is continuous, take its value above less its value below."""
    found = _breaks(F, x, a, b)
    if found is None or not (_finite(a) and _finite(b)):
        return None
    if found and numeric(a, b) and not any(p.free_symbols for p in found):
        return None
    given = And(*(_outside(p, a, b) for p in found))
    if given == False:
        return None
    return Rewrite(F.subs(x, b) - F.subs(x, a), given)


def _breaks(F: Expr, x: Symbol, a: Expr, b: Expr) -> list[Expr] | None:
    try:
        return breaks(F, x, a, b)
    except (Unknown, NotReal, TypeError):
        return None


def _finite(a: Expr) -> bool:
    return a.is_infinite is not True


def _outside(p: Expr, a: Expr, b: Expr) -> Boolean:
    """The condition that p is not between a and b, both included."""
    return Gt(((a - p) * (b - p)), 0)


Piece = tuple[Expr, Expr]
Premise = tuple[Basic, Set]


def ends(F: Expr, x: Symbol, a: Expr, b: Expr) -> tuple[list[Piece], Boolean] | None:
    """For every piece on which F is continuous, its limits at the lower and the upper end."""
    found = _breaks(F, x, a, b)
    if found is None:
        return None
    given = S.true
    if not numeric(a, b) or any(p.free_symbols for p in found):
        given = And(*(_away(p, a, b) for p in found), _rising(a, b))
        found = [p for p in found if p in (a, b)]
        if given == False:
            return None
        inner = []
    else:
        inner = [p for p in found if strictly_inside(p, a, b)]
    broken = {p for p in found if p not in inner}
    points = [a, *inner, b]
    pieces = []
    for k, (p, q) in enumerate(pairwise(points)):
        lower = k > 0 or _is_end(a, broken)
        upper = k < len(points) - 2 or _is_end(b, broken)
        pieces.append((_value(F, x, p, "+", lower), _value(F, x, q, "-", upper)))
    return pieces, given


def _is_end(a: Expr, broken: set[Expr]) -> bool:
    return a.is_infinite is True or any(_same_point(p, a) for p in broken)


def _same_point(p: Expr, q: Expr) -> bool:
    """With letters, whether p is q is left to the condition of the step."""
    try:
        return order(p, q) == 0
    except Unknown:
        return False


def _away(p: Expr, a: Expr, b: Expr) -> Boolean:
    if p in (a, b):
        return S.true
    if a == -oo:
        return Lt(b, p)
    return Gt(a, p) if b == oo else _outside(p, a, b)


def _rising(a: Expr, b: Expr) -> Boolean:
    return S.true if a.is_infinite or b.is_infinite or numeric(a, b) else Lt(a, b)


def _value(F: Expr, x: Symbol, at: Expr, side: str, limit: bool) -> Expr:
    if not limit:
        return F.subs(x, at)
    if at.is_infinite:
        side = "-" if at == oo else "+"
    return Basic.__new__(Limit, F, x, at, Symbol(side))


@BETWEEN.rule("diverges", example=Between(log(Abs(x)), x, -1, 1))
def diverges(F: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[Rewrite]:
    """One piece grows without bound, another falls without bound: the integral does not exist."""
    found = ends(F, x, a, b)
    if found is None:
        return
    pieces, given = found
    growing: list[Premise] = []
    falling: list[Premise] = []
    for lower, upper in pieces:
        for limit, way in ((lower, -1), (upper, 1)):
            trend = way * _trend(limit)
            if trend:
                (growing if trend > 0 else falling).append((limit, FiniteSet(way * trend * oo)))
    for premises in product(growing, falling):
        yield Rewrite(DOES_NOT_EXIST, given, premises=premises)


def _trend(limit: Expr) -> int:
    """Whether it is worth trying to show that F tends to oo (1) or -oo (-1)."""
    first, second, third = _approaching(limit)
    late, early = third - second, second - first
    growing = early * late > 0 and late * third > 0 and abs(late) > abs(early) / 2
    return 0 if not growing else 1 if late > 0 else -1


def _approaching(limit: Expr) -> tuple[float, float, float]:
    """Three values of F, each much nearer to where the limit is taken."""
    if not isinstance(limit, Limit) or limit.free_symbols:
        return 0.0, 0.0, 0.0
    F, x, at, side = limit.args
    way = -1 if str(side) == "-" else 1
    if at.is_infinite:
        points = [-way * S(10) ** k for k in (2, 4, 6)]
    else:
        points = [at + way * S(10) ** -k for k in (2, 4, 6)]
    first, second, third = (F.subs(x, p).evalf(20) for p in points)
    if first.is_real and second.is_real and third.is_real:
        return float(first), float(second), float(third)
    return 0.0, 0.0, 0.0


@BETWEEN.rule("no limit", example=Between(sin(x), x, 0, oo))
def no_limit(F: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[Rewrite]:
    """The antiderivative has no limit at an end: the integral does not exist."""
    found = ends(F, x, a, b) if F.has(sin, cos) else None
    if found is None:
        return
    pieces, given = found
    for lower, upper in pieces:
        for limit in (lower, upper):
            first, second, third = _approaching(limit)
            if abs(third - second) > 1e-3 * abs(second - first) > 0:
                premise = limit, FiniteSet(DOES_NOT_EXIST)
                yield Rewrite(DOES_NOT_EXIST, given, premises=(premise,))


@BETWEEN.rule("one-sided limits", example=Between(-1 / x, x, 1, oo))
def one_sided(F: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Piece by piece: the limits of the antiderivative at the breaks and at infinity."""
    found = ends(F, x, a, b)
    if found is None:
        return None
    pieces, given = found
    return Rewrite(Add(*(upper - lower for lower, upper in pieces)), given)
