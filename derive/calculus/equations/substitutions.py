"""Equations y' = f(x, y) that become others: f of a*x + y, of lines through a point, Riccati's.

Sources: Boyce and DiPrima, section 2.2 and its problems; Ince, Ordinary Differential Equations.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Dummy,
    Expr,
    Poly,
    Symbol,
    cancel,
    exp,
    expand,
    factor,
    fraction,
    gcd_list,
    simplify,
    solve,
    together,
)

from derive.calculus.equations.exact import RULES
from derive.calculus.equations.operators import Solution
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh

x, y, C = Symbol("x"), Symbol("y"), Symbol("C")
LOWEST, HIGHEST = -2, 2  # the powers that are tried


@RULES.rule("sum as the unknown", example=Solution((x + y) ** 2, y, x, C))
def sum_as_the_unknown(f: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """f depends on u = y + k*x alone: u' = f + k, where the variables separate."""
    along, up = f.diff(x), f.diff(y)
    if along == 0 or up == 0:
        return None
    k = cancel(simplify(along / up))
    if depends_on(k, x) or depends_on(k, y):
        return None
    u = fresh("u", f, C)
    rate = simplify(f.subs(y, u - k * x))
    if depends_on(rate, x):
        return None
    return Rewrite(Solution(factor(rate + k), u, x, C) - k * x, where=((u, y + k * x),))


@RULES.rule("homogeneous about a point", example=Solution((x + y - 2) / (x - y), y, x, C))
def homogeneous_about_a_point(f: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """Two lines meet in a point; with u*(x - x0) = y - y0 their quotient depends on u alone."""
    lines = [expand(side) for side in fraction(together(f))]
    if not all(line.is_polynomial(x, y) and Poly(line, x, y).total_degree() == 1 for line in lines):
        return None
    found = solve(lines, [x, y], dict=True)
    if len(found) != 1 or len(found[0]) != 2:
        return None
    u, (x0, y0) = fresh("u", f, C), (found[0][x], found[0][y])
    slope = cancel(f.subs(y, y0 + u * (x - x0)))
    if depends_on(slope, x):
        return None
    rate = factor(together(slope - u)) / (x - x0)
    where = ((u, (y - y0) / (x - x0)),)
    return Rewrite(y0 + (x - x0) * Solution(rate, u, x, C), where=where)


@RULES.rule("Riccati's equation", example=Solution(y**2 - 2 / x**2, y, x, C))
def riccati(f: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """One solution of y' = a*y**2 + b*y + c is known, Y: in y = Y + 1/u the equation for u is
    linear, u' = -(2*a*Y + b)*u - a."""
    f = expand(f)
    if not f.is_polynomial(y) or Poly(f, y).degree() != 2:
        return None
    a, b, _ = (cancel(k) for k in Poly(f, y).all_coeffs())
    known = next(known_solutions(f, y, x), None)
    if known is None:
        return None
    u = fresh("u", f, C)
    rate = expand(-cancel(2 * a * known + b) * u - a)
    where = ((Symbol("Y"), known), (u, 1 / (y - known)))
    return Rewrite(known + 1 / Solution(rate, u, x, C), where=where)


def known_solutions(f: Expr, y: Symbol, x: Symbol) -> Iterator[Expr]:
    """Lines, powers of x and exponentials that fulfil y' = f, f a rational function of x and of
    exponentials."""
    unit, E = _unit(f, x), Dummy("E")
    stands = {e: E ** (e.args[0] / (unit * x)) for e in f.atoms(exp)} if unit else {}
    plain = f.xreplace(stands)
    if not plain.is_rational_function(x, E):
        return
    k, m = fresh("k", f, x, y), fresh("m", f, x, y)
    powers = range(LOWEST, HIGHEST + 1)
    trials = [k + m * x, *(k * x**n for n in powers)]
    trials += [k * E**n for n in powers if n and unit]
    for trial in trials:
        slope = trial.diff(x) + (unit * E * trial.diff(E) if unit else 0)
        above = fraction(together(plain.subs(y, trial) - slope))[0]
        equations = Poly(expand(above), x, E).coeffs()
        letters = [s for s in (k, m) if depends_on(trial, s)]
        for found in solve(equations, letters, dict=True):
            known = trial.subs(found).subs(E, exp(unit * x) if unit else E)
            left = any(depends_on(known, s) for s in letters) or known.is_real is False
            if not left and simplify(f.subs(y, known) - known.diff(x)) == 0:
                yield known


def _unit(f: Expr, x: Symbol) -> Expr | None:
    """The k with all exponentials of f powers of exp(k*x); None without such."""
    rates = [e.args[0].coeff(x) for e in f.atoms(exp) if e.args[0] == e.args[0].coeff(x) * x]
    if not rates or len(rates) < len(f.atoms(exp)) or not all(r.is_Rational for r in rates):
        return None
    return gcd_list([abs(r) for r in rates])
