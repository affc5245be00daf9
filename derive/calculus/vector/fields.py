"""Gradient, Jacobian, Hessian, directional derivative, divergence, curl and Laplacian.

Each is made of partial derivatives, which the rules of differentiation work out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import (
    Add,
    Basic,
    Derivative,
    Expr,
    ImmutableMatrix,
    S,
    Symbol,
    Tuple,
    exp,
    sin,
    sqrt,
)

from derive.asked import in_order
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.integrals.integrate import holding_somewhere
from derive.calculus.vector.operators import (
    AtPoint,
    Curl,
    DirectionalDerivative,
    Divergence,
    GradientVector,
    HessianMatrix,
    JacobianDeterminant,
    JacobianMatrix,
    Laplacian,
    OfFields,
    PlaneCurl,
    ValueAt,
)
from derive.calculus.vector.reading import as_many, field, formula, letters_of
from derive.calculus.vector.textbook import in_short
from derive.core import Derivation
from derive.engine import Budget, derive, limited
from derive.holes import substituted
from derive.linear_algebra.determinants import RULES as DETERMINANTS
from derive.linear_algebra.determinants import det
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D

x, y, z = Symbol("x"), Symbol("y"), Symbol("z")
LETTERS = Tuple(x, y, z)


def unpack(goal: OfFields) -> tuple[Basic, ...]:
    return goal.args


GRADIENTS = RuleTable(GradientVector, unpack, "gradients of formulas")
JACOBIANS = RuleTable(JacobianMatrix, unpack, "Jacobian matrices")
HESSIANS = RuleTable(HessianMatrix, unpack, "Hessian matrices")
DETERMINANTS_OF_MAPS = RuleTable(JacobianDeterminant, unpack, "Jacobian determinants")
DIRECTIONS = RuleTable(DirectionalDerivative, unpack, "directional derivatives")
DIVERGENCES = RuleTable(Divergence, unpack, "divergence")
CURLS = RuleTable(Curl, unpack, "curl")
PLANE_CURLS = RuleTable(PlaneCurl, unpack, "curl in the plane")
LAPLACIANS = RuleTable(Laplacian, unpack, "Laplacian")
PLACES = RuleTable(AtPoint, unpack, "columns and matrices at a point")
VALUES = RuleTable(ValueAt, unpack, "values at a point")

TABLES = {
    table.operator: table
    for table in (
        GRADIENTS, JACOBIANS, HESSIANS, DETERMINANTS_OF_MAPS, DIRECTIONS, DIVERGENCES, CURLS,
        PLANE_CURLS, LAPLACIANS, PLACES, VALUES, DERIVATIVES, DETERMINANTS,
    )
}  # fmt: skip


def mixed(f: Basic, *letters: Symbol) -> Derivative:
    """The derivative by one letter after the other, exactly as written."""
    counts = {x: letters.count(x) for x in letters}
    return Basic.__new__(Derivative, f, *(Tuple(x, count) for x, count in counts.items()))


@GRADIENTS.rule("partial derivatives", example=GradientVector(x**2 * y + exp(3 * y), (x, y)))
def partial_derivatives(f: Expr, letters: Tuple) -> Outcome:
    """The gradient has the partial derivatives as entries."""
    return ImmutableMatrix([D(f, each) for each in letters])


@JACOBIANS.rule("gradients in rows", example=JacobianMatrix((x**2 * y, x + 3 * y), (x, y)))
def gradients_in_rows(F: Tuple, letters: Tuple) -> Outcome:
    """Each row of the Jacobian holds the partial derivatives of one component."""
    return ImmutableMatrix([[D(f, each) for each in letters] for f in F])


@HESSIANS.rule("second derivatives", example=HessianMatrix(x**3 * y + sin(2 * y), (x, y)))
def second_derivatives(f: Expr, letters: Tuple) -> Outcome:
    """The Hessian holds the second partial derivatives, in either order of two letters."""
    n = len(letters)
    return ImmutableMatrix(n, n, lambda i, j: mixed(f, letters[min(i, j)], letters[max(i, j)]))


@DETERMINANTS_OF_MAPS.rule(
    "determinant of the Jacobian", example=JacobianDeterminant((x**2 - y, x * y), (x, y))
)
def determinant_of_the_jacobian(F: Tuple, letters: Tuple) -> Outcome:
    """The map multiplies small volumes by the determinant of its Jacobian."""
    return det(ImmutableMatrix([[D(f, each) for each in letters] for f in F]))


@DIRECTIONS.rule(
    "gradient along the unit vector", example=DirectionalDerivative(x**2 * y, (x, y), (3, 4))
)
def gradient_along_the_unit_vector(f: Expr, letters: Tuple, v: Tuple) -> Outcome:
    """The slope is the sum of the partial derivatives, each times the entry of the unit vector."""
    length = sqrt(Add(*(entry**2 for entry in v)))
    terms = [entry / length * D(f, each) for each, entry in zip(letters, v, strict=True)]
    return Rewrite(Add(*terms), where=((Symbol("v"), v), (Symbol("|v|"), length)))


@DIVERGENCES.rule("sum of the slopes", example=Divergence((x**2 * y, y * z, 3 * z * x), LETTERS))
def sum_of_the_slopes(F: Tuple, letters: Tuple) -> Outcome:
    """The divergence adds the derivative of each component by its own letter."""
    return Add(*(D(f, each) for f, each in zip(F, letters, strict=True)))


@CURLS.rule("cross derivatives", example=Curl((y**2 * z, x * z, 3 * x * y), LETTERS))
def cross_derivatives(F: Tuple, letters: Tuple) -> Outcome:
    """Each entry is the difference of the cross derivatives in the plane across its axis."""
    (P, Q, R), (x, y, z) = F, letters
    return ImmutableMatrix([D(R, y) - D(Q, z), D(P, z) - D(R, x), D(Q, x) - D(P, y)])


@PLANE_CURLS.rule("difference of the cross derivatives", example=PlaneCurl((y**3, x * y), (x, y)))
def difference_of_the_cross_derivatives(F: Tuple, letters: Tuple) -> Outcome:
    """Around a small square, what the cross derivatives differ by adds up."""
    (P, Q), (x, y) = F, letters
    return D(Q, x) - D(P, y)


@LAPLACIANS.rule("sum of second derivatives", example=Laplacian(x**2 * y**3 + z**2, LETTERS))
def sum_of_second_derivatives(f: Expr, letters: Tuple) -> Outcome:
    """The Laplacian adds the second derivatives by each letter."""
    return Add(*(mixed(f, each, each) for each in letters))


@PLACES.rule(
    "first the operator", example=AtPoint(GradientVector(x**2 * y, (x, y)), (x, y), (2, 3))
)
def first_the_operator(inside: Basic, letters: Tuple, point: Tuple) -> Outcome:
    """Work the operator out for all places, then put the coordinates of the point in."""
    return ValueAt(inside, letters, point)


@VALUES.rule("put the values in", example=ValueAt(x**2 * y**3, (x, y), (2, 3)))
def put_the_values_in(inside: Basic, letters: Tuple, values: Tuple) -> Outcome:
    """Write the values for the letters."""
    there = substituted(inside, letters, values)
    return None if there.has(S.NaN, S.ComplexInfinity) else there


for _table in TABLES.values():
    if issubclass(_table.operator, OfFields):
        _table.tidy = in_short


# ------------------------------------------------------------------ what the user calls


def worked_out(goal: OfFields, at: Any, timeout: float) -> Derivation:
    """The operator, or its value at a point."""
    letters = goal.args[1]
    if at is not None:
        goal = AtPoint(goal, letters, as_many(_listed(at, letters), letters, "the point"))
    root = derive(goal, TABLES, Budget(seconds=timeout))
    return holding_somewhere(Derivation(root, goal, arguments=in_order(goal)))


def _listed(at: Any, letters: Tuple) -> Any:
    """A point by names as a list in the order of the letters."""
    if not isinstance(at, Mapping):
        return at
    known = {str(name): value for name, value in at.items()}
    missing = [str(each) for each in letters if str(each) not in known]
    if missing or len(known) > len(letters):
        raise ValueError(f"the point gives {', '.join(known)}; it takes {letters}")
    return [known[str(each)] for each in letters]


def _square(F: Any, variables: Any) -> tuple[Tuple, Tuple]:
    """A field and its letters, as many as it has components. Raises ValueError."""
    components = field(F)
    letters = letters_of(variables, components)
    if len(components) != len(letters):
        raise ValueError(f"the field has {len(components)} components, for {len(letters)} letters")
    return components, letters


def gradient_of(f: Any, variables: Any, at: Any, timeout: float) -> Derivation:
    """The column of the partial derivatives of a formula."""
    expression = formula(f)
    return worked_out(GradientVector(expression, letters_of(variables, expression)), at, timeout)


def jacobian_of(F: Any, variables: Any, at: Any, timeout: float) -> Derivation:
    """The matrix of the partial derivatives of a list of components, a row each."""
    components = field(F)
    return worked_out(JacobianMatrix(components, letters_of(variables, components)), at, timeout)


def hessian_of(f: Any, variables: Any, at: Any, timeout: float) -> Derivation:
    """The matrix of the second derivatives of a formula."""
    expression = formula(f)
    return worked_out(HessianMatrix(expression, letters_of(variables, expression)), at, timeout)


@limited
def jacobian_determinant(
    F: Any, variables: Any, at: Any = None, timeout: float = 20.0
) -> Derivation:
    """By what the map `F` multiplies small volumes, with the sign of its orientation.

    Raises ValueError, ParseError, NoRuleApplies.

    >>> jacobian_determinant(["r*cos(t)", "r*sin(t)"], ["r", "t"]).result
    r
    """
    components, letters = _square(F, variables)
    return worked_out(JacobianDeterminant(components, letters), at, timeout)


@limited
def directional_derivative(
    f: Any, variables: Any, direction: Any, at: Any = None, timeout: float = 20.0
) -> Derivation:
    """The slope of `f` along `direction`, which is brought to length 1.

    Raises ValueError (a direction of length 0), ParseError, NoRuleApplies.

    >>> directional_derivative("x**2*y", ["x", "y"], [3, 4], at=[1, 2]).result
    16/5
    """
    expression = formula(f)
    letters = letters_of(variables, expression)
    v = as_many(direction, letters, "the direction")
    if all(entry == 0 for entry in v):
        raise ValueError("a direction has a length: one of its entries is not 0")
    return worked_out(DirectionalDerivative(expression, letters, v), at, timeout)


@limited
def divergence(F: Any, variables: Any, at: Any = None, timeout: float = 20.0) -> Derivation:
    """The divergence of the field `F`: as many components as letters.

    Raises ValueError, ParseError, NoRuleApplies.

    >>> divergence(["x**2", "x*y"], ["x", "y"]).result
    3*x
    """
    components, letters = _square(F, variables)
    return worked_out(Divergence(components, letters), at, timeout)


@limited
def curl(F: Any, variables: Any, at: Any = None, timeout: float = 20.0) -> Derivation:
    """The curl of a field: a column in space, a number (dQ/dx - dP/dy) in the plane.

    Raises ValueError, ParseError, NoRuleApplies.

    >>> curl(["-y", "x"], ["x", "y"]).result
    2
    >>> list(curl(["y*z", "x*z", "x*y"], ["x", "y", "z"]).result)
    [0, 0, 0]
    """
    components, letters = _square(F, variables)
    if len(letters) not in (2, 3):
        raise ValueError("a curl is that of a field in the plane or in space")
    kind = Curl if len(letters) == 3 else PlaneCurl
    return worked_out(kind(components, letters), at, timeout)


@limited
def laplacian(f: Any, variables: Any, at: Any = None, timeout: float = 20.0) -> Derivation:
    """The sum of the second derivatives of `f` by each letter.

    Raises ValueError, ParseError, NoRuleApplies.

    >>> laplacian("x**2*y + y**3", ["x", "y"]).result
    8*y
    """
    expression = formula(f)
    return worked_out(Laplacian(expression, letters_of(variables, expression)), at, timeout)
