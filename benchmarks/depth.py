"""Derivations of deep networks: how they grow with depth, beside SymPy and tensorgrad.

    python benchmarks/depth.py                  beside the peers, depths 2, 4, 8, 16
    python benchmarks/depth.py --alone          ours only, depths 2, 16, 64, 256

What is compared: the gradients of a mean or sum of squares by all weights and biases, derived in
letters. Each cell is the size of the result and the CPU seconds that building the network and
deriving it took; each peer derives in a process of its own, which is stopped after `--limit`
CPU seconds (`-`), and greater depths are left out then.

    derive       `derive.backprop`, arrays of any size; nodes of all equations, forward and back
    SymPy        `.diff` of scalar entries, one example of width 2; objects of all derivatives
    tensorgrad   `loss.grad(W).full_simplify()`, arrays of any size; objects of all gradients
    unexpanded   the same with `full_simplify(expand=False)`
    compiled     its compiler, `compile_to_callable(loss, *gradients)`: tensor operations of the
                 program, which are no formulas, and fewer than the nodes of their expressions

tensorgrad is on PyPI and no part of this project: `--python` names a Python that has it.

With `--alone`: nodes and lines (rows of the LaTeX) of each network in tests/networks/depth.py, and
how many a layer more brings.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from signal import SIGKILL, SIGXCPU
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from derive.arrays.nodes import variables
from derive.networks.backward import backward
from tests.networks.depth import NETWORKS, derived, size_of

PEERS = Path(__file__).parent / "depth_peers.py"
SYMPY, TENSORGRAD = ("SymPy",), ("tensorgrad", "unexpanded", "compiled")
COMPARED = ("MLP", "residual net", "RNN")  # those that the peers' elements can express
DEPTHS = (2, 4, 8, 16)
ALONE = (2, 16, 64, 256)


class Found(NamedTuple):
    size: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.size} in {self.seconds:.2f} s"


def ours(network: str, depth: int) -> Found:
    """By the weights and biases, as the peers."""
    began = time.process_time()
    loss = NETWORKS[network](depth).named("L")
    found = backward(loss, [v for v in variables(loss) if v.name[0] in "WUb"])
    seconds = time.process_time() - began
    return Found(size_of(found).nodes, seconds)


def theirs(python: str, system: str, network: str, depth: int, limit: int) -> Found | None:
    """None: not within the limit. Raises RuntimeError: the peer failed."""
    command = [python, str(PEERS), system, network, str(depth), str(limit)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10 * limit)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode in (-SIGKILL, -SIGXCPU):
        return None
    if done.returncode:
        raise RuntimeError(f"{system} failed on {network}, depth {depth}: {done.stderr[-500:]}")
    return Found(**json.loads(done.stdout.splitlines()[-1]))


def has_tensorgrad(python: str) -> bool:
    return not subprocess.run([python, "-c", "import tensorgrad"], capture_output=True).returncode


def compare(python: str, limit: int, depths: list[int]) -> None:
    pythons = dict.fromkeys(SYMPY, sys.executable)
    if has_tensorgrad(python):
        pythons |= dict.fromkeys(TENSORGRAD, python)
    else:
        print(f"tensorgrad is left out: {python} has it not; name another Python with --python")
    row = "{:14} {:>5}" + " {:>19}" * (1 + len(pythons))
    print(row.format("network", "depth", "derive", *pythons))
    ours(COMPARED[0], 1)  # what loads on first use
    for network in COMPARED:
        slow: set[str] = set()
        for depth in depths:
            cells = [str(ours(network, depth))]
            for system, at in pythons.items():
                found = None if system in slow else theirs(at, system, network, depth, limit)
                slow |= set() if found else {system}
                cells.append(str(found or "-"))
            print(row.format(network, depth, *cells), flush=True)


def alone(depths: list[int]) -> None:
    print(f"{'network':14} {'depth':>6} {'nodes':>8} {'lines':>7} {'nodes/layer':>12} "
          f"{'lines/layer':>12} {'seconds':>8}")  # fmt: skip
    for name in NETWORKS:
        before = None
        for depth in depths:
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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--alone", action="store_true", help="ours only, to great depths")
    parser.add_argument("--depths", type=int, nargs="+", help="in increasing order")
    parser.add_argument("--limit", type=int, default=60, help="CPU seconds of a peer for one cell")
    parser.add_argument("--python", default=sys.executable, help="a Python that has tensorgrad")
    asked = parser.parse_args()
    if asked.alone:
        alone(asked.depths or list(ALONE))
    else:
        compare(asked.python, asked.limit, asked.depths or list(DEPTHS))


if __name__ == "__main__":
    main()
