"""Where a function is largest or smallest in an interval, and how large it is there.

What does not move the place is taken away; a concave function is largest where its slope is zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Derivative,
    Expr,
    Max,
    Mul,
    Piecewise,
    Pow,
    S,
    Subs,
    Symbol,
    cos,
    exp,
    expand,
    factor_terms,
    log,
    oo,
    pi,
    sign,
    together,
    true,
)
from sympy.logic.boolalg import Boolean

from derive.asked import in_order, letter, place, scalar
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.intervals import ArgMax, ArgMin, Maximum, OnInterval, RootBetween
from derive.calculus.isolated_roots import RULES as ROOTS
from derive.calculus.signs import (
    NegativeOn,
    PositiveOn,
    negative_if,
    never_holds,
    positive_if,
    smooth_if,
)
from derive.core import Derivation
from derive.engine import Budget, NoRuleApplies, limited, search, shown
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, depends_on

x, c = Symbol("x"), Symbol("c")

LARGEST = RuleTable(ArgMax, lambda goal: goal.args, "places of a maximum")
SMALLEST = RuleTable(ArgMin, lambda goal: goal.args, "places of a minimum")
MAXIMA = RuleTable(Maximum, lambda goal: goal.args, "maxima")


# ------------------------------------------------------------------ the place of a maximum


@LARGEST.rule("terms without the variable", example=ArgMax(5 + x - x**2, x, 0, 1), on=Add)
def terms_without_the_variable(f: Add, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Adding a constant moves no maximum."""
    return _without_terms(ArgMax, f, x, a, b)


@SMALLEST.rule("terms without the variable", example=ArgMin(5 - x + x**2, x, 0, 1), on=Add)
def terms_without_the_variable_below(f: Add, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Adding a constant moves no minimum."""
    return _without_terms(ArgMin, f, x, a, b)


def _without_terms(extreme: type, f: Add, x: Symbol, a: Expr, b: Expr) -> Outcome:
    moving = [term for term in f.args if depends_on(term, x)]
    return extreme(Add(*moving), x, a, b) if 0 < len(moving) < len(f.args) else None


@LARGEST.rule("constant factor", example=ArgMax(3 * x * (1 - x), x, 0, 1), on=Mul)
def constant_factor(f: Mul, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """A positive factor moves no maximum; a negative one turns it into a minimum."""
    return _without_factors(ArgMax, ArgMin, f, x, a, b)


@SMALLEST.rule("constant factor", example=ArgMin(-3 * x * (1 - x), x, 0, 1), on=Mul)
def constant_factor_below(f: Mul, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """A positive factor moves no minimum; a negative one turns it into a maximum."""
    return _without_factors(ArgMin, ArgMax, f, x, a, b)


def _without_factors(same: type, other: type, f: Mul, x: Symbol, a: Expr, b: Expr) -> Outcome:
    fixed, moving = f.as_independent(x, as_Add=False)
    if fixed == 1 or moving == 1:
        return None
    if negative_if(fixed, x, a, b) is true:
        return other(moving, x, a, b)
    given = positive_if(fixed, x, a, b)
    return None if given is None else Rewrite(same(moving, x, a, b), given)


@LARGEST.rule("stationary point of a concave function", example=ArgMax(x - exp(x) / 2, x))
def stationary_point(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Where the second derivative is negative, the function is largest where the first is zero."""
    return _stationary(f, x, a, b, negative_if, NegativeOn)


@LARGEST.rule(
    "where the slope changes at a kink",
    example=ArgMax(-Abs(x - 1) - Abs(x - 2) - Abs(x - 6), x),
    on=(Abs, Add, Mul),
)
def at_a_kink(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """A concave function rises before its maximum and falls after it: the kink where the slope
    changes its sign, or the stretch between two kinks on which it does."""
    kinks = _kinks(f, x, a, b)
    pieces = kinks and [_smooth_piece(f, x, *ends) for ends in pairwise([a, *kinks, b])]
    if not kinks or not pieces:
        return None
    bent = [negative_if(g.diff(x, 2), x, *ends) is true
            for g, ends in zip(pieces, pairwise([a, *kinks, b]), strict=True)]  # fmt: skip
    if not all(strict or g.diff(x, 2) == 0 for strict, g in zip(bent, pieces, strict=True)):
        return None
    sides = [tuple(g.diff(x).subs(x, k) for g in pair)
             for k, pair in zip(kinks, pairwise(pieces), strict=True)]  # fmt: skip
    if not all((before - after).is_positive for before, after in sides):
        return None
    return _where_it_turns(kinks, pieces, bent, sides, (x, a, b))


def _kinks(f: Expr, x: Symbol, a: Expr, b: Expr) -> list[Expr] | None:
    """The zeros of lines within absolute values, where all of these are numbers."""
    found = set()
    for node in f.atoms(Abs):
        line = node.args[0].as_poly(x) if depends_on(node, x) else None
        if depends_on(node, x) and (line is None or line.degree() != 1):
            return None
        if line is not None:
            found.add(-line.nth(0) / line.nth(1))
    if not all(k.is_number and k.is_real for k in found):
        return None
    return sorted((k for k in found if a < k and k < b), key=lambda k: k)


def _smooth_piece(f: Expr, x: Symbol, low: Expr, high: Expr) -> Expr:
    """The function between two kinks, without absolute values."""
    if low.is_infinite and high.is_infinite:
        middle = S.Zero
    elif low.is_infinite or high.is_infinite:
        middle = high - 1 if low.is_infinite else low + 1
    else:
        middle = (low + high) / 2
    inside = [node for node in f.atoms(Abs) if depends_on(node, x)]
    return f.xreplace({n: sign(n.args[0].subs(x, middle)) * n.args[0] for n in inside}).expand()


def _where_it_turns(
    kinks: list[Expr], pieces: list[Expr], bent: list[bool], sides: list[Any], over: Any
) -> Outcome:
    """From the slopes on both sides of each kink; None where a stretch is level, or unknown."""
    x, a, b = over
    ends = [a, *kinks, b]
    for j, (before, after) in enumerate(sides):
        if before.is_negative:
            return ArgMax(pieces[j], x, ends[j], ends[j + 1]) if bent[j] else None
        rises = before.is_positive or (before.is_zero and bent[j])
        falls = after.is_negative or (after.is_zero and bent[j + 1])
        if rises and falls:
            names = Symbol("slope before"), Symbol("slope after")
            return Rewrite(kinks[j], where=tuple(zip(names, (before, after), strict=True)))
        if not (rises and after.is_positive):
            return None
    return ArgMax(pieces[-1], x, kinks[-1], b) if bent[-1] else None


@SMALLEST.rule("stationary point of a convex function", example=ArgMin(exp(x) - 2 * x, x))
def stationary_point_below(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Where the second derivative is positive, the function is smallest where the first is zero."""
    return _stationary(f, x, a, b, positive_if, PositiveOn)


def _stationary(
    f: Expr, x: Symbol, a: Expr, b: Expr, bent_if: Callable, bent: type[PositiveOn]
) -> Outcome:
    """The look at the second derivative decides; that it has its sign is shown as a premise."""
    smooth = smooth_if(f, x, a, b)
    given = None if smooth is None else bent_if(f.diff(x, 2), x, a, b)
    if smooth is None or given is None:
        return None
    premise = (D(f, x, 2), bent(x, a, b, given))
    return Rewrite(RootBetween(D(f, x), x, a, b), And(smooth, given), premises=(premise,))


@LARGEST.rule("where the angle is zero", example=ArgMax(cos(x - 1), x, 0, 2 * pi), on=cos)
def where_the_angle_is_zero(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """A cosine is largest where its angle is zero: within one turn there is no other such place."""
    speed = f.args[0].diff(x)
    if (
        not speed.is_number
        or speed == 0
        or (2 * pi - Abs(speed) * (b - a)).is_nonnegative is not True
    ):
        return None
    return RootBetween(f.args[0], x, a, b)


@SMALLEST.rule(
    "where two sizes cross", example=ArgMin(Max(Abs(1 - x), Abs(1 - 3 * x)), x, 0, oo), on=Max
)
def where_two_sizes_cross(f: Max, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Of |u| and |v|, straight lines that slope alike, one falls where the other rises: u = -v."""
    if len(f.args) != 2 or not all(isinstance(size, Abs) for size in f.args):
        return None
    lines = [size.args[0] for size in f.args]
    slopes = [line.diff(x) for line in lines]
    if any(depends_on(slope, x) for slope in slopes) or lines[0].equals(lines[1]):
        return None
    given = positive_if(slopes[0] * slopes[1], x, a, b)
    return None if given is None else Rewrite(RootBetween(lines[0] + lines[1], x, a, b), given)


@SMALLEST.rule("on either side of the kink", example=ArgMin((x - 5) ** 2 + 3 * Abs(x), x))
def either_side_of_the_kink(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """A convex function is smallest right of its kink, left of it, or in the kink: there the slopes
    on the two sides have zero between them."""
    sizes = [node for node in f.atoms(Abs) if depends_on(node, x)]
    line = sizes[0].args[0].as_poly(x) if len(sizes) == 1 else None
    if line is None or line.degree() != 1 or line.nth(1) not in (1, -1) or (a, b) != (-oo, oo):
        return None
    kink, weight = -line.nth(0) / line.nth(1), f.expand().coeff(sizes[0])
    smooth = expand(f - weight * sizes[0])
    if weight == 0 or smooth.has(Abs) or smooth_if(smooth, x, a, b) is None:
        return None
    convex, pointed = (positive_if(g, x, a, b) for g in (smooth.diff(x, 2), weight))
    if convex is None or pointed is None or not smooth.is_polynomial(x):
        return None
    right, left = (RootBetween(factor_terms(smooth.diff(x) + s * weight), x) for s in (1, -1))
    cases = Piecewise((right, right > kink), (left, left < kink), (kink, True))
    names = Symbol("slope before"), Symbol("slope after")
    slopes = (expand(smooth.diff(x).subs(x, kink) + s * weight) for s in (-1, 1))
    return Rewrite(cases, And(convex, pointed), where=tuple(zip(names, slopes, strict=True)))


@LARGEST.rule("turned over", example=ArgMax(-((x - c) ** 2) - 3 * Abs(x), x), on=(Add, Mul))
def turned_over(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """A function is largest where its negative is smallest: here one with a kink."""
    turned = expand(-f)
    return either_side_of_the_kink(turned, x, a, b) and ArgMin(turned, x, a, b)


@LARGEST.rule("maximise the logarithm", example=ArgMax(x**2 * exp(-3 * x), x, 0, oo))
def maximise_the_logarithm(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The logarithm is increasing: a positive function is largest where its logarithm is."""
    found = log_of(f, x, a, b)
    return found and Rewrite(ArgMax(found[0], x, a, b), found[1])


@LARGEST.rule("inside the logarithm", example=ArgMax(log(1 + x * exp(-x)), x, 0, oo), on=log)
def inside_the_logarithm(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The logarithm is increasing: it is largest where what is inside is."""
    given = positive_if(f.args[0], x, a, b)
    return None if given is None else Rewrite(ArgMax(f.args[0], x, a, b), given)


# ------------------------------------------------------------------ logarithms


def log_of(f: Expr, x: Symbol, a: Expr, b: Expr) -> tuple[Expr, Boolean] | None:
    """log f of a product of positive factors, taken apart, and the condition under which it is."""
    plain = f.replace(lambda node: hasattr(node, "definition"), lambda node: node.definition())
    if not isinstance(plain, (Mul, Pow, exp)):
        return None
    given = [positive_if(k, x, a, b) for k in Mul.make_args(plain)]
    if None in given:
        return None
    return logarithm(plain), And(*(g for g in given if g is not None))


def logarithm(f: Expr) -> Expr:
    """log f with products, powers and exponentials of positive factors taken apart."""
    if isinstance(f, Mul):
        return Add(*(logarithm(k) for k in f.args))
    if isinstance(f, exp):
        return f.args[0]
    return f.exp * logarithm(f.base) if isinstance(f, Pow) else log(f)


# ------------------------------------------------------------------ the largest value


def in_lowest_terms(value: Basic) -> Basic:
    """Fractions inside logarithms over one denominator."""
    inside = {node: log(together(node.args[0])) for node in value.atoms(log)}
    return value.xreplace(inside)


MAXIMA.tidy = in_lowest_terms


@MAXIMA.rule("value at the place of the maximum", example=Maximum(3 + x - x**2, x, 0, 1))
def value_at_the_place(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The largest value is the one at the place where the function is largest."""
    return Subs(f, x, ArgMax(f, x, a, b))


# ------------------------------------------------------------------ what the user calls


def term_by_term(result: Basic) -> Basic:
    """Each term with its common factors in front: (2*x - 2*m)/2 is x - m."""
    return Add(*map(factor_terms, Add.make_args(result)))


TABLES = {
    ArgMax: LARGEST,
    ArgMin: SMALLEST,
    Maximum: MAXIMA,
    RootBetween: ROOTS,
    Derivative: replace(DERIVATIVES, tidy=term_by_term),
}


@limited
def argmax(f: Any, x: Any, over: Any = (-oo, oo), timeout: float = 20.0) -> Derivation:
    """The one place in the interval `over` where f is largest; the ends do not belong to it.

    Raises NoRuleApplies (also where there is no such place, or no single one), BudgetExceeded,
    ValueError, ParseError.

    >>> argmax("x**2*(1 - x)", "x", (0, 1)).result
    2/3
    """
    return _worked_out(ArgMax, f, x, over, timeout)


@limited
def argmin(f: Any, x: Any, over: Any = (-oo, oo), timeout: float = 20.0) -> Derivation:
    """The one place in the interval `over` where f is smallest; as `argmax`.

    >>> argmin("exp(x) - 2*x", "x").result
    log(2)
    """
    return _worked_out(ArgMin, f, x, over, timeout)


@limited
def maximum(f: Any, x: Any, over: Any = (-oo, oo), timeout: float = 20.0) -> Derivation:
    """The largest value of f, taken at one place inside the interval `over`; as `argmax`.

    >>> maximum("x*exp(-x)", "x", (0, "oo")).result
    exp(-1)
    """
    return _worked_out(Maximum, f, x, over, timeout)


def _worked_out(
    operator: type[OnInterval], f: Any, x: Any, over: Any, timeout: float
) -> Derivation:
    expression = scalar(f)
    variable = letter(x, expression)
    if not isinstance(over, (tuple, list)) or len(over) != 2:
        raise ValueError(f"the interval is {over!r}; write its two ends, such as (0, 1)")
    a, b = map(place, over)
    if not depends_on(expression, variable):
        raise ValueError(f"{expression} does not depend on {variable}: it is as large everywhere")
    if (a < b) == False:
        raise ValueError(f"no number lies between {a} and {b}")
    if variable.is_nonnegative and (a >= 0) != True:
        raise ValueError(f"{variable} is not negative, but {over} is asked for: use another letter")
    return worked_out(operator(expression, variable, a, b), Budget(seconds=timeout))


def worked_out(goal: Expr, budget: Budget | None = None) -> Derivation:
    d = Derivation(search(goal, TABLES, budget), goal, arguments=in_order(goal))
    if never_holds(d.given):
        raise NoRuleApplies(f"{shown(goal)} would ask for {d.given}, which never holds", goal)
    return d
