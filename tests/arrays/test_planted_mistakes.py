"""Mistakes planted into right derivations: the check refutes every one, at kinks too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sympy import Rational

import derive
from derive.arrays.nodes import Array, identity
from derive.arrays.operators import array
from lambdify_bridge.arrays.check import _bench

LITTLE = Rational(1, 100_000)
SHAPES = {
    "A": "m,n", "X": "n,n", "Y": "n,n", "S": "n,n", "P": "n,n", "x": "n", "y": "n", "b": "m",
    "s": "", "T": "k,m,n",
}  # fmt: skip
STRUCTURES = {"S": "symmetric", "P": "positive definite"}
# fmt: off
CASES = [
    ("norm(A @ x - b)**2",               "x"),  ("sum(softmax(A @ x)*b)",           "A"),
    ("logdet(P + X @ X.T)",              "X"),  ("trace(inv(P) @ X)",               "P"),
    ("det(X)*trace(X @ Y)",              "X"),  ('norm(X @ Y, "nuc")',              "X"),
    ("sum(cholesky(P) @ X.T @ Y)",       "P"),  ("sum(eigvalsh(S)**3)",             "S"),
    ("sum(exp(6*x))*sum(x)",             "x"),  ("sum(sigmoid(T) @ x)",             "T"),
    # with kinks on the way, at every point
    ("sum(relu(X @ Y)*X)",               "X"),  ("sum(max(X @ Y, axis=1)*x)",       "Y"),
    ("sum(abs(X - X.T) @ x)",            "X"),  ("sum(relu(X - X.T) @ X @ y)",      "X"),
    ("sum(maximum(x*y, y*x)*X[0])",      "x"),  ("max(concatenate([x*y, x*y]))*s",  "y"),
    ("sum(where(X > Y, X**2, Y*X))",     "X"),  ("sum(max(X - X.T, axis=0)*y)",     "X"),
]
# fmt: on


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("text", "wrt"), CASES)
def test_every_mistake_is_refuted(text: str, wrt: str) -> None:
    shapes = {name: own for name, own in SHAPES.items() if re.search(rf"\b{name}\b", text)}
    d = derive.gradient(text, wrt, shapes, {k: v for k, v in STRUCTURES.items() if k in shapes})
    assert d.check().verdict == "confirmed", d.report
    planted = list(mistakes(d))
    assert len(planted) >= 5
    missed = [what for what, wrong in planted if wrong.check().verdict != "refuted"]
    assert not missed


def mistakes(d: Any) -> Iterator[tuple[str, Any]]:
    """The derivation with one line of it wrong, once in what it says and once in its result."""
    steps = tuple(d.steps)
    benches = [_bench(d, steps, k) for k in range(4)]
    for step in steps:
        for side in ("equals", "result"):
            right = getattr(step, side)
            for what, wrong in changed(right):
                if differs(right, wrong, benches):
                    other = replace(step, **{side: wrong}, where=())
                    root = with_step(d.root, step, other)
                    yield f"{step.goal}, {side}, {what}: {wrong}", replace(d, root=root)


def changed(G: Array) -> Iterator[tuple[str, Array]]:
    yield "sign", -1 * G
    yield "factor", (1 + LITTLE) * G
    if G.rank == 2 and G.shape[0] == G.shape[1]:
        yield "transposed", G.T
    if G.rank:
        yield "first entry", G * (1 + LITTLE * at_corner(G.shape, 0))
        yield "a corner", G * (1 + LITTLE * at_corner(G.shape, -1))
        yield "sign of an entry", G * (1 - 2 * at_corner(G.shape, -1))


def at_corner(shape: Any, last: int) -> Array:
    """1 at [0, last, last, ...], 0 elsewhere; of a vector at [last]."""
    found = array(1)
    for axis, n in enumerate(shape):
        unit = identity(n)[0 if axis == 0 and len(shape) > 1 else last]
        after = len(shape) - 1 - axis
        found = found * (unit[(slice(None), *(None,) * after)] if after else unit)
    return found


def differs(right: Array, wrong: Array, benches: Any) -> bool:
    """Whether the values differ at some point: a transposed symmetric matrix is none."""
    with np.errstate(all="ignore"):
        pairs = [(bench.value(right), bench.value(wrong)) for bench in benches]
    return any(np.max(np.abs(x - y)) > 1e-9 * np.max(np.abs(x)) for x, y in pairs)


def with_step(root: Any, old: Any, new: Any) -> Any:
    if root is old:
        return new
    return replace(root, parts=tuple(with_step(part, old, new) for part in root.parts))
