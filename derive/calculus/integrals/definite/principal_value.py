"""Cauchy's principal value: the neighbourhood of a pole is cut out symmetrically.

Ablowitz and Fokas, Complex Variables (2003), section 4.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Add, Basic, Expr, S, Symbol, log, oo

from derive.calculus.integrals.continuity import NotReal, breaks, strictly_inside
from derive.calculus.integrals.operators import antiderivative
from derive.calculus.integrals.zeros import Unknown, numeric
from derive.calculus.limit_table import lim
from derive.rules import Outcome, RuleTable
from derive.structure import BetweenBounds, fresh

x = Symbol("x")


class PrincipalValue(BetweenBounds):
    """The limit of the integral from a to b without (p - e, p + e) around each pole p, as e -> 0.

    At infinite bounds, the limit of the integral from -R to R.

    >>> PrincipalValue(1/x, x, -1, 2)
    PrincipalValue(1/x, x, -1, 2)
    """

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        f, x, a, b = (printer._print(part) for part in self.args)
        return rf"\operatorname{{p.v.}}\int_{{{a}}}^{{{b}}} {f}\, d{x}"


class SymmetricGrowth(BetweenBounds):
    """By how much F grows from a to b, its steps at the poles left out: p.v. [F]_a^b."""

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        F, x, a, b = (printer._print(part) for part in self.args)
        return rf"\operatorname{{p.v.}}\left[{F}\right]_{{{x}={a}}}^{{{b}}}"


def unpack(goal: Basic) -> tuple[Basic, ...]:
    return goal.args


RULES = RuleTable(PrincipalValue, unpack, "principal values")
GROWTH = RuleTable(SymmetricGrowth, unpack, "symmetric growth")


@RULES.rule("principal value by an antiderivative", example=PrincipalValue(1 / x, x, -1, 2))
def by_antiderivative(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The growth of an antiderivative, the symmetric neighbourhoods of the poles left out."""
    return SymmetricGrowth(antiderivative(f, x), x, a, b) if numeric(a, b) else None


@GROWTH.rule("cut out symmetrically", example=SymmetricGrowth(log(x**2) / 2, x, -1, 2))
def cut_out(F: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[Expr]:
    """Take the limit of F(b) - F(a) - (F(p + e) - F(p - e)) as e tends to zero, at each pole p."""
    try:
        poles = [p for p in breaks(F, x, a, b) if strictly_inside(p, a, b)]
    except (Unknown, NotReal, TypeError):
        return
    e, R = (Symbol(fresh(name, F).name, positive=True) for name in ("e", "R"))
    steps = [lim(F.subs(x, p - e) - F.subs(x, p + e), e, S.Zero, "+") for p in poles]
    if (a, b) == (-oo, oo):
        whole = lim(F.subs(x, R) - F.subs(x, -R), R, oo)
    else:
        whole = _end(F, x, b, "-") - _end(F, x, a, "+")
    yield Add(whole, *steps)


def _end(F: Expr, x: Symbol, end: Expr, side: str) -> Expr:
    if end.is_infinite:
        return lim(F, x, end)
    return F.subs(x, end)
