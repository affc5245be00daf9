"""A SymPy expression, or anything with a `result`, as a vectorised NumPy function."""

from __future__ import annotations

from typing import Any

import numpy as np

from lambdify_bridge.arrays.library import function_of
from lambdify_bridge.arrays.problem import is_about_arrays
from lambdify_bridge.arrays.problem import read as array_problem
from lambdify_bridge.backends.dask import by_block
from lambdify_bridge.function import NumpyFunction
from lambdify_bridge.library_function import EXACT, LIBRARIES, LibraryFunction
from lambdify_bridge.problem import read
from lambdify_bridge.workers import in_a_worker

BACKENDS = (None, "numpy", "ufunc", "c", "jax", "torch", "dask", "mpmath", "flint")

__all__ = ["NumpyFunction", "to_numpy"]


def _stopped(stopped: Exception, *_: Any, **__: Any) -> Any:
    raise stopped


@in_a_worker(_stopped)
def to_numpy(
    expression: Any,
    args: Any = None,
    *,
    dtype: Any = None,
    backend: str | None = None,
    threads: int = 1,
    stable: bool = True,
    numeric: bool = False,
    digits: int | None = None,
) -> Any:
    """The expression as a function of NumPy arrays.

    expression
        A SymPy expression or condition; a matrix or array of them; a list or tuple of those (the
        function returns a tuple); or an object with `result` and, if it has them, `definitions`
        (pairs of a symbol and its formula, computed first, in order) and `arguments`.  A derivation
        about arrays of declared shapes becomes a function of these arrays.
    args
        A symbol, a name, or a list of them, in the order of the function's arguments; "x, y" is
        two names.  A list, a matrix or an array of symbols in place of one is an array argument:
        `[[x, y], t]` are the arguments v of shape (2,) and t.  Default: `arguments`, or else the
        free symbols sorted by name.
    dtype
        A floating or complex type that the inputs are converted to.  Default: float32, float64 and
        complex inputs keep theirs, integers become float64, Python's numbers adapt to the rest.
    backend
        "numpy": NumPy, in blocks that stay in the cache where arrays are large. "ufunc": machine
        code as a real `numpy.ufunc` (extra `fast`), "c": the same by the C compiler of the machine.
        Default: NumPy, and machine code from the moment when NumPy has taken longer than to
        compile it takes, where the extra is installed; the last bits may differ.  "jax", "torch",
        "dask": functions of these libraries' arrays, which they can differentiate and compile, or
        compute lazily.  "mpmath", "flint": of numbers with many `digits`, and of balls that hold
        the value with certainty.
    threads
        How many compute the blocks of large arrays.
    stable
        Rewrite what loses digits (log(1 + x), differences of roots, ...: see stability.py).
    numeric
        Compute what is left unevaluated: an Integral between bounds, finite or not, a Sum or a
        Product of any length, a Derivative or Subs of them, also inside one another; bounds may
        depend on the arguments, and DiracDelta is worked out. Integrals are certain to 1e-9 of the
        integral of the absolute value, sums to 1e-9 of that of the absolute terms, and usually
        good to 1e-12; where two ways to compute one do not agree, or it diverges, the result is
        NaN with a RuntimeWarning.
    digits
        Of "mpmath" and "flint".

    Inputs broadcast; with the common shape S a scalar expression gives shape S and a matrix of
    shape (m, n) gives S + (m, n); an array argument of shape (k,) is given as S + (k,).  Real
    inputs give real results, NaN outside the real domain (dtype=complex gives sqrt(-1) = 1j); an
    expression that holds I gives complex ones.  Python's numbers give one of Python's.  Of a
    Piecewise only the branch that applies at a point counts; where no condition is known to hold,
    as at NaN, the result is NaN.  Nothing warns but a numerical method that fails.

    Raises ValueError for what cannot be computed: an equation, an undefined function, an
    unevaluated integral without `numeric`, a symbol that is not among `args`.

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
    if backend not in BACKENDS:
        raise ValueError(f"the backend is one of {', '.join(BACKENDS[1:])}, not {backend!r}")
    if digits is not None and backend not in EXACT:
        raise ValueError('`digits` are those of the backends "mpmath" and "flint"')
    kind = floating(dtype)
    if is_about_arrays(expression):
        about_arrays = array_problem(expression, args, exact=backend in EXACT)
        return function_of(about_arrays, backend, digits, kind)
    is_real = kind is not None and kind.kind == "f"
    problem = read(
        expression, args, stable=stable, real=is_real, exact=backend in EXACT, numeric=numeric
    )
    if backend in LIBRARIES:
        return LibraryFunction(problem, backend, digits)
    if backend == "dask":
        return by_block(NumpyFunction(problem, kind, threads))
    return NumpyFunction(problem, kind, threads, backend)


def as_written(expression: Any, args: Any) -> NumpyFunction:
    """For estimates, which rest on nothing but the formula: not rewritten, the same at every call.

    Raises what `to_numpy` raises.
    """
    return to_numpy(expression, args, backend="numpy", stable=False)


def floating(dtype: Any) -> np.dtype | None:
    """The type to convert inputs to. Raises ValueError for one that is not floating or complex."""
    kind = None if dtype is None else np.dtype(dtype)
    if kind is not None and kind.kind not in "fc":
        raise ValueError(f"dtype is a floating or complex type, not {kind}")
    return kind
