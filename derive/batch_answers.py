"""One question of many, answered: plain data in, plain data out, in whatever process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from multiprocessing import current_process
from typing import TYPE_CHECKING, Any

from lambdify_bridge.extras import MissingExtra
from lambdify_bridge.worker import inside, tell
from lambdify_bridge.workers import GRACE, MemoryExceeded, TimeExceeded, WorkerDied, Workers, shared

if TYPE_CHECKING:
    from derive.core import Derivation

PASSED = ("proved", "certified", "confirmed")
NOT_CHECKED, NOT_READ, NOT_THERE = "not checked", "not read", "worker died"
NO_RULE, LATE, TOO_LARGE, FAILED = "no rule applies", "out of time", "too large", "failed"
PATIENCE = 60.0  # seconds that the start of a worker may take; no part of the question's time


def answer(
    question: Mapping[str, Any],
    timeout: float | None = None,
    memory: float | None = None,
    check: bool = True,
    steps: bool = False,
) -> dict[str, Any]:
    """The question with its `outcome` and `result`: what executors run.

    In a process that may have children it is worked out in one of these, which can be killed.
    """
    if inside() or current_process().daemon:
        return _answer(question, timeout, check, steps)
    return shared_answer(shared, question, timeout, memory, check, steps)


def shared_answer(
    workers: Workers,
    question: Mapping[str, Any],
    timeout: float | None = None,
    memory: float | None = None,
    check: bool = True,
    steps: bool = False,
) -> dict[str, Any]:
    """The same, in one of the workers."""
    args = (question, timeout, check, steps)
    try:
        return dict(workers.run(_answer, args, {}, timeout, memory, GRACE, PATIENCE))
    except MissingExtra:
        raise
    except TimeExceeded as stopped:
        return _stopped(question, LATE, stopped.told, timeout)
    except MemoryExceeded as stopped:
        return _stopped(question, "out of memory", stopped.told, None)
    except WorkerDied as stopped:
        return {**question, "outcome": NOT_THERE, "reason": str(stopped)}


def _stopped(
    question: Mapping[str, Any], outcome: str, told: Any, timeout: float | None
) -> dict[str, Any]:
    if isinstance(told, dict):  # the answer was there, its check was not over
        return {**told, "outcome": "undecided", "reason": f"{outcome} in the check"}
    return {**question, "outcome": outcome, **_seconds(timeout)}


def _seconds(timeout: float | None) -> dict[str, Any]:
    return {} if timeout is None else {"reason": f"{timeout:g} s"}


def _answer(
    question: Mapping[str, Any], timeout: float | None, check: bool, steps: bool
) -> dict[str, Any]:
    """Here, with the time kept between two operations of Python."""
    from derive.budget import BudgetExceeded, DerivationError, TimeExceeded
    from derive.deadline import LONGEST, OutOfTime, within

    found: dict[str, Any] = {}
    try:
        with within(LONGEST if timeout is None else timeout):
            for found in _worked_out(question, check, steps):
                tell(partial(dict, found))
            return found
    except (OutOfTime, TimeExceeded):
        return _stopped(question, LATE, found or None, timeout)
    except BudgetExceeded as error:
        return {**question, "outcome": "out of budget", "reason": str(error)}
    except (DerivationError, NotImplementedError) as error:
        return {**question, "outcome": NO_RULE, "reason": str(error)}
    except (ValueError, TypeError) as error:
        return {**question, "outcome": NOT_READ, "reason": str(error)}
    except (RecursionError, MemoryError):
        return {**question, "outcome": TOO_LARGE}
    except Exception as error:
        return {**question, "outcome": FAILED, "reason": f"{type(error).__name__}: {error}"}


def _worked_out(question: Mapping[str, Any], check: bool, steps: bool) -> Iterator[dict[str, Any]]:
    """The result before its check, and after it."""
    from derive.answers import named_derivations
    from lambdify_bridge.report import weakest

    named = list(named_derivations(_called(question)))
    yield _result(question, named, NOT_CHECKED, steps)
    if check:
        reports = [derivation.check() for _, derivation in named]
        yield _result(question, named, weakest(reports).verdict, steps)


def _called(question: Mapping[str, Any]) -> Any:
    options = question.get("options", {})
    if {"timeout", "memory"} & set(options):
        raise ValueError("the limits are those of the whole batch")
    return called(question["call"], question.get("args", ()), options, question.get("assume"))


def called(name: str, args: Sequence[Any], options: Mapping[str, Any], assume: Any = None) -> Any:
    """What the public function of this name makes of plain data. Raises ValueError."""
    import derive

    if not is_call(name):
        raise ValueError(no_call(name))
    return getattr(derive, name)(*(_read(each, assume) for each in args), **options)


def is_call(name: Any) -> bool:
    """Whether a public function of this name answers a question: it takes the hard limits."""
    import derive
    from derive.calls import ANSWERING

    return name in derive.__all__ and getattr(derive, name) in ANSWERING


def no_call(name: Any) -> str:
    close = get_close_matches(str(name), calls(), 3)
    meant = f"did you mean {' or '.join(close)}?" if close else "`derive ask` lists them"
    return f"{name!r} is none of the calls: {meant}"


def calls() -> list[str]:
    """The names of the functions that answer a question."""
    import derive

    return [name for name in derive.__all__ if is_call(name)]


def _read(given: Any, assume: Any) -> Any:
    """What a function takes: lists of bounds as tuples, text with what is said of its letters."""
    if isinstance(given, list):
        rows = any(isinstance(each, list) for each in given)
        read = [_read(each, assume) for each in given]
        return read if rows or "=" in str(given) else tuple(read)
    if isinstance(given, str) and assume:
        from derive.elementary import FUNCTIONS
        from derive.parse import parse

        return parse(given, assume, local=FUNCTIONS)
    return given


def _result(
    question: Mapping[str, Any], named: list[tuple[str, Derivation]], outcome: str, steps: bool
) -> dict[str, Any]:
    each = [_shown(name, derivation, steps) for name, derivation in named]
    found = each[0] if len(each) == 1 and "name" not in each[0] else {"answers": each}
    return {**question, "outcome": outcome, **found}


def _shown(name: str, derivation: Derivation, steps: bool) -> dict[str, Any]:
    data = derivation.to_dict()
    kept = ("result", "constant", "given", "verdict", "reason")
    shown = data if steps else {key: data[key] for key in kept if data[key]}
    return {"name": name, **shown} if name else dict(shown)
