"""A `Program` as NumPy source, and that source as a function.

Nothing from outside reaches the source: symbols that are not plain names become x0, x1, ...,
operations come from the tables below, constants are printed from floats.  Each branch of a "select"
is a function of its own, which sees only the elements that its mask selects.
"""

from __future__ import annotations

import builtins
import keyword
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lambdify_bridge.backends.numpy_functions import HELPERS, scipy_special
from lambdify_bridge.program import Operation, Program

# fmt: off
OPERATORS: dict[str, tuple[str, int]] = {   # operation: Python's operator, how tightly it binds
    "lt": ("<", 1), "le": ("<=", 1), "gt": (">", 1), "ge": (">=", 1), "eq": ("==", 1),
    "or": ("|", 2), "and": ("&", 3), "add": ("+", 4), "sub": ("-", 4), "mul": ("*", 5),
    "div": ("/", 5),
}
UNARY, ATOM = 6, 7

CALLS: dict[str, str] = {                   # operation: what is called with its operands
    "exp":         "np.exp",
    "log":         "np.log",
    "expm1":       "np.expm1",
    "log1p":       "np.log1p",
    "hypot":       "hypot",
    "sqrt":        "np.sqrt",
    "square":      "np.square",
    "power":       "np.power",
    "sin":         "np.sin",
    "cos":         "np.cos",
    "tan":         "np.tan",
    "asin":        "np.arcsin",
    "acos":        "np.arccos",
    "atan":        "np.arctan",
    "sinh":        "np.sinh",
    "cosh":        "np.cosh",
    "tanh":        "np.tanh",
    "asinh":       "np.arcsinh",
    "acosh":       "np.arccosh",
    "atanh":       "np.arctanh",
    "atan2":       "np.arctan2",
    "abs":         "np.abs",
    "sign":        "np.sign",
    "floor":       "floor",
    "ceiling":     "ceiling",
    "mod":         "np.mod",
    "heaviside":   "np.heaviside",
    "maximum":     "np.maximum",
    "minimum":     "np.minimum",
    "re":          "np.real",
    "im":          "np.imag",
    "conjugate":   "np.conjugate",
    "arg":         "np.angle",
    "differs":     "differs",
    "sinc":        "sinc",
    "softplus":    "softplus",
    "sigmoid":     "sigmoid",
    "gamma":       "special.gamma",
    "loggamma":    "special.loggamma",
    "digamma":     "special.digamma",
    "polygamma":   "polygamma",
    "beta":        "special.beta",
    "binomial":    "special.binom",
    "poch":        "special.poch",
    "lowergamma":  "lowergamma",
    "uppergamma":  "uppergamma",
    "erf":         "special.erf",
    "erfc":        "special.erfc",
    "erfi":        "special.erfi",
    "erfinv":      "special.erfinv",
    "erfcinv":     "special.erfcinv",
    "Ei":          "special.expi",
    "Si":          "Si",
    "Ci":          "Ci",
    "Shi":         "Shi",
    "Chi":         "Chi",
    "expint":      "expint",
    "fresnels":    "fresnels",
    "fresnelc":    "fresnelc",
    "besselj":     "special.jv",
    "bessely":     "special.yv",
    "besseli":     "special.iv",
    "besselk":     "special.kv",
    "airyai":      "airyai",
    "airybi":      "airybi",
    "airyaiprime": "airyaiprime",
    "airybiprime": "airybiprime",
    "zeta":        "special.zeta",
    "hyp0f1":      "special.hyp0f1",
    "hyp1f1":      "special.hyp1f1",
    "hyp2f1":      "special.hyp2f1",
    "polylog":     "polylog",
    "polylog_re":  "polylog_re",
    "lambertw":    "lambertw",
    "legendre":    "special.eval_legendre",
    "chebyshevt":  "special.eval_chebyt",
    "chebyshevu":  "special.eval_chebyu",
    "hermite":     "hermite",
    "laguerre":    "special.eval_laguerre",
    "elliptic_k":  "special.ellipk",
}
# fmt: on

DEEPEST_BRANCH = 50  # branches inside branches call one another: deeper ones are computed at once
LONGEST_INLINE = 60  # characters of an operation that is printed inside the next one


# -- names ----------------------------------------------------------------------------------------

RESERVED = {*HELPERS, *dir(builtins), *keyword.kwlist, *keyword.softkwlist, "np", "special"}


def parameter_names(program: Program) -> tuple[str, ...]:
    """One Python name for each input: its own where that is plain, unique and free, or x0, x1, ...

    >>> from sympy import symbols
    >>> from lambdify_bridge.lowering import lower
    >>> parameter_names(lower([1], symbols("alpha lambda x_1")))
    ('alpha', 'x0', 'x_1')
    """
    return plain_names([symbol.name for symbol in program.inputs])


def plain_names(own: Sequence[str]) -> tuple[str, ...]:
    counts = Counter(own)
    fresh = (name for k in range(2 * len(own)) if (name := f"x{k}") not in counts)
    return tuple(name if _is_plain(name) and counts[name] == 1 else next(fresh) for name in own)


def _is_plain(name: str) -> bool:
    # No leading underscore: those are the names of our own variables and branches.
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,30}", name)) and name not in RESERVED


# -- the printer ----------------------------------------------------------------------------------


def source(program: Program) -> str:
    """The program as Python source that defines `function`, which returns a tuple.

    >>> from sympy.abc import x
    >>> from lambdify_bridge.lowering import lower
    >>> print(source(lower([x**2 - 1/x])))
    def function(x):
        return (np.square(x) - 1.0 / x,)
    """
    return _Printer(program).source()


def compile_source(text: str) -> Callable[..., tuple[Any, ...]]:
    """The function that `source` printed, in a namespace of NumPy, SciPy and the helpers only."""
    namespace: dict[str, Any] = {"__builtins__": {}, "np": np, "complex": complex, **HELPERS}
    if "special." in text:
        namespace["special"] = scipy_special()
    exec(compile(text, "<lambdify_bridge>", "exec"), namespace)
    return namespace["function"]


def compiled(text: str, name: str = "") -> Callable[..., Any]:
    """Lines of array code: the function that they define, or a function of the values by name.

    They see NumPy, SciPy's `linalg` and `special`, the functions of `arrays.runtime`, and no more.
    """
    from scipy import linalg, special

    from lambdify_bridge.arrays import runtime

    known: dict[str, Any] = {"np": np, "linalg": linalg, "special": special, "runtime": runtime}
    # NumPy imports parts of itself when it is called.
    known["__builtins__"] = {"__import__": __import__, "int": int}
    code = compile(text, "<lambdify_bridge>", "exec")
    if name:
        namespace: dict[str, Any] = dict(known)
        exec(code, namespace)
        return namespace[name]

    def run(values: dict[str, Any]) -> dict[str, Any]:
        exec(code, dict(known), values)
        return values

    return run


class _Branch:
    """A place where operations are computed: the function itself, or a branch inside another."""

    def __init__(self, name: str, parent: _Branch | None = None) -> None:
        self.name, self.parent = name, parent
        self.depth: int = parent.depth + 1 if parent else 0
        self.operations: list[int] = []
        self.captured: list[int] = []


def _common_branch(a: _Branch, b: _Branch) -> _Branch:
    """The innermost branch that holds both."""
    while a is not b:
        if a.depth < b.depth:
            a, b = b, a
        assert a.parent is not None
        a = a.parent
    return a


class _Printer:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.operations = program.operations
        self.names = parameter_names(program)
        self.main = _Branch("function")
        self.branches = [self.main]
        self.branch_of: dict[tuple[int, int], _Branch] = {}  # (select, operand) -> its branch
        self.place()
        self.capture()

    def is_free(self, value: int) -> bool:
        """Known everywhere: a constant."""
        return self.operations[value].name == "constant"

    def place(self) -> None:
        """Every operation goes to the innermost branch that holds all its uses."""
        home: dict[int, _Branch] = {}
        for value in self.program.outputs:
            home[value] = self.main
        for value in range(len(self.operations) - 1, len(self.names) - 1, -1):
            if value not in home or self.is_free(value):
                continue
            home[value].operations.append(value)
            for slot, operand in enumerate(self.operations[value].operands):
                use = self.use(value, slot, home[value])
                home[operand] = _common_branch(home[operand], use) if operand in home else use
        for value in range(len(self.names)):
            home[value] = self.main
        self.home = home
        for branch in self.branches:
            branch.operations.reverse()

    def use(self, value: int, slot: int, home: _Branch) -> _Branch:
        """Where an operand is needed: for the value of a case, in a branch of its own."""
        lazy = self.operations[value].name == "select" and slot % 2
        if not lazy or home.depth >= DEEPEST_BRANCH:
            return home
        branch = self.branch_of[value, slot] = _Branch(f"_branch{len(self.branches)}", home)
        self.branches.append(branch)
        return branch

    def reads(self, value: int) -> list[int]:
        """What the code of an operation mentions, once for each time."""
        found: list[int] = []
        for slot, operand in enumerate(self.operations[value].operands):
            branch = self.branch_of.get((value, slot))
            found += branch.captured if branch and branch.operations else [operand]
        return [operand for operand in found if not self.is_free(operand)]

    def capture(self) -> None:
        """The values from outside that a branch, or one inside it, reads: its parameters."""
        for branch in reversed(self.branches):
            read = {operand for value in branch.operations for operand in self.reads(value)}
            branch.captured = sorted(read.difference(branch.operations))

    def source(self) -> str:
        blocks = []
        for branch in reversed(self.branches[1:]):
            if branch.operations:
                blocks.append(_Function(self, branch, branch.operations[-1:]).source())
        main = _Function(self, self.main, self.program.outputs, list(range(len(self.names))))
        return "\n\n".join([*blocks, main.source()])


class _Function:
    """The code of one branch; the names of values that were read for the last time are reused."""

    def __init__(
        self,
        printer: _Printer,
        branch: _Branch,
        results: Sequence[int],
        parameters: list[int] | None = None,
    ) -> None:
        self.printer, self.branch, self.results = printer, branch, results
        self.unused: list[str] = []
        self.named = 0
        self.code: dict[int, tuple[str, int, list[int]]] = {}  # text, binding, named values in it
        self.parameters = branch.captured if parameters is None else parameters
        self.left = Counter(results)
        for value in branch.operations:
            self.left.update(printer.reads(value))
        for value in self.parameters:
            is_input = value < len(printer.names)
            self.code[value] = (printer.names[value] if is_input else self.name(), ATOM, [value])

    def name(self) -> str:
        if self.unused:
            return self.unused.pop()
        self.named += 1
        return f"_{self.named}"

    def source(self) -> str:
        parameters = ", ".join(self.code[value][0] for value in self.parameters)
        lines = [f"def {self.branch.name}({parameters}):"]
        for value in self.branch.operations:
            text, binding, mentioned = self.expression(value)
            if self.left[value] == 1 and len(text) <= LONGEST_INLINE:
                self.code[value] = text, binding, mentioned
                continue
            self.release(mentioned)
            self.code[value] = self.name(), ATOM, [value]
            lines.append(f"    {self.code[value][0]} = {text}")
        return "\n".join([*lines, f"    return {self.returned()}"])

    def returned(self) -> str:
        texts = [self.operand(value)[0] for value in self.results]
        if self.branch is not self.printer.main:
            return texts[0]
        if sum(map(len, texts)) <= LONGEST_INLINE:
            return f"({', '.join(texts)}{',' if len(texts) == 1 else ''})"
        return "(\n" + "".join(f"        {text},\n" for text in texts) + "    )"

    def release(self, mentioned: Sequence[int]) -> None:
        for value in mentioned:
            self.left[value] -= 1
            if self.left[value] == 0 and self.code[value][0].startswith("_"):
                self.unused.append(self.code[value][0])

    def operand(self, value: int) -> tuple[str, int, list[int]]:
        if self.printer.is_free(value):
            text = _literal(self.printer.operations[value].payload)
            return text, UNARY if text.startswith("-") else ATOM, []
        return self.code[value]

    def expression(self, value: int) -> tuple[str, int, list[int]]:
        operation = self.printer.operations[value]
        if operation.name == "select":
            return self.selection(value, operation)
        parts = [self.operand(k) for k in operation.operands]
        mentioned = [name for part in parts for name in part[2]]
        if operation.name == "neg":
            return f"-{_bound(parts[0], UNARY)}", UNARY, mentioned
        if operation.name in OPERATORS:
            sign, binding = OPERATORS[operation.name]
            left, right = _bound(parts[0], binding + (binding == 1)), _bound(parts[1], binding + 1)
            return f"{left} {sign} {right}", binding, mentioned
        if operation.name not in CALLS:
            raise ValueError(f"the operation {operation.name!r} is unknown to the NumPy backend")
        arguments = ", ".join(part[0] for part in parts)
        return f"{CALLS[operation.name]}({arguments})", ATOM, mentioned

    def selection(self, value: int, operation: Operation) -> tuple[str, int, list[int]]:
        cases, mentioned = [], []
        for slot in range(1, len(operation.operands), 2):
            mask, *operands = [self.operand(k) for k in self.case(value, slot)]
            branch = self.printer.branch_of.get((value, slot))
            name = branch.name if branch and branch.operations else "same"
            texts = "".join(f"{operand[0]}, " for operand in operands)
            texts = texts.strip() if len(operands) == 1 else texts.rstrip(", ")
            cases.append(f"({mask[0]}, {name}, ({texts}))")
            mentioned += [k for part in (mask, *operands) for k in part[2]]
        return f"select({', '.join(cases)})", ATOM, mentioned

    def case(self, value: int, slot: int) -> list[int]:
        """The mask of a case and what its branch is called with."""
        operands = self.printer.operations[value].operands
        branch = self.printer.branch_of.get((value, slot))
        captured = branch.captured if branch and branch.operations else [operands[slot]]
        return [operands[slot - 1], *captured]


def _bound(part: tuple[str, int, list[int]], binding: int) -> str:
    return part[0] if part[1] >= binding else f"({part[0]})"


def _literal(number: Any) -> str:
    """Python's text of a constant, made from a plain number so that it can hold nothing else."""
    if isinstance(number, bool):
        return "True" if number else "False"
    if isinstance(number, complex):
        return f"complex({_literal(number.real)}, {_literal(number.imag)})"
    if math.isnan(number):
        return "np.nan"
    if math.isinf(number):
        return "np.inf" if number > 0 else "-np.inf"
    return repr(float(number))
