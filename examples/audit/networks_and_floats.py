"""Activations, the identity of backpropagation, and what a float is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from sympy import Add, Eq, Rational, Sum, Symbol, multiplicity, n_order, oo, symbols
from sympy import exp as power_of_e

import derive
from audit.claims import Claim, audits
from audit.findings import Figure, Finding, Trial, attempt, shown
from derive.core import Derivation
from lambdify_bridge import check, to_numpy

x = Symbol("x", real=True)


def until_broken(trials: Iterable[Trial]) -> tuple[Trial, ...]:
    """The trials up to the first that breaks or is wrong."""
    seen: list[Trial] = []
    for trial in trials:
        seen.append(trial)
        if trial.outcome.broken or trial.wrong:
            break
    return tuple(seen)


@audits("sigmoid")
def sigmoid(claim: Claim) -> Finding:
    f = claim["input"]["f"]
    ends = [derive.limit(f, "x", end) for end in (-oo, oo)]
    slope, expression = derive.diff(f, "x"), derive.parse(f)
    letter = next(iter(expression.free_symbols))

    def published(at: float, exp: Callable[[float], float] = np.exp) -> float:
        return 1 / (1 + exp(-at))

    def trial(at: int, exp: Callable[[float], float], name: str) -> Trial:
        outcome = attempt(published, np.float64(at), exp)
        return Trial(f"x = {at} ({name})", expression.subs(letter, at), outcome)

    rising = slope.result.xreplace({letter: x}).is_positive
    inputs = [sign * 10**k for k in range(4) for sign in (1, -1)]
    trials = until_broken(trial(at, np.exp, "numpy.exp") for at in inputs)
    trials += until_broken(trial(at, math.exp, "math.exp") for at in inputs)
    other = 1 / (1 + power_of_e(letter))
    same = check(Eq(other, derive.sigmoid(letter), evaluate=False))
    mirrored = check(Eq(other, derive.sigmoid(-letter), evaluate=False))
    stable, lowest = to_numpy(derive.sigmoid(letter)), -1000.0
    first_one = next(at for at in range(1, 1000) if published(float(at)) == 1.0)
    notes = (
        f"limits {ends[0].result} and {ends[1].result}, slope {slope.result}"
        f"{' > 0: maps to (0, 1)' if rising else ''}; "
        f"in floats it is 1 from x = {first_one} on",
        f"1/(1 + exp(x)) is sigmoid(-x) ({mirrored.verdict}), not sigmoid(x) ({same.verdict}: "
        f"{same.reason})",
        f"derive.sigmoid as a NumPy function gives {shown(float(stable(lowest)))} at {lowest:g} "
        "without a warning",
    )
    return Finding(trials=trials, derivations=(*ends, slope), notes=notes)


@audits("relu")
def relu(claim: Claim) -> Finding:
    def published(at: Any) -> Any:
        return max(0, at)

    inputs: list[Any] = [2.5, -2.5, np.array([-1.0, 2.0])]
    trials = until_broken(
        Trial(f"x = {shown(at)}", np.maximum(0, at).tolist(), attempt(published, at))
        for at in inputs
    )
    slope = derive.diff("relu(x)", "x")
    sides = [derive.limit("Max(0, x)/x", "x", 0, dir=side) for side in ("-", "+")]
    kink = "there is none" if sides[0].result != sides[1].result else "they agree"
    notes = (
        f"derivative {slope.result} given {slope.given}; at 0 the quotient (f(h) - f(0))/h tends "
        f"to {sides[0].result} from the left and {sides[1].result} from the right: {kink}",
    )
    return Finding(trials=trials, derivations=(slope, *sides), notes=notes)


@audits("softmax")
def softmax(claim: Claim) -> Finding:
    """exp(x_i)/sum is 1/sum of exp(x_j - x_i): only differences count."""

    def published(at: np.ndarray) -> np.ndarray:
        return np.exp(at) / np.sum(np.exp(at))

    def derived(at: list[int]) -> list[Any]:
        return [1 / Add(*(power_of_e(other - each) for other in at)) for each in at]

    u, v = symbols("u v", real=True)
    shares = [power_of_e(each) / (power_of_e(u) + power_of_e(v)) for each in (u, v)]
    whole = Eq(Add(*shares, evaluate=False), 1, evaluate=False)
    shift = Eq(shares[0], 1 / (1 + power_of_e(v - u)), evaluate=False)
    inputs = [[1, 2], [10, 11], [100, 101], [1000, 1001]]
    trials = until_broken(
        Trial(f"x = {at}", derived(at), attempt(published, np.array(at, dtype=float)), 1e-13)
        for at in inputs
    )
    last = np.array(inputs[len(trials) - 1], dtype=float)
    gives = shown(trials[-1].outcome.value)
    shifted = shown(published(last - last.max()))
    notes = (
        f"it gives {gives} there; derived {derived(inputs[len(trials) - 1])}, which "
        f"subtracting the largest first reproduces: {shifted}",
    )
    return Finding(trials=trials, derivations=(whole, shift), notes=notes)


# ------------------------------------------------------------------ networks


AT = {"w": 0.7, "x": -1.3, "b": 0.2, "t": 0.5}


@audits("backprop")
def backprop(claim: Claim) -> Finding:
    """The identity in a network where w reaches the loss through y alone, and in one where not."""
    chain = ["y = w*x + b", "L = (y - t)**2/2"]
    decayed = [chain[0], chain[1] + " + w**2/2"]
    truth, derivations = {}, []
    for name, network in {"chain": chain, "decay": decayed}.items():
        found = derive.backprop(network, wrt=["w"])[Symbol("w")]
        truth[name] = float(found.to_numpy()(**AT))
        derivations.append(found)
    factors = derive.diff("(y - t)**2/2", "y"), derive.diff("w*x + b", "w")
    identity = product_of(*factors)
    figure = Figure("dL/dw", truth["chain"], identity)
    notes = (
        f"derived dL/dw = {derivations[0].result}; the identity needs that w reaches L through y "
        f"only: with w**2/2 in the loss it gives {identity:g}, derived "
        f"{derivations[1].result} = {truth['decay']:g}",
    )
    return Finding((figure,), derivations=(*derivations, *factors), notes=notes)


def product_of(by_output: Derivation, by_weight: Derivation) -> float:
    """dL/dy times dy/dw, each on its own."""
    y = AT["w"] * AT["x"] + AT["b"]
    outer = by_output.to_numpy(["y", "t"])(y, AT["t"])
    return float(outer * by_weight.to_numpy(["x", "w", "b"])(AT["x"], AT["w"], AT["b"]))


# ------------------------------------------------------------------ floating point


@audits("precision")
def precision(claim: Claim) -> Finding:
    """Fractions and bounds: n roundings of numbers up to s cost at most n u s."""
    written = claim["input"]
    truth, n = Rational(str(written)), 10
    double, single = float(written), np.float32(written)
    total = 0.0
    for _ in range(n):
        total += double
    roundoffs = [derive.unit_roundoff(2, digits) for digits in (53, 24)]
    u, coarse = (each.result for each in roundoffs)
    adding = derive.roundoff_of_sum(n, bound="all orders", u=u)
    stored = Rational(*double.as_integer_ratio())
    narrow = Rational(*float(single).as_integer_ratio())
    figures = (
        Figure("float64 error", 0, float(stored - truth), bound=float(u * truth)),
        Figure("float32 error", 0, float(narrow - truth), bound=float(coarse * truth)),
        Figure(
            f"error of {n} added",
            0,
            total - float(n * truth),
            bound=float(n * (adding.result * stored + u * truth)),
        ),
    )
    notes = (
        endless(truth)[1],
        f"the float is {stored.p}/2**{stored.q.bit_length() - 1}, off by "
        f"{float(stored - truth):.3g}; {n} of them add up to {total!r}",
        f"rounding costs {u} of a number at most, adding {n} numbers {float(adding.result):.3g} of "
        "their sum",
    )
    derivations = (*roundoffs, adding, *endless(truth)[0])
    return Finding(figures, derivations=derivations, notes=notes)


def endless(fraction: Rational) -> tuple[tuple[Eq, ...], str]:
    """The binary digits of a fraction: endless where its denominator has an odd factor.

    With q = 2**s m, m odd, the digits repeat after the order of 2 modulo m (Knuth, TAOCP 4.1).
    """
    twos = multiplicity(2, fraction.q)
    odd = fraction.q // 2**twos
    if odd == 1:
        return (), f"{fraction} has a finite binary form"
    period = n_order(2, odd)
    block = Rational(fraction.p * (2**period - 1), odd)
    k = Symbol("k", integer=True, positive=True)
    series = Sum(block / 2 ** (twos + period * k), (k, 1, oo))
    words = f"{fraction} has {odd} in its denominator, so its binary digits have no end: "
    return (Eq(series, fraction, evaluate=False),), words + f"they repeat every {period}"
