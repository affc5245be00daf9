"""Orthogonal columns: Gram and Schmidt's process, one component at a time, and A = Q R from it."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Any

from sympy import (
    And,
    Expr,
    I,
    Mul,
    Pow,
    S,
    Symbol,
    expand,
    factor_list,
    fraction,
    sign,
    sqrt,
    symbols,
    together,
)
from sympy.polys.polyerrors import PolynomialError

from derive.asked import in_order
from derive.core import Derivation
from derive.engine import Budget, derive, limited
from derive.linear_algebra.elimination import (
    Matrix,
    is_zero,
    matrix,
    nonzero,
    tidy,
    with_roots_joined,
)
from derive.linear_algebra.operators import Operator, adjoint, conjugated, holds_complex
from derive.linear_algebra.products import PRODUCTS, Dot, MatrixProduct
from derive.rules import Outcome, Rewrite, RuleTable

a, b = symbols("a b")


# ------------------------------------------------------------------ operators


class GramSchmidt(Operator):
    """The columns of A, each without its components along the columns before it.

    Numerically: what the orthogonal projector on the columns before it leaves of each column.
    """

    word = "gram_schmidt"


class UnitColumns(Operator):
    """The columns of A, each divided by its length.

    Numerically: from that definition.
    """

    word = "unit_columns"


class OrthogonalFactor(Operator):
    """The Q of A = Q R with orthonormal columns and R upper triangular, its diagonal positive.

    Numerically: by reflections.
    """

    word = "Q"


class TriangularFactor(Operator):
    """The R of A = Q R; see OrthogonalFactor."""

    word = "R"


RAISED = re.compile(r"\^\{[^{}]*\}$")


class ConjugateTransposed(Operator):
    """Rows become columns, and every entry its complex conjugate.

    Numerically: from that definition.
    """

    word = "conjugate_transpose"

    def _latex(self, printer: Any) -> str:
        return rf"{{{printer._print(self.args[0])}}}^{{H}}"


class Transposed(Operator):
    """Rows become columns; in the argument may be operators."""

    word = "transpose"

    def _latex(self, printer: Any) -> str:
        mark = getattr(printer, "transpose", "T")
        shown = str(printer._print(self.args[0]))
        raised = RAISED.search(shown)  # LaTeX refuses one power on another without braces
        return rf"{{{shown}}}^{{{mark}}}" if raised else rf"{shown}^{{{mark}}}"


# ------------------------------------------------------------------ Gram and Schmidt

PROCESS = RuleTable(GramSchmidt, lambda goal: goal.args, "Gram-Schmidt process")


def inner(u: Matrix, v: Matrix) -> Expr:
    """The dot product, of the conjugate of u."""
    u = conjugated(u)
    return tidy(expand(sum(e * f for e, f in zip(u, v, strict=True))))


def in_products(name: Symbol, u: Matrix) -> Symbol:
    """The letter of a column, with a star for the conjugate of a complex one."""
    return Symbol(f"{name}*") if holds_complex(u) else name


@PROCESS.rule("subtract a component", example=GramSchmidt(Matrix([[1, a], [1, 2], [0, 1]])))
def subtract_component(A: Matrix) -> Outcome:
    """Subtract from a column its component along an earlier one, (u . v)/(u . u) u; of complex
    columns the first one in a product is conjugated."""
    columns = [A[:, k] for k in range(A.cols)]
    pairs = ((j, k) for k in range(A.cols) for j in range(k))
    for j, k in pairs:
        u, v = columns[j], columns[k]
        product, length = inner(u, v), inner(u, u)
        if is_zero(product):
            continue
        columns[k] = (v - product / length * u).applyfunc(tidy)
        names = Symbol(f"u_{j + 1}"), Symbol(f"u_{k + 1}")
        left = in_products(names[0], u)
        new = names[1] - tidy(product / length) * names[0]
        where = (
            (Dot(left, names[1]), product),
            (Dot(left, names[0]), length),
            (Symbol(f"u_{k + 1}'"), new),
        )
        return Rewrite(GramSchmidt(Matrix.hstack(*columns)), nonzero(length), where)
    return None


@PROCESS.rule("orthogonal columns", example=GramSchmidt(Matrix([[1, a], [-a, 1], [0, 0]])))
def orthogonal_columns(A: Matrix) -> Outcome:
    """Every two columns have the dot product zero: nothing is left to subtract."""
    columns = [A[:, k] for k in range(A.cols)]
    return A if all(is_zero(inner(u, v)) for u, v in combinations(columns, 2)) else None


UNITS = RuleTable(UnitColumns, lambda goal: goal.args, "columns of length one")


@UNITS.rule("divide by the lengths", example=UnitColumns(Matrix([[3, 1], [4, a]])))
def divide_by_lengths(A: Matrix) -> Outcome:
    """Divide each column by the square root of its dot product with itself."""
    squares = [inner(A[:, k], A[:, k]) for k in range(A.cols)]
    if any(map(is_zero, squares)):
        return None
    lengths = [length(square) for square in squares]
    names = [Symbol(f"u_{k + 1}") for k in range(A.cols)]
    dots = (Dot(in_products(u, A[:, k]), u) for k, u in enumerate(names))
    where = tuple((Pow(dot, S.Half), r) for dot, r in zip(dots, lengths, strict=True))
    unit = Matrix(A.rows, A.cols, lambda i, k: divided(A[i, k], lengths[k]))
    given = [nonzero(square) for square in squares]
    return Rewrite(unit, And(*given), where)


def length(square: Expr) -> Expr:
    """Its square root, with the squares of factors taken out; letters are real."""
    if not square.free_symbols:
        return sqrt(square)
    above, below = (real_root(part) for part in fraction(together(square)))
    return above / below


def real_root(polynomial: Expr) -> Expr:
    try:
        number, pairs = factor_list(polynomial)
    except PolynomialError:
        return sqrt(polynomial)
    outside = Mul(*(abs(f) ** (m // 2) for f, m in pairs))
    inside = expand(Mul(sign(number), *(f ** (m % 2) for f, m in pairs)))
    return outside * sqrt(abs(number)) * sqrt(inside)


def divided(entry: Expr, length: Expr) -> Expr:
    quotient = entry / length
    return with_roots_joined(quotient) if length.free_symbols else tidy(quotient)


# ------------------------------------------------------------------ A = Q R

FACTORS = RuleTable(OrthogonalFactor, lambda goal: goal.args, "orthogonal factors")
FULL = Matrix([[1, 1], [1, 0], [0, 1]])


@FACTORS.rule("unit columns of Gram and Schmidt's process", example=OrthogonalFactor(FULL))
def from_process(A: Matrix) -> Outcome:
    """Make the columns orthogonal, then of length one: column k uses the first k of A alone."""
    return UnitColumns(GramSchmidt(A))


UPPER = RuleTable(TriangularFactor, lambda goal: goal.args, "triangular factors")


@UPPER.rule(
    "conjugate transpose of Q times A", example=TriangularFactor(Matrix([[1, I], [I, 0], [0, 1]]))
)
def conjugate_transpose_times(A: Matrix) -> Outcome:
    """The conjugate transpose of Q times Q is the identity: from A = Q R follows R = Q^H A."""
    return MatrixProduct(ConjugateTransposed(OrthogonalFactor(A)), A) if holds_complex(A) else None


@UPPER.rule("transpose of Q times A", example=TriangularFactor(FULL))
def transpose_times(A: Matrix) -> Outcome:
    """The transpose of Q times Q is the identity: from A = Q R follows R = Q^T A."""
    return MatrixProduct(Transposed(OrthogonalFactor(A)), A)


TRANSPOSED = RuleTable(Transposed, lambda goal: goal.args, "transposed matrices")


@TRANSPOSED.rule("rows become columns", example=Transposed(Matrix([[1, a], [b, 4], [5, 6]])))
def rows_become_columns(A: Matrix) -> Outcome:
    """Entry (i, j) is entry (j, i)."""
    return A.T


CONJUGATED = RuleTable(ConjugateTransposed, lambda goal: goal.args, "conjugate transposed matrices")


@CONJUGATED.rule(
    "rows become columns, conjugated", example=ConjugateTransposed(Matrix([[1, a * I], [2 + I, 4]]))
)
def conjugate_columns(A: Matrix) -> Outcome:
    """Entry (i, j) is the conjugate of entry (j, i)."""
    return adjoint(A)


TABLES: dict[type, RuleTable] = {
    ConjugateTransposed: CONJUGATED,
    GramSchmidt: PROCESS,
    UnitColumns: UNITS,
    OrthogonalFactor: FACTORS,
    TriangularFactor: UPPER,
    Transposed: TRANSPOSED,
    MatrixProduct: PRODUCTS,
}


# ------------------------------------------------------------------ what the user calls


@limited
def gram_schmidt(A: Any, timeout: float = 20.0) -> Derivation:
    """Orthogonal columns that span what those of A span, one component subtracted in each step.

    A column that depends on those before it becomes zero. Complex entries: the first column of a
    dot product is conjugated, and letters are real that are not declared complex. Raises
    ValueError.

    >>> gram_schmidt([[1, 1], [1, 0]]).result
    Matrix([
    [1,  1/2],
    [1, -1/2]])
    """
    goal = GramSchmidt(matrix(A))
    root = derive(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))
