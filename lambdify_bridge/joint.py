"""What is asked of two letters together: sums over nodes in the region, or over a table.

The nodes of the double exponential rule (Takahasi and Mori 1974), moved to where the density is,
in each direction; two sets of nodes have to agree, and nothing may be left at the ends.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from sympy import Basic, Dummy, Expr, S, Symbol

from lambdify_bridge import laws
from lambdify_bridge.double_exponential import rule
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator, is_real
from lambdify_bridge.nodes import nodes
from lambdify_bridge.remembered import remembered
from lambdify_bridge.to_numpy import as_written

CONDITIONAL = ("ConditionalExpectation", "ConditionalVariance")
SETS = ((1 / 16, 0.0), (1 / 21, 0.31))  # width and shift of the nodes
AGREEMENT, LEFT, ACCURACY, NOISE = 1e-9, 1e-11, 1e-12, 1e-14
MOVES = 6
NODES, REACH = 30, 90

Array = Any
Given = dict[Symbol, Array]


# ------------------------------------------------------------------ nodes


class Plane:
    """Nodes in the region of a density and what each stands for; `known`: a letter held fixed."""

    def __init__(
        self, at: Evaluator, law: Any, known: tuple[Symbol, Number] | None, h: float, shift: float
    ) -> None:
        self.at, self.law = at, law
        self.f, (self.x, *self.ends), (self.y, *self.inner) = law.args
        self.h, self.shift = h, shift
        letters = sorted(law.free_symbols, key=str)
        values = {s: at(s) for s in letters}
        if not all(map(is_real, values.values())):
            raise Undecided("two letters are looked at for real parameters only")
        self.fixed: Given = {s: np.float64(at.ctx.re(v)) for s, v in values.items()}
        with np.errstate(all="ignore"):
            self._fill(known)

    def _fill(self, known: tuple[Symbol, Number] | None) -> None:
        held = None if known is None else float(known[1])
        if known is not None and known[0] == self.y:
            self._along_x(self.at.ctx.convert(known[1]))
            return
        middle, width = np.zeros(1), np.ones(1)
        aside: tuple[Array, Array] = np.zeros(1), np.ones(1)
        for _ in range(MOVES):
            if held is None:
                low, high = (np.full(1, float(self.at(end))) for end in self.ends)
                points, weights = _moved(low, high, self.h, self.shift, middle, width)
                first, first_weights = points[0][:, None], weights[0][:, None]
            else:
                first, first_weights = np.full((1, 1), held), np.ones((1, 1))
            self._second(first, first_weights, *aside)
            total = self.weights.sum()
            if not total > 0:
                raise Undefined("no density is seen there")
            middle, width = _shape(self.first, self.weights, None)
            aside = _shape(self.second, self.weights, 1)

    def _second(self, first: Array, weights: Array, middle: Array, width: Array) -> None:
        low, high = (np.broadcast_to(self.value(end, first, first), first.shape)[:, 0]
                     for end in self.inner)  # fmt: skip
        if middle.shape != low.shape:
            middle, width = np.zeros(low.shape), np.ones(low.shape)
        self.second, inner = _moved(low, high, self.h, self.shift, middle, width)
        self.first = np.broadcast_to(first, self.second.shape)
        dense = self.value(self.f, self.first, self.second)
        self.weights = _finite(dense * inner * (inner > 0)) * weights

    def _along_x(self, level: Number) -> None:
        """The nodes on the line where the second letter is known, as far as it is in the region."""
        parts = []
        for ends in _cut(self.at, self.law, level):
            low, high = (np.full(1, float(end)) for end in ends)
            middle, width = np.zeros(1), np.ones(1)
            for _ in range(MOVES):
                points, weights = _moved(low, high, self.h, self.shift, middle, width)
                dense = self.value(self.f, points, np.float64(level))
                found = _finite(dense * weights * (weights > 0))
                if not found.sum() > 0:
                    raise Undefined("no density is seen there")
                middle, width = _shape(points, found, 1)
            parts.append((points, found))
        if not parts:
            raise Undefined("outside of the region")
        self.first, self.weights = (
            np.concatenate(each, axis=1) for each in zip(*parts, strict=True)
        )
        self.second = np.full_like(self.first, float(level))

    def value(self, g: Expr, first: Array, second: Array) -> Array:
        """A formula at the nodes; conditional moments in it are worked out in every row."""
        inner = [n for n in nodes(g) if type(n).__name__ in CONDITIONAL]
        names = {n: Dummy(f"m_{k}") for k, n in enumerate(inner)}
        known = {**self.fixed, self.x: first, self.y: second}
        known |= {names[n]: self._in_rows(n) for n in inner}
        plain = g.xreplace(names)
        letters = sorted(plain.free_symbols, key=lambda s: (str(s), s.sort_key()))
        for s in (s for s in letters if s not in known):
            known[s] = np.float64(self.at.ctx.re(self.at(s)))
        if not letters:
            return np.full(np.shape(first), float(Evaluator({}, digits=17)(plain)))
        return np.asarray(as_written(plain, letters)(*(known[s] for s in letters)), dtype=float)

    def _in_rows(self, node: Any) -> Array:
        g, (letter, place), law = node.args
        if law != self.law or letter != self.x or place != letter:
            raise Undecided("the moment is conditional on another letter")
        values = self.value(g, self.first, self.second)
        sums = self.weights.sum(axis=1, keepdims=True)
        mean = _finite(values * self.weights).sum(axis=1, keepdims=True) / sums
        if type(node).__name__ == "ConditionalVariance":
            mean = _finite((values - mean) ** 2 * self.weights).sum(axis=1, keepdims=True) / sums
        return np.broadcast_to(np.where(sums > 0, mean, 0.0), self.first.shape)

    def total(self, g: Expr) -> tuple[float, float]:
        """The sum of g times the density, and of its size. Undecided where much is at the ends."""
        with np.errstate(all="ignore"):
            terms = _finite(np.where(self.weights != 0, self.value(g, self.first, self.second), 0.0)
                            * self.weights)  # fmt: skip
        size = np.abs(terms)
        edges = [size[:, :2].sum(), size[:, -2:].sum()]
        edges += [size[:2].sum(), size[-2:].sum()] if len(size) > 4 else []
        if max(edges) > LEFT * size.sum():
            raise Undecided("too much is at the ends of the region")
        return float(terms.sum()), float(size.sum())

    def mean(self, g: Expr) -> tuple[float, float]:
        whole = self.total(S.One)[0]
        value, size = self.total(g)
        return value / whole, size / whole


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, 0.0)


def _moved(
    low: Array, high: Array, h: float, shift: float, middle: Array, width: Array
) -> tuple[Array, Array]:
    """The nodes for these ends, where these are infinite about the middle and as wide."""
    if np.any(np.isinf(low)) and np.any(np.isinf(high)):
        points, weights = rule(low[..., None], high[..., None], h, shift)
        return middle[..., None] + width[..., None] * points, weights * width[..., None]
    if np.any(np.isinf(high)):
        points, weights = rule(np.zeros_like(low)[..., None], high[..., None], h, shift)
        scale = (np.maximum(middle - low, 0) + width)[..., None]
        return low[..., None] + scale * points, weights * scale
    return rule(low[..., None], high[..., None], h, shift)


def _shape(points: Array, weights: Array, axis: int | None) -> tuple[Array, Array]:
    """The mean and the standard deviation; of what is not seen, 0 and 1."""
    total = np.atleast_1d(weights.sum(axis=axis))
    safe = np.where(total > 0, total, 1.0)
    mean = np.atleast_1d(_finite(points * weights).sum(axis=axis)) / safe
    apart = points - (mean[:, None] if axis else mean)
    spread = np.sqrt(np.atleast_1d(_finite(apart**2 * weights).sum(axis=axis)) / safe)
    good = (total > 0) & np.isfinite(spread) & (spread > 0)
    return np.where(good, mean, 0.0), np.where(good, spread, 1.0)


def _cut(at: Evaluator, law: Any, level: Number) -> list[tuple[Number, Number]]:
    """Where x lies in the region at this y: between places at which y meets an end of its range."""
    c, limits = at.ctx, law.args[1]
    x, low, high = limits[0], at(limits[1]), at(limits[2])
    rule = (laws.place_of(c, low, high, c.mpf(k) / NODES)[0] for k in range(-REACH, REACH + 1))
    places = sorted({v for v in rule if low < v < high})

    def beyond(v: Number) -> list[Number]:
        return [at.at({x: v})(end) - level for end in law.args[2].args[1:]]

    seen = [beyond(v) for v in places]
    cuts = [low, high]
    for k in (0, 1):
        for u, v, before, after in zip(places, places[1:], seen, seen[1:], strict=False):
            if before[k] * after[k] < 0:
                cuts.append(c.findroot(lambda w, k=k: beyond(w)[k], (u, v), solver="anderson"))
    return [ends for ends in pairwise(sorted(cuts)) if _is_inside(places, seen, *ends)]


def _is_inside(places: list[Number], seen: list[list[Number]], low: Number, high: Number) -> bool:
    within = [e for w, e in zip(places, seen, strict=True) if low < w < high]
    return bool(within) and within[len(within) // 2][0] < 0 < within[len(within) // 2][1]


def _twice(
    at: Evaluator,
    law: Any,
    known: tuple[Symbol, Number] | None,
    value: Callable[[Plane], tuple[float, float]],
) -> Number:
    """What two sets of nodes agree on, beside the size of what is added up."""
    with np.errstate(all="ignore"):
        (first, _), (second, size) = (value(Plane(at, law, known, *each)) for each in SETS)
    error = abs(first - second) / size if size else 0.0
    if not error <= AGREEMENT:
        raise Undecided("two quadratures with different nodes disagree")
    at.rests_on(max(ACCURACY, error), NOISE * size)
    return at.ctx.mpf(second)


def whole(at: Evaluator, law: Any) -> Number:
    """The integral of the density over its region."""
    return _twice(at, law, None, lambda plane: plane.total(S.One))


# ------------------------------------------------------------------ tables


def _is_table(law: Any) -> bool:
    return type(law).__name__ == "JointTable"


def _cells(at: Evaluator, law: Any) -> list[tuple[dict[Symbol, Number], Number]]:
    P, (x, xs), (y, ys) = law.args
    found = [
        ({x: at(v), y: at(w)}, at(P[i, j])) for i, v in enumerate(xs) for j, w in enumerate(ys)
    ]
    if any(p < 0 for _, p in found):
        raise Undefined("a probability is not negative")
    return found


def _mean_of_cells(at: Evaluator, g: Expr, cells: Any) -> Number:
    total = at.ctx.fsum(p for _, p in cells)
    if total == 0:
        raise Undefined("what is known is impossible")
    return at.ctx.fsum(at.at(v)(g) * p for v, p in cells) / total


# ------------------------------------------------------------------ estimators


def _mean(at: Evaluator, g: Expr, law: Any, known: Any = None) -> Number:
    if _is_table(law):
        cells = _cells(at, law)
        held = [c for c in cells if known is None or c[0][known[0]] == known[1]]
        return _mean_of_cells(at, g, held)
    return _twice(at, law, known, lambda plane: plane.mean(g))


def _covariance(at: Evaluator, g: Expr, h: Expr, law: Any, known: Any = None) -> Number:
    """The mean product of the deviations."""
    a, b = Dummy("a", real=True), Dummy("b", real=True)
    there = at.at({a: _mean(at, g, law, known), b: _mean(at, h, law, known)})
    return _mean(there, (g - a) * (h - b), law, known)


@estimator("JointExpectation")
@remembered
def joint_expectation(node: Any, at: Evaluator) -> Number:
    return _mean(at, *node.args)


@estimator("JointVariance")
@remembered
def joint_variance(node: Any, at: Evaluator) -> Number:
    g, law = node.args
    return _covariance(at, g, g, law)


@estimator("JointCovariance")
@remembered
def joint_covariance(node: Any, at: Evaluator) -> Number:
    return _covariance(at, *node.args)


@estimator("JointCorrelation")
@remembered
def joint_correlation(node: Any, at: Evaluator) -> Number:
    g, h, law = node.args
    spread = at.ctx.sqrt(_covariance(at, g, g, law) * _covariance(at, h, h, law))
    if spread == 0:
        raise Undefined("one of the two does not vary")
    return _covariance(at, g, h, law) / spread


def _place(at: Evaluator, known: Basic, law: Any) -> tuple[Symbol, Number]:
    """The letter that is known, and where. Undefined outside of its range."""
    letter, place = known[0], at(known[1])
    if not _is_table(law) and letter == law.args[1][0]:
        low, high = map(at, law.args[1].args[1:])
        if not low < place < high:
            raise Undefined("outside of the region")
    return letter, place


@estimator("ConditionalExpectation")
@remembered
def conditional_expectation(node: Any, at: Evaluator) -> Number:
    g, known, law = node.args
    return _mean(at, g, law, _place(at, known, law))


@estimator("ConditionalVariance")
@remembered
def conditional_variance(node: Any, at: Evaluator) -> Number:
    g, known, law = node.args
    return _covariance(at, g, g, law, _place(at, known, law))


@estimator("MarginalDensity")
@remembered
def marginal_density(node: Any, at: Evaluator) -> Number:
    """The integral along the line where the letter is at the place, by that over the region."""
    known, law = node.args
    line = _twice(at, law, _place(at, known, law), lambda plane: plane.total(S.One))
    return line / whole(at, law)


@estimator("ConditionalDensity")
@remembered
def conditional_density(node: Any, at: Evaluator) -> Number:
    """The density at the point, by the integral along the line."""
    (other, wanted), known, law = node.args
    letter, place = _place(at, known, law)
    here = {other: at(wanted), letter: place}
    there = at.at(here)
    for name, low, high in law.args[1:]:
        if not there(low) < here[name] < there(high):
            raise Undefined("outside of the region")
    line = _twice(at, law, (letter, place), lambda plane: plane.total(S.One))
    return there(law.args[0]) / line


@estimator("MarginalProbabilities")
def marginal_probabilities(node: Any, at: Evaluator) -> Number:
    """What is left of the whole table without the cells of other values."""
    (letter, _), law = node.args
    values = [at(v) for v in next(listed for x, listed in law.args[1:] if x == letter)]
    cells = _cells(at, law)
    total = at.ctx.fsum(p for _, p in cells)
    return tuple([total - at.ctx.fsum(p for w, p in cells if w[letter] != v) for v in values])


@estimator("Dependence")
@remembered
def dependence(node: Any, at: Evaluator) -> Number:
    """The density there by the integral over the region, less the product of the marginals."""
    first, second, law = node.args
    there = at.at({first[0]: at(first[1]), second[0]: at(second[1])})
    for name, low, high in law.args[1:]:
        if not there(low) < there(name) < there(high):
            raise Undefined("outside of the region")
    lines = [
        _twice(at, law, _place(at, known, law), lambda plane: plane.total(S.One))
        for known in (first, second)
    ]
    total = whole(at, law)
    together = there(law.args[0]) / total
    at.rests_on(0.0, 100 * at.root.accuracy * float(abs(together)))
    return together - lines[0] * lines[1] / total**2


@estimator("TableDependence")
def table_dependence(node: Any, at: Evaluator) -> Number:
    """Of every cell what it is less the product of the chances of both values."""
    cells = _cells(at, node.args[0])
    P, (x, xs), (y, ys) = node.args[0].args
    total = at.ctx.fsum(p for _, p in cells)
    chance = {
        (letter, k): at.ctx.fsum(p for w, p in cells if w[letter] == at(v)) / total
        for letter, values in ((x, xs), (y, ys))
        for k, v in enumerate(values)
    }
    each = [p / total for _, p in cells]
    found = at.ctx.matrix(P.rows, P.cols)
    for i in range(P.rows):
        for j in range(P.cols):
            found[i, j] = each[i * P.cols + j] - chance[x, i] * chance[y, j]
    return found
