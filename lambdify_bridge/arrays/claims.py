"""Equations between array expressions with derivatives in them: both sides by definition.

A differential is how an expression changes, at the rate t = 0, when its variables move along random
directions; a Jacobian holds the slopes of an expression along the entries of its variable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from lambdify_bridge.arrays.differences import extrapolated, mixed
from lambdify_bridge.arrays.points import Point, candidates, in_structure, shape_of, structure_of
from lambdify_bridge.arrays.tape import Tape
from lambdify_bridge.arrays.walk import LEAVES, needed
from lambdify_bridge.report import Report

TOLERANCE, ROUGH = 1e-8, 1e-6
LARGEST, SMALL = 1e6, 1e-2  # sizes that are too large, and too small to be compared by themselves
INVERTED = ("Inverse", "Determinant", "LogDeterminant", "Polar")
SINGULAR = 1e8  # a condition number beyond which the inverse of a random matrix is noise
Values = dict[Any, np.ndarray]


def check_claim(claim: Any, points: int, seed: int, moving: Any = None) -> Report:
    """`claim.lhs = claim.rhs` at `points` random values of their variables.

    Differentials are those of the variable `moving`, the others held; by default all move.
    """
    text = spell(claim)
    sides = [claim.lhs, claim.rhs]
    worst = -1.0
    for k in range(points):
        found = _compared(sides, seed + k, moving)
        if found is None:
            return Report(text, "undecided", "no values were found at which both sides are finite")
        left, right, error, roughness = found
        if roughness > ROUGH:
            return Report(text, "undecided", f"differences do not settle: {roughness:.1e}")
        if error > TOLERANCE + 10 * roughness:
            reason = f"left is {_brief(left)}, right is {_brief(right)}"
            return Report(text, "refuted", reason, left, right, error, TOLERANCE)
        worst = max(worst, error)
    reason = f"{points} points, worst relative error {worst:.1e} (tolerance {TOLERANCE:.0e})"
    return Report(text, "confirmed", reason, left, right, worst, TOLERANCE)


def _compared(
    sides: list[Any], seed: int, moving: Any
) -> tuple[np.ndarray, np.ndarray, float, float] | None:
    nodes = _below(sides)
    variables = [node for node in nodes if type(node).__name__ == "Variable"]
    for point in candidates(variables, seed, nodes):
        with np.errstate(all="ignore"):
            try:
                values = ByDefinition(point, moving)
                left, right = (values(side) for side in sides)
                if is_singular(nodes, values):
                    continue
            except (np.linalg.LinAlgError, ValueError):
                continue
        size = max(float(np.max(np.abs(x), initial=0.0)) for x in (left, right))
        if np.isfinite(size) and size < LARGEST:
            scale = max(size, SMALL)
            error = float(np.max(np.abs(left - right), initial=0.0)) / scale
            return left, right, error, values.roughness / scale
    return None


def is_singular(nodes: Iterable[Any], value: Callable[[Any], np.ndarray]) -> bool:
    """Whether a matrix is inverted that has no inverse, as Xᵀ X with more columns than rows.

    Its determinant is nothing but rounding, and so is what that times the inverse gives. Nor is
    its polar factor U Vᵀ any certain one.
    """
    inverted = [node.args[0] for node in nodes if type(node).__name__ in INVERTED]
    return any(np.linalg.cond(value(of)) > SINGULAR for of in dict.fromkeys(inverted))


class ByDefinition:
    """Values of expressions at one point; derivatives in them from their definitions."""

    def __init__(self, point: Point, moving: Any = None) -> None:
        self.point, self.known, self.roughness = point, dict(point.values), 0.0
        self.rates = {
            v: in_structure(point.random.standard_normal(x.shape), structure_of(v))
            for v, x in point.values.items()
            if structure_of(v) != "indices"
        }
        if moving is not None:
            self.rates = {v: rate if v is moving else 0 * rate for v, rate in self.rates.items()}

    def __call__(self, node: Any) -> np.ndarray:
        tape = Tape([node])
        given = {leaf: self.leaf(leaf) for leaf in tape.given}
        result = tape.output(tape.run(given, self.point.sizes), node)
        return np.broadcast_to(result, shape_of(node, self.point.sizes)).astype(float)

    def leaf(self, node: Any) -> np.ndarray:
        if node not in self.known:
            self.known[node] = getattr(self, f"_{type(node).__name__.lower()}")(node)
        return self.known[node]

    def _differential(self, node: Any) -> np.ndarray:
        of = node.args[0]
        return self.rates[of] if of in self.rates else self.slope(of, self.rates)

    def _directional(self, node: Any) -> np.ndarray:
        of, variable, along = node.args
        if type(of).__name__ == "Gradient":
            return self.along_hessian(of.args[0], variable, self(along))
        return self.slope(of, {variable: self(along)})

    def _vecjacobian(self, node: Any) -> np.ndarray:
        """Entry by entry, each array as one vector in Fortran's order: column by column."""
        of = node.args[0]
        second = type(of).__name__ == "Gradient"
        found = self._hessian(of) if second else self._jacobian(node)
        rows = shape_of(of, self.point.sizes)
        axes = [*range(len(rows))[::-1], *range(len(rows), found.ndim)[::-1]]
        return found.transpose(axes).reshape(shape_of(node, self.point.sizes))

    def _jacobian(self, node: Any) -> np.ndarray:
        of, variable = node.args
        shape = self.point.values[variable].shape
        slopes = [self.slope(of, {variable: unit}) for unit in kept_units(variable, shape)]
        return np.stack(slopes, -1).reshape(slopes[0].shape + shape)

    def _gradient(self, node: Any) -> np.ndarray:
        """Of a claim with no line of its own: the slopes of the loss along every entry."""
        if structure_of(node.args[1]):
            raise NotImplementedError("a gradient in a structure is checked with its steps only")
        return self._jacobian(node)

    def _hessian(self, node: Any) -> np.ndarray:
        of, variable = node.args
        shape = self.point.values[variable].shape
        rows = []
        for one in kept_units(variable, shape):
            rows.append(
                [self.second(of, variable, one, two) for two in kept_units(variable, shape)]
            )
        return np.array(rows).reshape(shape + shape)

    def along_hessian(self, loss: Any, variable: Any, along: np.ndarray) -> np.ndarray:
        """How the slopes of a number change along a direction."""
        kept = kept_units(variable, along.shape)
        return np.array([self.second(loss, variable, along, unit) for unit in kept]).reshape(
            along.shape
        )

    # -- differences ---------------------------------------------------------------------------

    def slope(self, of: Any, rates: Values) -> np.ndarray:
        """How `of` changes when the variables of `rates` move along them."""
        f = self.moved(of, rates)
        slope, roughness = extrapolated(f, self.scale(rates))
        self.roughness = max(self.roughness, roughness)
        return np.broadcast_to(slope, shape_of(of, self.point.sizes))

    def second(self, of: Any, variable: Any, one: np.ndarray, two: np.ndarray) -> float:
        tape, values = Tape([of]), self.point.values
        here = values[variable]

        def f(s: float, t: float) -> float:
            now = {v: values[v] for v in tape.given} | {variable: here + s * one + t * two}
            return float(tape.output(tape.run(now, self.point.sizes), of))

        slope, roughness = mixed(f, self.scale({variable: one}))
        self.roughness = max(self.roughness, roughness)
        return slope

    def moved(self, of: Any, rates: Values) -> Callable[[float], np.ndarray]:
        tape, values = Tape([of]), self.point.values

        def f(t: float) -> np.ndarray:
            now = {v: values[v] + t * rates[v] if v in rates else values[v] for v in tape.given}
            return np.array(tape.output(tape.run(now, self.point.sizes), of), float)

        return f

    def scale(self, rates: Values) -> float:
        sizes = [np.max(np.abs(self.point.values[v]), initial=0.0) for v in rates]
        return max(1e-3, float(max(sizes, default=1.0)))


def kept_units(variable: Any, shape: tuple[int, ...]) -> list[np.ndarray]:
    """The unit arrays, projected onto the structure of a variable."""
    return [in_structure(unit, structure_of(variable)) for unit in units(shape)]


def units(shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    for place in np.ndindex(shape):
        unit = np.zeros(shape)
        unit[place] = 1.0
        yield unit


def _below(nodes: list[Any]) -> list[Any]:
    """All nodes below some, in the order in which they first appear; in derivatives as well."""
    found: dict[Any, None] = {}
    waiting = list(nodes)
    while waiting:
        new = [node for node in needed(waiting, ()) if node not in found]
        found.update(dict.fromkeys(new))
        waiting = [inside for node in new if type(node).__name__ in LEAVES for inside in node.args]
    return list(found)


def spell(claim: Any) -> str:
    return f"{short(claim.lhs)} = {short(claim.rhs)}"


def short(node: Any, most: int = 120) -> str:
    text = str(node)
    return text if len(text) <= most else text[: most - 3] + "..."


def _brief(x: np.ndarray) -> str:
    return short(" ".join(np.array2string(np.asarray(x), precision=8).split()))
