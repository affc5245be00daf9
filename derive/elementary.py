"""Functions that SymPy lacks: sigmoid, softplus and relu of deep learning, and Tricomi's function.

`definition()` gives an equal expression of SymPy's functions; the bridge evaluates by it.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Function, Piecewise, Rational, S, exp, log
from sympy.core.function import ArgumentIndexError


class sigmoid(Function):
    """The logistic function 1/(1 + exp(-x)).

    >>> from sympy.abc import z
    >>> sigmoid(z).definition()
    1/(1 + exp(-z))
    """

    nargs = 1

    @classmethod
    def eval(cls, x: Expr) -> Expr | None:
        return Rational(1, 2) if x is S.Zero else None

    def definition(self) -> Expr:
        return 1 / (1 + exp(-self.args[0]))

    def fdiff(self, argindex: int = 1) -> Expr:
        return self * (1 - self)

    def _eval_is_extended_real(self) -> Any:
        return self.args[0].is_extended_real

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _call(r"\sigma", printer._print(self.args[0]), exp)


class softplus(Function):
    """log(1 + exp(x)), a smooth relu."""

    nargs = 1

    def definition(self) -> Expr:
        return log(1 + exp(self.args[0]))

    def fdiff(self, argindex: int = 1) -> Expr:
        return sigmoid(self.args[0])

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _call(r"\operatorname{softplus}", printer._print(self.args[0]), exp)


class relu(Function):
    """max(0, x), the rectified linear unit."""

    nargs = 1

    def definition(self) -> Expr:
        x = self.args[0]
        return Piecewise((x, x > 0), (0, True))

    def fdiff(self, argindex: int = 1) -> Expr:
        return Piecewise((1, self.args[0] > 0), (0, True))

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _call(r"\operatorname{relu}", printer._print(self.args[0]), exp)


class hyperu(Function):
    """Tricomi's confluent hypergeometric function U(a, b, z): DLMF 13.4.4, 13.3.22.

    >>> from sympy.abc import a, b, z
    >>> hyperu(a, b, z).diff(z)
    -a*hyperu(a + 1, b + 1, z)
    >>> hyperu(1, 1, 2).evalf(7)
    0.3613286
    """

    nargs = 3

    def fdiff(self, argindex: int = 3) -> Expr:
        a, b, z = self.args
        if argindex != 3:
            raise ArgumentIndexError(self, argindex)
        return -a * hyperu(a + 1, b + 1, z)

    def _sympystr(self, printer: Any) -> str:
        name = "U" if getattr(printer, "as_on_paper", False) else "hyperu"
        return f"{name}({', '.join(map(printer._print, self.args))})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _call("U", r",\ ".join(map(printer._print, self.args)), exp)


def _call(name: str, argument: str, power: str | None) -> str:
    return f"{name}{'^{' + power + '}' if power else ''}\\left({argument}\\right)"


FUNCTIONS = {"sigmoid": sigmoid, "softplus": softplus, "relu": relu, "hyperu": hyperu}
