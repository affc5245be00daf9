"""Numbers of which sums are known: found by least squares, then put right to all digits.

Where a sum of logarithms, say, and the sum of the numbers are given, any numbers with these do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import least_squares, nnls

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined
from lambdify_bridge.iteration import count
from lambdify_bridge.to_numpy import as_written

Array = Any
STARTS = ((1.0, 0.0), (0.3, 1.0), (2.0, -1.0), (0.3, -1.5), (3.0, 1.0))  # how wide, around what
MOST = 100  # looks at the sums in one search
GRID, OUTSIDE = np.linspace(-9, 9, 400), 1e-4
NEAR, STEP, CORRECTIONS = 1e-7, 1e-7, 12
# fmt: off
RANGES: list[tuple[float, float]] = [(-np.inf, np.inf), (0.0, np.inf), (0.0, 1.0)]
# fmt: on


def numbers_with(at: Evaluator, sample: Any) -> list[Number]:
    """So many numbers, of which functions have the sums that are given, and with their ends."""
    n, x, sums, ends = sample.args
    size = count(at, n)
    fixed, low, high = _ends(at, ends)
    if len(fixed) > size:
        raise Undefined("fewer numbers than are known")
    functions = [row[0] for row in sums.args]
    wanted = [at(row[1]) for row in sums.args]
    for function, total in ((T, k) for k, T in enumerate(functions) if fixed):
        there = at.ctx.fsum(at.at({x: value})(function) for value in fixed)
        wanted[total] = wanted[total] - there
    free = size - len(fixed)
    if not functions or not free:
        if any(abs(total) > NEAR for total in wanted):
            raise Undefined("no numbers are like this")
        return fixed + [_inside(at, low, high)] * free
    return fixed + _found(at, x, functions, wanted, free, (low, high))


def _ends(at: Evaluator, ends: Any) -> tuple[list[Number], float, float]:
    """The least and the largest number, where they are known."""
    values = [at(end) for end in ends.args]
    fixed = [value for value in values if at.ctx.isfinite(value)]
    low, high = (float(at.ctx.re(value)) for value in values)
    if low > high or (low == high and len(fixed) == 2):
        raise Undefined("the least of the numbers lies above the largest")
    return fixed, low, high


def _inside(at: Evaluator, low: float, high: float) -> Number:
    if np.isfinite(low) and np.isfinite(high):
        return at.ctx.mpf((low + high) / 2)
    return at.ctx.mpf(low + 1 if np.isfinite(low) else high - 1 if np.isfinite(high) else 0)


def _found(
    at: Evaluator, x: Any, functions: list[Any], wanted: list[Number], size: int, over: Any
) -> list[Number]:
    """From several starts; the functions are real on one of the usual ranges."""
    seen = [_array_function(at, x, T) for T in functions]
    totals = np.array([float(at.ctx.re(value)) for value in wanted])
    moved = _range(seen, *over)
    if _outside(np.array([T(moved(GRID)) for T in seen]), totals / size):
        raise Undefined("no numbers are like this")

    def apart(u: Array) -> Array:
        places = moved(u)
        return np.array([T(places).sum() for T in seen]) - totals

    spread = np.linspace(-1, 1, size) if size > 1 else np.zeros(1)
    for width, middle in STARTS:
        with np.errstate(all="ignore"):
            try:
                found = least_squares(apart, middle + width * spread, max_nfev=MOST)
            except (ValueError, np.linalg.LinAlgError):  # not finite there
                continue
        if np.max(np.abs(found.fun) / (1 + np.abs(totals))) < NEAR:
            return _put_right(at, x, functions, wanted, moved(found.x))
    raise Undefined("no numbers are like this")


def _outside(curve: Array, means: Array) -> bool:
    """Whether no weights on any numbers have these means: then no numbers have."""
    seen = np.all(np.isfinite(curve), axis=0)
    scale = 1 + np.abs(means)
    rows = np.vstack([curve[:, seen] / scale[:, None], np.ones(int(seen.sum()))])
    return bool(nnls(rows, np.append(means / scale, 1.0))[1] > OUTSIDE)


def _array_function(at: Evaluator, x: Any, T: Any) -> Callable[[Array], Array]:
    letters = sorted(T.free_symbols - {x}, key=str)
    known = [float(at.ctx.re(at(s))) for s in letters]
    f = as_written(T, [x, *letters])
    return lambda places: np.broadcast_to(f(places, *known), np.shape(places))


def _range(seen: list[Callable[[Array], Array]], low: float, high: float) -> Callable:
    """From the whole line to where all functions are real."""
    for first, last in RANGES:
        ends = max(first, low), min(last, high)
        if not ends[0] < ends[1]:
            continue
        moved = _moved(*ends)
        with np.errstate(all="ignore"):
            if all(np.all(np.isfinite(T(moved(np.linspace(-2, 2, 5))))) for T in seen):
                return moved
    raise Undecided("not seen where these sums are real")


def _moved(low: float, high: float) -> Callable[[Array], Array]:
    if np.isfinite(low) and np.isfinite(high):
        return lambda u: low + (high - low) / (1 + np.exp(-u))
    if np.isfinite(low):
        return lambda u: low + np.exp(u)
    return (lambda u: high - np.exp(u)) if np.isfinite(high) else lambda u: u


def _put_right(
    at: Evaluator, x: Any, functions: list[Any], wanted: list[Number], places: Array
) -> list[Number]:
    """Each step takes away all but a small part of what is missing: the slopes are nearly right."""
    c = at.ctx
    values = [c.mpf(float(place)) for place in places]

    def lacking() -> list[Number]:
        sums = (c.fsum(at.at({x: value})(T) for value in values) for T in functions)
        return [total - found for total, found in zip(wanted, sums, strict=True)]

    h = STEP * np.where(places == 0, 1.0, np.abs(places))
    above, below = ([_array_function(at, x, T)(places + s * h) for T in functions] for s in (1, -1))
    slopes = (np.array(above) - np.array(below)) / (2 * h)
    if not np.all(np.isfinite(slopes)):
        raise Undecided("the sums have no slopes there")
    back = np.linalg.pinv(slopes)
    for _ in range(CORRECTIONS):
        missing = lacking()
        if max(map(abs, missing)) <= 10 * c.eps * (1 + max(map(abs, wanted))):
            break
        step = back @ np.array([float(c.re(each)) for each in missing])
        values = [value + c.mpf(float(d)) for value, d in zip(values, step, strict=True)]
    else:
        raise Undecided("the numbers of these sums are not found to all digits")
    return values
