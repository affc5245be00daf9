"""How fast the terms of a series fade: whether it converges, read off numbers far out.

Partial sums cannot tell 1/(n*log(n)) from 1/(n*log(n)**2). The terms can: where n grows to 2**1024,
the slope of log a_n against log n shows the power of n, of log n and of log log n, one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from lambdify_bridge.evaluate import Number, Undecided, Undefined, is_real

Term = Callable[[int], Number]

NEAR = (8, 9, 10, 11)  # n = 2**m: enough to see an exponential
BEHIND = (40, 28, 18)  # behind a hump, the farthest first
FAR = (128, 256, 512, 1024)
PATTERN_FROM = 96  # the first n at which the pattern of signs is read
LONGEST_PATTERN = 12
CLOSE, CLEAR = 0.02, 1e-8
DIVERGES, CONDITIONALLY, ABSOLUTELY = 0, 1, 2


@dataclass(frozen=True)
class Decay:
    """a_n falls like n**-p * log(n)**-q * log(log(n))**-r; p is infinite for an exponential."""

    p: Number
    q: Number = 0
    r: Number = 0

    @property
    def summable(self) -> bool:
        """Whether the sum of such terms is finite: the first of p, q, r that is not 1 decides."""
        if self._is_a_power and self.p != 1:
            return bool(self.p > 1)
        for power in (self.p, self.q, self.r):
            if abs(power - 1) > CLOSE:
                return bool(power > 1)
        raise Undecided("the terms fade too much like 1/(n*log(n)*log(log(n))) to tell")

    @property
    def _is_a_power(self) -> bool:
        """Whether it is n**-p alone: then a p of 1.001 is none of 1."""
        fitted = max(abs(self.q), abs(self.r)) < CLEAR
        return bool(fitted and abs(self.p - 1) > CLEAR and abs(self.p) > CLEAR)

    @property
    def fades(self) -> bool:
        """Whether the terms tend to 0."""
        if self._is_a_power:
            return bool(self.p > 0)
        for power in (self.p, self.q, self.r):
            if abs(power) > CLOSE:
                return bool(power > 0)
        return False


def decay(c: Any, size: Term) -> Decay:
    """The decay of positive terms. Raises Undecided where they are not regular enough."""
    near = [_slope(c, size, m) for m in NEAR]
    if _exponential(near):
        return Decay(c.inf if _farther(c, size, near[-1]) > 0 else c.ninf)
    with c.workdps(60):
        far = [_slope(c, size, m) for m in FAR]
        if _exponential(far):  # behind a hump that stands among the near places
            return Decay(c.inf if far[-1] > 0 else c.ninf)
        return _fitted(c, far)


def _farther(c: Any, size: Term, near: Number) -> Number:
    """The slope as far out as it can be seen: terms may rise to a hump and fall behind it."""
    for m in BEHIND:
        try:
            return _slope(c, size, m)
        except Undecided:
            continue
    return near


def _slope(c: Any, size: Term, m: int) -> Number:
    """-log2(a(2n)/a(n)) at n = 2**m."""
    with c.workdps(c.dps + m):
        try:
            first, second = size(2**m), size(2 ** (m + 1))
        except (Undefined, MemoryError) as error:
            raise Undecided(f"the terms cannot be evaluated far out: {error}") from error
        if first == 0 or second == 0:
            raise Undecided("terms that vanish far out")
        return -c.log(abs(second) / abs(first)) / c.log(2)


def _exponential(slopes: Sequence[Number]) -> bool:
    """The slope against log n itself grows like a power of n."""
    sizes = [abs(s) for s in slopes]
    growing = all(b > 1.15 * a for a, b in pairwise(sizes))
    return growing and sizes[-1] > 2


def _fitted(c: Any, slopes: Sequence[Number]) -> Decay:
    """Fit p, q, r on the three farthest slopes; the nearest one has to agree."""
    rows = [_model(c, m) for m in FAR]
    p, q, r = c.lu_solve(c.matrix(rows[1:]), c.matrix(slopes[1:]))
    predicted = sum(w * v for w, v in zip(rows[0], (p, q, r), strict=True))
    if abs(predicted - slopes[0]) > 0.01:
        if min(slopes) > 1.2 or max(slopes) < 0.8:
            return Decay(slopes[-1])
        raise Undecided("the terms do not fade like powers of n and log(n)")
    return Decay(p, q, r)


def _model(c: Any, m: int) -> list[Number]:
    """The slopes of 1/n, 1/log(n), 1/log(log(n)) between 2**m and 2**(m + 1)."""
    here, there = m * c.log(2), (m + 1) * c.log(2)
    logs = c.log(there / here), c.log(c.log(there) / c.log(here))
    return [c.one, logs[0] / c.log(2), logs[1] / c.log(2)]


# ------------------------------------------------------------------ signs


def pattern(c: Any, term: Term) -> tuple[int, ...] | None:
    """The signs of the terms over one period, from even multiples of it on; None for no pattern."""
    values = [term(PATTERN_FROM + k) for k in range(4 * LONGEST_PATTERN)]
    sizes, noise = [abs(v) for v in values], c.mpf(10) ** (-c.dps // 2)
    nearby = [max(sizes[max(k - 2, 0) : k + 3]) for k in range(len(sizes))]
    signs = [_sign(c, values[k]) if sizes[k] > noise * nearby[k] else 0 for k in range(len(sizes))]
    for period in range(1, LONGEST_PATTERN + 1):
        if PATTERN_FROM % period == 0 and all(
            signs[k] == signs[k % period] for k in range(len(signs))
        ):
            return tuple(signs[:period])
    return None


def _sign(c: Any, value: Number) -> int:
    if not is_real(value):
        raise Undecided("the terms are not real")
    return int(c.sign(c.re(value)))


def grouped(term: Term, period: int) -> Term:
    """The sum of the terms of one period that starts near n."""

    def group(n: int) -> Number:
        start = n - n % period
        return sum(term(start + k) for k in range(period))

    return group


@dataclass(frozen=True)
class Behaviour:
    """`kind` is DIVERGES, CONDITIONALLY or ABSOLUTELY; `sizes` how the |a_n| of a period fade.

    `signs` is None where they follow no pattern.
    """

    kind: int
    sizes: Decay
    signs: tuple[int, ...] | None = None


def behaviour(c: Any, term: Term) -> Behaviour:
    """Whether the terms have a sum. Raises Undecided.

    Terms whose signs repeat are grouped: the groups have one sign, and the terms tend to 0.
    """
    signs = pattern(c, term)
    if signs is None:
        return Behaviour(*_irregular(c, term))
    if set(signs) == {0}:
        return Behaviour(ABSOLUTELY, Decay(c.inf), signs)
    sizes = decay(c, grouped(lambda n: abs(term(n)), len(signs)))
    if sizes.summable:
        return Behaviour(ABSOLUTELY, sizes, signs)
    if len(set(signs) - {0}) == 1 or not sizes.fades:
        return Behaviour(DIVERGES, sizes, signs)
    try:
        groups = decay(c, grouped(term, len(signs)))
    except Undecided:
        raise Undecided("groups of terms with changing signs are not regular") from None
    return Behaviour(CONDITIONALLY if groups.summable else DIVERGES, sizes, signs)


WINDOW = 256


def _irregular(c: Any, term: Term) -> tuple[int, Decay]:
    """Signs without a pattern, as of sin(n): only the sizes, averaged over a window, can tell."""
    sums = []
    for m in (14, 18, 22):
        sums.append(sum(abs(term(2**m + k)) for k in range(WINDOW)))
    slopes = [c.log(a / b) / c.log(16) for a, b in pairwise(sums)]
    if min(slopes) > 1.15:
        return ABSOLUTELY, Decay(slopes[-1])
    if max(slopes) < 0.02:
        return DIVERGES, Decay(slopes[-1])
    raise Undecided("signs without a pattern, and terms that fade slowly")
