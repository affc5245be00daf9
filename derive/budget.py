"""How long a question may take, and the errors that say how far its work got."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sympy import Basic, nan

import lambdify_bridge.workers as bridge
from derive.core import Derivation
from derive.deadline import OutOfTime, within
from derive.structure import DEEP, depth
from lambdify_bridge.transport import dumps, loads

TO_SAY_SO = 0.05  # seconds to put together what was worked out, when the time is over
NAMED = 10  # rules that an error names one by one

T = TypeVar("T")


class DerivationError(Exception):
    """A goal was not worked out: `goal`, the `trail` of goals that led to it, the rules `tried`.

    `partial` is a derivation of the asked goal, true as far as it goes, with the operators that
    could not be worked out still in its result (None when no rule applied at all). `goal` is nan
    where the time was over before there was one.
    """

    def __init__(
        self,
        message: str,
        goal: Basic = nan,
        trail: tuple[Basic, ...] = (),
        tried: tuple[str, ...] = (),
        partial: Derivation | None = None,
    ) -> None:
        super().__init__(message)
        self.goal, self.trail, self.tried, self.partial = goal, trail, tried, partial

    def __reduce__(self) -> tuple[Any, ...]:
        parts = (str(self), self.goal, self.trail, self.tried, self.partial)
        return _error, (type(self), dumps(parts))


class NoRuleApplies(DerivationError):
    pass


class BudgetExceeded(DerivationError):
    """The steps, the time or the memory allowed did not suffice."""


class TimeExceeded(BudgetExceeded, bridge.TimeExceeded):
    """The time was over."""


class MemoryExceeded(BudgetExceeded, bridge.MemoryExceeded):
    """`memory` MiB did not suffice."""


class WorkerDied(DerivationError, bridge.WorkerDied):
    """The process that worked on it ended: killed by someone else, or a mistake in a library."""


def _error(kind: type[DerivationError], parts: bytes) -> DerivationError:
    return kind(*loads(parts))


@dataclass
class Budget:
    """How many rules may be applied, and for how many seconds."""

    steps: int = 100_000
    seconds: float = 20.0
    spent: int = 0
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        if not isinstance(self.seconds, (int, float)) or not self.seconds > 0:
            raise ValueError(f"timeout is {self.seconds!r}; write a number of seconds, such as 20")

    def exceeded(self) -> str | None:
        """The steps, where they are spent; the seconds are kept from outside (derive.deadline)."""
        return f"{self.steps} steps" if self.spent >= self.steps else None

    def left(self) -> float:
        """Seconds until the time is over."""
        return max(0.0, self.started + self.seconds - time.monotonic())

    @property
    def over(self) -> str:
        return f"out of budget ({self.seconds:g} s)"


def in_time(work: Callable[[], T], budget: Budget, late: Callable[[], DerivationError]) -> T:
    """What `work` gives, or the error that says how far it got when the time was over."""
    try:
        with within(budget.left()):
            return work()
    except OutOfTime:
        pass
    raise late()


def at_once(found: Callable[[], T]) -> T | None:
    """What can be found in a moment, or None."""
    try:
        with within(TO_SAY_SO):
            return found()
    except OutOfTime:
        return None


def shown(goal: Basic, limit: int = 100) -> str:
    """`goal` in an error message: one line, not too long, however deep the goal is."""
    if depth(goal) > DEEP:
        return f"a {type(goal).__name__} of {depth(goal)} nested operations"
    text = " ".join(str(goal).split())
    return text if len(text) <= limit else text[: limit - 4] + " ..."


def message(why: str, goal: Basic, trail: tuple[Basic, ...], tried: tuple[str, ...]) -> str:
    path = " <- ".join(shown(g, 60) for g in reversed(trail[-3:]) if g != goal)
    rules = ", ".join(tried) if len(tried) <= NAMED else f"{len(tried)}, named in error.tried"
    return why + (f"; asked for by {path}" if path else "") + f"; rules tried: {rules}"
