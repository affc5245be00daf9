"""Conjugate gradients on a quadratic: the length of each step, and the next direction.

The quadratic is x'Ax/2 - b'x with a symmetric A; its residual at x is r = b - A x.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Integer, Symbol, symbols

from derive.asked import asked, in_order, scalar
from derive.calculus.integrals.integrate import exact
from derive.calculus.intervals import RootBetween
from derive.calculus.roots_between import RULES as ROOTS
from derive.core import Derivation
from derive.engine import Budget, derive, limited
from derive.linear_algebra.elimination import Matrix, is_zero, tidy
from derive.optimizers.operators import ByName
from derive.rules import Outcome, Rewrite, RuleTable

t, beta = symbols("t beta")
a = Symbol("a")


# ------------------------------------------------------------------ operators


class OfQuadratics(ByName, Basic):
    """An operator on the quadratic x'Ax/2 - b'x, a place and a number of steps."""

    def __new__(cls, *args: Any) -> OfQuadratics:
        return Basic.__new__(cls, *args)


class ConjugateGradients(OfQuadratics):
    """Where the quadratic is smallest in x + span(r, A r, ..., A^(k-1) r), with r = b - A x:
    ConjugateGradients(A, b, x, k)."""

    name = "CG"


class AlongDirection(OfQuadratics):
    """What k steps reach from x, the first one along p: AlongDirection(A, b, x, p, k).

    A step goes to where the quadratic is smallest along the direction; the next direction is the
    residual there and the multiple of the last one with which the two are conjugate: p'.A p = 0.
    """

    name = "along"


class NextDirection(OfQuadratics):
    """The same with k steps from x that begin with the direction after p:
    NextDirection(A, b, x, p, k)."""

    name = "after"


# ------------------------------------------------------------------ rules

MATRIX = Matrix([[4, 1], [1, 3]])
RIGHT, START = Matrix([1, a]), Matrix([2, 1])
METHOD = RuleTable(ConjugateGradients, lambda goal: goal.args, "conjugate gradients")
STEPS = RuleTable(AlongDirection, lambda goal: goal.args, "steps along a direction")
TURNS = RuleTable(NextDirection, lambda goal: goal.args, "conjugate directions")
TABLES: dict[type, RuleTable] = {
    RootBetween: ROOTS,
    ConjugateGradients: METHOD,
    AlongDirection: STEPS,
    NextDirection: TURNS,
}


def residual(A: Matrix, b: Matrix, x: Matrix) -> Matrix:
    return (b - A * x).applyfunc(tidy)


def inner(u: Matrix, v: Matrix) -> Expr:
    """u.v with the quotients in it in lowest terms first: multiplied out they are sums of
    thousands of quotients."""
    return tidy(u.dot(v.applyfunc(tidy)))


@METHOD.rule("steepest descent first", example=ConjugateGradients(MATRIX, RIGHT, START, Integer(2)))
def steepest_descent_first(A: Matrix, b: Matrix, x: Matrix, k: Integer) -> Outcome:
    """The first direction is the residual r, which is minus the gradient; directions that are
    conjugate, p.A q = 0, do not undo each other: a step along each is enough."""
    if A != A.T:
        return None
    r = residual(A, b, x)
    return AlongDirection(A, b, x, r, k) if k > 0 and any(not is_zero(e) for e in r) else x


@STEPS.rule(
    "smallest along the direction",
    example=AlongDirection(MATRIX, RIGHT, START, Matrix([1, 2]), Integer(2)),
)
def smallest_along_the_direction(A: Matrix, b: Matrix, x: Matrix, p: Matrix, k: Integer) -> Outcome:
    """Along x + t p the quadratic has the slope p.(A (x + t p) - b), which is zero at the end of
    the step: t = (p . r)/(p . A p)."""
    slope = t * inner(p, A * p) - inner(p, residual(A, b, x))
    length = RootBetween(slope, t)
    place = Matrix([e + length * f for e, f in zip(x, p, strict=True)])
    return Rewrite(NextDirection(A, b, place, p, k - 1), where=((Symbol("r"), residual(A, b, x)),))


@TURNS.rule("no step left", example=NextDirection(MATRIX, RIGHT, START, Matrix([1, 2]), Integer(0)))
def no_step_left(A: Matrix, b: Matrix, x: Matrix, p: Matrix, k: Integer) -> Outcome:
    """After the last step the place is the answer."""
    return x.applyfunc(tidy) if k == 0 else None


@TURNS.rule(
    "nothing left of the residual",
    example=NextDirection(MATRIX, Matrix([5, 4]), Matrix([1, 1]), Matrix([1, 2]), Integer(1)),
)
def nothing_left(A: Matrix, b: Matrix, x: Matrix, p: Matrix, k: Integer) -> Outcome:
    """The residual is zero: the place is the minimum, and there is nowhere to go."""
    return x if all(map(is_zero, residual(A, b, x))) else None


@TURNS.rule(
    "conjugate direction",
    example=NextDirection(MATRIX, RIGHT, START, Matrix([1, 2]), Integer(1)),
)
def conjugate_direction(A: Matrix, b: Matrix, x: Matrix, p: Matrix, k: Integer) -> Outcome:
    """The next direction r + beta p is conjugate to the last one: p.A (r + beta p) = 0 gives beta =
    -(r . A p)/(p . A p), which is (r . r)/(r' . r') with the residual r' before."""
    r = residual(A, b, x)
    factor = RootBetween(inner(p, A * r) + beta * inner(p, A * p), beta)
    turned = Matrix([e + factor * f for e, f in zip(r, p, strict=True)])
    return Rewrite(AlongDirection(A, b, x, turned, k), where=((Symbol("r"), r),))


# ------------------------------------------------------------------ what the user calls


@limited
def conjugate_gradient(
    A: Any, b: Any, start: Any = None, steps: int | None = None, timeout: float = 20.0
) -> Derivation:
    """Where conjugate gradients on x'Ax/2 - b'x are after `steps` steps, one for each row if none
    are asked for: then they are at the minimum, the solution of A x = b.

    A: a symmetric positive definite matrix; `start`: zeros if none. Letters may be in all of them
    (each length that is divided by gives a condition). Raises ValueError, NoRuleApplies. Source:
    Hestenes and Stiefel 1952; Nocedal and Wright 2006, chapter 5.

    >>> conjugate_gradient([[4, 1], [1, 3]], [1, 2]).result
    Matrix([
    [1/11],
    [7/11]])
    """
    M = asked(A)
    if not isinstance(M, Matrix) or M != M.T:
        raise ValueError("a quadratic has a symmetric matrix")
    if M.is_positive_definite is False:
        raise ValueError("the matrix is not positive definite: the quadratic has no minimum")
    begin = [0] * M.rows if start is None else start
    columns = [Matrix([exact(scalar(entry)) for entry in each]) for each in (b, begin)]
    if any(column.rows != M.rows for column in columns):
        raise ValueError(f"b and the start have {M.rows} entries each")
    number = M.rows if steps is None else steps
    if not isinstance(number, int) or number < 0:
        raise ValueError(f"the number of steps is a whole number, not {number}")
    goal = ConjugateGradients(M.applyfunc(exact), *columns, Integer(number))
    root = derive(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))
