"""Walks on a set g = 0, in double precision and then to many digits: where a function stands still
along it, where the gradients of the constraints depend on each other, and places all over it.

Gradients are difference quotients. Letters that are positive are exponentials of what is stepped
in, so that none of them gets negative and small ones are met.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Basic, Symbol

from lambdify_bridge.evaluate import Evaluator, Number
from lambdify_bridge.isolated_points import (
    BEYOND,
    STARTS,
    Points,
    allowed,
    apart,
    by_eighth_order,
    compiled,
    near_allowed,
    newton,
    on_a_curve,
    polished,
    slope_there,
    starts,
    thinned,
)
from lambdify_bridge.linear_systems import solved
from lambdify_bridge.singular_points import is_singular, merged, minors, minors_there

WALKS, ON_THE_SET, ARRIVED = 40, 1e-10, 1e-8  # the last: of the last step
SINGULAR_NOISE = 1e-8  # relative, of places where slopes vanish
NEAREST = 1e-5  # positive letters that are smaller are not looked at

Function = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Walk:
    """A function and constraints in given letters; other letters have the numbers of `at`."""

    at: Evaluator
    f: Basic
    letters: tuple[Symbol, ...]
    g: tuple[Basic, ...]

    def onto(self, steps: np.ndarray) -> np.ndarray:
        """The places for what is stepped in."""
        return np.where(self._positive, np.exp(np.where(self._positive, steps, 0)), steps)

    @property
    def _positive(self) -> np.ndarray:
        return np.array([bool(x.is_positive) for x in self.letters])[:, None]

    def value(self, formulas: Sequence[Basic]) -> Function:
        made = compiled(self.at, formulas, self.letters)
        return lambda steps: made(self.onto(steps))

    def gradient(self, formula: Basic) -> Function:
        """Rows of slopes by letter, one column for each place."""
        value, count = self.value([formula]), len(self.letters)

        def slopes(steps: np.ndarray) -> np.ndarray:
            found = np.array([by_eighth_order(value, steps, k) for k in range(count)])
            return found / np.where(self._positive, self.onto(steps), 1)

        return slopes

    def rows(self) -> Function:
        """The Jacobian of the constraints: places, constraints, letters."""
        slopes = [self.gradient(g) for g in self.g]

        def found(steps: np.ndarray) -> np.ndarray:
            rows: np.ndarray = np.stack([h(steps) for h in slopes], axis=1).transpose(2, 1, 0)
            return rows

        return found

    # -------------------------------------------------------------- candidates

    def stationary(self) -> Points:
        """Where f stands still along the set, or the constraints are not independent."""
        at, letters, g = self.at, self.letters, self.g
        singular = self._zeros(self._dependence(), self._dependence_there, STARTS // 4)
        at.rests_on(SINGULAR_NOISE if singular else 0.0)
        sure = [place for place in singular if is_singular(at, letters, g, place)]
        return merged(self._zeros(self._standing(), self.standing_there), sure)

    def _zeros(
        self,
        residual: Function,
        exactly: Callable[[list[Number]], list[Number]],
        count: int = STARTS,
    ) -> Points:
        found = newton(residual, len(self.letters), count)
        single, several = thinned(residual, found[:, self._in_sight(found)])
        close = (p for p in map(self._place, single) if near_allowed(self.letters, p))
        places = [polished(self.at, exactly, place) for place in close]
        places += [on_a_curve(self.at, exactly, self._place(steps)) for steps in several]
        return [p for p in apart([p for p in places if p is not None]) if allowed(self.letters, p)]

    def _place(self, steps: list[float]) -> list[float]:
        return [float(entry) for entry in self.onto(np.array([steps]).T)[:, 0]]

    def _in_sight(self, steps: np.ndarray) -> np.ndarray:
        """Neither far out nor close to the border of what is positive: what only tends to 0 there
        is small as well."""
        places = self.onto(steps)
        inside = (places > NEAREST) | ~self._positive
        return np.all((np.abs(places) < BEYOND) & inside, axis=0)

    def _standing(self) -> Function:
        on_set, slope, rows = self.value(self.g), self.gradient(self.f), self.rows()

        def residual(steps: np.ndarray) -> np.ndarray:
            grad = slope(steps).T[:, :, None]
            normal = rows(steps).transpose(0, 2, 1).copy()
            normal[~np.isfinite(normal)] = 0
            along = grad - normal @ (np.linalg.pinv(normal) @ grad)
            return np.concatenate([on_set(steps), along[:, :, 0].T])

        return residual

    def _dependence(self) -> Function:
        on_set, rows = self.value(self.g), self.rows()
        return lambda steps: np.concatenate([on_set(steps), minors(rows(steps))])

    def _constraints_there(self, place: list[Number]) -> list[Number]:
        values = self.at.at(dict(zip(self.letters, place, strict=True)))
        return [values(g) for g in self.g]

    def standing_there(self, place: list[Number]) -> list[Number]:
        """The constraints, and what is left of grad f once its parts along theirs are gone."""
        c, count = self.at.ctx, len(self.letters)
        grad = [slope_there(self.at, self.f, self.letters, place, k) for k in range(count)]
        left, normal = c.matrix(grad), self.normals(place)
        with suppress(ZeroDivisionError, ValueError):  # these gradients are dependent
            left = left - normal * solved(c, normal, left)
        return [*self._constraints_there(place), *left]

    def multipliers(self, place: list[Number]) -> list[Number]:
        """The numbers by which the gradients of the constraints give most of grad f."""
        c, count = self.at.ctx, len(self.letters)
        grad = [slope_there(self.at, self.f, self.letters, place, k) for k in range(count)]
        return list(solved(c, self.normals(place), c.matrix(grad)))

    def _dependence_there(self, place: list[Number]) -> list[Number]:
        return [
            *self._constraints_there(place),
            *minors_there(self.at, self.letters, self.g, place),
        ]

    def normals(self, place: list[Number]) -> Any:
        """The gradients of the constraints in columns, to many digits."""
        rows = range(len(self.letters))
        return self.at.ctx.matrix(
            [[slope_there(self.at, h, self.letters, place, k) for h in self.g] for k in rows]
        )

    # -------------------------------------------------------------- all over the set

    def samples(self) -> np.ndarray:
        """The values of f at places of the set, near and far."""
        on_set, rows = self.value(self.g), self.rows()
        scale = self._positive
        steps = starts(len(self.letters))
        with np.errstate(all="ignore"):
            for _ in range(WALKS):
                off = on_set(steps).T[:, :, None]
                slopes = rows(steps) * np.where(scale, self.onto(steps), 1).T[:, None, :]
                good = np.isfinite(slopes).all(axis=(1, 2)) & np.isfinite(off).all(axis=(1, 2))
                steps, off, slopes = steps[:, good], off[good], slopes[good]
                if not steps.size:
                    break
                last = (np.linalg.pinv(slopes) @ off)[:, :, 0].T
                steps = steps - last
            arrived = np.max(np.abs(last), axis=0) < ARRIVED if steps.size else []
            kept = np.all(np.abs(on_set(steps)) < ON_THE_SET, axis=0) & arrived
            values = self.value([self.f])(steps[:, kept])[0]
        return values[np.isfinite(values)]
