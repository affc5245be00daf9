"""Inverses of explicit matrices: Gauss-Jordan elimination of [A | I], or the adjugate."""

from __future__ import annotations

from typing import Any

from sympy import (
    Basic,
    Determinant,
    Expr,
    Integer,
    Inverse,
    MatMul,
    MatrixBase,
    MatrixExpr,
    S,
    expand,
    symbols,
)
from sympy.printing.pretty.stringpict import prettyForm

from derive.asked import in_order
from derive.core import Derivation
from derive.engine import Budget, NoRuleApplies, derive, limited
from derive.linear_algebra.determinants import RULES as DETERMINANTS
from derive.linear_algebra.determinants import det, determinant
from derive.linear_algebra.elimination import (
    Matrix,
    identity,
    is_zero,
    nonzero,
    square,
    step_to_reduced_form,
    tidy,
)
from derive.rules import Outcome, Rewrite, RuleTable

a, b, c, d = symbols("a b c d")


class SingularMatrix(ValueError):
    """The matrix has no inverse; `determinant` is the derivation that shows it."""

    def __init__(self, shown_by: Derivation) -> None:
        super().__init__("the matrix is singular: its determinant is 0")
        self.determinant = shown_by


# ------------------------------------------------------------------ operators


class Augmented(MatrixExpr):
    """The X with A X = B, for an invertible A; written as the augmented matrix [A | B].

    Numerically: the residual A X - B is zero.
    """

    def __new__(cls, A: Basic, B: Basic) -> Augmented:
        return Basic.__new__(cls, A, B)

    @property
    def shape(self) -> tuple[Basic, Basic]:
        return self.args[0].cols, self.args[1].cols

    @property
    def _explicit(self) -> bool:
        return all(isinstance(part, MatrixBase) for part in self.args)

    def _entry(self, i: Any, j: Any, **_: Any) -> Expr:
        raise NotImplementedError("the entries of an augmented matrix are not worked out yet")

    def _sympystr(self, printer: Any) -> str:
        A, B = self.args
        if not self._explicit:
            return f"[{printer._print(A)} | {printer._print(B)}]"
        cells = [[printer._print(e) for e in M] for M in A.tolist() + B.tolist()]
        rows = zip(cells[: A.rows], cells[A.rows :], strict=True)
        return "[" + "; ".join(", ".join(r) + " | " + ", ".join(s) for r, s in rows) + "]"

    def _latex(self, printer: Any) -> str:
        A, B = self.args
        if not self._explicit:
            return rf"\left[{printer._print(A)} \,\middle|\, {printer._print(B)}\right]"
        rows = (" & ".join(printer._print(e) for e in row) for row in A.row_join(B).tolist())
        columns = "c" * A.cols + "|" + "c" * B.cols
        body = r" \\ ".join(rows)
        return rf"\left[\begin{{array}}{{{columns}}}{body}\end{{array}}\right]"

    def _pretty(self, printer: Any) -> Any:
        A, B = self.args
        left, right = printer._print(A), printer._print(B)
        bar = "\u2502" if printer._use_unicode else "|"
        height = max(left.height(), right.height())
        line = prettyForm("\n".join([bar] * height), baseline=(height - 1) // 2)
        return prettyForm(*left.right(" ", line, " ", right))


class Adjugate(MatrixExpr):
    """The transposed matrix of cofactors: entry (i, j) is (-1)**(i + j) times the determinant of
    A without row j and column i.

    Numerically: from that definition, with numerical determinants.
    """

    def __new__(cls, A: Basic) -> Adjugate:
        return Basic.__new__(cls, A)

    @property
    def shape(self) -> tuple[Basic, Basic]:
        return self.args[0].shape

    def _entry(self, i: Any, j: Any, **_: Any) -> Expr:
        return cofactor(self.args[0], j, i)

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{adj}}\left({printer._print(self.args[0])}\right)"


def raw_inverse(A: Matrix) -> Inverse:
    """`Inverse(A)`, not worked out."""
    return Basic.__new__(Inverse, A, Integer(-1))


def cofactor(A: Matrix, i: int, j: int) -> Expr:
    return (-1) ** (i + j) * det(A.minor_submatrix(i, j))


# ------------------------------------------------------------------ rules for Inverse(A)

RULES = RuleTable(Inverse, lambda goal: goal.args[:1], "inverses")


@RULES.rule("augmented matrix", example=raw_inverse(Matrix([[1, 2], [3, 4]])))
def augmented_matrix(A: Matrix) -> Outcome:
    """The inverse is the X with A X = I: write A and the identity side by side."""
    return Augmented(A, identity(A.rows))


@RULES.rule(
    "adjugate over determinant",
    example=raw_inverse(Matrix([[a, b], [c, d]])),
    on_request=True,
)
def adjugate_over_determinant(A: Matrix) -> Outcome:
    """The inverse is the adjugate divided by the determinant."""
    value = expand(A.det(method="berkowitz"))
    if is_zero(value):
        return None
    return Rewrite(MatMul(1 / det(A), Adjugate(A)), nonzero(value))


# ------------------------------------------------------------------ rules for [A | B]

AUGMENTED = RuleTable(Augmented, lambda goal: goal.args, "augmented matrices")


def operation(A: Matrix, B: Matrix, kind: str) -> Outcome:
    step = step_to_reduced_form(A)
    if step and step.kind == kind:
        return Rewrite(Augmented(step.on(A), step.on(B)), step.given, step.where)
    return None


def aug(rows: list[list[Any]]) -> Augmented:
    return Augmented(Matrix(rows), identity(len(rows)))


@AUGMENTED.rule("swap two rows", example=aug([[0, 1], [2, 3]]))
def swap_rows(A: Matrix, B: Matrix) -> Outcome:
    """Swapping two equations keeps their solution."""
    return operation(A, B, "swap")


@AUGMENTED.rule("scale a row", example=aug([[2, 4], [3, 5]]))
def scale_row(A: Matrix, B: Matrix) -> Outcome:
    """Dividing an equation by its pivot keeps the solution."""
    return operation(A, B, "scale")


@AUGMENTED.rule("add a multiple of a row", example=aug([[1, 2], [3, 4]]))
def add_row(A: Matrix, B: Matrix) -> Outcome:
    """Adding a multiple of one equation to another keeps the solution."""
    return operation(A, B, "add")


@AUGMENTED.rule("read off the solution", example=aug([[1, 0], [0, 1]]))
def read_off(A: Matrix, B: Matrix) -> Outcome:
    """With the identity on the left, the right block is the solution."""
    return B if identity(A.rows) == A else None


# ------------------------------------------------------------------ rules for the adjugate

ADJUGATES = RuleTable(Adjugate, lambda goal: goal.args, "adjugates")


@ADJUGATES.rule("adjugate of a single entry", example=Adjugate(Matrix([[7]])))
def adjugate_of_entry(A: Matrix) -> Outcome:
    """The adjugate of a matrix with one entry is one."""
    return identity(1) if A.shape == (1, 1) else None


@ADJUGATES.rule("matrix of cofactors", example=Adjugate(Matrix([[a, b], [c, d]])))
def matrix_of_cofactors(A: Matrix) -> Outcome:
    """Entry (i, j) is the signed determinant of A without row j and column i."""
    return Matrix(A.rows, A.cols, lambda i, j: cofactor(A, j, i))


PRODUCTS = RuleTable(MatMul, lambda goal: goal.args, "a number times a matrix")


@PRODUCTS.rule("multiply every entry", example=MatMul(S.Half, Matrix([[1, 2], [3, 4]])))
def multiply_every_entry(*factors: Basic) -> Outcome:
    """A number times a matrix multiplies every entry."""
    scale, M = factors
    return M.applyfunc(lambda entry: tidy(scale * entry))


# ------------------------------------------------------------------ what the user calls

TABLES = {
    Inverse: RULES,
    Augmented: AUGMENTED,
    Adjugate: ADJUGATES,
    MatMul: PRODUCTS,
    Determinant: DETERMINANTS,
}
METHODS = {"gauss-jordan": "augmented matrix", "adjugate": "adjugate over determinant"}


@limited
def inverse(A: Any, method: str = "auto", timeout: float = 20.0) -> Derivation:
    """The inverse of a square matrix, step by step.

    `method`: "gauss-jordan" (a pivot with letters gives a condition), "adjugate" (the determinant
    is not zero), or "auto": the adjugate for letters up to four by four, else Gauss-Jordan.
    Raises SingularMatrix (a ValueError), ValueError where A is not square, BudgetExceeded.

    >>> inverse([[1, 2], [3, 4]]).result
    Matrix([
    [ -2,    1],
    [3/2, -1/2]])
    """
    M = square(A, "an inverse")
    if method == "auto":
        method = "adjugate" if M.free_symbols and M.rows <= 4 else "gauss-jordan"
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; write one of auto, {', '.join(METHODS)}")
    goal = raw_inverse(M)
    budget, only = Budget(seconds=timeout), frozenset({METHODS[method]})
    try:
        root = derive(goal, TABLES, budget, only)
    except NoRuleApplies:
        shown_by = determinant(M, timeout=timeout)
        if is_zero(shown_by.result):
            raise SingularMatrix(shown_by) from None
        raise
    return Derivation(root, goal, arguments=in_order(M))
