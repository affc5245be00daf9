"""Slopes of plane curves that are given by an equation or by a parameter.

The two operators are dy/dx of a curve; their rules bring them back to ordinary derivatives.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Derivative, Eq, Expr, Ne, Symbol, Tuple, cancel, cos, sin, trigsimp

from derive.asked import asked, in_order, letter, scalar
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.core import Derivation
from derive.engine import Budget, derive, limited
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, depends_on


class ImplicitDerivative(Expr):
    """dy/dx along the curve F(x, y) = 0: `ImplicitDerivative(F, y, x)`."""

    is_commutative = True

    def _sympystr(self, printer: Any) -> str:
        f, y, x = (printer._print(a) for a in self.args)
        return f"d{y}/d{x} along {f} = 0"

    def _latex(self, printer: Any) -> str:
        f, y, x = (printer._print(a) for a in self.args)
        return rf"\left.\frac{{d {y}}}{{d {x}}}\right|_{{{f} = 0}}"


class ParametricDerivative(Expr):
    """dy/dx along the curve (x(t), y(t)): `ParametricDerivative(y, x, t)`."""

    is_commutative = True

    def _sympystr(self, printer: Any) -> str:
        y, x, t = (printer._print(a) for a in self.args)
        return f"d({y})/d({x}) along {t}"

    def _latex(self, printer: Any) -> str:
        y, x, t = (printer._print(a) for a in self.args)
        return rf"\left.\frac{{d \left({y}\right)}}{{d \left({x}\right)}}\right|_{{{t}}}"


x, y, t = Symbol("x"), Symbol("y"), Symbol("t")


def slope(result: Basic) -> Basic:
    """A slope in lowest terms, with sin(t)**2 + cos(t)**2 put together."""
    return trigsimp(cancel(result))


def letters(goal: Basic) -> tuple[Basic, ...]:
    return goal.args


IMPLICIT = RuleTable(ImplicitDerivative, letters, "implicit differentiation", tidy=slope)
PARAMETRIC = RuleTable(ParametricDerivative, letters, "parametric curves", tidy=slope)


@IMPLICIT.rule("implicit differentiation", example=ImplicitDerivative(x**2 + y**2 - 1, y, x))
def implicit_differentiation(f: Expr, y: Symbol, x: Symbol) -> Outcome:
    """Along the curve dF = 0; solve F_x dx + F_y dy = 0 for dy/dx."""
    by_y = D(f, y)
    return Rewrite(-D(f, x) / by_y, Ne(by_y, 0), where=((Symbol("F"), f),))


@PARAMETRIC.rule("parametric curve", example=ParametricDerivative(sin(t), cos(t), t))
def parametric_curve(y: Expr, x: Expr, t: Symbol) -> Outcome:
    """The slope is the speed along y over the speed along x."""
    run = D(x, t)
    return Rewrite(D(y, t) / run, Ne(run, 0))


TABLES = {Derivative: DERIVATIVES, ImplicitDerivative: IMPLICIT, ParametricDerivative: PARAMETRIC}


@limited
def implicit_diff(equation: Any, y: Any, x: Any, timeout: float = 20.0) -> Derivation:
    """dy/dx on the curve given by `equation`: an `Eq`, "x^2 + y^2 = 1", or F for F = 0.

    Raises NoRuleApplies, ValueError, ParseError.

    >>> implicit_diff("x^2 + y^2 = 1", "y", "x").result
    -x/y
    """
    curve = asked(equation)
    f = curve.lhs - curve.rhs if isinstance(curve, Eq) else curve
    up, along = letter(y, f), letter(x, f)
    for v in (up, along):
        if not depends_on(f, v):
            raise ValueError(f"the curve {f} = 0 does not depend on {v}")
    return _worked_out(ImplicitDerivative(f, up, along), f, timeout)


@limited
def parametric_diff(y: Any, x: Any, t: Any, order: int = 1, timeout: float = 20.0) -> Derivation:
    """dy/dx, or a higher derivative, on the curve (x(t), y(t)).

    Raises NoRuleApplies, ValueError, ParseError.

    >>> parametric_diff("t^3", "t^2", "t").result
    3*t/2
    """
    above, below = scalar(y), scalar(x)
    parameter = letter(t, Tuple(above, below))
    if order < 1:
        raise ValueError(f"order is {order}; write 1 for dy/dx, 2 for the second derivative")
    if not depends_on(below, parameter):
        raise ValueError(f"x = {below} does not depend on {parameter}: the curve is vertical")
    goal: Basic = above
    for _ in range(order):
        goal = ParametricDerivative(goal, below, parameter)
    return _worked_out(goal, goal, timeout)


def _worked_out(goal: Basic, asked_of: Basic, timeout: float) -> Derivation:
    root = derive(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(asked_of))
