"""Limits of sequences given by a(n+1) = f(a(n)): monotone and bounded, or contracting."""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Basic,
    Expr,
    FiniteSet,
    Interval,
    Rational,
    S,
    Set,
    Symbol,
    oo,
    simplify,
    solveset,
    sqrt,
)
from sympy.calculus.util import continuous_domain

from derive.engine import DOES_NOT_EXIST
from derive.holes import rebuild
from derive.rules import Outcome, Rewrite, RuleTable

LONGEST_START = 8  # operations of a first term
LARGEST_START = 10**12  # numerator or denominator of a first term


class LimitOfRecursion(Expr):
    """The limit of a(n+1) = f(a(n)), a(0) = start: LimitOfRecursion(f, a, start)."""

    is_commutative = True

    @property
    def bound_symbols(self) -> list[Basic]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        f, a, start = self.args
        return (f.free_symbols - {a}) | start.free_symbols

    def _sympystr(self, printer: Any) -> str:
        f, a, start = (printer._print(part) for part in self.args)
        return f"lim_{{n -> oo}} {a}(n), {a} -> {f}, {a}(0) = {start}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        f, a, start = (printer._print(part) for part in self.args)
        return rf"\lim_{{n \to \infty}} {a}_n \quad ({a} \mapsto {f},\ {a}_0 = {start})"


def recursion(f: Expr, a: Symbol, start: Expr) -> LimitOfRecursion:
    return Basic.__new__(LimitOfRecursion, f, a, start)


RULES = RuleTable(LimitOfRecursion, lambda goal: goal.args, "limits of recursions")

a = Symbol("a")
PLACE, FIXED, SLOPE = Symbol("I"), Symbol("L"), Symbol("f'")


def _next(f: Expr, a: Symbol, term: Expr) -> Expr:
    return simplify(rebuild(f, {a: term}, set()))


@RULES.rule("a fixed point from the start", example=recursion(a**2 - 2, a, S(2)))
def constant_sequence(f: Expr, a: Symbol, start: Expr) -> Outcome:
    """The first term is a fixed point: all terms are equal to it."""
    return start if simplify(_next(f, a, start) - start) == 0 else None


@RULES.rule("two values in turn", example=recursion(1 - a, a, S.Zero))
def two_values(f: Expr, a: Symbol, start: Expr) -> Outcome:
    """The second term after the first is the first again: two values alternate for ever."""
    second = _next(f, a, start)
    if simplify(second - start) == 0 or simplify(_next(f, a, second) - start) != 0:
        return None
    return Rewrite(DOES_NOT_EXIST, where=((a, FiniteSet(start, second)),))


@RULES.rule("monotone and bounded", example=recursion(sqrt(2 + a), a, S.Zero))
def monotone_and_bounded(f: Expr, a: Symbol, start: Expr) -> Outcome:
    """f rises from the first term to the next fixed point: the terms move there monotonically."""
    found = _next_fixed_point(f, a, start)
    if found is None:
        return None
    point, between = found
    if point.is_infinite or not _rises(f, a, between):
        return None
    where = ((PLACE, between), (SLOPE, simplify(f.diff(a))), (FIXED, point))
    return Rewrite(point, where=where)


@RULES.rule("rising without a fixed point", example=recursion(a**2 + 1, a, S.One))
def rising_without_end(f: Expr, a: Symbol, start: Expr) -> Outcome:
    """f rises and has no fixed point ahead: the terms grow beyond all bounds."""
    found = _next_fixed_point(f, a, start)
    if found is None or not found[0].is_infinite or not _rises(f, a, found[1]):
        return None
    return Rewrite(found[0], where=((PLACE, found[1]), (SLOPE, simplify(f.diff(a)))))


@RULES.rule("contraction", example=recursion(1 / (1 + a), a, S.One))
def contraction(f: Expr, a: Symbol, start: Expr) -> Outcome:
    """Close to its fixed point f shrinks every distance, and the terms stay there (S. Banach)."""
    points = _fixed_points(f, a, S.Reals)
    second = _next(f, a, start)
    for point in points or ():
        radius = Abs(start - point)
        near = Interval(point - radius, point + radius)
        inside = near.contains(second) == True and continuous_domain(f, a, near) == near
        if inside and _is_below_one(f.diff(a), a, near):
            return Rewrite(point, where=((PLACE, near), (SLOPE, simplify(f.diff(a)))))
    return None


@RULES.rule("begin one term later", example=recursion(1 + 1 / a, a, S.One))
def begin_later(f: Expr, a: Symbol, start: Expr) -> Outcome:
    """Leaving out the first term does not change the limit."""
    second = _next(f, a, start)
    numbers = [abs(k) for q in second.atoms(Rational) for k in (q.p, q.q)]
    if not second.is_real or second.count_ops() > LONGEST_START:
        return None
    if max(numbers, default=0) > LARGEST_START or _fixed_points(f, a, S.Reals) is None:
        return None
    return recursion(f, a, second)


# ------------------------------------------------------------------ fixed points, slopes


def _fixed_points(f: Expr, a: Symbol, domain: Set) -> list[Expr] | None:
    """The real solutions of f(a) = a, in order; None where they are not found."""
    found = solveset(f - a, a, domain)
    if found is S.EmptySet:
        return []
    if not isinstance(found, FiniteSet) or not all(p.is_real for p in found):
        return None
    return sorted(found, key=float)


def _next_fixed_point(f: Expr, a: Symbol, start: Expr) -> tuple[Expr, Set] | None:
    """The fixed point that the first step goes towards, or an infinity; and the way to it."""
    step = _next(f, a, start) - start
    if not step.is_real or not (step.is_positive or step.is_negative):
        return None
    ahead = Interval(start, oo) if step.is_positive else Interval(-oo, start)
    points = _fixed_points(f, a, ahead)
    if points is None:
        return None
    if step.is_positive:
        point = points[0] if points else oo
        return point, Interval(start, point)
    point = points[-1] if points else -oo
    return point, Interval(point, start)


def _rises(f: Expr, a: Symbol, interval: Set) -> bool:
    """f is continuous and its slope is positive inside the interval."""
    slope = f.diff(a)
    inside = interval.interior
    if continuous_domain(f, a, interval) != interval:
        return False
    smooth = continuous_domain(slope, a, inside) == inside
    return smooth and solveset(slope, a, inside) is S.EmptySet and _at_middle(slope, a, inside) > 0


def _at_middle(f: Expr, a: Symbol, interval: Set) -> Expr:
    low, high = interval.inf, interval.sup
    middle = high - 1 if low.is_infinite else low + 1 if high.is_infinite else (low + high) / 2
    return rebuild(f, {a: middle}, set()).evalf(30)


def _is_below_one(slope: Expr, a: Symbol, near: Set) -> bool:
    """|slope| < 1 on the whole interval: it is so at one place, and never 1."""
    if continuous_domain(slope, a, near) != near or Abs(_at_middle(slope, a, near)) >= 1:
        return False
    return all(solveset(slope - sign, a, near) is S.EmptySet for sign in (1, -1))
