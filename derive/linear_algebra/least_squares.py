"""Least squares by the normal equations, projections, and the pseudo-inverse."""

from __future__ import annotations

from typing import Any

from sympy import And, Basic, symbols
from sympy.logic.boolalg import Boolean

from derive.asked import in_order
from derive.core import Derivation
from derive.engine import Budget, derive, limited
from derive.linear_algebra.elimination import (
    Matrix,
    is_zero,
    matrix,
    nonzero,
    pivots,
    step_to_reduced_form,
)
from derive.linear_algebra.inverses import AUGMENTED, Augmented
from derive.linear_algebra.operators import Operator, adjoint, conjugated, holds_complex, vector
from derive.linear_algebra.orthogonal import (
    CONJUGATED,
    TRANSPOSED,
    ConjugateTransposed,
    Transposed,
    inner,
)
from derive.linear_algebra.products import DOTS, PRODUCTS, Dot, MatrixProduct
from derive.rules import Outcome, Rewrite, RuleTable

a, b = symbols("a b")


# ------------------------------------------------------------------ operators


class LeastSquares(Operator):
    """The x for which A x is nearest to b; A has independent columns.

    Numerically: from the singular values of A.
    """

    word = "least_squares"

    def _latex(self, printer: Any) -> str:
        A, right = map(printer._print, self.args)
        return rf"\operatorname{{argmin}}_{{x}} \left\lVert {A} x - {right} \right\rVert_{{2}}"


class Projection(Operator):
    """The point nearest to v in the span of the columns of A.

    Numerically: from the singular values of A.
    """

    word = "projection"


class PseudoInverse(Operator):
    """The matrix that takes every b to the shortest x for which A x is nearest to b.

    Numerically: from the singular values of A.
    """

    word = "pinv"

    def _latex(self, printer: Any) -> str:
        return rf"{printer._print(self.args[0])}^{{+}}"


# ------------------------------------------------------------------ least squares

TALL = Matrix([[1, 0], [1, 1], [1, 2]])
FITS = RuleTable(LeastSquares, lambda goal: goal.args, "least squares")


@FITS.rule("normal equations", example=LeastSquares(TALL, Matrix([1, 3, a])))
def normal_equations(A: Matrix, right: Matrix) -> Outcome:
    """The gradient of |A x - b|^2 is 2 A^T (A x - b). It is zero where A^T A x = A^T b, and there
    is the minimum: the residual is at right angles to every column. Of complex entries with the
    conjugate transpose A^H in place of A^T."""
    return Augmented(MatrixProduct(adjoint(A), A), MatrixProduct(adjoint(A), right))


PROJECTIONS = RuleTable(Projection, lambda goal: goal.args, "projections")


@PROJECTIONS.rule("projection on a line", example=Projection(Matrix([1, 2, a]), Matrix([3, 0, 4])))
def on_a_line(v: Matrix, A: Matrix) -> Outcome:
    """The projection on the line along u is (u . v)/(u . u) u; of complex entries the first
    vector in a product is conjugated."""
    if A.cols != 1 or is_zero(inner(A, A)):
        return None
    multiple = Dot(conjugated(A), v) / Dot(conjugated(A), A)
    return Rewrite(A.applyfunc(lambda e: multiple * e), nonzero(inner(A, A)))


@PROJECTIONS.rule("nearest combination", example=Projection(Matrix([1, 3, a]), TALL))
def nearest_combination(v: Matrix, A: Matrix) -> Outcome:
    """The nearest point is A x with the x of least squares."""
    return MatrixProduct(A, LeastSquares(A, v))


# ------------------------------------------------------------------ pseudo-inverse

INVERSES = RuleTable(PseudoInverse, lambda goal: goal.args, "pseudo-inverses")


def reduction(A: Matrix) -> tuple[Matrix, Boolean]:
    """The reduced row echelon form, and the conditions of its pivots."""
    M, given = A, []
    while step := step_to_reduced_form(M):
        M = step.on(M)
        given.append(step.given)
    return M, And(*given)


@INVERSES.rule("normal equations of every right side", example=PseudoInverse(TALL))
def by_normal_equations(A: Matrix) -> Outcome:
    """With independent columns it is the X of the normal equations A^T A X = A^T; of complex
    entries, A^H A X = A^H."""
    if len(pivots(reduction(A)[0])) < A.cols:
        return None
    return Augmented(MatrixProduct(adjoint(A), A), adjoint(A))


@INVERSES.rule("transposed", example=PseudoInverse(TALL.T))
def by_transposing(A: Matrix) -> Outcome:
    """With independent rows: the transpose of the pseudo-inverse of the transpose; of complex
    entries, both conjugated."""
    if len(pivots(reduction(A)[0])) < A.rows:
        return None
    return (ConjugateTransposed if holds_complex(A) else Transposed)(PseudoInverse(adjoint(A)))


@INVERSES.rule(
    "product of full rank", example=PseudoInverse(Matrix([[1, 2, 0], [2, 4, 0], [1, 2, 3]]))
)
def by_rank_factors(A: Matrix) -> Outcome:
    """A = C R, with the columns of A that have a pivot and the nonzero rows of its reduced form;
    the pseudo-inverse of that product is the product of theirs, in the other order."""
    R, given = reduction(A)
    chosen = pivots(R)
    if not chosen:
        return Matrix.zeros(A.cols, A.rows)
    C, rows = A[:, chosen], R[: len(chosen), :]
    return Rewrite(MatrixProduct(PseudoInverse(rows), PseudoInverse(C)), given)


TABLES: dict[type, RuleTable] = {
    LeastSquares: FITS,
    Projection: PROJECTIONS,
    PseudoInverse: INVERSES,
    Augmented: AUGMENTED,
    MatrixProduct: PRODUCTS,
    Transposed: TRANSPOSED,
    ConjugateTransposed: CONJUGATED,
    Dot: DOTS,
}


# ------------------------------------------------------------------ what the user calls


def worked_out(goal: Basic, timeout: float) -> Derivation:
    root = derive(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))


def independent(A: Matrix) -> Matrix:
    if len(pivots(reduction(A)[0])) < A.cols:
        raise ValueError("the columns are dependent, so that x is not unique: see pseudo_inverse")
    return A


@limited
def least_squares(A: Any, b: Any, timeout: float = 20.0) -> Derivation:
    """The x for which A x is nearest to b, from the normal equations, solved by row operations.

    Raises ValueError where the columns are dependent or the shapes do not fit.

    >>> least_squares([[1, 0], [1, 1], [1, 2]], [1, 3, 4]).result
    Matrix([
    [7/6],
    [3/2]])
    """
    M, right = matrix(A), vector(b)
    if M.rows != right.rows:
        raise ValueError(f"{M.rows} equations have {right.rows} right sides")
    return worked_out(LeastSquares(independent(M), right), timeout)


@limited
def projection(v: Any, A: Any, timeout: float = 20.0) -> Derivation:
    """The point nearest to v in the span of the columns of A; a flat list is one column.

    Raises ValueError where the columns are dependent or the shapes do not fit.

    >>> projection([1, 2], [3, 4]).result
    Matrix([
    [33/25],
    [44/25]])
    """
    flat = isinstance(A, (list, tuple)) and A and not isinstance(A[0], (list, tuple))
    onto, point = vector(A) if flat else matrix(A), vector(v)
    if onto.rows != point.rows:
        raise ValueError(f"a vector of {point.rows} entries, columns of {onto.rows}")
    return worked_out(Projection(point, independent(onto)), timeout)


@limited
def pseudo_inverse(A: Any, timeout: float = 20.0) -> Derivation:
    """The pseudo-inverse (Moore and Penrose's), of any matrix.

    >>> pseudo_inverse([[1], [2]]).result
    Matrix([[1/5, 2/5]])
    """
    return worked_out(PseudoInverse(matrix(A)), timeout)
