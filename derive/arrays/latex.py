"""Written arrays as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from sympy import Expr, Piecewise, Symbol

from derive.arrays.along import AlongAxis
from derive.arrays.indices import by_index, entries, is_added_up
from derive.arrays.matrix import Inverse, Norm
from derive.arrays.nodes import Array, Identity, Named, Ones, Variable
from derive.arrays.notation import (
    Call,
    Column,
    Commutation,
    Einsum,
    EntryByEntry,
    Kron,
    Leaf,
    Raised,
    Reduced,
    Spread,
    Written,
    written,
)
from derive.arrays.product import is_zero
from derive.arrays.scalar_text import is_indicator, with_digits
from derive.arrays.spelled import (
    ADDED,
    ATOM,
    HALF,
    POWER,
    TIMES,
    NumPy,
    Plain,
    Text,
    argument_of,
)
from derive.arrays.standardized import InverseDeviation, Standardized
from derive.arrays.unevaluated import (
    Adjoint,
    Differential,
    Directional,
    Gradient,
    Gradients,
    Hessian,
    Jacobian,
    Pairing,
    VecJacobian,
)

HEADS = {"det": r"\det", "tr": r"\operatorname{tr}", "logdet": r"\log\det"}


WITH_INDEX = re.compile(r"(\\?[A-Za-z]+)(_\{[A-Za-z0-9]+\})")


class Latex(NumPy):
    r"""LaTeX; letters are printed by a printer of SymPy's, which makes them harmless."""

    times, matmul = r" \, ", " "
    bracket = r"\left[{0}\right]"
    bar_groups = True
    calls: ClassVar = Plain.calls

    def __init__(self, printer: Any) -> None:
        self.print = printer._print
        self.bold = printer._settings.get("mat_symbol_style") == "bold"

    def brackets(self, text: str) -> str:
        return rf"\left({text}\right)"

    def call(self, name: str, arguments: list[str]) -> str:
        if name == "norm":
            return rf"\left\lVert {arguments[0]} \right\rVert"
        if name == "sqrt":
            return rf"\sqrt{{{arguments[0]}}}"
        head = HEADS.get(name) or rf"\operatorname{{{_word(name)}}}"
        return head + self.brackets(", ".join(arguments))

    def called(self, of: Call) -> Text:
        if of.name not in ("sum", "total"):
            return super().called(of)
        last = r" \mathbf{1}" if of.name == "total" else ""
        return rf"\mathbf{{1}}^{{\top}} {self.at(of.of, POWER)}{last}", TIMES

    def size(self, n: Expr) -> str:
        n = with_digits(n)
        return (
            str(self.print(n))
            if n.is_Atom or n.is_Pow or n.is_Mul
            else self.brackets(str(self.print(n)))
        )

    def turned(self, of: Written) -> str:
        if isinstance(of, Leaf) and isinstance(of.array, Inverse):
            return rf"{self.at(argument_of(of), ATOM)}^{{-\top}}"
        return rf"{self.at(of, ATOM)}^{{\top}}"

    def fraction(self, above: list[str], below: list[str]) -> str:
        if not below:
            return " ".join(above)
        if len(above) > 1 and len(above[-1]) > 12:
            first = " ".join(above[:-1])
            return rf"\frac{{{first}}}{{{' '.join(below)}}} {above[-1]}"
        return rf"\frac{{{' '.join(above)}}}{{{' '.join(below)}}}"

    def entry_by_entry(self, of: EntryByEntry) -> Text:
        above = r" \odot ".join(self.each(of.above) or ["1"])
        if not of.below:
            return above, TIMES
        below = r" \odot ".join(self.each(of.below))
        return rf"\frac{{{above}}}{{{below}}}", TIMES

    def kron(self, of: Kron) -> Text:
        return r" \otimes ".join(self.at(side, POWER) for side in (of.left, of.right)), TIMES

    def column(self, of: Column) -> Text:
        return self.form(of.of)

    def commutation(self, of: Commutation) -> Text:
        sizes = ",".join(str(self.print(n)) for n in (of.rows, of.columns))
        return f"K_{{{sizes}}}", ATOM

    def raised(self, of: Raised) -> Text:
        if of.exponent == HALF:
            return self.call("sqrt", [self.at(of.of, ADDED)]), ATOM
        if of.exponent.as_coeff_Mul()[0].is_negative:
            return rf"\frac{{1}}{{{self.under(of)[0]}}}", TIMES
        return rf"{self.at(of.of, ATOM)}^{{{self.print(of.exponent)}}}", POWER

    def leaf(self, array: Array) -> Text:
        text, binds = super().leaf(array)
        return (self.weighed(text, array) if isinstance(array, (Variable, Named)) else text), binds

    def weighed(self, name: str, of: Array) -> str:
        """A letter, bold where those of arrays are to be; its index is not."""
        if not (self.bold and of.rank):
            return name
        found = WITH_INDEX.fullmatch(name)
        letter, index = found.groups() if found else (name, "")
        return rf"\boldsymbol{{{letter}}}{index}"

    def name(self, name: str) -> str:
        return str(self.print(Symbol(name)))

    def scalar(self, function: Expr, inner: dict[Symbol, str]) -> str:
        if isinstance(function, Piecewise) and not is_indicator(function):
            rows = [
                rf"{self.scalar(value, inner)} & {self.condition(condition, inner)}"
                for value, condition in function.args
            ]
            both = r" \\ ".join(rows)
            return rf"\begin{{cases}} {both} \end{{cases}}"
        if isinstance(function, Piecewise):
            return self.bracket.format(self.scalar(function.args[0][1], inner))
        text = str(self.print(with_digits(function)))
        for place, own in inner.items():
            text = text.replace(str(self.print(place)), own)
        return text

    def condition(self, condition: Any, inner: dict[Symbol, str]) -> str:
        if condition == True:
            return r"\text{otherwise}"
        return r"\text{if } " + self.scalar(condition, inner)

    def function(self, array: Array) -> Text:
        if isinstance(array, Ones):
            return r"\mathbf{1}", ATOM
        if is_zero(array):
            return "0", ATOM
        if isinstance(array, Identity):
            return "I", ATOM
        if is_added_up(array):
            return self.einsum(by_index(array))
        if isinstance(array, Gradients):
            above, below = self(array.loss), self.listed(array.by)
            return rf"\frac{{\partial {above}}}{{\partial {below}}}", ATOM
        if isinstance(array, Gradient):
            above, below = self(array.loss), self(array.of)
            return rf"\frac{{\partial {above}}}{{\partial {below}}}", ATOM
        if isinstance(array, Pairing):
            both = ",\\, ".join(map(self, array.args))
            return rf"\left\langle {both} \right\rangle", ATOM
        if isinstance(array, (Jacobian, Directional)):
            return self.derivative(array), ATOM
        if isinstance(array, Adjoint):
            return self.bar(array.of), ATOM
        if isinstance(array, Inverse):
            return rf"{self.at(argument_of(Leaf(array)), ATOM)}^{{-1}}", POWER
        if isinstance(array, Norm):
            return self.call("norm", [self(array.args[0])]), ATOM
        if isinstance(array, Differential):
            inner = self(array.of)
            named = isinstance(array.of, (Variable, Named))
            d = r"\mathrm{d}"
            return d + inner if named else d + self.brackets(inner), ATOM
        return super().function(array)

    def along(self, array: AlongAxis, inner: str) -> str:
        if array.name == "norm":
            return self.call("norm", [inner]) + rf"_{{\text{{axis }} {array.axis}}}"
        return self.reduced(array.name, inner, (array.axis,), array.args[0].rank)

    def reduced(self, name: str, inner: str, axes: tuple[int, ...], rank: int) -> str:
        """Along the last axis unless it says otherwise; sum(X) is the sum of all entries."""
        head = rf"\operatorname{{{name.replace('_', ' ')}}}"
        word = "axis" if len(axes) == 1 else "axes"
        which = rf"_{{\text{{{word} }} {', '.join(map(str, axes))}}}"
        return (
            head + ("" if axes == (rank - 1,) and name != "sum" else which) + self.brackets(inner)
        )

    def repeated(self, of: Reduced | Spread) -> str:
        if isinstance(of, Spread):
            return self.at(of.of, ATOM)
        return self.reduced(of.name, self.at(of.of, ADDED), of.axes, of.rank)

    def shape(self, shape: Sequence[Expr]) -> str:
        return self.brackets(", ".join(str(self.print(n)) for n in shape))

    def standardized(self, array: Standardized | InverseDeviation, inner: str) -> str:
        head = r"\operatorname{norm}" if isinstance(array, Standardized) else "r"
        return head + self.brackets(inner)

    def bar(self, of: Array) -> str:
        base, _, index = self.plain_name(of).partition("_")
        below = rf"_{{{self.index(index)}}}" if index else ""
        return rf"\bar{{{self.weighed(self.name(base), of)}}}{below}"

    def places(self, index: Sequence[Expr]) -> str:
        plain = all(i.is_Symbol for i in index)
        return (" " if plain else r",\, ").join(str(self.print(i)) for i in index)

    def index(self, text: str) -> str:
        return text if text.isdecimal() else str(self.print(Symbol(text)))

    def plain_name(self, of: Array) -> str:
        return of.name if isinstance(of, (Variable, Named)) else self(of)

    def derivative(self, array: Any) -> str:
        of, X, twice = array.of, self(array.variable), isinstance(array, Hessian)
        if isinstance(array, VecJacobian):
            above = self(of) if of.rank < 2 else self.call("vec", [self(of)])
            below = X if array.variable.rank < 2 else self.call("vec", [X])
            return rf"\frac{{\partial {above}}}{{\partial {below}^{{\top}}}}"
        if isinstance(array, Directional) and isinstance(of, Gradient):
            of, twice = of.loss, True
        power = "^{2}" if twice else ""
        over = rf"\frac{{\partial{power} {self.at(written(of), ATOM)}}}{{\partial {X}{power}}}"
        if isinstance(array, Directional):
            return rf"{over}\left[{self(array.along)}\right]"
        return over

    def einsum(self, of: Einsum) -> Text:
        found = entries(of)
        factors = [
            rf"{{{self.at(factor, ATOM)}}}_{{{self.places(index)}}}"
            for factor, index in found.factors
        ]
        factors += [
            self.bracket.format(f"{self.print(left)} = {self.print(right)}")
            for left, right in found.where
        ]
        factors += [
            self.bracket.format(rf"0 \leq {self.print(index)} < {self.print(size)}")
            for index, size in found.within
        ]
        summed = (r",\, " if found.bounds else " ").join(
            str(self.print(i if i not in found.bounds else i < found.bounds[i]))
            for i in found.summed
        )
        front = f"{self.print(found.coefficient)} " if found.coefficient != 1 else ""
        over = rf"\sum_{{{summed}}} " if summed else ""
        return front + over + r" \, ".join(factors), TIMES


def _word(name: str) -> str:
    return name.replace("_", r"\_")
