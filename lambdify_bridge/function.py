"""Compiled formulas as objects that are called."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np

from lambdify_bridge.backends import blocks, scalar
from lambdify_bridge.backends.entry import SMALL, OfArrays, entry
from lambdify_bridge.backends.levels import Levels, levelled
from lambdify_bridge.backends.numpy import compile_source, imports, plain_names, source
from lambdify_bridge.backends.one_point import OnePoint, suits
from lambdify_bridge.backends.plain import plain
from lambdify_bridge.calls import QUIET, Inputs, Outputs, quietly, watchful
from lambdify_bridge.extras import MissingExtra
from lambdify_bridge.formula_text import Described
from lambdify_bridge.problem import Problem
from lambdify_bridge.program import Program
from lambdify_bridge.signed_zeros import unsigned

# Seconds that NumPy takes for an operation, and that a usual formula takes to compile.
EACH_CALL, EACH_POINT, WORTH_COMPILING = 5e-7, 1e-9, 0.1
CALLS_TO_LEVEL = 5  # single points after which a long program is put into levels
LONGEST_SOURCE = 2000  # operations: of more, the steps are run one by one, without source
TYPICAL = 1000  # elements of a small array
VIEWS = {"re", "im", "conjugate", "named"}  # operations whose result may be what they are given


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

    `args` are its symbols in order (those of an array argument together), `source` its code, with
    the imports, `program` the operations. Real numbers are computed without precautions against
    overflow first, and with them where something overflows. No call changes more than the last bits
    of a later one, when machine code takes over; it can be copied and pickled. It is a
    `staticmethod` of the function that does the work, so that a call costs no frame of Python's in
    between.
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
        self._meets_arrays = False  # code for them is made when they come
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
        is_complex = any(isinstance(each.payload, complex) for each in self.program.operations)
        return source(unsigned(self.program) if is_complex else self.program)

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
        self._meets_arrays = _are_arrays([*values, *named.values()])
        super().__init__(self._entry())
        return self(*values, **named)

    def _entry(self) -> Callable[..., Any]:
        is_ours = self._is_plain and self.dtype is None
        if self.backend in MACHINE_CODE and is_ours:
            return self._native.ufunc
        of_floats = self._of_floats if is_ours and scalar.has_code(self.program) else None
        of_arrays = self._of_doubles if self._is_short and self._meets_arrays else None
        made = entry(self._names, of_floats, of_arrays, self._of_anything)
        own = [argument.name for argument in self.problem.arguments]
        renamed = {name: new for name, new in zip(own, self._names, strict=True) if name != new}
        counts = Counter(own)
        unique = {name: new for name, new in renamed.items() if counts[name] == 1}
        if not unique:
            return made

        def by_own_names(*values: Any, **named: Any) -> Any:
            return made(*values, **{unique.get(name, name): v for name, v in named.items()})

        return by_own_names

    # -- ways to compute -----------------------------------------------------------------------

    @cached_property
    def _levels(self) -> Levels | None:
        return levelled(self.program)

    @cached_property
    def _plan(self) -> blocks.Plan | None:
        return blocks.planned(self.program)

    @property
    def _is_worth_levels(self) -> bool:
        """Called at so many points that what goes together in levels is worth finding."""
        calls = self._at_a_point.calls if self._at_a_point else 0
        return calls >= CALLS_TO_LEVEL and self._levels is not None

    @cached_property
    def _trial(self) -> blocks.Trial | None:
        """The plan of the plain form, where that is another one."""
        if self._plan is None:
            return None
        found = plain(self.program)
        context, plan = watchful(found.flags), blocks.planned(found.program)
        if context is None or plan is None or found.program == self.program:
            return None
        return blocks.Trial(plan, context)

    @cached_property
    def _of_floats(self) -> Program:
        """The plain form as far as `math` notices what it leaves out: it raises OverflowError."""
        return plain(self.program, vanishing=False).program

    @property
    def _of_doubles(self) -> OfArrays | None:
        """How arrays of doubles are computed; None where the result may be one of them."""
        program = self.program
        inputs = set(range(len(program.inputs)))
        used = inputs.intersection(k for _, operands, _ in program.operations for k in operands)
        may_be_given = program.operations[program.outputs[0]].name in {*VIEWS, "input", "constant"}
        if may_be_given or not used:
            return None
        if self._native is not None:
            return OfArrays(self._native.ufunc, None)
        trial, plan = self._trial, self._plan
        tried = trial.plan if trial else plan
        function = tried.at_once if tried else None
        context = trial.context if trial and function else QUIET
        function = function or self._by_source
        large = self._of_large if plan else None
        ways = OfArrays(function, context, used == inputs, self._tiny if trial else None, large)
        if self._spent < 0 or self.backend is not None:
            return ways
        each = len(program.operations) * (EACH_CALL + TYPICAL * EACH_POINT)
        calls = int((WORTH_COMPILING - self._spent) / each) if each else 0
        count = repeat(None, max(0, calls)).__next__
        return replace(ways, counted=count, tired=self._take_over)

    def _by_source(self, /, *values: Any) -> Any:
        return self._function(*values)[0]

    @property
    def _tiny(self) -> Callable[..., Any] | None:
        """For arrays of a few doubles, where that takes fewer operations."""
        trial = self._trial
        plan = blocks.planned(plain(self.program, brief=True).program, blocks.BRIEF)
        if trial is None or plan is None or len(plan.steps) >= len(trial.plan.steps):
            return None
        return plan.at_once

    @cached_property
    def _function(self) -> Callable[..., Sequence[Any]]:
        return compile_source(self._numpy_source)

    @cached_property
    def _of_complex(self) -> Callable[..., Sequence[Any]]:
        """The function of complex numbers, for which a computed -0.0 is no side of a cut."""
        return compile_source(source(unsigned(self.program)))

    @cached_property
    def _at_a_point(self) -> OnePoint | None:
        """All outputs, of Python's floats; None where `math` has no code for them."""
        return OnePoint(self.program) if suits(self.program) else None

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

    def _of_large(self, /, *values: np.ndarray) -> np.ndarray | None:
        """The result of arrays of doubles that have one shape and lie in order, or None."""
        shape, plan = values[0].shape, self._plan
        if plan is None or not all(_is_whole(value, shape) for value in values):
            return None
        out = np.empty(shape, bool if plan.masks[0] else float)
        self._remember(out.size)
        flat = [value.reshape(-1) for value in values]
        quietly(blocks.run, plan, flat, [out.reshape(-1)], self.threads, self._trial)
        return out

    def _of_anything(self, /, *values: Any) -> Any:
        if not self._meets_arrays and _are_arrays(values):
            self._meets_arrays = True
            super().__init__(self._entry())
            return self(*values)
        inputs = Inputs(self.problem.arguments, values, self.dtype)
        try:
            results = quietly(self._results, inputs)
        except TypeError as error:
            raise TypeError(f"{self._call} cannot be computed of these types: {error}") from None
        arranged = Outputs(inputs).arranged(results, self.problem.layouts)
        return arranged[0] if self.problem.single else tuple(arranged)

    def _results(self, inputs: Inputs) -> Any:
        """The outputs of the program."""
        if inputs.are_floats and self._at_a_point and not self._is_worth_levels:
            results = self._at_a_point(inputs.floats())
            if results is not None:
                return results
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
        return (self._function if inputs.are_real else self._of_complex)(*values)

    def _remember(self, points: int) -> None:
        """Machine code is made when NumPy has taken longer than it will take to compile."""
        if self._spent < 0 or self.backend is not None:
            return
        count = len(self.program.operations)
        self._spent += count * (EACH_CALL + points * EACH_POINT)
        if self._spent > WORTH_COMPILING:
            self._take_over()

    def _take_over(self) -> None:
        self._spent = -1.0
        self._native = self._machine_code()
        super().__init__(self._entry())

    def _machine_code(self) -> Any:
        """The ufunc, or None where the extra is not installed or the program has no such form."""
        try:
            return MACHINE_CODE["ufunc"](self.program)
        except (MissingExtra, ValueError):
            return None

    def _in_blocks(self, inputs: Inputs, plan: blocks.Plan) -> list[np.ndarray]:
        values = [np.asarray(value) for value in inputs.by_symbol()]
        kinds = [np.dtype(bool) if is_mask else inputs.real for is_mask in plan.masks]
        if not all(value.ndim == 0 or _is_whole(value, inputs.shape) for value in values):
            return blocks.run_iterated(plan, values, kinds, inputs.shape, self._trial)
        flat = [value.reshape(-1) if value.ndim else value for value in values]
        outputs = [np.empty(inputs.shape, kind) for kind in kinds]
        parts = [output.reshape(-1) for output in outputs]
        blocks.run(plan, flat, parts, self.threads, self._trial)
        return outputs


def _are_arrays(values: Sequence[Any]) -> bool:
    return any(type(value) is np.ndarray for value in values)


def _is_whole(value: np.ndarray, shape: tuple[int, ...]) -> bool:
    return value.shape == shape and value.flags.c_contiguous
