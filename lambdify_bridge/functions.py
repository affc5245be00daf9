"""Which operation each SymPy function and relation becomes, and how mpmath computes it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy as sp

# One row for a SymPy class whose arguments are the operands: class, operation, and the mpmath
# function (a name, or a function of an mpmath context and the arguments) that folds constants.
# fmt: off
FUNCTIONS: dict[type, tuple[str, Any]] = {
    sp.exp:        ("exp",        "exp"),
    sp.log:        ("log",        "log"),
    sp.sin:        ("sin",        "sin"),
    sp.cos:        ("cos",        "cos"),
    sp.tan:        ("tan",        "tan"),
    sp.asin:       ("asin",       "asin"),
    sp.acos:       ("acos",       "acos"),
    sp.atan:       ("atan",       "atan"),
    sp.sinh:       ("sinh",       "sinh"),
    sp.cosh:       ("cosh",       "cosh"),
    sp.tanh:       ("tanh",       "tanh"),
    sp.asinh:      ("asinh",      "asinh"),
    sp.acosh:      ("acosh",      "acosh"),
    sp.atanh:      ("atanh",      "atanh"),
    sp.atan2:      ("atan2",      "atan2"),
    sp.sinc:       ("sinc",       "sinc"),
    sp.Abs:        ("abs",        "fabs"),
    sp.sign:       ("sign",       "sign"),
    sp.floor:      ("floor",      "floor"),
    sp.ceiling:    ("ceiling",    "ceil"),
    sp.Mod:        ("mod",        lambda m, a, b: a - b*m.floor(a/b)),
    sp.Heaviside:  ("heaviside",  lambda m, a, at_zero: (m.sign(a) + 1)/2 if a else at_zero),
    sp.re:         ("re",         "re"),
    sp.im:         ("im",         "im"),
    sp.conjugate:  ("conjugate",  "conj"),
    sp.arg:        ("arg",        "arg"),
    sp.gamma:      ("gamma",      "gamma"),
    sp.loggamma:   ("loggamma",   "loggamma"),
    sp.digamma:    ("digamma",    "digamma"),
    sp.polygamma:  ("polygamma",  lambda m, n, a: m.psi(int(n), a)),
    sp.beta:       ("beta",       "beta"),
    sp.binomial:   ("binomial",   "binomial"),
    sp.RisingFactorial: ("poch",  "rf"),
    sp.lowergamma: ("lowergamma", lambda m, s, a: m.gammainc(s, 0, a)),
    sp.uppergamma: ("uppergamma", lambda m, s, a: m.gammainc(s, a)),
    sp.betainc_regularized: ("betainc", lambda m, a, b, *ends: _incomplete_beta(m, a, b, *ends)),
    sp.erf:        ("erf",        "erf"),
    sp.erfc:       ("erfc",       "erfc"),
    sp.erfi:       ("erfi",       "erfi"),
    sp.erfinv:     ("erfinv",     "erfinv"),
    sp.erfcinv:    ("erfcinv",    lambda m, a: m.erfinv(1 - a)),
    sp.Ei:         ("Ei",         "ei"),
    sp.Si:         ("Si",         "si"),
    sp.Ci:         ("Ci",         "ci"),
    sp.Shi:        ("Shi",        "shi"),
    sp.Chi:        ("Chi",        "chi"),
    sp.expint:     ("expint",     "expint"),
    sp.fresnels:   ("fresnels",   "fresnels"),
    sp.fresnelc:   ("fresnelc",   "fresnelc"),
    sp.besselj:    ("besselj",    "besselj"),
    sp.bessely:    ("bessely",    "bessely"),
    sp.besseli:    ("besseli",    "besseli"),
    sp.besselk:    ("besselk",    "besselk"),
    sp.airyai:     ("airyai",     "airyai"),
    sp.airybi:     ("airybi",     "airybi"),
    sp.airyaiprime: ("airyaiprime", lambda m, a: m.airyai(a, derivative=1)),
    sp.airybiprime: ("airybiprime", lambda m, a: m.airybi(a, derivative=1)),
    sp.zeta:       ("zeta",       "zeta"),
    sp.polylog:    ("polylog",    "polylog"),
    sp.LambertW:   ("lambertw",   lambda m, a, k: m.lambertw(a, int(k))),
    sp.legendre:   ("legendre",   "legendre"),
    sp.chebyshevt: ("chebyshevt", "chebyt"),
    sp.chebyshevu: ("chebyshevu", "chebyu"),
    sp.hermite:    ("hermite",    "hermite"),
    sp.laguerre:   ("laguerre",   lambda m, n, a: m.laguerre(n, 0, a)),
    sp.elliptic_k: ("elliptic_k", "ellipk"),
}

# What the rows below are written in; `b` is the builder, operands are values.
REWRITES: dict[type, Callable[..., int]] = {
    sp.sec:        lambda b, a: b.reciprocal(b.apply("cos", a)),
    sp.csc:        lambda b, a: b.reciprocal(b.apply("sin", a)),
    sp.cot:        lambda b, a: b.reciprocal(b.apply("tan", a)),
    sp.asec:       lambda b, a: b.apply("acos", b.reciprocal(a)),
    sp.acsc:       lambda b, a: b.apply("asin", b.reciprocal(a)),
    sp.acot:       lambda b, a: b.apply("atan", b.reciprocal(a)),
    sp.sech:       lambda b, a: b.reciprocal(b.apply("cosh", a)),
    sp.csch:       lambda b, a: b.reciprocal(b.apply("sinh", a)),
    sp.coth:       lambda b, a: b.reciprocal(b.apply("tanh", a)),
    sp.asech:      lambda b, a: b.apply("acosh", b.reciprocal(a)),
    sp.acsch:      lambda b, a: b.apply("asinh", b.reciprocal(a)),
    sp.acoth:      lambda b, a: b.apply("atanh", b.reciprocal(a)),
    sp.frac:       lambda b, a: b.sub(a, b.apply("floor", a)),
    sp.beta:       lambda b, p, q=None: b.apply("beta", p, p if q is None else q),
    sp.betainc_regularized: lambda b, p, q, low, high: _between(b, p, q, low, high),
    sp.catalan:    lambda b, a: _catalan_number(b, a),
    sp.factorial:  lambda b, a: b.apply("gamma", b.add(a, b.constant(1))),
    sp.harmonic:   lambda b, a: b.add(b.apply("digamma", b.add(a, b.constant(1))),
                                      b.number(sp.EulerGamma)),
    sp.polygamma:  lambda b, n, a: (b.apply("digamma", a) if b.is_number(n, 0)
                                    else b.apply("polygamma", n, a)),
    sp.LambertW:   lambda b, a, k=None: b.apply("lambertw", a, b.constant(0) if k is None else k),
    sp.re:         lambda b, a: (b.apply("polylog_re", *b.operations[a][1])
                                 if b.operations[a][0] == "polylog" else b.apply("re", a)),
    sp.li:         lambda b, a: b.apply("Ei", b.apply("log", a)),
    sp.Li:         lambda b, a: b.sub(b.apply("Ei", b.apply("log", a)),
                                      b.apply("Ei", b.apply("log", b.constant(2)))),
    sp.erf2:       lambda b, p, q: b.sub(b.apply("erf", q), b.apply("erf", p)),
    sp.atan2:      lambda b, y, x: _angle(b, y, x),
    sp.Max:        lambda b, *terms: b.chain("maximum", terms),
    sp.Min:        lambda b, *terms: b.chain("minimum", terms),
}


def _incomplete_beta(m: Any, a: Any, b: Any, *ends: Any) -> Any:
    """The regularised incomplete beta function up to an end, or between two."""
    return m.betainc(a, b, *([0] * (2 - len(ends))), *ends, regularized=True)


def _catalan_number(b: Any, n: int) -> int:
    """Of real numbers as well: binomial(2n, n)/(n + 1)."""
    return b.div(b.apply("binomial", b.add(n, n), n), b.add(n, b.constant(1)))


def _between(b: Any, p: int, q: int, low: int, high: int) -> int:
    whole = b.apply("betainc", p, q, high)
    return whole if b.is_number(low, 0) else b.sub(whole, b.apply("betainc", p, q, low))


def _angle(b: Any, y: int, x: int) -> int:
    """A computed -0.0 would turn the angle by 2 pi: with 0.0 added it has no sign."""
    is_computed = b.operations[y][0] in ("neg", "mul", "div")
    return b.apply("atan2", b.emit("add", y, b.constant(0)) if is_computed else y, x)


FARTHEST = 10**38   # exp overflows or vanishes far before, in single precision too
SHIFT = "shift"     # payload of a floor in whose place any number near it serves


def _root(b: Any, a: int, n: int) -> int:
    """a**(1/n): as 1/n is no float, the power of what its rounding leaves is a factor near 1."""
    exponent = b.value_of(b.reciprocal(n))
    nearest = Fraction(float(exponent))
    powers = (b.apply("power", a, b.constant(part)) for part in (nearest, exponent - nearest))
    return b.mul(*powers)


def _greatest(b: Any, *terms: int) -> int:
    """A whole number, as any number near the largest serves as a shift: its slope is 0."""
    together = b.balanced(lambda p, q: b.apply("maximum", p, q), terms)
    largest = b.apply("maximum", b.constant(-FARTHEST), together)
    bounded = b.apply("minimum", b.constant(FARTHEST), largest)
    return b.apply("floor", bounded) if bounded in b.known else b.emit(
        "floor", bounded, payload=SHIFT
    )


# Functions of the sister package and of sympy.codegen.cfunctions, known by the name of their class
# only: importing these takes longer than most formulas.
BY_NAME: dict[str, Callable[..., int]] = {
    "sigmoid":     lambda b, a: b.apply("sigmoid", a),
    "relu":        lambda b, a: b.chain("maximum", (a, b.constant(0))),
    "softplus":    lambda b, a: b.apply("softplus", a),
    "hyperu":      lambda b, *operands: b.apply("hyperu", *operands),
    "expm1":       lambda b, a: b.apply("expm1", a),
    "log1p":       lambda b, a: b.apply("log1p", a),
    "hypot":       lambda b, x, y: b.apply("hypot", x, y),
    "quotient":    lambda b, x, y: b.div(x, y),
    "total":       lambda b, x, y: b.add(x, y),
    "root":        lambda b, a, n: _root(b, a, n),
    "greatest":    lambda b, *terms: _greatest(b, *terms),
}


RELATIONS: dict[type, tuple[str, str]] = {   # when it holds, when it is known not to
    sp.Lt: ("lt", "ge"), sp.Le: ("le", "gt"), sp.Gt: ("gt", "le"), sp.Ge: ("ge", "lt"),
    sp.Eq: ("eq", "differs"), sp.Ne: ("differs", "eq"),
}
# fmt: on
