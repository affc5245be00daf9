"""Which outputs depend on which inputs, and groups of inputs that no output mixes.

A Jacobian takes one sweep for each group (Curtis, Powell and Reid, On the estimation of sparse
Jacobian matrices, 1974); greedy, the fullest column first.
"""

from __future__ import annotations

from collections.abc import Sequence

from lambdify_bridge.builder import Builder
from lambdify_bridge.differentiation.partials import ARITHMETIC
from lambdify_bridge.differentiation.sweep import passes

Rows = list[list[int]]  # of each row the columns where it may differ from 0, ascending


def dependencies(b: Builder, inputs: Sequence[int], outputs: Sequence[int]) -> list[int]:
    """For each operation up to the last output the inputs whose change can change it a little.

    They are the bits of a whole number, by their places.
    """
    last = max(outputs, default=-1) + 1
    masks = [0] * last
    for place, index in enumerate(inputs):
        if index < last:
            masks[index] |= 1 << place
    for index in range(last):
        name, operands, _ = b.operations[index]
        mask = masks[index]
        for slot, operand in enumerate(operands):
            if masks[operand] and (name in ARITHMETIC or passes(name, slot)):
                mask |= masks[operand]
        masks[index] = mask
    return masks


def places(mask: int) -> list[int]:
    text = bin(mask)[:1:-1]
    return [k for k, bit in enumerate(text) if bit == "1"]


def transposed(rows: Rows, width: int) -> Rows:
    columns: Rows = [[] for _ in range(width)]
    for i, row in enumerate(rows):
        for j in row:
            columns[j].append(i)
    return columns


def groups(rows: Rows, width: int) -> list[list[int]]:
    """The columns in groups, such that each row meets a group at most once; empty ones left out.

    >>> groups([[0, 1], [1, 2], [2, 3]], 4)
    [[1, 3], [0, 2]]
    """
    columns = transposed(rows, width)
    colour: dict[int, int] = {}
    found: list[list[int]] = []
    for j in sorted(range(width), key=lambda j: (-len(columns[j]), j)):
        if not columns[j]:
            continue
        taken = {colour[k] for i in columns[j] for k in rows[i] if k in colour}
        colour[j] = next(c for c in range(len(found) + 1) if c not in taken)
        if colour[j] == len(found):
            found.append([])
        found[colour[j]].append(j)
    return [sorted(group) for group in found]
