"""What a call, an import and a large array cost beside the arithmetic itself.

    python benchmarks/overheads.py

One point of Python's floats beside hand-written `math` code and beside lambdify; the memory that a
large array takes beyond its result; a fresh process beside SymPy's own.
"""

from __future__ import annotations

import math
import resource
import statistics
import subprocess
import sys
import time
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import sympy as sp
from sympy.abc import x, y

sys.path.insert(0, str(Path(__file__).parent.parent))

from lambdify_bridge import to_numpy

exp, sin, log, sqrt, tanh, log1p = math.exp, math.sin, math.log, math.sqrt, math.tanh, math.log1p


def gaussian_slope(x: float) -> float:
    return -0.3989422804014327 * (x * exp(-0.5 * (x * x)))


def polynomial(x: float) -> float:
    return (((3.0 * (x * x) - 2.0) * x + 1.0) * x - 1.0) * x + 5.0


def wave(x: float, y: float) -> float:
    return exp(-x * y) * sin(x) + x / (1.0 + y * y)


def planck(x: float) -> float:
    return x * x * x / math.expm1(x)


def neuron(x: float, y: float) -> float:
    return tanh(0.3 * x - 0.7 * y + 0.1) * log1p(exp(x)) + sqrt(1.0 + x * x) * log(2.0 + y * y)


POINT = {x: 0.7, y: 1.3}
# fmt: off
FORMULAS: list[tuple[str, Any, Callable[..., float]]] = [
    ("Gaussian'",    sp.diff(sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi), x), gaussian_slope),
    ("polynomial",   3*x**5 - 2*x**3 + x**2 - x + 5,                       polynomial),
    ("wave",         sp.exp(-x*y)*sp.sin(x) + x/(1 + y**2),                wave),
    ("Planck's law", x**3/(sp.exp(x) - 1),                                 planck),
    ("neuron",       sp.tanh(0.3*x - 0.7*y + 0.1)*sp.log(1 + sp.exp(x))
                     + sp.sqrt(1 + x**2)*sp.log(2 + y**2),                 neuron),
]
# fmt: on


def nanoseconds(
    functions: dict[str, Callable[..., Any]], values: tuple[float, ...]
) -> dict[str, float]:
    """Of one call: the least of many short interleaved runs, as all that disturbs takes longer."""
    call = f"f({', '.join(map(repr, values))})"
    found = dict.fromkeys(functions, math.inf)
    for _ in range(150):
        for name, f in functions.items():
            seconds = timeit.timeit(call, globals={"f": f}, number=2000) / 2000
            found[name] = min(found[name], seconds)
    return {name: 1e9 * each for name, each in found.items()}


def one_point() -> None:
    print(
        "| one point, ns | to_numpy | by hand | lambdify | to_numpy/by hand | to_numpy/lambdify |"
    )
    print("|---|---|---|---|---|---|")
    for name, formula, by_hand in FORMULAS:
        letters = sorted(formula.free_symbols, key=str)
        values = tuple([POINT[letter] for letter in letters])
        ours, theirs = to_numpy(formula, letters), sp.lambdify(letters, formula)
        assert math.isclose(ours(*values), by_hand(*values), rel_tol=1e-12), name
        t = nanoseconds({"ours": ours, "hand": by_hand, "lambdify": theirs}, values)
        ratios = t["ours"] / t["hand"], t["ours"] / t["lambdify"]
        print(f"| {name} | {t['ours']:.0f} | {t['hand']:.0f} | {t['lambdify']:.0f} "
              f"| {ratios[0]:.2f} | {ratios[1]:.2f} |")  # fmt: skip


def memory() -> None:
    """The peak of a process grows by the result, and by the buffers of the blocks."""
    f = to_numpy(sp.exp(-x * y) * sp.sin(x) + x / (1 + y**2) + sp.tanh(x - y), backend="numpy")
    n = 10_000_000
    a, b = np.ones(n), np.ones(n)
    f(a[:100_000], b[:100_000])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = f(a, b)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    beyond = grown / 1024 - result.nbytes / 2**20
    print(f"\n{n} points: {beyond:.1f} MiB beyond the result of {result.nbytes / 2**20:.0f} MiB")


OURS = (
    "from sympy.abc import x; import sympy as sp; from lambdify_bridge import to_numpy;"
    "assert to_numpy(sp.sin(x)*x)(1.0)"
)
THEIRS = "from sympy.abc import x; import sympy as sp; assert sp.lambdify(x, sp.sin(x)*x)(1.0)"


def fresh_process() -> None:
    times: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(9):
        for name, code in (("ours", OURS), ("theirs", THEIRS)):
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            times[name].append(time.perf_counter() - begun)
    ours, theirs = (statistics.median(each) for each in times.values())
    print(f"\nfresh process, import and first small function: {ours:.3f} s; SymPy's import and "
          f"lambdify: {theirs:.3f} s; ratio {ours / theirs:.2f}")  # fmt: skip


if __name__ == "__main__":
    one_point()
    memory()
    fresh_process()
