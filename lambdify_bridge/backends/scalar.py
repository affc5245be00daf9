"""A `Program` at one point of Python's floats: code of the `math` module.

`math` raises where NumPy gives an infinity or NaN (exp(1000), log(0), 1/0.0): then the value is
that of the NumPy function.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from lambdify_bridge.backends import numpy as printer
from lambdify_bridge.backends import numpy_functions
from lambdify_bridge.backends.numpy import CALLS, OPERATORS
from lambdify_bridge.backends.python_source import Language, _Printer, run
from lambdify_bridge.program import Program

LONGEST = 2000  # operations: Python compiles as many in a tenth of a second
NO_VALUE = "(ValueError, ArithmeticError)"


# -- what `math` lacks, as NumPy has it -----------------------------------------------------------


def sign(x: float) -> float:
    return 1.0 if x > 0 else -1.0 if x < 0 else x


def maximum(x: float, y: float) -> float:
    return x if x >= y else y if y > x else math.nan


def minimum(x: float, y: float) -> float:
    return x if x <= y else y if y < x else math.nan


def differs(x: float, y: float) -> bool:
    return x < y or x > y


def mod(x: float, y: float) -> float:
    return x % y


def heaviside(x: float, at_zero: float) -> float:
    return 1.0 if x > 0 else 0.0 if x < 0 else at_zero if x == 0 else x


def sinc(x: float) -> float:
    return math.sin(x) / x if x else 1.0


def softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def sigmoid(x: float) -> float:
    return math.exp(min(x, 0.0)) / (1.0 + math.exp(-abs(x)))


def floor(x: float) -> float:
    return float(math.floor(x))


def ceiling(x: float) -> float:
    return float(math.ceil(x))


def real(x: float) -> float:
    return x


def imaginary(x: float) -> float:
    return 0.0


def _of_numpy(name: str) -> Callable[..., float]:
    """NumPy's or SciPy's function, which is looked up when it is first called."""
    found: list[Callable[..., Any]] = []

    def function(*values: float) -> float:
        if not found:
            module, _, own = CALLS[name].rpartition(".")
            if not module:
                found.append(numpy_functions.HELPERS[own])
            else:
                import numpy

                home = numpy if module == "np" else numpy_functions.scipy_special()
                found.append(getattr(home, own))
        return found[0](*values).item()

    return function


# fmt: off
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": math.exp, "log": math.log, "expm1": math.expm1, "log1p": math.log1p,
    "sqrt": math.sqrt, "power": math.pow, "hypot": math.hypot, "abs": math.fabs,
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "asin": math.asin, "acos": math.acos,
    "atan": math.atan, "atan2": math.atan2, "sinh": math.sinh, "cosh": math.cosh,
    "tanh": math.tanh, "asinh": math.asinh, "acosh": math.acosh, "atanh": math.atanh,
    "erf": math.erf, "erfc": math.erfc, "gamma": math.gamma,
    "sign": sign, "maximum": maximum, "minimum": minimum, "differs": differs, "mod": mod,
    "heaviside": heaviside, "sinc": sinc, "softplus": softplus, "sigmoid": sigmoid,
    "floor": floor, "ceiling": ceiling, "re": real, "im": imaginary, "conjugate": real,
}
# fmt: on
# A square is a product.
FUNCTIONS |= {name: _of_numpy(name) for name in CALLS if name not in (*FUNCTIONS, "square")}
NAMES: dict[str, Any] = {f"_{name}": function for name, function in FUNCTIONS.items()}
NAMES |= {"_nan": math.nan, "_inf": math.inf}


def literal(number: Any) -> str:
    """No argument is called _nan: what begins with an underscore is ours."""
    return printer.literal(number, home="_")


LANGUAGE = Language(
    name="math",
    calls={name: f"_{name}" for name in FUNCTIONS if name not in OPERATORS},
    opening={},
    reserved=frozenset(),
    literal=literal,
    lazy=True,
    conditional=True,
)


def has_code(program: Program) -> bool:
    """Whether all values are real, and not too many for Python to compile."""
    return len(program.operations) <= LONGEST and is_real(program)


def is_real(program: Program) -> bool:
    """Whether all values are real, of operations that `math` has."""
    names, payloads = (set(map(itemgetter(k), program.operations)) for k in (0, 2))
    known = {*LANGUAGE.calls, *OPERATORS, "neg", "square", "select", "constant", "input"}
    return names <= known and complex not in map(type, payloads)


def lines(program: Program, names: Sequence[str]) -> tuple[list[str], list[str], str]:
    """Functions, lines of a function of these floats, and the text of the first output."""
    made = _Printer(program, LANGUAGE)
    made.names = tuple(names)
    main = made.main_function()
    body = main.body()
    return made.branch_sources(), body, main.operand(program.outputs[0]).text


def at_a_point(program: Program, names: Sequence[str]) -> Callable[..., tuple[Any, ...]]:
    """All outputs, of floats; it raises ValueError or ArithmeticError where `math` does."""
    made = _Printer(program, LANGUAGE)
    made.names = tuple(names)
    return run(made.source(), NAMES)
