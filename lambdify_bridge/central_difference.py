"""Derivatives from their definition: difference quotients of the function itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import comb
from typing import Any

from sympy import Basic, Symbol
from sympy.core.function import AppliedUndef

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator

HIGHEST_ORDER = 4
LOW_ORDER = 2
STEADY = 1e-3  # relative
SMOOTH = 1.2  # a difference of slopes grows at least so much with twice the step
FINEST = 1e-22  # relative error that is allowed at least


def slope(at: Evaluator, x: Symbol, value: Callable[[Evaluator], Number], order: int = 1) -> Number:
    """The derivative of `value` by x, of that order."""
    here = at.memo[x]

    def aside(h: Number) -> Number:
        return value(at.at({x: here + h}))

    return slope_at_zero(at, aside, at.ctx.sqrt(abs(here)), order)


def slope_at_zero(
    at: Evaluator, f: Callable[[Number], Number], width: Number, order: int = 1
) -> Number:
    """The derivative of f at 0, where those of the two sides come together as h does."""
    c, known, steps = at.ctx, cache(f), list[Number]()

    def central(h: Number) -> Number:
        steps.append(h)
        return central_difference(c, known, h, order)

    found = settled(at, central, width)
    near, twice = (abs(h * central_difference(c, known, h, order + 1)) for h in steps[:2])
    if near > STEADY * max(abs(found), c.mpf(10) ** (-c.dps // 3)) and twice < SMOOTH * near:
        raise Undefined("the slopes of the two sides do not come together")
    return found


def central_difference(c: Any, f: Callable[[Number], Number], h: Number, order: int) -> Number:
    """The central difference quotient of f at 0 at multiples of h; its error is even in h."""
    even = order - order % 2

    def around(place: int) -> Number:
        nodes = range(even + 1)
        return c.fsum((-1) ** j * comb(even, j) * f((place + even // 2 - j) * h) for j in nodes)

    if order % 2:
        return (around(1) - around(-1)) / (2 * h**order)
    return around(0) / h**order


def settled(at: Evaluator, quotient: Callable[[Number], Number], width: Number) -> Number:
    """A quotient whose error is even in h: taken at h, 2h and 4h, with one Richardson step.

    The error is of order h**4 (Fornberg 1988); h leaves half of the digits to rounding. Far out,
    where `width` is large, it is larger: the function may still wave.
    """
    c = at.ctx
    h = c.mpf(10) ** (-c.dps // 5) * max(1, width)
    near, middle, far = (quotient(k * h) for k in (1, 2, 4))
    if c.isinf(abs(near)) or c.isnan(abs(near)):
        raise Undefined("the difference quotient is not finite")
    # At a kink or a jump the quotients have nothing to do with each other. Where the derivative is
    # 0 they are nothing but errors, which grow with the square of h.
    step, curvature = middle - near, (far - middle) - 4 * (middle - near)
    size = max(abs(near), abs(middle), c.mpf(10) ** (-c.dps // 3))
    if abs(step) > STEADY * size and abs(curvature) > STEADY * abs(step):
        raise Undefined("the difference quotients do not settle")
    fine, coarse = (4 * near - middle) / 3, (4 * middle - far) / 3
    # The coarse one is 16 times as far off; where rounding decides, both are as far off.
    at.rests_on(float(abs(fine - coarse) / max(abs(fine), c.mpf(10) ** (-c.dps // 3))) + FINEST)
    return fine


@estimator("Derivative")
def derivative(node: Any, at: Evaluator) -> Number:
    """Difference quotients, nested for several letters; each order costs its digits."""
    variables = [x for x, count in node.args[1:] for _ in range(int(count))]
    if len(variables) > LOW_ORDER and _has_a_stand_in(node):
        return _of_a_stand_in(node, variables[0], at)
    if len(variables) > HIGHEST_ORDER:
        raise Undecided(f"differences of order above {HIGHEST_ORDER} lose too many digits")
    missing = [x for x in variables if x not in at.memo]
    if missing:
        raise Undecided(f"no value is given for {missing[0]}")
    # Partial: in a network, what is computed from x is held while x moves.
    held = at.at({name: at.memo[name] for name, _ in at.definitions}) if at.definitions else at
    if len(variables) == 1:
        return by_each(node.args[0], variables, held)
    with held.digits(at.ctx.dps * len(variables)) as there:
        value = by_each(node.args[0], variables, there)
    return +value


def _has_a_stand_in(node: Any) -> bool:
    """An unknown function of one letter: what stands for it is smooth everywhere."""
    return isinstance(node.args[0], AppliedUndef) and len(node.args) == 2 == len(node.args[1])


def _of_a_stand_in(node: Any, x: Symbol, at: Evaluator) -> Number:
    """Forward differences at as many digits as they cost."""
    function, order = node.args[0], int(node.args[1][1])
    value = at.ctx.diff(
        lambda t: Evaluator({**at.given, x: t}, root=at.root)(function), at(x), order
    )
    return +value


def by_each(expression: Basic, variables: list[Symbol], at: Evaluator) -> Number:
    """The mixed difference quotient by one variable after the other."""
    if not variables:
        return at(expression)
    first = variables[0]
    order = next((k for k, x in enumerate(variables) if x != first), len(variables))
    return slope(at, first, lambda there: by_each(expression, variables[order:], there), order)


@estimator("ImplicitDerivative")
def implicit_derivative(node: Any, at: Evaluator) -> Number:
    """The slope of the curve F(x, y) = const through the point: solve for y beside it."""
    equation, y, x = node.args
    c, level, y_here = at.ctx, at(equation), at.memo[y]

    def curve(there: Evaluator) -> Number:
        return c.findroot(lambda v: there.at({y: v})(equation) - level, y_here)

    return slope(at, x, curve)


@estimator("ParametricDerivative")
def parametric_derivative(node: Any, at: Evaluator) -> Number:
    """The slope of the chord between two points of the curve, as they come together."""
    y, x, t = node.args
    c, here = at.ctx, at.memo[t]
    h = c.mpf(10) ** (-c.dps // 4)
    before, after = at.at({t: here - h}), at.at({t: here + h})
    run = after(x) - before(x)
    if abs(run) < h * h:
        raise Undefined("the curve is vertical here")
    at.rests_on(1e-9)
    return (after(y) - before(y)) / run


@estimator("Adjoint")
def adjoint(node: Any, at: Evaluator) -> Number:
    """How the loss moves when one quantity of the network is moved and all behind it follow."""
    loss, variable = node.args[:2]
    network = at if at.definitions else Evaluator(at.given, node.definitions, root=at.root)
    return slope(network, variable, lambda there: there(loss))
