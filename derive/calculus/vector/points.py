"""Operators whose values are sets of points: solutions of systems, critical points, candidates.

A set of points is a matrix with one point in each column, the empty set, what equations describe
(curves, surfaces), or a Tuple of these; points of known kinds are a Tuple.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Symbol

from derive.calculus.vector.operators import AtPlace, OfFields, ScalarOfFields


class OfLetters(OfFields):
    """An operator on formulas in letters of its own: Operator(formulas, letters, ...)."""

    @property
    def bound_symbols(self) -> list[Symbol]:
        return list(self.args[1].args)

    @property
    def free_symbols(self) -> set[Basic]:
        inside, letters, *others = self.args
        free: set[Basic] = inside.free_symbols - set(letters.args)
        return free.union(*(other.free_symbols - set(letters.args) for other in others))


class RealSolutions(OfLetters):
    """All real points where equations are 0 and other formulas are not.

    RealSolutions(equations, letters, not_zero).
    """

    name = "solutions"

    def __new__(cls, equations: Any, letters: Any, not_zero: Any = ()) -> RealSolutions:
        return super().__new__(cls, equations, letters, not_zero)

    def _sympystr(self, printer: Any) -> str:
        equations, letters, off = self.args
        if not getattr(printer, "as_on_paper", False):
            return f"RealSolutions({', '.join(map(printer._print, self.args))})"
        lines = [f"{printer._print(e)} = 0" for e in equations]
        lines += [f"{printer._print(e)} != 0" for e in off]
        return f"{printer._print(letters)} with {', '.join(lines)}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        equations, letters, off = self.args
        lines = [f"{printer._print(e)} = 0" for e in equations]
        lines += [rf"{printer._print(e)} \neq 0" for e in off]
        inside = r",\ ".join(lines)
        return rf"\left\{{{printer._print(letters)} : {inside}\right\}}"


class PointsWith(OfLetters):
    """The points of curves and surfaces: PointsWith(equations, letters), all of them 0 there."""

    def _sympystr(self, printer: Any) -> str:
        equations, letters = self.args
        if not getattr(printer, "as_on_paper", False):
            return f"PointsWith({', '.join(map(printer._print, self.args))})"
        lines = ", ".join(f"{printer._print(e)} = 0" for e in equations)
        return f"all {printer._print(letters)} with {lines}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        equations, letters = self.args
        lines = r",\ ".join(f"{printer._print(e)} = 0" for e in equations)
        return rf"\left\{{{printer._print(letters)} : {lines}\right\}}"


class AllPoints(OfFields):
    """The points of all its arguments."""

    name = "all points"

    def _sympystr(self, printer: Any) -> str:
        if not getattr(printer, "as_on_paper", False):
            return f"AllPoints({', '.join(map(printer._print, self.args))})"
        return " or ".join(map(printer._print, self.args))

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return r" \cup ".join(map(printer._print, self.args))


class CriticalPoints(OfLetters):
    """The points where the gradient of f is 0, with their kinds: CriticalPoints(f, letters)."""

    name, sign = "critical points", r"\operatorname{crit}"


class WithKinds(OfLetters):
    """The points of a matrix with their kinds: WithKinds(f, letters, points)."""

    name, sign = "kinds of the points", r"\operatorname{kinds}"


class KindIn(AtPlace, Expr):
    """A kind that is seen in functions of a letter or of several, which come second."""

    sign = r"\operatorname{kind}"
    is_commutative = True
    place = 2

    @property
    def bound_symbols(self) -> list[Symbol]:
        letters = self.args[1]
        return [letters] if letters.is_Symbol else list(letters.args)

    @property
    def free_symbols(self) -> set[Any]:
        functions, _, *others = self.args
        free: set[Any] = functions.free_symbols - set(self.bound_symbols)
        return free.union(*(other.free_symbols for other in others))


class KindOf(KindIn):
    """What f has at a critical point: KindOf(f, letters, point)."""

    name = "kind"


class KindByMinors(AtPlace, Expr):
    """The kind by the leading minors of the Hessian there: KindByMinors(minors, point, H)."""

    name, sign = "kind by the leading minors", r"\operatorname{kind}"
    is_commutative = True
    place = 1


class KindAlongCurves(KindIn):
    """The kind by the growth of f along curves from there: KindAlongCurves(growths, t, point)."""

    name = "kind along curves"


class KindByLowestTerms(KindIn):
    """The kind where f is its value, P and smaller terms: KindByLowestTerms(P, letters, point)."""

    name = "kind by the terms"


class Kind(ScalarOfFields):
    """A point with what is there."""

    def __new__(cls, *point: Any) -> Kind:
        return super().__new__(cls, *point)

    def _sympystr(self, printer: Any) -> str:
        inside = ", ".join(map(printer._print, self.args))
        if not getattr(printer, "as_on_paper", False):
            return f"{type(self).__name__}({inside})"
        return f"{self.name} at ({inside})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inside = r",\ ".join(map(printer._print, self.args))
        return rf"\text{{{self.name} at }} \left({inside}\right)"


class LocalMinimum(Kind):
    name = "local minimum"


class LocalMaximum(Kind):
    name = "local maximum"


class SaddlePoint(Kind):
    name = "saddle point"


class UndecidedPoint(Kind):
    """The Hessian is singular there: second derivatives do not decide, nor do the rules here."""

    name = "undecided by second derivatives"
