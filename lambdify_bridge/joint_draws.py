"""Two letters drawn together, with weights: by importance sampling from a density up to a factor.

Each letter is drawn over its range, as heavy in its tails as a Cauchy law, about where a first look
finds the density; a weight is the density there over that of the draw (Owen, Monte Carlo theory,
chapter 9). Tables are drawn from as they are. One letter may be held fixed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Expr, Symbol

from lambdify_bridge.evaluate import Evaluator, Number, is_real
from lambdify_bridge.to_numpy import as_written

LOOKS, FEW = 4, 4_000
LEAST = 0.02  # of the draws have to count

Array = Any
Generator = np.random.Generator
Known = tuple[Symbol, Number]


def is_joint(law: Any) -> bool:
    return type(law).__name__ in ("JointLaw", "JointTable")


def drawn_together(
    r: Generator, size: int, law: Any, at: Evaluator, known: Known | None = None
) -> tuple[dict[Symbol, Array], Array] | None:
    """The values of both letters and their weights, which are 1 on the average.

    None where nothing is known to draw from, or where too few draws count.
    """
    if type(law).__name__ == "JointTable":
        return _of_table(r, size, law, at, known)
    places: list[tuple[float, float]] = [(0.0, 1.0)] * 2
    with np.errstate(all="ignore"):
        for _ in range(LOOKS):
            columns, weights = _of_density(r, FEW, law, at, known, places)
            if not weights.sum() > 0:
                return None
            places = [_middle_and_width(column, weights) for column in columns]
        columns, weights = _of_density(r, size, law, at, known, places)
    total = weights.sum()
    if not total > 0 or total**2 < LEAST * size * (weights**2).sum():
        return None
    return dict(zip(law.letters, columns, strict=True)), weights * (size / total)


def _of_table(
    r: Generator, size: int, law: Any, at: Evaluator, known: Known | None
) -> tuple[dict[Symbol, Array], Array] | None:
    P, (x, xs), (y, ys) = law.args
    cells = [(at(v), at(w), float(at(P[i, j]))) for i, v in enumerate(xs) for j, w in enumerate(ys)]
    if known is not None:
        k = (x, y).index(known[0])
        cells = [cell for cell in cells if cell[k] == known[1]]
    total = np.cumsum([p for _, _, p in cells])
    if not cells or not total[-1] > 0:
        return None
    found = np.searchsorted(total[:-1], total[-1] * r.random(size), side="right")
    first, second = (np.array([float(cell[k]) for cell in cells])[found] for k in (0, 1))
    return {x: first, y: second}, np.ones(size)


def _of_density(
    r: Generator,
    size: int,
    law: Any,
    at: Evaluator,
    known: Known | None,
    places: list[tuple[float, float]],
) -> tuple[list[Array], Array]:
    """Draws of the first letter, of the second one where it is, and the density over theirs."""
    f, (x, a, b), (y, c, d) = law.args
    held = {} if known is None else {known[0]: np.full(size, float(known[1]))}
    first, weights = _within(r, size, float(at(a)), float(at(b)), *places[0], held.get(x))
    low, high = (_values(end, at, {x: first}) for end in (c, d))
    second, others = _within(r, size, low, high, *places[1], held.get(y))
    weights = weights * others * _values(f, at, {x: first, y: second})
    inside = np.isfinite(weights) & (weights > 0) & (low < second) & (second < high)
    return [first, second], np.where(inside, weights, 0.0)


def _within(
    r: Generator, size: int, low: Array, high: Array, middle: float, width: float, held: Any
) -> tuple[Array, Array]:
    """Numbers between the ends, and one over how densely they lie; a fixed one as it is."""
    if held is not None:
        return held, np.ones(size)
    u = r.random(size)
    if np.all(np.isinf(low)) and np.all(np.isinf(high)):
        turned = np.tan(np.pi * (u - 0.5))
        return middle + width * turned, width * np.pi * (1 + turned**2)
    if np.all(np.isinf(high)):
        scale = np.maximum(middle - low, 0) + width
        return low + scale * u / (1 - u), scale / (1 - u) ** 2
    if np.all(np.isinf(low)):
        scale = np.maximum(high - middle, 0) + width
        return high - scale * u / (1 - u), scale / (1 - u) ** 2
    return low + (high - low) * u, (high - low) * np.ones(size)


def _values(g: Expr, at: Evaluator, columns: dict[Symbol, Array]) -> Array:
    """A formula at all draws."""
    letters = sorted(g.free_symbols, key=lambda s: (str(s), s.sort_key()))
    size = len(next(iter(columns.values())))
    known = [columns[s] if s in columns else _real(at, s) for s in letters]
    if not letters:
        return np.full(size, float(at(g)))
    return np.broadcast_to(np.asarray(as_written(g, letters)(*known), dtype=float), (size,))


def _real(at: Evaluator, s: Symbol) -> float:
    value = at(s)
    if not is_real(value):
        raise ValueError(f"{s} is not real")
    return float(value)


def _middle_and_width(column: Array, weights: Array) -> tuple[float, float]:
    """The weighted median, and half of the range in which the middle half lies."""
    order = np.argsort(column)
    share = np.cumsum(weights[order]) / weights.sum()
    low, middle, high = (float(column[order][np.searchsorted(share, p)]) for p in (0.25, 0.5, 0.75))
    width = (high - low) / 2
    return middle, width if width > 0 else 1.0
