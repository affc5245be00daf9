"""Inside a worker process: the limit on its memory, and what it tells of how far it got.

Standard library alone at the top: the other side reads the board without SymPy.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PLACE = 1 << 19  # bytes for one thing told
SIZE = 16 + 2 * PLACE
SHARE, AT_FIRST = 0.03, 0.002  # of the time, and seconds, that telling may take
MEBIBYTE = 1 << 20
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class Board:
    """Memory that both sides see: the worker's process id, and the last thing that it told.

    Things are written to two places in turn, so that one is whole whenever the worker is killed.
    """

    def __init__(self, shared: Any) -> None:
        self.shared = shared
        self.numbers = (ctypes.c_longlong * 2).from_buffer(shared)
        self.start = ctypes.addressof(shared) + 16

    @property
    def pid(self) -> int:
        return self.numbers[0]

    @pid.setter
    def pid(self, pid: int) -> None:
        self.numbers[0] = pid

    def clear(self) -> None:
        self.numbers[1] = 0

    def write(self, data: bytes) -> None:
        if len(data) <= PLACE:
            place = 1 - self.numbers[1] % 2
            ctypes.memmove(self.start + place * PLACE, data, len(data))
            self.numbers[1] = 2 * len(data) + place

    def read(self) -> bytes:
        """The last thing told; empty where there was none."""
        length, place = divmod(self.numbers[1], 2)
        return ctypes.string_at(self.start + place * PLACE, length)


_board: Board | None = None
_begun = _spent = 0.0


def inside() -> bool:
    """Whether this process is a worker."""
    return _board is not None


def begin(shared: Any) -> None:
    """The first thing that a worker does."""
    global _board
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _end_with_the_caller()
    _board = Board(shared)
    _board.pid = os.getpid()


def _end_with_the_caller() -> None:
    """The server ends when the caller has ended, and this process when the server has.

    The server would wait for this process, which holds the pipe that tells it of the caller.
    """
    from multiprocessing import forkserver

    server: Any = forkserver._forkserver
    if sys.platform == "linux" and server._forkserver_alive_fd is not None:
        os.close(server._forkserver_alive_fd)
        server._forkserver_alive_fd = None
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


def ready() -> None:
    """Nothing, to be waited for."""


def tell(what: Callable[[], Any]) -> None:
    """Leave on the board how far the work got; not where telling takes too much of the time."""
    global _spent
    now = time.perf_counter()
    if _board is None or _spent > AT_FIRST + SHARE * (now - _begun):
        return
    from lambdify_bridge.transport import dumps

    _board.write(dumps(what()))
    _spent += time.perf_counter() - now


def run(question: bytes, memory: float | None, path: list[str]) -> bytes:
    """Call a function, both it and its answer as bytes: how the call ended, and with what.

    `path` is where the caller looks for modules.
    """
    global _begun, _spent
    from lambdify_bridge.transport import dumps, loads

    _begun, _spent = time.perf_counter(), 0.0
    sys.path[:] = path
    try:
        function, args, kwargs = loads(question)
        with _at_most(memory):
            answer = "returned", function(*args, **kwargs)
    except MemoryError:
        answer = "out of memory", None
    except Exception as error:
        answer = "raised", (error, traceback.format_exc())
    try:
        return dumps(answer)
    except TypeError as error:
        return dumps(("raised", (TypeError(f"{error} (the answer)"), "")))


@contextmanager
def _at_most(memory: float | None) -> Iterator[None]:
    """Allow so many MiB beside what the process has."""
    if memory is None:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as sizes:
        has = int(sizes.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (has + int(memory * MEBIBYTE), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
