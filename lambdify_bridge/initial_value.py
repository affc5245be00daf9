"""Differential equations: families of solutions by their residual, initial values by Runge-Kutta.

A family has a constant in it, so it has no value of its own: a claimed member is put into the
equation, with difference quotients for its slopes. Where a family stands inside of a claim, its
member is the one with the value C where the claim is looked at; it is followed from there over the
short way between the ends of a stencil.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
from sympy import Basic

from lambdify_bridge import linear_equations
from lambdify_bridge.central_difference import by_each, slope
from lambdify_bridge.damped_newton import zero
from lambdify_bridge.evaluate import Evaluator, Matrix, Number, Undecided, Undefined, estimator

FAMILIES = (
    "Solution", "IntegratingFactor", "ImplicitSolution", "SecondOrder",
    "ExactEquation", "Multiplied", "LevelCurve", "HigherOrder", "FromRoots",
    "ByPowers", "Reducible",
)  # fmt: skip
LARGEST = 1e8  # a solution that grows beyond this is taken to have ended
NEWTON_STEPS = 60
FOLLOWED = 1e-11  # the error of a solution that was followed, beside its largest value
MOST_VALUES = 1200  # of the slope, before the way is taken to lead through a singular place
AT_REST = 1e-12  # slopes below this, and by how much a start beside a rest is off
LEFT = 1e-9  # how far what began there may get, beside the largest value
MOVED = 1e-12  # the relative change of a start that is tried, and a hundredth of its errors
UNSTEADY = 1e-6  # by how much the end may change then, beside the largest value
REAL = 1e-15  # imaginary parts below this are errors of rounding
FARTHER = 1.5  # how far a solution is followed that is asked for at many places
WAY = 40  # steps along an implicit solution
STARTS = (0.7, -0.6, 2.3, -3.1, 11)
ENDED = "the solution ends before this place"
Sides = tuple[Number, Number]


# ------------------------------------------------------------------ the residual of a claim


def residual(family: Any, claimed: Basic, at: Evaluator) -> Sides:
    """The two sides of the equation with the claimed solution in it."""
    if type(family).__name__ in linear_equations.FAMILIES:
        return linear_equations.residual(family, claimed, at)
    at(claimed)
    _needs_its_constants(family, claimed, at)
    return RESIDUALS[type(family).__name__](family, claimed, at)


def _needs_its_constants(family: Any, claimed: Basic, at: Evaluator) -> None:
    """A family of solutions moves with each of its constants, and differently."""
    x, constants = family.variable, family.constants
    moves = [by_each(claimed, [c], at) for c in constants]
    if len(constants) == 2:
        slopes = [by_each(claimed, [c, x], at) for c in constants]
        moves = [moves[0] * slopes[1] - moves[1] * slopes[0]]
    if all(abs(move) < at.ctx.mpf(10) ** (-at.ctx.dps // 4) for move in moves):
        raise Undecided("the solution does not move with its constants here")


def _of_first_order(family: Any, claimed: Basic, at: Evaluator) -> Sides:
    f, y, x, _ = family.args
    return at.at({y: at(claimed)})(f), by_each(claimed, [x], at)


def _of_integrating_factor(family: Any, claimed: Basic, at: Evaluator) -> Sides:
    A, q, _, x, _ = family.args
    at(A)
    return at(q) - by_each(A, [x], at) * at(claimed), by_each(claimed, [x], at)


def _of_implicit(family: Any, claimed: Basic, at: Evaluator) -> Sides:
    F, G, y, x, _ = family.args
    at(G)
    at.at({y: at(claimed)})(F)
    left = slope(at, x, lambda there: there.at({y: there(claimed)})(F))
    return left, by_each(G, [x], at)


def _of_exact(family: Any, claimed: Basic, at: Evaluator) -> Sides:
    M, N, *_, x, _ = family.args
    there = at.at({family.unknown: at(claimed)})
    return -there(M), there(N) * _slope_of(claimed, x, at)


def _slope_of(claimed: Any, x: Any, at: Evaluator) -> Number:
    """By difference quotients; of a level curve from those of F along both letters."""
    if type(claimed).__name__ != "LevelCurve":
        return by_each(claimed, [x], at)
    F, y, _, C = claimed.args
    there = at.at({y: at(C)})
    return -by_each(F, [x], there) / by_each(F, [y], there)


def _of_level_curve(family: Any, claimed: Basic, at: Evaluator) -> Sides:
    F, y, x, _ = family.args
    there = at.at({y: at(claimed)})
    there(F)
    return -by_each(F, [x], there), by_each(F, [y], there) * by_each(claimed, [x], at)


def _of_second_order(family: Any, claimed: Basic, at: Evaluator) -> Sides:
    a, b, g, _, x, *_ = family.args
    right = at(g) - at(a) * by_each(claimed, [x], at) - at(b) * at(claimed)
    with at.digits(2 * at.ctx.dps) as there:
        return by_each(claimed, [x, x], there), right


def _of_reducible(family: Any, claimed: Basic, at: Evaluator) -> Sides:
    f, p, y, x, *_ = family.args
    right = at.at({y: at(claimed), p: by_each(claimed, [x], at)})(f)
    with at.digits(2 * at.ctx.dps) as there:
        return by_each(claimed, [x, x], there), right


RESIDUALS: dict[str, Callable[[Any, Basic, Evaluator], Sides]] = {
    "Solution": _of_first_order,
    "IntegratingFactor": _of_integrating_factor,
    "ImplicitSolution": _of_implicit,
    "SecondOrder": _of_second_order,
    "Reducible": _of_reducible,
    "ExactEquation": _of_exact,
    "Multiplied": _of_exact,
    "LevelCurve": _of_level_curve,
}


# ------------------------------------------------------------------ the member through a place


def _start(node: Any, x: Any, at: Evaluator) -> tuple[Number, Number]:
    """Where the member is followed from, and where to."""
    here = at.given.get(x)
    if here is None:
        raise Undecided(f"no value is given for {x}")
    return at.root.anchors.setdefault(node, here), here


@estimator("Solution")
def solution(node: Any, at: Evaluator) -> Number:
    f, y, x, C = node.args
    start, here = _start(node, x, at)
    return _short_step(lambda t, v: at.at({x: t, y: v})(f), start, at(C), here)


@estimator("IntegratingFactor")
def integrating_factor(node: Any, at: Evaluator) -> Number:
    A, q, _, x, C = node.args
    start, here = _start(node, x, at)
    beginning = at.at({x: start})
    beginning(A)

    def f(t: Number, v: Number) -> Number:
        there = at.at({x: t})
        return there(q) - by_each(A, [x], there) * v

    return _short_step(f, start, at(C), here)


@estimator("ExactEquation", "Multiplied")
def exact_equation(node: Any, at: Evaluator) -> Number:
    M, N, *_, y, x, C = node.args
    start, here = _start(node, x, at)

    def f(t: Number, v: Number) -> Number:
        there = at.at({x: t, y: v})
        return -there(M) / there(N)

    return _short_step(f, start, at(C), here)


def _short_step(f: Callable[..., Number], a: Number, value: Number, b: Number) -> Number:
    """One step of Kutta's method of order four; the way is as short as a difference quotient's."""
    h = b - a
    if h == 0:
        return value
    k1 = f(a, value)
    k2 = f(a + h / 2, value + h / 2 * k1)
    k3 = f(a + h / 2, value + h / 2 * k2)
    k4 = f(b, value + h * k3)
    return value + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


@estimator("ImplicitSolution")
def implicit_solution(node: Any, at: Evaluator) -> Number:
    """The y near C with F(y) - F(C) = G(x) - G(start), by Newton's method."""
    F, G, y, x, C = node.args
    start, here = _start(node, x, at)
    first = at(C)
    beginning = at.at({x: start})
    rise = beginning.at({y: first})(F) - beginning(G) + at(G)
    if start == here:
        return first
    return _zero_near(at, F, y, rise, first)


@estimator("LevelCurve")
def level_curve(node: Any, at: Evaluator) -> Number:
    """The y near C with F(x, y) = F(start, C), by Newton's method."""
    F, y, x, C = node.args
    start, here = _start(node, x, at)
    first = at(C)
    return _zero_near(at, F, y, at.at({x: start, y: first})(F), first) if start != here else first


def _zero_near(at: Evaluator, F: Basic, y: Any, wanted: Number, first: Number) -> Number:
    """The y near the first one with F(y) = wanted."""
    value, tilt = first, by_each(F, [y], at.at({y: first}))
    miss = at.at({y: value})(F) - wanted
    for _ in range(NEWTON_STEPS):
        change = miss / tilt
        value -= change
        if abs(change) < at.ctx.eps * 10 * (1 + abs(value)):
            return value
        before, miss = miss, at.at({y: value})(F) - wanted
        tilt = (before - miss) / change if miss != before else tilt
    raise Undefined("the equation for the solution has no zero nearby")


@estimator("ImplicitFunction")
def implicit_function(node: Any, at: Evaluator) -> Number:
    """The y with F(y) = G(x), followed in small steps from where it is known."""
    F, G, *place = node.args
    return followed_implicit(at, F, lambda there: there(G), place)


def followed_implicit(
    at: Evaluator, F: Basic, right: Callable[[Evaluator], Number], place: Any
) -> Number:
    """The y with F(y) equal to the right side, in small steps from x0, where it is y0."""
    y, x, x0, y0 = place
    begin, end, value = at(x0), at(x), at(y0)
    for k in range(1, WAY + 1):
        there = at.at({x: begin + (end - begin) * k / WAY})
        value = _zero_near(there, F, y, right(there), value)
        if abs(at.ctx.im(value)) > REAL * (1 + abs(value)):
            raise Undefined("the equation has no real solution nearby")
        value = at.ctx.re(value)
    at.rests_on(1e-12)
    return value


# ------------------------------------------------------------------ initial values


@estimator("InitialValues")
def initial_values(node: Any, at: Evaluator) -> Number:
    """The solution at x, followed from its initial values by a Runge-Kutta method of order 8."""
    family, _, _, x, x0, values = node.args
    first = [at(value) for value in values.args]
    begin, end, rate = float(at(x0)), float(at(x)), _rate(family, at)
    if at.on_the_way and begin != end:
        others = sorted(node.free_symbols - {x}, key=str)
        key = (node, begin, end > begin, *(float(at.ctx.re(at(s))) for s in others))
        return at.ctx.mpf(_on_the_way(at, key, rate, end, np.array(list(map(float, first)))))
    return at_the_end(at, rate, begin, end, first)


def _on_the_way(at: Evaluator, key: Any, rate: Any, end: float, start: np.ndarray) -> float:
    """One of many values on the way of another solution: followed once, a little too far."""
    begin, known = key[1], at.root.ways.get(key)
    if known is None or abs(end - begin) > abs(known.t[-1] - begin):
        try:
            known = _way(rate, begin, begin + FARTHER * (end - begin), start)
        except Undefined:
            known = _way(rate, begin, end, start)
        at.root.ways[key] = known
    return float(known.sol(end)[0])


def at_the_end(at: Evaluator, rate: Any, begin: float, end: float, first: list[Number]) -> Number:
    start = np.array([float(value) for value in first])
    if begin == end:
        return first[0]
    found = _followed(rate, begin, end, start)
    size = float(np.abs(found).max())
    if np.abs(rate(begin, start)).max() < AT_REST:
        beside = _followed(rate, begin, end, start + AT_REST)
        if abs(beside[-1] - found[-1]) > LEFT * (1 + size):
            raise Undefined("what is beside this rest leaves it: nothing is told so far out")
    moved = _followed(rate, begin, end, start + MOVED * (1 + np.abs(start)), 100 * MOVED)
    moves = float(abs(moved[-1] - found[-1]))
    if moves > UNSTEADY * (1 + size):
        raise Undefined("errors of the start grow too much on the way")
    at.rests_on(1e-9, max(FOLLOWED * size, moves))
    return at.ctx.mpf(found[-1])


def _followed(
    rate: Any, begin: float, end: float, start: np.ndarray, error: float = 1e-12
) -> np.ndarray:
    """The values of the solution on its way."""
    return _way(rate, begin, end, start, error).y[0]


def _way(rate: Any, begin: float, end: float, start: np.ndarray, error: float = 1e-12) -> Any:
    from scipy.integrate import solve_ivp

    found = solve_ivp(
        _bounded(rate), (begin, end), start,
        method="DOP853", rtol=error, atol=error / 10, dense_output=True,
    )  # fmt: skip
    if not found.success:
        raise Undefined(ENDED)
    return found


def _bounded(rate: Callable[[float, Any], list[float]]) -> Callable[[float, Any], list[float]]:
    """The slope, as long as the solution stays within bounds, and its steps do not shrink to 0."""
    asked = count()

    def slope_at(t: float, v: Any) -> list[float]:
        if next(asked) > MOST_VALUES or not abs(v[0]) < LARGEST:
            raise Undefined(ENDED)
        return rate(t, v)

    return slope_at


def _in_doubles(at: Evaluator, f: Basic, letters: tuple[Any, ...]) -> Callable[[float, Any], float]:
    """f of x and the values of y and its slopes: compiled, where it is a plain formula."""
    from lambdify_bridge.to_numpy import as_written

    others = sorted(f.free_symbols - set(letters), key=str)
    try:
        made = as_written(f, [*letters, *others])
    except ValueError:  # it holds an operator

        def exactly(t: float, v: Any) -> float:
            numbers = map(at.ctx.mpf, (t, *v))
            return real_float(at.at(dict(zip(letters, numbers, strict=True)))(f))

        return exactly
    fixed = [real_float(at(s)) for s in others]

    def value(t: float, v: Any) -> float:
        with np.errstate(all="ignore"):
            found = float(made(t, *v, *fixed))
        if not np.isfinite(found):
            raise Undefined("the equation is not real here")
        return found

    return value


def _rate(family: Any, at: Evaluator) -> Callable[[float, Any], list[float]]:
    if type(family).__name__ == "Solution":
        f, y, x, _ = family.args
        slope = _in_doubles(at, f, (x, y))
        return lambda t, v: [slope(t, v)]
    if type(family).__name__ == "SecondOrder":
        a, b, g, _, x, *_ = family.args

        def rate(t: float, v: Any) -> list[float]:
            there = at.at({x: at.ctx.mpf(t)})
            return [
                v[1],
                real_float(there(g)) - real_float(there(a)) * v[1] - real_float(there(b)) * v[0],
            ]

        return rate
    if type(family).__name__ == "Reducible":
        f, p, y, x, *_ = family.args

        bend = _in_doubles(at, f, (x, y, p))
        return lambda t, v: [v[1], bend(t, v)]
    if type(family).__name__ == "ImplicitSolution":
        F, G, y, x, _ = family.args
        return lambda t, v: [real_float(growth(at, G, x, t) / growth(at, F, y, v[0]))]
    if type(family).__name__ in ("ExactEquation", "Multiplied", "LevelCurve"):
        return _rate_of_exact(family, at)
    if type(family).__name__ in linear_equations.FAMILIES:
        return linear_equations.rate(family, at)
    raise Undecided("this is no differential equation that can be followed")


def _rate_of_exact(family: Any, at: Evaluator) -> Callable[[float, Any], list[float]]:
    x, y = family.variable, family.unknown

    def rate(t: float, v: Any) -> list[float]:
        there = at.at({x: at.ctx.mpf(t), y: at.ctx.mpf(v[0])})
        if type(family).__name__ == "LevelCurve":
            along, up = (_partial(there, family.args[0], letter) for letter in (x, y))
            return [real_float(-along / up)]
        return [real_float(-there(family.args[0]) / there(family.args[1]))]

    return rate


def _partial(at: Evaluator, F: Basic, letter: Any) -> Number:
    def value(place: Number) -> Number:
        return Evaluator({**at.given, letter: place}, root=at.root)(F)

    return at.ctx.diff(value, at(letter))


def growth(at: Evaluator, expression: Basic, x: Any, place: float) -> Number:
    return by_each(expression, [x], at.at({x: at.ctx.mpf(place)}))


def real_float(value: Number) -> float:
    if getattr(value, "imag", 0):
        raise Undefined("the equation is not real here")
    return float(value)


@estimator("Member")
def member(node: Any, at: Evaluator) -> Number:
    """The family with the numbers of the column in place of its constants."""
    Y, constants, values = node.args
    numbers = at(values)
    column = list(numbers) if isinstance(numbers, Matrix) else [numbers]
    return at.at(dict(zip(constants.args, column, strict=True)))(Y)


@estimator("Constant")
def constant(node: Any, at: Evaluator) -> Number:
    """A constant that fulfils its equation, by Newton's method from several starts."""
    left, right, C = node.args
    c, wanted = at.ctx, at(right)
    for first in STARTS:
        try:
            found = c.findroot(lambda trial: at.at({C: trial})(left) - wanted, c.mpf(first))
        except (ValueError, ArithmeticError):
            continue  # Newton's method went astray: begin elsewhere
        at.rests_on(1e-10)
        return found
    raise Undecided("no constant was found that fulfils the equation")


def sides_of_constant(lhs: Any, rhs: Basic, at: Evaluator) -> Sides:
    """The equation for a constant with the claimed one in it: others may fulfil it as well."""
    left, right, C = lhs.args
    return at.at({C: at(rhs)})(left), at(right)


@estimator("Fitted")
def fitted(node: Any, at: Evaluator) -> Number:
    """The constants from the values at x0, by Newton's method from several starts."""
    claimed, constants, _, x, x0, values = node.args
    if type(claimed).__name__ in FAMILIES:
        return initial_values(node, at)
    c, letters = at.ctx, constants.args
    wanted = [at(value) for value in values.args]
    place = at(x0)

    def misses(*trial: Number) -> list[Number]:
        there = at.at({**dict(zip(letters, trial, strict=True)), x: place})
        values = [by_each(claimed, [x] * k, there) for k in range(len(wanted))]
        return [a - b for a, b in zip(values, wanted, strict=True)]

    for first in STARTS:
        guess = [c.mpf(first + 0.31 * k) for k in range(len(letters))]
        try:
            found = zero(c, misses, guess)
        except (ValueError, ArithmeticError):
            continue  # Newton's method went astray: begin elsewhere
        at.rests_on(1e-10)
        return at.at(dict(zip(letters, found, strict=True)))(claimed)
    raise Undecided("no constants were found that fit the initial values")
