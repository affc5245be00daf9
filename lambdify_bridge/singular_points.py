"""Points of a set g = 0 where the gradients of the constraints depend on each other, from the
values around them: what is near on the set is looked for on small spheres."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from sympy import Basic, Symbol

from lambdify_bridge.evaluate import Evaluator, Number
from lambdify_bridge.isolated_points import (
    MAXIMUM,
    MINIMUM,
    OPEN,
    SADDLE,
    SEED,
    Points,
    compiled,
    differences,
    slope_there,
)

SINGULAR = 10  # added to the kind of a point
ISOLATED = SINGULAR + 5
DEPENDENT = 1e-8  # size of the minors, relative to the gradients
RADII = (1e-2, 2e-3)
AROUND, WALKS, ON_THE_SET = 400, 60, 1e-9
LEVEL = 1e-7  # of f less its value at the point, relative to the radius

Function = Callable[[np.ndarray], np.ndarray]


def minors(rows: np.ndarray) -> np.ndarray:
    """The determinants of all square parts with all rows; rows: places, constraints, letters."""
    count, letters = rows.shape[1:]
    chosen = combinations(range(letters), count)
    rows = np.where(np.isfinite(rows), rows, np.nan)
    return np.array([np.linalg.det(rows[:, :, list(k)]) for k in chosen])


def minors_there(
    at: Evaluator, letters: Sequence[Symbol], g: Sequence[Basic], place: list[Number]
) -> list[Number]:
    """The same at one place, to many digits."""
    c, n = at.ctx, len(letters)
    rows = [[slope_there(at, h, letters, place, k) for k in range(n)] for h in g]
    chosen = combinations(range(n), len(g))
    return [c.det(c.matrix([[row[k] for k in columns] for row in rows])) for columns in chosen]


def is_singular(
    at: Evaluator, letters: Sequence[Symbol], g: Sequence[Basic], place: list[Number]
) -> bool:
    return all(abs(m) < DEPENDENT for m in minors_there(at, letters, g, place))


def kind_there(
    at: Evaluator, f: Basic, letters: Sequence[Symbol], g: Sequence[Basic], place: list[Number]
) -> int:
    """How f differs from its value at the singular point on the set near it."""
    center = np.array([float(entry) for entry in place])
    value, on_set = compiled(at, [f], letters), compiled(at, g, letters)
    here = value(center[:, None])[0, 0]
    found = set()
    for radius in RADII:
        near = _near(on_set, center, radius)
        rises = (value(center[:, None] + radius * near)[0] - here) / radius
        found.add(kind_of(rises, LEVEL * max(1.0, abs(here)) / radius))
    return found.pop() if len(found) == 1 else SINGULAR + OPEN


def kind_of(rises: np.ndarray, level: float) -> int:
    if not rises.size:
        return ISOLATED
    up, down = np.any(rises > level), np.any(rises < -level)
    if up and down:
        return SINGULAR + SADDLE
    flat = np.any(np.abs(rises) <= level)
    if flat:
        return SINGULAR + OPEN
    return SINGULAR + (MINIMUM if up else MAXIMUM)


def _near(on_set: Function, center: np.ndarray, radius: float) -> np.ndarray:
    """Unit vectors from the center to the points of the set at this distance, in columns."""

    def residual(ways: np.ndarray) -> np.ndarray:
        off = on_set(center[:, None] + radius * ways)
        return np.concatenate([off / scale, np.sum(ways**2, axis=0, keepdims=True) - 1])

    ways = np.random.default_rng(SEED).normal(size=(len(center), AROUND))
    ways /= np.linalg.norm(ways, axis=0)
    sizes = np.abs(on_set(center[:, None] + radius * ways))
    scale = np.maximum(np.max(sizes, axis=1, keepdims=True), 1e-300)
    with np.errstate(all="ignore"):
        for _ in range(WALKS):
            slope = np.moveaxis(differences(residual, ways), 2, 0)
            off = residual(ways).T[:, :, None]
            good = np.isfinite(slope).all(axis=(1, 2)) & np.isfinite(off).all(axis=(1, 2))
            ways, slope, off = ways[:, good], slope[good], off[good]
            step = (np.linalg.pinv(slope, rcond=1e-12) @ off)[:, :, 0].T
            ways = ways - step * np.minimum(1, 0.5 / (np.linalg.norm(step, axis=0) + 1e-300))
        kept = np.all(np.abs(residual(ways)) < ON_THE_SET, axis=0)
    return ways[:, kept]


def merged(regular: Points, singular: Points, near: float = 1e-2) -> Points:
    """The singular points, and the others that are not close to one of them."""
    apart: Any = [
        p for p in regular if all(max(abs(a - b) for a, b in zip(p, q, strict=True)) > near
                                  for q in singular)
    ]  # fmt: skip
    return [*singular, *apart]
