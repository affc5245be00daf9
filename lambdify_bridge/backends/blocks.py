"""A program on large arrays: NumPy on blocks that stay in the cache, into buffers that are reused.

The operations are those of the printed source, so the numbers are the same to the last bit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np

from lambdify_bridge.backends.numpy import CALLS
from lambdify_bridge.backends.numpy_functions import HELPERS, scipy_special
from lambdify_bridge.backends.python_source import run as run_text
from lambdify_bridge.program import Operation, Program

LARGEST_BLOCK, SMALLEST_BLOCK = 2**15, 2**10  # elements
SCRATCH = 2**20  # bytes of all buffers of a thread: they share its cache
LONGEST = 2000  # steps: more are run one by one, without source
PATIENCE = 3  # blocks in which something overflows before nothing else is expected

# fmt: off
OPERATORS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.true_divide,
    "neg": np.negative, "lt": np.less, "le": np.less_equal, "gt": np.greater,
    "ge": np.greater_equal, "eq": np.equal, "and": np.logical_and, "or": np.logical_or,
    "re": np.positive, "floor": np.floor, "ceiling": np.ceil,  # of real numbers
}
# fmt: on
BRIEF = {"logaddexp": np.logaddexp, "hypot": np.hypot}  # slow where arrays are not small
BY_NAME = {np.maximum, np.minimum}  # they take no more than two arguments by position


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


class Step(NamedTuple):
    """registers[into] = function(registers[of]...)"""

    function: Callable[..., Any]
    of: tuple[int, ...]
    into: int

    @property
    def operands(self) -> str:
        return ", ".join([f"r{k}" for k in self.of])

    @property
    def call(self) -> str:
        """The arguments of a call that writes to a register: by position NumPy reads it sooner."""
        by_place = isinstance(self.function, np.ufunc) and self.function not in BY_NAME
        return f"{self.operands}, {'' if by_place else 'out='}r{self.into}"


@dataclass(frozen=True)
class Plan:
    """Registers: inputs first, then the outputs, constants, and buffers of floats or of masks."""

    inputs: int
    outputs: int
    constants: tuple[Any, ...]
    buffers: tuple[bool, ...]  # whether the buffer holds a mask
    masks: tuple[bool, ...]  # whether the output is one
    steps: tuple[Step, ...]

    @cached_property
    def block(self) -> int:
        """Elements of a block: all buffers and the arrays of a block fit in the cache."""
        together = len(self.buffers) + self.inputs + self.outputs
        return min(max(SCRATCH // (8 * together), SMALLEST_BLOCK), LARGEST_BLOCK)

    @cached_property
    def function(self) -> Callable[..., None]:
        """All steps on the registers, which are its arguments."""
        if len(self.steps) > LONGEST:
            return self.step_by_step
        together = self.inputs + self.outputs + len(self.constants) + len(self.buffers)
        lines = [f"def function({', '.join(f'r{k}' for k in range(together))}):"]
        lines += [f"    f{n}({step.call})" for n, step in enumerate(self.steps)]
        functions = {f"f{n}": step.function for n, step in enumerate(self.steps)}
        return run_text("\n".join([*lines, "    return"]), functions)

    def step_by_step(self, *registers: Any) -> None:
        for step in self.steps:
            step.function(*[registers[k] for k in step.of], out=registers[step.into])

    @cached_property
    def at_once(self) -> Callable[..., Any] | None:
        """The first output of whole arrays of doubles, as a new array; None where it is not one.

        What is needed in between is made when it is written to for the first time.
        """
        if any(step.function in (_select, _copied) for step in self.steps) or not self.steps:
            return None
        first = self.inputs + self.outputs
        names: dict[str, Any] = {
            f"r{first + k}": np.array(number) for k, number in enumerate(self.constants)
        }
        lines = [f"def function({', '.join(f'r{k}' for k in range(self.inputs))}):"]
        made = set[int]()
        for n, step in enumerate(self.steps):
            function = step.function
            if isinstance(function, np.ufunc) and step.into in made:
                lines.append(f"    f{n}({step.call})")
            else:
                lines.append(f"    r{step.into} = f{n}({step.operands})")
            names[f"f{n}"] = getattr(function, "function", function)
            made.add(step.into)
        return run_text("\n".join([*lines, f"    return r{self.inputs}"]), names)


def planned(program: Program, functions: Mapping[str, Any] | None = None) -> Plan | None:
    """The steps on blocks, or None where a case of a Piecewise needs a function that is slow.

    Then only the points of that case are worth computing.  `functions`: what computes operations
    that the printed source has none for, or another one.
    """
    if not is_quick(program, functions or {}):
        return None
    return _Planner(program, functions or {}).plan()


def is_quick(program: Program, others: Container[str] = ()) -> bool:
    """All values are real numbers or masks, and no slow function stands beside a choice."""
    chooses = any(operation.name == "select" for operation in program.operations)
    for name, _, payload in program.operations:
        if isinstance(payload, complex):
            return False
        if name in ("input", "constant", "select") or name in OPERATORS or name in others:
            continue
        if name not in CALLS or (chooses and not isinstance(function_of(name), np.ufunc)):
            return False
        if chooses and CALLS[name].startswith("special."):
            return False
    return True


class _Planner:
    """Buffers by lifetime: one whose value was read for the last time is written to next."""

    def __init__(self, program: Program, functions: Mapping[str, Any]) -> None:
        self.program, self.functions = program, functions
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
                self.add(value, operation)
        self.into_outputs(count, outputs)
        for k, value in enumerate(program.outputs):
            if self.register[value] != count + k:  # an input, a constant, or another output
                self.steps.append(Step(_copied, (self.register[value],), count + k))
        payloads = tuple(program.operations[value].payload for value in constants)
        masks = tuple([program.dtypes[value] is bool for value in program.outputs])
        steps = tuple(self.steps)
        return Plan(count, len(program.outputs), payloads, tuple(self.buffers), masks, steps)

    def into_outputs(self, count: int, outputs: dict[int, int]) -> None:
        """A buffer that holds an output in the end is the output."""
        place = {
            self.register[value]: count + k
            for value, k in outputs.items()
            if self.register[value] >= self.first_buffer
        }
        masks = list(enumerate(self.buffers, self.first_buffer))
        self.buffers = [is_mask for k, is_mask in masks if k not in place]
        left = [k for k, _ in masks if k not in place]
        place |= {k: new for new, k in enumerate(left, self.first_buffer)}
        self.register = {value: place.get(k, k) for value, k in self.register.items()}
        self.steps = [
            Step(function, tuple([place.get(k, k) for k in of]), place[into])
            for function, of, into in self.steps
        ]

    def add(self, value: int, operation: Operation) -> None:
        of = tuple(self.register[k] for k in operation.operands)
        is_mask = self.program.dtypes[value] is bool
        # A choice is written case by case, so it may not overwrite what it reads.
        lazily = operation.name == "select"
        into = self.buffer(is_mask) if lazily else None
        for operand in operation.operands:
            self.left[operand] -= 1
        for operand in dict.fromkeys(operation.operands):
            register = self.register[operand]
            if self.left[operand] == 0 and register >= self.first_buffer:
                self.unused[self.buffers[register - self.first_buffer]].append(register)
        if into is None:
            into = self.buffer(is_mask)
        self.register[value] = into
        known = self.functions.get(operation.name)
        function = _select if lazily else known or function_of(operation.name)
        self.steps.append(Step(function, of, into))

    def buffer(self, is_mask: bool) -> int:
        if self.unused[is_mask]:
            return self.unused[is_mask].pop()
        self.buffers.append(is_mask)
        return self.first_buffer + len(self.buffers) - 1


def _copied(value: Any, *, out: np.ndarray) -> None:
    out[...] = value


def _select(*cases: Any, out: np.ndarray) -> None:
    out.fill(np.nan)
    for mask, value in zip(cases[::2], cases[1::2], strict=True):
        np.copyto(out, value, where=mask)


# -- on arrays ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trial:
    """A shorter plan, whose values count where it raises no FloatingPointError in its context."""

    plan: Plan
    context: Context


def _tried(plan: Plan, trial: Trial | None) -> Plan:
    return plan if trial is None else trial.plan


def run(
    plan: Plan,
    values: Sequence[Any],
    outputs: Sequence[np.ndarray],
    threads: int = 1,
    trial: Trial | None = None,
) -> None:
    """Fill `outputs`, flat arrays; `values` are flat arrays of the same size, or numbers."""
    size, block = outputs[0].size, _tried(plan, trial).block
    if threads == 1 or size <= block:
        _part(plan, trial, values, outputs, 0, size)
        return
    share = -(-size // threads // block) * block
    with ThreadPoolExecutor(threads) as pool:
        # A copy of the context for each thread: NumPy's errstate is in it.
        waiting = [
            pool.submit(
                copy_context().run, _part, plan, trial, values, outputs, start,
                min(start + share, size),
            )
            for start in range(0, size, share)
        ]  # fmt: skip
        for each in waiting:
            each.result()


def _part(
    plan: Plan,
    trial: Trial | None,
    values: Sequence[Any],
    outputs: Sequence[np.ndarray],
    start: int,
    stop: int,
) -> None:
    block = min(_tried(plan, trial).block, stop - start)
    work = _work(plan, trial, outputs, block)
    for begin in range(start, stop, block or 1):
        part = slice(begin, min(begin + block, stop))
        arrays = [value[part] if value.ndim else value for value in values]
        work([*arrays, *[output[part] for output in outputs]])


def run_iterated(
    plan: Plan,
    values: Sequence[Any],
    kinds: Sequence[np.dtype],
    shape: tuple[int, ...],
    trial: Trial | None = None,
) -> list[np.ndarray]:
    """The outputs for arrays of any strides that broadcast to `shape`: copied block by block."""
    arrays, block = [k for k, value in enumerate(values) if value.ndim], _tried(plan, trial).block
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
        buffersize=block,
        itershape=shape,
    )
    work: _Work | _Tried | None = None
    with iterator:
        for chunk in iterator:
            bound = list(values)
            for k, array in zip(arrays, chunk, strict=False):
                bound[k] = array
            results = chunk[len(arrays) :]
            work = work or _work(plan, trial, results, block)
            work([*bound, *results])
        return list(iterator.operands[len(arrays) :])


def _work(
    plan: Plan, trial: Trial | None, outputs: Sequence[np.ndarray], block: int
) -> _Work | _Tried:
    real = next((each.dtype for each in outputs if each.dtype.kind == "f"), np.dtype(float))
    return _Work(plan, real, block) if trial is None else _Tried(plan, trial, real, block)


class _Work:
    """A plan with its constants and buffers, of one precision."""

    def __init__(self, plan: Plan, real: np.dtype, size: int) -> None:
        self.function, self.size = plan.function, size
        kinds = [bool if isinstance(number, bool) else real for number in plan.constants]
        pairs = zip(plan.constants, kinds, strict=True)
        # Arrays without axes: NumPy takes a third of its time to read one of Python's numbers.
        self.constants = [np.asarray(number, kind) for number, kind in pairs]
        self.buffers = [np.empty(size, bool if is_mask else real) for is_mask in plan.buffers]

    def __call__(self, given: Sequence[Any]) -> None:
        buffers, size = self.buffers, given[-1].size
        if size != self.size:
            buffers = [buffer[:size] for buffer in buffers]
        self.function(*given, *self.constants, *buffers)


class _Tried:
    """The shorter plan first; after a few blocks in vain, the other one for all that are left."""

    def __init__(self, plan: Plan, trial: Trial, real: np.dtype, size: int) -> None:
        self.plan, self.real, self.size = plan, real, size
        self.short, self.context = _Work(trial.plan, real, size), trial.context
        self.patience = PATIENCE

    @cached_property
    def whole(self) -> _Work:
        return _Work(self.plan, self.real, self.size)

    def __call__(self, given: Sequence[Any]) -> None:
        if self.patience:
            try:
                return self.context.copy().run(self.short, given)
            except FloatingPointError:
                self.patience -= 1
        return self.whole(given)
