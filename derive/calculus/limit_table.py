"""The table of rules for limits, how a limit is written, and what its rules ask of each other."""

from __future__ import annotations

from sympy import Add, Basic, Expr, FiniteSet, Limit, Mul, Pow, S, Set, Symbol, oo

from derive.calculus.asymptotics import Nearby
from derive.calculus.nearby import both
from derive.rules import RuleTable
from derive.structure import depends_on

INFINITE = FiniteSet(oo, -oo)
ONE = FiniteSet(1)


def lim(f: Expr, x: Symbol, x0: Expr, dir: str = "+-") -> Limit:
    """`Limit(f, x, x0, dir)` as written; at oo and -oo there is one direction only.

    >>> from sympy.abc import x
    >>> lim(1/x, x, oo).args
    (1/x, x, oo, -)
    """
    way = "-" if x0 == oo else "+" if x0 == -oo else dir
    return Basic.__new__(Limit, f, x, S(x0), Symbol(way))


def unpack(goal: Limit) -> tuple[Expr, Symbol, Expr, str]:
    f, x, x0, way = goal.args
    return f, x, x0, str(way)


RULES = RuleTable(Limit, unpack, "limits")


def look(f: Expr, x: Symbol, x0: Expr, d: str) -> Nearby:
    """What the parts of `f` say about it near the point: the rules choose by it."""
    return both(f, x, x0, d)


def quotient(f: Expr) -> tuple[Expr, Expr]:
    """Numerator and denominator of a product or power, as it is written."""
    above, below = [], []
    for factor in Mul.make_args(f):
        exponent = factor.as_base_exp()[1]
        if (exponent.could_extract_minus_sign() and exponent.is_number) or _is_inverse_exp(factor):
            below.append(1 / factor)
        else:
            above.append(factor)
    return Mul(*above), Mul(*below)


def _is_inverse_exp(factor: Expr) -> bool:
    exponent = factor.as_base_exp()[1]
    return (
        not isinstance(factor, Add)
        and not exponent.is_number
        and (exponent.could_extract_minus_sign())
    )


def powers(f: Expr) -> list[tuple[Expr, Expr]]:
    """The factors of `f` as (base, exponent)."""
    return [
        (factor.base, factor.exp) if isinstance(factor, Pow) else (factor, S.One)
        for factor in Mul.make_args(f)
    ]


def apart(f: Expr, x: Symbol) -> tuple[Expr, Expr]:
    """The factors free of x, and the others."""
    fixed, moving = f.as_independent(x, as_Add=False)
    return (fixed, moving) if depends_on(moving, x) else (f, S.One)


class _Finite(Set):
    """Every value but the infinite ones, letters included."""

    def _contains(self, other: Expr) -> Expr:
        return S.false if other.has(oo, -oo) else S.true


FINITE = _Finite()


def tends(f: Expr, found: Nearby, x: Symbol, x0: Expr, d: str) -> tuple[tuple[Expr, Set], ...]:
    """The premise that `f` has the limit that was seen."""
    return ((lim(f, x, x0, d), FiniteSet(found.value)),) if depends_on(f, x) else ()


def finite_premises(parts: list[Expr], f: Expr, x: Symbol, x0: Expr, d: str) -> tuple:
    """With letters in them, limits have to be finite: oo*a may be anything."""
    if len(f.free_symbols) < 2:
        return ()
    return tuple((lim(part, x, x0, d), FINITE) for part in parts if depends_on(part, x))
