"""Limits of the literature: right, wrong, refused; how many by Gruntz's algorithm; the time.

    python benchmarks/limits.py

The problems are in tests/calculus/data/limits.json. `derive.limit` with all its steps and
`sympy.limit` are timed in one run, in turn, on a cleared SymPy cache; what counts is the ratio.
"""

from __future__ import annotations

import signal
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sympy
from sympy.core.cache import clear_cache

sys.path.insert(0, str(Path(__file__).parent.parent))

from derive.calculus.limits import limit
from derive.core import Derivation
from derive.engine import DerivationError
from tests.support.literature import Problem, problems

SECONDS = 20
SOURCES = ("Demidovich", "Gruntz", "SymPy")
LAST = "the most rapidly varying part"


class TooSlow(BaseException):
    """Not an Exception: SymPy catches those."""


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What `work` returns, or the error; the seconds it took."""

    def ring(number: int, frame: Any) -> None:
        raise TooSlow

    clear_cache()
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS + 5)
    begun = time.process_time()
    try:
        found = work()
    except (TooSlow, DerivationError, NotImplementedError, ValueError, TypeError) as error:
        found = error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return found, time.process_time() - begun


def outcome(problem: Problem, found: Any) -> str:
    if not isinstance(found, Derivation):
        return "refused"
    if not problem.is_answered_by(found.result):
        return "wrong"
    return "by Gruntz" if any(step.rule == LAST for step in found.steps) else "right"


def main() -> None:
    print(
        f"{'source':12} {'all':>4} {'right':>6} {'wrong':>6} {'refused':>8} {'without Gruntz':>15}"
    )
    ratios: list[float] = []
    failed: list[str] = []
    for source in SOURCES:
        counts: Counter[str] = Counter()
        for p in problems(source):
            found, ours = timed(lambda p=p: limit(p.f, p.x, p.to, p.dir, timeout=SECONDS))
            kind = outcome(p, found)
            counts[kind] += 1
            failed += [f"{kind:8} {p.name}"] if kind in ("wrong", "refused") else []
            theirs, seconds = timed(lambda p=p: sympy.limit(p.f, p.x, p.to, p.dir))
            if kind in ("right", "by Gruntz") and not isinstance(theirs, BaseException):
                ratios.append(ours / seconds)
        total, right = sum(counts.values()), counts["right"] + counts["by Gruntz"]
        share = f"{100 * counts['right'] / total:.0f} %"
        cells = f"{total:4} {right:6} {counts['wrong']:6} {counts['refused']:8} {share:>15}"
        print(f"{source:12} {cells}", flush=True)
    print(f"\nderive.limit / sympy.limit, both answering: median {statistics.median(ratios):.2f}")
    print(*failed, sep="\n")


if __name__ == "__main__":
    main()
