"""Student's t test of his sleep data, derived step by step and held against code written by hand.

Hours of sleep gained by ten patients on two drugs (Student, The probable error of a mean,
Biometrika 1908, from Cushny and Peebles 1905). Run it with `python examples/t_test_by_hand.py`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

import derive

FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def by_hand(x: list[float], y: list[float]) -> float:
    """The t statistic of the differences, as one writes it."""
    d = np.subtract(x, y)
    return float(d.mean() / (d.std(ddof=1) / np.sqrt(len(d))))


def over_n(x: list[float], y: list[float]) -> float:
    """The same with NumPy's default, which divides by n: the most common slip."""
    d = np.subtract(x, y)
    return float(d.mean() / (d.std() / np.sqrt(len(d))))


def as_two_samples(x: list[float], y: list[float]) -> float:
    """The pairs taken for two samples that have nothing to do with each other."""
    spread = np.sqrt((np.var(x, ddof=1) + np.var(y, ddof=1)) / len(x))
    return float((np.mean(x) - np.mean(y)) / spread)


def two_sided(t: float, degrees: int) -> float:
    return 2 * float(special.stdtr(degrees, -abs(t)))


def compared(name: str, code: Callable[[list[float], list[float]], float], t: float) -> str:
    found = code(FIRST, SECOND)
    right = "agrees" if abs(found - t) < 1e-12 * abs(t) else f"off by {found / t - 1:+.1%}"
    return f"{name}: t = {found:.6f}, {right}"


def main() -> None:
    test = derive.t_test(FIRST, SECOND, paired=True)
    for derivation in test:
        derivation.check()
        print(derivation.text(), end="\n\n")
    t, p = (float(derivation.to_numpy([])()) for derivation in test)
    print(f"derived: t = {t:.6f}, p = {p:.8f}")
    for code in (by_hand, over_n, as_two_samples):
        print(compared(code.__name__, code, t))
    print(f"p by SciPy's distribution function: {two_sided(t, len(FIRST) - 1):.8f}")


if __name__ == "__main__":
    main()
