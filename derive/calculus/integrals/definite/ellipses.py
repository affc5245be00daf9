"""Powers of A + B*sin^2 over quarter periods: Gauss's function 2F1, as the length of an ellipse.

DLMF 19.2 and 19.5.1-2: E(m) is pi/2 times 2F1(-1/2, 1/2; 1; m), K(m) the same with 1/2, 1/2.
"""

from __future__ import annotations

from sympy import And, Expr, Integral, Mul, Poly, Pow, S, Symbol, cos, expand, hyper, pi, sin, sqrt

from derive.calculus.integrals.operators import Rules, positive
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh

t = Symbol("t")
RULES = Rules()


@RULES.definite(
    "binomial series in the square of the sine",
    example=Integral(sqrt(1 + 3 * sin(t) ** 2), (t, 0, 2 * pi)),
    on=(Pow, Mul),
)
def in_the_square_of_the_sine(f: Expr, t: Symbol, a: Expr, b: Expr) -> Outcome:
    """Over a quarter period sin^2 and cos^2 give the same: it is A^r*(1 - m*sin^2)^r with |m| < 1.
    Expand in powers of m, and integrate the powers of the sine (Wallis): a series 2F1."""
    quarters = 2 * (b - a) / pi
    c, power = f.as_independent(t, as_Add=False)
    if not isinstance(power, Pow) or not ((2 * a / pi).is_Integer and quarters.is_Integer):
        return None
    base, r = power.args
    found = None if depends_on(r, t) or r.is_integer is not False else sine_squared(base, t)
    if found is None or quarters <= 0:
        return None
    A, B = found
    if B.is_positive:
        A, B = A + B, -B
    m = -B / A
    given = And(positive(A), m < 1, m > -1)
    if given == False:
        return None
    return Rewrite(c * quarters * pi / 2 * A**r * hyper((-r, S.Half), (1,), m), given)


def sine_squared(base: Expr, t: Symbol) -> tuple[Expr, Expr] | None:
    """A and B of A + B*sin(t)**2, where B is not 0.

    >>> sine_squared(4 * sin(t) ** 2 + cos(t) ** 2, t)
    (1, 3)
    """
    u = fresh("u", base)
    plain = expand(expand(base).subs(cos(t) ** 2, 1 - sin(t) ** 2)).subs(sin(t) ** 2, u)
    if depends_on(plain, t) or not plain.is_polynomial(u) or Poly(plain, u).degree() != 1:
        return None
    B, A = Poly(plain, u).all_coeffs()
    return A, B
