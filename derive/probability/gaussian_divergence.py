"""The Kullback-Leibler divergence of one Gaussian from another, in one and in any dimension."""

from __future__ import annotations

from typing import Any

from sympy import (
    And,
    Basic,
    Expr,
    Gt,
    ImmutableMatrix,
    Inverse,
    S,
    Symbol,
    log,
    logcombine,
)
from sympy.logic.boolalg import Boolean
from sympy.stats.joint_rv_types import MultivariateNormalDistribution

from derive.asked import asked, scalar
from derive.calculus.integrals.integrate import exact
from derive.calculus.roots_between import textbook
from derive.core import Derivation
from derive.engine import limited
from derive.linear_algebra.determinants import RULES as DETERMINANTS
from derive.linear_algebra.determinants import det
from derive.linear_algebra.elimination import Matrix
from derive.linear_algebra.inverses import TABLES as INVERSES
from derive.linear_algebra.products import DOTS, PRODUCTS, Dot, MatrixProduct
from derive.probability.moments import TABLES as MOMENTS
from derive.probability.moments import Expectation, Variance, normal_density
from derive.probability.quantities import (
    Quantity,
    numbers,
    with_positive_letters,
    with_real_letters,
    worked_out,
)
from derive.probability.random_variables import random_variable
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import fresh

m, c = Symbol("m", real=True), Symbol("c", real=True)
v, w = Symbol("v", positive=True), Symbol("w", positive=True)


class GaussianDivergence(Quantity):
    """Of N(n, w) from N(m, v), w and v variances: GaussianDivergence(m, v, n, w)."""

    name = "KL"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        m, v, n, w = map(printer._print, self.args)
        power = f"^{{{exp}}}" if exp else ""
        first, second = (rf"\mathcal{{N}}\left({a},\, {b}\right)" for a, b in ((m, v), (n, w)))
        return rf"\operatorname{{KL}}{power}\left({first} \,\middle\|\, {second}\right)"


class MatrixGaussianDivergence(GaussianDivergence):
    """The same of vectors: means are columns, v and w covariance matrices."""


class GaussianInformation(Quantity):
    """What the first k entries of a vector with the covariance matrix V tell about the others:
    GaussianInformation(V, k, base)."""

    name = "I"


class MeanSquare(Quantity):
    """The expected (x - c)**2 for x from N(m, v): MeanSquare(c, m, v)."""

    name = "mean square"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        c, m, v = map(printer._print, self.args)
        power = f"^{{{exp}}}" if exp else ""
        law = rf"x \sim \mathcal{{N}}\left({m},\, {v}\right)"
        return rf"\operatorname{{E}}_{{{law}}}{power}\left[\left(x - {c}\right)^{{2}}\right]"


class MeanForm(Quantity):
    """The expected (x - c)' A (x - c) for a vector x from N(m, S): MeanForm(A, c, m, S)."""

    name = "mean form"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        A, c, m, S = map(printer._print, self.args)
        power = f"^{{{exp}}}" if exp else ""
        law = rf"x \sim \mathcal{{N}}\left({m},\, {S}\right)"
        form = rf"\left(x - {c}\right)^{{T}} {A} \left(x - {c}\right)"
        return rf"\operatorname{{E}}_{{{law}}}{power}\left[{form}\right]"


class TraceOf(Quantity):
    """The sum of the diagonal of a matrix that is still worked out."""

    name = "tr"


def tidy(value: Expr) -> Expr:
    """The logarithms in one, the rest term by term."""
    logs = [term for term in value.as_ordered_terms() if term.has(log)]
    rest = textbook(value - sum(logs)) if value - sum(logs) != 0 else S.Zero
    return logcombine(sum(logs, S.Zero), force=True) + rest


DIVERGENCES = RuleTable(
    GaussianDivergence, lambda goal: goal.args, "divergences of Gaussians", tidy=tidy
)
INFORMATION = RuleTable(
    GaussianInformation, lambda goal: goal.args, "information of Gaussian vectors", tidy=tidy
)
SQUARES = RuleTable(MeanSquare, lambda goal: goal.args, "mean squares")
OF_VECTORS = RuleTable(
    MatrixGaussianDivergence, lambda goal: goal.args, "divergences of Gaussian vectors", tidy=tidy
)
FORMS = RuleTable(MeanForm, lambda goal: goal.args, "mean quadratic forms", tidy=textbook)
TRACES = RuleTable(TraceOf, lambda goal: goal.args, "traces")

TWO = Matrix([[2, 1], [1, 3]])
MEAN, PLACE = Matrix([1, m]), Matrix([0, 2])


def positive(*values: Expr) -> Boolean:
    return And(*(Gt(value, 0) for value in values if not value.is_positive))


@DIVERGENCES.rule("expected log ratio", example=GaussianDivergence(m, v, 1, w))
def expected_log_ratio(m: Expr, v: Expr, n: Expr, w: Expr) -> Outcome:
    """The logarithms of the densities are parabolas: their difference has the expected value of
    (x - n)^2/(2w) - (x - m)^2/(2v), and of the logarithms of the factors in front."""
    forms = MeanSquare(n, m, v) / (2 * w) - MeanSquare(m, m, v) / (2 * v)
    return Rewrite((log(w) - log(v)) / 2 + forms, positive(v, w))


@SQUARES.rule("spread and offset", example=MeanSquare(c, m, v))
def spread_and_offset(c: Expr, m: Expr, v: Expr) -> Outcome:
    """The mean square about a place is the variance, and the square of the mean's distance."""
    x = fresh("x", c, m, v)
    law = (x, normal_density(x, m, v))
    return Rewrite(Variance(x, law) + (Expectation(x, law) - c) ** 2, positive(v))


@OF_VECTORS.rule("expected log ratio", example=MatrixGaussianDivergence(MEAN, TWO, PLACE, 2 * TWO))
def expected_log_ratio_of_vectors(m: Matrix, V: Matrix, n: Matrix, W: Matrix) -> Outcome:
    """The logarithms of the densities are quadratic forms of x - n and x - m, with the inverse
    covariances; in front stand the logarithms of the determinants."""
    forms = MeanForm(inverse_of(W), n, m, V) / 2 - MeanForm(inverse_of(V), m, m, V) / 2
    return Rewrite((log(det(W)) - log(det(V))) / 2 + forms, definite(V) & definite(W))


@INFORMATION.rule("divergence from independence", example=GaussianInformation(TWO, 1, 2))
def divergence_from_independence(V: Matrix, k: Expr, base: Expr) -> Outcome:
    """The divergence of the vector's law from that of independent parts, whose covariance matrix
    has the same blocks on the diagonal and none beside them."""
    apart = Matrix.diag(V[: int(k), : int(k)], V[int(k) :, int(k) :])
    here = Matrix.zeros(V.rows, 1)
    return MatrixGaussianDivergence(here, V, here, apart) / log(base)


def inverse_of(A: Matrix) -> Basic:
    """`Inverse(A)`, not worked out."""
    return Basic.__new__(Inverse, A, S.NegativeOne)


def definite(A: Matrix) -> Boolean:
    """All leading minors are positive (Sylvester)."""
    return positive(*(A[:k, :k].det() for k in range(1, A.rows + 1)))


@FORMS.rule("spread and offset", example=MeanForm(TWO, PLACE, MEAN, 2 * TWO))
def spread_and_offset_of_vectors(A: Basic, c: Matrix, m: Matrix, V: Matrix) -> Outcome:
    """Entry by entry E[(x - c)(x - c)'] is V + (m - c)(m - c)': the trace of A V, and the form of
    the mean's distance."""
    if not isinstance(A, Matrix):
        return None
    return TraceOf(MatrixProduct(A, V)) + Dot(m - c, MatrixProduct(A, m - c))


@TRACES.rule("sum of the diagonal", example=TraceOf(TWO))
def sum_of_the_diagonal(A: Matrix) -> Outcome:
    """The trace is the sum of the diagonal."""
    return A.trace() if isinstance(A, Matrix) else None


TABLES = {
    **MOMENTS,
    **INVERSES,
    GaussianDivergence: DIVERGENCES,
    GaussianInformation: INFORMATION,
    MeanSquare: SQUARES,
    MatrixGaussianDivergence: OF_VECTORS,
    MeanForm: FORMS,
    TraceOf: TRACES,
    MatrixProduct: PRODUCTS,
    Dot: DOTS,
    type(det(TWO)): DETERMINANTS,
}


# ------------------------------------------------------------------ what the user calls


def of_normal_vector(law: Any, base: Expr, timeout: float) -> Derivation:
    """What the first letter of a normal vector tells about the others."""
    v = random_variable(law)
    if len(v.letters) < 2 or not isinstance(v.law, MultivariateNormalDistribution):
        raise ValueError(f"{v} is no normal law of several numbers")
    V = with_real_letters(Matrix(v.parameters[1]))
    return worked_out(GaussianInformation(V, 1, base), TABLES, timeout)


def _is_matrix(value: Any) -> bool:
    return isinstance(asked(value), ImmutableMatrix)


def _covariance(value: Any, size: int) -> Matrix:
    V = asked(value)
    if not isinstance(V, ImmutableMatrix) or V.shape != (size, size) or V != V.T:
        raise ValueError(f"a covariance is a symmetric matrix of {size} by {size}")
    V = with_real_letters(V.applyfunc(exact))
    if definite(V) == False:
        raise ValueError("a covariance is positive definite: this matrix is not")
    return V


def _variance(value: Any) -> Expr:
    found = with_positive_letters(exact(scalar(value)))
    if found.is_positive is False:
        raise ValueError(f"a variance is positive: {value} is not")
    return found


@limited
def gaussian_divergence(m: Any, V: Any, n: Any, W: Any, timeout: float = 20.0) -> Derivation:
    """KL(N(m, V) || N(n, W)): of numbers with variances, of vectors with covariance matrices.

    Covariances are matrices, their means lists. Raises ValueError where shapes do not fit.

    >>> gaussian_divergence(1, 1, 0, 1).result
    1/2
    >>> gaussian_divergence([1, 2], [[1, 0], [0, 1]], [0, 0], [[1, 0], [0, 1]]).result
    5/2
    """
    if not _is_matrix(V):
        means = [with_real_letters(exact(scalar(mean))) for mean in (m, n)]
        goal = GaussianDivergence(means[0], _variance(V), means[1], _variance(W))
        return worked_out(goal, TABLES, timeout)
    rows = [Matrix([with_real_letters(entry) for entry in numbers(mean)]) for mean in (m, n)]
    if rows[0].shape != rows[1].shape:
        raise ValueError("the two means differ in length")
    sizes = [_covariance(each, rows[0].rows) for each in (V, W)]
    goal = MatrixGaussianDivergence(rows[0], sizes[0], rows[1], sizes[1])
    return worked_out(goal, TABLES, timeout)
