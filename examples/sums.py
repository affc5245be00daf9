"""Sums, convergence and series with their steps; beside each sum, its terms added up.

Run it with `python examples/sums.py`.
"""

from __future__ import annotations

import derive
from lambdify_bridge import estimate

SUMS = [
    ("k**2", 1, 10),
    ("1/(k*(k+2))", 1, "oo"),
    ("1/k**2", 1, "oo"),
]
SERIES = ["1/(n*log(n))", "(-1)**n/sqrt(n)", "n!/n**n"]


def main() -> None:
    for f, first, last in SUMS:
        derivation = derive.summation(f, ("k", first, last))
        derivation.check()
        print(derivation.text())
        print(f"The terms added up: {float(estimate(derivation.problem)):.12g}\n")
    for f in SERIES:
        derivation = derive.convergence(f, "n")
        derivation.check()
        print(derivation.text() + "\n")
    print(derive.series("exp(x)*sin(x)", "x").text())


if __name__ == "__main__":
    main()
