"""Run one command, and turn what goes wrong into one line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence

from derive.command_line.arguments import parser
from derive.command_line.codes import INTERRUPTED, NOT_WORKED_OUT, WORKED_OUT, WRONG_USAGE
from derive.command_line.showing import Answers, Values, printed
from derive.command_line.terminal import complain
from derive.deadline import OutOfTime
from lambdify_bridge.extras import MissingExtra

Show = Callable[[argparse.Namespace, Answers, Values], None]


def main(arguments: Sequence[str] | None = None, show: Show = printed) -> int:
    """Run one command; the exit code. `show` takes the options, the answers, and their values.

    >>> main(["diff", "x**2", "x", "--no-check"])
    d/dx(x²)
      1. d/dx(x²) = 2x                                                power rule
    Result: d/dx(x²) = 2x
    not checked
    0
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments[:1] == ["--from-latex"]:
        arguments[0] = "latex"
    try:
        options = parser().parse_args([_guarded(word) for word in arguments])
        options.show = show
    except SystemExit as leave:
        return int(leave.code or 0)
    try:
        return int(options.run(options))
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python must not fail on the rest at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return WORKED_OUT
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except OutOfTime:
        complain(f"out of time ({options.timeout:g} s)")
    except (ValueError, TypeError, OSError, MissingExtra) as problem:
        complain(str(problem))
        return WRONG_USAGE
    except (RecursionError, MemoryError):
        complain("too large to work out")
    except Exception as problem:
        if not _from_engine(problem):
            traceback.print_exc()  # a mistake of ours, to be seen in full
        complain(str(problem))
    return NOT_WORKED_OUT


def _from_engine(problem: Exception) -> bool:
    from derive.engine import DerivationError

    return isinstance(problem, (DerivationError, NotImplementedError))


def _guarded(word: str) -> str:
    """A value that starts with a minus, such as -oo: argparse reads what has a space as a value."""
    value = word.startswith("-") and not word.startswith("--") and word not in ("-h", "-")
    return f" {word}" if value else word
