"""What the rules for sums share: the goals, what a rule sees of them, ratios of terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from typing import Any

from sympy import (
    Abs,
    Basic,
    Expr,
    Ge,
    Limit,
    Lt,
    Mul,
    Ne,
    Poly,
    Pow,
    Product,
    S,
    Sum,
    Symbol,
    Tuple,
    binomial,
    cancel,
    exp,
    factor,
    factorial,
    gamma,
    oo,
)
from sympy.logic.boolalg import Boolean

from derive.calculus.limit_table import lim
from derive.rules import Outcome, Rule, RuleTable
from derive.structure import depends_on, free_symbols

Function = Callable[..., Outcome]
FIRST_TERMS = 6


def product_of(f: Expr, k: Symbol, a: Expr, b: Expr) -> Product:
    """`Product(f, (k, a, b))`, exactly as written."""
    whole = Basic.__new__(Product, f, Tuple(k, a, b))
    whole.is_commutative = True
    return whole


def unpack(goal: Sum) -> tuple[Basic, ...]:
    """`f, k, a, b` of a sum by one index; `f` and the ranges of one by several."""
    f, *ranges = goal.args
    return (f, *ranges[0].args) if len(ranges) == 1 else (f, Tuple(*ranges))


class Rules:
    """The rules of one method, in the order in which they are tried; `summation` joins them."""

    def __init__(self, operator: type = Sum) -> None:
        self.table = RuleTable(operator, unpack, "sums by one method")

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.table)

    def _where(self, holds: Callable[[Expr, Expr], bool], name: str, options: Any) -> Any:
        def add(function: Function) -> Function:
            @wraps(function)
            def rule(f: Expr, k: Basic, *ends: Expr) -> Outcome:
                return function(f, k, *ends) if len(ends) == 2 and holds(*ends) else None

            return self.table.rule(name, **options)(rule)

        return add

    def any(self, name: str, **options: Any) -> Callable[[Function], Function]:
        """Add a rule for sums between any bounds; it takes `f, k, a, b`."""
        return self._where(lambda a, b: True, name, options)

    def finite(self, name: str, **options: Any) -> Callable[[Function], Function]:
        """Add a rule for sums between two finite places."""
        return self._where(lambda a, b: not a.is_infinite and not b.is_infinite, name, options)

    def infinite(self, name: str, **options: Any) -> Callable[[Function], Function]:
        """Add a rule for sums from a place on to infinity."""
        return self._where(lambda a, b: b == oo and not a.is_infinite, name, options)


# ------------------------------------------------------------------ letters


def counting(expression: Basic, letters: set[Symbol]) -> dict[Symbol, Symbol]:
    """The letters that count, as integers: an index, and what bounds it."""
    return {
        s: Symbol(s.name, integer=True)
        for s in sorted(letters, key=str)
        if s.is_integer is None and s.is_extended_real is None
    }


def real_letter(k: Symbol, *within: Basic) -> Symbol:
    """A letter of the same name that may be any real number: limits and integrals run over it."""
    return Symbol(k.name)


def far_out(f: Expr, k: Symbol) -> Limit:
    """The limit of f as k grows, through all real numbers."""
    x = real_letter(k)
    return lim(f.xreplace({k: x}), x, oo)


# ------------------------------------------------------------------ conditions


def smaller_than_one(r: Expr) -> Boolean:
    """|r| < 1: true or false of a number, and solved for the letter of a power."""
    if not free_symbols(r):
        return S.true if abs(r.evalf(30)) < 1 - S(10) ** -25 else S.false
    if isinstance(r, exp):
        return Lt(r.args[0], 0)
    c, rest = r.as_coeff_Mul()
    base, power = rest.as_base_exp()
    if power.is_Rational and power > 0:
        return Lt(Abs(base), Abs(c) ** (-1 / power))
    return Lt(Abs(r), 1)


def unequal(a: Expr, b: Expr) -> Boolean:
    """a != b: true where that is known, and never false of letters."""
    difference = cancel(a - b)
    if difference.is_zero is False or (difference.is_number and abs(difference.evalf()) > 1e-20):
        return S.true
    return Ne(a, b)


def at_least(b: Expr, a: Expr) -> Boolean:
    """b >= a: true where that is known, with the numbers on the right."""
    difference = (b - a).expand()
    if difference.is_nonnegative:
        return S.true
    number, letters = difference.as_coeff_Add()
    return Ge(letters, -number)


# ------------------------------------------------------------------ ratios of terms


@lru_cache(maxsize=500)  # each rule for sums asks again
def ratio(f: Expr, k: Symbol) -> Expr | None:
    """f(k + 1)/f(k) where it is a rational function of k: the terms are hypergeometric.

    >>> from sympy.abc import k
    >>> ratio(2**k/factorial(k), k)
    2/(k + 1)
    """
    result: Expr = S.One
    for part in Mul.make_args(f):
        step = _step_of(part, k) if depends_on(part, k) else S.One
        if step is None:
            return None
        result *= step
    return cancel(result)


def _step_of(part: Expr, k: Symbol) -> Expr | None:
    if isinstance(part, (factorial, gamma)):
        inside = part.args[0] + (0 if isinstance(part, factorial) else -1)
        return _factorial_step(inside, k)
    if isinstance(part, binomial):
        above, below = part.args
        steps = [s for u in (above, below, above - below) if (s := _factorial_step(u, k))]
        return steps[0] / (steps[1] * steps[2]) if len(steps) == 3 else None
    if isinstance(part, exp):
        slope = (part.args[0].subs(k, k + 1) - part.args[0]).expand()
        return None if depends_on(slope, k) else exp(slope)
    if isinstance(part, Pow):
        return _power_step(part, k)
    return part.subs(k, k + 1) / part if part.is_polynomial(k) else None


def _power_step(part: Pow, k: Symbol) -> Expr | None:
    base, power = part.args
    if not depends_on(power, k):
        if not power.is_Integer:
            return None
        step = _step_of(base, k) if not base.is_Mul else ratio(base, k)
        return None if step is None else step**power
    slope = (power.subs(k, k + 1) - power).expand()
    if depends_on(base, k) or depends_on(slope, k):
        return None
    return base**slope


def _factorial_step(u: Expr, k: Symbol) -> Expr | None:
    """(u(k + 1))!/(u(k))! for u that grows by a whole number."""
    grows = (u.subs(k, k + 1) - u).expand()
    if not grows.is_Integer or abs(grows) > 12:
        return None
    above = Mul(*(u + j for j in range(1, int(grows) + 1)))
    below = Mul(*(u - j for j in range(-int(grows))))
    return above / below


def linear_factors(p: Expr, k: Symbol) -> tuple[Expr, list[Expr]] | None:
    """`c, [a, b, ...]` with p = c*(k + a)*(k + b)*...; None where there is no such form."""
    poly = Poly(p, k)
    c, shifts = poly.LC(), []
    for irreducible, power in Poly(factor(p), k).factor_list()[1] if poly.degree() else ():
        if irreducible.degree() == 0:
            continue
        if irreducible.degree() > 1:
            return None
        shifts += [cancel(irreducible.nth(0) / irreducible.nth(1))] * power
    return c, shifts


def at_places(f: Expr, k: Symbol, a: Expr, count: int) -> list[Expr]:
    """f(a), f(a + 1), ... as they are."""
    return [f.subs(k, a + j) for j in range(count)]
