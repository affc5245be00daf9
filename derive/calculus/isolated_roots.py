"""Zeros without a closed form, told from all other numbers by two ends between which they lie.

The ends are decimal fractions at which the function has different signs. Digits are found between
them as they are asked for.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import mpmath
from sympy import Add, Expr, Mul, Poly, Pow, Rational, Symbol, factor_list, log, oo

from derive.calculus.intervals import IsolatedRoot, RootBetween, in_mpmath
from derive.calculus.roots_between import RULES
from derive.rules import Outcome

x = Symbol("x")
LOOKS, REACH = 120, 24  # at the function, and how far its letter is moved over the interval
DIGITS, BISECTIONS = 30, 120
DECIMALS = range(2, 10)
SIGN = 1e-15  # what is smaller has no sign that is sure


@RULES.rule("factor the polynomial", example=RootBetween(x**3 + x - 2, x, 0, oo), on=Add)
def factor_the_polynomial(f: Add, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """A polynomial with fractions as coefficients is zero where one of its factors is."""
    if not f.is_polynomial(x) or not all(c.is_Rational for c in Poly(f, x).all_coeffs()):
        return None
    number, factors = factor_list(f, x)
    if len(factors) < 2:
        return None
    return RootBetween(Mul(number, *(Pow(*each) for each in factors)), x, a, b)


@RULES.rule("between two numbers", example=RootBetween(x + log(x), x, 0, oo))
def between_two_numbers(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The function has different signs at two numbers: the zero lies between them, and is known to
    as many digits as are asked for."""
    if f.free_symbols != {x} or a.free_symbols or b.free_symbols:
        return None
    with mpmath.workdps(DIGITS):
        found = _ends(in_mpmath(f, x), a, b)
    signs = [f.subs(x, end).evalf(DIGITS).is_positive for end in found or ()]
    return IsolatedRoot(f, x, *found) if found and set(signs) == {True, False} else None


def _ends(f: Any, a: Expr, b: Expr) -> tuple[Rational, Rational] | None:
    """Short decimal fractions on both sides of where the sign changes, if it does once."""
    places = [_moved(REACH * mpmath.mpf(2 * k - LOOKS) / LOOKS, a, b) for k in range(LOOKS + 1)]
    seen = [(place, s) for place in places if (s := _sign(f, place))]
    across = [pair for pair in pairwise(seen) if pair[0][1] != pair[1][1]]
    if len(across) != 1:
        return None
    ((low, before), (high, _)) = across[0]
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if _sign(f, middle) == before else (low, middle)
    if not _meets_zero(f, low, high, (seen[0][0], seen[-1][0])):
        return None
    for k in DECIMALS:
        step = Rational(1, 10**k)
        for shift in (0, step / 2):  # where the zero is such a fraction, it lies in the middle
            start = step * Rational(int(mpmath.floor(low * 10**k))) - shift
            signs = [_sign(f, mpmath.mpf(end.p) / end.q) for end in (start, start + step)]
            if a <= start and start + step <= b and set(signs) == {1, -1}:
                return start, start + step
    return None


def _meets_zero(f: Any, low: Any, high: Any, over: Any) -> bool:
    """Whether the function is small where its sign changes: at a pole it is large."""
    width = min(SIGN * (1 + abs(low)), (over[1] - over[0]) / 4)
    near = [abs(f(place)) for place in (low - width, high + width) if over[0] < place < over[1]]
    far = [abs(f(place)) for place in (low - 1e3 * width, high + 1e3 * width)
           if over[0] < place < over[1]]  # fmt: skip
    return bool(near and far and max(near) < max(far))


def _moved(u: Any, a: Expr, b: Expr) -> Any:
    """From the whole line into the interval."""
    low, high = (mpmath.mpf(str(end.evalf(DIGITS))) if end.is_finite else None for end in (a, b))
    if low is None and high is None:
        return mpmath.sinh(u)
    if low is None or high is None:
        return high - mpmath.exp(u) if low is None else low + mpmath.exp(u)
    return low + (high - low) / (1 + mpmath.exp(-u))


def _sign(f: Any, place: Any) -> int:
    """1 or -1; 0 where there is no value, or none that is sure to have a sign."""
    try:
        value = f(place)
    except (TypeError, ValueError, ArithmeticError):
        return 0
    if isinstance(value, mpmath.mpc) or not mpmath.isfinite(value) or abs(value) < SIGN:
        return 0
    return 1 if value > 0 else -1
