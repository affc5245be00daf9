"""What the operators of linear algebra have in common: never worked out by themselves, printed by
a word; and vectors as they are asked for."""

from __future__ import annotations

from typing import Any, ClassVar

from sympy import Basic, Expr, I, Pow, conjugate

from derive.linear_algebra.elimination import Matrix, is_complex, is_complex_letter, matrix


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
    if holds_complex(M):
        raise ValueError(f"{what} is worked out here for real entries only")
    return M


def holds_complex(M: Basic) -> bool:
    """Whether it is written with numbers or letters that are not real."""
    return is_complex(M) or any(map(is_root_of_negative, M.atoms(Pow)))


def is_root_of_negative(power: Pow) -> bool:
    return bool(power.base.is_negative and power.exp.is_Rational and not power.exp.is_Integer)


def conjugated(u: Basic) -> Basic:
    """The complex conjugate of every entry; letters are real that are not declared complex."""
    changed = [
        *filter(is_complex_letter, u.free_symbols),
        *filter(is_root_of_negative, u.atoms(Pow)),
    ]
    return u.xreplace({I: -I} | {part: conjugate(part) for part in changed})


def adjoint(A: Matrix) -> Matrix:
    """The conjugate transpose."""
    return conjugated(A.T)
