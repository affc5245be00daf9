"""The last rules for limits: Stirling's formula, and D. Gruntz's algorithm step by step.

They are asked for by name, by `limit` when the other rules have led nowhere.
"""

from __future__ import annotations

from sympy import Expr, Mul, S, Symbol, exp, expand_log, gamma, log, oo

from derive.calculus import limit_taylor  # noqa: F401  (its rules come first)
from derive.calculus.limit_first_term import LARGEST, by_leading_term
from derive.calculus.limit_table import RULES, lim
from derive.calculus.most_rapid import by_stirling
from derive.holes import rebuild
from derive.rules import Outcome

x = Symbol("x")


@RULES.rule(
    "Stirling's formula",
    example=lim(gamma(x) * exp(x) / x ** (x - S.Half), x, oo),
    on_request=True,
)
def stirling(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Gamma functions by powers and exponentials; Binet's function, which is left, tends to 0."""
    if x0 != oo or f.count_ops() > LARGEST:
        return None
    t = Symbol(x.name, positive=True)
    new = rebuild(_one_power(by_stirling(rebuild(f, {x: t}, set()), t), t), {t: x}, set())
    return lim(new, x, oo) if new != f else None


def _one_power(f: Expr, t: Symbol) -> Expr:
    """A product of exponentials and powers as one exponential, in which terms cancel."""
    fixed, moving = f.as_independent(t, as_Add=False)
    bases = [k.as_base_exp()[0] for k in Mul.make_args(moving)]
    if not all(b == t or (b.is_number and b.is_positive) for b in bases):
        return f
    return fixed * exp(expand_log(log(moving), force=True).expand())


@RULES.rule(
    "the most rapidly varying part",
    example=lim(exp(x) * (exp(1 / x - exp(-x)) - exp(1 / x)), x, oo),
    on_request=True,
)
def most_rapidly_varying(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Expand in powers of the fastest exponential w; all that varies more slowly is a constant."""
    return by_leading_term(f, x, x0, by_powers=False)
