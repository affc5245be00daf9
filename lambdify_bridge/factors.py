"""Factors, projections, pseudo-inverses and exponentials as numbers, in other ways than the rules.

Q R by reflections; L U by quotients of determinants; projections and least squares from the
singular value decomposition.
"""

from __future__ import annotations

from typing import Any

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.spaces import chosen, onto, pseudo_inverse, rank_of, svd

EXACT = 1e-15
MOST_HALVINGS = 20


@estimator("GramSchmidt")
def gram_schmidt(node: Any, at: Evaluator) -> Number:
    """What the projector on the columns before it leaves of each column."""
    at.rests_on(EXACT)
    c, A = at.ctx, at(node.args[0])
    if not A.cols:
        return A
    left = [A[:, 0]]
    left += [A[:, k] - onto(c, chosen(c, A, list(range(k)))) * A[:, k] for k in range(1, A.cols)]
    return c.matrix([[column[i] for column in left] for i in range(A.rows)])


@estimator("UnitColumns")
def unit_columns(node: Any, at: Evaluator) -> Number:
    c, A = at.ctx, at(node.args[0])
    if not A.cols:
        return A
    lengths = [c.norm(list(A[:, k])) for k in range(A.cols)]
    return c.matrix([[A[i, k] / lengths[k] for k in range(A.cols)] for i in range(A.rows)])


@estimator("Transposed")
def transposed(node: Any, at: Evaluator) -> Number:
    return at(node.args[0]).T


@estimator("ConjugateTransposed")
def conjugate_transposed(node: Any, at: Evaluator) -> Number:
    return at(node.args[0]).transpose_conj()


@estimator("OrthogonalFactor")
def orthogonal_factor(node: Any, at: Evaluator) -> Number:
    return _by_reflections(node, at)[0]


@estimator("TriangularFactor")
def triangular_factor(node: Any, at: Evaluator) -> Number:
    return _by_reflections(node, at)[1]


def _by_reflections(node: Any, at: Evaluator) -> tuple[Any, Any]:
    """The signs are those with a positive diagonal of R."""
    at.rests_on(EXACT)
    c, A = at.ctx, at(node.args[0])
    if rank_of(c, A) < A.cols:
        raise Undefined("the columns are dependent here")
    Q, R = c.qr(A, mode="skinny")
    signs = c.diag([c.sign(R[k, k]) for k in range(A.cols)])
    return Q * signs, signs.transpose_conj() * R


@estimator("Reflection")
def reflection(node: Any, at: Evaluator) -> Number:
    """What sends v to -v and each vector of a basis of what is orthogonal to v to itself."""
    v = at(node.args[0])
    return _mirrored(at, v, v, -v)


@estimator("UnitaryReflection")
def unitary_reflection(node: Any, at: Evaluator) -> Number:
    """What sends x to y and each vector of a basis of what is orthogonal to x - y to itself."""
    x, y = map(at, node.args)
    return _mirrored(at, x - y, x, y)


def _mirrored(at: Evaluator, v: Any, x: Any, y: Any) -> Number:
    """What sends x to y and leaves what is orthogonal to v."""
    at.rests_on(EXACT)
    c = at.ctx
    if not any(v):
        raise Undefined("no direction to reflect along")
    rest = c.eye(v.rows) - onto(c, v)
    beside = svd(c, rest)[0] if v.rows > 1 else c.matrix(1, 0)
    sources = [x, *(beside[:, k] for k in range(beside.cols))]
    images = [y, *sources[1:]]
    together = lambda columns: c.matrix([[u[i] for u in columns] for i in range(v.rows)])
    return together(images) * c.inverse(together(sources))


# ------------------------------------------------------------------ triangular factors


def _minor(at: Evaluator, M: Any, rows: list[int], columns: list[int]) -> Number:
    if not rows:
        return at.ctx.one
    return at.ctx.det(at.ctx.matrix([[M[i, j] for j in columns] for i in rows]))


def _quotients(at: Evaluator, M: Any, lower: bool) -> Any:
    """Of determinants: with the leading one of order k below for L, of order k - 1 for U."""
    at.rests_on(EXACT)
    found = at.ctx.matrix(M.rows, M.cols)
    for k in range(M.rows):
        before = list(range(k))
        below = [*before, k] if lower else before
        leading = _minor(at, M, below, below)
        if leading == 0 and (lower is False or k < M.rows - 1):
            raise Undefined("a pivot is zero here")
        for other in range(k, M.rows):
            if lower and other == k:
                found[k, k] = at.ctx.one
            elif lower:
                found[other, k] = _minor(at, M, [*before, other], [*before, k]) / leading
            else:
                found[k, other] = _minor(at, M, [*before, k], [*before, other]) / leading
    return found


@estimator("LowerFactor")
def lower_factor(node: Any, at: Evaluator) -> Number:
    return _quotients(at, at(node.args[0]), lower=True)


@estimator("UpperFactor")
def upper_factor(node: Any, at: Evaluator) -> Number:
    return _quotients(at, at(node.args[0]), lower=False)


@estimator("CholeskyFactor")
def cholesky_factor(node: Any, at: Evaluator) -> Number:
    c, A = at.ctx, at(node.args[0])
    L, U = (_quotients(at, A, lower) for lower in (True, False))
    pivots = [U[k, k] for k in range(A.rows)]
    noise = c.mpf(10) ** (-c.dps // 2)  # pivots of complex matrices are real up to rounding
    if not all(c.re(p) > 0 and abs(c.im(p)) <= noise * c.re(p) for p in pivots):
        raise Undefined("the matrix is not positive definite here")
    return L * c.diag([c.sqrt(c.re(p)) for p in pivots])


@estimator("Bordered")
def bordered(node: Any, at: Evaluator) -> Number:
    c, (corner, column, M) = at.ctx, map(at, node.args)
    rows = [[corner, *([c.zero] * M.cols)]]
    return c.matrix(rows + [[column[i], *M[i, :]] for i in range(M.rows)])


@estimator("SchurComplement")
def schur_complement(node: Any, at: Evaluator) -> Number:
    """What a linear solver leaves of the lower right block, column by column."""
    at.rests_on(EXACT)
    c, (A, B, C, D) = at.ctx, map(at, node.args)
    found = D.copy()
    try:
        for k in range(B.cols):
            found[:, k] = D[:, k] - C * c.lu_solve(A, B[:, k])
    except ZeroDivisionError as error:
        raise Undefined("the upper block is singular here") from error
    return found


@estimator("Difference")
def difference(node: Any, at: Evaluator) -> Number:
    left, right = map(at, node.args)
    return left - right


# ------------------------------------------------------------------ least squares


@estimator("LeastSquares")
def least_squares(node: Any, at: Evaluator) -> Number:
    at.rests_on(EXACT)
    A, b = map(at, node.args)
    if rank_of(at.ctx, A) < A.cols:
        raise Undefined("the columns are dependent here")
    return pseudo_inverse(at.ctx, A) * b


@estimator("Projection")
def projection(node: Any, at: Evaluator) -> Number:
    at.rests_on(EXACT)
    v, A = map(at, node.args)
    return onto(at.ctx, A) * v


@estimator("PseudoInverse")
def moore_penrose(node: Any, at: Evaluator) -> Number:
    at.rests_on(EXACT)
    return pseudo_inverse(at.ctx, at(node.args[0]))


# ------------------------------------------------------------------ exponentials


@estimator("MatrixExponential")
def matrix_exponential(node: Any, at: Evaluator) -> Number:
    return series(at, at(node.args[0]))


@estimator("ExponentialIn")
def exponential_in(node: Any, at: Evaluator) -> Number:
    S, D = map(at, node.args)
    return series(at, S * D * at.ctx.inverse(S))


def series(at: Evaluator, A: Any) -> Any:
    """I + A + A^2/2! + ..., of a fraction of A below one half, squared as often as that needs."""
    at.rests_on(EXACT)
    c, size = at.ctx, at.ctx.mnorm(A, 1)
    halvings = max(0, int(c.ceil(c.log(size, 2))) + 1) if size else 0
    if halvings > MOST_HALVINGS:
        raise Undecided("the entries are too large for the series of the exponential")
    total, term = c.eye(A.rows), c.eye(A.rows)
    for k in range(1, c.dps + 10):
        term = term * A / (k * c.mpf(2) ** halvings)
        total = total + term
    for _ in range(halvings):
        total = total * total
    return total


@estimator("Times")
def times(node: Any, at: Evaluator) -> Number:
    scale, M = map(at, node.args)
    return scale * M
