"""Derivatives of formulas as NumPy functions: no SymPy expression of them is ever made.

One sweep over the operations gives them all, so a gradient costs a few times its function whatever
the number of variables (Griewank and Walther, Evaluating Derivatives, chapter 3).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from lambdify_bridge.differentiation import programs
from lambdify_bridge.function import NumpyFunction
from lambdify_bridge.problem import Layout, Problem, Shape, read
from lambdify_bridge.program import Program
from lambdify_bridge.to_numpy import floating


def gradient_function(
    f: Any, args: Any = None, *, dtype: Any = None, backend: str | None = None
) -> NumpyFunction:
    """The gradient of a scalar formula.

    `f`, `args`, `dtype` and `backend` ("numpy", "ufunc", "c") are those of `to_numpy`; `f` may be a
    NumpyFunction as well. Of n
    scalar arguments the gradient has the shape S + (n,), of one array argument the shape of the
    argument; of several arguments, some of them arrays, it is a tuple with a gradient for each.

    Raises ValueError where `f` is not scalar, or where no derivative of an operation is known.

    >>> from sympy.abc import x, y
    >>> gradient_function(x**2 * y)(3.0, 2.0)
    array([12.,  9.])
    >>> gradient_function(x**2 * y, [[x, y]])([[3.0, 2.0], [1.0, 1.0]])
    array([[12.,  9.],
           [ 2.,  1.]])
    """
    problem = _scalar(f, args)
    layouts, single = _of_arguments(problem)
    program = programs.gradient(problem.program)
    return _compiled(problem, program, layouts, single, "gradient", dtype, backend)


def value_and_gradient(
    f: Any, args: Any = None, *, dtype: Any = None, backend: str | None = None
) -> NumpyFunction:
    """A scalar formula and its gradient, as a tuple: what they share is computed once.

    See `gradient_function`; of several gradients each is an item of the tuple.

    >>> from sympy.abc import x, y
    >>> value, slope = value_and_gradient(x**2 * y)(3.0, 2.0)
    >>> value, slope.tolist()
    (18.0, [12.0, 9.0])
    """
    problem = _scalar(f, args)
    layouts, _ = _of_arguments(problem)
    program = programs.gradient(problem.program, value=True)
    return _compiled(
        problem, program, [Layout(), *layouts], False, "value and gradient", dtype, backend
    )


def jacobian_function(
    f: Any, args: Any = None, *, sparse: bool = False, dtype: Any = None, backend: str | None = None
) -> NumpyFunction:
    """The Jacobian of a list or an array of formulas, of shape out.shape + in.shape.

    Entries that are 0 by structure are not computed, and what no output mixes is found in one
    sweep. With `sparse` it is a scipy.sparse matrix, of one point. `in.shape` is (n,) for n scalar
    arguments and the shape of the argument for one array argument; for several it counts all their
    entries.

    >>> from sympy.abc import x, y
    >>> jacobian_function([x * y, x**2, y], [x, y])(3.0, 2.0)
    array([[2., 3.],
           [6., 0.],
           [0., 1.]])
    """
    problem = _problem(f, args)
    of = problem.layouts[0].shape if problem.single else _together(problem)
    found = programs.jacobian(problem.program)
    layout = _entries(found, of + _in_shape(problem), sparse)
    return _compiled(problem, found.program, [layout], True, "Jacobian", dtype, backend)


def hessian_function(
    f: Any, args: Any = None, *, sparse: bool = False, dtype: Any = None, backend: str | None = None
) -> NumpyFunction:
    """The second derivatives of a scalar formula, of shape in.shape + in.shape.

    See `jacobian_function`; an entry and its mirror image are the same value.

    >>> from sympy.abc import x, y
    >>> hessian_function(x**2 * y)(3.0, 2.0)
    array([[4., 6.],
           [6., 0.]])
    """
    problem = _scalar(f, args)
    found = programs.hessian(problem.program)
    layout = _entries(found, _in_shape(problem) * 2, sparse)
    return _compiled(problem, found.program, [layout], True, "Hessian", dtype, backend)


def _problem(f: Any, args: Any) -> Problem:
    if not isinstance(f, NumpyFunction):
        return read(f, args)
    if args is not None:
        raise ValueError("a compiled function has its arguments: leave `args` out")
    return f.problem


def _scalar(f: Any, args: Any) -> Problem:
    problem = _problem(f, args)
    if len(problem.program.outputs) != 1:
        count = len(problem.program.outputs)
        raise ValueError(
            f"one scalar formula is needed, not {count}: jacobian_function takes several"
        )
    return problem


def _of_arguments(problem: Problem) -> tuple[list[Layout], bool]:
    """The shapes of the gradients by the arguments, and whether there is only one."""
    if problem.of_scalars:
        return [Layout((len(problem.arguments),))], True
    return [Layout(each.shape) for each in problem.arguments], len(problem.arguments) == 1


def _in_shape(problem: Problem) -> Shape:
    if len(problem.arguments) == 1 and not problem.of_scalars:
        return problem.arguments[0].shape
    return (len(problem.program.inputs),)


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
) -> NumpyFunction:
    formula = problem.formula.said(f"{what} of {{}}")
    own = problem.computing(program, layouts, single, formula)
    return NumpyFunction(own, floating(dtype), backend=backend)
