"""Limits from their definition: values along a sequence, extrapolated.

Two sequences are used, a geometric and a doubly geometric one; each alone has been seen to agree
with a wrong value (a limit approached like 1/log x looks settled on any geometric sequence).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from sympy import Basic, Symbol, exp, log, oo

from lambdify_bridge.evaluate import (
    LAZY,
    Evaluator,
    Number,
    Undecided,
    Undefined,
    estimator,
    is_real,
)
from lambdify_bridge.nodes import nodes
from lambdify_bridge.remembered import remembered


class NoLimit(Undefined):
    """The values along a sequence do not come together."""


class NoValues(Undecided):
    """There are too few values to tell; `last` is the one that was seen farthest out."""

    def __init__(self, last: Number | None) -> None:
        super().__init__("the function cannot be evaluated along any sequence")
        self.last = last


AGREEMENT = 1e-8
STEADY = 1e-12
NEAR = 2.0**20
MOST_DIGITS = 10_000
FIRST_DIGITS = 80
LADDER = 1300  # digits at which looking for more of them ends
EXACT_ZERO = 6  # spare digits of what is 0 far out, and has no exponential that could hide in it
MOST_DIGITS_OF_EXPONENTS = 3000
MOST_DIGITS_OF_SERIES = 150
SERIES = {
    "gamma", "loggamma", "factorial", "binomial", "beta", "digamma", "polygamma", "binet", "zeta",
    "erf", "erfc", "erfi", "Ei", "li", "Si", "Ci", "expint", "uppergamma", "lowergamma", "polylog",
}  # fmt: skip
FAST = {"exp", "Pow", "sinh", "cosh", "tanh", "coth", "sigmoid", "softplus", "gamma", "factorial"}
ENOUGH = 5  # values to extrapolate from
FEW = 10
LARGE = 1e6
TINY = 1e-6
GOLDEN = "0.6180339887498948482045868343656"


def value_at_infinity(
    c: Any,
    f: Callable[[Number], Number],
    place: Callable[[Number, int], Number] = lambda point, k: point,
) -> Number:
    """The limit of f(t) as t grows, by 2**k and by 12**(2**k). Raises NoLimit, Undecided.

    `place` is where f is asked for near the k-th point.
    """
    points = [place(c.mpf("1.3819") * c.mpf(2) ** k, k) for k in range(6, 46)]
    steady = _values(f, points)
    rapid = _values(f, [place(c.mpf("11.7135") ** (2**k), k) for k in range(1, 9)])
    slow, fast = (_extrapolated(c, v) if len(v) >= ENOUGH else None for v in (steady, rapid))
    if slow is None and ENOUGH <= len(steady) < FEW:
        slow = _neville(c, points, steady)
    if slow is None and fast is None:
        if max(len(steady), len(rapid)) < ENOUGH:
            raise NoValues(steady[-1] if steady else None)
        if len(steady) >= FEW and _keeps_moving(steady):
            raise NoLimit("the values along the sequence do not come together")
        raise Undecided("the values along the sequence come together too slowly to tell")
    if fast is None:
        if len(rapid) >= ENOUGH:
            raise Undecided("one of two sequences settles, the other does not")
        return slow
    # Where they differ the fast one has seen more, unless the slow one is at rest.
    differ = slow is not None and not close(c, slow, fast)
    if differ and (c.isinf(slow) or _at_rest(c, steady)):
        raise Undecided("two sequences lead to different limits")
    return fast


def _keeps_moving(values: list[Number]) -> bool:
    """The late values are spread as wide as the early ones."""
    half = len(values) // 2
    if half < 3:
        return False
    early, late = (max(abs(b - a) for a, b in pairwise(v)) for v in (values[:half], values[half:]))
    return bool(late > 0.3 * early)


def close(c: Any, a: Number, b: Number, tolerance: float = AGREEMENT) -> bool:
    if c.isinf(abs(a)) or c.isinf(abs(b)):
        return bool(a == b)
    return bool(abs(a - b) <= tolerance * max(1, abs(a), abs(b)))


def _values(f: Callable[[Number], Number], points: list[Number]) -> list[Number]:
    """f along the points, up to the first one where it has no value."""
    values = []
    for point in points:
        try:
            values.append(f(point))
        except (Undefined, MemoryError):
            break
        except Undecided:
            if not values:
                raise
            break  # a sum of too many terms: what was seen may be enough
    return values


def _extrapolated(c: Any, values: list[Number]) -> Number | None:
    """Where the values lead: a number, an infinity, or None."""
    if any(c.isnan(abs(v)) for v in values):
        return None
    last = values[-1]
    if c.isinf(abs(last)):
        return last
    if _at_rest(c, values):
        return last
    if is_real(last) and _unbounded(values):
        return c.inf if c.re(last) > 0 else c.ninf
    if _keeps_moving(values):
        return None
    found = wynn(c, values)
    if found is not None and abs(found) < TINY * abs(last):
        return c.zero  # far below the values it was extrapolated from
    if found is not None and abs(found) < min(AGREEMENT / 10, abs(last) / 100):
        return c.zero if _falls_steadily(values) else None
    return found


def _falls_steadily(values: list[Number]) -> bool:
    """Still falling by one ratio: near a limit that is not zero the ratios would go to one."""
    if any(v == 0 for v in values[-5:]):
        return False
    ratios = [b / a for a, b in pairwise(values[-5:])]
    return all(abs(q) < 0.9 and abs(q - ratios[-1]) < 0.002 * abs(q) for q in ratios)


def _at_rest(c: Any, values: list[Number]) -> bool:
    before, middle, last = values[-3:]
    size = max(1, abs(last))
    settled = abs(last - middle) <= AGREEMENT * c.mpf("1e-6") * size
    return bool(settled and abs(middle - before) <= AGREEMENT * size)


def _unbounded(values: list[Number]) -> bool:
    """Steps of one sign that fall no faster than 1/k: their sum is infinite, as for log log t."""
    steps = [(b - a).real for a, b in pairwise(values)]
    late = list(enumerate(steps, 1))[-6:]
    away = 1 if values[-1].real > 0 else -1
    one_way = all(s * away > 0 for _, s in late)
    weights = [k * abs(s) for k, s in late]
    if len(values) < FEW:  # a finite limit may be approached like this for so long
        weights = [abs(s) for _, s in late]
    return one_way and all(y >= 0.99 * x for x, y in pairwise(weights))


def wynn(c: Any, values: list[Number]) -> Number | None:
    """Wynn's epsilon algorithm (1956): every second column is one of estimates.

    The first column whose last two estimates agree decides; beyond it there is only rounding.
    """
    before, column = [c.zero] * (len(values) + 1), list(values)
    for order in range(1, len(values)):
        gaps = [b - a for a, b in pairwise(column)]
        if any(gap == 0 for gap in gaps):
            return None
        before, column = column, [v + 1 / g for v, g in zip(before[1:], gaps, strict=False)]
        if order % 2 == 0 and len(column) >= 2 and close(c, column[-2], column[-1], AGREEMENT / 10):
            near = abs(column[-1] - values[-1]) <= 10 * _spread(values)
            return column[-1] if near else None
    return None


def _neville(c: Any, points: list[Number], values: list[Number]) -> Number | None:
    """Where the polynomial in 1/t through the values leads for 1/t = 0, if that settles."""
    row, ends = list(values), []
    for order in range(1, len(values)):
        places = [(points[k], points[k + order]) for k in range(len(row) - 1)]
        pairs = zip(pairwise(row), places, strict=True)
        row = [(t * b - s * a) / (t - s) for (a, b), (s, t) in pairs]
        ends.append(row[-1])
    return ends[-1] if len(ends) > 2 and close(c, ends[-2], ends[-1]) else None


def _spread(values: list[Number]) -> Number:
    return max(abs(b - a) for a, b in pairwise(values[-8:]))


def one_sided_limit(at: Evaluator, x: Any, function: Basic, x0: Basic, side: int) -> Number:
    """The limit of `function` as x comes to x0 from above (side +1) or below (-1).

    Where the plain approach decides nothing, the variable is put as exp(s), exp(exp(s)) or log(s),
    exactly: what changes like log(log(x)) or exp(exp(x)) is seen to settle on its own scale.
    """
    at.rests_on(1e-9)
    if x.is_integer:
        return value_at_infinity(at.ctx, _along_integers(at, x, function), whole)
    try:
        value = value_at_infinity(at.ctx, _plain_approach(at, x, function, x0, side))
    except Undecided as problem:
        slower = isinstance(problem, NoValues)
        last = problem.last if isinstance(problem, NoValues) else None
        for by_s, s in _other_scales(at, x, function, x0, side, slower):
            try:
                value = value_at_infinity(at.ctx, _plain_approach(at, s, by_s, oo, 1))
            except (Undecided, Undefined):
                continue
            # On a slower scale what looks infinite may only not have turned yet.
            seen = last is None or (abs(last) > LARGE and value * at.ctx.re(last) > 0)
            if not slower or at.ctx.isfinite(value) or seen:
                return value
        raise
    if at.ctx.isinf(abs(value)) and _may_turn_late(function, x):
        raise Undecided("the function may turn beyond the numbers that were looked at")
    return value


def _may_turn_late(function: Basic, x: Any) -> bool:
    """Exponentials of log(log(x)): of 10**270 that is only 6, and what grows now may fall later."""
    logs = [node for node in nodes(function) if type(node).__name__ == "log"]
    nested = any(type(n).__name__ == "log" for outer in logs for n in nodes(outer.args[0]))
    return nested and any(_is_exponential(node, x) for node in nodes(function))


def _plain_approach(
    at: Evaluator, x: Any, function: Basic, x0: Basic, side: int
) -> Callable[[Number], Number]:
    c = at.ctx
    infinite = c.isinf(at(x0))

    names = {type(node).__name__ for node in nodes(function)}
    most = MOST_DIGITS_OF_SERIES if names & SERIES else MOST_DIGITS

    def f(t: Number, digits: int) -> Number:
        """At distance 1/t, or at t itself."""
        if digits > most:
            raise Undefined(f"this would take {digits} digits")
        with at.digits(digits) as there:
            # Far out not at round places: there sin(pi*t) and t - floor(t) look settled.
            far = t + there.ctx.frac(t * there.ctx.mpf(GOLDEN)) if t > NEAR else t
            point = there(x0)
            place = (far if point > 0 else -far) if infinite else point + side / far
            return there.at({x: place})(function)

    exponents = _exponents(function, x) if _cancels(function, x) else []
    if exponents:

        def g(t: Number, digits: int) -> Number:
            return f(t, digits + _for_exponents(at, x, exponents, t, x0, side))

        each = _spare_digits(c, g) or EXACT_ZERO
        return lambda t: g(t, _for_decades(c, t, each))
    spare = _spare_digits(c, f)
    if spare is None and any(_is_exponential(node, x) for node in nodes(function)):
        return lambda t: _until_steady(c, lambda digits: f(t, digits))
    return lambda t: f(t, _for_decades(c, t, spare or EXACT_ZERO))


def _is_exponential(node: Basic, x: Any) -> bool:
    """Whether x is in an exponent, or in a function that grows or shrinks like that."""
    exponent = node.args[1:] if type(node).__name__ == "Pow" else node.args
    return type(node).__name__ in FAST and any(x in part.free_symbols for part in exponent)


def _cancels(function: Basic, x: Any) -> bool:
    """Whether exponentials are added to something, so that digits may cancel."""
    sums = (node for node in nodes(function) if type(node).__name__ == "Add")
    return any(_is_exponential(node, x) for total in sums for node in nodes(total))


def _exponents(function: Basic, x: Any) -> list[Basic]:
    """The u of every exp(u) in `function`."""
    found = [node for node in nodes(function) if _is_exponential(node, x)]
    return [n.args[1] * log(n.args[0]) if type(n).__name__ == "Pow" else n.args[0] for n in found]


def _for_exponents(
    at: Evaluator, x: Any, exponents: list[Basic], t: Number, x0: Basic, side: int
) -> int:
    """Digits in which 1 + exp(-u) is not 1: exp(u) has as many as u has size."""
    point = at(x0)
    place = (t if point > 0 else -t) if at.ctx.isinf(point) else point + side / t
    there = at.at({x: place})
    size = max(abs(there(u)) for u in exponents)
    if not size < MOST_DIGITS_OF_EXPONENTS:
        raise Undefined("exponentials too large to tell what cancels")
    return int(size)


def _for_decades(c: Any, t: Number, spare: int) -> int:
    """`spare` digits for every decade of t."""
    return int(c.dps) + spare * int(c.log10(t) + 1)


def _until_steady(c: Any, f: Callable[[int], Number], may_be_zero: bool = False) -> Number:
    """Differences of exponentials lose digits by the argument, not by its decades: try on."""
    digits = FIRST_DIGITS
    before = f(digits)
    while digits < LADDER:
        digits *= 2
        value = f(digits)
        if value != 0 and abs(value - before) <= STEADY * abs(value):
            return value
        if 0 < abs(value) < c.mpf(10) ** (-digits // 2) and abs(before) < c.mpf(10) ** -c.dps:
            return c.zero  # nothing but rounding, however many digits: sin(pi*n)
        before = value
    if may_be_zero and before == 0:
        return before
    raise Undefined("more digits cancel than are computed")


def _spare_digits(c: Any, f: Callable[[Number, int], Number]) -> int | None:
    """How many digits a decade cancellation costs: (x - sin(x))/x**3 needs 3, one over x**8 eight.

    Too few show, far out, as a value that one more digit changes, or as an exact 0; None where no
    number of digits for each decade is enough.
    """
    for power in (256, 64, 16):
        t = c.mpf("11.7135") ** power
        try:
            return _enough_digits(c, f, t)
        except (Undefined, MemoryError):
            continue  # too far out for this function: look nearer
    return None


def _enough_digits(c: Any, f: Callable[[Number, int], Number], t: Number) -> int | None:
    for spare in (3, 6, 12, 24):
        fewer, more = (f(t, _for_decades(c, t, s)) for s in (spare, spare + 1))
        if fewer != 0 and abs(fewer - more) <= AGREEMENT * abs(more):
            return spare
    return None


def _other_scales(
    at: Evaluator, x: Any, function: Basic, x0: Basic, side: int, slower: bool
) -> Iterator[tuple[Basic, Symbol]]:
    """The function of s, with the distance of x written as 1/exp(s), 1/exp(exp(s)); or 1/log(s)."""
    names = {type(node).__name__ for node in nodes(function)}
    if names & set(LAZY) or x not in function.free_symbols:
        return
    s, point = Symbol(f"{x.name}_s", positive=True), at(x0)
    faster = [exp(s), exp(exp(s))] if "log" in names else []
    for far in [log(s)] if slower else faster:
        place = far * (1 if point > 0 else -1) if at.ctx.isinf(point) else x0 + side / far
        yield function.xreplace({x: place}), s


# ------------------------------------------------------------------ sequences of whole numbers


def whole(point: Number, k: int) -> Number:
    """A whole number close to the point, even and odd in turn: (-1)**n must not look settled."""
    n = int(point)
    return n + (n + k) % 2


def _along_integers(at: Evaluator, n: Any, function: Basic) -> Callable[[Number], Number]:
    def f(place: Number, digits: int) -> Number:
        with at.digits(digits) as there:
            return there.at({n: there.ctx.mpf(place)})(function)

    c, no_tower = at.ctx, "exp" not in {type(node).__name__ for node in nodes(function)}

    def steady(place: Number) -> Number:
        return _until_steady(c, lambda digits: f(place, digits + len(str(place))), no_tower)

    return steady


def limit_beside(at: Evaluator, x: Any, function: Basic, place: Number, side: int) -> Number:
    """The one-sided limit at a place known to working precision only: stay well outside of it."""
    c = at.ctx
    gaps = [c.mpf(10) ** -k * max(1, abs(place)) for k in range(3, c.dps // 2 + 3)]
    value = _extrapolated(c, [at.at({x: place + side * gap})(function) for gap in gaps])
    if value is None:
        raise Undecided("the values beside a break come together too slowly to tell")
    return value


@estimator("Limit")
@remembered
def limit(node: Any, at: Evaluator) -> Number:
    function, x, x0, direction = node.args
    point = at(x0)
    if at.ctx.isinf(point) or str(direction) != "+-":
        return one_sided_limit(at, x, function, x0, -1 if str(direction) == "-" else 1)
    right = one_sided_limit(at, x, function, x0, 1)
    left = one_sided_limit(at, x, function, x0, -1)
    if not close(at.ctx, left, right, 1e-6):
        raise NoLimit(f"from the left {float_text(left)}, from the right {float_text(right)}")
    return right


def float_text(value: Number) -> str:
    return f"{complex(value):.8g}" if getattr(value, "imag", 0) else f"{float(value):.8g}"
