"""A derivation as plain text: numbered equations on single lines, to be read and copied."""

from __future__ import annotations

import re
from typing import Any

from sympy import (
    Basic,
    Derivative,
    Expr,
    Integer,
    Integral,
    Mul,
    Number,
    Pow,
    Rational,
    S,
    Symbol,
    true,
)
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.printing.precedence import PRECEDENCE, precedence
from sympy.printing.str import StrPrinter

from derive.core import Derivation
from derive.render.names import FORMS, plain_text
from derive.render.once import PrintsOnce
from derive.render.outline import (
    Line,
    Outline,
    differential,
    fraction_of_operator,
    missing,
    numbers_of,
    outline,
    verb,
)

REASONS_AT = 64  # the column where reasons start, when the equation leaves room for them
WIDEST = 120
RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
RELATIONS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "<": "<", ">": ">"}
LEVELS = {"Derivative": 55, "Integral": 45, "Sum": 45, "Product": 45, "Limit": 45, "Contains": 35}
LEVELS |= {"Convergence": 45}
LEVELS |= {"ArgMax": 1000, "ArgMin": 1000, "Maximum": 1000, "RootBetween": 1000}
LEVELS |= {"IsolatedRoot": 1000}
LEVELS |= {"Expectation": 1000, "Variance": 1000}
LEVELS |= {"Transpose": 60, "Inverse": 60, "Not": 32, "factorial": 65, "Abs": 1000}


def text(derivation: Derivation, detail: str = "normal") -> str:
    """The derivation as numbered lines; the last lines are the result and what its check said.

    `detail`: "brief" (the main lines), "normal" or "full" (each step with its sentence).

    >>> import derive
    >>> print(derive.diff("sin(x)", "x").text())
    d/dx(sin(x))
      1. d/dx(sin(x)) = cos(x)                                        sine
    Result: d/dx(sin(x)) = cos(x)
    not checked
    """
    shown = outline(derivation, detail=detail)
    line = OneLine(shown.partial).doprint
    lines = [line(question) for question, _ in shown.answers]
    lines += definitions(shown, line)
    for step in shown.lines:
        lines += _step(step, line)
    if shown.left_out:
        lines.append(f"  ... {shown.left_out} more steps")
    constant = f" + {line(shown.constant)}" if shown.constant else ""
    results = [equation(*pair, line) for pair in shown.answers]
    ending = constant + conditions(shown.given, line)
    if len(results) == 1:
        lines.append(f"Result: {results[0]}{ending}")
    else:
        lines += ["Result:" + ending, *(f"  {result}" for result in results)]
    lines.append(verdict(shown))
    return "\n".join(lines)


def verdict(shown: Outline) -> str:
    """What the check said, and never a word that could be read as a pass without one."""
    if not shown.checked:
        return "not checked"
    return plain_text(shown.verdict + (f": {shown.reason}" if shown.reason else ""))


def definitions(shown: Outline, line: Any) -> list[str]:
    """The named intermediates, and the letters of what is too large to print."""
    named = (*shown.definitions, *shown.pieces)
    lines = [f"  with {line(name)} = {line(value)}" for name, value in named]
    if shown.letters_left_out:
        lines.append(f"  ... {shown.letters_left_out} more abbreviations")
    return lines


def _step(step: Line, line: Any) -> list[str]:
    shown = f"{step.number:>3}. {equation(step.goal, step.equals, line)}"
    reason = reasons(step, line)
    if len(shown) <= REASONS_AT - 2 and REASONS_AT + 2 + len(reason) <= WIDEST:
        lines = [f"{shown:<{REASONS_AT}}  {reason}"]
    else:
        lines = [shown, " " * 9 + reason]
    return [*lines, " " * 9 + plain_text(step.note)] if step.note else lines


def equation(left: Basic, right: Basic, line: Any) -> str:
    """Both sides on one line, with a verb between them where the right one is no value."""
    joint = " ".join(["", verb(right), ""]).replace("  ", " ") if missing(right) else " = "
    return f"{line(left)}{joint}{line(right)}"


def reasons(step: Line, line: Any) -> str:
    """The rule's name, its letters, its condition, and the steps that show it may be used."""
    parts = [plain_text(step.rule), *(f"{line(a)} = {line(b)}" for a, b in step.where)]
    shown_by = f", shown by {' and '.join(map(str, numbers_of(step)))}" if step.shown_by else ""
    return ", ".join(parts) + shown_by + conditions(step.given, line)


def conditions(given: tuple[Basic, ...], line: Any) -> str:
    return f" (if {', '.join(map(line, given))})" if given else ""


def one_line(expression: Basic) -> str:
    """An expression as mathematics on one line.

    >>> from sympy import Integral, exp, oo
    >>> from sympy.abc import x
    >>> print(one_line(Integral(x**2*exp(-x), (x, 0, oo))))
    ∫_0^∞ x²·exp(-x) dx
    """
    return OneLine(False).doprint(expression)


# fmt: off
ASCII = str.maketrans({
    "·": "*", "∞": "oo", "√": "sqrt ", "π": "pi", "∂": "d", "→": "->", "≠": "!=", "≤": "<=",
    "≥": ">=", "Σ": "Sum", "Π": "Product", "∫": "Integral", "∈": "in", "ᵀ": "^T", "⁺": "+",
    "∝": "~", "ℤ": "Integers", "ℝ": "Reals", "↦": "->", "…": "...", "—": "-",
})
# fmt: on
LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def in_ascii(shown: str) -> str:
    """The same text for a terminal that has no other characters.

    >>> in_ascii("2x²·√x")
    '2x^2*sqrt x'
    """
    shown = re.sub("⁻(?=})", "-", shown)
    shown = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda found: _power(found[0].translate(LOWERED)), shown)
    return shown.translate(ASCII).encode("ascii", "backslashreplace").decode()


def _power(digits: str) -> str:
    return f"^({digits})" if digits.startswith("-") else f"^{digits}"


class OneLine(PrintsOnce, StrPrinter):
    """SymPy's one-line printer with the signs of mathematics. `partial`: derivatives are ∂."""

    as_on_paper = True  # arrays ask: xᵀAx, not x.T @ A @ x

    def __init__(self, partial: bool = False) -> None:
        super().__init__()
        self.d = "∂" if partial else "d"

    def parenthesize(self, item: Any, level: float, strict: bool = False) -> str:
        own = binding(item)
        shown = self._print(item)
        return f"({shown})" if own < level or (not strict and own <= level) else shown

    # ---------------------------------------------------------------- letters and numbers

    def _print_Symbol(self, expr: Symbol) -> str:
        return letter(expr.name)

    _print_Dummy = _print_Wild = _print_MatrixSymbol = _print_Symbol

    def _print_Str(self, expr: Any) -> str:
        return FORMS[expr.name][0] if expr.name in FORMS else letter(expr.name)

    def _print_str(self, expr: str) -> str:
        return plain_text(str(expr))

    def _print_Function(self, expr: Any) -> str:
        return f"{plain_text(expr.func.__name__)}({self.stringify(expr.args, ', ')})"

    def _print_Infinity(self, expr: Any) -> str:
        return "∞"

    def _print_NegativeInfinity(self, expr: Any) -> str:
        return "-∞"

    def _print_Pi(self, expr: Any) -> str:
        return "π"

    def _print_Exp1(self, expr: Any) -> str:
        return "e"

    def _print_Tuple(self, expr: Any) -> str:
        return f"({self.stringify(expr.args, ', ')})"

    def _print_Integers(self, expr: Any) -> str:
        return "ℤ"

    def _print_Reals(self, expr: Any) -> str:
        return "ℝ"

    # ---------------------------------------------------------------- sums, products, powers

    def _print_Add(self, expr: Any, order: Any = None) -> str:
        shown = ""
        for term in self._as_ordered_terms(expr, order=order):
            piece = self.parenthesize(term, PRECEDENCE["Add"], strict=not term.is_Add)
            minus = piece.startswith("-")
            piece = piece[1:] if minus else piece
            shown += (" - " if minus else " + ") + piece if shown else "-" * minus + piece
        return shown

    def _print_Mul(self, expr: Any) -> str:
        split = differential(expr)
        if split:
            f, dx = map(self._print, split)
            return f"({f}) {dx}" if split[0].is_Add else f"{f} {dx}"
        fraction = fraction_of_operator(expr)
        if fraction:
            c, operator = fraction
            bare = isinstance(operator, Integral)  # it ends with its dx
            shown = self._print(operator)
            return f"{self._print(c)}·{shown if bare else f'({shown})'}"
        if _as_written(expr):
            sign, factors = "", list(expr.args)
        else:
            number, rest = expr.as_coeff_Mul()
            sign = "-" if number.is_negative and number.is_Rational else ""
            number = -number if sign else number
            factors = rest.as_ordered_factors() if rest.is_Mul else [rest]
            factors = [number, *factors] if number is not S.One else factors
        above: list[Any] = []
        below: list[Any] = []
        for factor in factors:
            self._place(factor, above, below, split=not _as_written(expr))
        return sign + self._quotient(above, below)

    def _place(self, factor: Any, above: list[Any], below: list[Any], split: bool) -> None:
        if split and factor.is_Rational and factor.q != 1:
            below.append(Integer(factor.q))
            if factor.p != 1:
                above.append(Integer(factor.p))
        elif _is_denominator(factor):
            below.append(_turned(factor))
        else:
            above.append(factor)

    def _quotient(self, above: list[Any], below: list[Any]) -> str:
        if not below:
            return self._factors(above, last=True)
        under = self._factors(below)
        bare = len(below) == 1 and not isinstance(below[0], Derivative)
        return f"{self._factors(above) or '1'}/{under if bare else f'({under})'}"

    def _factors(self, factors: list[Any], last: bool = False) -> str:
        """The factors with dots between; `last`: nothing follows that an integral could swallow."""
        shown = ""
        for k, factor in enumerate(factors):
            number = k == 0 and len(factors) > 1 and isinstance(factor, Number)
            integral = last and k == len(factors) - 1 and isinstance(factor, Integral)
            bare = number or integral
            piece = self._print(factor) if bare else self.parenthesize(factor, PRECEDENCE["Mul"])
            close = k == 1 and _touches(factors[0], factor)
            shown += ("" if k == 0 or close else "·") + piece
        return shown

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        base, power = expr.args
        if power is S.Half:
            return f"√{self._under_root(base)}"
        if _is_denominator(expr):
            return self._quotient([], [_turned(expr)])
        shown = self.parenthesize(base, PRECEDENCE["Pow"])
        if power.is_Integer and (power >= 0 or not isinstance(base, Number)):
            return shown + str(power).translate(RAISED)
        bare = power.is_Symbol or (power.is_Integer and power >= 0)
        return f"{shown}^{self._print(power) if bare else f'({self._print(power)})'}"

    def _under_root(self, base: Any) -> str:
        bare = base.is_Symbol or (base.is_Integer and base >= 0) or base is S.Pi
        return self._print(base) if bare else f"({self._print(base)})"

    def _print_factorial(self, expr: Any) -> str:
        return self.parenthesize(expr.args[0], PRECEDENCE["Func"]) + "!"

    def _print_Abs(self, expr: Any) -> str:
        return f"|{self._print(expr.args[0])}|"

    def _print_LatticeOp(self, expr: Any) -> str:
        arguments = sorted(expr.args, key=lambda a: a.sort_key())
        return f"{type(expr).__name__.lower()}({self.stringify(arguments, ', ')})"

    # ---------------------------------------------------------------- operators

    def _print_Derivative(self, expr: Any) -> str:
        counts = [(v.args[0], v.args[1]) for v in reversed(expr.args[1:])]
        total = sum((count for _, count in counts), S.Zero)
        below = [f"{self.d}{self._print(x)}{self._order(count)}" for x, count in counts]
        by = "".join(below) if len(below) == 1 else f"({''.join(below)})"
        return f"{self.d}{self._order(total)}/{by}({self._print(expr.args[0])})"

    def _order(self, count: Any) -> str:
        if count == 1:
            return ""
        return str(count).translate(RAISED) if count.is_Integer else "^" + self._scripted(count)

    def _scripted(self, expr: Any) -> str:
        shown = self._print(expr)
        return shown if re.fullmatch(r"\w+|∞", shown) else f"{{{shown}}}"

    def _print_Integral(self, expr: Any) -> str:
        signs = "".join(f"∫{self._bounds(limit)} " for limit in reversed(expr.limits))
        body = self.parenthesize(expr.function, LEVELS["Integral"])
        by = " ".join(f"d{self._print(limit[0])}" for limit in expr.limits)
        return f"{signs}{body} {by}"

    def _bounds(self, limit: Any) -> str:
        if len(limit) == 3:
            return f"_{self._scripted(limit[1])}^{self._scripted(limit[2])}"
        return f"^{self._scripted(limit[1])}" if len(limit) == 2 else ""

    def _print_Between(self, expr: Any) -> str:
        F, x, a, b = expr.args
        return f"[{self._print(F)}]_{{{self._print(x)}={self._print(a)}}}^{self._scripted(b)}"

    def _print_Sum(self, expr: Any, sign: str = "Σ") -> str:
        signs = "".join(f"{sign}{self._range(limit)} " for limit in reversed(expr.limits))
        return signs + self.parenthesize(expr.function, PRECEDENCE["Add"])

    def _range(self, limit: Any) -> str:
        if len(limit) != 3:
            return "_" + self._scripted(limit[0])
        return f"_{{{self._print(limit[0])}={self._print(limit[1])}}}^{self._scripted(limit[2])}"

    def _print_Product(self, expr: Any) -> str:
        return self._print_Sum(expr, "Π")

    def _print_Convergence(self, expr: Any) -> str:
        f, n, a = expr.args
        return (
            f"Σ_{{{self._print(n)}={self._print(a)}}}^∞ {self.parenthesize(f, PRECEDENCE['Add'])}"
        )

    def _print_RadiusOfConvergence(self, expr: Any) -> str:
        return f"R[{self._print(expr.args[0])}]"

    def _print_LargestSize(self, expr: Any) -> str:
        f, x, a, b = (self._print(part) for part in expr.args)
        return f"max_{{{a}≤{x}≤{b}}} |{f}|"

    def _print_Truncated(self, expr: Any) -> str:
        f, x, x0, n = expr.args
        place = "" if x0 == 0 else f"_{{{self._print(x)}={self._print(x0)}}}"
        return f"T_{self._scripted(n - 1)}[{self._print(f)}]{place}"

    def _print_Limit(self, expr: Any) -> str:
        body, x, point, side = expr.args
        from_side = {"+": "⁺", "-": "⁻"}.get(str(side), "") if point.is_infinite is not True else ""
        under = f"{self._print(x)}→{self._print(point)}{from_side}"
        return f"lim_{{{under}}} {self.parenthesize(body, PRECEDENCE['Add'])}"

    def _print_Subs(self, expr: Any) -> str:
        pairs = zip(expr.args[1], expr.args[2], strict=True)
        values = ", ".join(f"{self._print(x)}={self._print(a)}" for x, a in pairs)
        return f"[{self._print(expr.args[0])}]_{{{values}}}"

    # ---------------------------------------------------------------- matrices

    def _print_MatMul(self, expr: Any) -> str:
        return "·".join(self.parenthesize(a, PRECEDENCE["Mul"]) for a in expr.args)

    def _print_MatPow(self, expr: Any) -> str:
        return self._print_Pow(expr)

    def _print_MatrixBase(self, expr: Any) -> str:
        rows = ("[" + ", ".join(self._print(e) for e in row) + "]" for row in expr.tolist())
        return f"[{', '.join(rows)}]"

    def _print_Determinant(self, expr: Any) -> str:
        return f"det({self._print(expr.args[0])})"

    def _print_Trace(self, expr: Any) -> str:
        return f"tr({self._print(expr.args[0])})"

    def _print_Inverse(self, expr: Any) -> str:
        return self.parenthesize(expr.args[0], PRECEDENCE["Pow"]) + "⁻¹"

    def _print_Transpose(self, expr: Any) -> str:
        return self.parenthesize(expr.args[0], PRECEDENCE["Pow"]) + "ᵀ"

    # ---------------------------------------------------------------- conditions

    def _print_Relational(self, expr: Any) -> str:
        left, right = (self.parenthesize(side, PRECEDENCE["Relational"]) for side in expr.args)
        return f"{left} {RELATIONS[expr.rel_op]} {right}"

    def _print_And(self, expr: Any) -> str:
        return self._joined(expr, " and ", PRECEDENCE["And"])

    def _print_Or(self, expr: Any) -> str:
        return self._joined(expr, " or ", PRECEDENCE["Or"])

    def _joined(self, expr: Any, word: str, level: float) -> str:
        arguments = sorted(expr.args, key=lambda a: a.sort_key())
        return word.join(self.parenthesize(a, level) for a in arguments)

    def _print_Not(self, expr: Any) -> str:
        return f"not ({self._print(expr.args[0])})"

    def _print_Contains(self, expr: Any) -> str:
        return " ∈ ".join(self.parenthesize(a, PRECEDENCE["Relational"]) for a in expr.args)

    def _print_Piecewise(self, expr: Any) -> str:
        branches = (
            f"{self._print(e)} otherwise" if c is true else f"{self._print(e)} if {self._print(c)}"
            for e, c in expr.args
        )
        return "{" + "; ".join(branches) + "}"


def letter(name: str) -> str:
    """A letter's name; "lambda", a word of Python that text cannot use, is spelled λ."""
    return "λ" if name == "lambda" else plain_text(name)


def binding(item: Any) -> float:
    """How tightly the printed form of `item` holds together."""
    if isinstance(item, Relational):
        return PRECEDENCE["Relational"]
    if isinstance(item, Pow) and _is_denominator(item):
        return PRECEDENCE["Mul"]
    name = type(item).__name__
    own = name in LEVELS and not isinstance(item, AppliedUndef)
    return LEVELS[name] if own else precedence(item)


def _as_written(product: Any) -> bool:
    """A product that SymPy did not evaluate: shown factor by factor."""
    first, *others = product.args
    return first is S.One or any(
        isinstance(a, Number) or (a.is_Pow and all(part.is_Integer for part in a.args))
        for a in others
    )


def _is_denominator(factor: Any) -> bool:
    if not isinstance(factor, Pow) or not factor.is_commutative:
        return False
    return bool(factor.exp.as_coeff_Mul()[0].is_negative)


def _turned(factor: Any) -> Expr:
    """What stands below the line for a factor with a negative power."""
    base, power = factor.args
    number, rest = power.as_coeff_Mul()
    if number is S.NegativeOne:
        return base if rest is S.One else Pow(base, rest, evaluate=False)
    return Pow(base, Mul(-number, rest), evaluate=False)


def _touches(number: Any, factor: Any) -> bool:
    """Whether the number is written right before the factor, as in 2x."""
    base = factor.base if isinstance(factor, Pow) and factor.exp.is_Integer else factor
    if not (isinstance(number, (Integer, Rational)) and number.is_Integer and base.is_Symbol):
        return False
    if _is_denominator(factor):
        return False
    name = letter(base.name)
    return name.isalpha() and len(name) == 1 and name not in "eEjJ"


__all__ = ["OneLine", "in_ascii", "one_line", "text", "verdict"]
