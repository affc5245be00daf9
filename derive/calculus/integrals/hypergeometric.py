"""Powers of a binomial and exponentials of a power, with exponents for which no elementary
antiderivative exists: Gauss's and Kummer's hypergeometric functions (NIST Handbook, 13.6, 15.4)."""

from __future__ import annotations

from sympy import (
    And,
    Expr,
    Integral,
    Mul,
    Pow,
    S,
    Symbol,
    cancel,
    cos,
    cosh,
    exp,
    hyper,
    log,
    sin,
    sinh,
    sqrt,
)

from derive.calculus.integrals.operators import (
    Rules,
    linear,
    nonzero,
    positive,
    substitution,
)
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh

x, z = Symbol("x"), Symbol("z")
RULES = Rules()
WAVES = Rules()


@RULES.indefinite("Kummer's function", example=Integral(x**z * exp(x), x), on=(Mul, exp, Pow))
def kummer(f: Expr, x: Symbol) -> Outcome:
    """Integrate the exponential series term by term: it becomes Kummer's function 1F1."""
    found = [(q, g) for q in Mul.make_args(f) if (g := _exponent(q, x)) is not None]
    if len(found) != 1:
        return None
    ((power, g),) = found
    c, k = g.as_coeff_exponent(x)
    one, s = _others(f, power).as_coeff_exponent(x)
    if depends_on(c, x) or one != 1 or k == 0 or not _apart(s + 1, k):
        return None
    q = (s + 1) / k
    F = x ** (s + 1) / (s + 1) * hyper([q], [q + 1], c * x**k)
    return Rewrite(F, And(nonzero(s + 1), nonzero(k)))


def _exponent(q: Expr, x: Symbol) -> Expr | None:
    """g of exp(g) or a**g."""
    if isinstance(q, exp):
        return q.args[0] if depends_on(q, x) else None
    if q.is_Pow and not depends_on(q.base, x) and depends_on(q.exp, x):
        return q.exp * log(q.base)
    return None


def _others(f: Expr, power: Expr) -> Expr:
    """The factors beside one; SymPy does not cancel powers with sums in their exponents."""
    return Mul(*(q for q in Mul.make_args(f) if q != power))


def _apart(top: Expr, k: Expr) -> bool:
    """Whether the series has no term to integrate to a logarithm: top + j*k is never zero."""
    ratio = -top / k
    return not (ratio.is_integer and ratio.is_nonnegative)


@RULES.indefinite("Gauss's function", example=Integral(x / sqrt(1 - x**3), x), on=(Mul, Pow))
def gauss(f: Expr, x: Symbol) -> Outcome:
    """Integrate the binomial series term by term: it becomes Gauss's function 2F1."""
    powers = (q for q in Mul.make_args(f) if q.is_Pow and not depends_on(q.exp, x))
    found = [(q, parts) for q in powers if (parts := _binomial(q.base, x))]
    if len(found) != 1:
        return None
    ((power, (a, c, k)),) = found
    r = power.exp
    if r.is_Integer and r > 0:
        return None  # finitely many terms: it is multiplied out
    one, s = _others(f, power).as_coeff_exponent(x)
    if one != 1 or not _apart(s + 1, k):
        return None
    q = (s + 1) / k
    if cancel(r + q + 1) == 0:  # the series is a binomial one
        F = a**r * x ** (s + 1) / (s + 1) * (1 + c * x**k / a) ** -q
    else:
        F = a**r * x ** (s + 1) / (s + 1) * hyper([-r, q], [q + 1], -c * x**k / a)
    return Rewrite(F, And(positive(a), nonzero(s + 1)))


def _binomial(base: Expr, x: Symbol) -> tuple[Expr, Expr, Expr] | None:
    """a, c, k of a + c*x**k."""
    a, moving = base.as_independent(x, as_Add=True)
    c, k = moving.as_coeff_exponent(x)
    return (a, c, k) if a != 0 and k != 0 and not depends_on(c, x) and base.is_Add else None


# fmt: off
# With u = the second, the power of the first, times the slope, is a power of the third.
PARTNERS = {
    sin:  (cos,  -1, lambda u: 1 - u**2),
    cos:  (sin,  1,  lambda u: 1 - u**2),
    cosh: (sinh, 1,  lambda u: 1 + u**2),
}
# fmt: on


@WAVES.indefinite("power of a wave", example=Integral(cos(x) ** (S.One / 3), x), on=(Pow, Mul))
def power_of_wave(f: Expr, x: Symbol) -> Outcome:
    """Take the other function as the variable; the power is real where its base is positive."""
    fractional = [q for q in Mul.make_args(f) if q.is_Pow and type(q.base) in PARTNERS]
    fractional = [q for q in fractional if not q.exp.is_Integer and not depends_on(q.exp, x)]
    if len(fractional) != 1:
        return None
    (q,) = fractional
    line, (other, sign, square) = linear(q.base.args[0], x), PARTNERS[type(q.base)]
    u = fresh("u", f, x)
    rest = _others(f, q).xreplace({other(q.base.args[0]): u})
    if line is None or depends_on(rest, x):
        return None
    h = sign * rest * square(u) ** ((q.exp - 1) / 2)
    Iu, letters = substitution(h, u, other(q.base.args[0]), x)
    wanted = positive(q.base) if q.exp.free_symbols and not isinstance(q.base, cosh) else S.true
    return Rewrite(Iu / line[0], And(nonzero(line[0]), wanted), where=letters)
