"""The Taylor polynomial of a function of several letters."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import comb
from typing import Any

from sympy import Add, Derivative, Expr, Integer, Mul, S, Symbol, Tuple, exp, factorial

from derive.asked import in_order
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.vector.fields import VALUES, mixed
from derive.calculus.vector.operators import TaylorPolynomial, ValueAt
from derive.calculus.vector.reading import as_many, formula, letters_of
from derive.core import Derivation
from derive.engine import Budget, derive, limited
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on

x, y = Symbol("x"), Symbol("y")
HIGHEST_ORDER = 4
MOST_TERMS = 60

POLYNOMIALS = RuleTable(TaylorPolynomial, lambda goal: goal.args, "Taylor polynomials")
TABLES = {TaylorPolynomial: POLYNOMIALS, ValueAt: VALUES, Derivative: DERIVATIVES}


@POLYNOMIALS.rule(
    "Taylor's formula", example=TaylorPolynomial(exp(x) * (1 + 3 * y**2), (x, y), (0, 2), 2)
)
def taylors_formula(f: Expr, letters: Tuple, point: Tuple, n: Integer) -> Outcome:
    """Each derivative at the point, over the factorials of its orders, times the powers of the way
    there; what is left out is of order n + 1 in the distance from the point."""
    terms = [
        Mul(
            ValueAt(mixed(f, *repeated(letters, orders)) if any(orders) else f, letters, point),
            *((x - a) ** k / factorial(k) for x, a, k in zip(letters, point, orders, strict=True)),
        )
        for orders in up_to(len(letters), int(n))
    ]
    return Rewrite(Add(*terms))


def up_to(letters: int, degree: int) -> Iterator[tuple[int, ...]]:
    """The orders by each letter that sum to at most `degree`."""
    every = product(range(degree + 1), repeat=letters)
    return iter(sorted((k for k in every if sum(k) <= degree), key=lambda k: (sum(k), k[::-1])))


def repeated(letters: Tuple, orders: tuple[int, ...]) -> list[Symbol]:
    return [x for x, count in zip(letters, orders, strict=True) for _ in range(count)]


# ------------------------------------------------------------------ what the user calls


@limited
def taylor_polynomial(
    f: Any, variables: Any, at: Any = None, order: int = 2, timeout: float = 20.0
) -> Derivation:
    """The terms of degree up to `order` of `f` about the point `at`, the origin unless it is given.

    What is left out is O(|x - a|**(order + 1)). Raises ValueError (an order above 4, a point where
    `f` has no value), ParseError, NoRuleApplies.

    >>> taylor_polynomial("exp(x)*cos(y)", ["x", "y"]).result
    x**2/2 + x - y**2/2 + 1
    """
    expression = formula(f)
    letters = letters_of(variables, expression)
    point = as_many(at if at is not None else [0] * len(letters), letters, "the point")
    if not isinstance(order, int) or not 0 <= order <= HIGHEST_ORDER:
        raise ValueError(f"order is {order!r}: write a whole number from 0 to {HIGHEST_ORDER}")
    if comb(len(letters) + order, order) > MOST_TERMS:
        raise ValueError(f"{len(letters)} letters to order {order} make more than {MOST_TERMS}")
    if any(depends_on(a, x) for a in point for x in letters):
        raise ValueError("the point does not move with the letters: give it other ones")
    value = expression.subs(dict(zip(letters, point, strict=True)))
    if value.is_finite is False or value.has(S.NaN, S.ComplexInfinity):
        raise ValueError(f"{expression} has no value at {point}")
    goal = TaylorPolynomial(expression, letters, point, order)
    root = derive(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))
