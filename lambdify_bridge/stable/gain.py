"""Whether a form loses fewer digits than another, measured at points: no rewriting without a gain.

Both are computed with 53 bits and with many; a form is better if it gains somewhere and is nowhere
worse by more than a bit than the formula or than what half a unit in the last place of its inputs
does to the value (Higham, Accuracy and Stability, section 1.6).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from lambdify_bridge.evaluate import Evaluator, Ground, Undecided, Undefined, is_real

POINTS = 24
SEED = 1971
DIGITS = 130  # of the truth: the letters lie within 2**+-60
LEAST, SLACK, ROUNDED = 3.0, 1.0, 1.0  # bits; a value that is rounded once has up to one


def gains(f: Any, g: Any) -> bool:
    """Whether computing `g` is better than computing `f`, its equal.

    >>> from sympy import sqrt
    >>> from sympy.abc import x
    >>> gains(sqrt(x + 1) - sqrt(x), 1 / (sqrt(x + 1) + sqrt(x)))
    True
    >>> gains(1 / (sqrt(x + 1) + sqrt(x)), sqrt(x + 1) - sqrt(x))
    False
    """
    best = 0.0
    letters = sorted(f.free_symbols, key=lambda letter: letter.name)
    single, exact = Ground(15), Ground(DIGITS)
    for point in places(letters):
        try:
            truth = Evaluator(point, digits=DIGITS, root=exact)(f)
            if not is_real(truth) or truth == 0:
                continue
            before = _bits(Evaluator(point, root=single), f, truth)
            after = _bits(Evaluator(point, root=single), g, truth)
            allowed = max(before, ROUNDED) + SLACK
            if after > allowed and after > SLACK + _inherent(point, f, truth, exact):
                return False
        except (Undefined, Undecided):
            continue
        best = max(best, before - after)
    return best >= LEAST


def places(letters: list[Any]) -> Iterator[dict[Any, Any]]:
    """Floats of many sizes, near to and far from one another."""
    generator = random.Random(SEED)
    for k in range(POINTS):
        widest = (3, 12, 30)[k % 3]
        point = {}
        for letter in letters:
            size = 2.0 ** generator.uniform(-widest, min(widest, 20))
            signed = not (letter.is_nonnegative or k % 2)
            point[letter] = -size if signed and generator.random() < 0.6 else size
        yield point


def _bits(at: Evaluator, f: Any, truth: Any) -> float:
    """The error of `f` in bits of a double; 64 where it has no value."""
    try:
        value = at(f)
    except (Undefined, Undecided):
        return 64.0
    return bits(value, truth, at.ctx)


def bits(value: Any, truth: Any, ctx: Any) -> float:
    if not ctx.isfinite(value):
        return 64.0
    error = abs(ctx.convert(value) - truth) / abs(truth)
    return min(64.0, float(ctx.log(1 + error * 2**53, 2)))


def _inherent(point: dict[Any, Any], f: Any, truth: Any, exact: Ground) -> float:
    """What half a unit in the last place of the letters changes, in bits."""
    change = exact.ctx.zero
    for letter, value in point.items():
        moved = exact.ctx.mpf(value) * (1 + exact.ctx.mpf(2) ** -53)
        change += abs(Evaluator({**point, letter: moved}, root=exact)(f) - truth)
    return float(exact.ctx.log(1 + change / abs(truth) * 2**53, 2))
