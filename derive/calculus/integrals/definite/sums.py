"""Sums of reciprocal powers in closed form: the zeta function, Catalan's constant and their like.

Abramowitz and Stegun, chapter 23 and section 6.4.
"""

from __future__ import annotations

from sympy import (
    Add,
    Basic,
    Catalan,
    Expr,
    Pow,
    S,
    Sum,
    Symbol,
    Tuple,
    apart,
    digamma,
    oo,
    pi,
    zeta,
)

from derive.calculus.integrals.definite.matching import factors
from derive.calculus.integrals.operators import linear
from derive.rules import Outcome, RuleTable

n = Symbol("n", integer=True, nonnegative=True)


def infinite_sum(term: Expr, n: Symbol, start: int = 0) -> Sum:
    """The sum from `start` on, exactly as written."""
    total = Basic.__new__(Sum, term, Tuple(n, S(start), oo))
    total.is_commutative = True
    return total


def unpack(goal: Sum) -> tuple[Basic, ...]:
    term, *limits = goal.args
    return (term, *limits[0]) if len(limits) == 1 else (term, Tuple(*limits), S.Zero, S.Zero)


SUMS = RuleTable(Sum, unpack, "sums of reciprocal powers")
Fraction = tuple[Expr, Expr, Expr]  # c, q, s of c/(n + q)**s


@SUMS.rule("sum of reciprocal powers", example=infinite_sum(1 / (n + 1) ** 2, n))
def reciprocal_powers(term: Expr, n: Symbol, low: Expr, high: Expr) -> Outcome:
    """The zeta function, from partial fractions: sums of 1/(n + q)**s are its definition."""
    if not low.is_Integer or high != oo:
        return None
    signs, rest = _without_sign(term.subs(n, n + low), n)
    fractions = _fractions(rest, n)
    if fractions is None:
        return None
    if signs:
        even = [(c / 2**s, q / 2, s) for c, q, s in fractions]
        odd = [(-c / 2**s, (q + 1) / 2, s) for c, q, s in fractions]
        fractions = even + odd
    return _total(fractions)


def _without_sign(term: Expr, n: Symbol) -> tuple[bool, Expr]:
    """Whether (-1)**n is a factor, and the term without it."""
    powers = [g for g in term.atoms(Pow) if g.base == -1 and g.exp.has(n)]
    if len(powers) != 1:
        return False, term
    offset = powers[0].exp - n
    if not offset.is_Integer:
        return False, term
    return True, term / powers[0] * (-1) ** offset


def _fractions(term: Expr, n: Symbol) -> list[Fraction] | None:
    found = []
    for part in Add.make_args(apart(term, n) if term.is_rational_function(n) else term):
        c, rest = factors(part, n)
        line = linear(rest[0][0], n) if len(rest) == 1 else None
        if line is None or not (-rest[0][1]).is_positive or not (line[1] / line[0]).is_positive:
            return None
        s = -rest[0][1]
        found.append((c / line[0] ** s, line[1] / line[0], s))
    return found


def _total(fractions: list[Fraction]) -> Expr | None:
    """Terms in 1/(n + q) have to cancel far out: c*digamma is what is left of them."""
    if Add(*(c for c, _, s in fractions if s == 1)) != 0 or any(s < 1 for _, _, s in fractions):
        return None
    return Add(*(-c * digamma(q) if s == 1 else c * hurwitz(s, q) for c, q, s in fractions)).expand(
        func=True
    )


QUARTERS = {
    (S(2), 1): pi**2 + 8 * Catalan,
    (S(2), 3): pi**2 - 8 * Catalan,
    (S(3), 1): 28 * zeta(3) + pi**3,
    (S(3), 3): 28 * zeta(3) - pi**3,
}


def hurwitz(s: Expr, q: Expr) -> Expr:
    """The sum of 1/(n + q)**s over n from 0 on.

    >>> hurwitz(S(2), S(1)/2)
    pi**2/2
    """
    whole = int(q) if not q.is_Integer else int(q) - 1
    part = q - whole
    before = Add(*((part + k) ** -s for k in range(whole)))
    if part == 1:
        return zeta(s) - before
    if part == S.Half:
        return (2**s - 1) * zeta(s) - before
    if part.is_Rational and part.q == 4 and (s, part.p) in QUARTERS:
        return QUARTERS[s, part.p] - before
    return zeta(s, q)
