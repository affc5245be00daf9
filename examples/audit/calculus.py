"""Limits, derivatives and integrals: what the numerical methods of the tutorial are off by."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import Expr, Rational, Symbol

import derive
from audit.claims import Claim, audits, floats
from audit.findings import Figure, Finding, Trial, attempt, numbers, shown
from derive.core import Derivation
from lambdify_bridge import to_numpy

x = Symbol("x")
Function = Callable[[np.ndarray], np.ndarray]


def function_of(f: Expr | str | Derivation) -> Function:
    return to_numpy(derive.parse(f) if isinstance(f, str) else f, [x])


# ------------------------------------------------------------------ limits


START, POINTS = 0.001, 1000
OTHER_FUNCTIONS = ("(1 - cos(x))/x**2", "(exp(x) - 1)/x", "cos(x)", "x + 2", "-exp(-x)")


@audits("limit")
def limit(claim: Claim) -> Finding:
    """f(h) - L is L''(0) h**2/2 at leading order, for f even and smooth once L is put in."""
    asked, digits = claim["input"], int(re.findall(r"to (\d+) digits", claim["quantity"])[0])
    found = derive.limit(asked["f"], asked["x"], asked["x0"])
    second = derive.diff(asked["f"], asked["x"], 2)
    bend = derive.limit(second.result, asked["x"], asked["x0"])
    figure = Figure(
        "limit",
        found.result,
        largest(asked["f"]),
        claim["printed"],
        predicted=bend.result * Rational(START) ** 2 / 2,
        rounded_to=digits,
    )
    others = [(f, derive.limit(f, "x", 0)) for f in OTHER_FUNCTIONS]
    trials = tuple(
        Trial(f"f = {f}", other.result, attempt(largest, f), tolerance=0.01) for f, other in others
    )
    wrong = tuple(trial for trial in trials if trial.wrong)[:1]
    derivations = (found, second, bend, *(other for _, other in others))
    error = float(figure.predicted)
    notes = (
        f"for this f the figure is right to {digits} digits: off by {error:.3g}, predicted "
        f"f''(0) h**2/2 with f''(0) = {bend.result}, h = {START}",
        f"the largest |f| is off by over 1 % on {sum(t.wrong for t in trials)} of {len(trials)} "
        "other functions",
    )
    return Finding((figure,), wrong, derivations=derivations, notes=notes)


def largest(f: str) -> float:
    """The published computation: the largest |f| on a grid beside 0."""
    grid = np.linspace(START, 1, POINTS)
    return float(np.max(np.abs(function_of(f)(grid))))


# ------------------------------------------------------------------ derivatives


@audits("numerical-gradient")
def numerical_gradient(claim: Claim) -> Finding:
    """Inside, h**2 f'''/6; at the edges the one-sided quotient is off by h f''/2."""
    f, points = claim["input"]["f"], claim["input"]["x"]
    slopes = [derive.diff(f, "x")]
    slopes += [derive.diff(slopes[0].result, x)]
    slopes += [derive.diff(slopes[1].result, x)]
    truth, bend, third = (np.broadcast_to(function_of(d)(points), len(points)) for d in slopes)
    h = points[1] - points[0]
    predicted = h**2 * third / 6
    predicted[0], predicted[-1] = h * bend[0] / 2, -h * bend[-1] / 2
    method = np.gradient(claim["input"]["y"], points)
    figure = Figure("dy/dx", truth, method, claim["printed"], predicted)
    off = [f"x = {p} by {e:+g}" for p, e in zip(points, method - truth, strict=True) if e]
    note = f"derived dy/dx = {slopes[0].result}; numpy.gradient is off at {', '.join(off)}"
    why = "one-sided at the edges: predicted h f''/2"
    return Finding((figure,), derivations=tuple(slopes), notes=(f"{note} ({why})",))


FINE = 1e-3


def refined(point: float, derived: Function, method: Function) -> tuple[Trial, ...]:
    """The method on fine points, where an estimate of a derivative has to be near the truth."""
    h = FINE
    last = np.array([point - h, point, point + h])
    trial = Trial(f"x = {shown(last)}", derived(last), attempt(method, last), tolerance=10 * h)
    return (trial,) if trial.wrong else ()


@audits("product-rule")
def product_rule(claim: Claim) -> Finding:
    asked, points = claim["input"], np.array(floats(claim["input"]["x"]), dtype=float)
    found = derive.diff(f"({asked['u']})*({asked['v']})", "x")
    u, v, derived = function_of(asked["u"]), function_of(asked["v"]), function_of(found)

    def published(at: np.ndarray) -> np.ndarray:
        return np.gradient(u(at)) * v(at) + u(at) * np.gradient(v(at))

    figure = Figure("(uv)'", derived(points), published(points), claim["printed"])
    trials = refined(float(points.mean()), derived, published)
    notes = (
        f"derived (uv)' = {found.result}",
        "without its spacing numpy.gradient gives differences h f', which go to 0 with h",
    )
    return Finding((figure,), trials, derivations=(found,), notes=notes)


@audits("chain-rule")
def chain_rule(claim: Claim) -> Finding:
    asked, points = claim["input"], np.array(floats(claim["input"]["x"]), dtype=float)
    outer, inner = derive.parse(asked["f"]), derive.parse(asked["g"])
    composed = outer.xreplace({x: inner})
    found, inside = derive.diff(composed, "x"), derive.diff(inner, "x")
    g, whole, derived = function_of(inner), function_of(composed), function_of(found)

    def published(at: np.ndarray) -> np.ndarray:
        return np.gradient(g(at)) * np.gradient(whole(at))

    figure = Figure("(f(g))'", derived(points), published(points), claim["printed"])
    trials = refined(float(points.mean()), derived, published)
    at, h = float(points.mean()), 1e-5
    fine = np.array([at - h, at, at + h])
    ratio = (np.gradient(g(fine), fine) * np.gradient(whole(fine), fine) / derived(fine))[1]
    surplus = function_of(inside)(np.array(at))
    notes = (
        f"derived (f(g))' = {found.result}",
        f"gradient(f(g)) is (f(g))' already: even with the spacing the method is {ratio:.4g} times "
        f"the truth at x = {at:g}, where g' = {inside.result} is {surplus:.4g}",
    )
    return Finding((figure,), trials, derivations=(found, inside), notes=notes)


# ------------------------------------------------------------------ integrals


@audits("area")
def area(claim: Claim) -> Finding:
    return by_trapezoids(claim)


@audits("gaussian-integral")
def gaussian_integral(claim: Claim) -> Finding:
    return by_trapezoids(claim)


def by_trapezoids(claim: Claim) -> Finding:
    """The trapezoidal sum is off by h**2/12 (f'(b) - f'(a)) at leading order (Euler-Maclaurin)."""
    asked: dict[str, Any] = claim["input"]
    a, b, count = asked["from"], asked["to"], asked["points"]
    found, slope = derive.integrate(asked["f"], ("x", a, b)), derive.diff(asked["f"], "x")
    h = Rational(b - a, count - 1)
    ends = slope.result.subs(x, b) - slope.result.subs(x, a)
    grid = np.linspace(a, b, count)
    method = float(np.trapezoid(function_of(asked["f"])(grid), grid))
    predicted = h**2 / 12 * ends
    figure = Figure("integral", found.result, method, claim["printed"], predicted)
    notes = (f"predicted error h**2/12 (f'({b}) - f'({a})) = {float(numbers(predicted)):.3g}",)
    return Finding((figure,), derivations=(found, slope), notes=notes)
