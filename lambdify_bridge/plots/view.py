"""What the caller said of a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class View:
    """Values of letters by name, a range, a place, a number of pieces; None where not said."""

    values: Mapping[str, Any] = field(default_factory=dict)
    over: tuple[float, float] | None = None
    at: Any = None
    count: int | None = None
