"""Estimates that take their time, worked out once for the same letters and digits.

A derivation is held against numbers when it is found, again when it is checked, and its parts come
back in others; the points looked at are the same ones.
"""

from __future__ import annotations

from copy import copy
from functools import wraps
from typing import Any

from sympy import Basic, Integral

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined
from lambdify_bridge.formula import Lazy
from lambdify_bridge.nodes import nodes

_KNOWN: dict[Any, tuple[Any, float, float]] = {}
MOST_KNOWN = 2000
ANCHORED = {
    "Solution", "IntegratingFactor", "ImplicitSolution", "SecondOrder", "HigherOrder", "FromRoots",
    "ByPowers",
    "Reducible",
    "ExactEquation", "Multiplied", "LevelCurve",
}  # fmt: skip


def remembered(estimate: Lazy) -> Lazy:
    """The estimator, which recalls what it found at a point that is looked at again.

    What stands on the way to a limit or under an integral is asked for at places of its own, and
    not recalled; nor is what depends on where an antiderivative starts.
    """

    @wraps(estimate)
    def known(node: Any, at: Evaluator) -> Number:
        passing = at.on_the_way or at.definitions or any(map(_has_an_anchor, nodes(node)))
        return estimate(node, at) if passing else recalled(estimate, node, at)

    return known


def _has_an_anchor(node: Basic) -> bool:
    indefinite = isinstance(node, Integral) and any(len(limit.args) == 1 for limit in node.args[1:])
    return indefinite or type(node).__name__ in ANCHORED


def recalled(estimate: Lazy, node: Any, at: Evaluator) -> Number:
    """The value; for the same letters and digits it is worked out once.

    The value or the error is kept with the accuracy that it rests on, apart from any precision
    context.
    """
    letters = sorted(node.free_symbols, key=str)
    values: list[Any] = [at.memo.get(letter) for letter in letters]
    if at.definitions or not all(hasattr(v, "_mpf_") for v in values):
        return estimate(node, at)
    key = node, tuple((s, v._mpf_) for s, v in zip(letters, values, strict=True)), at.ctx.prec
    if key not in _KNOWN:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        alone = Evaluator(dict(zip(letters, values, strict=True)), digits=at.ctx.dps)
        try:
            value = estimate(node, alone)
            _KNOWN[key] = value, alone.root.accuracy, alone.root.noise
        except (Undecided, Undefined) as error:
            _KNOWN[key] = error.with_traceback(None), 0.0, 0.0
    value, accuracy, noise = _KNOWN[key]
    if isinstance(value, Exception):
        raise copy(value)
    at.rests_on(accuracy, noise)
    if isinstance(value, tuple):
        return tuple(map(at.ctx.convert, value))
    return at.ctx.convert(value)
