"""Iterations for zeros and fixed points by making their steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lambdify_bridge.evaluate import Evaluator, Number, Undefined, estimator
from lambdify_bridge.finite_differences import (
    AGREEMENT,
    DIGITS,
    function_at,
    leading_term_here,
)
from lambdify_bridge.iteration import count
from lambdify_bridge.remembered import remembered

Function = Callable[[Number], Number]


@estimator("NewtonStep")
def newton_step(node: Any, at: Evaluator) -> Number:
    """Where the line with the value and the slope at x is zero; the slope by differences."""
    f, x = node.args
    with at.digits(DIGITS) as there:
        value, place = function_at(there, f, x), there(x)
        slope = there.ctx.diff(value, place)
        if slope == 0:
            raise Undefined("the tangent is level")
        found = place - value(place) / slope
    at.rests_on(AGREEMENT)
    return +found


def near_a_root(
    node: Any, at: Evaluator, step: Callable[..., Number], sizes: tuple[Any, ...]
) -> Number:
    """The leading term of step(function, root, t) as t goes to 0, at t = 1 (of which it is one)."""
    f, x, r = node.args[:3]
    errors = [at(size) for size in sizes]
    with at.digits(DIGITS) as there:
        root, value = there(r), function_at(there, f, x)
        level = value(root)
        c = there.ctx

        def after(t: Number) -> Number:
            return step(c, lambda place: value(place) - level, root, *(t * s for s in errors))

        found = leading_term_here(c, after, c.one)
    at.rests_on(AGREEMENT)
    return +found


def _newton(c: Any, f: Function, root: Number, error: Number) -> Number:
    return error - f(root + error) / c.diff(f, root + error)


def _secant(c: Any, f: Function, root: Number, error: Number, before: Number) -> Number:
    here, there = f(root + error), f(root + before)
    if here == there:
        raise Undefined("the secant is level")
    return error - here * (error - before) / (here - there)


def _image(c: Any, f: Function, root: Number, error: Number) -> Number:
    return f(root + error)


@estimator("NewtonError")
@remembered
def newton_error(node: Any, at: Evaluator) -> Number:
    return near_a_root(node, at, _newton, node.args[3:])


@estimator("SecantError")
@remembered
def secant_error(node: Any, at: Evaluator) -> Number:
    return near_a_root(node, at, _secant, node.args[3:])


@estimator("FixedPointError")
@remembered
def fixed_point_error(node: Any, at: Evaluator) -> Number:
    return near_a_root(node, at, _image, node.args[3:])


@estimator("ContractionRate")
@remembered
def contraction_rate(node: Any, at: Evaluator) -> Number:
    """The image of a very short way, over its length."""
    g, x, r = node.args
    with at.digits(DIGITS) as there:
        c, value, root = there.ctx, function_at(there, g, x), there(r)
        way = c.mpf(10) ** (-c.dps // 3)
        found = abs(value(root + way) - value(root - way)) / (2 * way)
    at.rests_on(AGREEMENT)
    return +found


@estimator("FixedPointBound")
def fixed_point_bound(node: Any, at: Evaluator) -> Number:
    """For x -> q*x, from where the first step has the length d."""
    q, place = at(node.args[0]), at(node.args[1]) / (1 - at(node.args[0]))
    if not 0 < q < 1:
        raise Undefined("no contraction")
    for _ in range(count(at, node.args[2])):
        place *= q
    return place


@estimator("BisectionError")
def bisection_error(node: Any, at: Evaluator) -> Number:
    low, high = at(node.args[0]), at(node.args[1])
    for _ in range(count(at, node.args[2])):
        low = (low + high) / 2
    return high - (low + high) / 2
