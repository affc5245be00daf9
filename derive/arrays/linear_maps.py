"""Linear maps that have no formula in products: the derivative of expm, Sylvester's equation."""

from __future__ import annotations

from derive.arrays.matrix import MatrixFunction, expm, square
from derive.arrays.nodes import Array, Identity, Shape
from derive.arrays.operators import ShapeError, short


class ExpmDerivative(MatrixFunction):
    """The Fréchet derivative of the matrix exponential at X, in the direction V.

    Higham, Functions of Matrices, 10.2: the integral of expm((1 - s) X) V expm(s X)
    over s from 0 to 1.
    """

    __slots__ = ()
    name = "expm_frechet"

    def with_args(self, args: tuple[Array, ...]) -> Array:
        return expm_derivative(*args)


class Sylvester(MatrixFunction):
    """The solution Z of A Z + Z B = C."""

    __slots__ = ()
    name = "solve_sylvester"

    def with_args(self, args: tuple[Array, ...]) -> Array:
        return sylvester(*args)


class Lower(MatrixFunction):
    """The lower triangle, with half of the diagonal."""

    __slots__ = ()
    name = "lower_half"

    def with_args(self, args: tuple[Array, ...]) -> Array:
        return lower(args[0])


def expm_derivative(X: Array, V: Array) -> Array:
    _fit(V, square(X, "expm_frechet").shape, "expm_frechet")
    if isinstance(V, Identity):  # X commutes with it
        return expm(X)
    return ExpmDerivative.make((X, V), (), X.shape)


def sylvester(A: Array, B: Array, C: Array) -> Array:
    rows, columns = (square(each, "solve_sylvester").shape[0] for each in (A, B))
    _fit(C, (rows, columns), "solve_sylvester")
    return Sylvester.make((A, B, C), (), C.shape)


def lower(X: Array) -> Array:
    return Lower.make((square(X, "lower_half"),), (), X.shape)


def _fit(V: Array, shape: Shape, name: str) -> None:
    if V.shape != shape:
        raise ShapeError(f"{name}: {short(V)} has shape {V.shape}, it has to be {shape}")
