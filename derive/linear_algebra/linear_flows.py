"""Linear systems of differential equations, x' = A x + b, by the exponential of t A."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, MatrixBase, Symbol, zeros

from derive.asked import in_order, letter
from derive.core import Derivation
from derive.engine import Budget, derive, limited
from derive.linear_algebra.elimination import Matrix, is_zero, square
from derive.linear_algebra.exponential import TABLES as EXPONENTIALS
from derive.linear_algebra.exponential import MatrixExponential, matrix_exponential, settled
from derive.linear_algebra.operators import Operator, vector
from derive.linear_algebra.products import MatrixProduct
from derive.rules import Outcome, RuleTable

t, c_1, c_2 = Symbol("t"), Symbol("c_1"), Symbol("c_2")


# ------------------------------------------------------------------ operators


class LinearFlow(Operator):
    """Where x(0) is at the time t, if x' = A x + b: LinearFlow(A, b, x(0), t).

    Numerically: followed in short steps, by the slopes that the equation tells.
    """

    word = "flow"

    def _sympystr(self, printer: Any) -> str:
        A, b, start, t = map(printer._print, self.args)
        return f"x({t}){{x' = {A}*x + {b}, x(0) = {start}}}"

    def _latex(self, printer: Any) -> str:
        A, b, start, t = map(printer._print, self.args)
        return rf"x\left({t}\right)\left\{{x' = {A} x + {b},\ x(0) = {start}\right\}}"


class FirstRows(Operator):
    """The first n entries of a column: FirstRows(x, n).

    Numerically: taken from it.
    """

    word = "first_rows"


# ------------------------------------------------------------------ rules

FLOWS = RuleTable(LinearFlow, lambda goal: goal.args, "linear systems of differential equations")
ROWS = RuleTable(FirstRows, lambda goal: goal.args, "first rows")
START, REST = Matrix([c_1, c_2]), Matrix([0, 0])


@FLOWS.rule("exponential of t A", example=LinearFlow(Matrix([[2, 0], [0, -1]]), REST, START, t))
def exponential_of_tA(A: Matrix, b: Matrix, start: Matrix, t: Expr) -> Outcome:
    """The derivative of e^(tA) is A e^(tA), and e^0 = I: so x = e^(tA) x(0)."""
    if not all(map(is_zero, b)):
        return None
    return MatrixProduct(MatrixExponential(t * A), start)


@FLOWS.rule(
    "one more coordinate",
    example=LinearFlow(Matrix([[2, 0], [0, -1]]), Matrix([1, 3]), START, t),
)
def one_more_coordinate(A: Matrix, b: Matrix, start: Matrix, t: Expr) -> Outcome:
    """A coordinate that stays 1 carries b: without it the system has no constant term."""
    larger, higher = with_constant(A, b), Matrix([*start, 1])
    return FirstRows(LinearFlow(larger, Matrix(zeros(A.rows + 1, 1)), higher, t), Integer(A.rows))


def with_constant(A: Matrix, b: Matrix) -> Matrix:
    return Matrix(A.row_join(b).col_join(zeros(1, A.rows + 1)))


@ROWS.rule("take the first rows", example=FirstRows(Matrix([c_1, 2 * t, 5]), Integer(2)))
def take_the_first(x: Matrix, n: Expr) -> Outcome:
    """Leave the other entries out."""
    return Matrix(x[: int(n), :]) if isinstance(x, MatrixBase) else None


FLOWS.tidy = ROWS.tidy = settled
TABLES: dict[type, RuleTable] = {**EXPONENTIALS, LinearFlow: FLOWS, FirstRows: ROWS}


# ------------------------------------------------------------------ what the user calls


@limited
def linear_flow(
    A: Any, start: Any = None, t: Any = "t", constant: Any = None, timeout: float = 20.0
) -> Derivation:
    """The solution x(t) of the linear system x' = A x + b with x(0) = `start`, step by step.

    `A`: n by n, free of t; `start` and `constant` (b): n numbers or letters; the start is
    (c_1, c_2, ...) and b is 0 where they are not given. The result is a column.
    Raises ValueError for shapes that do not fit, NoRuleApplies where eigenvalues have no closed
    form here. (Boyce and DiPrima, chapter 7.)

    >>> linear_flow([[0, 1], [-1, 0]], [1, 0]).result
    Matrix([
    [ cos(t)],
    [-sin(t)]])
    """
    M, time = square(A, "a linear system"), letter(t)
    n = M.rows
    first = Matrix([Symbol(f"c_{k}") for k in range(1, n + 1)]) if start is None else vector(start)
    b = Matrix(zeros(n, 1)) if constant is None else vector(constant)
    if first.rows != n or b.rows != n:
        raise ValueError(f"A is {n} by {n}: the start and the constant have {n} entries each")
    if any(time in part.free_symbols for part in (M, first, b)):
        raise ValueError(f"A, the start and the constant do not depend on {time}")
    budget, moved = Budget(seconds=timeout), any(not is_zero(e) for e in b)
    power = MatrixExponential(time * (with_constant(M, b) if moved else M))
    done = {power: matrix_exponential(power.args[0], timeout=max(budget.left(), 0.1)).root}
    goal = LinearFlow(M, b, first, time)
    root = derive(goal, TABLES, budget, done=done)
    return Derivation(root, goal, arguments=in_order(root.result))
