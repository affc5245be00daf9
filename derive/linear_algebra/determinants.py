"""Determinants of explicit matrices: cofactors, row operations, and the shortcuts before them.

A rule takes the matrix `A` of `Determinant(A)`. No rule expands a product of symbols.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

from sympy import (
    Add,
    Basic,
    Determinant,
    Expr,
    Mul,
    Rational,
    S,
    cancel,
    fraction,
    gcd_list,
    ilcm,
    symbols,
    together,
    trigsimp,
)
from sympy.functions.elementary.trigonometric import TrigonometricFunction

from derive.asked import in_order
from derive.core import Derivation
from derive.engine import Budget, derive, limited
from derive.linear_algebra.elimination import (
    Matrix,
    RowOperation,
    is_plain_polynomial,
    is_zero,
    square,
    step_to_triangle,
)
from derive.rules import Outcome, Rewrite, RuleTable

a, b, c, d, x, y = symbols("a b c d x y")


def det(A: Matrix) -> Determinant:
    """`Determinant(A)`, not worked out."""
    return Basic.__new__(Determinant, A)


def example(rows: list[list[Any]]) -> Determinant:
    return det(Matrix(rows))


RULES = RuleTable(Determinant, lambda goal: goal.args, "determinants")


def settled(value: Expr) -> Expr:
    """A product or a difference of products as it stands, without needless fractions."""
    if value.has(TrigonometricFunction):
        return trigsimp(value)
    if fraction(together(value))[1].free_symbols:
        return cancel(value)
    return value


# ------------------------------------------------------------------ shortcuts


@RULES.rule("single entry", example=example([[7]]))
def single_entry(A: Matrix) -> Outcome:
    """The determinant of a matrix with one entry is that entry."""
    return A[0, 0] if A.shape == (1, 1) else None


@RULES.rule("zero row or column", example=example([[1, 2], [0, 0]]))
def zero_line(A: Matrix) -> Outcome:
    """A matrix with a row or a column of zeros has determinant zero."""
    return S.Zero if any(all(map(is_zero, line)) for line in lines(A)) else None


@RULES.rule("proportional rows or columns", example=example([[1, 2, 3], [2, 4, 6], [a, b, c]]))
def proportional_lines(A: Matrix) -> Outcome:
    """A row (or column) that is a multiple of another one makes the determinant zero."""
    for M in (A, A.T):
        for first, second in combinations(M.tolist(), 2):
            if proportional(first, second):
                return S.Zero
    return None


@RULES.rule("triangular matrix", example=example([[2, 5, 1], [0, 3, 7], [0, 0, 4]]))
def triangular(A: Matrix) -> Outcome:
    """The determinant of a triangular matrix is the product of its diagonal."""
    for M in (A, A.T):
        if all(is_zero(M[i, j]) for i in range(M.rows) for j in range(i)):
            return settled(Mul(*A.diagonal()))
    return None


@RULES.rule("two by two", example=example([[a, b], [c, d]]))
def two_by_two(A: Matrix) -> Outcome:
    """Two by two: the product of the diagonal minus the product of the other diagonal."""
    if A.shape == (2, 2):
        return settled(A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0])
    return None


@RULES.rule(
    "block triangular matrix",
    example=example([[1, 2, 9, 9], [3, 4, 9, 8], [0, 0, 5, 6], [0, 0, 7, 8]]),
)
def block_triangular(A: Matrix) -> Outcome:
    """With a block of zeros beside the diagonal blocks, their determinants multiply."""
    n = A.rows
    for k in range(2, n - 1):
        if all(map(is_zero, A[k:, :k])) or all(map(is_zero, A[:k, k:])):
            return Mul(det(A[:k, :k]), det(A[k:, k:]), evaluate=False)
    return None


@RULES.rule("one entry in a row or column", example=example([[1, 2, 3], [0, 4, 0], [5, 6, 7]]))
def one_entry(A: Matrix) -> Outcome:
    """Expand along a row or column with one nonzero entry: one cofactor remains."""
    entries = best_line(A)
    if A.rows > 2 and len(entries) == 1:
        return expansion(A, entries)
    return None


@RULES.rule("common factor of a row", example=example([[x, x * y, 3 * x], [1, y, 2], [y, 5, 1]]))
def common_factor(A: Matrix) -> Outcome:
    """A factor common to a whole row comes out in front."""
    for i in range(A.rows):
        factor = content(list(A.row(i)))
        if factor != 1 and (A.rows > 3 or factor.free_symbols):
            operation = RowOperation("scale", i, factor=1 / factor)
            return Rewrite(factor * det(operation.on(A)), where=operation.where)
    return None


@RULES.rule("three by three", example=example([[1, 2, 3], [4, 5, 6], [7, 8, 10]]))
def three_by_three(A: Matrix) -> Outcome:
    """Expand along the row or column with the most zeros: entries times signed smaller ones."""
    return expansion(A, best_line(A)) if A.rows == 3 else None


# ------------------------------------------------------------------ row operations


@RULES.rule(
    "swap two rows",
    example=example([[0, 2, 3, 4], [1, 5, 2, 3], [2, 1, 1, 4], [3, 2, 5, 1]]),
)
def swap_rows(A: Matrix) -> Outcome:
    """Swapping two rows changes the sign of the determinant."""
    return swapped(A, step_to_triangle(A, numbers=True))


@RULES.rule(
    "add a multiple of a row",
    example=example([[1, 2, 3, 4], [2, 5, 2, 3], [3, 1, 1, 4], [3, 2, 5, 1]]),
)
def add_row(A: Matrix) -> Outcome:
    """Adding a multiple of one row to another leaves the determinant as it is."""
    return added(A, step_to_triangle(A, numbers=True))


def swapped(A: Matrix, operation: RowOperation | None) -> Outcome:
    if operation and operation.kind == "swap":
        return Rewrite(-det(operation.on(A)), where=operation.where)
    return None


def added(A: Matrix, operation: RowOperation | None) -> Outcome:
    if operation and operation.kind == "add":
        return Rewrite(det(operation.on(A)), operation.given, operation.where)
    return None


@RULES.rule("cofactor expansion", example=example([[*symbols(f"{r}_1:5")] for r in "abcd"]))
def cofactor_expansion(A: Matrix) -> Outcome:
    """Expand along the row or column with the most zeros: entries times signed smaller ones."""
    return expansion(A, best_line(A)) if A.rows > 1 else None


BY_ROWS = ("swap two rows", "add a multiple of a row", "common factor of a row")
BY_COFACTORS = (
    "two by two",
    "block triangular matrix",
    "one entry in a row or column",
    "three by three",
    "cofactor expansion",
)
ELIMINATION = RULES.without(*BY_COFACTORS, *BY_ROWS)
ELIMINATION.title = "determinants by elimination"


@ELIMINATION.rule("swap two rows", example=example([[0, b], [c, d]]))
def swap_for_any_pivot(A: Matrix) -> Outcome:
    """Swapping two rows changes the sign of the determinant."""
    return swapped(A, step_to_triangle(A))


@ELIMINATION.rule("add a multiple of a row", example=example([[a, b], [c, d]]))
def add_row_of_any_pivot(A: Matrix) -> Outcome:
    """Adding a multiple of one row to another leaves the determinant as it is."""
    return added(A, step_to_triangle(A))


METHODS = {"cofactor": RULES.without(*BY_ROWS), "elimination": ELIMINATION}


# ------------------------------------------------------------------ lines of a matrix


def lines(A: Matrix) -> list[list[Expr]]:
    return A.tolist() + A.T.tolist()


def proportional(first: list[Expr], second: list[Expr]) -> bool:
    """By cross-multiplication with an entry that is not zero."""
    k = next((k for k, e in enumerate(first) if not is_zero(e)), None)
    if k is None or is_zero(first[k]):
        return False
    return all(is_zero(first[k] * f - second[k] * e) for e, f in zip(first, second, strict=True))


def content(row: list[Expr]) -> Expr:
    """The factor common to all entries of a row of rationals or of polynomials."""
    if all(e.is_Rational for e in row):
        below = ilcm(*(e.q for e in row))
        return Rational(gcd_list([e * below for e in row]), below)
    if all(is_plain_polynomial(e) for e in row):
        factor = gcd_list(row)
        return abs(factor) if factor.is_Rational else factor
    return S.One


Place = tuple[int, int]


def best_line(A: Matrix) -> list[Place]:
    """The places of the nonzero entries in the row or column that has the fewest; rows first."""
    n = range(A.rows)
    rows = [[(i, j) for j in n] for i in n]
    columns = [[(i, j) for i in n] for j in n]
    occupied = ([place for place in line if not is_zero(A[place])] for line in rows + columns)
    return min(occupied, key=len)


def expansion(A: Matrix, places: list[Place]) -> Expr:
    terms = ((-1) ** (i + j) * A[i, j] * det(A.minor_submatrix(i, j)) for i, j in places)
    return Add(*terms)


# ------------------------------------------------------------------ what the user calls


def tables_of(method: str) -> dict[type, RuleTable]:
    if method == "block":
        from derive.linear_algebra.block_determinants import TABLES

        return TABLES
    if method == "auto":
        from derive.linear_algebra.factored_determinants import RULES_IN_FACTORS

        return {Determinant: RULES_IN_FACTORS}
    return {Determinant: METHODS[method]}


@limited
def determinant(A: Any, method: str = "auto", timeout: float = 20.0) -> Derivation:
    """The determinant of a square matrix, step by step.

    `method`: "cofactor", "elimination" (a pivot with letters gives a condition), "block" (Schur
    complements; blocks that commute), or "auto": factors of letters out in front where sums of rows
    or columns have them, cofactors up to three by three and where no number can be a pivot, else
    row operations.
    Raises ValueError for a matrix that is not square, BudgetExceeded.

    >>> determinant([[1, 2], [3, 4]]).result
    -2
    >>> determinant([["a", "b"], ["c", "d"]], method="elimination").given
    Ne(a, 0)
    """
    if method not in ("auto", *METHODS, "block"):
        raise ValueError(f"method is {method!r}; write one of auto, {', '.join(METHODS)}, block")
    M = square(A, "a determinant")
    goal = det(M)
    root = derive(goal, tables_of(method), Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(M))
