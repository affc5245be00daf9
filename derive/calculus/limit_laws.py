"""The limit laws: sums, products, quotients, powers, compositions, and what they say at infinity.

Each law holds only where its parts have limits and the combination is determinate; a form that is
known to be indeterminate (0/0, oo - oo, 1**oo ...) is left to the other rules.
"""

from __future__ import annotations

from sympy import (
    Add,
    Expr,
    FiniteSet,
    Function,
    Interval,
    Mul,
    Pow,
    Symbol,
    Union,
    atan,
    cos,
    cot,
    csc,
    exp,
    log,
    oo,
    pi,
    sec,
    sin,
    tan,
    tanh,
)
from sympy.core.function import AppliedUndef

from derive.calculus import limit_sequences  # noqa: F401  (its rules come first)
from derive.calculus.asymptotics import Nearby, trend_of_logarithm
from derive.calculus.continuity import EVERYWHERE, continuity
from derive.calculus.limit_table import FINITE, RULES, finite_premises, lim, look, quotient, tends
from derive.calculus.nearby import EDGES, ENDS, POLES, at_the_edge
from derive.rules import ZERO, Outcome, Rewrite
from derive.structure import depends_on, fresh

x, u, v = Symbol("x"), Symbol("u"), Symbol("v")
POSITIVE = Union(Interval.open(0, oo), FiniteSet(oo))


@RULES.rule("grows beyond all bounds", example=lim(1 / x**2, x, 0), on=(Mul, Pow))
def unbounded_quotient(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The denominator tends to zero from one side while the numerator does not: no bound holds."""
    above, below = quotient(f)
    top, bottom, whole = (look(part, x, x0, d) for part in (above, below, f))
    if bottom.value != 0 or not whole.infinite or top.value in (None, 0):
        return None
    premises = (*tends(above, top, x, x0, d), (lim(below, x, x0, d), ZERO))
    return Rewrite(whole.value, where=((u, above), (v, below)), premises=premises)


@RULES.rule("sum of limits", example=lim(sin(x) / x + x, x, 0), on=Add)
def sum_of_limits(f: Add, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The limit of a sum is the sum of the limits."""
    parts = [look(term, x, x0, d) for term in f.args]
    values = [part.value for part in parts]
    if oo in values and -oo in values:
        return None
    if oo in values or -oo in values:
        return _sum_with_infinity(f, parts, x, x0, d)
    return Rewrite(
        Add(*(lim(t, x, x0, d) if depends_on(t, x) else t for t in f.args)),
        premises=finite_premises(list(f.args), f, x, x0, d),
    )


def _sum_with_infinity(f: Add, parts: list[Nearby], x: Symbol, x0: Expr, d: str) -> Outcome:
    if any(part.value is None for part in parts):
        return None
    total = oo if any(part.value == oo for part in parts) else -oo
    pairs = zip(f.args, parts, strict=True)
    return Rewrite(total, premises=sum((tends(t, p, x, x0, d) for t, p in pairs), ()))


@RULES.rule("split off what is harmless", example=lim(cos(x) * (x - sin(x)) / x**3, x, 0), on=Mul)
def harmless_factors(f: Mul, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Factors with a limit that is finite and not zero are taken apart from the others."""
    parts = [(factor, look(factor, x, x0, d)) for factor in f.args]
    tame = [factor for factor, part in parts if part.finite and part.value != 0]
    wild = Mul(*(factor for factor in f.args if factor not in tame))
    if not tame or wild == 1:
        return None
    found = [lim(Mul(*tame), x, x0, d), lim(wild, x, x0, d)]
    return Rewrite(Mul(*found), premises=finite_premises([wild], f, x, x0, d))


@RULES.rule("product of limits", example=lim(atan(x) * tanh(x), x, oo), on=Mul)
def product_of_limits(f: Mul, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The limit of a product is the product of the limits."""
    above, below = quotient(f)
    factors = list(above.args) if isinstance(above, Mul) and below == 1 else [above, 1 / below]
    parts = [look(factor, x, x0, d) for factor in factors]
    if 1 in (above, below) and len(factors) < 2:
        return None
    if any(p.value == 0 for p in parts) and any(p.infinite for p in parts):
        return None
    if any(p.infinite for p in parts):
        return _product_with_infinity(f, factors, parts, x, x0, d)
    if below != 1 and look(below, x, x0, d).value in (0, oo, -oo):
        return None
    return Rewrite(
        Mul(*(lim(g, x, x0, d) if depends_on(g, x) else g for g in factors)),
        where=((u, above), (v, below)) if below != 1 else (),
        premises=finite_premises(factors, f, x, x0, d),
    )


def _product_with_infinity(
    f: Expr, factors: list[Expr], parts: list[Nearby], x: Symbol, x0: Expr, d: str
) -> Outcome:
    whole = look(f, x, x0, d)
    if not whole.infinite or any(part.value is None for part in parts):
        return None
    pairs = zip(factors, parts, strict=True)
    return Rewrite(whole.value, premises=sum((tends(g, p, x, x0, d) for g, p in pairs), ()))


@RULES.rule("power of a limit", example=lim(atan(x) ** 3, x, oo), on=Pow)
def power_of_limit(f: Pow, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The limit of a power is the power of the limit."""
    base, p = f.args
    if depends_on(p, x):
        return None
    inside, whole = look(base, x, x0, d), look(f, x, x0, d)
    if inside.infinite or inside.value == 0:
        return _power_at_the_end(f, inside, whole, x, x0, d)
    premise = lim(base, x, x0, d)
    if inside.value is not None:
        letter = fresh("u", f)
        found = continuity(letter**p, letter, inside.value)
        premises = tends(base, inside, x, x0, d)
        return Rewrite(premise**p, found[1], premises=premises) if found else None
    if p.is_Integer and p.is_positive:
        return premise**p
    allowed = Interval(-oo, 0, True, True) + POSITIVE if p.is_Integer else POSITIVE
    return Rewrite(premise**p, premises=((premise, allowed),))


def _power_at_the_end(
    f: Pow, inside: Nearby, whole: Nearby, x: Symbol, x0: Expr, d: str
) -> Outcome:
    if whole.value is None:
        return None
    where = ((u, f.base),)
    return Rewrite(whole.value, where=where, premises=tends(f.base, inside, x, x0, d))


@RULES.rule("constant base", example=lim(2 ** (1 / x), x, 0, "-"), on=Pow)
def constant_base(f: Pow, x: Symbol, x0: Expr, d: str) -> Outcome:
    """An exponential is continuous: the limit goes to the exponent."""
    base, p = f.args
    if depends_on(base, x) or not base.is_positive:
        return None
    inside, whole = look(p, x, x0, d), look(f, x, x0, d)
    if not inside.infinite:
        return Rewrite(base ** lim(p, x, x0, d), premises=finite_premises([p], f, x, x0, d))
    if whole.value is None:
        return None
    return Rewrite(whole.value, where=((u, p),), premises=tends(p, inside, x, x0, d))


@RULES.rule("power of limits", example=lim((2 + 1 / x) ** atan(x), x, oo), on=Pow)
def power_of_limits(f: Pow, x: Symbol, x0: Expr, d: str) -> Outcome:
    """A power that moves in base and exponent, where both decide it together."""
    base, p = f.args
    inside, upper, whole = (look(part, x, x0, d) for part in (base, p, f))
    if not (depends_on(base, x) and depends_on(p, x)) or whole.value is None:
        return None
    if None in (inside.value, upper.value) or trend_of_logarithm(inside, upper) is None:
        return None
    premises = tends(base, inside, x, x0, d) + tends(p, upper, x, x0, d)
    return Rewrite(whole.value, where=((u, base), (v, p)), premises=premises)


# ------------------------------------------------------------------ compositions


@RULES.rule("the outer function at infinity", example=lim(atan(1 / x), x, 0, "+"), on=Function)
def outer_at_infinity(f: Function, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The inner function grows beyond all bounds: take the outer function's limit out there."""
    if len(f.args) != 1 or type(f) not in ENDS:
        return None
    inner = f.args[0]
    inside = look(inner, x, x0, d)
    end = ENDS[type(f)][inside.value == oo] if inside.infinite else None
    if end is None:
        return None
    return Rewrite(end[0], where=((u, inner),), premises=tends(inner, inside, x, x0, d))


@RULES.rule("the edge of the domain", example=lim(log(sin(x)), x, 0, "+"), on=Function)
def edge_of_domain(f: Function, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The inner function comes to the edge of the outer function's domain, from inside."""
    if len(f.args) != 1 or type(f) not in EDGES:
        return None
    inner = f.args[0]
    inside = look(inner, x, x0, d)
    value = at_the_edge(type(f), inside)
    if value is None:
        return None
    return Rewrite(value, where=((u, inner),), premises=tends(inner, inside, x, x0, d))


@RULES.rule("in sines and cosines", example=lim(tan(x), x, pi / 2, "-"), on=(tan, cot, sec, csc))
def sines_and_cosines(f: Function, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Write the function as a quotient of sine and cosine."""
    if not look(f, x, x0, d).infinite:
        return None
    above, below = POLES[type(f)](f.args[0])
    rise, zero = look(above, x, x0, d), look(below, x, x0, d)
    premises = tends(above, rise, x, x0, d) + tends(below, zero, x, x0, d)
    whole = look(f, x, x0, d).value
    return Rewrite(whole, where=((u, above), (v, below)), premises=premises)


@RULES.rule("limit inside a continuous function", example=lim(exp(sin(x) / x), x, 0), on=Function)
def inside_continuous(f: Function, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The outer function is continuous where the inner one tends to: the limit goes inside."""
    moving = [k for k, argument in enumerate(f.args) if depends_on(argument, x)]
    if len(moving) != 1 or isinstance(f, AppliedUndef):
        return None
    before, (inner, *after) = f.args[: moving[0]], f.args[moving[0] :]
    inside, goal = look(inner, x, x0, d), lim(inner, x, x0, d)
    if inside.infinite:
        return None
    if inside.value is None:
        return _unknown_inside(f, goal) if len(f.args) == 1 else None
    letter = fresh("u", f)
    found = continuity(f.func(*before, letter, *after), letter, inside.value)
    if found is None:
        return None
    value = f.func(*before, goal, *after)
    premises = tends(inner, inside, x, x0, d)
    return Rewrite(value, found[1], where=((letter, inner),), premises=premises)


def _unknown_inside(f: Function, goal: Expr) -> Outcome:
    if type(f) in EVERYWHERE:
        return Rewrite(f.func(goal), premises=((goal, FINITE),) if len(f.free_symbols) > 1 else ())
    if isinstance(f, log):
        return Rewrite(log(goal), premises=((goal, POSITIVE),))
    return None
