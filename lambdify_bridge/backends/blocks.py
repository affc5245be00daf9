"""A program on large arrays: NumPy on blocks that stay in the cache, into buffers that are reused.

The operations are those of the printed source, so the numbers are the same to the last bit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from lambdify_bridge.backends.numpy import CALLS
from lambdify_bridge.backends.numpy_functions import HELPERS, scipy_special
from lambdify_bridge.program import Operation, Program

LARGEST_BLOCK, SMALLEST_BLOCK = 2**14, 2**10  # elements
SCRATCH = 2**20  # bytes of all buffers of a thread: they share its cache

# fmt: off
OPERATORS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.true_divide,
    "neg": np.negative, "lt": np.less, "le": np.less_equal, "gt": np.greater,
    "ge": np.greater_equal, "eq": np.equal, "and": np.logical_and, "or": np.logical_or,
    "re": np.positive,  # of real numbers
}
MASKS = {"lt", "le", "gt", "ge", "eq", "differs", "and", "or"}
# fmt: on


@lru_cache(maxsize=1024)
def function_of(name: str) -> Callable[..., Any]:
    """What computes an operation, and takes the array to write to as `out`."""
    if name in OPERATORS:
        return OPERATORS[name]
    module, _, function = CALLS[name].rpartition(".")
    if not module:
        return _Assigned(HELPERS[function])
    found = getattr(np if module == "np" else scipy_special(), function)
    return found if isinstance(found, np.ufunc) else _Assigned(found)


class _Assigned:
    """A function that cannot write to a given array."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *values: Any, out: np.ndarray) -> None:
        out[...] = self.function(*values)


@dataclass(frozen=True)
class Step:
    """registers[into] = function(registers[of]...); "select" is written out by `_select`."""

    function: Callable[..., Any]
    of: tuple[int, ...]
    into: int


@dataclass(frozen=True)
class Plan:
    """Registers: inputs first, then the outputs, constants, and buffers of floats or of masks."""

    inputs: int
    outputs: int
    constants: tuple[Any, ...]
    buffers: tuple[bool, ...]  # whether the buffer holds a mask
    masks: tuple[bool, ...]  # whether the output is one
    steps: tuple[Step, ...]

    @property
    def block(self) -> int:
        """Elements of a block: all buffers and the arrays of a block fit in the cache."""
        together = len(self.buffers) + self.inputs + self.outputs
        return int(np.clip(SCRATCH // (8 * together), SMALLEST_BLOCK, LARGEST_BLOCK))


def planned(program: Program) -> Plan | None:
    """The steps on blocks, or None where a case of a Piecewise needs a function that is slow.

    Then only the points of that case are worth computing.
    """
    if not is_quick(program):
        return None
    return _Planner(program).plan()


def is_quick(program: Program) -> bool:
    """All values are real numbers or masks, and no slow function stands beside a choice."""
    chooses = any(operation.name == "select" for operation in program.operations)
    for name, _, payload in program.operations:
        if isinstance(payload, complex):
            return False
        if name in ("input", "constant", "select") or name in OPERATORS:
            continue
        if name not in CALLS or (chooses and not isinstance(function_of(name), np.ufunc)):
            return False
        if chooses and CALLS[name].startswith("special."):
            return False
    return True


class _Planner:
    """Buffers by lifetime: one whose value was read for the last time is written to next."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.left = Counter(k for op in program.operations for k in op.operands)
        self.left.update(program.outputs)
        self.register: dict[int, int] = {}
        self.buffers: list[bool] = []
        self.unused: dict[bool, list[int]] = {False: [], True: []}
        self.steps: list[Step] = []

    def plan(self) -> Plan:
        program, count = self.program, len(self.program.inputs)
        constants = [k for k, op in enumerate(program.operations) if op.name == "constant"]
        outputs = {value: k for k, value in reversed([*enumerate(program.outputs)])}
        self.register |= {k: k for k in range(count)}
        first = count + len(program.outputs)
        self.register |= {value: first + k for k, value in enumerate(constants)}
        self.first_buffer = first + len(constants)
        for value in range(count, len(program.operations)):
            operation = program.operations[value]
            if operation.name != "constant":
                into = count + outputs[value] if value in outputs else None
                self.add(value, operation, into)
        for k, value in enumerate(program.outputs):
            if self.register[value] != count + k:  # an input, a constant, or another output
                self.steps.append(Step(_copied, (self.register[value],), count + k))
        payloads = tuple(program.operations[value].payload for value in constants)
        masks = tuple([_is_mask(program.operations[value]) for value in program.outputs])
        steps = tuple(self.steps)
        return Plan(count, len(program.outputs), payloads, tuple(self.buffers), masks, steps)

    def add(self, value: int, operation: Operation, into: int | None) -> None:
        of = tuple(self.register[k] for k in operation.operands)
        is_mask = _is_mask(operation)
        # A choice is written case by case, so it may not overwrite what it reads.
        lazily = operation.name == "select"
        if into is None and lazily:
            into = self.buffer(is_mask)
        for operand in operation.operands:
            self.left[operand] -= 1
        for operand in dict.fromkeys(operation.operands):
            register = self.register[operand]
            if self.left[operand] == 0 and register >= self.first_buffer:
                self.unused[self.buffers[register - self.first_buffer]].append(register)
        if into is None:
            into = self.buffer(is_mask)
        self.register[value] = into
        function = _select if lazily else function_of(operation.name)
        self.steps.append(Step(function, of, into))

    def buffer(self, is_mask: bool) -> int:
        if self.unused[is_mask]:
            return self.unused[is_mask].pop()
        self.buffers.append(is_mask)
        return self.first_buffer + len(self.buffers) - 1


def _is_mask(operation: Operation) -> bool:
    return operation.name in MASKS or isinstance(operation.payload, bool)


def _copied(value: Any, *, out: np.ndarray) -> None:
    out[...] = value


def _select(*cases: Any, out: np.ndarray) -> None:
    out.fill(np.nan)
    for mask, value in zip(cases[::2], cases[1::2], strict=True):
        np.copyto(out, value, where=mask)


def run(plan: Plan, values: Sequence[Any], outputs: Sequence[np.ndarray], threads: int = 1) -> None:
    """Fill `outputs`, flat arrays; `values` are flat arrays of the same size, or numbers."""
    size = outputs[0].size
    if threads == 1 or size <= plan.block:
        _part(plan, values, outputs, 0, size)
        return
    share = -(-size // threads // plan.block) * plan.block
    with ThreadPoolExecutor(threads) as pool:
        # A copy of the context for each thread: NumPy's errstate is in it.
        waiting = [
            pool.submit(
                copy_context().run, _part, plan, values, outputs, start, min(start + share, size)
            )
            for start in range(0, size, share)
        ]
        for each in waiting:
            each.result()


def _part(
    plan: Plan, values: Sequence[Any], outputs: Sequence[np.ndarray], start: int, stop: int
) -> None:
    registers = _registers(plan, outputs, min(plan.block, stop - start))
    for begin in range(start, stop, plan.block):
        part = slice(begin, min(begin + plan.block, stop))
        arrays = [value[part] if isinstance(value, np.ndarray) else value for value in values]
        _block(plan, registers, arrays, [output[part] for output in outputs])


def run_iterated(
    plan: Plan, values: Sequence[Any], kinds: Sequence[np.dtype], shape: tuple[int, ...]
) -> list[np.ndarray]:
    """The outputs for arrays of any strides that broadcast to `shape`: copied block by block."""
    arrays = [k for k, value in enumerate(values) if isinstance(value, np.ndarray)]
    real = np.result_type(*(values[k].dtype for k in arrays))
    many = len(kinds)
    flags: list[Any] = [["readonly"]] * len(arrays) + [["writeonly", "allocate"]] * many
    iterator = np.nditer(
        [*(values[k] for k in arrays), *[None] * many],
        flags=["external_loop", "buffered", "zerosize_ok"],
        op_flags=flags,
        op_dtypes=[*[real] * len(arrays), *kinds],
        order="C",
        casting="same_kind",
        buffersize=plan.block,
        itershape=shape,
    )
    registers: list[Any] = []
    with iterator:
        for chunk in iterator:
            bound = list(values)
            for k, array in zip(arrays, chunk, strict=False):
                bound[k] = array
            results = chunk[len(arrays) :]
            registers = registers or _registers(plan, results, plan.block)
            _block(plan, registers, bound, results)
        return list(iterator.operands[len(arrays) :])


def _registers(plan: Plan, outputs: Sequence[np.ndarray], size: int) -> list[Any]:
    real = next((each.dtype for each in outputs if each.dtype.kind == "f"), np.dtype(float))
    buffers = [np.empty(size, bool if is_mask else real) for is_mask in plan.buffers]
    return [*[None] * (plan.inputs + plan.outputs), *plan.constants, *buffers]


def _block(
    plan: Plan, registers: list[Any], values: Sequence[Any], outputs: Sequence[np.ndarray]
) -> None:
    size = outputs[0].size
    now = [*values, *outputs, *registers[plan.inputs + plan.outputs :]]
    first = plan.inputs + plan.outputs + len(plan.constants)
    if plan.buffers and now[first].size != size:
        now[first:] = [buffer[:size] for buffer in now[first:]]
    for step in plan.steps:
        step.function(*[now[k] for k in step.of], out=now[step.into])
