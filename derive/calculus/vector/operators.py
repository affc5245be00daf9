"""The operators of functions and fields that are given by components in scalar letters.

A function is a formula `f`, a field a Tuple of formulas; the letters are a Tuple. A gradient is a
column, row i of a Jacobian is the gradient of component i.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sympy import Basic, Expr, S, Symbol, Tuple


def _as_arguments(parts: tuple[Any, ...]) -> list[Basic]:
    return [Tuple(*part) if isinstance(part, (list, tuple)) else S(part) for part in parts]


class OfFields(Basic):
    """An operator whose values are columns or matrices: Operator(f, letters, ...)."""

    name = ""  # in text
    sign = ""  # in LaTeX

    def __new__(cls, *parts: Any) -> OfFields:
        return Basic.__new__(cls, *_as_arguments(parts))

    def _sympystr(self, printer: Any) -> str:
        inside = ", ".join(map(printer._print, self.args))
        on_paper = getattr(printer, "as_on_paper", False)
        if not on_paper:
            return f"{type(self).__name__}({inside})"
        return f"{self.name}({printer._print(self.args[0])}){self._more(printer)}"

    def _more(self, printer: Any) -> str:
        return ""

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return (
            rf"{self.sign}\left({printer._print(self.args[0])}\right){self._under(printer)}{power}"
        )

    def _under(self, printer: Any) -> str:
        return ""


class AtPlace(OfFields):
    """An operator that is shown with a place behind it: its argument of the number `place`."""

    place: ClassVar[int]

    def _more(self, printer: Any) -> str:
        return f" at {printer._print(self.args[self.place])}"

    def _under(self, printer: Any) -> str:
        return rf"_{{{printer._print(self.args[self.place])}}}"


class ScalarOfFields(OfFields, Expr):
    """The same, where the value is a number."""

    is_commutative = True
    is_extended_real = True

    def __new__(cls, *parts: Any) -> ScalarOfFields:
        return Expr.__new__(cls, *_as_arguments(parts))


class GradientVector(OfFields):
    """The column of the partial derivatives: GradientVector(f, letters)."""

    name, sign = "grad", r"\nabla "


class JacobianMatrix(OfFields):
    """Row i, column j: the derivative of F_i by letter j. JacobianMatrix(F, letters)."""

    name, sign = "J", r"\operatorname{J}"


class HessianMatrix(OfFields):
    """All second partial derivatives of f: HessianMatrix(f, letters)."""

    name, sign = "Hess", r"\nabla^{2}"


class JacobianDeterminant(ScalarOfFields):
    """By what a map multiplies small volumes, with a sign: JacobianDeterminant(F, letters)."""

    name, sign = "det J", r"\det\operatorname{J}"


class DirectionalDerivative(ScalarOfFields):
    """The slope of f along the direction of v: DirectionalDerivative(f, letters, v)."""

    name, sign = "D", r"\operatorname{D}"

    def _more(self, printer: Any) -> str:
        return f" along {printer._print(self.args[2])}"

    def _under(self, printer: Any) -> str:
        return rf"_{{\text{{along }} {printer._print(self.args[2])}}}"


class Divergence(ScalarOfFields):
    """The flux out of a small cube over its volume: Divergence(F, letters)."""

    name, sign = "div", r"\nabla \cdot "


class Curl(OfFields):
    """The circulation around small squares over their area, of a field in space."""

    name, sign = "curl", r"\nabla \times "


class PlaneCurl(ScalarOfFields):
    """The circulation around a small square over its area, of a field in the plane."""

    name, sign = "curl", r"\operatorname{curl}"


class Laplacian(ScalarOfFields):
    """By how much the mean over a small sphere exceeds f, over r**2/(2n), in n dimensions."""

    name, sign = "laplacian", r"\Delta "


class AtPoint(OfFields):
    """What an operator, or a formula, is at a point: AtPoint(operator, letters, point)."""

    name = "at the point"
    puts_values_in = True

    @property
    def variables(self) -> Tuple:
        return self.args[1]

    @property
    def point(self) -> Tuple:
        return self.args[2]

    @property
    def bound_symbols(self) -> list[Symbol]:
        return list(self.args[1].args)

    @property
    def free_symbols(self) -> set[Basic]:
        inside, letters, point = self.args
        return (inside.free_symbols - set(letters.args)) | point.free_symbols

    def _sympystr(self, printer: Any) -> str:
        inside, letters, point = self.args
        if not getattr(printer, "as_on_paper", False):
            return f"AtPoint({', '.join(map(printer._print, self.args))})"
        return f"{printer._print(inside)} [{_equations(printer, letters, point)}]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inside, letters, point = self.args
        power = f"^{{{exp}}}" if exp else ""
        under = _equations(printer, letters, point)
        return rf"\left.{printer._print(inside)}\right|_{{{under}}}{power}"


class ValueAt(AtPoint, ScalarOfFields):
    """The formula `f`, once its operators are worked out, at a point: ValueAt(f, letters, point).

    SymPy takes its Subs of f_x and of f_y at (0, 0) for equal.
    """


def _equations(printer: Any, letters: Tuple, values: Tuple) -> str:
    pairs = zip(letters.args, values.args, strict=True)
    return ", ".join(f"{printer._print(x)} = {printer._print(value)}" for x, value in pairs)


class AlongCurve(ScalarOfFields):
    """The derivative by t of f where its letters move: AlongCurve(f, letters, values, t)."""

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [s for s in self.args[1].args if s != self.args[3]]

    @property
    def free_symbols(self) -> set[Basic]:
        f, letters, values, t = self.args
        return (f.free_symbols - set(letters.args)) | values.free_symbols | {t}

    def _sympystr(self, printer: Any) -> str:
        f, letters, values, t = self.args
        if not getattr(printer, "as_on_paper", False):
            return f"AlongCurve({', '.join(map(printer._print, self.args))})"
        with_ = _equations(printer, letters, values)
        return f"d/d{printer._print(t)} of {printer._print(f)} [{with_}]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        f, letters, values, t = self.args
        power = f"^{{{exp}}}" if exp else ""
        with_ = _equations(printer, letters, values)
        slope = rf"\frac{{d}}{{d {printer._print(t)}}}"
        return rf"\left.{slope}\left({printer._print(f)}\right)\right|_{{{with_}}}{power}"


class Velocity(OfFields):
    """The derivative of a vector function of t, as a column: Velocity(r, t)."""

    name = "d/dt"

    def _sympystr(self, printer: Any) -> str:
        r, t = map(printer._print, self.args)
        if not getattr(printer, "as_on_paper", False):
            return f"Velocity({r}, {t})"
        return f"d/d{t} {r}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        r, t = map(printer._print, self.args)
        return rf"\frac{{d}}{{d {t}}}\left({r}\right)"


class TaylorPolynomial(ScalarOfFields):
    """The terms of degree up to n about a point: TaylorPolynomial(f, letters, point, n)."""

    name = "T"

    def _sympystr(self, printer: Any) -> str:
        f, letters, point, n = self.args
        if not getattr(printer, "as_on_paper", False):
            return f"TaylorPolynomial({', '.join(map(printer._print, self.args))})"
        return f"T_{n}({printer._print(f)}) at {_equations(printer, letters, point)}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        f, letters, point, n = self.args
        power = f"^{{{exp}}}" if exp else ""
        under = _equations(printer, letters, point)
        return rf"T_{{{n}}}\left[{printer._print(f)}\right]_{{{under}}}{power}"
