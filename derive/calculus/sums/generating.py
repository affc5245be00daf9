"""Generating functions: power series whose sum has a name, read off the ratio of their terms.

Terms are c_k*z**k, and c_(k+1)/c_k = (k + a)*.../((k + b)*...*(k + 1)) tells which function it is,
however the terms are written (Petkovsek, Wilf and Zeilberger, A = B, section 3.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sympy import (
    Abs,
    Add,
    And,
    Dummy,
    Expr,
    Gt,
    Lt,
    Mul,
    Ne,
    Poly,
    Pow,
    Rational,
    S,
    Symbol,
    asin,
    asinh,
    atan,
    atanh,
    besseli,
    besselj,
    binomial,
    cancel,
    cos,
    cosh,
    erf,
    erfi,
    exp,
    factorial,
    ff,
    gamma,
    log,
    nan,
    oo,
    pi,
    powdenest,
    powsimp,
    simplify,
    sin,
    sinh,
    sqrt,
    zoo,
)
from sympy.functions.combinatorial.numbers import stirling
from sympy.logic.boolalg import Boolean

from derive.calculus.integrals.operators import positive
from derive.calculus.sums.operators import Rules, at_least, linear_factors, ratio, smaller_than_one
from derive.calculus.sums.telescoping import in_fractions
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, free_symbols, sigma

x, y = Symbol("x"), Symbol("y")
k, n = Symbol("k", integer=True), Symbol("n", integer=True)
j, m = Symbol("j", integer=True), Symbol("m", integer=True)
RULES = Rules()
BINOMIALS = Rules()
FRACTIONS = Rules()
HALF = Rational(1, 2)
ASKED = 500  # of the last parameters are kept
EARLIER = 4  # places before the first term at which the series may really begin

Shape = tuple[tuple[Expr, ...], tuple[Expr, ...]]
Value = Callable[[Expr], Expr]
w = Symbol("w")


def shape(upper: tuple[Any, ...], lower: tuple[Any, ...]) -> Shape:
    return tuple(in_order(map(S, upper))), tuple(in_order(map(S, lower)))


def in_order(parameters: Iterable[Expr]) -> list[Expr]:
    return sorted(parameters, key=lambda p: (not p.is_number, str(p)))


def root(z: Expr) -> Expr:
    """A square root of z; which one does not matter to an even function of it."""
    return powdenest(sqrt(z), force=True)


def signed(plus: Expr, minus: Expr) -> Value:
    """One form in w with z = w**2 where z looks positive, one with z = -w**2 where it does not."""
    return lambda z: (
        minus.subs(w, root(-z)) if z.could_extract_minus_sign() else plus.subs(w, root(z))
    )


# fmt: off
# Upper and lower parameters beside the k! below: the sum of c_k*z**k with c_0 = 1.
# Abramowitz and Stegun, chapters 4, 7, 9 and 15.1.
FUNCTIONS: tuple[tuple[str, Shape, Value], ...] = (
    ("exponential",        shape((), ()),                  lambda z: exp(z)),
    ("logarithm",          shape((1, 1), (2,)),            lambda z: -log(1 - z)/z),
    ("cosine",             shape((), (HALF,)),             signed(cosh(2*w), cos(2*w))),
    ("sine",               shape((), (3*HALF,)),           signed(sinh(2*w)/(2*w), sin(2*w)/(2*w))),
    ("arctangent",         shape((HALF, 1), (3*HALF,)),    signed(atanh(w)/w, atan(w)/w)),
    ("arcsine",            shape((HALF, HALF), (3*HALF,)), signed(asin(w)/w, asinh(w)/w)),
    ("central binomials below", shape((1, 1), (3*HALF,)),
        signed(asin(w)/(w*sqrt(1 - w**2)), asinh(w)/(w*sqrt(1 + w**2)))),
    ("reciprocals of central binomials", shape((1, 1), (HALF,)),
        signed(1/(1 - w**2) + w*asin(w)/(1 - w**2)**(3*HALF),
               1/(1 + w**2) - w*asinh(w)/(1 + w**2)**(3*HALF))),
    ("Catalan numbers",    shape((HALF, 1), (2,)),         lambda z: 2*(1 - sqrt(1 - z))/z),
    ("error function",     shape((HALF,), (3*HALF,)),
        signed(sqrt(pi)*erfi(w)/(2*w), sqrt(pi)*erf(w)/(2*w))),
    ("double factorials",  shape((1,), (3*HALF,)),
        signed(sqrt(pi)*exp(w**2)*erf(w)/(2*w), sqrt(pi)*exp(-w**2)*erfi(w)/(2*w))),
    ("Bessel function of order 0", shape((), (1,)),
        signed(besseli(0, 2*w), besselj(0, 2*w))),
    ("Bessel function of order 1", shape((), (2,)),
        signed(besseli(1, 2*w)/w, besselj(1, 2*w)/w)),
)
EXAMPLES = {
    "exponential":             x**k/factorial(k),
    "logarithm":               (x/2)**k/(k + 1),
    "cosine":                  (-1)**k*x**(2*k)/factorial(2*k),
    "sine":                    (-1)**k*x**(2*k + 1)/factorial(2*k + 1),
    "arctangent":              (-1)**k*(x/2)**(2*k + 1)/(2*k + 1),
    "arcsine":                 binomial(2*k, k)*x**(2*k + 1)/(9**k*(2*k + 1)),
    "central binomials below": x**(2*k)/((2*k + 1)*binomial(2*k, k)),
    "reciprocals of central binomials": x**k/binomial(2*k, k),
    "Catalan numbers":         binomial(2*k, k)*(x/9)**k/(k + 1),
    "error function":          (-1)**k*x**(2*k + 1)/(factorial(k)*(2*k + 1)),
    "double factorials":       4**k*factorial(k)*x**(2*k + 1)/factorial(2*k + 1),
    "Bessel function of order 0": (-1)**k*(x/2)**(2*k)/factorial(k)**2,
    "Bessel function of order 1": x**k/(factorial(k)*factorial(k + 1)),
}
# fmt: on


@lru_cache(maxsize=ASKED)  # every known series asks for the same parameters
def hypergeometric(
    f: Expr, k: Symbol, a: Expr
) -> tuple[tuple[Expr, ...], tuple[Expr, ...], Expr] | None:
    """Upper parameters, lower ones beside the factorial, and z, of the series that starts at a."""
    r = ratio(f, k)
    if r is None or not r.is_rational_function(k):
        return None
    above, below = cancel(r.subs(k, k + a)).as_numer_denom()
    upper, lower = linear_factors(above, k), linear_factors(below, k)
    if upper is None or lower is None or upper[0] == 0:
        return None
    top, bottom = list(upper[1]), list(lower[1])
    if S.One in bottom:
        bottom.remove(S.One)
    else:
        top.append(S.One)
    z = powsimp(cancel(upper[0] / lower[0]))
    return tuple(in_order(top)), tuple(in_order(bottom)), z


def _within(upper: Sequence[Expr], lower: Sequence[Expr], z: Expr) -> Boolean:
    """Where the series converges: always, or for |z| < 1, and on the circle by Raabe's test."""
    if len(upper) <= len(lower):
        return S.true
    if len(upper) > len(lower) + 1:
        return S.false
    if free_symbols(z) or (z.is_number and abs(abs(z.evalf(30)) - 1) > 1e-20):
        return smaller_than_one(z)
    excess = Add(*lower) - Add(*upper)
    return Gt(excess, 0 if z == 1 else -1)


def _starts(f: Expr, k: Symbol, a: Expr) -> list[tuple[Expr, list[Expr]]]:
    """Places at which the series may begin, with the terms between there and a."""
    found: list[tuple[Expr, list[Expr]]] = [(a, [])]
    between: list[Expr] = []
    for j in range(1, EARLIER if a.is_Integer else 1):
        term = _value_at(f, k, a - j)
        if term is None:
            break
        between = [*between, term]
        found.append((a - j, between))
    return found


def _value_at(f: Expr, k: Symbol, place: Expr) -> Expr | None:
    value = f.subs(k, place)
    return None if value.has(nan, zoo, oo, -oo) else value


def _closed(f: Expr, k: Symbol, a: Expr, wanted: Shape, value: Value) -> Rewrite | None:
    """The sum from a on, where it is one of the functions, less the terms before a."""
    for start, before in _starts(f, k, a):
        first = _value_at(f, k, start)
        if first in (None, 0):
            continue
        found = hypergeometric(f, k, start)
        if found is None:
            return None
        upper, lower, z = found
        given = _within(upper, lower, z)
        if (upper, lower) == wanted and given != False:
            return Rewrite(_tidy(first * value(z)) - Add(*before), given)
    return None


def _tidy(value: Expr) -> Expr:
    """A product put together: x*(sin(x)/x) is sin(x)."""
    forms = (value, powdenest(value, force=True), powsimp(powdenest(value, force=True), force=True))
    return min(map(_cancelled, forms), key=lambda form: form.count_ops())


def _cancelled(value: Expr) -> Expr:
    above, below = value.as_numer_denom()
    return Mul(*Mul.make_args(above)) / below


def _add(name: str, wanted: Shape, value: Value) -> None:

    def series(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
        return _closed(f, k, a, wanted, value)

    series.__doc__ = f"A known power series: {name}."
    RULES.infinite(f"known series: {name}", example=sigma(EXAMPLES[name], k, S.Zero, oo))(series)


for _row in FUNCTIONS:
    _add(*_row)


@RULES.infinite(
    "known series: binomial", example=sigma(binomial(2 * k, k) * (x / 9) ** k, k, 0, oo)
)
def binomial_series(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """A known power series: a power of 1 - z."""
    return _power_of_one_minus(f, k, a)


def _power_of_one_minus(f: Expr, k: Symbol, a: Expr) -> Rewrite | None:
    for start, before in _starts(f, k, a):
        found = hypergeometric(f, k, start)
        first = _value_at(f, k, start)
        if found is None or first in (None, 0):
            continue
        upper, lower, z = found
        if len(upper) == 1 and not lower:
            given = _within(upper, lower, z)
            if given != False:
                return Rewrite(first * (1 - z) ** -upper[0] - Add(*before), given)
    return None


# ------------------------------------------------------------------ a polynomial as a factor


@RULES.infinite("differentiate a known series", example=sigma(k**2 * x**k / factorial(k), k, 0, oo))
def differentiated(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Each factor k comes from x*d/dx of the series without it, term by term."""
    parts = [p for p in Mul.make_args(f) if p.is_polynomial(k) and depends_on(p, k)]
    rest = Mul(*(p for p in Mul.make_args(f) if p not in parts))
    if not parts or rest.is_rational_function(k):
        return None
    poly = Poly(Mul(*parts), k)
    w = Dummy("w", positive=True)
    found = hypergeometric(rest, k, a)
    if found is None:
        return None
    z = found[2]
    minus = z.could_extract_minus_sign()
    G = _generating(rest * (w / z * (-1 if minus else 1)) ** k, k, a)
    if G is None or _within(*found[:2], z) == False:
        return None
    return _brought_down(G, poly, w, -z if minus else z)


def _generating(f: Expr, k: Symbol, a: Expr) -> Rewrite | None:
    found = (_closed(f, k, a, wanted, value) for _, wanted, value in FUNCTIONS)
    known = next((r for r in found if r is not None), None)
    return known or _power_of_one_minus(f, k, a)


def _brought_down(G: Rewrite, poly: Poly, w: Symbol, z: Expr) -> Rewrite:
    total, current = S.Zero, G.equals
    for j in range(poly.degree() + 1):
        total += poly.nth(j) * current
        current = (w * current.diff(w)).expand() if current.is_Add else w * current.diff(w)
    value = simplify(total).subs(w, z)
    given = _solved(G.given.subs(w, z))
    return Rewrite(value, given)


def _solved(given: Boolean) -> Boolean:
    if isinstance(given, Lt) and isinstance(given.lhs, Abs):
        return smaller_than_one(given.lhs.args[0] / given.rhs)
    return given


@FRACTIONS.infinite(
    "partial fractions of a factor", example=sigma((x / 2) ** k / (k * (k + 1)), k, 1, oo)
)
def fractions_of_a_factor(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Take the rational factor apart, and sum each part."""
    factors = Mul.make_args(f)
    rational = Mul(*(p for p in factors if p.is_rational_function(k)))
    rest = Mul(*(p for p in factors if not p.is_rational_function(k)))
    parts = in_fractions(rational, k)
    step = ratio(rest, k)
    if parts is None or rest == 1 or step is None:
        return None
    given = S.true if depends_on(step, k) or not free_symbols(step) else smaller_than_one(step)
    return Rewrite(Add(*(sigma(part * rest, k, a, b) for part in parts.args)), given)


@FRACTIONS.infinite(
    "into the factorial", example=sigma(x**k / ((k + 1) * factorial(k)), k, 0, oo), on=Mul
)
def into_the_factorial(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The factors between k! and k + j are put beside both: below there is (k + j)!."""
    for below in (p for p in f.args if p.as_base_exp()[1] == -1):
        last = below.as_base_exp()[0]
        for other in (p for p in f.args if isinstance(1 / p, factorial)):
            steps = (last - (1 / other).args[0]).expand()
            if steps.is_Integer and 1 <= steps <= EARLIER:
                between = Mul(*(last - step for step in range(1, int(steps))))
                return sigma(f / below / other * between / factorial(last), k, a, b)
    return None


# ------------------------------------------------------------------ binomial coefficients


Finite = tuple[Expr, list[Expr], list[Expr], Expr]


def _ends_at(f: Expr, k: Symbol, a: Expr, b: Expr) -> Finite | None:
    """First term, parameters and z of a series that breaks off at b by itself."""
    if a != 0 and not a.is_Integer:
        return None
    first = _value_at(f, k, a)
    found = hypergeometric(f, k, a) if first not in (None, 0) else None
    if found is None or (a - b) not in found[0]:
        return None
    upper, lower, z = found
    others = list(upper)
    others.remove(a - b)
    return first, others, list(lower), z


@BINOMIALS.finite("binomial theorem", example=sigma(binomial(n, k) * x**k * y ** (n - k), k, 0, n))
def binomial_theorem(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The binomial theorem, read from right to left."""
    found = _ends_at(f, k, a, b)
    if found is None or found[1] or found[2]:
        return None
    first, _, _, z = found
    powers = [p for p in Mul.make_args(first) if isinstance(p, Pow) and p.exp == b - a]
    others = [factor for factor in Mul.make_args(first) if factor not in powers]
    base = cancel(Mul(1 - z, *(p.base for p in powers)))
    return Rewrite(Mul(*others, base ** (b - a)), at_least(b, a))


@BINOMIALS.finite("hockey stick", example=sigma(binomial(k, 3), k, 0, n), on=binomial)
def hockey_stick(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """By Pascal's rule the terms are differences of binomial coefficients one place further."""
    above, m = f.args
    if depends_on(m, k) or (above - k).expand().has(k):
        return None
    given = And(at_least(m, S.Zero), at_least(b, a))
    T = binomial(above, m + 1)
    return Rewrite(T.subs(k, b + 1) - T.subs(k, a), given, where=((Symbol("T"), T),))


@BINOMIALS.finite("part of a binomial sum", example=sigma(binomial(n, k) * x**k, k, 1, n))
def incomplete(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Complete the sum from its natural start, and take the added terms away again."""
    if not a.is_Integer or not 0 < a <= EARLIER or not f.has(binomial, factorial):
        return None
    before = [_value_at(f, k, S(j)) for j in range(int(a))]
    if None in before or _ends_at(f, k, S.Zero, b) is None:
        return None
    return sigma(f, k, S.Zero, b) - Add(*before)


@BINOMIALS.finite(
    "Vandermonde's convolution",
    example=sigma(binomial(n, k) * binomial(m, j - k), k, 0, j),
    on=Mul,
)
def vandermonde_convolution(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Choose b out of two heaps together: k from the one, the others from the other."""
    found = [p for p in f.args if isinstance(p, binomial)]
    heaps = {p.args[1]: p.args[0] for p in found}
    if a != 0 or len(found) != 2 or set(heaps) != {k, b - k}:
        return None
    rest = powsimp(Mul(*(p for p in f.args if p not in found)))
    if depends_on(rest, k) or any(depends_on(heap, k) for heap in heaps.values()):
        return None
    return Rewrite(rest * binomial(Add(*heaps.values()), b), at_least(b, S.Zero))


@BINOMIALS.finite(
    "Vandermonde's convolution with repetition",
    example=sigma(binomial(k + 2, k) * binomial(m + j - k, j - k), k, 0, j),
    on=Mul,
)
def convolution_with_repetition(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Choose b out of two heaps together with repetition: m kinds, of which k are taken, give
    m + k - 1 over k."""
    found = [p for p in f.args if isinstance(p, binomial)]
    kinds = {p.args[1]: (p.args[0] - p.args[1] + 1).expand() for p in found}
    if a != 0 or len(found) != 2 or set(kinds) != {k, b - k}:
        return None
    rest = powsimp(Mul(*(p for p in f.args if p not in found)))
    if depends_on(rest, k) or any(depends_on(kind, k) for kind in kinds.values()):
        return None
    given = And(at_least(b, S.Zero), *(positive(kind) for kind in kinds.values()))
    together = Add(*kinds.values()) + b - 1
    return None if given == False else Rewrite(rest * binomial(together, b), given)


@BINOMIALS.finite("Vandermonde's sum", example=sigma(binomial(n, k) ** 2, k, 0, n))
def vandermonde(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Chu and Vandermonde: choose from two heaps together instead of one after the other."""
    found = _ends_at(f, k, a, b)
    if found is None or found[3] != 1 or len(found[1]) != 1 or len(found[2]) != 1:
        return None
    first, (beta,), (c,), _ = found
    N = b - a
    return Rewrite(first * _rising(c - beta, N) / _rising(c, N), at_least(b, a))


def _rising(c: Expr, N: Expr) -> Expr:
    """c*(c + 1)*...*(c + N - 1) as factorials where c is whole."""
    if c.is_integer and (c.is_positive or free_symbols(c)):
        return factorial(c + N - 1) / factorial(c - 1)
    return gamma(c + N) / gamma(c)


@BINOMIALS.finite(
    "powers of the index beside a binomial",
    example=sigma(k**2 * binomial(n, k) * x**k * y ** (n - k), k, 0, n),
    on=Mul,
)
def powers_of_the_index(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """k**m in falling factorials, each of which the binomial coefficient absorbs."""
    power = sum((p.as_base_exp()[1] for p in f.args if p.as_base_exp()[0] == k), S.Zero)
    rest = Mul(*(p for p in f.args if p.as_base_exp()[0] != k and p != binomial(b, k)))
    z = ratio(rest, k) if binomial(b, k) in f.args and a == 0 and depends_on(rest, k) else None
    if z is None or depends_on(z, k) or not power.is_Integer or not 2 <= power <= EARLIER:
        return None
    whole = cancel(1 + z)
    above = whole.as_numer_denom()[0]
    first = rest.subs(k, 0)
    known = isinstance(first, Pow) and first.exp == b
    scaled = cancel(first.base * whole) ** b if known else first * whole**b
    terms = (stirling(power, j) * ff(b, j) * cancel(z / whole) ** j for j in range(1, power + 1))
    given = And(at_least(b, a), S.true if above.is_nonzero else Ne(above, 0))
    return None if above == 0 else Rewrite(scaled * Add(*terms), given)


@BINOMIALS.finite("absorption", example=sigma(k * binomial(n, k), k, 0, n), on=Mul)
def absorption(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """k times n over k is n times n - 1 over k - 1; the index moves by one."""
    found = [p for p in f.args if isinstance(p, binomial) and p.args[1] == k]
    if len(found) != 1 or a not in (0, 1):
        return None
    N = found[0].args[0]
    rest = cancel_index(Mul(*(p for p in f.args if p != found[0])), k)
    if rest is None or depends_on(N, k):
        return None
    moved = rest.subs(k, k + 1) * binomial(N - 1, k)
    return Rewrite(N * sigma(moved, k, S.Zero, b - 1), at_least(b, S.One))


@BINOMIALS.finite("absorption, upwards", example=sigma(binomial(n, k) / (k + 1), k, 0, n), on=Mul)
def absorption_upwards(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """n over k, divided by k + 1, is n + 1 over k + 1, divided by n + 1; the index moves by one."""
    found = [p for p in f.args if isinstance(p, binomial) and p.args[1] == k]
    if len(found) != 1 or a != 0 or 1 / (k + 1) not in f.args:
        return None
    N = found[0].args[0]
    rest = Mul(*(p for p in f.args if p not in (found[0], 1 / (k + 1))))
    if depends_on(N, k):
        return None
    moved = rest.subs(k, k - 1) * binomial(N + 1, k)
    return Rewrite(sigma(moved, k, S.One, b + 1) / (N + 1), at_least(b, a))


def cancel_index(f: Expr, k: Symbol) -> Expr | None:
    """f/k where f has a factor k."""
    for part in Mul.make_args(f):
        base, power = part.as_base_exp()
        if base == k and power.is_Integer and power >= 1:
            return f / k
    return None
