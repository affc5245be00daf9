"""Limits with their steps; beside each answer, the function close to the point.

Run it with `python examples/limits.py`.
"""

from __future__ import annotations

import derive
from lambdify_bridge import to_numpy

QUESTIONS = [
    ("sin(x)/x", 0, "+-"),
    ("(1 - cos(x))/x**2", 0, "+-"),
    ("1/x", 0, "+"),
    ("1/x", 0, "+-"),
    ("(x**2 - 1)/(x - 1)", 1, "+-"),
]
NEAR = (1e-1, 1e-2, 1e-3)


def main() -> None:
    for f, point, direction in QUESTIONS:
        derivation = derive.limit(f, "x", point, dir=direction)
        derivation.check()
        print(derivation.text())
        values = to_numpy(derive.parse(f))([point + h for h in NEAR])
        beside = ", ".join(f"{v:.9g}" for v in values)
        print(f"The function at {point} + 0.1, 0.01, 0.001: {beside}\n")


if __name__ == "__main__":
    main()
