"""Integrals by SciPy: tanh-sinh quadrature of many points at once, adaptive rules for the rest.

A value counts only where two rules with different nodes agree (Takahasi and Mori 1974; QUADPACK).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lambdify_bridge.backends.numeric_points import Function, Rows, by_rows, columns

CERTAIN = 1e-10  # error next to the integral of the absolute value
COARSE = 0.05  # two rules of which one is coarse
PANELS, ORDER = 10, 8  # of the coarse rule, composite of Gauss
SPLITS = (7, 11)  # parts that the two adaptive rules begin with
MOST = 150  # parts of an adaptive rule
FAR = 6.0  # in its variable: 1e137, or that near to a bound
EDGE = 1e-6  # of the range: nearer to its ends a product may be 0 times infinity


def integrated(
    f: Function,
    a: Any,
    b: Any,
    *letters: Any,
    breaks: Function | None = None,
    wave: Function | None = None,
) -> Any:
    """The integral of f(t, *letters) from a to b, each an array or a number.

    `breaks(*letters)` are places where f is not smooth; `wave(t, *letters)` is g, w, p where
    f(t) = g(t) sin(wt + p). NaN, with a RuntimeWarning, where the
    integral diverges or is not certain.

    >>> integrated(lambda t, c: (np.exp(-c * t),), 0.0, np.inf, np.array([1.0, 4.0]))
    array([1.  , 0.25])
    """

    def compute(rows: Rows) -> np.ndarray:
        return _rows(f, breaks, wave, rows[0], rows[1], rows[2:])

    return by_rows("an integral", [a, b, *letters], compute)


def _rows(
    f: Function, breaks: Function | None, wave: Function | None, a: Any, b: Any, letters: Rows
) -> np.ndarray:
    real = (a.imag == 0) & (b.imag == 0)
    a, b = a.real, b.real
    least, most = np.minimum(a, b), np.maximum(a, b)
    edges = np.stack([least, *_inside(breaks, least, most, letters), most])
    starts, ends = edges[:-1], edges[1:]
    part, row = np.nonzero(starts < ends)
    value, size, error, claimed = _parts(
        f, starts[part, row], ends[part, row], [c[row] for c in letters]
    )
    sizes = _by_row(size, row, a.size)
    for k in np.flatnonzero(~(error <= CERTAIN * sizes[row])):
        of = [c[row[k] : row[k] + 1] for c in letters]
        low, high = starts[part[k], row[k]], ends[part[k], row[k]]
        if wave is not None and np.isinf(high - low):
            value[k] = _waves(wave, low, high, of)
        else:
            value[k] = _adaptive(f, low, high, of, value[k], claimed[k], sizes[row[k]])
    total = _by_row(value, row, a.size)
    total[~np.isfinite(total) | ~real] = np.nan
    return np.where(a <= b, total, -total)


def _by_row(values: np.ndarray, row: np.ndarray, count: int) -> np.ndarray:
    total = np.zeros(count, values.dtype)
    np.add.at(total, row, values)
    return total


def _inside(breaks: Function | None, low: Any, high: Any, letters: Rows) -> list[np.ndarray]:
    """Places between the bounds, in order."""
    if breaks is None:
        return []
    found = [np.broadcast_to(place, low.shape) for place in breaks(*letters)]
    places = [np.where(np.imag(p) == 0, np.real(p), np.nan) for p in found]
    clipped = [np.clip(np.where(np.isnan(p), low, p), low, high) for p in places]
    return list(np.sort(clipped, axis=0))


def _parts(
    f: Function, low: np.ndarray, high: np.ndarray, letters: Rows
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """For each part its integral, that of the absolute value, the error, infinite where
    there is reason for doubt, and what SciPy takes for the error.
    """
    from scipy.integrate import tanhsinh

    if not low.size:
        return (np.zeros(0),) * 4
    numbers = np.arange(low.size, dtype=float)
    undefined = np.zeros(low.size, bool)

    def integrand(x: np.ndarray, number: np.ndarray) -> np.ndarray:
        of = number.reshape(number.shape[0], -1)[:, 0].astype(np.intp)
        places = x.reshape(of.size, -1)
        value = columns(f, places, [letter[of] for letter in letters])
        inner = _is_inner(places, low[of, None], high[of, None])
        undefined[of] |= (np.isnan(value) & inner).any(axis=1)
        return value.reshape(x.shape)

    found = tanhsinh(integrand, low, high, args=(numbers,))
    coarse, size = _coarse(f, low, high, letters)
    agrees = np.abs(coarse - found.integral) <= COARSE * size
    settled = (found.status == 0) | (found.error <= CERTAIN * size)
    good = agrees & settled & ~undefined & np.isfinite(found.integral)
    error = np.where(good, np.minimum(found.error, CERTAIN * size), np.inf)
    return found.integral, size, error, found.error


def _is_inner(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    margin = np.where(np.isfinite(high - low), EDGE * (high - low), EDGE)
    near = np.abs(x) < 1 / EDGE
    return (x > low + margin) & (x < high - margin) & (near | np.isfinite(high - low))


# -- the coarse rule ------------------------------------------------------------------------------


def _coarse(
    f: Function, low: np.ndarray, high: np.ndarray, letters: Rows
) -> tuple[np.ndarray, np.ndarray]:
    """The integral, and that of the absolute value."""
    nodes, weights = np.polynomial.legendre.leggauss(ORDER)
    v = ((np.arange(PANELS)[:, None] + (nodes + 1) / 2) / PANELS).reshape(-1)
    x, slope = _mapped(v, low[:, None], high[:, None])
    parts = columns(f, x, letters) * slope * np.tile(weights / (2 * PANELS), PANELS)
    return parts.sum(axis=1), np.abs(parts).sum(axis=1)


def _mapped(v: Any, low: Any, high: Any) -> tuple[Any, Any]:
    """A place between the bounds for v between 0 and 1, and its derivative, small at the ends."""
    s, slope = v * v * (3 - 2 * v), 6 * v * (1 - v)
    left = (1 - v) * (1 - v) * (1 + 2 * v)  # 1 - s
    up, down = np.isinf(high), np.isinf(low)
    with np.errstate(invalid="ignore"):
        x = np.where(
            up & down, (s - left) / (s * left),
            np.where(up, low + s / left, np.where(down, high - left / s, low + (high - low) * s)),
        )  # fmt: skip
        dx = np.where(
            up & down, (s * s + left * left) / (s * left) ** 2,
            np.where(up, 1 / left**2, np.where(down, 1 / s**2, high - low)),
        )  # fmt: skip
    return x, dx * slope


def _adaptive(
    f: Function, low: float, high: float, letters: Rows, near: Any, error: float, size: float
) -> Any:
    """The value that two adaptive rules agree on, or NaN; `near` is what is known so far.

    They work in two variables: an even one, and one in which bounds are infinitely far away.
    """
    if error <= COARSE * abs(near):
        size = max(size, abs(near))

    def even(v: float) -> Any:
        x, slope = _mapped(np.array([[v]]), low, high)
        return (columns(f, x, letters) * slope).item()

    def far(v: float) -> Any:
        x, slope = _far_mapped(v, low, high)
        return (columns(f, np.array([[x]]), letters) * slope).item()

    kind = np.iscomplexobj(near)
    value = _agreed(even, 0.0, 1.0, size, kind)
    if np.isnan(value) and abs(far(-FAR)) + abs(far(FAR)) <= CERTAIN * size:  # what is beyond
        value = _agreed(far, -FAR, FAR, size, kind)
    # Neither may have missed a peak that SciPy's first rule saw.
    seen = np.isfinite(near) and abs(near) > 1.1 * abs(value) + 4 * error + CERTAIN * size
    return np.nan if seen else value


def _waves(wave: Function, low: float, high: float, letters: Rows) -> Any:
    """The integral of g(t) sin(wt + p) to infinity, by QUADPACK's rule for Fourier integrals.

    Two that begin at different places have to agree.
    """
    if np.isinf(low):
        if np.isinf(high):
            return sum(_waves(wave, *half, letters) for half in ((low, 0.0), (0.0, high)))
        return _waves(_mirrored(wave), -high, -low, letters)
    w, p = (np.ravel(each)[0] for each in wave(np.array([[low + 1.0]]), *letters)[1:])
    if not (np.isreal(w) and np.isreal(p) and w):
        return np.nan
    found = []
    for cycles in (1.0, 2.5):
        middle = low + cycles * math.pi / abs(w)
        first, size = _first_waves(wave, low, middle, letters)
        found.append(first + _tail(wave, middle, letters, w, p))
    one, other = found
    return other if abs(one - other) <= 10 * CERTAIN * max(size, abs(other)) else np.nan


def _mirrored(wave: Function) -> Function:
    def mirrored(t: Any, *letters: Any) -> tuple[Any, Any, Any]:
        g, w, p = wave(-t, *letters)
        return g, -w, p

    return mirrored


def _first_waves(wave: Function, low: float, high: float, letters: Rows) -> tuple[Any, float]:
    """Their integral, and that of the absolute value."""

    def body(t: Any, *of: Any) -> tuple[Any]:
        g, w, p = wave(t, *of)
        return (g * np.sin(w * t + p),)

    value, size, error, _ = _parts(body, np.array([low]), np.array([high]), letters)
    return (value[0] if np.isfinite(error[0]) else np.nan), size[0]


def _tail(wave: Function, low: float, letters: Rows, w: float, p: float) -> Any:
    from scipy.integrate import quad

    def envelope(t: float) -> Any:
        return np.ravel(wave(np.array([[t]]), *(c[:, None] for c in letters))[0])[0]

    total = 0.0
    for kind, factor in (("sin", math.cos(p)), ("cos", math.sin(p))):
        if abs(factor) > 1e-15:
            answer = quad(
                envelope, low, np.inf, weight=kind, wvar=w, epsabs=CERTAIN, full_output=True,
            )  # fmt: skip
            if len(answer) > 3 or not answer[1] <= 10 * CERTAIN:
                return np.nan
            total += factor * answer[0]
    return total


def _agreed(integrand: Any, low: float, high: float, size: float, is_complex: bool) -> Any:
    """What two adaptive rules that begin with different parts have in common, or NaN."""
    from scipy.integrate import quad

    found = []
    for parts in SPLITS:
        answer = quad(
            integrand, low, high, points=low + (high - low) * np.arange(1, parts) / parts,
            limit=MOST, epsabs=CERTAIN * size, epsrel=CERTAIN, full_output=True,
            complex_func=is_complex,
        )  # fmt: skip
        if not _has_converged(answer):
            return np.nan
        found.append(answer[0])
    one, other = found
    return other if abs(one - other) <= 10 * CERTAIN * max(size, abs(one)) else np.nan


def _far_mapped(v: float, low: float, high: float) -> tuple[float, float]:
    """A place between the bounds, doubly exponentially near to them for v from -FAR to FAR."""
    w, slope = math.pi / 2 * math.sinh(v), math.pi / 2 * math.cosh(v)
    if math.isinf(low) and math.isinf(high):
        return math.sinh(w), math.cosh(w) * slope
    if math.isinf(high):
        return low + math.exp(w), math.exp(w) * slope
    if math.isinf(low):
        return high - math.exp(-w), math.exp(-w) * slope
    part = 1 / (1 + math.exp(2 * abs(w)))  # of the range, from the nearer end
    x = high - (high - low) * part if w > 0 else low + (high - low) * part
    return x, (high - low) * 2 * part * (1 - part) * slope


def _has_converged(answer: Any) -> bool:
    """QUADPACK adds a message where it has not."""
    if isinstance(answer[0], complex):
        reports = answer[2]
        return all(len(reports[part]) < 3 for part in ("real", "imag"))
    return len(answer) < 4
