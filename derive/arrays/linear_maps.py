"""Linear maps that have no formula in products: the derivative of expm, Sylvester's equation."""

from __future__ import annotations

from derive.arrays.matrix import MatrixFunction, expm
from derive.arrays.nodes import Array, Identity


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
    if isinstance(V, Identity):  # X commutes with it
        return expm(X)
    return ExpmDerivative.make((X, V), (), X.shape)


def sylvester(A: Array, B: Array, C: Array) -> Array:
    return Sylvester.make((A, B, C), (), C.shape)


def lower(X: Array) -> Array:
    return Lower.make((X,), (), X.shape)
