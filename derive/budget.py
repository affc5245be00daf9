"""How long a question may take, and the errors that say how far its work got."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from inspect import signature
from typing import ParamSpec, TypeVar

from sympy import Basic, nan

from derive.core import Derivation
from derive.deadline import OutOfTime, within
from derive.structure import DEEP, depth

SLACK = 0.1  # seconds of a public call beyond its work: reading, finishing, saying what was found
NAMED = 10  # rules that an error names one by one

P = ParamSpec("P")
R = TypeVar("R")


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


class NoRuleApplies(DerivationError):
    pass


class BudgetExceeded(DerivationError):
    pass


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


def limited(function: Callable[P, R]) -> Callable[P, R]:
    """A public function whose whole call, reading and finishing as well, keeps to its `timeout`."""
    its = signature(function)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        given = its.bind(*args, **kwargs).arguments
        budget = Budget(seconds=given.get("timeout", its.parameters["timeout"].default))
        try:
            with within(budget.seconds + SLACK):
                return function(*args, **kwargs)
        except OutOfTime:
            raise BudgetExceeded(budget.over) from None

    return call


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
