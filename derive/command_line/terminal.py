"""What is written to the terminal: in characters that it has, in its width, in colour or not."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from typing import Any

COLOURS = {"rule": "2", "result": "1", "confirmed": "32", "refuted": "31", "undecided": "33"}
PATIENCE = 1.0  # seconds of work before a line says that there is some


def is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):  # no file, or a closed one
        return False


def columns() -> int:
    """The width of the terminal, or what COLUMNS says."""
    return shutil.get_terminal_size().columns


def has_unicode() -> bool:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return encoding.lower().startswith("utf")


def is_coloured() -> bool:
    """FORCE_COLOR and NO_COLOR say so (no-color.org), else a terminal that has colours is."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return os.environ["FORCE_COLOR"] != "0"
    return is_terminal(sys.stdout) and os.environ.get("TERM", "dumb") != "dumb"


def painted(kind: str, shown: str) -> str:
    """The text in the colour of what it is: a rule, a result, a verdict."""
    verdict = "confirmed" if shown.startswith(("proved", "certified")) else shown.split(":")[0]
    code = COLOURS.get(verdict.strip() if kind == "verdict" else kind)
    return f"\x1b[{code}m{shown}\x1b[0m" if code else shown


def write(shown: str) -> None:
    if not has_unicode() and not shown.isascii():
        from derive.render.text import in_ascii

        shown = in_ascii(shown)
    print(shown, flush=True)


def remark(words: str) -> None:
    """A line beside the answer, on stderr."""
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    if not encoding.lower().startswith("utf") and not words.isascii():
        from derive.render.text import in_ascii

        words = in_ascii(words)
    print(f"derive: {words}", file=sys.stderr, flush=True)


def complain(problem: str) -> None:
    line = " ".join(str(problem).split())
    line = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in line)
    print(f"derive: {line.encode('ascii', 'backslashreplace').decode()}", file=sys.stderr)


class Progress:
    """A line on stderr while work takes over a second, erased after it; only on a terminal.

    >>> with Progress("working"):
    ...     1 + 1
    2
    """

    def __init__(self, words: str) -> None:
        self.words = words
        self.ended = threading.Event()
        self.thread: threading.Thread | None = None

    def __enter__(self) -> Progress:
        if is_terminal(sys.stderr):
            self.thread = threading.Thread(target=self._count, daemon=True)
            self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        if self.thread:
            self.thread.join()

    def _count(self) -> None:
        seconds, line = 0, ""
        while not self.ended.wait(PATIENCE):
            seconds += 1
            line = f"derive: {self.words}, {seconds} s"[: columns() - 1]
            self._put(line)
        if line:
            self._put(" " * len(line))
            self._put("")

    def _put(self, line: str) -> None:
        sys.stderr.write("\r" + line)
        sys.stderr.flush()
