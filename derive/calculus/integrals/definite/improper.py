"""Integrals that diverge, seen without an antiderivative: comparison with 1/x and 1/(x - p)."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Basic,
    Expr,
    FiniteSet,
    Function,
    Integral,
    Interval,
    Limit,
    S,
    Symbol,
    exp,
    oo,
    sqrt,
)

from derive.calculus.integrals.continuity import NotReal, breaks
from derive.calculus.integrals.operators import Rules
from derive.calculus.integrals.zeros import Unknown, numeric
from derive.rules import Rewrite

x = Symbol("x")
RULES = Rules()
ABOVE = Interval.open(0, oo) + FiniteSet(oo)
BELOW = Interval.open(-oo, 0) + FiniteSet(-oo)


@RULES.definite("comparison with 1/x", example=Integral(sqrt(1 + exp(-x)) / x, (x, 1, oo)))
def comparison(f: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[Rewrite]:
    """x*f(x) has a limit that is not zero, so that the integral diverges as that of 1/x does."""
    if not numeric(a, b) or f.free_symbols != {x} or not f.has(Function):
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
    if not _keeps_up(product, x, end, side):
        return
    limit = Basic.__new__(Limit, product, x, end, Symbol("-" if end == oo else side))
    yield Rewrite(oo, premises=((limit, ABOVE),))
    yield Rewrite(-oo, premises=((limit, BELOW),))


def _keeps_up(product: Expr, x: Symbol, end: Expr, side: str) -> bool:
    """Whether it is worth trying to show that the product does not tend to zero."""
    way = 1 if side == "+" else -1
    gaps = [S(10) ** k for k in (3, 6, 9)]
    places = [-way * g for g in gaps] if end.is_infinite else [end + way / g for g in gaps]
    values = [product.subs(x, place).evalf(20) for place in places]
    if not all(v.is_real for v in values):
        return False
    sizes = [abs(float(v)) for v in values]
    return sizes[2] > 1e-3 and sizes[2] > 0.9 * sizes[1] and sizes[1] > 0.8 * sizes[0]
