"""Difference formulas by interpolation, and their errors by applying them with smaller steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from sympy import Basic, Symbol

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.linear_recursion import lowest
from lambdify_bridge.remembered import remembered

DIGITS = 70
SEED = 11
TINY = 2.0**-12  # a step at which the leading term outweighs the others
COARSE = 2.0**-7
HALVINGS = 7
BESIDE = "0.31"
AGREEMENT = 1e-12
NARROWINGS = 120


def lagrange(c: Any, places: list[Number]) -> list[list[Number]]:
    """The coefficients, constant first, of the polynomials 1 at one place, 0 at the others."""
    found = []
    for j, own in enumerate(places):
        polynomial = [c.one]
        for i, other in enumerate(places):
            if i != j:
                polynomial = _times_linear(c, polynomial, -other, own - other)
        found.append(polynomial)
    return found


def _times_linear(c: Any, p: list[Number], constant: Number, below: Number) -> list[Number]:
    """p(t)*(t + constant)/below."""
    shifted, scaled = [c.zero, *p], [constant * a for a in p] + [c.zero]
    return [(a + b) / below for a, b in zip(shifted, scaled, strict=True)]


def difference(at: Evaluator, order: Basic, stencil: Any) -> list[Number]:
    c, m = at.ctx, int(order)
    return [c.factorial(m) * p[m] for p in lagrange(c, [at(s) for s in stencil.args])]


@estimator("DifferenceWeights")
def difference_weights(node: Any, at: Evaluator) -> Number:
    """The weights that are right on as many polynomials, picked at random."""
    m, stencil = node.args
    with at.digits(DIGITS) as there:
        c, places = there.ctx, [there(s) for s in stencil.args]
        tries = polynomials(c, len(places))
        values = c.matrix([[c.polyval(p[::-1], s) for s in places] for p in tries])
        slopes = c.matrix([c.factorial(int(m)) * p[int(m)] for p in tries])
        found = c.lu_solve(values, slopes)
    return +found


def polynomials(c: Any, count: int) -> list[list[Number]]:
    """Seeded polynomials of degree below `count`: their coefficients, from the constant up."""
    pick = Random(SEED)
    return [[c.mpf(pick.randint(-99, 99)) / 7 for _ in range(count)] for _ in range(count)]


@estimator("DifferenceFormula")
def difference_formula(node: Any, at: Evaluator) -> Number:
    m, stencil, values, h = node.args
    step = at(h)
    if step == 0:
        raise Undefined("the step is 0")
    polynomials = lagrange(at.ctx, [at(s) * step for s in stencil.args])
    through = at.ctx.fdot([p[int(m)] for p in polynomials], [at(y) for y in values.args])
    return at.ctx.factorial(int(m)) * through


# ------------------------------------------------------------------ leading terms


def leading_term(
    c: Any, error: Callable[[Number, Number], Number], place: Number, step: Number
) -> Number:
    """The leading term in h of error(x, h), at the place and the step asked for.

    The power is the one seen beside the place too, for the derivative may happen to be 0 there;
    the factor is what error/h**power tends to.
    """
    nearby = [place, place + c.mpf(BESIDE)]
    powers = [_power(c, partial(error, where)) for where in nearby]
    known = [p for p in powers if p is not None]
    if not known:
        return c.zero
    return _limit(c, lambda t: error(place, t) / t ** min(known)) * step ** min(known)


def leading_term_here(c: Any, error: Callable[[Number], Number], step: Number) -> Number:
    """The leading term of error(t) as t goes to 0, at the step asked for."""
    power = _power(c, error)
    if power is None:
        return c.zero
    return _limit(c, lambda t: error(t) / t**power) * step**power


def _power(c: Any, error: Callable[[Number], Number]) -> int | None:
    near, far = error(c.mpf(TINY / 2)), error(c.mpf(TINY))
    if abs(far) < c.mpf(10) ** (-c.dps + 12):
        return None
    power = c.re(c.log(abs(far / near), 2))
    if abs(power - c.nint(power)) > 0.05:
        raise Undecided("the error falls with no power of the step")
    return int(c.nint(power))


def _limit(c: Any, ratio: Callable[[Number], Number]) -> Number:
    return settled(c, [ratio(c.mpf(COARSE) / 2**k) for k in range(HALVINGS)])


def settled(c: Any, values: list[Number]) -> Number:
    """What values at halved steps tend to: the polynomial through them, at 0 (Richardson)."""
    row, last = [values[0]], [values[0]]
    for value in values[1:]:
        new = [value]
        for j, before in enumerate(row, 1):
            new.append(new[-1] + (new[-1] - before) / (2**j - 1))
        row, last = new, row
    size = max(abs(row[-1]), c.mpf(10) ** (-12))
    if abs(row[-1] - last[-1]) > AGREEMENT * size:
        raise Undecided("the error was not seen to settle at its leading term")
    return row[-1]


def function_at(at: Evaluator, f: Basic, x: Symbol) -> Callable[[Number], Number]:
    return lambda place: Evaluator({**at.given, x: place}, root=at.root)(f)


@estimator("DifferenceError")
@remembered
def difference_error(node: Any, at: Evaluator) -> Number:
    f, x, h, m, stencil = node.args
    place, step = at(x), at(h)
    with at.digits(DIGITS) as there:
        c, value = there.ctx, function_at(there, f, x)
        weights = difference(there, m, stencil)
        places = [there(s) for s in stencil.args]

        def error(where: Number, t: Number) -> Number:
            formula = c.fdot(weights, [value(where + s * t) for s in places]) / t ** int(m)
            return c.diff(value, where, int(m)) - formula

        found = leading_term(c, error, place, step)
    at.rests_on(AGREEMENT)
    return +found


@estimator("BestDifferenceStep")
@remembered
def best_difference_step(node: Any, at: Evaluator) -> Number:
    """For exp at 0, whose derivatives are all 1, the leading error is fitted."""
    m, stencil, bound, delta = node.args
    c, weights = at.ctx, difference(at, m, stencil)
    with at.digits(DIGITS) as there:
        fine, places = difference(there, m, stencil), [there(s) for s in stencil.args]

        def error(where: Number, t: Number) -> Number:
            values = [c.exp(where + s * t) for s in places]
            return c.exp(where) - c.fdot(fine, values) / t ** int(m)

        one, half = (leading_term(c, error, c.zero, t) for t in (c.one, c.one / 2))
        power = int(c.nint(c.log(abs(one / half), 2)))
    truncation, rounding = abs(one) * at(bound), at(delta) * c.fsum(map(abs, weights))
    if not (truncation > 0 and rounding > 0):
        raise Undefined("no step is best where an error is 0")
    at.rests_on(1e-12)

    def worst(size: Number) -> Number:
        step = c.exp(size)
        return truncation * step**power + rounding / step ** int(m)

    return c.exp(lowest(worst, -c.mpf(90), c.mpf(90), NARROWINGS)[0])
