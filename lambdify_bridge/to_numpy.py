"""A SymPy expression, or anything with a `result`, as a vectorised NumPy function."""

from __future__ import annotations

import inspect
import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy as sp

from lambdify_bridge.arrays.function import ArrayFunction, of_derivation
from lambdify_bridge.backends.numpy import compile_source, parameter_names, source
from lambdify_bridge.lowering import lower
from lambdify_bridge.program import Program

LARGEST_FORMULA, DEEPEST_FORMULA = 100, 25  # nodes and levels that a docstring prints
BLOCK = 2**15  # elements: temporaries of this size stay in the cache
FEWEST_OPERATIONS = 10  # shorter programs have no temporaries to keep: NumPy is as fast at once
DOUBLE = np.dtype(float)
PLAIN = {int, float, np.float64}  # of these the precision and the shape are known at once
Shape = tuple[int, ...]


def to_numpy(
    expression: Any, args: Any = None, *, dtype: Any = None
) -> NumpyFunction | ArrayFunction:
    """The expression as a function of NumPy arrays.

    expression
        A SymPy expression or condition; a matrix or array of them; a list or tuple of those (the
        function returns a tuple); or an object with `result` and, if it has them, `definitions`
        (pairs of a symbol and its formula, computed first, in order) and `arguments`.  A derivation
        about arrays of declared shapes becomes a function of these arrays.
    args
        A symbol, a name, or a list of them, in the order of the function's arguments; "x, y" is
        two names.  Default: `arguments`, or else the free symbols sorted by name.
    dtype
        A floating or complex type that the inputs are converted to.  Default: float32, float64 and
        complex inputs keep theirs, integers become float64, Python's numbers adapt to the rest.

    Inputs broadcast; with the common shape S a scalar expression gives shape S and a matrix of
    shape (m, n) gives S + (m, n).  Real inputs give real results, NaN outside the real domain
    (dtype=complex gives sqrt(-1) = 1j); an expression that holds I gives complex ones.  Of a
    Piecewise only the branch that applies at a point is computed there; where no condition is
    known to hold, as at NaN, the result is NaN.  Nothing warns.

    Raises ValueError for what cannot be computed: an equation, an undefined function, an
    unevaluated integral, a symbol that is not among `args`.

    >>> from sympy import Matrix, Piecewise, log
    >>> from sympy.abc import x, y
    >>> f = to_numpy(x**2 - y, [x, y])
    >>> f([1, 2, 3], 1)
    array([0., 3., 8.])
    >>> to_numpy(Piecewise((log(x), x > 0), (0, True)))([-1.0, 1.0, np.e])
    array([0., 0., 1.])
    >>> to_numpy(Matrix([[x, 1]]))([5.0, 6.0]).shape
    (2, 1, 2)
    """
    if hasattr(getattr(expression, "result", None), "data"):
        return of_derivation(expression, args)
    problem, definitions, arguments = _problem(expression)
    single = not isinstance(problem, list | tuple | sp.Tuple)
    items = [_checked(item) for item in ([problem] if single else problem)]
    scalars = [scalar for _, elements in items for scalar in elements]
    program = lower(scalars, definitions=definitions)
    wanted = (arguments or None) if args is None else args
    if wanted is not None:
        program = program.with_inputs(_symbols(wanted, program.inputs, definitions))
    shapes = tuple(shape for shape, _ in items)
    kind = None if dtype is None else _floating(dtype)
    return NumpyFunction(program, shapes, single, kind, _formula(problem, program))


class NumpyFunction:
    """A compiled formula: call it with arrays, by position or by name.

    `args` are its symbols in order, `source` the Python code it runs, `program` the operations.
    It holds no state that a call changes, and can be copied and pickled.
    """

    def __init__(
        self,
        program: Program,
        shapes: tuple[Shape, ...],
        single: bool,
        dtype: np.dtype | None,
        formula: str,
    ) -> None:
        """`shapes`: those of the results at one point; `single`: the result is not a tuple."""
        self.program, self.shapes, self.single = program, shapes, single
        self.dtype, self.formula, self.args = dtype, formula, program.inputs
        self.source = source(program)
        self._function = compile_source(self.source)
        self._in_blocks = sum(program.counts().values()) >= FEWEST_OPERATIONS
        self._names = parameter_names(program)
        self._positions = _positions(self._names, self.args)
        self.__doc__ = f"f({', '.join(self._names)}) = {formula}\n\n{self.source}"

    def __call__(self, /, *values: Any, **named: Any) -> Any:
        inputs = _Inputs(self._bind(values, named) if named else values, self.dtype)
        if len(values) + len(named) != len(self.args):
            raise TypeError(f"{self._call} takes {len(self.args)} arguments, not {len(values)}")
        try:
            with np.errstate(all="ignore"):
                results = inputs.through(self._function, self._in_blocks)
        except TypeError as error:
            raise TypeError(f"{self._call} cannot be computed of these types: {error}") from None
        arranged = _Outputs(inputs).arranged(results, self.shapes)
        return arranged[0] if self.single else tuple(arranged)

    def _bind(self, values: tuple[Any, ...], named: dict[str, Any]) -> list[Any]:
        """All values in the order of the arguments."""
        bound = dict(enumerate(values))
        for name, value in named.items():
            position = self._positions.get(name)
            if position is None:
                raise TypeError(f"{self._call} has no argument {name!r}")
            if position in bound:
                raise TypeError(f"{self._call} got two values for {name!r}")
            bound[position] = value
        missing = [name for k, name in enumerate(self._names) if k not in bound]
        if missing:
            raise TypeError(f"{self._call} misses {', '.join(missing)}")
        return [bound[k] for k in range(len(bound))]

    @property
    def _call(self) -> str:
        return f"f({', '.join(self._names)})"

    @property
    def __signature__(self) -> inspect.Signature:
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        return inspect.Signature([inspect.Parameter(name, kind) for name in self._names])

    def __reduce__(self) -> tuple[Any, ...]:
        state = (self.program, self.shapes, self.single, self.dtype, self.formula)
        return NumpyFunction, state

    def __repr__(self) -> str:
        return f"NumpyFunction({', '.join(self._names)}: {self.formula})"


# -- what is to be compiled -----------------------------------------------------------------------


def _problem(expression: Any) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
    """The expression, its named intermediates and its arguments in order, if it knows them."""
    if isinstance(expression, sp.Basic | sp.MatrixBase) or not hasattr(expression, "result"):
        return expression, (), ()
    definitions = tuple(getattr(expression, "definitions", None) or ())
    arguments = tuple(getattr(expression, "arguments", None) or ())
    return expression.result, definitions, arguments


def _checked(item: Any) -> tuple[Shape, list[Any]]:
    """The shape of one result and its scalar expressions, row by row."""
    if isinstance(item, sp.MatrixBase):
        return item.shape, item.flat()
    if isinstance(item, sp.MatrixExpr):
        return _checked(item.as_explicit())
    if isinstance(item, sp.NDimArray):
        return item.shape, list(sp.flatten(item.tolist()))
    if isinstance(item, sp.Eq):
        raise ValueError("an equation is not a function: pass one of its sides")
    try:
        return (), [sp.sympify(item, strict=True)]
    except sp.SympifyError:
        kind = type(item).__name__
        raise TypeError(f"a SymPy expression is needed, not {kind!r}: convert it first") from None


def _symbols(args: Any, free: Sequence[sp.Symbol], definitions: Any) -> list[sp.Symbol]:
    """The arguments in order; a name means the free symbol of that name."""
    if isinstance(args, str):
        known = any(symbol.name == args for symbol in free)
        args = [args] if known else [name for name in re.split(r"[,\s]+", args) if name]
    listed = [args] if isinstance(args, sp.Basic) and not isinstance(args, sp.Tuple) else list(args)
    symbols = [_symbol(arg, free) for arg in listed]
    twice = [symbol for symbol, count in Counter(symbols).items() if count > 1]
    if twice:
        raise ValueError(f"the argument {twice[0].name!r} is given twice")
    defined = {symbol for symbol, _ in definitions}.intersection(symbols)
    if defined:
        raise ValueError(f"{defined.pop().name!r} has a definition, so it is no argument")
    return symbols


def _symbol(arg: Any, free: Sequence[sp.Symbol]) -> sp.Symbol:
    if isinstance(arg, sp.Symbol):
        return arg
    if not isinstance(arg, str):
        raise TypeError(f"an argument is a symbol or a name, not {type(arg).__name__!r}")
    same_name = [symbol for symbol in free if symbol.name == arg]
    if len(same_name) > 1:
        raise ValueError(f"several symbols are named {arg!r}: pass the symbols instead")
    return same_name[0] if same_name else sp.Symbol(arg)


def _floating(dtype: Any) -> np.dtype:
    kind = np.dtype(dtype)
    if kind.kind not in "fc":
        raise ValueError(f"dtype is a floating or complex type, not {kind}")
    return kind


def _positions(names: Sequence[str], symbols: Sequence[sp.Symbol]) -> dict[str, int]:
    """Position by the symbol's own name where that is unique, and by the name in the source."""
    count = Counter(symbol.name for symbol in symbols)
    unique = {symbol.name: k for k, symbol in enumerate(symbols) if count[symbol.name] == 1}
    return unique | {name: k for k, name in enumerate(names)}


def _formula(problem: Any, program: Program) -> str:
    """The formula in one line; of a large one (as a tree) just its size."""
    if _is_small(problem):
        return " ".join(str(problem).split())
    return f"<{sum(program.counts().values())} operations>"


def _is_small(problem: Any) -> bool:
    stack, nodes = [(problem, 0)], 0
    while stack:
        node, depth = stack.pop()
        nodes += 1
        if nodes > LARGEST_FORMULA or depth > DEEPEST_FORMULA:
            return False
        inner = node if isinstance(node, list | tuple) else getattr(node, "args", ())
        stack += [(child, depth + 1) for child in inner]
    return True


# -- arrays in and out ----------------------------------------------------------------------------


class _Inputs:
    """The values of a call, all of one precision, and their common shape."""

    def __init__(self, given: Sequence[Any], dtype: np.dtype | None) -> None:
        self.forced = dtype
        if dtype is None and PLAIN.issuperset(map(type, given)):
            self.values: list[Any] = [np.float64(value) for value in given]
            self.real, self.complex = DOUBLE, np.dtype(complex)
            self.shape: Shape = ()
            return
        numbers = [_number(value) for value in given]
        strong = {number.dtype for number in numbers if isinstance(number, np.ndarray)}
        common = dtype or (np.result_type(*strong) if strong else np.dtype(float))
        self.real = np.finfo(common).dtype
        self.complex = np.result_type(self.real, np.complex64)
        self.values = [self.converted(number) for number in numbers]
        self.shape = np.broadcast_shapes(*(np.shape(value) for value in self.values))

    def converted(self, number: Any) -> Any:
        """An array, or a NumPy scalar for what has no axes."""
        is_complex = np.iscomplexobj(number)
        if self.forced is not None and is_complex and self.forced.kind == "f":
            raise TypeError(f"a complex value was given where dtype={self.forced} was asked for")
        is_complex = is_complex or (self.forced is not None and self.forced.kind == "c")
        return np.asarray(number, self.complex if is_complex else self.real)[()]

    def through(self, function: Any, in_blocks: bool) -> Sequence[Any]:
        """The results of `function`, of large arrays in blocks that stay in the cache."""
        size = math.prod(self.shape)
        if not in_blocks or size <= 2 * BLOCK or len({*map(np.shape, self.values), ()}) > 2:
            return function(*self.values)
        flat = [value.reshape(-1) if np.ndim(value) else value for value in self.values]
        whole: list[Any] = []
        for start in range(0, size, BLOCK):
            part = slice(start, start + BLOCK)
            pieces = function(*(value[part] if np.ndim(value) else value for value in flat))
            whole = whole or [_room(piece, size) for piece in pieces]
            for array, piece in zip(whole, pieces, strict=True):
                if np.ndim(piece):
                    array[part] = piece
        return [a.reshape(self.shape) if np.ndim(a) else a for a in whole]


def _room(piece: Any, size: int) -> Any:
    return np.empty(size, piece.dtype) if np.ndim(piece) else piece


def _number(value: Any) -> Any:
    """Python's numbers as they are, all else as an array of floats or complex numbers."""
    if type(value) in (bool, int, float, complex):
        return value
    array = np.asarray(value)
    if array.dtype.kind in "fc":
        return array
    if array.dtype.kind in "biu":
        return array.astype(float)
    # NumPy would read text as numbers and None as NaN.
    if array.dtype.kind == "O" and all(hasattr(item, "__float__") for item in array.flat):
        return array.astype(float)
    raise TypeError(f"numbers are needed, not {array.dtype} values")


class _Outputs:
    """Results in the precision and the common shape of the inputs, sharing no memory with them."""

    def __init__(self, inputs: _Inputs) -> None:
        self.inputs = inputs
        self.taken = {id(value) for value in inputs.values}

    def arranged(self, results: Sequence[Any], shapes: Sequence[Shape]) -> list[Any]:
        found, start = [], 0
        for shape in shapes:
            stop = start + math.prod(shape)
            part = results[start:stop]
            found.append(self.stacked(part, shape) if shape else self.broadcast(*part))
            start = stop
        return found

    def dtype(self, value: Any) -> np.dtype:
        kind = value.dtype.kind if hasattr(value, "dtype") else np.asarray(value).dtype.kind
        if kind == "b":
            return np.dtype(bool)
        if kind == "c" or (type(value) is float and any(map(np.iscomplexobj, self.inputs.values))):
            return self.inputs.complex
        return self.inputs.real

    def broadcast(self, value: Any) -> Any:
        if type(value) is np.float64 and not self.inputs.shape and self.inputs.real == DOUBLE:
            return value
        array = np.asarray(value, self.dtype(value))
        if array.shape != self.inputs.shape:
            array = np.broadcast_to(array, self.inputs.shape)
        if array.base is not None or id(array) in self.taken:
            array = array.copy()
        self.taken.add(id(array))
        return array[()]

    def stacked(self, values: Sequence[Any], shape: Shape) -> np.ndarray:
        dtype = np.result_type(*map(self.dtype, values)) if values else self.inputs.real
        result = np.empty((*self.inputs.shape, len(values)), dtype)
        for k, value in enumerate(values):
            result[..., k] = value
        return result.reshape(self.inputs.shape + shape)
