"""Axes to draw on: those that the caller gave, or new ones outside of any global state."""

from __future__ import annotations

from typing import Any

from lambdify_bridge.extras import extra


def on(axes: Any = None) -> Any:
    """The axes themselves, or new ones on a figure of their own that no window manager knows.

    Raises MissingExtra without matplotlib.
    """
    if axes is not None:
        return axes
    figure = extra("matplotlib.figure", "plot", "plots").Figure(layout="constrained")
    return figure.add_subplot()


def titled(axes: Any, title: str) -> None:
    """The title as it is written: no part of it is read as mathematics."""
    axes.set_title(title, parse_math=False, wrap=True, fontsize="medium")
