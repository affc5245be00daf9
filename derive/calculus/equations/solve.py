"""The tables of rules for differential equations, and the public function."""

from __future__ import annotations

from typing import Any

from derive.asked import in_order
from derive.calculus.equations import (
    constants as of_values,
)
from derive.calculus.equations import (
    euler_cauchy,
    exact,
    first_order,
    from_start,
    higher_order,
    reducible,
    substitutions,
    values,
)
from derive.calculus.equations.operators import (
    ByPowers,
    Constant,
    ExactEquation,
    Fitted,
    FromRest,
    FromRoots,
    FromStart,
    HigherOrder,
    ImplicitFunction,
    ImplicitSolution,
    InitialValues,
    IntegratingFactor,
    LevelCurve,
    Member,
    Motion,
    Multiplied,
    Reducible,
    SecondOrder,
    Solution,
)
from derive.calculus.equations.reading import read_equation, read_values
from derive.calculus.integrals.integrate import TABLES as INTEGRALS
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.linear_algebra.inverses import AUGMENTED, Augmented
from derive.linear_algebra.polynomials import RULES as ROOTS
from derive.linear_algebra.polynomials import Roots
from derive.rules import RuleTable
from derive.structure import depends_on, fresh

TABLES: dict[type, RuleTable] = {
    **INTEGRALS,
    Solution: substitutions.RULES,
    IntegratingFactor: first_order.FACTOR,
    ImplicitSolution: first_order.IMPLICIT,
    ExactEquation: exact.EXACT,
    Multiplied: exact.MULTIPLIED,
    LevelCurve: exact.LEVELS,
    SecondOrder: euler_cauchy.RULES,
    Reducible: reducible.RULES,
    HigherOrder: higher_order.RULES,
    ByPowers: euler_cauchy.HIGHER,
    FromRoots: higher_order.SOLUTIONS,
    Roots: ROOTS,
    InitialValues: values.VALUES,
    FromStart: from_start.STARTS,
    FromRest: from_start.RESTS,
    Motion: from_start.MOTIONS,
    ImplicitFunction: from_start.BRANCHES,
    Fitted: of_values.FITTED,
    Member: of_values.MEMBERS,
    Constant: of_values.CONSTANTS,
    Augmented: AUGMENTED,
}


@limited
def dsolve(equation: Any, y: Any, x: Any, *conditions: str, timeout: float = 20.0) -> Derivation:
    """The solutions y(x) of a differential equation, step by step.

    Of first order: linear, separable, Bernoulli's, homogeneous (also about a point), a function of
    a*x + y, exact (also after a factor of x or of y alone), Riccati's where a line, a power of x or
    an exponential solves it. Linear, of any order up to 6: with constant coefficients, or constants
    times the powers of x that Euler's and Cauchy's equation has. Others of second order: those
    without x, or without y; y'' = f(y) by its energy, also from a turning point.

    `equation` is text such as "y' = -2*x*y" or "y'' + y = sin(x)", a SymPy `Eq`, or f alone for
    y' = f. The
    constants are C, or C1 and C2; initial values fix them. Where the equation between x and y
    cannot be solved for y, it is itself the answer.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> dsolve("y' = -2*x*y", "y", "x").result
    C*exp(-x**2)
    >>> dsolve("2*x*y + 1 + (x^2 + 2*y)*y' = 0", "y", "x", "y(0) = 1").result
    -x**2/2 + sqrt(x**4 - 4*x + 4)/2
    >>> dsolve("y'' + 3y' + 2y = 0", "y", "x", "y(0) = 1", "y'(0) = 0").result
    2*exp(-x) - exp(-2*x)
    """
    family, constants = read_equation(equation, y, x)
    start = read_values(conditions, family)
    if start:
        others = {c: fresh(c.name, family, *start) for c in constants if depends_on(start[1], c)}
        family, constants = family.xreplace(others), constants.xreplace(others)
    letters = constants, family.unknown, family.variable
    goal = InitialValues(family, *letters, *start) if start else family
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(root.result))
