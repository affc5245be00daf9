"""Critical points of functions of several letters, and which are minima, maxima or saddles."""

from __future__ import annotations

from typing import Any

from sympy import (
    And,
    Basic,
    Derivative,
    Determinant,
    Expr,
    ImmutableMatrix,
    S,
    Symbol,
    Tuple,
    cosh,
)

from derive.asked import in_order
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.integrals.integrate import holding_somewhere
from derive.calculus.vector.fields import VALUES, mixed
from derive.calculus.vector.flat_points import ALONG, KINDS, LOWEST
from derive.calculus.vector.operators import ValueAt
from derive.calculus.vector.points import (
    AllPoints,
    CriticalPoints,
    KindAlongCurves,
    KindByLowestTerms,
    KindByMinors,
    KindOf,
    LocalMaximum,
    LocalMinimum,
    RealSolutions,
    SaddlePoint,
    UndecidedPoint,
    WithKinds,
)
from derive.calculus.vector.reading import formula, letters_of
from derive.calculus.vector.systems import SYSTEMS, UNIONS
from derive.core import Derivation
from derive.engine import Budget, derive, limited
from derive.linear_algebra.determinants import RULES as DETERMINANTS
from derive.linear_algebra.determinants import det
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D

x, y = Symbol("x"), Symbol("y")

CRITICAL = RuleTable(CriticalPoints, lambda goal: goal.args, "critical points")
POINTS = RuleTable(WithKinds, lambda goal: goal.args, "kinds of several points")
MINORS = RuleTable(KindByMinors, lambda goal: goal.args, "second derivative test")
TABLES = {
    CriticalPoints: CRITICAL,
    WithKinds: POINTS,
    KindOf: KINDS,
    KindByMinors: MINORS,
    KindAlongCurves: ALONG,
    KindByLowestTerms: LOWEST,
    RealSolutions: SYSTEMS,
    AllPoints: UNIONS,
    ValueAt: VALUES,
    Derivative: DERIVATIVES,
    Determinant: DETERMINANTS,
}


@CRITICAL.rule("the gradient is zero", example=CriticalPoints(x**3 - 3 * x * y + y**3, (x, y)))
def the_gradient_is_zero(f: Expr, letters: Tuple) -> Outcome:
    """All partial derivatives are zero at once; second derivatives tell the kinds apart."""
    slopes = [D(f, letter) for letter in letters]
    return WithKinds(f, letters, RealSolutions(slopes, letters))


@POINTS.rule("one point after the other", example=WithKinds(
    x**3 - 3 * x * y + y**3, (x, y), ImmutableMatrix([[0, 1], [0, 1]])))  # fmt: skip
def one_point_after_the_other(f: Expr, letters: Tuple, points: Basic) -> Outcome:
    """Each point has a kind of its own."""
    if points == S.EmptySet:
        return Tuple()
    if not isinstance(points, ImmutableMatrix):
        return None
    return Tuple(*(KindOf(f, letters, tuple(points.col(k))) for k in range(points.cols)))


@KINDS.rule(
    "leading minors of the Hessian", example=KindOf(cosh(x + 3 * y) + cosh(y), (x, y), (0, 0))
)
def leading_minors(f: Expr, letters: Tuple, point: Tuple) -> Outcome:
    """The determinants of the upper left blocks of the Hessian, at the point, tell the kind."""
    n = len(letters)
    hessian = [
        [
            ValueAt(mixed(f, letters[min(i, j)], letters[max(i, j)]), letters, point)
            for j in range(n)
        ]
        for i in range(n)
    ]
    blocks = [det(ImmutableMatrix([row[:k] for row in hessian[:k]])) for k in range(1, n + 1)]
    return KindByMinors(blocks, point)


def minors(*values: int) -> KindByMinors:
    """Of a diagonal Hessian."""
    return KindByMinors(values, (0,) * len(values))


@MINORS.rule("all positive", example=minors(2, 6))
def all_positive(values: Tuple, point: Tuple) -> Outcome:
    """Where all leading minors are positive the Hessian is positive definite: a minimum."""
    return LocalMinimum(*point) if all(v.is_positive for v in values) else None


@MINORS.rule("signs alternate from minus", example=minors(-2, 6))
def signs_alternate(values: Tuple, point: Tuple) -> Outcome:
    """Where the minors go minus, plus, minus, ... the Hessian is negative definite: a maximum."""
    turned = [v if k % 2 else -v for k, v in enumerate(values)]
    return LocalMaximum(*point) if all(v.is_positive for v in turned) else None


@MINORS.rule("both curvatures", example=minors(2, -6))
def both_curvatures(values: Tuple, point: Tuple) -> Outcome:
    """A Hessian that is regular and not definite bends up one way and down another: a saddle."""
    even_below = any(v.is_negative for v in values[1::2])
    regular = all(v.is_positive or v.is_negative for v in values)
    return SaddlePoint(*point) if even_below or regular else None


@MINORS.rule("singular Hessian", example=KindByMinors((2, 0), (0, 0)))
def singular_hessian(values: Tuple, point: Tuple) -> Outcome:
    """Where the Hessian is singular, second derivatives do not decide."""
    return UndecidedPoint(*point) if values[-1].is_zero else None


@MINORS.rule("positive for these letters", example=KindByMinors((3 * x, 3 * x * y), (0, 0)))
def positive_for_these_letters(values: Tuple, point: Tuple) -> Outcome:
    """The letters decide: where they make all leading minors positive there is a minimum."""
    return Rewrite(LocalMinimum(*point), And(*(v > 0 for v in values)))


# ------------------------------------------------------------------ what the user calls


@limited
def critical_points(f: Any, variables: Any, timeout: float = 20.0) -> Derivation:
    """Where the gradient of `f` is zero, and what is there: minimum, maximum, saddle or undecided.

    The result is a Tuple of `LocalMinimum(x, y)`, `LocalMaximum` and `SaddlePoint`, which is
    neither. Where the Hessian is singular, the terms of lowest weight and curves from the point
    decide; where they do not there is an `UndecidedPoint`. Raises NoRuleApplies (also where the
    points are not isolated), BudgetExceeded, ValueError, ParseError.

    >>> critical_points("x**3 - 3*x*y + y**3", ["x", "y"]).result
    (LocalMinimum(1, 1), SaddlePoint(0, 0))
    """
    expression = formula(f)
    goal = CriticalPoints(expression, letters_of(variables, expression))
    root = derive(goal, TABLES, Budget(seconds=timeout))
    return holding_somewhere(Derivation(root, goal, arguments=in_order(goal)))
