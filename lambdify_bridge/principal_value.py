"""Principal values from their definition: poles cut out symmetrically, ever more narrowly."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from sympy import Basic

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, estimator
from lambdify_bridge.quadrature import AGREEMENT, breaks, definite
from lambdify_bridge.sequence import NoLimit, wynn

CUTS = range(3, 15)  # half widths of 2**-3, 2**-4, ... of the room that there is


@estimator("PrincipalValue")
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

    values = _cut_ever_less(c, both, room)
    late = [abs(after - before) for before, after in pairwise(values)][-4:]
    if all(after > 0.9 * before > 0 for before, after in pairwise(late)):
        raise NoLimit("the integral grows however symmetrically the pole is cut out")
    settled = late[-1] <= AGREEMENT * max(1, abs(values[-1])) / 100
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
    if c.isinf(a) or c.isinf(b):
        raise Undecided("symmetric growth is measured over finite ranges only")

    def F(value: Number) -> Number:
        return at.at({x: value})(function)

    total = F(b) - F(a)
    for p in breaks(at, x, function, a, b):
        steps = [F(p - 10**-k) - F(p + c.mpf(10) ** -k) for k in map(c.mpf, range(3, 12))]
        if not abs(steps[-1] - steps[-2]) <= AGREEMENT * max(1, abs(steps[-1])):
            raise NoLimit("the growth on both sides of a pole does not cancel")
        total += steps[-1]
    at.rests_on(AGREEMENT)
    return total
