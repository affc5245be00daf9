"""Linear differential equations of any order, by their residual: with constant coefficients, or
those of Euler and Cauchy.

A claimed member is put into the equation; its derivatives are those of a polynomial through its
values on a short stencil.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from mpmath import MPContext
from sympy import Basic

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.finite_differences import function_at, lagrange
from lambdify_bridge.residual import TEST_POINTS, spectrum

FAMILIES = ("HigherOrder", "FromRoots", "ByPowers")
TERMS = 9
DIGITS, HALF, STEP = 60, 7, "0.001"  # the stencil has HALF places on each side
GUARD = 10  # further digits of the weights
SEEN = 1e-10
HIDDEN = 1e-15  # of the largest term of the equation
ROUNDING = 1e-25  # of the same, by the stencil
Sides = tuple[Number, Number]


def coefficients(family: Any, at: Evaluator) -> list[Number]:
    """Those of y, y', ..., the last of them 1; from the product of the D - r."""
    if type(family).__name__ == "HigherOrder":
        return [*(at(a) for a in family.args[0].args), at.ctx.one]
    if type(family).__name__ == "ByPowers":
        powers = (at(family.variable) ** (k - family.count) for k in range(family.count))
        pairs = zip(family.args[0].args, powers, strict=True)
        return [*(at(a) * power for a, power in pairs), at.ctx.one]
    if type(family.args[0]).__name__ == "Roots":
        p, z = family.args[0].args
        return _monic(p, z, family.count, at)
    found = [at.ctx.one]
    for root in at(family.args[0]):
        shifted, scaled = [at.ctx.zero, *found], [*(-root * a for a in found), at.ctx.zero]
        found = [a + b for a, b in zip(shifted, scaled, strict=True)]
    return found


def _monic(p: Basic, z: Any, degree: int, at: Evaluator) -> list[Number]:
    """The coefficients of a polynomial, divided by the leading one, from its values near 0."""
    with at.at({z: at.ctx.zero}).digits(DIGITS) as there:
        slopes = derivatives(p, z, degree + 1, there)
        found = [s / there.ctx.factorial(k) for k, s in enumerate(slopes)]
    return [a / found[-1] for a in found]


@estimator("HigherOrder", "FromRoots")
def member(node: Any, at: Evaluator) -> Number:
    """The solution with the derivatives C1, C2, ... where it is looked at first, by its Taylor
    series: each derivative is told by those before it."""
    g, x = node.args[1], node.variable
    if x not in at.given:
        raise Undecided(f"no value is given for {x}")
    start = at.root.anchors.setdefault(node, at.given[x])
    with at.digits(DIGITS) as there:
        c, here = there.ctx, there(x)
        own = coefficients(node, there)
        pushes = derivatives(g, x, TERMS, there.at({x: c.mpf(start)}))
        slopes = [there(constant) for constant in node.constants]
        for push in pushes:
            slopes.append(push - c.fdot(own[:-1], slopes[-len(own) + 1 :]))
        way = here - start
        found = c.fsum(s * way**k / c.factorial(k) for k, s in enumerate(slopes))
    return +found


def residual(family: Any, claimed: Any, at: Evaluator) -> Sides:
    """Both sides of the equation, with the claimed solution in it."""
    g, x = family.args[1], family.variable
    if type(claimed).__name__ == "FromRoots":
        return _both_left_sides(family, claimed, at)
    with at.digits(DIGITS) as there:
        own = coefficients(family, there)
        slopes = derivatives(claimed, x, len(own), there, fastest(own, there))
        _needs_its_constants(family, claimed, there)
        left, push = there.ctx.fdot(own, slopes), there(g)
        size = float(max(abs(a * slope) for a, slope in zip(own, slopes, strict=True)))
    if 0 < abs(push) < HIDDEN * size:
        raise Undefined("what the right-hand side adds is too small beside the solution here")
    at.rests_on(SEEN, ROUNDING * size)
    return +left, +push


def fastest(own: list[Number], at: Evaluator) -> Number:
    """No characteristic root is larger than twice this (Fujiwara's bound)."""
    degree = len(own) - 1
    return max(abs(a) ** (at.ctx.one / (degree - k)) for k, a in enumerate(own[:-1]))


def _both_left_sides(family: Any, claimed: Any, at: Evaluator) -> Sides:
    """Where the polynomials of two equations with the same right side differ most."""
    if claimed.args[1] != family.args[1]:
        raise Undecided("the right-hand sides are not the same")
    own = coefficients(family, at)[::-1]
    left = [at.ctx.polyval(own, at.ctx.mpf(t)) for t in TEST_POINTS]
    pairs = zip(left, spectrum(claimed.args[0], at), strict=True)
    return max(pairs, key=lambda pair: abs(pair[0] - pair[1]))


def derivatives(f: Basic, x: Any, count: int, at: Evaluator, rate: Number = 0) -> list[Number]:
    """The value and the derivatives below the order `count`, by a polynomial through 15 places;
    they are closer together where the function moves at a fast rate."""
    c, here = at.ctx, at(x)
    step = c.mpf(STEP) / max(1, rate)
    value = function_at(at, f, x)
    values = [value(here + k * step) for k in range(-HALF, HALF + 1)]
    return [
        c.factorial(k) * c.fdot(map(c.mpf, weights), values) / step**k
        for k, weights in zip(range(count), _by_power(c.dps), strict=False)
    ]


@cache
def _by_power(digits: int) -> list[list[str]]:
    """What the values at -HALF, ..., HALF are multiplied by for each coefficient of the polynomial
    through them, in decimals."""
    c = MPContext()
    c.dps = digits + GUARD
    basis = lagrange(c, [c.mpf(k) for k in range(-HALF, HALF + 1)])
    return [[c.nstr(p[k], c.dps) for p in basis] for k in range(2 * HALF + 1)]


def _needs_its_constants(family: Any, claimed: Basic, at: Evaluator) -> None:
    """What goes with one constant is no combination of what goes with the others."""
    c, x, constants = at.ctx, family.variable, family.constants
    nothing = dict.fromkeys(constants, c.zero)
    rest = derivatives(claimed, x, len(constants), at.at(nothing))
    rows = [
        [
            a - b
            for a, b in zip(
                derivatives(claimed, x, len(constants), at.at({**nothing, k: c.one})),
                rest,
                strict=True,
            )
        ]
        for k in constants
    ]
    size = max(abs(entry) for row in rows for entry in row)
    if size == 0 or abs(c.det(c.matrix(rows) / size)) < c.mpf(10) ** -20:
        raise Undefined("the solutions do not differ by all of the constants here")


def rate(family: Any, at: Evaluator) -> Callable[[float, Any], list[float]]:
    """The slopes of y, y', ..."""
    g, x = family.args[1], family.variable

    def slopes(t: float, v: Any) -> list[float]:
        there = at.at({x: at.ctx.mpf(t)})
        own = (float(there.ctx.re(a)) for a in coefficients(family, there))
        pull = sum(a * b for a, b in zip(own, v, strict=False))
        return [*v[1:], float(there(g)) - pull]

    return slopes
