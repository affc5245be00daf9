"""The known Maclaurin series, one row each: by themselves, at c*x**m, and composed with a series.

Abramowitz and Stegun, chapters 3, 4, 5 and 7.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import (
    Add,
    Expr,
    LambertW,
    Pow,
    Rational,
    S,
    Si,
    Symbol,
    acos,
    asin,
    asinh,
    atan,
    atanh,
    bernoulli,
    binomial,
    cos,
    cosh,
    erf,
    erfi,
    euler,
    exp,
    factorial,
    log,
    pi,
    sec,
    sech,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

from derive.calculus.series.operators import (
    RULES,
    Truncated,
    laurent_terms,
    monomial,
    valuation,
)
from derive.rules import Outcome, Rewrite, Rule
from derive.structure import depends_on

x, a = Symbol("x"), Symbol("a")
u = Symbol("u")
Coefficient = Callable[[int], Expr]
Match = Callable[[Expr, Symbol], tuple[Expr, Coefficient] | None]


def _odd(c: Callable[[int], Expr]) -> Coefficient:
    """c(j) for the power 2j + 1, 0 for even powers."""
    return lambda k: c(k // 2) if k % 2 else S.Zero


def _even(c: Callable[[int], Expr]) -> Coefficient:
    return lambda k: S.Zero if k % 2 else c(k // 2)


def _head(head: type[Expr], coefficient: Coefficient) -> Match:
    """The function itself, of whatever it is applied to."""
    return lambda f, x: (f.args[0], coefficient) if type(f) is head else None


def _logarithm(f: Expr, x: Symbol) -> tuple[Expr, Coefficient] | None:
    if not isinstance(f, log) or f.args[0].subs(x, 0) != 1:
        return None
    return (f.args[0] - 1).expand(), lambda k: S.NegativeOne ** (k + 1) / k if k else S.Zero


def _geometric(f: Expr, x: Symbol) -> tuple[Expr, Coefficient] | None:
    if not isinstance(f, Pow) or f.exp != -1 or f.base.subs(x, 0) != 1:
        return None
    u = (1 - f.base).expand()
    if monomial(u, x) is None and u.is_rational_function(x):
        return None  # long division is shorter
    return u, lambda k: S.One


def _binomial(f: Expr, x: Symbol) -> tuple[Expr, Coefficient] | None:
    if not isinstance(f, Pow) or depends_on(f.exp, x) or f.base.subs(x, 0) != 1:
        return None
    if f.exp.is_Integer and (f.exp > 0 or f.base.is_rational_function(x)):
        return None
    p = f.exp
    return (f.base - 1).expand(), lambda k: binomial(p, k).expand(func=True)


def _tangent(j: int) -> Expr:
    m = j + 1
    return abs(bernoulli(2 * m)) * 4**m * (4**m - 1) / factorial(2 * m)


def _arcsine(j: int) -> Expr:
    return binomial(2 * j, j) / (S(4) ** j * (2 * j + 1))


def _error(j: int) -> Expr:
    return 2 / sqrt(pi) / (factorial(j) * (2 * j + 1))


def _secant(j: int) -> Expr:
    return abs(euler(2 * j)) / factorial(2 * j)


def _arccosine(k: int) -> Expr:
    return _odd(lambda j: -_arcsine(j))(k) if k else pi / 2


def _sine_integral(j: int) -> Expr:
    return swaps(j) / (factorial(2 * j + 1) * (2 * j + 1))


def _lambert(k: int) -> Expr:
    return Rational(-k) ** (k - 1) / factorial(k) if k else S.Zero


def swaps(j: int) -> Expr:
    return S.NegativeOne**j


# fmt: off
KNOWN: tuple[tuple[str, Expr, Match], ...] = (
    ("exponential",    exp(x),          _head(exp, lambda k: 1/factorial(k))),
    ("sine",           sin(x),          _head(sin, _odd(lambda j: swaps(j)/factorial(2*j + 1)))),
    ("cosine",         cos(x),          _head(cos, _even(lambda j: swaps(j)/factorial(2*j)))),
    ("tangent",        tan(x),          _head(tan, _odd(_tangent))),
    ("secant",         sec(x),          _head(sec, _even(_secant))),
    ("hyperbolic sine",   sinh(x),      _head(sinh, _odd(lambda j: 1/factorial(2*j + 1)))),
    ("hyperbolic cosine", cosh(x),      _head(cosh, _even(lambda j: 1/factorial(2*j)))),
    ("hyperbolic tangent", tanh(x),     _head(tanh, _odd(lambda j: swaps(j)*_tangent(j)))),
    ("hyperbolic secant", sech(x),      _head(sech, _even(lambda j: euler(2*j)/factorial(2*j)))),
    ("logarithm",      log(1 + x),      _logarithm),
    ("geometric series", 1/(1 - x),     _geometric),
    ("binomial series", (1 + x)**a,     _binomial),
    ("arctangent",     atan(x),         _head(atan, _odd(lambda j: swaps(j)/(2*j + 1)))),
    ("inverse hyperbolic tangent", atanh(x), _head(atanh, _odd(lambda j: S.One/(2*j + 1)))),
    ("arcsine",        asin(x),         _head(asin, _odd(_arcsine))),
    ("arccosine",      acos(x),         _head(acos, _arccosine)),
    ("inverse hyperbolic sine", asinh(x), _head(asinh, _odd(lambda j: swaps(j)*_arcsine(j)))),
    ("error function", erf(x),          _head(erf, _odd(lambda j: swaps(j)*_error(j)))),
    ("imaginary error function", erfi(x), _head(erfi, _odd(_error))),
    ("sine integral",  Si(x),           _head(Si, _odd(_sine_integral))),
    ("Lambert's W",    LambertW(x),     _head(LambertW, _lambert)),
)
# fmt: on


def _add(name: str, example: Expr, match: Match) -> None:
    def row(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
        found = match(f, x) if x0 == 0 else None
        if found is None:
            return None
        inner, coefficient = found
        single = monomial(inner, x)
        if single is None:
            return _composed(inner, coefficient, x, n)
        c, m = single
        terms = (coefficient(k) * c**k * x ** (m * k) for k in range(-(-n // m)))
        where = ((u, inner),) if inner != x else ()
        return Rewrite(Add(*terms), where=where)

    sentence = f"The known Maclaurin series: {name}."
    RULES.add(Rule(f"known series: {name}", row, Truncated(example, x, 0, 6), sentence))


def _composed(inner: Expr, coefficient: Coefficient, x: Symbol, n: int) -> Outcome:
    """The outer series in powers of the inner one, which begins with a positive power of x."""
    v = valuation(inner, x)
    if v is None or v < 1:
        return None
    powers = range(-(-n // v))
    first = inner if laurent_terms(inner, x) is not None else Truncated(inner, x, 0, n)
    total = Add(*(coefficient(k) * Pow(first, k) for k in powers))
    if not depends_on(total, x):
        return total
    return Rewrite(Truncated(total, x, 0, n), where=((u, inner),))


for _row in KNOWN:
    _add(*_row)
