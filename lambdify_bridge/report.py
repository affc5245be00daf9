"""What a check found: a verdict, and the numbers it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

VERDICTS = ("refuted", "undecided", "confirmed", "certified", "proved")  # weakest first
LEVELS = VERDICTS[2:]


class NotVerified(Exception):
    """A check did not reach the level that was asked for; `report` says what it found."""

    def __init__(self, message: str, report: Report) -> None:
        super().__init__(message)
        self.report = report


@dataclass(frozen=True)
class Row:
    """One line of a convergence table: step, error against the claim, observed order."""

    step: float
    error: float
    order: float | None


@dataclass(frozen=True)
class Report:
    """The check of one equation, or of a derivation (`steps` holds the report of each equation).

    `left` and `right` are both sides at the worst point, `error` their relative difference there,
    `points` the points looked at, `orders` the convergence of the plain numerical estimate,
    `sample` the mean of seeded draws with its standard error, where there is a law to draw from.
    """

    equation: str
    verdict: str
    reason: str
    left: Any = None
    right: Any = None
    error: float | None = None
    tolerance: float | None = None
    points: tuple[dict[str, complex], ...] = ()
    orders: tuple[Row, ...] = ()
    order: float | None = None
    steps: tuple[Report, ...] = ()
    sample: Any = None  # the mean of draws beside the claim, with its standard error
    missed: str = ""  # why the level that was asked for is not reached

    @property
    def passed(self) -> bool:
        """Whether it is confirmed or better."""
        return self.verdict in LEVELS

    def require(self, level: str = "confirmed") -> Report:
        """The report itself. Raises NotVerified where its verdict is weaker than `level`."""
        if VERDICTS.index(self.verdict) >= VERDICTS.index(level):
            return self
        why = self.missed or self.reason
        raise NotVerified(f"{self.equation} is {self.verdict}, not {level}: {why}", self)

    def plot(self, axes: Any = None) -> Any:
        """The convergence of the plain numerical estimate, log-log; returns matplotlib's Axes.

        Raises ValueError where there is no table of orders, MissingExtra without matplotlib.
        """
        from lambdify_bridge.plots.convergence import plot

        return plot(self, axes)

    def __str__(self) -> str:
        return f"{self.verdict}: {self.reason}"


def weakest(reports: list[Report]) -> Report:
    return min(reports, key=lambda report: VERDICTS.index(report.verdict))
