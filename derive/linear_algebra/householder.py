"""A = Q R by reflections: each sends what is left of a column to a multiple of a unit vector."""

from __future__ import annotations

from typing import Any

from sympy import And, Expr, Gt, Ne, Pow, S, Symbol, radsimp, sqrtdenest, symbols, true
from sympy.logic.boolalg import Boolean

from derive.core import Letters
from derive.linear_algebra.elimination import Matrix, far_from_zero, identity, is_zero, tidy
from derive.linear_algebra.operators import Operator
from derive.linear_algebra.orthogonal import OrthogonalFactor, TriangularFactor, inner, length
from derive.linear_algebra.products import PRODUCTS, Dot, MatrixProduct
from derive.rules import Outcome, Rewrite, RuleTable

a = symbols("a")


class Reflection(Operator):
    """The reflection that sends v to -v and leaves what is orthogonal to v as it is.

    Numerically: from what it does to v and to a basis of what is orthogonal to it.
    """

    word = "reflection"

    def _latex(self, printer: Any) -> str:
        v = printer._print(self.args[0])
        return rf"H\left({v}\right)"


REFLECTIONS = RuleTable(Reflection, lambda goal: goal.args, "reflections")


@REFLECTIONS.rule("identity minus twice a projection", example=Reflection(Matrix([1, 2, a])))
def minus_twice_a_projection(v: Matrix) -> Outcome:
    """A reflection takes the component along v away twice: H = I - beta v v^T with
    beta = 2/(v . v)."""
    square = inner(v, v)
    if is_zero(square):
        return None
    beta = tidy(radsimp(2 / square))
    given = Ne(square, 0) if square.free_symbols else true
    H = (identity(v.rows) - beta * v * v.T).applyfunc(tidy)
    return Rewrite(H, given, ((Symbol("beta"), beta),))


UPPER = RuleTable(TriangularFactor, lambda goal: goal.args, "triangular factors by reflections")
FACTORS = RuleTable(OrthogonalFactor, lambda goal: goal.args, "orthogonal factors by reflections")
EXAMPLE = Matrix([[2, 1], [1, 3], [2, 0]])
TRIANGLE = Matrix([[3, a], [0, 2], [0, 0]])


def mirror(A: Matrix) -> tuple[Matrix, Letters] | None:
    """The v of the reflection for the first column that has entries below the diagonal, or a
    diagonal that is not positive."""
    for k in range(A.cols):
        x = A[k:, k]
        if all(map(is_zero, x[1:, 0])) and is_positive(x[0]) is not None:
            continue
        size = sqrtdenest(length(inner(x, x)))
        padded, v = (Matrix([0] * k + [first, *x[1:, 0]]) for first in (x[0], tidy(x[0] - size)))
        return v, ((Symbol("x"), padded), (Pow(Dot(*symbols("x x")), S.Half), size))
    return None


def is_positive(entry: Expr) -> Boolean | None:
    """The condition that a diagonal entry is positive; None where it is not."""
    if entry.free_symbols:
        return Gt(entry, 0) if entry.is_positive is not True else true
    return true if far_from_zero(entry) and entry.is_positive else None


@UPPER.rule("reflect a column", example=TriangularFactor(EXAMPLE))
def reflect_for_triangle(A: Matrix) -> Outcome:
    """Reflect by v = x - |x| e, with the unit vector e: what is left of the column, x, becomes
    |x| e. With H^T H = I the product A^T A = R^T R stays, and so does R."""
    found = mirror(A)
    if found is None:
        return None
    v, where = found
    return Rewrite(TriangularFactor(MatrixProduct(Reflection(v), A)), where=where)


@UPPER.rule("upper triangle with a positive diagonal", example=TriangularFactor(TRIANGLE))
def is_its_own_triangle(A: Matrix) -> Outcome:
    """Below its rows of zeros an upper triangle with a positive diagonal is R itself."""
    return None if mirror(A) else Rewrite(A[: A.cols, :], diagonal(A))


@FACTORS.rule("reflect a column", example=OrthogonalFactor(EXAMPLE))
def reflect_for_orthogonal(A: Matrix) -> Outcome:
    """H A = Q' R with the reflection H, which is its own inverse: A = (H Q') R."""
    found = mirror(A)
    if found is None:
        return None
    v, where = found
    H = Reflection(v)
    return Rewrite(MatrixProduct(H, OrthogonalFactor(MatrixProduct(H, A))), where=where)


@FACTORS.rule("upper triangle with a positive diagonal", example=OrthogonalFactor(TRIANGLE))
def columns_of_identity(A: Matrix) -> Outcome:
    """An upper triangle with a positive diagonal is its own R: the columns of Q are those of the
    identity."""
    return None if mirror(A) else Rewrite(identity(A.rows)[:, : A.cols], diagonal(A))


def diagonal(A: Matrix) -> Boolean:
    return And(*(is_positive(A[k, k]) for k in range(A.cols)))


TABLES: dict[type, RuleTable] = {
    TriangularFactor: UPPER,
    OrthogonalFactor: FACTORS,
    Reflection: REFLECTIONS,
    MatrixProduct: PRODUCTS,
}
