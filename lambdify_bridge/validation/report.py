"""What a validation found: a verdict on a function, and what is likely to be wrong with it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np

WIDTH = 110
FIGURES = 8  # entries of an array that are shown


class ValidationError(AssertionError):
    """A function is not what it was validated against; `report` says what is wrong."""

    def __init__(self, report: ValidationReport) -> None:
        super().__init__(str(report))
        self.report = report


@dataclass(frozen=True)
class Cause:
    """What is likely to be wrong: the name of a row of the table, and what it means here."""

    name: str
    sentence: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.sentence}" + (f" ({self.where})" if self.where else "")


@dataclass(frozen=True, eq=False)
class Seen:
    """One input that was tried, and the worst error there over what is allowed."""

    inputs: dict[str, Any]
    excess: float


@dataclass(frozen=True)
class ValidationReport:
    """The verdict on a function, and the worst input that was met, made simple.

    `verdict` is "confirmed", "refuted" or "undecided"; `ulps` and `relative` are the error in
    units in the last place and relative to the expected value, `tolerance` what was allowed there
    and `why` how that came about. `cause` is None where nothing is wrong, or where no hypothesis
    explains everything that was seen: `reason` says which. `notes` tell what was seen besides;
    `seen` holds every input that was tried, for `plot()`.
    """

    function: str
    against: str
    kind: str
    dtype: str
    verdict: str
    reason: str
    samples: int
    worst: dict[str, Any] | None = None
    output: str = ""
    expected: Any = None
    got: Any = None
    error: float | None = None
    ulps: float | None = None
    relative: float | None = None
    tolerance: float | None = None
    why: str = ""
    cause: Cause | None = None
    notes: tuple[str, ...] = ()
    seen: tuple[Seen, ...] = field(default=(), repr=False, compare=False)

    def __str__(self) -> str:
        """At most eight lines."""
        lines = [
            f"{self.verdict}: {self.function} against {self.against} ({self.kind}, {self.dtype})"
        ]
        if self.worst is not None:
            lines.append(
                "worst input  " + ", ".join(f"{k} = {shown(v)}" for k, v in self.worst.items())
            )
            lines.append(f"expected     {shown(self.expected)}{self.output}")
            lines.append(f"got          {shown(self.got)}")
        if self.error is not None:
            lines.append(f"error        {_ulps(self.ulps)}, relative {_figure(self.relative)}")
            lines.append(f"tolerance    {_figure(self.tolerance)}: {self.why}")
        told = f"likely cause {self.cause}" if self.cause else f"             {self.reason}"
        lines.append(told if self.verdict == "refuted" else f"             {self.reason}")
        if self.notes:
            lines.append("             " + "; ".join(self.notes))
        return "\n".join(_cut(line) for line in lines)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for JSON; without the inputs that were `seen`."""
        told = (each.name for each in fields(self) if each.name != "seen")
        found = {name: plain(getattr(self, name)) for name in told}
        return found | {"cause": asdict(self.cause) if self.cause else None}

    def plot(self, axes: Any = None) -> Any:
        """A map of the error: where it is more than rounding; returns matplotlib's Axes.

        Raises ValueError where no input was looked at, MissingExtra without matplotlib.
        """
        from lambdify_bridge.validation.error_map import plot

        return plot(self, axes)

    def raise_for_verdict(self) -> ValidationReport:
        """Raise ValidationError unless the function is confirmed."""
        if self.verdict != "confirmed":
            raise ValidationError(self)
        return self


def shown(value: Any) -> str:
    """A value on one line, long arrays by their first entries."""
    if isinstance(value, str) or value is None:
        return str(value)
    x = np.asarray(value)
    if x.ndim == 0:
        return f"{x.item():.10g}" if x.dtype.kind in "fc" else str(x.item())
    text = np.array2string(x, precision=5, threshold=FIGURES, separator=", ", edgeitems=2)
    return " ".join(text.split())


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    return value


def _ulps(count: float | None) -> str:
    return "no finite value" if count is None or not np.isfinite(count) else f"{count:.3g} ULPs"


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2g}"


def _cut(line: str) -> str:
    line = " ".join(line.split("\n"))
    return line if len(line) <= 2 * WIDTH else line[: 2 * WIDTH - 4] + " ..."
