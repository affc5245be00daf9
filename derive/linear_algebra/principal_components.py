"""Principal components: the covariance of data, and the directions in which it is largest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Basic, Rational, Symbol, Tuple, diff, expand, symbols
from sympy import Matrix as Columns

from derive.answers import Answers
from derive.core import Derivation
from derive.engine import limited
from derive.linear_algebra.eigen import Eigenvalues
from derive.linear_algebra.elimination import Matrix, is_zero, matrix, tidy
from derive.linear_algebra.exponential import MULTIPLES, Times
from derive.linear_algebra.norms import LARGEST, LargestOf
from derive.linear_algebra.operators import Number, Operator, real
from derive.linear_algebra.orthogonal import TRANSPOSED, Transposed
from derive.linear_algebra.products import MatrixProduct
from derive.linear_algebra.spectral import TABLES as SPECTRAL
from derive.linear_algebra.spectral import Asked, Eigenvectors, grouped
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D

a = Symbol("a")


# ------------------------------------------------------------------ operators


class Centred(Operator):
    """The data X, one sample a row, without the mean of each column.

    Numerically: from that definition.
    """

    word = "centred"


class Covariance(Operator):
    """The sample covariance of the columns of X: the sum over the samples of (x - mean)(x - mean)^T
    over their number less one.

    Numerically: from that definition.
    """

    word = "cov"


class LargestVariance(Number):
    """The largest v^T C v of all v of length one.

    Numerically: by power iteration.
    """

    word = "largest_variance"


class StationaryVariances(Operator):
    """The values of v^T C v, for v of length one, at which it is stationary.

    Numerically: by an algorithm for the eigenvalues of symmetric matrices.
    """

    word = "stationary_variances"


# ------------------------------------------------------------------ rules

DATA = Matrix([[1, 2], [3, 4], [5, a]])
CENTRES = RuleTable(Centred, lambda goal: goal.args, "centred data")


@CENTRES.rule("subtract the means", example=Centred(DATA))
def subtract_means(X: Matrix) -> Outcome:
    """Subtract the mean of each column from its entries."""
    means = [tidy(sum(X[:, k]) * Rational(1, X.rows)) for k in range(X.cols)]
    names = symbols(f"m_1:{X.cols + 1}")
    centred = Matrix(X.rows, X.cols, lambda i, k: tidy(X[i, k] - means[k]))
    return Rewrite(centred, where=tuple(zip(names, means, strict=True)))


COVARIANCES = RuleTable(Covariance, lambda goal: goal.args, "covariances")


@COVARIANCES.rule("product of the centred data", example=Covariance(DATA))
def product_of_centred(X: Matrix) -> Outcome:
    """The sum over the samples is a matrix product: the transpose of the centred data times it."""
    product = MatrixProduct(Transposed(Centred(X)), Centred(X))
    return Times(Rational(1, X.rows - 1), product)


LARGEST_VARIANCES = RuleTable(LargestVariance, lambda goal: goal.args, "largest variances")
SYMMETRIC = Matrix([[2, 1], [1, 3]])


@LARGEST_VARIANCES.rule("largest stationary value", example=LargestVariance(SYMMETRIC))
def largest_stationary(C: Matrix) -> Outcome:
    """The vectors of length one are a closed and bounded set: the largest value is taken, where it
    is stationary."""
    return LargestOf(StationaryVariances(C))


STATIONARY = RuleTable(StationaryVariances, lambda goal: goal.args, "stationary variances")


@STATIONARY.rule("Lagrange multiplier", example=StationaryVariances(SYMMETRIC))
def lagrange(C: Matrix) -> Outcome:
    """With a multiplier for the length, the gradient of L = v^T C v - mu (v^T v - 1) is zero where
    C v = mu v, and there v^T C v = mu: the values are the eigenvalues of C."""
    if not all(map(is_zero, C - C.T)):
        return None
    v, mu, L = Columns(symbols(f"v_1:{C.rows + 1}")), Symbol("mu"), Symbol("L")
    lagrangian = expand((v.T * C * v)[0]) - mu * ((v.T * v)[0] - 1)
    slopes = tuple((D(L, e), expand(diff(lagrangian, e))) for e in v)
    return Rewrite(Eigenvalues(C), where=((L, lagrangian), *slopes))


TABLES: dict[type, RuleTable] = {
    **SPECTRAL,
    Centred: CENTRES,
    Covariance: COVARIANCES,
    LargestVariance: LARGEST_VARIANCES,
    StationaryVariances: STATIONARY,
    Transposed: TRANSPOSED,
    Times: MULTIPLES,
    LargestOf: LARGEST,
}


# ------------------------------------------------------------------ what the user calls


@dataclass(frozen=True)
class PrincipalComponents(Answers):
    """The covariance, its largest variance by Lagrange's multiplier, all of them in descending
    order, and the directions as orthonormal columns in that order."""

    covariance: Derivation
    largest: Derivation
    variances: Derivation
    components: Derivation

    @property
    def explained(self) -> tuple[Basic, ...]:
        """The share of each variance, in the order of the components."""
        values = self.components.problem.args[1]
        total = sum(values)
        return tuple(tidy(value / total) for value in values)


@limited
def principal_components(X: Any, timeout: float = 20.0) -> PrincipalComponents:
    """The principal components of data: one sample a row, one variable a column.

    Raises ValueError for letters, complex entries or a single sample, NoRuleApplies where the
    eigenvalues have no closed form here.

    >>> found = principal_components([[2, 0], [0, 2], [3, 3], [-1, -1]])
    >>> found.covariance.result
    Matrix([
    [10/3,    2],
    [   2, 10/3]])
    >>> found.components.result
    Matrix([
    [sqrt(2)/2, -sqrt(2)/2],
    [sqrt(2)/2,  sqrt(2)/2]])
    """
    M = real(matrix(X), "principal components")
    if M.rows < 2 or M.free_symbols:
        raise ValueError("principal components are worked out for two or more samples of numbers")
    ask = Asked(M, timeout, TABLES)
    covariance = ask(Covariance(M))
    C = covariance.result
    variances = ask(Eigenvalues(C))
    descending = sorted(grouped(variances.result), key=lambda value: -value.evalf(30))
    components = ask(Eigenvectors(C, Tuple(*descending)))
    return PrincipalComponents(covariance, ask(LargestVariance(C)), variances, components)
