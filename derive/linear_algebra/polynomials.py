"""Roots of polynomials, each as often as it occurs: factors, then formulas.

A rule takes `p, z` of `Roots(p, z)`. A polynomial of rationals without a formula here has its roots
numbered; one with letters is left without an answer: no rule applies.
"""

from __future__ import annotations

from math import gcd
from typing import Any

from sympy import (
    Add,
    Basic,
    Expr,
    I,
    Mul,
    Poly,
    Pow,
    Rational,
    S,
    Symbol,
    Tuple,
    acos,
    cbrt,
    cos,
    cyclotomic_poly,
    exp,
    expand,
    factor_list,
    fraction,
    pi,
    sign,
    sqrt,
    sqrtdenest,
    symbols,
    together,
)
from sympy.polys.polyerrors import PolynomialError

from derive.core import Letters
from derive.linear_algebra.elimination import is_zero, nonzero, tidy, with_real_letters
from derive.linear_algebra.isolated_roots import isolating_discs, numbered_roots
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import fresh

z, a, b, c = symbols("z a b c")


# ------------------------------------------------------------------ operators


class Collected(Expr):
    """The polynomial p written by powers of z; printed as p, since it is equal to it.

    Numerically: the value of p.
    """

    def __new__(cls, p: Expr, z: Symbol) -> Collected:
        return Basic.__new__(cls, p, z)

    def _sympystr(self, printer: Any) -> str:
        return printer._print(self.args[0])

    def _latex(self, printer: Any) -> str:
        return printer._print(self.args[0])

    def _pretty(self, printer: Any) -> Any:
        return printer._print(self.args[0])


class Roots(Basic):
    """All complex z with p(z) = 0, each as often as its multiplicity, as a Tuple.

    Numerically: a multiset, whose numbers are the roots of p at the values of the other letters;
    p is the leading coefficient times the product of z minus each of them.
    """

    def __new__(cls, p: Expr, z: Symbol) -> Roots:
        return Basic.__new__(cls, p, z)

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        return self.args[0].free_symbols - {self.args[1]}

    def _latex(self, printer: Any) -> str:
        p, z = map(printer._print, self.args)
        return rf"\operatorname{{roots}}_{{{z}}}\left({p}\right)"

    def _sympystr(self, printer: Any) -> str:
        return "roots({}, {})".format(*map(printer._print, self.args))


class Joined(Basic):
    """The numbers of several tuples in one, each as often as it occurs.

    Numerically: the union of multisets.
    """

    def __new__(cls, *parts: Basic) -> Basic:
        if all(isinstance(part, Tuple) for part in parts):
            return Tuple(*(root for part in parts for root in part))
        return Basic.__new__(cls, *parts)

    def _sympystr(self, printer: Any) -> str:
        return " + ".join(printer._print(part) for part in self.args)

    def _latex(self, printer: Any) -> str:
        return r" \uplus ".join(printer._print(part) for part in self.args)


# ------------------------------------------------------------------ writing by powers

COLLECT = RuleTable(Collected, lambda goal: goal.args, "polynomials by powers")


@COLLECT.rule("by powers", example=Collected((z - 1) * (z - a) - 6, z))
def by_powers(p: Expr, z: Symbol) -> Outcome:
    """Multiply out and write the polynomial by powers of its variable."""
    return Add(*(coefficient * z**k for k, coefficient in enumerate(coefficients(p, z))))


def coefficients(p: Expr, z: Symbol) -> list[Expr]:
    """The coefficients of p from z**0 up."""
    return [tidy(coefficient) for coefficient in reversed(Poly(expand(p), z).all_coeffs())]


# ------------------------------------------------------------------ roots


def unpack(goal: Roots) -> tuple[list[Expr], Symbol, Expr]:
    """The coefficients from the constant up, the variable, the polynomial."""
    p, z = goal.args
    return coefficients(p, z), z, p


RULES = RuleTable(Roots, unpack, "roots of polynomials")


@RULES.rule("linear equation", example=Roots(a * z + b, z))
def linear(k: list[Expr], z: Symbol, p: Expr) -> Outcome:
    """A linear polynomial has one root: minus the constant over the coefficient."""
    if len(k) == 2:
        return Rewrite(Tuple(tidy(-k[0] / k[1])), nonzero(k[1]))
    return None


@RULES.rule("factors", example=Roots(z**3 - 6 * z**2 + 11 * z - 6, z))
def by_factors(k: list[Expr], z: Symbol, p: Expr) -> Outcome:
    """The roots of a product are those of its factors, each as often as the factor."""
    try:
        _, pairs = factor_list(p)
    except PolynomialError:
        return None
    factors = [(f, m) for f, m in pairs if z in f.free_symbols]
    fixed = [f for f, _ in pairs if z not in f.free_symbols]
    if len(factors) == 1 and factors[0][1] == 1 and not fixed:
        return None
    factors.sort(key=lambda pair: by_root(pair[0], z))
    joined = Joined(*(Roots(f, z) for f, m in factors for _ in range(m)))
    return Rewrite(joined, nonzero(k[-1]))


def by_root(factor: Expr, z: Symbol) -> tuple[int, Expr]:
    """By degree; linear factors with a rational root by that root."""
    k = coefficients(factor, z)
    linear = len(k) == 2 and k[0].is_Rational and k[1].is_Rational
    return len(k), -k[0] / k[1] if linear else S.Zero


@RULES.rule("quadratic formula", example=Roots(z**2 - z - 1, z))
def quadratic_formula(k: list[Expr], z: Symbol, p: Expr) -> Outcome:
    """Minus b, plus or minus the root of b squared minus 4ac, over 2a."""
    if len(k) == 3:
        names = zip(symbols("a b c"), reversed(k), strict=True)
        where = () if any(e.free_symbols for e in k) else tuple(names)
        return Rewrite(Tuple(*two_roots(*k)), nonzero(k[2]), where)
    return None


def two_roots(c: Expr, b: Expr, a: Expr) -> tuple[Expr, Expr]:
    root = square_root(tidy(b**2 - 4 * a * c))
    return half_sum(-b, -root, a), half_sum(-b, root, a)


def square_root(discriminant: Expr) -> Expr:
    """One of its two square roots, with square factors taken out: which one does not matter."""
    if not discriminant.free_symbols:
        return sqrtdenest(sqrt(discriminant))
    above, below = fraction(together(discriminant))
    number, pairs = factor_list(above * below)
    outside = Mul(*(f ** (m // 2) for f, m in pairs))
    inside = Mul(sign(number), *(f ** (m % 2) for f, m in pairs))
    if with_real_letters(inside).is_nonpositive:
        inside, outside = -inside, I * outside
    return outside * sqrt(abs(number)) * sqrt(inside) / below


def half_sum(b: Expr, root: Expr, a: Expr) -> Expr:
    return expand(b / (2 * a)) + expand(root / (2 * a))


@RULES.rule("pure power", example=Roots(z**3 - 2, z))
def pure_power(k: list[Expr], z: Symbol, p: Expr) -> Outcome:
    """z**n = w has n solutions: one n-th root of w times the n-th roots of one."""
    n = len(k) - 1
    if n < 3 or not all(map(is_zero, k[1:-1])):
        return None
    w = tidy(-k[0] / k[-1])
    size, turn = (Pow(-w, Rational(1, n)), 1) if w.is_negative else (Pow(w, Rational(1, n)), 0)
    found = (size * root_of_unity(2 * j + turn, 2 * n) for j in range(n))
    return Rewrite(Tuple(*found), nonzero(k[-1]))


@RULES.rule("roots of one", example=Roots(z**4 + z**3 + z**2 + z + 1, z))
def roots_of_one(k: list[Expr], z: Symbol, p: Expr) -> Outcome:
    """The roots of a cyclotomic polynomial are the primitive n-th roots of one."""
    if len(k) < 4 or not all(e.is_Integer for e in k):
        return None
    q = Poly(p, z)
    if not q.is_cyclotomic:
        return None
    n = next(n for n in range(3, 6 * len(k) ** 2) if cyclotomic(n, z) == q)
    return Tuple(*(root_of_unity(j, n) for j in range(1, n) if gcd(j, n) == 1))


def cyclotomic(n: int, z: Symbol) -> Poly:
    return Poly(cyclotomic_poly(n, z), z)


def root_of_unity(j: int, n: int) -> Expr:
    """exp(2 pi i j/n); in square roots where that is short."""
    value = exp(2 * pi * I * Rational(j, n))
    return expand(value, complex=True) if n // gcd(j, n) in (1, 2, 3, 4, 6, 8, 12) else value


@RULES.rule("biquadratic equation", example=Roots(z**4 - 10 * z**2 + 1, z))
def biquadratic(k: list[Expr], z: Symbol, p: Expr) -> Outcome:
    """Solve the quadratic equation for the square of the variable, then take both roots of it."""
    if len(k) != 5 or not (is_zero(k[1]) and is_zero(k[3])):
        return None
    squares = two_roots(k[0], k[2], k[4])
    found = [tidy(sqrtdenest(sqrt(square))) for square in squares]
    where = ((fresh("u", p), z**2),)
    return Rewrite(Tuple(*(s * r for r in found for s in (-1, 1))), nonzero(k[4]), where)


@RULES.rule("palindromic equation", example=Roots(z**4 + 3 * z**3 - 4 * z**2 + 3 * z + 1, z))
def palindromic(k: list[Expr], z: Symbol, p: Expr) -> Outcome:
    """The coefficients read the same from both ends, or but for the sign of two: divide by z^2, and
    in u = z + 1/z, or u = z - 1/z, the equation is quadratic."""
    if len(k) != 5 or not is_zero(k[0] - k[4]) or is_zero(k[3]):
        return None
    sign = next((s for s in (1, -1) if is_zero(k[1] - s * k[3])), None)
    if sign is None:
        return None
    sums = two_roots(tidy(k[2] - 2 * sign * k[4]), k[3], k[4])
    where = ((fresh("u", p), z + sign / z),)
    return Rewrite(Joined(*(Roots(z**2 - u * z + sign, z) for u in sums)), nonzero(k[4]), where)


@RULES.rule("biquadratic after a shift", example=Roots(z**4 + 2 * z**3 + 3 * z**2 + 2 * z - 1, z))
def biquadratic_after_a_shift(k: list[Expr], z: Symbol, p: Expr) -> Outcome:
    """About the mean of the roots only even powers are left: solve for the square of the way from
    there, then take both roots of it."""
    if len(k) != 5 or not all(e.is_Rational for e in k):
        return None
    shift = k[3] / (4 * k[4])
    w = fresh("w", p)
    r, q, middle = coefficients(expand((p / k[4]).subs(z, w - shift)), w)[:3]
    if q != 0:
        return None
    found = [sqrtdenest(sqrt(square)) for square in two_roots(r, middle, S.One)]
    roots = Tuple(*(s * way - shift for way in found for s in (-1, 1)))
    return Rewrite(roots, where=((w, z + shift),))


@RULES.rule("two quadratic factors", example=Roots(z**4 + 4 * z - 1, z))
def two_quadratic_factors(k: list[Expr], z: Symbol, p: Expr) -> Outcome:
    """Ferrari: with w = z + b/(4a) it is w^4 + p w^2 + q w + r, and for a root m of the resolvent
    m^3 + 2p m^2 + (p^2 - 4r) m - q^2 it falls into w^2 + s w + ... and w^2 - s w + ..., s^2 = m."""
    if len(k) != 5 or not all(e.is_Rational for e in k):
        return None
    shift = k[3] / (4 * k[4])
    w = fresh("w", p)
    r, q, middle = coefficients(expand((p / k[4]).subs(z, w - shift)), w)[:3]
    m = resolvent_root(middle, q, r)
    if m is None:
        return None
    s, w = sqrt(m), z + shift
    halves = ((s, (middle + m - q / s) / 2), (-s, (middle + m + q / s) / 2))
    found = (Roots(expand(w**2 + t * w + c), z) for t, c in halves)
    names = (("p", middle), ("q", q), ("r", r), ("m", m))
    return Rewrite(Joined(*found), where=tuple((Symbol(name), e) for name, e in names))


def resolvent_root(p: Expr, q: Expr, r: Expr) -> Expr | None:
    """The largest positive rational root of the resolvent cubic, if there is one."""
    m = Symbol("m")
    cubic = Poly(m**3 + 2 * p * m**2 + (p**2 - 4 * r) * m - q**2, m)
    return max((root for root in cubic.ground_roots() if root > 0), default=None)


@RULES.rule("three real roots of a cubic", example=Roots(z**3 - 3 * z + 1, z))
def three_real_roots(k: list[Expr], z: Symbol, p: Expr) -> Outcome:
    """A cubic with three real roots: a third of an angle (Viete's formula)."""
    if len(k) != 4 or not all(e.is_Rational for e in k):
        return None
    middle, p, q = depressed(k)
    if 4 * p**3 + 27 * q**2 >= 0:
        return None
    angle = acos(3 * q / (2 * p) * sqrt(-3 / p)) / 3
    found = (middle + 2 * sqrt(-p / 3) * cos(angle - 2 * pi * j / 3) for j in range(3))
    return Rewrite(Tuple(*found), where=letters_of_depressed(p, q))


@RULES.rule("Cardano's formula", example=Roots(z**3 - 3 * z + 5, z))
def cardano(k: list[Expr], z: Symbol, p: Expr) -> Outcome:
    """A cubic with one real root: a sum of two real cube roots; the other two are complex."""
    if len(k) != 4 or not all(e.is_Rational for e in k):
        return None
    middle, p, q = depressed(k)
    if 4 * p**3 + 27 * q**2 <= 0:
        return None
    side = S.One if q <= 0 else S.NegativeOne
    u = side * cbrt(abs(q) / 2 + sqrt(q**2 / 4 + p**3 / 27))
    v = -p / (3 * u)
    turned = I * sqrt(3) / 2 * (u - v)
    found = (middle + u + v, middle - (u + v) / 2 + turned, middle - (u + v) / 2 - turned)
    return Rewrite(Tuple(*found), where=letters_of_depressed(p, q))


def depressed(k: list[Expr]) -> tuple[Expr, Expr, Expr]:
    """`m, p, q`: the roots are m + w with w**3 + p*w + q = 0."""
    d, c, b, a = k
    p = (3 * a * c - b**2) / (3 * a**2)
    q = (2 * b**3 - 9 * a * b * c + 27 * a**2 * d) / (27 * a**3)
    return -b / (3 * a), p, q


def letters_of_depressed(p: Expr, q: Expr) -> Letters:
    return ((Symbol("p"), p), (Symbol("q"), q))


# ------------------------------------------------------------------ without a formula


@RULES.rule("roots isolated by discs", example=Roots(z**5 - z - 1, z))
def isolated_by_discs(k: list[Expr], z: Symbol, p: Expr) -> Outcome:
    """No formula gives these roots here, and for degree five and more there is none in general: it
    stops at the polynomial. Its roots are numbered; disc k, a centre and a radius, holds the k-th
    and no other one, as exact arithmetic shows (Smith's theorem)."""
    if len(k) < 5 or not all(e.is_Rational for e in k) or not Poly(p, z).is_irreducible:
        return None
    roots = numbered_roots(p, z)
    discs = isolating_discs(k, roots)
    return None if discs is None else Rewrite(Tuple(*roots), where=discs)
