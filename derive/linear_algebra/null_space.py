"""Null spaces of explicit matrices: row operations to the reduced form, then a basis."""

from __future__ import annotations

from typing import Any

from sympy import Basic, S, ilcm, symbols

from derive.asked import in_order
from derive.core import Derivation
from derive.engine import Budget, derive, limited
from derive.linear_algebra.elimination import Matrix, matrix, pivots, step_to_reduced_form
from derive.rules import Outcome, Rewrite, RuleTable

a, b, c, d = symbols("a b c d")


class NullSpace(Basic):
    """All X with M X = 0, written as a matrix whose columns are a basis; no column if only X = 0.

    Numerically: any V of full column rank, with M V = 0 and rank M + columns of V = columns of M;
    two bases are equal if they span the same space.
    """

    def __new__(cls, M: Basic) -> NullSpace:
        return Basic.__new__(cls, M)

    def _sympystr(self, printer: Any) -> str:
        return f"null_space({printer._print(self.args[0])})"

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{null}}\left({printer._print(self.args[0])}\right)"


RULES = RuleTable(NullSpace, lambda goal: goal.args, "null spaces")


def operation(M: Matrix, kind: str) -> Outcome:
    step = step_to_reduced_form(M)
    if step and step.kind == kind:
        return Rewrite(NullSpace(step.on(M)), step.given, step.where)
    return None


@RULES.rule("swap two rows", example=NullSpace(Matrix([[0, 1, 2], [2, 3, 4]])))
def swap_rows(M: Matrix) -> Outcome:
    """Swapping two rows keeps the solutions of M X = 0."""
    return operation(M, "swap")


@RULES.rule("scale a row", example=NullSpace(Matrix([[2, 4], [3, 6]])))
def scale_row(M: Matrix) -> Outcome:
    """Dividing a row by its pivot keeps the solutions of M X = 0."""
    return operation(M, "scale")


@RULES.rule("add a multiple of a row", example=NullSpace(Matrix([[1, 2], [3, 6]])))
def add_row(M: Matrix) -> Outcome:
    """Adding a multiple of one row to another keeps the solutions of M X = 0."""
    return operation(M, "add")


@RULES.rule("only the zero vector", example=NullSpace(Matrix([[1, 0], [0, 1], [0, 0]])))
def only_zero(M: Matrix) -> Outcome:
    """Every column has a pivot, so that only X = 0 is left."""
    return Matrix(M.cols, 0, []) if len(pivots(M)) == M.cols else None


@RULES.rule("basis of the null space", example=NullSpace(Matrix([[1, 2, 0], [0, 0, 1]])))
def read_off(M: Matrix) -> Outcome:
    """Set one free unknown to one and the others to zero, in turn, and clear denominators."""
    bound = pivots(M)
    free = [j for j in range(M.cols) if j not in bound]
    return Matrix.hstack(*(basis_vector(M, bound, j) for j in free))


def basis_vector(M: Matrix, bound: list[int], free: int) -> Matrix:
    entries = [S.Zero] * M.cols
    entries[free] = S.One
    for row, column in enumerate(bound):
        entries[column] = -M[row, free]
    if all(e.is_Rational for e in entries):
        below = ilcm(1, *(e.q for e in entries))
        entries = [e * below for e in entries]
    return Matrix(M.cols, 1, entries)


@limited
def null_space(A: Any, timeout: float = 20.0) -> Derivation:
    """A basis of all X with A X = 0, as the columns of a matrix, step by step.

    Pivots with letters give conditions. Raises ValueError, BudgetExceeded.

    >>> null_space([[1, 2], [2, 4]]).result
    Matrix([
    [-2],
    [ 1]])
    """
    goal = NullSpace(matrix(A))
    root = derive(goal, {NullSpace: RULES}, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))
