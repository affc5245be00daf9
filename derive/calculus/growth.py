"""How fast functions grow: powers, logarithms and exponentials compared at infinity.

The growth of f, as t -> oo, is the sum of c * t**a * log(t)**b * log(log(t))**d that differs from
log|f| by a bounded amount: a dictionary {(a, b, d): c}. The larger key wins (G. H. Hardy, Orders of
Infinity, 1910, section III).
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Add, Expr, Integer, Mul, Pow, S, Symbol, log

from derive.structure import depends_on

Key = tuple[Expr, Expr, Expr]
Growth = dict[Key, Expr]

CONSTANT: Growth = {}
POWER: Key = (S.Zero, S.One, S.Zero)
LOGARITHM: Key = (S.Zero, S.Zero, S.One)
ORIGIN: Key = (S.Zero, S.Zero, S.Zero)


def power(exponent: Expr) -> Growth:
    return {POWER: exponent} if exponent != 0 else {}


def times(*growths: Growth) -> Growth:
    total: Growth = {}
    for growth in growths:
        for key, c in growth.items():
            total[key] = total.get(key, S.Zero) + c
    return {key: c for key, c in total.items() if c != 0}


def scaled(growth: Growth, by: Expr) -> Growth:
    return {key: by * c for key, c in growth.items()} if by != 0 else {}


def larger_key(a: Key, b: Key) -> bool | None:
    for p, q in zip(a, b, strict=True):
        if p != q:
            return (p - q).is_positive
    return False


def leading(growth: Growth) -> tuple[Key, Expr] | None:
    """The key that decides, with its factor; None where letters hide which one it is."""
    best = None
    for key, c in growth.items():
        larger = True if best is None else larger_key(key, best[0])
        if larger is None:
            return None
        best = (key, c) if larger else best
    return best


def trend(growth: Growth) -> int | None:
    """1 towards infinity, -1 towards zero, 0 neither; None where letters hide it."""
    if not growth:
        return 0
    found = leading(growth)
    if found is None:
        return None
    c = found[1]
    return 1 if c.is_positive else -1 if c.is_negative else None


def compared(a: Growth, b: Growth) -> int | None:
    """1 where `a` outgrows `b`, -1 where `b` outgrows `a`, 0 for equal growth."""
    return trend(times(a, scaled(b, S.NegativeOne)))


def of_logarithm(growth: Growth) -> tuple[Growth | None, Expr | None]:
    """log(u) is asymptotic to c * t**a * log(t)**b for a u of this growth, not bounded."""
    found = leading(growth)
    if found is None or found[0][2] != 0:
        return None, None
    (a, b, _), c = found
    return times(power(a), {LOGARITHM: b} if b != 0 else {}), c


def of_exponential(
    p: Expr, t: Symbol, bounded: Callable[[Expr], bool]
) -> tuple[Growth | None, list[Expr]]:
    """The growth of exp(p), and the bounded terms of p; `p` has to be a sum of known terms."""
    total: list[Growth] = []
    rest: list[Expr] = []
    for term in Add.make_args(p.expand()):
        found = monomial(term, t)
        if found is None and not bounded(term):
            return None, []
        above = larger_key(found[0], ORIGIN) if found is not None else False
        if above is None:
            return None, []
        if found is not None and above:
            total.append(dict([found]))
        else:
            rest.append(term)
    return times(*total), rest


def monomial(term: Expr, t: Symbol) -> tuple[Key, Expr] | None:
    """`term` as c * t**a * log(t)**b * log(log(t))**d."""
    atoms = {t: 0, log(t): 1, log(log(t)): 2}
    exponents, c = [S.Zero, S.Zero, S.Zero], []
    for factor in Mul.make_args(term):
        base, exponent = (
            (factor.base, factor.exp) if isinstance(factor, Pow) else (factor, Integer(1))
        )
        if not depends_on(factor, t):
            c.append(factor)
        elif base in atoms and not depends_on(exponent, t) and exponent.is_real is not False:
            exponents[atoms[base]] += exponent
        else:
            return None
    return tuple(exponents), Mul(*c)
