"""Triangular factors of square matrices: P A = L U by elimination, A = L L^T by Cholesky (of
complex entries A = L L^H)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Expr, Gt, Integer, S, symbols, true
from sympy.logic.boolalg import Boolean

from derive.answers import Answers
from derive.asked import in_order
from derive.core import Derivation
from derive.engine import Budget, derive, limited
from derive.linear_algebra.elimination import (
    Matrix,
    RowOperation,
    identity,
    is_zero,
    nonzero,
    pivot_row,
    square,
    tidy,
    with_real_letters,
)
from derive.linear_algebra.operators import Operator, adjoint, holds_complex
from derive.linear_algebra.orthogonal import length
from derive.linear_algebra.products import PRODUCTS, MatrixProduct
from derive.rules import Outcome, Rewrite, RuleTable

a, b, c = symbols("a b c")


# ------------------------------------------------------------------ operators


class LowerFactor(Operator):
    """The L of M = L U: lower triangular, ones on its diagonal.

    Numerically: entry (i, k) is the determinant of the rows 1, ..., k - 1, i and the first k
    columns over that of the first k rows and columns.
    """

    word = "L"


class UpperFactor(Operator):
    """The U of M = L U: upper triangular.

    Numerically: entry (k, j) is the determinant of the first k rows and the columns 1, ..., k - 1,
    j over that of the first k - 1 rows and columns.
    """

    word = "U"


class CholeskyFactor(Operator):
    """The lower triangular L with A = L L^H and a positive diagonal; of reals, A = L L^T.

    Numerically: the columns of the triangular factors, each divided by the root of its pivot.
    """

    word = "cholesky"


class Bordered(Operator):
    """The matrix with first row (d, 0, ..., 0), below d a column, and M in the other corner.

    Numerically: put together.
    """

    word = "bordered"

    def _latex(self, printer: Any) -> str:
        corner, column, M = map(printer._print, self.args)
        return rf"\left[\begin{{matrix}}{corner} & 0 \\ {column} & {M}\end{{matrix}}\right]"


# ------------------------------------------------------------------ rules

EXAMPLE = Matrix([[2, 1, 1], [4, 5, a], [6, 1, 1]])
LOWER = RuleTable(LowerFactor, lambda goal: goal.args, "lower factors")


def split(M: Matrix) -> tuple[Expr, Matrix, Matrix, Matrix]:
    """The corner, the column below it, the row beside it, what is left."""
    return M[0, 0], M[1:, 0], M[0, 1:], M[1:, 1:]


def complement(M: Matrix) -> Matrix:
    """What is left once the first column is eliminated (Schur complement)."""
    corner, column, row, rest = split(M)
    return (rest - column * row / corner).applyfunc(tidy)


@LOWER.rule("lower factor of a single entry", example=LowerFactor(Matrix([[7]])))
def lower_of_entry(M: Matrix) -> Outcome:
    """With one entry L is one, and U the entry."""
    return identity(1) if M.shape == (1, 1) else None


@LOWER.rule("factors of the first column", example=LowerFactor(EXAMPLE))
def factors_of_first_column(M: Matrix) -> Outcome:
    """The column below the pivot, divided by it, holds the multiples that elimination subtracts;
    the other columns are those of what it leaves."""
    corner, column, _, _ = split(M)
    if is_zero(corner):
        return None
    factors = (column / corner).applyfunc(tidy)
    return Rewrite(Bordered(S.One, factors, LowerFactor(complement(M))), nonzero(corner))


UPPER = RuleTable(UpperFactor, lambda goal: goal.args, "upper factors")


def next_below(M: Matrix) -> tuple[int, int] | None:
    """The first entry below the diagonal, column by column, that is not zero."""
    places = ((i, k) for k in range(M.cols) for i in range(k + 1, M.rows))
    return next((place for place in places if not is_zero(M[place])), None)


@UPPER.rule("add a multiple of an earlier row", example=UpperFactor(EXAMPLE))
def add_earlier_row(M: Matrix) -> Outcome:
    """Adding a multiple of an earlier row changes L alone: U stays."""
    place = next_below(M)
    if place is None or is_zero(M[place[1], place[1]]):
        return None
    i, k = place
    factor = tidy(-M[i, k] / M[k, k])
    step = RowOperation("add", i, k, factor, nonzero(M[k, k]))
    return Rewrite(UpperFactor(step.on(M)), step.given, step.where)


@UPPER.rule("upper triangle", example=UpperFactor(Matrix([[2, 1], [0, a]])))
def upper_triangle(M: Matrix) -> Outcome:
    """An upper triangle is its own U: then L is the identity."""
    return M if next_below(M) is None else None


CHOLESKY = RuleTable(CholeskyFactor, lambda goal: goal.args, "Cholesky factors")


def positive(corner: Expr) -> Boolean | None:
    """The condition that the corner is positive; None where it is not."""
    if not corner.free_symbols:
        return true if corner.is_positive else None
    never_negative = with_real_letters(corner).is_nonnegative
    return nonzero(corner) if never_negative else Gt(corner, 0)


@CHOLESKY.rule("root of a single entry", example=CholeskyFactor(Matrix([[7]])))
def root_of_entry(A: Matrix) -> Outcome:
    """With one entry, which has to be positive, L is its square root."""
    given = positive(A[0, 0])
    if A.shape != (1, 1) or given is None:
        return None
    return Rewrite(Matrix([[length(A[0, 0])]]), given)


@CHOLESKY.rule(
    "first column of the Cholesky factor",
    example=CholeskyFactor(Matrix([[4, 2, -2], [2, 5, 1], [-2, 1, 6]])),
)
def first_column(A: Matrix) -> Outcome:
    """The first column of L is that of A over the root of its corner; what is left of A, without
    the product of that column with its conjugate transpose, is L L^H of the other columns; of reals
    the conjugate transpose is the transpose."""
    corner, column, _, _ = split(A)
    given = positive(corner)
    if given is None or A.rows < 2:
        return None
    root = length(corner)
    below = (column / root).applyfunc(tidy)
    return Rewrite(Bordered(root, below, CholeskyFactor(complement(A))), given)


BORDERED = RuleTable(Bordered, lambda goal: goal.args, "bordered matrices")


@BORDERED.rule("put together", example=Bordered(S(2), Matrix([a, b]), Matrix([[1, 0], [c, 1]])))
def put_together(corner: Expr, column: Matrix, M: Matrix) -> Outcome:
    """Write the parts as one matrix."""
    top = Matrix([[corner, *([S.Zero] * M.cols)]])
    return Matrix.vstack(top, Matrix.hstack(column, M))


TABLES: dict[type, RuleTable] = {
    LowerFactor: LOWER,
    UpperFactor: UPPER,
    CholeskyFactor: CHOLESKY,
    Bordered: BORDERED,
    MatrixProduct: PRODUCTS,
}


# ------------------------------------------------------------------ the order of the rows


def order_of_rows(A: Matrix) -> list[int]:
    """Partial pivoting: of the rows left the one with the largest entry in the column; where
    letters are in the column, the one with the simplest entry that is not zero."""
    M, order = A, list(range(A.rows))
    for k in range(A.rows - 1):
        best = (
            largest(M, k) if M[k:, k].is_symbolic() is False else pivot_row(M, k, range(k, M.rows))
        )
        if best is None:
            raise ValueError("the matrix is singular: a column has no pivot, so L is not unique")
        if best != k:
            M = RowOperation("swap", k, best).on(M)
            order[k], order[best] = order[best], order[k]
        for i in range(k + 1, M.rows):
            M = RowOperation("add", i, k, tidy(-M[i, k] / M[k, k])).on(M)
    return order


def largest(M: Matrix, k: int) -> int | None:
    rows = [i for i in range(k, M.rows) if not is_zero(M[i, k])]
    return max(rows, key=lambda i: (abs(M[i, k]).evalf(30), -i), default=None)


# ------------------------------------------------------------------ what the user calls


@dataclass(frozen=True)
class LU(Answers):
    """P A = L U: derivations of P A, where P takes the rows in another order, of L and of U."""

    PA: Derivation
    L: Derivation
    U: Derivation

    @property
    def permutation(self) -> Matrix:
        """P."""
        return self.PA.problem.args[0]


@limited
def lu(A: Any, timeout: float = 20.0) -> LU:
    """P A = L U with partial pivoting: L has ones on its diagonal, U is an upper triangle.

    Pivots with letters give conditions. Raises ValueError for a matrix that is not square, or a
    column without a pivot; BudgetExceeded.

    >>> factors = lu([[1, 2], [3, 4]])
    >>> factors.permutation, factors.U.result
    (Matrix([
    [0, 1],
    [1, 0]]), Matrix([
    [3,   4],
    [0, 2/3]]))
    """
    M = square(A, "a triangular factorisation")
    order = order_of_rows(M)
    P = Matrix(M.rows, M.rows, lambda i, j: Integer(order[i] == j))
    budget = Budget(seconds=timeout)
    product = derive(MatrixProduct(P, M), TABLES, budget)
    goals = MatrixProduct(P, M), LowerFactor(product.result), UpperFactor(product.result)
    roots = product, *(derive(goal, TABLES, budget) for goal in goals[1:])
    return LU(*(Derivation(r, g, arguments=in_order(M)) for r, g in zip(roots, goals, strict=True)))


@limited
def cholesky(A: Any, timeout: float = 20.0) -> Derivation:
    """The lower triangular L with A = L L^T, of a symmetric positive definite matrix.

    A complex matrix has to be its conjugate transpose (Hermitian): it is L L^H. Letters give
    conditions: each pivot is positive. Raises ValueError where A is not symmetric or not positive
    definite.

    >>> cholesky([[4, 2], [2, 5]]).result
    Matrix([
    [2, 0],
    [1, 2]])
    """
    M = hermitian(A, "Cholesky's factorisation")
    refuse_indefinite(M)
    goal = CholeskyFactor(M)
    root = derive(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(M))


def symmetric(A: Any, what: str) -> Matrix:
    M = square(A, what)
    if not all(is_zero(entry) for entry in M - M.T):
        raise ValueError(f"{what} needs a symmetric matrix")
    return M


def hermitian(A: Any, what: str) -> Matrix:
    """A matrix that is its conjugate transpose; of reals, symmetric."""
    M = square(A, what)
    if not holds_complex(M):
        return symmetric(M, what)
    if not all(is_zero(entry) for entry in (M - adjoint(M)).applyfunc(tidy)):
        raise ValueError(f"{what} needs a matrix that is its conjugate transpose")
    return M


def refuse_indefinite(A: Matrix) -> None:
    M = A
    while M.rows:
        if is_zero(M[0, 0]) or positive(M[0, 0]) is None:
            raise ValueError(
                f"the matrix is not positive definite: the pivot {M[0, 0]} is not positive"
            )
        M = complement(M)
