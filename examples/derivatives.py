"""Derivatives with their steps, and what the check of each found.

Run it with `python examples/derivatives.py`.
"""

from __future__ import annotations

import derive

QUESTIONS = {
    "a product": lambda: derive.diff("x**2*sin(x)", "x"),
    "a chain": lambda: derive.diff("log(1 + exp(-3*x))", "x"),
    "x in base and exponent": lambda: derive.diff("x**x", "x"),
    "second derivative": lambda: derive.diff("exp(-x**2)", "x", 2),
    "from the definition": lambda: derive.diff("x**2", "x", method="definition"),
    "along a circle": lambda: derive.implicit_diff("x**2 + y**2 = 1", "y", "x"),
    "along a cycloid": lambda: derive.parametric_diff("1 - cos(t)", "t - sin(t)", "t"),
}


def main() -> None:
    for title, question in QUESTIONS.items():
        derivation = question()
        derivation.check()
        print(f"--- {title}")
        print(derivation.text())
        print()


if __name__ == "__main__":
    main()
