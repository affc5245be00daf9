"""Principal values from their definition: poles cut out symmetrically, ever more narrowly."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from sympy import Basic

from lambdify_bridge.breaks import breaks
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, estimator
from lambdify_bridge.quadrature import AGREEMENT, definite
from lambdify_bridge.remembered import remembered
from lambdify_bridge.sequence import value_at_infinity, wynn

CUTS = range(3, 15)  # half widths of 2**-3, 2**-4, ... of the room that there is


@estimator("PrincipalValue")
@remembered
def principal_value(node: Any, at: Evaluator) -> Number:
    """The rest by quadrature, and around each pole the limit of what is left beside the cut."""
    function, x, low, high = node.args
    a, b = at(low), at(high)
    if a > b:
        return -_over(at, x, function, b, a)
    return _over(at, x, function, a, b)


def _over(at: Evaluator, x: Any, function: Basic, a: Number, b: Number) -> Number:
    c = at.ctx
    poles = breaks(at, x, function, a, b)
    ends = [end for end in (a, b) if not c.isinf(end)]
    places = sorted([*poles, *ends]) or [c.zero]
    total = c.zero
    if c.isinf(a) and c.isinf(b):
        # The outermost parts together: alone, those of x/(1 + x**2) are infinite.
        out = max(1 + max(abs(p) for p in places), 2)
        total += definite(at, x, function + function.xreplace({x: -x}), out, c.inf)
        a, b = -out, out
    elif c.isinf(a) or c.isinf(b):
        out = places[-1] + 1 if c.isinf(b) else places[0] - 1
        total += definite(at, x, function, *((out, b) if c.isinf(b) else (a, out)))
        a, b = (a, out) if c.isinf(b) else (out, b)
    edges = [a, *poles, b]
    rooms = [min(p - q, r - p) / 2 for q, p, r in zip(edges, poles, edges[2:], strict=False)]
    for p, room in zip(poles, rooms, strict=True):
        total += _around(at, x, function, p, room)
    cuts = [a, *(v for p, room in zip(poles, rooms, strict=True) for v in (p - room, p + room)), b]
    total += sum(definite(at, x, function, q, r) for q, r in list(pairwise(cuts))[::2])
    at.rests_on(AGREEMENT)
    return total


def _around(at: Evaluator, x: Any, function: Basic, p: Number, room: Number) -> Number:
    """From p - room to p + room without (p - e, p + e), as e tends to zero."""
    c = at.ctx

    def both(u: Number) -> Number:
        return at.at({x: p + u})(function) + at.at({x: p - u})(function)

    return _led_to(c, _cut_ever_less(c, both, room))


def _led_to(c: Any, values: list[Number]) -> Number:
    """Where they settle or lead to; an infinity where they grow without slowing down."""
    gains = [after - before for before, after in pairwise(values)][-4:]
    if all(abs(h) > 0.9 * abs(g) > AGREEMENT and g * h > 0 for g, h in pairwise(gains)):
        return c.inf if gains[-1] > 0 else c.ninf
    settled = abs(gains[-1]) <= AGREEMENT * max(1, abs(values[-1])) / 100
    found = values[-1] if settled else wynn(c, values)
    if found is None:
        raise Undecided("what is left beside the cuts comes together too slowly to tell")
    return found


def _cut_ever_less(c: Any, both: Callable[[Number], Number], room: Number) -> list[Number]:
    values, total, inner = [], c.zero, room
    for k in CUTS:
        e = room * c.mpf(2) ** -k
        total += c.quad(both, [e, inner])
        inner = e
        values.append(total)
    return values


@estimator("SymmetricGrowth")
@remembered
def symmetric_growth(node: Any, at: Evaluator) -> Number:
    """p.v. [F]_a^b is the principal value of the integral of the derivative of F.

    Of an unevaluated antiderivative that is its integrand; otherwise the steps F(p - e) - F(p + e)
    are followed to where they lead.
    """
    function, x, low, high = node.args
    if type(function).__name__ == "Integral" and len(function.args[1].args) == 1:
        inside = node.func(function.args[0], x, low, high)
        return principal_value(inside, at)
    c, a, b = at.ctx, at(low), at(high)

    def F(value: Number) -> Number:
        return at.at({x: value})(function)

    if c.isinf(a) and c.isinf(b):
        total = value_at_infinity(c, lambda R: F(R) - F(-R))
    else:
        total = F(b) - F(a)
    for p in map(_exactly, breaks(at, x, function, a, b)):
        gaps = [c.mpf(10) ** -k for k in range(3, 10)]
        total += _led_to(c, [F(p - gap) - F(p + gap) for gap in gaps])
    at.rests_on(AGREEMENT)
    return total


def _exactly(p: Number) -> Number:
    """The fraction with a small denominator that is meant: next to 1/x**2 the last digit counts."""
    nearest = round(p * 5040) / type(p)(5040)
    return nearest if abs(p - nearest) < 1e-25 else p
