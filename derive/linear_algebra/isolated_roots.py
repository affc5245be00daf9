"""Roots of polynomials without a formula: each the only one in a disc, shown by exact arithmetic.

Source: B. T. Smith, Error bounds for zeros of a polynomial, Journal of the ACM 17 (1970).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import isqrt

from sympy import CRootOf, Expr, Float, I, Rational, Symbol, Tuple, degree

from derive.core import Letters
from derive.numbered_roots import numbered_root

DIGITS = 15
SCALE = 10**60
Point = tuple[Fraction, Fraction]  # the real and the imaginary part


def numbered_roots(p: Expr, z: Symbol) -> list[CRootOf]:
    """The roots of an irreducible polynomial of rationals: the real ones first, in order."""
    return [numbered_root(p, z, j) for j in range(degree(p, z))]


def isolating_discs(k: list[Expr], roots: list[CRootOf]) -> Letters | None:
    """Discs that hold one root each, of the polynomial with the coefficients k from the constant
    up; None where these here have points in common."""
    centres = [point(root) for root in roots]
    radii = smith_radii([Fraction(int(e.p), int(e.q)) for e in k], centres)
    return discs(centres, radii) if apart(centres, radii) else None


def point(root: CRootOf) -> Point:
    """A place near the root: the discs show how near."""
    near = root.eval_approx(2 * DIGITS, return_mpmath=True)
    return fraction(Float(near.real, DIGITS)), fraction(Float(near.imag, DIGITS))


def fraction(value: Expr) -> Fraction:
    """A floating-point number, exactly as its decimals are printed."""
    return Fraction(str(value))


def product(u: Point, v: Point) -> Point:
    return u[0] * v[0] - u[1] * v[1], u[0] * v[1] + u[1] * v[0]


def square_of_size(u: Point) -> Fraction:
    return u[0] ** 2 + u[1] ** 2


def between(u: Point, v: Point) -> Point:
    return u[0] - v[0], u[1] - v[1]


def at(coefficients: list[Fraction], place: Point) -> Point:
    """The value of a polynomial, whose constant comes first (Horner)."""
    value: Point = Fraction(0), Fraction(0)
    for coefficient in reversed(coefficients):
        value = product(value, place)
        value = value[0] + coefficient, value[1]
    return value


def smith_radii(coefficients: list[Fraction], centres: list[Point]) -> list[Float]:
    """Discs of these radii hold all roots, and each that is apart from the others exactly one:
    n |p(c) / (a * product of the c - c')|, rounded up."""
    n, found = len(centres), []
    for j, c in enumerate(centres):
        below = coefficients[-1] ** 2
        for i, other in enumerate(centres):
            below *= square_of_size(between(c, other)) if i != j else 1
        found.append(rounded_up(n**2 * square_of_size(at(coefficients, c)) / below))
    return found


def rounded_up(square: Fraction) -> Float:
    """A number of one digit that is no less than the square root."""
    root = Fraction(isqrt(int(square * SCALE)) + 1, isqrt(SCALE))
    shown = Float(2 * float(root), 1)
    return shown if fraction(shown) >= root else Float(3 * float(root), 1)


def apart(centres: list[Point], radii: list[Float]) -> bool:
    """No two discs have a point in common."""
    sizes = [fraction(radius) for radius in radii]
    pairs = combinations(range(len(centres)), 2)
    gap = lambda i, j: square_of_size(between(centres[i], centres[j]))
    return all(gap(i, j) > (sizes[i] + sizes[j]) ** 2 for i, j in pairs)


def discs(centres: list[Point], radii: list[Float]) -> Letters:
    """Disc k: its centre and its radius."""
    return tuple(
        (Symbol(f"disc_{j}"), Tuple(number(centre), radius))
        for j, (centre, radius) in enumerate(zip(centres, radii, strict=True), 1)
    )


def number(place: Point) -> Expr:
    """With all of its decimals: it came from numbers of so many digits."""
    real, imaginary = (Float(Rational(u.numerator, u.denominator), DIGITS) for u in place)
    return real + I * imaginary if place[1] else real
