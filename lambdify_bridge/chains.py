"""Jordan chains, which are not unique, by the residuals that define them; matrices in blocks."""

from __future__ import annotations

from typing import Any

from sympy import Basic

from lambdify_bridge.evaluate import Evaluator, Number, Undefined, estimator
from lambdify_bridge.spaces import Sides, rank_of
from lambdify_bridge.spectra import kernel

EXACT = 1e-13
IN_CHAINS = frozenset({"JordanChains", "ChainsIn", "JordanBasis"})


def by_chains(lhs: Any, rhs: Basic, at: Evaluator) -> Sides:
    """As many independent columns as the values are often roots; A - value sends each to zero, or
    to the one before it."""
    at.rests_on(EXACT)
    A, values = _map_and_values(lhs, at)
    X = at(rhs)
    if X.cols != len(values) or rank_of(at.ctx, X) < X.cols:
        return 0, 1, float("inf")
    size = max([at.ctx.mpf(1), *(abs(entry) for entry in X)])
    errors = [_misses(at, A, X, k, value) / size for k, value in enumerate(values)]
    return 0, 0, max(map(float, errors))


def _misses(at: Evaluator, A: Any, X: Any, k: int, value: Number) -> Number:
    image = A * X[:, k] - value * X[:, k]
    to_zero = at.ctx.norm(image)
    if k == 0:
        return to_zero
    return min(to_zero, at.ctx.norm(image - X[:, k - 1]))


def _map_and_values(node: Any, at: Evaluator) -> tuple[Any, list[Number]]:
    c, A = at.ctx, at(node.args[0])
    if type(node).__name__ == "JordanBasis":
        return A, list(at(node.args[1]))
    value = at(node.args[1]) if type(node).__name__ == "JordanChains" else c.zero
    return A, [value] * _multiplicity(at, A - value * c.eye(A.rows))


def _multiplicity(at: Evaluator, N: Any) -> int:
    """The dimension of all X that a power of N sends to zero."""
    spaces = _null_spaces(at, N)
    return int(spaces[-1].cols) if spaces else 0


# ------------------------------------------------------------------ some chains


@estimator("JordanChains")
def jordan_chains(node: Any, at: Evaluator) -> Number:
    A, value = map(at, node.args)
    return _chains(at, A - value * at.ctx.eye(A.rows))


@estimator("ChainsIn")
def chains_in(node: Any, at: Evaluator) -> Number:
    return _chains(at, at(node.args[0]))


@estimator("JordanBasis")
def jordan_basis(node: Any, at: Evaluator) -> Number:
    A, values = map(at, node.args)
    seen: list[Number] = []
    columns: list[Any] = []
    for value in values:
        if all(abs(value - other) > 1e-9 * (1 + abs(value)) for other in seen):
            seen.append(value)
            found = _chains(at, A - value * at.ctx.eye(A.rows))
            columns += [found[:, k] for k in range(found.cols)]
    return _beside(at, A.rows, columns)


def _chains(at: Evaluator, N: Any) -> Any:
    """From the null space of the highest power down: vectors that are independent of what the
    lower powers send to zero, and of the chains so far."""
    at.rests_on(EXACT)
    c, spaces = at.ctx, _null_spaces(at, N)
    found: list[list[Any]] = []
    for k in range(len(spaces), 0, -1):
        below = _columns(spaces[k - 2]) if k > 1 else []
        taken = [*below, *(chain[k - 1] for chain in found)]
        for v in _columns(spaces[k - 1]):
            if rank_of(c, _beside(at, N.rows, [*taken, v])) > len(taken):
                taken.append(v)
                found.append([N**power * v for power in range(k - 1, -1, -1)])
    return _beside(at, N.rows, [v for chain in found for v in chain])


def _null_spaces(at: Evaluator, N: Any) -> list[Any]:
    """Of N, N^2, ... as long as they grow."""
    c, spaces = at.ctx, list[Any]()
    size, power = c.mnorm(N, 1), N
    for k in range(1, N.rows + 1):
        nothing = c.mnorm(power, 1) <= size**k * c.mpf(10) ** (-0.6 * c.dps)
        space = c.eye(N.rows) if nothing else kernel(at, power)
        if space.cols <= (spaces[-1].cols if spaces else 0):
            break
        spaces.append(space)
        power = power * N
    return spaces


def _columns(M: Any) -> list[Any]:
    return [M[:, k] for k in range(M.cols)]


def _beside(at: Evaluator, rows: int, columns: list[Any]) -> Any:
    found = at.ctx.matrix(rows, len(columns))
    for k, column in enumerate(columns):
        found[:, k] = column
    return found


# ------------------------------------------------------------------ in another basis, in blocks


@estimator("InBasis")
def in_basis(node: Any, at: Evaluator) -> Number:
    """The X with P X = A P."""
    at.rests_on(EXACT)
    A, P = map(at, node.args[:2])
    try:
        return at.ctx.inverse(P) * A * P
    except ZeroDivisionError as error:
        raise Undefined("the columns are no basis here") from error


@estimator("BlockDiagonal")
def block_diagonal(node: Any, at: Evaluator) -> Number:
    blocks = [at(part) for part in node.args]
    found = at.ctx.zeros(sum(block.rows for block in blocks))
    corner = 0
    for block in blocks:
        for i in range(block.rows):
            for j in range(block.cols):
                found[corner + i, corner + j] = block[i, j]
        corner += block.rows
    return found
