"""Limits at infinity by the first term of a series in powers of x, and what prepares for it.

These rules are asked for by name, by `limit` when the other rules have led nowhere.
"""

from __future__ import annotations

from sympy import Expr, S, Symbol, Tuple, ceiling, floor, log, oo, sin

from derive.calculus import limit_growth  # noqa: F401  (its rules come first)
from derive.calculus.asymptotic_series import CannotTell, sign_of_number
from derive.calculus.limit_table import RULES, lim
from derive.calculus.most_rapid import (
    Leading,
    leading,
    limit_at_infinity,
    sign_at_infinity,
)
from derive.holes import rebuild
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh, postorder

x, w = Symbol("x"), Symbol("w")
LARGEST = 200  # operations of a function whose leading term is looked for
RAPID, FIRST = Symbol("Omega"), Symbol("first_term")


@RULES.rule("the point at infinity", example=lim(x * log(x), x, 0, "+"), on_request=True)
def point_at_infinity(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Put 1/t for the distance from the point: t tends to infinity."""
    if x0 in (oo, -oo) or d == "+-":
        return None
    t = fresh("t", f, x0)
    there = x0 + 1 / t if d == "+" else x0 - 1 / t
    return Rewrite(lim(rebuild(f, {x: there}, set()), t, oo), where=((x, there),))


@RULES.rule(
    "whole part close to a whole number", example=lim(floor(x * sin(1 / x)), x, oo), on_request=True
)
def whole_part(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The argument tends to a whole number from one side, which its series shows."""
    if x0 != oo:
        return None
    nodes = [k for k in postorder(f) if isinstance(k, (floor, ceiling)) and depends_on(k, x)]
    changes = {k: value for k in nodes if (value := _step(k, x)) is not None}
    where = tuple(changes.items())
    return Rewrite(lim(rebuild(f, changes, set()), x, oo), where=where) if changes else None


def _step(node: Expr, x: Symbol) -> Expr | None:
    """The constant that floor(u) or ceiling(u) is for all large x."""
    c, sign = _whole_limit(node.args[0], x)
    if c is None or sign == 0:
        return None
    above = sign == 1
    return c - (not above) if isinstance(node, floor) else c + above


def _whole_limit(u: Expr, x: Symbol) -> tuple[Expr | None, int]:
    """The whole number that u tends to, and from which side."""
    t = Symbol(x.name, positive=True)
    moved = rebuild(u, {x: t}, set())
    try:
        c = limit_at_infinity(moved, t)
        return (c, sign_at_infinity(moved - c, t)) if c.is_integer else (None, 0)
    except CannotTell:
        return None, 0


@RULES.rule(
    "the logarithm as the variable", example=lim(log(log(x)) / log(x), x, oo), on_request=True
)
def logarithm_as_variable(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The variable is there in its logarithm only: this grows beyond all bounds as well."""
    if x0 != oo:
        return None
    t = fresh("t", f)
    new = rebuild(f, {log(x): t}, set())
    return Rewrite(lim(new, t, oo), where=((t, log(x)),)) if not depends_on(new, x) else None


@RULES.rule(
    "first term of the series", example=lim(x * (x * log(1 + 1 / x) - 1), x, oo), on_request=True
)
def by_first_term(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Expand in powers of w, which tends to zero; logarithms count as constants beside powers."""
    return by_leading_term(f, x, x0, by_powers=True)


def by_leading_term(f: Expr, x: Symbol, x0: Expr, by_powers: bool) -> Outcome:
    if x0 != oo or f.count_ops() > LARGEST:
        return None
    t = Symbol(x.name, positive=True)
    try:
        found = leading(rebuild(f, {x: t}, set()), t)
        if (found.rapid == (t,)) != by_powers:
            return None
        equals = _limit_of(found, x, t)
    except CannotTell:
        return None
    return Rewrite(equals, where=_letters(found, t, x)) if equals != lim(f, x, oo) else None


def first_term(g: Expr, x: Symbol) -> Expr | None:
    """c*x**-e with g = c*x**-e*(1 + o(1)), where powers of x are the fastest part of `g`."""
    t = Symbol(x.name, positive=True)
    try:
        found = leading(rebuild(g, {x: t}, set()), t)
    except CannotTell:
        return None
    if found.rapid != (t,) or found.coefficient == 0:
        return None
    return rebuild(found.coefficient * t**-found.exponent, {t: x}, set())


def _limit_of(found: Leading, x: Symbol, t: Symbol) -> Expr:
    towards = sign_of_number(found.exponent)
    if towards == 0:
        return lim(rebuild(found.coefficient, {t: x}, set()), x, oo)
    if towards == 1:
        return S.Zero
    return oo * sign_at_infinity(found.coefficient, t)


def _letters(found: Leading, t: Symbol, x: Symbol) -> tuple[tuple[Expr, Expr], ...]:
    first = found.coefficient * w**found.exponent
    rapid = () if found.rapid == (t,) else ((RAPID, Tuple(*found.rapid)),)
    pairs = (*rapid, (w, found.small), (FIRST, first))
    return tuple((name, rebuild(value, {t: x}, set())) for name, value in pairs)
