"""One-sided limits from their definition: places that come nearer, digits enough for each, scales.

The values along the way are extrapolated by `sequence`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil, log2, log10
from typing import Any

from sympy import Basic, Symbol, exp, log, oo

from lambdify_bridge.enclosure import can_be_enclosed, enclosed
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
from lambdify_bridge.sequence import (
    AGREEMENT,
    NoLimit,
    NoValues,
    close,
    extrapolated,
    value_at_infinity,
)

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
LARGE = 1e6
TINY = 1e-6
GOLDEN = "0.6180339887498948482045868343656"


def one_sided_limit(at: Evaluator, x: Any, function: Basic, x0: Basic, side: int) -> Number:
    """The limit of `function` as x comes to x0 from above (side +1) or below (-1).

    Where the plain approach decides nothing, the variable is put as exp(s), exp(exp(s)) or log(s),
    exactly: what changes like log(log(x)) or exp(exp(x)) is seen to settle on its own scale.
    """
    at.rests_on(1e-9)
    if x.is_integer:
        return value_at_infinity(at.ctx, _along_integers(at, x, function), whole)
    farther = _doublings(function)
    try:
        approach = _plain_approach(at, x, function, x0, side)
        value = value_at_infinity(at.ctx, approach, farther=farther)
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
    if _turns_later(at, x, function, x0, side, value):
        raise Undecided("the function turns beyond the numbers that were looked at")
    return value


MOST_DOUBLINGS = 4
SEEN = 90  # decades of a number in the function, of which the sequences see far beyond


def _doublings(function: Basic) -> int:
    """How much farther to look because of the numbers in it: of x/(x + 10**300) nothing is seen."""
    sizes = [abs(n) for n in nodes(function) if n.is_Rational and n != 0]
    decades = max((abs(_decades(n)) for n in sizes), default=0.0)
    count = max(0, ceil(log2(max(decades, 1) / SEEN)))
    if count > MOST_DOUBLINGS:
        raise Undecided("a number in it is too large to look beyond it")
    return count


def _decades(number: Any) -> float:
    return (int(number.p).bit_length() - int(number.q).bit_length()) * log10(2)


def _turns_later(
    at: Evaluator, x: Any, function: Basic, x0: Basic, side: int, value: Number
) -> bool:
    """Whether it leads elsewhere where log(x), or log(log(x)), is itself a large number.

    x/log(x)**1000 falls to 10**-2500 before it rises.
    """
    if not any(_is_a_power_of_a_log(node, x) for node in nodes(function)):
        return False
    for by_s, s in _other_scales(at, x, function, x0, side, False):
        try:
            there = value_at_infinity(at.ctx, _plain_approach(at, s, by_s, oo, 1))
        except (Undecided, Undefined):
            continue
        if not close(at.ctx, value, there, TINY):
            return True
    return False


HIGH_POWER = 4


def _is_a_power_of_a_log(node: Any, x: Any) -> bool:
    if not node.is_Pow or x not in node.args[0].free_symbols:
        return False
    base, exponent = node.args
    return _has_log(base) and exponent.is_number and abs(exponent) > HIGH_POWER


def _may_turn_late(function: Basic, x: Any) -> bool:
    """Exponentials of log(log(x)): of 10**270 that is only 6, and what grows now may fall later."""
    nested = any(_has_log(node.args[0]) for node in nodes(function) if _is_log(node))
    return nested and any(_is_exponential(n, x) and _has_log(n) for n in nodes(function))


def _is_log(node: Basic) -> bool:
    return type(node).__name__ == "log"


def _has_log(expression: Basic) -> bool:
    return any(map(_is_log, nodes(expression)))


def _plain_approach(
    at: Evaluator, x: Any, function: Basic, x0: Basic, side: int
) -> Callable[[Number], Number]:
    c = at.ctx
    infinite = c.isinf(at(x0))

    names = {type(node).__name__ for node in nodes(function)}
    most = MOST_DIGITS_OF_SERIES if names & SERIES else MOST_DIGITS

    def place(t: Number, there: Evaluator) -> Number:
        """At distance 1/t, or t itself; far out not at round places.

        There sin(pi*t) and t - floor(t) look settled.
        """
        far = t + there.ctx.frac(t * there.ctx.mpf(GOLDEN)) if t > NEAR else t
        point = there(x0)
        return (far if point > 0 else -far) if infinite else point + side / far

    def f(t: Number, digits: int) -> Number:
        if digits > most:
            raise Undefined(f"this would take {digits} digits")
        with at.digits(digits) as there:
            return there.at({x: place(t, there)})(function)

    exponents = _exponents(function, x) if _cancels(function, x) else []
    if exponents:

        def g(t: Number, digits: int) -> Number:
            return f(t, digits + _for_exponents(at, x, exponents, t, x0, side))

        each = _spare_digits(c, g) or EXACT_ZERO
        return _bounded_first(at, x, function, place, lambda t: g(t, _for_decades(c, t, each)))
    spare = _spare_digits(c, f)
    if spare is None and any(_is_exponential(node, x) for node in nodes(function)):
        return lambda t: _until_steady(c, lambda digits: f(t, digits))
    return lambda t: f(t, _for_decades(c, t, spare or EXACT_ZERO))


def _bounded_first(
    at: Evaluator,
    x: Any,
    function: Basic,
    place: Callable[[Number, Evaluator], Number],
    otherwise: Callable[[Number], Number],
) -> Callable[[Number], Number]:
    """By intervals, up to the first place where they are too wide."""
    narrow = can_be_enclosed(function) and all(map(is_real, at.given.values()))

    def h(t: Number) -> Number:
        nonlocal narrow
        with at.digits(_for_decades(at.ctx, t, 2)) as there:
            try:
                if narrow:
                    values = {**there.given, x: place(t, there)}
                    return there.ctx.make_mpf(enclosed(function, values))
            except Undefined:
                narrow = False
        return otherwise(t)

    return h


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
    value = extrapolated(c, [at.at({x: place + side * gap})(function) for gap in gaps])
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
