"""Programs of real numbers without what keeps squares and exponentials from overflowing.

The plain formula is shorter, and as exact wherever no operation overflows (with squares and sums of
exponentials: nor underflows).  NumPy's flags tell whether one did, and cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lambdify_bridge.backends.numpy import function_of
from lambdify_bridge.functions import SHIFT
from lambdify_bridge.program import Operation, Program

OF_REALS = {"re", "conjugate", "named"}  # what leaves a real number as it is
DEEPEST_FACTOR = 6  # products inside products in which a factor is looked for


@dataclass(frozen=True)
class Plain:
    """A program, and the flags of NumPy's errstate that must stay down for its values to count."""

    program: Program
    flags: frozenset[str]


def plain(program: Program, *, vanishing: bool = True, brief: bool = False) -> Plain:
    """The plain form of a program.

    `vanishing`: an underflow is noticed too; else what it may spoil stays as it is.  `brief`: few
    operations rather than quick ones, for arrays that are smaller than what a call costs.

    >>> from sympy import sqrt
    >>> from sympy.abc import x, y
    >>> from lambdify_bridge.lowering import lower
    >>> found = plain(lower([sqrt(x**2 + y**2)]))
    >>> found.program.counts(), sorted(found.flags)
    (Counter({'square': 2, 'add': 1, 'sqrt': 1}), ['over', 'under'])
    """
    work = _Rewriting(program, vanishing, brief)
    place: list[int] = []
    for operation in program.operations:
        operands = [place[k] for k in operation.operands]
        place.append(work.rewritten(operation, operands))
    outputs = tuple([place[k] for k in program.outputs])
    if work.zero in outputs:  # the shift itself is asked for
        return Plain(program, frozenset())
    return Plain(work.needed(outputs), frozenset(work.flags))


class _Rewriting:
    def __init__(self, program: Program, vanishing: bool, brief: bool) -> None:
        self.program, self.vanishing, self.brief = program, vanishing, brief
        self.operations: list[Operation] = []
        self.index: dict[Operation, int] = {}
        self.flags: set[str] = set()
        self.squares: dict[int, int] = {}  # of lengths, which are roots
        self.sigmoids: dict[int, tuple[int, int]] = {}  # of u: exp(-u), 1/(1 + exp(-u))
        self.positive: set[int] = set()  # values that are never 0
        self.zero = self.one = -1  # what stands for a shift, and for its exponential

    # -- operations of the plain program -------------------------------------------------------

    def emit(self, name: str, *operands: int, payload: Any = None) -> int:
        operation = Operation(name, operands, payload)
        key = operation if name != "constant" else Operation(repr(payload))  # 0.0 is not -0.0
        found = self.index.get(key)
        if found is None:
            found = self.index[key] = len(self.operations)
            self.operations.append(operation)
        return found

    def number(self, value: float) -> int:
        return self.emit("constant", payload=value)

    def negative(self, value: int) -> int:
        name, operands, _ = self.operations[value]
        return operands[0] if name == "neg" else self.emit("neg", value)

    def folded(self, name: str, operands: list[int], payload: Any) -> int:
        """An operation on a shift, which is 0 here."""
        others = [k for k in operands if k != self.zero]
        if name == "add" or (name == "sub" and operands[-1] == self.zero):
            return others[0] if others else self.zero
        known = [self.operations[k].payload for k in operands if self.is_known(k)]
        if len(known) < len(operands):
            return self.emit(name, *operands, payload=payload)
        value = float(function_of(Operation(name, tuple(operands), payload))(*known))
        if value == 1:
            self.one = self.number(1.0)
        return self.zero if value == 0 else self.number(value)

    def is_known(self, value: int) -> bool:
        return self.operations[value].name == "constant"

    def needed(self, outputs: tuple[int, ...]) -> Program:
        """What the outputs depend on, each value shortly before its use, so that few are kept."""
        order = list(range(len(self.program.inputs)))
        place = {value: value for value in order}
        waiting = list(outputs[::-1])
        while waiting:
            value = waiting[-1]
            missing = [k for k in self.operations[value].operands if k not in place]
            if missing:
                waiting += missing[::-1]
                continue
            waiting.pop()
            if value not in place:
                place[value] = len(order)
                order.append(value)
        operations = [
            Operation(name, tuple([place[k] for k in operands]), payload)
            for name, operands, payload in map(self.operations.__getitem__, order)
        ]
        found = tuple([place[k] for k in outputs])
        return Program(self.program.inputs, tuple(operations), found)

    # -- what becomes plain --------------------------------------------------------------------

    def rewritten(self, operation: Operation, operands: list[int]) -> int:
        name, _, payload = operation
        if name in OF_REALS:
            return operands[0]
        if name == "floor" and payload == SHIFT and self.vanishing:
            self.flags |= {"over", "under"}
            return self.shift()
        if name == "log" and self.brief and (exponents := self.exponents(*operands)):
            return self.log_sum_exp(exponents)
        if name == "hypot" and self.vanishing and not self.brief:
            self.flags |= {"over", "under"}
            return self.length(*operands)
        if name == "softplus":
            self.flags.add("over")
            return self.emit("log1p", self.emit("exp", *operands))
        if name == "sigmoid":
            self.flags.add("over")
            return self.sigmoid(*operands)
        if self.zero in operands:
            return self.folded(name, operands, payload)
        if name == "mul" and self.one in operands:
            return operands[operands[0] == self.one]
        if name == "div" and operands[1] in self.positive:
            return self.quotient(*operands)
        return self.emit(name, *operands, payload=payload)

    def shift(self) -> int:
        """0, as another number than the zeros of the program."""
        if self.zero < 0:
            self.zero = len(self.operations)
            self.operations.append(Operation("constant", (), 0.0))
        return self.zero

    def exponents(self, total: int) -> list[int]:
        """Of a sum of at least two exponentials, in order; empty for another value."""
        found, waiting = list[int](), [total]
        while waiting:
            name, operands, _ = self.operations[waiting.pop()]
            if name == "exp":
                found.append(*operands)
            elif name == "add":
                waiting += operands[::-1]
            else:
                return []
        return found if len(found) > 1 else []

    def log_sum_exp(self, exponents: list[int]) -> int:
        result, *rest = exponents
        for u in rest:
            result = self.emit("logaddexp", result, u)
        return result

    def length(self, x: int, y: int) -> int:
        total = self.emit("add", self.square(x), self.square(y))
        root = self.emit("sqrt", total)
        self.squares[root] = total
        return root

    def square(self, x: int) -> int:
        if self.is_known(x):
            return self.number(self.operations[x].payload ** 2)
        return self.squares[x] if x in self.squares else self.emit("square", x)

    def sigmoid(self, u: int) -> int:
        """1/(1 + exp(-u)); that of -u is exp(-u) times it."""
        minus = self.negative(u)
        if minus in self.sigmoids:
            self.flags.add("invalid")  # infinity times 0
            value = self.emit("mul", *self.sigmoids[minus])
        else:
            power, one = self.emit("exp", minus), self.number(1.0)
            value = self.emit("div", one, self.emit("add", one, power))
            self.sigmoids[u] = power, value
        self.positive.add(value)
        return value

    def quotient(self, a: int, b: int) -> int:
        """a/b where b may be a factor of a."""
        rest = self.without(a, b, DEEPEST_FACTOR)
        return self.emit("div", a, b) if rest is None else rest

    def without(self, product: int, factor: int, depth: int) -> int | None:
        name, operands, _ = self.operations[product]
        if name != "mul" or product in self.positive or not depth:
            return None
        for this, other in (operands, operands[::-1]):
            if this == factor:
                return other
            if (rest := self.without(this, factor, depth - 1)) is not None:
                return self.emit("mul", rest, other)
        return None
