"""Equal and exchanged bounds."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, FiniteSet, Integral, S, Symbol, sin

from derive.calculus.integrals.operators import Rules, definite
from derive.calculus.integrals.zeros import Unknown, numeric, order
from derive.engine import DOES_NOT_EXIST
from derive.rules import Outcome, Rewrite

x = Symbol("x")
RULES = Rules()


@RULES.definite("equal bounds", example=Integral(sin(x), (x, 1, 1)))
def equal_bounds(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Over an interval of no length the integral is zero."""
    return S.Zero if a == b else None


@RULES.definite("exchange the bounds", example=Integral(sin(x), (x, 1, 0)))
def exchange(f: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[Rewrite]:
    """Integrating backwards changes the sign; what does not exist forwards does not backwards."""
    if above(a, b):
        forwards = definite(f, x, b, a)
        yield Rewrite(-forwards)
        yield Rewrite(DOES_NOT_EXIST, premises=((forwards, FiniteSet(DOES_NOT_EXIST)),))


def above(a: Expr, b: Expr) -> bool:
    try:
        return numeric(a, b) and order(a, b) > 0
    except Unknown:
        return False
