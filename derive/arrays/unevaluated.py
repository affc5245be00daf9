"""Derivatives that are not worked out: differentials, adjoints, gradients, Jacobians, pairings.

They stand for themselves in the equations of a derivation; the check gives them values from their
definitions.
"""

from __future__ import annotations

from derive.arrays.nodes import Array, Named


class Differential(Array):
    """dX: how an array changes when the variables do; of the shape of X."""

    __slots__ = ()

    @classmethod
    def is_differential(cls, args: tuple[Array, ...]) -> bool:
        return True

    @property
    def of(self) -> Array:
        return self.args[0]


class Adjoint(Array):
    """The gradient of a scalar `loss` with respect to the quantity `of`, all that follows moving.

    It has the shape of the quantity.
    """

    __slots__ = ()

    @classmethod
    def is_differential(cls, args: tuple[Array, ...]) -> bool:
        return False

    loss = property(lambda self: self.args[0])
    of = property(lambda self: self.args[1])


class Gradient(Adjoint):
    """The gradient of a loss with respect to a variable, as it is asked for."""

    __slots__ = ()


class Gradients(Array):
    """The gradients of one loss with respect to several variables."""

    __slots__ = ()
    loss = property(lambda self: self.args[0])

    @property
    def by(self) -> tuple[Array, ...]:
        return self.args[1:]


class Listed(Array):
    """Several arrays in order."""

    __slots__ = ()


class Pairing(Array):
    """⟨U, E⟩: the inner product of a cotangent with a linear expression of the same shape."""

    __slots__ = ()
    cotangent = property(lambda self: self.args[0])
    linear = property(lambda self: self.args[1])


class Directional(Array):
    """The derivative of `of` along V: how it changes when X moves at the rate V."""

    __slots__ = ()
    of = property(lambda self: self.args[0])
    variable = property(lambda self: self.args[1])
    along = property(lambda self: self.args[2])

    def with_of(self, of: Array) -> Array:
        return Directional.make((of, *self.args[1:]), (), self.shape)


class Jacobian(Array):
    """All partial derivatives: the axes of `of`, then those of the variable."""

    __slots__ = ()
    of = property(lambda self: self.args[0])
    variable = property(lambda self: self.args[1])


class Hessian(Jacobian):
    """All second partial derivatives of a number: the axes of the variable, twice."""

    __slots__ = ()


class VecJacobian(Jacobian):
    """The partial derivatives of vec(of) by vec(variable), a matrix; vec stacks columns."""

    __slots__ = ()

    def with_of(self, of: Array) -> Array:
        return VecJacobian.make((of, self.variable), (), self.shape)


# Not entered by what reads or rewrites one formula: names, and derivatives that are letters.
CLOSED = (Named, Adjoint, Differential)
