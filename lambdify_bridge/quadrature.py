"""Integrals from their definition: quadrature on the pieces between kinks and poles.

Two tanh-sinh rules with different nodes (one splits the range) have to agree: two runs with the
same nodes can agree on a wrong value, also at different precisions.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
from sympy import Basic, Dummy, Float, Integer, Integral, exp

from lambdify_bridge.approach import limit_beside, one_sided_limit
from lambdify_bridge.breaks import breaks, kinks_without_end
from lambdify_bridge.double_exponential import nested, single
from lambdify_bridge.evaluate import (
    Evaluator,
    Number,
    Undecided,
    Undefined,
    estimator,
    is_real,
)
from lambdify_bridge.nodes import nodes
from lambdify_bridge.oscillation import (
    between_waves,
    improper,
    oscillates,
    real_and_imaginary,
)
from lambdify_bridge.peaks import narrow_places
from lambdify_bridge.remembered import recalled, remembered
from lambdify_bridge.sequence import NoLimit
from lambdify_bridge.values import real_part

AGREEMENT, IN_DOUBLE = 1e-10, 1e-12
INTEGRABLE = 0.997  # the power of the distance below which an end is no pole, logarithms apart
ENOUGH_FOR_DOUBLE = 30  # digits: more are asked for where a disagreement has to stand


@estimator("Integral")
def integral(node: Any, at: Evaluator) -> Number:
    """A definite integral; an indefinite one is measured from wherever it was asked for first."""
    function, *limits = node.args
    x, *bounds = limits[-1].args
    if len(bounds) == 2:
        return recalled(_worked_out, node, at)
    return _from_anchor(node, at, x, function)


def _worked_out(node: Any, at: Evaluator) -> Number:
    function, *inner, limit = node.args
    if inner or _definite_inside(function):
        return nested(node, at)
    x, low, high = limit.args
    return definite(at, x, function, *(real_part(at.ctx, at(end)) for end in (low, high)))


def _definite_inside(function: Basic) -> bool:
    inner = [n for n in nodes(function) if isinstance(n, Integral)]
    return bool(inner) and all(len(limit.args) == 3 for n in inner for limit in n.args[1:])


def _from_anchor(node: Basic, at: Evaluator, x: Any, function: Basic) -> Number:
    here = at.given.get(x)
    if here is None:
        raise Undecided(f"no value is given for {x}")
    anchors = at.root.anchors
    start = anchors.setdefault(node, here)
    if start == here:
        return at.ctx.zero
    return gauss(at.ctx, lambda v: at.at({x: v})(function), start, here)


_LEGENDRE: dict[int, list[tuple[Number, Number]]] = {}


def gauss(c: Any, f: Callable[[Number], Number], a: Number, b: Number) -> Number:
    """Gauss-Legendre with 12 nodes: enough over the short way between the ends of a stencil."""
    if c.dps not in _LEGENDRE:
        _LEGENDRE[c.dps] = _legendre_nodes(c, 12)
    middle, half = (a + b) / 2, (b - a) / 2
    return half * sum(w * f(middle + half * v) for v, w in _LEGENDRE[c.dps])


def _legendre_nodes(c: Any, n: int) -> list[tuple[Number, Number]]:
    """Abramowitz and Stegun 25.4.29, from NumPy's double-precision nodes by Newton's method."""
    pairs = []
    for start in np.polynomial.legendre.leggauss(n)[0]:
        x = c.findroot(lambda v: c.legendre(n, v), c.mpf(start))
        slope = n * (x * c.legendre(n, x) - c.legendre(n - 1, x)) / (x * x - 1)
        pairs.append((x, 2 / ((1 - x * x) * slope**2)))
    return pairs


def definite(at: Evaluator, x: Any, function: Basic, a: Number, b: Number) -> Number:
    """The integral of `function` over [a, b], split where it has kinks, jumps or poles.

    Returns +-inf where the integral grows without bound; raises NoLimit where it does not come
    together, Undecided where two quadratures disagree.
    """
    c = at.ctx
    if a == b:
        return c.zero
    if a > b:
        return -definite(at, x, function, b, a)
    if parts := real_and_imaginary(function, x):
        return c.mpc(*(definite(at, x, part, a, b) for part in parts))
    if any(type(node).__name__ == "DiracDelta" for node in nodes(function)):
        raise Undecided("no sample of an integrand shows a DiracDelta in it")
    if c.isinf(b) and not c.isinf(a) and kinks_without_end(function, x):
        b = _faded(at, x, function, a)
    inner = breaks(at, x, function, a, b)
    if _has_a_waving_tail(at, x, function, a, b):
        return improper(at, x, function, a, b, inner, definite)
    waves = between_waves(at, x, function, a, b)
    cuts = sorted({*inner, *waves, *narrow_places(at, x, function, a, b)})
    pieces = [_piece(at, x, function, left, right) for left, right in pairwise([a, *cuts, b])]
    infinite = {p for p in pieces if c.isinf(p)}
    if len(infinite) > 1:
        raise NoLimit("the pieces of the integral diverge with different signs")
    return infinite.pop() if infinite else sum(pieces)


def _has_a_waving_tail(at: Evaluator, x: Any, function: Basic, a: Number, b: Number) -> bool:
    """At an infinite end a sine or cosine that is not damped at once."""
    if not ((at.ctx.isinf(a) or at.ctx.isinf(b)) and oscillates(function, x)):
        return False
    sides = [side for side, end in ((-1, a), (1, b)) if at.ctx.isinf(end)]
    f = _defined(at, x, function)
    return any(abs(f(side * at.ctx.mpf(v))) > 1e-25 for side in sides for v in (149, 151.3, 152.9))


def _faded(at: Evaluator, x: Any, function: Basic, a: Number) -> Number:
    """A place beyond which all that is seen of the integrand is negligible; else infinity."""
    c, f = at.ctx, _defined(at, x, function)
    for k in range(3, 10):
        start = c.mpf(2) ** k
        beyond = (start * c.mpf(s) for s in ("1", "1.07", "1.31", "1.77", "2.6", "5.3"))
        if start > a and all(abs(f(place)) * place**2 < 1e-22 for place in beyond):
            return start
    return c.inf


def _defined(at: Evaluator, x: Any, function: Basic) -> Callable[[Number], Number]:
    """The integrand; 0 at a single node on a pole or a border, where agreement decides."""

    def f(value: Number) -> Number:
        try:
            found = at.at({x: value})(function)
        except Undefined:
            return at.ctx.zero
        return found if at.ctx.isfinite(found) else at.ctx.zero

    return f


def _piece(at: Evaluator, x: Any, function: Basic, a: Number, b: Number) -> Number:
    c, f = at.ctx, _defined(at, x, function)
    ways = {way for end, side in ((a, 1), (b, -1)) if (way := _pole(c, f, end, side))}
    if len(ways) == 2:
        raise NoLimit("the integral diverges at both ends, with different signs")
    if ways:
        return c.inf * ways.pop()
    if c.dps <= ENOUGH_FOR_DOUBLE:
        quick = single(function, x, at, a, b)
        if quick is None or not _fades(c, f, a, b, quick):
            quick = _stretched(at, x, function, a, b, _slowly_in_double)
        if quick is not None:
            at.rests_on(IN_DOUBLE)
            return quick
    at.rests_on(AGREEMENT)
    with c.workdps(max(24, c.dps - 6)):
        value = _agreed(c, f, a, b)
        if value is not None and _fades(c, f, a, b, value):
            return value
        value = _stretched(at, x, function, a, b, _slowly)
        return _diverges(c, f, a, b) if value is None else value


def _agreed(c: Any, f: Callable[[Number], Number], a: Number, b: Number) -> Number | None:
    """The value that two quadratures with different nodes share."""
    first = c.quad(f, [a, b])
    second = c.quad(f, [a, _inside(c, a, b), b])
    agree = abs(first - second) <= AGREEMENT * max(abs(first), c.mpf(10) ** -12)
    return second if c.isfinite(first) and agree else None


Slowly = Callable[[Evaluator, Any, Basic, Number], Number | None]


def _stretched(
    at: Evaluator, x: Any, function: Basic, a: Number, b: Number, slowly: Slowly
) -> Number | None:
    """Once more in u = log of the distance to the ends: there 1/(x*log(x)**2) is 1/u**2."""
    u, c = Dummy("u", positive=True), at.ctx
    if c.isinf(a) and c.isinf(b):
        left = _stretched(at, x, function, a, c.zero, slowly)
        right = None if left is None else _stretched(at, x, function, c.zero, b, slowly)
        return None if right is None else left + right
    middle = _middle(c, a, b)
    total = c.zero
    for end, side in ((a, 1), (b, -1)):
        if c.isinf(end):
            place, start = -side * exp(u), c.log(abs(middle))
        else:
            place, start = _exactly(end) + side * exp(-u), -c.log(abs(middle - end))
        g = function.xreplace({x: place}) * exp(u if c.isinf(end) else -u)
        value = slowly(at, u, g, start)
        if value is None:
            return None
        total += value
    return None if c.isnan(total) else total


def _middle(c: Any, a: Number, b: Number) -> Number:
    """A point inside, beyond 1 on the side of an infinite end."""
    if c.isinf(b):
        return max(c.one, a + 1)
    return min(-c.one, b - 1) if c.isinf(a) else (a + b) / 2


def _exactly(value: Number) -> Basic:
    return Integer(int(value)) if value == int(value) else Float(mpmath.nstr(value, 60), 60)


def _slowly(at: Evaluator, u: Any, g: Basic, start: Number) -> Number | None:
    """From `start` to infinity; no node may be without a value, and the far end has to fade."""
    c = at.ctx

    def f(value: Number) -> Number:
        return at.at({u: value})(g)

    try:
        value = _agreed(c, f, start, c.inf)
        if value is not None and _fades(c, f, start, c.inf, value):
            return value
        return _diverges(c, f, start, c.inf)
    except (Undefined, Undecided):
        return None


def _slowly_in_double(at: Evaluator, u: Any, g: Basic, start: Number) -> Number | None:
    c = at.ctx
    value = single(g, u, at, start, c.inf)
    try:
        fades = value is not None and _fades(c, lambda v: at.at({u: v})(g), start, c.inf, value)
    except Undefined:
        return None
    return value if fades else None


def _fades(c: Any, f: Callable[[Number], Number], a: Number, b: Number, value: Number) -> bool:
    """Distance times f goes to 0 at both ends, fast enough for the quadrature to have seen it all.

    1/x far out is cut off by both rules at the same place, and both return the same wrong number.
    So is 1, with a number so large that the distance times f looks small beside it.
    """
    gap = c.mpf(10) ** -20
    sizes = [
        _far_out(c, f, -1) if c.isinf(a) else abs(f(a + gap)) * gap,
        _far_out(c, f, 1) if c.isinf(b) else abs(f(b - gap)) * gap,
    ]
    return all(size < AGREEMENT * max(1, abs(value)) for size in sizes)


def _far_out(c: Any, f: Callable[[Number], Number], side: int) -> Number:
    """Distance times |f| far out; infinite where it still grows from there."""
    here, beyond = (abs(f(side * c.mpf(10) ** k)) * c.mpf(10) ** k for k in (15, 20))
    return beyond if beyond <= here else c.inf


def _inside(c: Any, a: Number, b: Number) -> Number:
    if c.isinf(a):
        return c.mpf("0.37") if c.isinf(b) else b - c.mpf("1.7")
    return a + c.mpf("1.7") if c.isinf(b) else a + (b - a) * c.mpf("0.382")


def _truncated(c: Any, f: Callable[[Number], Number], a: Number, b: Number) -> list[Number]:
    """Integrals that stop short of both ends by less and less: 2**-k, or out to 2**k."""
    values = []
    total, inner = c.zero, None
    for k in range(2, 26, 2):
        ends = _short_of(c, a, b, k)
        if inner is None:
            total = c.quad(f, [ends[0], (ends[0] + ends[1]) / 2, ends[1]])
        else:
            total += c.quad(f, [ends[0], inner[0]]) + c.quad(f, [inner[1], ends[1]])
        inner = ends
        values.append(total)
    return values


def _short_of(c: Any, a: Number, b: Number, k: int) -> tuple[Number, Number]:
    if c.isinf(a) or c.isinf(b):
        low = -(c.mpf(2) ** k) if c.isinf(a) else a + c.mpf(2) ** -k
        return low, c.mpf(2) ** k if c.isinf(b) else b - c.mpf(2) ** -k
    gap = (b - a) * c.mpf(2) ** -k
    return a + gap, b - gap


def _diverges(c: Any, f: Callable[[Number], Number], a: Number, b: Number) -> Number:
    """+-inf if the integrals that stop short of the ends grow without slowing down."""
    values = _truncated(c, f, a, b)
    gains = [after - before for before, after in pairwise(values)]
    if not all(is_real(g) for g in gains):
        raise Undecided("two quadratures disagree, and the integrand is not real")
    late = [c.re(g) for g in gains[-5:]]
    same_sign = all(g > 0 for g in late) or all(g < 0 for g in late)
    growing = same_sign and all(abs(y) > 0.9 * abs(x) for x, y in pairwise(late))
    if growing and (_steep(c, f, a, 1) or _steep(c, f, b, -1)):
        return c.inf if late[0] > 0 else c.ninf
    raise Undecided("two quadratures with different nodes disagree")


def _pole(c: Any, f: Callable[[Number], Number], end: Number, side: int) -> int:
    """The sign of f where it plainly grows like 1/distance or faster towards an end, else 0."""
    try:
        values = [_near(c, f, end, side, c.mpf(10) ** -k) for k in (5, 6, 8, 9)]
        if not all(is_real(v) for v in values) or len({c.re(v) > 0 for v in values}) > 1:
            return 0
        early, late = (c.log(abs(values[k + 1] / values[k])) / c.log(10) for k in (0, 2))
    except (ArithmeticError, ValueError):
        return 0
    plain = abs(early - late) < 1e-3 and min(early, late) > 1 - 1e-7
    return (1 if c.re(values[0]) > 0 else -1) if plain else 0


def _steep(c: Any, f: Callable[[Number], Number], end: Number, side: int) -> bool:
    """Whether f grows towards the end as fast as 1/distance, or comes ever nearer to doing so.

    The integral of distance**(-0.999) grows for very long, and is finite.
    """

    def exponent(k: int) -> Number:
        near, nearer = (_near(c, f, end, side, c.mpf(10) ** -j) for j in (k, k + 1))
        return c.log(abs(nearer / near)) / c.log(10)

    try:
        early, late = (exponent(k) for k in (5, 11))
    except (ZeroDivisionError, ValueError):
        return True  # too steep, or not real, to measure
    # Of distance**(-p)*log(distance)**q the exponent at 10**-k is p + q*log10(1 + 1/k).
    slow, fast = (c.log(1 + c.one / k) for k in (5, 11))
    if (late * slow - early * fast) / (slow - fast) < INTEGRABLE:
        return False
    return bool(1 - late <= 1e-6 or 1 - late < 0.8 * (1 - early))


def _near(c: Any, f: Callable[[Number], Number], end: Number, side: int, gap: Number) -> Number:
    """f at that distance from the end; from an infinite one, in the reciprocal variable."""
    return f(-side / gap) / gap**2 if c.isinf(end) else f(end + side * gap)


@estimator("Between")
@remembered
def between(node: Any, at: Evaluator) -> Number:
    """[F]_a^b: the growth of F over the pieces of [a, b] on which it is continuous.

    Of an unevaluated antiderivative it is the definite integral. Otherwise each piece is measured
    from just inside one end to just inside the other.
    """
    function, x, low, high = node.args
    a, b = at(low), at(high)
    if a == b:
        return at.ctx.zero
    if type(function).__name__ == "Integral" and len(function.args[1].args) == 1:
        return definite(at, x, function.args[0], a, b)
    if a > b:
        return -_growth(at, x, function, high, low)
    return _growth(at, x, function, low, high)


def _growth(at: Evaluator, x: Any, function: Basic, low: Basic, high: Basic) -> Number:
    growth = one_sided_limit(at, x, function, high, -1)
    growth -= one_sided_limit(at, x, function, low, +1)
    for place in breaks(at, x, function, at(low), at(high)):
        growth += limit_beside(at, x, function, place, -1)
        growth -= limit_beside(at, x, function, place, +1)
    if at.ctx.isnan(growth):
        raise NoLimit("infinite growth on both sides of a point")
    return growth
