"""Which step sizes make gradient descent converge on a quadratic, which is best, and how fast.

Run it with `python examples/gradient_descent_step_size.py`.
"""

from __future__ import annotations

import numpy as np

from derive import (
    best_momentum,
    best_step,
    convergence_rate,
    gradient_descent,
    largest_step,
    quadratic_descent,
)

A, B, START = [[3, 1], [1, 3]], [1, 5], [4, -1]


def show(title: str, d: object) -> None:
    d.check()  # type: ignore[attr-defined]
    print(f"{title}:\n{d.text()}\n")  # type: ignore[attr-defined]


def error_after(steps: int, eta: float) -> float:
    """The distance from the minimum, really stepping."""
    place = np.array(START, dtype=float)
    for _ in range(steps):
        place = place - eta * (np.array(A) @ place - np.array(B))
    return float(np.linalg.norm(place - np.linalg.solve(A, B)))


def main() -> None:
    show("One letter, k steps", gradient_descent("a*x^2/2 - b*x", "x", start="x0"))
    show("Two letters, along the eigenvectors", quadratic_descent(A, B, START))
    bound, best, rate = largest_step(A), best_step(A), convergence_rate(A)
    show("Every step below this one converges, no other", bound)
    show("The best step", best)
    show("Its rate", rate)
    show("The best step in letters", best_step(["mu", "L"]))
    show("Its rate in letters", convergence_rate(["mu", "L"]))
    show("With momentum", best_momentum([2, 4]))
    print("Distance from the minimum after 200 steps, really stepping:")
    end, middle = float(bound.result), float(best.result)
    for eta in (0.02 * end, middle, 0.99 * end, 1.01 * end):
        print(f"  eta = {eta:.4f}: {error_after(200, eta):.3g}")


if __name__ == "__main__":
    main()
