"""Derivatives of formulas as NumPy functions: no SymPy expression of them is ever made.

One sweep over the operations gives them all, so a gradient costs a few times its function whatever
the number of variables (Griewank and Walther, Evaluating Derivatives, chapter 3).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from lambdify_bridge.arrays import derivatives
from lambdify_bridge.arrays.function import ArrayFunction
from lambdify_bridge.arrays.problem import is_about_arrays
from lambdify_bridge.differentiation import programs
from lambdify_bridge.function import NumpyFunction
from lambdify_bridge.library_function import EXACT, LIBRARIES, LibraryFunction
from lambdify_bridge.problem import Argument, Layout, Problem, Shape, read
from lambdify_bridge.program import Program
from lambdify_bridge.to_numpy import floating


def gradient_function(
    f: Any,
    args: Any = None,
    *,
    wrt: Any = None,
    dtype: Any = None,
    backend: str | None = None,
    digits: int | None = None,
) -> Any:
    """The gradient of a scalar formula.

    `f`, `args`, `dtype`, `backend` (all but "dask") and `digits` are those of `to_numpy`; `f` may
    be a function that it made as well. `wrt` names the arguments to differentiate by, all by
    default. Of n scalar arguments the gradient has the shape S + (n,), of one array argument the
    shape of the argument; of several arguments, some of them arrays, it is a tuple with a gradient
    for each. Constants of "mpmath" and "flint" are exact here too.

    Of a number that depends on whole arrays (a node of derive.arrays, a derivation about arrays, or
    its function) gradients have the shapes of the arguments; where a structure is declared they are
    projected onto it. Indices have none.

    Raises ValueError where `f` is not scalar, or where no derivative of an operation is known.

    >>> from sympy.abc import x, y
    >>> gradient_function(x**2 * y)(3.0, 2.0)
    array([12.,  9.])
    >>> gradient_function(x**2 * y, [[x, y]])([[3.0, 2.0], [1.0, 1.0]])
    array([[12.,  9.],
           [ 2.,  1.]])
    """
    if _of_whole_arrays(f):
        return derivatives.gradient(f, args, wrt, value=False, backend=backend)
    problem = _scalar(f, args, backend)
    chosen, inputs = _chosen(problem, wrt)
    layouts, single = _of_arguments(chosen)
    program = programs.gradient(problem.program, inputs, exact=backend in EXACT)
    return _compiled(problem, program, layouts, single, "gradient", dtype, backend, digits)


def value_and_gradient(
    f: Any,
    args: Any = None,
    *,
    wrt: Any = None,
    dtype: Any = None,
    backend: str | None = None,
    digits: int | None = None,
) -> Any:
    """A scalar formula and its gradient, as a tuple: what they share is computed once.

    See `gradient_function`; of several gradients each is an item of the tuple.

    >>> from sympy.abc import x, y
    >>> value, slope = value_and_gradient(x**2 * y)(3.0, 2.0)
    >>> value, slope.tolist()
    (18.0, [12.0, 9.0])
    """
    if _of_whole_arrays(f):
        return derivatives.gradient(f, args, wrt, value=True, backend=backend)
    problem = _scalar(f, args, backend)
    chosen, inputs = _chosen(problem, wrt)
    layouts, _ = _of_arguments(chosen)
    program = programs.gradient(problem.program, inputs, value=True, exact=backend in EXACT)
    return _compiled(
        problem, program, [Layout(), *layouts], False, "value and gradient", dtype, backend, digits
    )


def jacobian_function(
    f: Any,
    args: Any = None,
    *,
    wrt: Any = None,
    sparse: bool = False,
    dtype: Any = None,
    backend: str | None = None,
    digits: int | None = None,
) -> Any:
    """The Jacobian of a list or an array of formulas, of shape out.shape + in.shape.

    Entries that are 0 by structure are not computed, and what no output mixes is found in one
    sweep. With `sparse` it is a scipy.sparse matrix, of one point. `in.shape` is (n,) for n scalar
    arguments and the shape of the argument for one array argument; for several it counts all their
    entries. `wrt` names the arguments to differentiate by, all by default.

    Of arrays, as in `gradient_function`, it is one such array for each of several arguments; a
    Hessian has one for each pair of them. It is made of products with unit vectors.

    >>> from sympy.abc import x, y
    >>> jacobian_function([x * y, x**2, y], [x, y])(3.0, 2.0)
    array([[2., 3.],
           [6., 0.],
           [0., 1.]])
    """
    if _of_whole_arrays(f):
        return derivatives.jacobian(f, args, wrt, backend)
    problem = _problem(f, args, backend)
    chosen, inputs = _chosen(problem, wrt)
    of = problem.layouts[0].shape if problem.single else _together(problem)
    found = programs.jacobian(problem.program, inputs, exact=backend in EXACT)
    layout = _entries(found, of + _in_shape(chosen), sparse)
    return _compiled(problem, found.program, [layout], True, "Jacobian", dtype, backend, digits)


def hessian_function(
    f: Any,
    args: Any = None,
    *,
    wrt: Any = None,
    sparse: bool = False,
    dtype: Any = None,
    backend: str | None = None,
    digits: int | None = None,
) -> Any:
    """The second derivatives of a scalar formula, of shape in.shape + in.shape.

    See `jacobian_function`; an entry and its mirror image are the same value.

    >>> from sympy.abc import x, y
    >>> hessian_function(x**2 * y)(3.0, 2.0)
    array([[4., 6.],
           [6., 0.]])
    """
    if _of_whole_arrays(f):
        return derivatives.hessian(f, args, wrt, backend)
    problem = _scalar(f, args, backend)
    chosen, inputs = _chosen(problem, wrt)
    found = programs.hessian(problem.program, inputs, exact=backend in EXACT)
    layout = _entries(found, _in_shape(chosen) * 2, sparse)
    return _compiled(problem, found.program, [layout], True, "Hessian", dtype, backend, digits)


def _problem(f: Any, args: Any, backend: str | None) -> Problem:
    if not isinstance(f, NumpyFunction | LibraryFunction):
        return read(f, args, exact=backend in EXACT)
    if args is not None:
        raise ValueError("a compiled function has its arguments: leave `args` out")
    if (getattr(f, "backend", None) in EXACT) is not (backend in EXACT):
        raise ValueError(
            'derivatives of functions of "mpmath" and "flint" have the same backend, and only they'
        )
    return f.problem


def _of_whole_arrays(f: Any) -> bool:
    return isinstance(f, ArrayFunction) or is_about_arrays(f)


def _chosen(problem: Problem, wrt: Any) -> tuple[list[Argument], list[int]]:
    """The arguments to differentiate by, and the positions of their symbols."""
    known = {argument.name: argument for argument in problem.arguments}
    names = wrt.replace(",", " ").split() if isinstance(wrt, str) else map(str, wrt or known)
    chosen = list[Argument]()
    for name in names:
        if name not in known:
            raise ValueError(f"the arguments are {', '.join(known)}: {name} is none of them")
        chosen.append(known[name])
    place = {symbol: k for k, symbol in enumerate(problem.program.inputs)}
    return chosen, [place[symbol] for argument in chosen for symbol in argument.symbols]


def _scalar(f: Any, args: Any, backend: str | None) -> Problem:
    problem = _problem(f, args, backend)
    if len(problem.program.outputs) != 1:
        count = len(problem.program.outputs)
        raise ValueError(
            f"one scalar formula is needed, not {count}: jacobian_function takes several"
        )
    return problem


def _of_arguments(chosen: Sequence[Argument]) -> tuple[list[Layout], bool]:
    """The shapes of the gradients by the arguments, and whether there is only one."""
    if not any(each.shape for each in chosen):
        return [Layout((len(chosen),))], True
    return [Layout(each.shape) for each in chosen], len(chosen) == 1


def _in_shape(chosen: Sequence[Argument]) -> Shape:
    if len(chosen) == 1 and chosen[0].shape:
        return chosen[0].shape
    return (sum(len(each.symbols) for each in chosen),)


def _together(problem: Problem) -> Shape:
    """The shape of a list of formulas as one array."""
    shapes = {layout.shape for layout in problem.layouts}
    if shapes == {()}:
        return (len(problem.layouts),)
    raise ValueError("a list for a Jacobian holds scalar formulas: put them into one Matrix")


def _entries(found: programs.Entries, shape: Shape, sparse: bool) -> Layout:
    rows, columns = found.shape
    if sparse and len(shape) != 2:
        raise ValueError(f"a sparse matrix has two axes, not the shape {shape}")
    places = tuple([i * columns + j for i, j in zip(found.rows, found.columns, strict=True)])
    dense = len(places) == rows * columns == math.prod(shape) and not sparse
    return Layout(shape, None if dense else places, sparse)


def _compiled(
    problem: Problem,
    program: Program,
    layouts: Sequence[Layout],
    single: bool,
    what: str,
    dtype: Any,
    backend: str | None,
    digits: int | None,
) -> Any:
    formula = problem.formula.said(f"{what} of {{}}")
    own = problem.computing(program, layouts, single, formula)
    if digits is not None and backend not in EXACT:
        raise ValueError('`digits` are those of the backends "mpmath" and "flint"')
    if backend in LIBRARIES:
        if any(layout.sparse for layout in layouts):
            raise ValueError("a sparse matrix is one of NumPy's: leave `backend` out")
        return LibraryFunction(own, backend, digits)
    return NumpyFunction(own, floating(dtype), backend=backend)
