"""How well mistakes in people's functions are found, and how often right functions are suspected.

    python benchmarks/validation.py [part of a name ...]

Correct functions, up to 20 mistakes in each. Printed: mistakes refuted, and the right cause first,
by cause; false alarms in float64 and float32; and what was missed.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support.seeded_mistakes import CASES, is_right, judged, mistakes


def main() -> None:
    chosen = [c for c in CASES if not sys.argv[1:] or any(word in c.name for word in sys.argv[1:])]
    seeded: Counter[str] = Counter()
    refuted: Counter[str] = Counter()
    right: Counter[str] = Counter()
    alarms: Counter[str] = Counter()
    began = time.perf_counter()
    for case in chosen:
        against = case.against()
        for dtype in ("float64", "float32"):
            report = judged(case, against, case.function, dtype=dtype)
            if report.verdict != "confirmed":
                alarms[dtype] += report.verdict == "refuted"
                print(f"FALSE ALARM  {case.name}, {dtype}\n{report}\n")
        for mistake in mistakes(case):
            seeded[mistake.cause] += 1
            report = judged(case, against, mistake.function)
            refuted[mistake.cause] += report.verdict == "refuted"
            right[mistake.cause] += is_right(report, mistake.cause)
            if report.verdict != "refuted" or not is_right(report, mistake.cause):
                named = report.cause.name if report.cause else None
                print(f"{report.verdict:9}  {case.name}: {mistake.cause} taken for {named}")
                print(f"           {mistake.how}")
    print(f"\n{'cause':45} {'seeded':>6} {'refuted':>7} {'named':>6}")
    for cause in sorted(seeded):
        print(f"{cause:45} {seeded[cause]:6} {refuted[cause]:7} {right[cause]:6}")
    total = sum(seeded.values())
    print(f"\n{len(chosen)} functions, {total} mistakes, {time.perf_counter() - began:.0f} s")
    print(f"refuted {sum(refuted.values()) / total:.1%}")
    print(f"right cause first {sum(right.values()) / total:.1%}")
    for dtype in ("float64", "float32"):
        print(f"false alarms in {dtype}: {alarms[dtype]} of {len(chosen)}")


if __name__ == "__main__":
    main()
