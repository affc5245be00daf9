"""y'' + a*y' + b*y = g(x) with constant a and b: the characteristic equation in its three cases.

The right-hand side comes in by variation of the constants.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from sympy import (
    Expr,
    S,
    Symbol,
    cos,
    exp,
    expand,
    expand_mul,
    factor,
    powdenest,
    powsimp,
    radsimp,
    sin,
    sqrt,
)
from sympy.logic.boolalg import Boolean
from sympy.simplify.fu import TR8

from derive.calculus.equations.operators import SecondOrder
from derive.calculus.integrals.operators import antiderivative, positive, real
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on

Function = Callable[..., Outcome]

x, y, C1, C2 = Symbol("x"), Symbol("y"), Symbol("C1"), Symbol("C2")
R = Symbol("r")


def shorter(result: Expr) -> Expr:
    """Products of sines and cosines as sums, and exponentials put together, where that is short."""
    apart = expand_mul(result)
    forms = [result, expand_mul(powsimp(apart)), expand_mul(TR8(apart))]
    forms += [expand_mul(radsimp(form)) for form in forms[1:]]
    return min(forms, key=lambda e: e.count_ops())


RULES = RuleTable(
    SecondOrder,
    lambda goal: goal.args,
    "linear differential equations of second order",
    tidy=shorter,
)


def constant(name: str, example: SecondOrder) -> Callable[[Function], Function]:
    """Add a rule for constant a and b."""

    def add(function: Function) -> Function:
        @wraps(function)
        def rule(a: Expr, b: Expr, g: Expr, *letters: Symbol) -> Outcome:
            moving = depends_on(a, letters[1]) or depends_on(b, letters[1])
            return None if moving else function(a, b, g, *letters)

        RULES.rule(name, example=example)(rule)
        return function

    return add


@constant("double root", example=SecondOrder(S(4), S(4), x, y, x, C1, C2))
def double_root(a: Expr, b: Expr, g: Expr, *letters: Symbol) -> Outcome:
    """r**2 + a*r + b = 0 has one root: exp(r*x) and x*exp(r*x) solve the equation without g."""
    if expand(a**2 - 4 * b) != 0:
        return None
    x, r = letters[1], -a / 2
    return varied(g, exp(r * x), x * exp(r * x), exp(2 * r * x), (r,), S.true, letters)


@constant("two real roots", example=SecondOrder(-S(1), -S(2), x, y, x, C1, C2))
def two_real_roots(a: Expr, b: Expr, g: Expr, *letters: Symbol) -> Outcome:
    """For both roots of r**2 + a*r + b = 0 the equation without g has the solution exp(r*x)."""
    square = expand(a**2 - 4 * b)
    if real(square).is_nonpositive:
        return None
    x, root = letters[1], root_of(square)
    r, s = expand((-a + root) / 2), expand((-a - root) / 2)
    wronskian = -root * exp(-a * x)
    return varied(g, exp(r * x), exp(s * x), wronskian, (r, s), positive(square), letters)


@constant("two complex roots", example=SecondOrder(S(2), S(5), x, y, x, C1, C2))
def two_complex_roots(a: Expr, b: Expr, g: Expr, *letters: Symbol) -> Outcome:
    """With the roots k +- i*w of r**2 + a*r + b = 0 go exp(k*x)*cos(w*x) and exp(k*x)*sin(w*x)."""
    square = expand(4 * b - a**2)
    if real(square).is_nonpositive:
        return None
    x, k, w = letters[1], -a / 2, root_of(square) / 2
    first, second = exp(k * x) * cos(w * x), exp(k * x) * sin(w * x)
    roots = (k + S.ImaginaryUnit * w, k - S.ImaginaryUnit * w)
    return varied(g, first, second, w * exp(2 * k * x), roots, positive(square), letters)


def root_of(square: Expr) -> Expr:
    """k for k**2: which of the two roots it is makes no difference here."""
    return powdenest(sqrt(factor(square)), force=True)


def varied(
    g: Expr,
    first: Expr,
    second: Expr,
    wronskian: Expr,
    roots: tuple[Expr, ...],
    given: Boolean,
    letters: tuple[Symbol, ...],
) -> Rewrite:
    """C1*y1 + C2*y2, and y2 times the integral of y1*g/W less y1 times that of y2*g/W."""
    _, x, C1, C2 = letters
    total = C1 * first + C2 * second
    if g != 0:
        for sign, outside, inside in ((-1, first, second), (1, second, first)):
            total += sign * outside * antiderivative(powsimp(inside * g / wronskian), x)
    names = (R,) if len(roots) == 1 else (Symbol("r1"), Symbol("r2"))
    return Rewrite(total, given, where=tuple(zip(names, roots, strict=True)))
