"""What a fresh process costs: the import, the help, a first derivative.

    python benchmarks/imports.py

Seconds of the processor (user and system) of whole processes, medians of runs that take turns. The
import is what it takes beyond Python itself; Python's start is in the others.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
RUNS = 21
FIRST = "import derive; assert derive.diff('x**2*sin(x)', 'x').result"
# fmt: off
PROCESSES = {
    "Python itself":                ["-c", "pass"],
    "import derive":                ["-c", "import derive"],
    "derive --help":                ["-m", "derive", "--help"],
    "import sympy":                 ["-c", "import sympy"],
    "first derivative":             ["-c", FIRST],
    "first derivative and check":   ["-m", "derive", "diff", "x**2*sin(x)", "x"],
}
LONGEST = {"import derive": 0.020, "derive --help": 0.200, "first derivative": 1.0}
# fmt: on


def processor_seconds(words: list[str]) -> float:
    """Of one process, from its start to its end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    process = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.DEVNULL, cwd=ROOT, env=environment
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, words
    return used.ru_utime + used.ru_stime


def medians(runs: int = RUNS) -> dict[str, float]:
    for words in PROCESSES.values():
        processor_seconds(words)  # the first writes what Python keeps compiled
    taken: dict[str, list[float]] = {name: [] for name in PROCESSES}
    for _ in range(runs):
        for name, words in PROCESSES.items():
            taken[name].append(processor_seconds(words))
    return {name: statistics.median(each) for name, each in taken.items()}


def main() -> None:
    found = medians()
    found["import derive"] -= found["Python itself"]
    print("| | CPU, ms | at most, ms |\n|---|---|---|")
    for name, seconds in found.items():
        bound = f"{1e3 * LONGEST[name]:.0f}" if name in LONGEST else ""
        beyond = " beyond Python" if name == "import derive" else ""
        print(f"| {name}{beyond} | {1e3 * seconds:.0f} | {bound} |")
    late = [name for name, bound in LONGEST.items() if found[name] > bound]
    sys.exit(f"too long: {', '.join(late)}" if late else 0)


if __name__ == "__main__":
    main()
