"""A program of many operations as few: those of one level and one kind go together, as arrays.

The gradient of a sum over ten thousand terms is a dozen calls of NumPy on ten thousand numbers,
with no source to compile. An operation's level is one above the highest of its operands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lambdify_bridge.backends.blocks import function_of, is_quick
from lambdify_bridge.dtypes import MASKS
from lambdify_bridge.program import Program

FEWEST = 1000  # operations: shorter source is compiled in a few milliseconds
BREADTH = 8.0  # operations in a call of NumPy, on average, that make it pay
SCRATCH = 2**24  # bytes of all values of the points that are computed together

Places = slice | np.ndarray


@dataclass(frozen=True)
class Group:
    """values[into] = function(values[of]...)."""

    function: Callable[..., Any]
    of: tuple[Places, ...]
    into: slice


@dataclass(frozen=True)
class Levels:
    """Rows of values: inputs first, then constants, then what each group computes."""

    inputs: int
    constants: np.ndarray
    groups: tuple[Group, ...]
    outputs: Places
    rows: int

    def __call__(self, columns: np.ndarray) -> np.ndarray:
        """The outputs, a row each, of the inputs, a row each."""
        points = columns.shape[1]
        together = max(1, SCRATCH // (columns.itemsize * self.rows))
        if points <= together:
            return self._at(columns)
        parts = [self._at(columns[:, k : k + together]) for k in range(0, points, together)]
        return np.concatenate(parts, axis=1)

    def _at(self, columns: np.ndarray) -> np.ndarray:
        values = np.empty((self.rows, columns.shape[1]), columns.dtype)
        values[: self.inputs] = columns
        values[self.inputs : self.inputs + len(self.constants)] = self.constants[:, None]
        for group in self.groups:
            group.function(*[values[of] for of in group.of], out=values[group.into])
        return (
            values[self.outputs]
            if isinstance(self.outputs, np.ndarray)
            else values[self.outputs].copy()
        )


def levelled(program: Program) -> Levels | None:
    """The groups of a long program of real numbers, or None where they would be too small."""
    if len(program.operations) < FEWEST or not is_quick(program) or _chooses(program):
        return None
    members = _members(program)
    if sum(map(len, members.values())) < BREADTH * len(members):
        return None
    return _numbered(program, members)


def _chooses(program: Program) -> bool:
    return any(
        operation.name in MASKS or operation.name == "select" for operation in program.operations
    )


def _members(program: Program) -> dict[tuple[int, str], list[int]]:
    """The operations by level and name."""
    level = [0] * len(program.operations)
    members: dict[tuple[int, str], list[int]] = {}
    for k, (name, operands, _) in enumerate(program.operations):
        if operands:
            level[k] = 1 + max([level[each] for each in operands])
            members.setdefault((level[k], name), []).append(k)
    return members


def _numbered(program: Program, members: dict[tuple[int, str], list[int]]) -> Levels:
    count = len(program.inputs)
    constants = [k for k, each in enumerate(program.operations) if each.name == "constant"]
    row = np.zeros(len(program.operations), np.intp)
    row[:count] = np.arange(count)
    row[constants] = np.arange(count, count + len(constants))
    first = count + len(constants)
    groups = []
    for (_, name), values in sorted(members.items()):
        operands = np.array([program.operations[k].operands for k in values], np.intp).T
        row[values] = np.arange(first, first + len(values))
        of = tuple(_places(row[each]) for each in operands)
        groups.append(Group(function_of(name), of, slice(first, first + len(values))))
        first += len(values)
    payloads = np.array([program.operations[k].payload for k in constants], float)
    outputs = _places(row[list(program.outputs)])
    return Levels(count, payloads, tuple(groups), outputs, first)


def _places(rows: np.ndarray) -> Places:
    """Rows at equal distances as a slice, of which NumPy makes no copy."""
    step = int(rows[1] - rows[0]) if len(rows) > 1 else 1
    if step > 0 and (np.diff(rows) == step).all():
        return slice(int(rows[0]), int(rows[-1]) + 1, step)
    if len(rows) > 1 and (rows == rows[0]).all():
        return slice(int(rows[0]), int(rows[0]) + 1)  # it broadcasts
    return rows
