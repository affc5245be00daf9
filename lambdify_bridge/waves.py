"""Series whose terms swing like sin(n*x): sums of exponentials with coefficients that fade slowly.

Sines and cosines are written as exponentials exp(i*n*x), which leaves sums of g(n)*z**n with
|z| = 1. Two methods sum these that share nothing but the terms: Euler's transformation of what
lies beyond some place, and a cut-off so soft that no wave notices it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sympy import Basic, Mul

from lambdify_bridge import decay
from lambdify_bridge.decay import ABSOLUTELY, CONDITIONALLY, DIVERGES
from lambdify_bridge.evaluate import Number, Undecided, is_real

LONGEST_PATTERN = decay.LONGEST_PATTERN
SAME = 1e-12
SLOWEST = 0.03  # angles a step so small, up to whole turns, that too many terms would be needed
MOST = 8  # factors in a power of a wave
DIFFERENCES = 24
CUT_OFF = 6.5  # half-widths of the cut-off between its middle and where it is 0 or 1: 1 - 4e-20


@dataclass(frozen=True)
class Wave:
    """weight*exp(i*k*angle), at the k-th term."""

    weight: Number
    angle: Number


class Waves:
    """The terms g(k)*(sum of waves) of a series."""

    def __init__(self, rest: Any, waves: list[Wave], plain: Callable[[Any], Number]) -> None:
        """`rest` are the terms without the waves, `plain` sums such terms where no wave is left."""
        self.ctx, self.rest, self.waves, self.plain = rest.ctx, rest, waves, plain

    def size(self, k: int) -> Number:
        found = self.rest(k)
        if not is_real(found):
            raise Undecided("coefficients of waves that are not real")
        return found

    @property
    def steady(self) -> bool:
        """Whether the waves repeat after few terms: then the pattern of their signs tells more."""
        return all(_repeats(self.ctx, wave.angle) for wave in self.waves)

    @property
    def behaviour(self) -> decay.Behaviour:
        """Dirichlet: waves that add up to 0 over a turn, times what falls to 0, have a sum."""
        sizes = decay.decay(self.ctx, lambda n: abs(self.size(n)))
        if not sizes.fades:
            return decay.Behaviour(DIVERGES, sizes)
        if sizes.summable:
            return decay.Behaviour(ABSOLUTELY, sizes)
        return decay.Behaviour(CONDITIONALLY if self._mean == 0 else DIVERGES, sizes)

    @property
    def _mean(self) -> Number:
        """What the waves add up to over many turns."""
        c = self.ctx
        mean = sum((w.weight for w in self.waves if _turn(c, w.angle) == 0), c.zero)
        return c.zero if abs(mean) < SAME else mean

    def methods(self) -> list[Callable[[], Number]]:
        return [lambda: self._sum(self._transformed), lambda: self._sum(self._cut_off)]

    def _sum(self, method: Callable[[Number], Number]) -> Number:
        moving = [w for w in self.waves if _turn(self.ctx, w.angle) != 0]
        total = sum((w.weight * method(w.angle) for w in moving), self.ctx.zero)
        total += self._mean and self._mean * self.plain(self.rest)
        return self.ctx.re(total) if is_real(total) else total

    def _rate(self, angle: Number) -> Number:
        """The distance of the angle from whole turns."""
        rate = abs(_turn(self.ctx, angle))
        if rate < SLOWEST:
            raise Undecided("waves too long to be added up")
        return rate

    def _transformed(self, angle: Number) -> Number:
        """Euler: beyond k = N the sum of g(k)*z**k is that of z**j/(1 - z)**(j + 1)*g^(j)(N)."""
        c, z = self.ctx, self.ctx.expj(angle)
        start = int(80 / self._rate(angle))
        total = sum((self.size(k) * z**k for k in range(start)), c.zero)
        differences = [self.size(start + k) for k in range(DIFFERENCES)]
        factor = z**start / (1 - z)
        for _ in range(DIFFERENCES):
            total += factor * differences[0]
            differences = [b - a for a, b in pairwise(differences)]
            factor *= z / (1 - z)
        return total

    def _cut_off(self, angle: Number) -> Number:
        """The terms, weighted by a step from 1 to 0 that is smooth over many turns."""
        c, z = self.ctx, self.ctx.expj(angle)
        width = 2 * CUT_OFF / self._rate(angle)
        middle = CUT_OFF * width
        weights = (c.erfc((k - middle) / width) / 2 for k in range(int(2 * middle)))
        return sum((w * self.size(k) * z**k for k, w in enumerate(weights)), c.zero)


def _turn(c: Any, angle: Number) -> Number:
    """The angle up to whole turns, between -pi and pi; 0 where it is one."""
    rest = angle - 2 * c.pi * c.nint(angle / (2 * c.pi))
    return c.zero if abs(rest) < SAME else rest


def _repeats(c: Any, angle: Number) -> bool:
    return any(_turn(c, m * angle) == 0 for m in range(1, LONGEST_PATTERN + 1))


def waves_of(term: Any, plain: Callable[[Any], Number]) -> Waves | None:
    """The sines, cosines and signs among the factors of the terms, and the others; or None."""
    swinging: list[list[Wave]] = []
    others: list[Basic] = []
    for factor in Mul.make_args(term.function):
        waves = _waves(term, factor)
        if waves is None:
            others.append(factor)
        else:
            swinging.append(waves)
    if not swinging:
        return None
    product = _multiplied(term.ctx, swinging)
    return Waves(type(term)(term.at, Mul(*others), term.n, term.first), product, plain)


def _multiplied(c: Any, factors: list[list[Wave]]) -> list[Wave]:
    product = [Wave(c.one, c.zero)]
    for waves in factors:
        product = [Wave(a.weight * b.weight, a.angle + b.angle) for a in product for b in waves]
    return product


def _waves(term: Any, factor: Basic) -> list[Wave] | None:
    """A sine, a cosine, a power of one or a sign as exponentials."""
    name, c, half = type(factor).__name__, term.ctx, term.ctx.mpf(1) / 2
    if name == "Pow":
        base, power = factor.args
        if base == -1:
            found = _angle(term, power)
            return found and [Wave(c.expjpi(found[0]), c.pi * found[1])]
        waves = _waves(term, base) if power.is_Integer and 0 < power < MOST else None
        return waves and _multiplied(c, [waves] * int(power))
    found = _angle(term, factor.args[0]) if name in ("sin", "cos") else None
    if not found:
        return None
    phase, step = found
    up, down = (half, half) if name == "cos" else (-half * c.j, half * c.j)
    return [Wave(up * c.expj(phase), step), Wave(down * c.expj(-phase), -step)]


def _angle(term: Any, angle: Basic) -> tuple[Number, Number] | None:
    """The value at the first term and the step to the next, where the steps are all the same."""
    if term.n not in angle.free_symbols:
        return None
    places = (1, 7, 100)
    at = type(term)(term.at, angle, term.n, term.first)
    start, step = at(0), at(1) - at(0)
    steady = all(abs(at(k) - start - k * step) < SAME * (1 + abs(k * step)) for k in places)
    return (start, step) if steady and is_real(start) and is_real(step) else None
