"""What vanishes at 0 to a higher order than its parts: x - sin x, 1/x - cot x, exp(x) - 1 - x.

Near 0 such a sum is its power series, with rational coefficients, cut where the rest is below the
rounding error. That bound is derived: the coefficients of each function are at most those of its
majorant F, so for |x| < t < rho what follows the term of order n is at most F(rho)*(t/rho)**(n+1)
(Cauchy; Knopp, Theory and Application of Infinite Series, section 21).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import sympy as sp

from lambdify_bridge.stable.table import RULES, choice, factors, terms, x

Found = Any
ORDER = 60  # coefficients that are known
LONGEST = 24  # terms of a polynomial that is worth its time
LOWEST = -3  # the most negative power of a letter beside a function
PLACES = [Fraction(k, 16) for k in (16, 14, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)]
ROUNDING = 2.0**-55


class Known(NamedTuple):
    """Coefficients of x**-1, x**0, ..., the majorant, and the radius where it is finite."""

    coefficient: Callable[[int], Fraction]
    majorant: Callable[[float], float]
    radius: float


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))


@cache
def _bernoulli(n: int) -> Fraction:
    return _fraction(sp.bernoulli(n))


def _inverse_factorial(n: int) -> Fraction:
    return Fraction(1, math.factorial(n)) if n >= 0 else Fraction(0)


def _alternating(n: int) -> int:
    return -1 if n % 2 else 1


def _sine(n: int) -> Fraction:
    return _inverse_factorial(n) * _alternating(n // 2) if n % 2 else Fraction(0)


def _cosine(n: int) -> Fraction:
    return Fraction(0) if n % 2 else _inverse_factorial(n) * _alternating(n // 2)


def _hyperbolic_tangent(n: int) -> Fraction:
    if n < 1 or n % 2 == 0:
        return Fraction(0)
    return 2 ** (n + 1) * (2 ** (n + 1) - 1) * _bernoulli(n + 1) * _inverse_factorial(n + 1)


def _hyperbolic_cotangent(n: int) -> Fraction:
    factor = Fraction(2) ** (n + 1) if n % 2 else Fraction(0)
    return factor * _bernoulli(n + 1) * _inverse_factorial(n + 1)


def _hyperbolic_cosecant(n: int) -> Fraction:
    factor = 2 - Fraction(2) ** (n + 1) if n % 2 else Fraction(0)
    return factor * _bernoulli(n + 1) * _inverse_factorial(n + 1)


def _circular(of: Callable[[int], Fraction], sign: int = 1) -> Callable[[int], Fraction]:
    """The coefficients of i**-1 g(i x) or the like: every other sign is turned."""
    return lambda n: sign * of(n) * _alternating((n - 1) // 2) if n % 2 else Fraction(0)


def _inverse(n: int) -> Fraction:
    return Fraction(1, n) if n % 2 and n > 0 else Fraction(0)


def _log(n: int) -> Fraction:
    return Fraction((-1) ** (n + 1), n) if n > 0 else Fraction(0)


HALF_TURN = math.pi / 2
# fmt: off
KNOWN: dict[Any, Known] = {
    sp.sin:   Known(_sine,                                math.sinh,                     math.inf),
    sp.cos:   Known(_cosine,                              math.cosh,                     math.inf),
    sp.exp:   Known(_inverse_factorial,                   math.exp,                      math.inf),
    sp.sinh:  Known(lambda n: abs(_sine(n)),              math.sinh,                     math.inf),
    sp.cosh:  Known(lambda n: abs(_cosine(n)),            math.cosh,                     math.inf),
    sp.tanh:  Known(_hyperbolic_tangent,                  math.tan,                      HALF_TURN),
    sp.tan:   Known(_circular(_hyperbolic_tangent),       math.tan,                      HALF_TURN),
    sp.coth:  Known(_hyperbolic_cotangent,                lambda r: 2/r - 1/math.tan(r), math.pi),
    sp.cot:   Known(_circular(_hyperbolic_cotangent, -1), lambda r: 2/r - 1/math.tan(r), math.pi),
    sp.csch:  Known(_hyperbolic_cosecant,                 lambda r: 1/math.sin(r),       math.pi),
    sp.csc:   Known(_circular(_hyperbolic_cosecant, -1),  lambda r: 1/math.sin(r),       math.pi),
    sp.atan:  Known(_circular(_inverse),                  math.atanh,                    1.0),
    sp.atanh: Known(_inverse,                             math.atanh,                    1.0),
    sp.log:   Known(_log,                                 lambda r: -math.log1p(-r),     1.0),
}
RECIPROCALS = {sp.tan: sp.cot, sp.sin: sp.csc, sp.tanh: sp.coth, sp.sinh: sp.csch}
# fmt: on


class Series(NamedTuple):
    """A sum by its coefficients from x**LOWEST on, what bounds them, and how far the bound goes."""

    coefficients: list[Fraction]
    majorant: Callable[[float], float]
    radius: float
    least: int  # the lowest order of a single term

    @property
    def order(self) -> int | None:
        found = (n for n, c in enumerate(self.coefficients, LOWEST) if c)
        return next(found, None)


def _known(g: Any, letter: Any) -> tuple[Known, Fraction] | None:
    """The function of c*letter that a node is, and c."""
    kind, inner = type(g), g
    if isinstance(g, sp.Pow) and g.exp == -1 and type(g.base) in RECIPROCALS:
        kind, inner = RECIPROCALS[type(g.base)], g.base
    if kind not in KNOWN:
        return None
    argument = inner.args[0] - (1 if kind is sp.log else 0)
    scale = argument / letter
    return (KNOWN[kind], _fraction(scale)) if scale.is_Rational and scale else None


def series(f: Any, letter: Any) -> Series | None:
    """The power series at 0 of a sum of functions and powers of one letter."""
    coefficients = [Fraction(0)] * (ORDER - LOWEST)
    parts: list[Callable[[float], float]] = []
    radius, least = math.inf, ORDER
    for c, g in terms(f):
        if not c.is_Rational:
            return None
        number = _fraction(c)
        found = _known(g, letter)
        if found is None:
            power = sp.degree(g, letter) if g.is_polynomial(letter) else None
            if isinstance(g, sp.Pow) and g.base == letter and g.exp.is_Integer:
                power = int(g.exp)
            if power is None or g / letter**power != 1 or not LOWEST <= power < 20:
                return None
            coefficients[int(power) - LOWEST] += number
            parts.append(_monomial(abs(float(number)), int(power)))
            least = min(least, int(power))
            continue
        known, scale = found
        own = [number * known.coefficient(n) * scale**n for n in range(-1, ORDER)]
        for n, value in enumerate(own, -1):
            coefficients[n - LOWEST] += value
        least = min(least, next(n for n, value in enumerate(own, -1) if value))
        size = abs(float(scale))
        radius = min(radius, known.radius / size)
        parts.append(_scaled(abs(float(number)), known.majorant, size))
    return Series(coefficients, lambda r: sum(part(r) for part in parts), radius, least)


def _monomial(number: float, n: int) -> Callable[[float], float]:
    return lambda r: number * r**n


def _scaled(number: float, of: Callable[[float], float], size: float) -> Callable[[float], float]:
    return lambda r: number * of(size * r)


class Near(NamedTuple):
    """A polynomial for |x| < place: x**order times `polynomial`."""

    place: Fraction
    order: int
    polynomial: Any


def near_zero(found: Series, letter: Any) -> Near | None:
    """The series where it is short and its rest is below rounding, as far out as it can be."""
    order = found.order
    if order is None:
        return None
    for place in PLACES:
        last = _last_term(found, order, float(place))
        if last is not None:
            kept = found.coefficients[order - LOWEST : last + 1 - LOWEST]
            return Near(place, order, _horner(kept, letter))
    return None


def _last_term(found: Series, order: int, t: float) -> int | None:
    """The first order after which everything is below rounding at t."""
    lead = abs(float(found.coefficients[order - LOWEST])) * t**order
    others = found.coefficients[order + 1 - LOWEST :]
    if sum(abs(float(c)) * t**n for n, c in enumerate(others, order + 1)) > 0.75 * lead:
        return None
    radii = [rho for k in range(1, 40) if t < (rho := min(found.radius * k / 40, t + 0.5 * k))]
    for last in range(order + 1, ORDER - 1):
        rest = min(
            (found.majorant(rho) * (t / rho) ** (last + 1) / (1 - t / rho) for rho in radii),
            default=math.inf,
        )
        terms_kept = sum(1 for c in found.coefficients[order - LOWEST : last + 1 - LOWEST] if c)
        if terms_kept > LONGEST:
            return None
        if rest < ROUNDING * lead:
            return last
    return None


def _horner(coefficients: list[Fraction], letter: Any) -> Any:
    """In powers of x**2 where every other coefficient is 0."""
    step = 2 if not any(coefficients[1::2]) else 1
    power, result = letter**step, sp.S.Zero
    for c in reversed(coefficients[::step]):
        result = sp.Rational(c.numerator, c.denominator) + power * result
    return result


def _only_letter(f: Any) -> Any:
    letters = f.free_symbols
    return next(iter(letters)) if len(letters) == 1 else None


@RULES.rule("a quotient of series", sp.Mul, example=lambda: (x - sp.sin(x)) / (x - sp.tan(x)))
def quotient_of_series(f: Any) -> Found:
    """Near 0 sums that vanish there are their power series, whose common powers cancel.

    (Hamming, problem 3.4.5)
    """
    letter = _only_letter(f)
    if letter is None:
        return None
    c, g = f.as_coeff_Mul()
    place, order, ratio, vanishing = Fraction(1), 0, c, False
    for base, n in factors(g):
        if (n not in (1, -1) and base != letter) or not n.is_Integer:
            return None
        if base == letter:
            order += int(n)
            continue
        found = series(base, letter)
        near = near_zero(found, letter) if found else None
        if found is None or near is None:
            return None
        vanishing = vanishing or (near.order > found.least and _has_no_other_form(base))
        place, order = min(place, near.place), order + int(n) * near.order
        ratio = _product(ratio, sp.Pow(near.polynomial, int(n), evaluate=False))
    if not vanishing:
        return None
    close = _product(ratio, letter**order)
    return choice((close, sp.Abs(letter) < _number(place)), (f, True))


def _product(g: Any, h: Any) -> Any:
    """As it is: SymPy would look for the signs of the factors, for minutes."""
    return h if g == 1 else g if h == 1 else sp.Mul(g, h, evaluate=False)


def _has_no_other_form(g: Any) -> bool:
    """A sum that no rule but the next one writes without a sum: exp(x) - 1 needs no series."""
    others = (rule(g) for rule in RULES.rules if sp.Add in rule.heads and rule.name != VANISHING)
    return g.is_Add and all(form is None or form.is_Add for form in others)


VANISHING = "a sum that vanishes at 0"


@RULES.rule(VANISHING, sp.Add, example=lambda: x - sp.sin(x))
def vanishing_sum(f: Any) -> Found:
    """Near 0 a sum that vanishes there to a higher order is its power series.

    (Hamming, example 3.9; Higham, section 1.7)
    """
    letter = _only_letter(f)
    found = series(f, letter) if letter is not None else None
    near = near_zero(found, letter) if found else None
    if found is None or near is None or near.order <= found.least:
        return None
    close = _product(letter**near.order, near.polynomial)
    return choice((close, sp.Abs(letter) < _number(near.place)), (f, True))


def _number(place: Fraction) -> Any:
    return sp.Rational(place.numerator, place.denominator)
