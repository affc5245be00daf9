"""How much a step surely lowers a function whose slope changes by L at most: descent lemma."""

from __future__ import annotations

from typing import Any

from sympy import Abs, Expr, Integral, S, Symbol, Tuple, oo

from derive.asked import in_order, scalar
from derive.calculus.extrema import TABLES as EXTREMA
from derive.calculus.integrals.integrate import TABLES as INTEGRALS
from derive.calculus.integrals.integrate import exact
from derive.calculus.intervals import ArgMax, Maximum
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.optimizers.operators import ByName
from derive.rules import Outcome, RuleTable
from derive.structure import fresh

g = Symbol("g", real=True, nonzero=True)
L, eta = Symbol("L", positive=True), Symbol("eta", positive=True)


class OfSmoothFunctions(ByName, Expr):
    """An operator on all functions with |f''| <= L and the slope g at the place of the step."""

    is_commutative = True
    is_extended_real = True

    def __new__(cls, *args: Any) -> OfSmoothFunctions:
        return Expr.__new__(cls, *map(S, args))


class SureDecrease(OfSmoothFunctions):
    """The least f(x) - f(x - eta*g): SureDecrease(g, L, eta)."""

    name = "sure decrease"


class SurestStep(OfSmoothFunctions):
    """The step with the largest sure decrease: SurestStep(g, L)."""

    name = "surest step"


class LargestSureDecrease(OfSmoothFunctions):
    """The sure decrease of that step: LargestSureDecrease(g, L)."""

    name = "largest sure decrease"


def unpack(goal: Expr) -> tuple[Any, ...]:
    return goal.args


DECREASES = RuleTable(SureDecrease, unpack, "sure decreases")
STEPS = RuleTable(SurestStep, unpack, "surest steps")
LARGEST = RuleTable(LargestSureDecrease, unpack, "largest sure decreases")
TABLES = {
    **INTEGRALS,
    **EXTREMA,
    SureDecrease: DECREASES,
    SurestStep: STEPS,
    LargestSureDecrease: LARGEST,
}


@DECREASES.rule("Taylor's remainder", example=SureDecrease(3, 2, S(1) / 5))
def taylors_remainder(g: Expr, L: Expr, eta: Expr) -> Outcome:
    """The slope alone lowers f by eta*g**2; curvature takes back most where it is L throughout."""
    s, length = fresh("s", g, L, eta), eta * Abs(g)
    return eta * g**2 - L * Integral(length - s, Tuple(s, 0, length))


@STEPS.rule("largest sure decrease", example=SurestStep(3, 2))
def step_of_the_largest(g: Expr, L: Expr) -> Outcome:
    """The surest step is the one whose sure decrease is largest."""
    step = Symbol(fresh("eta", g, L).name, positive=True)
    return ArgMax(SureDecrease(g, L, step), step, 0, oo)


@LARGEST.rule("decrease at the surest step", example=LargestSureDecrease(3, 2))
def decrease_at_the_surest_step(g: Expr, L: Expr) -> Outcome:
    """The largest sure decrease is that of the surest step."""
    step = Symbol(fresh("eta", g, L).name, positive=True)
    return Maximum(SureDecrease(g, L, step), step, 0, oo)


# ------------------------------------------------------------------ what the user calls


@limited
def sure_decrease(L: Any = "L", eta: Any = "eta", timeout: float = 20.0) -> Derivation:
    """How much a step of `eta` surely lowers f where |f''| <= L and the slope is g (descent lemma).

    >>> sure_decrease().result
    -L*eta**2*g**2/2 + eta*g**2
    """
    return _worked_out(SureDecrease, (L, eta), timeout)


@limited
def surest_step(L: Any = "L", timeout: float = 20.0) -> Derivation:
    """The step whose sure decrease is largest: 1/L.

    >>> surest_step().result
    1/L
    """
    return _worked_out(SurestStep, (L,), timeout)


@limited
def largest_sure_decrease(L: Any = "L", timeout: float = 20.0) -> Derivation:
    """How much the surest step lowers f at least.

    >>> largest_sure_decrease().result
    g**2/(2*L)
    """
    return _worked_out(LargestSureDecrease, (L,), timeout)


def _worked_out(
    operator: type[OfSmoothFunctions], sizes: tuple[Any, ...], timeout: float
) -> Derivation:
    found = [exact(scalar(size)) for size in sizes]
    for value in found:
        if value.is_positive is False:
            raise ValueError(f"L and the step are positive, not {value}")
    plain = {x for value in found for x in in_order(value) if x.is_real is None}
    known = {x: Symbol(x.name, positive=True) for x in sorted(plain, key=str)}
    goal = operator(g, *(value.xreplace(known) for value in found))
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))
