"""What the operators of linear algebra have in common: never worked out by themselves, printed by
a word; and vectors as they are asked for."""

from __future__ import annotations

from typing import Any, ClassVar

from sympy import Basic, Expr, I

from derive.linear_algebra.elimination import Matrix, matrix


class Operator(Basic):
    """`word(argument, ...)`, exactly as written."""

    word: ClassVar[str] = ""

    def __new__(cls, *args: Basic) -> Any:
        return Basic.__new__(cls, *args)

    def _sympystr(self, printer: Any) -> str:
        return f"{self.word}({', '.join(map(printer._print, self.args))})"

    def _latex(self, printer: Any) -> str:
        word = self.word.replace("_", r"\ ")
        inside = ", ".join(map(printer._print, self.args))
        return rf"\operatorname{{{word}}}\left({inside}\right)"


class Number(Operator, Expr):
    """An operator whose value is a number."""

    is_commutative = True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        plain = super()._latex(printer)
        return rf"{plain}^{{{exp}}}" if exp else plain


def vector(v: Any) -> Matrix:
    """The column asked for: a flat list, or a matrix of one row or column. Raises ValueError."""
    v = v.tolist() if hasattr(v, "tolist") and hasattr(v, "dtype") else v
    if isinstance(v, (list, tuple)) and v and not isinstance(v[0], (list, tuple)):
        return matrix([[entry] for entry in v])
    M = matrix(v)
    if 1 not in M.shape:
        raise ValueError(f"a vector has one row or one column; this one is {M.rows} by {M.cols}")
    return M if M.cols == 1 else M.T


def real(M: Matrix, what: str) -> Matrix:
    if M.has(I):
        raise ValueError(f"{what} is worked out here for real entries only")
    return M


def adjoint(A: Matrix) -> Matrix:
    """The conjugate transpose, where letters are real."""
    return A.T.xreplace({I: -I})
