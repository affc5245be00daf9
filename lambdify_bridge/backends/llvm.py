"""A real `Program` as LLVM's intermediate language: a kernel that computes whole vectors.

The arithmetic is that of IEEE 754, in the program's order: nothing is contracted or reassociated.
"""

from __future__ import annotations

from lambdify_bridge.backends.llvm_division import waits_for_divisions
from lambdify_bridge.backends.llvm_instructions import BYTES, Kernel, Machine, Value
from lambdify_bridge.backends.llvm_operations import COMPARISONS, LOGICAL, OPERATIONS
from lambdify_bridge.program import Program

MOST_INSTRUCTIONS = 10_000  # LLVM takes a second for these, and more than in proportion for more


def kernel(program: Program, machine: Machine, kind: str) -> tuple[Kernel, list[str]]:
    """The kernel named `kind` of "double" or "float" values, and the types of its results.

    It takes the number of vectors, the addresses of the operands, inputs first, and the steps in
    bytes between the vectors of each.  Raises ValueError for what only NumPy computes.
    """
    names = [operation.name for operation in program.operations]
    k = Kernel(machine, kind, divides=waits_for_divisions(names))
    values: list[Value] = []
    for name, operands, payload in program.operations:
        given = [values[operand] for operand in operands]
        values.append(_value(k, name, given, payload))
        if len(k.lines) > MOST_INSTRUCTIONS:
            raise ValueError(
                f"{len(program.operations)} operations take too long to compile, the limit is at "
                f"{MOST_INSTRUCTIONS} instructions: stay with NumPy"
            )
    results = [values[output] for output in program.outputs]
    return k, _framed(k, len(program.inputs), results)


def _value(k: Kernel, name: str, operands: list[Value], payload: object) -> Value:
    if name == "input":
        return Value(k.emit(f"load {k.vector}, ptr %a{payload}, align {BYTES[k.kind]}"))
    if name == "constant":
        return k.payload(payload)
    if name == "select":
        return Value(_selection(k, operands))
    if name in LOGICAL:
        return Value(k.logical(name, *map(k.truth, operands)), mask=True)
    numbers = [k.number(operand) for operand in operands]
    if name in COMPARISONS:
        return Value(k.compare(COMPARISONS[name], *numbers), mask=True)
    if name not in OPERATIONS:
        raise ValueError(f"the operation {name!r} has no compiled form: stay with NumPy")
    return Value(OPERATIONS[name](k, *numbers))


def _selection(k: Kernel, operands: list[Value]) -> str:
    """The value whose mask holds; all are computed, as no trap can come out of them."""
    found = k.constant(float("nan"))
    for mask, value in zip(operands[::2], operands[1::2], strict=True):
        found = k.choose(k.truth(mask), k.number(value), found)
    return found


def _framed(k: Kernel, inputs: int, results: list[Value]) -> list[str]:
    """Puts the loop around the instructions; the types of the results."""
    kinds = []
    for place, value in enumerate(results, inputs):
        text, kind, size = value.text, k.vector, BYTES[k.kind]
        if value.mask:
            kind, size = f"<{k.lanes} x i8>", 1
            text = k.emit(f"zext {k.mask} {value.text} to {kind}")
        k.lines.append(f"  store {kind} {text}, ptr %a{place}, align {size}")
        kinds.append("bool" if value.mask else k.kind)
    operands = range(inputs + len(results))
    head = [f"define void @{k.kind}(i64 %vectors, ptr %pointers, ptr %steps) {{", "entry:"]
    for p in operands:
        head += [
            f"  %p{p}.at = getelementptr ptr, ptr %pointers, i64 {p}",
            f"  %p{p} = load ptr, ptr %p{p}.at",
            f"  %s{p}.at = getelementptr i64, ptr %steps, i64 {p}",
            f"  %s{p} = load i64, ptr %s{p}.at",
        ]
    head += ["  br label %loop", "loop:", "  %k = phi i64 [0, %entry], [%k.next, %latch]"]
    head += [f"  %a{p} = phi ptr [%p{p}, %entry], [%a{p}.next, %latch]" for p in operands]
    tail = ["  br label %latch", "latch:"]
    tail += [f"  %a{p}.next = getelementptr i8, ptr %a{p}, i64 %s{p}" for p in operands]
    tail += [
        "  %k.next = add i64 %k, 1",
        "  %more = icmp ult i64 %k.next, %vectors",
        "  br i1 %more, label %loop, label %done",
        "done:",
        "  ret void",
        "}",
    ]
    k.lines = [*head, *k.lines, *tail]
    return kinds
