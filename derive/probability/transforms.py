"""Series for the transforms of laws whose transform has no name, and for angles on the circle.

Mardia and Jupp, Directional Statistics (2000), sections 3.4 and 3.5; DLMF 10.32.3.
"""

from __future__ import annotations

from sympy import (
    Add,
    And,
    Basic,
    Expr,
    Gt,
    Integral,
    Pow,
    S,
    Sum,
    Symbol,
    besseli,
    binomial,
    cos,
    exp,
    factorial,
    gamma,
    log,
    oo,
    pi,
    sin,
    stats,
)

from derive.calculus.integrals.operators import definite
from derive.engine import NoRuleApplies
from derive.probability.distributions import (
    conditions,
    drawn,
    law_of,
    parameters,
    place_of,
    row_of,
    single,
)
from derive.probability.moments import MEANS, Expectation, Laws
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh, sigma

X = Symbol("X", real=True)
a, t = Symbol("a", positive=True), Symbol("t", real=True)
mu = Symbol("mu", real=True)
WEIBULL = drawn(X, stats.Weibull("X", 1, 2))
STEEP = drawn(X, stats.Logistic("X", 0, 1))
ANGLE = drawn(X, stats.VonMises("X", mu, a))


@MEANS.rule("series of the moments", example=Expectation(exp(t * X), WEIBULL), on=exp)
def series_of_moments(g: Expr, laws: Laws) -> Outcome:
    """The series of the exponential function, averaged term by term: for k > 1 the moments grow
    more slowly than factorials, and the series converges absolutely."""
    one = single(laws)
    rate = _rate(g, one[0]) if one and _is_called(one[1], "Weibull") else None
    if not one or rate is None:
        return None
    k = parameters(one[1])[1]
    n = _index(g, one[1], nonnegative=True)
    term = rate**n / factorial(n) * Expectation(one[0] ** n, one)
    given = And(Gt(k, 1), conditions(one[1]))
    return None if given == False else Rewrite(sigma(term, n, S.Zero, oo), given)


@MEANS.rule("Fourier series of the density", example=Expectation(X, ANGLE), on=(Symbol, Pow))
def fourier_series(g: Expr, laws: Laws) -> Outcome:
    """The density of the angle as its Fourier series, whose coefficients are ratios of Bessel
    functions: it converges uniformly, and is integrated term by term."""
    one = single(laws)
    if not one or not _is_called(one[1], "VonMises") or not g.is_polynomial(one[0]):
        return None
    n, x = _index(g, one[1], positive=True), place_of(one[0], one[1], g)
    middle, k = parameters(one[1])
    h = g.xreplace({one[0]: x})
    sides = (wave(n * middle) * _turn(h * wave(n * x), x) for wave in (cos, sin))
    series = sigma(besseli(n, k) / besseli(0, k) / pi * Add(*sides), n, S.One, oo)
    return Rewrite(_turn(h, x) / (2 * pi) + series, conditions(one[1]))


@MEANS.rule("geometric series of the density", example=Expectation(X**4, STEEP), on=Pow)
def geometric_series(g: Pow, laws: Laws) -> Outcome:
    """For x > 0 the density is the sum of -(-1)^n n exp(-n x), and x^k exp(-n x) has the integral
    k!/n^(k + 1): both sides of zero have as much for even k, where the sum converges absolutely."""
    one = single(laws)
    if not one or not _is_called(one[1], "Logistic") or g.base != one[0]:
        return None
    middle, scale = parameters(one[1])
    k = g.exp
    if not (k.is_Integer and k >= 2):
        return None
    if (middle, scale) != (0, 1):
        z = Symbol(fresh("Z", g, one[1]).name, real=True)
        law = law_of(stats.Logistic("Z", 0, 1))
        return Rewrite(Expectation((middle + scale * z) ** k, (z, law)), conditions(one[1]))
    if k.is_odd:
        return S.Zero
    n = _index(g, one[1], positive=True)
    return 2 * factorial(k) * sigma((-1) ** (n + 1) / n**k, n, S.One, oo)


FACTORIALS = factorial, binomial, gamma
# Why the transform of a law is not written down.
# fmt: off
WITHOUT_CLOSED_FORM = {
    "LogNormal": "its characteristic function has no closed form",
    "VonMises":  "exp(t*X) of an angle has a mean in closed form only for t = i*n with whole n, "
                 "where it goes once round the circle: these are its trigonometric moments, "
                 "characteristic_function with an integer letter; for other t, and for the moment "
                 "generating function, the integral over one turn has no name",
}
# fmt: on


def without_closed_form(law: Basic, error: NoRuleApplies) -> NoRuleApplies:
    """The error with its reason, where one is known of the law."""
    row = row_of(law)
    why = WITHOUT_CLOSED_FORM.get(row.name) if row else None
    parts = error.goal, error.trail, error.tried, error.partial
    return NoRuleApplies(f"{row.name}: {why}", *parts) if row and why else error


def _turn(h: Expr, x: Symbol) -> Integral:
    return definite(h, x, S.Zero, 2 * pi)


def _is_called(law: Basic, name: str) -> bool:
    row = row_of(law)
    return row is not None and row.name == name


def _rate(g: Expr, letter: Symbol) -> Expr | None:
    """t of exp(t*letter)."""
    rate, moving = g.args[0].as_independent(letter, as_Add=False)
    return rate if moving == letter else None


def _index(*within: Basic, **known: bool) -> Symbol:
    return Symbol(fresh("n", *within).name, integer=True, **known)


def has_no_name(series: Sum) -> bool:
    """A series left as it stands: Bessel functions of all orders, gamma functions of fractions of
    the index, or logarithms of factorials are in its terms."""
    f, *ranges = series.args
    if len(ranges) != 1 or f.has(Expectation, Integral):
        return False
    n, _, last = ranges[0].args
    if last.is_Integer:
        return False
    if any(depends_on(u, n) and u.has(*FACTORIALS) for u in f.atoms(log)):
        return True
    slopes = [u.args[0].expand().coeff(n) for u in f.atoms(gamma)]
    return last == oo and (
        any(depends_on(u.args[0], n) for u in f.atoms(besseli))
        or any(slope != 0 and not slope.is_integer for slope in slopes)
    )
