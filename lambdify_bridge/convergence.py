"""The plain numerical estimate, seen to converge to the claim at its order.

Central differences and the trapezoidal rule in double precision, with the step halved again and
again: against the true value the error falls by 4 each time until rounding takes over. Against a
value that is wrong by more than rounding it stalls.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, log2
from typing import Any

import numpy as np
from sympy import Basic, Derivative, Integral, Symbol

from lambdify_bridge.breaks import breaks
from lambdify_bridge.double_exponential import rule
from lambdify_bridge.evaluate import Evaluator, Undecided, Undefined, is_real
from lambdify_bridge.peaks import narrow_places
from lambdify_bridge.report import Row
from lambdify_bridge.trapezoid import ArrayFunction, mapped, trapezoid

EPS = 2.0**-52
ORDER = 2.0
NEAR = 0.35
SETTLED = 1e-10


@dataclass(frozen=True)
class Convergence:
    method: str
    seen: bool
    reason: str
    rows: tuple[Row, ...]
    order: float | None = None


def convergence(
    operator: Basic, claim: Basic, point: dict[Symbol, Any], definitions: Any = ()
) -> Convergence | None:
    """The table for a first derivative or a definite integral; None for anything else."""
    try:
        if isinstance(operator, Derivative) and _is_first(operator):
            return _difference_table(operator, claim, Evaluator(point, definitions))
        if type(operator).__name__ == "Adjoint":
            return _difference_table(operator, claim, Evaluator(point, operator.definitions))
        if isinstance(operator, Integral) and _is_definite(operator):
            return _trapezoid_table(operator, claim, Evaluator(point, definitions))
    except (Undefined, Undecided):
        return None
    return None


def _is_first(operator: Derivative) -> bool:
    return len(operator.args) == 2 and operator.args[1].args[1] == 1


def _is_definite(operator: Integral) -> bool:
    return len(operator.limits) == 1 and len(operator.limits[0]) == 3


def _difference_table(operator: Any, claim: Basic, at: Evaluator) -> Convergence | None:
    """Central differences in double precision at h = 2**-3, 2**-4, ..."""
    function = operator.args[0]
    x = operator.args[1].args[0] if isinstance(operator, Derivative) else operator.args[1]
    value, here = at(claim), at(x)
    if not is_real(value):
        return None

    def f(step: float) -> float:
        return float(at.ctx.re(at.at({x: here + step})(function)))

    scale = max(abs(f(0.0)), 1e-300)
    rows, floors = [], []
    for k in range(3, 24):
        h = 2.0**-k
        try:
            estimate = (f(h) - f(-h)) / (2 * h)
        except (Undefined, OverflowError):
            continue
        rows.append((h, abs(estimate - float(value.real))))
        floors.append(8 * EPS * (scale + abs(float(value.real))) / h)
    return _judged("the central difference", rows, floors)


def _trapezoid_table(operator: Any, claim: Basic, at: Evaluator) -> Convergence | None:
    """Trapezoidal sums in double precision with 8, 16, 32, ... intervals between the breaks.

    Where the range is infinite or the integrand singular, double-exponential sums in their place.
    """
    value = at(claim)
    if operator.function.has(Integral) or not is_real(value) or not at.ctx.isfinite(value):
        return None
    f, a, b = mapped(operator, at)
    truth = float(at.ctx.re(value))
    pieces = _pieces(operator, at, a, b)
    rows, floors = [], []
    for k in range(3, 13):
        sums = [trapezoid(f, low, high, 2**k) for low, high in pieces]
        total, size = (sum(column) for column in zip(*sums, strict=True))
        rows.append(((b - a) / 2**k, abs(total - truth)))
        floors.append(64 * EPS * max(size, abs(truth)))
    found = _judged("the trapezoidal rule", rows, floors)
    if found.seen:
        return found
    return _double_exponential(f, pieces, truth) or (found if _regular(operator, at, f) else None)


def _regular(operator: Any, at: Evaluator, f: ArrayFunction) -> bool:
    """Whether range and integrand are finite up to the ends."""
    ends = [at(end) for end in operator.limits[0][1:]]
    if not all(map(at.ctx.isfinite, ends)):
        return False
    with np.errstate(all="ignore"):
        return bool(np.all(np.isfinite(f(np.array([float(end) for end in ends])))))


def _pieces(operator: Any, at: Evaluator, a: float, b: float) -> list[tuple[float, float]]:
    """The range between the breaks of the integrand, whose own values there belong to neither."""
    x, low, high = operator.limits[0]
    ends = at(low), at(high)
    if not all(map(at.ctx.isfinite, ends)):
        if narrow_places(at, x, operator.function, min(ends), max(ends)):
            raise Undecided("a peak is narrow beside an infinite range")
        return [(a, b)]
    low, high = min(ends), max(ends)
    found = {*breaks(at, x, operator.function, low, high)}
    points = sorted(map(float, found | {*narrow_places(at, x, operator.function, low, high)}))
    points = points if a < b else points[::-1]
    off = 8 * EPS * (1 if a < b else -1)
    beside = [p + side * off * max(1.0, abs(p)) for p in points for side in (-1, 1)]
    return list(_pairs([a, *beside, b]))


def _pairs(ends: list[float]) -> Iterator[tuple[float, float]]:
    """The first two, the next two, and so on."""
    return zip(ends[::2], ends[1::2], strict=True)


def _double_exponential(
    f: ArrayFunction, pieces: list[tuple[float, float]], truth: float
) -> Convergence | None:
    """Sums with steps 1/2, 1/4, ..., 1/64; None where they leave something out."""
    rows, sums, ends = [], [], 0.0
    for k in range(1, 7):
        total, size = 0.0, abs(truth)
        for low, high in pieces:
            points, weights = rule(np.array([low]), np.array([high]), 2.0**-k, 0.0)
            with np.errstate(all="ignore"):
                terms = f(points) * weights
            terms = np.where(np.isfinite(terms), terms, 0.0)
            ends = float(np.max(np.abs(terms[[0, -1]])))
            total, size = total + float(np.sum(terms)), size + float(np.sum(np.abs(terms)))
        rows.append((2.0**-k, abs(total - truth)))
        sums.append(total)
    table = tuple(Row(step, error, None) for step, error in rows)
    method, settled = "the double-exponential rule", abs(sums[-1] - sums[-2]) <= SETTLED * size
    if rows[-1][1] <= SETTLED * size:
        return Convergence(method, True, "comes down to rounding", table)
    if not settled or ends > EPS * size:
        return None
    return Convergence(method, False, f"it settles {rows[-1][1]:.1e} away from the claim", table)


def _judged(method: str, rows: list[tuple[float, float]], floors: list[float]) -> Convergence:
    """Seen: the error falls at order 2 or faster, steadily, or is down to rounding."""
    table, orders = [], []
    for k, (step, error) in enumerate(rows):
        order = None
        if k and error > floors[k] and rows[k - 1][1] > floors[k - 1]:
            order = log2(rows[k - 1][1] / error)
            orders.append(order)
        table.append(Row(step, error, order))
    best = min((e / max(f, 1e-300) for (_, e), f in zip(rows, floors, strict=True)), default=np.inf)
    steady = [o for o in orders if o > ORDER - NEAR]
    if best <= 1 and (len(steady) >= 2 or len(orders) < 3):
        order = float(np.median(steady)) if steady else None
        words = f"converges at order {order:.2f}" if order else "is down to rounding at once"
        return Convergence(method, True, words, tuple(table), order)
    if len(orders) >= 2 and all(o > ORDER - NEAR for o in orders[-2:]):
        words = f"converges at order {orders[-1]:.2f}"
        return Convergence(method, True, words, tuple(table), orders[-1])
    slow = orders[-3:]
    if len(slow) == 3 and min(slow) > 0.25 and max(slow) - min(slow) < 0.2:
        # A singular end or a kink lowers the order and keeps it steady; a wrong value stalls at 0.
        words = f"converges at order {slow[-1]:.2f}: the integrand or a derivative is singular"
        return Convergence(method, True, words, tuple(table), slow[-1])
    last = f"{orders[-1]:.2f}" if orders and isfinite(orders[-1]) else "none"
    return Convergence(method, False, f"last observed order {last}", tuple(table))
