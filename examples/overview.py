"""One derivation in one picture: its steps, the function and its tangent, and the check converging.

Run it with `python examples/overview.py`; with `--picture overview.svg` it draws the picture of the
README (extra `plot`).
"""

from __future__ import annotations

import argparse
from typing import Any

import derive
from derive.render.formula import formula
from lambdify_bridge.extras import extra

QUESTION = "x**2*sin(x)", "x"


def lines(d: Any) -> list[tuple[str, str]]:
    """Each step as an equation, and its rule; the result last."""
    steps = [(f"{formula(s.goal)} = {formula(s.equals)}", s.rule) for s in d.steps]
    return [*steps, (f"{formula(d.problem)} = {formula(d.result)}", d.verdict)]


def picture(file: str, d: Any) -> None:
    matplotlib = extra("matplotlib", "plot", "pictures")
    figure = extra("matplotlib.figure", "plot", "pictures").Figure((9.5, 5.2), layout="constrained")
    parts = figure.subfigures(2, 1, height_ratios=(4, 5))
    words = parts[0].add_subplot()
    words.set_axis_off()
    for k, (equation, why) in enumerate(lines(d)):
        height, last = 0.92 - 0.27 * k, k == len(d.steps)
        number = "" if last else f"{k + 1}."
        words.text(0.0, height, number, va="center", transform=words.transAxes)
        words.text(0.03, height, f"${equation}$", size=13, va="center", transform=words.transAxes)
        words.text(0.76, height, why, va="center", transform=words.transAxes,
                   weight="bold" if last else "normal")  # fmt: skip
    left, right = parts[1].subplots(1, 2)
    d.plot("tangent", left, at=2)
    left.set_title("The result is a function")
    d.plot("convergence", right)
    right.set_title("Its check: a central difference converges")
    # Salt and no date: the same picture is the same file.
    with matplotlib.rc_context({"svg.hashsalt": "overview"}):
        figure.savefig(file, metadata={"Date": None} if file.endswith(".svg") else None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", metavar="FILE", help="where to write the picture")
    options = parser.parse_args()
    d = derive.diff(*QUESTION)
    d.check()
    print(d)
    if options.picture:
        picture(options.picture, d)


if __name__ == "__main__":
    main()
