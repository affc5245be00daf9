"""A formula as Typst writes mathematics, to stand between dollars."""

from __future__ import annotations

from typing import Any

from sympy import Basic, S, fraction
from sympy.core.alphabets import greeks
from sympy.core.function import AppliedUndef
from sympy.printing.precedence import PRECEDENCE, precedence
from sympy.printing.str import StrPrinter

from derive.render.once import PrintsOnce
from derive.render.outline import differential
from derive.render.text import one_line

GREEK = {*greeks, *(word.capitalize() for word in greeks)} - {"lamda", "Lamda"}
SPELLED = {"lamda": "lambda", "Lamda": "Lambda"}
OPERATORS = {  # that Typst has a name for
    "sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "coth", "arcsin", "arccos",
    "arctan", "exp", "log", "max", "min", "det", "arg",
}  # fmt: skip
FUNCTIONS = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "Max": "max", "Min": "min"}
RELATIONS = {"==": "=", "!=": "!=", "<=": "<=", ">=": ">=", "<": "<", ">": ">"}


def typst(expression: Basic) -> str:
    """The formula; what Typst has no form for is quoted as text.

    >>> from sympy import Integral, sin, oo
    >>> from sympy.abc import x
    >>> print(typst(Integral(x**2 * sin(x), (x, 0, oo))))
    integral_(0)^(oo) x^(2) sin(x) dif x
    """
    return str(Typst().doprint(expression))


def quoted(words: str) -> str:
    r"""Words upright, with nothing in them that Typst would read.

    >>> print(quoted('a "b"'))
    "a \"b\""
    """
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def name(word: str) -> str:
    """A letter with its subscripts."""
    base, *below = word.split("_")
    parts = [_part(each) for each in below if each]
    return _part(base) + (f"_({' '.join(parts)})" if parts else "")


def _part(word: str) -> str:
    word = SPELLED.get(word, word)
    if word in GREEK or word == "lambda" or word == "Lambda":
        return word
    plain = (len(word) == 1 and word.isalpha()) or word.isdecimal()
    return word if plain and word.isascii() else quoted(word)


class Typst(PrintsOnce, StrPrinter):
    """SymPy's one-line printer in the words of Typst."""

    def parenthesize(self, item: Any, level: float, strict: bool = False) -> str:
        own = PRECEDENCE["Mul"] if isinstance(item, Basic) and _is_open(item) else precedence(item)
        shown = self._print(item)
        return f"({shown})" if own < level or (not strict and own <= level) else shown

    def emptyPrinter(self, expr: Any) -> str:
        return quoted(one_line(expr) if isinstance(expr, Basic) else str(expr))

    def _print_Basic(self, expr: Any) -> str:
        return self.emptyPrinter(expr)

    def _print_Symbol(self, expr: Any) -> str:
        return name(expr.name)

    _print_Dummy = _print_Symbol

    def _print_Infinity(self, expr: Any) -> str:
        return "oo"

    def _print_NegativeInfinity(self, expr: Any) -> str:
        return "-oo"

    def _print_Pi(self, expr: Any) -> str:
        return "pi"

    def _print_Exp1(self, expr: Any) -> str:
        return "e"

    def _print_ImaginaryUnit(self, expr: Any) -> str:
        return "i"

    def _print_Rational(self, expr: Any) -> str:
        sign = "-" if expr.p < 0 else ""
        return f"{sign}{abs(expr.p)}" if expr.q == 1 else f"{sign}({abs(expr.p)})/({expr.q})"

    def _print_Mul(self, expr: Any) -> str:
        split = differential(expr)
        if split:
            f, dx = split
            return f"{self.parenthesize(f, PRECEDENCE['Mul'])} dif {name(dx.name[1:])}"
        if expr.could_extract_minus_sign():
            return "-" + self.parenthesize(-expr, PRECEDENCE["Add"], strict=True)
        above, below = fraction(expr, exact=True)
        if below != 1:
            return f"({self._print(above)})/({self._print(below)})"
        factors = expr.as_ordered_factors()
        shown = [self.parenthesize(f, PRECEDENCE["Mul"]) for f in factors[:-1]]
        last = factors[-1]
        shown.append(self._print(last) if _is_open(last) else
                     self.parenthesize(last, PRECEDENCE["Mul"]))  # fmt: skip
        return "".join(
            piece if k == 0 else (" dot " if piece[0].isdigit() else " ") + piece
            for k, piece in enumerate(shown)
        )

    def _print_Add(self, expr: Any, order: Any = None) -> str:
        shown = ""
        for term in self._as_ordered_terms(expr, order=order):
            piece = self.parenthesize(term, PRECEDENCE["Add"], strict=not term.is_Add)
            minus = piece.startswith("-")
            piece = piece[1:] if minus else piece
            shown += (" - " if minus else " + ") + piece if shown else "-" * minus + piece
        return shown

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        base, power = expr.args
        if power is S.Half:
            return f"sqrt({self._print(base)})"
        if power.is_Rational and power.p == 1:
            return f"root({power.q}, {self._print(base)})"
        if power.could_extract_minus_sign() and expr.is_commutative:
            return f"1/({self._print(1 / expr)})"
        return f"{self.parenthesize(base, PRECEDENCE['Pow'])}^({self._print(power)})"

    def _print_exp(self, expr: Any) -> str:
        return f"e^({self._print(expr.args[0])})"

    def _print_Function(self, expr: Any) -> str:
        own = expr.func.__name__
        own = own if isinstance(expr, AppliedUndef) else FUNCTIONS.get(own, own)
        head = own if own in OPERATORS else name(own) if len(own) == 1 else f"op({quoted(own)})"
        return f"{head}({self.stringify(expr.args, ', ')})"

    _print_Max = _print_Min = _print_Function

    def _print_Abs(self, expr: Any) -> str:
        return f"abs({self._print(expr.args[0])})"

    def _print_floor(self, expr: Any) -> str:
        return f"floor({self._print(expr.args[0])})"

    def _print_ceiling(self, expr: Any) -> str:
        return f"ceil({self._print(expr.args[0])})"

    def _print_factorial(self, expr: Any) -> str:
        return self.parenthesize(expr.args[0], PRECEDENCE["Func"]) + "!"

    def _print_binomial(self, expr: Any) -> str:
        return f"binom({self.stringify(expr.args, ', ')})"

    def _print_Tuple(self, expr: Any) -> str:
        return f"({self.stringify(expr.args, ', ')})"

    # ---------------------------------------------------------------- operators

    def _print_Derivative(self, expr: Any) -> str:
        body, *variables = expr.args
        below = " ".join(f"dif {self._print(x)}{_raised(n)}" for x, n in reversed(variables))
        total = sum(n for _, n in variables)
        return f"(dif{_raised(total)})/({below}) ({self._print(body)})"

    def _print_Integral(self, expr: Any) -> str:
        signs = " ".join("integral" + self._bounds(limit) for limit in reversed(expr.limits))
        by = " ".join(f"dif {self._print(limit[0])}" for limit in expr.limits)
        return f"{signs} {self.parenthesize(expr.function, PRECEDENCE['Mul'], True)} {by}"

    def _bounds(self, limit: Any) -> str:
        if len(limit) != 3:
            return ""
        return f"_({self._print(limit[1])})^({self._print(limit[2])})"

    def _over(self, expr: Any, sign: str) -> str:
        signs = [
            f"{sign}_({self._print(k)} = {self._print(a)})^({self._print(b)})"
            for k, a, b in reversed(expr.limits)
        ]
        return f"{' '.join(signs)} {self.parenthesize(expr.function, PRECEDENCE['Mul'], True)}"

    def _print_Sum(self, expr: Any) -> str:
        return self._over(expr, "sum")

    def _print_Product(self, expr: Any) -> str:
        return self._over(expr, "product")

    def _print_Limit(self, expr: Any) -> str:
        body, x, place, side = expr.args
        one_sided = str(side) in ("+", "-") and not place.is_infinite
        shown = f"{self._print(place)}^({side})" if one_sided else self._print(place)
        under = f"{self._print(x)} -> {shown}"
        return f"lim_({under}) {self.parenthesize(body, PRECEDENCE['Mul'], True)}"

    # ---------------------------------------------------------------- matrices, conditions

    def _print_MatrixBase(self, expr: Any) -> str:
        rows = (", ".join(self._print(entry) for entry in row) for row in expr.tolist())
        return f"mat({'; '.join(rows)})"

    def _print_Determinant(self, expr: Any) -> str:
        return f"det({self._print(expr.args[0])})"

    def _print_Transpose(self, expr: Any) -> str:
        return self.parenthesize(expr.args[0], PRECEDENCE["Pow"]) + '^("T")'

    def _print_Relational(self, expr: Any) -> str:
        left, right = map(self._print, expr.args)
        return f"{left} {RELATIONS[expr.rel_op]} {right}"

    def _print_And(self, expr: Any) -> str:
        return self._joined(expr, " and ")

    def _print_Or(self, expr: Any) -> str:
        return self._joined(expr, " or ")

    def _joined(self, expr: Any, sign: str) -> str:
        parts = sorted(expr.args, key=lambda part: part.sort_key())
        return sign.join(f"({self._print(part)})" for part in parts)

    def _print_BooleanTrue(self, expr: Any) -> str:
        return quoted("true")

    def _print_BooleanFalse(self, expr: Any) -> str:
        return quoted("false")

    def _print_Piecewise(self, expr: Any) -> str:
        branches = (
            f"{self._print(e)} & {quoted('otherwise')}"
            if c == True
            else f"{self._print(e)} & {quoted('if ')} {self._print(c)}"
            for e, c in expr.args
        )
        return f"cases({', '.join(branches)})"


def _raised(order: Any) -> str:
    return "" if order == 1 else f"^({name(order.name) if order.is_Symbol else order})"


def _is_open(expression: Basic) -> bool:
    """An operator that goes on to the end of what follows it."""
    return type(expression).__name__ in ("Derivative", "Integral", "Limit", "Sum", "Product")
