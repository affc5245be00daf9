"""Bits of error of published examples of cancellation, as written and as stable forms.

    python benchmarks/accuracy.py

Median and worst over floats drawn by their representation, in double and in single precision.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from lambdify_bridge.accuracy import accuracy
from tests.support.cancellation import EXAMPLES, Example

GOOD = 4.0  # bits
SINGLE = 1e37


def narrowed(example: Example) -> dict[str, tuple[float, float]]:
    """The domain as far as single precision reaches."""
    bounds = example.domain.items()
    return {name: (max(low, -SINGLE), min(high, SINGLE)) for name, (low, high) in bounds}


def main() -> None:
    print(f"{'':44}{'float64: median worst':>24}{'-> median worst':>18}   float32")
    good = {"before": 0, "after": 0}
    for example in EXAMPLES:
        shown = []
        for dtype, domain in ((np.float64, example.domain), (np.float32, narrowed(example))):
            try:
                found = accuracy(example.formula, domain, dtype=dtype, where=example.where)
            except ValueError:
                shown.append(f"{'-':>40}")
                continue
            shown.append(
                f"{found.before.median:9.1f} {found.before.worst:5.1f}"
                f"  -> {found.after.median:9.1f} {found.after.worst:5.1f}"
            )
            if dtype is np.float64:
                good["before"] += found.before.worst < GOOD
                good["after"] += found.after.worst < GOOD
        print(f"{example.name:44}", *shown, flush=True)
    print(f"below {GOOD} bits at the worst point: {good['before']} -> {good['after']}", end="")
    print(f" of {len(EXAMPLES)}")


if __name__ == "__main__":
    main()
