"""Implicit functions: the slopes of what equations make of their other letters."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Eq, ImmutableMatrix, S, Symbol, Tuple, sin

from derive.asked import asked, in_order
from derive.calculus.vector.fields import TABLES as FIELDS
from derive.calculus.vector.operators import JacobianDeterminant, OfFields
from derive.calculus.vector.reading import formula, letters_of
from derive.calculus.vector.textbook import in_short
from derive.core import Derivation
from derive.engine import Budget, NoRuleApplies, derive, limited, not_zero
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, depends_on

UNDEFINED = (S.ComplexInfinity, S.NaN)
x, y, u, v = (Symbol(s) for s in "xyuv")


class ImplicitJacobian(OfFields):
    """Row i, column j: the derivative of y_i by x_j where F stays as it is.

    ImplicitJacobian(F, dependent, variables), with as many equations as dependent letters.
    """

    def _sympystr(self, printer: Any) -> str:
        F, ys, xs = map(printer._print, self.args)
        if not getattr(printer, "as_on_paper", False):
            return f"ImplicitJacobian({F}, {ys}, {xs})"
        return f"d{ys}/d{xs} where {F} stays constant"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        F, ys, xs = map(printer._print, self.args)
        return rf"\left.\frac{{\partial {ys}}}{{\partial {xs}}}\right|_{{{F} = 0}}"


SLOPES = RuleTable(ImplicitJacobian, lambda goal: goal.args, "implicit functions", tidy=in_short)
TABLES = {**FIELDS, ImplicitJacobian: SLOPES}


@SLOPES.rule("one equation", example=ImplicitJacobian((x**2 * y + 3 * sin(u),), (u,), (x, y)))
def one_equation(F: Tuple, ys: Tuple, xs: Tuple) -> Outcome:
    """As x moves, y has to make up for what F changes: -F_x/F_y, where F_y is not zero."""
    if len(F) > 1:
        return None
    by_y = D(F[0], ys[0])
    return Rewrite(ImmutableMatrix([[-D(F[0], s) / by_y for s in xs]]), not_zero(by_y))


@SLOPES.rule(
    "implicit function theorem",
    example=ImplicitJacobian((x * u - 3 * y * v, y * u + x * v**2), (u, v), (x, y)),
)
def implicit_function_theorem(F: Tuple, ys: Tuple, xs: Tuple) -> Outcome:
    """Where the determinant of the Jacobian by the dependent letters is not zero they are functions
    of the others; Cramer's rule gives each slope, with x_j in the place of y_i."""
    below = JacobianDeterminant(F, ys)

    def slope(i: int, j: int) -> Basic:
        exchanged = [xs[j] if k == i else s for k, s in enumerate(ys)]
        return -JacobianDeterminant(F, exchanged) / below

    return Rewrite(ImmutableMatrix(len(ys), len(xs), slope), not_zero(below))


# ------------------------------------------------------------------ what the user calls


@limited
def implicit_jacobian(
    equations: Any, dependent: Any, variables: Any, timeout: float = 20.0
) -> Derivation:
    """The partial derivatives of the letters `dependent`, functions that the `equations` make them,
    by `variables`: a row for each dependent letter, a column for each variable.

    `equations`: a list of equations, or of F for F = 0, as many as dependent letters. The result is
    in all letters; `.given` says where the determinant of the Jacobian is not zero, so that there
    are such functions near the point. Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> implicit_jacobian(["x**2 + y**2 + z**2 = 1"], ["z"], ["x", "y"]).result
    Matrix([[-x/z, -y/z]])
    >>> implicit_jacobian(["u + v = x", "u*v = y"], ["u", "v"], ["x"]).result
    Matrix([
    [ u/(u - v)],
    [-v/(u - v)]])
    """
    listed = equations if isinstance(equations, (list, tuple, Tuple)) else [equations]
    F = Tuple(*map(_as_zero, listed))
    ys, xs = letters_of(dependent, F), letters_of(variables, F)
    if len(F) != len(ys):
        raise ValueError(f"{len(F)} equations for {len(ys)} letters: give as many of both")
    both = [str(s) for s in ys if s in xs.args]
    if both:
        raise ValueError(f"{both[0]} is dependent or a variable, not both")
    for s in ys:
        if not any(depends_on(f, s) for f in F):
            raise ValueError(f"the equations do not hold {s}")
    goal = ImplicitJacobian(F, ys, xs)
    found = Derivation(
        derive(goal, TABLES, Budget(seconds=timeout)), goal, arguments=in_order(goal)
    )
    if found.given == False or found.result.has(*UNDEFINED):
        raise NoRuleApplies(f"the Jacobian by {ys} is singular everywhere", goal, partial=found)
    return found


def _as_zero(equation: Any) -> Basic:
    read = asked(equation)
    return formula(read.lhs - read.rhs) if isinstance(read, Eq) else formula(read)
