"""Row reduction with every row operation, and what it shows: rank, column space, solutions of
A x = b (one, none, or a family with parameters)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Basic, Integer, S, Tuple, symbols

from derive.asked import in_order
from derive.core import Derivation
from derive.engine import Budget, derive, limited
from derive.linear_algebra.elimination import (
    Matrix,
    RowOperation,
    is_zero,
    matrix,
    nonzero,
    pivots,
    step_to_reduced_form,
    tidy,
)
from derive.linear_algebra.operators import Number, Operator, vector
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import fresh

a, b, t_1, t_2, t_3 = symbols("a b t_1:4")


# ------------------------------------------------------------------ operators


class ReducedForm(Operator):
    """The reduced row echelon form of M.

    Numerically: a column that is independent of those before it is a unit vector; any other one
    holds its coordinates in these.
    """

    word = "rref"


class Rank(Number):
    """The number of independent columns of M.

    Numerically: of its singular values above rounding errors.
    """

    word = "rank"


class NonzeroRows(Number):
    """The number of rows of R that are not zero.

    Numerically: counted.
    """

    word = "nonzero_rows"


class ColumnSpace(Operator):
    """All M x, written as a matrix whose columns are a basis.

    Numerically: the span of the columns; two bases are equal if they span the same space.
    """

    word = "col"


class PivotColumns(Operator):
    """The columns of M in which R, in reduced row echelon form, has its pivots.

    Numerically: the span of the columns chosen.
    """

    word = "pivot_columns"


class Solutions(Operator):
    """All x with A x = b, written with a letter of `t` for each unknown that is free.

    Numerically: the solution nearest to the origin, and the projector on the null space; two
    families are equal if they are the same points.
    """

    word = "solutions"

    def _sympystr(self, printer: Any) -> str:
        A, right, _ = self.args
        rows = zip(A.tolist(), right, strict=True)
        shown = (", ".join(map(printer._print, row)) + f" | {printer._print(e)}" for row, e in rows)
        return f"solutions[{'; '.join(shown)}]"

    def _latex(self, printer: Any) -> str:
        A, right, _ = self.args
        rows = (" & ".join(map(printer._print, row)) for row in A.row_join(right).tolist())
        columns, body = "c" * A.cols + "|c", r" \\ ".join(rows)
        system = rf"\left[\begin{{array}}{{{columns}}}{body}\end{{array}}\right]"
        return rf"\operatorname{{solutions}}{system}"


# ------------------------------------------------------------------ row operations


def operation(M: Matrix, kind: str, after: Callable[[RowOperation], Basic]) -> Outcome:
    """The next row operation towards the reduced form of M, where it is of this kind."""
    step = step_to_reduced_form(M)
    if step and step.kind == kind:
        return Rewrite(after(step), step.given, step.where)
    return None


REDUCED = RuleTable(ReducedForm, lambda goal: goal.args, "row reduction")
WIDE = Matrix([[0, 1, 2, a], [2, 3, 4, 5]])


def reduced(M: Matrix, kind: str) -> Outcome:
    return operation(M, kind, lambda step: ReducedForm(step.on(M)))


@REDUCED.rule("swap two rows", example=ReducedForm(WIDE))
def swap_rows(M: Matrix) -> Outcome:
    """Swapping two rows keeps the reduced row echelon form."""
    return reduced(M, "swap")


@REDUCED.rule("scale a row", example=ReducedForm(Matrix([[a, 4, 1], [b, 6, 2]])))
def scale_row(M: Matrix) -> Outcome:
    """Dividing a row by its pivot keeps the reduced row echelon form."""
    return reduced(M, "scale")


@REDUCED.rule("add a multiple of a row", example=ReducedForm(Matrix([[1, 2, 3], [3, 7, a]])))
def add_row(M: Matrix) -> Outcome:
    """Adding a multiple of one row to another keeps the reduced row echelon form."""
    return reduced(M, "add")


@REDUCED.rule("reduced", example=ReducedForm(Matrix([[1, 0, 2], [0, 1, 3]])))
def is_reduced(M: Matrix) -> Outcome:
    """Each pivot is one and alone in its column, below and to the right of the one before."""
    return M if step_to_reduced_form(M) is None else None


# ------------------------------------------------------------------ rank, column space

RANKS = RuleTable(Rank, lambda goal: goal.args, "ranks")


@RANKS.rule("rows that are not zero", example=Rank(Matrix([[1, 2], [2, 4]])))
def rank_of_reduced(M: Matrix) -> Outcome:
    """Row operations keep the rank; that of the reduced form is the number of its pivots."""
    return NonzeroRows(ReducedForm(M))


ROWS = RuleTable(NonzeroRows, lambda goal: goal.args, "numbers of rows")


@ROWS.rule("count the rows", example=NonzeroRows(Matrix([[1, 0, 2], [0, 1, 3], [0, 0, 0]])))
def count_rows(R: Matrix) -> Outcome:
    """Count the rows that are not zero."""
    return Integer(len(pivots(R)))


COLUMNS = RuleTable(ColumnSpace, lambda goal: goal.args, "column spaces")


@COLUMNS.rule(
    "columns with a pivot", example=ColumnSpace(Matrix([[1, 2, 0], [2, 4, 1], [0, 0, 3]]))
)
def columns_with_pivot(M: Matrix) -> Outcome:
    """Row operations keep which columns depend on which: those with a pivot are a basis."""
    return PivotColumns(M, ReducedForm(M))


CHOSEN = RuleTable(PivotColumns, lambda goal: goal.args, "columns with a pivot")


@CHOSEN.rule(
    "take the columns",
    example=PivotColumns(
        Matrix([[1, 2, 0], [2, 4, 1], [0, 0, 3]]), Matrix([[1, 2, 0], [0, 0, 1], [0, 0, 0]])
    ),
)
def take_columns(M: Matrix, R: Matrix) -> Outcome:
    """Take the columns of the matrix itself, not those of its reduced form."""
    chosen = pivots(R)
    return M[:, chosen] if chosen else Matrix(M.rows, 0, [])


# ------------------------------------------------------------------ systems of equations

SYSTEMS = RuleTable(Solutions, lambda goal: goal.args, "systems of linear equations")


def system(rows: list[list[Any]], right: list[Any]) -> Solutions:
    letters = Tuple(*(t_1, t_2, t_3)[: len(rows[0])])
    return Solutions(Matrix(rows), Matrix(right), letters)


def simpler(A: Matrix, right: Matrix, t: Tuple, kind: str) -> Outcome:
    return operation(A, kind, lambda step: Solutions(step.on(A), step.on(right), t))


@SYSTEMS.rule("swap two equations", example=system([[0, 1], [2, 3]], [4, 5]))
def swap_equations(A: Matrix, right: Matrix, t: Tuple) -> Outcome:
    """Swapping two equations keeps their solutions."""
    return simpler(A, right, t, "swap")


@SYSTEMS.rule("divide an equation", example=system([[a, 4], [b, 5]], [1, 2]))
def scale_equation(A: Matrix, right: Matrix, t: Tuple) -> Outcome:
    """Dividing an equation by its pivot keeps the solutions."""
    return simpler(A, right, t, "scale")


@SYSTEMS.rule("add a multiple of an equation", example=system([[1, 2, 0], [3, 4, a]], [5, 6]))
def add_equation(A: Matrix, right: Matrix, t: Tuple) -> Outcome:
    """Adding a multiple of one equation to another keeps the solutions."""
    return simpler(A, right, t, "add")


@SYSTEMS.rule("no solution", example=system([[1, 2], [0, 0]], [3, 1]))
def no_solution(A: Matrix, right: Matrix, t: Tuple) -> Outcome:
    """An equation says that zero is a number that is not zero: nothing solves it."""
    left_over = [e for e in right[len(pivots(A)) :, 0] if not is_zero(e)]
    if not left_over:
        return None
    return Rewrite(S.EmptySet, nonzero(left_over[0]))


@SYSTEMS.rule("one solution", example=system([[1, 0], [0, 1], [0, 0]], [3, a, 0]))
def one_solution(A: Matrix, right: Matrix, t: Tuple) -> Outcome:
    """Every column has a pivot: each equation gives one unknown."""
    return right[: A.cols, 0] if len(pivots(A)) == A.cols else None


@SYSTEMS.rule("free unknowns", example=system([[1, 2, 0], [0, 0, 1]], [3, a]))
def free_unknowns(A: Matrix, right: Matrix, t: Tuple) -> Outcome:
    """An unknown without a pivot may be any number, called t; the equations give the other ones."""
    bound = pivots(A)
    free = [j for j in range(A.cols) if j not in bound]
    x = dict(zip(free, t, strict=False))
    for row, column in enumerate(bound):
        x[column] = tidy(right[row] - sum(A[row, j] * x[j] for j in free))
    unknown = symbols(f"x_1:{A.cols + 1}")
    where = tuple((unknown[j], x[j]) for j in free)
    return Rewrite(Matrix([x[j] for j in range(A.cols)]), where=where)


TABLES: dict[type, RuleTable] = {
    ReducedForm: REDUCED,
    Rank: RANKS,
    NonzeroRows: ROWS,
    ColumnSpace: COLUMNS,
    PivotColumns: CHOSEN,
    Solutions: SYSTEMS,
}


# ------------------------------------------------------------------ what the user calls


def worked_out(goal: Basic, timeout: float) -> Derivation:
    root = derive(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))


@limited
def row_reduce(A: Any, timeout: float = 20.0) -> Derivation:
    """The reduced row echelon form, one row operation a step; pivots with letters give conditions.

    Raises ValueError, BudgetExceeded.

    >>> row_reduce([[1, 2, 3], [2, 4, 7]]).result
    Matrix([
    [1, 2, 0],
    [0, 0, 1]])
    """
    return worked_out(ReducedForm(matrix(A)), timeout)


@limited
def rank(A: Any, timeout: float = 20.0) -> Derivation:
    """The rank, from row operations; where pivots hold letters, under the conditions given.

    >>> rank([[1, 2], [2, 4]]).result
    1
    """
    return worked_out(Rank(matrix(A)), timeout)


@limited
def column_space(A: Any, timeout: float = 20.0) -> Derivation:
    """A basis of the column space, as the columns of a matrix.

    >>> column_space([[1, 2], [2, 4]]).result
    Matrix([
    [1],
    [2]])
    """
    return worked_out(ColumnSpace(matrix(A)), timeout)


@limited
def solve_linear(A: Any, b: Any, timeout: float = 20.0) -> Derivation:
    """All x with A x = b, one row operation a step.

    The result is a column; where unknowns are free it holds a letter t_1, t_2, ... for each of
    them. It is the empty set where nothing solves the system. Pivots with letters give conditions,
    and so does a right side with letters that nothing solves.
    Raises ValueError where the shapes do not fit, BudgetExceeded.

    >>> solve_linear([[1, 2], [3, 4]], [5, 6]).result
    Matrix([
    [ -4],
    [9/2]])
    >>> solve_linear([[1, 2], [2, 4]], [3, 6]).result
    Matrix([
    [3 - 2*t_1],
    [      t_1]])
    >>> solve_linear([[1, 2], [2, 4]], [3, 7]).result
    EmptySet
    """
    M, right = matrix(A), vector(b)
    if M.rows != right.rows:
        raise ValueError(f"{M.rows} equations have {right.rows} right sides")
    letters: list[Basic] = []
    for k in range(M.cols):
        letters.append(fresh(f"t_{k + 1}", M, right, *letters))
    goal = Solutions(M, right, Tuple(*letters))
    root = derive(goal, TABLES, Budget(seconds=timeout))
    free = [letter for letter in letters if letter in root.result.free_symbols]
    return Derivation(root, goal, arguments=(*in_order(Tuple(M, right)), *free))
