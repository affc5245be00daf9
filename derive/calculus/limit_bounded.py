"""Bounded factors: squeezed to zero, held away from zero, or oscillating for ever."""

from __future__ import annotations

from sympy import Abs, Add, Expr, Mul, Pow, S, Symbol, cos, cot, frac, oo, sin, tan

from derive.calculus import limit_algebra  # noqa: F401  (its rules come first)
from derive.calculus.continuity import continuity, is_zero
from derive.calculus.jumps import JUMPS
from derive.calculus.limit_table import RULES, lim, look, tends
from derive.engine import DOES_NOT_EXIST
from derive.holes import rebuild
from derive.rules import ZERO, Outcome, Rewrite
from derive.structure import depends_on, fresh, postorder

x, u, v = Symbol("x"), Symbol("u"), Symbol("v")
OSCILLATING = (sin, cos, tan, cot, frac)


@RULES.rule("squeeze", example=lim(x * sin(1 / x), x, 0), on=Mul)
def squeeze(f: Mul, x: Symbol, x0: Expr, d: str) -> Outcome:
    """A bounded factor times one that tends to zero is squeezed to zero."""
    bounded = [k for k in f.args if depends_on(k, x) and _bounded(k, x, x0, d)]
    rest = Mul(*(k for k in f.args if k not in bounded))
    if not bounded or not depends_on(rest, x) or look(rest, x, x0, d).value not in (S.Zero, None):
        return None
    return Rewrite(
        S.Zero, where=((u, Mul(*bounded)), (v, rest)), premises=((lim(rest, x, x0, d), ZERO),)
    )


def _bounded(factor: Expr, x: Symbol, x0: Expr, d: str) -> bool:
    found = look(factor, x, x0, d)
    return found.bounded and found.value is None


@RULES.rule("held away from zero", example=lim(x * (2 + sin(x)), x, oo), on=Mul)
def held_away_from_zero(f: Mul, x: Symbol, x0: Expr, d: str) -> Outcome:
    """A factor that stays above a positive bound cannot stop the other one from growing."""
    factors = [k for k in f.args if isinstance(k, Add) and _lower_bound(k, x) is not None]
    if len(factors) != 1:
        return None
    rest = Mul(*(k for k in f.args if k not in factors))
    found = look(rest, x, x0, d)
    if not found.infinite:
        return None
    where = ((u, factors[0]), (v, rest), (Symbol("m"), _lower_bound(factors[0], x)))
    return Rewrite(found.value, where=where, premises=tends(rest, found, x, x0, d))


def _lower_bound(total: Add, x: Symbol) -> Expr | None:
    """A positive bound below c + k*sin(u), where c > |k|."""
    fixed, wave = total.as_independent(x, as_Add=True)
    k, wave = wave.as_independent(x, as_Add=False)
    bound = fixed - Abs(k)
    return bound if isinstance(wave, (sin, cos)) and bound.is_positive else None


@RULES.rule("bounded base, small exponent", example=lim((2 + cos(x)) ** (1 / x), x, oo), on=Pow)
def bounded_base(f: Pow, x: Symbol, x0: Expr, d: str) -> Outcome:
    """A base between two positive bounds has a bounded logarithm: a small exponent makes it one."""
    base, p = f.args
    if not depends_on(p, x) or not isinstance(base, Add) or _lower_bound(base, x) is None:
        return None
    where = ((u, base), (v, p), (Symbol("m"), _lower_bound(base, x)))
    return Rewrite(S.One, where=where, premises=((lim(p, x, x0, d), ZERO),))


@RULES.rule("the largest term wins", example=lim(x**2 + x * sin(x), x, oo), on=Add)
def largest_term(f: Add, x: Symbol, x0: Expr, d: str) -> Outcome:
    """One term grows beyond all bounds, and all others are small against it."""
    waves = [term for term in f.args if term.has(*OSCILLATING) and depends_on(term, x)]
    growing = [term for term in f.args if look(term, x, x0, d).infinite]
    if not waves or len(growing) != 1:
        return None
    (large,) = growing
    value = look(large, x, x0, d).value
    others = [term for term in f.args if term is not large and depends_on(term, x)]
    small = tuple((lim(term / large, x, x0, d), ZERO) for term in others)
    premises = (*tends(large, look(large, x, x0, d), x, x0, d), *small)
    return Rewrite(value, where=((u, large),), premises=premises)


@RULES.rule("oscillation", example=lim(sin(1 / x), x, 0))
def oscillation(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The argument passes through every period: the function keeps taking different values."""
    waves = [n for n in postorder(f) if isinstance(n, OSCILLATING) and depends_on(n, x)]
    waves = [n for n in waves if not look(n.args[0], x, x0, d).finite]
    if x.is_integer and not all(_is_spread(wave, x) for wave in waves):
        return None
    if len(waves) != 1 or waves[0].args[0].has(*JUMPS):
        return None
    inner, d = waves[0].args[0], "+" if d == "+-" else d
    end = look(inner, x, x0, d)
    wave = fresh("w", f)
    around = rebuild(f, {waves[0]: wave}, set())
    if not end.infinite:
        return None
    premises = tends(inner, end, x, x0, d)
    if not depends_on(around, x):
        return (
            Rewrite(DOES_NOT_EXIST, where=((u, inner),), premises=premises)
            if _varies(around, wave)
            else None
        )
    slope = around.diff(wave)
    if depends_on(slope, wave) or around.has(*JUMPS):
        return None
    factor, rest = look(slope, x, x0, d), look(rebuild(around, {wave: S.Zero}, set()), x, x0, d)
    if factor.value in (None, 0) or factor.sign not in (1, -1) or not rest.finite:
        return None
    premises += tends(slope, factor, x, x0, d)
    return Rewrite(DOES_NOT_EXIST, where=((u, inner),), premises=premises)


def _is_spread(wave: Expr, n: Symbol) -> bool:
    """A polynomial with rational coefficients: its values at whole n fill the circle (H. Weyl)."""
    p = wave.args[0].as_poly(n)
    return (
        isinstance(wave, (sin, cos))
        and p is not None
        and all(c.is_Rational for c in p.all_coeffs())
    )


def _varies(f: Expr, wave: Symbol) -> bool:
    """Whether `f` is continuous at two values of the wave, and differs there."""
    low, high = continuity(f, wave, S(1) / 4), continuity(f, wave, S(2) / 3)
    if low is None or high is None or low[1] != True or high[1] != True:
        return False
    return is_zero(low[0] - high[0]) is False
