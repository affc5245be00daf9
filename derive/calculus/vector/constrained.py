"""Operators of extrema under constraints: candidates, their kinds, what is largest on the set."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Symbol

from derive.calculus.vector.operators import AtPlace, ScalarOfFields
from derive.calculus.vector.points import KindIn, OfLetters


class ConstrainedExtrema(OfLetters):
    """The points of the set g = 0 where grad f is a combination of the gradients of the g.

    ConstrainedExtrema(f, letters, constraints): each point with its kind and the value of f.
    """

    name, sign = "extrema under constraints", r"\operatorname{extr}"

    def _more(self, printer: Any) -> str:
        return f" where {_zeros(printer, self.args[2])}"

    def _under(self, printer: Any) -> str:
        return rf"_{{{_zeros(printer, self.args[2])}}}"


class ClassifiedOn(OfLetters):
    """The points of a matrix with their kinds on the set.

    ClassifiedOn(f, letters, constraints, multipliers, points, singular): a column of the points
    holds the coordinates, then the multipliers; one of the singular points only coordinates. Where
    the set has none, they are left out.
    """

    name, sign = "kinds on the set", r"\operatorname{kinds}"

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [*self.args[1].args, *self.args[3].args]

    @property
    def free_symbols(self) -> set[Any]:
        free: set[Any] = set()
        return free.union(*(a.free_symbols for a in self.args)) - set(self.bound_symbols)

    def _more(self, printer: Any) -> str:
        points = " or ".join(map(printer._print, self.args[4:]))
        return f" where {_zeros(printer, self.args[2])}, at {points}"

    def _under(self, printer: Any) -> str:
        points = r" \cup ".join(map(printer._print, self.args[4:]))
        return rf"_{{{points}}}"


class KindOn(AtPlace, Expr):
    """What f has at one of these points: KindOn(f, letters, constraints, multipliers, point)."""

    name, sign = "kind on the set", r"\operatorname{kind}"
    is_commutative = True
    place = 4

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [*self.args[1].args, *self.args[3].args]

    @property
    def free_symbols(self) -> set[Any]:
        *inside, point = self.args
        free: set[Any] = set().union(*(a.free_symbols for a in inside))
        return (free - set(self.bound_symbols)) | point.free_symbols


class KindAtSingular(AtPlace, Expr):
    """What f has where the gradients of the constraints depend on each other.

    KindAtSingular(f, letters, constraints, point).
    """

    name, sign = "kind at the singular point", r"\operatorname{kind}"
    is_commutative = True
    place = 3

    @property
    def bound_symbols(self) -> list[Symbol]:
        return list(self.args[1].args)

    @property
    def free_symbols(self) -> set[Any]:
        f, letters, constraints, point = self.args
        free: set[Any] = f.free_symbols | constraints.free_symbols
        return (free - set(letters.args)) | point.free_symbols


class KindAlongBranches(KindIn):
    """The kind by how f grows from there along each branch of the set, to leading order.

    KindAlongBranches(growths, t, point, value), for t > 0.
    """

    name = "kind along the branches"


class KindByBorderedMinors(AtPlace, Expr):
    """The kind by the last leading minors of the bordered Hessian.

    KindByBorderedMinors(minors, point, value, number of constraints).
    """

    name, sign = "kind by the bordered minors", r"\operatorname{kind}"
    is_commutative = True
    place = 1


def _zeros(printer: Any, constraints: Any) -> str:
    return ", ".join(f"{printer._print(g)} = 0" for g in constraints)


class KindOnSet(ScalarOfFields):
    """A point of the set, or a curve (`PointsWith`), with what is there and the value of f:
    Kind(point, value)."""

    def _sympystr(self, printer: Any) -> str:
        point, value = map(printer._print, self.args)
        if not getattr(printer, "as_on_paper", False):
            return f"{type(self).__name__}({point}, {value})"
        return f"{self.name} {value} at {point}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        point, value = map(printer._print, self.args)
        return rf"\text{{{self.name} }} {value} \text{{ at }} {point}"


class ConstrainedMinimum(KindOnSet):
    name = "local minimum on the set"


class ConstrainedMaximum(KindOnSet):
    name = "local maximum on the set"


class ConstrainedSaddle(KindOnSet):
    """f rises from here along the set one way, and falls another."""

    name = "saddle on the set"


class ConstrainedUndecided(KindOnSet):
    """The bordered Hessian is singular there: second derivatives do not decide."""

    name = "undecided by second derivatives"


class AbsoluteMinimum(KindOnSet):
    """No point of the set has a smaller value."""

    name = "smallest value on the set"


class AbsoluteMaximum(KindOnSet):
    """No point of the set has a larger value."""

    name = "largest value on the set"


class SingularPoint(KindOnSet):
    """The gradients of the constraints depend on each other: not decided by derivatives here."""

    name = "singular point of the set"


class IsolatedPoint(KindOnSet):
    """No other point of the set is near."""

    name = "isolated point of the set"
