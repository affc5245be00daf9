"""Power iteration: A^k x in closed form from the eigenvectors, and how fast it settles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Expr, Pow, Symbol, Tuple, diag, sqrt

from derive.answers import Answers
from derive.asked import in_order
from derive.core import Derivation, Step
from derive.engine import Budget, derive, limited
from derive.linear_algebra.eigen import TABLES as EIGEN
from derive.linear_algebra.eigen import Eigenvalues, distinct, eigen, in_closed_form
from derive.linear_algebra.elimination import Matrix, square, tidy
from derive.linear_algebra.inverses import AUGMENTED, Augmented
from derive.linear_algebra.operators import Number, Operator, vector
from derive.linear_algebra.products import PRODUCTS, MatrixProduct
from derive.rules import Outcome, RuleTable

k = Symbol("k", integer=True, nonnegative=True)


class PowerIterate(Operator):
    """A^k x, the vector after k steps of x -> A x.

    Numerically: k products.
    """

    word = "iterate"

    def _latex(self, printer: Any) -> str:
        A, x, count = map(printer._print, self.args)
        return rf"{A}^{{{count}}} {x}"


class IterateIn(Operator):
    """S D^k S^-1 x for a diagonal D: A^k x for A = S D S^-1.

    Numerically: k products with S D S^-1.
    """

    word = "iterate_in_basis"

    def _latex(self, printer: Any) -> str:
        S, D, x, count = map(printer._print, self.args)
        return rf"{S} \, {D}^{{{count}}} \, {S}^{{-1}} \, {x}"


class ConvergenceRate(Number):
    """The factor by which A^k x, divided by its length, comes closer to the dominant eigenspace in
    a step, for an x with a component there and in every other eigenspace.

    Numerically: from an algorithm for eigenvalues.
    """

    word = "rate"


class SecondOverFirst(Number):
    """The second largest size over the largest, of several numbers; equal numbers count once.

    Numerically: that quotient.
    """

    word = "second_over_first"


IN_BASIS = RuleTable(IterateIn, lambda goal: goal.args, "iterates in a basis")


@IN_BASIS.rule(
    "powers of the eigenvalues",
    example=IterateIn(Matrix([[1, 1], [-1, 1]]), Matrix([[1, 0], [0, 3]]), Matrix([1, 0]), k),
)
def powers_of_eigenvalues(basis: Matrix, D: Matrix, x: Matrix, count: Expr) -> Outcome:
    """With the coordinates c of x in the eigenvectors, each step multiplies every one of them by
    its eigenvalue: A^k x is the sum of c_i (value i)^k times eigenvector i."""
    if not D.is_diagonal():
        return None
    powers = Matrix(diag(*(Pow(value, count) for value in D.diagonal())))
    return MatrixProduct(MatrixProduct(basis, powers), Augmented(basis, x))


RATES = RuleTable(ConvergenceRate, lambda goal: goal.args, "rates of power iteration")


@RATES.rule("two largest eigenvalues", example=ConvergenceRate(Matrix([[2, 1], [1, 3]])))
def two_largest(A: Matrix) -> Outcome:
    """Divided by the power of the largest eigenvalue, all other terms of A^k x shrink; the slowest
    by the second largest size over the largest in each step."""
    return SecondOverFirst(Eigenvalues(A))


RATIOS = RuleTable(SecondOverFirst, lambda goal: goal.args, "second over first")


@RATIOS.rule("quotient of sizes", example=SecondOverFirst(Tuple(2, -5, 1 + sqrt(2))))
def quotient_of_sizes(values: Tuple) -> Outcome:
    """Divide the second largest absolute value of different numbers by the largest."""
    different = distinct(values)
    if len(different) < 2 or values.free_symbols:
        return None
    sizes = sorted((abs(value) for value in different), key=lambda size: -size.evalf(30))
    return tidy(sizes[1] / sizes[0])


TABLES: dict[type, RuleTable] = {
    **EIGEN,
    IterateIn: IN_BASIS,
    ConvergenceRate: RATES,
    SecondOverFirst: RATIOS,
    Augmented: AUGMENTED,
    MatrixProduct: PRODUCTS,
}


@dataclass(frozen=True)
class PowerIteration(Answers):
    """A^k x in closed form, and the factor by which its direction settles in each step."""

    iterate: Derivation
    rate: Derivation


@limited
def power_iteration(A: Any, x: Any, timeout: float = 20.0) -> PowerIteration:
    """The k-th iterate of x -> A x in the eigenvectors of A, and the rate of its direction.

    Of a matrix of numbers with a basis of eigenvectors. A rate of 1 says that the direction does
    not settle: two different eigenvalues have the largest size. Raises ValueError where there is no
    such basis or the shapes do not fit, NoRuleApplies where all eigenvalues are equal.

    >>> found = power_iteration([[2, 1], [1, 2]], [1, 0])
    >>> found.iterate.result
    Matrix([
    [3**k/2 + 1/2],
    [3**k/2 - 1/2]])
    >>> found.rate.result
    1/3
    """
    M, start = square(A, "power iteration"), vector(x)
    if M.free_symbols or M.rows != start.rows:
        raise ValueError("power iteration needs a matrix of numbers, and a vector of its size")
    found, budget = in_closed_form(eigen(M, timeout=timeout)), Budget(seconds=timeout)
    if found.defective:
        raise ValueError("the eigenvectors are no basis: there are fewer of them than rows")
    basis = Matrix.hstack(*(space.result for space in found.vectors))
    counts = (space.result.cols for space in found.vectors)
    values = [v for v, n in zip(found.distinct, counts, strict=True) for _ in range(n)]
    part = derive(IterateIn(basis, Matrix(diag(*values)), start, k), TABLES, budget)
    goal = PowerIterate(M, start, k)
    root = Step(
        goal=goal,
        rule="basis of eigenvectors",
        equals=part.goal,
        result=part.result,
        parts=(part,),
        premises=(found.values.root, *(space.root for space in found.vectors)),
        sentence="In a basis S of eigenvectors A = S D S^-1 with the eigenvalues in D.",
    )
    rate = ConvergenceRate(M)
    return PowerIteration(
        Derivation(root, goal, arguments=in_order(goal)),
        Derivation(derive(rate, TABLES, budget), rate),
    )
