"""Sums without a finite value: shown to diverge by a test, and to what."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Symbol, oo, sqrt

from derive.calculus.sums.behaviour import (
    Convergence,
    falls,
    sign_far_out,
    signs_apart,
)
from derive.calculus.sums.convergence import DIVERGENT
from derive.calculus.sums.operators import Rules, sigma
from derive.engine import DOES_NOT_EXIST
from derive.rules import Rewrite
from derive.structure import depends_on

k = Symbol("k", integer=True)
RULES = Rules()


@RULES.infinite("divergent series", example=sigma(1 / k, k, 1, oo))
def divergent(f: Expr, k: Symbol, a: Expr, b: Expr) -> Iterator[Rewrite]:
    """The series diverges and its terms keep one sign: the partial sums grow beyond all bounds."""
    sign = None if signs_apart(f, k)[0] else sign_far_out(f, k)
    if sign is not None:
        yield Rewrite(sign * oo, premises=((Convergence(f, k, a), DIVERGENT),))


@RULES.infinite(
    "divergent series, signs alternate",
    example=sigma((-1) ** k * sqrt(k) / (1 + sqrt(k)), k, 0, oo),
)
def swinging(f: Expr, k: Symbol, a: Expr, b: Expr) -> Iterator[Rewrite]:
    """The signs alternate and the terms do not tend to 0: the partial sums swing."""
    swaps, size = signs_apart(f, k)
    steady = not depends_on(size, k) or falls(size, k) or falls(-size, k)
    if swaps and steady:
        yield Rewrite(DOES_NOT_EXIST, premises=((Convergence(f, k, a), DIVERGENT),))
