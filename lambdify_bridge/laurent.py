"""Taylor and Laurent polynomials from Cauchy's integrals: the coefficients of f on a small circle.

The trapezoidal rule on a circle converges geometrically; two circles of different radius have to
give the same coefficients, which a branch point or a pole between them does not allow.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from sympy import Basic, Symbol

from lambdify_bridge.evaluate import (
    Evaluator,
    Ground,
    Number,
    Undecided,
    Undefined,
    estimator,
)
from lambdify_bridge.remembered import remembered

NODES = 48
LOWEST = -10  # the deepest pole that is looked for
RADII = ("0.021", "0.013")
SCALES = (0, 2)  # as powers of 1/10: smaller circles, where the first ones are too wide
LOST_PER_TERM = 2  # digits that a division by the radius costs
AGREEMENT = 1e-12


@estimator("Truncated")
@remembered
def truncated(node: Any, at: Evaluator) -> Number:
    """The terms of degree below n of the Laurent series of f about x0, at the place x."""
    f, x, x0, n = node.args
    place, count = at(x), int(at(n))
    c = at.ctx
    if c.isinf(at(x0)):
        shifted = f.xreplace({x: 1 / x})
        return _sum(coefficients(at, shifted, x, c.zero, count), 1 / place, c)
    centre = at(x0)
    return _sum(coefficients(at, f, x, centre, count), place - centre, c)


@estimator("Residue")
def residue(node: Any, at: Evaluator) -> Number:
    """The mean of (z - z0)*f over a small circle around z0."""
    f, z, z0 = node.args
    return coefficients(at, f, z, at(z0), 0)[-1]


def _sum(found: dict[int, Number], step: Number, c: Any) -> Number:
    if step == 0 and any(value != 0 for k, value in found.items() if k < 0):
        raise Undefined("the place is the pole")
    return sum((value * step**k for k, value in found.items() if value != 0), c.zero)


# The coefficients do not depend on x: a series inside a series is asked for at every node.
_KNOWN: WeakKeyDictionary[Ground, dict[Any, dict[int, Number]]] = WeakKeyDictionary()


def coefficients(at: Evaluator, f: Basic, x: Symbol, centre: Number, n: int) -> dict[int, Number]:
    """The coefficients of degree LOWEST to n - 1. Raises Undecided where there are none."""
    known = _KNOWN.setdefault(at.root, {})
    others = tuple((s, v) for s, v in at.given.items() if s != x)
    key = f, x, centre, n, at.ctx.dps, others
    if key not in known:
        known[key] = _coefficients(at, f, x, centre, n)
    return known[key]


def _coefficients(at: Evaluator, f: Basic, x: Symbol, centre: Number, n: int) -> dict[int, Number]:
    for scale in SCALES:
        found = _on_two_circles(at, f, x, centre, n, scale)
        if found is not None:
            return found
    raise Undecided("two circles lead to different coefficients: no Laurent series")


def _on_two_circles(
    at: Evaluator, f: Basic, x: Symbol, centre: Number, n: int, scale: int
) -> dict[int, Number] | None:
    """The coefficients, where both circles lead to the same ones."""
    c = at.ctx
    digits = c.dps + (LOST_PER_TERM + scale) * (max(n, 0) - LOWEST)
    with at.digits(digits) as there:
        radii = (c.mpf(radius) / c.mpf(10) ** scale for radius in RADII)
        found = [_on_circle(there, f, x, centre, radius, n) for radius in radii]
        size = max([abs(v) for v in found[1].values()] + [c.one])
        if any(abs(found[0][k] - value) > AGREEMENT * size for k, value in found[1].items()):
            return None
        noise = c.mpf(10) ** (-c.dps // 2) * size
        kept = {k: v if abs(v) > noise else c.zero for k, v in found[1].items()}
    if kept[LOWEST] != 0:
        raise Undecided("the pole is too deep, or no pole")
    at.rests_on(AGREEMENT, float(2 * AGREEMENT * size))
    return kept


def _on_circle(
    at: Evaluator, f: Basic, x: Symbol, centre: Number, radius: Number, n: int
) -> dict[int, Number]:
    c = at.ctx
    roots = [c.expjpi(c.mpf(2 * j) / NODES) for j in range(NODES)]
    values = [at.at({x: centre + radius * root})(f) for root in roots]
    found = {}
    for k in range(LOWEST, max(n, LOWEST + 1)):
        total = c.fdot(values, [roots[(-j * k) % NODES] for j in range(NODES)])
        coefficient = total / (NODES * radius**k)
        found[k] = c.re(coefficient) if _real(c, values, coefficient) else coefficient
    return found


def _real(c: Any, values: list[Number], coefficient: Number) -> bool:
    """An imaginary part of rounding errors alone is dropped."""
    return bool(abs(c.im(coefficient)) <= AGREEMENT * max(abs(coefficient), c.one))


def cauchy_derivative(at: Evaluator, f: Basic, x: Symbol, place: Number, order: int) -> Number:
    """The derivative of the given order: order! times a coefficient, on one circle."""
    c = at.ctx
    with at.digits(c.dps + LOST_PER_TERM * (order - LOWEST)) as there:
        found = _on_circle(there, f, x, place, c.mpf(RADII[0]), order + 1)
    return found[order] * c.factorial(order)
