"""Determinant, inverse and eigenvectors, step by step, with residuals.

Run it with `python examples/linear_algebra.py`.
"""

from __future__ import annotations

import derive
from lambdify_bridge import residual_of

MATRIX = [[2, 1, 0], [1, 2, 1], [0, 1, 2]]
LETTERS = [["a", "b"], ["c", "d"]]


def main() -> None:
    for derivation in (
        derive.determinant(MATRIX),
        derive.determinant(LETTERS),
        derive.inverse([[-1, 2], [-3, 4]]),
        derive.inverse(LETTERS),
    ):
        derivation.check()
        print(derivation.text(), end="\n\n")

    found = derive.eigen(MATRIX)
    for derivation in (found.values, *found.vectors, found.trace, found.determinant):
        derivation.check()
        print(*derivation.text().splitlines()[-2:], sep="\n")
    for value, space in zip(found.distinct, found.vectors, strict=True):
        vector = [float(entry) for entry in space.result]
        print(f"|Av - ({value})v| / |v| = {residual_of(MATRIX, float(value), vector):.1e}")


if __name__ == "__main__":
    main()
