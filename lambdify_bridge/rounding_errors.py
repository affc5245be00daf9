"""Rounding as it is done: numbers with p digits, small changes of inputs, sums with errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from random import Random
from typing import Any

from sympy import Basic, Symbol

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.finite_differences import DIGITS
from lambdify_bridge.iteration import count
from lambdify_bridge.remembered import remembered

AGREEMENT = 1e-14
SEED, PATTERNS = 5, 8
MOST_INPUTS, MOST_DIGITS, MOST_TERMS = 6, 200, 3000
TERMS = 4000  # of a geometric series


# ------------------------------------------------------------------ small changes of inputs


@estimator("RelativeCondition")
@remembered
def relative_condition(node: Any, at: Evaluator) -> Number:
    return _largest_change(at, node.args[0], [node.args[1]])


@estimator("RelativeErrorBound")
@remembered
def relative_error_bound(node: Any, at: Evaluator) -> Number:
    f, inputs, u = node.args
    return at(u) * _largest_change(at, f, list(inputs.args))


def _largest_change(at: Evaluator, f: Basic, inputs: list[Symbol]) -> Number:
    """The relative change of f, over that of the inputs, where each of them goes up or down."""
    if len(inputs) > MOST_INPUTS:
        raise Undecided(f"more than {MOST_INPUTS} inputs change in too many ways")
    with at.digits(DIGITS) as there:
        c, value = there.ctx, there(f)
        if value == 0:
            raise Undefined("a relative error of 0")
        tiny = c.mpf(10) ** (-c.dps // 2)
        found = c.zero
        for signs in product((1, -1), repeat=len(inputs)):
            moved = {x: there(x) * (1 + s * tiny) for x, s in zip(inputs, signs, strict=True)}
            other = Evaluator({**there.given, **moved}, root=there.root)(f)
            found = max(found, abs((other - value) / value) / tiny)
    at.rests_on(AGREEMENT)
    return +found


# ------------------------------------------------------------------ numbers with p digits


@estimator("UnitRoundoff")
def unit_roundoff(node: Any, at: Evaluator) -> Number:
    return _without_effect(node, at, lambda c, scaled: c.nint(scaled))


@estimator("Spacing")
def spacing(node: Any, at: Evaluator) -> Number:
    return _without_effect(node, at, lambda c, scaled: c.floor(scaled))


def _without_effect(node: Any, at: Evaluator, to_whole: Callable[..., Number]) -> Number:
    """The most that can be added to 1 without effect, by halving."""
    base, digits = (count(at, part) for part in node.args)
    if base < 2 or digits < 1:
        raise Undefined("a base is 2 or more, and there is at least one digit")
    if digits * base.bit_length() > MOST_DIGITS * 4:
        raise Undecided("too many digits")
    with at.digits(digits * base.bit_length() + DIGITS) as there:
        c = there.ctx
        last = c.mpf(base) ** (digits - 1)
        low, high = c.zero, c.mpf(base)
        for _ in range(int(c.prec) - 8):
            middle = (low + high) / 2
            low, high = (
                (middle, high) if to_whole(c, (1 + middle) * last) == last else (low, middle)
            )
    return +low


# ------------------------------------------------------------------ sums


def _one_after_the_other(x: list[Number], error: Callable[[], Number]) -> Number:
    total = x[0]
    for term in x[1:]:
        total = (total + term) * (1 + error())
    return total


def _in_halves(x: list[Number], error: Callable[[], Number]) -> Number:
    if len(x) == 1:
        return x[0]
    middle = (len(x) + 1) // 2
    return (_in_halves(x[:middle], error) + _in_halves(x[middle:], error)) * (1 + error())


def _worst(at: Evaluator, terms: Basic, u: Number, add: Callable[..., Number]) -> Number:
    """The error is linear in the terms: the worst sum has a single term that is not 0."""
    c, number = at.ctx, at(terms)
    size = int(c.nint(number))
    if size < 1 or size != number:
        raise Undefined("there is no sum")
    if size > MOST_TERMS:
        raise Undecided(f"more than {MOST_TERMS} terms take too long")
    pick, found = Random(SEED), c.zero
    for pattern in range(PATTERNS):
        signs = ((1,), (-1,), (1, -1))[min(pattern, 2)]
        for j in (0, size - 1, pick.randrange(size)):
            x = [c.mpf(int(i == j)) for i in range(size)]
            found = max(found, abs(add(x, partial(_error, pick, signs, u)) - 1))
    return found


def _error(pick: Random, signs: tuple[int, ...], u: Number) -> Number:
    return pick.choice(signs) * u


@estimator("RecursiveSum")
@remembered
def recursive_sum(node: Any, at: Evaluator) -> Number:
    return _worst(at, node.args[0], at(node.args[1]), _one_after_the_other)


@estimator("PairwiseSum")
@remembered
def pairwise_sum(node: Any, at: Evaluator) -> Number:
    return _worst(at, node.args[0], at(node.args[1]), _in_halves)


@estimator("FirstOrder")
@remembered
def first_order(node: Any, at: Evaluator) -> Number:
    """The error for a very small u, over that u."""
    terms, u = node.args[0].args
    add = _one_after_the_other if type(node.args[0]).__name__ == "RecursiveSum" else _in_halves
    with at.digits(DIGITS) as there:
        tiny = there.ctx.mpf(10) ** (-DIGITS // 2)
        found = _worst(there, terms, tiny, add) / tiny
    at.rests_on(AGREEMENT)
    return +found * at(u)


@estimator("Gamma")
def gamma(node: Any, at: Evaluator) -> Number:
    ratio = at(node.args[0]) * at(node.args[1])
    if not 0 <= ratio < 1:
        raise Undefined("the series does not converge")
    total, term = at.ctx.zero, ratio
    for _ in range(TERMS):
        total, term = total + term, term * ratio
        if term < at.ctx.eps * total:
            return total
    raise Undecided("the series converges too slowly")
