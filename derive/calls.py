"""A public call: within its time, here or in a worker process."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any, ParamSpec, TypeVar, cast

import lambdify_bridge.workers as bridge
from derive.budget import Budget, DerivationError, MemoryExceeded, TimeExceeded, WorkerDied, shown
from derive.deadline import OutOfTime, is_limited, within
from lambdify_bridge.worker import inside
from lambdify_bridge.workers import GRACE, PRELOADED, Limited, Stopped, shared, with_limits

SLACK = 0.1  # seconds of a public call beyond its work: reading, finishing, saying what was found

P = ParamSpec("P")
R = TypeVar("R")

PRELOADED += ["derive.everything"]
ANSWERING: set[Callable[..., Any]] = set()  # the public calls that take `timeout` and `memory`


def limited(function: Callable[P, R]) -> Limited[P, R]:
    """A public function with the hard limits `timeout` and `memory`, kept in a worker process.

    Without them the work is done here, and its search has the seconds that the function's own
    `timeout` says; these are kept as well where a call is part of another one, or in a worker.
    """
    its = signature(function)
    usual = its.parameters["timeout"].default

    def call(*args: Any, memory: float | None = None, **kwargs: Any) -> R:
        asked = its.bind(*args, **kwargs)
        timeout = asked.arguments.get("timeout")
        if timeout is None:
            asked.arguments["timeout"] = usual
        budget = Budget(seconds=asked.arguments["timeout"])
        if (timeout is None and memory is None) or inside() or is_limited():
            return _here(function, asked, budget)
        return _elsewhere(call, asked, budget, memory)

    public = with_limits(function, call)
    ANSWERING.add(public)
    return cast(Limited[P, R], public)


def _here(function: Callable[..., R], asked: Any, budget: Budget) -> R:
    try:
        with within(budget.seconds + SLACK):
            return function(*asked.args, **asked.kwargs)
    except OutOfTime:
        raise TimeExceeded(budget.over) from None


def _elsewhere(call: Callable[..., R], asked: Any, budget: Budget, memory: float | None) -> R:
    question = (call, asked.args, asked.kwargs)
    try:
        return shared.run(*question, budget.seconds, memory, GRACE)
    except DerivationError:
        raise
    except bridge.TimeExceeded as stopped:
        raise _so_far(TimeExceeded, budget.over, stopped) from None
    except bridge.MemoryExceeded as stopped:
        raise _so_far(MemoryExceeded, f"out of memory ({memory} MiB)", stopped) from None
    except bridge.WorkerDied as stopped:
        raise _so_far(WorkerDied, str(stopped), stopped) from stopped


def _so_far(error: type[DerivationError], message: str, stopped: Stopped) -> DerivationError:
    """The error, with what the worker had told of its work."""
    if stopped.told is None:
        return error(message)
    goal, trail, tried, partial = stopped.told
    return error(f"{message} at {shown(goal)}", goal, trail, tried, partial)
