"""An antiderivative judged without the project's own check.

It is differentiated back at 40 digits at points across the real domain of the integrand, asked to
be a finite real NumPy function there, and held against quadrature between neighbouring points.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
from sympy import Basic, Expr, Rational, Symbol

from lambdify_bridge import to_numpy
from lambdify_bridge.evaluate import Evaluator, Undecided, Undefined, is_real

DIGITS = 40
DRAWS = 4  # of the parameters
AGREE = 1e-10
NO_VALUE = (Undefined, Undecided, ArithmeticError, TypeError, ValueError)


@dataclass(frozen=True)
class Judgement:
    """`verdict`: verified, wrong, or unverifiable; `finite`: NumPy is finite wherever f is real;
    `jumps`: neighbouring points between which F does not grow by the integral."""

    verdict: str
    finite: bool
    jumps: int
    reason: str = ""


def judge(F: Expr, f: Expr, x: Symbol, given: Basic, numpy_function: Any) -> Judgement:
    agreed, disagreed, finite, jumps, reason = 0, 0, True, 0, ""
    for values in _draws(f, F, x, given):
        places = _places()
        slopes = [_compare(F, f, x, p, values, given) for p in places]
        for p, outcome in zip(places, slopes, strict=True):
            agreed += outcome == "agrees"
            if outcome == "differs":
                disagreed += 1
                reason = reason or f"at {x} = {float(p):.4g}, {_words(values)}"
        here = [p for p, o in zip(places, slopes, strict=True) if o != "not real"]
        finite = finite and _finite(numpy_function, f, x, here, values)
        jumps += _jumps(F, f, x, here, values)
    if disagreed:
        return Judgement("wrong", finite, jumps, reason)
    return Judgement("verified" if agreed else "unverifiable", finite, jumps)


def _words(values: dict[Symbol, Any]) -> str:
    return ", ".join(f"{s} = {v}" for s, v in values.items())


def _places() -> list[Rational]:
    """Both signs, small and large, in order, none of them special."""
    r = random.Random(7)
    near = [Rational(k * 200 + r.randint(1, 99), 997) for k in range(-10, 10)]
    far = [s * Rational(2100 + 530 * k + r.randint(1, 99), 997) for s in (1, -1) for k in range(10)]
    return sorted(near + far)


def _draws(f: Expr, F: Expr, x: Symbol, given: Basic) -> Iterator[dict[Symbol, Any]]:
    letters = sorted((f.free_symbols | F.free_symbols | given.free_symbols) - {x}, key=str)
    if not letters:
        yield {}
        return
    r, found = random.Random(11), 0
    for attempt in range(60):
        signs = [1 if attempt % 3 == 0 else r.choice([1, -1]) for _ in letters]
        values = {
            s: Rational(sign * r.randint(200, 2500), 991)
            for s, sign in zip(letters, signs, strict=True)
        }
        if any(_holds(given, {**values, x: p}) for p in _places()[::6]):
            found += 1
            yield values
        if found == DRAWS:
            return


def _holds(given: Basic, values: dict[Symbol, Any]) -> bool:
    try:
        return bool(Evaluator(values, digits=DIGITS)(given))
    except NO_VALUE:
        return False


def _value(e: Expr, x: Symbol, p: Any, values: dict[Symbol, Any]) -> Any | None:
    """A finite real value, or None."""
    try:
        found = Evaluator({**values, x: p}, digits=DIGITS)(e)
    except NO_VALUE:
        return None
    return mpmath.re(found) if mpmath.isfinite(found) and is_real(found) else None


def _compare(F: Expr, f: Expr, x: Symbol, p: Any, values: dict[Symbol, Any], given: Basic) -> str:
    expected = _value(f, x, p, values)
    if expected is None or not _holds(given, {**values, x: p}):
        return "not real"
    h = Rational(1, 10**12)
    try:
        at = [Evaluator({**values, x: p + k * h}, digits=DIGITS)(F) for k in (-1, 1)]
        slope = (at[1] - at[0]) / (2 * mpmath.mpf(10) ** -12)
    except NO_VALUE as error:
        return f"no value: {error}"
    if not mpmath.isfinite(slope):
        return "no value"
    close = abs(slope - expected) <= AGREE * max(1, abs(expected))
    return "agrees" if close else "differs"


def _numbers(e: Any, x: Symbol, places: np.ndarray, values: dict[Symbol, Any]) -> np.ndarray:
    """e at the places by NumPy; NaN where it is not real."""
    function = e if callable(e) else to_numpy(e, [x, *values])
    names = {s.name: float(v) for s, v in values.items()} | {x.name: places}
    found = np.asarray(function(*(names[s.name] for s in function.args)))
    return np.broadcast_to(found.real + (0 if np.isrealobj(found) else np.nan), places.shape)


def _finite(function: Any, f: Expr, x: Symbol, places: list[Any], values: dict) -> bool:
    """Whether NumPy gives a finite real number wherever it gives one for the integrand."""
    if function is None:
        return False
    at = np.array([float(p) for p in places])
    wanted = np.isfinite(_numbers(f, x, at, values))
    return bool(np.all(np.isfinite(_numbers(function, x, at, values))[wanted]))


def _jumps(F: Expr, f: Expr, x: Symbol, places: list[Any], values: dict) -> int:
    """How often F fails to grow by the integral between neighbours, where quadrature can tell."""
    if len(places) < 2:
        return 0
    ends = np.array([float(p) for p in places])
    a, b = ends[:-1, None], ends[1:, None]
    integrals = []
    for order in (20, 33):
        nodes, weights = np.polynomial.legendre.leggauss(order)
        at = _numbers(f, x, (a + b) / 2 + (b - a) / 2 * nodes, values)
        at = np.where(np.isfinite(at).all(axis=1, keepdims=True), at, 0)  # not known there
        integrals.append((at * weights).sum(axis=1) * (b - a)[:, 0] / 2)
    first, second = integrals
    known = (second != 0) & (abs(first - second) <= 1e-10 * np.maximum(1, abs(first)))
    heights = [_value(F, x, p, values) for p in places]
    growth = np.array(
        [np.nan if None in pair else float(pair[1] - pair[0]) for pair in pairwise(heights)]
    )
    known &= np.isfinite(growth)
    off = abs(growth[known] - second[known]) > 1e-6 * np.maximum(1, abs(second[known]))
    return int(np.sum(off))
