"""Scalar formulas and numbers inside of arrays, as text."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, Piecewise, Rational, S, Symbol, multiplicity
from sympy.printing.str import StrPrinter

NUMPY_NAMES = {
    "Abs": "abs", "Max": "maximum", "Min": "minimum", "Heaviside": "heaviside",
    "loggamma": "gammaln", "asin": "arcsin", "acos": "arccos", "atan": "arctan",
    "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh", "ceiling": "ceil",
}  # fmt: skip
MANY = 1000  # a denominator of which decimal fractions are told by their digits


class Formula(StrPrinter):
    """A scalar formula, with functions under other names."""

    def __init__(self, word: Callable[[str], str]) -> None:
        super().__init__()
        self.word = word

    def _print_Function(self, call: Expr) -> str:
        return f"{self.word(type(call).__name__)}({self.stringify(call.args, ', ')})"

    def _print_Piecewise(self, cases: Expr) -> str:
        (value, condition), *more = cases.args
        if not more:
            return str(self._print(value))
        rest = Piecewise(*more, evaluate=False)
        return f"where({self.stringify((condition, value, rest), ', ')})"

    _print_Max = _print_Min = _print_Abs = _print_Heaviside = _print_Function


def is_indicator(function: Piecewise) -> bool:
    return [value for value, _ in function.args] == [1, 0] and function.args[1][1] == True


def parts(coefficient: Expr) -> tuple[str, Expr, Expr]:
    """The sign, the numerator and the denominator of a coefficient."""
    numerator, denominator = coefficient.as_numer_denom()
    if is_decimal(coefficient):
        numerator, denominator = coefficient, S.One
    negative = bool(numerator.as_coeff_Mul()[0].is_negative)
    return "-" * negative, -numerator if negative else numerator, denominator


def is_decimal(n: Expr) -> bool:
    """Whether a fraction is better told by its digits: 1.0507 is 10507/10000."""
    if not n.is_Rational or n.q < MANY:
        return False
    twos, fives = multiplicity(2, n.q), multiplicity(5, n.q)
    return bool(n.q == 2**twos * 5**fives)


def with_digits(formula: Expr) -> Expr:
    """A formula with the digits of its decimal fractions, as letters to be printed."""
    fractions = {n: Symbol(decimal(n)) for n in formula.atoms(Rational) if is_decimal(n)}
    return formula.xreplace(fractions)


def decimal(n: Rational) -> str:
    """The digits of a decimal fraction, all of them."""
    places = max(multiplicity(2, n.q), multiplicity(5, n.q))
    digits = str(abs(n.p) * 10**places // n.q).rjust(places + 1, "0")
    return f"{'-' if n.is_negative else ''}{digits[:-places]}.{digits[-places:]}"
