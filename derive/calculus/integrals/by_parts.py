"""Integration by parts: u is chosen by the order logarithm, inverse function, algebraic,
trigonometric, exponential (LIATE; Kasube, Amer. Math. Monthly 90, 1983)."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Chi,
    Ci,
    Ei,
    Expr,
    Function,
    Integral,
    Mul,
    Poly,
    Pow,
    S,
    Shi,
    Si,
    Symbol,
    acos,
    acosh,
    acot,
    acoth,
    acsc,
    acsch,
    asec,
    asech,
    asin,
    asinh,
    atan,
    atanh,
    cancel,
    cos,
    cosh,
    cot,
    coth,
    csc,
    csch,
    div,
    erf,
    erfc,
    erfi,
    exp,
    fraction,
    fresnelc,
    fresnels,
    li,
    log,
    nan,
    oo,
    sec,
    sech,
    sin,
    sinh,
    tan,
    tanh,
    together,
    zoo,
)
from sympy.integrals.rationaltools import ratint_ratpart
from sympy.logic.boolalg import Boolean

from derive.calculus.integrals.operators import (
    Rules,
    antiderivative,
    derivative,
    linear,
    nonzero,
    real,
    size,
)
from derive.calculus.integrals.table import by_table
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on

x = Symbol("x")
RULES = Rules()
LATE = Rules()

LOGARITHMIC = (log, erf, erfc, erfi, Ei, Si, Ci, Shi, Chi, li, fresnels, fresnelc)
INVERSE = (asin, acos, atan, acot, asec, acsc, asinh, acosh, atanh, acoth, asech, acsch)
CIRCULAR = (sin, cos, tan, cot, sec, csc, sinh, cosh, tanh, coth, sech, csch)
ANTIDERIVATIVES = {sin: lambda t: -cos(t), cos: sin, sinh: cosh, cosh: sinh}
MUCH_LARGER = 2
FEWEST_ROWS = 3  # a shorter table says less than integration by parts
LARGE = 120
SPECIAL = (erf, erfi, Ei, Si, Ci, Shi, Chi, li, fresnels, fresnelc)


def kind(factor: Expr, x: Symbol) -> int:
    """Where a factor stands in the order of choice for u; 9 where it is never u."""
    base = factor.base if factor.is_Pow else factor
    power = factor.exp if factor.is_Pow else S.One
    if isinstance(base, exp) or not depends_on(base, x):
        return 4
    whole = power.is_Integer and power > 0
    if isinstance(base, LOGARITHMIC):
        return 0 if whole else 9
    if isinstance(base, INVERSE):
        return 1 if whole else 9
    if isinstance(base, CIRCULAR):
        return 3 if whole else 9
    if base.is_polynomial(x):
        return 2 if whole else 5
    return 9


@RULES.indefinite("parts with the inner derivative", example=Integral(x**2 * sin(x**2), x), on=Mul)
def with_inner_derivative(f: Expr, x: Symbol) -> Outcome:
    """The slope of the inner function belongs to the wave: together they can be integrated."""
    waves = [p for p in f.args if isinstance(p, (sin, cos, sinh, cosh))]
    if len(waves) != 1:
        return None
    g, (inner,) = waves[0], waves[0].args
    a, n = (inner - inner.subs(x, 0)).as_coeff_exponent(x)
    m = (f / g).as_coeff_exponent(x)
    if depends_on(a, x) or m[0] != 1 or not (n.is_Integer and n > 1 and m[1].is_Integer):
        return None
    if m[1] < n:
        return None
    u, dv = x ** (m[1] - n + 1), x ** (n - 1) * g
    v = ANTIDERIVATIVES[type(g)](inner) / (a * n)
    return _rewrite(u, dv, v, v * u.diff(x), x)


@RULES.indefinite("tabular integration by parts", example=Integral(x**3 * sin(2 * x), x), on=Mul)
def tabular(f: Expr, x: Symbol) -> Outcome:
    """Differentiate the polynomial down to zero, integrate the other factor as often: the products
    of the rows, with signs in turn."""
    waves = [p for p in f.args if isinstance(p, (exp, sin, cos, sinh, cosh)) and depends_on(p, x)]
    line = linear(waves[0].args[0], x) if len(waves) == 1 else None
    P = f / waves[0] if len(waves) == 1 else f
    if line is None or not P.is_polynomial(x) or Poly(P, x).degree() < FEWEST_ROWS:
        return None
    total, g, row = S.Zero, waves[0], Poly(P, x)
    while not row.is_zero:
        g = _raised(g) / line[0]
        total += row.as_expr() * g
        row = -row.diff(x)
    return Rewrite(total, nonzero(line[0]))


def _raised(g: Expr) -> Expr:
    """The antiderivative of c*g(t) by t, for a g of the table's waves."""
    c, wave = g.as_independent(exp, sin, cos, sinh, cosh, as_Add=False)
    if isinstance(wave, exp):
        return g
    return c * ANTIDERIVATIVES[type(wave)](wave.args[0])


@RULES.indefinite("integration by parts", example=Integral(x * exp(x), x))
def by_parts(f: Expr, x: Symbol) -> Iterator[Rewrite]:
    """Move the derivative from one factor to the other: the integral of u*v' is u*v less u'*v."""
    parts = _parts(f, x)
    if parts is None:
        return
    first, u, dv = parts
    v, given = _read_off(first, dv, x)
    if v is not None and not (first >= 2 and v.has(*SPECIAL)):
        rest = _tidy(v * derivative(u, x), x)
        if size(rest) <= MUCH_LARGER * size(f) + 10:
            yield _rewrite(u, dv, v, rest, x, given)
    elif v is None and not dv.is_rational_function(x) and not list(powers_against(f, x)):
        V = antiderivative(dv, x)
        yield _rewrite(u, dv, V, V * derivative(u, x), x)


def _parts(f: Expr, x: Symbol) -> tuple[int, Expr, Expr] | None:
    """The kind of u, u and v'."""
    factors = Mul.make_args(f)
    first = min((kind(p, x) for p in factors), default=9)
    if first > 3 or (len(factors) == 1 and first > 1) or size(f) > LARGE:
        return None
    u = Mul(*(p for p in factors if kind(p, x) == first))
    return (first, u, f / u) if _leads_on(first, f / u, x) else None


def _read_off(first: int, dv: Expr, x: Symbol) -> tuple[Expr | None, Boolean]:
    """v, where it can be read off, with its condition."""
    found = by_table(dv.expand() if dv.is_polynomial(x) else dv, x)
    if found is not None:
        return found.equals, found.given
    return rational_antiderivative(dv, x) if first <= 1 else None, S.true


def _leads_on(first: int, dv: Expr, x: Symbol) -> bool:
    """Whether parts make it simpler: powers alone, or a wave without exponential, go in circles."""
    if first == 3:
        return _exponential(dv, x)
    return first < 2 or _transcendental(dv, x)


def _transcendental(f: Expr, x: Symbol) -> bool:
    return any(depends_on(g, x) for g in f.atoms(Function)) or any(
        not p.exp.is_number for p in f.atoms(Pow)
    )


def rational_antiderivative(f: Expr, x: Symbol) -> Expr | None:
    """The antiderivative of a rational function, if it is rational too (Hermite, Ostrogradsky)."""
    if not f.is_rational_function(x) or f.is_polynomial(x) or f.free_symbols != {x}:
        return None
    over, under = cancel(together(f)).as_numer_denom()
    if Poly(under, x).degree() > 12 or Poly(over, x).degree() >= Poly(under, x).degree():
        return None
    whole, rest = ratint_ratpart(Poly(over, x), Poly(under, x), x)
    return whole if rest == 0 and cancel(whole.diff(x) - f) == 0 else None


@RULES.indefinite("exponential of a polynomial", example=Integral(x**4 * exp(-(x**2)), x), on=Mul)
def exponential_of_polynomial(f: Expr, x: Symbol) -> Outcome:
    """Divide by the slope of the exponent: f = (q*g' + r)*exp(g), and parts for q."""
    powers = [p for p in f.args if _exponential(p, x)]
    if len(powers) != 1:
        return None
    P, g = Mul(*(p for p in f.args if p != powers[0])), powers[0].args[0]
    if powers[0].is_Pow:
        g = powers[0].exp * log(powers[0].base)
    if not (P.is_polynomial(x) and g.is_polynomial(x)):
        return None
    slope = Poly(g.diff(x), x)
    if slope.degree() < 1 or Poly(P, x).degree() < slope.degree():
        return None
    q, r = div(Poly(P, x), slope)
    rest = (r - q.diff(x)).as_expr()
    equals = q.as_expr() * powers[0] + antiderivative(rest * powers[0], x)
    named = zip(("g", "q", "r"), (g, q.as_expr(), r.as_expr()), strict=True)
    return Rewrite(equals, where=tuple((Symbol(name), value) for name, value in named))


def _rewrite(u: Expr, dv: Expr, v: Expr, rest: Expr, x: Symbol, given: Boolean = S.true) -> Rewrite:
    letters = ((Symbol("u"), u), (Symbol("dv"), dv * Symbol(f"d{x.name}")))
    equals = u * v - antiderivative(rest, x)
    if v.has(Integral):
        return Rewrite(equals, given, letters)
    du = (Symbol("du"), derivative(u, x) * Symbol(f"d{x.name}"))
    return Rewrite(equals, given, (*letters, du, (Symbol("v"), v)))


def _tidy(f: Expr, x: Symbol) -> Expr:
    if f.is_rational_function(x):
        return cancel(together(f))
    if not f.is_Mul:
        return f
    roots_apart = Mul(*(_apart(p, x) for p in f.args))
    if not roots_apart.is_Mul:
        return roots_apart
    parts = roots_apart.args
    return Mul(*(cancel(together(p)) if p.is_rational_function(x) else p for p in parts))


def _apart(p: Expr, x: Symbol) -> Expr:
    """A root of a fraction with a positive denominator as a quotient of roots."""
    if not (p.is_Pow and p.exp.is_Rational and not p.exp.is_Integer and depends_on(p.base, x)):
        return p
    above, below = fraction(together(p.base))
    return above**p.exp / below**p.exp if real(below).is_positive else p


def _exponential(p: Expr, x: Symbol) -> bool:
    if p.is_Pow:
        return depends_on(p.exp, x) and not depends_on(p.base, x)
    return isinstance(p, exp) and depends_on(p, x)


@LATE.indefinite("parts against a power", example=Integral(exp(x) / x**2, x), on=Mul)
def against_a_power(f: Expr, x: Symbol) -> Iterator[Rewrite]:
    """Integrate the power of a linear expression, differentiate the rest."""
    yield from powers_against(f, x)


def powers_against(f: Expr, x: Symbol) -> Iterator[Rewrite]:
    for p in f.args:
        if size(f) > LARGE or not p.is_Pow or not p.exp.is_Rational or p.exp >= 0 or p.exp == -1:
            continue
        line = linear(p.base, x)
        found = by_table(p, x) if line else None
        if line is None or found is None:
            continue
        v = found.equals
        u = f / p
        if not _transcendental(u, x):
            continue
        # Where the rest is not finite at the pole, its derivative deepens it.
        a, b = line
        if u.subs(x, -b / a).has(nan, zoo, oo, -oo):
            continue
        du = derivative(u, x)
        rest = (cancel(together(du)).factor() if size(u) < 30 else du) * v
        if size(rest.as_independent(x, as_Add=False)[1]) <= size(f) + 2:
            yield _rewrite(u, p, v, rest, x, found.given)
