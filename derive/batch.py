"""Many questions at once: a corpus on any executor, results as JSON lines, resumed where it was.

A question is a dict, or the text of one as JSON:

    {"id": "a1", "call": "integrate", "args": ["x*exp(x)", "x"]}
    {"call": "limit", "args": ["(1 + 1/n)**n", "n", "oo"], "assume": {"n": "integer positive"}}
    {"call": "limit", "args": ["1/x", "x", 0], "options": {"dir": "+"}}

`call` is one of calls(), `args` and `options` are what the function takes, with text for formulas;
`id` is a number or text, its place in the corpus where there is none.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from derive.batch_answers import (
    NOT_READ,
    NOT_THERE,
    PASSED,
    answer,
    calls,
    is_call,
    no_call,
    shared_answer,
)
from derive.batch_results import Lines, Summary
from lambdify_bridge.extras import MissingExtra
from lambdify_bridge.workers import Workers

__all__ = ["PASSED", "Summary", "answer", "batch", "calls"]

IN_FLIGHT = 64  # questions handed to the executor and not answered yet
EVERY = 0.5  # seconds between two lines of progress
KEYS = {"id", "call", "args", "options", "assume"}

Question = dict[str, Any]


def batch(
    questions: str | os.PathLike[str] | Iterable[Mapping[str, Any] | str],
    executor: Executor | None = None,
    *,
    timeout: float = 20.0,
    memory: float | None = None,
    workers: int | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    check: bool = True,
    steps: bool = False,
    progress: bool | None = None,
    each: Callable[[dict[str, Any]], object] | None = None,
    kept: bool = True,
) -> Summary:
    """Answer every question of a corpus: a path to JSON lines, or dicts or lines one by one.

    executor
        Any `concurrent.futures.Executor`, such as dask's `client.get_executor()`; by default
        `workers` processes of this machine (as many as it has processors).
    timeout, memory
        Seconds and MiB for one question, its check included; kept from outside, in a process
        that is killed at the limit. In an executor's processes that may not have children of
        their own (dask's, unless `distributed.worker.daemon` is false) the time is kept inside.
    checkpoint
        A file for the results, one line of JSON each, in the order in which they come. What is in
        it already is not asked again. Without it the summary holds the results.
    check, steps
        Whether answers are checked against numbers, and whether results hold all the steps.
    progress
        A line on stderr that tells how far it is; by default where that is a terminal.
    each, kept
        What is called with every new result; and whether the summary holds them as well.

    A question that is not answered is a result as well: its `outcome` says why. Raises ValueError
    for a checkpoint that holds other questions, and whatever breaks the executor as a whole.

    >>> print(batch(['{"call": "diff", "args": ["x**2", "x"]}'], check=False))
    1 question: 1 not checked
    """
    results = Lines(checkpoint, kept)
    limits = {"timeout": timeout, "memory": memory, "check": check, "steps": steps}
    shown = sys.stderr.isatty() if progress is None else progress
    run = _Run(results, limits, shown, each)
    try:
        if executor is None:
            run.here(_asked(questions), workers or os.cpu_count() or 1)
        else:
            run.on(executor, _asked(questions), answer)
    finally:
        results.close()
    return results.summary


# ------------------------------------------------------------------ the questions


def _asked(questions: Any) -> Iterator[Question]:
    if isinstance(questions, (str, os.PathLike)):
        with Path(questions).open(encoding="utf-8") as lines:
            yield from map(_question, filter(str.strip, lines), _places())
    else:
        yield from map(_question, questions, _places())


def _places() -> Iterator[int]:
    place = 0
    while True:
        place += 1
        yield place


def _question(given: Any, place: int) -> Question:
    """A question with its id; one that cannot be read holds `problem`, which says why."""
    try:
        asked = json.loads(given) if isinstance(given, str) else dict(given)
        if not isinstance(asked, dict):
            raise ValueError("a question is a dict with call and args")
        asked = json.loads(json.dumps(asked))  # as it is in a file, wherever it comes from
    except (ValueError, TypeError, RecursionError) as error:
        return {"id": place, "problem": f"this is no question: {error}"}
    name = asked.get("id", place)
    named = isinstance(name, (str, int)) and not isinstance(name, bool)
    problem = _problem(asked) if named else "an id is a number or text"
    question = {"id": name if named else place, **{k: v for k, v in asked.items() if k != "id"}}
    return question | ({"problem": problem} if problem else {})


def _problem(asked: Question) -> str:
    unknown = sorted(asked.keys() - KEYS)
    if unknown:
        return f"{unknown[0]!r} is no part of a question: write {', '.join(sorted(KEYS))}"
    if not is_call(asked.get("call")):
        return no_call(asked.get("call"))
    kinds = (("args", list), ("options", dict), ("assume", dict))
    wrong = [name for name, kind in kinds if not isinstance(asked.get(name, kind()), kind)]
    return f"{wrong[0]} is of the wrong kind" if wrong else ""


# ------------------------------------------------------------------ the run


class _Run:
    def __init__(
        self,
        results: Lines,
        limits: dict[str, Any],
        shown: bool,
        each: Callable[[dict[str, Any]], object] | None,
    ) -> None:
        self.results, self.limits, self.shown, self.each = results, limits, shown, each
        self.waiting: dict[Future[Any], Question] = {}
        self.begun = self.last = time.monotonic()
        self.new = 0

    def here(self, questions: Iterator[Question], count: int) -> None:
        """On processes of this machine, each looked after by a thread."""
        processes = Workers()
        threads = ThreadPoolExecutor(count, "derive batch")
        try:
            for _ in range(count):
                threads.submit(processes.start)
            self.on(threads, questions, partial(shared_answer, processes))
            threads.shutdown()
        finally:
            processes.stop()
            threads.shutdown(cancel_futures=True)

    def on(
        self, executor: Executor, questions: Iterator[Question], asked: Callable[..., Any]
    ) -> None:
        done: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        try:
            for question in questions:
                if self.results.has(question):
                    continue
                if "problem" in question:
                    self._keep({**question, "outcome": NOT_READ})
                    continue
                while len(self.waiting) >= IN_FLIGHT:
                    self._next(done)
                future = executor.submit(asked, question, **self.limits)
                self.waiting[future] = question
                future.add_done_callback(done.put)
            while self.waiting:
                self._next(done)
        except BaseException:
            for future in self.waiting:
                future.cancel()
            raise
        finally:
            self._tell(last=True)

    def _next(self, done: queue.SimpleQueue[Future[Any]]) -> None:
        self._tell()
        try:
            future = done.get(timeout=EVERY)
        except queue.Empty:
            return
        question = self.waiting.pop(future)
        try:
            self._keep(future.result())
        except (BrokenExecutor, MissingExtra):
            raise
        except Exception as error:  # the executor has lost this one
            why = f"{type(error).__name__}: {error}"
            self._keep({**question, "outcome": NOT_THERE, "reason": why})

    def _keep(self, result: dict[str, Any]) -> None:
        self.results.add(result)
        self.new += 1
        if self.each is not None:
            self.each(result)

    def _tell(self, last: bool = False) -> None:
        now = time.monotonic()
        if not self.shown or (now - self.last < EVERY and not last):
            return
        self.last = now
        speed = self.new / max(now - self.begun, 1e-9)
        line = f"{self.results.summary}; {speed:.1f} a second"
        start, end = ("\r\033[K", "") if sys.stderr.isatty() else ("", "\n")
        sys.stderr.write(f"{start}{line}{end or (chr(10) if last else '')}")
        sys.stderr.flush()
