"""Integrals with their steps; a definite one beside the trapezoidal rule.

Run it with `python examples/integrals.py`.
"""

from __future__ import annotations

import derive
from lambdify_bridge import estimate

INDEFINITE = ["x*exp(x)", "exp(x)*sin(x)", "1/(x**2 - 1)", "2*x*cos(x**2)"]
DEFINITE = [("x**2", 0, 1), ("x*sin(x)", 0, "pi"), ("exp(-x**2)", "-oo", "oo")]


def main() -> None:
    for f in INDEFINITE:
        derivation = derive.integrate(f, "x")
        derivation.check()
        print(derivation.text(), end="\n\n")
    for f, a, b in DEFINITE:
        derivation = derive.integrate(f, ("x", a, b))
        derivation.check()
        print(derivation.text())
        for steps in (10, 100, 1000):
            trapezoid = estimate(derivation.problem, method="trapezoid", steps=steps)
            print(f"trapezoidal rule with {steps:4} steps: {trapezoid.value:.12f}")
        print()


if __name__ == "__main__":
    main()
