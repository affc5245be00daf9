"""Row reduction, rank, column spaces and solutions of linear systems as numbers, by definition.

Spaces are compared by their projectors, families of solutions by the solution nearest to the origin
and the projector on their directions, so that no choice of a basis or of parameters matters.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, S
from sympy.matrices import MatrixBase

from lambdify_bridge.evaluate import Evaluator, Number, Undefined, estimator

Sides = tuple[Number, Number, float]
Family = tuple[Any, Any]  # the point nearest to the origin, the projector on the directions


def svd(c: Any, M: Any, scale: Number = 0) -> tuple[Any, list[Number], Any]:
    """U, the nonzero singular values, V with M = U diag(values) V^H; sizes below rounding are 0.

    `scale`: the size of the numbers of which M is the difference.
    """
    if M.rows < M.cols:
        V, sizes, U = svd(c, M.transpose_conj(), scale)
        return U, sizes, V
    U, every, V = c.svd_c(M)
    smallest = c.mpf(10) ** (-0.6 * c.dps) * max([scale, *map(abs, every)])
    sizes = [c.re(size) for size in every if abs(size) > smallest]
    return U[:, : len(sizes)], sizes, V.transpose_conj()[:, : len(sizes)]


def rank_of(c: Any, M: Any) -> int:
    return len(svd(c, M)[1])


def pseudo_inverse(c: Any, M: Any) -> Any:
    U, sizes, V = svd(c, M)
    if not sizes:
        return c.zeros(M.cols, M.rows)
    return V * c.diag([1 / size for size in sizes]) * U.transpose_conj()


def onto(c: Any, M: Any) -> Any:
    """The orthogonal projector on the span of the columns."""
    U, sizes, _ = svd(c, M)
    return U * U.transpose_conj() if sizes else c.zeros(M.rows)


def chosen(c: Any, M: Any, columns: list[int]) -> Any:
    return c.matrix([[M[i, j] for j in columns] for i in range(M.rows)])


def distance(left: Any, right: Any) -> float:
    if (left.rows, left.cols) != (right.rows, right.cols):
        return float("inf")
    size = max([1, *(abs(e) for e in left)])
    return max((float(abs(e) / size) for e in left - right), default=0.0)


@estimator("Rank")
def rank(node: Any, at: Evaluator) -> Number:
    return at.ctx.mpf(rank_of(at.ctx, at(node.args[0])))


@estimator("NonzeroRows")
def nonzero_rows(node: Any, at: Evaluator) -> Number:
    R = at(node.args[0])
    return at.ctx.mpf(sum(not _is_zero(at.ctx, R[i, :]) for i in range(R.rows)))


def _is_zero(c: Any, row: Any) -> bool:
    return all(abs(e) < c.mpf(10) ** (-c.dps // 2) for e in row)


@estimator("ReducedForm")
def reduced_form(node: Any, at: Evaluator) -> Number:
    """Column by column: a unit vector, or the coordinates in the independent columns before it."""
    c, M = at.ctx, at(node.args[0])
    at.rests_on(1e-15)
    basis: list[int] = []
    found = c.matrix(M.rows, M.cols)
    for j in range(M.cols):
        if rank_of(c, chosen(c, M, [*basis, j])) > len(basis):
            found[len(basis), j] = c.one
            basis.append(j)
        elif basis:
            coordinates = pseudo_inverse(c, chosen(c, M, basis)) * M[:, j]
            for row in range(len(basis)):
                found[row, j] = coordinates[row]
    return found


# ------------------------------------------------------------------ column spaces


def same_columns(lhs: Basic, rhs: Basic, at: Evaluator) -> Sides:
    at.rests_on(1e-12)
    return 0, 0, distance(projector(lhs, at), projector(rhs, at))


def projector(node: Any, at: Evaluator) -> Any:
    """On the span of the columns; those of a basis are independent."""
    c, name = at.ctx, type(node).__name__
    if isinstance(node, MatrixBase) and not node.cols:
        return c.zeros(node.rows)
    if name == "PivotColumns":
        M, R = map(at, node.args)
        rows = [R[i, :] for i in range(R.rows) if not _is_zero(c, R[i, :])]
        places = [next(j for j in range(R.cols) if not _is_zero(c, row[:, j])) for row in rows]
        return onto(c, chosen(c, M, places)) if places else c.zeros(M.rows)
    columns = at(node.args[0] if name == "ColumnSpace" else node)
    if isinstance(node, MatrixBase) and rank_of(c, columns) < columns.cols:
        raise Undefined("the columns of the basis are dependent here")
    return onto(c, columns)


# ------------------------------------------------------------------ systems of equations


def same_solutions(lhs: Any, rhs: Basic, at: Evaluator) -> Sides:
    """None on both sides, or the same points."""
    at.rests_on(1e-12)
    left, right = family(lhs, lhs.args[2], at), family(rhs, lhs.args[2], at)
    if left is None or right is None:
        return 0, 1, 0.0 if left is right else float("inf")
    return 0, 0, max(distance(u, v) for u, v in zip(left, right, strict=True))


def family(node: Any, letters: Any, at: Evaluator) -> Family | None:
    if node is S.EmptySet:
        return None
    if isinstance(node, MatrixBase):
        return of_parameters(node, letters, at)
    c, (A, b) = at.ctx, map(at, node.args[:2])
    both = c.matrix([[*A[i, :], b[i]] for i in range(A.rows)])
    if rank_of(c, both) > rank_of(c, A):
        return None
    inverse = pseudo_inverse(c, A)
    return inverse * b, c.eye(A.cols) - inverse * A


def of_parameters(x: MatrixBase, letters: Any, at: Evaluator) -> Family:
    """The points that x(t) runs through; it is linear in t."""
    c, free = at.ctx, [letter for letter in letters if letter in x.free_symbols]
    if not free:
        return at(x), c.zeros(x.rows)
    origin = dict.fromkeys(free, c.zero)
    start = at.at(origin)(x)
    near, far = (
        [at.at({**origin, letter: c.mpf(step)})(x) - start for letter in free] for step in (1, 3)
    )
    if any(distance(3 * one, three) > 1e-12 for one, three in zip(near, far, strict=True)):
        raise Undefined("the family is not linear in its parameters")
    along = onto(c, c.matrix([[d[i] for d in near] for i in range(x.rows)]))
    return start - along * start, along
