"""A = Q R, by Gram and Schmidt's process or by reflections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Basic

from derive.answers import Answers
from derive.asked import in_order
from derive.core import Derivation
from derive.engine import Budget, derive, limited
from derive.linear_algebra.elimination import is_zero, matrix
from derive.linear_algebra.householder import TABLES as REFLECTIONS
from derive.linear_algebra.orthogonal import TABLES as PROCESS
from derive.linear_algebra.orthogonal import GramSchmidt, OrthogonalFactor, TriangularFactor

METHODS = {"gram-schmidt": PROCESS, "householder": REFLECTIONS}


class DependentColumns(ValueError):
    """A column is a combination of those before it; `shown_by` is Gram and Schmidt's process."""

    def __init__(self, shown_by: Derivation) -> None:
        super().__init__("the columns are dependent: one of them is a combination of the others")
        self.shown_by = shown_by


@dataclass(frozen=True)
class QR(Answers):
    """A = Q R: derivations of both factors."""

    Q: Derivation
    R: Derivation


@limited
def qr(A: Any, method: str = "gram-schmidt", timeout: float = 20.0) -> QR:
    """A = Q R: orthonormal columns, an upper triangle with a positive diagonal.

    `method`: "gram-schmidt", or "householder" (one reflection for each column; Golub and Van Loan
    2013, section 5.1, with the sign that makes the diagonal positive: exact entries lose no digits
    by it). Complex entries: Q^H Q = I with the conjugate transpose. Raises DependentColumns (a
    ValueError), ValueError.

    >>> qr([[3, 1], [4, 2]]).R.result
    Matrix([
    [5, 11/5],
    [0,  2/5]])
    """
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; write one of {', '.join(METHODS)}")
    M = matrix(A)
    budget, done = Budget(seconds=timeout), dict[Basic, Any]()
    process = GramSchmidt(M)
    root = derive(process, PROCESS, budget, done=done)
    if any(all(map(is_zero, root.result[:, k])) for k in range(M.cols)):
        raise DependentColumns(Derivation(root, process, arguments=in_order(M)))
    goals = OrthogonalFactor(M), TriangularFactor(M)
    roots = [derive(goal, METHODS[method], budget, done=done) for goal in goals]
    return QR(*(Derivation(r, g, arguments=in_order(M)) for r, g in zip(roots, goals, strict=True)))
