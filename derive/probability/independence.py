"""Whether two letters are independent: their joint density less the product of the marginals."""

from __future__ import annotations

from typing import Any

from sympy import Add, ImmutableMatrix, Tuple

from derive.core import Derivation
from derive.engine import limited
from derive.linear_algebra.block_determinants import DIFFERENCES, Difference
from derive.linear_algebra.products import OUTERS, Outer
from derive.probability.expectations import worked_out
from derive.probability.joint_laws import JointLaw, JointTable, OfJoint, joint_law
from derive.probability.joint_moments import (
    SQUARE,
    TABLE,
    ConditionalDensity,
    MarginalDensity,
    settled,
    x,
    y,
)
from derive.probability.joint_moments import TABLES as MOMENTS
from derive.probability.quantities import Listed
from derive.rules import Outcome, RuleTable


class Dependence(OfJoint):
    """The density at (x, y) less the product of the marginal ones: Dependence((x, x), (y, y), law).

    It is zero throughout where, and only where, the two are independent.
    """

    name = "dependence"


class TableDependence(Listed, OfJoint):
    """Of each cell the probability less the product of those of its row and its column."""

    name = "dependence"


DENSITIES = RuleTable(Dependence, lambda goal: goal.args, "dependence of densities", tidy=settled)
CELLS = RuleTable(TableDependence, lambda goal: goal.args, "dependence in tables")


@DENSITIES.rule("conditional less marginal", example=Dependence((x, x), (y, y), SQUARE))
def conditional_less_marginal(first: Tuple, second: Tuple, law: JointLaw) -> Outcome:
    """The joint density is that of x times that of y where x is known: independent is y, if
    knowing x leaves its density as it is."""
    alone, known = MarginalDensity(first, law), ConditionalDensity(second, first, law)
    return alone * (known - MarginalDensity(second, law))


@CELLS.rule("cells less products", example=TableDependence(TABLE))
def cells_less_products(law: JointTable) -> Outcome:
    """Independent are the letters where every cell is the product of the sums of its row and its
    column."""
    P = law.args[0]
    rows = ImmutableMatrix([Add(*P.row(i)) for i in range(P.rows)])
    columns = ImmutableMatrix([Add(*P.col(j)) for j in range(P.cols)])
    return Difference(P, Outer(rows, columns))


TABLES: dict[type, RuleTable] = {
    **MOMENTS,
    Dependence: DENSITIES,
    TableDependence: CELLS,
    Difference: DIFFERENCES,
    Outer: OUTERS,
}


@limited
def independence(*law: Any, timeout: float = 20.0) -> Derivation:
    """The joint density less the product of the marginal ones: zero for independent letters.

    A joint law as in `marginal`. Of a table the result is a matrix, with an entry for each cell:
    where one is not zero, that pair of values shows that the letters are dependent.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> independence("4*x*y", ("x", 0, 1), ("y", 0, 1)).result
    0
    >>> independence([["1/2", "1/8"], ["1/8", "1/4"]], ("x", [0, 1]), ("y", [0, 1])).result
    Matrix([
    [ 7/64, -7/64],
    [-7/64,  7/64]])
    """
    joint = joint_law(*law)
    if isinstance(joint, JointTable):
        return worked_out(TableDependence(joint), timeout, TABLES)
    places = (Tuple(s, s) for s in joint.letters)
    return worked_out(Dependence(*places, joint), timeout, TABLES)
