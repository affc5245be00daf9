"""Gauss and Legendre: nodes and weights of the rules on [-1, 1] that are exact to degree 2n - 1.

Where a node has no formula it is numbered, and its weight is a polynomial in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from math import prod
from typing import Any

from sympy import (
    Basic,
    CRootOf,
    Expr,
    Integral,
    Poly,
    S,
    Symbol,
    Tuple,
    cancel,
    expand,
    factorial,
    fraction,
    invert,
)

from derive.answers import Answers
from derive.asked import in_order
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.linear_algebra.elimination import Matrix
from derive.linear_algebra.operators import Number, Operator
from derive.linear_algebra.polynomials import Roots
from derive.numbered_roots import numbered_root
from derive.numerical_computing.letters import function_of, positive, whole
from derive.numerical_computing.quadrature import (
    ERRORS,
    WEIGHTS,
    QuadratureError,
    QuadratureWeights,
    derivative,
    f,
    h,
    numbered,
    t,
    table,
    without_zero,
    x,
)
from derive.numerical_computing.quadrature import TABLES as RULES
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import fresh

MOST_NODES = 12
s = Symbol("s")
THREE = Tuple(*(numbered_root(s**3 - s - S(1) / 7, s, j) for j in range(3)))


# ------------------------------------------------------------------ operators


class GaussNodes(Operator):
    """The n nodes in [-1, 1] with which a rule can be exact up to degree 2n - 1.

    Numerically: the zeros of the polynomial that is orthogonal to all of lower degree.
    """

    word = "gauss_nodes"


class LegendrePolynomial(Number):
    """The polynomial of degree n in t orthogonal on [-1, 1] to all of lower degree, 1 at t = 1.

    Numerically: from that definition.
    """

    word = "legendre_polynomial"


class AtEach(Operator):
    """The values of f(s) where s is each of the places, as a column: AtEach(f, s, places).

    Numerically: put in.
    """

    word = "at_each"

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        f, s, places = self.args
        return (f.free_symbols - {s}) | places.free_symbols


GAUSS = table(GaussNodes, "nodes of Gauss and Legendre")
LEGENDRE = table(LegendrePolynomial, "Legendre polynomials")
VALUES = table(AtEach, "values at each place")


def from_left_to_right(value: Basic) -> Basic:
    return (
        Tuple(*sorted(value.args, key=lambda s: s.evalf(20))) if isinstance(value, Tuple) else value
    )


GAUSS.tidy = from_left_to_right


# ------------------------------------------------------------------ nodes


@GAUSS.rule("zeros of the Legendre polynomial", example=GaussNodes(S(3)))
def zeros_of_legendre(n: Expr) -> Outcome:
    """p = q P_n + r with r of degree below n: q P_n has the integral 0, and is 0 at the nodes."""
    return Roots(LegendrePolynomial(n, t), t) if n.is_Integer and n > 0 else None


@LEGENDRE.rule("first two", example=LegendrePolynomial(S(1), t))
def first_two(n: Expr, t: Expr) -> Outcome:
    """1, and t, which is orthogonal to it."""
    return (S.One, t)[int(n)] if n in (0, 1) else None


@LEGENDRE.rule("three terms", example=LegendrePolynomial(S(3), t))
def three_terms(n: Expr, t: Expr) -> Outcome:
    """n P_n = (2n - 1) t P_(n-1) - (n - 1) P_(n-2): orthogonal to what both of these are."""
    if not n.is_Integer or n < 2:
        return None
    before, last = (LegendrePolynomial(n - k, t) for k in (2, 1))
    return ((2 * n - 1) * t * last - (n - 1) * before) / n


LEGENDRE.tidy = expand


# ------------------------------------------------------------------ nodes that are numbered


def polynomial_of(nodes: Tuple, t: Symbol) -> Poly | None:
    """The p = t^n + ... with these zeros, where it has rational coefficients."""
    kinds: list[Poly] = []
    for node in nodes.args:
        kind = equation_of(node, t)
        if kind is None:
            return None
        kinds += [kind] if kind not in kinds else []
    p = prod(kinds, start=Poly(1, t))
    return p.monic() if p.degree() == len(nodes.args) else None


def equation_of(node: Expr, t: Symbol) -> Poly | None:
    if isinstance(node, CRootOf):
        return Poly(node.poly.as_expr(t), t).monic()
    return Poly(t - node, t) if node.is_Rational else None


@WEIGHTS.rule("one formula for all weights", example=QuadratureWeights(THREE, -S(1), S(1)))
def one_formula_for_all(nodes: Tuple, a: Expr, b: Expr) -> Outcome:
    """With p zero at the nodes, p(t)/((t - s) p'(s)) is 1 at the node s and 0 at the others: the
    weight of s is its integral."""
    p = polynomial_of(nodes, t) if numbered(nodes) else None
    if p is None:
        return None
    s = fresh("s", nodes, a, b)
    others, scale = without_zero(p.as_expr(), s), p.diff().as_expr().subs(t, s)
    formula = Integral(others, (t, a, b)) / scale
    return Rewrite(AtEach(formula, s, nodes), where=((Symbol("p"), p.as_expr()),))


@VALUES.rule("divide by the polynomial of the place", example=AtEach(1 / (s**2 + 1), s, THREE))
def divided_by_the_polynomial(f: Expr, s: Symbol, places: Tuple) -> Outcome:
    """At a zero of an irreducible q a quotient of polynomials is the remainder of one by q."""
    if f.free_symbols != {s} or not f.is_rational_function(s):
        return None
    above, below = fraction(cancel(f))
    found = []
    for place in places.args:
        q = equation_of(place, s)
        if q is None or Poly(below, s).rem(q).is_zero:
            return None
        found.append(remainder(above, below, q).subs(s, place))
    return Matrix(found)


def remainder(above: Expr, below: Expr, q: Poly) -> Expr:
    """The polynomial of lower degree that is above/below where q is zero."""
    inverse = invert(Poly(below, q.gen).rem(q), q)
    return (Poly(above, q.gen) * inverse).rem(q).as_expr()


@ERRORS.rule(
    "power that holds the zeros",
    example=QuadratureError(f(x), x, h, THREE, -S(1), S(1)),
)
def power_that_holds_the_zeros(
    f: Expr, x: Symbol, h: Expr, nodes: Tuple, a: Expr, b: Expr
) -> Outcome:
    """With p zero at the nodes t^k is p(t) t^(k-n) and lower powers: for the first k that is missed
    the rule is right on the latter, and makes 0 of the former."""
    p = polynomial_of(nodes, t) if numbered(nodes) else None
    if p is None or a == b:
        return None
    for k in count(len(nodes.args)):
        area = Integral(expand(p.as_expr() * t ** (k - len(nodes.args))), (t, a, b))
        missed = area.doit() != 0 if not (a.free_symbols | b.free_symbols) else True
        if missed and f.is_polynomial(x) and f.diff(x, k) == 0:
            return S.Zero
        if missed and f.diff(x, k) != 0:
            given = area / factorial(k) * h ** (k + 1) * derivative(f, x, k)
            return Rewrite(given, where=((Symbol("p"), p.as_expr()),))
    return None


TABLES: dict[type, RuleTable] = {
    **RULES,
    GaussNodes: GAUSS,
    LegendrePolynomial: LEGENDRE,
    AtEach: VALUES,
}


# ------------------------------------------------------------------ what the user calls


@dataclass(frozen=True)
class GaussRule(Answers):
    """`nodes` in [-1, 1], `weights` of the values there, the leading term of the error."""

    nodes: Derivation
    weights: Derivation
    error: Derivation


@limited
def gauss_legendre(
    n: Any, f: Any = None, x: Any = "x", h: Any = "h", timeout: float = 20.0
) -> GaussRule:
    """The rule on [-1, 1] with n nodes that is exact up to degree 2n - 1.

    The error is that of the rule moved to the interval from x - h to x + h.

    The nodes are the zeros of the Legendre polynomial. Up to n = 5 they have closed forms here;
    from there to n = 12 they are numbered roots, each in a disc that exact arithmetic certifies,
    and a weight is a polynomial in its node.
    Raises ValueError, ParseError, BudgetExceeded. (Golub and Welsch 1969.)

    >>> rule = gauss_legendre(2)
    >>> rule.nodes.result, list(rule.weights.result)
    ((-sqrt(3)/3, sqrt(3)/3), [1, 1])
    """
    size = whole(n, 1, "the number of nodes")
    if size > MOST_NODES:
        raise ValueError(f"the rule of Gauss has at most {MOST_NODES} nodes here, not {size}")
    step, (function, variable) = positive(h), function_of(f, x)
    zeros = worked_out(GaussNodes(S(size)), timeout)
    weights = worked_out(QuadratureWeights(zeros.result, -S.One, S.One), timeout)
    error = QuadratureError(function, variable, step, zeros.result, -S.One, S.One)
    return GaussRule(zeros, weights, worked_out(error, timeout))


def worked_out(goal: Basic, timeout: float) -> Derivation:
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(root.result))
