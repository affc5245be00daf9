"""Integrals with an oscillating tail, such as that of sin(x)/x, in double precision.

Two methods have to agree: the tail is faded out by the error function, and by a polynomial step.
Faded out ever farther, both lead to the integral, where it exists; that it does is seen from its
values when it is cut off sharply, which have to come together.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
from sympy import Add, Basic, Dummy, I, Mul, Symbol, cos, exp, im, re, sin

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined
from lambdify_bridge.nodes import nodes
from lambdify_bridge.sequence import NoLimit, wynn

PHASES = 3.0e3, 2.0e4  # so far out is looked, in radians of the fastest oscillation
FAST = 0.8  # by how much what is cut off varies less, half an octave further out
FARTHEST = 1.0e7
AGREEMENT = 1e-9
CIRCULAR = ("sin", "cos", "tan")
STEP = 8
FEW = 12
TOGETHER, MOST_PIECES = 40, 100  # radians of a piece, and pieces
GRID, MOST = 20_000, 40_000
NOISE = 1e-15

Array = np.ndarray
Function = Callable[[Array], Array]


def oscillates(function: Basic, x: Any) -> bool:
    """Whether a sine or cosine of something unbounded is in it."""
    return bool(_phases(function, x))


def _phases(function: Basic, x: Any) -> list[Basic]:
    inner = [n.args[0] for n in nodes(function) if type(n).__name__ in CIRCULAR]
    return list(dict.fromkeys(u for u in inner if x in u.free_symbols))


def between_waves(at: Evaluator, x: Any, function: Basic, a: Number, b: Number) -> list[Number]:
    """Places that cut a finite range with many waves on it into pieces with a few each."""
    if at.ctx.isinf(a) or at.ctx.isinf(b):
        return []
    try:
        turns = [at.at({x: b})(u) - at.at({x: a})(u) for u in _phases(function, x)]
    except Undefined:
        return []
    count = int(max((abs(turn) for turn in turns), default=0) / TOGETHER) + 1
    if count > MOST_PIECES:
        raise Undecided("too many waves on the range to be integrated")
    return [a + (b - a) * j / count for j in range(1, count)]


def real_and_imaginary(function: Basic, x: Any) -> tuple[Basic, Basic] | None:
    """Of a real function times exp(i*u), whose waves have no name of their own: the parts with
    cos(u) and sin(u)."""
    waves = [f for f in Mul.make_args(function) if type(f).__name__ == "exp" and f.has(I)]
    rest = Mul(*(f for f in Mul.make_args(function) if f not in waves))
    if not waves or rest.has(I) or x.is_real is False:
        return None
    size, turn = _real(Add(*(wave.args[0] for wave in waves))).expand().as_real_imag()
    if turn.has(re, im) or size.has(re, im) or not turn.has(Symbol):
        return None
    plain = {_real(s): s for s in function.free_symbols}
    size, turn = size.xreplace(plain), turn.xreplace(plain)
    return rest * exp(size) * cos(turn), rest * exp(size) * sin(turn)


def _real(expression: Basic) -> Basic:
    """With letters of unknown kind taken as real, as they are sampled."""
    unknown = [s for s in expression.free_symbols if s.is_extended_real is None]
    return expression.xreplace({s: Symbol(s.name, real=True) for s in unknown})


def tail(at: Evaluator, x: Any, function: Basic, start: Number, side: int) -> Number:
    """The integral from `start` to infinity (side 1), or from minus infinity to it (-1).

    Raises NoLimit where the integral does not come together, Undecided.
    """
    from scipy.special import betainc, erfc

    t = Dummy("t", positive=True)
    moved = function.xreplace({x: side * t})
    here = float(start) * side
    f = _compiled(moved, t, at)
    speed = _speed(_phases(moved, t), t, at)
    for phase in PHASES:
        first = _Panels(f, speed, here, 16, 1.0, phase)
        second = _Panels(f, speed, here, 20, 0.83, phase)
        unit = min(1.0, float(np.sum(np.abs(first.terms)))) or 1.0  # of what is small, its size
        first.terms, second.terms = first.terms / unit, second.terms / unit
        value = _led_to(first.faded(lambda u: erfc(6 * (u - 1)) / 2, 150))
        step = lambda u: betainc(STEP, STEP, np.clip(2 - u, 0, 1))
        other = _led_to(second.faded(step, 1000, 1.0))
        if _is_plain(first, value, other):
            break
    if value is not None and np.isinf(value) and value == other:
        return at.ctx.mpf(value)
    _refuse_what_keeps_moving(first, value)
    if value is None or other is None or not abs(value - other) <= AGREEMENT * max(1, abs(value)):
        raise Undecided("two ways to fade the oscillating tail out disagree")
    at.rests_on(AGREEMENT, unit * NOISE * float(np.sum(np.abs(first.terms))))
    return at.ctx.mpf(value) * unit


def _is_plain(panels: _Panels, value: float | None, other: float | None) -> bool:
    """Whether a short stretch of the tail is enough: both ways agree better than they have to, and
    what is cut off sharply comes together fast."""
    if value is None or other is None or not np.isfinite([value, other]).all():
        return False
    spreads = panels.cut_off()
    fast = all(b <= FAST * a for a, b in pairwise(spreads))
    return fast and abs(value - other) <= AGREEMENT / 10 * max(1, abs(value))


def _compiled(expression: Basic, t: Any, at: Evaluator) -> Function:
    from lambdify_bridge.to_numpy import as_written

    letters = sorted(expression.free_symbols - {t}, key=str)
    fixed = [float(at.ctx.re(at(letter))) for letter in letters]
    compiled = as_written(expression, [t, *letters])

    def f(points: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(compiled(points, *fixed), float), points.shape)

    return f


def _speed(phases: list[Basic], t: Any, at: Evaluator) -> Function:
    rates = [_compiled(u.diff(t), t, at) for u in phases]
    return lambda points: np.max([np.abs(rate(points)) for rate in rates], axis=0)


class _Panels:
    """The integral over panels from `start` on, short enough for the oscillation."""

    def __init__(
        self, f: Function, speed: Function, start: float, n: int, width: float, most: float
    ) -> None:
        from scipy.integrate import cumulative_trapezoid

        grid = start + np.geomspace(1e-3, FARTHEST, GRID) - 1e-3
        rate = np.broadcast_to(speed(grid), grid.shape)
        if not np.all(np.isfinite(rate)):
            raise Undecided("how fast the integrand oscillates could not be found out")
        phase, count = (
            cumulative_trapezoid(density, grid, initial=0)
            for density in (rate, np.maximum(10 / (1 + np.abs(grid)), rate / 2) / width)
        )
        last = np.interp(most, phase, count)
        self.edges = np.interp(np.arange(min(last, MOST)), count, grid)
        self.phases = np.interp(self.edges, grid, phase)
        points, weights = np.polynomial.legendre.leggauss(n)
        half = np.diff(self.edges)[:, None] / 2
        self.points = self.edges[:-1, None] + half * (1 + points)
        self.terms = f(self.points) * half * weights
        if not np.all(np.isfinite(self.terms)):
            raise Undecided("the integrand has no value somewhere on its tail")

    def faded(self, window: Function, least: float, level: float = 0.0) -> list[float]:
        """The values when it is faded out at T = end/2, end/2/sqrt(2), ..., over `least` radians.

        The window is 1 up to near T (up to `level` of T it is nothing else) and 0 beyond 2*T.
        """
        values, sums = [], np.append(0.0, np.cumsum(self.terms.sum(axis=1)))
        for k in range(14):
            T = self.edges[-1] / 2 * 2 ** (-k / 2)
            if np.ptp(np.interp([T, 2 * T], self.edges, self.phases)) < least:
                break
            full, end = np.searchsorted(self.edges, (level * T, 2 * T))
            full = max(full - 1, 0)
            fading = self.terms[full:end] * window(self.points[full:end] / T)
            values.append(float(sums[full] + np.sum(fading)))
        return values[::-1]

    def cut_off(self) -> list[float]:
        """How far apart the integrals cut off within each of the last half octaves are."""
        sums = np.cumsum(self.terms.sum(axis=1))
        cuts = self.edges[-1] * 2.0 ** (-np.arange(7) / 2)
        inside = [(self.edges[1:] <= b) & (self.edges[1:] >= a) for b, a in pairwise(cuts)]
        return [float(np.ptp(sums[each])) for each in inside if np.any(each)][::-1]


def _led_to(values: list[float]) -> float | None:
    """Where the values settle or lead to; an infinity where they drift without slowing down."""
    if len(values) < 3:
        return None
    if max(abs(v - values[-1]) for v in values[-3:]) <= AGREEMENT / 10:
        return values[-1]
    gains = [b - a for a, b in pairwise(values)][-4:]
    if all(0.97 * abs(g) <= abs(h) and g * h > 0 for g, h in pairwise(gains)):
        return float("inf") * gains[-1]
    found = wynn(mpmath.mp, [mpmath.mpf(v) for v in values])
    return None if found is None else float(found)


def _refuse_what_keeps_moving(panels: _Panels, value: float | None) -> None:
    """Fading out gives a value to the integral of sin(x) as well; cutting off does not."""
    spreads = panels.cut_off()
    if spreads[-1] <= AGREEMENT * max(1, abs(value or 0)):
        return
    ratios = [b / a for a, b in pairwise(spreads) if a > 0]
    if min(ratios) > 0.99:
        raise NoLimit("the integral, cut off ever farther out, does not come together")
    if max(ratios) > 0.975:
        raise Undecided("the integral comes together too slowly to tell")


def improper(
    at: Evaluator,
    x: Any,
    function: Basic,
    a: Number,
    b: Number,
    breaks: list[Number],
    finite: Callable[..., Number],
) -> Number:
    """Over a range with an infinite end: the middle by `finite`, the ends as oscillating tails."""
    c = at.ctx
    if len(breaks) > FEW:
        raise Undecided("the integrand has too many kinks or poles on its tail")
    inner = [*breaks, *(end for end in (a, b) if not c.isinf(end))] or [c.zero]
    low = a if not c.isinf(a) else min(inner) - 1
    high = b if not c.isinf(b) else max(inner) + 1
    total = finite(at, x, function, low, high)
    if c.isinf(b):
        total += tail(at, x, function, high, 1)
    if c.isinf(a):
        total += tail(at, x, function, low, -1)
    return total
