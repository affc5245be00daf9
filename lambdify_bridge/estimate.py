"""One operator to one number, from its definition; the method can be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Derivative, Integral, Symbol

from lambdify_bridge import estimators  # noqa: F401
from lambdify_bridge.evaluate import LAZY, Evaluator, Number, Undecided, Undefined
from lambdify_bridge.initial_value import FAMILIES
from lambdify_bridge.nodes import nodes
from lambdify_bridge.trapezoid import mapped, trapezoid

DIGITS = 30
METHODS = ("definition", "gradient", "complex step", "trapezoid")
TINY = 1e-100  # far below rounding: it only marks what is multiplied by it
NOT_ANALYTIC = {
    "Abs", "sign", "Max", "Min", "Heaviside", "Piecewise", "floor", "ceiling", "re", "im",
    "conjugate", "arg", "relu",
}  # fmt: skip


@dataclass(frozen=True)
class Estimate:
    """A number, how it was found, and how far off it may be."""

    value: Any
    error: float
    method: str

    def __float__(self) -> float:
        return float(self.value.real if hasattr(self.value, "real") else self.value)

    def __complex__(self) -> complex:
        return complex(self.value)


def estimate(
    operator: Any,
    at: Mapping[Symbol | str, Any] | None = None,
    method: str = "definition",
    steps: int = 1024,
) -> Estimate:
    """The value of an unevaluated operator at a point, from its definition only.

    `at` gives the letters their values. `method="definition"`: difference quotients, quadrature,
    sequences, partial sums, residuals, at 30 digits. In double precision there are
    `method="gradient"` (a first derivative by `numpy.gradient` on a grid of `steps` intervals
    around the point), `method="complex step"` (a first derivative of an analytic function to the
    last digits, Im f(x + ih)/h with h = 1e-100; Squire and Trapp 1998) and `method="trapezoid"`
    (a definite integral by the trapezoidal rule with `steps` intervals).
    Raises Undefined, Undecided, ValueError.

    >>> from sympy import Derivative, Integral, sin
    >>> from sympy.abc import x
    >>> round(float(estimate(Derivative(sin(x), x), {x: 0})), 12)
    1.0
    >>> round(float(estimate(Integral(x**2, (x, 0, 1)), method="trapezoid", steps=100)), 5)
    0.33335
    """
    letters = _by_letter(operator, at or {})
    if method == "gradient":
        return _gradient(operator, letters, steps)
    if method == "complex step":
        return _complex_step(operator, letters)
    if method == "trapezoid":
        return _trapezoid(operator, letters, steps)
    if method != "definition":
        raise ValueError(f"method is {method!r}; write one of {', '.join(map(repr, METHODS))}")
    if type(operator).__name__ not in LAZY:
        raise Undecided(f"{type(operator).__name__} is not an operator with an estimator")
    if type(operator).__name__ in FAMILIES:
        raise Undecided("a family of solutions has no value of its own; give initial values")
    here = Evaluator(letters, getattr(operator, "definitions", ()), DIGITS)
    value = here(operator)
    return Estimate(value, here.root.accuracy, "definition")


def value(formula: Any, at: Mapping[Symbol | str, Any] | None = None) -> Number:
    """The value of a closed form, or of a derivation's result, at a point; 30 digits are computed.

    Raises Undefined, Undecided.

    >>> from sympy import sqrt
    >>> from sympy.abc import x
    >>> print(float(value(sqrt(x), {x: 2})))
    1.4142135623730951
    """
    expression = getattr(formula, "result", formula)
    letters = _by_letter(formula, at or {})
    return Evaluator(letters, getattr(formula, "definitions", ()), DIGITS)(expression)


def _by_letter(formula: Any, at: Mapping[Symbol | str, Any]) -> dict[Symbol, Any]:
    """The point by letters; a name stands for the letter of that name in the formula."""
    asked = getattr(formula, "problem", formula)
    names = {letter.name: letter for letter in asked.atoms(Symbol)}
    return {names.get(k, Symbol(k)) if isinstance(k, str) else k: v for k, v in at.items()}


def _gradient(operator: Any, letters: dict[Symbol, Any], steps: int) -> Estimate:
    """numpy.gradient on an even grid of width 2**-4 with the point in its middle."""
    f, here, others = _of_one_variable(operator, letters, "gradient")
    half = max(2, steps // 2)
    grid = here + np.linspace(-1, 1, 2 * half + 1) / 32
    values = f(grid, *others)
    fine = np.gradient(values, grid)[half]
    coarse = np.gradient(values[half % 2 :: 2], grid[half % 2 :: 2])[half // 2]
    return Estimate(float(fine), float(abs(fine - coarse)) / 3, "numpy.gradient")


def _complex_step(operator: Any, letters: dict[Symbol, Any]) -> Estimate:
    """No difference is taken, so that none cancels; what is left out is of order 1e-200."""
    f, here, others = _of_one_variable(operator, letters, "complex step")
    broken = [n for n in nodes(operator.expr) if type(n).__name__ in NOT_ANALYTIC]
    if broken:
        raise Undecided(f"a complex step wants an analytic function, {broken[0]} is none")
    slope = float(np.imag(f(complex(here, TINY), *others)) / TINY)
    return Estimate(slope, abs(slope) * 2.0**-50, "complex step")


def _of_one_variable(
    operator: Any, letters: dict[Symbol, Any], method: str
) -> tuple[Any, float, list[float]]:
    """What a first derivative is taken of, as a function; the point, and the other letters'."""
    from lambdify_bridge.to_numpy import as_written

    if not isinstance(operator, Derivative) or operator.derivative_count != 1:
        raise ValueError(f"method={method!r} estimates a first derivative")
    x = operator.variables[0]
    others = sorted(operator.expr.free_symbols - {x}, key=str)
    f = as_written(operator.expr, [x, *others])
    return f, float(letters[x]), [float(letters[s]) for s in others]


def _trapezoid(operator: Any, letters: dict[Symbol, Any], steps: int) -> Estimate:
    if not isinstance(operator, Integral) or len(operator.limits[0]) != 3:
        raise ValueError("method='trapezoid' estimates a definite integral")
    missing = sorted(operator.free_symbols - set(letters), key=str)
    if missing:
        raise ValueError(f"no value is given for {missing[0]}: write at={{'{missing[0]}': 1}}")
    here = Evaluator(letters)
    _has_ends(operator, here)
    f, a, b = mapped(operator, here)
    fine, coarse = (trapezoid(f, a, b, n)[0] for n in (steps, max(1, steps // 2)))
    return Estimate(fine, abs(fine - coarse) / 3, "trapezoidal rule")


def _has_ends(integral: Integral, at: Evaluator) -> None:
    """A trapezoid needs real ends, and the values of the integrand there."""
    f = integral.function
    x, *ends = integral.limits[0]
    for end in ends:
        place = at(end)
        if at.ctx.im(place) != 0:
            raise ValueError(f"{end} is not on the real line: the ends of a range are real")
        if at.ctx.isinf(place):
            continue  # mapped to where the integrand is 0
        try:
            finite = at.ctx.isfinite(at.at({x: place})(f))
        except Undefined:
            finite = False
        if not finite:
            raise ValueError(f"{f} has no value at {x} = {end}: write method='definition'")


def residual_of(matrix: Any, value: Number, vector: Any) -> float:
    """The size of A v - lambda v against that of v: how far (value, vector) is from an eigenpair.

    >>> residual_of([[2, 1], [1, 2]], 3, [1, 1])
    0.0
    """
    a, v = np.array(matrix, dtype=complex), np.array(vector, dtype=complex).ravel()
    return float(np.linalg.norm(a @ v - complex(value) * v) / np.linalg.norm(v))
