"""Difference formulas from Taylor series: weights, leading error, the best step against rounding.

A stencil holds the places of the values in steps of h: [-1, 0, 1] is x - h, x, x + h.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from math import prod
from typing import Any

from sympy import (
    Abs,
    Basic,
    Derivative,
    Expr,
    Function,
    Integer,
    Poly,
    S,
    Symbol,
    Tuple,
    factorial,
    oo,
)

from derive.answers import Answers
from derive.asked import in_order
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.extrema import TABLES as EXTREMA
from derive.calculus.intervals import ArgMin
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.linear_algebra.elimination import Matrix
from derive.linear_algebra.inverses import AUGMENTED, Augmented
from derive.linear_algebra.norms import TABLES as NORMS
from derive.linear_algebra.norms import VectorNorm
from derive.linear_algebra.operators import Number, Operator
from derive.linear_algebra.products import DOTS, Dot
from derive.numerical_computing.letters import distinct, function_of, positive, whole
from derive.rules import Outcome, RuleTable
from derive.structure import D, is_unknown

x, t, h = Symbol("x"), Symbol("t"), Symbol("h", positive=True)
f = Function("f")
CENTRAL = Tuple(S(-1), S(0), S(1))
MOST_PLACES, FEW_PLACES = 12, 5
HIGHEST_TAKEN = 4  # the order of the derivatives that are worked out in steps


# ------------------------------------------------------------------ operators


class DifferenceWeights(Operator):
    """The w with sum of w_j p(s_j) = p^(m)(0) for every polynomial p of degree below n.

    DifferenceWeights(m, stencil) with the n places s_j. Numerically: the derivatives of the
    polynomials that are 1 at one place and 0 at the others.
    """

    word = "difference_weights"


class DifferenceFormula(Number):
    """The m-th derivative at 0 of the polynomial through (s_j h, y_j).

    DifferenceFormula(m, stencil, values, h). Numerically: by interpolation.
    """

    word = "difference_formula"


class DifferenceError(Number):
    """The leading term, as h goes to 0, of the m-th derivative of f at x minus its formula.

    DifferenceError(f, x, h, m, stencil). Numerically: the formula applied with smaller and smaller
    steps, at many digits; power and factor are fitted to what is left.
    """

    word = "difference_error"


class BestDifferenceStep(Number):
    """The h for which the bound on truncation and rounding error is smallest.

    BestDifferenceStep(m, stencil, M, delta): where the derivative in the leading error is at most M
    in size, and each value of f is wrong by at most delta. Numerically: by golden section.
    """

    word = "best_difference_step"


WEIGHTS = RuleTable(DifferenceWeights, lambda goal: goal.args, "weights of difference formulas")
FORMULAS = RuleTable(DifferenceFormula, lambda goal: goal.args, "difference formulas")
ERRORS = RuleTable(DifferenceError, lambda goal: goal.args, "errors of difference formulas")
STEPS = RuleTable(BestDifferenceStep, lambda goal: goal.args, "best steps of difference formulas")


# ------------------------------------------------------------------ rules


def has_a_formula(m: Integer, stencil: Tuple) -> bool:
    """Whether there are more places than m, all of them different."""
    return bool(0 <= m < len(set(stencil.args)) == len(stencil.args))


@WEIGHTS.rule("Taylor series of each value", example=DifferenceWeights(S(2), CENTRAL))
def taylor_of_each_value(m: Integer, stencil: Tuple) -> Outcome:
    """In the sum of w_j f(x + s_j h) the derivatives have the factors sum of w_j s_j^k/k!: 0, 1."""
    size = len(stencil.args)
    if not has_a_formula(m, stencil) or size > FEW_PLACES:
        return None
    rows = [[s**k / factorial(k) for s in stencil.args] for k in range(size)]
    return Augmented(Matrix(rows), Matrix([S(int(k == m)) for k in range(size)]))


@WEIGHTS.rule(
    "polynomials that are 1 at one place",
    example=DifferenceWeights(S(2), Tuple(S(-2), S(-1), S(0), S(1), S(2), S(3))),
)
def one_at_one_place(m: Integer, stencil: Tuple) -> Outcome:
    """A weight is the derivative at 0 of the polynomial that is 1 at its place, 0 at the others."""
    if not has_a_formula(m, stencil):
        return None
    return Matrix([factorial(m) * p.coeff_monomial(t**m) for p in lagrange(stencil.args)])


def lagrange(places: tuple[Expr, ...]) -> list[Poly]:
    """The polynomials in t that are 1 at one place and 0 at the others."""
    factors = {(a, b): Poly((t - b) / (a - b), t) for a in places for b in places if a != b}
    return [prod((factors[a, b] for b in places if b != a), start=Poly(1, t)) for a in places]


@FORMULAS.rule(
    "weigh the values",
    example=DifferenceFormula(S(2), CENTRAL, Tuple(S(3), S(5), Symbol("y")), h),
)
def weigh_the_values(m: Integer, stencil: Tuple, values: Tuple, h: Expr) -> Outcome:
    """A value at s_j h has the weight of the place s_j over h^m."""
    if not has_a_formula(m, stencil) or len(values.args) != len(stencil.args):
        return None
    return Dot(Matrix(values.args), DifferenceWeights(m, stencil)) / h**m


def first_power_missed(m: int, stencil: Tuple) -> int:
    """The least k above m with sum of w_j s_j^k not 0."""
    return next(powers_missed(m, stencil))


def powers_missed(m: int, stencil: Tuple) -> Iterator[int]:
    size = len(stencil.args)
    rows = Matrix([[s**k for s in stencil.args] for k in range(size)])
    w = rows.LUsolve(Matrix([factorial(k) * int(k == m) for k in range(size)]))
    sums = ((k, sum(v * s**k for v, s in zip(w, stencil.args, strict=True))) for k in count(size))
    return (k for k, total in sums if total.equals(0) is False)


def moment(m: Basic, stencil: Tuple, k: int) -> Expr:
    """The sum of w_j s_j^k/k!."""
    return Dot(Matrix([s**k for s in stencil.args]), DifferenceWeights(m, stencil)) / factorial(k)


@ERRORS.rule("first term that is left", example=DifferenceError(f(x), x, h, S(2), CENTRAL))
def first_term_left(f: Expr, x: Symbol, h: Expr, m: Integer, stencil: Tuple) -> Outcome:
    """Of Taylor's series the weights leave f^(m), and the terms from this one on."""
    if not has_a_formula(m, stencil):
        return None
    for k in powers_missed(int(m), stencil):
        if f.is_polynomial(x) and f.diff(x, k) == 0:
            return S.Zero
        slope = f.diff(x, k)
        if slope != 0:
            high = k > HIGHEST_TAKEN and not is_unknown(f)
            return -moment(m, stencil, k) * h ** (k - m) * (slope if high else D(f, x, k))
    return None


@STEPS.rule(
    "truncation against rounding",
    example=BestDifferenceStep(S(1), Tuple(S(0), S(1)), S(2), S(1) / 1000),
)
def truncation_against_rounding(m: Integer, stencil: Tuple, M: Expr, delta: Expr) -> Outcome:
    """The leading error falls with h; errors delta of the values grow by the weights over h^m."""
    if m == 0 or not has_a_formula(m, stencil):
        return None
    k = first_power_missed(int(m), stencil)
    rounding = delta * VectorNorm(DifferenceWeights(m, stencil), S.One) / h**m
    return ArgMin(M * Abs(moment(m, stencil, k)) * h ** (k - m) + rounding, h, 0, oo)


TABLES: dict[type, RuleTable] = {
    **NORMS,
    **EXTREMA,
    Derivative: DERIVATIVES,
    Augmented: AUGMENTED,
    Dot: DOTS,
    DifferenceWeights: WEIGHTS,
    DifferenceFormula: FORMULAS,
    DifferenceError: ERRORS,
    BestDifferenceStep: STEPS,
}


# ------------------------------------------------------------------ what the user calls


@dataclass(frozen=True)
class FiniteDifference(Answers):
    """The derivative is `formula` plus `error`, of which the leading term is given."""

    formula: Derivation
    error: Derivation


def stencil_for(order: Any, stencil: Any) -> tuple[Integer, Tuple]:
    m = whole(order, 0, "the order of the derivative")
    places = distinct(stencil, "the places of a stencil")
    if len(places) <= m:
        raise ValueError(f"a derivative of order {m} takes {m + 1} places, not {len(places)}")
    if len(places) > MOST_PLACES:
        raise ValueError(f"a stencil has at most {MOST_PLACES} places, not {len(places)}")
    return Integer(m), places


@limited
def finite_difference(
    order: Any, stencil: Any, f: Any = None, x: Any = "x", h: Any = "h", timeout: float = 20.0
) -> FiniteDifference:
    """The difference formula for a derivative of this order from values at x + s*h, s in `stencil`.

    `formula` is in the values y_0, y_1, ... at these places and h; its `.to_numpy()` takes them in
    this order. `error` is the leading term of derivative minus formula, of f(x) or of `f`.
    Raises ValueError, ParseError, BudgetExceeded. (Fornberg 1988; LeVeque 2007, chapter 1.)

    >>> d = finite_difference(2, [-1, 0, 1])
    >>> d.formula.result
    (y_0 - 2*y_1 + y_2)/h**2
    >>> d.error.result
    -h**2*Derivative(f(x), (x, 4))/12
    """
    m, places = stencil_for(order, stencil)
    step, (function, variable) = positive(h), function_of(f, x)
    values = tuple(Symbol(f"y_{j}") for j in range(len(places)))
    formula = DifferenceFormula(m, places, Tuple(*values), step)
    error = DifferenceError(function, variable, step, m, places)
    budget = Budget(seconds=timeout)
    of_values = Derivation(
        search(formula, TABLES, budget), formula, arguments=(*values, *in_order(step))
    )
    return FiniteDifference(of_values, worked_out(error, timeout))


@limited
def best_difference_step(
    order: Any, stencil: Any, bound: Any = "M", delta: Any = "delta", timeout: float = 20.0
) -> Derivation:
    """The step for which truncation and rounding errors together are smallest at the worst.

    `bound`: of the size of the derivative in the leading error; `delta`: of the error of a value.
    Raises ValueError, ParseError, NoRuleApplies, BudgetExceeded.

    >>> best_difference_step(1, [0, 1]).result
    2*sqrt(delta)/sqrt(M)
    """
    m, places = stencil_for(order, stencil)
    if m == 0:
        raise ValueError("rounding errors do not grow where nothing is divided by h")
    return worked_out(BestDifferenceStep(m, places, positive(bound), positive(delta)), timeout)


def worked_out(goal: Basic, timeout: float) -> Derivation:
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(root.result))
