"""How the two sides of an equation are compared at one point: what each kind of goal means by `=`.

Values by their relative error; an antiderivative up to a constant, a solution by its residual,
eigenvalues as a multiset, spaces by their projectors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Basic, Integral

from lambdify_bridge import (
    central_difference,
    chains,
    constrained,
    initial_value,
    isolated_points,
    kinds_of_points,
    residual,
    sequence,
    spaces,
    spectra,
)
from lambdify_bridge.evaluate import Evaluator, Matrix, Number, Undecided
from lambdify_bridge.nodes import nodes

SMALL_ENTRY = 1e-6  # of the largest entry of a matrix
FLOOR = 1e-8  # two numbers below this size are compared as if they had it

Sides = tuple[Number, Number, float]


def comparison(lhs: Basic, rhs: Basic) -> Callable[[Basic, Basic, Evaluator], Sides]:
    names = {type(lhs).__name__, type(rhs).__name__}
    if "DoesNotExist" in names:
        return _no_value
    if isinstance(lhs, Integral) and any(len(limit.args) == 1 for limit in lhs.limits):
        return _up_to_a_constant
    if type(lhs).__name__ == "Potential":
        return _a_potential
    if type(lhs).__name__ in initial_value.FAMILIES:
        return _a_solution
    if type(lhs).__name__ == "Constant":
        return _a_constant
    if names & {"Eigenvalues", "Roots", "Joined", "GaussNodes"}:
        return _same_multiset
    if names & {"NullSpace", "Eigenspace"}:
        return _same_space
    if names & {"ColumnSpace", "PivotColumns"}:
        return spaces.same_columns
    if "Solutions" in names:
        return spaces.same_solutions
    if type(lhs).__name__ in chains.IN_CHAINS:
        return chains.by_chains
    if type(lhs).__name__ in spectra.BY_RESIDUALS:
        return spectra.by_residuals
    if type(lhs).__name__ in spectra.MULTISETS:
        return spectra.same_numbers
    if names & constrained.SETS:
        return constrained.same_extrema
    if type(lhs).__name__ in kinds_of_points.GOALS:
        return kinds_of_points.same_kinds
    if names & isolated_points.SETS:
        return isolated_points.same_points
    return _same_value


def _same_value(lhs: Basic, rhs: Basic, at: Evaluator) -> Sides:
    if _is_iterated(rhs) and not _is_iterated(lhs):
        _value_or_none(rhs, at)  # first: such an integral is given up soonest
    left, right = _value_or_none(lhs, at), _value_or_none(rhs, at)
    if left is None or right is None:
        return left, right, 0.0 if left is right else float("inf")
    return left, right, relative_error(left, right)


def _is_iterated(expression: Basic) -> bool:
    found = nodes(expression) if isinstance(expression, Basic) else ()
    inside = (n.function for n in found if isinstance(n, Integral))
    return any(isinstance(n, Integral) for f in inside for n in nodes(f))


def is_nan(side: Number) -> bool:
    return hasattr(side, "imag") and side != side


def is_noise(sides: Sides, noise: float) -> bool:
    """Two numbers that differ by no more than the rounding errors of what cancels in them."""
    left, right, _ = sides
    numbers = all(hasattr(side, "imag") for side in (left, right))
    return bool(noise and numbers and abs(left - right) <= noise)


def _value_or_none(expression: Basic, at: Evaluator) -> Number | None:
    """None where the definition is seen to lead to no value (both sides may have none)."""
    try:
        return at(expression)
    except sequence.NoLimit:
        return None


def relative_error(left: Number, right: Number) -> float:
    if isinstance(left, (tuple, list)):
        return max((relative_error(a, b) for a, b in zip(left, right, strict=True)), default=0.0)
    if isinstance(left, Matrix):
        if (left.rows, left.cols) != (right.rows, right.cols):
            return float("inf")
        size = max([abs(e) for e in left] + [abs(e) for e in right] + [FLOOR])
        return max(
            (_beside(float(size), a, b) for a, b in zip(left, right, strict=True)), default=0.0
        )
    if left == right:
        return 0.0
    error = abs(left - right) / max(abs(left), abs(right), FLOOR)
    return float(error) if error == error else float("inf")


def _beside(size: float, a: Number, b: Number) -> float:
    """The error of an entry, relative to itself where it is not lost beside the largest one."""
    return float(abs(a - b) / max(abs(a), abs(b), SMALL_ENTRY * size))


def _no_value(lhs: Basic, rhs: Basic, at: Evaluator) -> Sides:
    """The claim is that there is no value: an estimate that finds one refutes it."""
    found = _value_or_none(lhs, at)
    return found, None, 0.0 if found is None else float("inf")


def _up_to_a_constant(lhs: Any, rhs: Basic, at: Evaluator) -> Sides:
    """An antiderivative: differentiating the right side gives the integrand back."""
    inner = [limit for limit in lhs.limits if len(limit.args) > 1]
    variables = [limit.args[0] for limit in lhs.limits if len(limit.args) == 1]
    if list(lhs.limits[: len(inner)]) != inner:
        raise Undecided("a definite integral of an indefinite one has no value")
    at(rhs)
    left = at(lhs.func(lhs.function, *inner) if inner else lhs.function)
    right = central_difference.by_each(rhs, variables, at)
    return left, right, relative_error(left, right)


def _a_potential(lhs: Any, rhs: Basic, at: Evaluator) -> Sides:
    """The slopes of the right side, by differences, are the components of the field."""
    F, letters = lhs.args
    at(rhs)
    left = at.ctx.matrix([at(f) for f in F])
    right = at.ctx.matrix([central_difference.by_each(rhs, [x], at) for x in letters])
    return left, right, relative_error(left, right)


def _a_solution(lhs: Any, rhs: Basic, at: Evaluator) -> Sides:
    """A family of solutions: the right side, put into the differential equation, fulfils it."""
    left, right = initial_value.residual(lhs, rhs, at)
    return left, right, relative_error(left, right)


def _a_constant(lhs: Any, rhs: Basic, at: Evaluator) -> Sides:
    """The constant of a family: the right side fulfils the equation for it."""
    left, right = initial_value.sides_of_constant(lhs, rhs, at)
    return left, right, relative_error(left, right)


def _same_multiset(lhs: Basic, rhs: Basic, at: Evaluator) -> Sides:
    left, right = residual.spectrum(lhs, at), residual.spectrum(rhs, at)
    return left[0], right[0], relative_error(left, right)


def _same_space(lhs: Basic, rhs: Basic, at: Evaluator) -> Sides:
    left, right = residual.projector(lhs, at), residual.projector(rhs, at)
    if left.shape != right.shape:
        return 0, 1, float("inf")
    return 0, 0, float(abs(left - right).max(initial=0.0))
