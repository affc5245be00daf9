"""Products of explicit vectors and matrices, with the rule of their shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sympy import Add, Basic, Expr, Integer, MatrixBase, Mul, Tuple, symbols

from derive.asked import in_order
from derive.core import Derivation
from derive.engine import Budget, derive, limited
from derive.linear_algebra.elimination import Matrix, matrix, tidy
from derive.linear_algebra.operators import Number, Operator, vector
from derive.rules import Outcome, Rewrite, RuleTable

a, b, c, d = symbols("a b c d")


def settled(value: Basic) -> Basic:
    """Sums and products as they were written down, worked out."""
    if isinstance(value, MatrixBase):
        return value.applyfunc(lambda entry: tidy(entry.doit()))
    return tidy(value.doit())


def as_written(pairs: Any) -> Expr:
    """u_1 v_1 + u_2 v_2 + ..., as it stands."""
    return Add(*(times(u, v) for u, v in pairs), evaluate=False)


def times(u: Expr, v: Expr) -> Expr:
    """u v as it stands; a factor that is a product itself would not be told apart in it."""
    return u * v if u.is_Mul or v.is_Mul else Mul(u, v, evaluate=False)


# ------------------------------------------------------------------ operators


class Dot(Number):
    """The sum of the products of the entries of two columns.

    Numerically: that sum.
    """

    word = "dot"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        u, v = map(printer._print, self.args)
        return rf"\left({u} \cdot {v}\right)^{{{exp}}}" if exp else rf"{u} \cdot {v}"


class Outer(Operator):
    """The matrix of all products of an entry of u and an entry of v.

    Numerically: from that definition.
    """

    word = "outer"

    def _latex(self, printer: Any) -> str:
        u, v = map(printer._print, self.args)
        return rf"{u} \otimes {v}"


class MatrixProduct(Operator):
    """The matrix product A B; in its arguments may be operators.

    Numerically: entry (i, k) is the sum over j of A_ij B_jk.
    """

    word = "matmul"

    def _sympystr(self, printer: Any) -> str:
        return " @ ".join(map(printer._print, self.args))

    def _latex(self, printer: Any) -> str:
        return r" \, ".join(map(printer._print, self.args))


class Entrywise(Operator):
    """The product of two matrices of one shape, entry by entry.

    Numerically: from that definition.
    """

    word = "entrywise"

    def _latex(self, printer: Any) -> str:
        A, B = map(printer._print, self.args)
        return rf"{A} \odot {B}"


class ShapeOf(Operator):
    """The numbers of rows and columns of a matrix.

    Numerically: counted.
    """

    word = "shape"


# ------------------------------------------------------------------ rules

DOTS = RuleTable(Dot, lambda goal: goal.args, "dot products", tidy=settled)


@DOTS.rule("sum of products", example=Dot(Matrix([1, 2, a]), Matrix([4, b, 6])))
def sum_of_products(u: Matrix, v: Matrix) -> Outcome:
    """Multiply entry by entry and add up."""
    return as_written(zip(u, v, strict=True))


OUTERS = RuleTable(Outer, lambda goal: goal.args, "outer products", tidy=settled)


@OUTERS.rule("all products", example=Outer(Matrix([1, 2, a]), Matrix([4, b])))
def all_products(u: Matrix, v: Matrix) -> Outcome:
    """Entry (i, k) is the i-th entry of the first vector times the k-th of the second."""
    return Matrix(u.rows, v.rows, lambda i, k: times(u[i], v[k]))


PRODUCTS = RuleTable(MatrixProduct, lambda goal: goal.args, "matrix products", tidy=settled)


@PRODUCTS.rule(
    "rows times columns",
    example=MatrixProduct(Matrix([[1, 2], [3, a]]), Matrix([[5, 6, 7], [8, b, 9]])),
)
def rows_times_columns(A: Matrix, B: Matrix) -> Outcome:
    """Entry (i, k) is the dot product of row i of the left and column k of the right matrix."""
    entry = lambda i, k: as_written((A[i, j], B[j, k]) for j in range(A.cols))
    return Matrix(A.rows, B.cols, entry)


ENTRYWISE = RuleTable(Entrywise, lambda goal: goal.args, "entrywise products", tidy=settled)


@ENTRYWISE.rule(
    "entry by entry", example=Entrywise(Matrix([[1, 2], [3, a]]), Matrix([[5, 6], [8, b]]))
)
def entry_by_entry(A: Matrix, B: Matrix) -> Outcome:
    """Multiply the entries that stand in the same place."""
    return Matrix(A.rows, A.cols, lambda i, k: times(A[i, k], B[i, k]))


SHAPES = RuleTable(ShapeOf, lambda goal: goal.args, "shapes")


@SHAPES.rule(
    "shapes of a product",
    example=ShapeOf(
        MatrixProduct(Matrix([[1, 2], [3, 4], [5, 6]]), Matrix([[a, b, c, d], [1, 2, 3, 4]]))
    ),
)
def shape_of_product(product: Basic) -> Outcome:
    """An m by n matrix times an n by p matrix is m by p: the inner numbers have to agree."""
    if not isinstance(product, MatrixProduct):
        return None
    A, B = product.args
    m, n, p = map(Integer, (A.rows, A.cols, B.cols))
    return Rewrite(Tuple(m, p), where=tuple(zip(symbols("m n p"), (m, n, p), strict=True)))


TABLES: dict[type, RuleTable] = {
    Dot: DOTS,
    Outer: OUTERS,
    MatrixProduct: PRODUCTS,
    Entrywise: ENTRYWISE,
    ShapeOf: SHAPES,
}


# ------------------------------------------------------------------ what the user calls


def worked_out(goal: Basic, timeout: float) -> Derivation:
    root = derive(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))


def of_one_length(u: Any, v: Any) -> tuple[Matrix, Matrix]:
    u, v = vector(u), vector(v)
    if u.rows != v.rows:
        raise ValueError(f"a dot product needs equal lengths; these are {u.rows} and {v.rows}")
    return u, v


@limited
def dot(u: Any, v: Any, timeout: float = 20.0) -> Derivation:
    """The dot product of two vectors of one length, without conjugation.

    Raises ValueError where the lengths differ.

    >>> dot([1, 2, 3], [4, 5, 6]).result
    32
    """
    return worked_out(Dot(*of_one_length(u, v)), timeout)


@limited
def outer(u: Any, v: Any, timeout: float = 20.0) -> Derivation:
    """The outer product of two vectors, a matrix.

    >>> outer([1, 2], [3, 4]).result
    Matrix([
    [3, 4],
    [6, 8]])
    """
    return worked_out(Outer(vector(u), vector(v)), timeout)


@limited
def matmul(A: Any, B: Any, timeout: float = 20.0) -> Derivation:
    """The matrix product, with the rule of the shapes as a step. A flat list on the right is a
    column. Raises ValueError where the shapes do not fit.

    >>> matmul([[1, 2], [3, 4]], [[0, 1], [1, 0]]).result
    Matrix([
    [2, 1],
    [4, 3]])
    """
    left, right = matrix(A), column_or_matrix(B)
    if left.cols != right.rows:
        shapes = f"{left.rows} by {left.cols} times {right.rows} by {right.cols}"
        raise ValueError(f"{shapes} has no product: the inner numbers have to agree")
    found = worked_out(MatrixProduct(left, right), timeout)
    shape = worked_out(ShapeOf(found.problem), timeout).root
    return replace(found, root=replace(found.root, premises=(shape,)))


def column_or_matrix(B: Any) -> Matrix:
    flat = isinstance(B, (list, tuple)) and B and not isinstance(B[0], (list, tuple))
    return vector(B) if flat or getattr(B, "ndim", 2) == 1 else matrix(B)


@limited
def entrywise(A: Any, B: Any, timeout: float = 20.0) -> Derivation:
    """The entrywise (Hadamard) product. Raises ValueError where the shapes differ.

    >>> entrywise([[1, 2], [3, 4]], [[0, 1], [1, 0]]).result
    Matrix([
    [0, 2],
    [3, 0]])
    """
    left, right = matrix(A), matrix(B)
    if left.shape != right.shape:
        raise ValueError(f"an entrywise product of shapes {left.shape} and {right.shape}")
    return worked_out(Entrywise(left, right), timeout)
