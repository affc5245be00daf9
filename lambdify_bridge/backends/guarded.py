"""Programs whose derivatives stay finite beside branches that do not apply.

Where all branches of a "select" are computed, as in libraries that differentiate what they record,
the derivative of one that does not apply is 0 times infinity.  So what goes into a branch becomes
"guard" (mask, value, number): the value where the branch applies, and elsewhere a number at which
the branch is defined.  Masks are computed from values that are not guarded: nothing is
differentiated through them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lambdify_bridge.backends import numpy as reference
from lambdify_bridge.builder import Builder
from lambdify_bridge.program import Operation, Program

DEEPEST, MOST = 50, 16  # branches inside branches, and places that one value is used at
POINTS, LARGEST = 400, 2_000_000  # points to try, and values found in all
HUGE = 1e30  # above it float32 overflows


@dataclass(frozen=True, eq=False)
class _Place:
    """Where a value is needed: everywhere, or where a mask holds inside another place."""

    mask: int = -1
    inside: _Place | None = None
    depth: int = 0

    def outer(self) -> Iterator[_Place]:
        place: _Place | None = self
        while place is not None:
            yield place
            place = place.inside


Needs = frozenset[_Place]


def guarded(program: Program) -> Program:
    """The same values and derivatives, without NaN from the branches that do not apply.

    >>> from sympy import Piecewise, log
    >>> from sympy.abc import x
    >>> from lambdify_bridge.lowering import lower
    >>> for operation in guarded(lower([Piecewise((log(x), x > 0), (0, True))])).operations:
    ...     print(*operation)
    input () 0
    constant () 0.0
    gt (0, 1) None
    le (0, 1) None
    constant () 1.675
    guard (2, 0, 4) None
    log (5,) None
    select (2, 6, 3, 1) None
    """
    if not any(operation.name == "select" for operation in program.operations):
        return program
    return _Guarding(program).result()


class _Guarding:
    def __init__(self, program: Program) -> None:
        self.program, self.operations = program, program.operations
        self.everywhere = _Place()
        self.places: dict[tuple[_Place, int], _Place] = {}
        self.needs = self.needed()
        self.builder = Builder(None)
        self.plain = self.unguarded()
        self.values = _Values(program)
        self.numbers: dict[Needs, int] = {}

    # -- where each value is needed ------------------------------------------------------------

    def needed(self) -> dict[int, Needs]:
        everywhere = (*range(len(self.program.inputs)), *self.program.outputs)
        found: dict[int, Needs] = {k: frozenset([self.everywhere]) for k in everywhere}
        for value in range(len(self.operations) - 1, -1, -1):
            if value not in found:
                continue
            name, operands, _ = self.operations[value]
            for slot, operand in enumerate(operands):
                if name != "select":
                    self.add(found, operand, found[value])
                elif slot % 2:
                    inner = {self.within(place, operands[slot - 1]) for place in found[value]}
                    self.add(found, operand, frozenset(inner))
        return found

    def within(self, place: _Place, mask: int) -> _Place:
        if place.depth >= DEEPEST or any(mask == outer.mask for outer in place.outer()):
            return place
        return self.places.setdefault((place, mask), _Place(mask, place, place.depth + 1))

    def add(self, found: dict[int, Needs], value: int, needs: Needs) -> None:
        """A place inside another that is there is no news."""
        both = found.get(value, frozenset()) | needs
        outermost = frozenset(
            place for place in both if not any(p in both for p in place.outer() if p is not place)
        )
        found[value] = outermost if len(outermost) <= MOST else frozenset([self.everywhere])

    # -- the masks ------------------------------------------------------------------------------

    def unguarded(self) -> dict[int, int]:
        """Every operation that a mask depends on, as it is."""
        masks = {
            mask
            for operation in self.operations
            if operation.name == "select"
            for mask in operation.operands[::2]
        }
        for value in range(len(self.operations) - 1, -1, -1):
            if value in masks:
                masks.update(self.operations[value].operands)
        masks.update(range(len(self.program.inputs)))
        plain: dict[int, int] = {}
        for value in sorted(masks):
            plain[value] = self.copied(self.operations[value], plain)
        return plain

    def copied(self, operation: Operation, place: dict[int, int]) -> int:
        return self.emitted(operation, [place[k] for k in operation.operands])

    def emitted(self, operation: Operation, operands: Sequence[int]) -> int:
        if operation.name == "constant":
            return self.builder.constant(operation.payload)
        return self.builder.emit(operation.name, *operands, payload=operation.payload)

    def condition(self, needs: Needs) -> int:
        """The mask of the points where a value is needed."""
        holds = self.builder.constant(False)
        for place in self.ordered(needs):
            here = self.builder.constant(True)
            for outer in reversed([p for p in place.outer() if p.inside is not None]):
                here = self.builder.both(here, self.plain[outer.mask])
            holds = self.builder.either(holds, here)
        return holds

    def ordered(self, needs: Needs) -> list[_Place]:
        return sorted(needs, key=lambda place: [outer.mask for outer in place.outer()])

    # -- the guards -----------------------------------------------------------------------------

    def result(self) -> Program:
        done: dict[int, int] = {}
        for value, operation in enumerate(self.operations):
            if value not in self.needs:
                continue
            operands = [self.operand(value, slot, done) for slot in range(len(operation.operands))]
            done[value] = self.emitted(operation, operands)
        outputs = [done[k] for k in self.program.outputs]
        inputs = list(self.program.inputs)
        self.builder.symbols = {symbol: self.plain[k] for k, symbol in enumerate(inputs)}
        return self.builder.program(outputs, inputs)

    def operand(self, value: int, slot: int, done: dict[int, int]) -> int:
        name, operands, _ = self.operations[value]
        operand, needs = operands[slot], self.needs[value]
        if name == "select":
            return done[operand] if slot % 2 else self.plain[operand]
        if self.operations[operand].name == "constant" or needs == self.needs[operand]:
            return done[operand]
        number = self.builder.constant(self.number(operand, needs))
        return self.builder.emit("guard", self.condition(needs), done[operand], number)

    def number(self, operand: int, needs: Needs) -> Any:
        """The value of the operand at one point where all that is needed there is defined."""
        if needs not in self.numbers:
            inside = [value for value, here in self.needs.items() if here == needs]
            masks = [[p.mask for p in place.outer() if p.inside] for place in self.ordered(needs)]
            self.numbers[needs] = self.values.best(inside, masks)
        return self.values.at(operand, self.numbers[needs])


class _Values:
    """All values of a program at points drawn from several ranges."""

    def __init__(self, program: Program) -> None:
        everything = Program(
            program.inputs, program.operations, tuple(range(len(program.operations)))
        )
        function = reference.compile_source(reference.source(everything))
        self.points = max(20, min(POINTS, LARGEST // len(program.operations)))
        columns = _sampled(len(program.inputs), self.points)
        with np.errstate(all="ignore"):
            self.found = [np.broadcast_to(v, self.points) for v in function(*columns)]

    def best(self, values: Sequence[int], masks: Sequence[Sequence[int]]) -> int:
        """The first point where most of the values are finite and, if it can be, the masks hold."""
        applies = np.zeros(self.points, bool)
        for together in masks:
            applies |= np.logical_and.reduce([self.found[mask] for mask in together])
        score = applies.astype(float)
        for value in values:
            found = self.found[value]
            score += 2 * (np.isfinite(found) & (np.abs(found) < HUGE))
        return int(np.argmax(score))

    def at(self, value: int, point: int) -> Any:
        number = self.found[value][point].item()
        return number if np.isfinite(number) else 1.0


# Typical numbers first; integers, where derivatives may be infinite as that of sqrt at 0, last.
RANGES = ((0.4, 3.2), (-3.2, 3.2), (0.05, 0.95), (1.05, 4.0), (-0.95, -0.05), (-9.0, 9.0))


def _sampled(inputs: int, points: int) -> list[np.ndarray]:
    rng = random.Random(20240601)
    rows = []
    for k in range(points):
        if k < points // 8 * len(RANGES):
            together = RANGES[k % len(RANGES)] if k % 2 else None
            rows.append([rng.uniform(*(together or rng.choice(RANGES))) for _ in range(inputs)])
        elif k % 2:
            rows.append([float(rng.randint(-3, 6)) for _ in range(inputs)])
        else:
            rows.append([rng.choice((-1, 1)) * 10 ** rng.uniform(-3, 3) for _ in range(inputs)])
    columns = zip(*rows, strict=True) if inputs else ()
    return [np.round(np.array(column), 3) for column in columns]
