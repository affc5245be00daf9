"""Random elementary functions for the tests: seeded, of a given depth, defined somewhere real."""

from __future__ import annotations

import random
from contextlib import suppress

from sympy import (
    Abs,
    Expr,
    Integer,
    Rational,
    Symbol,
    acos,
    asin,
    asinh,
    atan,
    cos,
    cosh,
    erf,
    exp,
    log,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

from derive import sigmoid, softplus
from lambdify_bridge import Undecided, Undefined
from lambdify_bridge.evaluate import Evaluator, is_real
from lambdify_bridge.sample import points

X = Symbol("x", real=True)
TAME = [sin, cos, tanh, atan, asinh, erf, sigmoid, softplus, sin, cos]
WILD = [exp, log, sqrt, tan, sinh, cosh, asin, acos, Abs]


def elementary(depth: int, generator: random.Random) -> Expr:
    """A function of x of at most `depth` nested operations, x in it."""
    while True:
        f = _grown(depth, generator)
        if X in f.free_symbols and real_points(f) >= 20:
            return f


def real_points(f: Expr) -> int:
    """At how many of the points that a check would look at `f` has a real value."""
    count = 0
    for values in points([X], seed=1):
        with suppress(Undefined, Undecided):
            count += is_real(Evaluator(values, digits=15)(f))
    return count


def _grown(depth: int, r: random.Random) -> Expr:
    if depth == 0 or r.random() < 0.08:
        return r.choice([X, X, X, Integer(r.randint(1, 6)), Rational(r.randint(1, 9), 4)])
    kind = r.random()
    if kind < 0.22:
        return _grown(depth - 1, r) + _grown(depth - 1, r)
    if kind < 0.44:
        return _grown(depth - 1, r) * _grown(depth - 1, r)
    if kind < 0.54:
        return _grown(depth - 1, r) / (2 + _grown(depth - 1, r) ** 2)
    if kind < 0.64:
        return _grown(depth - 1, r) ** r.choice([2, 3, -1, Rational(1, 2)])
    if kind < 0.67:
        return (2 + sin(_grown(depth - 1, r))) ** _grown(depth - 1, r)
    return r.choice(TAME if r.random() < 0.75 else WILD)(_grown(depth - 1, r))
