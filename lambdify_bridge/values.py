"""Each function and constant as mpmath computes it, and the errors that say that there is no value.

SymPy's `evalf` returns an exact 0 for some numbers that are not 0, and decides by assumptions: here
every function is mpmath's, taken from the tables that also fold constants.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import mpmath

from lambdify_bridge import functions
from lambdify_bridge.constants import FOLD, NAMED, in_context

Number = Any  # mpf, mpc, float, complex, bool or an mpmath matrix
Matrix = mpmath.matrices.matrices._matrix  # what the matrices of every mpmath context are


class Undefined(ArithmeticError):
    """The expression has no value at this point."""


class Undecided(ArithmeticError):
    """No estimate could be made, for the reason given."""


# Most functions as they fold constants; here those that are written in other operations there, or
# whose arguments have to be real: rounding may have left an imaginary part.
# fmt: off
FUNCTIONS: dict[str, Callable[..., Number]] = {
    kind.__name__: in_context(how) for kind, (_, how) in functions.FUNCTIONS.items()
} | {
    "cot":   lambda c, x: c.cot(x),      "acot":  lambda c, x: c.acot(x),
    "sec":   lambda c, x: c.sec(x),      "asec":  lambda c, x: c.asec(x),
    "csc":   lambda c, x: c.csc(x),      "acsc":  lambda c, x: c.acsc(x),
    "coth":  lambda c, x: c.coth(x),     "acoth": lambda c, x: c.acoth(x),
    "sech":  lambda c, x: c.sech(x),     "asech": lambda c, x: c.asech(x),
    "csch":  lambda c, x: c.csch(x),     "acsch": lambda c, x: c.acsch(x),
    "li":    lambda c, x: c.li(x),
    "expm1": in_context(FOLD["expm1"]),              "log1p": in_context(FOLD["log1p"]),
    "hypot": in_context(FOLD["hypot"]),
    "root":  lambda c, x, n: c.root(x, int(c.re(n))),
    "polygamma": lambda c, n, x: c.polygamma(int(c.re(n)), x),
    "LambertW":  lambda c, x, *k: c.lambertw(x, *(int(c.re(j)) for j in k)),
    "factorial": lambda c, n: c.factorial(n),
    "harmonic":  lambda c, n, m=1: _harmonic(c, n, m),
    "catalan":   lambda c, n: c.binomial(2 * n, n) / (n + 1),
    "fibonacci": lambda c, n: c.fibonacci(n),
    "frac":      lambda c, x: x - c.floor(x),
    "Heaviside": lambda c, x, at0=None: c.one if real_part(c, x) > 0 else c.zero if x < 0 else at0,
    "Max":       lambda c, *xs: max(real_part(c, x) for x in xs),
    "Min":       lambda c, *xs: min(real_part(c, x) for x in xs),
    "sigmoid":   FOLD["sigmoid"],
    "softplus":  FOLD["softplus"],
    "hyperu":    lambda c, a, b, z: c.hyperu(a, b, z),
    "floor":     lambda c, x: c.floor(_snapped(c, x)),
    "ceiling":   lambda c, x: c.ceil(_snapped(c, x)),
    "relu":      lambda c, x: max(real_part(c, x), c.zero),
    # relations and logic
    "StrictGreaterThan": lambda c, a, b: real_part(c, a) > real_part(c, b),
    "GreaterThan":       lambda c, a, b: real_part(c, a) >= real_part(c, b),
    "StrictLessThan":    lambda c, a, b: real_part(c, a) < real_part(c, b),
    "LessThan":          lambda c, a, b: real_part(c, a) <= real_part(c, b),
    "Equality":          lambda c, a, b: a == b,
    "Unequality":        lambda c, a, b: a != b,
    "And":               lambda c, *p: all(p),
    "Or":                lambda c, *p: any(p),
    "Not":               lambda c, p: not p,
}

CONSTANTS: dict[str, Callable[[Any], Number]] = {
    name: lambda c, how=how: +getattr(c, how) for name, how in NAMED.items()
} | {
    "Infinity":         lambda c: c.inf,
    "NegativeInfinity": lambda c: c.ninf,
    "BooleanTrue":      lambda c: True,
    "BooleanFalse":     lambda c: False,
}
# fmt: on


def _snapped(c: Any, x: Number) -> Number:
    """A number that only rounding keeps from being whole is that whole number."""
    whole = c.nint(c.re(x))
    return whole if abs(x - whole) <= 1e3 * c.eps * max(1, abs(whole)) else x


def _harmonic(c: Any, n: Number, m: Number) -> Number:
    """1 + 2**-m + ... + n**-m, for real n by what is left of the whole sum."""
    return c.harmonic(n) if m == 1 else c.zeta(m) - c.zeta(m, n + 1)


def real_part(c: Any, x: Number) -> Number:
    """The real number x; an imaginary part of rounding errors alone is dropped."""
    if not isinstance(x, (c.mpc, complex)):
        return x
    if abs(x.imag) > 1e3 * c.eps * abs(x.real):
        raise Undefined("a complex number has no place in an ordering")
    return x.real


def power(c: Any, base: Number, exponent: Number) -> Number:
    if isinstance(base, Matrix):
        return base ** int(exponent)
    if exponent == c.mpf(1) / 2:
        return c.sqrt(base)
    if base == 0 and c.re(exponent) < 0:
        raise Undefined("division by zero")
    return base**exponent


def stand_in(c: Any, name: str, values: list[Number]) -> Number:
    """A smooth function to put for an unknown one; which one depends on the name alone."""
    seed = zlib.crc32(name.encode()) % 1000
    phase = c.mpf(seed) / 700
    total = sum((k + 1 + phase) * v / 2 for k, v in enumerate(values))
    return c.sin(total + phase) + total**2 / 3 + total
