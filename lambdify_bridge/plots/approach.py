"""Limits from both sides; sums and products by their first terms."""

from __future__ import annotations

from typing import Any

import numpy as np

from lambdify_bridge.plots.values import Array, broken, finite, function, number, put_in, window
from lambdify_bridge.plots.view import View

NEAR, FAR = 1.0, 40.0  # how far a limit is drawn at a place, at infinity
SEQUENCE = 12
TERMS = 30


def approach(axes: Any, derivation: Any, view: View) -> None:
    """The function near the place, and sequences that go there from each side that is asked."""
    f, x, c, side = derivation.problem.args
    y, at = function(put_in(f, view.values), x), number(c, view.values)
    reach = view.over[1] - view.over[0] if view.over else FAR if np.isinf(at) else NEAR
    drawn = False
    for sign in _sides(at, str(side)):
        places, sequence = _places(at, sign, reach)
        curve, steps = y(places), y(sequence)
        if not np.isfinite(steps).any():
            continue
        shown = window(y(np.linspace(places[0], places[-1], 800)))
        axes.plot(places, broken(curve, shown), color="C0")
        axes.plot(sequence, steps, "o", color="C1", markersize=4)
        if shown:
            axes.set_ylim(*shown)
        drawn = True
    if not drawn:
        raise ValueError(f"the function has no real values beside {x} = {c}")
    _value(axes, derivation, view, "the limit")
    if np.isfinite(at):
        axes.axvline(at, color="0.8", zorder=0)
    axes.set(xlabel=x.name)


def _value(axes: Any, derivation: Any, view: View, name: str) -> None:
    """A line at the value, where it is finite."""
    value = finite(derivation.result, view.values)
    if value is not None:
        axes.axhline(value, color="C2", linestyle="--", label=f"{name}, {value:.6g}")
        axes.legend()


def _sides(at: float, side: str) -> tuple[int, ...]:
    if np.isinf(at):
        return (1,) if at > 0 else (-1,)
    return {"+": (1,), "-": (-1,)}.get(side, (-1, 1))


def _places(at: float, sign: int, reach: float) -> tuple[Array, Array]:
    """Places for the curve, and a geometric sequence towards the limit."""
    shares = np.geomspace(1.0, 1e-3, SEQUENCE)
    if np.isinf(at):
        return sign * np.linspace(reach / 1000, reach, 800), sign * reach * shares[::-1]
    return at + sign * reach * np.geomspace(1.0, 1e-5, 800), at + sign * reach * shares


def partial_sums(axes: Any, derivation: Any, view: View) -> None:
    """What the first terms add up to, and the sum."""
    _partial(axes, derivation, view, np.cumsum, "partial sums")


def partial_products(axes: Any, derivation: Any, view: View) -> None:
    """What the first factors multiply to, and the product."""
    _partial(axes, derivation, view, np.cumprod, "partial products")


def _partial(axes: Any, derivation: Any, view: View, together: Any, name: str) -> None:
    f, (k, low, high) = derivation.problem.args
    first, last = number(low, view.values), number(high, view.values)
    if not np.isfinite(first):
        raise ValueError(f"{k} begins at {low}: there is no first term to draw")
    upto = min(last, first + (view.count or TERMS) - 1)
    places = np.arange(first, upto + 1)
    axes.plot(
        places, together(function(put_in(f, view.values), k)(places)), "o", markersize=4, label=name
    )
    axes.set(xlabel=k.name)
    axes.legend()
    _value(axes, derivation, view, "the value")
