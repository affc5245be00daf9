"""One sweep over the operations: adjoints backwards, or tangents forwards.

Cost: a small multiple of the operations (Griewank and Walther, Evaluating Derivatives, section
4.6); no recursion. What a Piecewise does not choose adds nothing to an adjoint, not even 0 times
infinity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from lambdify_bridge.branches import innermost
from lambdify_bridge.builder import Builder
from lambdify_bridge.differentiation.partials import ARITHMETIC, contribution, depends


def tangents(b: Builder, seeds: Mapping[int, int], outputs: Sequence[int]) -> list[int | None]:
    """The change of each output, where values change as `seeds` says; None where it does not."""
    known: dict[int, int] = dict(seeds)
    for index in _between(b, _reached(b, seeds), outputs):
        if index in known:
            continue
        name, operands, _ = b.operations[index]
        if name == "select":
            known[index] = _selected(b, operands, {k: known.get(v) for k, v in _values(operands)})
            continue
        for slot, operand in enumerate(operands):
            if operand in known and depends(name, slot):
                part = contribution(b, index, slot, known[operand])
                known[index] = plus(b, known[index], part) if index in known else part
    return [known.get(index) for index in outputs]


def adjoints(
    b: Builder,
    seeds: Mapping[int, int],
    wanted: Sequence[int],
    depends_on: Sequence[int] | None = None,
) -> list[int | None]:
    """The derivative by each wanted value of the sum of seed times output; None where it is 0.

    `depends_on` says, if it is known, which operations depend on a wanted value: not 0.
    """
    order = _between(b, depends_on or _reached(b, wanted), seeds)
    regions = _Regions(b, order, [*seeds, *wanted])
    operations, active, chooses = b.operations, regions.active, bool(regions.homes)
    parts = {index: [seed] for index, seed in seeds.items()}
    found: dict[int, int] = {}
    for index in reversed(order):
        here = parts.pop(index, [])
        if len(here) == 1 and not chooses:
            t: int | None = here[0]
        else:
            t = regions.gathered(index, here) if chooses else total(b, here)
        if t is None:
            continue
        found[index] = t
        name, operands, _ = operations[index]
        row = ARITHMETIC.get(name)
        for slot, operand in enumerate(operands):
            if operand not in active:
                continue
            if row is not None:
                part = row[slot](b, t, index, *operands)
            elif name == "select":
                if slot % 2:
                    regions.put(operand, regions.cases[index, slot], t)
                continue
            elif depends(name, slot):
                part = contribution(b, index, slot, t)
            else:
                continue
            if chooses and not regions.together(operand, index):
                regions.put(operand, regions.homes[index], part)
            elif operand in parts:
                parts[operand].append(part)
            else:
                parts[operand] = [part]
    return [found.get(index) for index in wanted]


def total(b: Builder, parts: Sequence[int]) -> int | None:
    """The sum of contributions, as deep as the logarithm of their number."""
    if len(parts) < 2:
        return parts[0] if parts else None
    if len(parts) == 2:
        return plus(b, *parts)
    return b.balanced(partial(plus, b), parts)


def plus(b: Builder, p: int, q: int) -> int:
    """The sum of two contributions; what carries a minus sign is subtracted."""
    operations = b.operations
    if operations[q][0] == "neg":
        return b.sub(p, operations[q][1][0])
    if operations[p][0] == "neg":
        return b.sub(q, operations[p][1][0])
    return b.add(p, q)


def _reached(b: Builder, sources: Iterable[int]) -> bytearray:
    """For each operation whether it depends on a source."""
    found = bytearray(len(b.operations))
    for index in sources:
        found[index] = 1
    for index, (name, operands, _) in enumerate(b.operations):
        for operand in operands:
            if found[operand]:
                found[index] = found[index] or name in ARITHMETIC or _is_passed(b, index, found)
                break
    return found


def _between(b: Builder, depends: Sequence[int], outputs: Iterable[int]) -> list[int]:
    """The operations that depend on a source and that an output depends on, in order."""
    stack = [index for index in outputs if index < len(depends) and depends[index]]
    found = set(stack)
    while stack:
        for operand in b.operations[stack.pop()][1]:
            if depends[operand] and operand not in found:
                found.add(operand)
                stack.append(operand)
    return sorted(found)


def _is_passed(b: Builder, index: int, reached: bytearray) -> bool:
    name, operands, _ = b.operations[index]
    return any(reached[operand] and passes(name, slot) for slot, operand in enumerate(operands))


def passes(name: str, slot: int) -> bool:
    """Whether a change of this operand can change the value a little: a mask only jumps."""
    return bool(slot % 2) if name == "select" else depends(name, slot)


def _values(operands: Sequence[int]) -> list[tuple[int, int]]:
    """The values of a "select", each with its place among the operands."""
    return [(k, operands[k]) for k in range(1, len(operands), 2)]


def _selected(b: Builder, operands: Sequence[int], changes: Mapping[int, int | None]) -> int:
    """The same choice among other values: 0 where there is none."""
    zero = b.constant(0)
    new = list(operands)
    for k, change in changes.items():
        new[k] = zero if change is None else change
    return b.emit("select", *new)


# -- where a value is computed at all --------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Region:
    """Where one case of a "select" holds, inside another region; `depth` levels down."""

    select: int = -1
    slot: int = 0
    parent: _Region | None = None
    depth: int = 0


MAIN = _Region()


class _Regions:
    """In which case of which "select" a value is used, where it is used in that case alone."""

    def __init__(self, b: Builder, order: Sequence[int], everywhere: Iterable[int]) -> None:
        self.b = b
        self.active = set(order)
        self.homes: dict[int, _Region] = {}
        self.cases: dict[tuple[int, int], _Region] = {}
        self.inside: dict[int, dict[_Region, int]] = {}  # parts of adjoints, from inside cases
        if any(b.operations[index][0] == "select" for index in order):
            self._place(order, everywhere)

    def _place(self, order: Sequence[int], everywhere: Iterable[int]) -> None:
        homes = self.homes
        for index in everywhere:
            homes[index] = MAIN
        for index in reversed(order):
            home = homes.setdefault(index, MAIN)
            name, operands, _ = self.b.operations[index]
            for slot, operand in enumerate(operands):
                use = home
                if name == "select" and slot % 2:
                    use = self.cases[index, slot] = _Region(index, slot, home, home.depth + 1)
                if operand in self.active:
                    homes[operand] = innermost(homes[operand], use) if operand in homes else use

    def together(self, one: int, other: int) -> bool:
        return not self.homes or self.homes[one] is self.homes[other]

    def put(self, index: int, region: _Region, value: int) -> None:
        """A part of the adjoint of a value, known where a case holds."""
        here = self.inside.setdefault(index, {})
        here[region] = plus(self.b, here[region], value) if region in here else value

    def gathered(self, index: int, parts: Sequence[int]) -> int | None:
        """The whole adjoint: parts from inside a case are taken where it holds, 0 elsewhere."""
        known = total(self.b, parts)
        if index not in self.inside:
            return known
        home, waiting = self.homes[index], self.inside.pop(index)
        if known is not None:
            part = waiting.get(home)
            waiting[home] = known if part is None else plus(self.b, known, part)
        while len(waiting) > 1 or home not in waiting:
            deepest = max(waiting, key=lambda each: each.depth)
            cases = [each for each in waiting if each.select == deepest.select]
            assert deepest.parent is not None
            outside = self._from_cases({each.slot: waiting.pop(each) for each in cases}, deepest)
            inner = waiting.get(deepest.parent)
            waiting[deepest.parent] = outside if inner is None else plus(self.b, inner, outside)
        return waiting[home]

    def _from_cases(self, parts: Mapping[int, int], region: _Region) -> int:
        operands = self.b.operations[region.select][1]
        return _selected(self.b, operands, {k: parts.get(k) for k, _ in _values(operands)})
