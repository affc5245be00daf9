"""Runge-Kutta methods: how far a step may go for y' = lambda*y, along both axes and in the plane.

Run it with `python examples/stability_regions.py`; with `--picture regions.png` it draws the edges
of the regions as well (extra `plot`).
"""

from __future__ import annotations

import argparse

import numpy as np

from derive import stability_region
from derive.numerical_computing.stability_regions import StabilityRegion
from lambdify_bridge.extras import extra

METHODS = ["euler", "heun", "kutta", "rk4"]


def picture(file: str, regions: dict[str, StabilityRegion]) -> None:
    figure = extra("matplotlib.figure", "plot", "pictures").Figure((6, 6), layout="constrained")
    plane = figure.subplots()
    x, y = np.meshgrid(np.linspace(-4, 2, 240), np.linspace(-3.5, 3.5, 280))
    for place, (name, region) in enumerate(regions.items()):
        size = region.size.to_numpy(["x", "y"])(x, y)
        plane.contour(x, y, size, [1.0], colors=f"C{place}")
        plane.plot([], [], f"C{place}", label=name)
    plane.axhline(0, color="gray", linewidth=0.5)
    plane.axvline(0, color="gray", linewidth=0.5)
    plane.set(xlabel="Re z", ylabel="Im z", aspect="equal")
    plane.legend()
    figure.savefig(file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", metavar="FILE", help="where to write the picture")
    options = parser.parse_args()
    regions = {name: stability_region(name) for name in METHODS}
    for name, region in regions.items():
        for d in region:
            d.check()
        real, up = (float(d.result) for d in (region.real, region.imaginary))
        print(f"{name}: from {-real:.4f} to 0, and {up:.4f} up the imaginary axis")
        print(f"  {region.size.report}")
    print(regions["rk4"].size.text())
    if options.picture:
        picture(options.picture, regions)


if __name__ == "__main__":
    main()
