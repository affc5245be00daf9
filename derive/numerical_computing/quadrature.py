"""Quadrature rules: weights from exactness, leading errors from Taylor series.

Nodes are given in steps of h from x: the trapezoid on x to x + h has the nodes 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from math import prod
from typing import Any

from sympy import (
    Basic,
    CRootOf,
    Derivative,
    Expr,
    Function,
    Integral,
    Poly,
    S,
    Symbol,
    Tuple,
    expand,
    factorial,
    radsimp,
    sqrtdenest,
)

from derive.answers import Answers
from derive.asked import in_order, place
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.integrals.integrate import TABLES as INTEGRALS
from derive.calculus.integrals.integrate import exact
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.linear_algebra.elimination import Matrix
from derive.linear_algebra.inverses import AUGMENTED, Augmented
from derive.linear_algebra.operators import Number, Operator
from derive.linear_algebra.polynomials import RULES as ROOTS
from derive.linear_algebra.polynomials import Roots
from derive.linear_algebra.products import DOTS, Dot
from derive.numerical_computing.letters import distinct, function_of, positive, whole
from derive.rules import Outcome, RuleTable
from derive.structure import D, is_unknown

x, t, h = Symbol("x"), Symbol("t"), Symbol("h", positive=True)
f = Function("f")
TWO, THREE = Tuple(S(0), S(1)), Tuple(S(0), S(1), S(2))
FEW_NODES, MOST_NODES = 3, 11
HIGHEST_TAKEN = 4  # the order of the derivatives that are worked out in steps


# ------------------------------------------------------------------ operators


class QuadratureWeights(Operator):
    """The w with sum of w_j p(s_j) = integral of p from a to b, for p of degree below n.

    QuadratureWeights(nodes, a, b) with the n nodes s_j. Numerically: from polynomials picked at
    random.
    """

    word = "quadrature_weights"


class QuadratureFormula(Number):
    """The integral from a*h to b*h of the polynomial through (s_j h, y_j).

    QuadratureFormula(nodes, a, b, values, h). Numerically: by interpolation.
    """

    word = "quadrature_formula"


class QuadratureError(Number):
    """The leading term, as h goes to 0, of the integral of f from x + a*h to x + b*h minus rule.

    QuadratureError(f, x, h, nodes, a, b). Numerically: the rule applied with smaller and smaller
    steps, at many digits; power and factor are fitted to what is left.
    """

    word = "quadrature_error"


def table(operator: type, title: str) -> RuleTable:
    return RuleTable(operator, lambda goal: goal.args, title)


WEIGHTS = table(QuadratureWeights, "weights of quadrature rules")
FORMULAS = table(QuadratureFormula, "quadrature formulas")
ERRORS = table(QuadratureError, "errors of quadrature rules")


def without_nested_roots(value: Basic) -> Basic:
    """Each weight without roots in its denominator."""
    if isinstance(value, Matrix):
        return value.applyfunc(lambda e: sqrtdenest(radsimp(expand(e))))
    return value


WEIGHTS.tidy = without_nested_roots


# ------------------------------------------------------------------ weights


def are_nodes(nodes: Basic) -> bool:
    return isinstance(nodes, Tuple) and 0 < len(set(nodes.args)) == len(nodes.args)


def numbered(nodes: Basic) -> bool:
    """Whether roots without a formula are among the nodes: these have rules of their own."""
    return nodes.has(CRootOf)


@WEIGHTS.rule("exact for powers", example=QuadratureWeights(THREE, S(0), S(2)))
def exact_for_powers(nodes: Tuple, a: Expr, b: Expr) -> Outcome:
    """A rule that is exact for 1, t, t^2, ... is so for all polynomials up to that degree."""
    size = len(nodes.args)
    if not are_nodes(nodes) or size > FEW_NODES or not all(s.is_Rational for s in nodes.args):
        return None
    rows = [[s**k for s in nodes.args] for k in range(size)]
    return Augmented(Matrix(rows), Matrix([Integral(t**k, (t, a, b)) for k in range(size)]))


@WEIGHTS.rule(
    "polynomials that are 1 at one node",
    example=QuadratureWeights(Tuple(S(0), S(1), S(2), S(3)), S(0), S(3)),
)
def one_at_one_node(nodes: Tuple, a: Expr, b: Expr) -> Outcome:
    """A weight is the integral of the polynomial that is 1 at its node and 0 at the others."""
    if not are_nodes(nodes) or numbered(nodes):
        return None
    P = S.One
    for s in nodes.args:
        P = expand(P * (t - s))
    entries = []
    for s in nodes.args:
        others, scale = without_zero(P, s), expand(P.diff(t).subs(t, s))
        entries.append(Integral(others, (t, a, b)) / scale)
    return Matrix(entries)


def without_zero(P: Expr, s: Expr) -> Expr:
    """P(t)/(t - s), by Horner's scheme, for a zero s of P."""
    found, value = [], S.Zero
    for c in Poly(P, t).all_coeffs()[:-1]:
        value = expand(value * s + c)
        found.append(value)
    return sum(c * t**k for k, c in enumerate(reversed(found)))


@FORMULAS.rule(
    "weigh the values",
    example=QuadratureFormula(TWO, S(0), S(1), Tuple(S(3), Symbol("y")), h),
)
def weigh_the_values(nodes: Tuple, a: Expr, b: Expr, values: Tuple, h: Expr) -> Outcome:
    """A value at s_j h has the weight of the node s_j times h."""
    if not are_nodes(nodes) or len(values.args) != len(nodes.args):
        return None
    return h * Dot(Matrix(values.args), QuadratureWeights(nodes, a, b))


# ------------------------------------------------------------------ errors


def powers_missed(nodes: Tuple, a: Expr, b: Expr) -> Iterator[int]:
    """The k for which the rule is not exact for t^k."""
    weights = [
        Poly(p, t).integrate().eval(b) - Poly(p, t).integrate().eval(a)
        for p in map(Poly.as_expr, lagrange(nodes))
    ]
    for k in count(len(nodes.args)):
        total = sum(w * s**k for w, s in zip(weights, nodes.args, strict=True))
        if abs((total - (b ** (k + 1) - a ** (k + 1)) / (k + 1)).evalf(40)) > S(10) ** -25:
            yield k


def lagrange(nodes: Tuple) -> list[Poly]:
    """The polynomials in t that are 1 at one node and 0 at the others; roots as decimals."""
    places = [s if s.is_Rational else s.evalf(60) for s in nodes.args]
    return [
        prod((Poly((t - b) / (a - b), t) for b in places if b != a), start=Poly(1, t))
        for a in places
    ]


def missing(nodes: Tuple, a: Expr, b: Expr, k: int) -> Expr:
    """The integral of t^k from a to b, minus what the rule makes of it, over k!."""
    powers = Matrix([expand(s**k) for s in nodes.args])
    rule = Dot(powers, QuadratureWeights(nodes, a, b))
    return (Integral(t**k, (t, a, b)) - rule) / factorial(k)


def derivative(f: Expr, x: Symbol, k: int) -> Expr:
    """f^(k), to be worked out in steps where the order is low, or a name of its own."""
    return f.diff(x, k) if k > HIGHEST_TAKEN and not is_unknown(f) else D(f, x, k)


@ERRORS.rule("first power that is missed", example=QuadratureError(f(x), x, h, TWO, S(0), S(1)))
def first_power_missed(f: Expr, x: Symbol, h: Expr, nodes: Tuple, a: Expr, b: Expr) -> Outcome:
    """Of Taylor's series at x the rule integrates the powers below this one exactly."""
    if not are_nodes(nodes) or numbered(nodes) or a == b:
        return None
    for k in powers_missed(nodes, a, b):
        if f.is_polynomial(x) and f.diff(x, k) == 0:
            return S.Zero
        if f.diff(x, k) != 0:
            return missing(nodes, a, b, k) * h ** (k + 1) * derivative(f, x, k)
    return None


TABLES: dict[type, RuleTable] = {
    **INTEGRALS,
    Derivative: DERIVATIVES,
    Augmented: AUGMENTED,
    Dot: DOTS,
    Roots: ROOTS,
    QuadratureWeights: WEIGHTS,
    QuadratureFormula: FORMULAS,
    QuadratureError: ERRORS,
}


# ------------------------------------------------------------------ what the user calls


@dataclass(frozen=True)
class QuadratureRule(Answers):
    """The integral is `formula` plus `error`, of which the leading term is given."""

    formula: Derivation
    error: Derivation


def interpolating(
    nodes: Tuple, a: Expr, b: Expr, f: Any, x: Any, h: Any, timeout: float
) -> QuadratureRule:
    step, (function, variable) = positive(h), function_of(f, x)
    values = tuple(Symbol(f"y_{j}") for j in range(len(nodes.args)))
    formula = QuadratureFormula(nodes, a, b, Tuple(*values), step)
    root = search(formula, TABLES, Budget(seconds=timeout))
    of_values = Derivation(root, formula, arguments=(*values, *in_order(step)))
    error = QuadratureError(function, variable, step, nodes, a, b)
    return QuadratureRule(of_values, worked_out(error, timeout))


@limited
def quadrature_rule(
    nodes: Any, over: Any, f: Any = None, x: Any = "x", h: Any = "h", timeout: float = 20.0
) -> QuadratureRule:
    """The rule for the integral from x + a*h to x + b*h with values at x + s*h, s in `nodes`.

    `over`: the pair (a, b). `formula` is in the values y_0, y_1, ... and h; its `.to_numpy()` takes
    them in this order. `error` is the leading term of integral minus rule, of f(x) or of `f`.
    Raises ValueError, ParseError, BudgetExceeded.

    >>> rule = quadrature_rule([0, 1], (0, 1))
    >>> rule.formula.result
    h*(y_0/2 + y_1/2)
    >>> rule.error.result
    -h**3*Derivative(f(x), (x, 2))/12
    """
    places, (a, b) = distinct(nodes, "the nodes"), interval(over)
    if len(places) > MOST_NODES:
        raise ValueError(f"a rule has at most {MOST_NODES} nodes here, not {len(places)}")
    return interpolating(places, a, b, f, x, h, timeout)


@limited
def newton_cotes(
    n: Any, closed: bool = True, f: Any = None, x: Any = "x", h: Any = "h", timeout: float = 20.0
) -> QuadratureRule:
    """The rule with n equally spaced nodes, h apart: with the ends, or (`closed=False`) without.

    Closed: 2 the trapezoid, 3 Simpson's rule, 4 the 3/8 rule; open: 1 the midpoint rule. The
    interval begins at x, in the open rule h before the first node. As `quadrature_rule`.

    >>> rule = newton_cotes(3)
    >>> rule.formula.result, rule.error.result
    (h*(y_0/3 + 4*y_1/3 + y_2/3), -h**5*Derivative(f(x), (x, 4))/90)
    """
    places, a, b = newton_cotes_nodes(n, closed)
    return interpolating(places, a, b, f, x, h, timeout)


def newton_cotes_nodes(n: Any, closed: bool) -> tuple[Tuple, Expr, Expr]:
    size = whole(n, 2 if closed else 1, "the number of nodes")
    if size > MOST_NODES:
        raise ValueError(f"a rule has at most {MOST_NODES} nodes here, not {size}")
    first = 0 if closed else 1
    end = S(size - 1 if closed else size + 1)
    return Tuple(*(S(k) for k in range(first, first + size))), S.Zero, end


def interval(over: Any) -> tuple[Expr, Expr]:
    """Two different ends, exactly. Raises ValueError."""
    if not isinstance(over, (tuple, list)) or len(over) != 2:
        raise ValueError(f"the interval is {over!r}; write its two ends, such as (0, 1)")
    a, b = (exact(place(end)) for end in over)
    if (a < b) != True or a.is_infinite or b.is_infinite:
        raise ValueError(f"the interval from {a} to {b} has no two ends in order")
    return a, b


def worked_out(goal: Basic, timeout: float) -> Derivation:
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(root.result))
