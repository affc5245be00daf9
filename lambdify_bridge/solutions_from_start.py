"""Solutions of differential equations from where they start, in the forms between the equation and
its solution: separated variables, a motion with its energy, its time from a turning point."""

from __future__ import annotations

from typing import Any

from lambdify_bridge.central_difference import by_each
from lambdify_bridge.evaluate import Evaluator, Number, estimator
from lambdify_bridge.initial_value import at_the_end, followed_implicit, growth, real_float

ASIDE = 1e-4  # step of the difference quotient of an energy


@estimator("FromStart")
def from_start(node: Any, at: Evaluator) -> Number:
    """The y with F(y) - F(y0) = G(x) - G(x0), followed from its start by a Runge-Kutta method."""
    F, G, y, x, x0, y0 = node.args

    def slope(e: Any, letter: Any, place: float) -> Number:
        there = at.at({letter: at.ctx.mpf(place)})
        return there(e.args[0]) if type(e).__name__ == "Integral" else by_each(e, [letter], there)

    def rate(t: float, v: Any) -> list[float]:
        return [real_float(slope(G, x, t) / slope(F, y, v[0]))]

    return at_the_end(at, rate, float(at(x0)), float(at(x)), [at(y0)])


@estimator("FromRest")
def from_rest(node: Any, at: Evaluator) -> Number:
    """The square of F is smooth at the start. While F is an integral of h, which is infinite there,
    y'' is the slope of 1/(2*h**2)."""
    F, y, x, x0, y0 = node.args
    if type(F).__name__ != "Integral":
        return followed_implicit(
            at, (F - F.subs(y, y0)) ** 2, lambda there: (there(x) - there(x0)) ** 2, node.args[1:]
        )

    def energy(place: Number) -> Number:
        return 1 / (2 * at.at({y: place})(F.args[0]) ** 2)

    def rate(t: float, v: Any) -> list[float]:
        place = at.ctx.mpf(v[0])
        ahead, behind = ([energy(place + k * s * ASIDE) for k in (1, 2)] for s in (1, -1))
        bend = (8 * (ahead[0] - behind[0]) - (ahead[1] - behind[1])) / (12 * ASIDE)
        return [v[1], float(at.ctx.re(bend))]

    return at_the_end(at, rate, float(at(x0)), float(at(x)), [at(y0), at.ctx.mpf(0)])


@estimator("Motion")
def motion(node: Any, at: Evaluator) -> Number:
    """y'' = P'(y), by a Runge-Kutta method."""
    P, p0, y, x, x0, y0 = node.args

    def rate(t: float, v: Any) -> list[float]:
        return [v[1], real_float(growth(at, P, y, v[0]))]

    return at_the_end(at, rate, float(at(x0)), float(at(x)), [at(y0), at(p0)])
