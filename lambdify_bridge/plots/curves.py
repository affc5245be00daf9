"""Functions of one letter: with the tangent, with the antiderivative, with the polynomial."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Symbol

from lambdify_bridge.plots.values import (
    Array,
    broken,
    function,
    number,
    put_in,
    range_of,
    window,
)
from lambdify_bridge.plots.view import View

TANGENT_AT = 0.7  # of the range, where nothing is said
TANGENT = 0.22  # of the range, to each side
PRIMES = 3  # that can be counted at a glance
NEAR = 3.0  # to both sides of the centre of a series


def lines(axes: Any, places: Array, x: Symbol, **curves: Array) -> None:
    """Curves by name, cut where they are steep."""
    shown = window(*curves.values())
    for name, curve in curves.items():
        axes.plot(places, broken(curve, shown), label=name)
    axes.set(xlabel=x.name)
    if shown:
        axes.set_ylim(*shown)


def tangent(axes: Any, derivation: Any, view: View) -> None:
    """The function and its derivative, with the tangent whose slope is the derivative there."""
    f, (x, order) = derivation.problem.args
    y, slope = (function(put_in(g, view.values), x) for g in (f, derivation.result))
    places = range_of(y, view.over)
    prime = "f" + "'" * int(order) if order <= PRIMES else f"f({order})"
    lines(axes, places, x, **{"f": y(places), prime: slope(places)})
    if order == 1:
        low, high = places[0], places[-1]
        at = low + TANGENT_AT * (high - low) if view.at is None else float(view.at)
        aside = TANGENT * (high - low) * np.array([-1.0, 1.0])
        height, m = y(np.array([at]))[0], slope(np.array([at]))[0]
        if not np.isfinite([height, m]).all():
            raise ValueError(
                f"there is no tangent at {x} = {at:g}: write at=, a place that has one"
            )
        axes.plot(at + aside, height + m * aside, "--", label=f"tangent, slope {m:.4g}")
        axes.plot([at], [height], "ko", markersize=4)
    axes.legend()


def antiderivative(axes: Any, derivation: Any, view: View) -> None:
    """The integrand, and the antiderivative that was found: one of them, the others lie above."""
    f, (x,) = derivation.problem.args
    y, area = (function(put_in(g, view.values), x) for g in (f, derivation.result))
    places = range_of(y, view.over)
    lines(axes, places, x, f=y(places), F=area(places))
    axes.legend()


def polynomial(axes: Any, derivation: Any, view: View) -> None:
    """The function beside the polynomial that stands for it near the centre."""
    f, x, centre, _ = derivation.problem.args
    if not isinstance(x, Symbol):
        (x,), (centre,) = x, centre
    at = number(centre, view.values)
    y, near = (function(put_in(g, view.values), x) for g in (f, derivation.result))
    places = range_of(y, view.over or (at - NEAR, at + NEAR))
    curve = y(places)
    lines(axes, places, x, f=curve, polynomial=near(places))
    heights = curve[np.isfinite(curve)]
    aside = 0.3 * (np.ptp(heights) or 1.0)
    axes.set_ylim(heights.min() - aside, heights.max() + aside)
    axes.axvline(at, color="0.8", zorder=0)
    axes.legend()


def place(axes: Any, derivation: Any, view: View) -> None:
    """The function, and the place where it is largest or smallest."""
    f, x, low, high = derivation.problem.args
    y, at = function(put_in(f, view.values), x), number(derivation.result, view.values)
    ends = (number(low, view.values), number(high, view.values))
    usual = [
        end if np.isfinite(end) else at + aside
        for end, aside in zip(ends, (-NEAR, NEAR), strict=True)
    ]
    places = range_of(y, view.over or (usual[0], usual[1]))
    lines(axes, places, x, f=y(places))
    axes.plot([at], y(np.array([at])), "o", label=f"{x.name} = {at:.4g}")
    axes.legend()


def result(axes: Any, derivation: Any, view: View) -> None:
    """The result as a function of its one letter that has no value."""
    letters = [s for s in derivation.arguments if s in derivation.result.free_symbols]
    free = [s for s in letters if s.name not in view.values]
    if len(free) != 1:
        names = ", ".join(s.name for s in free) or "none"
        raise ValueError(f"one letter has to be without a value, and {names} are: write values=")
    y = function(put_in(derivation.result, view.values), free[0])
    places = range_of(y, view.over)
    lines(axes, places, free[0], result=y(places))
    axes.set(ylabel="result")
