"""Random array formulas: values, gradients, printed forms and checks against numbers.

    python benchmarks/arrays.py [--count 2000] [--seed 0] [--no-check]

Each formula is read, evaluated, differentiated by up to three variables and printed; all of it is
compared with an evaluator that shares nothing with the packages (tests/support/array_values.py).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support.array_trials import Outcome, trial
from tests.support.random_arrays import formula

SHOWN = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-check", action="store_true")
    asked = parser.parse_args()
    begun, outcomes = time.process_time(), {}
    for seed in range(asked.seed, asked.seed + asked.count):
        found = trial(formula(seed), seed, check=not asked.no_check)
        outcomes[seed] = found
        if found.kind.isupper():
            print(f"seed {seed}: {found.kind} {found.detail}\n    {formula(seed)}", flush=True)
    report(outcomes, time.process_time() - begun)


def report(outcomes: dict[int, Outcome], seconds: float) -> None:
    print(f"{len(outcomes)} formulas, {seconds:.0f} s of processor time")
    for kind, many in sorted(Counter(o.kind for o in outcomes.values()).items()):
        print(f"  {kind:10} {many:6}")
    each = outcomes.values()
    print(f"gradients against differences {sum(o.gradients for o in each)}")
    print(f"printed forms read back       {sum(o.read_back for o in each)}")
    print(f"printed forms run by NumPy    {sum(o.by_numpy for o in each)}")
    verdicts = Counter(verdict for o in each for verdict, _ in o.verdicts)
    print("checks: " + ", ".join(f"{v} {n}" for v, n in sorted(verdicts.items())))
    listed("undecided, because", Counter(
        _short(reason) for o in each for v, reason in o.verdicts if v == "undecided"))  # fmt: skip
    listed("refused", Counter(_short(o.detail) for o in each if o.kind == "refused"))


def listed(title: str, counted: Counter[str]) -> None:
    print(f"{title}: {sum(counted.values())}")
    for text, many in counted.most_common(SHOWN):
        print(f"  {many:5}  {text}")


def _short(text: str) -> str:
    return text if len(text) < 110 else f"{text[:50]} ... {text[-55:]}"


if __name__ == "__main__":
    main()
