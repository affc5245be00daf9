"""Gradient descent on a quadratic: the range of steps that converge, and two runs at its end.

Run it with `python examples/step_size_range.py`; with `--picture runs.png` it draws both runs as
well (extra `plot`).
"""

from __future__ import annotations

import argparse

import numpy as np

from derive import best_step, convergence_rate, largest_step, quadratic_descent
from lambdify_bridge.extras import extra

A, B, START = [[3, 1], [1, 3]], [1, 5], [4, -1]
STEPS = 25
SHARES = {"converges": 0.95, "diverges": 1.05}


def run(eta: float) -> np.ndarray:
    """The places, really stepping."""
    places = [np.array(START, dtype=float)]
    for _ in range(STEPS):
        places.append(places[-1] - eta * (np.array(A) @ places[-1] - np.array(B)))
    return np.array(places)


def picture(file: str, runs: dict[str, np.ndarray], minimum: np.ndarray) -> None:
    figure = extra("matplotlib.figure", "plot", "pictures").Figure((10, 5), layout="constrained")
    plane, fall = figure.subplots(1, 2)
    x, y = np.meshgrid(np.linspace(-7, 7, 120), np.linspace(-7, 9, 120))
    place = np.stack([x, y], axis=-1)
    value = np.einsum("...i,ij,...j", place, np.array(A), place) / 2 - place @ np.array(B)
    plane.contour(x, y, value, 25, alpha=0.5)
    plane.set(xlabel="x", ylabel="y", xlim=(-7, 7), ylim=(-7, 9))
    fall.set(xlabel="step", ylabel="distance from the minimum")
    for name, places in runs.items():
        plane.plot(*places.T, "o-", markersize=3, label=name)
        fall.semilogy(np.linalg.norm(places - minimum, axis=1), "o-", markersize=3, label=name)
    fall.legend()
    figure.savefig(file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", metavar="FILE", help="where to write the picture")
    options = parser.parse_args()
    bound, closed = largest_step(A), quadratic_descent(A, B, START)
    for title, d in (
        ("Every positive step below this one converges, no other", bound),
        ("The best step", best_step(A)),
        ("Its rate", convergence_rate(A)),
        ("Where k steps lead", closed),
    ):
        d.check()
        print(f"{title}:\n{d.text()}\n")
    minimum = np.linalg.solve(A, B)
    formula = closed.to_numpy(["eta", "k"])
    runs = {}
    for name, share in SHARES.items():
        eta = share * float(bound.result)
        runs[name] = run(eta)
        first, last = (float(np.linalg.norm(runs[name][k] - minimum)) for k in (0, STEPS))
        apart = float(np.abs(formula(eta, STEPS)[:, 0] - runs[name][STEPS]).max())
        print(f"eta = {eta:.4f} {name}: the distance goes from {first:.3g} to {last:.3g}")
        print(f"  the formula is within {apart:.0e} of the last of {STEPS} steps")
    if options.picture:
        picture(options.picture, runs, minimum)


if __name__ == "__main__":
    main()
