"""Where an integrand has kinks, jumps or poles: an integral is split there.

Parts of it that change sign where they should not are scanned for, and narrowed down by bisection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from sympy import Basic, Mul

from lambdify_bridge.evaluate import Evaluator, Number, Undefined, is_real
from lambdify_bridge.nodes import nodes
from lambdify_bridge.peaks import places

SCAN, FAR = 120, 15
SECTIONS, FEW = 140, 25
Part = Callable[[Evaluator], Number]


def breaks(at: Evaluator, x: Any, function: Basic, a: Number, b: Number) -> list[Number]:
    """The points inside (a, b) where a part of `function` changes sign that should not.

    Such parts are denominators, arguments of logarithms, roots, absolute values and steps,
    borders of a Piecewise. They are scanned at points that are not equally spaced, and each sign
    change is narrowed down by bisection.
    """
    c = at.ctx
    found: list[Number] = []
    grid = sorted({*_scan_points(c, a, b), *_beside_roots(at, x, function, a, b)})
    for part in _delicate(c, function, x):
        values = [_try(part, at.at({x: v})) for v in grid]
        for k, (low, high) in enumerate(pairwise(grid)):
            if values[k] is not None and values[k + 1] is not None and _crosses(values, k):
                found.append(_bisect(part, at, x, low, high, values[k]))
        found += _touches(part, at, x, grid, values)
    inside = sorted(p for p in found if a < p < b)
    return [p for k, p in enumerate(inside) if k == 0 or p - inside[k - 1] > 1e-12 * (1 + abs(p))]


def _beside_roots(at: Evaluator, x: Any, function: Basic, a: Number, b: Number) -> list[Number]:
    """On both sides of what roots of polynomials are known: two may lie between scanned points."""
    roots = sorted(p for p, _ in places(at, x, function) if a < p < b)
    if not roots:
        return []
    steps = [1e-6 * (1 + abs(roots[0])), 1e-6 * (1 + abs(roots[-1]))]
    beside = [roots[0] - steps[0], *((p + q) / 2 for p, q in pairwise(roots)), roots[-1] + steps[1]]
    return [at.ctx.mpf(p) for p in beside if a < p < b and p not in roots]


KINKED = ("Abs", "sign", "Max", "Min", "Heaviside", "floor", "ceiling")


def kinks_without_end(function: Basic, x: Any) -> bool:
    """Whether it has a kink in every wave, as |sin(x)| has."""
    kinked = (n for n in nodes(function) if type(n).__name__ in KINKED and x in n.free_symbols)
    return any(type(m).__name__ in ("sin", "cos") for node in kinked for m in nodes(node))


def _touches(
    part: Part, at: Evaluator, x: Any, grid: list[Number], values: list[Number]
) -> Iterator[Number]:
    """Where a part comes down to zero and turns back, as 1 + sin(x) does."""
    for k in range(1, len(grid) - 1):
        before, here, after = values[k - 1 : k + 2]
        if None in (before, here, after) or not abs(before) >= abs(here) <= abs(after):
            continue
        if here * before > 0 and here * after > 0:
            place, least = _lowest(part, at, x, grid[k - 1], grid[k + 1])
            if least is not None and least < 1e-12 * abs(here):
                yield place


def _lowest(
    part: Part, at: Evaluator, x: Any, low: Number, high: Number
) -> tuple[Number, Number | None]:
    """The lowest absolute value between two places, by golden section.

    One that is still high after a few sections does not come down to zero.
    """

    def value(place: Number) -> Number | None:
        found = _try(part, at.at({x: place}))
        return None if found is None else abs(found)

    section = (at.ctx.sqrt(5) - 1) / 2
    left, right = high - section * (high - low), low + section * (high - low)
    first, second = value(left), value(right)
    highest = first
    for count in range(SECTIONS):
        if first is None or second is None or (count == FEW and 4 * min(first, second) > highest):
            return low, None
        if first < second:
            high, right, second = right, left, first
            left = high - section * (high - low)
            first = value(left)
        else:
            low, left, first = left, right, second
            right = low + section * (high - low)
            second = value(right)
    least = value((low + high) / 2)
    return (low + high) / 2, least


def _crosses(values: list[Number], k: int) -> bool:
    return (values[k] > 0) != (values[k + 1] > 0)


def _scan_points(c: Any, a: Number, b: Number) -> Iterator[Number]:
    """From a to b without the ends; infinite ranges through t/(1 - t**2), and far beyond."""
    start = max([c.mpf(SCAN), *(2 * abs(end) for end in (a, b) if not c.isinf(end))])
    beyond = [start * c.mpf("4.3") ** k for k in range(1, FAR)]
    if c.isinf(a):
        yield from (-place for place in reversed(beyond))
    yield from _near_points(c, a, b)
    if c.isinf(b):
        yield from beyond


def _near_points(c: Any, a: Number, b: Number) -> Iterator[Number]:
    for k in range(1, SCAN):
        s = (c.mpf(k) + c.mpf(k % 7) / 50) / SCAN
        if c.isinf(a) and c.isinf(b):
            yield (2 * s - 1) / (s * (1 - s))
        elif c.isinf(b):
            yield a + s / (1 - s)
        elif c.isinf(a):
            yield b - (1 - s) / s
        else:
            yield a + (b - a) * s


def _part(expression: Basic, of: Callable[[Number], Number] = lambda value: value) -> Part:
    """A function of the value of the expression."""
    return lambda there: of(there(expression))


def _delicate(c: Any, function: Basic, x: Any) -> list[Part]:
    parts: list[Part] = []
    for node in nodes(function):
        if not x.name or x not in node.free_symbols:
            continue
        name = type(node).__name__
        if name == "Pow" and not (node.args[1].is_Integer and node.args[1] > 0):
            parts += [_part(factor) for factor in _factors(node.args[0], x)]
        elif name in ("log", "Abs", "sign", "Heaviside", "relu", "acot", "Ei", "li"):
            parts.append(_part(node.args[0]))
        elif name in ("Max", "Min"):
            parts += [_part(p - q) for k, p in enumerate(node.args) for q in node.args[:k]]
        elif name in ("tan", "sec"):
            parts.append(_part(node.args[0], c.cos))
        elif name in ("cot", "csc", "coth", "csch"):
            parts.append(_part(node.args[0], c.sin))
        elif name in ("floor", "ceiling"):
            parts.append(_part(node.args[0], lambda value: c.sin(c.pi * value)))
        elif getattr(node, "is_Relational", False):
            parts.append(_part(node.args[0] - node.args[1]))
    return parts


def _factors(expression: Basic, x: Any) -> list[Basic]:
    """A square root of (x - 1)**2 has a kink where x - 1, not the radicand, changes sign."""
    polynomial = expression.as_poly(x)
    if polynomial is None:
        factors = [f.as_base_exp()[0] for f in Mul.make_args(expression)]
        return [expression, *(f for f in factors if f != expression)]
    return [factor.as_expr() for factor, _ in polynomial.sqf_list()[1]]


def _try(part: Part, there: Evaluator) -> Number | None:
    try:
        value = part(there)
    except (Undefined, ZeroDivisionError, ValueError):
        return None
    return there.ctx.re(value) if is_real(value) else None


def _bisect(part: Part, at: Evaluator, x: Any, low: Number, high: Number, sign: Number) -> Number:
    for _ in range(int(at.ctx.prec)):
        middle = (low + high) / 2
        value = _try(part, at.at({x: middle}))
        if value is None or value == 0:
            return middle
        low, high = (middle, high) if (value > 0) == (sign > 0) else (low, middle)
    return (low + high) / 2
