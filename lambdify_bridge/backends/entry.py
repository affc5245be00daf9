"""What a call runs first: `math` for floats, whole arrays at once where they are small.

One function of Python's, with the arguments by name, so that a call costs little beside its work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Any

import numpy as np

from lambdify_bridge.backends import scalar
from lambdify_bridge.backends.python_source import run
from lambdify_bridge.program import Program

TINY = 32  # elements: below, only the number of operations counts
SMALL = 2**13  # elements: below, whole arrays stay in the cache, and blocks gain nothing

NO_RESULT = "(ArithmeticError, TypeError, ValueError)"  # flags, and shapes that do not fit


@dataclass(frozen=True)
class OfArrays:
    """What computes the result of arrays of doubles, as a new array."""

    function: Callable[..., Any]
    context: Context | None  # in which it runs: FloatingPointError there means "not so"
    of_all: bool = True  # the result depends on all arguments, so it has their common shape
    tiny: Callable[..., Any] | None = None  # for as many as TINY elements
    large: Callable[..., Any] | None = None  # for more than SMALL elements; it may return None
    # Called before, where calls are counted: StopIteration means that `tired` is called next.
    counted: Callable[[], Any] | None = None
    tired: Callable[[], Any] | None = None


def entry(
    names: Sequence[str],
    of_floats: Program | None,
    of_arrays: OfArrays | None,
    elsewhere: Callable[..., Any],
) -> Callable[..., Any]:
    """A function of these arguments; what is neither floats nor small arrays goes `elsewhere`."""
    parameters = ", ".join(names)
    known = {**scalar.NAMES, **ENTRY, "_elsewhere": elsewhere}
    functions, text = list[str](), [f"def f({parameters}):"]  # so errors name it
    if names and (of_floats or of_arrays):
        text.append(f"    _kind = type({names[0]})")
    if of_floats:
        functions, body, result = scalar.lines(of_floats, names)
        text += [
            f"    if {_all(names, '_kind is float', 'type({}) is float') or 'True'}:",
            "        try:",
            *[f"        {line}" for line in body],
            f"            return {result}",
            "        except (ValueError, ArithmeticError):",
            "            pass",
        ]
    if of_arrays and names:
        text += _of_arrays(names, of_arrays)
        known |= {"_at_once": of_arrays.function, "_counted": of_arrays.counted}
        known |= {"_context": of_arrays.context and of_arrays.context.copy}
        known |= {"_tired": of_arrays.tired, "_large": of_arrays.large}
        known["_tiny"] = of_arrays.tiny
    text += [f"    return _elsewhere({parameters})", "function = f"]
    return run("\n\n\n".join([*functions, "\n".join(text)]), known)


def _all(names: Sequence[str], of_first: str, of_other: str) -> str:
    return " and ".join([of_first, *[of_other.format(name) for name in names[1:]]] if names else [])


def _of_arrays(names: Sequence[str], of_arrays: OfArrays) -> list[str]:
    given = ", ".join(names)
    conditions = [_all(names, "_kind is _ndarray", "type({}) is _kind")]
    conditions += [f"{name}.dtype is _double" for name in names]
    first = f"_tiny if {names[0]}.size <= {TINY} else _at_once" if of_arrays.tiny else "_at_once"
    small = f"_context().run({first}, {given})" if of_arrays.context else f"_at_once({given})"
    # Of equal sizes only a column and a row give more, which is right all the same.
    sizes = " == ".join(f"{name}.size" for name in names) + f" <= {SMALL}"
    shapes = "" if of_arrays.of_all else " and " + " == ".join(f"{name}.shape" for name in names)
    lines = [
        f"    if {' and '.join(conditions)}:",
        f"        if {sizes if of_arrays.context else True}{shapes}:",
        "            try:",
        *["                _counted()"] * (of_arrays.counted is not None),
        f"                return {small}",
    ]
    if of_arrays.counted is not None:
        lines += ["            except StopIteration:", "                _tired()"]
    lines += [
        "            except (ArithmeticError, TypeError, ValueError):",
        "                pass",
    ]
    if of_arrays.large is not None:
        lines += [
            f"        elif (_result := _large({given})) is not None:",
            "            return _result",
        ]
    return lines


ENTRY = {
    "type": type, "float": float, "ValueError": ValueError, "ArithmeticError": ArithmeticError,
    "TypeError": TypeError, "StopIteration": StopIteration, "_ndarray": np.ndarray,
    "_double": np.dtype(float),
}  # fmt: skip
