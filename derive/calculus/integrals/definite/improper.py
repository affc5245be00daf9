"""Integrals that diverge, seen without an antiderivative: comparison with 1/x and 1/(x - p)."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Expr,
    FiniteSet,
    Function,
    Integral,
    Interval,
    Mul,
    Pow,
    S,
    Set,
    Symbol,
    exp,
    oo,
    sign,
    sqrt,
)

from derive.calculus.integrals.continuity import NotReal
from derive.calculus.integrals.definite.convergent import Premise, beside, compared, rate, singular
from derive.calculus.integrals.operators import Rules
from derive.calculus.integrals.zeros import Unknown, numeric
from derive.calculus.limit_table import lim
from derive.engine import DOES_NOT_EXIST
from derive.rules import Rewrite

x = Symbol("x")
RULES = Rules()
ABOVE = Interval.open(0, oo) + FiniteSet(oo)
BELOW = Interval.open(-oo, 0) + FiniteSet(-oo)


@RULES.definite(
    "comparison with 1/x", example=Integral(sqrt(1 + exp(-x)) / x, (x, 1, oo)), on=(Mul, Pow)
)
def comparison(f: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[Rewrite]:
    """Times the distance, the integrand has a limit that is not zero: it diverges as 1/x does."""
    if not numeric(a, b) or f.free_symbols != {x} or not f.has(Function):
        return
    try:
        places = singular(f, x, a, b)
    except (Unknown, NotReal, TypeError):
        return
    found = [(_trend(f, x, p, side), p, side) for p, side in places]
    growing = [_premise(f, x, p, side, ABOVE) for way, p, side in found if way > 0]
    falling = [_premise(f, x, p, side, BELOW) for way, p, side in found if way < 0]
    if growing and falling:
        yield Rewrite(DOES_NOT_EXIST, premises=(growing[0], falling[0]))
    elif growing or falling:
        others = [compared(f, x, p, side) for way, p, side in found if way == 0]
        known = tuple(premise for premise in others if premise is not None)
        if len(known) == len(others):
            premises = (*growing, *falling, *known)
            yield Rewrite(oo if growing else -oo, premises=premises)


def _trend(f: Expr, x: Symbol, p: Expr, side: int) -> int:
    """The sign of f where it seems to grow at least like 1/distance, else 0."""
    fall = rate(f, x, p, side)
    if fall is None or (fall < -1.02 if p.is_infinite else fall > -0.98):
        return 0
    signs = {_sign(f, x, p, side, k) for k in (4, 6, 7, 9)}
    return signs.pop() if len(signs) == 1 else 0


def _sign(f: Expr, x: Symbol, p: Expr, side: int, k: int) -> int:
    value = beside(f, x, p, side, S(22) / 7 * S(10) ** k)
    return int(sign(value)) if value is not None and value.is_real else 0


def _premise(f: Expr, x: Symbol, p: Expr, side: int, allowed: Set) -> Premise:
    distance = -side * x if p.is_infinite else side * (x - p)
    way = "-" if side < 0 else "+"
    return lim(f * distance, x, p, way), allowed
