"""A real `Program` as C text that stands alone, and that text compiled to a `numpy.ufunc`.

`function` is for doubles and `functionf` for floats: each takes the number of points, the inputs
and the outputs.  Elements are computed in blocks of `LANES`, the last one filled up, so that a
value does not depend on where it stands.  Nothing that a user typed is in the text: variables are
numbered, constants are hexadecimal floats.
"""

from __future__ import annotations

import ctypes
import math
import re
from typing import Any

import numpy as np

from lambdify_bridge.backends import c_compiler
from lambdify_bridge.backends.c_operations import COMPARISONS, LOGICAL, OPERATIONS, OWN, VECTOR
from lambdify_bridge.backends.registration import Loop, as_ufunc, check_operands
from lambdify_bridge.program import Program

LANES = 32
REALS = (("double", ""), ("float", "f"))  # the types and the ends of their functions' names
MOST_OPERATIONS = 5_000  # a C compiler takes some seconds for these

FRAME = """\
/* Blocks of whole vectors, LANES elements each; `stride` is from one block to the next. */
static void blocks@(ptrdiff_t many, char *const *at, const ptrdiff_t *stride) {
    for (ptrdiff_t block = 0; block < many; block++) {
POINTERS
        #pragma omp simd
        for (int k = 0; k < LANES; k++) {
BODY
        }
    }
}

/* The inner loop of a NumPy ufunc: strides and lengths of any kind, status flags untouched. */
void loop@(char **args, const ptrdiff_t *n, const ptrdiff_t *steps, void *unused) {
    static const ptrdiff_t size[OPERANDS] = {SIZES};
    _Alignas(64) char scratch[OPERANDS][LANES * sizeof(real)];
    char *at[OPERANDS];
    ptrdiff_t stride[OPERANDS];
    int direct = 1;
    fenv_t environment;
    (void)unused;
    feholdexcept(&environment);
    for (int k = 0; k < OPERANDS; k++) {
        at[k] = args[k];
        stride[k] = LANES * size[k];
        if (*n && k < INPUTS && steps[k] == 0) {
            copy(scratch[k], size[k], args[k], 0, LANES, size[k]);
            at[k] = scratch[k];
            stride[k] = 0;
        } else if (steps[k] != size[k])
            direct = 0;
    }
    const int feeds = INPUTS == 2 && OPERANDS == 3 && *n > 1 &&
        (steps[OPERANDS - 1] == 0 || args[0] + steps[0] == args[OPERANDS - 1]);
    const ptrdiff_t most = feeds ? 1 : LANES;
    ptrdiff_t done = 0;
    if (direct && !feeds) {
        blocks@(*n / LANES, at, stride);
        done = *n / LANES * LANES;
    }
    while (done < *n) {
        const ptrdiff_t m = *n - done < most ? *n - done : most;
        for (int k = 0; k < OPERANDS; k++) {
            const char *from = args[k] + done * steps[k];
            at[k] = scratch[k];
            if (k < INPUTS) {
                copy(at[k], size[k], from, steps[k], m, size[k]);
                copy(at[k] + m * size[k], size[k], from, 0, LANES - m, size[k]);
            }
        }
        blocks@(1, at, stride);
        for (int k = INPUTS; k < OPERANDS; k++)
            copy(args[k] + done * steps[k], steps[k], at[k], size[k], m, size[k]);
        done += m;
    }
    fesetenv(&environment);
}

void function@(size_t n, PARAMETERS) {
    char *args[OPERANDS] = {ARGUMENTS};
    const ptrdiff_t many = (ptrdiff_t)n, steps[OPERANDS] = {SIZES};
    loop@(args, &many, steps, 0);
}
"""

COPY = """\
static void copy(char *to, ptrdiff_t to_step, const char *from, ptrdiff_t from_step,
                 ptrdiff_t n, ptrdiff_t size) {
    for (ptrdiff_t k = 0; k < n; k++)
        memcpy(to + k * to_step, from + k * from_step, (size_t)size);
}
"""


def source(program: Program) -> str:
    """The program in C. Raises ValueError for what C's library lacks.

    >>> from sympy.abc import x
    >>> from lambdify_bridge.lowering import lower
    >>> [line.strip() for line in source(lower([x**2 - 1/x])).splitlines() if "const double v" in line]
    ['const double v0 = x0[k];', 'const double v1 = v0 * v0;', 'const double v3 = 0x1.0000000000000p+0 / v0;', 'const double v4 = v1 - v3;']
    """  # noqa: E501
    check_operands(len(program.inputs), len(program.outputs))
    if len(program.operations) > MOST_OPERATIONS:
        raise ValueError(
            f"{len(program.operations)} operations take a C compiler too long, which is asked for "
            f"at most {MOST_OPERATIONS}: use another backend"
        )
    parts = [_precision(program, real, end) for real, end in REALS]
    operands = len(program.inputs) + len(program.outputs)
    head = [
        "#include <fenv.h>", "#include <math.h>", "#include <stddef.h>", "#include <string.h>", "",
        f"enum {{ LANES = {LANES}, INPUTS = {len(program.inputs)}, OPERANDS = {operands} }};", "",
        _vectors("".join(parts)), COPY,
    ]  # fmt: skip
    return "\n".join([*head, *parts])


def _precision(program: Program, real: str, end: str) -> str:
    """The functions of one floating type."""
    body, masks = _body(program, real, end)
    inputs = [f"x{k}" for k in range(len(program.inputs))]
    outputs = [f"y{k}" for k in range(len(program.outputs))]
    kinds = ["unsigned char" if value in masks else real for value in program.outputs]
    places = enumerate(zip(outputs, kinds, strict=True), len(inputs))
    pointers = [f"const {real} *{x} = (const {real} *)(at[{k}] + block * stride[{k}]);"
                for k, x in enumerate(inputs)]  # fmt: skip
    pointers += [f"{kind} *{y} = ({kind} *)(at[{k}] + block * stride[{k}]);"
                 for k, (y, kind) in places]  # fmt: skip
    parameters = [f"const {real} *{x}" for x in inputs]
    parameters += [f"{kind} *{y}" for y, kind in zip(outputs, kinds, strict=True)]
    filled = {
        "POINTERS": "\n".join(f"        {line}" for line in pointers),
        "BODY": "\n".join(f"            {line}" for line in body),
        "SIZES": ", ".join(f"sizeof({kind})" for kind in [real] * len(inputs) + kinds),
        "PARAMETERS": ", ".join(parameters),
        "ARGUMENTS": ", ".join(f"(char *){name}" for name in inputs + outputs),
    }
    text = FRAME
    for name, filling in filled.items():
        text = text.replace(name, filling)
    used = sorted({name for name, _, _ in program.operations} & set(OWN))
    own = [f"static inline {OWN[name]}\n" for name in used]
    text = "\n".join([*own, text]).replace("@", end)
    return re.sub(r"\breal\b", real, text)


def _body(program: Program, real: str, end: str) -> tuple[list[str], set[int]]:
    """The statements of one element, and which values are masks."""
    masks: set[int] = set()
    texts: list[str] = []
    lines = []
    for value, (name, operands, payload) in enumerate(program.operations):
        given = [texts[operand] for operand in operands]
        if name == "constant":
            texts.append(literal(payload, end))
            masks |= {value} if isinstance(payload, bool) else set()
            continue
        text = f"x{payload}[k]" if name == "input" else _expression(name, operands, given, masks)
        is_mask = name in COMPARISONS or name in LOGICAL
        masks |= {value} if is_mask else set()
        texts.append(f"v{value}")
        lines.append(f"const {'_Bool' if is_mask else real} v{value} = {text};")
    lines += [f"y{k}[k] = {texts[value]};" for k, value in enumerate(program.outputs)]
    return lines, masks


def _expression(name: str, operands: tuple[int, ...], given: list[str], masks: set[int]) -> str:
    if name == "select":
        found = "NAN"
        for mask, value, place in zip(given[::2], given[1::2], operands[::2], strict=True):
            holds = mask if place in masks else f"({mask} < 0) | ({mask} > 0)"
            found = f"{holds} ? {value} : ({found})"
        return found
    for table in (OPERATIONS, COMPARISONS, LOGICAL):
        if name in table:
            return table[name].format(*given)
    raise ValueError(f"the operation {name!r} has no form in C: stay with NumPy")


def literal(number: Any, end: str = "") -> str:
    """A constant, exactly; a float32 is rounded here."""
    if isinstance(number, complex):
        raise ValueError(f"the constant {number} is complex: compiled code is real, use NumPy")
    if isinstance(number, bool):
        return str(int(number))
    with np.errstate(over="ignore"):
        number = float(np.float32(number)) if end else float(number)
    if math.isnan(number):
        return "NAN"
    if math.isinf(number):
        return "INFINITY" if number > 0 else "(-INFINITY)"
    return f"({number.hex()}{end})" if number < 0 or str(number)[0] == "-" else number.hex() + end


def _vectors(text: str) -> str:
    """Says which of the functions called glibc has for vectors, on the machines where it does."""
    lines = ["#if defined __x86_64__ && defined __GLIBC__  /* _GLIBC_VECTORS */"]
    for name, (operands, version) in VECTOR.items():
        for real, end in REALS:
            if re.search(rf"\b{name}{end}\(", text):
                parameters = ", ".join([real] * operands)
                lines += [
                    f"#if __GLIBC_PREREQ(2, {version})",
                    f'__attribute__((simd("notinbranch"))) {real} {name}{end}({parameters});',
                    "#endif",
                ]
    return "\n".join([*lines, "#endif\n"]) if len(lines) > 1 else ""


def compiled(program: Program, name: str = "function", doc: str = "") -> CompiledC:
    """The program as a ufunc of C code. Raises as `source` and `c_compiler.library` do."""
    return CompiledC(program, name, doc)


class CompiledC:
    """A program compiled by the C compiler: `ufunc` is the `numpy.ufunc`, `source` the text."""

    def __init__(self, program: Program, name: str = "function", doc: str = "") -> None:
        self.program, self.name, self.doc = program, name, doc
        self.source = source(program)
        library = c_compiler.library(self.source)
        masks = _body(program, "double", "")[1]
        loops = []
        for real, end in reversed(REALS):  # NumPy takes the first that holds the inputs
            address = ctypes.cast(getattr(library, f"loop{end}"), ctypes.c_void_p).value
            assert address
            results = ["?" if value in masks else real[0] for value in program.outputs]
            loops.append(Loop(address, 0, real[0] * len(program.inputs) + "".join(results)))
        self.ufunc: np.ufunc = as_ufunc(
            loops, len(program.inputs), len(program.outputs), name, doc, library
        )

    def __call__(self, *values: Any, **options: Any) -> Any:
        return self.ufunc(*values, **options)

    def __reduce__(self) -> tuple[Any, ...]:
        return CompiledC, (self.program, self.name, self.doc)
