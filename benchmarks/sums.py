"""Sums, products, convergence questions and series from the literature: right, wrong, refused.

    python benchmarks/sums.py [--peer]

Every answer is compared with the value of the book by numbers, and checked step by step. `--peer`
also times SymPy's `summation`, `product` and `series` on the same questions, in the same run.
"""

from __future__ import annotations

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

import derive
from derive.deadline import OutOfTime, within
from tests.support.book_answers import NO_VALUE, ask, compared, questions

SECONDS = 10.0
KINDS = ("sums", "products", "convergence", "series")


def outcome(kind: str, question: dict[str, Any]) -> tuple[str, str, float]:
    """right, wrong, undecided or refused; the verdict of the check; seconds to the derivation."""
    begun = time.process_time()
    try:
        with within(SECONDS):
            found = ask(kind, question)
    except ValueError as error:
        refused = question.get("value") == NO_VALUE and "no Laurent series" in str(error)
        return "right" if refused else "refused", "-", time.process_time() - begun
    except (derive.DerivationError, OutOfTime):
        return "refused", "-", time.process_time() - begun
    taken = time.process_time() - begun
    try:
        with within(3 * SECONDS):
            verdict = found.check().verdict
            return compared(kind, question, found.result), verdict, taken
    except OutOfTime:
        return "undecided", "out of time", taken


def peer(kind: str, question: dict[str, Any]) -> Callable[[], object] | None:
    f = derive.parse(question["f"])
    if kind == "series":
        x, n = sympy.Symbol(question["variable"]), question["n"]
        centre = derive.parse(question["centre"])
        return lambda: sympy.series(f, x, centre, n)
    if kind == "convergence":
        return None
    k = sympy.Symbol(question["index"])
    a, b = derive.parse(question["a"]), derive.parse(question["b"])
    function = sympy.summation if kind == "sums" else sympy.product
    return lambda: function(f, (k, a, b))


def seconds_of(work: Callable[[], object]) -> float | None:
    clear_cache()
    begun = time.process_time()
    try:
        with within(SECONDS):
            work()
    except (Exception, OutOfTime):  # a peer may fail in any way
        return None
    return time.process_time() - begun


def main() -> None:
    beside = "--peer" in sys.argv
    print(f"{'':12} {'asked':>6} {'right':>6} {'wrong':>6} {'refused':>8}  checks")
    for kind in KINDS:
        asked = questions(kind)
        found = [outcome(kind, question) for question in asked]
        count = Counter(answer for answer, _, _ in found)
        checks = ", ".join(f"{n} {v}" for v, n in sorted(Counter(v for _, v, _ in found).items()))
        row = f"{len(asked):6} {count['right']:6} {count['wrong']:6} {count['refused']:8}"
        print(f"{kind:12} {row}  {checks}")
        for question, (answer, verdict, taken) in zip(asked, found, strict=True):
            if answer != "right" or verdict not in ("confirmed", "-"):
                print(f"    {answer}, {verdict}: {question['f']} ({taken:.1f} s)")
        if beside and kind != "convergence":
            _beside(kind, asked)


def _beside(kind: str, asked: list[dict[str, Any]]) -> None:
    ratios = []
    for question in asked:
        work = peer(kind, question)
        ours = seconds_of(lambda question=question: ask(kind, question))
        theirs = seconds_of(work) if work else None
        if ours and theirs:
            ratios.append(ours / theirs)
    ratios.sort()
    print(f"    seconds, ours/SymPy on {len(ratios)}: median {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
