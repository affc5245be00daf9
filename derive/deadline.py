"""A limit on the time that a piece of work takes, kept from outside: what runs is interrupted.

In the main thread a timer of the system rings; elsewhere, and where that timer is taken, a thread
watches. Both interrupt Python between two operations; one operation inside C is not interrupted.
One thread works at a time: SymPy's cache, and whether SymPy evaluates, are shared by all threads.
An interruption by hand (Ctrl-C) comes through at the same moments only, a little later.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

SOONEST = 1e-6
LONGEST = 1e8  # three years: as good as no limit
AGAIN = 0.02  # seconds to the next ring, where the first came at a moment that must not be broken
EARLY = 0.001  # seconds by which a timer may ring too soon
# Code that is never left half done: facts deduced together, constants kept with their precision.
WHOLE = frozenset({"threading", "sympy.core.facts", "mpmath.libmp.libelefun"})
IMPORT = "<frozen importlib._bootstrap>"  # nor is a module left half loaded


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
        self.alarm = self.outer.alarm if self.outer else _alone(self.seconds, sys._getframe(1))
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
        broken = kind is not None and not issubclass(kind, Exception)
        if self.outer:
            self.alarm.set(time.monotonic() + LONGEST)
            _as_before(self.settings, broken)
            self.alarm.set(self.outer.due)
            return
        try:
            self.alarm.close()
            if broken and kind is not OutOfTime:
                self.alarm.by_hand.waiting = False  # it came through
            _as_before(self.settings, broken)
        finally:
            _one_at_a_time.release()
            self.alarm.by_hand.end()


def is_limited() -> bool:
    """Whether what runs here is within a limit already."""
    return getattr(_here, "limit", None) is not None


_here = threading.local()
_one_at_a_time = threading.Lock()


def _new_lock() -> None:
    """In a forked child the thread that holds the lock does not live."""
    global _one_at_a_time
    _one_at_a_time = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_lock)


# ------------------------------------------------------------------ the two alarms


class whole:
    """A block that an interruption by hand does not break: it comes when the block is over.

    Only the main thread is interrupted by hand.
    """

    def __enter__(self) -> whole:
        self.waiting = False
        self.before: Any = None
        if threading.current_thread() is threading.main_thread():
            before = signal.getsignal(signal.SIGINT)
            if callable(before):
                self.before = before
                signal.signal(signal.SIGINT, self._noted)
        return self

    def _noted(self, number: int, frame: FrameType | None) -> None:
        self.waiting = True

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """From here on it comes as ever; so does one that has waited."""
        if self.before is not None and signal.getsignal(signal.SIGINT) == self._noted:
            signal.signal(signal.SIGINT, self.before)
        if self.waiting:
            self.waiting = False
            signal.raise_signal(signal.SIGINT)


class _ByHand(whole):
    """An interruption by hand comes at once, unless what runs must not be broken just now."""

    again: Callable[[], None] | None = None

    def __init__(self, base: FrameType) -> None:
        self.base = base

    def _noted(self, number: int, frame: FrameType | None) -> None:
        self.waiting = True
        if self.again is not None:
            self.again()
            if not _is_whole(frame, self.base):
                self.before(number, frame)  # what swallows the exception is interrupted again
                self.waiting = False


class _Timer:
    """SIGALRM, in the main thread."""

    def __init__(self, by_hand: _ByHand) -> None:
        self.by_hand, self.due = by_hand, float("inf")
        self.before = signal.signal(signal.SIGALRM, self._ring)
        by_hand.again = self._soon

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if _is_whole(frame, self.by_hand.base):
            return
        if self.by_hand.waiting:
            self.by_hand._noted(signal.SIGINT, frame)
            self.set(self.due)
        elif time.monotonic() > self.due - EARLY:
            raise OutOfTime

    def _soon(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, AGAIN, AGAIN)

    def set(self, due: float) -> None:
        self.due = due
        signal.setitimer(signal.ITIMER_REAL, max(due - time.monotonic(), SOONEST), AGAIN)

    def close(self) -> None:
        self.by_hand.again = None
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self.before)


class _Watch:
    """A thread that interrupts the one that made it."""

    def __init__(self, by_hand: _ByHand) -> None:
        self.watched, self.by_hand = threading.get_ident(), by_hand
        self.due = float("inf")
        self.open = True
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self._watch, name="derive deadline", daemon=True)
        self.thread.start()
        by_hand.again = _nothing  # this thread looks whether one waits

    def _watch(self) -> None:
        longest = AGAIN if self.by_hand.before else LONGEST
        with self.changed:
            while self.open:
                left = self.due - time.monotonic()
                if self.by_hand.waiting:
                    signal.raise_signal(signal.SIGINT)
                elif left <= 0 and not self._is_whole():
                    _interrupt(self.watched, OutOfTime)
                self.changed.wait(min(left, longest) if left > 0 else AGAIN)

    def _is_whole(self) -> bool:
        return _is_whole(sys._current_frames().get(self.watched), self.by_hand.base)

    def set(self, due: float) -> None:
        with self.changed:
            self.due = due
            self.changed.notify()

    def close(self) -> None:
        self.by_hand.again = None
        with self.changed:
            self.open = False
            self.changed.notify()
        self.thread.join()


def _nothing() -> None:
    pass


def _alone(seconds: float, base: FrameType) -> _Timer | _Watch:
    """An alarm for the thread that now works, once no other one does."""
    by_hand = _ByHand(base)
    by_hand.__enter__()
    try:
        _wait_for_the_others(time.monotonic() + seconds, by_hand)
    except BaseException:
        by_hand.end()
        raise
    try:
        return _Timer(by_hand) if _timer_is_free() else _Watch(by_hand)
    except BaseException:
        _one_at_a_time.release()
        by_hand.end()
        raise


def _wait_for_the_others(due: float, by_hand: _ByHand) -> None:
    while not _one_at_a_time.acquire(timeout=max(0.0, min(AGAIN, due - time.monotonic()))):
        if by_hand.waiting or time.monotonic() > due:
            raise OutOfTime  # or what waits, which comes first


def _timer_is_free() -> bool:
    if threading.current_thread() is not threading.main_thread():
        return False
    if not hasattr(signal, "setitimer") or signal.getsignal(signal.SIGALRM) is None:
        return False
    return signal.getitimer(signal.ITIMER_REAL)[0] == 0


def _is_whole(frame: FrameType | None, base: FrameType) -> bool:
    """Whether what runs just now, above `base`, is not to be broken: this, WHOLE, an import, and
    what Python calls by itself, where an error is lost."""
    if frame is None or frame.f_globals.get("__name__") in WHOLE:
        return True
    by_the_collector = [getattr(called, "__code__", None) for called in gc.callbacks]
    while frame is not None and frame is not base:
        code = frame.f_code
        if code.co_filename in (IMPORT, __file__) or code.co_name == "__del__":
            return True
        if code in by_the_collector:
            return True
        frame = frame.f_back
    return False


def _interrupt(thread: int, error: type[BaseException]) -> None:
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    raise_in(ctypes.c_ulong(thread), ctypes.py_object(error))


# ------------------------------------------------------------------ what must not be left


def _settings() -> tuple[Any, ...]:
    from mpmath import mp
    from sympy.core.parameters import global_parameters as now

    return now.evaluate, now.distribute, now.exp_is_pow, mp.prec


def _as_before(settings: tuple[Any, ...], broken: bool) -> None:
    if not broken:
        return
    from mpmath import mp
    from sympy.core.cache import clear_cache
    from sympy.core.parameters import global_parameters as now

    now.evaluate, now.distribute, now.exp_is_pow, mp.prec = settings
    clear_cache()
