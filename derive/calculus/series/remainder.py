"""Lagrange's form of the remainder, and how large it can be on an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Abs, Derivative, Expr, S, Symbol, factorial, sin, together

from derive.answers import Answers
from derive.asked import in_order, letter, place, scalar
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.integrals.continuity import NotReal, breaks
from derive.calculus.integrals.integrate import exact
from derive.calculus.integrals.zeros import Unknown, ascending, numeric, zeros
from derive.calculus.series.operators import Truncated
from derive.calculus.series.series import series
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import BetweenBounds, D, depends_on, fresh

x = Symbol("x")
FEWEST_DIGITS = 25


class LargestSize(BetweenBounds):
    """The largest |f(x)| for x from a to b.

    >>> from sympy import sin
    >>> LargestSize(sin(x), x, 0, 1)
    LargestSize(sin(x), x, 0, 1)
    """

    def _latex(self, printer: Any) -> str:
        f, x, a, b = (printer._print(part) for part in self.args)
        return rf"\max_{{{a} \leq {x} \leq {b}}} \left|{f}\right|"


RULES = RuleTable(LargestSize, lambda goal: goal.args, "largest size on an interval")


@RULES.rule("differentiate first", example=LargestSize(D(sin(x), x, 3), x, 0, 1), on=Derivative)
def differentiate_first(f: Derivative, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Work the derivative out, one order after the other."""
    g, (_, order) = f.args
    result = g
    for _ in range(int(order)):
        result = result.diff(x)
        result = min(result, together(result), key=Expr.count_ops)
    return LargestSize(result, x, a, b)


@RULES.rule("constant", example=LargestSize(S(-3), x, 0, 1))
def constant(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """A constant has one size."""
    return Abs(f) if not depends_on(f, x) else None


@RULES.rule("closed interval method", example=LargestSize(x**3 - 2 * x, x, -1, S(5) / 4))
def closed_interval(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The largest size is taken at an end, or where the derivative is zero."""
    if not numeric(a, b) or f.free_symbols - {x}:
        return None
    try:
        if breaks(f, x, a, b):
            return None
        inner = zeros(together(f.diff(x)), x, a, b)
        places = ascending(list(dict.fromkeys([a, *inner, b])))
    except (Unknown, NotReal):
        return None
    values = [Abs(f.subs(x, p)) for p in places]
    largest = max(values, key=lambda value: value.evalf(FEWEST_DIGITS))
    letters = tuple((Symbol(f"x_{k}"), p) for k, p in enumerate(places))
    return Rewrite(largest, where=letters)


@dataclass(frozen=True)
class TaylorRemainder(Answers):
    """f = polynomial + form for some xi between x0 and x, and |form| <= bound on the interval.

    `largest` is the derivation of the largest size of the n-th derivative there.
    """

    polynomial: Derivation
    form: Expr
    largest: Derivation
    bound: Expr


@limited
def taylor_remainder(
    f: Expr | str, x: Any, x0: Any = 0, n: int = 6, on: Any = (-1, 1), timeout: float = 20.0
) -> TaylorRemainder:
    """Lagrange's remainder after the terms of degree below `n`, bounded on the interval `on`.

    Raises ValueError where the interval does not hold the centre, or is no interval; and what
    `series` raises.

    >>> r = taylor_remainder("exp(x)", "x", n=3, on=(0, 1))
    >>> r.form
    x**3*exp(xi)/6
    >>> r.bound
    E/6
    """
    expression, centre = exact(scalar(f)), exact(place(x0))
    variable = letter(x, expression)
    a, b = (exact(place(end)) for end in _pair(on))
    if not numeric(a, b) or not (a <= centre) == True or not (centre <= b) == True:
        raise ValueError(f"the interval from {a} to {b} does not hold the centre {centre}")
    polynomial = series(expression, variable, centre, n, timeout)
    if not isinstance(polynomial.problem, Truncated) or polynomial.result.subs(
        variable, centre
    ).has(S.ComplexInfinity, S.NaN):
        raise ValueError(f"{expression} has a pole at {centre}: no remainder in Lagrange's form")
    goal = LargestSize(D(expression, variable, n), variable, a, b)
    tables = {LargestSize: RULES, Derivative: DERIVATIVES}
    largest = Derivation(search(goal, tables, Budget(seconds=timeout)), goal, (), in_order(goal))
    xi = fresh("xi", expression)
    slope = expression.diff(variable, n).subs(variable, xi)
    form = slope * (variable - centre) ** n / factorial(n)
    farthest = b - centre if (b - centre >= centre - a) == True else centre - a
    return TaylorRemainder(polynomial, form, largest, largest.result * farthest**n / factorial(n))


def _pair(on: Any) -> tuple[Any, Any]:
    if not isinstance(on, (tuple, list)) or len(on) != 2:
        raise ValueError(f"on is {on!r}: write the two ends of the interval, (-1, 1)")
    return on[0], on[1]
