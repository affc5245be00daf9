"""The results of many questions: a file of JSON lines that a stopped run goes on with."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

ASKED = ("call", "args", "options", "assume")
LOOKED_AT = 1 << 16  # bytes read at a time in search of the last whole line


class Summary:
    """How many questions ended how (`counts`), and the results one by one.

    Iterating reads them from the checkpoint, where there is one, in the order in which they came.
    """

    def __init__(self, path: str | None) -> None:
        self.path = path
        self.counts: Counter[str] = Counter()
        self.kept: list[dict[str, Any]] = []

    def __len__(self) -> int:
        return self.counts.total()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        if self.path is None:
            yield from self.kept
            return
        with open(self.path, encoding="ascii") as lines:
            yield from map(json.loads, lines)

    def __str__(self) -> str:
        most = sorted(self.counts.items(), key=lambda pair: (-pair[1], pair[0]))
        counted = ", ".join(f"{number} {outcome}" for outcome, number in most) or "no results"
        return f"{len(self)} question{'s' * (len(self) != 1)}: {counted}"

    def __repr__(self) -> str:
        return f"<Summary of {self}>"


class Lines:
    """The results so far, of this run and of those before; each is written whole, at once."""

    def __init__(self, checkpoint: str | os.PathLike[str] | None, kept: bool) -> None:
        self.kept = kept and checkpoint is None
        path = None if checkpoint is None else os.fspath(checkpoint)
        self.summary = Summary(path)
        self.known: dict[str | int, bytes] = {}
        self.file: int | None = None
        if path is not None:
            self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                self._go_on(self.file, path)
            except BaseException:
                self.close()
                raise

    def _go_on(self, file: int, path: str) -> None:
        _alone(file, path)
        _without_torn_line(file)
        with open(path, encoding="ascii") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    result = json.loads(line)
                    self._count(result)
                except (ValueError, KeyError, TypeError) as error:
                    raise ValueError(f"{path}, line {number} is no result: {error!r}") from None

    def has(self, question: dict[str, Any]) -> bool:
        """Whether it is answered. Raises ValueError where its id stands for another question."""
        found = self.known.get(question["id"])
        if found is None:
            self.known[question["id"]] = b""  # asked, and not answered yet
            return False
        if found == b"":
            raise ValueError(f"two questions have the id {question['id']!r}")
        if found != _digest(question):
            raise ValueError(f"the checkpoint holds another question with id {question['id']!r}")
        self.known[question["id"]] = b""
        return True

    def add(self, result: dict[str, Any]) -> None:
        if self.kept:
            self.summary.kept.append(result)
        if self.file is not None:
            line = (json.dumps(result) + "\n").encode("ascii")
            while line:  # one write, but on a disk that is full
                line = line[os.write(self.file, line) :]
        self.summary.counts[result["outcome"]] += 1

    def _count(self, result: dict[str, Any]) -> None:
        if result["id"] in self.known:
            raise ValueError(f"the id {result['id']!r} comes a second time")
        self.known[result["id"]] = _digest(result)
        self.summary.counts[result["outcome"]] += 1

    def close(self) -> None:
        if self.file is not None:
            os.fsync(self.file)
            os.close(self.file)
            self.file = None


def _digest(asked: dict[str, Any]) -> bytes:
    parts = [asked.get(name) for name in ASKED]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).digest()[:12]


def _alone(file: int, path: str) -> None:
    """Two runs must not write to one file."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ValueError(f"another run writes to {path}") from None


def _without_torn_line(file: int) -> None:
    """What was not written to its end is not there."""
    size = end = os.fstat(file).st_size
    while end:
        start = max(0, end - LOOKED_AT)
        newline = os.pread(file, end - start, start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    if end < size:
        os.ftruncate(file, end)
