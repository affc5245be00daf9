"""Published examples of cancellation: formula, domain, source.

Hamming's are from "Numerical Methods for Scientists and Engineers" (1987), chapter 3, as FPBench
(hamming-ch3) lists them; their domains, where the book gives none, are those of Herbie's suite.
"Conte" is Conte and de Boor, "Elementary Numerical Analysis" (1980), section 1.4; the others are
named as in Herbie's suite. Without a domain all finite floats are meant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import sympy as sp
from sympy import Rational, atan, cos, exp, log, sin, sqrt, tan

a, b, c, e, n, x, y = sp.symbols("a b c e n x y", real=True)
i, m, p, q = sp.symbols("i m p q", positive=True)


class Example(NamedTuple):
    """`remainder` says why more than 4 bits are left, where they are."""

    name: str
    formula: Any
    domain: dict[str, tuple[float, float]] = {}  # noqa: RUF012  a tuple's default, never changed
    where: Callable[..., bool] | None = None
    remainder: str = ""

    def __str__(self) -> str:
        return self.name


def _little(e: float, x: float) -> bool:
    return 1e-16 * abs(x) < e < abs(x)


def _no_overflow(a: float, b: float, c: float) -> bool:
    """Two real roots, and the squares of the formula as it stands are floats."""
    sizes = (abs(a), abs(b), abs(c))
    return min(sizes) > 1e-70 and max(sizes) < 1e70 and b * b > 4 * a * c * (1 + 1e-3)


ANGLE = {"x": (-1e4, 1e4), "e": (0.0, 1e4)}
SIZES = dict.fromkeys("abc", (-1e70, 1e70))
THIRD = Rational(1, 3)
INHERENT = "the rounding of a product, 1/n or a difference below exp is magnified by the exponent"
# fmt: off
EXAMPLES = [
    Example("Hamming, example 3.1", sqrt(x + 1) - sqrt(x), {"x": (1, 1e308)}),
    Example("Hamming, example 3.3", sin(x + e) - sin(x), ANGLE, _little),
    Example("Hamming, example 3.4", (1 - cos(x))/sin(x)),
    Example("Hamming, example 3.5", atan(x + 1) - atan(x), {"x": (1, 1e100)}),
    Example("Hamming, example 3.6", 1/sqrt(x) - 1/sqrt(x + 1), {"x": (1, 1e308)}),
    Example("Hamming, problem 3.3.1", 1/(x + 1) - 1/x),
    Example("Hamming, problem 3.3.2", tan(x + e) - tan(x), ANGLE, _little),
    Example("Hamming, problem 3.3.3", 1/(x + 1) - 2/x + 1/(x - 1), {}, lambda x: abs(x) > 1),
    Example("Hamming, problem 3.3.4", (x + 1)**THIRD - x**THIRD, {"x": (1, 1e308)}),
    Example("Hamming, problem 3.3.5", cos(x + e) - cos(x), ANGLE, _little),
    Example("Hamming, problem 3.3.6", log(x + 1) - log(x), {"x": (1, 1e40)}),
    Example("Hamming, problem 3.3.7", exp(x) - 2 + exp(-x), {"x": (-710, 710)}),
    Example("Hamming, p. 42, plus", (-b + sqrt(b**2 - 4*a*c))/(2*a), SIZES, _no_overflow),
    Example("Hamming, p. 42, minus", (-b - sqrt(b**2 - 4*a*c))/(2*a), SIZES, _no_overflow),
    Example("Hamming, problem 3.2.1, plus", (-b + sqrt(b**2 - a*c))/a, SIZES, _no_overflow),
    Example("Hamming, problem 3.2.1, minus", (-b - sqrt(b**2 - a*c))/a, SIZES, _no_overflow),
    Example("Hamming, example 3.7", exp(x) - 1, {"x": (-1, 1)}),
    Example("Hamming, example 3.8", (x + 1)*log(x + 1) - x*log(x) - 1, {"x": (6.8e15, 1e300)}),
    Example("Hamming, example 3.9", 1/x - 1/tan(x), {"x": (-0.026, 0.026)}),
    Example("Hamming, example 3.10", log(1 - x)/log(1 + x), {"x": (-1, 1)}),
    Example("Hamming, problem 3.4.1", (1 - cos(x))/x**2),
    Example("Hamming, problem 3.4.2", e*(exp((a + b)*e) - 1)/((exp(a*e) - 1)*(exp(b*e) - 1)),
            {"a": (-710, 710), "b": (-710, 710), "e": (1e-20, 1)},
            lambda a, b, e: 1e-27*min(abs(a), abs(b)) <= e <= min(abs(a), abs(b))),
    Example("Hamming, problem 3.4.3", log((1 - x)/(1 + x)), {"x": (-1, 1)}),
    Example("Hamming, problem 3.4.4", sqrt((exp(2*x) - 1)/(exp(x) - 1))),
    Example("Hamming, problem 3.4.5", (x - sin(x))/(x - tan(x)), {"x": (-1e5, 1e5)}),
    Example("Hamming, problem 3.4.6", (p + 1)**(1/n) - p**(1/n), {}, None, INHERENT),
    Example("Hamming, section 3.5", exp(a*x) - 1, {}, None, INHERENT),
    Example("Hamming, section 3.11", exp(x)/(exp(x) - 1)),
    Example("Conte, mentioned, A", 1 - cos(x), {"x": (-0.01, 0.01)}),
    Example("Conte, mentioned, B", 10/(1 - x**2), {"x": (0.999, 1.001)}),
    Example("Conte, exercise 4a", (x - sin(x))/tan(x), {"x": (-1, 1)}),
    Example("Conte, exercise 4b, n = 2", (x + e)**2 - x**2, {"x": (-1e9, 1e9), "e": (-1, 1)}),
    Example("Conte, exercise 4b, n = 5", (x + e)**5 - x**5, {"x": (-1e9, 1e9), "e": (-1, 1)}),
    Example("Conte, exercise 4d", x - sqrt(x**2 - e), {"x": (0, 1e9), "e": (-1, 1)}),
    Example("Hyperbolic sine", (exp(x) - exp(-x))/2, {"x": (-710, 710)}),
    Example("Hyperbolic tangent", (exp(x) - exp(-x))/(exp(x) + exp(-x))),
    Example("Hyperbolic arcsine", log(x + sqrt(x**2 + 1))),
    Example("Hyperbolic arc-cosine", log(x + sqrt(x**2 - 1)), {"x": (1, 1e308)}),
    Example("Hyperbolic arc-tangent", log((1 + x)/(1 - x))/2, {"x": (-1, 1)}),
    Example("Logistic function (Garg)", 2/(1 + exp(-2*x)) - 1),
    Example("Logistic regression 2", log(1 + exp(x)) - x*y),
    Example("Quotient of sum of exps", exp(a)/(exp(a) + exp(b)), {}, None, INHERENT),
    Example("Kahan's exp quotient", (exp(x) - 1)/x),
    Example("ln(1 + x) (every CS)", log(1 + x)),
    Example("Difference of squares (every CS)", a**2 - b**2),
    Example("Compound interest (every CS)", 100*((1 + i/m)**m - 1)/(i/m),
            {"i": (1e-9, 1), "m": (1, 1e6)}),
    Example("Complex modulus (math.js)", sqrt(x**2 + y**2)),
    Example("Log of a modulus (math.js)", log(sqrt(x**2 + y**2))),
    Example("Complex root, real part (math.js)", sqrt(2*(sqrt(x**2 + y**2) + x))/2,
            dict.fromkeys("xy", (-1e307, 1e307))),
    Example("Complex root, imaginary part (math.js)", sqrt(2*(sqrt(x**2 + y**2) - x))/2,
            {"x": (-1e307, 1e307), "y": (0, 1e307)}),
    Example("Complex cosine, imaginary part (math.js)", sin(x)*(exp(-y) - exp(y))/2),
    Example("Expanding a square (tutorial)", (x + 1)**2 - 1),
]
# fmt: on
