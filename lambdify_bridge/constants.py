"""Constants, folded: rational ones exactly, others at two precisions that grow until they suffice.

A constant is an int, a Fraction, a Rounded, a bool, or a float where it is infinite or NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import mpmath
import sympy as sp

from lambdify_bridge.functions import FUNCTIONS

# fmt: off
# Every operation as mpmath computes it; here those that no SymPy function stands for.
FOLD: dict[str, Any] = dict(FUNCTIONS.values()) | {
    "add":         lambda m, a, b: a + b,
    "sub":         lambda m, a, b: a - b,
    "mul":         lambda m, a, b: a*b,
    "div":         lambda m, a, b: a/b,
    "neg":         lambda m, a: -a,
    "square":      lambda m, a: a*a,
    "power":       "power",
    "sqrt":        "sqrt",
    "expm1":       "expm1",
    "log1p":       "log1p",
    "hypot":       "hypot",
    "maximum":     lambda m, a, b: max(a, b),
    "minimum":     lambda m, a, b: min(a, b),
    "polylog_re":  lambda m, s, z: m.re(m.polylog(s, z)),
    "hyp0f1":      "hyp0f1",
    "hyp1f1":      "hyp1f1",
    "hyp2f1":      "hyp2f1",
    "hyperu":      "hyperu",
    "sigmoid":     lambda m, a: 1/(1 + m.exp(-a)),
    "softplus":    lambda m, a: m.log(1 + m.exp(a)),
    "lt":          lambda m, a, b: a < b,
    "le":          lambda m, a, b: a <= b,
    "gt":          lambda m, a, b: a > b,
    "ge":          lambda m, a, b: a >= b,
    "eq":          lambda m, a, b: a == b,
    "differs":     lambda m, a, b: a != b and a == a and b == b,
}

# What an irrational atom of SymPy, by the name of its class, is in an exact program: an operation
# without operands, and how mpmath computes it.
NAMED: dict[str, str] = {
    "Pi": "pi", "Exp1": "e", "EulerGamma": "euler", "Catalan": "catalan", "GoldenRatio": "phi",
    "ImaginaryUnit": "j",
}
# fmt: on

EXACT = {"add", "sub", "mul", "div", "neg", "square", "lt", "le", "gt", "ge", "eq", "differs"}
WHOLE = {"add", "sub", "mul", "neg", "square"}  # of whole numbers whole
ONLY_INT, RATIONAL = {int}, {int, Fraction}
LONGEST = 4096  # bits: exact arithmetic stops where repeated squares would double them without end
PRECISIONS = (40, 160, 640)  # digits to compute constants with, until they suffice


class LostDigits(Exception):
    """A constant has fewer correct digits than a float holds (cancellation)."""


class Rounded(NamedTuple):
    """An irrational constant at two precisions; where they differ, digits were lost."""

    low: Any
    high: Any


class Constants:
    """The arithmetic of constants with so many digits, and with twice as many."""

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self._contexts: list[Any] = []

    @property
    def contexts(self) -> list[Any]:
        """Two mpmath contexts of our own: the global one is shared between threads."""
        if not self._contexts:
            self._contexts = [mpmath.MPContext(), mpmath.MPContext()]
            self._contexts[0].dps, self._contexts[1].dps = self.digits, 2 * self.digits
        return self._contexts

    def number(self, number: Any) -> Any:
        """The constant of a SymPy number."""
        if isinstance(number, sp.Integer):
            return int(number)
        if isinstance(number, sp.Rational):
            return Fraction(int(number.p), int(number.q))
        if isinstance(number, sp.Float):
            return plain(Fraction(*map(int, mpmath.libmp.to_rational(number._mpf_))))
        if number in (sp.oo, -sp.oo, sp.nan, sp.zoo):
            return float(number) if number is not sp.zoo else math.nan
        low, high = (_in_digits(number, context) for context in self.contexts)
        return Rounded(low, high)

    def exact(self, payload: float | complex | bool) -> Any:
        """The constant of a program, to compute with."""
        if isinstance(payload, complex):
            return Rounded(*(context.mpc(payload) for context in self.contexts))
        if isinstance(payload, bool) or not math.isfinite(payload):
            return payload
        return plain(Fraction(payload))

    def rounded(self, value: Any) -> float | complex | bool:
        """The float of a constant; an irrational one that is 0 is so in many digits."""
        if isinstance(value, Rounded) and value.high == 0 and self.digits < PRECISIONS[-1]:
            raise LostDigits
        return _to_float(value)

    def named(self, number: Any) -> tuple[str, Any] | None:
        """The operation without operands that a SymPy number is, and its payload; None: it is none.

        Here all numbers are constants.
        """
        return None

    def fold(self, name: str, constants: Sequence[Any]) -> Any:
        """The constant that an operation gives of constants; None where it stays an operation."""
        exact = _exactly(name, constants)
        if exact is not None:
            return exact
        low, high = (self._folded(name, constants, which) for which in (0, 1))
        return high if isinstance(high, bool | float) else Rounded(low, high)

    def _folded(self, name: str, constants: Sequence[Any], which: int) -> Any:
        context = self.contexts[which]
        values = [_to_mp(value, which, context) for value in constants]
        return _guarded(in_context(FOLD[name]), context, values)


class ExactConstants(Constants):
    """Fractions stay fractions; what is irrational stays an operation, for any number of digits."""

    def __init__(self) -> None:
        super().__init__(PRECISIONS[0])

    def named(self, number: Any) -> tuple[str, Any] | None:
        if isinstance(number, sp.CRootOf):
            coefficients = tuple(int(c) for c in number.poly.all_coeffs())
            return "root", (coefficients, complex(number.eval_approx(20)))
        kind = type(number).__name__
        return (kind, None) if kind in NAMED else None

    def fold(self, name: str, constants: Sequence[Any]) -> Any:
        return _exactly(name, constants)

    def rounded(self, value: Any) -> Any:
        return value


def _exactly(name: str, constants: Sequence[Any]) -> Any:
    """What rational arithmetic gives, or None: where it does not apply, or is too long."""
    if name in WHOLE and ONLY_INT.issuperset(map(type, constants)):
        whole: int = FOLD[name](None, *constants)
        return whole if whole.bit_length() < LONGEST else None
    if name not in EXACT or not RATIONAL.issuperset(map(type, constants)):
        return None
    value = _guarded(FOLD[name], None, [Fraction(value) for value in constants])
    return plain(value) if not isinstance(value, Fraction) or _is_short(value) else None


def plain(value: Any) -> Any:
    """A whole number as an int, which is faster to look up than a Fraction."""
    whole = isinstance(value, Fraction) and value.denominator == 1
    return value.numerator if whole else value


def _in_digits(number: Any, context: Any) -> Any:
    if number is sp.I:
        return context.j
    if isinstance(number, sp.CRootOf):
        return +context.convert(number.eval_approx(context.dps + 5, return_mpmath=True))
    return +context.make_mpf(number._to_mpmath(int(context.prec) + 5)._mpf_)


def _guarded(function: Callable[..., Any], first: Any, values: Sequence[Any]) -> Any:
    """The value, or NaN at a pole and wherever mpmath finds none."""
    try:
        return function(first, *values)
    except (ArithmeticError, ValueError, TypeError, mpmath.libmp.NoConvergence):
        return math.nan


def in_context(function: Any) -> Callable[..., Any]:
    """A row of the tables as a function of an mpmath context and the operands."""
    if callable(function):
        return function
    return lambda context, *values: getattr(context, function)(*values)


def _to_mp(value: Any, which: int, context: Any) -> Any:
    if type(value) in (int, Fraction):
        return context.mpf(value.numerator) / value.denominator
    return value[which] if isinstance(value, Rounded) else context.mpf(value)


def _is_short(value: Fraction) -> bool:
    return value.numerator.bit_length() + value.denominator.bit_length() < LONGEST


def is_negative(number: Any) -> bool:
    """Below 0 without doubt: so no NaN, no complex number."""
    if type(number) is int:
        return number < 0
    number = number.high if isinstance(number, Rounded) else number
    return not isinstance(number, bool) and not hasattr(number, "_mpc_") and number < 0


def _to_float(value: Any) -> float | complex | bool:
    """The nearest float, or complex where an imaginary part is left."""
    if type(value) in (int, Fraction):
        return _nearest(value.numerator, value.denominator)
    if not isinstance(value, Rounded):
        return value
    low, high = value
    real = _checked(low.real, high.real, abs(high))
    imaginary = _checked(low.imag, high.imag, abs(high))
    return complex(real, imaginary) if imaginary else real


def _checked(low: Any, high: Any, size: Any) -> float:
    """The float that both precisions agree on; next to `size`, parts below 1e-35 are rounding."""
    if not mpmath.isfinite(high):
        return float(high)
    if abs(high) < 1e-35 * size or abs(high) < mpmath.mpf("1e-330"):
        return 0.0
    if abs(low - high) > 1e-18 * abs(high):
        raise LostDigits
    if abs(high) > mpmath.mpf("1e310"):
        raise ValueError(f"a constant is beyond the range of floats: {mpmath.nstr(high, 5)}")
    return _nearest(*map(int, mpmath.libmp.to_rational(high._mpf_)))


def _nearest(numerator: int, denominator: int) -> float:
    try:
        return numerator / denominator  # of ints: correctly rounded
    except OverflowError:
        digits = len(str(sp.Integer(numerator) // denominator)) if numerator else 0
        raise ValueError(
            f"a constant of {digits} digits is beyond the range of floats: scale the expression"
        ) from None
