"""Derivatives from their definition: difference quotients of the function itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Basic, Symbol

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator

HIGHEST_ORDER = 4


def slope(at: Evaluator, x: Symbol, value: Callable[[Evaluator], Number]) -> Number:
    """The derivative of `value` by x: central differences at h and 2h, one Richardson step.

    The error is of order h**4 (Fornberg 1988); h leaves half of the digits to rounding.
    """
    c, here = at.ctx, at.memo[x]
    h = c.mpf(10) ** (-c.dps // 5) * max(1, abs(here))
    near, far = (_central(at, x, here, k * h, value) for k in (1, 2))
    if c.isinf(abs(near)) or c.isnan(abs(near)):
        raise Undefined("the difference quotient is not finite")
    # At a kink or a jump the two quotients have nothing to do with each other.
    if abs(near - far) > 1e-3 * max(abs(near), abs(far), c.mpf(10) ** (-c.dps // 3)):
        raise Undefined("the difference quotients do not settle")
    at.rests_on(1e-12)
    return (4 * near - far) / 3


def _central(
    at: Evaluator, x: Symbol, here: Number, h: Number, value: Callable[[Evaluator], Number]
) -> Number:
    return (value(at.at({x: here + h})) - value(at.at({x: here - h}))) / (2 * h)


@estimator("Derivative")
def derivative(node: Any, at: Evaluator) -> Number:
    """Difference quotients, nested for higher orders; each order costs its share of the digits."""
    variables = [x for x, count in node.args[1:] for _ in range(int(count))]
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


def by_each(expression: Basic, variables: list[Symbol], at: Evaluator) -> Number:
    """The mixed difference quotient by one variable after the other."""
    if not variables:
        return at(expression)
    first, *rest = variables
    return slope(at, first, lambda there: by_each(expression, rest, there))


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
