"""Eigenvectors and singular vectors, which are not unique, by the residuals that define them; the
singular values and what is made of them.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic

from lambdify_bridge.evaluate import Evaluator, Number, Undefined, estimator
from lambdify_bridge.spaces import Sides, distance, svd

EXACT = 1e-13
BY_RESIDUALS = frozenset({"Eigenvectors", "RightVectors", "LeftVectors"})
MULTISETS = frozenset({"SingularValues", "RootsOfNonzero"})


def by_residuals(lhs: Any, rhs: Basic, at: Evaluator) -> Sides:
    """The right side has orthonormal columns, and fulfils the equation of the left one."""
    at.rests_on(EXACT)
    c, X = at.ctx, at(rhs)
    if type(lhs).__name__ == "LeftVectors":
        A, V, values = map(at, lhs.args)
        left, right = A, X * c.diag(list(values)) * V.transpose_conj()
    else:
        A, values = map(at, lhs.args)
        if type(lhs).__name__ == "RightVectors":
            A, values = A.transpose_conj() * A, [value**2 for value in values]
        if X.cols != len(values):
            return 0, 1, float("inf")
        left, right = A * X, X * c.diag(list(values))
    return 0, 0, max(distance(left, right), distance(c.eye(X.cols), X.transpose_conj() * X))


def same_numbers(lhs: Basic, rhs: Basic, at: Evaluator) -> Sides:
    left, right = (sorted(map(at.ctx.re, at(side))) for side in (lhs, rhs))
    if len(left) != len(right):
        return 0, 1, float("inf")
    largest = max([*map(abs, left), at.ctx.mpf(1)])
    return 0, 0, max((float(abs(u - v) / largest) for u, v in zip(left, right, strict=True)))


@estimator("NullSpace")
def null_space(node: Any, at: Evaluator) -> Number:
    return kernel(at, at(node.args[0]))


@estimator("Eigenspace")
def eigenspace(node: Any, at: Evaluator) -> Number:
    matrix, value = map(at, node.args)
    return of_value(at, matrix, value)


def of_value(at: Evaluator, A: Any, value: Number) -> Any:
    return kernel(at, A - value * at.ctx.eye(A.rows), max(map(abs, [value, *A])))


def kernel(at: Evaluator, M: Any, scale: Number = 0) -> Any:
    """Some orthonormal basis of all X with M X = 0: the last vectors of a full decomposition."""
    at.rests_on(EXACT)
    c = at.ctx
    _, sizes, V = svd(c, M, scale)
    if len(sizes) == M.cols:
        return c.matrix(M.cols, 0)
    rest = c.eye(M.cols) - V * V.transpose_conj() if sizes else c.eye(M.cols)
    return svd(c, rest)[0]


@estimator("Eigenvectors")
def eigenvectors(node: Any, at: Evaluator) -> Number:
    """A basis for each distinct value, one after the other."""
    c, (A, values) = at.ctx, map(at, node.args)
    columns: list[Any] = []
    seen: list[Number] = []
    for value in values:
        if all(abs(value - other) > 1e-9 * (1 + abs(value)) for other in seen):
            seen.append(value)
            space = of_value(at, A, value)
            columns += [space[:, k] for k in range(space.cols)]
    found = c.matrix(A.rows, len(columns))
    for k, column in enumerate(columns):
        found[:, k] = column
    return found


@estimator("SideBySide")
def side_by_side(node: Any, at: Evaluator) -> Number:
    parts = [at(part) for part in node.args]
    columns = [part[:, k] for part in parts for k in range(part.cols)]
    found = at.ctx.matrix(parts[0].rows, len(columns))
    for k, column in enumerate(columns):
        found[:, k] = column
    return found


@estimator("SingularValues")
def singular_values(node: Any, at: Evaluator) -> Number:
    at.rests_on(EXACT)
    return tuple(svd(at.ctx, at(node.args[0]))[1])


@estimator("RootsOfNonzero")
def roots_of_nonzero(node: Any, at: Evaluator) -> Number:
    at.rests_on(EXACT)
    c, values = at.ctx, [at.ctx.re(value) for value in at(node.args[0])]
    smallest = c.mpf(10) ** (-0.6 * c.dps) * max(map(abs, values))
    return tuple(c.sqrt(value) for value in values if abs(value) > smallest)


@estimator("Ratio")
def ratio(node: Any, at: Evaluator) -> Number:
    values = [at.ctx.re(value) for value in at(node.args[0])]
    return max(values) / min(values)


@estimator("ConditionNumber")
def condition_number(node: Any, at: Evaluator) -> Number:
    """|A| |A^-1| for a square matrix; else the largest over the smallest singular value."""
    at.rests_on(EXACT)
    c, A = at.ctx, at(node.args[0])
    if A.rows != A.cols:
        sizes = svd(c, A)[1]
        return max(sizes) / min(sizes)
    try:
        inverse = c.inverse(A)
    except ZeroDivisionError as error:
        raise Undefined("the matrix is singular here") from error
    return max(svd(c, A)[1]) * max(svd(c, inverse)[1])
