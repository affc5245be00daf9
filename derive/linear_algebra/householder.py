"""A = Q R by reflections: each sends what is left of a column to a multiple of a unit vector.

Of complex columns that multiple is real as well, so that the diagonal of R is positive: the matrix
is unitary then, and no reflection (Lehoucq 1996, "The computation of elementary unitary matrices").
"""

from __future__ import annotations

from typing import Any

from sympy import (
    And,
    Expr,
    Gt,
    I,
    Integer,
    Pow,
    S,
    Symbol,
    expand,
    radsimp,
    sqrtdenest,
    symbols,
    true,
)
from sympy.logic.boolalg import Boolean

from derive.core import Letters
from derive.linear_algebra.elimination import (
    Matrix,
    far_from_zero,
    identity,
    is_zero,
    nonzero,
    tidy,
    with_real_letters,
)
from derive.linear_algebra.operators import Operator, adjoint, conjugated, holds_complex
from derive.linear_algebra.orthogonal import (
    CONJUGATED,
    ConjugateTransposed,
    OrthogonalFactor,
    TriangularFactor,
    in_products,
    inner,
    length,
)
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


class UnitaryReflection(Operator):
    """The unitary matrix that sends x to y, as long as x, and leaves what is orthogonal to x - y.

    Numerically: from what it does to x and to a basis of what is orthogonal to x - y.
    """

    word = "unitary_reflection"

    def _latex(self, printer: Any) -> str:
        x, y = map(printer._print, self.args)
        return rf"H\left({x} \to {y}\right)"


REFLECTIONS = RuleTable(Reflection, lambda goal: goal.args, "reflections")


@REFLECTIONS.rule("identity minus twice a projection", example=Reflection(Matrix([1, 2, a])))
def minus_twice_a_projection(v: Matrix) -> Outcome:
    """A reflection takes the component along v away twice: H = I - beta v v^T with
    beta = 2/(v . v)."""
    square = inner(v, v)
    if is_zero(square):
        return None
    beta = tidy(radsimp(2 / square))
    H = (identity(v.rows) - beta * v * v.T).applyfunc(tidy)
    return Rewrite(H, nonzero(square), ((Symbol("beta"), beta),))


UNITARY = RuleTable(UnitaryReflection, lambda goal: goal.args, "unitary reflections")


@UNITARY.rule(
    "phase of a single entry", example=UnitaryReflection(Matrix([0, 3 + 4 * I]), Matrix([0, 5]))
)
def phase_of_an_entry(x: Matrix, y: Matrix) -> Outcome:
    """One entry is as long as its image: conj(x)/conj(y) = y/x turns it there, and the identity
    leaves the others."""
    places = [k for k, pair in enumerate(zip(x, y, strict=True)) if not all(map(is_zero, pair))]
    if len(places) != 1 or not is_zero(inner(x, x) - inner(y, y)):
        return None
    (k,) = places
    phase = tidy(conjugated(x[k]) / conjugated(y[k]))
    return Matrix(x.rows, x.rows, lambda i, j: phase if i == j == k else Integer(i == j))


@UNITARY.rule(
    "identity minus an outer product", example=UnitaryReflection(Matrix([I, a]), Matrix([a, 1]))
)
def minus_an_outer_product(x: Matrix, y: Matrix) -> Outcome:
    """With v = x - y and beta = 1/(v* . x) the matrix H = I - beta v v^H sends x to x - v = y. It
    is unitary, as |x| = |y| makes v* . v the sum of v* . x and its conjugate."""
    v = (x - y).applyfunc(tidy)
    square = inner(v, x)
    if is_zero(square) or not is_zero(inner(x, x) - inner(y, y)):
        return None
    modulus = tidy(expand(square * conjugated(square)))  # real: its roots leave the denominator
    beta = tidy(expand(conjugated(square) * radsimp(1 / modulus)))
    H = (identity(v.rows) - beta * v * adjoint(v)).applyfunc(tidy)
    return Rewrite(H, nonzero(square), ((Symbol("v"), v), (Symbol("beta"), beta)))


UPPER = RuleTable(TriangularFactor, lambda goal: goal.args, "triangular factors by reflections")
FACTORS = RuleTable(OrthogonalFactor, lambda goal: goal.args, "orthogonal factors by reflections")
EXAMPLE = Matrix([[2, 1], [1, 3], [2, 0]])
TRIANGLE = Matrix([[3, a], [0, 2], [0, 0]])


def mirror(A: Matrix) -> tuple[Operator, Letters] | None:
    """The reflection for the first column that has entries below the diagonal, or a diagonal that
    is not positive."""
    for k in range(A.cols):
        x = A[k:, k]
        if all(map(is_zero, x[1:, 0])) and is_positive(x[0]) is not None:
            continue
        size = sqrtdenest(length(inner(x, x)))
        padded = Matrix([0] * k + list(x))
        image = Matrix(A.rows, 1, lambda i, _, k=k, size=size: size if i == k else 0)
        name = Symbol("x")
        where = (name, padded), (Pow(Dot(in_products(name, x), name), S.Half), size)
        if holds_complex(x):
            return UnitaryReflection(padded, image), where
        return Reflection((padded - image).applyfunc(tidy)), where
    return None


def is_positive(entry: Expr) -> Boolean | None:
    """The condition that a diagonal entry is positive; None where it is not."""
    if holds_complex(entry):
        return None
    if entry.free_symbols:
        real = with_real_letters(entry)
        return nonzero(entry) if real.is_nonnegative else Gt(entry, 0)
    return true if far_from_zero(entry) and entry.is_positive else None


@UPPER.rule("reflect a column", example=TriangularFactor(EXAMPLE))
def reflect_for_triangle(A: Matrix) -> Outcome:
    """Reflect by v = x - |x| e, with the unit vector e: what is left of the column, x, becomes
    |x| e. With H^T H = I the product A^T A = R^T R stays, and so does R; of complex entries the
    conjugate transpose takes the place of the transpose."""
    found = mirror(A)
    if found is None:
        return None
    H, where = found
    return Rewrite(TriangularFactor(MatrixProduct(H, A)), where=where)


@UPPER.rule("upper triangle with a positive diagonal", example=TriangularFactor(TRIANGLE))
def is_its_own_triangle(A: Matrix) -> Outcome:
    """Below its rows of zeros an upper triangle with a positive diagonal is R itself."""
    return None if mirror(A) else Rewrite(A[: A.cols, :], diagonal(A))


@FACTORS.rule("reflect a column", example=OrthogonalFactor(EXAMPLE))
def reflect_for_orthogonal(A: Matrix) -> Outcome:
    """H A = Q' R with the reflection H, which is its own inverse: A = (H Q') R."""
    found = mirror(A)
    if found is None or not isinstance(found[0], Reflection):
        return None
    H, where = found
    return Rewrite(MatrixProduct(H, OrthogonalFactor(MatrixProduct(H, A))), where=where)


@FACTORS.rule("reflect a complex column", example=OrthogonalFactor(Matrix([[I, 1], [1, 0]])))
def reflect_complex_for_orthogonal(A: Matrix) -> Outcome:
    """H A = Q' R with a unitary H, whose inverse is its conjugate transpose: A = (H^H Q') R."""
    found = mirror(A)
    if found is None:
        return None
    H, where = found
    rest = OrthogonalFactor(MatrixProduct(H, A))
    return Rewrite(MatrixProduct(ConjugateTransposed(H), rest), where=where)


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
    UnitaryReflection: UNITARY,
    ConjugateTransposed: CONJUGATED,
    MatrixProduct: PRODUCTS,
}
