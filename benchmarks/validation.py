"""How well mistakes in people's functions are found, and how often right functions are suspected.

    python benchmarks/validation.py [part of a name ...]

Correct functions, up to 20 mistakes in each. Printed: mistakes refuted, and the right cause first,
by cause; false alarms in float64 and float32; and what was missed. Then the same of mistakes that
were written without looking at the causes: those that causes were added for, and those that not.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support.functions_to_validate import Case
from tests.support.mistakes_of_people import OTHER_WORDS, SEEN, UNSEEN
from tests.support.seeded_mistakes import CASES, Mistake, is_right, judged, mistakes, own_mistakes


def main() -> None:
    of = "mistakes written without a look at the causes"
    measured("seeded mistakes", CASES, mistakes, by_cause=True)
    measured(f"{of}, some of which causes were added for", SEEN, own_mistakes)
    measured(f"{of}, which nothing was changed for", UNSEEN, own_mistakes)


def measured(
    what: str,
    cases: Sequence[Case],
    of: Callable[[Case], Iterable[Mistake]],
    by_cause: bool = False,
) -> None:
    chosen = [c for c in cases if not sys.argv[1:] or any(word in c.name for word in sys.argv[1:])]
    seeded: Counter[str] = Counter()
    refuted: Counter[str] = Counter()
    right: Counter[str] = Counter()
    other: Counter[str] = Counter()
    alarms: Counter[str] = Counter()
    began = time.perf_counter()
    for case in chosen:
        against = case.against()
        for dtype in ("float64", "float32"):
            report = judged(case, against, case.function, dtype=dtype)
            if report.verdict != "confirmed":
                alarms[dtype] += report.verdict == "refuted"
                print(f"FALSE ALARM  {case.name}, {dtype}\n{report}\n")
        for mistake in of(case):
            report = judged(case, against, mistake.function)
            named = report.cause.name if report.cause else ""
            seeded[mistake.cause] += 1
            refuted[mistake.cause] += report.verdict == "refuted"
            right[mistake.cause] += is_right(report, mistake.cause)
            other[mistake.cause] += named in OTHER_WORDS.get(mistake.cause, ())
            if report.verdict != "refuted" or not is_right(report, mistake.cause):
                print(f"{report.verdict:9}  {case.name}: {mistake.cause} taken for {named or None}")
                print(f"           {mistake.how}")
    if by_cause:
        print(f"\n{'cause':45} {'seeded':>6} {'refuted':>7} {'named':>6}")
        for cause in sorted(seeded):
            print(f"{cause:45} {seeded[cause]:6} {refuted[cause]:7} {right[cause]:6}")
    total = max(sum(seeded.values()), 1)
    print(
        f"\n{what}\n{len(chosen)} functions, {total} mistakes, {time.perf_counter() - began:.0f} s"
    )
    print(f"refuted {sum(refuted.values()) / total:.1%}")
    print(f"right cause first {sum(right.values()) / total:.1%}")
    if sum(other.values()):
        print(f"the same in other words {sum(other.values()) / total:.1%}")
    for dtype in ("float64", "float32"):
        print(f"false alarms in {dtype}: {alarms[dtype]} of {len(chosen)}")
    print()


if __name__ == "__main__":
    main()
