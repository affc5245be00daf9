"""Double-exponential quadrature in double precision, on whole arrays: integrals within integrals.

The nodes crowd towards the ends of the range (Takahasi and Mori 1974), finite or not. Two rules
with different nodes have to agree. An inner integral is worked out at all outer nodes at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Abs, Basic, Dummy, Integral, Symbol

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, is_real
from lambdify_bridge.nodes import nodes
from lambdify_bridge.peaks import narrow_places

REACH = 4.6  # exp(-pi/2*sinh(4.6)) is 1e-34: beyond it the weights of a finite range vanish
STEPS = {1: (1 / 32, 1 / 45), 2: (1 / 40, 1 / 57), 3: (1 / 15, 1 / 19)}
NOTHING, SINGLE, NOISE = 1e-18, 1e-13, 1e-14
FEW = 8  # nodes that may fall on an end, where the integrand need not have a value
AGREEMENT = {1: 1e-10, 2: 1e-10, 3: 1e-8}

Array = Any  # of one dimension more for every integral outside; numbers at first
Values = dict[Symbol, Array]


def nested(node: Any, at: Evaluator) -> Number:
    """A definite integral with definite integrals in it. Raises Undecided."""
    letters = sorted(node.free_symbols, key=str)
    fixed = {letter: at(letter) for letter in letters}
    if not all(is_real(v) for v in fixed.values()):
        raise Undecided("an iterated integral is estimated for real letters only")
    values = {letter: np.float64(at.ctx.re(v)) for letter, v in fixed.items()}
    steps, agreement = STEPS.get(dimension(node)), AGREEMENT.get(dimension(node))
    if steps is None or agreement is None:
        raise Undecided("more than three integrals within each other are not estimated")
    _refuse_narrow_peaks(node, at)
    with np.errstate(all="ignore"):
        first, second = (float(_integral(node, values, h, 0.31 * k)) for k, h in enumerate(steps))
    if not abs(first - second) <= agreement * max(1.0, abs(first)):
        raise Undecided("two iterated quadratures with different nodes disagree")
    with np.errstate(all="ignore"):
        size = float(_integral(_of_size(node), values, max(steps), 0.0))
    at.rests_on(agreement, NOISE * size)
    return at.ctx.mpf(second)


def _refuse_narrow_peaks(node: Any, at: Evaluator) -> None:
    """Nodes that lie on a grid go by what is narrow; only ranges of one integral are cut there."""
    middles: dict[Symbol, Number] = {}
    for integral in (n for n in nodes(node) if isinstance(n, Integral)):
        for limit in reversed(integral.limits):
            x, *ends = limit.args
            there = at.at(middles)
            low, high = sorted(there(end) for end in ends)
            if narrow_places(there, x, integral.function, low, high):
                raise Undecided("the integrand has a peak that is narrow beside the range")
            if at.ctx.isfinite(low) and at.ctx.isfinite(high):
                middles[x] = (low + high) / 2
            else:
                middles[x] = next((e for e in (low, high) if at.ctx.isfinite(e)), at.ctx.zero)


def _of_size(node: Any) -> Integral:
    """The same integral of the absolute value; inner integrals are taken with their signs."""
    return Basic.__new__(Integral, Abs(node.args[0]), *node.args[1:])


def single(function: Basic, x: Symbol, at: Evaluator, a: Number, b: Number) -> Number | None:
    """The integral of a function without integrals in it, if double precision is enough.

    None where the two rules differ, or the outermost nodes still count.
    """
    from lambdify_bridge.to_numpy import as_written

    letters = sorted(function.free_symbols - {x}, key=str)
    fixed = [at(letter) for letter in letters]
    if not all(map(is_real, fixed)):
        return None
    try:
        compiled = as_written(function, [x, *letters])
    except (NotImplementedError, ValueError, TypeError):
        return None  # a function that NumPy lacks
    low, high = (np.array([float(end)]) for end in (a, b))
    sums = []
    for k, h in enumerate((1 / 24, 1 / 35)):
        points, weights = rule(low, high, h, 0.31 * k)
        with np.errstate(all="ignore"):
            values = np.asarray(compiled(points, *(float(at.ctx.re(v)) for v in fixed)))
            terms = np.where(weights > 0, values, 0.0) * weights
        if np.iscomplexobj(terms):
            return None
        if np.count_nonzero(~np.isfinite(terms)) > FEW:
            return None  # in double precision it has no values there
        terms = np.where(np.isfinite(terms), terms, 0.0)
        size = float(np.sum(np.abs(terms)))
        if not np.max(np.abs(np.append(terms[:4], terms[-4:]))) <= NOTHING * size:
            return None
        sums.append(float(np.sum(terms)))
    same = max(SINGLE * max(abs(sums[0]), abs(sums[1])), NOISE * size)
    agree = abs(sums[0] - sums[1]) <= same
    if agree:
        at.rests_on(0.0, NOISE * size)
    return at.ctx.mpf(sums[1]) if agree else None


def dimension(node: Basic) -> int:
    """How many integrals lie within each other.

    >>> from sympy.abc import x, y
    >>> dimension(Integral(x*y, (x, 0, y), (y, 0, 1)))
    2
    """
    own = len(node.args) - 1 if isinstance(node, Integral) else 0
    return own + max((dimension(a) for a in node.args), default=0)


def _value(expression: Basic, values: Values, h: float, shift: float) -> Array:
    """The expression at arrays of letters; the integrals in it by quadrature at every entry."""
    from lambdify_bridge.to_numpy import as_written

    inner = list(nodes(expression, stop=lambda n: isinstance(n, Integral)))
    integrals = [n for n in inner if isinstance(n, Integral)]
    names = {n: Dummy(f"I_{k}") for k, n in enumerate(integrals)}
    known = values | {names[n]: _integral(n, values, h, shift) for n in integrals}
    plain = expression.xreplace(names)
    letters = sorted(plain.free_symbols, key=lambda s: (str(s), s.sort_key()))
    if not letters:
        return np.float64(_constant(plain))
    return np.asarray(as_written(plain, letters)(*(known[s] for s in letters)), dtype=float)


def _constant(expression: Basic) -> float:
    at = Evaluator({}, digits=17)
    return float(at.ctx.re(at(expression)))


def _integral(node: Any, values: Values, h: float, shift: float) -> Array:
    function, *limits = node.args
    if len(limits) > 1:
        function = Basic.__new__(Integral, function, *limits[:-1])
    if len(limits[-1].args) != 3:
        raise Undecided("an indefinite integral within an integral has no value")
    x, low, high = limits[-1].args
    a, b = (_value(end, values, h, shift) for end in (low, high))
    points, weights = rule(a[..., None], b[..., None], h, shift)
    spread = {letter: v[..., None] if v.ndim else v for letter, v in values.items()}
    f = _value(function, spread | {x: points}, h, shift)
    terms = np.where(np.isfinite(f) & (weights > 0), f, 0.0) * weights
    return np.where(a <= b, 1, -1) * np.sum(np.where(np.isfinite(terms), terms, 0.0), axis=-1)


def rule(a: Array, b: Array, h: float, shift: float) -> tuple[Array, Array]:
    """Nodes and weights along the last axis. Infinite ends are so for every entry or for none."""
    t = (np.arange(-int(REACH / h), int(REACH / h) + 1) + shift) * h
    low, high = np.minimum(a, b), np.maximum(a, b)
    if np.any(np.isinf(low)) and np.any(np.isinf(high)):
        u, slope = np.sinh(t), np.cosh(t)
        return np.sinh(u), h * slope * np.cosh(u)
    if np.any(np.isinf(low)) or np.any(np.isinf(high)):
        distance = np.exp(np.pi / 2 * np.sinh(t))
        weights = h * np.pi / 2 * np.cosh(t) * distance
        return (low + distance, weights) if np.any(np.isinf(high)) else (high - distance, weights)
    near = 1 / (1 + np.exp(np.pi * np.sinh(np.abs(t))))
    points = np.where(t < 0, low + (high - low) * near, high - (high - low) * near)
    return points, (high - low) * h * np.pi * np.cosh(t) * near * (1 - near)
