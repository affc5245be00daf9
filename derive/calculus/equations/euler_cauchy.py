"""x**2*y'' + a*x*y' + b*y = g(x) with constant a and b, for x > 0: powers of x solve it. So they do
for higher orders.

In t = log(x) the coefficients are constant: Boyce and DiPrima, section 5.4.
"""

from __future__ import annotations

from sympy import (
    And,
    Dummy,
    Expr,
    Gt,
    I,
    Poly,
    S,
    Symbol,
    Tuple,
    cancel,
    cos,
    exp,
    expand,
    ff,
    log,
    powsimp,
    sin,
)

from derive.calculus.equations.operators import ByPowers, HigherOrder, Member, SecondOrder
from derive.calculus.equations.second_order import RULES, root_of, varied
from derive.calculus.integrals.operators import positive, real
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on, fresh

x, y, C1, C2, C3 = (Symbol(name) for name in ("x", "y", "C1", "C2", "C3"))

HIGHER = RuleTable(ByPowers, lambda goal: goal.args, "equations of Euler and Cauchy")


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


@HIGHER.rule(
    "logarithm as the variable",
    example=ByPowers(Tuple(S(2), -S(2), S(1)), 1 / x**2, y, x, C1, C2, C3),
)
def logarithm_as_the_variable(
    a: Tuple, g: Expr, y: Symbol, x: Symbol, *constants: Symbol
) -> Outcome:
    """Euler and Cauchy: with r for the derivative by t = log(x), x**k times the k-th derivative is
    r*(r - 1)*...*(r - k + 1), the terms of the indicial polynomial: the coefficients are constant.
    """
    t, r, real_t = fresh("t", a, g, x, y, *constants), Dummy(), Dummy(real=True)
    order = len(constants)
    indicial = ff(r, order) + sum(c * ff(r, k) for k, c in enumerate(a.args))
    *coefficients, _ = reversed(Poly(expand(indicial, func=True), r).all_coeffs())
    pushed = powsimp(expand(exp(order * real_t) * g.subs(x, exp(real_t)))).xreplace({real_t: t})
    inner = HigherOrder(Tuple(*coefficients), pushed, y, t, *constants)
    return Rewrite(Member(inner, Tuple(t), log(x)), Gt(x, 0), where=((t, log(x)),))
