"""Slopes of implicit functions: the equations solved beside the point, and the difference."""

from __future__ import annotations

from typing import Any

from lambdify_bridge.central_difference import settled
from lambdify_bridge.evaluate import Evaluator, Number, Undefined, estimator
from lambdify_bridge.linear_systems import solved

SINGULAR = 1e-9
STEPS = 30


@estimator("ImplicitJacobian")
def implicit_jacobian(node: Any, at: Evaluator) -> Number:
    F, ys, xs = node.args
    c, here = at.ctx, [at(y) for y in ys]
    levels, slopes = [at(f) for f in F], _slopes(node, at)
    found = c.matrix(len(ys), len(xs))
    for j, x in enumerate(xs):
        start = at(x)
        known: dict[Any, list[Number]] = {}

        def beside(place: Number, x: Any = x, known: Any = known) -> list[Number]:
            """The dependent letters there, by Newton's method with the slopes at the point."""
            if place not in known:
                values = list(here)
                for _ in range(STEPS):
                    there = at.at({x: place, **dict(zip(ys, values, strict=True))})
                    off = c.matrix([there(f) - level for f, level in zip(F, levels, strict=True)])
                    step = solved(c, slopes, off)
                    values = [value - d for value, d in zip(values, step, strict=True)]
                    if max(map(abs, step)) < c.mpf(10) ** (3 - c.dps) * max(1, *map(abs, values)):
                        break
                known[place] = values
            return known[place]

        for i in range(len(ys)):

            def quotient(h: Number, i: int = i, start: Number = start, beside: Any = beside) -> Any:
                return (beside(start + h)[i] - beside(start - h)[i]) / (2 * h)

            found[i, j] = settled(at, quotient, c.sqrt(abs(start)))
    return found


def _slopes(node: Any, at: Evaluator) -> Any:
    """The slopes by the dependent letters, roughly: how far Newton's method has to go."""
    F, ys, _ = node.args
    c = at.ctx
    h = c.mpf(10) ** (-c.dps // 3)

    def slope(f: Any, y: Any) -> Number:
        ahead, behind = (at.at({y: at(y) + s * h})(f) for s in (1, -1))
        return (ahead - behind) / (2 * h)

    found = c.matrix([[slope(f, y) for y in ys] for f in F])
    if abs(c.det(found)) < SINGULAR:
        raise Undefined("the equations do not say there what the letters are")
    return found
