"""The convergence of a plain numerical estimate: error against step, log-log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdify_bridge.plots.axes import on, titled
from lambdify_bridge.plots.view import View

if TYPE_CHECKING:
    from lambdify_bridge.report import Report

ORDER = 2


def plot(report: Report, axes: Any = None) -> Any:
    """The errors of the report's table beside the slope of the order that was seen, and the floor
    that rounding puts under them; on `axes`, or on new ones."""
    rows = [row for row in report.orders if row.error > 0]
    if not rows:
        raise ValueError(
            "the report has no table of orders: only first derivatives and definite integrals do"
        )
    axes = on(axes)
    steps, errors = [row.step for row in rows], [row.error for row in rows]
    axes.loglog(steps, errors, "o-", label="error of the estimate")
    order = round(report.order) if report.order else ORDER
    first = errors[0] / steps[0] ** order
    axes.loglog(steps, [first * h**order for h in steps], "--", label=f"order {order}")
    least = min(errors)
    if errors.index(least) < len(errors) - 1:  # smaller steps had larger errors
        axes.axhline(least, color="0.5", linestyle=":", label="round-off takes over")
    titled(axes, report.equation)
    axes.set(xlabel="step", ylabel="error", ylim=(least / 10, None))
    axes.legend()
    return axes


def convergence(axes: Any, derivation: Any, view: View) -> None:
    """The error of the plain estimate against its step, with the slope of its order."""
    report = derivation.report or derivation.check()
    tables = (each for each in (*report.steps, report) if each.orders)
    plot(next(tables, report), axes)
