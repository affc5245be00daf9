"""How derivations of networks grow with depth: nodes and lines of a layer, seconds.

    python benchmarks/depth.py

Nodes are those of all equations, forward and back; lines are the rows of the LaTeX.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.networks.depth import NETWORKS, derived, size_of

DEPTHS = (2, 16, 64, 256)


def main() -> None:
    print(f"{'network':14} {'depth':>6} {'nodes':>8} {'lines':>7} {'nodes/layer':>12} "
          f"{'lines/layer':>12} {'seconds':>8}")  # fmt: skip
    for name in NETWORKS:
        before = None
        for depth in DEPTHS:
            began = time.process_time()
            found = derived(name, depth)
            seconds = time.process_time() - began
            size = size_of(found)
            cells = f"{'':12} {'':12}"
            if before:
                last, known = before
                layers = depth - last
                cells = (f"{(size.nodes - known.nodes) / layers:12.1f} "
                         f"{(size.lines - known.lines) / layers:12.1f}")  # fmt: skip
            print(f"{name:14} {depth:6} {size.nodes:8} {size.lines:7} {cells} {seconds:8.2f}")
            before = depth, size


if __name__ == "__main__":
    main()
