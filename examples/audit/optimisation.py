"""Gradient descent in closed form, and a minimiser with the error that its differences leave."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import minimize
from sympy import (
    Rational,
    Symbol,
)

import derive
from audit.claims import Claim, audits, floats
from audit.findings import Figure, Finding
from lambdify_bridge import to_numpy

MARGIN = Rational(1, 20)  # how far beside the ends of the range rates are tried


@audits("gradient-descent")
def gradient_descent(claim: Claim) -> Finding:
    """The k-th iterate and the range of rates are derived; rates beside its ends are run."""
    asked: dict[str, Any] = claim["input"]
    f, count = asked["f"], asked["iterations"]
    iterate = derive.gradient_descent(f, "x", "x_0", "r", "k")
    bend, lowest = derive.diff(f, "x", 2), derive.argmin(f, "x")
    largest = derive.largest_step([bend.result])
    here = {"r": Rational(str(asked["learning_rate"])), "x_0": asked["start"], "k": count}
    closed = iterate.result.subs({s: here[s.name] for s in iterate.result.free_symbols})
    method = descended(asked, float(asked["learning_rate"]), count)
    figures = (
        Figure("final x", closed, method),
        Figure("minimiser", lowest.result, method, predicted=closed - lowest.result),
    )
    beside = [edge + d for edge in (0, largest.result) for d in (-MARGIN, MARGIN)]
    distance = abs(asked["start"] - lowest.result)
    seen = {r: abs(descended(asked, float(r), 200) - lowest.result) < distance for r in beside}
    notes = (
        f"x_k = {iterate.result}",
        f"converges for 0 < r < {largest.result}; run: "
        + ", ".join(f"r = {float(r):g} {'yes' if yes else 'no'}" for r, yes in seen.items()),
    )
    return Finding(figures, derivations=(iterate, bend, lowest, largest), notes=notes)


def descended(asked: dict[str, Any], learning_rate: float, iterations: int) -> float:
    """The published loop."""
    slope, position = derive.diff(asked["f"], "x").to_numpy(), float(asked["start"])
    for _ in range(iterations):
        position = position - learning_rate * float(slope(position))
    return position


GRADIENT_TOLERANCE = 1e-5  # scipy.optimize.minimize stops where no slope is larger
DIFFERENCE = 2.0**-26  # and takes its slopes from differences of this step


@audits("minimise")
def minimise(claim: Claim) -> Finding:
    """A forward difference is off by h f''/2; a slope of at most g puts x within g/f''."""
    asked = claim["input"]
    letters = ["x", "y", "z"]
    points, bends = derive.critical_points(asked["f"], letters), derive.hessian(asked["f"], letters)
    curvatures = derive.eigen(bends.result)
    lowest = min(curvatures.distinct)
    f = derive.parse(asked["f"])
    compiled = to_numpy(f, letters)
    found = minimize(lambda v: float(compiled(*v)), floats(asked["start"]))
    bound = (GRADIENT_TOLERANCE + DIFFERENCE * float(lowest) / 2) / float(lowest)
    (least,) = points.result
    away = np.max(np.abs(found.x - floats(least.args))).round(6)
    value = f.subs(dict(zip(map(Symbol, letters), least.args, strict=True)))
    figures = (
        Figure("distance to 0", 0, away, bound=bound),
        Figure("minimum", value, round(found.fun, 10), bound=3 * bound**2),
    )
    notes = (
        f"the gradient is 0 at {least} alone, the eigenvalues of the Hessian are "
        f"{curvatures.values.result}",
        "bound: the solver stops at slopes of 1e-5, so x is within 1e-5/f''",
    )
    return Finding(figures, derivations=(points, bends, curvatures.values), notes=notes)
