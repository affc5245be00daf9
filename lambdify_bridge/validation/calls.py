"""Calling somebody else's function: in its library's types, with copies, whatever it returns."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dis import Instruction, get_instructions
from types import ModuleType
from typing import Any

import numpy as np

from lambdify_bridge.extras import extra

LIBRARIES = ("numpy", "python", "torch", "jax")
OF_ARRAYS = ("numpy", "jax", "torch", "scipy", "autograd")


@dataclass(frozen=True)
class Result:
    """What one call gave: its outputs, or the error; and whether it changed what it was given."""

    outputs: tuple[np.ndarray, ...] | None
    error: Exception | None = None
    changed: tuple[int, ...] = ()  # the positions of arguments
    kind: str = ""  # of the outputs: the narrowest floating type among them, or "int"


@dataclass(frozen=True)
class Caller:
    """A function, and how it wants its arguments.

    `names` are those of the expected outputs; several of no shape may come as one array.
    """

    function: Callable[..., Any]
    library: str
    names: tuple[str, ...]
    joined: bool = False  # outputs are numbers that may be the entries of one array
    in_a_row: bool = False  # numbers are given as arrays of one entry

    def __call__(self, inputs: Sequence[np.ndarray]) -> Result:
        given = [self.given(x) for x in inputs]
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                returned = self.function(*given)
            outputs = self.outputs(returned)
            if self.in_a_row and all(np.ndim(x) == 0 for x in inputs):
                outputs = [x[0] if np.ndim(x) and len(x) == 1 else x for x in outputs]
        except Exception as error:  # whatever people's code raises is a finding
            return Result(None, error)
        changed = [k for k, (x, y) in enumerate(zip(inputs, given, strict=True)) if not _same(x, y)]
        return Result(tuple(outputs), None, tuple(changed), _kind(outputs))

    def given(self, x: np.ndarray) -> Any:
        """A copy in the library's type; single numbers as NumPy's, or Python's."""
        if self.library == "torch":
            return extra("torch", "torch", "functions of tensors").tensor(x)
        if self.library == "jax":
            return extra("jax.numpy", "jax", "functions of jax arrays").asarray(x)
        if np.ndim(x):
            return x.tolist() if self.library == "python" else np.array(x)
        if self.in_a_row:
            return np.array([x])
        number = np.asarray(x)[()]
        return number.item() if self.library == "python" or number.dtype.kind != "f" else number

    def outputs(self, returned: Any) -> list[np.ndarray]:
        if isinstance(returned, Mapping):
            returned = _by_name(returned, self.names)
        several = isinstance(returned, (tuple, list)) and not _is_one_array(
            returned, len(self.names)
        )
        if several:
            if len(returned) == 1 and len(self.names) == 1:
                return [_array(returned[0])]
            return [_array(each) for each in returned]
        whole = _array(returned)
        if self.joined and whole.shape == (len(self.names), 1):
            whole = whole[:, 0]
        count = len(self.names)
        if self.joined and whole.ndim >= 1 and count in (whole.shape[-1], whole.shape[0]):
            last = whole.shape[-1] == count and (whole.ndim == 1 or whole.shape[0] != count)
            return [whole[..., k] if last else whole[k] for k in range(count)]
        return [whole]


def _is_one_array(returned: Any, count: int) -> bool:
    """A list of numbers as the only output is an array."""
    return count == 1 and len(returned) != 1 and all(np.ndim(each) == 0 for each in returned)


def _by_name(returned: Mapping[Any, Any], names: Sequence[str]) -> Any:
    short = {str(key): value for key, value in returned.items()}
    found = [next((v for k, v in short.items() if name in (k, f"d/d{k}")), None) for name in names]
    kept = [each for each in found if each is not None]
    return tuple(kept) if len(kept) == len(short) else tuple(short.values())


def _array(value: Any) -> np.ndarray:
    for method in ("detach", "cpu", "numpy"):
        if hasattr(value, method) and not isinstance(value, np.ndarray):
            value = getattr(value, method)()
    x = np.asarray(value)
    if x.dtype.kind not in "biufc":
        raise TypeError(f"it returns {type(value).__name__}, which is no number")
    return np.array(x)


def _same(x: np.ndarray, given: Any) -> bool:
    if np.ndim(x) == 0:
        return True
    y = np.asarray(given.detach().numpy() if hasattr(given, "detach") else given)
    return x.shape == y.shape and bool(np.array_equal(x, y, equal_nan=x.dtype.kind in "fc"))


def _kind(outputs: Sequence[np.ndarray]) -> str:
    kinds = [x.dtype for x in outputs]
    floats = sorted((d for d in kinds if d.kind == "f"), key=lambda d: d.itemsize)
    return floats[0].name if floats else kinds[0].name if kinds else ""


def library_of(function: Callable[..., Any]) -> str | None:
    """The library whose arrays it computes with, as far as its code names one; None: not known."""
    found = set()
    for code, names in _codes(function):
        found |= {i.argval.partition(".")[0] for i in get_instructions(code) if _imports(i)}
        for name in (*code.co_names, *code.co_freevars):
            module = names.get(name)
            home = (
                module.__name__
                if isinstance(module, ModuleType)
                else getattr(module, "__module__", "")
            )
            if isinstance(home, str):
                found.add(home.partition(".")[0])
    if "torch" in found or "jax" in found:
        return "torch" if "torch" in found else "jax"
    if found & set(OF_ARRAYS) or isinstance(function, np.ufunc):
        return "numpy"
    return "python" if found & {"math", "cmath"} else None


def _imports(instruction: Instruction) -> bool:
    return instruction.opname == "IMPORT_NAME" and bool(instruction.argval)


def _codes(function: Any) -> list[tuple[Any, dict[str, Any]]]:
    """The code of the function, and of functions of its module that it calls, with their names."""
    function = inspect.unwrap(function)
    function = getattr(function, "__func__", function)
    function = getattr(function, "func", function)
    if not hasattr(function, "__code__"):
        function = type(function).__dict__.get("__call__", function)
    if not hasattr(function, "__code__"):
        return []
    seen, stack, found = set(), [function], []
    while stack:
        each = stack.pop()
        if each in seen:
            continue
        seen.add(each)
        closed = inspect.getclosurevars(each).nonlocals if each.__closure__ else {}
        names = {**each.__globals__, **closed}
        found.append((each.__code__, names))
        called = [names.get(n) for n in (*each.__code__.co_names, *each.__code__.co_freevars)]
        home = each.__module__
        stack += [f for f in called if inspect.isfunction(f) and f.__module__ == home]
        stack += [f for f in closed.values() if inspect.isfunction(f)]
    return found


def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of the parameters without a default; none where they cannot be seen."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ()
    named = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    every = [p for p in signature.parameters.values() if p.kind in named]
    return tuple(p.name for p in every if p.default is inspect.Parameter.empty)
