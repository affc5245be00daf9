"""Bounds on the difference of two sides, by ball arithmetic: no rounding error is left out.

Definite integrals over finite ranges are enclosed by FLINT's integrator (Johansson 2018), which
looks at the integrand on whole balls; derivatives by a difference quotient, and Cauchy's bound on
what it leaves out. Limits, infinite ranges and infinite sums have no such bound here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sympy import Basic, Derivative, Dummy, Expr, Integral, Subs, Symbol

from lambdify_bridge.extras import extra
from lambdify_bridge.nodes import nodes

BITS = 320
RADII = (4, 7, 11)  # 2**-k: discs on which a function is looked at around a point
OPERATORS = ("Integral", "Derivative", "Subs")
NUMBERS_ONLY = ("Limit", "Sum", "Product", "Between")


class NoCertificate(ArithmeticError):
    """There is no bound, for the reason given."""


def bound(lhs: Basic, rhs: Basic, point: Mapping[Symbol, Any]) -> float:
    """An upper bound of |lhs - rhs|/|rhs| at a point; infinity where balls do not overlap.

    Raises NoCertificate, and MissingExtra without python-flint.
    """
    flint = extra("flint", "fast", "certified values")
    from lambdify_bridge.backends.flint import LOCK

    with LOCK, flint.ctx.workprec(BITS):
        here = _Point(flint, {s: flint.acb(_exact(flint, v)) for s, v in point.items()})
        if isinstance(lhs, Integral) and all(len(limit.args) == 1 for limit in lhs.limits):
            left, right = here.value(lhs.function), here.slope(rhs, lhs.variables)
        else:
            left, right = here.value(lhs), here.value(rhs)
        if not (left.is_finite() and right.is_finite()):
            raise NoCertificate("a ball is not finite: a singular point is near")
        if not left.overlaps(right):
            return float("inf")
        difference = (left - right).abs_upper()
        size = right.abs_lower()
        return float(difference / size) if size > 0 else float(difference)


def _exact(flint: Any, value: Any) -> Any:
    if getattr(value, "is_Rational", False):
        return flint.fmpq(int(value.p), int(value.q))
    return flint.acb(complex(value))


class _Point:
    """The letters as balls, and what is enclosed there."""

    def __init__(self, flint: Any, letters: Mapping[Symbol, Any]) -> None:
        self.flint, self.letters = flint, dict(letters)

    def value(self, expression: Any) -> Any:
        """A ball that holds the value; its operators are enclosed one by one."""
        if not isinstance(expression, Expr):
            raise NoCertificate(f"{type(expression).__name__} is not enclosed in a ball")
        operators = [n for n in nodes(expression, _is_operator) if _is_operator(n)]
        names = {node: Dummy() for node in operators}
        found = {name: self._operator(node) for node, name in names.items()}
        letters = {**self.letters, **found}
        return _function(expression.xreplace(names), letters)(list(letters.values()), False)

    def _operator(self, node: Any) -> Any:
        if isinstance(node, Integral):
            return self._integral(node)
        if isinstance(node, Derivative):
            return self.slope(node.expr, [x for x, n in node.variable_count for _ in range(n)])
        if isinstance(node, Subs):
            changes = dict(zip(node.variables, map(self.value, node.point), strict=True))
            return _Point(self.flint, {**self.letters, **changes}).value(node.expr)
        raise NoCertificate(f"{type(node).__name__} has no enclosure")

    def _integral(self, node: Integral) -> Any:
        if len(node.limits) != 1 or len(node.limits[0].args) != 3:
            raise NoCertificate("only integrals over one range are enclosed")
        x, low, high = node.limits[0]
        if low.is_infinite or high.is_infinite:
            raise NoCertificate("an infinite range is not enclosed")
        f = _function(node.function, {x: None, **self.letters})
        others = [value for letter, value in self.letters.items() if letter != x]
        tolerance = self.flint.arb(2) ** (-BITS // 2)
        return self.flint.acb.integral(
            lambda z, analytic: f([z, *others], analytic),
            self.value(low), self.value(high), rel_tol=tolerance, abs_tol=tolerance,
        )  # fmt: skip

    def slope(self, f: Any, variables: Sequence[Symbol]) -> Any:
        """The derivative at the point: a difference quotient, and a bound on what is left out.

        |f'''| within h of the point is at most 6 M/(R - h)**3 where |f| is at most M within R
        (Cauchy); the central difference is off by h**2/6 times that, at the most.
        """
        if len(variables) != 1:
            raise NoCertificate("only first derivatives are enclosed")
        (x,) = variables
        flint, here = self.flint, self.letters[x]
        g = _function(f, self.letters)
        place = list(self.letters).index(x)

        def at(z: Any, analytic: bool = False) -> Any:
            values = list(self.letters.values())
            values[place] = z
            return g(values, analytic)

        h = flint.arb(2) ** (-BITS // 3)
        for k in RADII:
            disc = flint.arb(2) ** -k
            around = flint.arb(0, disc)
            largest = at(here + flint.acb(around, around), analytic=True)
            if largest.is_finite():
                quotient = (at(here + h) - at(here - h)) / (2 * h)
                left_out = h**2 * largest.abs_upper() / (disc - h) ** 3
                error = flint.arb(0, left_out.abs_upper())
                return quotient + flint.acb(error, error)
        raise NoCertificate("the function is not seen to be analytic around the point")


def _is_operator(node: Basic) -> bool:
    return type(node).__name__ in (*OPERATORS, *NUMBERS_ONLY)


def _function(expression: Expr, letters: Mapping[Symbol, Any]) -> Callable[..., Any]:
    """A function of the list of balls, in the order of `letters`, and whether it is analytic."""
    from lambdify_bridge.backends import flint as backend
    from lambdify_bridge.backends.flint_analytic import UNKNOWN, analytic
    from lambdify_bridge.backends.flint_functions import Undecided
    from lambdify_bridge.backends.python_source import run, source
    from lambdify_bridge.lowering import lower

    opening = {
        key: text.replace("flint_functions import balls", "flint_analytic import balls")
        for key, text in backend.LANGUAGE.opening.items()
    }
    try:
        program = lower([expression], list(letters), exact=True)
    except ValueError as error:
        raise NoCertificate(str(error)) from error
    compiled = run(source(program, replace(backend.LANGUAGE, opening=opening)))

    def function(values: list[Any], is_analytic: bool) -> Any:
        from flint import acb

        with analytic(is_analytic):
            try:
                return acb(compiled(*values)[0])
            except (Undecided, ZeroDivisionError, ValueError, TypeError):
                return UNKNOWN

    return function
