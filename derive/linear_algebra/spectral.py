"""Orthonormal eigenvectors of symmetric matrices, and from those of A^T A the singular values and
vectors of any real matrix, and its condition number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Basic, Expr, Max, Min, Mul, S, Tuple, diag, expand, sqrt, sqrtdenest, symbols

from derive.answers import Answers
from derive.asked import in_order
from derive.core import Derivation
from derive.engine import Budget, derive, limited
from derive.linear_algebra.eigen import TABLES as EIGEN
from derive.linear_algebra.eigen import Eigenspace, Eigenvalues, distinct
from derive.linear_algebra.elimination import Matrix, far_from_zero, is_zero, matrix, nonzero, tidy
from derive.linear_algebra.norms import gram
from derive.linear_algebra.operators import Number, Operator, adjoint
from derive.linear_algebra.orthogonal import (
    PROCESS,
    UNITS,
    GramSchmidt,
    UnitColumns,
    length,
)
from derive.linear_algebra.products import PRODUCTS, MatrixProduct
from derive.linear_algebra.triangular import hermitian
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import fresh

a, b = symbols("a b")


# ------------------------------------------------------------------ operators


class Eigenvectors(Operator):
    """Orthonormal columns x_k with A x_k = (value k) x_k, for a symmetric A.

    Numerically: X with X^T X = I and A X = X diag(values); two such X are equal.
    """

    word = "eigenvectors"


class SideBySide(Operator):
    """The columns of several matrices in one.

    Numerically: put together.
    """

    word = "side_by_side"


class SingularValues(Operator):
    """The singular values of A that are not zero, each as often as it occurs.

    Numerically: a multiset, from a singular value decomposition.
    """

    word = "singular_values"


class RootsOfNonzero(Operator):
    """The square roots of the numbers that are not zero, in descending order.

    Numerically: a multiset.
    """

    word = "roots_of_nonzero"


class RightVectors(Operator):
    """The V with orthonormal columns and A^T A V = V diag(values^2).

    Numerically: by these residuals; two such V are equal.
    """

    word = "V"


class LeftVectors(Operator):
    """The U with orthonormal columns and A = U diag(values) V^T.

    Numerically: by these residuals.
    """

    word = "U"


class ConditionNumber(Number):
    """The largest singular value over the smallest one: by how much a relative error can grow.

    Numerically: the norm of A times that of its inverse, for a square A from a linear solver.
    """

    word = "cond"


class Ratio(Number):
    """The largest of several positive numbers over the smallest.

    Numerically: that quotient.
    """

    word = "largest_over_smallest"


# ------------------------------------------------------------------ symmetric matrices

EXAMPLE = Matrix([[2, 1], [1, 2]])
VECTORS = RuleTable(Eigenvectors, lambda goal: goal.args, "orthonormal eigenvectors")


@VECTORS.rule("basis of each eigenspace", example=Eigenvectors(EXAMPLE, Tuple(S(1), S(3))))
def basis_of_each(A: Matrix, values: Tuple) -> Outcome:
    """Eigenvectors of a symmetric or Hermitian matrix for different values are orthogonal: within
    each eigenspace Gram and Schmidt's process gives an orthonormal basis."""
    if not are_eigenvalues(A, values):
        return None
    spaces = (Eigenspace(A, value) for value in distinct(values))
    return SideBySide(*(UnitColumns(GramSchmidt(space)) for space in spaces))


def are_eigenvalues(A: Matrix, values: Any) -> bool:
    """As far as forty digits show; letters at three places."""
    letter = fresh("lambda", A, *values)
    p = A.charpoly(letter).as_expr()
    return not any(far_from_zero(p.subs(letter, value)) for value in values)


BESIDE = RuleTable(SideBySide, lambda goal: goal.args, "matrices side by side")


@BESIDE.rule("side by side", example=SideBySide(Matrix([[1], [a]]), Matrix([[2, 3], [b, 4]])))
def side_by_side(*parts: Matrix) -> Outcome:
    """Write the columns in one matrix."""
    return Matrix.hstack(*parts)


# ------------------------------------------------------------------ singular values

SINGULAR = RuleTable(SingularValues, lambda goal: goal.args, "singular values")


@SINGULAR.rule("roots of the eigenvalues", example=SingularValues(Matrix([[1, 2], [3, 4]])))
def roots_of_eigenvalues(A: Matrix) -> Outcome:
    """From A = U D V^T follows A^T A = V D^2 V^T: the eigenvalues of A^T A, which A A^T has as well
    besides zeros, are the squares of the singular values."""
    return RootsOfNonzero(Eigenvalues(gram(A)))


SQUARE_ROOTS = RuleTable(RootsOfNonzero, lambda goal: goal.args, "roots of numbers not zero")


@SQUARE_ROOTS.rule("square roots", example=RootsOfNonzero(Tuple(S(1), S(0), S(9), a**2 + 1)))
def square_roots(values: Tuple) -> Outcome:
    """Take the square root of each number that is not zero."""
    kept = [value for value in values if not is_zero_number(value)]
    if any(value.free_symbols for value in kept):
        product = tidy(expand(Mul(*kept)))
        return Rewrite(Tuple(*map(length, reversed(kept))), nonzero(product))
    kept.sort(key=lambda value: -value.evalf(30))
    return Tuple(*(sqrtdenest(sqrt(value)) for value in kept))


def is_zero_number(value: Expr) -> bool:
    """Eigenvalues by trigonometric formulas are zero where forty digits are."""
    try:
        return is_zero(value)
    except ValueError:
        return not far_from_zero(value)


# ------------------------------------------------------------------ singular vectors

RIGHT = RuleTable(RightVectors, lambda goal: goal.args, "right singular vectors")


@RIGHT.rule(
    "eigenvectors of the product with the transpose",
    example=RightVectors(Matrix([[2, 0], [0, 3]]), Tuple(S(3), S(2))),
)
def of_the_product(A: Matrix, values: Tuple) -> Outcome:
    """The right singular vectors are orthonormal eigenvectors of A^T A."""
    squares = Tuple(*(tidy(value**2) for value in values))
    if not are_eigenvalues((adjoint(A) * A).applyfunc(tidy), squares):
        return None
    return Eigenvectors(MatrixProduct(adjoint(A), A), squares)


LEFT = RuleTable(LeftVectors, lambda goal: goal.args, "left singular vectors")


@LEFT.rule(
    "images of the right vectors",
    example=LeftVectors(
        Matrix([[2, 0], [0, 3], [0, 0]]), Matrix([[0, 1], [1, 0]]), Tuple(S(3), S(2))
    ),
)
def images(A: Matrix, V: Matrix, values: Tuple) -> Outcome:
    """A v over its singular value: orthonormal, as (A u).(A v) = u.(A^T A v)."""
    if any(map(far_from_zero, adjoint(A) * A * V - V * diag(*(value**2 for value in values)))):
        return None
    inverse = Matrix(diag(*(1 / value for value in values)))
    return MatrixProduct(A, MatrixProduct(V, inverse))


# ------------------------------------------------------------------ condition number

CONDITIONS = RuleTable(ConditionNumber, lambda goal: goal.args, "condition numbers")


@CONDITIONS.rule("singular values", example=ConditionNumber(Matrix([[1, 2], [3, 4]])))
def of_singular_values(A: Matrix) -> Outcome:
    """The norm of A is its largest singular value, that of its inverse one over the smallest."""
    return Ratio(SingularValues(A))


RATIOS = RuleTable(Ratio, lambda goal: goal.args, "ratios of the largest and the smallest")


@RATIOS.rule("quotient", example=Ratio(Tuple(S(6), S(2), S(3))))
def quotient(values: Tuple) -> Outcome:
    """Divide the largest number by the smallest."""
    found = Max(*values) / Min(*values)
    return found if found.free_symbols else sqrtdenest(tidy(found))


TABLES: dict[type, RuleTable] = {
    **EIGEN,
    GramSchmidt: PROCESS,
    UnitColumns: UNITS,
    MatrixProduct: PRODUCTS,
    Eigenvectors: VECTORS,
    SideBySide: BESIDE,
    SingularValues: SINGULAR,
    RootsOfNonzero: SQUARE_ROOTS,
    RightVectors: RIGHT,
    LeftVectors: LEFT,
    ConditionNumber: CONDITIONS,
    Ratio: RATIOS,
}


# ------------------------------------------------------------------ what the user calls


@dataclass(frozen=True)
class Diagonalisation(Answers):
    """A = Q diag(values) Q^T with orthonormal columns of Q."""

    values: Derivation
    Q: Derivation


@dataclass(frozen=True)
class SVD(Answers):
    """A = U diag(S) V^T with the singular values that are not zero, the largest first."""

    U: Derivation
    S: Derivation
    V: Derivation


class Asked:
    """Several goals about one matrix, in one budget; what they share is derived once."""

    def __init__(
        self, M: Matrix, timeout: float, tables: dict[type, RuleTable] | None = None
    ) -> None:
        self.M, self.tables = M, tables or TABLES
        self.budget, self.done = Budget(seconds=timeout), dict[Basic, Any]()

    def __call__(self, goal: Basic) -> Derivation:
        root = derive(goal, self.tables, self.budget, done=self.done)
        return Derivation(root, goal, arguments=in_order(self.M))


def grouped(values: Tuple) -> Tuple:
    """Equal values side by side, in the order of the first of them."""
    return Tuple(*(v for first in distinct(values) for v in values if is_zero_number(v - first)))


@limited
def diagonalise(A: Any, timeout: float = 20.0) -> Diagonalisation:
    """A symmetric matrix as Q diag(values) Q^T: eigenvalues, and an orthonormal basis of each
    eigenspace by Gram and Schmidt's process.

    A complex matrix has to be its conjugate transpose (Hermitian): it is Q diag(values) Q^H.
    Raises ValueError for other matrices, NoRuleApplies where the eigenvalues have no closed form
    here.

    >>> diagonalise([[2, 1], [1, 2]]).Q.result
    Matrix([
    [-sqrt(2)/2, sqrt(2)/2],
    [ sqrt(2)/2, sqrt(2)/2]])
    """
    ask = Asked(hermitian(A, "diagonalisation by orthonormal vectors"), timeout)
    values = ask(Eigenvalues(ask.M))
    return Diagonalisation(values, ask(Eigenvectors(ask.M, grouped(values.result))))


@limited
def svd(A: Any, timeout: float = 20.0) -> SVD:
    """A = U diag(S) V^T from the eigenvectors of A^T A; entries may be letters.

    Only singular values that are not zero: U and V have as many columns as the rank of A. The
    largest comes first; of letters, the one with the larger root of a quadratic.
    Complex entries: V^H and A^H, the conjugate transposes, in place of V^T and A^T.
    Raises ValueError for the zero matrix, NoRuleApplies where there is no closed form here.

    >>> svd([[3, 0], [4, 5]]).S.result
    (3*sqrt(5), sqrt(5))
    """
    M = matrix(A)
    if M.is_zero_matrix:
        raise ValueError("the vectors are worked out for a matrix that is not zero")
    ask = Asked(M, timeout)
    values = ask(SingularValues(M))
    V = ask(RightVectors(M, values.result))
    return SVD(ask(LeftVectors(M, V.result, values.result)), values, V)


@limited
def singular_values(A: Any, timeout: float = 20.0) -> Derivation:
    """The singular values that are not zero, from the eigenvalues of A^T A; letters may be in them.

    >>> singular_values([[3, 0], [4, 5]]).result
    (3*sqrt(5), sqrt(5))
    """
    M = matrix(A)
    return Asked(M, timeout)(SingularValues(M))


@limited
def condition_number(A: Any, timeout: float = 20.0) -> Derivation:
    """The condition number in the Euclidean norm. Raises ValueError for a singular matrix.

    >>> condition_number([[3, 0], [4, 5]]).result
    3
    """
    M = matrix(A)
    if M.rank(iszerofunc=is_zero) < min(M.shape):
        raise ValueError("the matrix is singular: its condition number is infinite")
    return Asked(M, timeout)(ConditionNumber(M))
