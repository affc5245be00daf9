"""Runge-Kutta methods: order conditions from rooted trees, the order, the stability function.

A method is its matrix A and its weights b (Butcher's tableau); c is the row sums of A. A tree is
a Tuple of the trees that hang on its root: () is a single node.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sympy import (
    Basic,
    Determinant,
    Dummy,
    Expr,
    Integer,
    MatrixBase,
    Ne,
    Poly,
    S,
    Symbol,
    Tuple,
    cancel,
    fraction,
    oo,
    symbols,
)

from derive.answers import Answers
from derive.asked import in_order
from derive.calculus.integrals.integrate import exact
from derive.core import Derivation
from derive.engine import Budget, NoRuleApplies, derive, limited
from derive.linear_algebra.determinants import RULES as DETERMINANTS
from derive.linear_algebra.determinants import det
from derive.linear_algebra.elimination import Matrix, identity, matrix, tidy
from derive.linear_algebra.operators import Number, Operator, vector
from derive.linear_algebra.products import DOTS, Dot
from derive.numbered_roots import real_zeros
from derive.rules import Outcome, Rewrite, RuleTable

z, a_21, b_1, b_2 = symbols("z a_21 b_1 b_2")
NODE = Tuple()
HIGHEST = 4
HEUN, HALVES = Matrix([[0, 0], [1, 0]]), Matrix([S.Half, S.Half])


# ------------------------------------------------------------------ operators


class OrderCondition(Number):
    """What the method makes wrong of the elementary differential of a tree: (tree, A, b).

    Numerically: a step of length 1 from 0 for the equations in which the slope of each node is the
    product of those above it; the exact value is the one at the root.
    """

    word = "order_condition"


class OrderConditions(Operator):
    """The conditions of several trees: OrderConditions(trees, A, b).

    Numerically: each.
    """

    word = "order_conditions"


class RungeKuttaOrder(Number):
    """The power of h in the error at a fixed place: RungeKuttaOrder(A, b).

    Numerically: steps of different length for an equation that is not linear.
    """

    word = "order"


class OrderFrom(Number):
    """The number of nodes up to which all conditions hold: OrderFrom(conditions).

    OrderFrom(conditions, ...), one Tuple for each number of nodes. Numerically: counted.
    """

    word = "order_from"


class StabilityFunction(Number):
    """The factor R(z) of a step for y' = lambda*y with z = h*lambda: StabilityFunction(A, b, z).

    Numerically: by solving the equations of the stages.
    """

    word = "stability_function"


class AlongAxis(Number):
    """How far from 0 a method is stable along an axis: Operator(R, z)."""

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        return self.args[0].free_symbols - {self.args[1]}


class StabilityLimit(AlongAxis):
    """The largest s with |R(z)| <= 1 for all z from -s to 0: StabilityLimit(R, z).

    Numerically: by going down the axis, and halving.
    """

    word = "stability_limit"


def table(operator: type, title: str) -> RuleTable:
    return RuleTable(operator, lambda goal: goal.args, title)


CONDITION = table(OrderCondition, "order conditions of trees")
CONDITIONS = table(OrderConditions, "order conditions")
ORDERS, COUNTS = table(RungeKuttaOrder, "orders of Runge-Kutta methods"), table(OrderFrom, "counts")
STABILITY = table(StabilityFunction, "stability functions")
LIMITS = table(StabilityLimit, "limits of stability")


# ------------------------------------------------------------------ rooted trees


def trees(nodes: int) -> list[Tuple]:
    """The rooted trees with so many nodes, each once.

    >>> [len(trees(n)) for n in (1, 2, 3, 4)]
    [1, 1, 2, 4]
    """
    return [Tuple(*above) for above in forests(nodes - 1, nodes - 1)]


def forests(nodes: int, largest: int) -> list[list[Tuple]]:
    """The collections of trees with so many nodes together, none larger than `largest`."""
    if nodes == 0:
        return [[]]
    found = []
    for size in range(min(nodes, largest), 0, -1):
        for first in trees(size):
            for rest in forests(nodes - size, size):
                if not rest or key(rest[0]) <= key(first):
                    found.append([first, *rest])
    return found


def key(tree: Tuple) -> tuple[int, str]:
    return size_of(tree), str(tree)


def size_of(tree: Tuple) -> int:
    return 1 + sum(map(size_of, tree.args))


def density(tree: Tuple) -> int:
    """The product of the sizes of all trees that are cut off at a node of it."""
    found = size_of(tree)
    for above in tree.args:
        found *= density(above)
    return found


def stages(tree: Tuple, A: Matrix) -> Matrix:
    """For each stage the product over the trees above the root."""
    found = Matrix([S.One] * A.rows)
    for above in tree.args:
        found = found.multiply_elementwise(A * stages(above, A))
    return Matrix(found.applyfunc(tidy))


# ------------------------------------------------------------------ order conditions


def is_a_method(A: Basic, b: Basic) -> bool:
    matrices = isinstance(A, MatrixBase) and isinstance(b, MatrixBase)
    return bool(matrices and A.rows == A.cols == b.rows and b.cols == 1)


@CONDITION.rule("Taylor coefficient of the tree", example=OrderCondition(Tuple(NODE), HEUN, HALVES))
def taylor_coefficient(tree: Tuple, A: Matrix, b: Matrix) -> Outcome:
    """The exact solution has 1 over the density of the tree; the method weighs its stages by b."""
    if not is_a_method(A, b):
        return None
    return Dot(b, stages(tree, A)) - S.One / density(tree)


@CONDITIONS.rule(
    "one for each tree", example=OrderConditions(Tuple(NODE, Tuple(NODE)), HEUN, HALVES)
)
def one_for_each_tree(trees: Tuple, A: Matrix, b: Matrix) -> Outcome:
    """In Taylor's series of the solution there is an elementary differential for each tree."""
    if not is_a_method(A, b):
        return None
    return Tuple(*(OrderCondition(tree, A, b) for tree in trees.args))


@ORDERS.rule("conditions by the number of nodes", example=RungeKuttaOrder(HEUN, HALVES))
def by_the_number_of_nodes(A: Matrix, b: Matrix) -> Outcome:
    """The order is the number of nodes up to which the conditions of all trees hold."""
    if not is_a_method(A, b) or (A.free_symbols | b.free_symbols):
        return None
    levels = (trees(nodes) for nodes in range(1, HIGHEST + 2))
    return OrderFrom(*(Tuple(*(OrderCondition(t, A, b) for t in level)) for level in levels))


@COUNTS.rule(
    "the first that fails", example=OrderFrom(Tuple(S(0)), Tuple(S(0)), Tuple(S(1) / 6, S(0)))
)
def the_first_that_fails(*levels: Tuple) -> Outcome:
    """The conditions hold up to the level before the first one with a number that is not 0."""
    failing = [k for k, level in enumerate(levels) if any(v.equals(0) is False for v in level.args)]
    return Integer(failing[0]) if failing else None


# ------------------------------------------------------------------ stability


@STABILITY.rule("Cramer's rule", example=StabilityFunction(HEUN, HALVES, z))
def cramers_rule(A: Matrix, b: Matrix, z: Expr) -> Outcome:
    """The stages solve (I - zA) k = e; 1 + z b'k is a quotient of two determinants."""
    if not is_a_method(A, b):
        return None
    ones = Matrix([[1] * A.rows])
    below = identity(A.rows) - z * A
    above = below + z * ones.T * b.T
    explicit = A.is_lower and all(A[i, i] == 0 for i in range(A.rows))
    quotient = det(Matrix(above)) if explicit else det(Matrix(above)) / det(Matrix(below))
    nonzero = Ne(below.det(), 0)
    return quotient if explicit else Rewrite(quotient, nonzero)


STABILITY.tidy = cancel


@LIMITS.rule("where the size becomes one", example=StabilityLimit(1 + z + z**2 / 2, z))
def where_the_size_becomes_one(R: Expr, z: Symbol) -> Outcome:
    """Between zeros of R - 1, R + 1 and the denominator |R| stays on one side of 1."""
    if R.free_symbols != {z} or not R.is_rational_function(z):
        return None
    above, below = fraction(cancel(R))
    s = Dummy("s")
    borders: set[Expr] = set()
    for g in (above - below, above + below, below):
        polynomial = Poly(g.subs(z, -s), s)
        borders |= set(real_zeros(polynomial)) if polynomial.degree() > 0 else set()
    places = sorted((r for r in borders if r.is_positive), key=lambda r: r.evalf(30))
    last = S.Zero
    for place in [*places, oo]:
        inside = last + 1 if place == oo else (last.evalf(30) + place.evalf(30)) / 2
        if abs(R.subs(z, -inside).evalf(30)) > 1:
            return last
        last = place
    return oo


TABLES: dict[type, RuleTable] = {
    Determinant: DETERMINANTS,
    Dot: DOTS,
    OrderCondition: CONDITION,
    OrderConditions: CONDITIONS,
    RungeKuttaOrder: ORDERS,
    OrderFrom: COUNTS,
    StabilityFunction: STABILITY,
    StabilityLimit: LIMITS,
}

# fmt: off
METHODS: dict[str, tuple[list[list[Any]], list[Any]]] = {
    "euler":           ([[0]],                                       [1]),
    "implicit euler":  ([[1]],                                       [1]),
    "midpoint":        ([[0, 0], ["1/2", 0]],                        [0, 1]),
    "heun":            ([[0, 0], [1, 0]],                            ["1/2", "1/2"]),
    "ralston":         ([[0, 0], ["2/3", 0]],                        ["1/4", "3/4"]),
    "implicit midpoint": ([["1/2"]],                                 [1]),
    "trapezoid":       ([[0, 0], ["1/2", "1/2"]],                    ["1/2", "1/2"]),
    "kutta":           ([[0, 0, 0], ["1/2", 0, 0], [-1, 2, 0]],      ["1/6", "2/3", "1/6"]),
    "rk4":             ([[0, 0, 0, 0], ["1/2", 0, 0, 0], [0, "1/2", 0, 0], [0, 0, 1, 0]],
                        ["1/6", "1/3", "1/3", "1/6"]),
    "gauss":           ([["1/4", "1/4 - sqrt(3)/6"], ["1/4 + sqrt(3)/6", "1/4"]],
                        ["1/2", "1/2"]),
}
OTHER_NAMES = {
    "explicit euler":         "euler",
    "forward euler":          "euler",
    "backward euler":         "implicit euler",
    "explicit midpoint":      "midpoint",
    "improved euler":         "heun",
    "explicit trapezoid":     "heun",
    "trapezoidal":            "trapezoid",
    "implicit trapezoid":     "trapezoid",
    "crank nicolson":         "trapezoid",
    "rk3":                    "kutta",
    "runge kutta":            "rk4",
    "classical runge kutta":  "rk4",
    "gauss legendre":         "gauss",
}
# fmt: on


# ------------------------------------------------------------------ what the user calls


@dataclass(frozen=True)
class Stability(Answers):
    """R(z), and the largest s with |R| <= 1 from -s to 0."""

    function: Derivation
    limit: Derivation


def named_method(name: Any) -> tuple[list[list[Any]], list[Any]]:
    """The tableau of a method by one of its names: "Heun's method", "Crank-Nicolson"."""
    words = " ".join(re.sub(r"'s\b|[-_]", " ", str(name).lower()).split())
    words = words.removesuffix(" method").removesuffix(" rule")
    found = METHODS.get(OTHER_NAMES.get(words, words)) if isinstance(name, str) else None
    if found is None:
        names = ", ".join([*METHODS, *OTHER_NAMES])
        raise ValueError(f"give A and b, or one of the names {names}; not {name!r}")
    return found


def tableau(A: Any, b: Any) -> tuple[Matrix, Matrix]:
    """The matrix and the weights; of a method with a name where no weights are given."""
    if b is None:
        A, b = named_method(A)
    M, weights = matrix(A).applyfunc(exact), vector(b).applyfunc(exact)
    if not is_a_method(M, weights):
        raise ValueError(f"A is {M.rows} by {M.cols}, b has {weights.rows}: a tableau has one size")
    return Matrix(M), Matrix(weights)


@limited
def order_conditions(A: Any, b: Any = None, order: Any = 4, timeout: float = 20.0) -> Derivation:
    """The conditions for an order up to 4, each as what has to be 0: one for each rooted tree.

    `A` and `b` are the tableau, with numbers or letters; or `A` is the name of a method. They come
    by the number of nodes: 1; 2; 3, 3; 4, 4, 4, 4.
    Raises ValueError, ParseError, BudgetExceeded. (Butcher 2016, section 31.)

    >>> order_conditions([[0, 0], ["a", 0]], ["b", "c"], 2).result
    (b + c - 1, a*c - 1/2)
    """
    M, weights = tableau(A, b)
    if order not in range(1, HIGHEST + 1):
        raise ValueError(f"the order is a whole number from 1 to {HIGHEST}; not {order}")
    every = (tree for nodes in range(1, order + 1) for tree in trees(nodes))
    return worked_out(OrderConditions(Tuple(*every), M, weights), timeout)


@limited
def runge_kutta_order(A: Any, b: Any = None, timeout: float = 20.0) -> Derivation:
    """The order of a Runge-Kutta method up to 4, tested condition by condition.

    Raises ValueError, ParseError, NoRuleApplies (for letters, or above order 4), BudgetExceeded.

    >>> runge_kutta_order("rk4").result
    4
    >>> runge_kutta_order([[0, 0], ["2/3", 0]], ["1/4", "3/4"]).result
    2
    """
    return worked_out(RungeKuttaOrder(*tableau(A, b)), timeout)


@limited
def stability_function(A: Any, b: Any = None, timeout: float = 20.0) -> Stability:
    """R(z) = det(I - zA + z e b')/det(I - zA) and the stable stretch of the negative real axis.

    The method is stable for real lambda < 0 as long as h*|lambda| is at most the limit.
    Raises ValueError, ParseError, NoRuleApplies, BudgetExceeded.

    >>> d = stability_function("heun")
    >>> d.function.result, d.limit.result
    (z**2/2 + z + 1, 2)
    """
    M, weights = tableau(A, b)
    if M.free_symbols | weights.free_symbols:
        raise NoRuleApplies("the limit of stability is worked out for numbers, not letters")
    function = worked_out(StabilityFunction(M, weights, z), timeout)
    return Stability(function, worked_out(StabilityLimit(function.result, z), timeout))


def worked_out(goal: Basic, timeout: float) -> Derivation:
    root = derive(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(root.result))
