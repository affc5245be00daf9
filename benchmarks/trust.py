"""How far the check can be trusted: wrong closed forms that pass, right ones that do not, its time.

    python benchmarks/trust.py

The claims are those of tests/support/claims.py: right ones from textbooks and the literature, and
wrong ones made of them with one fault each; after them those of tests/support/published_wrong.py
and tests/support/nearly_right.py, by the name of each that is wrong and passes. Limits of towers of
exponentials (Gruntz's table) are counted apart: no sequence of numbers that can be written down
shows some of them.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from derive.deadline import OutOfTime, within
from lambdify_bridge import check
from tests.support.claims import Claim, right, wrong
from tests.support.nearly_right import NEARLY_RIGHT
from tests.support.published_wrong import PUBLISHED

SECONDS = 30.0


def verdict(claim: Claim) -> tuple[str, float]:
    begun = time.process_time()
    try:
        with within(SECONDS):
            found = check(claim).verdict
    except OutOfTime:
        found = "undecided"
    return found, time.process_time() - begun


def table(title: str, claims: Iterable[Claim]) -> None:
    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    times: dict[str, list[float]] = defaultdict(list)
    for claim in claims:
        found, seconds = verdict(claim)
        verdicts[claim.group][found] += 1
        times[claim.group].append(seconds)
    print(f"| {title} | confirmed | undecided | refuted | median, ms | longest, s |")
    print("|---|---|---|---|---|---|")
    for group, count in verdicts.items():
        columns = (str(count[kind]) for kind in ("confirmed", "undecided", "refuted"))
        median, longest = 1000 * statistics.median(times[group]), max(times[group])
        print(f"| {group} | {' | '.join(columns)} | {median:.0f} | {longest:.1f} |")
    everything = sum(verdicts.values(), Counter[str]())
    columns = (str(everything[kind]) for kind in ("confirmed", "undecided", "refuted"))
    print(f"| all {everything.total()} | {' | '.join(columns)} | | |\n")


def published() -> None:
    found: Counter[tuple[bool, str]] = Counter()
    passed = []
    for row in (*PUBLISHED, *NEARLY_RIGHT):
        for is_right, claim in row.claims():
            kind = check(claim).verdict
            found[is_right, kind] += 1
            if not is_right and kind not in ("refuted", "undecided"):
                passed.append(row.thread)
    for name, is_right in (("right", True), ("wrong", False)):
        counts = (f"{found[is_right, k]} {k}" for k in ("confirmed", "undecided", "refuted"))
        print(f"published or nearly right, {name}: {', '.join(counts)}")
    print(f"wrong and confirmed: {', '.join(passed)}")


if __name__ == "__main__":
    table("right", right())
    table("wrong", wrong())
    published()
