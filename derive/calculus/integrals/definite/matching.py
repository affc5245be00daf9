"""What the rules for named definite integrals see of an integrand: powers of x, and the rest."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from sympy import Expr, Mul, Pow, S, Symbol, collect, cos, cot, exp, log, sin, tan
from sympy.logic.boolalg import Boolean

from derive.calculus.integrals.operators import Rules
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on

Value = tuple[Expr, Boolean]


def factors(f: Expr, x: Symbol) -> tuple[Expr, list[tuple[Expr, Expr]]]:
    """The constant factor of f, and its other factors as (base, exponent); exp(u) is (exp(u), 1).

    >>> from sympy import exp
    >>> from sympy.abc import x, y
    >>> factors(2*x**y*exp(x + y), x)
    (2*exp(y), [(x, y), (exp(x), 1)])
    """
    constant, found = S.One, []
    for factor in Mul.make_args(f):
        if not depends_on(factor, x):
            constant *= factor
        elif isinstance(factor, exp):
            fixed, moving = factor.args[0].expand().as_independent(x, as_Add=True)
            constant *= exp(fixed)
            found.append((exp(moving), S.One))
        elif isinstance(factor, Pow) and not depends_on(factor.base, x):
            found.append((exp(factor.exp * log(factor.base)), S.One))
        elif isinstance(factor, Pow) and not depends_on(factor.exp, x):
            found.append((factor.base, factor.exp))
        else:
            found.append((factor, S.One))
    return constant, found


def power_of(base: Expr, found: list[tuple[Expr, Expr]]) -> tuple[Expr, list[tuple[Expr, Expr]]]:
    """The exponent of `base` among the factors, and the other factors."""
    exponent = sum((p for b, p in found if b == base), S.Zero)
    return exponent, [(b, p) for b, p in found if b != base]


def monomial(u: Expr, x: Symbol) -> tuple[Expr, Expr] | None:
    """`k, m` of u = k*x**m."""
    u = collect(u.expand(), x) if u.is_Add else u
    k, moving = u.as_independent(x, as_Add=False)
    if moving == x:
        return k, S.One
    if isinstance(moving, Pow) and moving.base == x and not depends_on(moving.exp, x):
        return k, moving.exp
    return None


def binomial(u: Expr, x: Symbol) -> tuple[Expr, Expr, Expr] | None:
    """`c, d, m` of u = c + d*x**m with c and d not zero."""
    c, moving = u.as_independent(x, as_Add=True)
    found = monomial(moving, x) if u.is_Add else None
    return (c, *found) if found and c != 0 else None


def roots_apart(f: Expr, x: Symbol) -> Expr:
    """(x*(1 - x))**p as x**p*(1 - x)**p: both are positive between 0 and 1."""
    changes = {}
    for g in f.atoms(Pow):
        parts = [u.as_base_exp() for u in Mul.make_args(g.base)]
        if len(parts) > 1 and all(u == x or _falls_to_zero(u, x) for u, _ in parts):
            changes[g] = Mul(*(u ** (e * g.exp) for u, e in parts))
    return f.xreplace(changes)


def _falls_to_zero(u: Expr, x: Symbol) -> bool:
    shape = binomial(u, x)
    return shape is not None and shape[0] == 1 and shape[1] == -1


def sine_and_cosine_powers(f: Expr, x: Symbol) -> tuple[Expr, Expr] | None:
    """`m, n` of f = sin(x)**m*cos(x)**n; the tangent is sine over cosine."""
    heads = {sin(x): (1, 0), cos(x): (0, 1), tan(x): (1, -1), cot(x): (-1, 1)}
    c, found = factors(f, x)
    if c != 1 or any(base not in heads for base, _ in found):
        return None
    m = sum((heads[base][0] * p for base, p in found), S.Zero)
    return m, sum((heads[base][1] * p for base, p in found), S.Zero)


def family(
    rules: Rules, name: str, low: Expr, high: Expr, **options: Any
) -> Callable[[Callable[..., Value | None]], Callable[..., Value | None]]:
    """Add a rule for integrals from `low` to `high`; it takes `f, x` without a constant factor."""

    def add(function: Callable[..., Value | None]) -> Callable[..., Value | None]:
        @wraps(function)
        def rule(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
            if a != low or b != high or not depends_on(f, x):
                return None
            c, g = f.as_independent(x, as_Add=False)
            found = function(g, x)
            if found is None or found[1] == False:
                return None
            return Rewrite(c * found[0], found[1])

        rules.definite(name, **options)(rule)
        return function

    return add
