"""The k-th term of x(n+2) = p*x(n+1) + q*x(n) + c in closed form, by its characteristic roots."""

from __future__ import annotations

from typing import Any

from sympy import (
    Expr,
    Gt,
    Lt,
    Piecewise,
    S,
    Symbol,
    acos,
    cos,
    expand,
    factor,
    simplify,
    sin,
    sqrt,
)

from derive.calculus.intervals import RootBetween
from derive.engine import not_zero
from derive.optimizers.iterates import TABLES as ITERATES
from derive.optimizers.operators import Iterate
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import fresh, sigma

k = Symbol("k", integer=True, nonnegative=True)
HALF = S.Half


class SecondOrderIterate(Expr):
    """The k-th term of x(n+2) = p*x(n+1) + q*x(n) + c from two terms that are known.

    SecondOrderIterate(p, q, c, x(0), x(1), k).
    """

    is_commutative = True
    is_extended_real = True

    def __new__(cls, *args: Any) -> SecondOrderIterate:
        return Expr.__new__(cls, *map(S, args))

    def _sympystr(self, printer: Any) -> str:
        if not getattr(printer, "as_on_paper", False):
            return f"SecondOrderIterate({', '.join(map(printer._print, self.args))})"
        rule = self._rule(printer, "({})")
        first, second, k = map(printer._print, self.args[3:])
        return f"x_{{{k}}} [{rule}, x_0 = {first}, x_1 = {second}]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        rule = self._rule(printer, r"\left({}\right)")
        first, second, k = map(printer._print, self.args[3:])
        term = rf"\left.x_{{{k}}}\right|_{{{rule},\ x_{{0}} = {first},\ x_{{1}} = {second}}}"
        return rf"\left({term}\right)^{{{exp}}}" if exp else term

    def _rule(self, printer: Any, brackets: str) -> str:
        """The recursion as it is written: no zeros, no factors that are 1."""
        written = ""
        for multiple, term in zip(self.args[:3], ("x_{n+1}", "x_{n}", ""), strict=True):
            if multiple == 0:
                continue
            negative = multiple.could_extract_minus_sign() and not multiple.is_Add
            size = -multiple if negative else multiple
            number = "" if size == 1 and term else printer._print(size)
            number = brackets.format(number) if size.is_Add and term else number
            written += f" {'-' if negative else '+'} {number} {term}".rstrip()
        return f"x_{{n+2}} = {written.removeprefix(' + ').strip().replace('  ', ' ') or 0}"


RECURSIONS = RuleTable(SecondOrderIterate, lambda goal: goal.args, "recursions of second order")


def known_zero(value: Expr) -> bool:
    return value == 0 or simplify(value) == 0


@RECURSIONS.rule("at rest", example=SecondOrderIterate(2, 3, 0, 0, 0, k))
def at_rest(p: Expr, q: Expr, c: Expr, first: Expr, second: Expr, k: Expr) -> Outcome:
    """Without a constant, two zeros are followed by zeros."""
    return S.Zero if all(map(known_zero, (c, first, second))) else None


@RECURSIONS.rule("steps between terms", example=SecondOrderIterate(HALF * 3, -HALF, 2, 1, 5, k))
def steps_between_terms(p: Expr, q: Expr, c: Expr, first: Expr, second: Expr, k: Expr) -> Outcome:
    """With p + q = 1 the steps d(n) = x(n+1) - x(n) follow d(n+1) = -q*d(n) + c, and add up."""
    if not known_zero(p + q - 1):
        return None
    d = fresh("d", p, q, c, first, second, k)
    n, m = (
        Symbol(fresh(name, p, q, c, first, second, k).name, integer=True, nonnegative=True)
        for name in ("n", "m")
    )
    step = Iterate(c - q * d, d, m, second - first, n)
    return first + sigma(step, n, S.Zero, k - 1)


@RECURSIONS.rule("distance from the fixed point", example=SecondOrderIterate(1, 2, 3, 4, 5, k))
def distance_from_the_fixed_point(
    p: Expr, q: Expr, c: Expr, first: Expr, second: Expr, k: Expr
) -> Outcome:
    """The distance from the fixed point follows the recursion without the constant."""
    if c == 0:
        return None
    x = fresh("x", p, q, c, first, second, k)
    point = RootBetween(x * (1 - p - q) - c, x)
    rest = SecondOrderIterate(p, q, 0, first - point, second - point, k)
    return Rewrite(point + rest, not_zero(factor(1 - p - q)))


@RECURSIONS.rule("a double root", example=SecondOrderIterate(2 * HALF, -(HALF**2), 0, 4, 5, k))
def a_double_root(p: Expr, q: Expr, c: Expr, first: Expr, second: Expr, k: Expr) -> Outcome:
    """With one root r of r**2 = p*r + q the terms are (A + B*k)*r**k: two of them give A and B."""
    if c != 0 or known_zero(p) or not known_zero(p**2 + 4 * q):
        return None
    root = p / 2
    return Rewrite((first + k * (second / root - first)) * root**k, not_zero(root))


@RECURSIONS.rule("two real roots", example=SecondOrderIterate(1, 2, 0, 4, 5, k))
def two_real_roots(p: Expr, q: Expr, c: Expr, first: Expr, second: Expr, k: Expr) -> Outcome:
    """With roots r and s of r**2 = p*r + q the terms are A*r**k + B*s**k: two give A and B."""
    discriminant = expand(p**2 + 4 * q)
    if c != 0 or discriminant.is_positive is not True:
        return None
    return of_real_roots(p, discriminant, first, second, k)


@RECURSIONS.rule("conjugate roots", example=SecondOrderIterate(1, -2, 0, 4, 5, k))
def conjugate_roots(p: Expr, q: Expr, c: Expr, first: Expr, second: Expr, k: Expr) -> Outcome:
    """Roots of size r and angle t: the terms are r**k*(A*cos(k*t) + B*sin(k*t))."""
    if c != 0 or expand(p**2 + 4 * q).is_negative is not True:
        return None
    return of_conjugate_roots(p, q, first, second, k)


@RECURSIONS.rule(
    "real or conjugate roots",
    example=SecondOrderIterate(Symbol("p", real=True), -2, 0, 4, 5, k),
)
def real_or_conjugate_roots(
    p: Expr, q: Expr, c: Expr, first: Expr, second: Expr, k: Expr
) -> Outcome:
    """The sign of p**2 + 4*q says whether the roots are real, or conjugate."""
    discriminant = factor(p**2 + 4 * q)
    if c != 0 or discriminant.is_positive is not None or discriminant.is_zero is not None:
        return None
    swinging = of_conjugate_roots(p, q, first, second, k)
    creeping = of_real_roots(p, discriminant, first, second, k)
    return Rewrite(
        Piecewise((swinging, Lt(discriminant, 0)), (creeping, Gt(discriminant, 0))),
        not_zero(discriminant),
    )


def of_real_roots(p: Expr, discriminant: Expr, first: Expr, second: Expr, k: Expr) -> Expr:
    width = sqrt(discriminant)
    upper, lower = (p + width) / 2, (p - width) / 2
    return ((second - lower * first) * upper**k - (second - upper * first) * lower**k) / width


def of_conjugate_roots(p: Expr, q: Expr, first: Expr, second: Expr, k: Expr) -> Expr:
    size, height = sqrt(-q), sqrt(-q - p**2 / 4)
    angle = acos(p / (2 * size))
    return size**k * (first * cos(k * angle) + (second - first * p / 2) / height * sin(k * angle))


TABLES = {**ITERATES, SecondOrderIterate: RECURSIONS}
