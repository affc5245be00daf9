"""Sums, products and powers of what is known near a point: values, signs and growth.

The usual arithmetic with oo and with "zero from above", which leaves 0/0, oo - oo and 1**oo open
unless the growth of the parts decides it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Add, Expr, Mul, S, nan, oo, zoo

from derive.calculus import growth as g
from derive.calculus.continuity import is_zero
from derive.calculus.growth import Growth


@dataclass(frozen=True)
class Nearby:
    """What is known: `value` is the limit; `side` 1 from above, -1 from below, 0 for a constant.

    f is asymptotic to `lead` times the function that `growth` describes.
    """

    value: Expr | None = None
    side: int | None = None
    growth: Growth | None = None
    bounded: bool = False
    lead: Expr | None = None

    @property
    def sign(self) -> int | None:
        if self.value is None:
            return None
        if self.value == 0:
            return self.side
        return (
            1
            if self.value.is_extended_positive
            else -1
            if self.value.is_extended_negative
            else None
        )

    @property
    def finite(self) -> bool:
        return self.value is not None and self.value not in (oo, -oo)

    @property
    def infinite(self) -> bool:
        return self.value is not None and self.value in (oo, -oo)


UNKNOWN = Nearby()
BOUNDED = Nearby(bounded=True)


def finite(
    value: Expr, side: int | None, growth: Growth | None = None, lead: Expr | None = None
) -> Nearby:
    """A finite value; where it is not zero, growth is that of a constant."""
    zero = is_zero(value)
    if zero:
        return Nearby(S.Zero, side, growth, True, lead)
    if value.has(nan, zoo, oo, -oo) or value.is_extended_real is False:
        return UNKNOWN
    return Nearby(value, side, *((g.CONSTANT, True, value) if zero is False else (None, True)))


def infinite(sign: int, growth: Growth | None = None, lead: Expr | None = None) -> Nearby:
    return Nearby(sign * oo, None, growth, False, lead)


# ------------------------------------------------------------------ sums and products


def dominant(parts: list[Nearby]) -> Nearby | None:
    """What the parts of largest growth are together, when they surely do not cancel."""
    known = [(p.growth, p) for p in parts if p.growth is not None]
    if not known:
        return None
    growth, first = known[0]
    best = [first]
    for other, p in known[1:]:
        order = g.compared(other, growth)
        if order is None:
            return None
        if order > 0:
            growth, best = other, [p]
        elif order == 0:
            best.append(p)
    if any(p.growth is None and not (p.bounded and g.trend(growth) == 1) for p in parts):
        return None
    return best[0] if len(best) == 1 else _together(best, growth)


def _together(best: list[Nearby], growth: Growth) -> Nearby | None:
    """Several terms of the same growth."""
    leads = [p.lead for p in best]
    if None not in leads:
        lead = Add(*leads)
        if is_zero(lead) is not False:
            return None
        return from_growth(growth, sign_of(lead), lead)
    if best[0].sign is None or any(p.sign != best[0].sign for p in best):
        return None
    return from_growth(growth, best[0].sign, None)


def sign_of(c: Expr) -> int | None:
    return 1 if c.is_positive else -1 if c.is_negative else None


def from_growth(growth: Growth, sign: int | None, lead: Expr | None) -> Nearby:
    towards = g.trend(growth)
    if towards == 1 and sign:
        return infinite(sign, growth, lead)
    if towards == -1:
        return Nearby(S.Zero, sign, growth, True, lead)
    if towards == 0 and lead is not None:
        return finite(lead, None)
    return Nearby(None, None, growth, towards == 0, lead)


def product(parts: list[Nearby]) -> Nearby:
    values, signs, leads = ([getattr(p, name) for p in parts] for name in ("value", "sign", "lead"))
    sign = None if None in signs else int(Mul(*signs))
    growths = [p.growth for p in parts if p.growth is not None]
    growth = g.times(*growths) if len(growths) == len(parts) else None
    lead = None if None in leads or growth is None else Mul(*leads)
    if all(p.finite for p in parts):
        value = Mul(*values)
        if is_zero(value):
            return Nearby(S.Zero, sign, growth, True, lead)
        moving = sum(p.side != 0 for p in parts)
        return finite(value, 0 if not moving else _side_of_product(parts) if moving == 1 else None)
    if None not in values and 0 not in values and sign:
        return infinite(sign, growth, lead)
    if growth is not None:
        return from_growth(growth, sign, lead)
    bounded = all(p.bounded for p in parts)
    return Nearby(S.Zero, None, None, True) if 0 in values and bounded else Nearby(bounded=bounded)


def _side_of_product(parts: list[Nearby]) -> int | None:
    sides = [p.side if p.side != 0 else p.sign for p in parts]
    return None if None in sides else int(Mul(*sides))


# ------------------------------------------------------------------ powers


def fixed_power(base: Nearby, p: Expr) -> Nearby:
    growth = g.scaled(base.growth, p) if base.growth is not None else None
    lead = (
        base.lead**p
        if growth is not None and (p.is_integer or base.sign == 1) and base.lead
        else None
    )
    if p.is_zero or (p.is_positive is None and p.is_negative is None):
        return UNKNOWN
    if base.value is None:
        if growth is not None and p.is_integer:
            return from_growth(growth, 1 if p.is_even else None, lead)
        return Nearby(bounded=bool(base.bounded and p.is_positive and p.is_integer))
    if base.finite and base.value != 0:
        return _ordinary_power(base.value, base.side, p)
    sign = _sign_of_power(base.sign, p)
    if not p.is_integer and sign is None:
        return UNKNOWN
    if base.infinite != bool(p.is_positive):
        return Nearby(S.Zero, sign, growth, True, lead)
    return infinite(sign, growth, lead) if sign else Nearby(growth=growth, lead=lead)


def _sign_of_power(sign: int | None, p: Expr) -> int | None:
    if p.is_even:
        return 1
    if p.is_odd or sign == 1:
        return sign
    return None


def _ordinary_power(base: Expr, side: int | None, p: Expr) -> Nearby:
    """The base tends to a finite value that is not zero."""
    if not (base.is_positive or p.is_integer):
        return UNKNOWN
    slope = sign_of(p * base ** (p - 1))
    if side is None or (slope is None and side):
        return finite(base**p, None)
    return finite(base**p, (slope or 0) * side)


def trend_of_logarithm(base: Nearby, exponent: Nearby) -> int | None:
    """Where exponent*log(base) goes: 1 to oo, -1 to -oo, 0 to a finite value, None unknown."""
    if exponent.value is None:
        return None
    if base.infinite or base.value == 0:
        if exponent.value == 0 or exponent.sign is None:
            return None
        return exponent.sign * (1 if base.infinite else -1)
    if exponent.finite:
        return 0
    over = None if base.value is None else sign_of(base.value - 1)
    return None if over is None or exponent.sign is None else over * exponent.sign
