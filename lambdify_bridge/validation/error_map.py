"""Where a function is wrong: its error against what is allowed, at every input that was tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lambdify_bridge.plots.axes import on, titled

if TYPE_CHECKING:
    from lambdify_bridge.validation.report import Seen, ValidationReport

LEAST = 1e-3  # of the tolerance; smaller errors are drawn there


def plot(report: ValidationReport, axes: Any = None) -> Any:
    """The error over its tolerance at each input: above 1 it is wrong.

    Against the input of a function of one number, in the plane of one of two numbers (coloured),
    else against the largest number among the inputs.
    """
    if not report.seen:
        raise ValueError("no inputs were looked at: there is nothing to draw")
    axes = on(axes)
    excess = np.maximum([seen.excess for seen in report.seen], LEAST)
    excess = np.where(
        np.isfinite(excess), excess, 10 * np.max(excess[np.isfinite(excess)], initial=1)
    )
    first = report.seen[0].inputs
    numbers = [name for name, value in first.items() if np.ndim(value) == 0]
    if len(first) == len(numbers) == 2:
        _plane(axes, report.seen, numbers, excess)
    else:
        _line(axes, report.seen, numbers if len(first) == len(numbers) == 1 else [], excess)
    titled(axes, f"{report.verdict}: {report.function} against {report.against}")
    return axes


def _line(axes: Any, seen: tuple[Seen, ...], letter: list[str], excess: Any) -> None:
    places = np.array([float(s.inputs[letter[0]]) if letter else _size(s) for s in seen])
    axes.plot(places, excess, "o", markersize=4)
    axes.axhline(1.0, color="C3", linestyle="--", label="what rounding explains")
    axes.set(xlabel=letter[0] if letter else "largest input", ylabel="error / tolerance")
    axes.set_yscale("log")
    axes.set_xscale("symlog" if letter else "log")
    axes.legend()


def _size(seen: Seen) -> float:
    tiny = float(np.finfo(float).tiny)
    return max((float(np.max(np.abs(x), initial=tiny)) for x in seen.inputs.values()), default=tiny)


def _plane(axes: Any, seen: tuple[Seen, ...], letters: list[str], excess: Any) -> None:
    x, y = (np.array([float(s.inputs[name]) for s in seen]) for name in letters)
    spots = axes.scatter(x, y, c=np.log10(excess), cmap="coolwarm", vmin=-3, vmax=3, s=18)
    axes.set(xlabel=letters[0], ylabel=letters[1], xscale="symlog", yscale="symlog")
    axes.figure.colorbar(spots, ax=axes, label="log10(error / tolerance)")
