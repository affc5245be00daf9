"""One sweep over the operations of a program of arrays: adjoints backwards, or tangents forwards.

Numbers, entry by entry, have the rows of `partials`; whole arrays those of `array_partials`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from lambdify_bridge.differentiation.array_partials import CONSTANT, DIFFERENTIALS, LINEAR
from lambdify_bridge.differentiation.partials import FLAT, Value, contribution, depends
from lambdify_bridge.differentiation.shaped import PLACEHOLDER, ShapedBuilder
from lambdify_bridge.differentiation.sweep import plus

Found = list[int | None]


def tangents(b: ShapedBuilder, seeds: Mapping[int, int], outputs: Sequence[int]) -> Found:
    """The change of each output, where values change as `seeds` says; None where it does not."""
    known: dict[int, int] = dict(seeds)
    for index in _between(b, [*seeds], outputs):
        if index in known:
            continue
        name, operands, _ = b.operations[index]
        for slot, operand in enumerate(operands):
            if operand in known and moves(name, slot):
                part = _pushed(b, index, slot, known[operand])
                known[index] = plus(b, known[index], part) if index in known else part
    return [known.get(index) for index in outputs]


def adjoints(b: ShapedBuilder, seeds: Mapping[int, int], wanted: Sequence[int]) -> Found:
    """The derivative by each wanted value of the sum of seed times output; None where it is 0."""
    order = _between(b, wanted, [*seeds])
    active = set(order)
    parts = {index: [seed] for index, seed in seeds.items()}
    found: dict[int, int] = {}
    for index in reversed(order):
        if index not in parts:
            continue
        t = found[index] = b.balanced(partial(plus, b), parts.pop(index))
        name, operands, _ = b.operations[index]
        for slot, operand in enumerate(operands):
            if operand in active and moves(name, slot):
                parts.setdefault(operand, []).append(_pulled(b, index, slot, t))
    return [found.get(index) for index in wanted]


def moves(name: str, slot: int) -> bool:
    """Whether a change of an operand changes the value a little."""
    if name in LINEAR or name in DIFFERENTIALS:
        rows = LINEAR.get(name, ()) or DIFFERENTIALS[name]
        return slot < len(rows) and rows[slot] != FLAT
    return name not in CONSTANT and depends(name, slot)


def _between(b: ShapedBuilder, sources: Sequence[int], outputs: Sequence[int]) -> list[int]:
    """The operations that depend on a source and that an output depends on, in order."""
    first, last = min(sources, default=0), max(outputs, default=-1) + 1
    reached, needed = set(sources), set(outputs)
    for index in range(first, last):
        name, operands, _ = b.operations[index]
        if any(k in reached and moves(name, slot) for slot, k in enumerate(operands)):
            reached.add(index)
    for index in range(last - 1, first - 1, -1):
        if index in needed:
            needed.update(b.operations[index][1])
    return [index for index in range(first, last) if index in needed and index in reached]


def _pushed(b: ShapedBuilder, index: int, slot: int, t: int) -> int:
    """The change of an operation, where one operand changes by t."""
    name, operands, payload = b.operations[index]
    row = LINEAR[name][slot] if name in LINEAR else None
    if callable(row):
        zero = {1: b.constant(0), 2: b.constant(0)} if name == "where" else {}
        change = t if name == "where" else b.full(t, b.shape(operands[slot]))
        moved = [zero.get(k, x) for k, x in enumerate(operands)]
        moved[slot] = change
        return b.emit(name, *moved, payload=payload) if name != "named" else t
    if name in DIFFERENTIALS:
        return _changed(b, index, slot, b.full(t, b.shape(operands[slot])))
    return _entry_by_entry(b, index, slot, t)


def _pulled(b: ShapedBuilder, index: int, slot: int, t: int) -> int:
    """What the adjoint t of an operation adds to that of an operand."""
    name, operands, payload = b.operations[index]
    row = LINEAR[name][slot] if name in LINEAR else None
    if callable(row):
        return row(b, t, index, payload, *operands)
    if name in DIFFERENTIALS:
        d = b.emit(PLACEHOLDER, payload=(b.shape(operands[slot]), index, slot))
        change = _changed(b, index, slot, d)
        (part,) = adjoints(b, {change: t}, [d])
        assert part is not None
        return part
    part = _entry_by_entry(b, index, slot, t)
    return b.added_up(part, b.shape(index), b.shape(operands[slot]))


def _changed(b: ShapedBuilder, index: int, slot: int, d: int) -> int:
    """The differential of an operation by one operand. Raises ValueError where none is known."""
    name, operands, payload = b.operations[index]
    row = DIFFERENTIALS[name][slot]
    if row is None:
        by = f" by its argument {slot + 1}" if len(operands) > 1 else ""
        raise ValueError(f"no derivative of {name!r}{by} is known here")
    return row(payload, Value(b, d), Value(b, index), *(Value(b, k) for k in operands)).index


def _entry_by_entry(b: ShapedBuilder, index: int, slot: int, t: int) -> int:
    """t times a slope; what `where` does not choose stays 0, also where the slope is infinite."""
    choices: list[Callable[[int], int]] = []
    while b.operations[t][0] in ("where", "indicator"):
        name, (mask, *values), _ = b.operations[t]
        if name == "indicator":
            choices.append(partial(_kept, b, mask))
            t = b.constant(1)
        elif b.is_number(values[1], 0):
            choices.append(partial(_kept, b, mask))
            t = values[0]
        elif b.is_number(values[0], 0):
            choices.append(partial(_dropped, b, mask))
            t = values[1]
        else:
            break
    part = contribution(b, index, slot, t)
    for choice in reversed(choices):
        part = choice(part)
    return part


def _kept(b: ShapedBuilder, mask: int, value: int) -> int:
    return b.where(mask, value, b.constant(0))


def _dropped(b: ShapedBuilder, mask: int, value: int) -> int:
    return b.emit("where", mask, b.constant(0), value)
