"""How a complex value is written: the shortest of several forms."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, cos, count_ops, exp, factor, factor_terms, powsimp, sin


def shortest(value: Expr) -> Expr:
    """The value in the form with the fewest operations.

    >>> from sympy import I, symbols
    >>> mu, t = symbols("mu t", real=True)
    >>> shortest(exp(I*mu*t + 1)*exp((mu + I*t)**2/2 - 1)*exp(-mu**2/2))
    exp(2*I*mu*t - t**2/2)
    """
    return min(_forms(value), key=count_ops)


def _forms(value: Expr) -> Iterator[Expr]:
    together = powsimp(value)
    yield from (value, together, factor_terms(value))
    yield value.replace(lambda node: node.is_Pow and node.base.is_Add, _over_one_denominator)
    yield together.replace(exp, lambda exponent: exp(exponent.expand()))
    if value.has(cos) and value.has(sin):
        yield factor_terms(factor(value.rewrite(exp).expand()))


def _over_one_denominator(power: Expr) -> Expr:
    """c**p*z**p for (c*z)**p, c a positive number."""
    number, rest = power.base.as_content_primitive()
    return number**power.exp * rest**power.exp
