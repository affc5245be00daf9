"""Sums of sines and cosines of equally spaced angles."""

from __future__ import annotations

from sympy import Expr, Mul, Poly, S, Symbol, cos, oo, sin

from derive.calculus.sums.operators import Rules, ratio, sigma, smaller_than_one, unequal
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on

x, y, r = Symbol("x"), Symbol("y"), Symbol("r")
k, n = Symbol("k", integer=True), Symbol("n", integer=True)
RULES = Rules()


def steady_angle(f: Expr, k: Symbol) -> tuple[Expr, Expr] | None:
    """`x, y` of sin(k*x + y) or cos(k*x + y)."""
    if not isinstance(f, (sin, cos)) or not f.args[0].is_polynomial(k):
        return None
    coefficients = Poly(f.args[0], k).all_coeffs()
    return tuple(coefficients) if len(coefficients) == 2 else None


@RULES.finite("equally spaced angles", example=sigma(sin(k * x + y), k, 1, n), on=(sin, cos))
def equally_spaced(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Times 2*sin(x/2) the sum telescopes: the middle angle, times sin(m*x/2)/sin(x/2)."""
    found = steady_angle(f, k)
    if found is None:
        return None
    step, start = found
    m, middle = (b - a + 1).expand(), start + step * (a + b) / 2
    given = unequal(sin(step / 2), S.Zero)
    return Rewrite(f.func(middle) * sin(m * step / 2) / sin(step / 2), given)


@RULES.infinite(
    "powers times equally spaced angles", example=sigma(r**k * cos(k * x), k, 0, oo), on=Mul
)
def damped(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The real or imaginary part of a geometric series with q = r*(cos(x) + i*sin(x))."""
    waves = [p for p in f.args if steady_angle(p, k)]
    rest = Mul(*(p for p in f.args if p not in waves))
    q = ratio(rest, k)
    if len(waves) != 1 or q is None or depends_on(q, k):
        return None
    given = smaller_than_one(q)
    if given == False:
        return None
    step, start = steady_angle(waves[0], k) or (S.Zero, S.Zero)
    angle, wave = start + step * a, waves[0].func
    above = rest.subs(k, a) * (wave(angle) - q * wave(angle - step))
    return Rewrite(above / (1 - 2 * q * cos(step) + q**2), given)
