"""Definite integrals as areas, with the trapezoids of an estimate."""

from __future__ import annotations

from typing import Any

import numpy as np

from lambdify_bridge.plots.values import Array, finite, function, number, put_in, range_of, window
from lambdify_bridge.plots.view import View

TRAPEZOIDS = 8
FEWER = 4  # as many places draw the line as bound the area
REACH = 5.0  # of an infinite range, what is drawn


def area(axes: Any, derivation: Any, view: View) -> None:
    """The area under the integrand, and the trapezoids that estimate it."""
    f, (x, *ends) = derivation.problem.args
    low, high = (number(end, view.values) for end in ends)
    if low > high:
        low, high = high, low
    y = function(put_in(f, view.values), x)
    a, b = _finite(low, high)
    places = range_of(y, view.over or (a, b))
    heights = y(places)
    axes.plot(places, heights, label="f")
    axes.fill_between(places[::FEWER], np.nan_to_num(heights[::FEWER]), alpha=0.2)
    axes.axhline(0, color="0.6", linewidth=0.8)
    value = finite(derivation.result, view.values)
    told = str(derivation.result) if value is None else f"{value:.6g}"
    if (a, b) == (low, high):
        _trapezoids(axes, y, a, b, view.count or TRAPEZOIDS)
    else:
        told += f"; drawn from {places[0]:g} to {places[-1]:g}"
    axes.set(xlabel=f"{x.name}   (the integral is {told})")
    if shown := window(heights):
        axes.set_ylim(*shown)
    axes.legend()


def _finite(low: float, high: float) -> tuple[float, float]:
    """The part of a range that is drawn."""
    if np.isinf(low) and np.isinf(high):
        return -REACH, REACH
    if np.isinf(low):
        return high - 2 * REACH, high
    return low, low + 2 * REACH if np.isinf(high) else high


def _trapezoids(axes: Any, y: Any, a: float, b: float, count: int) -> None:
    nodes: Array = np.linspace(a, b, count + 1)
    heights = y(nodes)
    if not np.isfinite(heights).all():
        return  # the integrand has no value at a node: there is no such estimate
    estimate = float(np.trapezoid(heights, nodes))
    axes.plot(nodes, heights, "o-", color="C1", markersize=3, linewidth=1)
    axes.vlines(nodes, np.minimum(heights, 0), np.maximum(heights, 0), color="C1", linewidth=0.7)
    axes.plot([], [], "o-", color="C1", markersize=3, label=f"{count} trapezoids: {estimate:.6g}")
