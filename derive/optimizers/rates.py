"""How fast methods go down a quadratic, and up to which step they converge.

The quadratic is given by its matrix A, or by its curvatures: the eigenvalues of A, all positive.
In the eigenbasis each coordinate of the error goes on by itself (derive/optimizers/methods.py).
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    And,
    Basic,
    Expr,
    Gt,
    ImmutableMatrix,
    Le,
    Lt,
    Piecewise,
    S,
    Symbol,
    Tuple,
    false,
    oo,
    sqrt,
    true,
)
from sympy.logic.boolalg import Boolean

from derive.calculus.intervals import RootBetween
from derive.linear_algebra.eigen import Eigenvalues
from derive.optimizers.methods import PLAIN, Method, Momentum, Nesterov
from derive.optimizers.operators import ByName
from derive.optimizers.over_values import LargestOver, tidy
from derive.rules import Outcome, Rewrite, RuleTable

eta, a = Symbol("eta", positive=True), Symbol("a")
MATRIX = ImmutableMatrix([[3, 1], [1, 2]])
TWO = Tuple(S(1), S(4))


class OfCurvatures(ByName, Basic):
    """An operator on the curvatures of a quadratic, perhaps on a step size, and on a method.

    The method is the last argument; for gradient descent it is not printed.
    """

    def __new__(cls, values: Any, *others: Any) -> OfCurvatures:
        by_method = others if others and isinstance(others[-1], Method) else (*others, PLAIN)
        return Basic.__new__(cls, values, *map(S, by_method))

    @property
    def shown(self) -> tuple[Basic, ...]:
        return self.args[:-1] if self.args[-1] == PLAIN else self.args


class NumberOfCurvatures(OfCurvatures, Expr):
    """Such an operator whose value is a real number."""

    is_commutative = True
    is_extended_real = True


class LargestStep(NumberOfCurvatures):
    """The number below which every positive step of a method converges, none above."""

    name = "largest step"


class Rate(NumberOfCurvatures):
    """By what the error is multiplied in the long run: Rate(A, eta, method)."""

    name = "rate"


def table(operator: type, title: str) -> RuleTable:
    return RuleTable(operator, lambda goal: goal.args, title, tidy=tidy)


def in_the_eigenbasis(A: Basic) -> Basic | None:
    """The eigenvalues of a symmetric matrix."""
    symmetric = isinstance(A, ImmutableMatrix) and A == A.T
    return Eigenvalues(A) if symmetric else None


def add_eigenbasis(table: RuleTable, *steps: Expr) -> None:
    """The rule that every table of operators on a quadratic begins with."""
    operator = table.operator

    @table.rule("eigenbasis", example=operator(MATRIX, *steps))
    def rule(A: Basic, *others: Basic) -> Outcome:
        """In the eigenbasis of a symmetric matrix each coordinate has its own curvature."""
        values = in_the_eigenbasis(A)
        return values and operator(values, *others)


STEPS, RATES = table(LargestStep, "largest steps"), table(Rate, "rates on quadratics")
add_eigenbasis(STEPS)
add_eigenbasis(RATES, S(1) / 10)


def convex_if(values: Basic) -> Boolean:
    """All curvatures are positive; false of a matrix, whose curvatures are not known yet."""
    if not isinstance(values, Tuple):
        return false
    return And(*(true if v.is_positive else Gt(v, 0) for v in values.args))


@STEPS.rule("every factor below one in size", example=LargestStep(TWO))
def every_factor_below_one(values: Tuple, by: Method) -> Outcome:
    """|p| < 1 as long as 1 + p > 0, as p < 1: the largest curvature allows the least."""
    if by.has_momentum or convex_if(values) == False:
        return None
    factor, _ = by.coordinate(LargestOver(a, a, values), eta)
    return Rewrite(RootBetween(1 + factor, eta, 0, oo), convex_if(values))


@STEPS.rule("both roots below one in size", example=LargestStep(TWO, Momentum(S.Half)))
def both_roots_below_one(values: Tuple, by: Method) -> Outcome:
    """The roots of q**2 = p*q - r are below one in size if |r| < 1 and |p| < 1 + r (Jury)."""
    given = convex_if(values)
    if not by.has_momentum or given == False:
        return None
    p, r = by.coordinate(LargestOver(a, a, values), eta)
    return Rewrite(RootBetween(1 + p + r, eta, 0, oo), given & Lt(by.args[0], 1))


@RATES.rule("the slowest coordinate", example=Rate(TWO, S(1) / 10))
def slowest_coordinate(values: Tuple, eta: Expr, by: Method) -> Outcome:
    """Each coordinate of the error is multiplied by a factor; the largest size remains."""
    if by.has_momentum or not isinstance(values, Tuple):
        return None
    return LargestOver(Abs(by.coordinate(a, eta)[0]), a, values)


@RATES.rule("conjugate roots", example=Rate(TWO, S(1) / 3, Momentum(S(1) / 4)))
def conjugate_roots(values: Tuple, eta: Expr, by: Method) -> Outcome:
    """Both roots of q**2 = p*q - r have the size sqrt(r) where they are not real."""
    if not by.has_momentum or not isinstance(values, Tuple):
        return None
    each = [by.coordinate(value, eta) for value in values.args]
    if not all(Le(p**2, 4 * r) == True for p, r in each):
        return None
    return LargestOver(sqrt(by.coordinate(a, eta)[1]), a, values)


@RATES.rule("the larger root", example=Rate(TWO, S(1) / 2, Nesterov(S(1) / 4)))
def larger_root(values: Tuple, eta: Expr, by: Method) -> Outcome:
    """The larger root of q**2 = p*q - r remains; if they are not real, both have size sqrt(r)."""
    if not by.has_momentum or not isinstance(values, Tuple):
        return None
    p, r = by.coordinate(a, eta)
    real = (Abs(p) + sqrt(p**2 - 4 * r)) / 2
    return LargestOver(Piecewise((sqrt(r), Le(p**2, 4 * r)), (real, True)), a, values)
