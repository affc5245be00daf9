"""Principal components of points in the plane: the covariance, and the directions of most variance.

Run it with `python examples/pca_of_points.py`; with `--picture components.png` it draws the points
and their components as well (extra `plot`).
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from derive import principal_components
from lambdify_bridge.extras import extra

COUNT, SEED = 24, 3


def points() -> np.ndarray:
    """Points about a slanted line, with one decimal, so that every step is exact."""
    rng = np.random.default_rng(SEED)
    along, beside = rng.normal(scale=2.0, size=COUNT), rng.normal(scale=0.6, size=COUNT)
    turned = np.stack([0.8 * along - 0.6 * beside, 0.6 * along + 0.8 * beside], axis=1)
    return np.round(turned + np.array([3.0, 1.0]), 1)


def in_numbers(d: Any) -> np.ndarray:
    return np.array(d.result.evalf(20), dtype=float)


def picture(file: str, data: np.ndarray, components: np.ndarray, variances: np.ndarray) -> None:
    figure = extra("matplotlib.figure", "plot", "pictures").Figure(layout="constrained")
    axes = figure.add_subplot(aspect="equal", xlabel="x", ylabel="y")
    axes.plot(*data.T, "o", alpha=0.6, label="points")
    middle = data.mean(axis=0)
    for k, (variance, v) in enumerate(zip(variances, components.T, strict=True), 1):
        ends = np.array([middle - np.sqrt(variance) * v, middle + np.sqrt(variance) * v])
        axes.plot(*ends.T, linewidth=3, label=f"component {k}: variance {variance:.3f}")
    axes.legend()
    figure.savefig(file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", metavar="FILE", help="where to write the picture")
    options = parser.parse_args()
    data = points()
    found = principal_components(data)
    for title, d in (
        ("Covariance", found.covariance),
        ("Largest variance, with a multiplier for the length of the direction", found.largest),
        ("Directions", found.components),
    ):
        d.check()
        print(f"{title}:\n{d.text()}\n")
    components = in_numbers(found.components)
    variances = np.array([float(v) for v in found.components.problem.args[1]])
    theirs = np.linalg.eigvalsh(np.cov(data, rowvar=False))[::-1]
    print(f"variances {variances}, by NumPy {theirs}")
    print("share of each:", *(f"{float(share):.1%}" for share in found.explained))
    if options.picture:
        picture(options.picture, data, components, variances)


if __name__ == "__main__":
    main()
