"""Products and norms of vectors and matrices as numbers, from their definitions.

The norms of a matrix that norms of vectors give: the largest value of norm(A x) over the corners of
the ball of that norm; the Euclidean one and the nuclear norm from the singular values.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, estimator

MOST_CORNERS = 2**12


@estimator("Dot")
def dot(node: Any, at: Evaluator) -> Number:
    u, v = map(at, node.args)
    return at.ctx.fdot((u[k], v[k]) for k in range(u.rows))


@estimator("Outer")
def outer(node: Any, at: Evaluator) -> Number:
    u, v = map(at, node.args)
    return u * v.T


@estimator("MatrixProduct")
def matrix_product(node: Any, at: Evaluator) -> Number:
    A, B = map(at, node.args)
    found = at.ctx.matrix(A.rows, B.cols)
    for i, k in product(range(A.rows), range(B.cols)):
        found[i, k] = at.ctx.fdot((A[i, j], B[j, k]) for j in range(A.cols))
    return found


@estimator("Entrywise")
def entrywise(node: Any, at: Evaluator) -> Number:
    A, B = map(at, node.args)
    return at.ctx.matrix([[A[i, k] * B[i, k] for k in range(A.cols)] for i in range(A.rows)])


@estimator("ShapeOf")
def shape(node: Any, at: Evaluator) -> Number:
    M = at(node.args[0])
    return at.ctx.mpf(M.rows), at.ctx.mpf(M.cols)


@estimator("VectorNorm")
def vector_norm(node: Any, at: Evaluator) -> Number:
    c, v, order = at.ctx, at(node.args[0]), at(node.args[1])
    sizes = [abs(v[k]) for k in range(v.rows)]
    return max(sizes) if order == c.inf else c.fsum(s**order for s in sizes) ** (1 / order)


@estimator("MatrixNorm")
def matrix_norm(node: Any, at: Evaluator) -> Number:
    c, A, order = at.ctx, at(node.args[0]), str(node.args[1])
    if order == "fro":
        return c.norm(list(A))
    if order == "1":  # the corners of that ball are the unit vectors
        return max(c.norm(list(A[:, k]), 1) for k in range(A.cols))
    if order == "oo":
        return _largest_over_signs(at, A)
    at.rests_on(1e-18)
    sizes = singular_values(at, A)
    return max(sizes) if order == "2" else c.fsum(sizes)


def singular_values(at: Evaluator, A: Any) -> list[Number]:
    """Of A, or of its transpose where that has fewer columns."""
    sizes = at.ctx.svd_c(A if A.rows >= A.cols else A.transpose_conj(), compute_uv=False)
    return [at.ctx.re(size) for size in sizes]


def _largest_over_signs(at: Evaluator, A: Any) -> Number:
    """The corners of the ball of the maximum norm have entries of size one."""
    if any(at.ctx.im(entry) for entry in A):
        return max(at.ctx.fsum(abs(A[i, k]) for k in range(A.cols)) for i in range(A.rows))
    if 2**A.cols > MOST_CORNERS:
        raise Undecided("the ball has too many corners")
    corners = product((-1, 1), repeat=A.cols)
    return max(at.ctx.norm(list(A * at.ctx.matrix(list(x))), at.ctx.inf) for x in corners)


@estimator("LargestOf")
def largest(node: Any, at: Evaluator) -> Number:
    return max(at.ctx.re(value) for value in at(node.args[0]))


@estimator("SumOfRoots")
def sum_of_roots(node: Any, at: Evaluator) -> Number:
    at.rests_on(1e-12)  # a root of a rounding error
    return at.ctx.fsum(at.ctx.sqrt(abs(value)) for value in at(node.args[0]))
