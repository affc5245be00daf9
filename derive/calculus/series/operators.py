"""T_n[f], the terms of low degree of a Taylor or Laurent series, and what its rules ask of f."""

from __future__ import annotations

from typing import Any

from sympy import (
    Add,
    Basic,
    Expr,
    Integer,
    Mul,
    Poly,
    Pow,
    S,
    Symbol,
    expand,
    expand_mul,
    expand_power_base,
    factor,
    together,
)

from derive.calculus.continuity import leading_term
from derive.rules import RuleTable
from derive.structure import depends_on


class Truncated(Expr):
    """The terms of degree below n of the Taylor or Laurent series of f about x0.

    >>> from sympy import sin
    >>> from sympy.abc import x
    >>> Truncated(sin(x), x, 0, 6)
    Truncated(sin(x), x, 0, 6)
    """

    is_commutative = True

    def __new__(cls, f: Any, x: Symbol, x0: Any, n: Any) -> Truncated:
        return Expr.__new__(cls, S(f), x, S(x0), Integer(n))

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        f, x, x0, n = self.args
        place = "" if x0 == 0 else rf"_{{{printer._print(x)}={printer._print(x0)}}}"
        power = f"^{{{exp}}}" if exp else ""
        return rf"T_{{{printer._print(n - 1)}}}\left[{printer._print(f)}\right]{place}{power}"


def unpack(goal: Basic) -> tuple[Expr, Symbol, Expr, int]:
    f, x, x0, n = goal.args
    return f, x, x0, int(n)


RULES = RuleTable(Truncated, unpack, "series", tidy=expand_mul)


# ------------------------------------------------------------------ what rules ask of functions


def laurent_terms(f: Expr, x: Symbol) -> list[tuple[Expr, int]] | None:
    """`(c, k), ...` of f = sum of c*x**k with whole k; None where f is nothing of this kind.

    >>> from sympy.abc import x
    >>> laurent_terms(2*x**3 + 1/x, x)
    [(2, 3), (1, -1)]
    """
    found: dict[int, Expr] = {}
    for term in Add.make_args(expand(f)):
        c, rest = term.as_independent(x, as_Add=False)
        base, power = rest.as_base_exp()
        if rest == 1:
            base, power = x, S.Zero
        if base != x or not power.is_Integer:
            return None
        found[int(power)] = found.get(int(power), S.Zero) + c
    return sorted(((c, k) for k, c in found.items()), key=lambda term: -term[1])


def below(f: Expr, x: Symbol, n: int) -> Expr | None:
    """The terms of degree below n of a (Laurent) polynomial."""
    terms = laurent_terms(f, x)
    return None if terms is None else Add(*(c * x**k for c, k in terms if k < n))


def monomial(u: Expr, x: Symbol) -> tuple[Expr, int] | None:
    """`c, m` of u = c*x**m with m > 0."""
    c, rest = u.as_independent(x, as_Add=False)
    base, power = rest.as_base_exp()
    return (c, int(power)) if base == x and power.is_Integer and power > 0 else None


def valuation(f: Expr, x: Symbol) -> int | None:
    """The degree of the first term of the series of f at 0, negative at a pole."""
    if not depends_on(f, x):
        return 0
    if isinstance(f, Mul):
        parts = [valuation(part, x) for part in f.args]
        return None if None in parts else sum(p for p in parts if p is not None)
    if isinstance(f, Pow) and f.exp.is_Integer:
        inner = valuation(f.base, x)
        return None if inner is None else inner * int(f.exp)
    terms = laurent_terms(f, x)
    if terms is not None:
        return terms[-1][1] if terms else None
    if isinstance(f, Add):
        return _of_sum(f, x)
    found = leading_term(f, x, S.Zero)
    return found[0] if found else None


def _of_sum(f: Add, x: Symbol) -> int | None:
    """The least degree of the terms, unless they cancel there."""
    parts = [valuation(part, x) for part in f.args]
    known = [p for p in parts if p is not None]
    if len(known) < len(parts):
        return None
    least = min(known)
    if known.count(least) == 1:
        return least
    if least >= 0:
        found = leading_term(f, x, S.Zero)
        return found[0] if found else None
    moved = valuation(expand(f * x**-least), x)
    return None if moved is None else moved + least


def far_from_origin(f: Expr, x: Symbol, t: Symbol, side: int) -> Expr:
    """f(side/t) for a positive t: roots of powers of t come out of the roots."""
    p = Symbol(t.name, positive=True)
    moved = f.subs(x, side / p)
    roots = {
        node: expand_power_base(factor(together(node.base)) ** node.exp)
        for node in moved.atoms(Pow)
        if node.exp.is_Rational and not node.exp.is_Integer
    }
    return moved.xreplace(roots).xreplace({p: t})


def value_at_zero(f: Expr, x: Symbol) -> Expr | None:
    """f(0), where f has a finite value there."""
    value = f.subs(x, 0)
    if value.is_finite is False or value.has(S.NaN, S.ComplexInfinity):
        return None
    return value


def polynomial_quotient(f: Expr, x: Symbol) -> tuple[Poly, Poly] | None:
    """Numerator and denominator of a rational function, or None."""
    if not f.is_rational_function(x):
        return None
    above, below_ = f.together().as_numer_denom()
    return Poly(above, x), Poly(below_, x)
