"""A `Program` as NumPy source, and that source as a function.

Nothing from outside reaches the source: symbols that are not plain names become x0, x1, ...,
operations come from the tables below and from `numpy_arrays`, constants are printed from floats.
Each branch of a "select" is a function of its own, which sees only the elements that its mask
selects. What is short and used once stands where it is used; quantities keep their names.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from lambdify_bridge.arrays import runtime
from lambdify_bridge.backends import numpy_methods
from lambdify_bridge.backends.numpy_arrays import ARRAYS, written
from lambdify_bridge.backends.numpy_functions import HELPERS, scipy_linalg, scipy_special
from lambdify_bridge.backends.parts import ATOM, UNARY, Part, literal
from lambdify_bridge.branches import innermost
from lambdify_bridge.numeric.methods import METHODS
from lambdify_bridge.program import Operation, Program

# fmt: off
OPERATORS: dict[str, tuple[str, int]] = {   # operation: Python's operator, how tightly it binds
    "lt": ("<", 1), "le": ("<=", 1), "gt": (">", 1), "ge": (">=", 1), "eq": ("==", 1),
    "or": ("|", 2), "and": ("&", 3), "add": ("+", 4), "sub": ("-", 4), "mul": ("*", 5),
    "div": ("/", 5),
}
INFIX = OPERATORS | {"matmul": ("@", 5)}
PREFIX = {"neg": ("-", UNARY, UNARY), "indicator": ("1.0 * ", 5, UNARY)}  # and the operand's

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
    "betainc":     "special.betainc",
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
    "hyperu":      "hyperu",
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
VIEWS = {"named", "transpose", "expand"}  # of a value with a name: they cost nothing, and get none
MOST_TAKEN = 20  # values of which one is taken by np.where inside np.where
LONGEST_INLINE = 60  # characters of an operation that is printed inside the next one


# -- names ----------------------------------------------------------------------------------------

MODULES = {"np", "linalg", "special", "runtime"}
RESERVED = {*HELPERS, *dir(builtins), *keyword.kwlist, *keyword.softkwlist, *MODULES}


def parameter_names(program: Program) -> tuple[str, ...]:
    """One Python name for each input: its own where that is plain, unique and free, or x0, x1, ...

    >>> from sympy import symbols
    >>> from lambdify_bridge.lowering import lower
    >>> parameter_names(lower([1], symbols("alpha lambda x_1")))
    ('alpha', 'x0', 'x_1')
    """
    return plain_names([symbol.name for symbol in program.inputs])


def plain_names(own: Sequence[str]) -> tuple[str, ...]:
    """Names as they are where they are plain, unique and free; x0, x1, ... for the others."""
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
    return _run(text, _namespace(text))


def imports(text: str) -> list[str]:
    """What a file that holds the source has to import."""
    used = set(re.findall(r"(?<![.\w])[A-Za-z]\w*", text))
    lines = ["import numpy as np"]
    scipy = [name for name in SCIPY if name in used]
    if scipy:
        lines.append(f"from scipy import {', '.join(scipy)}")
    if "runtime" in used:
        lines.append("from lambdify_bridge.arrays import runtime")
    helpers = sorted(used & set(HELPERS))
    if helpers:
        lines.append(f"from lambdify_bridge.backends.numpy_functions import {', '.join(helpers)}")
    return lines


SCIPY: dict[str, Callable[[], Any]] = {"linalg": scipy_linalg, "special": scipy_special}


def _namespace(text: str) -> dict[str, Any]:
    known: dict[str, Any] = {"__builtins__": {}, "np": np, "complex": complex, **HELPERS}
    known |= {name: load() for name, load in SCIPY.items() if f"{name}." in text}
    if "runtime." in text:
        known["runtime"] = runtime
    if re.search(r"\.(sum|max|min)\(", text):  # methods that load parts of NumPy
        known["__builtins__"] = {"__import__": __import__}
    return known | {"int": int}


def _run(text: str, namespace: dict[str, Any]) -> Any:
    exec(compile(text, "<lambdify_bridge>", "exec"), namespace)
    return namespace["function"]


@lru_cache(maxsize=4096)
def _function_of(name: str, payload: Any, many: int) -> Callable[..., Any]:
    letters = [Part(f"_{k}", ATOM, ()) for k in range(many)]
    operation = Operation(name, (), payload)
    if name in METHODS:
        first, part = _definitions(payload, "_f"), _method_call(operation, letters, "_f")
    else:
        first, part = "", expression(operation, letters)
    parameters = ", ".join(letter.text for letter in letters)
    return _run(f"{first}function = lambda {parameters}: {part}", _namespace(first + str(part)))


def function_of(operation: Operation) -> Callable[..., Any]:
    """One operation as a function of its operands."""
    return _function_of(operation.name, operation.payload, len(operation.operands))


def expression(operation: Operation, parts: Sequence[Part]) -> Part:
    """The code of an operation on these operands."""
    mentioned = [value for part in parts for value in part.mentioned]
    name = operation.name
    if name == "named":
        return parts[0]
    if name in PREFIX:
        sign, binding, inner = PREFIX[name]
        return Part(f"{sign}{parts[0].bound(inner)}", binding, mentioned)
    if name in INFIX:
        sign, binding = INFIX[name]
        left, right = parts[0].bound(binding + (binding == 1)), parts[1].bound(binding + 1)
        return Part(f"{left} {sign} {right}", binding, mentioned)
    if name in CALLS:
        return Part(f"{CALLS[name]}({', '.join(map(str, parts))})", ATOM, mentioned)
    if name in ARRAYS:
        return Part(written(name, operation.payload, parts), ATOM, mentioned)
    raise ValueError(f"the operation {name!r} is unknown to the NumPy backend")


def _method_call(operation: Operation, parts: Sequence[Part], function: str) -> Part:
    """The code of an operation of METHODS; `_definitions` has the functions that it mentions."""
    mentioned = [value for part in parts for value in part.mentioned]
    return Part(numpy_methods.call(operation, map(str, parts), function), ATOM, mentioned)


def _definitions(method: Any, function: str) -> str:
    """The functions of one operation of METHODS."""
    programs = numpy_methods.programs(method, function)
    return "".join(f"{_Printer(each, name).source()}\n\n\n" for name, each in programs)


class _Branch:
    """A place where operations are computed: the function itself, or a branch inside another."""

    def __init__(self, name: str, parent: _Branch | None = None) -> None:
        self.name, self.parent = name, parent
        self.depth: int = parent.depth + 1 if parent else 0
        self.operations: list[int] = []
        self.captured: list[int] = []


class _Printer:
    def __init__(self, program: Program, name: str = "function") -> None:
        self.program = program
        self.prefix = "" if name == "function" else name
        self.operations = program.operations
        self.names = parameter_names(program)
        self.quantities = self.own_names()
        self.main = _Branch(name)
        self.branches = [self.main]
        self.branch_of: dict[tuple[int, int], _Branch] = {}  # (select, operand) -> its branch
        self.place()
        self.capture()

    def own_names(self) -> dict[int, str]:
        """What quantities are called, where their name is plain and free."""
        found: dict[int, str] = {}
        taken = set(self.names)
        for operation in self.operations:
            if operation.name == "named":
                (value,), name = operation.operands, operation.payload
                is_new = value not in found and name not in taken and _is_plain(name)
                if is_new and self.operations[value].name not in ("input", "constant", "named"):
                    found[value] = name
                    taken.add(name)
        return found

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
                home[operand] = innermost(home[operand], use) if operand in home else use
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
        branch = self.branch_of[value, slot] = _Branch(
            f"{self.prefix}_branch{len(self.branches)}", home
        )
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
        return self.methods() + "\n\n".join([*blocks, main.source()])

    def methods(self) -> str:
        """The functions under integrals and sums."""
        return "".join(
            _definitions(payload, self.under(value))
            for value, (name, _, payload) in enumerate(self.operations)
            if name in METHODS
        )

    def under(self, value: int) -> str:
        return f"{self.prefix}_f{value}"


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
        self.code: dict[int, Part] = {}
        self.parameters = branch.captured if parameters is None else parameters
        self.left = Counter(results)
        for value in branch.operations:
            self.left.update(printer.reads(value))
        for value in self.parameters:
            is_input = value < len(printer.names)
            self.code[value] = Part(
                printer.names[value] if is_input else self.name(), ATOM, [value]
            )

    def name(self) -> str:
        if self.unused:
            return self.unused.pop()
        self.named += 1
        return f"_{self.named}"

    def source(self) -> str:
        parameters = ", ".join(self.code[value].text for value in self.parameters)
        head = f"def {self.branch.name}({parameters}):"
        return "\n".join([head, *self.body(), f"    return {self.returned()}"])

    def body(self) -> list[str]:
        """The lines before the results."""
        lines = []
        for value in self.branch.operations:
            part = self.expression(value)
            if self.is_inline(value, part):
                self.code[value] = part
                self.left.update(dict.fromkeys(part.mentioned, self.left[value] - 1))
                continue
            self.release(part.mentioned)
            name = self.printer.quantities.get(value) or self.name()
            self.code[value] = Part(name, ATOM, [value])
            lines.append(f"    {name} = {part.text}")
        return lines

    def is_inline(self, value: int, part: Part) -> bool:
        """Short and used once, or a view of something with a name."""
        if value in self.printer.quantities:
            return False
        name, operands, _ = self.printer.operations[value]
        if name in VIEWS and self.operand(operands[0]).text.isidentifier():
            return True
        return self.left[value] == 1 and len(part.text) <= LONGEST_INLINE

    def returned(self) -> str:
        texts = [self.operand(value).text for value in self.results]
        if self.branch is not self.printer.main:
            return texts[0]
        if sum(map(len, texts)) <= LONGEST_INLINE:
            return f"({', '.join(texts)}{',' if len(texts) == 1 else ''})"
        return "(\n" + "".join(f"        {text},\n" for text in texts) + "    )"

    def release(self, mentioned: Sequence[int]) -> None:
        for value in mentioned:
            self.left[value] -= 1
            if self.left[value] == 0 and self.code[value].text.startswith("_"):
                self.unused.append(self.code[value].text)

    def operand(self, value: int) -> Part:
        if self.printer.is_free(value):
            text = literal(self.printer.operations[value].payload)
            return Part(text, UNARY if text.startswith("-") else ATOM)
        return self.code[value]

    def expression(self, value: int) -> Part:
        operation = self.printer.operations[value]
        if operation.name == "select":
            return self.selection(value, operation)
        parts = [self.operand(k) for k in operation.operands]
        if operation.name in METHODS:
            return _method_call(operation, parts, self.printer.under(value))
        return expression(operation, parts)

    def selection(self, value: int, operation: Operation) -> Part:
        """Branches of their own, computed where their masks hold; without any, values taken."""
        branches = (self.printer.branch_of.get((value, k)) for k in range(len(operation.operands)))
        is_lazy = any(branch and branch.operations for branch in branches)
        if not is_lazy and len(operation.operands) <= 2 * MOST_TAKEN:
            return self.taken(operation.operands)
        cases, mentioned = [], list[int]()
        for slot in range(1, len(operation.operands), 2):
            mask, *operands = [self.operand(k) for k in self.case(value, slot)]
            branch = self.printer.branch_of.get((value, slot))
            name = branch.name if branch and branch.operations else "same"
            texts = "".join(f"{operand}, " for operand in operands)
            texts = texts.strip() if len(operands) == 1 else texts.rstrip(", ")
            cases.append(f"({mask}, {name}, ({texts}))")
            mentioned += [k for part in (mask, *operands) for k in part.mentioned]
        return Part(f"select({', '.join(cases)})", ATOM, mentioned)

    def taken(self, operands: Sequence[int]) -> Part:
        """One of several values; numbers outside, where they take the precision of the others."""
        cases = list(zip(operands[::2], operands[1::2], strict=True))
        cases.sort(key=lambda case: self.printer.is_free(case[1]))
        taken = Part("np.nan", ATOM)
        where = Operation("where")
        for case in cases:
            taken = expression(where, [*map(self.operand, case), taken])
        return taken

    def case(self, value: int, slot: int) -> list[int]:
        """The mask of a case and what its branch is called with."""
        operands = self.printer.operations[value].operands
        branch = self.printer.branch_of.get((value, slot))
        captured = branch.captured if branch and branch.operations else [operands[slot]]
        return [operands[slot - 1], *captured]
