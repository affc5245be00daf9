"""y^(n) + ... + a_1*y' + a_0*y = g(x) with constant a_k: the roots of the characteristic equation.

The right-hand side comes in by the response to a push at s: Boyce and DiPrima, chapter 4.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

from sympy import (
    And,
    Basic,
    CRootOf,
    Dummy,
    Expr,
    Mul,
    Ne,
    Pow,
    S,
    Symbol,
    Tuple,
    binomial,
    cos,
    default_sort_key,
    exp,
    expand,
    factor,
    radsimp,
    simplify,
    sin,
)

from derive.calculus.equations.operators import FromRoots, HigherOrder
from derive.calculus.equations.second_order import shorter
from derive.calculus.integrals.operators import antiderivative, positive, real
from derive.linear_algebra.elimination import Matrix
from derive.linear_algebra.polynomials import Roots
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import fresh

x, y, C1, C2, C3 = Symbol("x"), Symbol("y"), Symbol("C1"), Symbol("C2"), Symbol("C3")
CONSTANTS = C1, C2, C3

RULES = RuleTable(
    HigherOrder, lambda goal: goal.args, "linear differential equations of higher order"
)
SOLUTIONS = RuleTable(
    FromRoots, lambda goal: goal.args, "solutions from characteristic roots", tidy=shorter
)


@RULES.rule(
    "characteristic equation",
    example=HigherOrder(Tuple(S(4), S(0), S(-3)), x, y, x, *CONSTANTS),
)
def characteristic_equation(a: Tuple, g: Expr, y: Symbol, x: Symbol, *constants: Symbol) -> Outcome:
    """With D for the derivative the left side is p(D)*y, and p(D) is the product of the D - r for
    the roots r of p."""
    r = fresh("r", a, g, x)
    p = r ** len(constants) + sum(c * r**k for k, c in enumerate(a.args))
    return FromRoots(Roots(p, r), g, y, x, *constants)


class Mode(NamedTuple):
    """x^power*exp(rate*x) times cos(wave*x), or times sin(wave*x)."""

    power: int
    rate: Expr
    wave: Expr
    sine: bool

    def at(self, x: Expr) -> Expr:
        turn = sin(self.wave * x) if self.sine else cos(self.wave * x)
        return x**self.power * exp(self.rate * x) * turn

    def with_letters(self, changes: dict[Basic, Basic]) -> Mode:
        return self._replace(rate=self.rate.xreplace(changes), wave=self.wave.xreplace(changes))

    def shifted(self, x: Symbol, s: Symbol) -> list[tuple[Expr, Expr]]:
        """The mode at x - s, as pairs of a function of x and one of s."""
        b = self.wave
        turns = [(cos(b * x), cos(b * s)), (sin(b * x), sin(b * s))]
        if self.sine:
            turns = [(sin(b * x), cos(b * s)), (cos(b * x), -sin(b * s))]
        return [
            (
                x**k * exp(self.rate * x) * of_x,
                binomial(self.power, k) * (-s) ** (self.power - k) * exp(-self.rate * s) * of_s,
            )
            for k in range(self.power + 1)
            for of_x, of_s in turns
        ]


@SOLUTIONS.rule(
    "exponentials, waves, and powers times them",
    example=FromRoots(Tuple(S(0), S(2), S(2)), exp(x), y, x, *CONSTANTS),
)
def exponentials_and_waves(
    roots: Tuple, g: Expr, y: Symbol, x: Symbol, *constants: Symbol
) -> Outcome:
    """A root a + i*b that occurs m times gives x^k*exp(a*x)*cos(b*x) and sin for k below m; g is
    taken in as a sum of pushes, each followed by what it sets off: zero with its derivatives but
    for the last one, which is 1."""
    if not isinstance(roots, Tuple):
        return None
    plain, above_zero = of_signs_known(roots)
    found = modes(plain)
    if found is None:
        return None
    apart = [base for base in gaps(plain) if base not in above_zero]
    given = And(*map(positive, above_zero), *(Ne(base, 0) for base in apart))
    given = given.xreplace(as_asked(roots))
    found = [mode.with_letters(as_asked(roots)) for mode in found]
    total = sum(c * mode.at(x) for c, mode in zip(constants, found, strict=True))
    return Rewrite(total + driven(found, g, x) if g != 0 else total, given)


def as_asked(roots: Tuple) -> dict[Basic, Basic]:
    """Real letters back to those of the question."""
    return {real(letter): letter for letter in roots.free_symbols}


def of_signs_known(roots: Tuple) -> tuple[Tuple, list[Expr]]:
    """The same with real letters, and each root of an expression v with letters as one of |v|; what
    is taken to be positive: v or -v, the one that is written without a minus sign."""
    roots, above_zero, changes = real(roots), [], {}
    for power in sorted(roots.atoms(Pow), key=default_sort_key):
        v, q = power.args
        if q.is_Rational and not q.is_Integer and v.free_symbols:
            minus = v.is_nonpositive or (v.is_nonnegative is None and v.could_extract_minus_sign())
            size = expand(-v) if minus else v
            above_zero.append(size)
            changes[power] = (-1) ** q * size**q if minus else power
    return roots.xreplace(changes), list(dict.fromkeys(above_zero))


def modes(roots: Tuple) -> list[Mode] | None:
    """One for each root, a pair of complex roots giving two; None where there are other roots."""
    if roots.has(CRootOf) or any(letter.is_real is not True for letter in roots.free_symbols):
        return None
    found: list[Mode] = []
    for root in dict.fromkeys(roots.args):
        a, b = parts(root)
        times = list(roots.args).count(root)
        if b == 0:
            found += [Mode(k, a, S.Zero, sine=False) for k in range(times)]
        elif b.evalf(30).is_positive if b.is_number else not b.could_extract_minus_sign():
            found += [Mode(k, a, b, sine) for k in range(times) for sine in (False, True)]
    return found if len(found) == len(roots.args) else None


def parts(root: Expr) -> tuple[Expr, Expr]:
    """The real and the imaginary part; roots of expressions with letters are positive."""
    powers = sorted((p for p in root.atoms(Pow) if p.free_symbols), key=default_sort_key)
    sizes = {p: Dummy(positive=True) for p in powers if not p.exp.is_Integer}
    back = {size: power for power, size in sizes.items()}
    both = expand(root.xreplace(sizes), complex=True).as_real_imag()
    return tuple(simplify(part).xreplace(back) for part in both)


def gaps(roots: Tuple) -> list[Expr]:
    """What must not be zero so that roots that are written differently are so."""
    pairs = combinations(dict.fromkeys(roots.args), 2)
    squares = (factor(sum(part**2 for part in parts(r - s))) for r, s in pairs)
    factors = (f for square in squares for f in Mul.make_args(square) if f.free_symbols)
    return list(dict.fromkeys(f.base if f.is_Pow and f.exp.is_positive else f for f in factors))


def driven(found: list[Mode], g: Expr, x: Symbol) -> Expr:
    """The integral of K(x - s)*g(s), K the answer to a push: the parts with x come before it."""
    s = fresh("s", g, x)
    pushes: dict[Expr, Expr] = {}
    for weight, mode in zip(answer_to_a_push(found, x), found, strict=True):
        for of_x, of_s in mode.shifted(x, s):
            pushes[of_x] = pushes.get(of_x, S.Zero) + weight * of_s
    parts = ((of_x, expand(of_s).subs(s, x)) for of_x, of_s in pushes.items())
    return sum(of_x * antiderivative(inside * g, x) for of_x, inside in parts if inside != 0)


def answer_to_a_push(found: list[Mode], x: Symbol) -> list[Expr]:
    """The weights of the modes in K: at 0 its derivatives are 0, ..., 0, 1."""
    size = len(found)
    rows = [[mode.at(x).diff(x, k).subs(x, 0) for mode in found] for k in range(size)]
    last = Matrix([0] * (size - 1) + [1])
    return [radsimp(simplify(weight)) for weight in Matrix(rows).LUsolve(last)]
