"""From a formula to a NumPy function: the derivation, its check, the source, and values.

Run it with `python examples/numpy_function.py`.
"""

from __future__ import annotations

import numpy as np

import derive

POINTS = np.linspace(-2, 2, 5)


def main() -> None:
    derivation = derive.diff("x*sigmoid(x)", "x")
    derivation.check()
    print(derivation.text(), end="\n\n")

    slope = derivation.to_numpy()
    print(slope.source)
    print("swish'(x) at", POINTS, "is", slope(POINTS).round(6))

    fine = np.linspace(-2, 2, 4001)
    numerical = np.gradient(fine / (1 + np.exp(-fine)), fine, edge_order=2)
    print(f"largest distance to numpy.gradient: {np.max(np.abs(slope(fine) - numerical)):.1e}")
    print("float32 stays", slope(POINTS.astype(np.float32)).dtype)
    print("far out, where exp overflows:", slope(np.array([-1000.0, 1000.0])))


if __name__ == "__main__":
    main()
