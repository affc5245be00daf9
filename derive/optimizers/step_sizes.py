"""Which step sizes converge on a quadratic, how fast, and which are best: what the user calls."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, ImmutableMatrix, Symbol, Tuple

from derive.asked import asked, in_order, scalar
from derive.calculus.extrema import TABLES as EXTREMA
from derive.calculus.integrals.integrate import exact
from derive.core import Derivation
from derive.engine import Budget, NoRuleApplies, limited, search
from derive.linear_algebra.eigen import TABLES as EIGENVALUES
from derive.optimizers.best_steps import (
    BEST,
    BEST_MOMENTA,
    BEST_RATES,
    BestMomentum,
    BestRate,
    BestStep,
)
from derive.optimizers.methods import DampedNewton, by_name, family
from derive.optimizers.over_values import TABLES as OVER_VALUES
from derive.optimizers.rates import RATES, STEPS, LargestStep, Rate

TABLES = {
    **EXTREMA,
    **EIGENVALUES,
    **OVER_VALUES,
    **{each.operator: each for each in (STEPS, RATES, BEST, BEST_RATES, BEST_MOMENTA)},
}


def curvatures(A: Any) -> Basic:
    """A symmetric matrix, or a list of curvatures, exactly."""
    if isinstance(A, (list, tuple)) and A and not isinstance(A[0], (list, tuple)):
        found = [exact(scalar(value)) for value in A]
        # A curvature is positive: letters of which nothing is known are taken to be.
        plain = {x for v in found for x in v.free_symbols if x.is_real is None}
        known = {x: Symbol(x.name, positive=True) for x in sorted(plain, key=str)}
        return Tuple(*(value.xreplace(known) for value in found))
    matrix = asked(A)
    if not isinstance(matrix, ImmutableMatrix) or matrix != matrix.T:
        raise ValueError("a quadratic has a symmetric matrix, or a list of curvatures")
    return matrix.applyfunc(exact)


def worked_out(goal: Expr, timeout: float = 20.0) -> Derivation:
    d = Derivation(search(goal, TABLES, Budget(seconds=timeout)), goal, arguments=in_order(goal))
    if d.given == False:
        raise NoRuleApplies(f"{goal} asks for positive curvatures", goal)
    return d


@limited
def largest_step(
    A: Any, method: str = "gradient descent", beta: Any = None, timeout: float = 20.0
) -> Derivation:
    """A method on x'Ax/2 - b'x converges for 0 < eta < this number, and for no other eta.

    A: a symmetric positive definite matrix, or the list of its eigenvalues, as letters too.
    method: "gradient descent", "momentum" or "nesterov" (with 0 <= beta < 1), "newton" (damped).
    Raises NoRuleApplies (also where a curvature is not positive), BudgetExceeded, ValueError.

    >>> largest_step([[3, 1], [1, 3]]).result
    1/2
    >>> largest_step(["L"], "nesterov").result
    2*(beta + 1)/(L*(2*beta + 1))
    """
    return worked_out(LargestStep(curvatures(A), by_name(method, beta)), timeout)


@limited
def best_step(A: Any, timeout: float = 20.0) -> Derivation:
    """The step of gradient descent whose error falls fastest; A as in `largest_step`.

    >>> best_step(["mu", "L"]).result
    2/(L + mu)
    """
    return worked_out(BestStep(curvatures(A)), timeout)


@limited
def convergence_rate(
    A: Any,
    eta: Any = None,
    method: str = "gradient descent",
    beta: Any = None,
    timeout: float = 20.0,
) -> Derivation:
    """By what the error is multiplied in the long run; for the best step if `eta` is not given.

    Method and beta as in `largest_step`.

    >>> convergence_rate([1, 9]).result
    4/5
    >>> convergence_rate([1, 9], 0.1).result
    9/10
    >>> convergence_rate([1, 9], 0.1, "momentum", 0.5).result
    sqrt(2)/2
    """
    values = curvatures(A)
    if eta is None:
        kind = family(method)
        if kind is DampedNewton:
            raise ValueError("newton with eta = 1 is at the minimum after one step: give eta")
        if beta is not None:
            raise ValueError("the best rate is over all steps and momenta: give eta for this beta")
        return worked_out(BestRate(values, kind()), timeout)
    return worked_out(Rate(values, exact(scalar(eta)), by_name(method, beta)), timeout)


@limited
def best_momentum(A: Any, method: str = "momentum", timeout: float = 20.0) -> Derivation:
    """The step size and the momentum with which the error falls fastest; A as in `largest_step`.

    method: "momentum" (the heavy ball, whose rate is sqrt(beta)) or "nesterov". Letters are the
    least and the largest curvature, in this order.

    >>> best_momentum([1, 9]).result
    (1/4, 1/4)
    >>> best_momentum([1, 8], "nesterov").result
    (4/25, 3/7)
    """
    kind = family(method)
    if not kind.has_momentum:
        raise ValueError(f"{method} has no momentum: its best step is `best_step`")
    values = curvatures(A)
    if isinstance(values, Tuple) and len(values.args) != 2 and values.free_symbols:
        raise ValueError("of letters two are given, the least and the largest curvature")
    return worked_out(BestMomentum(values, kind()), timeout)
