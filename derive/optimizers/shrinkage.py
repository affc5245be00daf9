"""What an L2 penalty leaves of the weights of a quadratic loss, along each eigenvector."""

from __future__ import annotations

from typing import Any

from sympy import Add, Basic, Expr, FiniteSet, ImmutableMatrix, S, Symbol, Tuple

from derive.asked import asked, in_order, scalar
from derive.calculus.extrema import TABLES as EXTREMA
from derive.calculus.integrals.integrate import exact
from derive.calculus.intervals import ArgMin
from derive.core import Derivation
from derive.engine import Budget, derive, limited, search
from derive.linear_algebra.eigen import TABLES as EIGEN
from derive.linear_algebra.eigen import Eigenspace, Eigenvalues
from derive.optimizers.trajectories import orthogonal
from derive.rules import Outcome, Rewrite, RuleTable

w = Symbol("w")


class PenalisedMinimum(Basic):
    """Where (w - c)'A(w - c)/2 + decay*w'w/2 is smallest: PenalisedMinimum(A, c, decay)."""

    def _sympystr(self, printer: Any) -> str:
        A, c, decay = map(printer._print, self.args)
        if not getattr(printer, "as_on_paper", False):
            return f"PenalisedMinimum({A}, {c}, {decay})"
        return f"argmin_w((w - {c})'·{A}·(w - {c})/2 + {decay}·w'w/2)"

    def _latex(self, printer: Any) -> str:
        A, c, decay = map(printer._print, self.args)
        loss = rf"\frac{{1}}{{2}} \left(w - {c}\right)^{{T}} {A} \left(w - {c}\right)"
        penalty = rf"\frac{{{decay}}}{{2}} w^{{T}} w"
        return rf"\operatorname*{{arg\,min}}_{{w}} \left({loss} + {penalty}\right)"


MINIMA = RuleTable(PenalisedMinimum, lambda goal: goal.args, "penalised minima of quadratics")
TABLES = {**EIGEN, **EXTREMA, PenalisedMinimum: MINIMA}


@MINIMA.rule(
    "eigenbasis",
    example=PenalisedMinimum(ImmutableMatrix([[3, 1], [1, 3]]), ImmutableMatrix([1, 5]), S(2)),
)
def eigenbasis(A: ImmutableMatrix, c: ImmutableMatrix, decay: Expr) -> Outcome:
    """Along orthogonal eigenvectors loss and penalty are sums: each coordinate has its minimum."""
    values = derive(Eigenvalues(A), EIGEN).result
    if A != A.T or any(value.is_positive is False for value in values.args):
        return None
    spaces = {value: derive(Eigenspace(A, value), EIGEN).result for value in values.args}
    terms = [
        ArgMin(value * (w - c.dot(v) / v.dot(v)) ** 2 / 2 + decay * w**2 / 2, w) * v
        for value, space in spaces.items()
        for v in orthogonal([space.col(j) for j in range(space.cols)])
    ]
    rows = [Add(*(term[i] for term in terms)) for i in range(A.rows)]
    return Rewrite(ImmutableMatrix(rows), premises=((Eigenvalues(A), FiniteSet(values)),))


# ------------------------------------------------------------------ what the user calls


@limited
def penalised_weights(
    A: Any, optimum: Any, penalty: Any = "mu", timeout: float = 20.0
) -> Derivation:
    """Where (w - c)'A(w - c)/2 + penalty*w'w/2 is smallest: c shrunk along the eigenvectors of A.

    A: a symmetric positive definite matrix; optimum: c, where the loss alone is smallest. Along an
    eigenvector with curvature a the factor a/(a + penalty) is left (Goodfellow et al. 2016, 7.1.1).
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> list(penalised_weights([[2, 1], [1, 2]], [2, 0]).result)
    [3/(mu + 3) + 1/(mu + 1), 3/(mu + 3) - 1/(mu + 1)]
    """
    matrix = asked(A)
    if not isinstance(matrix, ImmutableMatrix) or matrix != matrix.T:
        raise ValueError("a quadratic has a symmetric matrix")
    centre = ImmutableMatrix([exact(scalar(entry)) for entry in optimum])
    if centre.rows != matrix.rows:
        raise ValueError(f"the optimum has {matrix.rows} entries")
    strength = exact(scalar(penalty))
    if strength.is_Symbol and strength.is_real is None:
        strength = Symbol(strength.name, positive=True)
    if strength.is_negative:
        raise ValueError(f"a penalty is not negative, {strength} is")
    goal = PenalisedMinimum(matrix.applyfunc(exact), centre, strength)
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(Tuple(*goal.args)))
