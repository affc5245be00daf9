"""Normal vectors: a linear map of one, and one of which some entries are known.

Bishop, Pattern Recognition and Machine Learning, section 2.3: completing the square in the entries
that are not known gives the blocks of the mean and of the covariance matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Expr, ImmutableMatrix, S, Symbol, Tuple

from derive.answers import Answers
from derive.asked import scalar
from derive.calculus.integrals.integrate import exact
from derive.core import Derivation
from derive.engine import limited
from derive.linear_algebra.block_determinants import DIFFERENCES, Difference
from derive.linear_algebra.elimination import Matrix
from derive.linear_algebra.inverses import AUGMENTED, Augmented
from derive.linear_algebra.products import PRODUCTS, MatrixProduct
from derive.probability.combinations import weights
from derive.probability.gaussian_divergence import definite
from derive.probability.quantities import Printed, worked_out
from derive.probability.random_variables import RandomVariable, formula_of, random_variable
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import free_symbols

r, z = Symbol("r", real=True), Symbol("z", real=True)


class MappedMean(Printed):
    """The mean of A x + b for a vector x with the mean m: MappedMean(A, b, m)."""

    name = "E"


class MappedCovariance(Printed):
    """The covariance matrix of A x + b, that of x is V: MappedCovariance(A, V)."""

    name = "Cov"


class KnownPartMean(Printed):
    """The mean of the other entries of a normal vector, where some are known.

    KnownPartMean(places, values, m, V): the places, counted from 0, of those that are known.
    """

    name = "conditional mean"


class KnownPartCovariance(Printed):
    """Their covariance matrix, for any values: KnownPartCovariance(places, V)."""

    name = "conditional covariance"


@dataclass(frozen=True)
class NormalVector(Answers):
    """The mean and the covariance matrix of a normal vector, each with its derivation."""

    mean: Derivation
    covariance: Derivation


def table(operator: type, title: str) -> RuleTable:
    return RuleTable(operator, lambda goal: goal.args, title)


MEANS = table(MappedMean, "means of linear maps")
SPREADS = table(MappedCovariance, "covariances of linear maps")
KNOWN_MEANS = table(KnownPartMean, "means of normal vectors in part known")
KNOWN_SPREADS = table(KnownPartCovariance, "covariances of normal vectors in part known")
M = Matrix([1, r, -1])
V = Matrix([[2, 1, 0], [1, 3, 1], [0, 1, 4]])
A = Matrix([[1, r, 0], [0, 1, -1]])


@MEANS.rule("linearity", example=MappedMean(A, Matrix([1, 0]), M))
def linearity(A: Matrix, b: Matrix, m: Matrix) -> Outcome:
    """Each entry of A x + b is a sum of entries of x with constant factors: its mean is that of
    the means."""
    product = MatrixProduct(A, m)
    return product if b.is_zero_matrix else Difference(product, -b)


@SPREADS.rule("bilinearity", example=MappedCovariance(A, V))
def bilinearity(A: Matrix, V: Matrix) -> Outcome:
    """With d the deviation of x from its mean, that of A x is A d: the mean of A d (A d)' is
    A V A'."""
    return MatrixProduct(MatrixProduct(A, V), A.T)


def block(M: Matrix, rows: Any, columns: Any) -> Matrix:
    return M.extract([int(i) for i in rows], [int(j) for j in columns])


def others(places: Tuple, size: int) -> list[int]:
    return [k for k in range(size) if k not in places.args]


@KNOWN_MEANS.rule("completing the square", example=KnownPartMean((2,), (z,), M, V))
def mean_by_blocks(places: Tuple, values: Tuple, m: Matrix, V: Matrix) -> Outcome:
    """With the entries x_2 known, the exponent is a square in x_1 about
    m_1 - V_12 V_22^-1 (m_2 - x_2)."""
    rest = others(places, V.rows)
    apart = block(m, places, [0]) - Matrix(list(values))
    solved = Augmented(block(V, places, places), apart)
    mean = Difference(block(m, rest, [0]), MatrixProduct(block(V, rest, places), solved))
    return Rewrite(mean, definite(V))


@KNOWN_SPREADS.rule("Schur complement", example=KnownPartCovariance((0,), V))
def covariance_by_blocks(places: Tuple, V: Matrix) -> Outcome:
    """The square in x_1 has the matrix V_11 - V_12 V_22^-1 V_21, whatever the values of x_2."""
    rest = others(places, V.rows)
    solved = Augmented(block(V, places, places), block(V, places, rest))
    spread = Difference(block(V, rest, rest), MatrixProduct(block(V, rest, places), solved))
    return Rewrite(spread, definite(V))


TABLES: dict[type, RuleTable] = {
    Augmented: AUGMENTED,
    Difference: DIFFERENCES,
    MatrixProduct: PRODUCTS,
    MappedMean: MEANS,
    MappedCovariance: SPREADS,
    KnownPartMean: KNOWN_MEANS,
    KnownPartCovariance: KNOWN_SPREADS,
}


# ------------------------------------------------------------------ what the user calls


def _normal(law: Any) -> tuple[RandomVariable, Matrix, Matrix]:
    one = random_variable(law)
    if len(one.parameters) != 2 or not isinstance(one.parameters[1], ImmutableMatrix):
        raise ValueError(f"{one} is no normal vector: write 'X, Y ~ MultivariateNormal(m, V)'")
    m, V = map(Matrix, one.parameters)
    return one, m, V


@limited
def conditional_normal(known: Any, law: Any, timeout: float = 20.0) -> NormalVector:
    """Mean and covariance matrix of the other entries of a normal vector, where some are known.

    `known`: {"Z": 2}, or names, whose values are then called as they are. `law`: the text of a
    MultivariateNormal law, with numbers or letters. The entries keep their order.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> found = conditional_normal("Y", "X, Y ~ MultivariateNormal([1, -1], [[4, 2], [2, 9]])")
    >>> found.mean.result, found.covariance.result
    (Matrix([[2*Y/9 + 11/9]]), Matrix([[32/9]]))
    """
    one, m, V = _normal(law)
    given = _given(known, one)
    names = [s.name for s in one.letters]
    missing = [name for name in given if name not in names]
    if missing or not 0 < len(given) < len(names):
        raise ValueError(f"known are some of {', '.join(names)}, not all and not none")
    places = Tuple(*(S(k) for k, name in enumerate(names) if name in given))
    values = Tuple(*(given[names[k]] for k in places))
    mean = worked_out(KnownPartMean(places, values, m, V), TABLES, timeout / 2)
    return NormalVector(mean, worked_out(KnownPartCovariance(places, V), TABLES, timeout / 2))


def _given(known: Any, one: RandomVariable) -> dict[str, Expr]:
    if isinstance(known, dict):
        return {str(name): formula_of(exact(scalar(v)), one) for name, v in known.items()}
    listed = known if isinstance(known, (list, tuple)) else [known]
    return {str(name): Symbol(str(name), real=True) for name in listed}


@limited
def linear_map_of_normal(formulas: Any, law: Any, timeout: float = 20.0) -> NormalVector:
    """Mean and covariance matrix of linear formulas in the entries of a normal vector.

    They are a normal vector again; names alone give the marginal law of these entries.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> V = "[[2, 1, 0], [1, 3, 1], [0, 1, 4]]"
    >>> found = linear_map_of_normal(["X", "Z"], f"X, Y, Z ~ MultivariateNormal([1, 2, 3], {V})")
    >>> found.mean.result, found.covariance.result
    (Matrix([
    [1],
    [3]]), Matrix([
    [2, 0],
    [0, 4]]))
    """
    one, m, V = _normal(law)
    listed = formulas if isinstance(formulas, (list, tuple)) else [formulas]
    rows = [_row(g, one) for g in listed]
    A, b = Matrix([factors for factors, _ in rows]), Matrix([constant for _, constant in rows])
    mean = worked_out(MappedMean(A, b, m), TABLES, timeout / 2)
    return NormalVector(mean, worked_out(MappedCovariance(A, V), TABLES, timeout / 2))


def _row(g: Any, one: RandomVariable) -> tuple[list[Expr], Expr]:
    found = weights(formula_of(g, one), Tuple(*one.letters))
    if found is None or any(free_symbols(f) & set(one.letters) for f in (*found[0], found[1])):
        raise ValueError(f"{g} is no linear combination of {', '.join(map(str, one.letters))}")
    return found
