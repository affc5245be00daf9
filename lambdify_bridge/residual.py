"""Operators of linear algebra as numbers, from their definition and by residuals.

Determinant: the sum over permutations. Inverse and augmented systems: the X with A X = B.
Eigenvalues and roots: compared by the polynomial that has them as its zeros. Null spaces: by the
projector on them, so that the choice of a basis does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise, permutations
from typing import Any

import numpy as np
from sympy import Basic

from lambdify_bridge.evaluate import Evaluator, Number, Undefined, estimator
from lambdify_bridge.linear_systems import solved

LARGEST_LEIBNIZ = 6
TEST_POINTS = (0.7310, -1.2750, 2.4142, -3.3166)
ZERO = 1e-9
HIGHEST_DEGREE = 12


@estimator("Determinant", "Det")
def determinant(node: Any, at: Evaluator) -> Number:
    matrix = at(node.args[0])
    if matrix.rows > LARGEST_LEIBNIZ:
        return at.ctx.det(matrix)
    at.rests_on(1e-18)
    return leibniz(at.ctx, matrix)


def leibniz(c: Any, matrix: Any) -> Number:
    """The definition: products along every permutation, with its sign."""
    total = c.zero
    for order in permutations(range(matrix.rows)):
        product = c.mpf(_sign(order))
        for row, column in enumerate(order):
            product *= matrix[row, column]
        total += product
    return total


def _sign(order: tuple[int, ...]) -> int:
    inversions = sum(a > b for k, b in enumerate(order) for a in order[:k])
    return -1 if inversions % 2 else 1


@estimator("Trace")
def trace(node: Any, at: Evaluator) -> Number:
    matrix = at(node.args[0])
    return sum((matrix[k, k] for k in range(matrix.rows)), at.ctx.zero)


@estimator("Inverse")
def inverse(node: Any, at: Evaluator) -> Number:
    matrix = at(node.args[0])
    return _solution(at, matrix, at.ctx.eye(matrix.rows))


@estimator("Augmented")
def augmented(node: Any, at: Evaluator) -> Number:
    """The X with A X = B."""
    return _solution(at, at(node.args[0]), at(node.args[1]))


def _solution(at: Evaluator, matrix: Any, right: Any) -> Number:
    at.rests_on(1e-15)
    c = at.ctx
    try:
        columns = [solved(c, matrix, right[:, k]) for k in range(right.cols)]
    except ZeroDivisionError as error:
        raise Undefined("the matrix is singular here") from error
    solution = c.matrix(right.rows, right.cols)
    for k, column in enumerate(columns):
        for row in range(right.rows):
            solution[row, k] = column[row]
    residual = c.norm(matrix * solution - right, 1)
    if residual > c.mpf(10) ** (-c.dps // 2) * (1 + c.norm(solution, 1)):
        raise Undefined("the matrix is too close to singular here")
    return solution


@estimator("Adjugate")
def adjugate(node: Any, at: Evaluator) -> Number:
    """Entry (i, j): (-1)**(i + j) times the determinant without row j and column i."""
    c, matrix = at.ctx, at(node.args[0])
    size = range(matrix.rows)
    return c.matrix(
        [[(-1) ** (i + j) * leibniz(c, _without(c, matrix, j, i)) for j in size] for i in size]
    )


def _without(c: Any, matrix: Any, row: int, column: int) -> Any:
    rows = [i for i in range(matrix.rows) if i != row]
    columns = [j for j in range(matrix.cols) if j != column]
    minor = c.matrix(len(rows), len(columns))
    for i, source_row in enumerate(rows):
        for j, source_column in enumerate(columns):
            minor[i, j] = matrix[source_row, source_column]
    return minor


@estimator("Collected")
def collected(node: Any, at: Evaluator) -> Number:
    return at(node.args[0])


@estimator("CharacteristicPolynomial")
def characteristic_polynomial(node: Any, at: Evaluator) -> Number:
    """det(lambda I - A) at the value of lambda."""
    matrix, letter = at(node.args[0]), at(node.args[1])
    at.rests_on(1e-18)
    return leibniz(at.ctx, letter * at.ctx.eye(matrix.rows) - matrix)


@estimator("Eigenvalues")
def eigenvalues(node: Any, at: Evaluator) -> Number:
    """By the QR algorithm, as accurate as the residuals of the eigenvectors bear out."""
    c, matrix = at.ctx, at(node.args[0])
    values, vectors = c.eig(matrix)
    residuals = [matrix * vectors[:, k] - v * vectors[:, k] for k, v in enumerate(values)]
    at.rests_on(max(float(c.norm(r)) for r in residuals))
    return tuple(sorted(values, key=lambda v: (float(c.re(v)), float(c.im(v)))))


# ------------------------------------------------------------------ multisets and subspaces


def spectrum(node: Any, at: Evaluator) -> list[Number]:
    """The monic polynomial whose zeros are the multiset, at a few test points."""
    c, name = at.ctx, type(node).__name__
    at.rests_on(1e-15)
    points = [c.mpf(t) for t in TEST_POINTS]
    if name == "Eigenvalues":
        matrix = at(node.args[0])
        return [leibniz(c, t * c.eye(matrix.rows) - matrix) for t in points]
    if name == "Roots":
        polynomial, letter = node.args
        lead = _leading_coefficient(at, polynomial, letter)
        return [at.at({letter: t})(polynomial) / lead for t in points]
    if name == "Joined":
        factors = [spectrum(part, at) for part in node.args]
        return [_product(c, column) for column in zip(*factors, strict=True)]
    values = at(node)
    return [_product(c, [t - zero for zero in values]) for t in points]


def _leading_coefficient(at: Evaluator, polynomial: Basic, letter: Any) -> Number:
    """From finite differences: those of the order of the degree are constant, the next ones 0."""
    c = at.ctx
    row = [at.at({letter: c.mpf(k)})(polynomial) for k in range(HIGHEST_DEGREE + 2)]
    size = max(abs(v) for v in row)
    lead, degree = row[0], 0
    for order in range(1, HIGHEST_DEGREE + 1):
        row = [b - a for a, b in pairwise(row)]
        if all(abs(v) < c.mpf(10) ** (-c.dps // 2) * size for v in row):
            return lead
        lead, degree = row[0] / c.factorial(order), order
    raise Undefined(f"no polynomial of degree up to {degree}")


def _product(c: Any, factors: Iterable[Number]) -> Number:
    product = c.one
    for factor in factors:
        product *= factor
    return product


def projector(node: Any, at: Evaluator) -> np.ndarray:
    """The orthogonal projector on NullSpace(M), Eigenspace(A, value), or the columns of a basis."""
    at.rests_on(1e-8)
    if type(node).__name__ in ("NullSpace", "Eigenspace"):
        exact = at(node.args[0])
        scale = max([1, *map(abs, exact)])  # what is zero is a difference of such numbers
        if type(node).__name__ == "Eigenspace":
            exact = exact - at(node.args[1]) * at.ctx.eye(exact.rows)
        _, sizes, rows = np.linalg.svd(_array(exact))
        rounding = float(at.ctx.mpf(10) ** (-0.6 * at.ctx.dps) * scale)
        rank = int(np.sum(sizes > max(ZERO * sizes.max(initial=0.0), rounding)))
        basis = rows[rank:].conj().T
    else:
        columns = _array(at(node))
        basis, sizes, _ = np.linalg.svd(columns, full_matrices=False)
        if sizes.size and sizes.min() < ZERO * sizes.max():
            raise Undefined("the columns of the basis are dependent here")
    return basis @ basis.conj().T


def _array(matrix: Any) -> np.ndarray:
    flat = np.array([complex(entry) for entry in matrix])
    return flat.reshape(matrix.rows, matrix.cols)
