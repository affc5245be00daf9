"""x**2*y'' + a*x*y' + b*y = g(x) with constant a and b, for x > 0: powers of x solve it.

In t = log(x) the coefficients are constant: Boyce and DiPrima, section 5.4.
"""

from __future__ import annotations

from sympy import And, Expr, Gt, I, Symbol, cancel, cos, expand, log, sin

from derive.calculus.equations.operators import SecondOrder
from derive.calculus.equations.second_order import RULES, root_of, varied
from derive.calculus.integrals.operators import positive, real
from derive.rules import Outcome
from derive.structure import depends_on

x, y, C1, C2 = Symbol("x"), Symbol("y"), Symbol("C1"), Symbol("C2")


def exponents(a: Expr, b: Expr, x: Symbol) -> tuple[Expr, Expr] | None:
    """The middle m and the square s of the exponents r = m +- sqrt(s)/2 of the powers of x.

    >>> exponents(4/x, 2/x**2, x)
    (-3/2, 1)
    """
    a, b = cancel(a * x), cancel(b * x**2)
    if depends_on(a, x) or depends_on(b, x):
        return None
    return (1 - a) / 2, expand((a - 1) ** 2 - 4 * b)


@RULES.rule("one power of the variable", example=SecondOrder(3 / x, 1 / x**2, x, y, x, C1, C2))
def one_power(a: Expr, b: Expr, g: Expr, *letters: Symbol) -> Outcome:
    """Euler and Cauchy: r*(r - 1) + a*x*r + b*x**2 = 0 has one root; x**r and x**r*log(x) solve."""
    x = letters[1]
    found = exponents(a, b, x)
    if found is None or found[1] != 0:
        return None
    r = found[0]
    return varied(g, x**r, x**r * log(x), x ** (2 * r - 1), (r,), Gt(x, 0), letters)


@RULES.rule("two powers of the variable", example=SecondOrder(4 / x, 2 / x**2, x, y, x, C1, C2))
def two_powers(a: Expr, b: Expr, g: Expr, *letters: Symbol) -> Outcome:
    """Euler and Cauchy: for both roots of r*(r - 1) + a*x*r + b*x**2 = 0 there is x**r."""
    x = letters[1]
    found = exponents(a, b, x)
    if found is None or real(found[1]).is_nonpositive:
        return None
    (m, square), root = found, root_of(found[1])
    r, s = expand(m + root / 2), expand(m - root / 2)
    given = And(positive(square), Gt(x, 0))
    return varied(g, x**r, x**s, -root * x ** (2 * m - 1), (r, s), given, letters)


@RULES.rule("waves of the logarithm", example=SecondOrder(1 / x, 4 / x**2, x, y, x, C1, C2))
def waves_of_logarithm(a: Expr, b: Expr, g: Expr, *letters: Symbol) -> Outcome:
    """Euler and Cauchy: roots m +- i*w give x**m*cos(w*log(x)) and x**m*sin(w*log(x))."""
    x = letters[1]
    found = exponents(a, b, x)
    if found is None or real(-found[1]).is_nonpositive:
        return None
    (m, square), w = found, root_of(-found[1]) / 2
    first, second = x**m * cos(w * log(x)), x**m * sin(w * log(x))
    given, roots = And(positive(-square), Gt(x, 0)), (m + I * w, m - I * w)
    return varied(g, first, second, w * x ** (2 * m - 1), roots, given, letters)
