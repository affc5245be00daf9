"""The indeterminate forms by name: 0/0, oo/oo, 0*oo, oo - oo, 1**oo, 0**0, oo**0."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps

from sympy import Add, Expr, Mul, Pow, Symbol, oo
from sympy.core.symbol import Str

from derive.calculus.limit_table import look, quotient
from derive.rules import Outcome, Rewrite, outcomes
from derive.structure import depends_on

FORM = Symbol("form")
RuleFunction = Callable[[Expr, Symbol, Expr, str], Outcome]


def form(f: Expr, x: Symbol, x0: Expr, d: str) -> str | None:
    """The indeterminate form of `f` at the point, as far as its parts show it.

    >>> from sympy import S, sin
    >>> from sympy.abc import x
    >>> form(sin(x)/x, x, S.Zero, "+-")
    '0/0'
    """
    d = "+" if d == "+-" else d  # infinities may have other signs on the other side
    if isinstance(f, Add):
        values = {look(term, x, x0, d).value for term in f.args}
        return "oo - oo" if {oo, -oo} <= values else None
    if isinstance(f, Pow) and depends_on(f.exp, x) and depends_on(f.base, x):
        return _of_power(*(look(part, x, x0, d).value for part in f.args))
    if not isinstance(f, (Mul, Pow)):
        return None
    above, below = (look(part, x, x0, d) for part in quotient(f))
    if above.value == 0 and below.value == 0:
        return "0/0"
    if above.infinite and below.infinite:
        return "oo/oo"
    parts = [look(factor, x, x0, d) for factor in Mul.make_args(f)]
    if any(p.value == 0 for p in parts) and any(p.infinite for p in parts):
        return "0*oo"
    return None


def _of_power(base: Expr | None, exponent: Expr | None) -> str | None:
    if base == 1 and exponent in (oo, -oo):
        return "1**oo"
    if exponent == 0 and base in (0, oo):
        return "0**0" if base == 0 else "oo**0"
    return None


def names_the_form(rule: RuleFunction) -> RuleFunction:
    """A rule for indeterminate forms: the form is the first of its letters."""

    @wraps(rule)
    def named(f: Expr, x: Symbol, x0: Expr, d: str) -> Iterator[Rewrite]:
        for rewrite in outcomes(rule(f, x, x0, d)):
            found = form(f, x, x0, d)
            letters = ((FORM, Str(found)),) if found else ()
            yield replace(rewrite, where=(*letters, *rewrite.where))

    return named
