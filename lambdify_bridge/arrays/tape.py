"""The operations that lead to some arrays, one by one, run from any quantity on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from lambdify_bridge.arrays.lowering import lowered
from lambdify_bridge.arrays.walk import LEAVES, needed
from lambdify_bridge.backends.numpy import function_of

Step = tuple[int, Callable[..., Any], tuple[int, ...]]  # whose value, how, from which


class Tape:
    """The program of some outputs. Values are arrays by the place of their operation.

    With a value put in place of a quantity's own, only what is computed from it is computed again.
    """

    def __init__(self, outputs: Sequence[Any], names: bool = False) -> None:
        """`names`: the values of named quantities are given as well."""
        leaves = (*LEAVES, "Named") if names else LEAVES
        stop = [n for n in needed(outputs, ()) if type(n).__name__ in leaves]
        self.given = [n for n in needed(outputs, stop) if type(n).__name__ in leaves]
        graph = lowered(tuple(outputs), self.given, whole_names=True)
        self.program, self.places = graph.program, graph.places
        self.letters = self.program.inputs[len(self.given) :]
        self.start: list[Any] = [None] * len(self.program.operations)
        self.steps: list[Step] = []
        for place, operation in enumerate(self.program.operations):
            if operation.name == "constant":
                self.start[place] = operation.payload
            elif operation.name != "input":
                self.steps.append((place, function_of(operation), operation.operands))
        self._after: dict[int, list[Step]] = {}

    def run(self, values: Mapping[Any, np.ndarray], sizes: Mapping[Any, int]) -> list[Any]:
        """All values by their places; `sizes` are those of the letters."""
        space = list(self.start)
        given = [values[node] for node in self.given] + [sizes[s] for s in self.letters]
        space[: len(given)] = given
        return _run(self.steps, space)

    def again(self, space: Sequence[Any], place: int, value: Any) -> list[Any]:
        """The values with another one at a place, and all that follows from it."""
        new = list(space)
        new[place] = value
        return _run(self.after(place), new)

    def after(self, place: int) -> list[Step]:
        """What is computed from the value at a place."""
        if place not in self._after:
            changed, steps = {place}, []
            for step in self.steps:
                if step[0] != place and not changed.isdisjoint(step[2]):
                    changed.add(step[0])
                    steps.append(step)
            self._after[place] = steps
        return self._after[place]

    def output(self, space: Sequence[Any], node: Any) -> np.ndarray:
        return np.asarray(space[self.places[node]])

    def values(self, space: Sequence[Any]) -> list[Any]:
        """The value of every node."""
        return [space[place] for place in self.places.values()]


def _run(steps: Sequence[Step], space: list[Any]) -> list[Any]:
    for place, function, operands in steps:
        space[place] = function(*[space[k] for k in operands])
    return space
