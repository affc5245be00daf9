"""Functions of deep learning that SymPy lacks: sigmoid, softplus, relu, each a letter of its own.

`definition()` gives an equal expression of SymPy's functions; the bridge evaluates by it.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Function, Piecewise, Rational, S, exp, log


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


def _call(name: str, argument: str, power: str | None) -> str:
    return f"{name}{'^{' + power + '}' if power else ''}\\left({argument}\\right)"


FUNCTIONS = {"sigmoid": sigmoid, "softplus": softplus, "relu": relu}
