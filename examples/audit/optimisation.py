"""Gradient descent in closed form, and a minimiser with the error that its differences leave."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import minimize
from sympy import (
    Abs,
    Eq,
    Expr,
    Matrix,
    Rational,
    Symbol,
    expand,
    powsimp,
    solve_univariate_inequality,
)

import derive
from audit.claims import Claim, audits, floats
from audit.findings import Figure, Finding
from lambdify_bridge import to_numpy

x = Symbol("x")
rate, start, k = Symbol("r", real=True), Symbol("x_0", real=True), Symbol("k", integer=True)


def linear_root(slope: Expr, bend: Expr) -> Expr:
    """Where a linear slope is zero."""
    return -slope.subs(x, 0) / bend


MARGIN = Rational(1, 20)  # how far beside the ends of the range rates are tried


@audits("gradient-descent")
def gradient_descent(claim: Claim) -> Finding:
    """One step is x - r f'(x); about the fixed point it multiplies the distance by its slope."""
    asked: dict[str, Any] = claim["input"]
    slope, bend = derive.diff(asked["f"], "x"), derive.diff(asked["f"], "x", 2)
    minimiser = linear_root(slope.result, bend.result)
    step = derive.diff(x - rate * slope.result, x)
    factor = expand(step.result)
    iterate = minimiser + factor**k * (start - minimiser)
    one_step = Eq(
        (x - rate * slope.result).subs(x, iterate),
        powsimp(iterate.subs(k, k + 1)),
        evaluate=False,
    )
    rates = solve_univariate_inequality(Abs(factor) < 1, rate, relational=False)
    here = {rate: Rational(str(asked["learning_rate"])), start: asked["start"]}
    closed = iterate.subs({**here, k: asked["iterations"]})
    method = descended(asked, float(asked["learning_rate"]), asked["iterations"])
    figures = (
        Figure("final x", closed, method),
        Figure("minimiser", minimiser, method, predicted=closed - minimiser),
    )
    beside = [edge + d for edge in (rates.inf, rates.sup) for d in (-MARGIN, MARGIN)]
    distance = abs(asked["start"] - minimiser)
    seen = {r: abs(descended(asked, float(r), 200) - minimiser) < distance for r in beside}
    notes = (
        f"x_k = {minimiser} + ({factor.subs(rate, here[rate])})**k ({start} - {minimiser}); "
        f"in general the factor is {factor}",
        f"converges for {rates.as_relational(rate)}; run: "
        + ", ".join(f"r = {float(r):g} {'yes' if yes else 'no'}" for r, yes in seen.items()),
    )
    return Finding(figures, derivations=(slope, bend, step, one_step), notes=notes)


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
    letters = [Symbol(name) for name in "xyz"]
    slopes = [derive.diff(asked["f"], v) for v in letters]
    bends = [derive.diff(slope.result, v) for slope in slopes for v in letters]
    hessian = derive.eigen(Matrix(3, 3, [bend.result for bend in bends]))
    lowest = min(hessian.distinct)
    zero = dict.fromkeys(letters, 0)
    stationary = all(s.result.subs(zero) == 0 for s in slopes)
    f = derive.parse(asked["f"])
    compiled = to_numpy(f, letters)
    found = minimize(lambda v: float(compiled(*v)), floats(asked["start"]))
    bound = (GRADIENT_TOLERANCE + DIFFERENCE * float(lowest) / 2) / float(lowest)
    figures = (
        Figure("distance to 0", 0, np.max(np.abs(found.x)).round(6), bound=bound),
        Figure("minimum", f.subs(zero), round(found.fun, 10), bound=3 * bound**2),
    )
    notes = (
        f"the gradient {'is' if stationary else 'is not'} 0 at the origin, the eigenvalues of the "
        f"Hessian are {hessian.values.result}"
        + (": the only minimum" if stationary and lowest > 0 else ""),
        "bound: the solver stops at slopes of 1e-5, so x is within 1e-5/f''",
    )
    derivations = (*slopes, *bends, hessian.values)
    return Finding(figures, derivations=derivations, notes=notes)
