"""Determinants by blocks: the Schur complement, and blocks that commute."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Determinant, Mul, symbols

from derive.linear_algebra.determinants import RULES, det
from derive.linear_algebra.elimination import Matrix, is_zero, nonzero, tidy
from derive.linear_algebra.inverses import AUGMENTED, Augmented
from derive.linear_algebra.operators import Operator
from derive.linear_algebra.products import PRODUCTS, MatrixProduct
from derive.rules import Outcome, Rewrite, RuleTable

a, b, c, d = symbols("a b c d")
Blocks = tuple[Matrix, Matrix, Matrix, Matrix]


class Block(Operator):
    """An operator of which there is a determinant."""

    is_Matrix = is_MatrixExpr = True  # what Determinant and its printer ask for
    is_square = True


class SchurComplement(Block):
    """D - C A^-1 B of the blocks A, B, C, D: what elimination leaves of D.

    Numerically: from a linear solver.
    """

    word = "complement"

    def _latex(self, printer: Any) -> str:
        A, B, C, D = map(printer._print, self.args)
        return rf"\left({D} - {C} \, {A}^{{-1}} \, {B}\right)"


class Difference(Block):
    """A matrix minus another one of its shape.

    Numerically: from that definition.
    """

    word = "minus"

    def _sympystr(self, printer: Any) -> str:
        return " - ".join(map(printer._print, self.args))

    def _latex(self, printer: Any) -> str:
        return " - ".join(map(printer._print, self.args))


EXAMPLE = Matrix([[2, 1, a, 0], [1, 3, 0, b], [1, 2, 5, 1], [0, 1, 2, 4]])
COMMUTING = Matrix([[1, 2, 3, a], [4, 5, b, 6], [2, 0, 1, 7], [0, 2, 3, 1]])
COMPLEMENTS = RuleTable(SchurComplement, lambda goal: goal.args, "Schur complements")


def blocks(A: Matrix, k: int) -> Blocks:
    return A[:k, :k], A[:k, k:], A[k:, :k], A[k:, k:]


@COMPLEMENTS.rule("solve for the upper block", example=SchurComplement(*blocks(EXAMPLE, 2)))
def solve_for_the_upper_block(A: Matrix, B: Matrix, C: Matrix, D: Matrix) -> Outcome:
    """A^-1 B is the X with A X = B; subtract C times it from D."""
    return Difference(D, MatrixProduct(C, Augmented(A, B)))


DIFFERENCES = RuleTable(Difference, lambda goal: goal.args, "differences of matrices")


@DIFFERENCES.rule("entry by entry", example=Difference(Matrix([[1, a]]), Matrix([[b, 2]])))
def entry_by_entry(A: Matrix, B: Matrix) -> Outcome:
    """Subtract the entries that stand in the same place."""
    return (A - B).applyfunc(tidy)


# ------------------------------------------------------------------ determinants

BY_BLOCKS = RuleTable(Determinant, lambda goal: goal.args, "determinants by blocks")


@BY_BLOCKS.rule("blocks that commute", example=det(COMMUTING))
def blocks_that_commute(M: Matrix) -> Outcome:
    """Four blocks of one size, of which the lower ones commute, C D = D C: the determinant of
    A D - B C (Silvester 2000)."""
    k, odd = divmod(M.rows, 2)
    if odd or k < 2:
        return None
    A, B, C, D = blocks(M, k)
    if not all(map(is_zero, C * D - D * C)):
        return None
    return raw(Difference(MatrixProduct(A, D), MatrixProduct(B, C)))


@BY_BLOCKS.rule("Schur complement", example=det(EXAMPLE))
def schur_complement(M: Matrix) -> Outcome:
    """Subtract C A^-1 times the upper rows from the lower ones: what is left is block triangular,
    with the diagonal blocks A and D - C A^-1 B."""
    for k in sizes(M.rows):
        A, B, C, D = blocks(M, k)
        value = tidy(A.det(method="berkowitz"))
        if not is_zero(value):
            equals = Mul(det(A), raw(SchurComplement(A, B, C, D)), evaluate=False)
            return Rewrite(equals, nonzero(value))
    return None


def sizes(n: int) -> list[int]:
    """Of the upper block: half of the rows first."""
    return sorted(range(1, n), key=lambda k: abs(2 * k - n)) if n > 3 else []


def raw(M: Basic) -> Determinant:
    return Basic.__new__(Determinant, M)


WITH_BLOCKS = {
    Determinant: RuleTable(
        Determinant, BY_BLOCKS.unpack, BY_BLOCKS.title, rules=[*BY_BLOCKS.rules, *RULES.rules]
    )
}
TABLES: dict[type, RuleTable] = {
    **WITH_BLOCKS,
    SchurComplement: COMPLEMENTS,
    Difference: DIFFERENCES,
    MatrixProduct: PRODUCTS,
    Augmented: AUGMENTED,
}
