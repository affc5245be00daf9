"""Compiled formulas as objects that are called."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from lambdify_bridge.backends import blocks, scalar
from lambdify_bridge.backends.levels import Levels, levelled
from lambdify_bridge.backends.numpy import compile_source, imports, plain_names, source
from lambdify_bridge.calls import DOUBLE, Inputs, Outputs, quietly
from lambdify_bridge.extras import MissingExtra
from lambdify_bridge.formula_text import Described
from lambdify_bridge.problem import Problem
from lambdify_bridge.program import Program

# Seconds that NumPy takes for an operation, and that a usual formula takes to compile.
EACH_CALL, EACH_POINT, WORTH_COMPILING = 5e-7, 1e-9, 0.1
LONGEST_SOURCE = 2000  # operations: of more, the steps are run one by one, without source
SMALL = 2**12  # elements: below, whole arrays stay in the cache, and blocks gain nothing


def _ufunc(program: Program) -> Any:
    from lambdify_bridge.backends import ufunc

    return ufunc.compiled(program)


def _c(program: Program) -> Any:
    from lambdify_bridge.backends import c

    return c.compiled(program)


MACHINE_CODE: dict[str | None, Callable[[Program], Any]] = {"ufunc": _ufunc, "c": _c}


class NumpyFunction(staticmethod):
    __doc__ = Described(
        """A compiled formula: call it with arrays, by position or by name.

    `args` are its symbols in order (those of an array argument together), `source` the code it
    runs, with its imports, `program` the operations. No call changes more than the last bits of a
    later one, when machine code takes over; it can be copied and pickled. It is a `staticmethod` of
    the function that does the work, so that a call costs no frame of Python's in between.
        """
    )

    def __init__(
        self,
        problem: Problem,
        dtype: np.dtype | None = None,
        threads: int = 1,
        backend: str | None = None,
    ) -> None:
        """`backend`: "numpy", or "ufunc" or "c" for machine code; None for NumPy first.

        Raises ValueError where a program has no machine code, MissingExtra without a compiler.
        """
        self.problem, self.dtype, self.threads, self.backend = problem, dtype, threads, backend
        super().__init__(self._first_call)
        self._spent = 0.0  # seconds that NumPy took, about
        self._native: Any = None
        if backend in MACHINE_CODE:
            self._native = MACHINE_CODE[backend](problem.program)

    # -- what it is ----------------------------------------------------------------------------

    @property
    def program(self) -> Program:
        return self.problem.program

    @property
    def formula(self) -> str:
        return str(self.problem.formula)

    @property
    def args(self) -> tuple[Any, ...]:
        return tuple(
            [each.symbols if each.shape else each.symbols[0] for each in self.problem.arguments]
        )

    @cached_property
    def source(self) -> str:
        if self.backend in MACHINE_CODE:
            return self._native.source
        return "\n".join([*imports(self._numpy_source), "", "", self._numpy_source]) + "\n"

    @cached_property
    def _numpy_source(self) -> str:
        return source(self.program)

    @property
    def ufunc(self) -> np.ufunc:
        """The `numpy.ufunc` of machine code: one input for each symbol, one output for each entry.

        Raises AttributeError where there is none.
        """
        if self._native is None:
            raise AttributeError('there is no machine code yet: ask for backend="ufunc"')
        return self._native.ufunc

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """What the arguments are called in Python."""
        return plain_names([argument.name for argument in self.problem.arguments])

    @property
    def _call(self) -> str:
        return f"f({', '.join(self._names)})"

    @property
    def __signature__(self) -> inspect.Signature:
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        return inspect.Signature([inspect.Parameter(name, kind) for name in self._names])

    def __reduce__(self) -> tuple[Any, ...]:
        return NumpyFunction, (self.problem, self.dtype, self.threads, self.backend)

    def __repr__(self) -> str:
        return f"NumpyFunction({', '.join(self._names)}: {self.formula})"

    # -- a call --------------------------------------------------------------------------------

    def _first_call(self, /, *values: Any, **named: Any) -> Any:
        """What is compiled is compiled now; later calls go to it at once."""
        super().__init__(self._entry())
        return self(*values, **named)

    def _entry(self) -> Callable[..., Any]:
        if self._native is not None and self._is_plain and self.dtype is None:
            return self._native.ufunc
        inline = self._is_plain and self.dtype is None and scalar.has_code(self.program)
        entry = scalar.entry(self.program, self._names, self._of_arrays, inline)
        own = [argument.name for argument in self.problem.arguments]
        renamed = {name: new for name, new in zip(own, self._names, strict=True) if name != new}
        counts = Counter(own)
        unique = {name: new for name, new in renamed.items() if counts[name] == 1}
        if not unique:
            return entry

        def by_own_names(*values: Any, **named: Any) -> Any:
            return entry(*values, **{unique.get(name, name): v for name, v in named.items()})

        return by_own_names

    # -- ways to compute -----------------------------------------------------------------------

    @cached_property
    def _levels(self) -> Levels | None:
        return levelled(self.program)

    @cached_property
    def _plan(self) -> blocks.Plan | None:
        return blocks.planned(self.program)

    @cached_property
    def _function(self) -> Callable[..., Sequence[Any]]:
        return compile_source(self._numpy_source)

    @cached_property
    def _at_a_point(self) -> Callable[..., tuple[Any, ...]] | None:
        """All outputs, of Python's floats; None where `math` has no code for them."""
        if not (self.problem.of_scalars and scalar.has_code(self.program)):
            return None
        return scalar.at_a_point(self.program, self._names)

    @cached_property
    def _is_plain(self) -> bool:
        """One number for each point, of numbers that are in no array argument."""
        layouts = self.problem.layouts
        return self.problem.single and self.problem.of_scalars and not layouts[0].shape

    @cached_property
    def _is_short(self) -> bool:
        """One number for each point, of the inputs' type, by source that compiles at once."""
        fits = self.dtype is None and len(self.program.operations) <= LONGEST_SOURCE
        return self._is_plain and fits

    def _of_arrays(self, /, *values: Any) -> Any:
        if self._is_short and (shape := _same_doubles(values)) is not None:
            if self._native is not None:
                return self._native.ufunc(*values)
            result = quietly(self._function, *values)[0]
            if _is_own(result, shape, values):
                self._remember(result.size)
                return result
        inputs = Inputs(self.problem.arguments, values, self.dtype)
        try:
            results = quietly(self._results, inputs)
        except TypeError as error:
            raise TypeError(f"{self._call} cannot be computed of these types: {error}") from None
        arranged = Outputs(inputs).arranged(results, self.problem.layouts)
        return arranged[0] if self.problem.single else tuple(arranged)

    def _results(self, inputs: Inputs) -> Any:
        """The outputs of the program."""
        if inputs.of_python and self._at_a_point:
            try:
                return self._at_a_point(*[value.item() for value in inputs.values])
            except (ValueError, ArithmeticError):
                pass  # NumPy has an infinity or NaN there
        if self._native is not None and inputs.are_real and inputs.shape:
            results = self._native.ufunc(*inputs.by_symbol())
            return results if isinstance(results, tuple) else (results,)
        self._remember(inputs.size)
        if inputs.are_real and self._levels:
            return self._levels(inputs.rows()).reshape(-1, *inputs.shape)
        is_large = inputs.size > SMALL or len(self.program.operations) > LONGEST_SOURCE
        if is_large and inputs.are_real and self._plan:
            return self._in_blocks(inputs, self._plan)
        values = inputs.by_symbol()
        return self._function(*values)

    def _remember(self, points: int) -> None:
        """Machine code is made when NumPy has taken longer than it will take to compile."""
        if self._spent < 0 or self.backend is not None:
            return
        count = len(self.program.operations)
        self._spent += count * (EACH_CALL + points * EACH_POINT)
        if self._spent > WORTH_COMPILING:
            self._spent = -1.0
            self._native = self._machine_code()

    def _machine_code(self) -> Any:
        """The ufunc, or None where the extra is not installed or the program has no such form."""
        try:
            return MACHINE_CODE["ufunc"](self.program)
        except (MissingExtra, ValueError):
            return None

    def _in_blocks(self, inputs: Inputs, plan: blocks.Plan) -> list[np.ndarray]:
        values = [v[()] if np.ndim(v) == 0 else v for v in inputs.by_symbol()]
        kinds = [np.dtype(bool) if is_mask else inputs.real for is_mask in plan.masks]
        whole = [np.ndim(value) == 0 or _is_whole(value, inputs.shape) for value in values]
        if not all(whole):
            return blocks.run_iterated(plan, values, kinds, inputs.shape)
        flat = [value.reshape(-1) if np.ndim(value) else value for value in values]
        outputs = [np.empty(inputs.shape, kind) for kind in kinds]
        blocks.run(plan, flat, [output.reshape(-1) for output in outputs], self.threads)
        return outputs


def _same_doubles(values: Sequence[Any]) -> tuple[int, ...] | None:
    """The shape of small arrays of floats that all have the same one."""
    if not values or type(values[0]) is not np.ndarray or values[0].size > SMALL:
        return None
    shape = values[0].shape
    for value in values:
        if type(value) is not np.ndarray or value.dtype is not DOUBLE or value.shape != shape:
            return None
    return shape


def _is_own(result: Any, shape: tuple[int, ...], values: Sequence[Any]) -> bool:
    """An array that a caller may keep: of the shape of the inputs, and none of them."""
    return (
        type(result) is np.ndarray
        and result.shape == shape
        and result.base is None
        and not any(result is value for value in values)
    )


def _is_whole(value: np.ndarray, shape: tuple[int, ...]) -> bool:
    return value.shape == shape and value.flags.c_contiguous
