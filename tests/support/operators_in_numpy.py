"""Determinants, inverses, null spaces and eigenvalues as NumPy finds them, from their definitions.

`value` works every operator out; each step of a derivation has to give the same number on both
sides.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
from sympy import (
    Basic,
    Determinant,
    Expr,
    ImmutableMatrix,
    Inverse,
    MatMul,
    Symbol,
    Trace,
    Tuple,
    default_sort_key,
)

from derive.core import Derivation, Step
from derive.linear_algebra.eigen import CharacteristicPolynomial, Eigenspace, Eigenvalues
from derive.linear_algebra.inverses import Adjugate, Augmented
from derive.linear_algebra.null_space import NullSpace
from derive.linear_algebra.polynomials import Collected, Joined, Roots


def leibniz(A: np.ndarray) -> complex:
    """The sum over all permutations of signed products."""
    n, total = len(A), 0
    for order in permutations(range(n)):
        inversions = sum(order[i] > order[j] for i in range(n) for j in range(i + 1, n))
        total += (-1) ** inversions * np.prod([A[i, order[i]] for i in range(n)])
    return total


def minor(A: np.ndarray, i: int, j: int) -> complex:
    return leibniz(np.delete(np.delete(A, i, 0), j, 1))


def adjugate(A: np.ndarray) -> np.ndarray:
    n = range(len(A))
    return np.array([[(-1) ** (i + j) * minor(A, j, i) for j in n] for i in n])


def powers(polynomial: Expr, z: Symbol, at: dict) -> np.ndarray:
    """The coefficients, leading one first, by interpolation at roots of one."""
    n = 12
    nodes = np.exp(2j * np.pi * np.arange(n) / n)
    found = np.fft.fft([value(polynomial, {**at, z: node}) for node in nodes]) / n
    found = found[::-1]
    first = next(k for k, e in enumerate(found) if abs(e) > 1e-9)
    return found[first:]


def monic(coefficients: np.ndarray) -> np.ndarray:
    return coefficients / coefficients[0]


def projector(V: np.ndarray) -> np.ndarray:
    """Onto the span of the columns: equal for two bases of one space."""
    if V.shape[1] == 0:
        return np.zeros((len(V), len(V)))
    assert np.linalg.matrix_rank(V) == V.shape[1], "a basis is independent"
    return V @ np.linalg.pinv(V)


def null_projector(M: np.ndarray) -> np.ndarray:
    _, sizes, Vh = np.linalg.svd(M)
    rank = int((sizes > 1e-9 * max(1, *sizes)).sum())
    return Vh[rank:].conj().T @ Vh[rank:]


def value(e: Basic, at: dict) -> complex | np.ndarray:
    """The number or array that `e` is; a multiset of numbers is the monic polynomial of them."""
    go = lambda part: value(part, at)
    match e:
        case Determinant():
            return leibniz(go(e.args[0]))
        case Inverse():
            return np.linalg.solve(go(e.args[0]), np.eye(e.shape[0]))
        case Trace():
            return sum(go(e.args[0])[i, i] for i in range(e.args[0].rows))
        case Augmented():
            return np.linalg.solve(go(e.args[0]), go(e.args[1]))
        case Adjugate():
            return adjugate(go(e.args[0]))
        case MatMul():
            return go(e.args[0]) * go(e.args[1])
        case Collected():
            return go(e.args[0])
        case CharacteristicPolynomial():
            return leibniz(go(e.args[1]) * np.eye(e.args[0].rows) - go(e.args[0]))
        case Eigenvalues():
            return np.poly(go(e.args[0]))
        case Roots():
            return monic(powers(*e.args, at))
        case Joined():
            product = np.array([1])
            for part in e.args:
                product = np.convolve(product, go(part))
            return product
        case Tuple():
            return np.poly([go(root) for root in e])
        case NullSpace():
            return null_projector(go(e.args[0]))
        case Eigenspace():
            A = go(e.args[0])
            return null_projector(A - go(e.args[1]) * np.eye(len(A)))
        case ImmutableMatrix():
            return np.array([go(entry) for entry in e.flat()]).reshape(e.shape)
    if e.is_Add:
        return sum(map(go, e.args))
    if e.is_Mul:
        return np.prod([go(factor) for factor in e.args])
    if e in at:
        return at[e]
    if e.is_Pow and e.exp.is_Integer:
        return go(e.base) ** int(e.exp)
    if e.args and e.free_symbols:
        return complex(e.func(*map(go, e.args)).evalf())
    return complex(e.evalf())


def points(e: Basic, count: int = 2, seed: int = 5) -> list[dict]:
    rng = np.random.default_rng(seed)
    letters = sorted(e.free_symbols, key=default_sort_key)
    rational = {x: (4 * k + 3) / 7 for k, x in enumerate(letters)}
    return [rational, *({x: rng.uniform(0.3, 2.5) for x in letters} for _ in range(count))]


def holds(step: Step, at: dict) -> bool:
    left, right = value(step.goal, at), value(step.equals, at)
    if isinstance(step.goal, NullSpace | Eigenspace) and isinstance(step.equals, ImmutableMatrix):
        right = projector(right)
    return np.allclose(left, right, rtol=1e-7, atol=1e-7)


def check(derivation: Derivation) -> None:
    """Every step, and the result, where the conditions hold (they do at these points)."""
    final = Step(derivation.problem, "result", derivation.result, derivation.result)
    for step in (*derivation.steps, final):
        for at in points(step.goal):
            assert holds(step, at), f"{step.rule}: {step.goal} is not {step.equals} at {at}"


def floats(e: Basic, at: dict) -> np.ndarray:
    return np.array(value(e, at), dtype=complex)
