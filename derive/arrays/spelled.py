"""Written arrays as text: as NumPy reads them, and on one line as on paper (LaTeX: `latex`).

What binds how tightly is the same everywhere; a style says how each form looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from unicodedata import normalize

from sympy import Expr, Piecewise, Pow, Rational, Symbol, sstr

from derive.arrays.along import AlongAxis
from derive.arrays.indices import INDEX_LETTERS, by_index, entries, is_added_up
from derive.arrays.matrix import Inverse, MatrixFunction
from derive.arrays.nodes import PLACES, Array, Identity, Map, Named, Ones, Variable, postorder
from derive.arrays.notation import (
    Added,
    Call,
    Chain,
    Column,
    Commutation,
    Einsum,
    EntryByEntry,
    Kron,
    Leaf,
    Raised,
    Reduced,
    Scaled,
    Spread,
    Turned,
    Written,
    written,
)  # fmt: skip
from derive.arrays.product import is_zero
from derive.arrays.rearranged import Placed, Reshaped, Taken
from derive.arrays.scalar_text import NUMPY_NAMES, Formula, is_indicator, parts, with_digits
from derive.arrays.standardized import InverseDeviation, Standardized
from derive.arrays.triangles import Triangle
from derive.arrays.unevaluated import (
    CLOSED,
    Adjoint,
    Differential,
    Directional,
    Gradient,
    Gradients,
    Hessian,
    Jacobian,
    Listed,
    Pairing,
    VecJacobian,
)
from derive.arrays.windows import Overlapped, Windows

ADDED, TIMES, SIGNED, POWER, ATOM = range(1, 6)
TOO_MANY, TOO_DEEP = 500, 60  # nodes, and nodes inside one another, that are printed
HALF = Rational(1, 2)
Text = tuple[str, int]  # what is written, and how tightly it binds


class NumPy:
    """As NumPy and SciPy spell it; what is written can be read back."""

    times, matmul = "*", " @ "
    bar_groups = False  # whether a fraction's bar holds a sum together
    bracket = ""  # around a condition that stands for 1 where it holds, 0 elsewhere
    calls: ClassVar = {
        "tr": "trace",
        "sum": "sum",
        "total": "sum",
        "all": "sum",
    }  # where they are not spelled the same

    def __call__(self, array: Array) -> str:
        if _is_long(array):
            return f"<array of shape ({', '.join(map(str, array.shape))})>"
        return self.form(written(array))[0]

    def at(self, of: Written, least: int) -> str:
        text, binds = self.form(of)
        return text if binds >= least else self.brackets(text)

    def form(self, of: Written) -> Text:
        if isinstance(of, Leaf):
            return self.leaf(of.array)
        if isinstance(of, Call):
            return self.called(of)
        if isinstance(of, Chain):
            return self.matmul.join(self.at(part, POWER) for part in of.parts), TIMES
        if isinstance(of, Turned):
            return self.turned(of.of), POWER
        if isinstance(of, EntryByEntry):
            return self.entry_by_entry(of)
        if isinstance(of, Scaled):
            return self.scaled(of)
        if isinstance(of, Raised):
            return self.raised(of)
        if isinstance(of, Kron):
            return self.kron(of)
        if isinstance(of, Commutation):
            return self.commutation(of)
        if isinstance(of, Column):
            return self.column(of)
        if isinstance(of, (Reduced, Spread)):
            return self.repeated(of), ATOM
        return self.added(of) if isinstance(of, Added) else self.einsum(of)

    def added(self, of: Added) -> Text:
        text = self.at(of.terms[0], ADDED)
        for term in of.terms[1:]:
            more = self.at(term, TIMES)
            text += f" - {more[1:]}" if more.startswith("-") else f" + {more}"
        return text, ADDED

    def scaled(self, of: Scaled) -> Text:
        sign, numerator, denominator = parts(of.coefficient)
        alone = numerator == 1 and of.of is None
        above = ([self.size(numerator)] if numerator != 1 else []) + self.each(of.above, alone)
        below = ([self.size(denominator)] if denominator != 1 else []) + self.each(of.below)
        if of.of is not None:
            above.append(self.at(of.of, self.least(of.of, above, below)))
        return sign + self.fraction(above or ["1"], below), TIMES

    def least(self, of: Written, above: list[str], below: list[str]) -> int:
        """How tightly the last factor above the bar has to bind."""
        if self.bar_groups and below and not above:
            return ADDED
        ambiguous = above and isinstance(of, EntryByEntry) and of.below
        return POWER if ambiguous else TIMES

    def each(self, some: Sequence[Written], alone: bool = False) -> list[str]:
        least = TIMES if alone and len(some) == 1 else POWER
        return [self.at(one, least) for one in some]

    def fraction(self, above: list[str], below: list[str]) -> str:
        text = self.times.join(above)
        if not below:
            return text
        return f"{text}/{below[0] if len(below) == 1 else self.brackets(self.times.join(below))}"

    def entry_by_entry(self, of: EntryByEntry) -> Text:
        above, below = self.each(of.above) or ["1"], self.each(of.below)
        if of.matrix and not of.above:
            return self.call("reciprocal", [self.times.join(below)]), ATOM
        return self.fraction(above, below), TIMES

    def called(self, of: Call) -> Text:
        return self.call(self.calls.get(of.name, of.name), [self.at(of.of, ADDED)]), ATOM

    # -- what differs between the styles -------------------------------------------------------

    def kron(self, of: Kron) -> Text:
        return self.call("kron", [self.at(side, ADDED) for side in (of.left, of.right)]), ATOM

    def column(self, of: Column) -> Text:
        return f"{self.at(of.of, ATOM)}[:, None]", ATOM

    def repeated(self, of: Reduced | Spread) -> str:
        """Along axes that it does not have, which NumPy is told of."""
        if isinstance(of, Spread):
            inner = self.at(of.of, ATOM)
        else:
            inner = self.reduced(of.name, self.at(of.of, ADDED), of.axes, of.rank)
        places = ", ".join("None" if axis in of.axes else ":" for axis in range(of.rank))
        return f"{inner}[{places}]"

    def reduced(self, name: str, inner: str, axes: tuple[int, ...], rank: int) -> str:
        return self.call(name, [inner, f"axis={axes[0] if len(axes) == 1 else axes}"])

    def commutation(self, of: Commutation) -> Text:
        return self.call("commutation", [sstr(of.rows), sstr(of.columns)]), ATOM

    def brackets(self, text: str) -> str:
        return f"({text})"

    def call(self, name: str, arguments: list[str]) -> str:
        return f"{name}({', '.join(arguments)})"

    def size(self, n: Expr) -> str:
        n = with_digits(n)
        plain = n.is_Integer or n.is_Symbol or (n.is_Pow and not n.exp.is_negative)
        return self.plain(n) if plain else f"({self.plain(n)})"

    def plain(self, n: Expr) -> str:
        """A number, functions of it under their names here."""
        return str(Formula(self.word).doprint(with_digits(n)))

    def turned(self, of: Written) -> str:
        return f"{self.at(of, ATOM)}.T"

    def raised(self, of: Raised) -> Text:
        if of.exponent == HALF:
            return self.call("sqrt", [self.at(of.of, ADDED)]), ATOM
        if of.exponent.as_coeff_Mul()[0].is_negative:
            below, binds = self.under(of)
            if of.matrix and type(self) is NumPy:  # 1/X might be meant for the inverse
                return self.call("reciprocal", [below]), ATOM
            return f"1/{below if binds >= POWER else self.brackets(below)}", TIMES
        return f"{self.at(of.of, ATOM)}**{self.size(of.exponent)}", POWER

    def under(self, of: Raised) -> Text:
        """What a negative power is one over."""
        if of.exponent == -1:
            return self.form(of.of)
        return self.raised(Raised(of.of, -of.exponent, of.matrix))

    def leaf(self, array: Array) -> Text:
        if isinstance(array, (Variable, Named)):
            return self.name(array.name), ATOM
        if isinstance(array, Map):
            return self.formula(array), POWER if array.function.is_Pow else ATOM
        return self.function(array)

    def name(self, name: str) -> str:
        return name

    def formula(self, array: Map) -> str:
        inner = [self.form(written(argument))[0] for argument in array.args]
        function = array.function
        around = self.brackets_if_no_atom if function.has(Pow) else self.brackets_if_long
        places = dict(zip(PLACES, map(around, inner), strict=False))
        if function.is_Function and not isinstance(function, Piecewise):
            arguments = dict(zip(PLACES, inner, strict=False))
            texts = [arguments[a] if a in arguments else self.scalar(a, places)
                     for a in function.args]  # fmt: skip
            return self.call(self.word(type(function).__name__), texts)
        return self.scalar(function, places)

    def brackets_if_no_atom(self, text: str) -> str:
        return text if text.isidentifier() else self.brackets(text)

    def brackets_if_long(self, text: str) -> str:
        return self.brackets(text) if " " in text else text

    def scalar(self, function: Expr, inner: dict[Symbol, str]) -> str:
        if isinstance(function, Piecewise):
            if self.bracket and is_indicator(function):
                return self.bracket.format(self.scalar(function.args[0][1], inner))
            (value, condition), *more = function.args
            rest = Piecewise(*more) if len(more) > 1 else more[0][0]
            texts = [self.scalar(part, inner) for part in (condition, value, rest)]
            return self.call("where", texts)
        letters = {place: Symbol(text) for place, text in inner.items()}
        return str(Formula(self.word).doprint(with_digits(function).xreplace(letters)))

    def word(self, name: str) -> str:
        """A scalar function of SymPy's under its name here."""
        return NUMPY_NAMES.get(name, name)

    def function(self, array: Array) -> Text:
        if isinstance(array, Ones):
            return self.call("ones", [sstr(array.shape[0])]), ATOM
        if is_zero(array):
            return self.call("zeros", [self.shape(array.shape)]), ATOM
        if isinstance(array, Identity):
            return self.call("eye", [sstr(array.shape[0])]), ATOM
        if isinstance(array, Triangle):
            n = sstr(array.shape[0])
            return self.call(array.name, [self.call("ones", [n, n])]), ATOM
        (inner, *_) = [self(argument) for argument in array.args]
        if isinstance(array, Gradient):
            return f"d{self(array.loss)}_d{self(array.of)}", ATOM
        if isinstance(array, Gradients):
            return f"d{self(array.loss)}_d{self.listed(array.by)}", ATOM
        if isinstance(array, Listed):
            return self.listed(array.args), ATOM
        if isinstance(array, Adjoint):
            return f"{self(array.of)}_bar", ATOM
        if isinstance(array, Pairing):
            return self.call("vdot", [self(argument) for argument in array.args]), ATOM
        if isinstance(array, (Jacobian, Directional)):
            inside = [self(argument) for argument in array.args]
            return self.call(type(array).__name__.lower(), inside), ATOM
        if isinstance(array, Differential):
            return f"d{inner}" if inner.isidentifier() else f"d({inner})", ATOM
        if isinstance(array, AlongAxis):
            return self.along(array, inner), ATOM
        if isinstance(array, Taken):
            return self.at(written(array.args[0]), ATOM) + _slice(array), ATOM
        if isinstance(array, (Placed, Windows, Overlapped)):
            return self.call(type(array).__name__.lower(), [inner, *map(str, array.where)]), ATOM
        if isinstance(array, (Standardized, InverseDeviation)):
            return self.standardized(array, inner), ATOM
        if isinstance(array, Reshaped):
            return self.call("reshape", [inner, self.shape(array.shape)]), ATOM
        assert isinstance(array, MatrixFunction)
        arguments = [*map(self, array.args), *map(self.size, array.data)]
        return self.call(array.name, arguments), ATOM

    def standardized(self, array: Standardized | InverseDeviation, inner: str) -> str:
        axes, eps, centred = array.over
        return self.call(array.name, [inner, str(axes), sstr(eps), str(centred)])

    def shape(self, shape: Sequence[Expr]) -> str:
        return f"({', '.join(map(self.plain, shape))}{',' * (len(shape) == 1)})"

    def listed(self, arrays: Sequence[Array]) -> str:
        return self.brackets(", ".join(map(self, arrays)))

    def along(self, array: AlongAxis, inner: str) -> str:
        return self.call(array.name, [inner, f"axis={array.axis}"])

    def einsum(self, of: Einsum) -> Text:
        letters = letters_of(of)
        into = ",".join("".join(letters[i] for i in labels) for _, labels in of.factors)
        out = "".join(letters[i] for i in of.out)
        factors = [self.at(factor, ADDED) for factor, _ in of.factors]
        return self.call("einsum", [f'"{into}->{out}"', *factors]), ATOM


class Plain(NumPy):
    """On one line, as on paper."""

    times, matmul = "·", " "
    bracket = "[{0}]"
    calls: ClassVar = {"tr": "tr", "total": "sum", "all": "sum"}

    def word(self, name: str) -> str:
        return name

    def call(self, name: str, arguments: list[str]) -> str:
        if name == "norm":
            return f"‖{arguments[0]}‖"
        return super().call(name, arguments)

    def turned(self, of: Written) -> str:
        if isinstance(of, Leaf) and isinstance(of.array, Inverse):
            return f"{self.at(argument_of(of), ATOM)}⁻ᵀ"
        return f"{self.at(of, ATOM)}ᵀ"

    def fraction(self, above: list[str], below: list[str]) -> str:
        number, *rest = above
        if rest and number.isalnum() and number[0].isdigit():
            above = [number + rest[0], *rest[1:]]
        return super().fraction(above, below)

    def entry_by_entry(self, of: EntryByEntry) -> Text:
        above, below = " ∘ ".join(self.each(of.above) or ["1"]), self.each(of.below)
        if not below:
            return above, TIMES
        return f"{above}/{below[0] if len(below) == 1 else self.brackets(' ∘ '.join(below))}", TIMES

    def kron(self, of: Kron) -> Text:
        return " ⊗ ".join(self.at(side, POWER) for side in (of.left, of.right)), TIMES

    def column(self, of: Column) -> Text:
        return self.form(of.of)

    def commutation(self, of: Commutation) -> Text:
        return f"K_({sstr(of.rows)},{sstr(of.columns)})", ATOM

    def raised(self, of: Raised) -> Text:
        text, binds = super().raised(of)
        if binds == POWER and of.exponent.is_Integer:
            return self.at(of.of, ATOM) + str(of.exponent).translate(_RAISED), POWER
        return text, binds

    def function(self, array: Array) -> Text:
        if isinstance(array, Ones):
            return "𝟏", ATOM
        if is_zero(array):
            return "0", ATOM
        if isinstance(array, Identity):
            return "I", ATOM
        if is_added_up(array):
            return self.einsum(by_index(array))
        if isinstance(array, Gradients):
            return f"∂{self(array.loss)}/∂{self.listed(array.by)}", ATOM
        if isinstance(array, Gradient):
            return f"∂{self(array.loss)}/∂{self(array.of)}", ATOM
        if isinstance(array, Adjoint):
            return self.bar(self(array.of)), ATOM
        if isinstance(array, Pairing):
            return f"⟨{', '.join(map(self, array.args))}⟩", ATOM
        if isinstance(array, (Jacobian, Directional)):
            return self.derivative(array, "∂", "/∂"), ATOM
        if isinstance(array, Inverse):
            return f"{self.at(argument_of(Leaf(array)), ATOM)}⁻¹", POWER
        return super().function(array)

    def along(self, array: AlongAxis, inner: str) -> str:
        if array.name == "norm":
            return f"‖{inner}‖_(axis {array.axis})"
        return self.reduced(array.name, inner, (array.axis,), array.args[0].rank)

    def reduced(self, name: str, inner: str, axes: tuple[int, ...], rank: int) -> str:
        """Along the last axis unless it says otherwise."""
        return (
            self.call(name, [inner])
            if axes == (rank - 1,)
            else super().reduced(name, inner, axes, rank)
        )

    def repeated(self, of: Reduced | Spread) -> str:
        if isinstance(of, Spread):
            return self.at(of.of, ATOM)
        inner = self.at(of.of, ADDED)
        if of.name == "mean":
            return self.reduced(of.name, inner, of.axes, of.rank)
        return NumPy.reduced(self, of.name, inner, of.axes, of.rank)  # sum(X) is of all entries

    def standardized(self, array: Standardized | InverseDeviation, inner: str) -> str:
        return f"{'norm' if isinstance(array, Standardized) else 'r'}({inner})"

    def bar(self, name: str) -> str:
        return normalize("NFC", f"{name[0]}\u0304{name[1:]}")

    def derivative(self, array: Any, sign: str, over: str) -> str:
        of, X, twice = array.of, self(array.variable), isinstance(array, Hessian)
        if isinstance(array, VecJacobian):
            inner = self(of) if of.rank < 2 else f"vec({self(of)})"
            return f"{sign}{inner}{over}{f'vec({X})' if array.variable.rank > 1 else X}ᵀ"
        if isinstance(array, Directional) and isinstance(of, Gradient):
            of, twice = of.loss, True
        power = "²" if twice else ""
        text = f"{sign}{power}{self.at(written(of), ATOM)}{over}{X}{power}"
        return f"{text}[{self(array.along)}]" if isinstance(array, Directional) else text

    def einsum(self, of: Einsum) -> Text:
        found = entries(of)
        factors = [
            f"{self.at(factor, ATOM)}[{','.join(map(sstr, index))}]"
            for factor, index in found.factors
        ]
        factors += [f"[{sstr(left)} = {sstr(right)}]" for left, right in found.where]
        factors += [f"[0 <= {sstr(index)} < {sstr(size)}]" for index, size in found.within]
        letters = [
            f"{i}<{sstr(found.bounds[i])}" if i in found.bounds else str(i) for i in found.summed
        ]
        together = f"({', '.join(letters)})" if found.bounds else "".join(letters)
        over = f"Σ_{together} " if letters else ""
        sign, above, below = parts(found.coefficient)
        front = sign + (self.size(above) if above != 1 else "")
        return front + over + " ".join(factors) + (f"/{self.size(below)}" * (below != 1)), TIMES


_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def _is_long(array: Array) -> bool:
    deep = max((argument.height for argument in array.args), default=0) >= TOO_DEEP
    return deep or len(postorder(array, into=CLOSED)) > TOO_MANY


def argument_of(of: Leaf) -> Written:
    return written(of.array.args[0])


def _slice(array: Taken) -> str:
    axis, start, count, step = array.where
    end = start + (count - 1) * step + 1
    first = "" if start == 0 else sstr(start)
    last = "" if end == array.args[0].shape[axis] else sstr(end)
    by = f":{step}" if step > 1 else ""
    return f"[{':, ' * axis}{first}:{last}{by}]"


def letters_of(of: Einsum) -> dict[int, str]:
    labels = [*of.out, *(label for _, own in of.factors for label in own)]
    return dict(zip(dict.fromkeys(labels), INDEX_LETTERS, strict=False))
