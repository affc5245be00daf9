"""Derivatives of tabulated functions, by mpmath's differences of exact values."""

import mpmath
import sympy as sp

from lambdify_bridge.backends.mpmath import compiled
from lambdify_bridge.lowering import lower


def slopes(expression, symbols, point):
    """The derivative by each symbol at a point of floats."""
    function = compiled(lower([expression], symbols, exact=True), 40)
    found = []
    for k in range(len(symbols)):

        def along(t, k=k):
            return function(*[t if j == k else mpmath.mpf(v) for j, v in enumerate(point)])[0]

        with mpmath.workdps(40):
            step = mpmath.mpf(10) ** -12
            centre = mpmath.mpf(point[k])
            found.append(float((along(centre + step) - along(centre - step)) / (2 * step)))
    return found


def differs_between_integers(kind):
    """Functions with steps, whose derivative no difference quotient sees at a step."""
    return kind in (sp.floor, sp.ceiling, sp.sign, sp.Heaviside)
