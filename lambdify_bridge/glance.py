"""A first look at a limit or a definite integral of one letter: whether its value plainly holds.

It is quick, and no check: what it does not find plain has still to be checked, and what it does
is not yet confirmed. It serves where a false value has to be noticed at little cost.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from sympy import Basic, Integral, Limit, sympify

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined
from lambdify_bridge.trapezoid import ArrayFunction, mapped

DIGITS = 60
NEAR = 1e-6  # how near to the claim, relative to it where it is large
LARGE = 1e4  # beyond which values that grow are taken to go to infinity
DISTANCES = ("1.3819e-4", "1.1713e-8", "0.8317e-12")  # no round places: sin(pi*t) looks settled
FLOOR = 1e-12
NODES = 64
ENDS = 3.1  # tanh(pi/2*sinh(3.1)) is 1 in double precision


def plainly_holds(goal: Basic, result: Basic) -> bool:
    """Whether a few numbers already agree that `goal = result`; False says nothing.

    >>> from sympy import Limit, Integral, Symbol, sin
    >>> x = Symbol("x")
    >>> plainly_holds(Limit(sin(x)/x, x, 0, "+-"), 1), plainly_holds(Integral(x, (x, 0, 2)), 2)
    (True, True)
    >>> plainly_holds(Limit(sin(x)/x, x, 0, "+-"), 2), plainly_holds(Integral(x, (x, 0, 2)), 1)
    (False, False)
    """
    if goal.free_symbols or not getattr(result, "is_number", True):
        return False
    at = Evaluator({}, digits=DIGITS)
    try:
        claimed = at(sympify(result, strict=True))
        if isinstance(goal, Limit):
            return _limit(goal, claimed, at)
        if isinstance(goal, Integral) and [len(limit) for limit in goal.limits] == [3]:
            return _integral(goal, float(claimed), at)
    except (Undefined, Undecided, TypeError, ValueError, NotImplementedError):
        pass  # not plain: the check itself says what it makes of it
    return False


def _limit(goal: Any, claimed: Number, at: Evaluator) -> bool:
    """The values on the way come nearer, or grow, and the last one is near, or large."""
    f, x, x0, direction = goal.args
    c, point = at.ctx, at(x0)
    sides = (-1, 1) if str(direction) == "+-" else (1 if str(direction) == "+" else -1,)
    if c.isinf(point):
        sides = (0,)
    for side in sides:
        gaps = [c.mpf(d) for d in DISTANCES]
        places = [point + side * gap if side else c.sign(point) / gap for gap in gaps]
        if not _leads_to(c, [at.at({x: place})(f) for place in places], claimed):
            return False
    return True


def _leads_to(c: Any, values: list[Number], claimed: Number) -> bool:
    if c.isinf(claimed):
        sign = c.sign(claimed)
        return all(sign * b > sign * a > 0 for a, b in pairwise(values)) and _large(values)
    errors = [abs(value - claimed) for value in values]
    nearer = all(b < a or b == 0 for a, b in pairwise(errors))
    return bool(nearer and errors[-1] <= NEAR * max(1, abs(claimed)))


def _large(values: list[Number]) -> bool:
    return bool(abs(values[-1]) > LARGE)


def _integral(goal: Integral, claimed: float, at: Evaluator) -> bool:
    """Tanh-sinh quadrature on two uneven pieces, with two numbers of nodes."""
    if not np.isfinite(claimed):
        return False
    f, a, b = mapped(goal, at)
    middle = a + 0.382 * (b - a)  # no pole in the middle of a symmetric range may cancel
    few, many = (
        sum(_tanh_sinh(f, *ends, n) for ends in ((a, middle), (middle, b)))
        for n in (NODES, 2 * NODES)
    )
    tolerance = NEAR * abs(claimed) + FLOOR
    return bool(abs(few - many) <= tolerance and abs(many - claimed) <= tolerance)


def _tanh_sinh(f: ArrayFunction, a: float, b: float, intervals: int) -> float:
    """Takahasi and Mori (1974); the values at the very ends, where there are none, count as 0."""
    t = np.linspace(-ENDS, ENDS, intervals + 1)
    s = np.pi / 2 * np.sinh(t)
    nodes = (a + b) / 2 + (b - a) / 2 * np.tanh(s)
    weights = (b - a) / 2 * np.pi / 2 * np.cosh(t) / np.cosh(s) ** 2
    with np.errstate(all="ignore"):
        values = f(nodes)
    inside = slice(intervals // 8, -intervals // 8)
    if not np.isfinite(values[inside]).all():
        raise Undefined("the integrand has no value inside of the range")
    return float(np.sum(np.where(np.isfinite(values), values, 0.0) * weights) * (t[1] - t[0]))
