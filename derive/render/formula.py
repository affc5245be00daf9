r"""SymPy's LaTeX for one formula, with harmless names and operators that cannot be misread."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Derivative, Function, Integral, Limit
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions import MatrixSymbol
from sympy.printing.latex import LatexPrinter, accepted_latex_functions

from derive.render.names import FORMS, function_name, latex_name, words
from derive.render.notation import AS_IT_IS, Notation
from derive.render.once import PrintsOnce
from derive.render.outline import differential, fraction_of_operator


def formula(expression: Basic) -> str:
    r"""An expression as LaTeX, whatever its letters are called.

    >>> from sympy import Symbol
    >>> print(formula(Symbol(r"\input{x}") / 2))
    \frac{\backslash \text{input}\{\text{x}\}}{2}
    """
    return Formula(False).doprint(expression)


class Formula(PrintsOnce, LatexPrinter):
    """SymPy's LaTeX, with harmless names, and brackets where a bare operator could be misread."""

    def __init__(self, partial: bool = False, notation: Notation = AS_IT_IS) -> None:
        super().__init__({"inv_trig_style": "full", **notation.settings})
        self.d = r"\partial" if notation.is_partial(partial) else "d"
        self.notation = notation
        self.transpose = r"\top" if notation.transpose else "T"  # which `spelled` looks for

    def doprint(self, expr: Any) -> str:
        return self.notation.spelled(str(super().doprint(expr)))

    def _deal_with_super_sub(self, string: str, style: str = "plain") -> str:
        name = latex_name(string)
        return rf"\boldsymbol{{{name}}}" if style == "bold" else name

    def _hprint_Function(self, func: str) -> str:
        return rf"\{func}" if func in accepted_latex_functions else function_name(func)

    def _print_Function(self, expr: Any, exp: str | None = None) -> str:
        if not isinstance(expr, AppliedUndef):
            return str(super()._print_Function(expr, exp))
        power = f"^{{{exp}}}" if exp else ""
        arguments = ", ".join(self._print(a) for a in expr.args)
        name = self._hprint_Function(expr.func.__name__)
        name = self.parenthesize_super(name) if exp else name
        return rf"{name}{power}{{\left({arguments} \right)}}"

    def _print_Basic(self, expr: Any) -> str:
        if not expr.args:
            return words(type(expr).__name__)
        head = function_name(type(expr).__name__).removeprefix(r"\operatorname")
        arguments = ", ".join(map(self._print, expr.args))
        return rf"\operatorname{head if head[0] == '{' else f'{{{head}}}'}\left({arguments}\right)"

    def _print_str(self, expr: Any) -> str:
        return words(str(expr))

    def _print_Str(self, expr: Any) -> str:
        return FORMS[expr.name][1] if expr.name in FORMS else latex_name(expr.name)

    def emptyPrinter(self, expr: Any) -> str:
        return words(str(expr))

    def _print_Mul(self, expr: Any) -> str:
        split = differential(expr)
        if split is not None:
            f, dx = map(self._print, split)
            return rf"\left({f}\right) \, {dx}" if split[0].is_Add else rf"{f} \, {dx}"
        fraction = fraction_of_operator(expr)
        if fraction is not None:
            return " ".join(map(self._print, fraction))
        return str(super()._print_Mul(expr))

    def _print_Derivative(self, expr: Any) -> str:
        body, *variables = expr.args
        counts = [(v.args[0], v.args[1]) for v in reversed(variables)]
        below = " ".join(f"{self.d} {self._raised(self._print(x), n)}" for x, n in counts)
        total = sum(n for _, n in counts)
        return rf"\frac{{{self._raised(self.d, total)}}}{{{below}}} {self._operand(body)}"

    def _raised(self, base: str, power: Any) -> str:
        return base if power == 1 else f"{self.parenthesize_super(base)}^{{{self._print(power)}}}"

    def _operand(self, body: Any) -> str:
        """What an operator acts on: in brackets, except where it plainly ends by itself."""
        shown = self._print(body)
        ends = body.is_Pow and body.exp.is_positive
        if body.is_Symbol or isinstance(body, (Function, MatrixSymbol)) or ends:
            return shown
        return rf"\left({shown}\right)"

    def _print_Integral(self, expr: Any) -> str:
        shown, inside = str(super()._print_Integral(expr)), expr.function
        if not isinstance(inside, Integral):
            return shown
        inner = self._print(inside)
        return shown.replace(inner, rf"\left({inner}\right)", 1)

    def _print_Tuple(self, expr: Any) -> str:
        entries = r",\ ".join(map(self._print, expr.args))
        return rf"\left({entries}\right)"

    def _print_Subs(self, expr: Any) -> str:
        pairs = zip(expr.args[1], expr.args[2], strict=True)
        values = r",\, ".join(f"{self._print(x)} = {self._print(a)}" for x, a in pairs)
        return rf"\left. {self._print(expr.args[0])} \right|_{{{values}}}"

    def _print_Piecewise(self, expr: Any) -> str:
        branches = r" \\ ".join(f"{self._print(e)} & {self._branch(c)}" for e, c in expr.args)
        return rf"\begin{{cases}} {branches} \end{{cases}}"

    def _branch(self, condition: Any) -> str:
        return words("otherwise") if condition == True else words("if ") + self._print(condition)

    def _print_Transpose(self, expr: Any) -> str:
        shown = str(super()._print_Transpose(expr))
        return shown.removesuffix("^{T}") + f"^{{{self.transpose}}}"

    def _needs_mul_brackets(self, expr: Any, first: bool = False, last: bool = False) -> bool:
        if isinstance(expr, (Derivative, Limit)) and not last:
            return True
        return bool(super()._needs_mul_brackets(expr, first, last))
