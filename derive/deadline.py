"""A limit on the time that a piece of work takes, kept from outside: what runs is interrupted.

In the main thread a timer of the system rings; elsewhere, and where that timer is taken, a thread
watches. Both interrupt Python between two operations; one operation inside C is not interrupted.
One thread works at a time: SymPy's cache, and whether SymPy evaluates, are shared by all threads.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from types import FrameType, TracebackType
from typing import Any

SOONEST = 1e-6
LONGEST = 1e8  # three years: as good as no limit
AGAIN = 0.02  # seconds to the next ring, where the first came at a moment that must not be broken
# Code that is never left half done: facts deduced together, constants kept with their precision.
WHOLE = frozenset({"threading", "sympy.core.facts", "mpmath.libmp.libelefun"})


class OutOfTime(BaseException):
    """Not an Exception: what is interrupted must not catch it."""


class within:
    """A block that takes at most `seconds`; it ends by OutOfTime when they are over.

    Blocks may be nested; the shortest limit counts. An interrupted block leaves nothing behind:
    SymPy's cache is cleared, its settings are as before, no timer and no thread is left.

    >>> try:
    ...     with within(0.01):
    ...         while True:
    ...             pass
    ... except OutOfTime:
    ...     print("over")
    over
    """

    def __init__(self, seconds: float = LONGEST) -> None:
        self.seconds = min(seconds, LONGEST)

    def __enter__(self) -> within:
        begun = time.monotonic()
        self.outer: within | None = getattr(_here, "limit", None)
        self.alarm = self.outer.alarm if self.outer else _alone(self.seconds)
        self.due = begun + self.seconds
        if self.outer:
            self.due = min(self.due, self.outer.due)
        self.settings = _settings()
        _here.limit = self
        self.alarm.set(self.due)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        _here.limit = self.outer
        if self.outer:
            self.alarm.set(self.outer.due)
        else:
            try:
                self.alarm.close()
            finally:
                _one_at_a_time.release()
        if kind is not None and not issubclass(kind, Exception):
            _as_before(self.settings)


_here = threading.local()
_one_at_a_time = threading.Lock()


def _new_lock() -> None:
    """In a forked child the thread that holds the lock does not live."""
    global _one_at_a_time
    _one_at_a_time = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_lock)


# ------------------------------------------------------------------ the two alarms


class _Timer:
    """SIGALRM, in the main thread."""

    def __init__(self) -> None:
        self.before = signal.signal(signal.SIGALRM, self._ring)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if not _whole(frame):
            raise OutOfTime

    def set(self, due: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, max(due - time.monotonic(), SOONEST), AGAIN)

    def close(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self.before)


class _Watch:
    """A thread that interrupts the one that made it."""

    def __init__(self) -> None:
        self.watched = threading.get_ident()
        self.due = float("inf")
        self.open = True
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self._watch, name="derive deadline", daemon=True)
        self.thread.start()

    def _watch(self) -> None:
        with self.changed:
            while self.open:
                left = self.due - time.monotonic()
                if left <= 0 and not _whole(sys._current_frames().get(self.watched)):
                    _interrupt(self.watched, OutOfTime)
                self.changed.wait(min(left, LONGEST) if left > 0 else AGAIN)

    def set(self, due: float) -> None:
        with self.changed:
            self.due = due
            self.changed.notify()

    def close(self) -> None:
        with self.changed:
            self.open = False
            self.changed.notify()
        self.thread.join()


def _alone(seconds: float) -> _Timer | _Watch:
    """An alarm for the thread that now works, once no other one does."""
    if not _one_at_a_time.acquire(timeout=seconds):
        raise OutOfTime
    try:
        return _Timer() if _timer_is_free() else _Watch()
    except BaseException:
        _one_at_a_time.release()
        raise


def _timer_is_free() -> bool:
    if threading.current_thread() is not threading.main_thread():
        return False
    if not hasattr(signal, "setitimer") or signal.getsignal(signal.SIGALRM) is None:
        return False
    return signal.getitimer(signal.ITIMER_REAL)[0] == 0


def _whole(frame: FrameType | None) -> bool:
    """Whether the code that runs just now, here or in a module of WHOLE, is not to be broken."""
    if frame is None or frame.f_code.co_filename == __file__:
        return True
    return frame.f_globals.get("__name__") in WHOLE


def _interrupt(thread: int, error: type[BaseException]) -> None:
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    raise_in(ctypes.c_ulong(thread), ctypes.py_object(error))


# ------------------------------------------------------------------ what must not be left


def _settings() -> tuple[Any, ...]:
    from mpmath import mp
    from sympy.core.parameters import global_parameters as now

    return now.evaluate, now.distribute, now.exp_is_pow, mp.prec


def _as_before(settings: tuple[Any, ...]) -> None:
    from mpmath import mp
    from sympy.core.cache import clear_cache
    from sympy.core.parameters import global_parameters as now

    now.evaluate, now.distribute, now.exp_is_pow, mp.prec = settings
    clear_cache()
