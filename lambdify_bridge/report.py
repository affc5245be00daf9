"""What a check found: a verdict, and the numbers it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

VERDICTS = ("refuted", "undecided", "confirmed", "certified", "proved")  # weakest first


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
    `points` the points looked at, `orders` the convergence of the plain numerical estimate.
    """

    equation: str
    verdict: str
    reason: str
    left: Any = None
    right: Any = None
    error: float | None = None
    tolerance: float | None = None
    points: tuple[dict[str, float], ...] = ()
    orders: tuple[Row, ...] = ()
    order: float | None = None
    steps: tuple[Report, ...] = ()

    def __str__(self) -> str:
        return f"{self.verdict}: {self.reason}"


def weakest(reports: list[Report]) -> Report:
    return min(reports, key=lambda report: VERDICTS.index(report.verdict))
