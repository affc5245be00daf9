"""Calls in worker processes, which are killed when their time is over, even inside C.

The workers come from a server process that has loaded what they need, and are used again. What
the caller's main module holds they do not know: it is not run again. Extra `parallel`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import cache, wraps
from inspect import Parameter, signature
from multiprocessing.util import Finalize
from typing import Any, ParamSpec, Protocol, TypeVar, cast, overload

from lambdify_bridge import worker
from lambdify_bridge.extras import extra

GRACE = 0.15  # seconds in which a call that knows its limit says itself how far it got
TO_START = 0.2  # seconds of a worker's start that do not count
LOOK = 0.5  # seconds between two looks at whether a worker is still there
PRELOADED = ["sympy", "lambdify_bridge.transport", "lambdify_bridge.check"]

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Stopped(Exception):
    """A call in a worker that ended without an answer; `told` is how far it had got, or None."""

    told: Any = None


class TimeExceeded(Stopped, TimeoutError):
    pass


class MemoryExceeded(Stopped, MemoryError):
    pass


class WorkerDied(Stopped):
    pass


class InWorker(Exception):
    """Where, in the worker, what was raised here came from."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


# ------------------------------------------------------------------ one worker


class _Worker:
    """A process that takes one call at a time."""

    def __init__(self) -> None:
        self.pebble = extra("pebble", "parallel", "timeout= and memory=")
        context = _context()
        shared = context.RawArray("c", worker.SIZE)
        self.board = worker.Board(shared)
        self.pool = self.pebble.ProcessPool(1, 0, worker.begin, (shared,), context)
        self.pool.schedule(worker.ready).result()

    def call(self, question: bytes, seconds: float | None, memory: float | None) -> Any:
        from lambdify_bridge.transport import loads

        self.board.clear()
        answer: Future[bytes] = self.pool.schedule(worker.run, (question, memory, sys.path))
        try:
            return loads(self._wait(answer, seconds))
        except self.pebble.ProcessExpired as death:
            raise self._stopped(WorkerDied, f"the worker process died ({_of(death)})") from None
        except TimeoutError:
            raise self._stopped(TimeExceeded, "out of time") from None

    def _wait(self, answer: Future[bytes], seconds: float | None) -> bytes:
        """The answer; a worker that leaves without a word is noticed as well."""
        due = float("inf") if seconds is None else time.monotonic() + seconds
        pid, gone = self.board.pid, False
        while True:
            left = due - time.monotonic()
            try:
                return answer.result(max(0.0, min(left, LOOK)))
            except TimeoutError:
                if left <= LOOK:
                    raise
                if gone:  # and the pool has had time to say how
                    raise self._stopped(WorkerDied, "the worker process left") from None
                gone = pid != self.board.pid or not _is_there(pid)

    def _stopped(self, error: type[Stopped], message: str) -> Stopped:
        """End the process at once; the threads that looked after it end by themselves."""
        self.kill()
        threading.Thread(target=self.pool.join, name="end of a worker", daemon=True).start()
        return self.with_told(error(message))

    def with_told(self, stopped: Stopped) -> Stopped:
        from lambdify_bridge.transport import loads

        data = self.board.read()
        stopped.told = loads(data) if data else None
        return stopped

    def kill(self) -> None:
        self.pool.stop()
        pid, self.board.pid = self.board.pid, 0
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        self.kill()
        self.pool.join()


@cache
def _context() -> Any:
    from lambdify_bridge.worker_context import with_loaded

    return with_loaded(list(dict.fromkeys(PRELOADED)))


def _is_there(pid: int) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _of(death: Any) -> str:
    code = death.exitcode or 0
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


# ------------------------------------------------------------------ several


class Workers:
    """Workers that are used again; as many as there are calls at a time."""

    def __init__(self) -> None:
        self.free: list[_Worker] = []
        self.known: list[_Worker] = []
        self.changed = threading.Condition()
        self.failed: BaseException | None = None
        self.at_exit: list[Finalize] = []

    def run(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        timeout: float | None = None,
        memory: float | None = None,
        grace: float = 0.0,
        to_start: float = TO_START,
    ) -> Any:
        """What `function` returns or raises. Raises TimeExceeded, MemoryExceeded, WorkerDied.

        The time includes the start of a worker, but for `to_start` seconds.
        """
        begun = time.monotonic()
        extra("pebble", "parallel", "timeout= and memory=")
        from lambdify_bridge.transport import dumps

        question = dumps((function, args, kwargs or {}))
        latest = None if timeout is None else begun + timeout + to_start
        one = self._take(latest)
        try:
            seconds = None
            if timeout is not None and latest is not None:
                seconds = min(timeout, latest - time.monotonic()) + grace
            how, answer = one.call(question, seconds, memory)
        except BaseException as error:
            self._forget(one, now=not isinstance(error, Stopped))
            raise
        if how == "out of memory":
            self._forget(one, now=True)
            raise one.with_told(MemoryExceeded("out of memory"))
        self._give_back(one)
        if how == "raised":
            raised, where = answer
            raise raised from InWorker(where)
        return answer

    def start(self) -> None:
        """One more worker, ready before it is asked for."""
        self._start()

    def stop(self) -> None:
        """End all workers, and what they do."""
        with self.changed:
            self.free.clear()
        _close(self.known)

    def _take(self, latest: float | None) -> _Worker:
        with self.changed:
            if self.free:
                return self.free.pop()
        # In a thread: no signal interrupts what must not be left half done.
        starter = threading.Thread(target=self._start, name="start of a worker")
        starter.start()
        with self.changed:
            while not self.free:
                if self.failed is not None:
                    failed, self.failed = self.failed, None
                    raise WorkerDied(f"no worker process could be started: {failed}") from failed
                left = 60.0 if latest is None else latest - time.monotonic()
                if left <= 0:
                    raise TimeExceeded("out of time before a worker process had started")
                self.changed.wait(left)
            return self.free.pop()

    def _start(self) -> None:
        try:
            one = _Worker()
        except Exception as error:
            with self.changed:
                self.failed = error
                self.changed.notify_all()
            return
        with self.changed:
            if not self.at_exit:  # before multiprocessing waits for its children
                self.at_exit.append(Finalize(self, _close, (self.known,), exitpriority=10))
            self.known.append(one)
            self.free.append(one)
            self.changed.notify()

    def _give_back(self, one: _Worker) -> None:
        with self.changed:
            if one in self.known:
                self.free.append(one)
                self.changed.notify()

    def _forget(self, one: _Worker, now: bool) -> None:
        with self.changed:
            if one in self.known:
                self.known.remove(one)
        if now:
            one.close()


def _close(workers: list[_Worker]) -> None:
    while workers:
        workers.pop().close()


shared = Workers()


# A forked child has no workers: those that it sees are its parent's.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=shared.__init__)  # type: ignore[misc]


# ------------------------------------------------------------------ the decorator


class Limited(Protocol[P, R_co]):
    """A function that takes `timeout` and `memory` as well."""

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    @overload
    def __call__(
        self, *args: Any, timeout: float | None = ..., memory: float | None = ..., **kwargs: Any
    ) -> R_co: ...


def in_a_worker(instead: Callable[..., R]) -> Callable[[Callable[P, R]], Limited[P, R]]:
    """A function of this package with the two limits; `instead(stopped, ...)` where they end it."""

    def decorated(function: Callable[P, R]) -> Limited[P, R]:
        def call(
            *args: Any, timeout: float | None = None, memory: float | None = None, **kwargs: Any
        ) -> R:
            if (timeout is None and memory is None) or worker.inside():
                return function(*args, **kwargs)
            if timeout is not None and not timeout > 0:
                raise ValueError(f"timeout is {timeout!r}; write a number of seconds, such as 20")
            try:
                return cast(R, shared.run(call, args, kwargs, timeout, memory))
            except (TimeExceeded, MemoryExceeded) as stopped:
                return instead(stopped, *args, **kwargs)

        return cast(Limited[P, R], with_limits(function, call))

    return decorated


ABOUT = """

    `timeout` (seconds) and `memory` (MiB): work in a process of its own, which is ended there
    whatever it does (extra `parallel`)."""
NAMES = ("timeout", "memory")


def with_limits(function: Callable[..., Any], limited: Callable[..., Any]) -> Any:
    """`limited` in the place of `function`: its signature and its words, and the two limits."""
    call = wraps(function)(limited)
    its = signature(function)
    own = [p for p in its.parameters.values() if p.name not in NAMES]
    last = [p for p in own if p.kind is Parameter.VAR_KEYWORD]
    first = [p for p in own if p not in last]
    keep = its.parameters.get("timeout")
    kind = keep.kind if keep else Parameter.KEYWORD_ONLY
    number = "float | None"
    timeout = Parameter("timeout", kind, default=None, annotation=number)
    memory = Parameter("memory", Parameter.KEYWORD_ONLY, default=None, annotation=number)
    added = [*_in_place(first, timeout), memory, *last]
    call.__signature__ = its.replace(parameters=added)  # type: ignore[attr-defined]
    call.__doc__ = (function.__doc__ or "").rstrip() + ABOUT
    return call


def _in_place(others: list[Parameter], timeout: Parameter) -> list[Parameter]:
    """In front of those that are given by name only, or among them."""
    before = [p for p in others if p.kind <= timeout.kind]
    return [*before, timeout, *(p for p in others if p not in before)]
