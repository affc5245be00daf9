"""The steps of Newton, and of Gauss and Newton, in several variables: the minimum of a model."""

from __future__ import annotations

from typing import Any

from sympy import Derivative, Expr, ImmutableMatrix, Symbol, Tuple, exp

from derive.asked import in_order, letter, scalar
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.integrals.integrate import exact
from derive.calculus.vector.fields import GRADIENTS, HESSIANS, JACOBIANS
from derive.calculus.vector.operators import (
    GradientVector,
    HessianMatrix,
    JacobianMatrix,
    OfFields,
)
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.linear_algebra.block_determinants import DIFFERENCES, Difference
from derive.linear_algebra.inverses import AUGMENTED, Augmented
from derive.linear_algebra.least_squares import TABLES as FITS
from derive.linear_algebra.least_squares import LeastSquares
from derive.rules import Outcome, RuleTable
from derive.structure import depends_on

x, y, a = Symbol("x"), Symbol("y"), Symbol("a")


class MatrixNewtonStep(OfFields):
    """The stationary point of the second-order Taylor polynomial of f about the place x:
    MatrixNewtonStep(f, x)."""

    name = "Newton step"


class GaussNewtonStep(OfFields):
    """The place x + d with the least |r(x) + J d|, where J is the Jacobian matrix of the residuals
    r: GaussNewtonStep(r, x)."""

    name = "Gauss-Newton step"


NEWTON = RuleTable(MatrixNewtonStep, lambda goal: goal.args, "Newton steps in several variables")
GAUSS_NEWTON = RuleTable(GaussNewtonStep, lambda goal: goal.args, "Gauss-Newton steps")
TABLES: dict[type, RuleTable] = {
    **FITS,
    Derivative: DERIVATIVES,
    GradientVector: GRADIENTS,
    HessianMatrix: HESSIANS,
    JacobianMatrix: JACOBIANS,
    Augmented: AUGMENTED,
    Difference: DIFFERENCES,
    MatrixNewtonStep: NEWTON,
    GaussNewtonStep: GAUSS_NEWTON,
}


@NEWTON.rule(
    "stationary point of the model",
    example=MatrixNewtonStep(x**2 + 3 * y**2 + exp(x), Tuple(x, y)),
)
def stationary_point_of_the_model(f: Expr, letters: Tuple) -> Outcome:
    """The model f + g.d + d.H d/2 has the gradient g + H d, which is zero where d is minus the
    solution of H s = g, with the gradient g and the Hessian matrix H."""
    return Difference(
        ImmutableMatrix(letters),
        Augmented(HessianMatrix(f, letters), GradientVector(f, letters)),
    )


@GAUSS_NEWTON.rule(
    "linearised residual",
    example=GaussNewtonStep(Tuple(x - 1, y * x - 2, y - x), Tuple(x, y)),
)
def linearised_residual(residuals: Tuple, letters: Tuple) -> Outcome:
    """To first order the residual after a step d is r + J d: its least length is that of a problem
    of least squares, whose normal equations have J^T J in place of the Hessian matrix."""
    J = JacobianMatrix(residuals, letters)
    return Difference(ImmutableMatrix(letters), LeastSquares(J, ImmutableMatrix(residuals)))


# ------------------------------------------------------------------ what the user calls


def letters_of(variables: Any, formulas: Tuple) -> Tuple:
    found = [letter(name, formulas) for name in variables]
    missing = next((v for v in found if not depends_on(formulas, v)), None)
    if missing is not None or not found or len(set(found)) < len(found):
        raise ValueError(f"the variables are different letters of the formulas, not {variables}")
    return Tuple(*found)


def worked_out(goal: OfFields, timeout: float) -> Derivation:
    root = search(goal, TABLES, Budget(seconds=timeout))
    variables = tuple(goal.args[1])
    others = tuple(s for s in in_order(goal) if s not in variables)
    return Derivation(root, goal, arguments=variables + others)


@limited
def newton_step(f: Any, variables: Any, timeout: float = 20.0) -> Derivation:
    """Newton's step for a minimum of f: x minus the solution of H s = g, as formulas of x.

    `.to_numpy()` is the step as a function of the variables and the other letters. From anywhere
    one step reaches the minimum of a quadratic. Raises NoRuleApplies, ValueError.

    >>> newton_step("x^2 + x*y + y^2 - 3*x", ["x", "y"]).result
    Matrix([
    [ 2],
    [-1]])
    """
    expression = exact(scalar(f))
    letters = letters_of(variables, Tuple(expression))
    return worked_out(MatrixNewtonStep(expression, letters), timeout)


@limited
def gauss_newton_step(residuals: Any, variables: Any, timeout: float = 20.0) -> Derivation:
    """Gauss and Newton's step for the least sum of the squares of residuals.

    `.to_numpy()` is the step as a function of the variables and the other letters. Raises
    NoRuleApplies, ValueError.

    >>> gauss_newton_step(["x - 1", "x - 2", "x - 6"], ["x"]).result
    Matrix([[3]])
    """
    found = Tuple(*(exact(scalar(r)) for r in residuals))
    letters = letters_of(variables, found)
    if len(found) < len(letters):
        raise ValueError(f"{len(letters)} variables need as many residuals, not {len(found)}")
    return worked_out(GaussNewtonStep(found, letters), timeout)
