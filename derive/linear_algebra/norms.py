"""Norms of explicit vectors and matrices. A rule takes the vector or matrix, and which norm."""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Add,
    Basic,
    Expr,
    Ge,
    I,
    Integer,
    Max,
    Pow,
    S,
    Symbol,
    Tuple,
    oo,
    sqrt,
    symbols,
    true,
)
from sympy.core.symbol import Str

from derive.asked import asked, in_order
from derive.core import Derivation
from derive.engine import Budget, derive, limited
from derive.linear_algebra.eigen import TABLES as EIGEN
from derive.linear_algebra.eigen import Eigenvalues
from derive.linear_algebra.elimination import Matrix, has_root, matrix, tidy
from derive.linear_algebra.operators import Number, adjoint, vector
from derive.linear_algebra.orthogonal import length
from derive.linear_algebra.products import PRODUCTS, MatrixProduct
from derive.rules import Outcome, Rewrite, RuleTable

a, b, c, d, p = symbols("a b c d p")
FROBENIUS, NUCLEAR = Str("fro"), Str("nuc")


# ------------------------------------------------------------------ operators


class Norm(Number):
    """A norm of `args[0]`; `args[1]` says which one."""

    word = "norm"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        M, order = self.args
        name = {FROBENIUS: "F", NUCLEAR: "*"}.get(order) or printer._print(order)
        power = f"^{{{exp}}}" if exp else ""
        return rf"\left\lVert {printer._print(M)} \right\rVert_{{{name}}}{power}"


class VectorNorm(Norm):
    """The p-th root of the sum of the p-th powers of the sizes; for oo the largest size.

    Numerically: from that definition.
    """


class MatrixNorm(Norm):
    """fro: of the entries in one vector; 1, 2, oo: the largest norm(A x) with norm(x) = 1, in that
    norm of vectors; nuc: the sum of the singular values.

    Numerically: 1 and oo at the corners of that ball, 2 and nuc from the singular values.
    """


class LargestOf(Number):
    """The largest of several real numbers.

    Numerically: that number.
    """

    word = "largest"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        plain = rf"\max {printer._print(self.args[0])}"
        return rf"\left({plain}\right)^{{{exp}}}" if exp else plain


class SumOfRoots(Number):
    """The sum of the square roots of several numbers that are not negative.

    Numerically: that sum.
    """

    word = "sum_of_roots"


# ------------------------------------------------------------------ entries


def size(entry: Expr) -> Expr:
    return Abs(entry, evaluate=False)


def square_of_size(entry: Expr) -> Expr:
    """A letter is a real number."""
    return Pow(size(entry) if entry.has(I) else entry, 2, evaluate=False)


def total(terms: Any) -> Expr:
    return Add(*terms, evaluate=False)


def largest(terms: Any) -> Expr:
    return Max(*terms, evaluate=False)


def settled(value: Expr) -> Expr:
    done = without_roots_of_squares(value.doit())
    return done if done.has(Abs, Max) else tidy(done)


def without_roots_of_squares(value: Expr) -> Expr:
    """The root of u^2 is |u| for real letters; the root of the largest square is the largest of
    these."""
    changes: dict[Expr, Expr] = {}
    for root in value.atoms(Pow):
        if root.exp == S.Half and root.free_symbols:
            squares = root.base.args if isinstance(root.base, Max) else (root.base,)
            sizes = [length(square) for square in squares]
            if not any(map(has_root, sizes)):
                changes[root] = Max(*sizes)
    return value.xreplace(changes)


def root_of(radicand: Expr) -> Expr:
    return sqrt(tidy(radicand.doit()))


# ------------------------------------------------------------------ rules for vectors

VECTORS = RuleTable(VectorNorm, lambda goal: goal.args, "norms of vectors", tidy=settled)


@VECTORS.rule("sum of the sizes", example=VectorNorm(Matrix([3, -4, a]), S.One))
def sum_of_sizes(v: Matrix, order: Expr) -> Outcome:
    """The 1-norm is the sum of the absolute values."""
    return total(map(size, v)) if order == 1 else None


@VECTORS.rule("largest size", example=VectorNorm(Matrix([3, -4, a]), oo))
def largest_size(v: Matrix, order: Expr) -> Outcome:
    """The maximum norm is the largest absolute value."""
    return largest(map(size, v)) if order == oo else None


@VECTORS.rule("root of the sum of squares", example=VectorNorm(Matrix([3, -4, a]), S(2)))
def root_of_sum_of_squares(v: Matrix, order: Expr) -> Outcome:
    """The Euclidean norm is the square root of the sum of the squares."""
    return Pow(total(map(square_of_size, v)), S.Half, evaluate=False) if order == 2 else None


@VECTORS.rule("root of the sum of powers", example=VectorNorm(Matrix([3, -4, a]), p))
def root_of_sum_of_powers(v: Matrix, order: Expr) -> Outcome:
    """The p-norm is the p-th root of the sum of the p-th powers of the absolute values."""
    terms = [Pow(size(entry), order, evaluate=False) for entry in v if entry != 0]
    given = Ge(order, 1) if order.free_symbols else true
    if not terms:
        return S.Zero
    return Rewrite(Pow(total(terms), 1 / order, evaluate=False), given)


# ------------------------------------------------------------------ rules for matrices

MATRICES = RuleTable(MatrixNorm, lambda goal: goal.args, "norms of matrices", tidy=settled)


@MATRICES.rule(
    "root of the sum of all squares", example=MatrixNorm(Matrix([[1, 2], [3, a]]), FROBENIUS)
)
def root_of_all_squares(A: Matrix, order: Basic) -> Outcome:
    """The Frobenius norm is the square root of the sum of the squares of all entries."""
    if order != FROBENIUS:
        return None
    return Pow(total(map(square_of_size, A.flat())), S.Half, evaluate=False)


@MATRICES.rule("largest column sum", example=MatrixNorm(Matrix([[1, -2], [3, a]]), S.One))
def largest_column_sum(A: Matrix, order: Basic) -> Outcome:
    """The norm that the 1-norm of vectors gives is the largest sum of the sizes in a column."""
    return largest(total(map(size, column)) for column in A.T.tolist()) if order == 1 else None


@MATRICES.rule("largest row sum", example=MatrixNorm(Matrix([[1, -2], [3, a]]), oo))
def largest_row_sum(A: Matrix, order: Basic) -> Outcome:
    """The norm that the maximum norm of vectors gives is the largest sum of the sizes in a row."""
    return largest(total(map(size, row)) for row in A.tolist()) if order == oo else None


def gram(A: Matrix) -> MatrixProduct:
    """The smaller one of the two products with the transpose; both have the same eigenvalues
    besides zero."""
    return MatrixProduct(adjoint(A), A) if A.cols <= A.rows else MatrixProduct(A, adjoint(A))


@MATRICES.rule(
    "largest eigenvalue of the product with the transpose",
    example=MatrixNorm(Matrix([[1, 2], [3, 4]]), S(2)),
)
def spectral(A: Matrix, order: Basic) -> Outcome:
    """The spectral norm squared is the largest of |A x|^2 = x^T (A^T A) x over unit vectors x: the
    largest eigenvalue of A^T A, which A A^T has as well."""
    return sqrt(LargestOf(Eigenvalues(gram(A)))) if order == 2 else None


@MATRICES.rule("sum of the singular values", example=MatrixNorm(Matrix([[1, 2], [3, 4]]), NUCLEAR))
def nuclear(A: Matrix, order: Basic) -> Outcome:
    """The nuclear norm is the sum of the singular values, which are the roots of the eigenvalues of
    A^T A; those of A A^T are the same besides zeros."""
    return SumOfRoots(Eigenvalues(gram(A))) if order == NUCLEAR else None


LARGEST = RuleTable(LargestOf, lambda goal: goal.args, "largest of several", tidy=settled)


@LARGEST.rule("largest one", example=LargestOf(Tuple(S(1), sqrt(2), a)))
def largest_one(values: Tuple) -> Outcome:
    """Compare the numbers."""
    return largest(values) if len(values) > 1 else values[0]


SUMS = RuleTable(SumOfRoots, lambda goal: goal.args, "sums of square roots", tidy=settled)


@SUMS.rule("root of each", example=SumOfRoots(Tuple(S(1), S(2), S(9))))
def root_of_each(values: Tuple) -> Outcome:
    """Take the square root of each number and add up."""
    return total(Pow(value, S.Half, evaluate=False) for value in values)


TABLES = {
    **EIGEN,
    VectorNorm: VECTORS,
    MatrixNorm: MATRICES,
    MatrixProduct: PRODUCTS,
    LargestOf: LARGEST,
    SumOfRoots: SUMS,
}


# ------------------------------------------------------------------ what the user calls


@limited
def norm(A: Any, ord: Any = None, timeout: float = 20.0) -> Derivation:
    """A norm of a vector or of a matrix, named as in `numpy.linalg.norm`.

    Of a vector (a flat list, or one row or column): 1, 2 (without `ord`), oo, any p from 1 on, a
    letter as well. Of a matrix: "fro" (without `ord`), 1, oo, 2 (the largest singular value),
    "nuc". Raises ValueError for another one; NoRuleApplies where eigenvalues have no closed form.

    >>> norm([3, 4]).result
    5
    >>> norm([[1, 2], [3, 4]], 2).result
    sqrt(sqrt(221) + 15)
    """
    goal = of_matrix(A, ord) if is_matrix(A) else VectorNorm(vector(A), order_of_vector(ord))
    root = derive(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))


def is_matrix(A: Any) -> bool:
    if isinstance(A, str):
        A = asked(A)
    if isinstance(A, (list, tuple)):
        return bool(A) and isinstance(A[0], (list, tuple)) and len(A) > 1 < len(A[0])
    return len(A.shape) == 2 and 1 not in A.shape if hasattr(A, "shape") else False


def order_of_vector(ord: Any) -> Expr:
    order = Integer(2) if ord is None else named(ord)
    if not (isinstance(order, Symbol) or (order.is_extended_real and order >= 1)):
        raise ValueError(f"{ord} is no norm of a vector: write a number from 1 on, or oo")
    return order


def named(ord: Any) -> Expr:
    return oo if ord in (float("inf"), "inf") else asked(ord)


def of_matrix(A: Any, ord: Any) -> MatrixNorm:
    names = {None: FROBENIUS, "fro": FROBENIUS, "nuc": NUCLEAR}
    order = names[ord] if ord is None or ord in names else named(ord)
    if order not in (FROBENIUS, NUCLEAR, S.One, S(2), oo):
        raise ValueError(f"{ord} is no norm of a matrix: write 'fro', 1, 2, oo or 'nuc'")
    return MatrixNorm(matrix(A), order)
