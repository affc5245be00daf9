"""The command line's way to ask many questions at once: `derive batch corpus.jsonl`."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from derive.command_line.reading import seconds

SUMMARY = "many questions at once: batch corpus.jsonl --out results.jsonl"
ALL_PASSED, NOT_ALL_CONFIRMED, NOT_ALL_ANSWERED = 0, 1, 3


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "corpus", help='lines such as {"call": "diff", "args": ["x**2", "x"]}; or -'
    )
    parser.add_argument("--out", "--checkpoint", dest="out", metavar="FILE",
                        help="the results; a stopped run goes on there (stdout)")  # fmt: skip
    parser.add_argument("--timeout", type=seconds, default=20.0, help="seconds for each (20)")
    parser.add_argument("--memory", type=float, metavar="MiB", help="memory for each")
    parser.add_argument("--workers", type=_count, help="processes (one for each processor)")
    parser.add_argument("--steps", action="store_true", help="all the steps of each answer")
    parser.add_argument("--check", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--progress", action=argparse.BooleanOptionalAction, default=None,
                        help="how far it is, on stderr (where that is a terminal)")  # fmt: skip


def _count(text: str) -> int:
    count = int(text)
    if not 0 < count <= 1024:
        raise argparse.ArgumentTypeError(f"{text} is no number of processes")
    return count


def run(options: argparse.Namespace) -> int:
    from derive.batch import PASSED, batch

    names = ("timeout", "memory", "workers", "check", "steps", "progress")
    asked = {name: getattr(options, name) for name in names}
    corpus = filter(str.strip, sys.stdin) if options.corpus == "-" else options.corpus
    each = None if options.out else _shown
    try:
        done = batch(corpus, checkpoint=options.out, each=each, kept=False, **asked)
    except OSError as error:
        raise ValueError(f"{error.filename}: {error.strerror}") from None
    print(done, file=sys.stderr)
    passed = sum(done.counts[outcome] for outcome in (*PASSED, "not checked"))
    if passed == len(done):
        return ALL_PASSED
    checked = passed + done.counts["undecided"] + done.counts["refuted"]
    return NOT_ALL_CONFIRMED if checked == len(done) else NOT_ALL_ANSWERED


def _shown(result: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()
