"""One residue: the operator, and its value at a simple pole and at a pole of higher order.

Ablowitz and Fokas, Complex Variables (2003), section 4.1.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from sympy import (
    Basic,
    Expr,
    FiniteSet,
    I,
    Mul,
    Poly,
    S,
    Symbol,
    cancel,
    exp,
    expand_complex,
    factorial,
    radsimp,
    together,
)

from derive.rules import Outcome, Rewrite, RuleTable

Premise = tuple[Basic, FiniteSet]
x, a = Symbol("x"), Symbol("a")
HIGHEST = 10  # order of a pole
ZERO_IN_NUMBERS = 1e-20


class Residue(Expr):
    """The integral of f around z once, in a small circle, over 2*pi*i.

    >>> Residue(1/(x**2 + 1), x, I)
    Residue(1/(x**2 + 1), x, I)
    """

    is_commutative = True

    def __new__(cls, f: Expr, x: Symbol, z: Any) -> Residue:
        return Expr.__new__(cls, f, x, S(z))

    def _eval_subs(self, old: Basic, new: Basic) -> Basic | None:
        f, x, z = self.args
        return Residue(f if old == x else f._subs(old, new), x, z._subs(old, new))

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        f, x, z = self.args
        return (f.free_symbols - {x}) | z.free_symbols

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        f, x, z = (printer._print(part) for part in self.args)
        return rf"\operatorname{{Res}}_{{{x}={z}}} {f}"


def plain(value: Expr) -> Expr:
    """The shortest of a few forms of a complex number: x + i*y, without roots below the line."""
    return min(value, radsimp(expand_complex(value)), key=lambda form: form.count_ops())


RULES = RuleTable(Residue, lambda goal: goal.args, "residues", tidy=plain)


@RULES.rule("simple pole", example=Residue(exp(I * x) / (x**2 + a**2), x, I * a))
def simple_pole(f: Expr, x: Symbol, z: Expr) -> Outcome:
    """The denominator has a simple zero there: the numerator over the slope of the denominator."""
    R, g = _apart(f, x)
    if order(R, x, z) != 1:
        return None
    p, q = R.as_numer_denom()
    return Rewrite(at_simple_pole(R, g, x, z), where=((Symbol("p"), p * g), (Symbol("q"), q)))


@RULES.rule("pole of higher order", example=Residue(exp(x) / (x**2 + 1) ** 2, x, I))
def pole_of_higher_order(f: Expr, x: Symbol, z: Expr) -> Outcome:
    """Times (x - z)**n it is regular: of that the derivative of order n - 1, over (n - 1)!."""
    R, g = _apart(f, x)
    n = order(R, x, z)
    if n is None or n < 2:
        return None
    return Rewrite(at_pole(R, g, x, z, n), where=((Symbol("n"), S(n)),))


def at_simple_pole(R: Expr, g: Expr, x: Symbol, z: Expr) -> Expr:
    """The residue of R*g, g regular, at a simple pole of R."""
    p, q = R.as_numer_denom()
    return (g * p / q.diff(x)).subs(x, z)


def at_pole(R: Expr, g: Expr, x: Symbol, z: Expr, n: int) -> Expr:
    """The residue of R*g, g regular, at a pole of R of order n."""
    p, q = R.as_numer_denom()
    for _ in range(n):
        q = _divided(q, x, z)
    return (g * p / q).diff(x, n - 1).subs(x, z) / factorial(n - 1)


def _divided(q: Expr, x: Symbol, z: Expr) -> Expr:
    """q over x - z, of which z is a zero: by Horner's scheme, as z may be a root or hold one."""
    *others, _ = Poly(q, x).all_coeffs()
    return Poly(list(accumulate(others, lambda c, b: (c * z + b).expand())), x).as_expr()


def order(R: Expr, x: Symbol, z: Expr) -> int | None:
    """The order of the pole of a rational function at z; None where it has none."""
    below = together(R).as_numer_denom()[1]
    if not below.is_polynomial(x):
        return None
    slopes = (below.diff(x, n) for n in range(HIGHEST + 1))
    return next((n for n, slope in enumerate(slopes) if not _vanishes(slope.subs(x, z))), 0) or None


def _vanishes(value: Expr) -> bool:
    """Whether it is zero, its letters taken as numbers of no particular relation."""
    letters = sorted(value.free_symbols, key=str)
    numbers = {s: S(7 + 2 * k) / 5 for k, s in enumerate(letters)}
    return bool(abs(value.xreplace(numbers).evalf(40)) < ZERO_IN_NUMBERS)


def _apart(f: Expr, x: Symbol) -> tuple[Expr, Expr]:
    """The rational factors of f, and the others."""
    rational = [p for p in Mul.make_args(f) if p.is_rational_function(x)]
    rest = Mul(*(p for p in Mul.make_args(f) if p not in rational))
    return cancel(together(Mul(*rational))), rest


def shown(f: Expr, x: Symbol, z: Expr) -> tuple[Premise, ...]:
    """The residue of f at z as what has to be shown, where a rule works it out."""
    goal = Residue(f, x, z)
    found = next((rewrite for _, rewrite in RULES.rewrites(goal)), None)
    return () if found is None else ((goal, FiniteSet(plain(found.equals))),)
