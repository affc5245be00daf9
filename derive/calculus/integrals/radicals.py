"""Square roots of quadratics: standard forms, undetermined coefficients, the substitution 1/x."""

from __future__ import annotations

from sympy import (
    Abs,
    Add,
    And,
    Expr,
    Integral,
    Mul,
    Poly,
    Pow,
    Rational,
    S,
    Symbol,
    apart,
    asin,
    asinh,
    cancel,
    linsolve,
    log,
    sign,
    sqrt,
    together,
)

from derive.calculus.integrals.operators import (
    Rules,
    antiderivative,
    likely,
    linear,
    lowest_terms,
    nonzero_factors,
    positive,
    quadratic,
    real,
    substitution,
)
from derive.calculus.integrals.rational import divisors, square_root
from derive.rules import Outcome, Rewrite
from derive.structure import fresh

x = Symbol("x")
RULES = Rules()
STANDARD = Rules()


@STANDARD.indefinite(
    "one over the root of a quadratic", example=Integral(1 / sqrt(1 - x**2), x), on=Pow
)
def one_over_root(f: Expr, x: Symbol) -> Outcome:
    """Complete the square: an arcsine where the quadratic opens downwards, else a logarithm."""
    q, power = f.args
    found = quadratic(q, x) if power == Rational(-1, 2) else None
    if found is None:
        return None
    a, b, c = found
    d = lowest_terms(b**2 - 4 * a * c)
    if d == 0:
        return None
    slope = 2 * a * x + b
    if likely(a).is_negative:
        return Rewrite(
            -asin(lowest_terms(slope / _size(d))) / sqrt(-a), And(positive(-a), positive(d))
        )
    if real(d).is_negative:
        return Rewrite(asinh(lowest_terms(slope / _size(-d))) / sqrt(a), positive(a))
    given = And(positive(a), nonzero_factors(d))
    return Rewrite(log(Abs(slope + 2 * sqrt(a) * sqrt(q))) / sqrt(a), given)


def _size(d: Expr) -> Expr:
    """sqrt(d), where d is positive."""
    root = square_root(d)
    return Abs(root) if root.free_symbols and real(root).is_nonnegative is not True else root


@RULES.indefinite("root of a quadratic", example=Integral(sqrt(x**2 + 1), x), on=(Pow, Mul))
def undetermined(f: Expr, x: Symbol) -> Outcome:
    """A polynomial times the root, with coefficients to be compared, and one standard integral."""
    found = over_root(f, x)
    if found is None:
        return None
    P, q, n = found
    coefficients = quadratic(q, x)
    if coefficients is None or (n == 1 and P.degree() == 0):
        return None
    a, b, c = coefficients
    if lowest_terms(b**2 - 4 * a * c) == 0:
        return None
    return _compared(P, q, n, x)


def over_root(f: Expr, x: Symbol) -> tuple[Poly, Expr, int] | None:
    """P, q, n of f = P(x)/q**(n/2), n odd and positive, q quadratic."""
    roots = [p for p in Mul.make_args(f) if p.is_Pow and p.exp.is_Rational and p.exp.q == 2]
    if len(roots) != 1 or quadratic(roots[0].base, x) is None:
        return None
    q, power = roots[0].args
    rest = cancel(together(f / roots[0]))
    n = -2 * power
    if n < 0:
        rest, n = rest * q ** ((1 - n) / 2), S.One
    return (Poly(rest, x), q, int(n)) if rest.is_polynomial(x) else None


def _compared(P: Poly, q: Expr, n: int, x: Symbol) -> Rewrite | None:
    """Q/q**((n-2)/2) + k*Integral(1/sqrt(q)): derivative compared with P/q**(n/2)."""
    count = max(P.degree(), n - 1)
    letters = [fresh(f"c_{j}", P.as_expr(), q, x) for j in range(count)]
    k = fresh("k", P.as_expr(), q, x)
    Q = Add(*(letter * x**j for j, letter in enumerate(letters)))
    claim = Q.diff(x) * q - Rational(n - 2, 2) * Q * q.diff(x) + k * q ** ((n - 1) // 2)
    equations = Poly((claim - P.as_expr()).expand(), x).all_coeffs()
    solutions = list(linsolve(equations, [*letters, k]))
    if len(solutions) != 1:
        return None
    values = {v: lowest_terms(e) for v, e in zip([*letters, k], solutions[0], strict=True)}
    if any(value.has(*letters, k) for value in values.values()):
        return None
    outside = Q.xreplace(values) * q ** Rational(2 - n, 2)
    below = dict.fromkeys(value.as_numer_denom()[1] for value in values.values())
    given = And(*map(nonzero_factors, below))
    inside = values[k] * antiderivative(1 / sqrt(q), x) if values[k] != 0 else S.Zero
    return Rewrite(outside + inside, given)


@RULES.indefinite(
    "reciprocal substitution", example=Integral(1 / (x**2 * sqrt(x**2 + x + 1)), x), on=(Mul, Pow)
)
def reciprocal(f: Expr, x: Symbol) -> Outcome:
    """With u = 1/(x - p), a power of x - p below the root of a quadratic goes above it."""
    found = rational_and_root(f, x)
    if found is None:
        return None
    rest, q = found
    c, moving = rest.as_independent(x, as_Add=False)
    base, power = moving.as_base_exp()
    slope = linear(base, x)
    if slope is None or not power.is_Integer or power >= 0:
        return None
    a, p, u = slope[0], -slope[1] / slope[0], fresh("u", f, x)
    # q(p + 1/u) = r(u)/u**2, so its root brings 1/|u|; the sign of u is that of x - p.
    r = cancel(together(u**2 * q.subs(x, p + 1 / u))).expand()
    h = u ** (-power - 1) / sqrt(r)
    Iu, letters = substitution(h, u, 1 / (x - p), x)
    return Rewrite(-c * a**power * sign(x - p) * Iu, nonzero_factors(a), where=letters)


def rational_and_root(f: Expr, x: Symbol) -> tuple[Expr, Expr] | None:
    """R, q of f = R(x)/sqrt(q), R rational and q quadratic."""
    roots = [p for p in Mul.make_args(f) if p.is_Pow and p.exp.is_Rational and p.exp.q == 2]
    if len(roots) != 1 or quadratic(roots[0].base, x) is None:
        return None
    q, power = roots[0].args
    rest = cancel(together(f / roots[0] * q ** (power + Rational(1, 2))))
    return (rest.factor(), q) if rest.is_rational_function(x) else None


@RULES.indefinite(
    "partial fractions under a root", example=Integral(1 / ((x**2 - 4) * sqrt(x**2 + 1)), x), on=Mul
)
def fractions(f: Expr, x: Symbol) -> Outcome:
    """Split the rational factor into partial fractions."""
    found = rational_and_root(f, x)
    if found is None or len(f.free_symbols) > 3:
        return None
    decomposed = apart(found[0], x)
    if not decomposed.is_Add:
        return None
    terms = decomposed.args
    split = antiderivative(Add(*(term.factor() / sqrt(found[1]) for term in terms)), x)
    return Rewrite(split, And(*(divisors(term, x) for term in terms)))
