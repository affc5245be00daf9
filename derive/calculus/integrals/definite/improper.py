"""Integrals that diverge, seen without an antiderivative: comparison with 1/x and 1/(x - p)."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Basic, Expr, FiniteSet, Integral, Interval, Limit, Symbol, exp, log, oo

from derive.calculus.integrals.continuity import NotReal, breaks
from derive.calculus.integrals.operators import Rules
from derive.calculus.integrals.zeros import Unknown, numeric
from derive.rules import Rewrite

x = Symbol("x")
RULES = Rules()
ABOVE = Interval.open(0, oo) + FiniteSet(oo)
BELOW = Interval.open(-oo, 0) + FiniteSet(-oo)


@RULES.definite("comparison with 1/x", example=Integral(exp(1 / log(x)) / x, (x, 2, oo)))
def comparison(f: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[Rewrite]:
    """x*f(x) has a limit that is not zero, so that the integral diverges as that of 1/x does."""
    if not numeric(a, b) or f.free_symbols != {x}:
        return
    try:
        suspects = breaks(f, x, a, b)
    except (Unknown, NotReal, TypeError):
        return
    ends = [(end, side) for end, side in ((a, "+"), (b, "-")) if end in suspects or end.is_infinite]
    if len(ends) != 1 or any(p not in (a, b) for p in suspects):
        return
    ((end, side),) = ends
    product = f * (x if end.is_infinite else x - end) * (-1 if side == "-" and end != oo else 1)
    if end == -oo:
        product = -product
    limit = Basic.__new__(Limit, product, x, end, Symbol("-" if end == oo else side))
    yield Rewrite(oo, premises=((limit, ABOVE),))
    yield Rewrite(-oo, premises=((limit, BELOW),))
