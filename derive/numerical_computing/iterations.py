"""Iterations for a zero or a fixed point: their steps, and what becomes of a small error.

`r` is the zero or fixed point; of an unknown function it is a letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Derivative,
    Expr,
    Function,
    Gt,
    Integer,
    Lt,
    Mul,
    Ne,
    S,
    Subs,
    Sum,
    Symbol,
    Tuple,
    factor,
    factorial,
    fraction,
    oo,
    simplify,
    together,
    true,
)
from sympy.logic.boolalg import Boolean

from derive.answers import Answers
from derive.asked import in_order, scalar
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.integrals.integrate import exact
from derive.calculus.series.operators import RULES as SERIES
from derive.calculus.series.operators import Truncated
from derive.calculus.sums.summation import RULES as SUMS
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.linear_algebra.operators import Number
from derive.numerical_computing.letters import function_of, positive
from derive.optimizers.iterates import ITERATES
from derive.optimizers.operators import Iterate
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, depends_on, fresh, is_unknown

x, r, e, before = Symbol("x"), Symbol("r"), Symbol("e"), Symbol("e_0")
q, d = Symbol("q", positive=True), Symbol("d", positive=True)
n = Symbol("n", integer=True, nonnegative=True)
f = Function("f")
HIGHEST, HIGHEST_TAKEN = 8, 2  # orders that are looked at, and that are worked out in steps


# ------------------------------------------------------------------ operators


class NewtonStep(Number):
    """Where the tangent of f at x is zero: NewtonStep(f, x).

    Numerically: the zero of the line with the slope of f there.
    """

    word = "newton_step"


class AtARoot(Number):
    """An operator on f(x) near x = r; the letter x is not free in it."""

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        return super().free_symbols - ({self.args[1]} - self.args[2].free_symbols)


class NewtonError(AtARoot):
    """The leading term in e of the error after a Newton step from r + e, for the zero r of f.

    NewtonError(f, x, r, e). Numerically: steps are made with smaller and smaller e, at many digits;
    power and factor are fitted.
    """

    word = "newton_error"


class SecantError(AtARoot):
    """The leading term of the error after a secant step from r + e_0 and r + e.

    SecantError(f, x, r, e, e_0). Numerically: as of Newton's method.
    """

    word = "secant_error"


class FixedPointError(AtARoot):
    """The leading term in e of g(r + e) - g(r): what one step makes of an error.

    FixedPointError(g, x, r, e). Numerically: as of Newton's method.
    """

    word = "fixed_point_error"


class ContractionRate(AtARoot):
    """By what a small error is multiplied in size in a step of x = g(x): ContractionRate(g, x, r).

    Numerically: by making steps from near r.
    """

    word = "contraction_rate"


class FixedPointBound(Number):
    """How far the fixed point can be after n steps: FixedPointBound(q, d, n).

    Each step is at most q times as long as the one before, the first one d. Numerically: for the
    map whose steps are just as long.
    """

    word = "fixed_point_bound"


class BisectionError(Number):
    """How far the zero can be from the middle after n halvings: BisectionError(a, b, n).

    Numerically: by halving, with the zero always at an end.
    """

    word = "bisection_error"


def table(operator: type, title: str) -> RuleTable:
    return RuleTable(operator, lambda goal: goal.args, title)


STEPS, ERRORS = table(NewtonStep, "Newton steps"), table(NewtonError, "errors of Newton's method")
SECANTS = table(SecantError, "errors of the secant method")
FIXED, RATES = table(FixedPointError, "errors of fixed points"), table(ContractionRate, "rates")
BOUNDS = table(FixedPointBound, "bounds of fixed-point iterations")
HALVINGS = table(BisectionError, "errors of bisection")


# ------------------------------------------------------------------ Newton's method


@STEPS.rule("zero of the tangent", example=NewtonStep(x**2 - 2, x))
def zero_of_the_tangent(f: Expr, x: Symbol) -> Outcome:
    """The line f(x) + f'(x)*s is zero at s = -f(x)/f'(x)."""
    if not depends_on(f, x):
        return None
    slope = f.diff(x)
    return Rewrite(x - f / D(f, x), true if slope.is_nonzero else Ne(slope, 0))


def coefficient(f: Expr, x: Symbol, r: Expr, k: int) -> Expr:
    """f^(k)(r)/k!, to be worked out."""
    if is_unknown(f):
        return D(f.xreplace({x: r}), r, k) / factorial(k)
    slope = Subs(D(f, x, k), x, r) if k <= HIGHEST_TAKEN else f.diff(x, k).subs(x, r)
    return slope / factorial(k)


def slopes(f: Expr, x: Symbol, r: Expr) -> list[int]:
    """The orders from 1 up of the derivatives that are not 0 at r."""
    if is_unknown(f):
        return list(range(1, HIGHEST + 1)) if isinstance(r, Symbol) else []
    values = {k: f.diff(x, k).subs(x, r) for k in range(1, HIGHEST + 1)}
    return [k for k, value in values.items() if not value.equals(0)]


def is_not_zero(value: Expr) -> Boolean:
    return true if value.is_number else Ne(value, 0)


@ERRORS.rule("multiple zero", example=NewtonError(x**3 - x**2, x, S(0), e))
def multiple_zero(f: Expr, x: Symbol, r: Expr, e: Expr) -> Outcome:
    """Near a zero of order m, f is c*(x - r)^m, and Newton's step goes 1/m of the way."""
    orders = slopes(f, x, r)
    return e - e / orders[0] if orders and orders[0] > 1 else None


@ERRORS.rule("Taylor series at the zero", example=NewtonError(f(x), x, r, e))
def taylor_at_the_zero(f: Expr, x: Symbol, r: Expr, e: Expr) -> Outcome:
    """With f = c_1 e + c_k e^k + ... the error e - f/f' that is left begins with e^k."""
    orders = slopes(f, x, r)[:2]
    if len(orders) < 2 or orders[0] != 1:
        return S.Zero if f.is_polynomial(x) and orders == [1] else None
    k = orders[1]
    names = (fresh(name, f, r, e).name for name in ("c_1", f"c_{k}", "t"))
    one, other, t = (Symbol(name, nonzero=True if k == 0 else None) for k, name in enumerate(names))
    left = (k - 1) * other * t**k / (one + k * other * t ** (k - 1))
    values = Tuple(*(coefficient(f, x, r, j) for j in (1, k)), e)
    term = Subs(Truncated(left, t, 0, k + 1), Tuple(one, other, t), values)
    return Rewrite(
        term, slope_is_not_zero(f, x, r), where=((one, values[0]), (other, values[1]), (t, e))
    )


def slope_is_not_zero(f: Expr, x: Symbol, r: Expr) -> Boolean:
    return is_not_zero(D(f.xreplace({x: r}), r) if is_unknown(f) else f.diff(x).subs(x, r))


@SECANTS.rule("Taylor series at the zero", example=SecantError(f(x), x, r, e, before))
def secant_at_the_zero(f: Expr, x: Symbol, r: Expr, e: Expr, before: Expr) -> Outcome:
    """With f = c_1 e + c_2 e^2 + ... the line through both values leaves c_2/c_1 e e_0."""
    if slopes(f, x, r)[:2] != [1, 2]:
        return None
    one, two = (coefficient(f, x, r, k) for k in (1, 2))
    return Rewrite(two / one * e * before, slope_is_not_zero(f, x, r))


# ------------------------------------------------------------------ fixed points


@FIXED.rule("Taylor series at the fixed point", example=FixedPointError(x**2 / 2, x, S(0), e))
def taylor_at_the_fixed_point(g: Expr, x: Symbol, r: Expr, e: Expr) -> Outcome:
    """g(r + e) - g(r) begins with the first derivative that is not zero at r."""
    orders = slopes(g, x, r)
    return coefficient(g, x, r, orders[0]) * e ** orders[0] if orders else None


@RATES.rule("level at the fixed point", example=ContractionRate(x**2 / 2 + 1 / S(2), x, S(0)))
def level_at_the_fixed_point(g: Expr, x: Symbol, r: Expr) -> Outcome:
    """Where g' is zero, errors shrink faster than by any factor."""
    if is_unknown(g) or not g.diff(x).subs(x, r).equals(0):
        return None
    below = factor(simplify(fraction(together(g.diff(x)))[1].subs(x, r)))
    bases = (f.as_base_exp()[0] for f in Mul.make_args(below))
    return Rewrite(S.Zero, And(*(Ne(base, 0) for base in bases if base.free_symbols)))


@RATES.rule("derivative at the fixed point", example=ContractionRate(x**2 / 3 + 1, x, S(1)))
def derivative_at_the_fixed_point(g: Expr, x: Symbol, r: Expr) -> Outcome:
    """A small error is multiplied by g'(r) in each step."""
    return Abs(coefficient(g, x, r, 1))


@BOUNDS.rule("steps that are left", example=FixedPointBound(S(1) / 3, S(2), S(4)))
def steps_that_are_left(q: Expr, d: Expr, n: Expr) -> Outcome:
    """The way to the fixed point is no longer than all steps from here on: d*q^j with j >= n."""
    k = Symbol(fresh("j", q, d, n).name, integer=True, nonnegative=True)
    given = And(Gt(q, 0), Lt(q, 1))
    return None if given == False else Rewrite(Sum(d * q**k, (k, n, oo)), given)


@HALVINGS.rule("halve the interval", example=BisectionError(S(1), S(4), S(5)))
def halve_the_interval(a: Expr, b: Expr, n: Expr) -> Outcome:
    """Each step leaves half of the interval; its middle is at most half of what is left away."""
    w, k = fresh("w", a, b, n), fresh("k", a, b, n)
    return Iterate(w / 2, w, k, b - a, n) / 2


TABLES: dict[type, RuleTable] = {
    Derivative: DERIVATIVES,
    Truncated: SERIES,
    Sum: SUMS,
    Iterate: ITERATES,
    NewtonStep: STEPS,
    NewtonError: ERRORS,
    SecantError: SECANTS,
    FixedPointError: FIXED,
    ContractionRate: RATES,
    FixedPointBound: BOUNDS,
    BisectionError: HALVINGS,
}


# ------------------------------------------------------------------ what the user calls


@dataclass(frozen=True)
class NewtonsMethod(Answers):
    """The next place, and the leading term of its error where the last one was e."""

    step: Derivation
    error: Derivation


@dataclass(frozen=True)
class FixedPoint(Answers):
    """|g'(r)|, below 1 where the iteration converges, and the leading term of the next error."""

    rate: Derivation
    error: Derivation


def root_of(function: Expr, zero: Expr, x: Symbol, root: Any) -> Expr:
    """The place asked for, where `zero` is 0; a letter for it where the function is unknown."""
    if is_unknown(function):
        return Symbol("r") if root is None else letter_for(root)
    if root is None:
        raise ValueError("give the root: the error is looked at near it")
    place = exact(scalar(root))
    if zero.subs(x, place).equals(0) is False:
        raise ValueError(f"{zero} is not 0 at {place}")
    return place


def letter_for(root: Any) -> Symbol:
    place = scalar(root)
    if not isinstance(place, Symbol):
        raise ValueError(f"the root of an unknown function is a letter, not {place}")
    return place


@limited
def newtons_method(
    f: Any = None, x: Any = "x", root: Any = None, timeout: float = 20.0
) -> NewtonsMethod:
    """Newton's step for f(x) = 0, and what it makes of a small error e: its order is the power.

    Without `f` the function is f(x) and its zero r, a simple one. `.step.to_numpy()` is the step as
    a function. Raises ValueError, ParseError, NoRuleApplies, BudgetExceeded.

    >>> d = newtons_method("x^2 - 2", "x", "sqrt(2)")
    >>> d.step.result, d.error.result
    (x - (x**2 - 2)/(2*x), sqrt(2)*e**2/4)
    >>> newtons_method("x^2", "x", 0).error.result
    e/2
    """
    function, variable = function_of(f, x)
    place = root_of(function, function, variable, root)
    error = NewtonError(function, variable, place, fresh("e", function, place))
    step = worked_out(NewtonStep(function, variable), timeout)
    return NewtonsMethod(step, worked_out(error, timeout))


@limited
def secant_method(
    f: Any = None, x: Any = "x", root: Any = None, timeout: float = 20.0
) -> Derivation:
    """What a secant step makes of two small errors e and e_0 at a simple zero, to leading order.

    Sizes that follow e*e_0 shrink with the order (1 + sqrt(5))/2.
    Raises ValueError, ParseError, NoRuleApplies, BudgetExceeded.

    >>> secant_method("x^2 - 2", "x", "sqrt(2)").result
    sqrt(2)*e*e_0/4
    """
    function, variable = function_of(f, x)
    place = root_of(function, function, variable, root)
    letters = fresh("e", function, place), fresh("e_0", function, place)
    return worked_out(SecantError(function, variable, place, *letters), timeout)


@limited
def fixed_point(g: Any, x: Any = "x", root: Any = None, timeout: float = 20.0) -> FixedPoint:
    """How x = g(x), iterated, approaches its fixed point `root`: the rate |g'|, the next error.

    Raises ValueError, ParseError, NoRuleApplies, BudgetExceeded.

    >>> d = fixed_point("(x + 2/x)/2", "x", "sqrt(2)")
    >>> d.rate.result, d.error.result
    (0, sqrt(2)*e**2/4)
    """
    function, variable = function_of(g, x)
    place = root_of(function, Add(function, -variable), variable, root)
    rate = ContractionRate(function, variable, place)
    error = FixedPointError(function, variable, place, fresh("e", function, place))
    return FixedPoint(worked_out(rate, timeout), worked_out(error, timeout))


@limited
def fixed_point_bound(
    q: Any = "q", first_step: Any = "d", steps: Any = "n", timeout: float = 20.0
) -> Derivation:
    """How far the fixed point of a contraction can be after `steps` steps, from its constant q.

    Raises ValueError, ParseError, NoRuleApplies, BudgetExceeded. (Banach's theorem.)

    >>> fixed_point_bound("1/2", 1, 10).result
    1/512
    """
    rate = positive(q)
    if (rate < 1) == False:
        raise ValueError(f"a contraction has a constant below 1, not {rate}")
    goal = FixedPointBound(rate, positive(first_step), count(steps))
    return worked_out(goal, timeout)


@limited
def bisection_error(
    a: Any = "a", b: Any = "b", steps: Any = "n", timeout: float = 20.0
) -> Derivation:
    """How far the zero can be from the middle of the interval after `steps` halvings.

    Raises ValueError, ParseError, NoRuleApplies, BudgetExceeded.

    >>> bisection_error(1, 2, 9).result
    1/1024
    """
    low, high = exact(scalar(a)), exact(scalar(b))
    if (low < high) == False:
        raise ValueError(f"the interval from {low} to {high} has no two ends in order")
    return worked_out(BisectionError(low, high, count(steps)), timeout)


def count(question: Any) -> Expr:
    """The number of steps: a whole number, or a letter for one."""
    found = scalar(question)
    if isinstance(found, Symbol) and found.is_integer is None:
        found = Symbol(found.name, integer=True, nonnegative=True)
    if not found.is_integer or found.is_negative:
        raise ValueError(f"the number of steps is a whole number, not {found}")
    return Integer(found) if found.is_Integer else found


def worked_out(goal: Basic, timeout: float) -> Derivation:
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(root.result))
