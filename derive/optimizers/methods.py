"""The methods that are linear on a quadratic, and what one coordinate of the error does under each.

In the eigenbasis of the quadratic's matrix the coordinates do not mix. Along an eigenvector with
curvature a the error goes on as e(n+1) = p*e(n) - r*e(n-1): a method is its two numbers p and r.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, S, Symbol

from derive.asked import scalar
from derive.calculus.integrals.integrate import exact
from derive.optimizers.letters import named
from derive.optimizers.operators import ByName

MEMORYLESS = S.Zero


class Method(ByName, Basic):
    """A method that is linear on a quadratic; without its numbers, the family of all of them."""

    name = ""
    has_momentum = False

    def coordinate(self, a: Expr, eta: Expr) -> tuple[Expr, Expr]:
        """The numbers p and r of e(n+1) = p*e(n) - r*e(n-1) along a curvature a."""
        raise NotImplementedError

    def _sympystr(self, printer: Any) -> str:
        if not self.args and getattr(printer, "as_on_paper", False):
            return self.name
        return super()._sympystr(printer)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        named = rf"\text{{{self.name}}}"
        inside = ", ".join(map(printer._print, self.args))
        return rf"{named}\left({inside}\right)" if inside else named


class Descent(Method):
    """x(n+1) = x(n) - eta*g(x(n)), where g is the gradient."""

    name = "gradient descent"

    def coordinate(self, a: Expr, eta: Expr) -> tuple[Expr, Expr]:
        return 1 - eta * a, MEMORYLESS


class DampedNewton(Method):
    """x(n+1) = x(n) - eta*A**-1*g(x(n)): the same in all coordinates."""

    name = "newton"

    def coordinate(self, a: Expr, eta: Expr) -> tuple[Expr, Expr]:
        return 1 - eta, MEMORYLESS


class Momentum(Method):
    """x(n+1) = x(n) - eta*g(x(n)) + beta*(x(n) - x(n-1)), from rest (Polyak 1964)."""

    name = "momentum"
    has_momentum = True

    def coordinate(self, a: Expr, eta: Expr) -> tuple[Expr, Expr]:
        (beta,) = self.args
        return 1 + beta - eta * a, beta


class Nesterov(Method):
    """y = x(n) + beta*(x(n) - x(n-1)), x(n+1) = y - eta*g(y), from rest (Nesterov 1983)."""

    name = "nesterov"
    has_momentum = True

    def coordinate(self, a: Expr, eta: Expr) -> tuple[Expr, Expr]:
        (beta,) = self.args
        return (1 + beta) * (1 - eta * a), beta * (1 - eta * a)


PLAIN = Descent()
METHODS = {kind.name: kind for kind in (Descent, Momentum, Nesterov, DampedNewton)}
NOT_LINEAR = ("adagrad", "rmsprop", "adam", "adamw", "adam with l2")


def family(name: str) -> type[Method]:
    """The kind of method with this name. Raises ValueError."""
    if name in NOT_LINEAR:
        raise ValueError(
            f"{name} divides by the size of its gradients, so its steps on a quadratic are not "
            "linear: eigenvalues do not tell where it converges, and no closed form is known"
        )
    kind: type[Method] = named(name, METHODS, "method for a quadratic")
    return kind


def by_name(name: str, beta: Any = None) -> Method:
    """A method by its name, with its momentum; a letter is positive. Raises ValueError."""
    kind = family(name)
    if not kind.has_momentum:
        if beta is not None:
            raise ValueError(f"{name} has no momentum beta")
        return kind()
    return kind(momentum("beta" if beta is None else beta))


def momentum(question: Any) -> Expr:
    """A number from 0 to below 1; letters of which nothing is known are positive."""
    found = exact(scalar(question))
    plain = {x: Symbol(x.name, positive=True) for x in found.free_symbols if x.is_real is None}
    if found.is_negative or (found - 1).is_nonnegative or found.is_real is False:
        raise ValueError(f"momentum beta lies between 0 and 1, not at {found}")
    return found.xreplace(plain)
