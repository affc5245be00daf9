"""Every operation as balls compute it: real balls stay real, outside the real domain they are NaN.

A ball is an interval that is known to hold the value. Conditions are True, False, or None where
balls that overlap leave them open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import flint
from flint import acb, arb, fmpq

Truth = bool | None


class Undecided(ArithmeticError):
    """The balls are too wide to say which branch applies."""


def same(value: Any) -> Any:
    return value


def select(*cases: tuple[Truth, Callable[..., Any], tuple[Any, ...]]) -> Any:
    """`branch(*operands)` of the case whose mask holds; NaN where none does."""
    for holds, branch, operands in cases:
        if holds:
            return branch(*operands)
    if any(holds is None for holds, _, _ in cases):
        raise Undecided("which branch applies")
    return arb.nan()


def root(coefficients: Iterable[int], near: complex) -> Any:
    """The zero of a polynomial that is nearest to a point."""
    polynomial = flint.fmpz_poly(list(coefficients)[::-1])
    zeros = [zero for zero, _ in polynomial.complex_roots()]
    zero = min(zeros, key=lambda z: abs(complex(z) - near))
    return zero if near.imag else zero.real


def ball(value: Any) -> Any:
    """A number as a ball that holds it."""
    if isinstance(value, float) and value in (float("inf"), -float("inf")):
        return arb.pos_inf() if value > 0 else arb.neg_inf()
    return value if isinstance(value, arb | acb) else _by_type(value)


def _by_type(value: Any) -> Any:
    return acb(value) if isinstance(value, complex) else arb(value)


def _balls(values: Iterable[Any]) -> list[Any]:
    """All real, or all complex."""
    found = [ball(value) for value in values]
    return [acb(v) for v in found] if any(isinstance(v, acb) for v in found) else found


def method(name: str) -> Callable[..., Any]:
    """What arb and acb call by this name, with the first operand last in ours."""

    def function(*values: Any) -> Any:
        *parameters, x = _balls(values)
        return getattr(x, name)(*parameters)

    return function


def through_complex(name: str) -> Callable[..., Any]:
    """What only complex balls have; the real part where all is real and the result is."""

    def function(*values: Any) -> Any:
        found = _balls(values)
        *parameters, x = map(acb, found)
        result = getattr(x, name)(*parameters)
        if isinstance(found[-1], acb):
            return result
        return result.real if result.imag.is_zero() else arb.nan()

    return function


def relation(holds: Callable[[Any, Any], bool], fails: Callable[[Any, Any], bool]) -> Any:
    def function(a: Any, b: Any) -> Truth:
        a, b = _balls((a, b))
        if isinstance(a, acb) and holds not in (_equal, _different):
            raise TypeError("complex numbers have no order")
        return True if holds(a, b) else False if fails(a, b) else None

    return function


def _equal(a: Any, b: Any) -> bool:
    return bool(a == b)


def _different(a: Any, b: Any) -> bool:
    return not a.overlaps(b)


def _and(a: Truth, b: Truth) -> Truth:
    return False if a is False or b is False else None if None in (a, b) else True


def _or(a: Truth, b: Truth) -> Truth:
    return True if a or b else None if None in (a, b) else False


def power(a: Any, b: Any) -> Any:
    a, b = _balls((a, b))
    whole = b.unique_fmpz() if b.is_exact() else None
    if whole is not None and whole > 0 and isinstance(a, arb):
        result = abs(a) ** b  # of a ball around 0 as well
        return -result if whole % 2 and a < 0 else result if whole % 2 == 0 or a >= 0 else a**b
    return a**b


def _heaviside(x: Any, at_zero: Any) -> Any:
    x = ball(x)
    if x > 0 or x < 0:
        return arb(1 if x > 0 else 0)
    return ball(at_zero) if x == 0 else arb(0).union(arb(1)).union(ball(at_zero))


def _choice(name: str) -> Callable[..., Any]:
    return lambda a, b: getattr(ball(a), name)(ball(b))


def _part(of_real: Callable[[Any], Any], of_complex: Callable[[Any], Any]) -> Any:
    return lambda x: (of_complex if isinstance(ball(x), acb) else of_real)(ball(x))


def _gaussian(function: Callable[[Any], Any]) -> Any:
    """floor and ceiling of both parts."""
    return _part(function, lambda z: acb(function(z.real), function(z.imag)))


def _arg(x: Any) -> Any:
    return acb(ball(x)).arg()


def _quotient(above: Iterable[Any], below: Iterable[Any]) -> Any:
    """Of gamma functions."""
    result = arb(1)
    for x in above:
        result = result * ball(x).gamma()
    for x in below:
        result = result * ball(x).rgamma()
    return result


# fmt: off
BALLS: dict[str, Callable[..., Any]] = {
    "exp": method("exp"), "log": method("log"), "expm1": method("expm1"), "log1p": method("log1p"),
    "sqrt": method("sqrt"), "sin": method("sin"), "cos": method("cos"), "tan": method("tan"),
    "asin": method("asin"), "acos": method("acos"), "atan": method("atan"),
    "sinh": method("sinh"), "cosh": method("cosh"), "tanh": method("tanh"),
    "asinh": method("asinh"), "acosh": method("acosh"), "atanh": method("atanh"),
    "sinc": method("sinc"), "gamma": method("gamma"), "digamma": method("digamma"),
    "erf": method("erf"), "erfc": method("erfc"), "erfi": method("erfi"),
    "erfinv": method("erfinv"), "erfcinv": method("erfcinv"),
    "Ei": method("ei"), "Si": method("si"), "Ci": method("ci"), "Shi": method("shi"),
    "Chi": method("chi"), "expint": method("expint"),
    "fresnels": method("fresnel_s"), "fresnelc": method("fresnel_c"),
    "besselj": method("bessel_j"), "bessely": method("bessel_y"),
    "besseli": method("bessel_i"), "besselk": method("bessel_k"),
    "airyai": method("airy_ai"), "airybi": method("airy_bi"),
    "lowergamma": method("gamma_lower"), "uppergamma": method("gamma_upper"),
    "betainc":     lambda a, b, x: acb(ball(x)).beta_lower(ball(a), ball(b), regularized=1).real,
    "legendre": method("legendre_p"), "chebyshevt": method("chebyshev_t"),
    "chebyshevu": method("chebyshev_u"), "hermite": method("hermite_h"),
    "laguerre": method("laguerre_l"), "sign": method("sgn"), "loggamma": method("lgamma"),
    "hyp0f1": method("hypgeom_0f1"), "hyp1f1": method("hypgeom_1f1"),
    "hyp2f1": method("hypgeom_2f1"), "hyperu": method("hypgeom_u"),
    "elliptic_k": through_complex("elliptic_k"), "polygamma": through_complex("polygamma"),
    "polylog":     method("polylog"),
    "polylog_re":  lambda s, z: acb(ball(z)).polylog(acb(ball(s))).real,
    "airyaiprime": lambda x: ball(x).airy_ai(derivative=1),
    "airybiprime": lambda x: ball(x).airy_bi(derivative=1),
    "lambertw":    lambda x, k: ball(x).lambertw(int(ball(k).unique_fmpz())),
    "zeta":        lambda s, a=1: method("zeta")(a, s),
    "beta":        lambda a, b: _quotient((a, b), (a + b,)),
    "binomial":    lambda n, k: _quotient((n + 1,), (k + 1, n - k + 1)),
    "poch":        lambda x, n: method("rising")(n, x),
    "square":      lambda x: x*x,
    "power":       power,
    "hypot":       lambda a, b: (a*a + b*b).sqrt(),
    "atan2":       lambda y, x: arb.atan2(ball(y), ball(x)),
    "abs":         lambda x: abs(ball(x)),
    "mod":         lambda a, b: a - b*(a/b).floor(),
    "heaviside":   _heaviside,
    "maximum":     _choice("max"),
    "minimum":     _choice("min"),
    "floor":       _gaussian(lambda x: x.floor()),
    "ceiling":     _gaussian(lambda x: x.ceil()),
    "re":          _part(lambda x: x, lambda z: z.real),
    "im":          _part(lambda x: arb(0), lambda z: z.imag),
    "conjugate":   _part(lambda x: x, lambda z: z.conjugate()),
    "arg":         _arg,
    "sigmoid":     lambda x: 1/(1 + method("exp")(-x)),
    "softplus":    lambda x: method("log1p")(method("exp")(x)),
    "lt":          relation(lambda a, b: a < b, lambda a, b: a >= b),
    "le":          relation(lambda a, b: a <= b, lambda a, b: a > b),
    "gt":          relation(lambda a, b: a > b, lambda a, b: a <= b),
    "ge":          relation(lambda a, b: a >= b, lambda a, b: a < b),
    "eq":          relation(_equal, _different),
    "differs":     relation(_different, _equal),
    "and":         _and,
    "or":          _or,
}

NUMBERS: dict[str, Callable[[], Any]] = {    # the irrational constants of exact programs
    "Pi":            arb.pi,
    "Exp1":          arb.const_e,
    "EulerGamma":    arb.const_euler,
    "Catalan":       arb.const_catalan,
    "GoldenRatio":   lambda: (1 + arb(5).sqrt())/2,
    "ImaginaryUnit": lambda: acb(0, 1),
}
# fmt: on

# The same as attributes: what generated source says.
balls = SimpleNamespace(
    **BALLS, **NUMBERS, fraction=fmpq, number=ball, both=BALLS["and"], either=BALLS["or"]
)
