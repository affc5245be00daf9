"""Rational functions: division, partial fractions over the rationals and real surds, and the
quadratics that are left (Gradshteyn and Ryzhik 2.10 to 2.17)."""

from __future__ import annotations

from sympy import (
    Abs,
    Add,
    And,
    Expr,
    Integral,
    Mul,
    Poly,
    PolynomialError,
    Pow,
    S,
    Symbol,
    apart,
    atan,
    cancel,
    div,
    factor,
    log,
    sqrt,
    together,
)
from sympy.logic.boolalg import Boolean

from derive.calculus.integrals.operators import (
    Rules,
    antiderivative,
    likely,
    lowest_terms,
    nonzero,
    nonzero_factors,
    positive,
    quadratic,
    real,
    size,
)
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on

x = Symbol("x")
a, b, c, n = Symbol("a"), Symbol("b"), Symbol("c"), Symbol("n")
RULES = Rules()
QUADRATICS = Rules()
MOST_LETTERS = 6  # x among them


@QUADRATICS.indefinite("one over a quadratic", example=Integral(1 / (x**2 + 2 * x + 5), x), on=Pow)
def one_over_quadratic(f: Expr, x: Symbol) -> Outcome:
    """Complete the square: an arctangent, or a logarithm when there are real roots."""
    q, power = f.args
    found = quadratic(q, x) if power == -1 else None
    if found is None:
        return None
    a, b, c = found
    discriminant = lowest_terms(4 * a * c - b**2)
    if discriminant == 0:
        return antiderivative(1 / (a * (x + b / (2 * a)) ** 2), x)
    arctangent = _arctangent(a, b, discriminant, x)
    logarithm = _logarithm(a, b, -discriminant, x)
    forms = [logarithm, arctangent] if likely(discriminant).is_negative else [arctangent, logarithm]
    return [rewrite for rewrite in forms if rewrite.given != False]


def _arctangent(a: Expr, b: Expr, d: Expr, x: Symbol) -> Rewrite:
    root = square_root(d)
    return Rewrite(2 / root * atan(lowest_terms((2 * a * x + b) / root)), above_zero(d, root))


def _logarithm(a: Expr, b: Expr, d: Expr, x: Symbol) -> Rewrite:
    root = square_root(d)
    below, above = (_plain(lowest_terms(x + (b + sign * root) / (2 * a))) for sign in (-1, 1))
    return Rewrite(log(Abs(below / above)) / root, And(above_zero(d, root), nonzero(a)))


def above_zero(d: Expr, root: Expr) -> Boolean:
    """d > 0, which is root != 0 where d is a square."""
    return nonzero(root) if real(d).is_nonnegative else positive(d)


def _plain(p: Expr) -> Expr:
    """A positive multiple without fractions."""
    return p.primitive()[1] if p.is_Add else p


def square_root(d: Expr) -> Expr:
    """sqrt(d) for d >= 0, by a letter rather than its absolute value where d is a square."""
    over, squares = S.One, S.One
    for p in Mul.make_args(d.factor() if d.free_symbols else d):
        base, power = p.as_base_exp()
        if power.is_Integer and power % 2 == 0 and not base.is_number:
            squares *= base ** (power / 2)
        else:
            over *= p
    return sqrt(over) * squares


@QUADRATICS.indefinite(
    "linear over a quadratic", example=Integral((2 * x + 3) / (x**2 + x + 1), x), on=Mul
)
def linear_over_quadratic(f: Expr, x: Symbol) -> Outcome:
    """Split off a multiple of the derivative of the quadratic; it gives the logarithm."""
    found = _over_power(f, x)
    if found is None or found[1] != 1 or _splits(*found[0]):
        return None
    (a, b, c), _, (A, B), q = found
    if A == 0:
        return None
    rest = lowest_terms(B - A * b / (2 * a))
    half, plain = A / (2 * a), _plain(q)
    positive = real(4 * a * c - b**2).is_positive
    logarithm = half * log(_up(plain, a) if positive else Abs(plain))
    if rest == 0:
        return Rewrite(logarithm, nonzero(a))
    return Rewrite(logarithm + rest * antiderivative(1 / q, x), nonzero(a))


def _splits(a: Expr, b: Expr, c: Expr) -> bool:
    """Whether a*x**2 + b*x + c has rational roots: partial fractions are simpler then."""
    return bool(sqrt(b**2 - 4 * a * c).is_rational)


def _up(q: Expr, a: Expr) -> Expr:
    """A quadratic without real roots, with the sign that makes it positive."""
    return -q if real(a).is_negative else q


def _over_power(f: Expr, x: Symbol) -> tuple[tuple[Expr, ...], int, tuple[Expr, Expr], Expr] | None:
    """The coefficients of q, the power, A, B and q of f = (A*x + B)/q**n."""
    below = [p for p in Mul.make_args(f) if p.is_Pow and depends_on(p, x) and p.exp.is_negative]
    if len(below) != 1:
        return None
    (q, n), over = below[0].as_base_exp(), f / below[0]
    found = quadratic(q, x) if n.is_Integer else None
    if found is None or not over.is_polynomial(x):
        return None
    top = Poly(over, x)
    if top.degree() > 1:
        return None
    return found, -n, (top.coeff_monomial(x), top.coeff_monomial(1)), q


@QUADRATICS.indefinite(
    "reduction of a power of a quadratic", example=Integral(1 / (x**2 + 1) ** 2, x), on=(Mul, Pow)
)
def power_of_quadratic(f: Expr, x: Symbol) -> Outcome:
    """Integration by parts brings the power of the quadratic in the denominator down by one."""
    found = _over_power(f, x)
    if found is None or found[1] < 2 or _splits(*found[0]):
        return None
    (a, b, c), n, (A, B), q = found
    d = lowest_terms(4 * a * c - b**2)
    if d == 0:
        return None
    outside = lowest_terms(2 * a * B - A * b) * x + lowest_terms(b * B - 2 * A * c)
    multiple = lowest_terms((2 * n - 3) * (2 * a * B - A * b) / ((n - 1) * d))
    equals = outside / ((n - 1) * d) * q ** (1 - n) + multiple * antiderivative(q ** (1 - n), x)
    return Rewrite(equals, nonzero(d))


# ------------------------------------------------------------------ the general rational function


def quotient(f: Expr, x: Symbol) -> tuple[Expr, Expr] | None:
    """Numerator and denominator, without common factors, of a rational function."""
    if not f.is_rational_function(x) or f.is_polynomial(x) or size(f) > 200:
        return None
    try:
        return cancel(together(f)).as_numer_denom()
    except PolynomialError:
        return None


@RULES.indefinite("polynomial division", example=Integral(x**4 / (x**2 + 1), x), on=(Mul, Pow))
def division(f: Expr, x: Symbol) -> Outcome:
    """Divide; what remains has a numerator of lower degree than the denominator."""
    found = quotient(f, x)
    if found is None:
        return None
    over, under = found
    if not over.is_polynomial(x) or Poly(over, x).degree() < Poly(under, x).degree():
        return None
    whole, rest = div(Poly(over, x), Poly(under, x))
    divided = antiderivative(whole.as_expr() + cancel(rest.as_expr() / under).factor(), x)
    return Rewrite(divided, nonzero_factors(Poly(under, x).LC()))


@RULES.indefinite("partial fractions", example=Integral((x + 3) / (x**2 - 1), x), on=(Mul, Pow))
def partial_fractions(f: Expr, x: Symbol) -> Outcome:
    """Factor the denominator and write the fraction as a sum of simpler ones."""
    found = quotient(f, x)
    if found is None:
        return None
    over, under = found
    if len(f.free_symbols) > MOST_LETTERS or Poly(under, x).degree() > 24:
        return None
    decomposed = apart(over / under, x)
    if not decomposed.is_Add or decomposed == f:
        reduced = over / under
        if size(reduced) < size(f):
            return antiderivative(reduced, x)
        power = factor(under)
        return antiderivative(over / power, x) if power.is_Pow and power != under else None
    sum_of_fractions = antiderivative(Add(*(_term(term, x) for term in decomposed.args)), x)
    return Rewrite(sum_of_fractions, And(*(divisors(term, x) for term in decomposed.args)))


def divisors(term: Expr, x: Symbol) -> Boolean:
    """The condition that what a term is divided by, apart from x, is not zero."""
    fixed = term.as_numer_denom()[1].as_independent(x, as_Add=False)[0]
    return nonzero_factors(fixed)


def _term(term: Expr, x: Symbol) -> Expr:
    over, under = term.as_numer_denom()
    fixed, moving = under.as_independent(x, as_Add=False)
    return over / fixed / moving if fixed != 1 else term
