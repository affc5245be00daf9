"""Quadrature rules from exactness, and their errors by applying them with smaller steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sympy import S

from lambdify_bridge.evaluate import Evaluator, Number, estimator
from lambdify_bridge.finite_differences import (
    AGREEMENT,
    DIGITS,
    function_at,
    lagrange,
    leading_term,
    polynomials,
    settled,
)
from lambdify_bridge.remembered import recalled, remembered

FINEST, MANY = 3, 8  # 12 nodes: the intervals are short; twice as many beside a rule with many
FOR_EACH_NODE = 12  # digits that the error of a rule takes away
BESIDE_INTEGRALS = 1e-11  # weights may be 0, integrals are not exactly
FEWEST, DOUBLINGS = 4, 8


@estimator("QuadratureWeights")
def quadrature_weights(node: Any, at: Evaluator) -> Number:
    """The weights that are right on as many polynomials, picked at random."""
    at.rests_on(BESIDE_INTEGRALS)
    with at.digits(DIGITS) as there:
        found = _weights(there, *node.args)
    return +found


def _weights(at: Evaluator, nodes: Any, a: Any, b: Any) -> Any:
    c, places = at.ctx, [at(s) for s in nodes.args]
    tries = polynomials(c, len(places))
    values = c.matrix([[c.polyval(p[::-1], s) for s in places] for p in tries])
    areas = [_area(c, partial(c.polyval, p[::-1]), at(a), at(b)) for p in tries]
    return c.lu_solve(values, c.matrix(areas))


def _area(
    c: Any, f: Callable[[Number], Number], a: Number, b: Number, finest: int = FINEST
) -> Number:
    return c.quad(f, [a, b], method="gauss-legendre", maxdegree=finest)


@estimator("QuadratureFormula")
def quadrature_formula(node: Any, at: Evaluator) -> Number:
    nodes, a, b, values, h = node.args
    c, step = at.ctx, at(h)
    basis = lagrange(c, [at(s) * step for s in nodes.args])
    heights = [at(y) for y in values.args]
    through = [c.fdot(heights, powers) for powers in zip(*basis, strict=True)]
    return _area(c, lambda s: c.polyval(through[::-1], s), at(a) * step, at(b) * step)


@estimator("QuadratureError")
@remembered
def quadrature_error(node: Any, at: Evaluator) -> Number:
    f, x, h, nodes, a, b = node.args
    place, step, size = at(x), at(h), len(nodes.args)
    with at.digits(max(DIGITS, DIGITS // 2 + FOR_EACH_NODE * size)) as there:
        c, value, finest = there.ctx, function_at(there, f, x), FINEST + (size >= MANY)
        weights, low, high = list(_weights(there, nodes, a, b)), there(a), there(b)
        places = [there(s) for s in nodes.args]

        def error(where: Number, t: Number) -> Number:
            area = _area(c, value, where + low * t, where + high * t, finest)
            return area - t * c.fdot(weights, [value(where + s * t) for s in places])

        found = leading_term(c, error, place, step)
    at.rests_on(AGREEMENT)
    return +found


@estimator("CompositeRule")
def composite_rule(node: Any, at: Evaluator) -> Number:
    f, x, A, B, n, nodes, a, b = node.args
    return _composite(at, function_at(at, f, x), at(A), at(B), int(n), _weighted(at, nodes, a, b))


def _weighted(at: Evaluator, nodes: Any, a: Any, b: Any) -> list[tuple[Number, Number]]:
    """Where in a part, from 0 to 1, and which weight."""
    low, width = at(a), at(b) - at(a)
    weights = _weights(at, nodes, a, b)
    return [((at(s) - low) / width, w / width) for s, w in zip(nodes.args, weights, strict=True)]


def _composite(
    at: Evaluator,
    f: Callable[[Number], Number],
    A: Number,
    B: Number,
    n: int,
    rule: list[tuple[Number, Number]],
) -> Number:
    part = (B - A) / n
    return part * at.ctx.fsum(w * f(A + part * (i + s)) for i in range(n) for s, w in rule)


@estimator("CompositeError")
def composite_error(node: Any, at: Evaluator) -> Number:
    """From its values for h = 1 and h = 2: these are worked out once."""
    before, after = node.args[:4], node.args[5:]
    one, two = (recalled(_leading, node.func(*before, k, *after), at) for k in (S(1), S(2)))
    return one * at(node.args[4]) ** int(at.ctx.nint(at.ctx.log(two / one, 2))) if one else one


def _leading(node: Any, at: Evaluator) -> Number:
    """From the errors with 4, 8, 16, ... parts, extrapolated."""
    f, x, A, B, h, nodes, a, b = node.args
    step = at(h)
    with at.digits(DIGITS) as there:
        c, value, ends = there.ctx, function_at(there, f, x), (there(A), there(B))
        rule, area = _weighted(there, nodes, a, b), c.quad(value, ends, method="gauss-legendre")
        counts = [FEWEST * 2**k for k in range(DOUBLINGS)]
        errors = [area - _composite(there, value, *ends, n, rule) for n in counts]
        if max(map(abs, errors)) < c.mpf(10) ** (-c.dps // 2):
            return c.zero
        power = int(c.nint(c.re(c.log(abs(errors[-2] / errors[-1]), 2))))
        length = (ends[1] - ends[0]) / (there(b) - there(a))
        found = settled(c, [e / (length / n) ** power for e, n in zip(errors, counts, strict=True)])
    at.rests_on(AGREEMENT)
    return +found * step**power


@estimator("LegendrePolynomial")
def legendre_polynomial(node: Any, at: Evaluator) -> Number:
    n, place = node.args
    with at.digits(DIGITS) as there:
        found = there.ctx.polyval(_orthogonal(there.ctx, int(n))[::-1], there(place))
    return +found


@estimator("GaussNodes")
def gauss_nodes(node: Any, at: Evaluator) -> Number:
    with at.digits(DIGITS) as there:
        found = there.ctx.polyroots(_orthogonal(there.ctx, int(node.args[0]))[::-1], maxsteps=200)
    return tuple(+zero for zero in found)


def _orthogonal(c: Any, n: int) -> list[Number]:
    """The coefficients from its being orthogonal to the powers below n, and 1 at 1."""
    rows = [[_power_area(c, i + j) for i in range(n + 1)] for j in range(n)] + [[c.one] * (n + 1)]
    return list(c.lu_solve(c.matrix(rows), c.matrix([0] * n + [1])))


def _power_area(c: Any, k: int) -> Number:
    """The integral of t**k from -1 to 1."""
    return c.mpf(2) / (k + 1) if k % 2 == 0 else c.zero


@estimator("AtEach")
def at_each(node: Any, at: Evaluator) -> Number:
    f, s, places = node.args
    return at.ctx.matrix([at.at({s: at(place)})(f) for place in places.args])
